//! Texts that are put together of pieces, some of which may not be known.

use std::sync::Arc;

use super::world::{MAX_TEXT, World};
use crate::source::Span;
use crate::value::{Data, Reason, Reference, Unknown, Value};

/// A text under construction.
#[derive(Default)]
pub(super) struct Text {
    pieces: Vec<Option<Arc<str>>>,
    open: String,
    length: usize,
    cause: Option<Arc<Unknown>>,
    refs: Vec<Reference>,
}

impl Text {
    /// Adds literal text.
    pub fn push(&mut self, text: &str) {
        self.length = self.length.saturating_add(text.len());
        if self.length <= MAX_TEXT {
            self.open.push_str(text);
        }
    }

    /// Adds a piece that is not known.
    pub fn push_unknown(&mut self, unknown: &Arc<Unknown>) {
        self.close();
        match &unknown.pieces {
            Some(pieces) => {
                for piece in pieces {
                    match piece {
                        Some(text) => self.push(text),
                        None => {
                            self.close();
                            self.pieces.push(None);
                        }
                    }
                }
            }
            None => self.pieces.push(None),
        }
        self.cause.get_or_insert_with(|| unknown.clone());
    }

    /// Adds a value as a template does; false if it is not a text, number or boolean.
    pub fn push_value(&mut self, value: &Value) -> bool {
        self.refer(value);
        match &value.data {
            Data::String(text) => self.push(text),
            Data::Number(number) => self.push(&number.to_string()),
            Data::Bool(bool) => self.push(if *bool { "true" } else { "false" }),
            Data::Unknown(unknown) => self.push_unknown(unknown),
            Data::Null | Data::List(_) | Data::Map(_) => return false,
        }
        true
    }

    /// Notes what the text is computed from.
    pub fn refer(&mut self, value: &Value) {
        for reference in value.references() {
            if !self.refs.contains(reference) && self.refs.len() < 256 {
                self.refs.push(reference.clone());
            }
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.pieces.push(Some(std::mem::take(&mut self.open).into()));
        }
    }

    /// The text as a value.
    pub fn finish(mut self, world: &World, span: Span) -> Value {
        if self.length > MAX_TEXT {
            world.limit(span, format!("a text of more than {MAX_TEXT} bytes"));
            return world.cut(span);
        }
        if !world.charge(self.length as u64 / 64, span) {
            return world.cut(span);
        }
        let value = match self.cause.take() {
            None => Value::string(std::mem::take(&mut self.open), span),
            Some(cause) => {
                self.close();
                Value::partial(self.pieces, &cause, span)
            }
        };
        value.with_refs(&self.refs)
    }
}

/// The text of a value where Terraform converts it to one.
pub(super) fn as_text(value: &Value) -> Option<Arc<str>> {
    match &value.data {
        Data::String(text) => Some(text.clone()),
        Data::Number(number) => Some(number.to_string().into()),
        Data::Bool(bool) => Some(if *bool { "true" } else { "false" }.into()),
        _ => None,
    }
}

/// An unknown because the language does not allow what was written.
pub(super) fn invalid(what: impl Into<Arc<str>>, span: Span) -> Value {
    Value::unknown(Reason::Invalid, what, span)
}

/// The same unknown, standing at `span`.
pub(super) fn unknown_at(unknown: &Arc<Unknown>, span: Span) -> Value {
    Value { data: Data::Unknown(unknown.clone()), span, refs: None }
}
