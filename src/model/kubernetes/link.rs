//! What refers to what: selectors, service accounts, role bindings.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::object::Object;
use super::selector::{has_all, matches};
use super::{reach, text};
use crate::budget::{Budget, Exceeded};
use crate::truth::Truth;
use crate::value::{Map, Reason, Reference, Value};

/// Kinds that say something about a namespace as a whole.
const IN_NAMESPACE: &[&str] = &["LimitRange", "NetworkPolicy", "ResourceQuota"];

/// What objects may refer to.
pub(super) struct Links<'a> {
    /// Pods by namespace: the address of their owner and their labels.
    pods: HashMap<&'a str, Vec<Labelled>>,
    /// True if the namespace of some pod is not known.
    strays: bool,
    accounts: HashMap<&'a str, Vec<&'a Object>>,
    /// Addresses by identity.
    addresses: HashMap<&'a str, &'a Arc<str>>,
}

/// The address of a pod's owner, and the labels of the pod.
type Labelled = (Arc<str>, Option<Value>);

impl<'a> Links<'a> {
    pub(super) fn of(objects: &'a [Object]) -> Self {
        let (pods, accounts, addresses) = (HashMap::default(), HashMap::default(), HashMap::default());
        let mut links = Links { pods, strays: false, accounts, addresses };
        for object in objects {
            links.addresses.entry(&*object.identity).or_insert(&object.address);
            if &*object.kind == "ServiceAccount" {
                links.accounts.entry(&*object.identity).or_default().push(object);
            }
            for template in object.templates() {
                let labels = reach(&template, &["metadata", "labels"]).cloned();
                links.strays |= !object.knows_namespace();
                links.pods.entry(&*object.namespace).or_default().push((object.address.clone(), labels));
            }
        }
        links
    }

    /// The attributes that say what an object refers to.
    pub(super) fn of_object(&self, object: &Object, budget: &Budget) -> Result<Vec<(&'static str, Value)>, Exceeded> {
        let selector = match &*object.kind {
            "NetworkPolicy" => reach(&object.value, &["spec", "podSelector"]),
            "PodDisruptionBudget" => reach(&object.value, &["spec", "selector"]),
            // A service without a selector, or with an empty one, selects nothing.
            "Service" => reach(&object.value, &["spec", "selector"])
                .filter(|it| it.as_unknown().is_some() || it.as_map().is_some_and(|map| !map.is_empty())),
            "RoleBinding" | "ClusterRoleBinding" => return Ok(binding(object)),
            _ => None,
        };
        let mut more = Vec::new();
        if let Some(selector) = selector {
            more.push(("selects", self.selected(object, selector, budget)?));
        }
        if &*object.kind == "HorizontalPodAutoscaler" {
            more.extend(self.scaled(object).map(|scaled| ("selects", scaled)));
        }
        if IN_NAMESPACE.contains(&&*object.kind) {
            more.push(("in_namespace", self.namespace_of(object)));
        }
        Ok(more)
    }

    fn selected(&self, object: &Object, selector: &Value, budget: &Budget) -> Result<Value, Exceeded> {
        let pods = self.pods.get(&*object.namespace).map_or(&[][..], |pods| pods);
        budget.steps(pods.len() as u64 * size(selector))?;
        let is_service = &*object.kind == "Service";
        let mut found: Vec<Value> = Vec::new();
        let mut seen = HashSet::default();
        let mut open = if object.knows_namespace() { self.strays } else { self.pods.len() > 1 };
        for (address, labels) in pods {
            let labels = labels.as_ref();
            let chosen = if is_service { has_all(selector, labels) } else { matches(selector, labels) };
            open |= chosen == Truth::Unknown;
            // Overlays repeat addresses.
            if chosen == Truth::True && seen.insert(address) {
                budget.nodes(1)?;
                let reference = Reference { address: address.clone(), attribute: "".into() };
                found.push(Value::string(address.clone(), selector.span).with_refs([&reference]));
            }
        }
        if open {
            found.push(Value::unknown(Reason::Condition, "which other pods it selects", selector.span));
        }
        Ok(Value::list(found, selector.span))
    }

    /// The object that is the namespace of this one, by name; it refers to it if that was read.
    pub(super) fn namespace_of(&self, object: &Object) -> Value {
        let namespace = object.namespace();
        let Some(name) = namespace.as_str() else { return namespace };
        let identity = format!("Namespace/{name}");
        let read = self.addresses.get(&*identity);
        let reference = read.map(|read| Reference { address: (*read).clone(), attribute: "".into() });
        Value::string(identity, namespace.span).with_refs(namespace.references()).with_refs(&reference)
    }

    /// The workload that an autoscaler scales.
    fn scaled(&self, object: &Object) -> Option<Value> {
        let target = reach(&object.value, &["spec", "scaleTargetRef"])?;
        let (kind, name) = (reach(target, &["kind"])?, reach(target, &["name"])?);
        if let Some(unknown) = [kind, name].into_iter().find(|part| part.as_unknown().is_some()) {
            return Some(Value::list(vec![unknown.clone()], target.span));
        }
        let identity: Arc<str> = format!("{}/{}/{}", text(kind)?, object.namespace, text(name)?).into();
        let address = self.addresses.get(&*identity).map_or(identity.clone(), |read| (*read).clone());
        let reference = Reference { address: address.clone(), attribute: "".into() };
        let scaled = Value::string(address, target.span).with_refs([&reference]).with_refs(name.references());
        Some(Value::list(vec![scaled], target.span))
    }

    /// Whether a service account mounts its token, if it was read and says so. Of several with the
    /// same address the one in the same file is meant; else they must agree.
    pub(super) fn token_of(&self, account: &str, pod: &Object) -> Option<Value> {
        let all = self.accounts.get(account)?;
        let here = all.iter().rev().find(|account| account.source == pod.source);
        if let Some(one) = here {
            return one.at(&["automountServiceAccountToken"]).cloned();
        }
        let mut tokens = all.iter().map(|account| account.at(&["automountServiceAccountToken"]));
        let first = tokens.next()?;
        if tokens.all(|token| token == first) {
            return first.cloned();
        }
        let span = first.map_or(pod.value.span, |token| token.span);
        Some(Value::unknown(Reason::Lookup, format!("several {account}"), span))
    }
}

/// How many values there are in a selector.
fn size(selector: &Value) -> u64 {
    let items = selector.as_list().into_iter().flat_map(|list| list.iter());
    let members = selector.as_map().into_iter().flat_map(Map::iter).map(|(_, entry)| &entry.value);
    1 + items.chain(members).map(size).sum::<u64>()
}

/// The role of a binding, and its subjects with references to service accounts.
fn binding(object: &Object) -> Vec<(&'static str, Value)> {
    let mut more = Vec::new();
    if let Some(role) = role(object) {
        more.push(("role", role));
    }
    if let Some(subjects) = object.at(&["subjects"]).filter(|subjects| subjects.as_list().is_some()) {
        let list = subjects.as_list().into_iter().flat_map(|list| list.iter());
        let list = list.map(|item| subject(item, object)).collect();
        more.push(("subjects", Value::list(list, subjects.span)));
    }
    more
}

fn role(object: &Object) -> Option<Value> {
    let reference = object.at(&["roleRef"])?;
    let (kind, name) = (reference.get("kind")?.as_str()?, reference.get("name")?);
    let written = text(name)?;
    let address: Arc<str> = match kind {
        "Role" => format!("Role/{}/{written}", object.namespace).into(),
        kind => format!("{kind}/{written}").into(),
    };
    let reference = Reference { address: address.clone(), attribute: "".into() };
    Some(Value::string(address, name.span).with_refs([&reference]))
}

fn subject(item: &Value, object: &Object) -> Value {
    let (Some(map), Some(name)) = (item.as_map(), item.get("name")) else { return item.clone() };
    if item.get("kind").and_then(Value::as_str) != Some("ServiceAccount") {
        return item.clone();
    }
    let Some(written) = text(name) else { return item.clone() };
    let namespace = item.get("namespace").and_then(text).unwrap_or_else(|| object.namespace.clone());
    let address = format!("ServiceAccount/{namespace}/{written}").into();
    let name = name.clone().with_refs([&Reference { address, attribute: "".into() }]);
    super::extended(map, item.span, vec![("name", name)])
}
