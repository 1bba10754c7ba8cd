//! GitLab CI: jobs with what they extend and inherit, and the files that a pipeline includes
//! (<https://docs.gitlab.com/ci/yaml/>).

use std::sync::Arc;

use super::Sink;
use super::github_uses::is_commit;
use crate::model::tree::{Entries, entries};
use crate::source::Span;
use crate::value::{Data, Entry, Map, Reason, Value};

/// Keywords at the top of a file that are no jobs.
const GLOBAL: [&str; 13] = [
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "pages",
    "services",
    "spec",
    "stages",
    "types",
    "variables",
    "workflow",
];
/// What a job takes from the top of the file, or from `default:`, unless it says it itself.
const DEFAULTS: [&str; 8] =
    ["after_script", "artifacts", "before_script", "cache", "id_tokens", "image", "services", "tags"];
/// Longest chain of `extends` that GitLab allows.
const MAX_EXTENDS: usize = 11;

/// True for a file of a pipeline.
pub fn is_pipeline(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".gitlab-ci.yml") || name.ends_with(".gitlab-ci.yaml") || path.contains("/.gitlab/ci/")
}

/// Adds the resources of a pipeline; false if the file is none.
pub fn add(root: &Value, sink: &mut Sink) -> bool {
    let Some(map) = root.as_map() else { return false };
    let includes = map.get("include").into_iter().flat_map(listed);
    for (n, include) in includes.enumerate() {
        add_include(n, include, sink);
    }
    for (name, entry) in map.iter() {
        // `pages` is a job that has a name of its own.
        let global = GLOBAL.contains(&&**name) && !(&**name == "pages" && entry.value.get("script").is_some());
        if global || name.starts_with('.') || entry.value.as_map().is_none() {
            continue;
        }
        let job = effective(map, name, &entry.value);
        let attributes = job.as_map().into_iter().flat_map(Map::iter);
        let attributes = attributes.map(|(key, entry)| (&**key, entry.value.clone())).collect();
        sink.push("gitlab.job", name.clone(), attributes, entry.key.join(entry.value.span));
    }
    true
}

/// A job with what it extends, and the defaults of the pipeline below that.
fn effective(root: &Map, name: &Arc<str>, job: &Value) -> Value {
    let mut all = entries(&extended(root, job, 0));
    all.shift_remove("extends");
    let inherits = |key: &str| match job.at_path(&["inherit", "default"]).map(|value| (value, &value.data)) {
        Some((_, Data::Bool(yes))) => *yes,
        Some((_, Data::List(list))) => list.iter().any(|item| item.as_str() == Some(key)),
        _ => true,
    };
    for key in DEFAULTS {
        let value = root.get("default").and_then(|default| default.get(key)).or_else(|| root.get(key));
        if let Some(value) = value.filter(|_| inherits(key) && !all.contains_key(key)) {
            all.insert(key.into(), Entry { key: value.span, value: value.clone() });
        }
    }
    if job.at_path(&["inherit", "variables"]).and_then(Value::as_bool) != Some(false)
        && let Some(variables) = root.get("variables")
    {
        let own = all.get("variables").map(|entry| entry.value.clone());
        let merged = own.map_or_else(|| variables.clone(), |own| over(variables, &own, 0));
        all.insert("variables".into(), Entry { key: merged.span, value: merged });
    }
    all.insert("name".into(), Entry { key: job.span, value: Value::string(name.clone(), job.span) });
    Value::map(all, job.span)
}

/// The job over what it extends, the last of them strongest. One that is not here (it is included) leaves open
/// what the job does not say itself, which a marker tells.
fn extended(root: &Map, job: &Value, depth: usize) -> Value {
    let Some(extends) = job.get("extends") else { return job.clone() };
    let mut under = Value::map([], job.span);
    for name in listed(extends) {
        let base = name.as_str().and_then(|name| root.get(name));
        let base = match base.filter(|_| depth < MAX_EXTENDS) {
            Some(base) => extended(root, base, depth + 1),
            None => open(name.span),
        };
        under = over(&under, &base, 0);
    }
    over(&under, job, 0)
}

/// What a job that was not read may say.
fn open(span: Span) -> Value {
    let unknown = |key: &&'static str| (*key, Value::unknown(Reason::File, "what it extends", span));
    Value::object(["image", "script", "services", "variables"].iter().map(unknown), span)
}

/// Maps are merged, everything else is replaced.
fn over(under: &Value, own: &Value, depth: u8) -> Value {
    let (Some(_), Some(map)) = (under.as_map(), own.as_map()) else { return own.clone() };
    let mut all: Entries = entries(under);
    for (key, entry) in map.iter() {
        let before = all.get(key).filter(|_| depth < 20).map(|before| before.value.clone());
        let value = before.map_or_else(|| entry.value.clone(), |before| over(&before, &entry.value, depth + 1));
        all.insert(key.clone(), Entry { key: entry.key, value });
    }
    Value::map(all, own.span)
}

/// An entry of `include`: `type` (local, project, remote, template, component) and where it comes from.
fn add_include(n: usize, include: &Value, sink: &mut Sink) {
    let span = include.span;
    let string = |text: &str| Value::string(text, span);
    let mut all: Vec<(&str, Value)> = Vec::new();
    match (&include.data, include.as_map()) {
        // A text is a path of this repository, or a URL.
        (Data::String(text), _) => {
            let kind = if text.starts_with("http://") || text.starts_with("https://") { "remote" } else { "local" };
            all.extend([("type", string(kind)), (kind, include.clone())]);
        }
        (_, Some(map)) => {
            let kind =
                ["project", "remote", "template", "component", "local"].into_iter().find(|key| map.get(key).is_some());
            all.extend(kind.map(|kind| ("type", string(kind))));
            all.extend(map.iter().map(|(key, entry)| (&**key, entry.value.clone())));
        }
        _ => return,
    }
    let component = include.get("component").and_then(Value::as_str).and_then(|text| text.rsplit_once('@'));
    let reference = component.map(|(_, version)| version).or_else(|| include.get("ref").and_then(Value::as_str));
    if let Some((_, version)) = component {
        all.push(("ref", string(version)));
    }
    // A variable in it is replaced when the pipeline runs.
    all.extend(reference.map(|text| {
        let open = text.contains('$');
        let known = Value::bool(is_commit(text), span);
        ("ref_is_commit", if open { Value::unknown(Reason::Environment, text, span) } else { known })
    }));
    sink.push("gitlab.include", format!("include[{n}]"), all, span);
}

fn listed(value: &Value) -> &[Value] {
    value.as_list().map_or(std::slice::from_ref(value), |list| list)
}
