//! JSON as text and as values, with unknown pieces kept in their place.

use std::sync::Arc;

use super::eval::Env;
use super::text::{Text, invalid, unknown_at};
use super::world::World;
use crate::source::Span;
use crate::value::{Data, Number, Unknown, Value};

/// Stands for an unknown piece while a text is parsed; a character that no text has.
const HOLE: char = '\u{10FFFE}';

/// `value` as JSON text, as `jsonencode` writes it. The structure is remembered with the text.
pub(super) fn encode(env: &Env, value: &Value, span: Span) -> Value {
    let mut text = Text::default();
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
        Data::Unknown(unknown) => write_unknown(unknown, text),
    }
    true
}

/// A text known in part is written in quotes, anything else is a hole of unknown form.
fn write_unknown(unknown: &Arc<Unknown>, text: &mut Text) {
    let Some(pieces) = &unknown.pieces else {
        text.push_unknown(unknown);
        return;
    };
    let bare = Arc::new(Unknown { pieces: None, ..Unknown::clone(unknown) });
    text.push("\"");
    for piece in pieces {
        match piece {
            Some(known) => text.push(&escape(known)),
            None => text.push_unknown(&bare),
        }
    }
    text.push("\"");
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
    Some(Holes { cause, span }.value(&json).with_refs(value.references()))
}

/// The pieces in one text that can be parsed as JSON: a hole outside of quotes gets quotes.
fn with_holes(pieces: &[Option<Arc<str>>]) -> String {
    let mut text = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for piece in pieces {
        let Some(piece) = piece else {
            if quoted {
                text.push(HOLE);
            } else {
                // Two holes: not a text with a hole in it, but a hole of unknown form.
                text.extend(['"', HOLE, HOLE, '"']);
            }
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

struct Holes<'c> {
    cause: Option<&'c Arc<Unknown>>,
    span: Span,
}

impl Holes<'_> {
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
            serde_json::Value::Array(list) => match list.iter().any(is_hole) {
                true => self.unknown(false),
                false => Value::list(list.iter().map(|item| self.value(item)).collect(), span),
            },
            serde_json::Value::Object(map) => match map.keys().any(|key| key.contains(HOLE)) {
                true => self.unknown(false),
                false => Value::object(map.iter().map(|(key, value)| (key.as_str(), self.value(value))), span),
            },
        }
    }

    fn text(&self, text: &str) -> Value {
        let Some(cause) = self.cause.filter(|_| text.contains(HOLE)) else { return Value::string(text, self.span) };
        if text.chars().all(|c| c == HOLE) {
            return self.unknown(text.chars().count() == 1);
        }
        let mut pieces: Vec<Option<Arc<str>>> = Vec::new();
        for (index, known) in text.split(HOLE).enumerate() {
            if index > 0 {
                pieces.push(None);
            }
            if !known.is_empty() {
                pieces.push(Some(known.into()));
            }
        }
        Value::partial(pieces, cause, self.span)
    }

    /// The unknown that a hole stands for; within quotes it is a text, and so not null.
    fn unknown(&self, text: bool) -> Value {
        match self.cause {
            Some(cause) => {
                let unknown = Unknown { pieces: None, non_null: text, ..Unknown::clone(cause) };
                unknown_at(&Arc::new(unknown), self.span)
            }
            None => invalid("a piece of JSON", self.span),
        }
    }
}

fn is_hole(json: &serde_json::Value) -> bool {
    json.as_str().is_some_and(|text| text.len() > HOLE.len_utf8() && text.chars().all(|c| c == HOLE))
}
