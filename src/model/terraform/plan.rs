//! Plans and states as `terraform show -json` prints them: values that Terraform itself evaluated.
//!
//! What the plan calls unknown is computed when it is applied. What it calls sensitive is not kept.
//! Which resource a value was computed from stands in the configuration that a plan carries along.

use std::sync::Arc;

use foldhash::HashMap;

use super::finish;
use super::traverse::is_data;
use super::world::World;
use crate::resource::{Domain, Resource, Scope};
use crate::source::SourceId;
use crate::value::{Data, Entry, Reference, Value};

/// What stands in the place of a value that the plan calls sensitive.
const SENSITIVE: &str = "(sensitive)";

/// Adds the resources of a plan or state.
pub(super) fn build(world: &World, source: SourceId, data: &Value, out: &mut Vec<Resource>) {
    let path = world.ctx.sources.get(source).map_or_else(|| Arc::from("?"), |source| source.path.clone());
    let scope = Scope { domain: Domain::Terraform, path };
    let plan = Plan { world, unknown: by_address(data, "resource_changes"), scope };
    let values = data.get("planned_values").or_else(|| data.get("values"));
    let configuration = data.at_path(&["configuration", "root_module"]);
    if let Some(root) = values.and_then(|values| values.get("root_module")) {
        plan.module(root, configuration, "", out);
    }
}

struct Plan<'p, 'w> {
    world: &'p World<'w>,
    /// What each resource's change says of it.
    unknown: HashMap<&'p str, &'p Value>,
    scope: Scope,
}

/// The items of a list by their address.
fn by_address<'v>(value: &'v Value, name: &str) -> HashMap<&'v str, &'v Value> {
    items(value, name).iter().filter_map(|item| Some((text(item, "address")?, item))).collect()
}

pub(super) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_list).map_or(&[], |list| list)
}

pub(super) fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

impl Plan<'_, '_> {
    /// A module and those within it; how deep they are, the JSON parser has bounded.
    fn module(&self, module: &Value, configuration: Option<&Value>, prefix: &str, out: &mut Vec<Resource>) {
        let configured = configuration.map(|module| by_address(module, "resources")).unwrap_or_default();
        for resource in items(module, "resources") {
            if let Err(limit) = self.world.ctx.budget.instances(1) {
                self.world.limit(resource.span, limit.to_string());
                return;
            }
            out.extend(self.world.afresh(|| self.resource(resource, &configured, prefix)));
        }
        for child in items(module, "child_modules") {
            let Some(address) = text(child, "address") else { continue };
            let call = call_name(address.get(prefix.len()..).unwrap_or(""));
            let inner = configuration.and_then(|module| module.at_path(&["module_calls", call, "module"]));
            self.module(child, inner, &format!("{address}."), out);
        }
    }

    fn resource(&self, resource: &Value, configured: &HashMap<&str, &Value>, prefix: &str) -> Option<Resource> {
        let address = text(resource, "address")?;
        let kind = text(resource, "type")?;
        let kind: Arc<str> = if is_data(address) { format!("data.{kind}").into() } else { kind.into() };
        let mut values = resource.get("values").cloned().unwrap_or_else(|| Value::map([], resource.span));
        if let Some(sensitive) = resource.get("sensitive_values") {
            values = hide(&values, sensitive);
        }
        let local = address.get(prefix.len()..).and_then(|local| local.split('[').next()).unwrap_or(address);
        let expressions = configured.get(local).and_then(|block| block.get("expressions"));
        // What is known only after it was applied.
        if let Some(unknown) = self.unknown.get(address).and_then(|change| change.at_path(&["change", "after_unknown"]))
        {
            values = mark(&values, unknown, expressions, &format!("{address}."));
        }
        values = set(&values, expressions);
        if let Some(expressions) = expressions {
            values = refer(&values, expressions, prefix);
        }
        let attributes = finish::documents(self.world, &values);
        Some(Resource { kind, address: address.into(), attributes, span: resource.span, scope: self.scope.clone() })
    }
}

/// The name of the call in `module.name[0]`.
fn call_name(address: &str) -> &str {
    let name = address.strip_prefix("module.").unwrap_or(address);
    name.split(['[', '.']).next().unwrap_or(name)
}

/// `value` with its texts replaced where `sensitive` says so.
pub(super) fn hide(value: &Value, sensitive: &Value) -> Value {
    let whole = sensitive.as_bool() == Some(true);
    let part = |inner: Option<&Value>| if whole { Some(sensitive.clone()) } else { inner.cloned() };
    match &value.data {
        Data::String(_) if whole => Value::string(SENSITIVE, value.span),
        Data::List(list) => {
            let flags = sensitive.as_list();
            let item = |(index, item): (usize, &Value)| match part(flags.and_then(|flags| flags.get(index))) {
                Some(flag) => hide(item, &flag),
                None => item.clone(),
            };
            Value::list(list.iter().enumerate().map(item).collect(), value.span)
        }
        Data::Map(map) => {
            let entry = |(name, entry): (&Arc<str>, &Entry)| match part(sensitive.get(name)) {
                Some(flag) => (name.clone(), Entry { key: entry.key, value: hide(&entry.value, &flag) }),
                None => (name.clone(), entry.clone()),
            };
            Value::map(map.iter().map(entry), value.span)
        }
        _ => value.clone(),
    }
}

/// `value` with what is not yet known made so; `unknown` has `true` in its place. What the
/// configuration does not set stays absent, although the provider will put something there: a bucket
/// without a key of its own has none, whatever `after_unknown` lists.
fn mark(value: &Value, unknown: &Value, configured: Option<&Value>, what: &str) -> Value {
    match (&value.data, &unknown.data) {
        (_, Data::Bool(true)) => Value::computed(what.trim_end_matches('.'), value.span),
        (Data::Map(map), Data::Map(flags)) => {
            let mut entries: Vec<(Arc<str>, Entry)> =
                map.iter().map(|(name, entry)| (name.clone(), entry.clone())).collect();
            for (name, flag) in flags.iter() {
                let inner = format!("{what}{name}.");
                let Some(own) = part(configured, name) else { continue };
                match entries.iter_mut().find(|(own, _)| own == name) {
                    Some((_, entry)) => entry.value = mark(&entry.value, &flag.value, own, &inner),
                    None => {
                        let value = mark(&Value::null(value.span), &flag.value, own, &inner);
                        entries.push((name.clone(), Entry { key: value.span, value }));
                    }
                }
            }
            Value::map(entries, value.span)
        }
        (Data::List(list), Data::List(flags)) => {
            let blocks = configured.and_then(Value::as_list);
            let item = |(index, item): (usize, &Value)| match flags.get(index) {
                Some(flag) => mark(item, flag, blocks.and_then(|blocks| blocks.get(index)), what),
                None => item.clone(),
            };
            Value::list(list.iter().enumerate().map(item).collect(), value.span)
        }
        // `after_unknown` has the shape of a block that has no value yet.
        (Data::Null, Data::Map(flags)) if !flags.is_empty() => {
            mark(&Value::map([], value.span), unknown, configured, what)
        }
        _ => value.clone(),
    }
}

/// `value` without what is empty and not configured. The provider lists blocks that are not there as an
/// empty list, and texts that it was not given as an empty one.
pub(super) fn set(value: &Value, configured: Option<&Value>) -> Value {
    let data = match &value.data {
        Data::Map(map) => {
            let own = |name: &str| part(configured, name).flatten();
            let kept = map.iter().filter(|(name, entry)| !is_empty(&entry.value) || own(name).is_some());
            let entry = |(name, entry): (&Arc<str>, &Entry)| {
                (name.clone(), Entry { key: entry.key, value: set(&entry.value, own(name)) })
            };
            Value::map(kept.map(entry), value.span).data
        }
        Data::List(list) if list.iter().any(|item| item.depth() > 0) => {
            let blocks = configured.and_then(Value::as_list);
            let item = |(index, item)| set(item, blocks.and_then(|blocks| blocks.get(index)));
            Value::list(list.iter().enumerate().map(item).collect(), value.span).data
        }
        other => other.clone(),
    };
    Value { data, span: value.span, refs: value.refs.clone() }
}

fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::String(text) => text.is_empty(),
        Data::List(list) => list.is_empty(),
        Data::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// What the configuration says of the member `name`; `None` if it does not set it. Within an
/// expression, and without a configuration, every member may be set.
fn part<'v>(configured: Option<&'v Value>, name: &str) -> Option<Option<&'v Value>> {
    let Some(map) = configured.and_then(Value::as_map) else { return Some(None) };
    let expression = map.get("references").is_some() || map.get("constant_value").is_some();
    if expression { Some(None) } else { map.get(name).map(Some) }
}

/// `value` with the references that the configuration has for it.
fn refer(value: &Value, expressions: &Value, prefix: &str) -> Value {
    match (&value.data, &expressions.data) {
        (_, Data::Map(expression)) if expression.get("references").is_some() => {
            let refs: Vec<Reference> =
                items(expressions, "references").iter().filter_map(|name| reference(name.as_str()?, prefix)).collect();
            value.clone().with_refs(&refs)
        }
        (Data::Map(map), Data::Map(inner)) => {
            let entry = |(name, entry): (&Arc<str>, &Entry)| {
                let value = inner.get(name).map_or_else(|| entry.value.clone(), |own| refer(&entry.value, own, prefix));
                (name.clone(), Entry { key: entry.key, value })
            };
            Value::map(map.iter().map(entry), value.span)
        }
        (Data::List(list), Data::List(inner)) => {
            let item = |(index, item): (usize, &Value)| match inner.get(index) {
                Some(own) => refer(item, own, prefix),
                None => item.clone(),
            };
            Value::list(list.iter().enumerate().map(item).collect(), value.span)
        }
        _ => value.clone(),
    }
}

/// `aws_kms_key.k.arn` as a reference. The plan lists `aws_kms_key.k` as well, which says less.
fn reference(name: &str, prefix: &str) -> Option<Reference> {
    const OTHERS: &[&str] = &["var", "local", "module", "each", "count", "path", "self", "terraform"];
    let words = if name.starts_with("data.") { 3 } else { 2 };
    let mut dots = name.match_indices('.').map(|(at, _)| at);
    let at = dots.nth(words - 1)?;
    let (address, attribute) = (name.get(..at)?, name.get(at + 1..)?);
    let first = name.split('.').next()?;
    if OTHERS.contains(&first) {
        return None;
    }
    let attribute = attribute.split(['.', '[']).next()?;
    Some(Reference { address: format!("{prefix}{address}").into(), attribute: attribute.into() })
}
