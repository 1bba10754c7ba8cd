//! Templates within values. A variable that stands alone, `{{ port }}` or `{{ db.port }}`, and texts made of
//! such, are replaced where the variable is known; every other expression is not evaluated and stays unknown.

use std::sync::Arc;

use super::scope::Scope;
use crate::budget::Budget;
use crate::model::pieces::Pieces;
use crate::source::Span;
use crate::value::{Data, Entry, Reason, Value};

/// Variables that may stand within each other's values.
const MAX_DEPTH: u8 = 12;
/// Longest text that is made, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// The value with its templates replaced.
pub fn rendered(value: &Value, scope: &Scope, budget: &Budget) -> Value {
    walk(value, scope, budget, 0)
}

/// Recursion is bounded by [`crate::value::MAX_DEPTH`] and [`MAX_DEPTH`].
fn walk(value: &Value, scope: &Scope, budget: &Budget, depth: u8) -> Value {
    if budget.steps(1).is_err() {
        return Value::unknown(Reason::Budget, "too many values", value.span);
    }
    match &value.data {
        Data::String(text) if text.contains("{{") || text.contains("{%") => {
            of_text(text, value.span, scope, budget, depth)
        }
        Data::List(list) => Value::list(list.iter().map(|item| walk(item, scope, budget, depth)).collect(), value.span),
        Data::Map(map) => match map.iter().next() {
            Some((tag, entry)) if map.len() == 1 && tag.starts_with('!') => tagged(tag, &entry.value),
            _ => {
                let entries = map.iter().map(|(key, entry)| {
                    (key.clone(), Entry { key: entry.key, value: walk(&entry.value, scope, budget, depth) })
                });
                Value::map(entries, value.span)
            }
        },
        _ => value.clone(),
    }
}

/// `!vault` is encrypted, `!unsafe` is no template.
fn tagged(tag: &str, value: &Value) -> Value {
    match tag {
        "!vault" | "!vault-encrypted" => {
            Value::unknown(Reason::Rights, "a value encrypted with ansible-vault", value.span)
        }
        "!unsafe" => value.clone(),
        _ => Value::unknown(Reason::Unsupported, tag, value.span),
    }
}

fn of_text(text: &str, span: Span, scope: &Scope, budget: &Budget, depth: u8) -> Value {
    let parts = parts(text);
    if let [Part::Expression(only)] = &*parts {
        return of_expression(only, span, scope, budget, depth);
    }
    let mut values = Vec::new();
    let mut size = 0;
    for part in parts {
        let value = match part {
            Part::Text(text) => Value::string(text, span),
            Part::Expression(expression) => of_expression(expression, span, scope, budget, depth),
            Part::Statement(text) => Value::unknown(Reason::Template, text, span),
        };
        size += value.as_str().map_or(1, str::len);
        values.push(value);
        if size > MAX_TEXT {
            return Value::unknown(Reason::Budget, "a text that grows too long", span);
        }
    }
    let mut several = values.iter().filter(|value| value.choices().is_some());
    let whole = |choice: Option<&Value>| {
        let mut pieces = Pieces::default();
        for value in &values {
            pieces.value(choice.filter(|_| value.choices().is_some()).unwrap_or(value));
        }
        pieces.into_value(span)
    };
    match (several.next(), several.next()) {
        (Some(one), None) => one.each_choice(|choice| whole(Some(choice))).unwrap_or_else(|| whole(None)),
        _ => whole(None),
    }
}

fn of_expression(expression: &str, span: Span, scope: &Scope, budget: &Budget, depth: u8) -> Value {
    let name = expression.trim();
    let words: Vec<&str> = name.split('.').map(str::trim).collect();
    if !words.iter().all(|word| is_name(word)) || depth >= MAX_DEPTH {
        return Value::unknown(Reason::Template, name, span);
    }
    let [first, rest @ ..] = &*words else { return Value::unknown(Reason::Template, name, span) };
    let found = scope.variable(first, span);
    // What a known map does not have may be a method of it.
    let member = |value: &Value, word: &str| match value.as_unknown() {
        Some(_) => value.clone(),
        None => value.get(word).cloned().unwrap_or_else(|| Value::unknown(Reason::Template, name, span)),
    };
    let found = rest.iter().fold(found, |value, word| {
        value.each_choice(|choice| member(choice, word)).unwrap_or_else(|| member(&value, word))
    });
    walk(&found, scope, budget, depth + 1).at(span)
}

fn is_name(word: &str) -> bool {
    let mut bytes = word.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A piece of a text.
enum Part<'a> {
    Text(&'a str),
    /// What stands within `{{ }}`.
    Expression(&'a str),
    /// `{% ... %}` and all that follows: whether it is there is decided elsewhere.
    Statement(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(start) = ["{{", "{%"].iter().filter_map(|mark| rest.find(mark)).min() {
        let (before, from) = rest.split_at(start);
        if !before.is_empty() {
            out.push(Part::Text(before));
        }
        let inner = from.get(2..).unwrap_or("");
        let Some(end) = inner.find("}}").filter(|_| from.starts_with("{{")) else {
            out.push(Part::Statement(from));
            return out;
        };
        let (expression, after) = inner.split_at(end);
        out.push(Part::Expression(expression.trim_start_matches('-').trim_end_matches('-')));
        rest = after.get(2..).unwrap_or("");
    }
    if !rest.is_empty() {
        out.push(Part::Text(rest));
    }
    out
}

/// The expressions of all texts in a value, each once, in order.
pub fn expressions(value: &Value, budget: &Budget) -> Vec<(Arc<str>, Span)> {
    let mut out = Vec::new();
    collect(value, budget, &mut out);
    out
}

fn collect(value: &Value, budget: &Budget, out: &mut Vec<(Arc<str>, Span)>) {
    if budget.steps(1).is_err() {
        return;
    }
    match &value.data {
        Data::String(text) if text.contains("{{") || text.contains("{%") => {
            for part in parts(text) {
                let (Part::Expression(text) | Part::Statement(text)) = part else { continue };
                if !out.iter().any(|(known, _)| **known == *text.trim()) {
                    out.push((text.trim().into(), value.span));
                }
            }
        }
        Data::List(list) => list.iter().for_each(|item| collect(item, budget, out)),
        Data::Map(map) => map.iter().for_each(|(_, entry)| collect(&entry.value, budget, out)),
        _ => {}
    }
}
