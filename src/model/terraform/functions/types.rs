//! Conversions between types.

use super::super::operators::{number, truth};
use super::super::text::as_text;
use super::args::Args;
use super::{Fault, Outcome};
use crate::value::{Data, Value};

/// The argument itself: `sensitive` and its kind say something about a value and do not change it.
pub(super) fn pass(args: &Args) -> Outcome {
    args.value(0).cloned()
}

/// What is sensitive depends on what providers say of their attributes.
pub(super) fn issensitive(_args: &Args) -> Outcome {
    Err(super::unknown(crate::value::Reason::Unsupported, "issensitive()"))
}

/// A null and an unknown stay what they are.
fn converted(args: &Args, convert: impl Fn(&Value) -> Option<Value>, wanted: &str) -> Outcome {
    let value = args.value(0)?;
    match &value.data {
        Data::Null => Ok(value.clone()),
        Data::Unknown(unknown) => Err(Fault::Unknown(unknown.clone())),
        _ => convert(value).ok_or_else(|| args.wrong(value, wanted)),
    }
}

pub(super) fn tobool(args: &Args) -> Outcome {
    converted(args, |value| truth(value).map(|bool| Value::bool(bool, args.span)), "a boolean")
}

pub(super) fn tonumber(args: &Args) -> Outcome {
    converted(args, |value| number(value).map(|number| Value::number(number, args.span)), "a number")
}

pub(super) fn tostring(args: &Args) -> Outcome {
    converted(args, |value| as_text(value).map(|text| Value::string(text, args.span)), "a text")
}

pub(super) fn tolist(args: &Args) -> Outcome {
    // A list again, even if it was a set.
    converted(
        args,
        |value| value.as_list().map(|list| Value::list(list.to_vec(), value.span).with_refs(value.references())),
        "a list",
    )
}

pub(super) fn tomap(args: &Args) -> Outcome {
    converted(args, |value| value.as_map().map(|_| value.clone()), "a map")
}

pub(super) fn type_of(_args: &Args) -> Outcome {
    Err(Fault::Invalid("type(), which only the console has".into()))
}
