//! Keys with dots as maps in maps, so that a rule's path is the key as it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::settings;
use crate::source::Span;
use crate::value::{Entry, Value};

/// Most parts of a key; the rest of a longer one is its last part. The kernel's longest have nine.
const MAX_PARTS: usize = 20;

/// A setting, or the settings beneath a part of a key.
enum Node {
    Leaf(Value),
    Inner(Inner),
}

/// Settings by the next part of their key.
#[derive(Default)]
pub struct Inner(BTreeMap<String, Node>);

impl Inner {
    /// Adds a setting. A key that is a part of another gives way to it: the kernel has no such keys.
    pub fn insert(&mut self, key: &str, value: Value) {
        let path = settings::path_of(key);
        let mut parts: Vec<&str> = path.splitn(MAX_PARTS, '/').collect();
        let last = parts.pop().unwrap_or_default();
        let mut here = self;
        for part in parts {
            let next = here.0.entry(part.to_owned()).or_insert_with(|| Node::Inner(Inner::default()));
            if matches!(next, Node::Leaf(_)) {
                *next = Node::Inner(Inner::default());
            }
            let Node::Inner(inner) = next else { return };
            here = inner;
        }
        if !matches!(here.0.get(last), Some(Node::Inner(_))) {
            here.0.insert(last.to_owned(), Node::Leaf(value));
        }
    }

    /// As the entries of a map that stands at `place`.
    pub fn entries(self, place: Span) -> Vec<(Arc<str>, Entry)> {
        let entry = |(key, node)| {
            let value = match node {
                Node::Leaf(value) => value,
                Node::Inner(inner) => Value::map(inner.entries(place), place),
            };
            (Arc::from(key), Entry { key: value.span, value })
        };
        self.0.into_iter().map(entry).collect()
    }
}
