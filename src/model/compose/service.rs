//! One service: its attributes in one form each.

use std::sync::Arc;

use crate::budget::Budget;
use crate::model::compose::extends::{Resolver, with_holes};
use crate::model::compose::{mounts, ports};
use crate::model::pieces::{HOLE, holed, part};
use crate::model::tree::{Entries, boolean, entries, entry, list, number, object, scalar_text};
use crate::model::{image, resolved};
use crate::resource::{Gap, GapKind};
use crate::source::Span;
use crate::value::{Data, Entry, Map, REST, Reason, Value};

/// Attributes that are a list, or one text that stands for a list of one.
const LISTS: [&str; 10] = [
    "cap_add",
    "cap_drop",
    "devices",
    "dns",
    "dns_search",
    "group_add",
    "profiles",
    "security_opt",
    "tmpfs",
    "env_file",
];
/// Attributes that are a map, or a list of `name=value`.
const PAIRS: [&str; 4] = ["annotations", "environment", "labels", "sysctls"];
/// Attributes that are true or false.
const FLAGS: [&str; 8] =
    ["attach", "init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty", "use_api_socket"];

/// The effective attributes of a service.
pub fn effective(resolver: &Resolver, name: &str, own: &Value, gaps: &mut Vec<Gap>) -> Value {
    if own.as_map().is_none() {
        return own.clone();
    }
    let mut whole = normal(&resolver.resolved(name, own, gaps), resolver.budget());
    if resolver.project.lacks_base && whole.get("image").is_none() && whole.get("build").is_none() {
        whole = with_holes(&whole, Reason::File, "the file that this one is merged over", own.span);
    }
    let mut all = entries(&whole);
    environment(&mut all, resolver, own.span, gaps);
    if let Some(image) = all.get("image") {
        let reference = image::of(&image.value);
        all.insert("image_reference".into(), entry(reference));
    }
    Value::map(all, whole.span)
}

/// A service with every short form made long. What is long already stays as it is.
pub fn normal(service: &Value, budget: &Budget) -> Value {
    if service.as_map().is_none() {
        return service.clone();
    }
    let mut all = entries(service);
    for (key, entry) in &mut all {
        let value = &entry.value;
        // A tagged node (`!reset`, `!override`) is for the merge.
        if value.as_map().is_some_and(|map| map.len() == 1 && map.iter().any(|(key, _)| key.starts_with('!'))) {
            continue;
        }
        entry.value = match &**key {
            key if FLAGS.contains(&key) => boolean(value.clone()),
            key if PAIRS.contains(&key) => pairs(value),
            "env_file" => each(value, |item| named(item, "path")),
            key if LISTS.contains(&key) => each(value, Value::clone),
            "secrets" | "configs" => each(value, |item| named(item, "source")),
            "expose" => each(value, |item| number(item.clone())),
            "ports" => Value::list(list(value).iter().flat_map(|item| ports::long(item, budget)).collect(), value.span),
            "volumes" => each(value, mounts::long),
            "networks" => names(value, || None),
            "depends_on" => names(value, || Some(("condition", "service_started"))),
            "build" => build(value),
            "healthcheck" => healthcheck(value),
            _ => continue,
        };
    }
    Value::map(all, service.span)
}

/// A list with each item changed; what is not known stays so.
fn each(value: &Value, change: impl Fn(&Value) -> Value) -> Value {
    match &value.data {
        Data::Unknown(_) => value.clone(),
        _ => Value::list(list(value).iter().map(change).collect(), value.span),
    }
}

/// `name` as `{key: name}`.
fn named(item: &Value, key: &str) -> Value {
    match item.as_map() {
        Some(_) => item.clone(),
        None => object([(key, Some(item.clone()))], item.span),
    }
}

/// A list of names as a map; a map stays.
fn names(value: &Value, content: impl Fn() -> Option<(&'static str, &'static str)>) -> Value {
    let Some(list) = value.as_list() else { return value.clone() };
    let all = list.iter().filter_map(|item| {
        let content = content().map(|(key, text)| (key, Value::string(text, item.span)));
        Some((Arc::from(item.as_str()?), Value::object(content, item.span)))
    });
    Value::object(all, value.span)
}

/// A list of `NAME=value` as a map, values as texts. A name alone has null.
fn pairs(value: &Value) -> Value {
    if let Some(map) = value.as_map() {
        let all = map.iter().map(|(key, one)| (key.clone(), Entry { key: one.key, value: scalar_text(&one.value) }));
        return Value::map(all, value.span);
    }
    let Some(list) = value.as_list() else { return value.clone() };
    let all = list.iter().filter_map(|item| {
        let (text, cause) = holed(item)?;
        let (name, rest) = match text.split_once('=') {
            Some((name, rest)) => (name, Some(rest)),
            None => (&*text, None),
        };
        if name.contains(HOLE) {
            return None;
        }
        let value = rest.map_or(Value::null(item.span), |rest| part(rest, cause, item.span));
        Some((Arc::from(name), entry(value)))
    });
    Value::map(all, value.span)
}

fn build(value: &Value) -> Value {
    let build = named(value, "context");
    let Some(args) = build.get("args").map(pairs) else { return build };
    let mut all = entries(&build);
    all.insert("args".into(), entry(args));
    Value::map(all, build.span)
}

fn healthcheck(value: &Value) -> Value {
    let mut all = entries(value);
    let Some(disable) = all.get_mut("disable") else { return value.clone() };
    disable.value = boolean(disable.value.clone());
    Value::map(all, value.span)
}

/// Completes the environment: variables of `env_file` below those that the service states, and names
/// without a value from the project's own variables.
fn environment(all: &mut Entries, resolver: &Resolver, span: Span, gaps: &mut Vec<Gap>) {
    let files = all.get("env_file").map(|entry| list(&entry.value)).unwrap_or_default();
    let stated = all.get("environment").map(|entry| entry.value.clone());
    if files.is_empty() && stated.is_none() || stated.as_ref().is_some_and(|value| value.as_unknown().is_some()) {
        return;
    }
    let mut variables = Entries::new();
    for file in files {
        let Some(path) = file.get("path").and_then(Value::as_str) else { continue };
        match resolver.files.variables(&resolved(resolver.project.directory.trim_end_matches('/'), path)) {
            Some(found) => {
                variables.extend(found.iter().map(|(name, value)| (name.clone(), entry(value.clone()))));
            }
            None => {
                let message = format!("the variables of {path} are not among what was read");
                gaps.push(resolver.files.gap(resolver.project.main, GapKind::Note, file.span, message));
                // It may set any variable that the service does not state itself, and change those before it.
                let hole = Value::unknown(Reason::File, path, file.span);
                variables.values_mut().for_each(|earlier| earlier.value = hole.clone());
                variables.insert(REST.into(), entry(hole));
            }
        }
    }
    let at = stated.as_ref().map_or(span, |value| value.span);
    for (name, one) in stated.as_ref().and_then(Value::as_map).into_iter().flat_map(Map::iter) {
        let value = match one.value.is_null() {
            false => one.value.clone(),
            true => resolver
                .project
                .environment
                .get(name)
                .cloned()
                .unwrap_or_else(|| Value::unknown(Reason::Environment, name.clone(), one.value.span)),
        };
        variables.insert(name.clone(), Entry { key: one.key, value });
    }
    all.insert("environment".into(), Entry { key: at, value: Value::map(variables, at) });
}
