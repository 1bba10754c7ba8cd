//! Base64, CSV, JSON, YAML and URLs.

use std::sync::Arc;

use super::super::jsontext;
use super::super::text::Text;
use super::args::Args;
use super::{Fault, Outcome};
use crate::model::base64;
use crate::value::{Data, Number, Reason, Unknown, Value};

pub(super) fn base64encode(args: &Args) -> Outcome {
    let plain = args.value(0)?;
    let encoded = match &plain.data {
        // What it looks like is not known; what it says is known as far as it was.
        Data::Unknown(unknown) => super::super::operators::plain(unknown, args.span),
        _ => args.string(&base64::encode(args.text(0)?.as_bytes()))?,
    };
    Ok(args.env.world.marks.encoded(encoded, plain.clone()))
}

/// The bytes of a compressed text depend on the compressor; what it says does not.
pub(super) fn base64gzip(args: &Args) -> Outcome {
    let plain = args.value(0)?;
    let packed = Unknown::sure(Reason::Unsupported, "base64gzip()");
    let packed = Value { data: Data::Unknown(Arc::new(packed)), span: args.span, refs: None };
    Ok(args.env.world.marks.encoded(packed, plain.clone()))
}

pub(super) fn base64decode(args: &Args) -> Outcome {
    let bytes =
        base64::decode(&args.text(0)?).ok_or_else(|| Fault::Invalid("base64decode() of what is not base64".into()))?;
    let text = String::from_utf8(bytes).map_err(|_| Fault::Invalid("base64decode() of what is not a text".into()))?;
    args.string(&text)
}

pub(super) fn textencodebase64(args: &Args) -> Outcome {
    let text = args.text(0)?;
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let bytes = match args.text(1)?.to_uppercase().as_str() {
        "UTF-8" => text.as_bytes().to_vec(),
        "UTF-16LE" => wide(u16::to_le_bytes),
        "UTF-16BE" => wide(u16::to_be_bytes),
        _ => return Err(super::unknown(Reason::Unsupported, "an encoding")),
    };
    args.string(&base64::encode(&bytes))
}

pub(super) fn textdecodebase64(args: &Args) -> Outcome {
    let wrong = || Fault::Invalid("textdecodebase64() of what is not such a text".into());
    let bytes = base64::decode(&args.text(0)?).ok_or_else(wrong)?;
    let wide = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks(2).map(|pair| order([byte(pair, 0), byte(pair, 1)])).collect();
        String::from_utf16(&units).map_err(|_| wrong())
    };
    let text = match args.text(1)?.to_uppercase().as_str() {
        "UTF-8" => String::from_utf8(bytes.clone()).map_err(|_| wrong())?,
        "UTF-16LE" => wide(u16::from_le_bytes)?,
        "UTF-16BE" => wide(u16::from_be_bytes)?,
        _ => return Err(super::unknown(Reason::Unsupported, "an encoding")),
    };
    args.string(&text)
}

fn byte(bytes: &[u8], index: usize) -> u8 {
    bytes.get(index).copied().unwrap_or(0)
}

pub(super) fn urlencode(args: &Args) -> Outcome {
    let mut out = String::new();
    for byte in args.text(0)?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    args.string(&out)
}

pub(super) fn jsonencode(args: &Args) -> Outcome {
    Ok(jsontext::encode(args.env, args.value(0)?, args.span))
}

pub(super) fn jsondecode(args: &Args) -> Outcome {
    let value = args.value(0)?;
    match (jsontext::decode(args.env.world, value), &value.data) {
        (Some(structure), _) => Ok(structure),
        (None, Data::Unknown(unknown)) => Err(Fault::Unknown(super::args::bare(unknown))),
        (None, Data::String(text)) if text.starts_with('"') => {
            let text: String = serde_json::from_str(text).map_err(|_| not_json())?;
            args.string(&text)
        }
        _ => Err(not_json()),
    }
}

fn not_json() -> Fault {
    Fault::Invalid("jsondecode() of what is not JSON".into())
}

pub(super) fn csvdecode(args: &Args) -> Outcome {
    let text = args.text(0)?;
    args.make(text.len() / 8)?;
    let mut rows = csv(&text).into_iter();
    let Some(head) = rows.next() else { return args.list_of(Vec::new()) };
    let row = |row: Vec<String>| {
        let pairs = head.iter().zip(row).map(|(name, cell)| (name.as_str(), Value::string(cell, args.span)));
        Value::object(pairs, args.span)
    };
    args.list_of(rows.map(row).collect())
}

/// Rows of cells, quoted or not; empty lines left out.
fn csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(row) = rows.last_mut() else { break };
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => push(row, '"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => rows.push(vec![String::new()]),
            c => push(row, c),
        }
    }
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    rows
}

fn push(row: &mut [String], c: char) {
    if let Some(cell) = row.last_mut() {
        cell.push(c);
    }
}

pub(super) fn yamldecode(args: &Args) -> Outcome {
    let text = args.text(0)?;
    args.charge(text.len() / 4)?;
    let wrong = || Fault::Invalid("yamldecode() of what is not YAML".into());
    let yaml: serde_yaml::Value = serde_yaml::from_str(&text).map_err(|_| wrong())?;
    from_yaml(args, &yaml)
}

fn from_yaml(args: &Args, yaml: &serde_yaml::Value) -> Outcome {
    let span = args.span;
    args.charge(1)?;
    Ok(match yaml {
        serde_yaml::Value::Null => Value::null(span),
        serde_yaml::Value::Bool(bool) => Value::bool(*bool, span),
        serde_yaml::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(n), _) => Value::int(n, span),
            (None, Some(n)) if n.is_finite() => Value::number(Number::from_f64(n), span),
            _ => return Err(Fault::Invalid("yamldecode() of what is no number".into())),
        },
        serde_yaml::Value::String(text) => Value::string(text.as_str(), span),
        serde_yaml::Value::Sequence(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| from_yaml(args, item)).collect();
            Value::list(items?, span)
        }
        serde_yaml::Value::Mapping(map) => {
            let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
            for (key, value) in map {
                let key = from_yaml(args, key)?;
                let key = super::super::text::as_text(&key).ok_or_else(|| args.wrong(&key, "a text"))?;
                entries.push((key, from_yaml(args, value)?));
            }
            Value::object(entries, span)
        }
        serde_yaml::Value::Tagged(_) => return Err(super::unknown(Reason::Unsupported, "a tag in YAML")),
    })
}

pub(super) fn yamlencode(args: &Args) -> Outcome {
    let value = args.value(0)?;
    let mut text = Text::new(args.env.world);
    if value.depth() > 0 {
        block(args, value, 0, &mut text)?
    } else {
        scalar(args, value, &mut text)?
    }
    if value.depth() == 0 {
        text.push("\n");
    }
    Ok(text.finish(args.env.world, args.span))
}

/// A list or map in block style, with keys and texts in quotes as Terraform writes them.
fn block(args: &Args, value: &Value, indent: usize, text: &mut Text) -> Result<(), Fault> {
    let blanks = "  ".repeat(indent);
    match &value.data {
        Data::List(list) => {
            for (index, item) in list.iter().enumerate() {
                text.push(if index > 0 || indent > 0 { &blanks } else { "" });
                text.push("- ");
                inline(args, item, indent, text, true)?;
            }
        }
        Data::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for (index, (key, entry)) in entries.into_iter().enumerate() {
                text.push(if index > 0 { &blanks } else { "" });
                scalar(args, &Value::string(key.clone(), entry.key), text)?;
                text.push(":");
                inline(args, &entry.value, indent, text, false)?;
            }
        }
        _ => scalar(args, value, text)?,
    }
    Ok(())
}

/// What follows `- ` or `key:`.
fn inline(args: &Args, value: &Value, indent: usize, text: &mut Text, item: bool) -> Result<(), Fault> {
    args.charge(1)?;
    let full = match &value.data {
        Data::List(list) => !list.is_empty(),
        Data::Map(map) => !map.is_empty(),
        _ => false,
    };
    match (&value.data, full, item) {
        (Data::Map(_), true, true) => block(args, value, indent + 1, text),
        (Data::Map(_), true, false) => {
            text.push("\n");
            text.push(&"  ".repeat(indent + 1));
            block(args, value, indent + 1, text)
        }
        (Data::List(_), true, true) => {
            text.push("\n");
            block(args, value, indent + 1, text)
        }
        (Data::List(_), true, false) => {
            text.push("\n");
            block(args, value, indent, text)
        }
        _ => {
            text.push(if item { "" } else { " " });
            scalar(args, value, text)?;
            text.push("\n");
            Ok(())
        }
    }
}

fn scalar(args: &Args, value: &Value, text: &mut Text) -> Result<(), Fault> {
    let json = jsontext::encode(args.env, value, args.span);
    if text.push_value(&json) { Ok(()) } else { Err(Fault::Budget) }
}
