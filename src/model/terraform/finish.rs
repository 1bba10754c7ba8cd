//! The last step of a resource's attributes: policies and other JSON texts become structures, so that
//! a rule can look into them, and scripts in Base64 become what is encoded.

use std::sync::Arc;

use super::jsontext;
use super::world::World;
use crate::model::{base64, policy};
use crate::value::{Data, Entry, Value};

/// Attributes whose text is a JSON document, besides those that end in `_policy` and `_policy_json`.
const DOCUMENTS: &[&str] = &[
    "access_policies",
    "assume_role_policy_document",
    "configuration",
    "container_definitions",
    "content",
    "definition",
    "event_pattern",
    "json",
    "minified_json",
    "policy",
    "policy_data",
    "policy_document",
    "policy_json",
    "policy_rule",
    "policy_text",
    "redrive_policy",
    "template_body",
];

/// Attributes that hold the script a machine runs when it starts, encoded or not.
const SCRIPTS: &[&str] = &["custom_data", "user_data", "user_data_base64"];

/// `value` with the JSON texts among its attributes turned into structures.
pub(super) fn documents(world: &World, value: &Value) -> Value {
    let data = match &value.data {
        Data::Map(map) => {
            let entry = |(name, entry): (&Arc<str>, &Entry)| {
                if SCRIPTS.contains(&&**name) {
                    let text = world.marks.plain(&entry.value);
                    let text = text.map(|text| text.at(entry.value.span).with_refs(entry.value.references()));
                    let script = text.unwrap_or_else(|| base64::script(&entry.value));
                    return (name.clone(), Entry { key: entry.key, value: script });
                }
                let document = is_document(name).then(|| document(world, &entry.value)).flatten();
                let value = document.unwrap_or_else(|| documents(world, &entry.value));
                (name.clone(), Entry { key: entry.key, value })
            };
            Value::map(map.iter().map(entry), value.span).data
        }
        Data::List(list) if list.iter().any(|item| item.depth() > 0) => {
            Value::list(list.iter().map(|item| documents(world, item)).collect(), value.span).data
        }
        other => other.clone(),
    };
    Value { data, span: value.span, refs: value.refs.clone() }
}

fn is_document(name: &str) -> bool {
    name.ends_with("_policy") || name.ends_with("_policy_json") || DOCUMENTS.contains(&name)
}

/// The structure of a JSON text, a policy in its normal form; `None` if the value is no such text.
fn document(world: &World, value: &Value) -> Option<Value> {
    if value.choices().is_some() {
        return value.each_choice(|choice| document(world, choice).unwrap_or_else(|| choice.clone()));
    }
    let begins = match &value.data {
        Data::String(text) => text.trim_start().starts_with(['{', '[']),
        Data::Unknown(unknown) => unknown.pieces.is_some() || world.marks.structure(value).is_some(),
        _ => false,
    };
    let structure = begins.then(|| jsontext::decode(world, value)).flatten()?;
    if !matches!(structure.data, Data::Map(_) | Data::List(_) | Data::Unknown(_)) {
        return None;
    }
    // The structure stands where it was written, the document itself in the resource.
    let refs = structure.refs.clone();
    Some(policy::normalise(structure).at(value.span).with_refs(refs.as_deref().unwrap_or_default()))
}
