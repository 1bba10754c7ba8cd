//! Lines of `NAME=value` as os-release(5), systemd's `EnvironmentFile=` and the files in /etc/default
//! have them: comments, one level of quotes, a backslash before a special character.

use crate::model::host::view::Text;
use crate::source::Span;

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value, quotes removed.
    pub value: String,
    /// The line.
    pub span: Span,
}

/// Every assignment, in order; lines of another kind are passed over.
pub fn assignments(text: &Text) -> Vec<Assignment> {
    let mut out = Vec::new();
    let mut start = 0;
    for raw in text.text.split_inclusive('\n') {
        let line = raw.trim();
        let at = start + (raw.len() - raw.trim_start().len());
        start += raw.len();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let Some((name, value)) = line.split_once('=') else { continue };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let span = Span::new(text.id, at..at + raw.trim().len());
        out.push(Assignment { name: name.to_owned(), value: unquoted(value.trim_start()), span });
    }
    out
}

/// The last value of `name`.
pub fn last<'a>(list: &'a [Assignment], name: &str) -> Option<&'a Assignment> {
    list.iter().rev().find(|one| one.name == name)
}

/// A value without its quotes. What follows a closing quote and a blank is a comment; without quotes the
/// value goes on to the end of the line, as systemd.exec(5) says of `EnvironmentFile=`.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut was_quoted = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', Some('"') | None) => out.extend(chars.next()),
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => {
                quote = None;
                was_quoted = true;
            }
            (' ' | '\t', None) if was_quoted => break,
            _ => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn values_lose_their_quotes_and_keep_their_lines() {
        let text =
            "# x\nID=debian\nA=\"b c\"\n  export D='e \"f\"' # g\nH=\"i\\\"j\"\nnot an assignment\nK=\nL=-p 22 -D \n";
        let list = assignments(&Text { id: SourceId(0), text: text.into() });
        let got: Vec<(&str, &str)> = list.iter().map(|one| (&*one.name, &*one.value)).collect();
        assert_eq!(
            got,
            [("ID", "debian"), ("A", "b c"), ("D", "e \"f\""), ("H", "i\"j"), ("K", ""), ("L", "-p 22 -D")]
        );
        assert_eq!(list[0].span, Span::new(SourceId(0), 4..13));
    }
}
