//! Lists and maps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::eval::inherit;
use super::super::operators::{equal, plain, truth};
use super::super::text::as_text;
use super::args::{Args, bare};
use super::{Fault, Outcome};
use crate::value::{Data, Entry, Number, Value};

pub(super) fn alltrue(args: &Args) -> Outcome {
    all_or_any(args, false)
}

pub(super) fn anytrue(args: &Args) -> Outcome {
    all_or_any(args, true)
}

/// True or false as soon as one element is `decisive`, whatever the others are.
fn all_or_any(args: &Args, decisive: bool) -> Outcome {
    let mut unknown = None;
    for item in args.items(0)?.iter() {
        match &item.data {
            Data::Unknown(why) => unknown = unknown.or(Some(bare(why))),
            _ if truth(item) == Some(decisive) => return args.boolean(decisive),
            _ => {}
        }
    }
    match unknown {
        Some(unknown) => Err(Fault::Unknown(unknown)),
        None => args.boolean(!decisive),
    }
}

pub(super) fn chunklist(args: &Args) -> Outcome {
    let items = args.members(0)?;
    let size = usize::try_from(args.int(1)?).map_err(|_| Fault::Invalid("chunklist() of less than nothing".into()))?;
    let chunks = items.chunks(if size == 0 { items.len().max(1) } else { size });
    args.list_of(chunks.map(|chunk| Value::list(chunk.to_vec(), args.span)).collect())
}

pub(super) fn coalesce(args: &Args) -> Outcome {
    for value in &args.list {
        match &value.data {
            Data::Null => {}
            Data::String(text) if text.is_empty() => {}
            // Known in part, with something in it: not empty, so this is the one.
            Data::Unknown(unknown) => match unknown.pieces.as_deref() {
                Some(pieces) if pieces.iter().any(Option::is_some) => return Ok(value.clone()),
                None if is_attribute(unknown) => return Ok(value.clone()),
                _ => return Ok(plain(unknown, args.span).with_refs(value.references())),
            },
            _ => return Ok(value.clone()),
        }
    }
    Err(Fault::Invalid("no argument of coalesce() has a value".into()))
}

pub(super) fn coalescelist(args: &Args) -> Outcome {
    for (index, value) in args.list.iter().enumerate() {
        if !value.is_null() && !args.items(index)?.is_empty() {
            return Ok(value.clone());
        }
    }
    Err(Fault::Invalid("no argument of coalescelist() has an element".into()))
}

pub(super) fn compact(args: &Args) -> Outcome {
    let mut kept = Vec::new();
    for item in args.members(0)? {
        match &item.data {
            Data::Null => {}
            Data::String(text) if text.is_empty() => {}
            // An id or ARN is there and not empty; of anything else that cannot be said.
            Data::Unknown(unknown) if !unknown.non_null => return Err(Fault::Unknown(bare(unknown))),
            _ => kept.push(item),
        }
    }
    args.list_of(kept)
}

pub(super) fn concat(args: &Args) -> Outcome {
    let mut all = Vec::new();
    for index in 0..args.len() {
        all.extend(args.members(index)?);
        args.make(all.len())?;
    }
    args.list_of(all)
}

pub(super) fn contains(args: &Args) -> Outcome {
    let wanted = args.value(1)?;
    let mut unknown = None;
    for item in args.items(0)?.iter() {
        match equal(args.env, item, wanted) {
            Some(true) => return args.boolean(true),
            Some(false) => {}
            None => unknown = unknown.or_else(|| item.as_unknown().or(wanted.as_unknown()).cloned()),
        }
    }
    match unknown {
        Some(unknown) => Err(Fault::Unknown(bare(&Arc::new(unknown)))),
        None => args.boolean(false),
    }
}

pub(super) fn element(args: &Args) -> Outcome {
    let items = args.members(0)?;
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if length == 0 {
        return Err(Fault::Invalid("element() of an empty list".into()));
    }
    let index = usize::try_from(args.int(1)?.rem_euclid(length)).unwrap_or(0);
    items.get(index).cloned().ok_or(Fault::Budget)
}

pub(super) fn flatten(args: &Args) -> Outcome {
    let mut flat = Vec::new();
    unfold(args, args.known(0)?, &mut flat)?;
    args.list_of(flat)
}

/// An unknown among the elements may be a list of any length, unless it is a text.
fn unfold(args: &Args, value: &Value, flat: &mut Vec<Value>) -> Result<(), Fault> {
    let Data::List(list) = &value.data else { return Err(args.wrong(value, "a list")) };
    args.charge(list.len())?;
    for item in list.iter() {
        let item = inherit(item.clone(), value);
        match &item.data {
            Data::List(_) => unfold(args, &item, flat)?,
            Data::Unknown(unknown) if unknown.pieces.is_none() && !is_attribute(unknown) => {
                return Err(Fault::Unknown(bare(unknown)));
            }
            _ => flat.push(item),
        }
    }
    Ok(())
}

/// True for an unknown that is one text: the id or ARN of a resource.
fn is_attribute(unknown: &crate::value::Unknown) -> bool {
    unknown.non_null && unknown.reason == crate::value::Reason::Computed
}

pub(super) fn index(args: &Args) -> Outcome {
    let wanted = args.wholly_known(1)?;
    for (place, item) in args.items(0)?.iter().enumerate() {
        match equal(args.env, item, wanted) {
            Some(true) => return Ok(Value::int(i64::try_from(place).unwrap_or(0), args.span)),
            Some(false) => {}
            None => return args.wholly_known(0).cloned(),
        }
    }
    Err(Fault::Invalid("index() of what is not in the list".into()))
}

pub(super) fn keys(args: &Args) -> Outcome {
    let mut keys: Vec<_> = args.map(0)?.iter().map(|(key, _)| key.clone()).collect();
    keys.sort();
    args.list_of(keys.into_iter().map(|key| Value::string(key, args.span)).collect())
}

pub(super) fn values(args: &Args) -> Outcome {
    let value = args.value(0)?;
    let mut entries: Vec<_> = args.map(0)?.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    args.list_of(entries.into_iter().map(|(_, entry)| inherit(entry.value.clone(), value)).collect())
}

pub(super) fn length(args: &Args) -> Outcome {
    let value = args.known(0)?;
    let length = match &value.data {
        Data::List(list) => {
            // Two elements of a set that are not known may be the same one.
            if args.env.world.marks.is_set(value) && list.len() > 1 {
                args.wholly_known(0)?;
            }
            list.len()
        }
        Data::Map(map) => map.len(),
        Data::String(text) => text.chars().count(),
        _ => return Err(args.wrong(value, "a list, a map or a text")),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX), args.span))
}

pub(super) fn list(args: &Args) -> Outcome {
    args.list_of(args.list.clone())
}

pub(super) fn map(args: &Args) -> Outcome {
    let mut entries = Vec::new();
    for pair in args.list.chunks(2) {
        let [key, value] = pair else { return Err(Fault::Invalid("map() of half a pair".into())) };
        let key = as_text(key).ok_or_else(|| args.wrong(key, "a text"))?;
        entries.push((key, value.clone()));
    }
    Ok(Value::object(entries, args.span))
}

pub(super) fn lookup(args: &Args) -> Outcome {
    let map = args.map(0)?;
    if let (Some(why), Some(default)) = (args.value(1)?.as_unknown(), args.list.get(2)) {
        let all = map.iter().map(|(_, entry)| entry.value.clone()).chain([default.clone()]);
        return Ok(Value::one_of(all, why.reason, why.what.clone(), args.span).with_refs(args.value(0)?.references()));
    }
    let key = args.text(1)?;
    match (map.get(&key), args.list.get(2)) {
        (Some(value), _) => Ok(inherit(value.clone(), args.value(0)?)),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(Fault::Invalid(format!("lookup() of {key}, which is not in the map"))),
    }
}

pub(super) fn matchkeys(args: &Args) -> Outcome {
    let (values, keys) = (args.members(0)?, args.items(1)?);
    args.wholly_known(1)?;
    args.wholly_known(2)?;
    let wanted = args.items(2)?;
    let kept = values.into_iter().zip(keys.iter());
    let found = |key: &Value| wanted.iter().any(|want| equal(args.env, want, key) == Some(true));
    args.list_of(kept.filter(|(_, key)| found(key)).map(|(value, _)| value).collect())
}

pub(super) fn merge(args: &Args) -> Outcome {
    let mut all: indexmap::IndexMap<Arc<str>, Entry> = indexmap::IndexMap::new();
    for (index, value) in args.list.iter().enumerate().filter(|(_, value)| !value.is_null()) {
        for (key, entry) in args.map(index)?.iter() {
            all.insert(key.clone(), Entry { key: entry.key, value: inherit(entry.value.clone(), value) });
        }
    }
    Ok(Value::map(all, args.span))
}

pub(super) fn one(args: &Args) -> Outcome {
    let value = args.known(0)?;
    let items = if value.is_null() { Vec::new() } else { args.members(0)? };
    match items.as_slice() {
        [] => Ok(Value::null(args.span)),
        [only] => Ok(only.clone()),
        _ => Err(Fault::Invalid("one() of several".into())),
    }
}

pub(super) fn range(args: &Args) -> Outcome {
    let number = |index| args.number(index).map(Number::as_f64);
    let (start, end) = if args.len() == 1 { (0.0, number(0)?) } else { (number(0)?, number(1)?) };
    let step = match args.len() {
        3 => number(2)?,
        _ if start <= end => 1.0,
        _ => -1.0,
    };
    if step == 0.0 || (step > 0.0) != (start <= end) {
        return if start == end {
            args.list_of(Vec::new())
        } else {
            Err(Fault::Invalid("range() without an end".into()))
        };
    }
    let count = ((end - start) / step).ceil().max(0.0);
    // Terraform itself stops at 1024.
    if count > 1024.0 {
        args.env.world.limit(args.span, "range() of more than 1024 elements".into());
        return Err(Fault::Budget);
    }
    let mut items = Vec::new();
    let mut at = start;
    while (step > 0.0 && at < end) || (step < 0.0 && at > end) {
        items.push(Value::number(Number::from_f64(at), args.span));
        at += step;
    }
    args.list_of(items)
}

pub(super) fn reverse(args: &Args) -> Outcome {
    let mut items = args.members(0)?;
    items.reverse();
    args.list_of(items)
}

pub(super) fn slice(args: &Args) -> Outcome {
    let items = args.members(0)?;
    let place = |index| args.int(index).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let part = items.get(place(1)?..place(2)?);
    args.list_of(part.ok_or_else(|| Fault::Invalid("slice() beyond the list".into()))?.to_vec())
}

pub(super) fn sort(args: &Args) -> Outcome {
    args.texts(0)?;
    let mut items = args.members(0)?;
    items.sort_by_key(as_text);
    args.list_of(items)
}

pub(super) fn transpose(args: &Args) -> Outcome {
    args.wholly_known(0)?;
    let mut turned: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (key, entry) in args.map(0)?.iter() {
        let list = entry.value.as_list().ok_or_else(|| args.wrong(&entry.value, "a list"))?;
        args.charge(list.len())?;
        for item in list.iter() {
            turned.entry(as_text(item).ok_or_else(|| args.wrong(item, "a text"))?).or_default().push(key.clone());
        }
    }
    let list = |mut keys: Vec<Arc<str>>| {
        keys.sort();
        Value::list(keys.into_iter().map(|key| Value::string(key, args.span)).collect(), args.span)
    };
    Ok(Value::object(turned.into_iter().map(|(key, keys)| (key, list(keys))), args.span))
}

pub(super) fn zipmap(args: &Args) -> Outcome {
    let keys = args.texts(0)?;
    let values = args.members(1)?;
    if keys.len() != values.len() {
        return Err(Fault::Invalid("zipmap() of lists of different lengths".into()));
    }
    Ok(Value::object(keys.into_iter().zip(values), args.span))
}
