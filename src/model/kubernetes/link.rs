//! What refers to what: selectors, service accounts, role bindings.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::object::Object;
use super::text;
use crate::budget::{Budget, Exceeded};
use crate::value::{Map, Reason, Reference, Value};

/// The pods and service accounts of all manifests.
pub(super) struct Links<'a> {
    /// Pods by namespace: the address of their owner and their labels.
    pods: HashMap<&'a str, Vec<Labelled>>,
    accounts: HashMap<&'a str, Vec<&'a Object>>,
}

/// The address of a pod's owner, and the labels of the pod.
type Labelled = (Arc<str>, Option<Map>);

impl<'a> Links<'a> {
    pub(super) fn of(objects: &'a [Object]) -> Self {
        let mut links = Links { pods: HashMap::new(), accounts: HashMap::new() };
        for object in objects {
            if &*object.kind == "ServiceAccount" {
                links.accounts.entry(&*object.address).or_default().push(object);
            }
            for template in object.templates() {
                let labels = template.at_path(&["metadata", "labels"]).and_then(Value::as_map).cloned();
                links.pods.entry(&*object.namespace).or_default().push((object.address.clone(), labels));
            }
        }
        links
    }

    /// The attributes that say what an object refers to.
    pub(super) fn of_object(&self, object: &Object, budget: &Budget) -> Result<Vec<(&'static str, Value)>, Exceeded> {
        let selector = match &*object.kind {
            "NetworkPolicy" => object.at(&["spec", "podSelector"]),
            "PodDisruptionBudget" => object.at(&["spec", "selector"]),
            // A service without a selector, or with an empty one, selects nothing.
            "Service" => object.at(&["spec", "selector"]).filter(|it| it.as_map().is_some_and(|map| !map.is_empty())),
            "RoleBinding" | "ClusterRoleBinding" => return Ok(binding(object)),
            _ => None,
        };
        match selector {
            Some(selector) => Ok(vec![("selects", self.selected(object, selector, budget)?)]),
            None => Ok(Vec::new()),
        }
    }

    fn selected(&self, object: &Object, selector: &Value, budget: &Budget) -> Result<Value, Exceeded> {
        let pods = self.pods.get(&*object.namespace).map_or(&[][..], |pods| pods);
        budget.steps(pods.len() as u64 * size(selector))?;
        let is_service = &*object.kind == "Service";
        let mut found: Vec<Value> = Vec::new();
        let mut seen = HashSet::new();
        for (address, labels) in pods {
            let chosen =
                if is_service { has_all(selector, labels.as_ref()) } else { matches(selector, labels.as_ref()) };
            // Overlays repeat addresses.
            if chosen && seen.insert(address) {
                budget.nodes(1)?;
                let reference = Reference { address: address.clone(), attribute: "".into() };
                found.push(Value::string(address.clone(), selector.span).with_refs([&reference]));
            }
        }
        Ok(Value::list(found, selector.span))
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

/// True if the labels have everything that the map says.
fn has_all(wanted: &Value, labels: Option<&Map>) -> bool {
    let mut wanted = wanted.as_map().into_iter().flat_map(Map::iter);
    wanted.all(|(key, entry)| {
        let label = labels.and_then(|labels| labels.get(key));
        label.is_some_and(|label| text(label).is_some() && text(label) == text(&entry.value))
    })
}

/// True if a label selector selects these labels; an empty one selects everything
/// (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/>).
fn matches(selector: &Value, labels: Option<&Map>) -> bool {
    let by_labels = selector.get("matchLabels").is_none_or(|wanted| has_all(wanted, labels));
    let expressions = selector.get("matchExpressions").and_then(Value::as_list);
    by_labels && expressions.is_none_or(|list| list.iter().all(|expression| holds(expression, labels)))
}

fn holds(expression: &Value, labels: Option<&Map>) -> bool {
    let key = expression.get("key").and_then(text);
    let label = key.and_then(|key| labels?.get(&key)).and_then(text);
    let values = expression.get("values").and_then(Value::as_list);
    let listed = || values.is_some_and(|list| list.iter().any(|value| text(value).is_some() && text(value) == label));
    match expression.get("operator").and_then(Value::as_str) {
        Some("In") => listed(),
        Some("NotIn") => !listed(),
        Some("Exists") => label.is_some(),
        Some("DoesNotExist") => label.is_none(),
        _ => false,
    }
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
