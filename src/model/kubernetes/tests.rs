use super::*;
use crate::model::testing::{at, build as run, find, show};

fn built(files: &[(&str, &str)]) -> Built {
    run(&MODEL, files, &[]).0
}

fn addresses<'a>(built: &'a Built, kind: &str) -> Vec<&'a str> {
    built.resources.iter().filter(|it| &*it.kind == kind).map(|it| &*it.address).collect()
}

#[test]
fn objects_are_addressed_by_kind_namespace_and_name() {
    for (text, expected) in [
        ("{apiVersion: v1, kind: Service, metadata: {name: a}}", "Service/default/a"),
        ("{apiVersion: v1, kind: Service, metadata: {name: a, namespace: n}}", "Service/n/a"),
        ("{apiVersion: v1, kind: Service, metadata: {name: 12}}", "Service/default/12"),
        ("{apiVersion: v1, kind: Pod, metadata: {generateName: job-}}", "Pod/default/job-*"),
        ("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", "Namespace/a"),
        ("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}}", "ClusterRole/a"),
        ("{apiVersion: v1, kind: Node, metadata: {name: a, namespace: ignored}}", "Node/a"),
        ("{apiVersion: x.io/v1, kind: Thing, metadata: {name: a}}", "Thing/default/a"),
        ("{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, a: 1}", "KubeletConfiguration"),
        ("{apiVersion: audit.k8s.io/v1, kind: Policy, rules: []}", "Policy"),
    ] {
        let built = built(&[("a.yaml", text)]);
        assert_eq!(&*built.resources[0].address, expected, "{text}");
        assert_eq!((built.used.len(), &*built.resources[0].scope.path), (1, "."), "{text}");
    }
}

#[test]
fn what_is_no_object_is_left_alone() {
    for text in ["a: 1", "- kind: Pod", "{kind: Pod}", "{apiVersion: 1, kind: Pod}", "version: '3'\nservices: {}", ""] {
        let built = built(&[("a.yaml", text)]);
        assert!(built.resources.is_empty() && built.used.is_empty(), "{text}");
    }
}

#[test]
fn lists_are_taken_apart() {
    let text = "
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- apiVersion: v1
  kind: List
  items: [{apiVersion: v1, kind: Secret, metadata: {name: b}}]
---
{apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, metadata: {name: c}}]}
";
    let built = built(&[("a.yaml", text)]);
    let all: Vec<_> = built.resources.iter().map(|it| &*it.address).collect();
    assert_eq!(all, ["ConfigMap/default/a", "Secret/default/b", "ConfigMap/default/c"]);
}

#[test]
fn a_definition_that_was_read_says_whether_its_kind_has_a_namespace() {
    let text = "
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: t}, spec: {scope: Cluster, names: {kind: Tenant}}}
---
{apiVersion: x.io/v1, kind: Tenant, metadata: {name: a}}
";
    assert_eq!(addresses(&built(&[("a.yaml", text)]), "Tenant"), ["Tenant/a"]);
}

#[test]
fn pods_are_found_wherever_a_kind_keeps_them() {
    let pod = "{metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}";
    for (object, kind) in [
        (format!("spec: {{template: {pod}}}"), "Deployment"),
        (format!("spec: {{template: {pod}}}"), "StatefulSet"),
        (format!("spec: {{template: {pod}}}"), "DaemonSet"),
        (format!("spec: {{template: {pod}}}"), "Job"),
        (format!("spec: {{template: {pod}}}"), "Rollout"),
        (format!("spec: {{jobTemplate: {{spec: {{template: {pod}}}}}}}"), "CronJob"),
        (format!("template: {pod}"), "PodTemplate"),
        (format!("spec: {{jobTargetRef: {{template: {pod}}}}}"), "ScaledJob"),
        (format!("spec: {{tasks: [{{name: x, template: {pod}}}]}}"), "VolcanoJob"),
        ("spec: {containers: [{name: c, image: i}]}".to_owned(), "Pod"),
    ] {
        let text = format!("apiVersion: x/v1\nkind: {kind}\nmetadata: {{name: n, namespace: s}}\n{object}\n");
        let built = built(&[("a.yaml", &text)]);
        let address = format!("{kind}/s/n");
        let pod = find(&built, "kubernetes.pod", &address);
        assert_eq!(at(&pod.attributes, "owner_kind"), format!("{kind:?}"));
        assert_eq!(at(&pod.attributes, "metadata/namespace"), "\"s\"");
        find(&built, "kubernetes.container", &format!("{address}/c"));
        find(&built, kind, &address);
    }
}

const POD: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: clinic}
spec:
  template:
    metadata:
      labels: {app: api}
      annotations:
        container.apparmor.security.beta.kubernetes.io/noted: localhost/strict
        container.apparmor.security.beta.kubernetes.io/free: unconfined
    spec:
      hostNetwork: true
      os: {name: linux}
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        fsGroup: 2000
        seccompProfile: {type: RuntimeDefault}
        windowsOptions: {runAsUserName: a, hostProcess: true}
      initContainers:
      - {name: init, image: 'busybox:1.36'}
      containers:
      - name: app
        image: registry.example.org:5000/team/api@sha256:0123
        securityContext:
          runAsUser: 0
          windowsOptions: {runAsUserName: b}
          capabilities: {drop: [ALL]}
      - {name: noted, image: nginx}
      - {name: free}
      ephemeralContainers:
      - {name: debug, image: 'a/b'}
";

#[test]
fn containers_have_the_security_context_that_is_in_effect() {
    let built = built(&[("a.yaml", POD)]);
    let all = addresses(&built, "kubernetes.container");
    let names: Vec<_> = all.iter().filter_map(|it| it.rsplit('/').next()).collect();
    assert_eq!(names, ["init", "app", "noted", "free", "debug"]);
    for (name, path, expected) in [
        ("app", "securityContext/runAsUser", "0"),
        ("app", "securityContext/runAsNonRoot", "true"),
        ("app", "securityContext/seccompProfile/type", r#""RuntimeDefault""#),
        ("app", "securityContext/windowsOptions", r#"{runAsUserName: "b", hostProcess: true}"#),
        ("app", "securityContext/capabilities/drop", r#"["ALL"]"#),
        ("app", "securityContext/fsGroup", "-"),
        ("app", "securityContext/appArmorProfile", "-"),
        ("init", "securityContext/runAsUser", "1000"),
        ("init", "securityContext/fsGroup", "-"),
        ("noted", "securityContext/appArmorProfile", r#"{type: "Localhost", localhostProfile: "strict"}"#),
        ("free", "securityContext/appArmorProfile/type", r#""Unconfined""#),
        ("app", "type", r#""container""#),
        ("init", "type", r#""init""#),
        ("debug", "type", r#""ephemeral""#),
        ("app", "host_network", "true"),
        ("app", "namespace", r#""clinic""#),
        ("app", "owner_kind", r#""Deployment""#),
        ("app", "os", r#""linux""#),
        ("app", "image_reference/registry", r#""registry.example.org:5000""#),
        ("app", "image_reference/repository", r#""team/api""#),
        ("app", "image_reference/tag", "-"),
        ("app", "image_reference/digest", r#""sha256:0123""#),
        ("init", "image_reference/repository", r#""library/busybox""#),
        ("init", "image_reference/tag", r#""1.36""#),
        ("free", "image_reference", "-"),
        ("app", "flags", "-"),
    ] {
        let container = find(&built, "kubernetes.container", &format!("Deployment/clinic/api/{name}"));
        assert_eq!(at(&container.attributes, path), expected, "{name} {path}");
    }
}

#[test]
fn a_container_without_any_setting_has_no_security_context() {
    let text = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c}, {name: d, securityContext: {}}]}}";
    let built = built(&[("a.yaml", text)]);
    let context = |name: &str| {
        at(&find(&built, "kubernetes.container", &format!("Pod/default/a/{name}")).attributes, "securityContext")
    };
    assert_eq!((context("c"), context("d")), ("-".into(), "{}".into()));
    assert_eq!(at(&find(&built, "kubernetes.container", "Pod/default/a/c").attributes, "host_network"), "false");
}

#[test]
fn values_keep_the_place_they_were_written_at() {
    let (built, sources) = run(&MODEL, &[("a.yaml", POD)], &[]);
    let app = find(&built, "kubernetes.container", "Deployment/clinic/api/app");
    let line = |value: &Value| sources.locate(value.span).unwrap().line;
    assert_eq!(sources.locate(app.span).unwrap().line, 24);
    assert_eq!(line(app.attributes.at_path(&["securityContext", "runAsNonRoot"]).unwrap()), 16);
    assert_eq!(line(app.attributes.at_path(&["securityContext", "runAsUser"]).unwrap()), 27);
    let pod = find(&built, "kubernetes.pod", "Deployment/clinic/api");
    assert_eq!((sources.locate(pod.span).unwrap().line, line(pod.attributes.get("hostNetwork").unwrap())), (7, 13));
}

#[test]
fn pods_know_their_service_account_and_its_token() {
    let pod = |name: &str, spec: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: n}}, spec: {{{spec}containers: [{{name: c}}]}}}}\n"
        )
    };
    let accounts = "
{apiVersion: v1, kind: ServiceAccount, metadata: {name: quiet, namespace: n}, automountServiceAccountToken: false}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: plain, namespace: n}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: twice, namespace: n}, automountServiceAccountToken: false}
";
    let other = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: twice, namespace: n}}";
    let pods = [
        pod("a", ""),
        pod("b", "serviceAccountName: quiet, "),
        pod("c", "serviceAccountName: quiet, automountServiceAccountToken: true, "),
        pod("d", "serviceAccountName: plain, "),
        pod("e", "serviceAccount: old, "),
        pod("f", "serviceAccountName: twice, "),
    ];
    let built = built(&[("pods.yaml", &pods.concat()), ("accounts.yaml", accounts), ("overlay.yaml", other)]);
    for (name, account, token) in [
        ("a", "default", "-"),
        ("b", "quiet", "false"),
        ("c", "quiet", "true"),
        ("d", "plain", "-"),
        ("e", "old", "-"),
        ("f", "twice", "?Lookup(several ServiceAccount/n/twice)"),
    ] {
        let pod = find(&built, "kubernetes.pod", &format!("Pod/n/{name}"));
        let expected = format!("{account:?} <- ServiceAccount/n/{account}.");
        assert_eq!(at(&pod.attributes, "service_account"), expected, "{name}");
        assert_eq!(at(&pod.attributes, "automount_service_account_token"), token, "{name}");
    }
}

#[test]
fn selectors_name_the_pods_they_select() {
    let pods = "
{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: web, tier: front}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: z}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: other, labels: {app: web}}, spec: {containers: [{name: c}]}}
";
    for (selector, expected) in [
        ("{}", "a b z"),
        ("{matchLabels: {app: web}}", "a"),
        ("{matchLabels: {app: web, tier: back}}", ""),
        ("{matchExpressions: [{key: app, operator: In, values: [web, db]}]}", "a b"),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", "b z"),
        ("{matchExpressions: [{key: tier, operator: Exists}]}", "a"),
        ("{matchExpressions: [{key: tier, operator: DoesNotExist}]}", "b z"),
        ("{matchLabels: {app: db}, matchExpressions: [{key: tier, operator: Exists}]}", ""),
    ] {
        let policy = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p}}, spec: {{podSelector: {selector}}}}}"
        );
        let built = built(&[("pods.yaml", pods), ("policy.yaml", &policy)]);
        let selected =
            find(&built, "NetworkPolicy", "NetworkPolicy/default/p").attributes.get("selects").cloned().unwrap();
        let expected: Vec<_> =
            expected.split_whitespace().map(|name| format!("\"Pod/default/{name}\" <- Pod/default/{name}.")).collect();
        assert_eq!(show(&selected), format!("[{}]", expected.join(", ")), "{selector}");
    }
    for (selector, expected) in
        [("selector: {app: web}", "[\"Pod/default/a\" <- Pod/default/a.]"), ("selector: {}", "-"), ("", "-")]
    {
        let service = format!("{{apiVersion: v1, kind: Service, metadata: {{name: s}}, spec: {{{selector}}}}}");
        let built = built(&[("pods.yaml", pods), ("service.yaml", &service)]);
        assert_eq!(at(&find(&built, "Service", "Service/default/s").attributes, "selects"), expected, "{selector}");
    }
}

#[test]
fn autoscalers_and_namespaces_are_referred_to() {
    let text = "
{apiVersion: v1, kind: Namespace, metadata: {name: n}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: n}, spec: {template: {spec: {containers: [{name: c}]}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h, namespace: n}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: none, namespace: n}, spec: {}}
---
{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: n}}
---
{apiVersion: v1, kind: LimitRange, metadata: {name: l, namespace: m}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: n}, spec: {podSelector: {}}}
";
    let built = built(&[("a.yaml", text)]);
    let read = r#""Namespace/n" <- Namespace/n."#;
    for (kind, address, attribute, expected) in [
        (
            "HorizontalPodAutoscaler",
            "HorizontalPodAutoscaler/n/h",
            "selects",
            "[\"Deployment/n/d\" <- Deployment/n/d.]",
        ),
        ("HorizontalPodAutoscaler", "HorizontalPodAutoscaler/n/none", "selects", "-"),
        ("ResourceQuota", "ResourceQuota/n/q", "in_namespace", read),
        ("LimitRange", "LimitRange/m/l", "in_namespace", "\"Namespace/m\""),
        ("NetworkPolicy", "NetworkPolicy/n/p", "in_namespace", read),
        ("kubernetes.pod", "Deployment/n/d", "namespace_object", read),
        ("Deployment", "Deployment/n/d", "in_namespace", "-"),
    ] {
        assert_eq!(at(&find(&built, kind, address).attributes, attribute), expected, "{address}");
    }
}

#[test]
fn bindings_refer_to_their_role_and_subjects() {
    let text = "
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: n}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: s}, {kind: ServiceAccount, name: t, namespace: o}, {kind: User, name: u}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
";
    let built = built(&[("a.yaml", text)]);
    for (kind, address, path, expected) in [
        ("RoleBinding", "RoleBinding/n/b", "role", r#""Role/n/r" <- Role/n/r."#),
        ("RoleBinding", "RoleBinding/n/b", "subjects/0/name", r#""s" <- ServiceAccount/n/s."#),
        ("RoleBinding", "RoleBinding/n/b", "subjects/1/name", r#""t" <- ServiceAccount/o/t."#),
        ("RoleBinding", "RoleBinding/n/b", "subjects/2/name", r#""u""#),
        (
            "ClusterRoleBinding",
            "ClusterRoleBinding/b",
            "role",
            r#""ClusterRole/cluster-admin" <- ClusterRole/cluster-admin."#,
        ),
        ("ClusterRoleBinding", "ClusterRoleBinding/b", "subjects", "-"),
    ] {
        assert_eq!(at(&find(&built, kind, address).attributes, path), expected, "{address} {path}");
    }
}

#[test]
fn flags_of_the_control_plane_are_a_map() {
    let container = |words: &str| {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: kube-system}}, spec: {{containers: [{{name: c, {words}}}]}}}}"
        );
        let built = built(&[("a.yaml", &text)]);
        at(&find(&built, "kubernetes.container", "Pod/kube-system/a/c").attributes, "flags")
    };
    for (words, expected) in [
        (
            "command: [kube-apiserver, --anonymous-auth=false, --profiling]",
            r#"{anonymous-auth: "false", profiling: "true"}"#,
        ),
        ("command: [/usr/bin/etcd], args: ['--cert-file', /a, --b=c=d]", r#"{cert-file: "/a", b: "c=d"}"#),
        ("command: [kube-scheduler, --a=1, --a=2]", r#"{a: "2"}"#),
        ("command: [kube-controller-manager, -v=2, --on, --off=]", r#"{v: "2", on: "true", off: ""}"#),
        ("command: [kubelet]", "{}"),
        ("command: [nginx, --a=1]", "-"),
        ("args: [--a=1]", "-"),
        ("args: [kubelet, --a=1]", r#"{a: "1"}"#),
        ("command: [kubelet, '--a=$(A)', '--b=x$(B)']", r#"{a: ?Environment(A)! *|, b: ?Environment(B)! x|*|}"#),
        ("command: [kubelet, '--a=$$(A)']", r#"{a: "$$(A)"}"#),
        ("command: [kubelet, '$(ALL)']", "?Environment(ALL)! *|"),
        ("command: [sh, -c, 'kubelet --a=1 --b=$B 2>&1 >> /log']", r#"{a: "1", b: ?Environment(B)! *|}"#),
    ] {
        assert_eq!(container(words), expected, "{words}");
    }
}

#[test]
fn the_program_is_found_within_what_runs_it() {
    for (words, program, flag) in [
        ("command: [/usr/local/bin/kube-apiserver, --a=1]", "\"kube-apiserver\"", "\"1\""),
        ("command: [/hyperkube, kube-apiserver, --a=1]", "\"kube-apiserver\"", "\"1\""),
        ("command: [hyperkube, apiserver], args: [--a=1]", "\"kube-apiserver\"", "\"1\""),
        ("command: [hyperkube, kubelet, --a, '1']", "\"kubelet\"", "\"1\""),
        ("command: [/hyperkube]", "\"hyperkube\"", "-"),
        ("args: [kube-scheduler, --a=1]", "\"kube-scheduler\"", "\"1\""),
        ("command: [], args: [kube-scheduler, --a=1]", "\"kube-scheduler\"", "\"1\""),
        ("args: [--a=1]", "-", "-"),
        ("image: kube-apiserver", "-", "-"),
        ("command: [/app/server]", "\"server\"", "-"),
        ("command: ['C:\\k\\kube-proxy.exe', --a=1]", "\"kube-proxy\"", "\"1\""),
        ("command: [/go-runner, --log-file=/x, /bin/kube-apiserver, --a=1]", "\"kube-apiserver\"", "\"1\""),
        ("command: [tini, --, env, X=1, etcd, --a=1]", "\"etcd\"", "\"1\""),
        ("command: [su-exec, nobody, etcd, --a=1]", "\"etcd\"", "\"1\""),
        ("command: [/bin/sh, -c, 'exec kube-apiserver --a=1 --b=2']", "\"kube-apiserver\"", "\"1\""),
        ("command: [/bin/sh, -c], args: ['kube-apiserver --a=1']", "\"kube-apiserver\"", "\"1\""),
        ("command: [bash, -euo, pipefail, -c, 'kubelet --a=1']", "\"kubelet\"", "\"1\""),
        ("command: [sh, -c, 'set -e; cp /a /b; exec /opt/etcd --a=1 1>>/var/log/etcd.log 2>&1']", "\"etcd\"", "\"1\""),
        ("command: [sh, -c, 'etcd --a=1 2>&1 | tee /var/log/etcd.log']", "\"etcd\"", "\"1\""),
        ("command: [sh, -c, 'migrate && exec server']", "\"server\"", "-"),
        ("command: [sh, -c, 'migrate && server']", "-", "-"),
        ("command: [sh, -c, 'case $X in a) etcd;; esac']", "?Unsupported(the program of this shell text)", "-"),
        ("command: [sh, -c, 'case $X in a) b;; esac']", "-", "-"),
        ("command: [sh, -c, '$PROGRAM --a=1']", "?Environment(PROGRAM)! *|", "-"),
        ("command: [sh, -c, 'sh -c \"etcd --a=1\"']", "\"etcd\"", "\"1\""),
        ("command: [sh, start.sh, -c, etcd]", "\"sh\"", "-"),
        ("command: ['$(DIR)/etcd', --a=1]", "?Environment(DIR)! *|", "-"),
    ] {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{containers: [{{name: c, {words}}}]}}}}"
        );
        let built = built(&[("a.yaml", &text)]);
        let container = &find(&built, "kubernetes.container", "Pod/default/a/c").attributes;
        assert_eq!((&*at(container, "program"), &*at(container, "flags/a")), (program, flag), "{words}");
    }
}

#[test]
fn a_chart_is_one_gap() {
    let plain = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";
    let quoted = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: 'x/{{ .Values.i }}:{{ .Values.t }}'}]}}";
    let built = built(&[
        ("web/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
        ("web/values.yaml", "a: 1"),
        ("web/charts/db/Chart.yaml", "{apiVersion: v2, name: db, version: 1.0.0}"),
        ("web/templates/plain.yaml", plain),
        ("web/templates/quoted.yaml", quoted),
        ("lib/Chart.yaml", "{apiVersion: v2, name: lib, version: 1.0.0, type: library}"),
        ("other/quoted.yaml", quoted),
    ]);
    let gaps: Vec<_> = built.gaps.iter().map(|gap| (gap.kind, &*gap.path, gap.hint.as_deref().unwrap_or(""))).collect();
    assert_eq!(gaps, [(GapKind::Template, "web/Chart.yaml", "helm template web | duecare audit -")]);
    assert_eq!(addresses(&built, "ConfigMap"), ["ConfigMap/default/a"]);
    let images: Vec<_> = built.resources.iter().filter(|it| &*it.kind == "kubernetes.container").collect();
    assert_eq!(at(&images[0].attributes, "image"), "?Template(x/{{ .Values.i }}:{{ .Values.t }})! x/|*|:|*|");
    assert_eq!(at(&images[1].attributes, "image"), r#""x/{{ .Values.i }}:{{ .Values.t }}""#);
    assert_eq!(built.used.len(), 7);
}

#[test]
fn the_same_address_may_stand_in_two_files() {
    let text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";
    let built = built(&[("a.yaml", text), ("b.yaml", text)]);
    assert_eq!(addresses(&built, "ConfigMap").len(), 2);
    assert_ne!(built.resources[0].span.source, built.resources[1].span.source);
}

#[test]
fn hostile_manifests_end() {
    // As many policies as pods: the product is what costs.
    let pods = "---\n{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c}]}}\n".repeat(2_000);
    let policy =
        "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {}}}\n";
    let built = built(&[("a.yaml", &(pods + &policy.repeat(2_000)))]);
    assert_eq!(addresses(&built, "NetworkPolicy").len(), 2_000);
}

#[test]
fn what_a_pod_says_and_is_not_known_its_containers_inherit_unknown() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  securityContext: \"{{ .Values.context }}\"\n  containers: [{name: app, securityContext: {runAsUser: 7}}]\n";
    let built = built(&[("c/Chart.yaml", "{apiVersion: v2, name: c}"), ("c/templates/a.yaml", text)]);
    let app = find(&built, "kubernetes.container", "Pod/default/a/app");
    assert_eq!(at(&app.attributes, "securityContext/runAsUser"), "7");
    assert!(at(&app.attributes, "securityContext/runAsNonRoot").starts_with("?Template"));
}

#[test]
fn windows_is_known_by_the_nodes_that_a_pod_asks_for() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  nodeSelector: {kubernetes.io/os: windows}\n  containers: [{name: app}]\n";
    let built = built(&[("a.yaml", text)]);
    assert_eq!(at(&find(&built, "kubernetes.container", "Pod/default/a/app").attributes, "os"), "\"windows\"");
}
