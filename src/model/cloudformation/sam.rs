//! `Globals` of SAM templates: properties that every function or API of the template shares
//! (<https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>).

use super::Template;
use super::call::call_of;
use crate::value::{Entry, Value};

/// The properties of a resource, with what `Globals` says about its type.
pub(super) fn with_globals(
    template: &Template,
    kind: &str,
    resource: &Value,
    properties: Option<Value>,
) -> Option<Value> {
    let Some(short) = kind.strip_prefix("AWS::Serverless::") else { return properties };
    let globals = template.root.get("Globals").and_then(|globals| globals.get(short));
    let Some(globals) = globals.and_then(Value::as_map) else { return properties };
    let ignored = |key: &str| match resource.get("IgnoreGlobals") {
        Some(one) if one.as_str() == Some("*") => true,
        Some(some) => some.as_list().is_some_and(|list| list.iter().any(|item| item.as_str() == Some(key))),
        None => false,
    };
    let kept = globals.iter().filter(|(key, _)| !ignored(key)).map(|(key, entry)| (key.clone(), entry.clone()));
    let span = properties.as_ref().map_or(resource.span, |properties| properties.span);
    let kept = Value::map(kept.collect::<Vec<_>>(), span);
    Some(match &properties {
        Some(own) => merged(&kept, own),
        None => kept,
    })
}

/// "Maps are merged, lists are additive" with the global items first; everything else is replaced.
/// A function call is not a map.
fn merged(global: &Value, own: &Value) -> Value {
    if let (Some(first), Some(second)) = (global.as_list(), own.as_list()) {
        return Value::list(first.iter().chain(second.iter()).cloned().collect(), own.span);
    }
    let (Some(first), Some(second)) = (global.as_map(), own.as_map()) else { return own.clone() };
    if call_of(global).is_some() || call_of(own).is_some() {
        return own.clone();
    }
    let later = second.iter().filter(|(key, _)| first.get(key).is_none());
    let entries = first.iter().chain(later).map(|(key, entry)| match (first.get(key), second.get(key)) {
        (Some(global), Some(own)) => (key.clone(), Entry { key: entry.key, value: merged(global, own) }),
        _ => (key.clone(), entry.clone()),
    });
    Value::map(entries.collect::<Vec<_>>(), own.span)
}
