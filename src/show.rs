//! Values as a person would write them, short enough for a line.

use crate::value::{Data, Value};

/// Longest text of a value that is printed, in characters.
const MAX_CHARS: usize = 120;

/// A scalar without quotes; anything else as [`value`] has it.
pub fn scalar(it: &Value) -> String {
    match &it.data {
        Data::String(text) => clip(&one_line(text)),
        _ => value(it),
    }
}

/// A value on one line, in the manner of JSON, cut after about 120 characters.
pub fn value(it: &Value) -> String {
    let mut out = String::new();
    write(it, &mut out);
    clip(&out)
}

fn write(it: &Value, out: &mut String) {
    if out.len() > 4 * MAX_CHARS {
        return; // cut anyway
    }
    match &it.data {
        Data::Null => out.push_str("null"),
        Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Data::Number(n) => out.push_str(&n.to_string()),
        Data::String(s) => {
            out.push('"');
            out.push_str(&one_line(s));
            out.push('"');
        }
        Data::List(list) => {
            out.push('[');
            for (n, item) in list.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write(item, out);
            }
            out.push(']');
        }
        Data::Map(map) => {
            out.push('{');
            for (n, (key, entry)) in map.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                out.push_str(&one_line(key));
                out.push_str(": ");
                write(&entry.value, out);
            }
            out.push('}');
        }
        Data::Unknown(unknown) => {
            out.push_str("(unknown: ");
            out.push_str(&one_line(&unknown.what));
            out.push(')');
        }
    }
}

/// The text without control characters, so that nothing in an audited file can move the cursor,
/// change colours or reverse the direction of what is printed.
pub fn one_line(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .take(4 * MAX_CHARS)
        .map(|c| {
            if c == '\n' || c == '\t' {
                ' '
            } else if hidden(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

fn clip(text: &str) -> String {
    if text.chars().count() <= MAX_CHARS {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(MAX_CHARS - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    #[test]
    fn a_value_is_one_short_line_without_control_characters() {
        let here = Span::new(SourceId(0), 0..0);
        let hostile = Value::string("a\u{1b}[31m\nb\u{202e}", here);
        assert_eq!(scalar(&hostile), "a\u{fffd}[31m b\u{fffd}");
        assert_eq!(value(&Value::list(vec![Value::int(1, here), Value::null(here)], here)), "[1, null]");
        assert!(value(&Value::string("x".repeat(1000), here)).chars().count() <= MAX_CHARS);
    }
}
