//! GitHub Actions: workflows, their jobs and steps, and the steps of composite actions
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Sink;
use super::expression::contexts;
use super::github_uses::action;
use crate::source::{Source, Span};
use crate::value::{Data, Map, Value};

/// Attributes of a step that are handed on as they are.
const OF_STEP: [&str; 9] =
    ["continue-on-error", "env", "id", "if", "name", "run", "shell", "uses", "working-directory"];
/// Attributes of a job that are handed on as they are.
const OF_JOB: [&str; 10] =
    ["container", "env", "environment", "if", "name", "needs", "runs-on", "secrets", "services", "uses"];

/// What jobs and steps get from the workflow around them.
#[derive(Clone)]
struct Around {
    triggers: Option<Value>,
    permissions: Option<Value>,
    /// Variables by name, the innermost value of each.
    env: BTreeMap<Arc<str>, Value>,
}

/// Adds the resources of a workflow or a composite action; false if the file is neither.
pub fn add(root: &Value, path: &str, sink: &mut Sink) -> bool {
    let Some(map) = root.as_map() else { return false };
    let around = Around { triggers: None, permissions: None, env: BTreeMap::new() };
    if let Some(steps) = map.get("runs").and_then(|runs| runs.get("steps")).and_then(Value::as_list) {
        if is_action(path) {
            add_steps(steps, "", &around, sink);
            return true;
        }
        return false;
    }
    // YAML 1.1 would read `on` as a boolean, which some tools write back.
    let triggers = map.get("on").or_else(|| map.get("true"));
    let jobs = map.get("jobs").and_then(Value::as_map);
    let (Some(triggers), Some(jobs)) = (triggers, jobs) else { return false };
    let known = |job: &Value| job.get("runs-on").is_some() || job.get("uses").is_some() || job.get("steps").is_some();
    if !path.contains(".github/workflows/") && !jobs.iter().any(|(_, job)| known(&job.value)) {
        return false;
    }
    let mut around = around.with_env(map);
    around.triggers = Some(events(triggers));
    around.permissions = map.get("permissions").cloned();
    let name = sink.scope.path.clone();
    let mut own: Vec<(&str, Value)> = ["name", "permissions", "concurrency", "env"]
        .into_iter()
        .filter_map(|key| Some((key, map.get(key)?.clone())))
        .collect();
    own.push(("on", normal(triggers)));
    sink.push("github.workflow", name, own, root.span);
    for (id, job) in jobs.iter() {
        add_job(id, &job.value, job.key.join(job.value.span), &around, sink);
    }
    true
}

fn is_action(path: &str) -> bool {
    path.ends_with("/action.yml") || path.ends_with("/action.yaml")
}

fn add_job(id: &str, job: &Value, span: Span, around: &Around, sink: &mut Sink) {
    let Some(map) = job.as_map() else { return };
    let mut around = around.with_env(map);
    around.permissions = map.get("permissions").cloned().or(around.permissions);
    let mut own: Vec<(&str, Value)> = vec![("id", Value::string(id, span))];
    own.extend(OF_JOB.into_iter().filter_map(|key| Some((key, map.get(key)?.clone()))));
    own.extend(map.get("uses").map(|uses| ("action", action(uses))));
    own.extend(around.handed_down());
    sink.push("github.job", id, own, span);
    if let Some(steps) = map.get("steps").and_then(Value::as_list) {
        add_steps(steps, id, &around, sink);
    }
}

fn add_steps(steps: &[Value], job: &str, around: &Around, sink: &mut Sink) {
    for (n, step) in steps.iter().enumerate() {
        let Some(map) = step.as_map() else { continue };
        let span = step.span;
        let around = around.with_env(map);
        let mut own: Vec<(&str, Value)> = vec![("job", Value::string(job, span))];
        own.extend(OF_STEP.into_iter().filter_map(|key| Some((key, map.get(key)?.clone()))));
        own.extend(map.get("with").map(|with| ("with", with.clone())));
        let action = map.get("uses").map(action);
        if let Some(code) = code(map, action.as_ref()) {
            own.push(("expressions", around.expressions(code, sink.source)));
        }
        own.extend(action.map(|action| ("action", action)));
        own.extend(around.handed_down());
        let address = if job.is_empty() { format!("steps[{n}]") } else { format!("{job}.steps[{n}]") };
        sink.push("github.step", address, own, span);
    }
}

/// What a step executes: its `run`, or the script of `actions/github-script`.
fn code<'v>(step: &'v Map, action: Option<&Value>) -> Option<&'v Value> {
    let is = |name: &str, wanted: &str| {
        action.and_then(|action| action.get(name)).and_then(Value::as_str).is_some_and(|it| it == wanted)
    };
    let script = is("owner", "actions") && is("repo", "github-script");
    let with = || step.get("with").and_then(|with| with.get("script"));
    step.get("run").or_else(|| if script { with() } else { None })
}

impl Around {
    fn with_env(&self, map: &Map) -> Around {
        let mut around = self.clone();
        let env = map.get("env").and_then(Value::as_map).into_iter().flat_map(Map::iter);
        around.env.extend(env.map(|(name, entry)| (name.clone(), entry.value.clone())));
        around
    }

    /// What jobs and steps have of those around them.
    fn handed_down(&self) -> impl Iterator<Item = (&'static str, Value)> {
        let triggers = self.triggers.clone().map(|triggers| ("triggers", triggers));
        triggers.into_iter().chain(self.permissions.clone().map(|permissions| ("permissions", permissions)))
    }

    /// The contexts whose text stands in the code when it runs; `env.X` stands for those of that variable.
    fn expressions(&self, code: &Value, source: Option<&Source>) -> Value {
        let Some(text) = code.as_str() else { return Value::list(Vec::new(), code.span) };
        let mut all: Vec<Value> = Vec::new();
        for (context, expression) in contexts(text) {
            let at = place(code.span, expression, source);
            let variable = context.strip_prefix("env.");
            let held = variable.and_then(|name| self.env.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
            let inner = held.and_then(|(_, value)| value.as_str()).map(contexts).unwrap_or_default();
            all.extend(inner.into_iter().map(|(context, _)| Value::string(context, at)));
            all.push(Value::string(context, at));
        }
        Value::list(all, code.span)
    }
}

/// Where an expression stands within a text.
fn place(within: Span, expression: &str, source: Option<&Source>) -> Span {
    let written = source.map_or("", |source| source.slice(within));
    let found = written.find(expression).map(|at| within.start as usize + at);
    found.map_or(within, |at| Span::new(within.source, at..at + expression.len()))
}

/// The names of the events that start a workflow.
fn events(triggers: &Value) -> Value {
    let names = match &triggers.data {
        Data::Map(map) => map.iter().map(|(name, entry)| Value::string(name.clone(), entry.key)).collect(),
        Data::List(list) => list.to_vec(),
        _ => vec![triggers.clone()],
    };
    Value::list(names, triggers.span)
}

/// `on` as a map from event to what it says.
fn normal(triggers: &Value) -> Value {
    let Data::List(list) = events(triggers).data else { return triggers.clone() };
    let of = |name: &str| triggers.get(name).cloned().unwrap_or_else(|| Value::null(triggers.span));
    let all = list.iter().filter_map(|event| event.as_str().map(|name| (Arc::from(name), of(name))));
    Value::object::<Arc<str>>(all, triggers.span)
}
