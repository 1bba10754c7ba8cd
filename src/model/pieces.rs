//! Texts of which some parts are not known: put together ([`Pieces`]) and taken apart again ([`holed`],
//! [`part`]).

use std::sync::Arc;

use crate::source::Span;
use crate::value::{Data, Reason, Unknown, Value};

/// A text being put together.
#[derive(Clone, Debug)]
pub struct Pieces {
    parts: Vec<Option<Arc<str>>>,
    open: String,
    cause: Option<Arc<Unknown>>,
    length: usize,
    /// What stands in the place of each unknown piece, as long as each is the same wherever it stands.
    same: Option<Vec<Arc<str>>>,
}

impl Default for Pieces {
    fn default() -> Self {
        Pieces { parts: Vec::new(), open: String::new(), cause: None, length: 0, same: Some(Vec::new()) }
    }
}

impl Pieces {
    /// Adds a known text.
    pub fn text(&mut self, text: &str) {
        self.length += text.len();
        self.open.push_str(text);
    }

    /// Adds a known character.
    pub fn char(&mut self, c: char) {
        self.length += c.len_utf8();
        self.open.push(c);
    }

    /// How much of it there is: the bytes that are known and the holes.
    pub fn size(&self) -> usize {
        self.length
    }

    /// Adds a value: its text, its known pieces, or a hole.
    pub fn value(&mut self, value: &Value) {
        match &value.data {
            Data::String(text) => self.text(text),
            Data::Number(number) => self.text(&number.to_string()),
            Data::Bool(yes) => self.text(if *yes { "true" } else { "false" }),
            Data::Null => {}
            Data::Unknown(unknown) => self.unknown(unknown),
            Data::List(_) | Data::Map(_) => self.hole(Reason::Invalid, value.type_name()),
        }
    }

    /// Adds something that is not known.
    pub fn hole(&mut self, reason: Reason, what: &str) {
        self.unknown(&Arc::new(Unknown::new(reason, what)));
    }

    fn unknown(&mut self, unknown: &Arc<Unknown>) {
        self.cause.get_or_insert_with(|| unknown.clone());
        match (&mut self.same, unknown.same()) {
            (Some(all), Some(one)) => all.push(one),
            (all, _) => *all = None,
        }
        let Some(pieces) = &unknown.pieces else { return self.gap() };
        for piece in pieces {
            match piece {
                Some(text) => self.text(text),
                None => self.gap(),
            }
        }
    }

    /// Adds a hole; two holes side by side are one.
    fn gap(&mut self) {
        self.close();
        if !matches!(self.parts.last(), Some(None)) {
            self.length += 1;
            self.parts.push(None);
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.parts.push(Some(std::mem::take(&mut self.open).into()));
        }
    }

    /// The text, or what is known of it.
    pub fn into_value(mut self, span: Span) -> Value {
        let Some(cause) = self.cause.take() else { return Value::string(self.open, span) };
        self.close();
        match &*self.parts {
            [None] => Value::unknown(cause.reason, cause.what.clone(), span),
            _ => Value::partial(self.parts, &cause, span).known_by(self.same.as_deref()),
        }
    }
}

/// Stands for what is not known while a text is taken apart; no text can hold it.
pub const HOLE: char = '\0';

/// A scalar as text, with [`HOLE`] for each piece that is not known, and why it is not known; `None` if
/// nothing of it is known.
pub fn holed(value: &Value) -> Option<(String, Option<&Unknown>)> {
    match &value.data {
        Data::String(text) => Some((text.to_string(), None)),
        Data::Number(number) => Some((number.to_string(), None)),
        Data::Unknown(unknown) => {
            let pieces = unknown.pieces.as_ref()?;
            let hole = HOLE.to_string();
            Some((pieces.iter().map(|piece| piece.as_deref().unwrap_or(&hole)).collect(), Some(unknown)))
        }
        _ => None,
    }
}

/// A part of a text that may have holes: what is known of it.
pub fn part(text: &str, cause: Option<&Unknown>, span: Span) -> Value {
    let Some(cause) = cause.filter(|_| text.contains(HOLE)) else { return Value::string(text, span) };
    let mut pieces = Vec::new();
    for (n, known) in text.split(HOLE).enumerate() {
        if n > 0 {
            pieces.push(None);
        }
        if !known.is_empty() {
            pieces.push(Some(known.into()));
        }
    }
    match &*pieces {
        [None] => hole(Some(cause), span),
        _ => Value::partial(pieces, cause, span),
    }
}

/// A part of which nothing is known.
pub fn hole(cause: Option<&Unknown>, span: Span) -> Value {
    let (reason, what) = cause.map_or((Reason::Invalid, "".into()), |cause| (cause.reason, cause.what.clone()));
    Value::unknown(reason, what, span)
}
