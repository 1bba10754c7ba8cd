//! Texts that are put together of pieces, some of which may not be known.

use std::sync::Arc;

use super::world::{MAX_TEXT, Marks, World};
use crate::source::Span;
use crate::value::{Data, Reason, Reference, Unknown, Value};

/// Most resources that one value is said to be computed from.
pub(super) const MAX_REFS: usize = 64;

/// A text under construction.
pub(super) struct Text<'t> {
    marks: &'t Marks,
    pieces: Vec<Option<Arc<str>>>,
    /// What stands in the place of each piece that is not known.
    holes: Vec<Value>,
    open: String,
    length: usize,
    refs: Vec<Reference>,
}

impl<'t> Text<'t> {
    /// An empty text.
    pub fn new(world: &'t World) -> Self {
        Text {
            marks: &world.marks,
            pieces: Vec::new(),
            holes: Vec::new(),
            open: String::new(),
            length: 0,
            refs: Vec::new(),
        }
    }

    /// Adds literal text.
    pub fn push(&mut self, text: &str) {
        self.length = self.length.saturating_add(text.len());
        if self.length <= MAX_TEXT {
            self.open.push_str(text);
        }
    }

    /// Adds a piece that is not known.
    pub fn push_hole(&mut self, value: Value) {
        self.close();
        self.length = self.length.saturating_add(1);
        if self.length <= MAX_TEXT {
            self.pieces.push(None);
            self.holes.push(value);
        }
    }

    /// Adds an unknown, with what is known of its text changed by `change`.
    pub fn push_unknown(&mut self, value: &Value, unknown: &Unknown, change: impl Fn(&str) -> String) {
        let Some(pieces) = &unknown.pieces else {
            self.push_hole(value.clone());
            return;
        };
        let mut holes = self.marks.holes(value).into_iter();
        for piece in pieces {
            match piece {
                Some(text) => self.push(&change(text)),
                None => {
                    let bare = Value::unknown(unknown.reason, unknown.what.clone(), value.span);
                    self.push_hole(holes.next().unwrap_or(bare));
                }
            }
        }
    }

    /// Adds a value as a template does; false if it is not a text, number or boolean.
    pub fn push_value(&mut self, value: &Value) -> bool {
        self.refer(value);
        match &value.data {
            Data::String(text) => self.push(text),
            Data::Number(number) => self.push(&number.to_string()),
            Data::Bool(bool) => self.push(if *bool { "true" } else { "false" }),
            Data::Unknown(unknown) => self.push_unknown(value, unknown, str::to_string),
            Data::Null | Data::List(_) | Data::Map(_) => return false,
        }
        true
    }

    /// Notes what the text is computed from.
    pub fn refer(&mut self, value: &Value) {
        for reference in value.references() {
            if !self.refs.contains(reference) && self.refs.len() < MAX_REFS {
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
        if !world.charge((self.length / 64 + self.pieces.len()) as u64, span) {
            return world.cut(span);
        }
        // A name that the deployment gives is the reason only if all the unknown pieces are such names.
        let mut causes = self.holes.iter().filter_map(Value::as_unknown);
        let more = causes.clone().find(|cause| cause.reason != Reason::Deployment);
        let cause = more.or_else(|| causes.next()).cloned();
        let value = match cause {
            None => Value::string(std::mem::take(&mut self.open), span),
            Some(cause) => {
                self.close();
                let same: Option<Vec<_>> =
                    self.holes.iter().map(|hole| hole.as_unknown().and_then(Unknown::same)).collect();
                let partial = Value::partial(self.pieces, &cause, span).known_by(same.as_deref());
                world.marks.with_holes(partial, self.holes)
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

/// What follows from an unknown, standing at `span`: whatever the values were of which it is one, this is
/// another.
pub(super) fn unknown_at(unknown: &Arc<Unknown>, span: Span) -> Value {
    let unknown = match unknown.one_of {
        Some(_) => Arc::new(Unknown { one_of: None, ..Unknown::clone(unknown) }),
        None => unknown.clone(),
    };
    Value { data: Data::Unknown(unknown), span, refs: None }
}
