//! `namePrefix` and `nameSuffix`, and the references to the objects that they rename
//! (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/nameprefix/>).

use std::collections::HashMap;
use std::sync::Arc;

use super::super::object::Found;
use super::transform;
use crate::value::{Entry, Map, Value};

/// Kinds whose names stay as they are.
const KEPT: &[&str] = &["APIService", "CustomResourceDefinition", "Namespace"];

/// Fields that hold the name of an object: the key around the field (empty for any), the field, the kind.
/// Those with a `kind` beside them are found by that.
const FIELDS: &[(&str, &str, &str)] = &[
    ("", "claimName", "PersistentVolumeClaim"),
    ("", "priorityClassName", "PriorityClass"),
    ("", "secretName", "Secret"),
    ("", "serviceAccount", "ServiceAccount"),
    ("", "serviceAccountName", "ServiceAccount"),
    ("", "serviceName", "Service"),
    ("", "storageClassName", "StorageClass"),
    ("", "volumeName", "PersistentVolume"),
    ("configMap", "name", "ConfigMap"),
    ("configMapKeyRef", "name", "ConfigMap"),
    ("configMapRef", "name", "ConfigMap"),
    ("imagePullSecrets", "name", "Secret"),
    ("secret", "name", "Secret"),
    ("secretKeyRef", "name", "Secret"),
    ("secretRef", "name", "Secret"),
    ("secrets", "name", "Secret"),
    ("service", "name", "Service"),
];

/// Maps that name an object together with its kind.
const WITH_KIND: &[&str] = &["roleRef", "scaleTargetRef", "subjects"];

type Names = HashMap<(Arc<str>, Arc<str>), Arc<str>>;

/// Puts the prefix before the names of all objects, the suffix behind them, and renames what refers to them.
pub(super) fn renamed(objects: &mut [Found], prefix: &str, suffix: &str) {
    let mut names = Names::new();
    for found in objects.iter_mut().filter(|found| !KEPT.contains(&found.kind())) {
        let Some(old) = found.value.at_path(&["metadata", "name"]).cloned() else { continue };
        let Some(text) = super::super::text(&old) else { continue };
        let new: Arc<str> = format!("{prefix}{text}{suffix}").into();
        names.insert((found.kind.clone(), text.clone()), new.clone());
        let written = Value::string(new, old.span);
        found.value = transform::at_path(&found.value, &["metadata", "name"], true, &|_| Some(written.clone()));
        found.earlier.push(text);
    }
    for found in objects {
        found.value = referring(&found.value, "", &names);
    }
}

/// The value with every name that refers to one of `names` made the new one; `around` is the key that leads here.
fn referring(value: &Value, around: &str, names: &Names) -> Value {
    if let Some(list) = value.as_list() {
        return Value::list(list.iter().map(|item| referring(item, around, names)).collect(), value.span);
    }
    let Some(map) = value.as_map() else { return value.clone() };
    let entries = map.iter().map(|(key, entry)| {
        let kind = kind_of(around, key, map).filter(|_| entry.value.depth() == 0);
        let old = super::super::text(&entry.value).filter(|_| kind.is_some());
        let new = kind.zip(old).and_then(|(kind, old)| names.get(&(kind, old)));
        let value = match new {
            Some(new) => Value::string(new.clone(), entry.value.span),
            None => referring(&entry.value, key, names),
        };
        (key.clone(), Entry { key: entry.key, value })
    });
    Value::map(entries.collect::<Vec<_>>(), value.span)
}

/// The kind of the object that the field `key` names.
fn kind_of(around: &str, key: &str, map: &Map) -> Option<Arc<str>> {
    if key == "name" && WITH_KIND.contains(&around) {
        return map.get("kind").and_then(super::super::text);
    }
    let field = FIELDS.iter().find(|(outer, field, _)| *field == key && (outer.is_empty() || *outer == around));
    field.map(|(_, _, kind)| (*kind).into())
}
