//! `count` and `for_each`: how many instances a resource or a module has.

use std::sync::Arc;

use super::eval::Env;
use super::module::View;
use super::operators::number;
use super::text::{as_text, invalid};
use crate::budget::Budget;
use crate::source::Span;
use crate::value::{Data, Number, Value};

/// The instances there are.
pub(super) enum Expansion {
    /// Neither `count` nor `for_each`.
    Single,
    /// `count`
    Count(u64),
    /// `for_each`: keys and values.
    Each(Vec<(Arc<str>, Value)>),
    /// How many there are is not known: the value says why.
    Unknown(Value),
}

/// One instance: its key as part of an address, and the names it gives to its expressions.
pub(super) struct One {
    /// Empty, `[0]` or `["a"]`.
    pub suffix: String,
    pub frames: Vec<(&'static str, Value)>,
}

/// Evaluates `count` or `for_each` of a block.
pub(super) fn expansion(env: &Env, view: &View) -> Expansion {
    if let Some(count) = view.attribute("count") {
        let value = env.eval(&count.expr);
        return match (number(&value), &value.data) {
            (Some(Number::Int(n)), _) if u64::try_from(n).is_ok_and(|n| n <= Budget::MAX_PER_LOOP) => {
                Expansion::Count(u64::try_from(n).unwrap_or(0))
            }
            (Some(Number::Int(n)), _) if n > 0 => Expansion::Unknown(too_many(env, count.expr.span)),
            (_, Data::Unknown(_)) => Expansion::Unknown(value),
            _ => Expansion::Unknown(invalid("a count that is not a whole number", count.expr.span)),
        };
    }
    let Some(each) = view.attribute("for_each") else { return Expansion::Single };
    let value = env.eval(&each.expr);
    let span = each.expr.span;
    match &value.data {
        Data::Unknown(_) => Expansion::Unknown(value),
        Data::List(list) if list.len() as u64 <= Budget::MAX_PER_LOOP => {
            match list.iter().find(|item| item.as_unknown().is_some()) {
                Some(unknown) => Expansion::Unknown(unknown.clone()),
                None => keys_of_list(list, span),
            }
        }
        Data::Map(map) if map.len() as u64 <= Budget::MAX_PER_LOOP => match env.items(&value, span) {
            Some(items) => {
                let entry = |(key, value): (Value, Value)| Some((as_text(&key)?, value));
                Expansion::Each(items.into_iter().filter_map(entry).collect())
            }
            None => Expansion::Unknown(env.no_items(&value, span)),
        },
        Data::List(_) | Data::Map(_) => Expansion::Unknown(too_many(env, span)),
        _ => Expansion::Unknown(invalid(format!("for_each over {}", value.type_name()), span)),
    }
}

fn keys_of_list(list: &[Value], span: Span) -> Expansion {
    let keys: Option<Vec<_>> = list.iter().map(|item| Some((as_text(item)?, item.clone()))).collect();
    let Some(mut keys) = keys else {
        return Expansion::Unknown(invalid("for_each over a list of other than texts", span));
    };
    keys.sort_by(|(a, _), (b, _)| a.cmp(b));
    keys.dedup_by(|(a, _), (b, _)| a == b);
    Expansion::Each(keys)
}

fn too_many(env: &Env, span: Span) -> Value {
    env.world.limit(span, format!("more than {} instances", Budget::MAX_PER_LOOP));
    env.world.cut(span)
}

impl Expansion {
    /// Each instance; one without a key where their number is not known.
    pub fn each(&self, span: Span) -> Vec<One> {
        let each = |key: Value, value: Value| ("each", Value::object([("key", key), ("value", value)], span));
        let count = |index: Value| ("count", Value::object([("index", index)], span));
        match self {
            Expansion::Single => vec![One { suffix: String::new(), frames: Vec::new() }],
            Expansion::Count(n) => (0..*n)
                .map(|n| {
                    let index = Value::int(i64::try_from(n).unwrap_or(i64::MAX), span);
                    One { suffix: format!("[{n}]"), frames: vec![count(index)] }
                })
                .collect(),
            Expansion::Each(items) => items
                .iter()
                .map(|(key, value)| One {
                    suffix: format!("[{}]", quoted(key)),
                    frames: vec![each(Value::string(key.clone(), span), value.clone())],
                })
                .collect(),
            Expansion::Unknown(why) => {
                let bare = why.as_unknown().map(|u| Value::unknown(u.reason, u.what.clone(), span));
                let why = bare.unwrap_or_else(|| why.clone()).with_refs(why.references());
                vec![One { suffix: String::new(), frames: vec![each(why.clone(), why.clone()), count(why)] }]
            }
        }
    }
}

/// A key as addresses write it.
fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
