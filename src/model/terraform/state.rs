//! States as Terraform stores them (`*.tfstate`, format version 4): what was applied, as the providers last
//! saw it.
//!
//! The format is not documented; it is read as `internal/states/statefile/version4.go` of Terraform writes it.

use std::sync::Arc;

use super::finish;
use super::plan::{hide, items, set, text};
use super::world::World;
use crate::resource::{Domain, GapKind, Resource, Scope};
use crate::source::SourceId;
use crate::value::{Data, Entry, Number, Reason, Value};

/// True for a state of whatever version.
pub(super) fn is_state(data: &Value) -> bool {
    let stored = data.get("serial").is_some() && data.get("lineage").is_some();
    stored && (data.get("version").is_some() || data.get("encrypted_data").is_some())
}

/// Adds the resources of a state.
pub(super) fn build(world: &World, source: SourceId, data: &Value, out: &mut Vec<Resource>) {
    let hint = || Some("terraform show -json > state.json writes one that is read".to_owned());
    if data.get("encrypted_data").is_some() {
        let message = "an encrypted state, of which nothing can be read".to_owned();
        return world.gap(GapKind::Unparsed, data.span, message, hint());
    }
    if data.get("version").and_then(Value::as_number) != Some(Number::Int(4)) {
        let message = "a state of another format version than 4, which is not read".to_owned();
        return world.gap(GapKind::Unparsed, data.span, message, hint());
    }
    let path = world.ctx.sources.get(source).map_or_else(|| Arc::from("?"), |source| source.path.clone());
    let scope = Scope { domain: Domain::Terraform, path };
    for resource in items(data, "resources") {
        for instance in items(resource, "instances") {
            if let Err(limit) = world.ctx.budget.instances(1) {
                return world.limit(instance.span, limit.to_string());
            }
            out.extend(world.afresh(|| one(world, resource, instance, &scope)));
        }
    }
}

fn one(world: &World, resource: &Value, instance: &Value, scope: &Scope) -> Option<Resource> {
    let data = if text(resource, "mode") == Some("data") { "data." } else { "" };
    let kind = text(resource, "type")?;
    let module = text(resource, "module").map_or_else(String::new, |module| format!("{module}."));
    let key = match instance.get("index_key").map(|key| &key.data) {
        Some(Data::Number(number)) => format!("[{number}]"),
        Some(Data::String(key)) => format!("[{key:?}]"),
        _ => String::new(),
    };
    // What is to be destroyed once its successor is there, and has not been yet.
    let deposed = text(instance, "deposed").map_or_else(String::new, |key| format!(" (deposed {key})"));
    let address = format!("{module}{data}{kind}.{}{key}{deposed}", text(resource, "name")?).into();
    let attributes = match instance.get("attributes") {
        Some(values) => {
            let hidden = items(instance, "sensitive_attributes").iter().fold(values.clone(), |values, path| {
                let steps: &[Value] = path.as_list().map_or(&[], |steps| steps);
                conceal(&values, steps)
            });
            finish::documents(world, &set(&hidden, None))
        }
        None => Value::unknown(Reason::Unsupported, "attributes in the form of an older version", instance.span),
    };
    let kind = format!("{data}{kind}").into();
    Some(Resource { kind, address, attributes, span: instance.span, scope: scope.clone() })
}

/// `value` with what stands at the end of the path hidden; all of it, if the path does not lead on.
fn conceal(value: &Value, path: &[Value]) -> Value {
    let everything = || hide(value, &Value::bool(true, value.span));
    let Some((step, rest)) = path.split_first() else { return everything() };
    // An attribute's name, or an index with its type beside it.
    let key = step.get("value").and_then(|key| key.get("value").or(Some(key)));
    match (&value.data, key.map(|key| &key.data)) {
        (Data::Map(map), Some(Data::String(key))) => {
            let entry = |(name, entry): (&Arc<str>, &Entry)| {
                let value = if name == key { conceal(&entry.value, rest) } else { entry.value.clone() };
                (name.clone(), Entry { key: entry.key, value })
            };
            Value::map(map.iter().map(entry), value.span)
        }
        (Data::List(list), Some(Data::Number(Number::Int(index)))) => {
            let item = |(n, item): (usize, &Value)| {
                if usize::try_from(*index) == Ok(n) { conceal(item, rest) } else { item.clone() }
            };
            Value::list(list.iter().enumerate().map(item).collect(), value.span)
        }
        _ => everything(),
    }
}
