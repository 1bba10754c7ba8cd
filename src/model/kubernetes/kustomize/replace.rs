//! `replacements`: values copied from one object into others
//! (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/>).

use std::sync::Arc;

use super::super::object::Found;
use super::target::Target;
use crate::value::{Data, Entry, Value};

/// Carries out one replacement; the error is what could not be done.
pub(super) fn replaced(objects: &mut [Found], replacement: &Value) -> Result<(), String> {
    let source = replacement.get("source").ok_or("a replacement without a source")?;
    let value = sourced(objects, source).ok_or("the source of a replacement is not among what was read")?;
    let targets = replacement.get("targets").and_then(Value::as_list).ok_or("a replacement without targets")?;
    let mut missed = None;
    for target in targets.iter() {
        let selects = Target::of(target.get("select").unwrap_or(target));
        let rejects: Vec<Target> = list(target, "reject").iter().map(Target::of).collect();
        let chosen = |found: &Found| selects.selects(found) && !rejects.iter().any(|reject| reject.selects(found));
        for found in objects.iter_mut().filter(|found| chosen(found)) {
            for path in list(target, "fieldPaths").iter().filter_map(Value::as_str) {
                match written(&found.value, &segments(path), &value, target.get("options")) {
                    Some(new) => found.value = new,
                    None => {
                        missed =
                            Some(format!("a replacement finds no {path} in {} {}", found.kind(), found.identity().2))
                    }
                }
            }
        }
    }
    missed.map_or(Ok(()), Err)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_list).map(|list| &**list).unwrap_or_default()
}

/// The value that the source of a replacement names.
fn sourced(objects: &[Found], source: &Value) -> Option<Value> {
    let target = Target::of(source);
    let found = objects.iter().find(|found| target.selects(found))?;
    let path = source.get("fieldPath").and_then(Value::as_str).unwrap_or("metadata.name");
    let value = segments(path).iter().try_fold(found.value.clone(), |value, segment| member(&value, segment))?;
    let options = source.get("options");
    let Some(delimiter) = option(options, "delimiter") else { return Some(value) };
    let text = super::super::text(&value)?;
    let part = text.split(&*delimiter).nth(index(options)?)?;
    Some(Value::string(part, value.span))
}

fn option(options: Option<&Value>, key: &str) -> Option<Arc<str>> {
    super::super::text(options?.get(key)?)
}

fn index(options: Option<&Value>) -> Option<usize> {
    option(options, "index").map_or(Some(0), |index| index.parse().ok())
}

/// A path by its dots: `a.b`, `a.[name=x].c`, `a.*`, `a.\[dotted.key\]`; a dot after a backslash is none.
fn segments(path: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut escaped, mut inside) = (false, false);
    for c in path.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => {
                escaped = true;
                continue;
            }
            '[' => inside = true,
            ']' => inside = false,
            '.' if !inside => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut().into_iter().for_each(|last| last.push(c));
    }
    all.retain(|segment| !segment.is_empty());
    all
}

/// The `key=value` of a segment that chooses members of a list.
fn choice(segment: &str) -> Option<(&str, &str)> {
    segment.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
}

fn is_chosen(item: &Value, place: usize, segment: &str) -> bool {
    match choice(segment) {
        Some((key, wanted)) => item.get(key).and_then(super::super::text).as_deref() == Some(wanted),
        None => segment == "*" || segment.parse() == Ok(place),
    }
}

fn member(value: &Value, segment: &str) -> Option<Value> {
    match &value.data {
        Data::List(items) => {
            let chosen = items.iter().enumerate().find(|(place, item)| is_chosen(item, *place, segment));
            chosen.map(|(_, item)| item.clone())
        }
        _ => value.get(segment).cloned(),
    }
}

/// `base` with `value` at the end of the path; `None` if the path leads nowhere.
fn written(base: &Value, path: &[String], value: &Value, options: Option<&Value>) -> Option<Value> {
    let Some((segment, rest)) = path.split_first() else { return placed(base, value, options) };
    let create = options.and_then(|options| options.get("create")).and_then(Value::as_bool) == Some(true);
    match &base.data {
        Data::List(items) => {
            let mut any = false;
            let changed = items.iter().enumerate().map(|(place, item)| {
                let new = is_chosen(item, place, segment).then(|| written(item, rest, value, options)).flatten();
                any |= new.is_some();
                new.unwrap_or_else(|| item.clone())
            });
            let changed = changed.collect();
            any.then(|| Value::list(changed, base.span))
        }
        Data::Map(map) => {
            let empty = Value::object::<&str>([], base.span);
            let old = map.get(segment).or_else(|| create.then_some(&empty))?;
            let new = written(old, rest, value, options)?;
            let entry = (segment.as_str().into(), Entry { key: new.span, value: new });
            let kept = map.iter().map(|(key, entry)| (key.clone(), entry.clone()));
            Some(Value::map(kept.chain([entry]).collect::<Vec<_>>(), base.span))
        }
        _ => None,
    }
}

/// The new value, or the old one with the part between delimiters replaced.
fn placed(old: &Value, value: &Value, options: Option<&Value>) -> Option<Value> {
    let Some(delimiter) = option(options, "delimiter") else { return Some(value.clone().at(value.span)) };
    let (old, new) = (super::super::text(old)?, super::super::text(value)?);
    let mut parts: Vec<&str> = old.split(&*delimiter).collect();
    let place = index(options)?;
    if place >= parts.len() {
        parts.push(&new);
    } else if let Some(part) = parts.get_mut(place) {
        *part = &new;
    }
    Some(Value::string(parts.join(&delimiter), value.span))
}
