//! Objects: what a manifest declares
//! (<https://kubernetes.io/docs/concepts/overview/working-with-objects/>).

use std::sync::Arc;

use foldhash::HashSet;

use super::chart::Charts;
use super::kustomize::Kustomizations;
use super::{reach, text};
use crate::format::Document;
use crate::model::Context;
use crate::source::SourceId;
use crate::value::{List, Map, Value};

/// Kinds without a namespace, of Kubernetes (`kubectl api-resources --namespaced=false`) and of
/// extensions that are common.
const CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "CiliumClusterwideNetworkPolicy",
    "ClusterExternalSecret",
    "ClusterIssuer",
    "ClusterPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "ClusterTrustBundle",
    "ConstraintTemplate",
    "CustomResourceDefinition",
    "DeviceClass",
    "EC2NodeClass",
    "FlowSchema",
    "GatewayClass",
    "GlobalNetworkPolicy",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "NodePool",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "SecurityContextConstraints",
    "ServiceCIDR",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
    "VolumeSnapshotClass",
    "VolumeSnapshotContent",
];

/// Deepest place of a pod template within an object.
const MAX_TEMPLATE_DEPTH: u8 = 8;

/// One object of a manifest.
pub(super) struct Object {
    pub(super) source: SourceId,
    pub(super) kind: Arc<str>,
    /// The namespace; `default` if none is written, empty for a kind that has none, `?` and what it
    /// depends on if it is not known.
    pub(super) namespace: Arc<str>,
    /// `Kind/namespace/name`, by which other objects mean it.
    pub(super) identity: Arc<str>,
    /// Its identity, or what another language that declares it calls it.
    pub(super) address: Arc<str>,
    pub(super) value: Value,
    pub(super) map: Map,
    /// Its one pod template, if that need not be searched for.
    pub(super) template: Option<Value>,
}

/// All objects of the documents, lists taken apart, kustomizations built.
pub(super) fn read(
    documents: &[&Document],
    ctx: &Context,
    charts: &Charts,
    kustomizations: &mut Kustomizations,
) -> Vec<Object> {
    let mut files: Vec<(Arc<str>, Vec<Found>)> = Vec::new();
    for document in documents {
        let mut found = Vec::new();
        for value in document.body.documents() {
            let value = charts.as_template(value, document, ctx);
            collect(&value, None, document.source, &mut found);
        }
        files.push((document.path.clone(), found));
    }
    let found = kustomizations.build(files);
    let cluster_wide = cluster_scoped(&found);
    found.into_iter().filter_map(|found| found.object(&cluster_wide)).collect()
}

/// A map that is an object, before its address is known.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) source: SourceId,
    pub(super) kind: Arc<str>,
    pub(super) value: Value,
    /// Names that it had before a kustomization gave it another.
    pub(super) earlier: Vec<Arc<str>>,
}

fn collect(value: &Value, kind_of_list: Option<&str>, source: SourceId, out: &mut Vec<Found>) {
    let Some(map) = value.as_map() else { return };
    let kind = map.get("kind").and_then(Value::as_str).or(kind_of_list);
    let (Some(kind), Some(version)) = (kind, map.get("apiVersion").and_then(Value::as_str)) else { return };
    if version.starts_with("kustomize.config.k8s.io/") {
        return; // a file for kustomize, not an object
    }
    let items = map.get("items").and_then(Value::as_list);
    if let (Some(of), Some(items)) = (kind.strip_suffix("List"), items) {
        let of = Some(of).filter(|of| !of.is_empty());
        return items.iter().for_each(|item| collect(item, of, source, out));
    }
    out.push(Found::new(source, kind, value.clone()));
}

/// True for a kind without a namespace.
pub(super) fn is_cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}

/// The kinds without a namespace among the custom ones whose definition was read.
fn cluster_scoped(all: &[Found]) -> HashSet<Arc<str>> {
    let definitions = all.iter().filter(|found| &*found.kind == "CustomResourceDefinition");
    let specs = definitions.filter_map(|found| found.value.get("spec"));
    let cluster = specs.filter(|spec| spec.get("scope").and_then(Value::as_str) == Some("Cluster"));
    cluster.filter_map(|spec| spec.at_path(&["names", "kind"])).filter_map(text).collect()
}

impl Found {
    pub(super) fn new(source: SourceId, kind: &str, value: Value) -> Found {
        Found { source, kind: kind.into(), value, earlier: Vec::new() }
    }

    /// True if it has this name, or had it before it was renamed.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let own = self.value.at_path(&["metadata", "name"]).and_then(text);
        own.as_deref() == Some(name) || self.earlier.iter().any(|earlier| **earlier == *name)
    }

    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    /// Kind, namespace and name: two of the same are the same object.
    pub(super) fn identity(&self) -> (String, String, String) {
        let named = |key: &str| self.value.at_path(&["metadata", key]).and_then(text).unwrap_or_default().to_string();
        (self.kind.to_string(), named("namespace"), named("name"))
    }

    /// True for a kind of Kubernetes itself, whose groups have no dot or end in `k8s.io`.
    pub(super) fn is_built_in(&self) -> bool {
        let version = self.value.get("apiVersion").and_then(Value::as_str).unwrap_or("");
        let group = version.split_once('/').map_or("", |(group, _)| group);
        !group.contains('.') || group.ends_with(".k8s.io")
    }

    pub(super) fn object(self, cluster_wide: &HashSet<Arc<str>>) -> Option<Object> {
        let map = self.value.as_map()?.clone();
        let metadata = map.get("metadata");
        let named = |key: &str| metadata.and_then(|metadata| metadata.get(key)).and_then(text);
        let name = named("name").or_else(|| Some(format!("{}*", named("generateName")?).into()));
        let written = namespace(&self.value);
        let is_cluster_wide = is_cluster_scoped(&self.kind) || cluster_wide.contains(&self.kind);
        let has_none = metadata.is_none() || is_cluster_wide;
        let namespace = if has_none { "".into() } else { written.map_or_else(|| "default".into(), name_of) };
        let identity = [Some(&self.kind), Some(&namespace), name.as_ref()].into_iter().flatten();
        let identity: Vec<&str> = identity.map(|part| &**part).filter(|part| !part.is_empty()).collect();
        let identity: Arc<str> = identity.join("/").into();
        Some(Object {
            source: self.source,
            address: identity.clone(),
            identity,
            template: None,
            kind: self.kind,
            namespace,
            value: self.value,
            map,
        })
    }
}

/// The namespace that an object states.
fn namespace(object: &Value) -> Option<&Value> {
    let written = reach(object, &["metadata", "namespace"])?;
    (written.as_str() != Some("") && !written.is_null()).then_some(written)
}

/// A name; of one that is not known, what it depends on, which makes two of the same comparable.
fn name_of(value: &Value) -> Arc<str> {
    let Some(unknown) = value.as_unknown() else { return text(value).unwrap_or_default() };
    let pieces = unknown.pieces.iter().flat_map(|pieces| pieces.iter());
    let pieces: Vec<&str> = pieces.map(|piece| piece.as_deref().unwrap_or("?")).collect();
    format!("?{} {}", unknown.what, pieces.concat()).into()
}

impl Object {
    /// True unless its namespace depends on what was not read.
    pub(super) fn knows_namespace(&self) -> bool {
        !self.namespace.starts_with('?')
    }

    /// The namespace, standing where it is written.
    pub(super) fn namespace(&self) -> Value {
        match namespace(&self.value) {
            Some(unknown) if unknown.as_unknown().is_some() => unknown.clone(),
            Some(written) => Value::string(self.namespace.clone(), written.span).with_refs(written.references()),
            None => Value::string(self.namespace.clone(), self.value.span),
        }
    }

    /// The value at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Value> {
        self.value.at_path(path)
    }

    /// Its pod templates: itself for a pod, else every map with a `spec` that has `containers`,
    /// wherever the kind keeps it.
    pub(super) fn templates(&self) -> Vec<Value> {
        let mut found = Vec::new();
        if let Some(template) = &self.template {
            found.push(template.clone());
        } else if is_template(&self.value) {
            found.push(self.value.clone());
        } else {
            self.map.iter().for_each(|(_, entry)| templates(&entry.value, MAX_TEMPLATE_DEPTH, &mut found));
        }
        found
    }
}

fn templates(value: &Value, depth: u8, found: &mut Vec<Value>) {
    if value.depth() < 2 || depth == 0 {
        return; // a template is at least two collections deep: itself and its spec
    }
    if is_template(value) {
        return found.push(value.clone());
    }
    value.as_list().into_iter().flat_map(|list| list.iter()).for_each(|item| templates(item, depth - 1, found));
    let members = value.as_map().into_iter().flat_map(Map::iter);
    members.for_each(|(_, entry)| templates(&entry.value, depth - 1, found));
}

fn is_template(value: &Value) -> bool {
    let containers = value.at_path(&["spec", "containers"]);
    let is_map = |list: &List| list.iter().any(|item| item.as_map().is_some());
    containers.is_some_and(|it| it.as_unknown().is_some() || it.as_list().is_some_and(is_map))
}
