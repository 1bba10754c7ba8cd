//! Operators and conditionals, three-valued: what the known operands determine is known.

use std::sync::Arc;

use super::eval::Env;
use super::text::{invalid, unknown_at};
use crate::format::hcl::{Binary, Expr, Unary};
use crate::source::Span;
use crate::value::{Data, Number, Reason, Unknown, Value};

/// The boolean that a value stands for where one is wanted.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match &value.data {
        Data::Bool(bool) => Some(*bool),
        Data::String(text) => match &**text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The number that a value stands for where one is wanted.
pub(super) fn number(value: &Value) -> Option<Number> {
    match &value.data {
        Data::Number(number) => Some(*number),
        Data::String(text) => Number::parse(text),
        _ => None,
    }
}

/// What depends on a condition that is not known.
pub(super) fn undecided(condition: &Value, span: Span) -> Value {
    let what = condition.as_unknown().map_or_else(|| Arc::from("condition"), |unknown| unknown.what.clone());
    let reason = match condition.as_unknown().map(|unknown| unknown.reason) {
        Some(reason @ (Reason::Budget | Reason::Invalid | Reason::Cycle)) => reason,
        _ => Reason::Condition,
    };
    Value::unknown(reason, what, span).with_refs(condition.references())
}

/// `!a`, `-a`
pub(super) fn unary(operator: Unary, operand: &Value, span: Span) -> Value {
    let result = match (operator, &operand.data) {
        (_, Data::Unknown(unknown)) => plain(unknown, span),
        (Unary::Not, _) => match truth(operand) {
            Some(value) => Value::bool(!value, span),
            None => invalid(format!("`!` of {}", operand.type_name()), span),
        },
        (Unary::Negative, _) => match number(operand) {
            Some(Number::Int(n)) => {
                Value::number(n.checked_neg().map_or(Number::Float(-(n as f64)), Number::Int), span)
            }
            Some(Number::Float(n)) => Value::number(Number::Float(-n), span),
            None => invalid(format!("`-` of {}", operand.type_name()), span),
        },
    };
    result.with_refs(operand.references())
}

/// The result of computing with an unknown: what was known of its text is no longer, but it is not
/// null, because neither operators nor functions make a null of anything.
pub(super) fn plain(unknown: &Unknown, span: Span) -> Value {
    let unknown = Unknown { non_null: unknown.reason != Reason::Invalid, ..unknown.bare() };
    Value { data: Data::Unknown(Arc::new(unknown)), span, refs: None }
}

/// `a <operator> b`
pub(super) fn binary(env: &Env, left: &Expr, operator: Binary, right: &Expr, span: Span) -> Value {
    let a = env.eval(left);
    // `false && x` is false and `true || x` is true, even if x has no value.
    if let (Binary::And, Some(false)) | (Binary::Or, Some(true)) = (operator, truth(&a)) {
        return Value::bool(operator == Binary::Or, span).with_refs(a.references());
    }
    let b = env.eval(right);
    let result = match operator {
        Binary::Equal | Binary::NotEqual => match equal(env, &a, &b) {
            Some(same) => Value::bool(same == (operator == Binary::Equal), span),
            None => first_unknown(env, &a, &b, span),
        },
        Binary::And | Binary::Or => connective(env, operator, &a, &b, span),
        _ => arithmetic(env, operator, &a, &b, span),
    };
    result.with_refs(a.references()).with_refs(b.references())
}

fn connective(env: &Env, operator: Binary, a: &Value, b: &Value, span: Span) -> Value {
    let decisive = operator == Binary::Or;
    match (truth(a), truth(b)) {
        (_, Some(value)) if value == decisive => Value::bool(decisive, span),
        (Some(_), Some(_)) => Value::bool(!decisive, span),
        _ if a.as_unknown().is_some() || b.as_unknown().is_some() => first_unknown(env, a, b, span),
        _ => invalid("an operand that is not a boolean", span),
    }
}

fn arithmetic(env: &Env, operator: Binary, a: &Value, b: &Value, span: Span) -> Value {
    let (Some(a), Some(b)) = (number(a), number(b)) else { return first_unknown(env, a, b, span) };
    let (x, y) = (a.as_f64(), b.as_f64());
    if let (Number::Int(a), Number::Int(b)) = (a, b) {
        let whole = match operator {
            Binary::Plus => a.checked_add(b),
            Binary::Minus => a.checked_sub(b),
            Binary::Times => a.checked_mul(b),
            Binary::Modulo => a.checked_rem(b),
            Binary::Divided => a.checked_rem(b).filter(|rest| *rest == 0).and_then(|_| a.checked_div(b)),
            _ => None,
        };
        if let Some(whole) = whole {
            return Value::int(whole, span);
        }
    }
    let float = match operator {
        Binary::Less => return Value::bool(x < y, span),
        Binary::LessOrEqual => return Value::bool(x <= y, span),
        Binary::Greater => return Value::bool(x > y, span),
        Binary::GreaterOrEqual => return Value::bool(x >= y, span),
        Binary::Plus => x + y,
        Binary::Minus => x - y,
        Binary::Times => x * y,
        Binary::Divided => x / y,
        _ => x % y,
    };
    if float.is_finite() { Value::number(Number::from_f64(float), span) } else { invalid("division by zero", span) }
}

/// The first of two values that is unknown, as the result of both; invalid if neither is.
fn first_unknown(env: &Env, a: &Value, b: &Value, span: Span) -> Value {
    match deep_unknown(env, a).or_else(|| deep_unknown(env, b)) {
        Some(unknown) => plain(unknown, span),
        None if !env.world.charge(1, span) => env.world.cut(span),
        None => invalid(format!("an operator between {} and {}", a.type_name(), b.type_name()), span),
    }
}

/// The first unknown in a value, looking no further than the budget allows.
pub(super) fn deep_unknown<'v>(env: &Env, value: &'v Value) -> Option<&'v Arc<Unknown>> {
    if !env.world.charge(1, value.span) {
        return None;
    }
    match &value.data {
        Data::Unknown(unknown) => Some(unknown),
        Data::List(list) => list.iter().find_map(|item| deep_unknown(env, item)),
        Data::Map(map) => map.iter().find_map(|(_, entry)| deep_unknown(env, &entry.value)),
        _ => None,
    }
}

/// Whether two values are equal, if that can be told.
pub(super) fn equal(env: &Env, a: &Value, b: &Value) -> Option<bool> {
    if !env.world.charge(1, a.span) {
        return None;
    }
    for (one, other) in [(a, b), (b, a)] {
        if let Some(choices) = one.choices() {
            let mut results = choices.iter().map(|choice| equal(env, choice, other));
            let first = results.next().flatten();
            return results.all(|result| result == first).then_some(first).flatten();
        }
    }
    match (&a.data, &b.data) {
        (Data::Unknown(unknown), _) => unequal_for_sure(unknown, b).then_some(false),
        (_, Data::Unknown(unknown)) => unequal_for_sure(unknown, a).then_some(false),
        (Data::List(x), Data::List(y)) => {
            if x.len() != y.len() {
                return Some(false);
            }
            all(x.iter().zip(y.iter()).map(|(x, y)| equal(env, x, y)))
        }
        (Data::Map(x), Data::Map(y)) => {
            if x.len() != y.len() || x.iter().any(|(key, _)| y.get(key).is_none()) {
                return Some(false);
            }
            all(x.iter().filter_map(|(key, entry)| Some(equal(env, &entry.value, y.get(key)?))))
        }
        _ => Some(a == b),
    }
}

/// Kleene's "and" of many.
fn all(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for result in results {
        match result {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

/// True if the unknown cannot be equal to `other`, whatever it is.
fn unequal_for_sure(unknown: &Unknown, other: &Value) -> bool {
    match &other.data {
        Data::Null => unknown.non_null,
        Data::String(text) => unknown.pieces.as_deref().is_some_and(|pieces| {
            let starts = pieces.first().and_then(|piece| piece.as_deref()).is_none_or(|piece| text.starts_with(piece));
            let ends = pieces.last().and_then(|piece| piece.as_deref()).is_none_or(|piece| text.ends_with(piece));
            !(starts && ends)
        }),
        // What is known in part is a text.
        Data::List(_) | Data::Map(_) => unknown.pieces.is_some(),
        _ => false,
    }
}

/// `condition ? yes : no`
pub(super) fn conditional(env: &Env, three: &[Expr; 3], span: Span) -> Value {
    let [condition, yes, no] = three;
    let chosen = env.eval(condition);
    match (truth(&chosen), chosen.as_unknown()) {
        (Some(true), _) => env.eval(yes).at(span),
        (Some(false), _) => env.eval(no).at(span),
        (None, Some(_)) => either(env, env.eval(yes), env.eval(no), &chosen, span),
        (None, None) => invalid("a condition that is not a boolean", span),
    }
}

/// The value that is one of two, without knowing which: known where both agree.
fn either(env: &Env, a: Value, b: Value, condition: &Value, span: Span) -> Value {
    let refs: Vec<_> = a.references().iter().chain(b.references()).cloned().collect();
    if !env.world.charge(1, span) {
        return env.world.cut(span);
    }
    let value = match (&a.data, &b.data) {
        _ if equal(env, &a, &b) == Some(true) => a.at(span),
        (Data::List(x), Data::List(y)) if x.len() == y.len() => {
            let pairs = x.iter().zip(y.iter());
            let marked = env.world.marks.is_set(&a);
            if marked {
                return undecided(condition, span).with_refs(&refs);
            }
            Value::list(pairs.map(|(x, y)| either(env, x.clone(), y.clone(), condition, span)).collect(), span)
        }
        (Data::Map(x), Data::Map(y)) if x.len() == y.len() && x.iter().all(|(key, _)| y.get(key).is_some()) => {
            let pair = |(key, entry): (&Arc<str>, &crate::value::Entry)| {
                let other = y.get(key)?;
                Some((key.clone(), either(env, entry.value.clone(), other.clone(), condition, span)))
            };
            Value::object(x.iter().filter_map(pair), span)
        }
        _ => match undecided(condition, span).as_unknown() {
            Some(why) => Value::one_of([a, b], why.reason, why.what.clone(), span),
            None => env.world.cut(span),
        },
    };
    value.with_refs(&refs)
}

/// The unknown itself if the value is one.
pub(super) fn propagate(value: &Value, span: Span) -> Option<Value> {
    match &value.data {
        Data::Unknown(unknown) => Some(unknown_at(unknown, span).with_refs(value.references())),
        _ => None,
    }
}
