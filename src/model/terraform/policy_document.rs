//! Data sources that render what is written in them: policy documents.

use std::sync::Arc;

use super::blocks::Entries;
use super::eval::Env;
use super::jsontext;
use super::module::View;
use super::text::{Text, as_text, unknown_at};
use crate::source::Span;
use crate::value::{Data, Entry, Value};

/// Adds what the provider computes of the written attributes alone.
pub(super) fn render(env: &Env, kind: &str, view: &View, entries: &mut Entries) {
    let span = view.block.span;
    let (names, policy): (&[&str], Value) = match kind {
        "aws_iam_policy_document" => (&["json", "minified_json"], aws(env, entries, span)),
        "google_iam_policy" => (&["policy_data"], google(entries, span)),
        _ => return,
    };
    let text = match &policy.data {
        Data::Unknown(_) => policy,
        _ => jsontext::encode(env, &policy, span),
    };
    for name in names {
        entries.insert((*name).into(), Entry { key: view.block.key, value: text.clone() });
    }
}

fn aws(env: &Env, entries: &Entries, span: Span) -> Value {
    let mut statements: Vec<Value> = Vec::new();
    let mut version = Value::string("2012-10-17", span);
    let mut id = None;
    // A source that is not known holds some statements that are not known, among those that are: the
    // Sids of all sources differ, so it takes none of them away.
    for source in ["source_json", "source_policy_documents"] {
        for unknown in merge(env, entries, source, &mut statements) {
            statements.push(plain_at(&unknown, span));
        }
    }
    match entries.get("statement").map(|entry| &entry.value) {
        Some(Value { data: Data::List(own), .. }) => {
            own.iter().for_each(|own| lay(&mut statements, statement(env, own)))
        }
        Some(value @ Value { data: Data::Unknown(unknown), .. }) => {
            return unknown_at(unknown, span).with_refs(value.references());
        }
        _ => {}
    }
    // An override that is not known may replace any statement.
    for source in ["override_json", "override_policy_documents"] {
        if let Some(unknown) = merge(env, entries, source, &mut statements).first() {
            return plain_at(unknown, span);
        }
    }
    if let Some(entry) = entries.get("version").filter(|entry| !entry.value.is_null()) {
        version = entry.value.clone();
    }
    if let Some(entry) = entries.get("policy_id").filter(|entry| !entry.value.is_null()) {
        id = Some(("Id", entry.value.clone()));
    }
    let list = Value::list(statements, span);
    Value::object([("Version", version), ("Statement", list)].into_iter().chain(id), span)
}

/// The unknown without what is known of its text: here it stands for more than a text.
fn plain_at(unknown: &Value, span: Span) -> Value {
    match &unknown.data {
        Data::Unknown(why) => super::operators::plain(why, span).with_refs(unknown.references()),
        _ => unknown.clone().at(span),
    }
}

/// Merges the statements of the documents in an attribute; returns those that are not known.
fn merge(env: &Env, entries: &Entries, name: &str, statements: &mut Vec<Value>) -> Vec<Value> {
    let Some(entry) = entries.get(name).filter(|entry| !entry.value.is_null()) else { return Vec::new() };
    let documents: Vec<Value> = match &entry.value.data {
        Data::List(list) => list.to_vec(),
        _ => vec![entry.value.clone()],
    };
    let mut unknowns = Vec::new();
    for document in documents.iter().filter(|document| document.as_str() != Some("") && !document.is_null()) {
        let policy = jsontext::decode(env.world, document).map(crate::model::policy::normalise);
        match policy.as_ref().and_then(|policy| policy.get("Statement")).map(|statement| &statement.data) {
            Some(Data::List(list)) => list.iter().for_each(|item| lay(statements, item.clone())),
            Some(Data::Unknown(unknown)) => unknowns.push(unknown_at(unknown, document.span)),
            _ if document.as_unknown().is_some() => unknowns.push(document.clone()),
            _ => unknowns.push(super::text::invalid("a policy document that is not one", document.span)),
        }
    }
    unknowns
}

/// Adds a statement, in place of one with the same Sid.
fn lay(statements: &mut Vec<Value>, new: Value) {
    let sid = |value: &Value| value.get("Sid").and_then(as_text).filter(|sid| !sid.is_empty());
    let same = sid(&new).and_then(|new| statements.iter().position(|old| sid(old).as_ref() == Some(&new)));
    match same.and_then(|at| statements.get_mut(at)) {
        Some(old) => *old = new,
        None => statements.push(new),
    }
}

/// A statement block as the statement it renders to.
fn statement(env: &Env, block: &Value) -> Value {
    let span = block.span;
    let Data::Map(map) = &block.data else { return block.clone() };
    let mut out: Vec<(Arc<str>, Entry)> = Vec::new();
    let mut put = |name: &str, key: Span, value: Value| out.push((name.into(), Entry { key, value }));
    let present = |name: &str| map.find(name).filter(|entry| !entry.value.is_null());
    if let Some(entry) = present("sid") {
        put("Sid", entry.key, entry.value.clone());
    }
    match present("effect") {
        Some(entry) => put("Effect", entry.key, entry.value.clone()),
        None => put("Effect", span, Value::string("Allow", span)),
    }
    let lists = [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ];
    for (from, to) in lists {
        if let Some(entry) = present(from).filter(|entry| !is_empty(&entry.value)) {
            put(to, entry.key, with_variables(env, &entry.value));
        }
    }
    for (from, to) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        if let Some(entry) = present(from).filter(|entry| !is_empty(&entry.value)) {
            put(to, entry.key, principals(env, &entry.value));
        }
    }
    if let Some(entry) = present("condition").filter(|entry| !is_empty(&entry.value)) {
        put("Condition", entry.key, conditions(env, &entry.value));
    }
    Value::map(out, span).with_refs(block.references())
}

fn is_empty(value: &Value) -> bool {
    value.as_list().is_some_and(|list| list.is_empty())
}

/// `&{...}` stands for `${...}`, which Terraform would take for its own.
fn with_variables(env: &Env, value: &Value) -> Value {
    match &value.data {
        Data::Unknown(unknown) if unknown.pieces.iter().flatten().flatten().any(|piece| piece.contains("&{")) => {
            let mut text = Text::new(env.world);
            text.push_unknown(value, unknown, |piece| piece.replace("&{", "${"));
            text.refer(value);
            text.finish(env.world, value.span)
        }
        Data::String(text) if text.contains("&{") => {
            Value { data: Value::string(text.replace("&{", "${"), value.span).data, ..value.clone() }
        }
        Data::List(list) => Value::list(list.iter().map(|item| with_variables(env, item)).collect(), value.span)
            .with_refs(value.references()),
        _ => value.clone(),
    }
}

/// `principals` blocks: type -> identifiers; every type of `*` is AWS's `*`.
fn principals(env: &Env, value: &Value) -> Value {
    grouped(env, value, |block| {
        let kind = block.get("type")?;
        let kind = if kind.as_str() == Some("*") { "AWS".into() } else { as_text(kind)? };
        Some((kind, block.get("identifiers")?.clone()))
    })
}

/// `condition` blocks: test -> variable -> values.
fn conditions(env: &Env, value: &Value) -> Value {
    let Data::List(blocks) = &value.data else { return value.clone() };
    let mut tests: indexmap::IndexMap<Arc<str>, Vec<Value>> = indexmap::IndexMap::new();
    for block in blocks.iter() {
        let Some(test) = block.get("test").and_then(as_text) else { return hidden(block, "test", value.span) };
        tests.entry(test).or_default().push(block.clone());
    }
    let keys = |blocks: Vec<Value>| {
        let all = Value::list(blocks, value.span);
        grouped(env, &all, |block| Some((as_text(block.get("variable")?)?, block.get("values")?.clone())))
    };
    Value::object(tests.into_iter().map(|(test, blocks)| (test, keys(blocks))), value.span)
}

/// Blocks as a map from name to list; unknown as a whole if a name is not known.
fn grouped(env: &Env, value: &Value, of: impl Fn(&Value) -> Option<(Arc<str>, Value)>) -> Value {
    let Data::List(blocks) = &value.data else { return value.clone() };
    let mut groups: indexmap::IndexMap<Arc<str>, Value> = indexmap::IndexMap::new();
    for block in blocks.iter() {
        let Some((name, values)) = of(block) else { return hidden(block, "type", value.span) };
        let values = with_variables(env, &values);
        let joined = match (groups.get(&name).map(|have| &have.data), &values.data) {
            (Some(Data::List(have)), Data::List(more)) => {
                Value::list(have.iter().chain(more.iter()).cloned().collect(), values.span)
            }
            (Some(Data::Unknown(unknown)), _) => unknown_at(unknown, values.span),
            _ => values,
        };
        groups.insert(name, joined);
    }
    Value::object(groups, value.span)
}

/// What cannot be told because a name in `block` is not known, or missing.
fn hidden(block: &Value, name: &str, span: Span) -> Value {
    let unknowns =
        block.as_map().into_iter().flat_map(|map| map.iter()).filter_map(|(_, entry)| entry.value.as_unknown());
    match unknowns.into_iter().next() {
        Some(unknown) => Value::unknown(unknown.reason, unknown.what.clone(), span),
        None => super::text::invalid(format!("no {name}"), span),
    }
}

/// `binding` blocks of Google Cloud: role, members and condition.
fn google(entries: &Entries, span: Span) -> Value {
    let list =
        |name: &str| entries.get(name).map_or_else(|| Value::list(Vec::new(), span), |entry| entry.value.clone());
    let bindings = list("binding");
    if let Data::Unknown(unknown) = &bindings.data {
        return unknown_at(unknown, span);
    }
    Value::object([("bindings", bindings), ("auditConfigs", list("audit_config"))], span)
}
