//! The built-in functions. A function says what its known arguments determine; whatever else it is
//! given flows through as the unknown that it is.

mod args;
mod collections;
mod dates;
mod digest;
mod encoding;
mod files;
mod format;
mod hashes;
mod network;
mod numeric;
mod sets;
mod strings;
mod table;
mod types;

pub(super) use sets::to_set;

use std::sync::Arc;

use super::eval::{Env, inherit};
use super::text::{MAX_REFS, invalid, unknown_at};
use crate::format::hcl::{Call, Expr};
use crate::source::Span;
use crate::value::{Data, Reason, Reference, Unknown, Value};
use args::Args;
use table::{FUNCTIONS, Function, Refs};

/// Most ways of meaning the arguments of one call that are gone through.
const MAX_WAYS: usize = 16;

/// Why a function has no result.
pub(super) enum Fault {
    /// It was given something that is not known.
    Unknown(Arc<Unknown>),
    /// It was given something that it does not take.
    Invalid(String),
    /// It would need more than the budget allows.
    Budget,
}

/// The result of a function.
pub(super) type Outcome = Result<Value, Fault>;

impl Fault {
    fn value(self, env: &Env, span: Span) -> Value {
        match self {
            Fault::Unknown(unknown) => unknown_at(&unknown, span),
            Fault::Invalid(what) => invalid(what, span),
            Fault::Budget => env.world.cut(span),
        }
    }
}

/// An unknown result for a reason of the function itself.
fn unknown(reason: Reason, what: &str) -> Fault {
    Fault::Unknown(Arc::new(Unknown::sure(reason, what)))
}

/// Calls a function.
pub(super) fn call(env: &Env, call: &Call, span: Span) -> Value {
    match &*call.name {
        "try" => return attempt(env, &call.args, span),
        "can" => return can(env, &call.args, span),
        "!invalid" => return invalid("a text that cannot be parsed", span),
        _ => {}
    }
    let Ok(index) = FUNCTIONS.binary_search_by(|function| function.name.cmp(&call.name)) else {
        return Value::unknown(Reason::Unsupported, format!("{}()", call.name), span);
    };
    let Some(function) = FUNCTIONS.get(index) else { return env.world.cut(span) };
    let list = match arguments(env, call, span) {
        Ok(list) => list,
        Err(unknown) => return unknown,
    };
    if list.len() < function.least || list.len() > function.most {
        return invalid(format!("{}() with {} arguments", call.name, list.len()), span);
    }
    match combinations(&list) {
        Some(all) => {
            let causes = list.iter().filter(|arg| arg.choices().is_some());
            let Some(why) = causes.filter_map(Value::as_unknown).next().cloned() else { return env.world.cut(span) };
            let results: Vec<Value> = all.into_iter().map(|list| run(env, function, list, span)).collect();
            Value::one_of(results, why.reason, why.what, span)
        }
        None => run(env, function, list, span),
    }
}

/// The arguments in each way in which they may be meant, if there are several ways and not many.
fn combinations(list: &[Value]) -> Option<Vec<Vec<Value>>> {
    let ways = |arg: &Value| arg.choices().map_or(1, <[Value]>::len);
    let count = list.iter().map(ways).try_fold(1_usize, usize::checked_mul)?;
    if !(2..=MAX_WAYS).contains(&count) {
        return None;
    }
    let further = |all: Vec<Vec<Value>>, arg: &Value| -> Vec<Vec<Value>> {
        let choices = arg.choices().unwrap_or(std::slice::from_ref(arg));
        let with = |one: &Value| {
            all.iter().map(|have| [have.as_slice(), std::slice::from_ref(one)].concat()).collect::<Vec<_>>()
        };
        choices.iter().flat_map(with).collect()
    };
    Some(list.iter().fold(vec![Vec::new()], further))
}

/// Runs a function on arguments.
fn run(env: &Env, function: &Function, list: Vec<Value>, span: Span) -> Value {
    let args = Args { env, list, span, name: function.name };
    let result = (function.run)(&args).unwrap_or_else(|fault| fault.value(env, span)).at(span);
    let result = match &result.data {
        Data::Unknown(unknown)
            if unknown.pieces.is_none() && unknown.one_of.is_none() && !unknown.non_null && function.never_null() =>
        {
            super::operators::plain(unknown, span).with_refs(result.references())
        }
        _ => result,
    };
    match function.refs {
        Refs::Own => result,
        Refs::All if result.depth() == 0 => result.with_refs(&deep_refs(env, &args.list)),
        Refs::All => result.with_refs(&shallow_refs(&args.list)),
    }
}

/// The arguments, the last one spread if it is followed by `...`.
fn arguments(env: &Env, call: &Call, span: Span) -> Result<Vec<Value>, Value> {
    let mut list: Vec<Value> = call.args.iter().map(|arg| env.eval(arg)).collect();
    if !call.expand {
        return Ok(list);
    }
    let Some(last) = list.pop() else { return Ok(list) };
    match &last.data {
        Data::List(items) => list.extend(items.iter().map(|item| inherit(item.clone(), &last))),
        Data::Unknown(unknown) => return Err(unknown_at(unknown, span).with_refs(&deep_refs(env, &list))),
        _ => return Err(invalid("`...` after what is not a list", span)),
    }
    Ok(list)
}

/// `try`: the first argument that has a value.
fn attempt(env: &Env, args: &[Expr], span: Span) -> Value {
    let Some((first, rest)) = args.split_first() else { return invalid("no argument of try() has a value", span) };
    let value = env.eval(first);
    let fails_in_part = |value: &Value| value.choices().is_some_and(|all| all.iter().any(|one| fails(env, one)));
    match value.as_unknown() {
        _ if fails(env, &value) => attempt(env, rest, span),
        Some(why) if fails_in_part(&value) => {
            let good = value.choices().into_iter().flatten().filter(|one| !fails(env, one)).cloned();
            let all: Vec<Value> = good.chain([attempt(env, rest, span)]).collect();
            Value::one_of(all, why.reason, why.what.clone(), span)
        }
        _ => value.at(span),
    }
}

/// `can`: whether the argument has a value.
fn can(env: &Env, args: &[Expr], span: Span) -> Value {
    let [arg] = args else { return invalid("can() takes one argument", span) };
    let value = env.eval(arg);
    let of = |value: &Value| match &value.data {
        _ if fails(env, value) => Value::bool(false, span),
        Data::Unknown(unknown) => super::operators::plain(unknown, span).with_refs(value.references()),
        _ => Value::bool(true, span),
    };
    value.each_choice(of).unwrap_or_else(|| of(&value)).at(span)
}

/// True if evaluating gave an error, here or in a part.
fn fails(env: &Env, value: &Value) -> bool {
    let invalid = |unknown: &Arc<Unknown>| unknown.reason == Reason::Invalid;
    match &value.data {
        Data::Unknown(unknown) => invalid(unknown),
        Data::List(list) => env.world.charge(list.len() as u64, value.span) && list.iter().any(|item| fails(env, item)),
        Data::Map(map) => {
            env.world.charge(map.len() as u64, value.span) && map.iter().any(|(_, entry)| fails(env, &entry.value))
        }
        _ => false,
    }
}

fn shallow_refs(list: &[Value]) -> Vec<Reference> {
    let mut refs: Vec<Reference> = Vec::new();
    for reference in list.iter().flat_map(Value::references).filter(|reference| !reference.attribute.is_empty()) {
        if refs.len() < MAX_REFS && !refs.contains(reference) {
            refs.push(reference.clone());
        }
    }
    refs
}

/// What the values and their members were computed from.
fn deep_refs(env: &Env, list: &[Value]) -> Vec<Reference> {
    let mut refs = Vec::new();
    list.iter().for_each(|value| gather_refs(env, value, &mut refs));
    refs
}

fn gather_refs(env: &Env, value: &Value, refs: &mut Vec<Reference>) {
    if refs.len() >= MAX_REFS || !env.world.charge(1, value.span) {
        return;
    }
    for reference in value.references() {
        if !refs.contains(reference) {
            refs.push(reference.clone());
        }
    }
    match &value.data {
        Data::List(list) => list.iter().for_each(|item| gather_refs(env, item, refs)),
        Data::Map(map) => map.iter().for_each(|(_, entry)| gather_refs(env, &entry.value, refs)),
        _ => {}
    }
}
