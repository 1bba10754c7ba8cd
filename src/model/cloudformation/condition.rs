//! Conditions, three-valued:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html>.

use std::sync::Arc;

use super::looping::Loops;
use super::stack::Stack;
use crate::source::Span;
use crate::value::{Data, Entry, Reason, Unknown, Value};

impl Stack<'_> {
    /// The value of a named condition; `None` when it is not known or refers to itself.
    pub(super) fn condition(&self, name: &str) -> Option<bool> {
        if let Some(known) = self.conditions_known.borrow().get(name) {
            return *known;
        }
        let item = self.conditions.get(name)?;
        // While it is being evaluated it is not known, so that a circle ends.
        self.conditions_known.borrow_mut().insert(name.into(), None);
        let value = self.test(&item.value, &item.loops);
        self.conditions_known.borrow_mut().insert(name.into(), value);
        value
    }

    /// The truth of a condition as it is written.
    pub(super) fn test(&self, value: &Value, loops: &Loops) -> Option<bool> {
        let tests = |list: &Value| -> Option<Vec<Option<bool>>> {
            Some(list.as_list()?.iter().map(|item| self.test(item, loops)).collect())
        };
        let work = || match super::call::call_of(value) {
            Some(("And", list)) => all(tests(list)?),
            Some(("Or", list)) => all(tests(list)?.into_iter().map(not)).map(|none| !none),
            Some(("Not", list)) => tests(list)?.first().copied().flatten().map(|value| !value),
            Some(("Equals", list)) => match &**list.as_list()? {
                [a, b] => self.equal(self.eval(a, loops)?, self.eval(b, loops)?),
                _ => None,
            },
            Some(("Condition", name)) => self.condition(&self.plain_text(name, loops)?),
            _ => value.get("Condition").map_or(value.as_bool(), |name| self.condition(&self.plain_text(name, loops)?)),
        };
        if !self.world.step(1) {
            return None;
        }
        self.world.deeper(work).flatten()
    }

    fn equal(&self, a: Value, b: Value) -> Option<bool> {
        match (self.world.text(&a), self.world.text(&b)) {
            (Some(a), Some(b)) => Some(a == b),
            (Some(text), None) => self.equal_text(&b, &text),
            (None, Some(text)) => self.equal_text(&a, &text),
            (None, None) if is_known(&a) && is_known(&b) => Some(a == b),
            _ => None,
        }
    }

    fn equal_text(&self, value: &Value, text: &str) -> Option<bool> {
        let Some(unknown) = value.as_unknown() else { return Some(false) };
        let other = |choice: &Value| self.world.text(choice).is_some_and(|choice| *choice != *text);
        let ruled_out = value.choices().is_some_and(|all| all.iter().all(other));
        (ruled_out || contradicts(unknown, text)).then_some(false)
    }
}

/// True if what is known of a text rules out that it is `text`.
fn contradicts(unknown: &Unknown, text: &str) -> bool {
    let Some(pieces) = &unknown.pieces else { return false };
    let known = |piece: Option<&Option<Arc<str>>>| piece.cloned().flatten().unwrap_or_default();
    let all: usize = pieces.iter().flatten().map(|piece| piece.len()).sum();
    all > text.len() || !text.starts_with(&*known(pieces.first())) || !text.ends_with(&*known(pieces.last()))
}

/// Kleene's "and": one false is enough, whatever is not known.
fn all(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for value in values {
        match value {
            Some(false) => return Some(false),
            Some(true) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(true)
}

fn not(value: Option<bool>) -> Option<bool> {
    value.map(|value| !value)
}

/// True if nothing within the value is unknown.
pub(super) fn is_known(value: &Value) -> bool {
    match &value.data {
        Data::Unknown(_) => false,
        Data::List(list) => list.iter().all(is_known),
        Data::Map(map) => map.iter().all(|(_, entry)| is_known(&entry.value)),
        _ => true,
    }
}

/// What is certain of a value that is one of two: where they agree, that; elsewhere one of both, for the
/// sake of the condition `name`. `None` stands for a property that is removed.
pub(super) fn either(a: Option<Value>, b: Option<Value>, name: &str, span: Span) -> Option<Value> {
    let (a, b) = match (a, b) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) => return Some(one_of([one, Value::null(span)], name, span)),
        (Some(a), Some(b)) => (a, b),
    };
    if a == b {
        return Some(a.with_refs(b.references()));
    }
    let merged = match (&a.data, &b.data) {
        (Data::Map(x), Data::Map(y)) => {
            let later = y.iter().filter(|(key, _)| x.get(key).is_none());
            let entries = x.iter().chain(later).filter_map(|(key, entry)| {
                let value = either(x.get(key).cloned(), y.get(key).cloned(), name, span)?;
                Some((key.clone(), Entry { key: entry.key, value }))
            });
            Value::map(entries.collect::<Vec<_>>(), a.span)
        }
        (Data::List(x), Data::List(y)) if x.len() == y.len() => {
            let items =
                x.iter().zip(y.iter()).filter_map(|(x, y)| either(Some(x.clone()), Some(y.clone()), name, span));
            Value::list(items.collect(), a.span)
        }
        _ => one_of([a.clone(), b.clone()], name, span),
    };
    Some(merged.with_refs(a.references()).with_refs(b.references()))
}

/// One of two, for the sake of the condition `name`.
fn one_of(both: [Value; 2], name: &str, span: Span) -> Value {
    Value::one_of(both, Reason::Condition, name, span)
}
