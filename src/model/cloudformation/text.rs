//! Texts that are put together from parts, of which some may not be known.

use std::sync::Arc;

use super::World;
use crate::source::Span;
use crate::value::{Data, Reason, Reference, Unknown, Value};

/// A text in the making.
pub(super) struct Text {
    pieces: Vec<Option<String>>,
    cause: Option<Arc<Unknown>>,
    refs: Vec<Reference>,
    /// What stands in the place of each unknown piece, as long as each is the same wherever it stands.
    same: Option<Vec<Arc<str>>>,
}

impl Default for Text {
    fn default() -> Self {
        Text { pieces: Vec::new(), cause: None, refs: Vec::new(), same: Some(Vec::new()) }
    }
}

impl Text {
    pub(super) fn push_str(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Some(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Some(text.to_owned())),
        }
    }

    /// Adds a scalar; what is not one makes the text invalid.
    pub(super) fn push(&mut self, world: &World, value: &Value) {
        self.refs.extend_from_slice(value.references());
        match (&value.data, world.text(value)) {
            (_, Some(text)) => self.push_str(&text),
            (Data::Unknown(unknown), None) => {
                match &unknown.pieces {
                    Some(pieces) => pieces.iter().for_each(|piece| match piece {
                        Some(text) => self.push_str(text),
                        None => self.push_unknown(),
                    }),
                    None => self.push_unknown(),
                }
                self.because_of(unknown);
            }
            _ => {
                self.push_unknown();
                let what = format!("{} within a text", value.type_name());
                self.because_of(&invalid(what));
            }
        }
    }

    /// Notes why a piece is not known. The first reason counts, but that of a name which the deployment
    /// gives only if all are such names.
    fn because_of(&mut self, unknown: &Arc<Unknown>) {
        let known = self.cause.as_ref().is_some_and(|cause| cause.reason != Reason::Deployment);
        if self.cause.is_none() || !known && unknown.reason != Reason::Deployment {
            self.cause = Some(unknown.clone());
        }
        match (&mut self.same, unknown.same()) {
            (Some(all), Some(one)) => all.push(one),
            (all, _) => *all = None,
        }
    }

    fn push_unknown(&mut self) {
        if self.pieces.last() != Some(&None) {
            self.pieces.push(None);
        }
    }

    /// The text, or what is known of it.
    pub(super) fn finish(self, span: Span) -> Value {
        let value = match self.cause {
            Some(cause) => {
                let pieces = self.pieces.into_iter().map(|piece| piece.map(Into::into)).collect();
                Value::partial(pieces, &cause, span).known_by(self.same.as_deref())
            }
            None => Value::string(self.pieces.into_iter().flatten().collect::<String>(), span),
        };
        value.with_refs(&self.refs)
    }
}

fn invalid(what: String) -> Arc<Unknown> {
    Arc::new(Unknown::new(Reason::Invalid, what))
}

impl World<'_> {
    /// The text of a scalar. A number keeps the digits it was written with, since `1.10` is not `1.1`
    /// where a version is meant.
    pub(super) fn text(&self, value: &Value) -> Option<Arc<str>> {
        match &value.data {
            Data::String(text) => Some(text.clone()),
            Data::Bool(value) => Some(if *value { "true".into() } else { "false".into() }),
            Data::Number(number) => {
                let written = self.ctx.sources.get(value.span.source).map_or("", |source| source.slice(value.span));
                let same = crate::value::Number::parse(written) == Some(*number);
                Some(if same { written.into() } else { number.to_string().into() })
            }
            _ => None,
        }
    }
}
