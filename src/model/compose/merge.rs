//! Two Compose files over each other, by <https://docs.docker.com/reference/compose-file/merge/>.
//!
//! Maps are merged, lists are joined, everything else is replaced. `command`, `entrypoint` and
//! `healthcheck.test` are replaced whole. What has a short and a long form, or a list and a map form, is
//! brought into one form first; ports, mounts, secrets and configs replace what they name. `!reset` takes a
//! value away, `!override` replaces it.

use crate::budget::Budget;
use crate::model::compose::service;
use crate::model::tree::{Entries, entries};
use crate::value::{Data, Entry, Map, Reason, Value};

/// `over` merged over `under`, both whole files.
pub fn roots(under: &Value, over: &Value, budget: &Budget) -> Value {
    let mut all = entries(under);
    for (key, entry) in over.as_map().into_iter().flat_map(Map::iter) {
        let both = match all.get(key) {
            Some(below) if &**key == "services" => {
                Entry { key: below.key, value: services(&below.value, &entry.value, budget) }
            }
            Some(below) => Entry { key: entry.key, value: values(&below.value, &entry.value, budget) },
            None => Entry { key: entry.key, value: untagged(&entry.value) },
        };
        all.insert(key.clone(), both);
    }
    Value::map(all, under.span)
}

fn services(under: &Value, over: &Value, budget: &Budget) -> Value {
    let mut all = entries(under);
    for (name, entry) in over.as_map().into_iter().flat_map(Map::iter) {
        let value = match all.get(name) {
            Some(below) => self::service(&below.value, &entry.value, budget),
            None => entry.value.clone(),
        };
        let key = all.get(name).map_or(entry.key, |below| below.key);
        all.insert(name.clone(), Entry { key, value });
    }
    Value::map(all, under.span)
}

/// One service over another.
pub fn service(under: &Value, over: &Value, budget: &Budget) -> Value {
    if under.as_map().is_none() || over.as_map().is_none() {
        return if over.is_null() { under.clone() } else { over.clone() };
    }
    if budget.steps(1 + over.as_map().map_or(0, Map::len) as u64).is_err() {
        return Value::unknown(Reason::Budget, "too many values", over.span);
    }
    let mut all = entries(&service::normal(under, budget));
    for (key, entry) in service::normal(over, budget).as_map().into_iter().flat_map(Map::iter) {
        if tagged(&entry.value, "!reset").is_some() {
            all.shift_remove(key);
            continue;
        }
        let value = match (all.get(key), tagged(&entry.value, "!override")) {
            (_, Some(whole)) => whole.clone(),
            (Some(below), None) => attribute(key, &below.value, &entry.value, budget),
            (None, None) => entry.value.clone(),
        };
        all.insert(key.clone(), Entry { key: entry.key, value });
    }
    Value::map(all, under.span)
}

fn attribute(key: &str, under: &Value, over: &Value, budget: &Budget) -> Value {
    match key {
        "command" | "entrypoint" => over.clone(),
        "ports" => unique(under, over, |port| identity(port, &["host_ip", "target", "published", "protocol"])),
        "volumes" => unique(under, over, |mount| identity(mount, &["target"])),
        "secrets" | "configs" => unique(under, over, |file| identity(file, &["target", "source"])),
        "healthcheck" => healthcheck(under, over, budget),
        "logging" => logging(under, over, budget),
        _ => values(under, over, budget),
    }
}

/// The merge of values that have no rule of their own.
fn values(under: &Value, over: &Value, budget: &Budget) -> Value {
    if let Some(whole) = tagged(over, "!override") {
        return whole.clone();
    }
    if budget.steps(1).is_err() {
        return Value::unknown(Reason::Budget, "too many values", over.span);
    }
    match (&under.data, &over.data) {
        (Data::Map(_), Data::Map(map)) => {
            let mut all: Entries = entries(under);
            for (key, entry) in map.iter() {
                if tagged(&entry.value, "!reset").is_some() {
                    all.shift_remove(key);
                    continue;
                }
                let value = match all.get(key) {
                    Some(below) => values(&below.value, &entry.value, budget),
                    None => untagged(&entry.value),
                };
                all.insert(key.clone(), Entry { key: entry.key, value });
            }
            Value::map(all, over.span)
        }
        (Data::List(first), Data::List(second)) => {
            let mut all = first.to_vec();
            all.extend(second.iter().cloned());
            Value::list(all, over.span)
        }
        (_, Data::Null) => under.clone(),
        _ => over.clone(),
    }
}

/// The content of a tagged node.
fn tagged<'v>(value: &'v Value, tag: &str) -> Option<&'v Value> {
    value.as_map().filter(|map| map.len() == 1)?.get(tag)
}

fn untagged(value: &Value) -> Value {
    tagged(value, "!override").unwrap_or(value).clone()
}

fn healthcheck(under: &Value, over: &Value, budget: &Budget) -> Value {
    let merged = values(under, over, budget);
    let Some(test) = over.as_map().and_then(|map| map.find("test")) else { return merged };
    let mut all = entries(&merged);
    all.insert("test".into(), test.clone());
    Value::map(all, over.span)
}

/// The options of a log driver are merged only if it is the same driver, or none is named.
fn logging(under: &Value, over: &Value, budget: &Budget) -> Value {
    match (under.get("driver"), over.get("driver")) {
        (Some(a), Some(b)) if a != b => over.clone(),
        _ => values(under, over, budget),
    }
}

/// What an entry of a list is told apart by; `None` if that is not known.
fn identity(item: &Value, keys: &[&str]) -> Option<Vec<Value>> {
    let parts = keys.iter().map(|key| item.get(key).cloned().unwrap_or(Value::null(item.span)));
    let parts: Vec<Value> = parts.collect();
    parts.iter().all(|part| part.as_unknown().is_none()).then_some(parts)
}

/// The items of both lists; one of the second takes the place of that with the same identity.
fn unique(under: &Value, over: &Value, identity: impl Fn(&Value) -> Option<Vec<Value>>) -> Value {
    let (Some(first), Some(second)) = (under.as_list(), over.as_list()) else { return over.clone() };
    let mut index = std::collections::HashMap::<String, usize>::new();
    let mut all: Vec<Value> = Vec::with_capacity(first.len() + second.len());
    for item in first.iter().chain(second.iter()) {
        let key = identity(item).map(|parts| parts.iter().map(|part| format!("{:?};", part.data)).collect::<String>());
        match key.as_ref().and_then(|key| index.get(key)).and_then(|at| all.get_mut(*at)) {
            Some(place) => *place = item.clone(),
            None => {
                key.map(|key| index.insert(key, all.len()));
                all.push(item.clone());
            }
        }
    }
    Value::list(all, over.span)
}
