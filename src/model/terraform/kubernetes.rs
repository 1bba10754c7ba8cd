//! Kubernetes objects that Terraform declares: the resources of its provider for Kubernetes, in the spelling
//! of manifests (<https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs>).
//!
//! The provider says the same as a manifest in snake case, with blocks in the place of objects and with
//! a block for each member of a list. What follows from an object, its pods and containers among them, is for
//! the model of Kubernetes to say.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::kubernetes::{Declared, Derived, derive};
use crate::model::{Built, Context};
use crate::resource::{Resource, Scope};
use crate::source::Span;
use crate::value::{Data, Entry, Map, Number, Value};

/// Types of the provider without their version, the kinds that they declare, and where the pod template of
/// those stands.
const TYPES: &[(&str, &str, Option<&[&str]>)] = &[
    ("pod", "Pod", Some(&[])),
    ("deployment", "Deployment", TEMPLATE),
    ("daemonset", "DaemonSet", TEMPLATE),
    ("daemon_set", "DaemonSet", TEMPLATE),
    ("stateful_set", "StatefulSet", TEMPLATE),
    ("replication_controller", "ReplicationController", TEMPLATE),
    ("job", "Job", TEMPLATE),
    ("cron_job", "CronJob", Some(&["spec", "jobTemplate", "spec", "template"])),
    ("network_policy", "NetworkPolicy", None),
    ("pod_disruption_budget", "PodDisruptionBudget", None),
    ("service", "Service", None),
    ("horizontal_pod_autoscaler", "HorizontalPodAutoscaler", None),
    ("limit_range", "LimitRange", None),
    ("namespace", "Namespace", None),
    ("resource_quota", "ResourceQuota", None),
];

const TEMPLATE: Option<&[&str]> = Some(&["spec", "template"]);

/// Blocks each of which is a member of a list, and what the API calls the list.
const LISTS: &[(&str, &str)] = &[
    ("container", "containers"),
    ("egress", "egress"),
    ("env", "env"),
    ("env_from", "envFrom"),
    ("from", "from"),
    ("host_aliases", "hostAliases"),
    ("http_header", "httpHeaders"),
    ("image_pull_secrets", "imagePullSecrets"),
    ("ingress", "ingress"),
    ("init_container", "initContainers"),
    ("items", "items"),
    ("match_expressions", "matchExpressions"),
    ("match_fields", "matchFields"),
    ("node_selector_term", "nodeSelectorTerms"),
    ("option", "options"),
    ("port", "ports"),
    ("ports", "ports"),
    ("preferred_during_scheduling_ignored_during_execution", "preferredDuringSchedulingIgnoredDuringExecution"),
    ("readiness_gate", "readinessGates"),
    ("required_during_scheduling_ignored_during_execution", "requiredDuringSchedulingIgnoredDuringExecution"),
    ("sources", "sources"),
    ("sysctl", "sysctls"),
    ("to", "to"),
    ("toleration", "tolerations"),
    ("topology_spread_constraint", "topologySpreadConstraints"),
    ("volume", "volumes"),
    ("volume_claim_template", "volumeClaimTemplates"),
    ("volume_device", "volumeDevices"),
    ("volume_mount", "volumeMounts"),
];

/// Arguments that are maps, with keys of the user's own.
const MAPS: &[&str] = &[
    "annotations",
    "labels",
    "limits",
    "match_labels",
    "node_selector",
    "options",
    "requests",
    "selector",
    "volume_attributes",
];

/// Texts to the provider, because they may be empty, and numbers to Kubernetes.
const NUMBERS: &[&str] = &["fs_group", "run_as_group", "run_as_user"];

/// Names that are not simply the provider's in camel case.
const NAMES: &[(&str, &str)] = &[
    ("ceph_fs", "cephfs"),
    ("cluster_ip", "clusterIP"),
    ("downward_api", "downwardAPI"),
    ("external_ips", "externalIPs"),
    ("host_ip", "hostIP"),
    ("host_ipc", "hostIPC"),
    ("host_pid", "hostPID"),
    ("load_balancer_ip", "loadBalancerIP"),
    ("run_as_username", "runAsUserName"),
];

/// Adds to the resources that declare Kubernetes objects what those refer to, and after each its pods and
/// containers.
pub(super) fn add(built: &mut Built, ctx: &Context) {
    let mut by_scope: BTreeMap<Scope, (Vec<usize>, Vec<Declared>)> = BTreeMap::new();
    for (index, resource) in built.resources.iter().enumerate() {
        let Some((manifest, template)) = manifest(resource) else { continue };
        let (indexes, all) = by_scope.entry(resource.scope.clone()).or_default();
        indexes.push(index);
        let (address, source) = (resource.address.clone(), resource.span.source);
        all.push(Declared { address, source, manifest, template });
    }
    let mut found: BTreeMap<usize, Derived> = BTreeMap::new();
    for (scope, (indexes, all)) in by_scope {
        let (derived, gaps) = derive(all, &scope, ctx);
        found.extend(indexes.into_iter().zip(derived));
        built.gaps.extend(gaps);
    }
    if found.is_empty() {
        return;
    }
    let with = |(index, mut resource): (usize, Resource)| {
        let derived = found.remove(&index).unwrap_or_default();
        if let (Some(map), false) = (resource.attributes.as_map(), derived.more.is_empty()) {
            resource.attributes = extended(map, resource.attributes.span, derived.more);
        }
        std::iter::once(resource).chain(derived.resources)
    };
    built.resources = std::mem::take(&mut built.resources).into_iter().enumerate().flat_map(with).collect();
}

fn extended(map: &Map, span: Span, more: Vec<(&str, Value)>) -> Value {
    let own = map.iter().map(|(name, entry)| (name.clone(), entry.clone()));
    let more = more.into_iter().map(|(name, value)| (Arc::from(name), Entry { key: value.span, value }));
    Value::map(own.chain(more).collect::<Vec<_>>(), span)
}

/// The object that a resource declares, and where its pod template stands.
fn manifest(resource: &Resource) -> Option<(Value, Option<&'static [&'static str]>)> {
    let (attributes, span) = (&resource.attributes, resource.span);
    let name = resource.kind.strip_prefix("kubernetes_")?;
    if name == "manifest" {
        return Some((attributes.get("manifest")?.clone(), None));
    }
    let versions = ["_v1", "_v2", "_v2beta2"].iter().find_map(|version| name.strip_suffix(version));
    let (_, kind, template) = TYPES.iter().find(|(own, ..)| *own == versions.unwrap_or(name))?;
    let part = |name: &'static str| match attributes.as_map() {
        Some(map) => map.get(name).and_then(|value| member("", name, value)).map(|(_, value)| value),
        None => Some(attributes.clone()),
    };
    let parts = ["metadata", "spec"].into_iter().filter_map(|name| Some((name, part(name)?)));
    Some((Value::object(parts.chain([("kind", Value::string(*kind, span))]).collect::<Vec<_>>(), span), *template))
}

/// A member of the block `parent` as a manifest has it; `None` if it is not set. Of a resource that exists,
/// everything is listed, and what is not set is null or empty.
fn member(parent: &str, name: &str, value: &Value) -> Option<(Arc<str>, Value)> {
    // What a pod requires of nodes is one selector, what it requires of other pods is a list of terms.
    let is_list = !(parent == "node_affinity" && name.starts_with("required_"));
    let list = LISTS.iter().find(|(own, _)| is_list && *own == name).map(|(_, list)| Arc::from(*list));
    let refs = value.references();
    let is_block = |value: &Value| value.as_map().is_some() || value.as_unknown().is_some();
    match &value.data {
        Data::Null => None,
        Data::String(text) if text.is_empty() => None,
        Data::List(items) if items.is_empty() => None,
        Data::List(items) if items.iter().all(is_block) => {
            let blocks: Vec<Value> = items.iter().map(|item| block(name, item)).collect();
            match (list, <[Value; 1]>::try_from(blocks)) {
                (None, Ok([only])) => Some((camel(name), only.with_refs(refs))),
                (list, blocks) => {
                    let blocks = blocks.map_or_else(|many| many, Vec::from);
                    let name = list.unwrap_or_else(|| camel(name));
                    Some((name, Value::list(blocks, value.span).with_refs(refs)))
                }
            }
        }
        Data::Map(map) if is_users_own(name, map) => Some((camel(name), value.clone())),
        // In the JSON syntax a block may stand without a list around it.
        Data::Map(_) => match list {
            Some(list) => Some((list, Value::list(vec![block(name, value)], value.span))),
            None => Some((camel(name), block(name, value))),
        },
        // A probe has one `port`, which is no block.
        Data::Unknown(_) if name != "port" || matches!(parent, "container" | "init_container" | "spec") => {
            Some((list.unwrap_or_else(|| camel(name)), value.clone()))
        }
        Data::String(text) if NUMBERS.contains(&name) => {
            let number = Number::parse(text).map(|number| Value::number(number, value.span).with_refs(refs));
            Some((camel(name), number.unwrap_or_else(|| value.clone())))
        }
        _ => Some((camel(name), value.clone())),
    }
}

fn is_users_own(name: &str, map: &Map) -> bool {
    let is_block = name == "selector" && ["match_labels", "match_expressions"].iter().any(|key| map.get(key).is_some());
    MAPS.contains(&name) && !is_block
}

/// A nested block as an object.
fn block(name: &str, value: &Value) -> Value {
    let Some(map) = value.as_map() else { return value.clone() };
    let entries = map.iter().filter_map(|(own, entry)| {
        let (own, value) = member(name, own, &entry.value)?;
        Some((own, Entry { key: entry.key, value }))
    });
    Value::map(entries.collect::<Vec<_>>(), value.span).with_refs(value.references())
}

fn camel(name: &str) -> Arc<str> {
    if let Some((_, known)) = NAMES.iter().find(|(own, _)| *own == name) {
        return (*known).into();
    }
    let mut out = String::with_capacity(name.len());
    for (n, word) in name.split('_').enumerate() {
        let mut letters = word.chars();
        let first = letters.next().into_iter();
        out.extend(first.map(|c| if n == 0 { c } else { c.to_ascii_uppercase() }));
        out.push_str(letters.as_str());
    }
    out.into()
}
