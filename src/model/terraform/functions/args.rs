//! The arguments of a call, converted as Terraform converts them.

use std::sync::Arc;

use super::super::eval::{Env, inherit};
use super::super::operators::{deep_unknown, number};
use super::super::text::{Text, as_text};
use super::Fault;
use crate::budget::Budget;
use crate::source::Span;
use crate::value::{Data, List, Map, Number, Unknown, Value};

/// The evaluated arguments of one call.
pub(in super::super) struct Args<'c, 'e, 'w> {
    pub env: &'c Env<'e, 'w>,
    pub list: Vec<Value>,
    pub span: Span,
    pub name: &'static str,
}

impl Args<'_, '_, '_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The argument at `index`, whatever it is.
    pub fn value(&self, index: usize) -> Result<&Value, Fault> {
        self.list.get(index).ok_or_else(|| Fault::Invalid(format!("{}() needs more arguments", self.name)))
    }

    /// The argument at `index`, unless it is unknown.
    pub fn known(&self, index: usize) -> Result<&Value, Fault> {
        let value = self.value(index)?;
        match &value.data {
            Data::Unknown(unknown) => Err(Fault::Unknown(bare(unknown))),
            _ => Ok(value),
        }
    }

    /// A text.
    pub fn text(&self, index: usize) -> Result<Arc<str>, Fault> {
        let value = self.known(index)?;
        as_text(value).ok_or_else(|| self.wrong(value, "a text"))
    }

    /// A number.
    pub fn number(&self, index: usize) -> Result<Number, Fault> {
        let value = self.known(index)?;
        number(value).ok_or_else(|| self.wrong(value, "a number"))
    }

    /// A whole number.
    pub fn int(&self, index: usize) -> Result<i64, Fault> {
        match self.number(index)? {
            Number::Int(n) => Ok(n),
            Number::Float(_) => Err(Fault::Invalid(format!("{}() of a number that is not whole", self.name))),
        }
    }

    /// A list.
    pub fn items(&self, index: usize) -> Result<&List, Fault> {
        let value = self.known(index)?;
        let list = value.as_list().ok_or_else(|| self.wrong(value, "a list"))?;
        self.charge(list.len())?;
        Ok(list)
    }

    /// A list whose elements each say what the list was computed from.
    pub fn members(&self, index: usize) -> Result<Vec<Value>, Fault> {
        let value = self.value(index)?;
        Ok(self.items(index)?.iter().map(|item| inherit(item.clone(), value)).collect())
    }

    /// A map.
    pub fn map(&self, index: usize) -> Result<&Map, Fault> {
        let value = self.known(index)?;
        let map = value.as_map().ok_or_else(|| self.wrong(value, "a map"))?;
        self.charge(map.len())?;
        Ok(map)
    }

    /// A list of texts, all of them known.
    pub fn texts(&self, index: usize) -> Result<Vec<Arc<str>>, Fault> {
        let text = |item: &Value| match &item.data {
            Data::Unknown(unknown) => Err(Fault::Unknown(bare(unknown))),
            _ => as_text(item).ok_or_else(|| self.wrong(item, "a text")),
        };
        self.items(index)?.iter().map(text).collect()
    }

    /// Fails if anything within the argument is unknown.
    pub fn wholly_known(&self, index: usize) -> Result<&Value, Fault> {
        let value = self.known(index)?;
        match deep_unknown(self.env, value) {
            Some(unknown) => Err(Fault::Unknown(bare(unknown))),
            None => self.charge(0).map(|()| value),
        }
    }

    /// Pays for `n` steps.
    pub fn charge(&self, n: usize) -> Result<(), Fault> {
        if self.env.world.charge(n as u64 + 1, self.span) { Ok(()) } else { Err(Fault::Budget) }
    }

    /// Pays for a list of `n` that is about to be made.
    pub fn make(&self, n: usize) -> Result<(), Fault> {
        if n as u64 > Budget::MAX_PER_LOOP * 10 {
            self.env.world.limit(self.span, format!("a list of more than {} elements", Budget::MAX_PER_LOOP * 10));
            return Err(Fault::Budget);
        }
        self.charge(n)
    }

    /// A text as the result.
    pub fn string(&self, text: &str) -> super::Outcome {
        let mut out = Text::new(self.env.world);
        out.push(text);
        Ok(out.finish(self.env.world, self.span))
    }

    /// A boolean as the result.
    pub fn boolean(&self, value: bool) -> super::Outcome {
        Ok(Value::bool(value, self.span))
    }

    /// A list as the result.
    pub fn list_of(&self, items: Vec<Value>) -> super::Outcome {
        Ok(Value::list(items, self.span))
    }

    /// "This is not what the function takes".
    pub fn wrong(&self, value: &Value, wanted: &str) -> Fault {
        Fault::Invalid(format!("{}() of {} where {wanted} is wanted", self.name, value.type_name()))
    }
}

/// The unknown without what was known of its text: that is lost in a function.
pub(in super::super) fn bare(unknown: &Arc<Unknown>) -> Arc<Unknown> {
    if unknown.pieces.is_none() && !unknown.non_null && unknown.one_of.is_none() {
        return unknown.clone();
    }
    Arc::new(unknown.bare())
}
