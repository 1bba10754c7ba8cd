//! The content of a block: attributes, nested blocks and dynamic blocks, as the entries of one map.
//! Blocks become lists of maps under the name of their type.

use std::sync::Arc;

use indexmap::IndexMap;

use super::eval::{Env, Frame};
use super::module::View;
use super::text::invalid;
use crate::format::hcl::{Attribute, Block, Expr, ExprKind, Step};
use crate::source::Span;
use crate::value::{Data, Entry, Reason, Value};

/// Most values that one attribute may have in it, all levels together.
const MAX_VALUES: usize = 100_000;

/// Name to value, in the order of the text.
pub(super) type Entries = IndexMap<Arc<str>, Entry>;

/// Evaluates attributes and blocks, leaving out those called as in `skip`.
pub(super) fn content(env: &Env, attributes: &[&Attribute], blocks: &[&Block], skip: &[&str]) -> Entries {
    let mut entries = Entries::new();
    for attribute in attributes.iter().filter(|attribute| !skip.contains(&&*attribute.name)) {
        let value = env.world.afresh(|| home(env, env.eval(&attribute.expr), attribute.expr.span));
        entries.insert(attribute.name.clone(), Entry { key: attribute.key, value });
    }
    for block in blocks.iter().filter(|block| !skip.contains(&&*block.kind)) {
        if &*block.kind == "dynamic" {
            let Some(name) = block.labels.first() else { continue };
            match dynamic(env, block, name) {
                Ok(list) => list.into_iter().for_each(|value| append(&mut entries, name, block.key, value)),
                Err(unknown) => {
                    entries.insert(name.clone(), Entry { key: block.key, value: unknown });
                }
            }
        } else {
            append(&mut entries, &block.kind, block.key, nested(env, block));
        }
    }
    entries
}

/// A nested block as a map.
fn nested(env: &Env, block: &Block) -> Value {
    let attributes: Vec<_> = block.body.attributes.iter().collect();
    let blocks: Vec<_> = block.body.blocks.iter().collect();
    let mut entries = content(env, &attributes, &blocks, &[]);
    // `provisioner "local-exec"` is the one nested block that has a label.
    if let Some(label) = block.labels.first() {
        let entry = || Entry { key: block.key, value: Value::string(label.clone(), block.key) };
        entries.entry("type".into()).or_insert_with(entry);
    }
    Value::map(entries, block.span)
}

/// One more block of a type. What is already there may be an attribute of that name, or an unknown
/// number of blocks, which one more does not make known.
fn append(entries: &mut Entries, name: &Arc<str>, key: Span, block: Value) {
    let span = block.span;
    let Some(entry) = entries.get_mut(name) else {
        entries.insert(name.clone(), Entry { key, value: Value::list(vec![block], span) });
        return;
    };
    let old = entry.value.clone();
    let (mut list, refs) = match &old.data {
        Data::Unknown(_) => return,
        Data::List(list) => (list.to_vec(), old.refs.clone()),
        Data::Null => (Vec::new(), None),
        _ => (vec![old.clone()], None),
    };
    list.push(block);
    entry.value = Value::list(list, old.span.join(span)).with_refs(refs.as_deref().unwrap_or_default());
}

/// The blocks that a dynamic block makes; the error is the value of all blocks of its type.
fn dynamic(env: &Env, block: &Block, name: &str) -> Result<Vec<Value>, Value> {
    let span = block.span;
    let Some(each) = block.body.attribute("for_each") else {
        return Err(invalid("a dynamic block without for_each", span));
    };
    let Some(content) = block.body.blocks_of("content").next() else {
        return Err(invalid("a dynamic block without content", span));
    };
    let iterator = match block.body.attribute("iterator").map(|iterator| &iterator.expr.kind) {
        Some(ExprKind::Variable(iterator) | ExprKind::String(iterator)) => iterator,
        _ => name,
    };
    let turn = |(key, value)| {
        let value = Value::object([("key", key), ("value", value)], each.expr.span);
        let frame = Frame { name: iterator, value, up: env.frame };
        let mut made = nested(&env.with(&frame), content);
        made.span = span;
        made
    };
    let all = |collection: &Value| match env.items(collection, each.expr.span) {
        Some(items) => Ok(items.into_iter().map(turn).collect()),
        None => Err(env.no_items(collection, span)),
    };
    let collection = env.eval(&each.expr);
    let blocks = |choice: &Value| all(choice).map_or_else(|unknown| unknown, |blocks| Value::list(blocks, span));
    match collection.each_choice(blocks) {
        Some(either) => Err(either.at(span)),
        None => all(&collection),
    }
}

/// The part of the meta arguments that an auditor may ask for: where the resource is made, and what
/// `lifecycle` says. Their expressions are names, not values.
pub(super) fn meta(env: &Env, view: &View, entries: &mut Entries) {
    if let Some(provider) = view.attribute("provider") {
        let value = names(&provider.expr);
        entries.insert("provider".into(), Entry { key: provider.key, value });
    }
    for block in view.blocks.iter().filter(|block| &*block.kind == "lifecycle") {
        let (names_of, plain): (Vec<_>, Vec<_>) = block
            .body
            .attributes
            .iter()
            .partition(|attribute| matches!(&*attribute.name, "ignore_changes" | "replace_triggered_by"));
        let mut inner = content(env, &plain, &[], &[]);
        for attribute in names_of {
            inner.insert(attribute.name.clone(), Entry { key: attribute.key, value: names(&attribute.expr) });
        }
        append(entries, &block.kind, block.key, Value::map(inner, block.span));
    }
}

/// An expression that names things, as text: `aws.west`, `[tags, engine_version]`.
pub(super) fn names(expr: &Expr) -> Value {
    let span = expr.span;
    match &expr.kind {
        ExprKind::List(list) => Value::list(list.iter().map(names).collect(), span),
        ExprKind::Variable(name) | ExprKind::String(name) => Value::string(name.clone(), span),
        ExprKind::Traversal(root, steps) => {
            let mut text = match &root.kind {
                ExprKind::Variable(name) => name.to_string(),
                _ => return Value::unknown(Reason::Unsupported, "a name", span),
            };
            for step in steps {
                match step {
                    Step::Attribute(name) => text.push_str(&format!(".{name}")),
                    Step::Index(index) => match &index.kind {
                        ExprKind::Number(number) => text.push_str(&format!("[{number}]")),
                        ExprKind::String(key) => text.push_str(&format!("[\"{key}\"]")),
                        _ => text.push_str("[?]"),
                    },
                    Step::AttributeSplat | Step::Splat => text.push_str("[*]"),
                }
            }
            Value::string(text, span)
        }
        _ => Value::unknown(Reason::Unsupported, "a name", span),
    }
}

/// A value as it stands in a resource: whatever was written elsewhere (in a variable's default, in
/// another module) stands where the attribute does, and it is not larger than anyone can look at.
fn home(env: &Env, value: Value, span: Span) -> Value {
    let mut left = MAX_VALUES;
    match settle(env, &value, span, span, &mut left) {
        Some(value) => value,
        None => {
            env.world.limit(span, format!("a value of more than {MAX_VALUES} parts"));
            env.world.cut(span)
        }
    }
}

fn settle(env: &Env, value: &Value, within: Span, parent: Span, left: &mut usize) -> Option<Value> {
    *left = left.checked_sub(1)?;
    let span = if within.covers(value.span) { value.span } else { parent };
    let data = match &value.data {
        Data::List(list) => {
            let items: Option<Vec<_>> = list.iter().map(|item| settle(env, item, within, span, left)).collect();
            let settled = Value::list(items?, span);
            if env.world.marks.is_set(value) { env.world.marks.set(settled).data } else { settled.data }
        }
        Data::Map(map) => {
            let entry = |(key, entry): (&Arc<str>, &Entry)| {
                let place = if within.covers(entry.key) { entry.key } else { span };
                let value = settle(env, &entry.value, within, span, left)?;
                Some((key.clone(), Entry { key: place, value }))
            };
            Value::map(map.iter().map(entry).collect::<Option<Vec<_>>>()?, span).data
        }
        other => other.clone(),
    };
    Some(Value { data, span, refs: value.refs.clone() })
}
