//! The transformers of a kustomization that change every object: namespace, labels, annotations,
//! images, replicas. Names are in [`super::names`].

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::kubernetes::object::{Found, is_cluster_scoped};
use crate::value::{Entry, Value};

/// Selectors of pods, which labels narrow where they are there.
const SELECTORS: &[&[&str]] = &[&["spec", "selector", "matchLabels"], &["spec", "podSelector", "matchLabels"]];

/// Pod templates, whose pods get the labels too.
const TEMPLATES: &[&[&str]] = &[&["spec", "template"], &["spec", "jobTemplate", "spec", "template"]];

/// `value` with what stands at `path` replaced by what `change` makes of it. Maps on the way are
/// made only if `make` says so.
pub(super) fn at_path(
    value: &Value,
    path: &[&str],
    make: bool,
    change: &dyn Fn(Option<&Value>) -> Option<Value>,
) -> Value {
    let Some((name, rest)) = path.split_first() else { return change(Some(value)).unwrap_or_else(|| value.clone()) };
    let Some(map) = value.as_map() else { return value.clone() };
    let old = map.get(name);
    let new = match (old, rest) {
        (old, []) => change(old),
        (Some(old), rest) => Some(at_path(old, rest, make, change)),
        (None, rest) if make => Some(at_path(&Value::object::<&str>([], value.span), rest, make, change)),
        (None, _) => None,
    };
    let Some(new) = new else { return value.clone() };
    super::super::extended(map, value.span, vec![(*name, new)])
}

/// Sets the namespace of every object that has one, and of the service accounts among the subjects
/// of bindings (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/namespace/>).
pub(super) fn namespace(objects: &mut [Found], namespace: &Value) {
    let named =
        |found: &Found| found.value.at_path(&["metadata", "name"]).and_then(Value::as_str).map(Arc::<str>::from);
    let accounts = objects.iter().filter(|found| found.kind() == "ServiceAccount").filter_map(named);
    let accounts: HashSet<Arc<str>> = accounts.chain(["default".into()]).collect();
    for found in objects {
        if !is_cluster_scoped(found.kind()) {
            found.value = at_path(&found.value, &["metadata", "namespace"], true, &|_| Some(namespace.clone()));
        }
        if found.kind().ends_with("RoleBinding") {
            found.value = at_path(&found.value, &["subjects"], false, &|subjects| {
                let list = subjects?.as_list()?.iter().map(|subject| {
                    let is_account = subject.get("kind").and_then(Value::as_str) == Some("ServiceAccount");
                    let here = subject.get("name").and_then(Value::as_str).is_some_and(|name| accounts.contains(name));
                    let set = |_: Option<&Value>| Some(namespace.clone());
                    if is_account && here { at_path(subject, &["namespace"], true, &set) } else { subject.clone() }
                });
                Some(Value::list(list.collect(), subjects?.span))
            });
        }
    }
}

/// How far labels or annotations reach.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the objects themselves.
    Objects,
    /// To the pods in them, too.
    Templates,
    /// To the selectors of such pods, too.
    Selectors,
}

/// Adds labels or annotations to every object, and to what else they reach.
pub(super) fn add(objects: &mut [Found], field: &str, pairs: &Value, reach: Reach) {
    let merge = |old: Option<&Value>| match old {
        Some(old) => Some(over(old, pairs)),
        None => Some(pairs.clone()),
    };
    for found in objects {
        found.value = at_path(&found.value, &["metadata", field], true, &merge);
        if reach == Reach::Objects {
            continue;
        }
        for template in TEMPLATES.iter().filter(|path| found.value.at_path(path).is_some()).collect::<Vec<_>>() {
            let path: Vec<&str> = template.iter().copied().chain(["metadata", field]).collect();
            found.value = at_path(&found.value, &path, true, &merge);
        }
        if reach == Reach::Templates {
            continue;
        }
        if found.kind() == "Service" {
            found.value = at_path(&found.value, &["spec", "selector"], false, &|old| old.map(|old| over(old, pairs)));
            continue;
        }
        for path in SELECTORS {
            let parent = path.split_last().map_or(&[][..], |(_, parent)| parent);
            if found.value.at_path(parent).is_some_and(|parent| parent.as_map().is_some()) {
                found.value = at_path(&found.value, path, true, &merge);
            }
        }
    }
}

/// A map with the entries of another over its own.
pub(super) fn over(old: &Value, pairs: &Value) -> Value {
    let (Some(a), Some(b)) = (old.as_map(), pairs.as_map()) else { return old.clone() };
    let entries = a.iter().chain(b.iter()).map(|(key, entry)| (key.clone(), entry.clone()));
    Value::map(entries.collect::<Vec<_>>(), old.span)
}

/// Sets the number of replicas of the objects that `replicas` names.
pub(super) fn replicas(objects: &mut [Found], wanted: &Value) {
    for found in objects
        .iter_mut()
        .filter(|found| wanted.get("name").and_then(Value::as_str).is_some_and(|name| found.is_called(name)))
    {
        if found.value.get("spec").is_some_and(|spec| spec.get("template").is_some()) {
            found.value = at_path(&found.value, &["spec", "replicas"], true, &|_| wanted.get("count").cloned());
        }
    }
}

/// Renames images (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>).
pub(super) fn images(objects: &mut [Found], wanted: &Value) {
    for found in objects {
        found.value = with_images(&found.value, wanted);
    }
}

fn with_images(value: &Value, wanted: &Value) -> Value {
    if let Some(list) = value.as_list() {
        return Value::list(list.iter().map(|item| with_images(item, wanted)).collect(), value.span);
    }
    let Some(map) = value.as_map() else { return value.clone() };
    let entries = map.iter().map(|(key, entry)| {
        let is_list = matches!(&**key, "containers" | "initContainers") && entry.value.as_list().is_some();
        let value = if is_list { containers(&entry.value, wanted) } else { with_images(&entry.value, wanted) };
        (key.clone(), Entry { key: entry.key, value })
    });
    Value::map(entries.collect::<Vec<_>>(), value.span)
}

fn containers(list: &Value, wanted: &Value) -> Value {
    let items = list.as_list().map(|list| &**list).unwrap_or_default();
    let items = items.iter().map(|item| at_path(item, &["image"], false, &|image| renamed(image?, wanted)));
    Value::list(items.collect(), list.span)
}

fn renamed(image: &Value, wanted: &Value) -> Option<Value> {
    let text = image.as_str()?;
    let without_digest = text.split_once('@').map_or(text, |(name, _)| name);
    let name = match without_digest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => without_digest,
    };
    let part = |key: &str| wanted.get(key).and_then(crate::model::kubernetes::text);
    if part("name").as_deref() != Some(name) {
        return None;
    }
    let rest = text.strip_prefix(name).unwrap_or("");
    let rest = match (part("digest"), part("newTag")) {
        (Some(digest), _) => format!("@{digest}"),
        (None, Some(tag)) => format!(":{tag}"),
        (None, None) => rest.to_owned(),
    };
    let name = part("newName").unwrap_or_else(|| name.into());
    Some(Value::string(format!("{name}{rest}"), wanted.span))
}
