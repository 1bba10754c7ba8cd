//! Patches: strategic merge and JSON patch.

use std::sync::Arc;

use crate::value::{Entry, Map, Value};

/// Lists whose items are merged by a key rather than replaced: `patchMergeKey` in the types of
/// <https://pkg.go.dev/k8s.io/api/core/v1>.
const MERGE_KEYS: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("env", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("initContainers", &["name"]),
    ("ports", &["containerPort", "port"]),
    ("secrets", &["name"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("volumeDevices", &["devicePath"]),
    ("volumeMounts", &["mountPath"]),
    ("volumes", &["name"]),
    ("webhooks", &["name"]),
];

/// `base` with `patch` merged into it; `None` if the patch deletes it. `strategic` merges the lists
/// of Kubernetes' own kinds by key; for other kinds lists are replaced.
pub(super) fn merged(base: &Value, patch: &Value, strategic: bool) -> Option<Value> {
    if patch.is_null() {
        return None;
    }
    let (Some(old), Some(new)) = (base.as_map(), patch.as_map()) else { return Some(patch.clone()) };
    match directive(patch) {
        Some("delete") => return None,
        Some("replace") => return Some(plain(new, patch)),
        _ => {}
    }
    let kept = old.iter().filter_map(|(key, entry)| match new.get(key) {
        Some(change) => {
            Some((key.clone(), Entry { key: entry.key, value: member(key, &entry.value, change, strategic)? }))
        }
        None => Some((key.clone(), entry.clone())),
    });
    let added = new.iter().filter(|(key, entry)| old.get(key).is_none() && !entry.value.is_null());
    let added = added.filter(|(key, _)| !key.starts_with('$')).map(|(key, entry)| (key.clone(), entry.clone()));
    Some(Value::map(kept.chain(added).collect::<Vec<_>>(), base.span))
}

fn directive(patch: &Value) -> Option<&str> {
    patch.get("$patch").and_then(Value::as_str)
}

fn plain(map: &Map, whole: &Value) -> Value {
    let entries = map.iter().filter(|(key, _)| !key.starts_with('$')).map(|(key, entry)| (key.clone(), entry.clone()));
    Value::map(entries.collect::<Vec<_>>(), whole.span)
}

fn member(key: &str, base: &Value, patch: &Value, strategic: bool) -> Option<Value> {
    let keys = MERGE_KEYS.iter().find(|(name, _)| *name == key && strategic).map(|(_, keys)| *keys);
    match (keys, base.as_list(), patch.as_list()) {
        (Some(keys), Some(old), Some(new)) => Some(items(old, new, keys, base, strategic)),
        _ => merged(base, patch, strategic),
    }
}

fn items(old: &[Value], new: &[Value], keys: &[&str], base: &Value, strategic: bool) -> Value {
    if new.iter().any(|item| directive(item) == Some("replace")) {
        let kept = new.iter().filter(|item| directive(item).is_none()).cloned();
        return Value::list(kept.collect(), base.span);
    }
    let same = |a: &Value, b: &Value| keys.iter().any(|key| a.get(key).is_some() && a.get(key) == b.get(key));
    let mut all: Vec<Value> = old
        .iter()
        .filter_map(|item| match new.iter().find(|change| same(item, change)) {
            Some(change) => merged(item, change, strategic),
            None => Some(item.clone()),
        })
        .collect();
    let added = new.iter().filter(|change| directive(change).is_none() && !old.iter().any(|item| same(item, change)));
    // What is added comes first, as the API server has it.
    all.splice(0..0, added.cloned());
    Value::list(all, base.span)
}

/// One operation of a JSON patch (<https://www.rfc-editor.org/rfc/rfc6902>) on `value`; `None` if it
/// does not apply or is not one of `add`, `replace` and `remove`.
pub(super) fn operated(value: &Value, operation: &Value) -> Option<Value> {
    let kind = operation.get("op").and_then(Value::as_str)?;
    if kind == "test" {
        return Some(value.clone());
    }
    let change = match kind {
        "add" | "replace" => Some(operation.get("value")?),
        "remove" => None,
        _ => return None,
    };
    let path = operation.get("path").and_then(Value::as_str)?.strip_prefix('/')?;
    let names: Vec<String> = path.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
    edited(value, &names, change, kind == "add")
}

fn edited(value: &Value, path: &[String], change: Option<&Value>, insert: bool) -> Option<Value> {
    let (name, rest) = path.split_first()?;
    if let Some(map) = value.as_map() {
        let name: Arc<str> = name.as_str().into();
        let new = match (rest, change) {
            ([], change) => change.cloned(),
            (rest, change) => Some(edited(map.get(&name)?, rest, change, insert)?),
        };
        if map.get(&name).is_none() && !(insert && rest.is_empty()) {
            return None;
        }
        let kept = map.iter().filter(|(key, _)| **key != name || new.is_some()).map(|(key, entry)| {
            let value = new.clone().filter(|_| *key == name).unwrap_or_else(|| entry.value.clone());
            (key.clone(), Entry { key: entry.key, value })
        });
        let mut all: Vec<_> = kept.collect();
        if let (None, Some(new)) = (map.get(&name), new) {
            all.push((name, Entry { key: new.span, value: new }));
        }
        return Some(Value::map(all, value.span));
    }
    let mut items = value.as_list()?.to_vec();
    let place = if name == "-" { items.len() } else { name.parse().ok()? };
    match (rest, change) {
        ([], Some(new)) if insert && place <= items.len() => items.insert(place, new.clone()),
        ([], Some(new)) => *items.get_mut(place)? = new.clone(),
        ([], None) if place < items.len() => drop(items.remove(place)),
        ([], None) => return None,
        (rest, change) => {
            let item = items.get_mut(place)?;
            *item = edited(item, rest, change, insert)?;
        }
    }
    Some(Value::list(items, value.span))
}
