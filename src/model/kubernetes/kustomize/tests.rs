use crate::model::Built;
use crate::model::kubernetes::MODEL;
use crate::model::testing::{at, build, find};
use crate::resource::GapKind;

const BASE: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, labels: {tier: back}}
spec:
  replicas: 1
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: app
        image: example.org/api:1
        env: [{name: A, value: a}, {name: B, value: b}]
        args: [x, y]
      - {name: side, image: 'busybox@sha256:00'}
---
{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {selector: {app: api}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: runner}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: bind}
roleRef: {kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: runner, namespace: x}, {kind: ServiceAccount, name: other, namespace: x}]
";

fn overlay(kustomization: &str, files: &[(&str, &str)]) -> Built {
    let mut all = vec![
        ("base/kustomization.yaml", "resources: [all.yaml]"),
        ("base/all.yaml", BASE),
        ("prod/kustomization.yaml", kustomization),
    ];
    all.extend(files);
    build(&MODEL, &all, &[]).0
}

#[test]
fn transformers_change_what_the_base_has() {
    let built = overlay(
        "
resources: [../base]
namespace: prod
namePrefix: p-
commonLabels: {env: prod}
commonAnnotations: {note: n}
replicas: [{name: api, count: 3}]
images: [{name: example.org/api, newTag: '2'}, {name: busybox, newName: mirror/busybox, digest: 'sha256:11'}]
",
        &[],
    );
    for (kind, address, path, expected) in [
        ("Deployment", "Deployment/prod/p-api", "metadata/labels", r#"{tier: "back", env: "prod"}"#),
        ("Deployment", "Deployment/prod/p-api", "metadata/annotations/note", r#""n""#),
        ("Deployment", "Deployment/prod/p-api", "spec/selector/matchLabels/env", r#""prod""#),
        ("Deployment", "Deployment/prod/p-api", "spec/replicas", "3"),
        ("kubernetes.pod", "Deployment/prod/p-api", "metadata/labels/env", r#""prod""#),
        ("kubernetes.pod", "Deployment/prod/p-api", "metadata/annotations/note", r#""n""#),
        ("kubernetes.container", "Deployment/prod/p-api/app", "image", r#""example.org/api:2""#),
        ("kubernetes.container", "Deployment/prod/p-api/side", "image", r#""mirror/busybox@sha256:11""#),
        ("Service", "Service/prod/p-api", "spec/selector", r#"{app: "api", env: "prod"}"#),
        ("Service", "Service/prod/p-api", "selects/0", r#""Deployment/prod/p-api" <- Deployment/prod/p-api."#),
        (
            "ClusterRoleBinding",
            "ClusterRoleBinding/p-bind",
            "subjects/0/name",
            r#""p-runner" <- ServiceAccount/prod/p-runner."#,
        ),
        ("ClusterRoleBinding", "ClusterRoleBinding/p-bind", "subjects/1/name", r#""other" <- ServiceAccount/x/other."#),
        ("ClusterRoleBinding", "ClusterRoleBinding/p-bind", "roleRef/name", r#""view""#),
        ("ClusterRoleBinding", "ClusterRoleBinding/p-bind", "subjects/0/namespace", r#""prod""#),
        ("ClusterRoleBinding", "ClusterRoleBinding/p-bind", "subjects/1/namespace", r#""x""#),
    ] {
        assert_eq!(at(&find(&built, kind, address).attributes, path), expected, "{address} {path}");
    }
    assert!(built.gaps.is_empty(), "{:?}", built.gaps);
    assert!(built.resources.iter().all(|it| !it.address.contains("default")));
}

#[test]
fn patches_are_merged() {
    let merge = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      automountServiceAccountToken: false
      containers:
      - name: app
        securityContext: {privileged: true}
        env: [{name: B, value: c}, {name: C, value: d}]
        args: [z]
      - {name: side, $patch: delete}
      - {name: new, image: i}
";
    let built = overlay(
        "
resources: [../base]
patches:
- path: merge.yaml
- target: {kind: Service, name: a.*}
  patch: |
    - {op: replace, path: /spec/ports/0/port, value: 443}
    - {op: add, path: /spec/type, value: LoadBalancer}
    - {op: add, path: /metadata/annotations, value: {a~b: c}}
    - {op: remove, path: /spec/selector/app}
- patch: |-
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: runner}
    $patch: delete
- target: {labelSelector: tier=back}
  patch: |
    kind: Any
    metadata: {name: any, labels: {patched: yes}}
",
        &[("prod/merge.yaml", merge)],
    );
    for (kind, address, path, expected) in [
        ("kubernetes.pod", "Deployment/default/api", "automount_service_account_token", "false"),
        ("kubernetes.container", "Deployment/default/api/app", "securityContext/privileged", "true"),
        ("kubernetes.container", "Deployment/default/api/app", "image", r#""example.org/api:1""#),
        ("kubernetes.container", "Deployment/default/api/app", "env/0/name", r#""C""#),
        ("kubernetes.container", "Deployment/default/api/app", "env/2/value", r#""c""#),
        ("kubernetes.container", "Deployment/default/api/app", "args", r#"["z"]"#),
        ("kubernetes.container", "Deployment/default/api/new", "image", r#""i""#),
        ("Service", "Service/default/api", "spec", r#"{selector: {}, ports: [{port: 443}], type: "LoadBalancer"}"#),
        ("Service", "Service/default/api", "metadata/annotations", r#"{a~b: "c"}"#),
        ("Deployment", "Deployment/default/api", "metadata/labels", r#"{tier: "back", patched: "yes"}"#),
    ] {
        assert_eq!(at(&find(&built, kind, address).attributes, path), expected, "{address} {path}");
    }
    assert!(built.gaps.is_empty(), "{:?}", built.gaps);
    let gone = ["ServiceAccount/default/runner", "Deployment/default/api/side"];
    assert!(built.resources.iter().all(|it| !gone.contains(&&*it.address)));
    assert_eq!(built.used.len(), 4);
}

#[test]
fn labels_reach_as_far_as_they_say() {
    for (labels, template, selector) in [
        ("{pairs: {env: prod}}", "-", "-"),
        ("{pairs: {env: prod}, includeTemplates: true}", r#""prod""#, "-"),
        ("{pairs: {env: prod}, includeSelectors: true}", r#""prod""#, r#""prod""#),
    ] {
        let built = overlay(&format!("resources: [../base]\nlabels: [{labels}]"), &[]);
        let api = &find(&built, "Deployment", "Deployment/default/api").attributes;
        assert_eq!(at(api, "metadata/labels/env"), r#""prod""#, "{labels}");
        assert_eq!(at(api, "spec/template/metadata/labels/env"), template, "{labels}");
        assert_eq!(at(api, "spec/selector/matchLabels/env"), selector, "{labels}");
    }
}

#[test]
fn names_change_with_what_refers_to_them() {
    let pod = "
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccountName: runner
  imagePullSecrets: [{name: pull}]
  containers:
  - name: c
    envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: elsewhere}}]
    env: [{name: A, valueFrom: {secretKeyRef: {name: pull, key: k}}}]
  volumes: [{name: v, secret: {secretName: pull}}, {name: w, projected: {sources: [{configMap: {name: settings}}]}}]
---
{apiVersion: v1, kind: Secret, metadata: {name: pull}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: clinic}}
";
    let built = overlay(
        "
resources: [../base, pod.yaml]
nameSuffix: -v2
configMapGenerator: [{name: settings, literals: [A=1]}]
patches: [{patch: '{kind: Pod, metadata: {name: web}, spec: {hostPID: true}}'}]
",
        &[
            ("prod/pod.yaml", pod),
            (
                "top/kustomization.yaml",
                "
resources: [../prod]
namePrefix: x-
patches: [{patch: '{kind: Pod, metadata: {name: web}, spec: {hostIPC: true}}'}]
replicas: [{name: api-v2, count: 7}]
",
            ),
        ],
    );
    assert!(built.gaps.is_empty(), "{:?}", built.gaps);
    find(&built, "Namespace", "Namespace/clinic");
    for (kind, address, path, expected) in [
        ("Pod", "Pod/default/x-web-v2", "spec/serviceAccountName", r#""x-runner-v2""#),
        ("Pod", "Pod/default/x-web-v2", "spec/imagePullSecrets/0/name", r#""x-pull-v2""#),
        ("Pod", "Pod/default/x-web-v2", "spec/volumes/0/secret/secretName", r#""x-pull-v2""#),
        ("Pod", "Pod/default/x-web-v2", "spec/volumes/0/name", r#""v""#),
        ("Pod", "Pod/default/x-web-v2", "spec/volumes/1/projected/sources/0/configMap/name", r#""x-settings-v2""#),
        ("Pod", "Pod/default/x-web-v2", "spec/hostPID", "true"),
        ("Pod", "Pod/default/x-web-v2", "spec/hostIPC", "true"),
        ("kubernetes.container", "Pod/default/x-web-v2/c", "envFrom/0/configMapRef/name", r#""x-settings-v2""#),
        ("kubernetes.container", "Pod/default/x-web-v2/c", "envFrom/1/secretRef/name", r#""elsewhere""#),
        ("kubernetes.container", "Pod/default/x-web-v2/c", "env/0/valueFrom/secretKeyRef/name", r#""x-pull-v2""#),
        ("Deployment", "Deployment/default/x-api-v2", "spec/replicas", "7"),
        ("ConfigMap", "ConfigMap/default/x-settings-v2", "data", r#"{A: "1"}"#),
    ] {
        assert_eq!(at(&find(&built, kind, address).attributes, path), expected, "{address} {path}");
    }
}

#[test]
fn generators_make_objects_of_literals_and_files() {
    let built = overlay(
        "
resources: [../base]
namespace: prod
generatorOptions: {labels: {made: here}}
configMapGenerator:
- name: settings
  literals: [A=1, 'B=\"two words\"', C=x=y]
  files: [gone.conf, key=also-gone.conf]
  options: {immutable: true}
- {name: settings, behavior: merge, literals: [A=9]}
- {name: replaced, literals: [A=1]}
- {name: replaced, behavior: replace, literals: [Z=1]}
secretGenerator:
- {name: db, type: Special, literals: [password=summer], envs: [gone.env]}
",
        &[],
    );
    for (kind, address, path, expected) in [
        (
            "ConfigMap",
            "ConfigMap/prod/settings",
            "data",
            r#"{gone.conf: ?File(gone.conf), key: ?File(also-gone.conf), A: "9", B: "two words", C: "x=y"}"#,
        ),
        ("ConfigMap", "ConfigMap/prod/settings", "immutable", "true"),
        ("ConfigMap", "ConfigMap/prod/settings", "metadata/labels", r#"{made: "here"}"#),
        ("ConfigMap", "ConfigMap/prod/replaced", "data", r#"{Z: "1"}"#),
        ("Secret", "Secret/prod/db", "data", r#"{...: ?File(gone.env), password: "c3VtbWVy"}"#),
        ("Secret", "Secret/prod/db", "type", r#""Special""#),
    ] {
        assert_eq!(at(&find(&built, kind, address).attributes, path), expected, "{address} {path}");
    }
    assert!(built.gaps.is_empty(), "{:?}", built.gaps);
}

#[test]
fn replacements_copy_values_between_objects() {
    let built = overlay(
        "
resources: [../base]
configMapGenerator: [{name: from, literals: ['HOST=db.example.org:5432', TAG=v9]}]
replacements:
- source: {kind: ConfigMap, name: from, fieldPath: data.TAG}
  targets:
  - select: {kind: Deployment, name: api}
    fieldPaths: ['spec.template.spec.containers.[name=app].image']
    options: {delimiter: ':', index: 1}
- source: {kind: ConfigMap, name: from, fieldPath: data.HOST, options: {delimiter: ':', index: 0}}
  targets:
  - select: {kind: Deployment}
    reject: [{name: other}]
    fieldPaths: ['spec.template.spec.containers.0.env.[name=A].value', 'metadata.annotations.host\\.name']
    options: {create: true}
- path: more.yaml
",
        &[(
            "prod/more.yaml",
            "- {source: {kind: Service}, targets: [{select: {kind: ServiceAccount}, fieldPaths: [metadata.name]}]}",
        )],
    );
    for (kind, address, path, expected) in [
        ("kubernetes.container", "Deployment/default/api/app", "image", r#""example.org/api:v9""#),
        ("kubernetes.container", "Deployment/default/api/app", "env/0/value", r#""db.example.org""#),
        ("kubernetes.container", "Deployment/default/api/app", "env/1/value", r#""b""#),
        ("Deployment", "Deployment/default/api", "metadata/annotations", r#"{host.name: "db.example.org"}"#),
        ("ServiceAccount", "ServiceAccount/default/api", "metadata/name", r#""api""#),
    ] {
        assert_eq!(at(&find(&built, kind, address).attributes, path), expected, "{address} {path}");
    }
    assert!(built.gaps.is_empty(), "{:?}", built.gaps);
}

#[test]
fn every_overlay_is_audited_and_the_base_is_not() {
    let files = [
        ("base/kustomization.yaml", "resources: [cm.yaml]"),
        ("base/cm.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"),
        ("prod/kustomization.yaml", "resources: [../base]\nnamespace: prod\ncomponents: [../part]"),
        ("test/kustomization.yaml", "resources: [../base, ../base]\nnamespace: test"),
        (
            "part/kustomization.yaml",
            "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncommonLabels: {part: x}",
        ),
        ("free.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}"),
    ];
    let built = build(&MODEL, &files, &[]).0;
    let all: Vec<_> = built.resources.iter().map(|it| &*it.address).collect();
    assert_eq!(all, ["ConfigMap/default/b", "ConfigMap/prod/a", "ConfigMap/test/a"]);
    assert_eq!(at(&find(&built, "", "ConfigMap/prod/a").attributes, "metadata/labels/part"), r#""x""#);
    assert_eq!(at(&find(&built, "", "ConfigMap/test/a").attributes, "metadata/labels/part"), "-");
}

#[test]
fn what_is_not_done_is_said() {
    for (kustomization, kind, words) in [
        ("resources: [../base]\ntransformers: []\nvars: []", GapKind::Note, "transformers, vars"),
        ("resources: [../base]\nreplacements: [{path: gone.yaml}]", GapKind::Missing, "gone.yaml was not read"),
        (
            "resources: [../base]\nreplacements: [{source: {kind: X}, targets: []}]",
            GapKind::Note,
            "source of a replacement",
        ),
        (
            "resources: [../base]\nreplacements: [{source: {kind: Service}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.a.b]}]}]",
            GapKind::Note,
            "finds no spec.a.b in Deployment api",
        ),
        ("resources: [../base]\nsecretGenerator: [{literals: [a=b]}]", GapKind::Note, "has no name"),
        ("resources: [../base, gone.yaml]", GapKind::Missing, "gone.yaml was not read"),
        ("resources: [../base, 'https://example.org/x']", GapKind::Missing, "https://example.org/x was not read"),
        ("resources: [../base]\npatches: [{path: gone.yaml}]", GapKind::Missing, "a patch was not read"),
        ("resources: [../base]\npatches: [{patch: '{kind: X, metadata: {name: y}}'}]", GapKind::Note, "not be applied"),
        (
            "resources: [../base]\npatches: [{target: {kind: Service}, patch: '[{op: move, from: /a, path: /b}]'}]",
            GapKind::Note,
            "not be applied",
        ),
    ] {
        let built = overlay(kustomization, &[]);
        let gaps: Vec<_> = built.gaps.iter().map(|gap| (gap.kind, &*gap.message)).collect();
        assert!(gaps.len() == 1 && gaps[0].0 == kind && gaps[0].1.contains(words), "{kustomization}: {gaps:?}");
        find(&built, "Deployment", "Deployment/default/api");
    }
}

#[test]
fn an_object_does_not_hide_by_being_called_a_patch() {
    let hidden = "{apiVersion: v1, kind: Pod, metadata: {name: bad}, spec: {containers: [{name: c}]}}";
    let built = overlay("resources: [../base]\npatches: [{path: bad.yaml}]", &[("prod/bad.yaml", hidden)]);
    find(&built, "Pod", "Pod/default/bad");
}

#[test]
fn kustomizations_that_build_on_each_other_end() {
    let files = [
        ("a/kustomization.yaml", "resources: [../b, cm.yaml]"),
        ("a/cm.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"),
        ("b/kustomization.yaml", "resources: [../a]"),
        ("c/kustomization.yaml", "resources: [../c]\ncomponents: [../c]"),
    ];
    let built = build(&MODEL, &files, &[]).0;
    assert_eq!(built.resources.len(), 1);
}
