//! Objects: what a manifest declares
//! (<https://kubernetes.io/docs/concepts/overview/working-with-objects/>).

use std::collections::HashSet;
use std::sync::Arc;

use super::packaging::Packaging;
use super::text;
use crate::format::Document;
use crate::model::Context;
use crate::source::SourceId;
use crate::value::{Map, Value};

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
    /// The namespace; `default` if none is written, empty for a kind that has none.
    pub(super) namespace: Arc<str>,
    /// `Kind/namespace/name`.
    pub(super) address: Arc<str>,
    pub(super) value: Value,
    pub(super) map: Map,
}

/// All objects of the documents, lists taken apart.
pub(super) fn read(documents: &[&Document], ctx: &Context, packaging: &Packaging) -> Vec<Object> {
    let mut found = Vec::new();
    for document in documents.iter().filter(|document| !packaging.is_patch(&document.path)) {
        for value in document.body.documents() {
            let value = packaging.as_template(value, document, ctx);
            collect(&value, None, document.source, &mut found);
        }
    }
    let cluster_wide = cluster_scoped(&found);
    found.into_iter().map(|found| found.object(&cluster_wide)).collect()
}

struct Found {
    source: SourceId,
    kind: Arc<str>,
    value: Value,
    map: Map,
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
    out.push(Found { source, kind: kind.into(), value: value.clone(), map: map.clone() });
}

/// The kinds without a namespace among the custom ones whose definition was read.
fn cluster_scoped(all: &[Found]) -> HashSet<Arc<str>> {
    let definitions = all.iter().filter(|found| &*found.kind == "CustomResourceDefinition");
    let specs = definitions.filter_map(|found| found.map.get("spec"));
    let cluster = specs.filter(|spec| spec.get("scope").and_then(Value::as_str) == Some("Cluster"));
    cluster.filter_map(|spec| spec.at_path(&["names", "kind"])).filter_map(text).collect()
}

impl Found {
    fn object(self, cluster_wide: &HashSet<Arc<str>>) -> Object {
        let metadata = self.map.get("metadata");
        let named = |key: &str| metadata.and_then(|metadata| metadata.get(key)).and_then(text);
        let name = named("name").or_else(|| Some(format!("{}*", named("generateName")?).into()));
        let written = named("namespace").filter(|namespace| !namespace.is_empty());
        let has_none = metadata.is_none()
            || written.is_none() && (CLUSTER_SCOPED.contains(&&*self.kind) || cluster_wide.contains(&self.kind));
        let namespace = if has_none { "".into() } else { written.unwrap_or_else(|| "default".into()) };
        let address = [Some(&self.kind), Some(&namespace), name.as_ref()].into_iter().flatten();
        let address: Vec<&str> = address.map(|part| &**part).filter(|part| !part.is_empty()).collect();
        Object {
            source: self.source,
            address: address.join("/").into(),
            kind: self.kind,
            namespace,
            value: self.value,
            map: self.map,
        }
    }
}

impl Object {
    /// The value at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Value> {
        self.value.at_path(path)
    }

    /// Its pod templates: itself for a pod, else every map with a `spec` that has `containers`,
    /// wherever the kind keeps it.
    pub(super) fn templates(&self) -> Vec<Value> {
        let mut found = Vec::new();
        if is_template(&self.value) {
            found.push(self.value.clone());
        } else {
            self.map.iter().for_each(|(_, entry)| templates(&entry.value, MAX_TEMPLATE_DEPTH, &mut found));
        }
        found
    }
}

fn templates(value: &Value, depth: u8, found: &mut Vec<Value>) {
    if value.depth() < 4 || depth == 0 {
        return; // a template is at least four collections deep: itself, spec, containers, a container
    }
    if is_template(value) {
        return found.push(value.clone());
    }
    value.as_list().into_iter().flat_map(|list| list.iter()).for_each(|item| templates(item, depth - 1, found));
    let members = value.as_map().into_iter().flat_map(Map::iter);
    members.for_each(|(_, entry)| templates(&entry.value, depth - 1, found));
}

fn is_template(value: &Value) -> bool {
    let containers = value.at_path(&["spec", "containers"]).and_then(Value::as_list);
    containers.is_some_and(|list| list.iter().any(|item| item.as_map().is_some()))
}
