//! Lists and maps: shared, cheap to clone, bounded in depth.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Value;
use crate::source::Span;

/// A list of values, bounded in depth.
#[derive(Clone, Debug)]
pub struct List {
    pub(super) items: Arc<Vec<Value>>,
    pub(super) depth: u16,
}

impl std::ops::Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.items
    }
}

/// One entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key stands.
    pub key: Span,
    /// What it holds.
    pub value: Value,
}

/// The entries of a map. The hasher is seeded at random, so a hostile file cannot choose collisions.
pub(super) type Entries = IndexMap<Arc<str>, Entry, foldhash::fast::RandomState>;

/// A map from text to values, in the order of the text, bounded in depth.
#[derive(Clone, Debug)]
pub struct Map {
    pub(super) entries: Arc<Entries>,
    pub(super) depth: u16,
}

impl Map {
    /// The entry with exactly this key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// The entry with this key, ignoring case, `_` and `-`; an exact match is preferred.
    pub fn find(&self, key: &str) -> Option<&Entry> {
        let exact = self.entries.get(key);
        exact.or_else(|| self.entries.iter().find(|(name, _)| same_key(name, key)).map(|(_, entry)| entry))
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Entry)> {
        self.entries.iter()
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// True if two keys are the same path segment: case, `_` and `-` do not count, so that
/// `storage_encrypted`, `StorageEncrypted` and `storageEncrypted` are one.
pub fn same_key(a: &str, b: &str) -> bool {
    // Of most pairs of keys the first letters tell that they differ.
    match (a.as_bytes().first(), b.as_bytes().first()) {
        (Some(x), Some(y)) if x.is_ascii_alphabetic() && y.is_ascii_alphabetic() && !x.eq_ignore_ascii_case(y) => false,
        _ => folded(a).eq(folded(b)),
    }
}

/// The letters of a key that count, in lower case.
fn folded(key: &str) -> impl Iterator<Item = u8> + '_ {
    key.bytes().filter(|c| !matches!(c, b'_' | b'-')).map(|c| c.to_ascii_lowercase())
}
