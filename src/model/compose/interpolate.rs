//! Variables in a Compose file: replaced in every value before anything else, never in keys.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::budget::Budget;
use crate::model::variables::{Allowance, Dialect, Lookup, expand};
use crate::value::{Data, Entry, Map, Reason, Value};

/// The variables that are known: those of a `.env`. What the shell of the deployment adds is not.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: IndexMap<Arc<str>, Value>,
}

impl Environment {
    /// The variables of a file; `literal` tells which values stand in single quotes and so mean what they
    /// say. The others may use variables that come before them.
    pub fn of(map: &Map, literal: impl Fn(&Value) -> bool) -> Environment {
        let mut all = Environment::default();
        let allowance = Allowance::of(0);
        for (name, entry) in map.iter() {
            let value = match entry.value.as_str() {
                Some(text) if text.contains('$') && !literal(&entry.value) => {
                    expand(text, Dialect::Compose, &|name| all.lookup(name), entry.value.span, &allowance)
                }
                _ => entry.value.clone(),
            };
            all.variables.insert(name.clone(), value);
        }
        all
    }

    /// These variables, those of `over` in the place of those with the same name.
    pub fn below(&self, over: &Environment) -> Environment {
        let all = self.variables.iter().chain(&over.variables);
        Environment { variables: all.map(|(name, value)| (name.clone(), value.clone())).collect() }
    }

    /// The variable of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.variables.get(name)
    }

    /// All variables, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.variables.iter()
    }

    fn lookup(&self, name: &str) -> Lookup {
        self.get(name).map_or(Lookup::Unset, |value| Lookup::Set(value.clone()))
    }
}

/// The tree with its variables replaced; `size` is that of its file.
pub fn interpolated(root: &Value, environment: &Environment, budget: &Budget, size: usize) -> Value {
    let allowance = Allowance::of(size);
    walk(
        root,
        &|text| {
            let lookup = |name: &str| environment.lookup(name);
            expand(text.0, Dialect::Compose, &lookup, text.1, &allowance)
        },
        budget,
    )
}

type Replace<'a> = &'a dyn Fn((&str, crate::source::Span)) -> Value;

/// Recursion is bounded by [`crate::value::MAX_DEPTH`].
fn walk(value: &Value, replace: Replace, budget: &Budget) -> Value {
    if budget.steps(1).is_err() {
        return Value::unknown(Reason::Budget, "too many values", value.span);
    }
    match &value.data {
        Data::String(text) if text.contains('$') => replace((text, value.span)),
        Data::List(list) => Value::list(list.iter().map(|item| walk(item, replace, budget)).collect(), value.span),
        Data::Map(map) => {
            let entries = map.iter().map(|(key, entry)| {
                (key.clone(), Entry { key: entry.key, value: walk(&entry.value, replace, budget) })
            });
            Value::map(entries, value.span)
        }
        _ => value.clone(),
    }
}
