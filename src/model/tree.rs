//! Small helpers over values that keep the places of their keys.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::value::{Data, Entry, Value};

/// A map being changed.
pub type Entries = IndexMap<Arc<str>, Entry>;

/// The entries of a map; none of another value.
pub fn entries(value: &Value) -> Entries {
    let all = value.as_map().into_iter().flat_map(|map| map.iter());
    all.map(|(key, entry)| (key.clone(), entry.clone())).collect()
}

/// An entry whose key stands where its value does.
pub fn entry(value: Value) -> Entry {
    Entry { key: value.span, value }
}

/// A list of one for anything that is no list; null is none.
pub fn list(value: &Value) -> Vec<Value> {
    match &value.data {
        Data::List(list) => list.to_vec(),
        Data::Null => Vec::new(),
        _ => vec![value.clone()],
    }
}

/// A scalar as the text that it is in a container's environment.
pub fn scalar_text(value: &Value) -> Value {
    match &value.data {
        Data::Number(number) => Value::string(number.to_string(), value.span),
        Data::Bool(yes) => Value::string(if *yes { "true" } else { "false" }, value.span),
        _ => value.clone(),
    }
}

/// A whole number written as a text, as the number.
pub fn number(value: Value) -> Value {
    let parsed = value.as_str().and_then(|text| text.parse::<i64>().ok());
    parsed.map_or(value.clone(), |n| Value::int(n, value.span))
}

/// A boolean written as a text (which a variable always is), as the boolean. The words are YAML 1.1's,
/// which Compose casts.
pub fn boolean(value: Value) -> Value {
    let word = value.as_str().map(str::to_ascii_lowercase);
    match word.as_deref() {
        Some("true" | "yes" | "y" | "on" | "1") => Value::bool(true, value.span),
        Some("false" | "no" | "n" | "off" | "0") => Value::bool(false, value.span),
        _ => value,
    }
}

/// A map of `text: value` pairs.
pub fn object<const N: usize>(pairs: [(&str, Option<Value>); N], span: Span) -> Value {
    Value::object(pairs.into_iter().filter_map(|(key, value)| Some((key, value?))), span)
}
