//! The normal form of policies in the language of AWS IAM, whichever way they were written.
//!
//! Statements become a list; actions, resources, the principals of a type and the values of a
//! condition become lists of texts. What is not known stays not known, in its place.

use std::sync::Arc;

use crate::value::{Data, Entry, Map, Value};

/// Members of a statement that are lists of texts.
const LISTS: &[&str] = &["Action", "NotAction", "Resource", "NotResource"];

/// `value` in the normal form if it is a policy (a map with `Statement`), otherwise as it is.
pub fn normalise(value: Value) -> Value {
    if let Some(either) = value.each_choice(|choice| normalise(choice.clone())) {
        return either;
    }
    let Data::Map(map) = &value.data else { return value };
    if map.get("Statement").is_none() {
        return value;
    }
    over(map, &value, |name, member| match name {
        "Statement" => {
            let list = listed(member);
            let whole = |list: &Value| match &list.data {
                Data::List(items) => {
                    Value::list(items.iter().map(statement).collect(), list.span).with_refs(list.references())
                }
                _ => list.clone(),
            };
            list.each_choice(whole).unwrap_or_else(|| whole(&list))
        }
        _ => member.clone(),
    })
}

fn statement(value: &Value) -> Value {
    if let Some(either) = value.each_choice(statement) {
        return either;
    }
    let Data::Map(map) = &value.data else { return value.clone() };
    over(map, value, |name, member| match name {
        _ if LISTS.contains(&name) => listed(member),
        "Principal" | "NotPrincipal" => principal(member),
        "Condition" => condition(member),
        _ => member.clone(),
    })
}

/// The same map with each member made anew.
fn over(map: &Map, value: &Value, make: impl Fn(&str, &Value) -> Value) -> Value {
    let entry =
        |(name, entry): (&Arc<str>, &Entry)| (name.clone(), Entry { key: entry.key, value: make(name, &entry.value) });
    Value::map(map.iter().map(entry), value.span).with_refs(value.references())
}

/// A list of what is one thing or a list already. An unknown may be either and stays unknown, unless
/// it is certainly a text.
fn listed(value: &Value) -> Value {
    match &value.data {
        Data::List(_) => value.clone(),
        Data::Null => Value::list(Vec::new(), value.span),
        Data::Unknown(unknown) if unknown.pieces.is_none() => {
            value.each_choice(listed).unwrap_or_else(|| value.clone())
        }
        _ => Value::list(vec![value.clone()], value.span),
    }
}

/// `"*"` means every AWS principal, and everybody else as well.
fn principal(value: &Value) -> Value {
    match &value.data {
        Data::String(_) => Value::object([("AWS", listed(value))], value.span),
        Data::Map(map) => over(map, value, |_, member| listed(member)),
        _ => value.each_choice(principal).unwrap_or_else(|| value.clone()),
    }
}

fn condition(value: &Value) -> Value {
    let Data::Map(operators) = &value.data else { return value.clone() };
    over(operators, value, |_, keys| match &keys.data {
        Data::Map(map) => over(map, keys, |_, values| listed(values)),
        _ => keys.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    fn value(json: &serde_json::Value) -> Value {
        let here = Span::new(SourceId(0), 0..0);
        match json {
            serde_json::Value::String(text) => Value::string(text.as_str(), here),
            serde_json::Value::Array(list) => Value::list(list.iter().map(value).collect(), here),
            serde_json::Value::Object(map) => Value::object(map.iter().map(|(k, v)| (k.as_str(), value(v))), here),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn one_thing_and_a_list_of_one_thing_are_the_same() {
        let written = serde_json::json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "s3:*", "Resource": ["a", "b"], "Principal": "*",
            "Condition": {"StringEquals": {"aws:x": "y"}},
        }});
        let normal = serde_json::json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:*"], "Resource": ["a", "b"], "Principal": {"AWS": ["*"]},
            "Condition": {"StringEquals": {"aws:x": ["y"]}},
        }]});
        assert_eq!(normalise(value(&written)), value(&normal));
        assert_eq!(normalise(value(&normal)), value(&normal));
    }

    #[test]
    fn what_is_no_policy_is_left_alone() {
        let other = value(&serde_json::json!({"Rules": {"Action": "x"}}));
        assert_eq!(normalise(other.clone()), other);
    }
}
