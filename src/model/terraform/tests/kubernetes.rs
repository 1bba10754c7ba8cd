//! Pods and containers of Kubernetes objects that Terraform declares.

use super::{Estate, estate, shown};
use crate::value::Value;

const POD: &str = r#"
resource "kubernetes_pod" "ehr" {
  metadata {
    name      = "ehr"
    namespace = "clinic"
    labels    = { "app.kubernetes.io/name" = "ehr", host_ipc = "" }
  }
  spec {
    host_network = true
    host_pid     = true
    security_context {
      run_as_user     = "1000"
      run_as_non_root = true
      fs_group        = 2000
      seccomp_profile {
        type = "RuntimeDefault"
      }
      sysctl {
        name  = "net.core.somaxconn"
        value = "1"
      }
    }
    init_container {
      name  = "migrate"
      image = "ehr-migrate:1"
    }
    container {
      name  = "app"
      image = "registry.example.org:5000/team/ehr@sha256:0123"
      port {
        container_port = 8080
      }
      security_context {
        run_as_user                = "0"
        read_only_root_filesystem  = true
        allow_privilege_escalation = false
        capabilities {
          drop = ["ALL"]
        }
      }
      resources {
        limits = { cpu = "1", "nvidia.com/gpu" = "1" }
      }
      env {
        name = "DB"
        value_from {
          secret_key_ref {
            name = "db"
            key  = "password"
          }
        }
      }
      liveness_probe {
        http_get {
          path = "/"
          port = 8080
        }
      }
      volume_mount {
        name       = "data"
        mount_path = "/data"
      }
    }
    container {
      name = "proxy"
    }
    volume {
      name = "data"
      host_path {
        path = "/var/lib"
      }
    }
    volume {
      name = "tmp"
      empty_dir {}
    }
    image_pull_secrets {
      name = "registry"
    }
    node_selector = { disk_type = "ssd" }
  }
}
"#;

/// The value at a path within the resource of this kind and address, `-` if there is none.
fn at(estate: &Estate, kind: &str, address: &str, path: &str) -> String {
    let resource = estate.built.resources.iter().find(|it| &*it.kind == kind && &*it.address == address);
    let resource = resource.unwrap_or_else(|| panic!("no {kind} {address} among {:?}", estate.addresses()));
    let found = path.split('.').filter(|key| !key.is_empty()).try_fold(&resource.attributes, |value, key| {
        value.as_list().map_or_else(|| value.get(key), |list| list.get(key.parse::<usize>().ok()?))
    });
    found.map_or("-".into(), shown)
}

fn derived(estate: &Estate) -> Vec<String> {
    let derived = estate.built.resources.iter().filter(|it| it.kind.starts_with("kubernetes."));
    derived.map(|it| format!("{} {}", it.kind, it.address)).collect()
}

#[test]
fn a_pod_is_what_its_manifest_would_be() {
    let estate = estate(&[("main.tf", POD)]);
    let (pod, address) = ("kubernetes.pod", "kubernetes_pod.ehr");
    for (path, expected) in [
        ("hostNetwork", "true"),
        ("hostPID", "true"),
        ("owner_kind", "\"Pod\""),
        ("metadata.namespace", "\"clinic\""),
        ("metadata.labels", r#"{app.kubernetes.io/name:"ehr",host_ipc:""}"#),
        ("service_account", "\"default\""),
        ("automount_service_account_token", "-"),
        ("securityContext.sysctls", r#"[{name:"net.core.somaxconn",value:"1"}]"#),
        ("securityContext.fsGroup", "2000"),
        ("volumes.0.hostPath.path", "\"/var/lib\""),
        ("volumes.1", r#"{emptyDir:{},name:"tmp"}"#),
        ("imagePullSecrets", r#"[{name:"registry"}]"#),
        ("nodeSelector", r#"{disk_type:"ssd"}"#),
        ("initContainers.0.name", "\"migrate\""),
    ] {
        assert_eq!(at(&estate, pod, address, path), expected, "{path}");
    }
    for (name, path, expected) in [
        ("app", "type", "\"container\""),
        ("app", "securityContext.runAsUser", "0"),
        ("app", "securityContext.runAsNonRoot", "true"),
        ("app", "securityContext.seccompProfile.type", "\"RuntimeDefault\""),
        ("app", "securityContext.readOnlyRootFilesystem", "true"),
        ("app", "securityContext.allowPrivilegeEscalation", "false"),
        ("app", "securityContext.capabilities.drop", "[\"ALL\"]"),
        ("app", "securityContext.fsGroup", "-"),
        ("app", "image_reference.registry", "\"registry.example.org:5000\""),
        ("app", "image_reference.digest", "\"sha256:0123\""),
        ("app", "ports", "[{containerPort:8080}]"),
        ("app", "resources.limits", r#"{cpu:"1",nvidia.com/gpu:"1"}"#),
        ("app", "env.0.valueFrom.secretKeyRef.key", "\"password\""),
        ("app", "livenessProbe.httpGet.port", "8080"),
        ("app", "volumeMounts.0.mountPath", "\"/data\""),
        ("app", "namespace", "\"clinic\""),
        ("app", "host_network", "true"),
        ("migrate", "type", "\"init\""),
        ("migrate", "securityContext.runAsUser", "1000"),
        ("migrate", "image_reference.tag", "\"1\""),
        ("proxy", "securityContext.runAsUser", "1000"),
        ("proxy", "image_reference", "-"),
    ] {
        let container = format!("{address}/{name}");
        assert_eq!(at(&estate, "kubernetes.container", &container, path), expected, "{name} {path}");
    }
    let app = estate.resource("kubernetes_pod.ehr/app");
    let text = |value: &Value| estate.sources.get(value.span.source).unwrap().slice(value.span);
    assert_eq!(text(app.attributes.at_path(&["securityContext", "runAsUser"]).unwrap()), "\"0\"");
    assert_eq!(text(app.attributes.at_path(&["securityContext", "runAsNonRoot"]).unwrap()), "true");
    assert!(estate.sources.get(app.span.source).unwrap().slice(app.span).starts_with("container {"));
    assert_eq!(app.scope, estate.resource("kubernetes_pod.ehr").scope);
}

#[test]
fn every_workload_has_its_pod() {
    let pod = |inner: &str| format!("metadata {{}}\nspec {{\n container {{\n name = \"c\"\n }}\n {inner} }}\n");
    let template = format!("template {{\n {} }}\n", pod(""));
    let job = format!("job_template {{\n metadata {{}}\n spec {{\n {template} }}\n }}\n");
    for (kind, spec, owner) in [
        ("kubernetes_pod_v1", pod(""), "Pod"),
        ("kubernetes_deployment", format!("spec {{\n replicas = 2\n {template} }}"), "Deployment"),
        ("kubernetes_deployment_v1", format!("spec {{\n {template} }}"), "Deployment"),
        ("kubernetes_daemonset", format!("spec {{\n {template} }}"), "DaemonSet"),
        ("kubernetes_daemon_set_v1", format!("spec {{\n {template} }}"), "DaemonSet"),
        ("kubernetes_stateful_set", format!("spec {{\n {template} }}"), "StatefulSet"),
        ("kubernetes_stateful_set_v1", format!("spec {{\n {template} }}"), "StatefulSet"),
        ("kubernetes_replication_controller", format!("spec {{\n {template} }}"), "ReplicationController"),
        ("kubernetes_replication_controller_v1", format!("spec {{\n {template} }}"), "ReplicationController"),
        ("kubernetes_job", format!("spec {{\n {template} }}"), "Job"),
        ("kubernetes_job_v1", format!("spec {{\n {template} }}"), "Job"),
        ("kubernetes_cron_job", format!("spec {{\n schedule = \"@daily\"\n {job} }}"), "CronJob"),
        ("kubernetes_cron_job_v1", format!("spec {{\n {job} }}"), "CronJob"),
    ] {
        let metadata = if kind.starts_with("kubernetes_pod") { "" } else { "metadata {}\n" };
        let estate = estate(&[("main.tf", &format!("resource \"{kind}\" \"w\" {{\n {metadata}{spec}\n}}\n"))]);
        let address = format!("{kind}.w");
        let both = [format!("kubernetes.pod {address}"), format!("kubernetes.container {address}/c")];
        assert_eq!(derived(&estate), both, "{kind}");
        assert_eq!(at(&estate, "kubernetes.pod", &address, "owner_kind"), format!("{owner:?}"), "{kind}");
        assert_eq!(at(&estate, "kubernetes.pod", &address, "metadata.namespace"), "\"default\"", "{kind}");
        // What is declared stands before what follows from it.
        assert_eq!(estate.addresses(), [&*address, &*address, &*format!("{address}/c")], "{kind}");
    }
    for kind in ["data.kubernetes_pod", "kubernetes_config_map", "kubernetes_pod_v1beta1", "aws_pod"] {
        let (block, kind) = kind.strip_prefix("data.").map_or(("resource", kind), |kind| ("data", kind));
        let estate = estate(&[("main.tf", &format!("{block} \"{kind}\" \"w\" {{\n {} }}\n", pod("")))]);
        assert!(derived(&estate).is_empty(), "{kind}");
    }
}

/// A pod whose spec has `inner`, and before it `before`.
fn pod(before: &str, inner: &str) -> Estate {
    let text = format!(
        "{before}\nresource \"kubernetes_pod\" \"p\" {{\n metadata {{\n name = \"p\"\n }}\n spec {{\n {inner}\n }}\n}}\n"
    );
    estate(&[("main.tf", &text)])
}

#[test]
fn what_is_not_known_stays_so() {
    let variable = "variable \"x\" {}";
    let container = "container {\n name = \"c\"\n image = \"i\"\n }";
    for (inner, address, path, expected) in [
        // An unknown scalar, and a text known in part.
        ("host_network = var.x\n CONTAINER", "p/c", "host_network", "?Variable(x)"),
        ("container {\n name = \"c\"\n image = \"nginx:${var.x}\"\n }", "p/c", "image_reference.tag", "?Variable(x)"),
        (
            "container {\n name = \"c\"\n image = \"nginx:${var.x}\"\n }",
            "p/c",
            "image_reference.repository",
            "\"library/nginx\"",
        ),
        // An unknown number of containers is one of which nothing is known.
        ("dynamic \"container\" {\n for_each = var.x\n content {}\n }", "p/containers[*]", "", "?Variable(x)"),
        ("dynamic \"container\" {\n for_each = var.x\n content {}\n }", "p", "containers", "?Variable(x)"),
        // The pod's security context may be there, and the container has what it says of itself.
        (
            "dynamic \"security_context\" {\n for_each = var.x\n content {}\n }\n CONTAINER",
            "p/c",
            "securityContext.runAsNonRoot",
            "?Variable(x)",
        ),
        (
            "dynamic \"security_context\" {\n for_each = var.x\n content {}\n }\n CONTAINER",
            "p/c",
            "securityContext.privileged",
            "-",
        ),
        (
            "container {\n name = \"c\"\n dynamic \"security_context\" {\n for_each = var.x\n content {}\n }\n }",
            "p/c",
            "securityContext",
            "?Variable(x)",
        ),
        (
            "security_context {\n run_as_user = var.x\n }\n CONTAINER",
            "p/c",
            "securityContext.runAsUser",
            "?Variable(x)",
        ),
        ("container {\n name = var.x\n }", "p/0", "name", "?Variable(x)"),
        (
            "container {\n name = \"c\"\n dynamic \"port\" {\n for_each = var.x\n content {}\n }\n }",
            "p/c",
            "ports",
            "?Variable(x)",
        ),
        (
            "container {\n name = \"c\"\n liveness_probe {\n tcp_socket {\n port = var.x\n }\n }\n }",
            "p/c",
            "livenessProbe.tcpSocket.port",
            "?Variable(x)",
        ),
        ("service_account_name = var.x\n CONTAINER", "p", "service_account", "?Variable(x)"),
        // What is null is not set.
        ("host_network = null\n CONTAINER", "p/c", "host_network", "false"),
        (
            "security_context {\n run_as_user = \"\"\n run_as_group = null\n }\n CONTAINER",
            "p/c",
            "securityContext",
            "-",
        ),
    ] {
        let estate = pod(variable, &inner.replace("CONTAINER", container));
        let kind = if address == "p" { "kubernetes.pod" } else { "kubernetes.container" };
        let address = format!("kubernetes_pod.{address}");
        assert_eq!(at(&estate, kind, &address, path), expected, "{inner}");
    }
    let text = "variable \"x\" {}\nresource \"kubernetes_job\" \"j\" {\n dynamic \"spec\" {\n for_each = var.x\n content {}\n }\n}\n";
    let estate = estate(&[("main.tf", text)]);
    assert_eq!(at(&estate, "kubernetes.pod", "kubernetes_job.j", ""), "?Variable(x)");
    assert_eq!(at(&estate, "kubernetes.container", "kubernetes_job.j/containers[*]", ""), "?Variable(x)");
}

#[test]
fn dynamic_blocks_and_instances_are_taken_as_they_come_out() {
    let text = r#"
locals { sidecars = { proxy = 8080, logs = 9090 } }
resource "kubernetes_deployment" "api" {
  for_each = toset(["blue", "green"])
  metadata {
    name      = each.key
    namespace = kubernetes_namespace.clinic.metadata[0].name
  }
  spec {
    template {
      metadata {}
      spec {
        service_account_name = kubernetes_service_account.api.metadata[0].name
        dynamic "container" {
          for_each = local.sidecars
          content {
            name = container.key
            port {
              container_port = container.value
            }
          }
        }
      }
    }
  }
}
resource "kubernetes_namespace" "clinic" {
  metadata {
    name = "clinic"
  }
}
resource "kubernetes_service_account" "api" {
  metadata {
    name = "api"
  }
}
"#;
    let estate = estate(&[("main.tf", text)]);
    let blue = "kubernetes_deployment.api[\"blue\"]";
    let green = "kubernetes_deployment.api[\"green\"]";
    let expected = [blue, green].map(|address| {
        let container = |name| format!("kubernetes.container {address}/{name}");
        [format!("kubernetes.pod {address}"), container("logs"), container("proxy")]
    });
    assert_eq!(derived(&estate), expected.concat());
    let logs = format!("{blue}/logs");
    assert_eq!(at(&estate, "kubernetes.container", &logs, "ports.0.containerPort"), "9090");
    assert_eq!(at(&estate, "kubernetes.container", &logs, "namespace"), "\"clinic\"");
    let pod = estate.built.resources.iter().find(|it| &*it.kind == "kubernetes.pod").unwrap();
    let account = pod.attributes.get("service_account").unwrap();
    let refs: Vec<_> = account.references().iter().map(|it| &*it.address).collect();
    assert_eq!(
        (shown(account), refs),
        ("\"api\"".into(), vec!["kubernetes_service_account.api", "ServiceAccount/clinic/api"])
    );
}

#[test]
fn a_manifest_in_terraform_is_a_manifest() {
    let text = r#"
resource "kubernetes_manifest" "job" {
  manifest = {
    apiVersion = "batch/v1"
    kind       = "CronJob"
    metadata   = { name = "export", namespace = "clinic" }
    spec = { jobTemplate = { spec = { template = { spec = {
      securityContext = { runAsUser = 1000 }
      containers = [{ name = "c", image = "export:2", securityContext = { privileged = true } }]
    } } } } }
  }
}
resource "kubernetes_manifest" "read" {
  manifest = yamldecode(file("pod.yaml"))
}
resource "kubernetes_manifest" "map" {
  manifest = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "a" } }
}
variable "x" {}
resource "kubernetes_manifest" "open" {
  manifest = { apiVersion = "v1", kind = "Pod", metadata = { name = "a" }, spec = { containers = var.x } }
}
resource "kubernetes_manifest" "unknown" {
  manifest = yamldecode(var.x)
}
"#;
    let yaml = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: d}]}}";
    let estate = estate(&[("main.tf", text), ("pod.yaml", yaml)]);
    assert_eq!(
        derived(&estate),
        [
            "kubernetes.pod kubernetes_manifest.job",
            "kubernetes.container kubernetes_manifest.job/c",
            "kubernetes.pod kubernetes_manifest.read",
            "kubernetes.container kubernetes_manifest.read/d",
            "kubernetes.pod kubernetes_manifest.open",
            "kubernetes.container kubernetes_manifest.open/containers[*]",
        ]
    );
    let c = "kubernetes_manifest.job/c";
    for (path, expected) in [
        ("securityContext.runAsUser", "1000"),
        ("securityContext.privileged", "true"),
        ("namespace", "\"clinic\""),
        ("owner_kind", "\"CronJob\""),
        ("image_reference.tag", "\"2\""),
    ] {
        assert_eq!(at(&estate, "kubernetes.container", c, path), expected, "{path}");
    }
}

#[test]
fn other_syntaxes_and_plans_say_the_same() {
    let json = r#"{"resource": {"kubernetes_pod": {"p": {"metadata": {"name": "p"}, "spec": {
        "security_context": {"run_as_user": "5"}, "container": {"name": "c", "resources": {"limits": {"cpu_x": "1"}}}}}}}}"#;
    let plan = r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
        {"address": "kubernetes_pod.p", "type": "kubernetes_pod", "name": "p", "values": {
            "metadata": [{"name": "p", "namespace": "default", "labels": null, "annotations": null}],
            "spec": [{"host_network": false, "security_context": [{"run_as_user": "5", "run_as_group": "", "sysctl": []}],
                "init_container": [], "volume": [], "node_selector": null, "container": [{"name": "c", "command": null,
                "security_context": [], "resources": [{"limits": {"cpu_x": "1"}, "requests": null}]}]}]}}]}}}"#;
    for (name, text) in [("main.tf.json", json), ("plan.json", plan)] {
        let estate = estate(&[(name, text)]);
        let container = "kubernetes_pod.p/c";
        assert_eq!(derived(&estate), ["kubernetes.pod kubernetes_pod.p", "kubernetes.container kubernetes_pod.p/c"]);
        assert_eq!(at(&estate, "kubernetes.container", container, "securityContext"), "{runAsUser:5}", "{name}");
        assert_eq!(at(&estate, "kubernetes.container", container, "resources.limits"), "{cpu_x:\"1\"}", "{name}");
        assert_eq!(at(&estate, "kubernetes.pod", "kubernetes_pod.p", "volumes"), "-", "{name}");
    }
}

#[test]
fn policies_select_the_pods_that_terraform_declares() {
    let pod = |name: &str, labels: &str, namespace: &str| {
        format!(
            "resource \"kubernetes_pod\" \"{name}\" {{\n metadata {{\n labels = {labels}\n namespace = {namespace}\n }}\n spec {{\n container {{}}\n }}\n}}\n"
        )
    };
    let pods = [
        "variable \"x\" {}\n".to_owned(),
        pod("a", "{ app = \"a\" }", "\"n\""),
        pod("b", "{ app = \"b\" }", "\"n\""),
        pod("elsewhere", "{ app = \"a\" }", "\"m\""),
    ]
    .concat();
    let open = pod("open", "{ app = var.x }", "\"n\"");
    let adrift = pod("adrift", "{ app = \"a\" }", "var.x");
    let by = |inner: &str| format!("pod_selector {{\n {inner}\n }}");
    let a = by("match_labels = { app = \"a\" }");
    let one = "kubernetes_pod.a";
    let unknown = "?Condition(which other pods it selects)";
    for (more, namespace, selector, expected) in [
        ("", "\"n\"", a.clone(), format!("[{one:?}]")),
        ("", "\"n\"", by(""), format!("[{one:?},\"kubernetes_pod.b\"]")),
        (&*open, "\"n\"", a.clone(), format!("[{one:?},{unknown}]")),
        (&*adrift, "\"n\"", a.clone(), format!("[{one:?},{unknown}]")),
        (&*adrift, "var.x", a.clone(), format!("[\"kubernetes_pod.adrift\",{unknown}]")),
        ("", "\"n\"", by("match_labels = var.x"), format!("[{unknown}]")),
        (
            "",
            "\"n\"",
            by("match_expressions {\n key = \"app\"\n operator = \"NotIn\"\n values = [\"a\"]\n }"),
            "[\"kubernetes_pod.b\"]".to_owned(),
        ),
    ] {
        let policy = format!(
            "resource \"kubernetes_network_policy_v1\" \"p\" {{\n metadata {{\n namespace = {namespace}\n }}\n spec {{\n {selector}\n }}\n}}\n"
        );
        let estate = estate(&[("main.tf", &format!("{pods}{more}{policy}"))]);
        assert_eq!(estate.at("kubernetes_network_policy_v1.p", "selects"), expected, "{more}{policy}");
    }
}

#[test]
fn quotas_and_autoscalers_refer_as_in_a_manifest() {
    let text = r#"
variable "x" {}
resource "kubernetes_namespace" "n" {
  metadata {
    name = "n"
  }
}
resource "kubernetes_namespace_v1" "x" {
  metadata {
    name = var.x
  }
}
resource "kubernetes_resource_quota" "q" {
  metadata {
    namespace = kubernetes_namespace.n.metadata[0].name
  }
}
resource "kubernetes_limit_range_v1" "l" {
  metadata {
    namespace = kubernetes_namespace_v1.x.metadata[0].name
  }
}
resource "kubernetes_deployment" "d" {
  metadata {
    name      = "d"
    namespace = "n"
  }
  spec {
    template {
      spec {
        container {}
      }
    }
  }
}
resource "kubernetes_horizontal_pod_autoscaler_v2" "h" {
  metadata {
    namespace = "n"
  }
  spec {
    scale_target_ref {
      kind = "Deployment"
      name = kubernetes_deployment.d.metadata[0].name
    }
  }
}
"#;
    let estate = estate(&[("main.tf", text)]);
    let refs = |address: &str, path: &str| estate.refs(address, path).join(" ");
    assert_eq!(estate.at("kubernetes_resource_quota.q", "in_namespace"), "\"Namespace/n\"");
    assert_eq!(
        refs("kubernetes_resource_quota.q", "in_namespace"),
        "kubernetes_namespace.n:metadata kubernetes_namespace.n:"
    );
    assert_eq!(estate.at("kubernetes_limit_range_v1.l", "in_namespace"), "?Variable(x)");
    assert_eq!(refs("kubernetes_limit_range_v1.l", "in_namespace"), "kubernetes_namespace_v1.x:metadata");
    assert_eq!(estate.at("kubernetes_horizontal_pod_autoscaler_v2.h", "selects.0"), "\"kubernetes_deployment.d\"");
    let pod = estate.built.resources.iter().find(|it| &*it.kind == "kubernetes.pod").unwrap();
    assert_eq!(shown(pod.attributes.get("namespace_object").unwrap()), "\"Namespace/n\"");
}
