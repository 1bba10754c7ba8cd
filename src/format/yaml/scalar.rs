//! What a scalar means: the core schema of YAML 1.2 (<https://yaml.org/spec/1.2.2/#103-core-schema>)
//! and one thing from YAML 1.1, octal numbers, because `defaultMode: 0644` is written by everyone.

use granit_parser::{ScalarStyle, Tag};

use crate::source::Span;
use crate::value::{Number, Value};

/// Longest number with a leading zero that is a file mode; longer ones (account numbers) are text.
const MAX_OCTAL: usize = 8;

/// Prefix of the tags that the specification itself defines.
const CORE: &str = "tag:yaml.org,2002:";

/// The name of a tag of the YAML specification: `str` for `!!str`.
pub(super) fn core(tag: &Tag) -> Option<String> {
    let (handle, suffix) = tag.parts();
    let whole = format!("{handle}{suffix}");
    whole.strip_prefix(CORE).map(str::to_owned)
}

/// The value of a scalar.
pub(super) fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Value {
    let string = || Value::string(text, span);
    let core = tag.map(core);
    match core.as_ref().map(Option::as_deref) {
        // An absent value stays absent; any other node with a local tag is text to its tag.
        Some(None) if style == ScalarStyle::Plain && text.is_empty() => Value::null(span),
        Some(None | Some("str" | "binary")) => string(),
        Some(Some("null")) => Value::null(span),
        Some(Some("bool" | "int" | "float")) => plain(text).map_or_else(string, |data| data.value(span)),
        _ if style == ScalarStyle::Plain => plain(text).map_or_else(string, |data| data.value(span)),
        _ => string(),
    }
}

/// The booleans that only YAML 1.1 has.
pub(super) fn word(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A plain scalar that is not text.
#[derive(Debug, PartialEq)]
enum Plain {
    Null,
    Bool(bool),
    Number(Number),
}

impl Plain {
    fn value(self, span: Span) -> Value {
        match self {
            Plain::Null => Value::null(span),
            Plain::Bool(value) => Value::bool(value, span),
            Plain::Number(number) => Value::number(number, span),
        }
    }
}

fn plain(text: &str) -> Option<Plain> {
    match text.as_bytes() {
        [] | b"~" | b"null" | b"Null" | b"NULL" => Some(Plain::Null),
        b"true" | b"True" | b"TRUE" => Some(Plain::Bool(true)),
        b"false" | b"False" | b"FALSE" => Some(Plain::Bool(false)),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => number(text).map(Plain::Number),
        _ => None,
    }
}

fn number(text: &str) -> Option<Number> {
    let whole = |digits: &str, radix| i64::from_str_radix(digits, radix).ok().map(Number::Int);
    let digits = |radix| move |text: &str| !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    if let Some(hex) = text.strip_prefix("0x") {
        return Some(hex).filter(|text| digits(16)(text)).and_then(|text| whole(text, 16));
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return Some(octal).filter(|text| digits(8)(text)).and_then(|text| whole(text, 8));
    }
    if text.len() > 1 && text.starts_with('0') && digits(10)(text) {
        // YAML 1.1 (and Go's reader, hence Kubernetes) reads `0644` as octal. What is longer than a
        // file mode or has an 8 in it is an identifier that lost its quotes: its text is kept.
        return Some(text).filter(|text| text.len() <= MAX_OCTAL && digits(8)(text)).and_then(|text| whole(text, 8));
    }
    Number::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let int = |n| Some(Plain::Number(Number::Int(n)));
        let float = |n| Some(Plain::Number(Number::Float(n)));
        for (text, expected) in [
            ("", Some(Plain::Null)),
            ("~", Some(Plain::Null)),
            ("null", Some(Plain::Null)),
            ("nUll", None),
            ("true", Some(Plain::Bool(true))),
            ("False", Some(Plain::Bool(false))),
            ("yes", None),
            ("no", None),
            ("on", None),
            ("off", None),
            ("y", None),
            ("0", int(0)),
            ("-0", int(0)),
            ("42", int(42)),
            ("+42", int(42)),
            ("-42", int(-42)),
            ("0x1F", int(31)),
            ("0o17", int(15)),
            ("0644", int(0o644)),
            ("00", int(0)),
            ("0689", None),
            ("012345671234", None),
            ("012345678901", None),
            ("123456789012", int(123_456_789_012)),
            ("1.5", float(1.5)),
            (".5", float(0.5)),
            ("1e3", int(1000)),
            ("0.1", float(0.1)),
            ("1_000", None),
            ("1.2.3", None),
            ("2012-10-17", None),
            ("10:30", None),
            ("1e999", None),
            (".inf", None),
            (".nan", None),
            ("-", None),
            ("0x", None),
            ("0xZ", None),
            ("+0x1", None),
            ("10.0.0.0/8", None),
            ("9223372036854775808", float(9_223_372_036_854_775_808.0)),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
