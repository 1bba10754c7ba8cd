//! Mounts: the short form `[source:]target[:options]` as the long one.

use crate::model::pieces::{HOLE, hole, holed, part};
use crate::model::tree::{boolean, entries, entry, object};
use crate::value::{Reason, Value};

/// One entry of `volumes` in the long form.
pub fn long(item: &Value) -> Value {
    if item.as_map().is_some() {
        let mut all = entries(item);
        if let Some(value) = all.get_mut("read_only") {
            value.value = boolean(value.value.clone());
        }
        all.entry("read_only".into()).or_insert_with(|| entry(Value::bool(false, item.span)));
        return Value::map(all, item.span);
    }
    let Some((text, cause)) = holed(item) else { return item.clone() };
    let span = item.span;
    let parts = parts(&text);
    let (source, target, options) = match &*parts {
        [target] => (None, &**target, ""),
        [source, target] => (Some(&**source), &**target, ""),
        [source, target, options] => (Some(&**source), &**target, &**options),
        _ => return Value::unknown(Reason::Invalid, text, span),
    };
    let kind = match source {
        None => Value::string("volume", span),
        Some(source) if source.starts_with(HOLE) => hole(cause, span),
        Some(source) => Value::string(if is_path(source) { "bind" } else { "volume" }, span),
    };
    let read_only = match options.contains(HOLE) {
        true => hole(cause, span),
        false => Value::bool(options.split(',').any(|option| option == "ro"), span),
    };
    let label = options.split(',').find(|option| matches!(*option, "z" | "Z"));
    object(
        [
            ("type", Some(kind)),
            ("source", source.map(|source| part(source, cause, span))),
            ("target", Some(part(target, cause, span))),
            ("read_only", Some(read_only)),
            ("selinux", label.map(|label| Value::string(label, span))),
        ],
        span,
    )
}

/// The parts between colons; a single letter before a colon is a Windows drive.
fn parts(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut drive: Option<&str> = None;
    for part in text.split(':') {
        let is_drive = drive.is_none() && part.len() == 1 && part.starts_with(|c: char| c.is_ascii_alphabetic());
        match drive.take() {
            Some(letter) => out.push(format!("{letter}:{part}")),
            None if is_drive => drive = Some(part),
            None => out.push(part.to_owned()),
        }
    }
    out.extend(drive.map(str::to_owned));
    out
}

/// A source that is a path of the host, not the name of a volume.
fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~', '\\']) || source.get(1..2) == Some(":")
}
