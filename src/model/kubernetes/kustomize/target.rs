//! What patches and replacements are about: objects by kind, name, namespace, labels.

use std::sync::Arc;

use super::super::object::Found;
use crate::value::{Map, Value};

/// The `target` of a patch: what the objects must have; names are regular expressions.
pub(super) struct Target<'v> {
    wanted: Vec<(&'v str, Arc<str>, Option<regex::Regex>)>,
}

impl<'v> Target<'v> {
    /// The target that is written here.
    pub(super) fn of(target: &'v Value) -> Self {
        let all = target.as_map().into_iter().flat_map(Map::iter);
        let wanted = all.filter_map(|(key, entry)| {
            let text = super::super::text(&entry.value)?;
            let pattern = matches!(&**key, "kind" | "name" | "namespace").then(|| format!("^(?:{text})$"));
            Some((&**key, text, pattern.and_then(|pattern| regex::Regex::new(&pattern).ok())))
        });
        Target { wanted: wanted.collect() }
    }

    /// True if the object is meant.
    pub(super) fn selects(&self, found: &Found) -> bool {
        let value = &found.value;
        let version = value.get("apiVersion").and_then(Value::as_str).unwrap_or("");
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let text = |path: &[&str]| value.at_path(path).and_then(super::super::text).unwrap_or_default();
        self.wanted.iter().all(|(key, wanted, pattern)| {
            let fits = |have: &str| pattern.as_ref().map_or(**wanted == *have, |pattern| pattern.is_match(have));
            match *key {
                "kind" => fits(found.kind()),
                "name" => fits(&text(&["metadata", "name"])) || found.earlier.iter().any(|name| fits(name)),
                "namespace" => fits(&text(&["metadata", "namespace"])),
                "group" => **wanted == *group,
                "version" => **wanted == *version,
                "labelSelector" => has_pairs(wanted, value.at_path(&["metadata", "labels"])),
                "annotationSelector" => has_pairs(wanted, value.at_path(&["metadata", "annotations"])),
                _ => true,
            }
        })
    }
}

/// `a=b,c=d`; every other kind of requirement selects nothing here.
fn has_pairs(wanted: &str, labels: Option<&Value>) -> bool {
    wanted.split(',').all(|pair| {
        let pair = pair.split_once("==").or_else(|| pair.split_once('='));
        let label = |key: &str| labels.and_then(|labels| labels.get(key.trim())).and_then(super::super::text);
        pair.is_some_and(|(key, value)| !key.ends_with('!') && label(key).as_deref() == Some(value.trim()))
    })
}
