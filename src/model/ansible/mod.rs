//! Ansible: playbooks, roles and lists of tasks to the tasks that would run, as resources `ansible.task`.
//!
//! Follows <https://docs.ansible.com/ansible/latest/playbook_guide/>: blocks hand down their keywords, imports and
//! roles those of their users, short module names mean those of `ansible.builtin` and of the collections that they
//! were moved to. What Jinja expressions make is not evaluated, but for variables that are written down.

mod arguments;
mod config;
mod files;
mod ini;
pub mod inventory;
mod jinja;
mod mode;
pub mod names;
pub mod recognise;
mod scope;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::format::{Document, Form};
use crate::model::tree::boolean;
use crate::model::{Built, Context, Model};
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::source::Span;
use crate::value::{Map, Reason, Value};
use files::{File, Files, is_variables, role_of};
use walk::{Task, Walk, listed};

/// Playbooks and tasks among the documents of an audit.
pub const MODEL: Model = Model { domain: Domain::Ansible, build };

/// Keywords that are handed on as they are.
const PLAIN: [&str; 5] = ["delegate_to", "environment", "ignore_errors", "listen", "tags"];

fn build(documents: &[&Document], context: &Context) -> Built {
    let mut built = Built::default();
    let of_hosts = surroundings(documents, context, &mut built);
    if !documents.iter().any(|document| document.form == Form::Ansible) {
        return built;
    }
    let files = Files::find(documents, context);
    let walk = Walk::over(&files, &of_hosts);
    for file in files.lists() {
        if let Err(gap) = add(file, &walk, context, &mut built) {
            built.gaps.push(gap);
            break;
        }
    }
    built.gaps.extend(walk.gaps);
    built.used.extend(files.used());
    built
}

/// Adds the settings of Ansible itself and the hosts of inventories; returns the variables of those.
fn surroundings(documents: &[&Document], context: &Context, built: &mut Built) -> BTreeSet<Arc<str>> {
    let mut variables = BTreeSet::new();
    for document in documents {
        let Some(source) = context.sources.get(document.source) else { continue };
        let scope = Scope { domain: Domain::Ansible, path: source.path.clone() };
        let whole = Span::new(document.source, 0..0);
        let mut push = |kind: &str, address: Arc<str>, attributes: Value, span: Span| {
            built.resources.push(Resource { kind: kind.into(), address, attributes, span, scope: scope.clone() });
        };
        let found = match document.form {
            Form::Text if config::is_config(&document.path) => {
                let attributes = config::attributes(&source.text, document.source);
                push("ansible.config", source.path.clone(), attributes, whole);
                built.used.push(document.source);
                continue;
            }
            Form::Text if inventory::is_path(&document.path) => inventory::of_ini(&source.text, document.source),
            Form::Ansible => match document.body.documents().first().and_then(Value::as_map) {
                Some(root)
                    if root.get("all").is_some_and(|all| all.as_map().is_some()) && !is_variables(&document.path) =>
                {
                    inventory::of_yaml(root)
                }
                _ => continue,
            },
            _ => continue,
        };
        built.used.push(document.source);
        variables.extend(found.variables);
        for host in found.hosts {
            if context.budget.instances(1).is_ok() {
                push("ansible.host", host.name, host.attributes, host.span);
            }
        }
    }
    variables
}

/// Adds the tasks of one file.
fn add(file: File, walk: &Walk, context: &Context, built: &mut Built) -> Result<(), Gap> {
    let path = context.sources.get(file.source).map_or_else(|| file.path.into(), |source| source.path.clone());
    let scope = Scope { domain: Domain::Ansible, path };
    let tasks = walk.tasks(file);
    context.budget.instances(tasks.len() as u64).map_err(|limit| Gap {
        kind: GapKind::Limit,
        path: scope.path.clone(),
        span: Some(file.items.span),
        message: limit.to_string(),
        hint: None,
    })?;
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for task in tasks {
        let attributes = attributes(&task, file, context);
        let address = address(&task, &mut seen);
        let span = task.span;
        built.resources.push(Resource { kind: "ansible.task".into(), address, attributes, span, scope: scope.clone() });
    }
    Ok(())
}

/// The name of a task, or its module, with a number where it is not the first of that name.
fn address(task: &Task, seen: &mut BTreeMap<String, u32>) -> Arc<str> {
    let module = task.call.module.as_str().unwrap_or("task");
    let name = task.map.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or(module);
    let count = seen.entry(name.to_owned()).or_default();
    *count += 1;
    if *count == 1 { name.into() } else { format!("{name} ({count})").into() }
}

fn attributes(task: &Task, file: File, context: &Context) -> Value {
    let budget = context.budget;
    let Task { map, call, span, .. } = task;
    let looped = map.iter().find(|(key, _)| &***key == "loop" || key.starts_with("with_"));
    let looped = looped.map(|(key, entry)| (key.clone(), jinja::rendered(&entry.value, &task.scope, budget)));
    let scope = match &looped {
        Some((key, over)) => task.scope.clone().in_loop(item_name(map), item(key, over)),
        None => task.scope.clone(),
    };
    let render = |value: &Value| jinja::rendered(value, &scope, budget);
    let mut all: Vec<(&str, Value)> = vec![("module", render(&call.module))];
    all.extend(map.get("name").map(|name| ("name", name.clone())));
    let arguments = with_defaults(task, &call.arguments);
    let rendered = render(&arguments);
    all.extend(rendered.get("mode").map(|mode| ("permissions", mode::permissions(mode))));
    let expressions = jinja::expressions(&arguments, budget);
    let expressions = expressions.into_iter().map(|(text, at)| Value::string(text, at)).collect();
    let place = call.span.join(rendered.span);
    all.push(("args", rendered.at(place)));
    all.push(("expressions", Value::list(expressions, call.span)));
    for name in ["become", "no_log"] {
        all.extend(task.scope.keyword(name).map(|value| (name, boolean(render(value)))));
    }
    all.extend(task.scope.keyword("become_user").map(|value| ("become_user", render(value))));
    let conditions: Vec<Value> =
        task.conditions.iter().chain(map.get("when").into_iter().flat_map(listed)).cloned().collect();
    if !conditions.is_empty() {
        all.push(("when", Value::list(conditions, *span)));
    }
    all.extend(looped.map(|(_, over)| ("loop", there(over))));
    all.extend(PLAIN.into_iter().filter_map(|name| Some((name, render(map.get(name)?)))));
    all.push(("handler", Value::bool(task.handler, *span)));
    all.extend(
        role_of(file.path).and_then(|role| role.rsplit('/').next()).map(|role| ("role", Value::string(role, *span))),
    );
    Value::object(all, *span)
}

/// What the variable of a task's loop is called.
fn item_name(task: &Map) -> &str {
    let named = task.get("loop_control").and_then(|control| control.get("loop_var"));
    named.and_then(Value::as_str).unwrap_or("item")
}

/// The variable of a loop: one of the members of a list that is known.
fn item(keyword: &str, over: &Value) -> Value {
    let open = || Value::unknown(Reason::Template, "item", over.span);
    let Some(list) = over.as_list().filter(|_| matches!(keyword, "loop" | "with_items" | "with_list")) else {
        return open();
    };
    // `with_items` goes into lists within the list.
    let flat =
        list.iter().flat_map(|item| if keyword == "with_items" { listed(item) } else { std::slice::from_ref(item) });
    if list.is_empty() { open() } else { Value::one_of(flat.cloned(), Reason::Template, "item", over.span) }
}

/// The same value, known to be something: a task with a loop has one, whatever it goes over.
fn there(value: Value) -> Value {
    match value.as_unknown().filter(|unknown| unknown.pieces.is_none()) {
        Some(unknown) => Value::partial(vec![None], unknown, value.span),
        None => value,
    }
}

/// The arguments over the defaults that plays and blocks set for the module (`module_defaults`).
fn with_defaults(task: &Task, arguments: &Value) -> Value {
    let module = task.call.module.as_str().unwrap_or_default();
    let defaults = task.scope.keyword("module_defaults").and_then(Value::as_map);
    let mut own = defaults.into_iter().flat_map(Map::iter).filter(|(name, _)| names::full(name) == module);
    let (Some((_, defaults)), Some(map)) = (own.next(), arguments.as_map()) else { return arguments.clone() };
    let below = arguments::flags(defaults.value.clone());
    let below = below.as_map().into_iter().flat_map(Map::iter);
    Value::map(below.chain(map.iter()).map(|(key, entry)| (key.clone(), entry.clone())), arguments.span)
}
