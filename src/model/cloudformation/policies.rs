//! Policy documents within properties, brought into the one shape of [`crate::model::policy`]; scripts in
//! Base64, decoded.

use crate::budget::Budget;
use crate::format::json;
use crate::model::{base64, policy, standing_at};
use crate::source::Source;
use crate::value::{Data, Entry, Value};

/// Properties that hold a policy document, also as JSON in a text.
const KEYS: &[&str] = &[
    "AccessPolicies",
    "AccessPolicy",
    "AssumeRolePolicyDocument",
    "FileSystemPolicy",
    "InlinePolicy",
    "KeyPolicy",
    "Policy",
    "PolicyDocument",
    "PolicyText",
    "RepositoryPolicyText",
    "ResourcePolicy",
];

/// The value with every policy document in it normalised.
pub(super) fn normalised(value: Value, budget: &Budget) -> Value {
    let whole = match &value.data {
        Data::Map(map) => {
            let entries = map.iter().map(|(key, entry)| {
                let member = entry.value.clone();
                let member = match &**key {
                    "UserData" => base64::script(&member),
                    key if KEYS.contains(&key) => from_text(member, budget),
                    _ => member,
                };
                (key.clone(), Entry { key: entry.key, value: normalised(member, budget) })
            });
            Value::map(entries.collect::<Vec<_>>(), value.span)
        }
        Data::List(list) => {
            let items = list.iter().map(|item| normalised(item.clone(), budget));
            Value::list(items.collect(), value.span)
        }
        _ => return value.each_choice(|choice| normalised(choice.clone(), budget)).unwrap_or(value),
    };
    let whole = if is_policy(&whole) { policy::normalise(whole) } else { whole };
    whole.with_refs(value.references())
}

/// True for a map with statements that allow or deny.
fn is_policy(value: &Value) -> bool {
    let is_statement = |value: &Value| value.get("Effect").is_some();
    match value.get("Statement") {
        Some(many) if many.as_list().is_some() => many.as_list().is_some_and(|list| list.iter().any(is_statement)),
        Some(one) => is_statement(one),
        None => false,
    }
}

/// A document that is written as JSON in a text; everything in it stands where the text stands.
fn from_text(value: Value, budget: &Budget) -> Value {
    let Some(text) = value.as_str().filter(|text| text.trim_start().starts_with('{')) else { return value };
    let parsed = json::parse(&Source::new("", text.as_bytes()), value.span.source, budget);
    let document = parsed.ok().and_then(|parsed| parsed.body.documents().first().cloned());
    document.map_or_else(|| value.clone(), |document| standing_at(&document, value.span).with_refs(value.references()))
}
