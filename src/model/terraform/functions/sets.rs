//! Sets: lists without order and without repetition. They are kept sorted, as Terraform shows them.

use super::super::eval::Env;
use super::super::operators::equal;
use super::args::Args;
use super::{Fault, Outcome};
use crate::value::{Data, Value};

/// A list as a set: sorted, repetitions left out. Elements that are not known are kept, at the end.
pub(in super::super) fn to_set(env: &Env, list: &Value) -> Value {
    let Data::List(items) = &list.data else { return list.clone() };
    let mut kept = without_repetition(env, items);
    kept.sort_by(|a, b| order(a).cmp(&order(b)));
    let set = Value::list(kept, list.span).with_refs(list.references());
    env.world.marks.set(set)
}

/// Texts by their text, numbers by their size, the rest as it comes.
fn order(value: &Value) -> (u8, u64, &str) {
    match &value.data {
        Data::Bool(bool) => (0, u64::from(*bool), ""),
        Data::Number(number) => {
            let bits = number.as_f64().to_bits();
            // The order of floats as that of whole numbers.
            (1, if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }, "")
        }
        Data::String(text) => (2, 0, text),
        _ => (3, 0, ""),
    }
}

fn without_repetition(env: &Env, items: &[Value]) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        let fresh = match &item.data {
            Data::String(text) => seen.insert(text.clone()),
            // Few sets have other than texts in them; they are compared one by one, and pay for it.
            _ => !kept.iter().any(|have| equal(env, have, item) == Some(true)),
        };
        if fresh {
            kept.push(item.clone());
        }
    }
    kept
}

fn whole(args: &Args, index: usize) -> Result<Vec<Value>, Fault> {
    args.wholly_known(index)?;
    args.members(index)
}

fn set(args: &Args, items: Vec<Value>) -> Outcome {
    args.make(items.len())?;
    Ok(to_set(args.env, &Value::list(items, args.span)))
}

pub(super) fn toset(args: &Args) -> Outcome {
    let value = args.value(0)?;
    if value.is_null() {
        return Ok(value.clone());
    }
    set(args, args.members(0)?)
}

pub(super) fn distinct(args: &Args) -> Outcome {
    args.wholly_known(0)?;
    args.list_of(without_repetition(args.env, &args.members(0)?))
}

pub(super) fn setunion(args: &Args) -> Outcome {
    let mut all = Vec::new();
    for index in 0..args.len() {
        all.extend(whole(args, index)?);
    }
    set(args, all)
}

pub(super) fn setintersection(args: &Args) -> Outcome {
    let mut common = whole(args, 0)?;
    for index in 1..args.len() {
        let other = whole(args, index)?;
        common.retain(|item| other.iter().any(|have| equal(args.env, have, item) == Some(true)));
    }
    set(args, common)
}

pub(super) fn setsubtract(args: &Args) -> Outcome {
    let other = whole(args, 1)?;
    let mut left = whole(args, 0)?;
    left.retain(|item| !other.iter().any(|have| equal(args.env, have, item) == Some(true)));
    set(args, left)
}

pub(super) fn setproduct(args: &Args) -> Outcome {
    let mut product: Vec<Vec<Value>> = vec![Vec::new()];
    for index in 0..args.len() {
        let items = args.members(index)?;
        args.make(product.len().saturating_mul(items.len()))?;
        product = product
            .iter()
            .flat_map(|head| items.iter().map(|item| head.iter().chain([item]).cloned().collect::<Vec<_>>()))
            .collect();
    }
    args.list_of(product.into_iter().map(|tuple| Value::list(tuple, args.span)).collect())
}
