//! What the readers of YAML and JSON share: counting values and sharing keys.

use std::ops::Range;
use std::sync::Arc;

use foldhash::HashSet;

use super::SyntaxError;
use crate::budget::Budget;
use crate::source::{SourceId, Span};

/// Values charged to the budget at a time: its counter is shared between threads.
const BATCH: u64 = 64;

/// Builds the tree of one source: makes spans, charges values, shares the text of equal keys.
pub(super) struct Tree<'a> {
    source: SourceId,
    budget: &'a Budget,
    pending: u64,
    keys: HashSet<Arc<str>>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(source: SourceId, budget: &'a Budget) -> Self {
        Tree { source, budget, pending: 0, keys: HashSet::default() }
    }

    /// The span of a range of bytes.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }

    /// An error at a range of bytes.
    pub(super) fn error(&self, range: Range<usize>, message: impl Into<String>) -> SyntaxError {
        SyntaxError { message: message.into(), span: self.span(range), template: false }
    }

    /// Counts one value that stands at `at`.
    pub(super) fn count(&mut self, at: usize) -> Result<(), SyntaxError> {
        self.pending += 1;
        if self.pending < BATCH {
            return Ok(());
        }
        self.charge(0, at)
    }

    /// Charges `more` values and those counted so far.
    pub(super) fn charge(&mut self, more: u64, at: usize) -> Result<(), SyntaxError> {
        let all = std::mem::take(&mut self.pending).saturating_add(more);
        self.budget.nodes(all).map_err(|exceeded| self.error(at..at, exceeded.to_string()))
    }

    /// The text of a key, one copy for all equal keys of the source.
    pub(super) fn key(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.keys.get(text) {
            return known.clone();
        }
        let key: Arc<str> = text.into();
        self.keys.insert(key.clone());
        key
    }

    /// The error for what is nested more deeply than is followed.
    pub(super) fn too_deep(&self, at: usize) -> SyntaxError {
        self.error(at..at, format!("nested more than {} levels deep", Budget::MAX_SYNTAX_DEPTH))
    }
}
