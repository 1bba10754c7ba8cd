//! The value every format is read into: what JSON has, and [`Data::Unknown`] with a reason.
//!
//! An unknown is a value like any other: it flows through expressions and into the evaluator, so
//! that nothing that was not read can turn into a pass or a fail on the way. Every value keeps the
//! [`Span`] it was read from and the resources it was computed from ([`Reference`]).
//!
//! Lists and maps are shared, cheap to clone, and *bounded in depth by construction*: walking or
//! dropping a value can therefore never exhaust the stack, whatever the input was.

mod collection;
mod number;
mod unknown;

use std::sync::Arc;

pub use collection::{Entry, List, Map, same_key};
pub use number::Number;
pub use unknown::{Reason, Unknown};

use crate::source::Span;

/// Deepest nesting a value may have; what lies deeper is replaced by an unknown.
pub const MAX_DEPTH: u16 = 200;

/// The key of a map that may have more entries than those that were read: its value, an unknown, stands
/// for each of the others.
pub const REST: &str = "...";

/// Most values of which one may be meant.
const MAX_CHOICES: usize = 64;

/// Most values that stand within those of which one is meant, all together.
const MAX_IN_CHOICES: usize = 2_000;

/// A value and where it came from.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// The text it was read from.
    pub span: Span,
    /// The resources it was computed from, if any. Kept through interpolation, variables and
    /// outputs, so that the model can resolve links.
    pub refs: Option<Arc<[Reference]>>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Data {
    /// Absent on purpose.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A list; make it with [`Value::list`].
    List(List),
    /// A map; make it with [`Value::map`].
    Map(Map),
    /// Something that what was read does not determine.
    Unknown(Arc<Unknown>),
}

/// "This value came from that attribute of that resource."
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Address of the resource within its scope, as [`crate::resource::Resource::address`] has it.
    pub address: Arc<str>,
    /// The attribute read, empty when the resource itself is meant.
    pub attribute: Arc<str>,
}

impl Value {
    fn of(data: Data, span: Span) -> Value {
        Value { data, span, refs: None }
    }

    /// A null.
    pub fn null(span: Span) -> Value {
        Value::of(Data::Null, span)
    }

    /// A boolean.
    pub fn bool(value: bool, span: Span) -> Value {
        Value::of(Data::Bool(value), span)
    }

    /// A whole number.
    pub fn int(value: i64, span: Span) -> Value {
        Value::of(Data::Number(Number::Int(value)), span)
    }

    /// A number.
    pub fn number(value: Number, span: Span) -> Value {
        Value::of(Data::Number(value), span)
    }

    /// A text.
    pub fn string(value: impl Into<Arc<str>>, span: Span) -> Value {
        Value::of(Data::String(value.into()), span)
    }

    /// A list. One that would be deeper than [`MAX_DEPTH`] becomes an unknown.
    pub fn list(items: Vec<Value>, span: Span) -> Value {
        let depth = 1 + items.iter().map(Value::depth).max().unwrap_or(0);
        if depth > MAX_DEPTH {
            return Value::unknown(Reason::Budget, "nested too deeply", span);
        }
        Value::of(Data::List(List { items: Arc::new(items), depth }), span)
    }

    /// A map. A repeated key keeps its last value. One that would be deeper than [`MAX_DEPTH`]
    /// becomes an unknown.
    pub fn map(entries: impl IntoIterator<Item = (Arc<str>, Entry)>, span: Span) -> Value {
        let entries: collection::Entries = entries.into_iter().collect();
        let depth = 1 + entries.values().map(|entry| entry.value.depth()).max().unwrap_or(0);
        if depth > MAX_DEPTH {
            return Value::unknown(Reason::Budget, "nested too deeply", span);
        }
        Value::of(Data::Map(Map { entries: Arc::new(entries), depth }), span)
    }

    /// A map whose keys stand where their values do; for values that the model makes up.
    pub fn object<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Value)>, span: Span) -> Value {
        Value::map(entries.into_iter().map(|(key, value)| (key.into(), Entry { key: value.span, value })), span)
    }

    /// An unknown.
    pub fn unknown(reason: Reason, what: impl Into<Arc<str>>, span: Span) -> Value {
        Value::of(Data::Unknown(Arc::new(Unknown::new(reason, what))), span)
    }

    /// An unknown that is certainly not null: an attribute that exists once the resource does.
    pub fn computed(what: impl Into<Arc<str>>, span: Span) -> Value {
        Value::of(Data::Unknown(Arc::new(Unknown::sure(Reason::Computed, what))), span)
    }

    /// A text of which only some pieces are known (`None` for the others). The reason and name are
    /// those of `cause`, the first unknown among its pieces.
    pub fn partial(pieces: Vec<Option<Arc<str>>>, cause: &Unknown, span: Span) -> Value {
        let unknown = Unknown { non_null: true, pieces: Some(pieces.into()), ..cause.bare() };
        Value::of(Data::Unknown(Arc::new(unknown)), span)
    }

    /// The same text known in part, with what stands in the place of each unknown piece; `None` if that may
    /// differ from place to place, or is not one for each.
    #[must_use]
    pub fn known_by(mut self, holes: Option<&[Arc<str>]>) -> Value {
        if let (Data::Unknown(unknown), Some(holes)) = (&mut self.data, holes) {
            let count = unknown.pieces.iter().flatten().filter(|piece| piece.is_none()).count();
            if count == holes.len() {
                Arc::make_mut(unknown).holes = Some(holes.into());
            }
        }
        self
    }

    /// One of these values, and which of them is not known for this reason; null stands for absence. It
    /// is computed from whatever they are computed from. So many or so large ones that nobody could look
    /// at them all become an unknown like any other.
    pub fn one_of(
        choices: impl IntoIterator<Item = Value>,
        reason: Reason,
        what: impl Into<Arc<str>>,
        span: Span,
    ) -> Value {
        let mut all: Vec<Value> = Vec::new();
        let mut left = MAX_IN_CHOICES;
        let mut few = true;
        for choice in choices {
            // Choices among choices are choices, so that they cannot nest without end.
            let own = choice.choices().unwrap_or(std::slice::from_ref(&choice));
            for one in own {
                few = few && all.len() < MAX_CHOICES && one.spends(&mut left);
                if few && !all.contains(one) {
                    all.push(one.clone());
                }
            }
        }
        if let ([only], true) = (&*all, few) {
            return only.clone().at(span);
        }
        let refs: Vec<Reference> = all.iter().flat_map(Value::references).cloned().collect();
        let non_null = few && all.iter().all(Value::is_set);
        let one_of = few.then(|| all.into());
        let unknown = Unknown { non_null, one_of, ..Unknown::new(reason, what) };
        Value::of(Data::Unknown(Arc::new(unknown)), span).with_refs(&refs)
    }

    /// The values that it may have, if it is not known and the text leaves no others.
    pub fn choices(&self) -> Option<&[Value]> {
        self.as_unknown()?.one_of.as_deref()
    }

    /// The same value with each value that it may have changed; `None` unless it is one of several.
    pub fn each_choice(&self, change: impl Fn(&Value) -> Value) -> Option<Value> {
        let unknown = self.as_unknown()?;
        let changed = unknown.one_of.as_deref()?.iter().map(change);
        Some(Value::one_of(changed, unknown.reason, unknown.what.clone(), self.span).with_refs(self.references()))
    }

    /// True if it is certainly not null.
    pub fn is_set(&self) -> bool {
        self.as_unknown().map_or(!self.is_null(), |unknown| unknown.non_null)
    }

    /// Takes the number of values within this one from `left`; false if there are more.
    fn spends(&self, left: &mut usize) -> bool {
        let Some(rest) = left.checked_sub(1) else { return false };
        *left = rest;
        match &self.data {
            Data::List(list) => list.iter().all(|item| item.spends(left)),
            Data::Map(map) => map.iter().all(|(_, entry)| entry.value.spends(left)),
            _ => self.choices().into_iter().flatten().all(|choice| choice.spends(left)),
        }
    }

    /// The same value, standing at `span`.
    #[must_use]
    pub fn at(mut self, span: Span) -> Value {
        self.span = span;
        self
    }

    /// The same value, also computed from `more`.
    #[must_use]
    pub fn with_refs<'a>(mut self, more: impl IntoIterator<Item = &'a Reference>) -> Value {
        let mut all: Vec<Reference> = self.refs.as_deref().unwrap_or_default().to_vec();
        let before = all.len();
        for reference in more {
            if !all.contains(reference) {
                all.push(reference.clone());
            }
        }
        if all.len() > before {
            self.refs = Some(all.into());
        }
        self
    }

    /// The resources this value itself was computed from (not those of its members).
    pub fn references(&self) -> &[Reference] {
        self.refs.as_deref().unwrap_or_default()
    }

    /// How deeply it is nested: 0 for a scalar.
    pub fn depth(&self) -> u16 {
        match &self.data {
            Data::List(list) => list.depth,
            Data::Map(map) => map.depth,
            Data::Unknown(unknown) => unknown.one_of.iter().flatten().map(Value::depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The unknown, if it is one.
    pub fn as_unknown(&self) -> Option<&Unknown> {
        match &self.data {
            Data::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<Number> {
        match self.data {
            Data::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        match &self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The member with exactly this key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// The member at the end of `path`, following exact keys only.
    pub fn at_path(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// What kind of value it is, in words.
    pub fn type_name(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::String(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
            Data::Unknown(_) => "unknown",
        }
    }
}

/// Equality of what values are, wherever they stand. An unknown equals nothing, itself included.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (&self.data, &other.data) {
            (Data::Null, Data::Null) => true,
            (Data::Bool(a), Data::Bool(b)) => a == b,
            #[allow(clippy::float_cmp)]
            (Data::Number(a), Data::Number(b)) => a == b || a.as_f64() == b.as_f64(),
            (Data::String(a), Data::String(b)) => a == b,
            (Data::List(a), Data::List(b)) => a[..] == b[..],
            (Data::Map(a), Data::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, entry)| b.get(key) == Some(&entry.value))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn here() -> Span {
        Span::new(SourceId(0), 0..0)
    }

    #[test]
    fn keys_match_whatever_their_spelling() {
        assert!(same_key("storage_encrypted", "StorageEncrypted"));
        assert!(same_key("storage-encrypted", "storageEncrypted"));
        assert!(!same_key("storage_encrypted", "storage_encrypte"));
    }

    #[test]
    fn nesting_ends_in_an_unknown_and_not_in_a_stack_overflow() {
        let mut value = Value::null(here());
        for _ in 0..100_000 {
            value = Value::list(vec![value], here());
        }
        assert!(value.depth() <= MAX_DEPTH);
    }

    #[test]
    fn of_several_values_those_that_differ_are_kept_as_far_as_anyone_can_look() {
        let text = |s: &str| Value::string(s, here());
        let one_of = |all: Vec<Value>| Value::one_of(all, Reason::Condition, "c", here());
        assert_eq!(one_of(vec![text("a"), text("a")]), text("a"));
        let two = one_of(vec![text("a"), Value::null(here())]);
        assert_eq!(two.choices().map(<[Value]>::len), Some(2));
        assert!(!two.is_set());
        let three = one_of(vec![two.clone(), one_of(vec![text("b"), text("a")])]);
        assert_eq!(three.choices().map(<[Value]>::len), Some(3), "choices among choices are choices");
        assert!(one_of((0..1_000).map(|n| Value::int(n, here())).collect()).choices().is_none());
        // Each twice as large as the one before.
        let mut grown = two;
        for _ in 0..10_000 {
            grown = one_of(vec![Value::list(vec![grown.clone(), grown.clone()], here()), text("a")]);
        }
        assert!(grown.depth() <= MAX_DEPTH);
    }

    #[test]
    fn numbers_are_whole_where_they_can_be() {
        assert_eq!(Number::parse("90"), Some(Number::Int(90)));
        assert_eq!(Number::parse("9e1"), Some(Number::Int(90)));
        assert_eq!(Number::parse("0.5"), Some(Number::Float(0.5)));
        assert_eq!(Number::parse("inf"), None);
        assert_eq!(Number::parse("nan"), None);
    }

    #[test]
    fn an_unknown_equals_nothing() {
        let unknown = Value::unknown(Reason::Variable, "x", here());
        assert_ne!(unknown, unknown.clone());
    }
}
