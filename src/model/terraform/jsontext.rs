//! JSON as text and as values, with unknown pieces kept in their place.

use std::sync::Arc;

use super::eval::Env;
use super::text::{Text, invalid};
use super::world::World;
use crate::source::Span;
use crate::value::{Data, Number, Unknown, Value};

/// Stand around the number of an unknown piece while a text is parsed; characters that no text has.
const HOLE: char = '\u{10FFFE}';
const BARE: char = '\u{10FFFD}';

/// `value` as JSON text, as `jsonencode` writes it. The structure is remembered with the text.
pub(super) fn encode(env: &Env, value: &Value, span: Span) -> Value {
    let mut text = Text::new(env.world);
    if !write(env, value, &mut text) {
        return env.world.cut(span);
    }
    let encoded = text.finish(env.world, span);
    env.world.marks.json(encoded, value.clone())
}

/// Writes `value`; false if the budget does not allow it.
fn write(env: &Env, value: &Value, text: &mut Text) -> bool {
    if !env.world.charge(1, value.span) {
        return false;
    }
    text.refer(value);
    match &value.data {
        Data::Null => text.push("null"),
        Data::Bool(bool) => text.push(if *bool { "true" } else { "false" }),
        Data::Number(number) => text.push(&number.to_string()),
        Data::String(string) => {
            text.push("\"");
            text.push(&escape(string));
            text.push("\"");
        }
        Data::List(list) => {
            text.push("[");
            for (index, item) in list.iter().enumerate() {
                text.push(if index > 0 { "," } else { "" });
                if !write(env, item, text) {
                    return false;
                }
            }
            text.push("]");
        }
        Data::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push("{");
            for (index, (key, entry)) in entries.into_iter().enumerate() {
                text.push(if index > 0 { ",\"" } else { "\"" });
                text.push(&escape(key));
                text.push("\":");
                if !write(env, &entry.value, text) {
                    return false;
                }
            }
            text.push("}");
        }
        // A text known in part is written in quotes, anything else is a hole of unknown form.
        Data::Unknown(unknown) if unknown.pieces.is_none() => text.push_hole(value.clone()),
        Data::Unknown(unknown) => {
            text.push("\"");
            text.push_unknown(value, unknown, escape);
            text.push("\"");
        }
    }
    true
}

/// A text as it stands between quotes in JSON; as in Go, with `<`, `>` and `&` escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// The structure of a JSON text, known in part or not; `None` if it is not JSON.
pub(super) fn decode(world: &World, value: &Value) -> Option<Value> {
    let span = value.span;
    if let Some(structure) = world.marks.structure(value) {
        return Some(structure.with_refs(value.references()));
    }
    let (text, cause) = match &value.data {
        Data::String(text) => (text.to_string(), None),
        Data::Unknown(unknown) => (with_holes(unknown.pieces.as_deref()?), Some(unknown)),
        _ => return None,
    };
    if !world.charge(text.len() as u64 / 16 + 1, span) {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    world.ctx.budget.nodes(text.len() as u64 / 8 + 1).ok()?;
    let parsed = Parsed { world, cause, holes: world.marks.holes(value), span };
    Some(parsed.value(&json).with_refs(value.references()))
}

/// The pieces in one text that can be parsed as JSON, a hole as its number between two characters
/// that no text has: [`HOLE`] within quotes, [`BARE`] (and quotes) outside of them.
fn with_holes(pieces: &[Option<Arc<str>>]) -> String {
    let mut text = String::new();
    let (mut quoted, mut escaped, mut count) = (false, false, 0);
    for piece in pieces {
        let Some(piece) = piece else {
            let hole = if quoted { format!("{HOLE}{count}{HOLE}") } else { format!("\"{BARE}{count}{BARE}\"") };
            text.push_str(&hole);
            count += 1;
            continue;
        };
        for c in piece.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = quoted,
                '"' => quoted = !quoted,
                _ => {}
            }
        }
        text.push_str(piece);
    }
    text
}

struct Parsed<'c, 'w> {
    world: &'c World<'w>,
    cause: Option<&'c Arc<Unknown>>,
    holes: Vec<Value>,
    span: Span,
}

impl Parsed<'_, '_> {
    fn value(&self, json: &serde_json::Value) -> Value {
        let span = self.span;
        match json {
            serde_json::Value::Null => Value::null(span),
            serde_json::Value::Bool(bool) => Value::bool(*bool, span),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(n) => Value::int(n, span),
                None => Value::number(Number::from_f64(number.as_f64().unwrap_or(0.0)), span),
            },
            serde_json::Value::String(text) => self.text(text),
            // How many elements a hole between commas stands for is not known.
            serde_json::Value::Array(list) => match list.iter().find_map(|item| self.bare(item.as_str()?)) {
                Some(unknown) => unknown,
                None => Value::list(list.iter().map(|item| self.value(item)).collect(), span),
            },
            serde_json::Value::Object(map) => match map.keys().find(|key| key.contains([HOLE, BARE])) {
                Some(_) => self.hole(0, false),
                None => Value::object(map.iter().map(|(key, value)| (key.as_str(), self.value(value))), span),
            },
        }
    }

    fn text(&self, text: &str) -> Value {
        if self.cause.is_none() || !text.contains([HOLE, BARE]) {
            return Value::string(text, self.span);
        }
        if let Some(unknown) = self.bare(text) {
            return unknown;
        }
        let mut parts: Vec<&str> = text.split(HOLE).collect();
        if let ["", index, ""] = parts.as_slice() {
            return self.hole(index.parse().unwrap_or(0), true);
        }
        // Text and numbers of holes by turns.
        let mut out = Text::new(self.world);
        for (turn, part) in parts.drain(..).enumerate() {
            if turn % 2 == 0 {
                out.push(part);
            } else {
                let hole = self.hole(part.parse().unwrap_or(0), true);
                out.refer(&hole);
                out.push_hole(hole);
            }
        }
        out.finish(self.world, self.span)
    }

    /// The unknown that a text outside of quotes stands for.
    fn bare(&self, text: &str) -> Option<Value> {
        let index = text.strip_prefix(BARE)?.strip_suffix(BARE)?;
        Some(self.hole(index.parse().unwrap_or(0), false))
    }

    /// What stands in the place of a hole; within quotes it is a text, and so not null.
    fn hole(&self, index: usize, text: bool) -> Value {
        let known = self.holes.get(index);
        let unknown = known.and_then(Value::as_unknown).or(self.cause.map(AsRef::as_ref));
        let Some(unknown) = unknown else { return invalid("a piece of JSON", self.span) };
        let unknown = Unknown { non_null: text, pieces: None, ..unknown.clone() };
        let refs = known.map(|hole| hole.references()).unwrap_or_default();
        Value { data: Data::Unknown(Arc::new(unknown)), span: self.span, refs: None }.with_refs(refs)
    }
}
