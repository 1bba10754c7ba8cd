//! Selectors of labels (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/>),
//! in three-valued logic: a label or a selector may depend on what was not read.

use super::{reach, text};
use crate::truth::Truth;
use crate::value::{Map, Value};

/// Whether the labels have everything that the map says.
pub(super) fn has_all(wanted: &Value, labels: Option<&Value>) -> Truth {
    if wanted.as_unknown().is_some() {
        return Truth::Unknown;
    }
    let wanted = wanted.as_map().into_iter().flat_map(Map::iter);
    all(wanted.map(|(key, entry)| label(labels, key).map_or(Truth::False, |label| same(label, &entry.value))))
}

/// Whether a label selector selects these labels; an empty one selects everything.
pub(super) fn matches(selector: &Value, labels: Option<&Value>) -> Truth {
    if selector.as_unknown().is_some() {
        return Truth::Unknown;
    }
    let by_labels = selector.get("matchLabels").map_or(Truth::True, |wanted| has_all(wanted, labels));
    let by_expressions = selector.get("matchExpressions").map_or(Truth::True, |expressions| {
        let list = expressions.as_list().into_iter().flat_map(|list| list.iter());
        known_or_unknown(expressions, all(list.map(|expression| holds(expression, labels))))
    });
    by_labels.and(by_expressions)
}

fn holds(expression: &Value, labels: Option<&Value>) -> Truth {
    let parts = ["key", "operator"].map(|part| reach(expression, &[part]));
    if parts.iter().flatten().any(|part| part.as_unknown().is_some()) {
        return Truth::Unknown;
    }
    let [key, operator] = parts;
    let label = key.and_then(text).and_then(|key| label(labels, &key));
    let is_there = || label.map_or(Truth::False, |label| known_or_unknown(label, text(label).is_some().into()));
    let listed = || {
        let (Some(label), Some(values)) = (label, expression.get("values")) else { return Truth::False };
        let list = values.as_list().into_iter().flat_map(|list| list.iter());
        known_or_unknown(values, !all(list.map(|value| !same(label, value))))
    };
    match operator.and_then(Value::as_str) {
        Some("In") => listed(),
        Some("NotIn") => !listed(),
        Some("Exists") => is_there(),
        Some("DoesNotExist") => !is_there(),
        _ => Truth::False,
    }
}

fn label<'v>(labels: Option<&'v Value>, key: &str) -> Option<&'v Value> {
    reach(labels?, &[key])
}

fn same(a: &Value, b: &Value) -> Truth {
    if a.as_unknown().is_some() || b.as_unknown().is_some() {
        return Truth::Unknown;
    }
    (text(a).is_some() && text(a) == text(b)).into()
}

fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
    truths.into_iter().fold(Truth::True, Truth::and)
}

fn known_or_unknown(value: &Value, truth: Truth) -> Truth {
    if value.as_unknown().is_some() { Truth::Unknown } else { truth }
}
