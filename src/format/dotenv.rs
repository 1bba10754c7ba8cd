//! `.env` files: lines of `NAME=value`, as Compose and the dotenv libraries read them.
//!
//! There is no standard. What is read here is what Compose documents
//! (<https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax>):
//! single quotes are literal, double quotes know `\n \r \t \\ \"`, a value without quotes ends at
//! ` #`, quoted values may span lines. `${OTHER}` is kept as it stands.

use super::tree::Tree;
use super::{Body, Parsed, SyntaxError};
use crate::budget::Budget;
use crate::source::{Source, SourceId, Span};
use crate::value::{Entry, Value};

/// Reads all variables of `source` into one map.
pub fn parse(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    let mut reader = Reader { text: &source.text, at: 0, tree: Tree::new(id, budget), comments: Vec::new() };
    let mut entries = Vec::new();
    while reader.at < reader.text.len() {
        if let Some((name, key, value)) = reader.line()? {
            entries.push((reader.tree.key(name), Entry { key, value }));
        }
    }
    reader.tree.charge(0, reader.at)?;
    let all = reader.tree.span(0..source.text.len());
    Ok(Parsed { body: Body::Data(vec![Value::map(entries, all)]), comments: reader.comments })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tree: Tree<'a>,
    comments: Vec<Span>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The rest of the line, without its end.
    fn rest_of_line(&self) -> &'a str {
        self.rest().split('\n').next().unwrap_or("").trim_end_matches('\r')
    }

    fn skip(&mut self, blank: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(blank).len();
    }

    /// Reads one line, or several if a quoted value spans them.
    fn line(&mut self) -> Result<Option<(&'a str, Span, Value)>, SyntaxError> {
        self.skip(char::is_whitespace);
        let line = self.rest_of_line();
        if line.is_empty() || line.starts_with('#') {
            self.end_of_line();
            return Ok(None);
        }
        let start = self.at;
        if let Some(rest) = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])) {
            self.at += line.len() - rest.trim_start().len();
        }
        let line = self.rest_of_line();
        let name = line.split(['=', ':']).next().unwrap_or("").trim_end();
        let key = self.tree.span(self.at..self.at + name.len());
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '#')) {
            return Err(self.tree.error(start..start + line.len(), "expected NAME=value"));
        }
        self.tree.count(start)?;
        self.at += name.len();
        self.skip(|c| matches!(c, ' ' | '\t'));
        if self.rest_of_line().is_empty() {
            // `NAME` alone passes on the variable of the environment, which was not read.
            let value = Value::unknown(crate::value::Reason::Environment, name, key);
            return Ok(Some((name, key, value)));
        }
        self.at += 1; // the separator, one byte
        self.skip(|c| matches!(c, ' ' | '\t'));
        let value = self.value()?;
        self.end_of_line();
        Ok(Some((name, key, value)))
    }

    fn value(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        if let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) {
            return self.quoted(quote);
        }
        let line = self.rest_of_line();
        let end =
            if line.starts_with('#') { Some(0) } else { line.find(" #").into_iter().chain(line.find("\t#")).min() };
        let text = line.get(..end.unwrap_or(line.len())).unwrap_or("").trim_end();
        self.at += text.len();
        Ok(Value::string(text, self.tree.span(start..self.at)))
    }

    fn quoted(&mut self, quote: char) -> Result<Value, SyntaxError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.at = start + offset + 1;
                    return Ok(Value::string(text, self.tree.span(start..self.at)));
                }
                '\\' if quote == '"' => match chars.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some(c @ ('"' | '\\' | '$')) => text.push(c),
                    Some(c) => text.extend(['\\', c]),
                    None => {}
                },
                c => text.push(c),
            }
        }
        Err(self.tree.error(start..start + 1, "a quote that is not closed"))
    }

    /// Skips to the next line; a comment on the way is kept.
    fn end_of_line(&mut self) {
        let line = self.rest_of_line();
        if let Some(offset) = line.find('#') {
            self.comments.push(self.tree.span(self.at + offset..self.at + line.len()));
        }
        self.at = memchr::memchr(b'\n', self.rest().as_bytes()).map_or(self.text.len(), |n| self.at + n + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Source, Value, Vec<Span>), SyntaxError> {
        let source = Source::new(".env", text.as_bytes());
        let parsed = parse(&source, SourceId(0), &Budget::default())?;
        Ok((source, parsed.body.documents()[0].clone(), parsed.comments))
    }

    #[test]
    fn values_are_read_as_compose_documents_them() {
        for (line, expected) in [
            ("A=b", "b"),
            ("A = b", "b"),
            ("export A=b", "b"),
            ("A=b # c", "b"),
            ("A=b#c", "b#c"),
            ("A=", ""),
            ("A=# c", ""),
            ("A='b # $c \\n'", "b # $c \\n"),
            ("A=\"b\\n\\\"c\\\"\" # d", "b\n\"c\""),
            ("A=\"b\nc\"", "b\nc"),
            ("A: b", "b"),
            ("A=b=c", "b=c"),
            ("A=${B:-c}", "${B:-c}"),
            ("A=1\r\n", "1"),
            ("A=1\nA=2", "2"),
        ] {
            let (_, value, _) = read(line).unwrap();
            assert_eq!(value.get("A").and_then(Value::as_str), Some(expected), "{line}");
        }
    }

    #[test]
    fn spans_and_comments_are_exact() {
        let (source, value, comments) = read("# top\n export  DB='x' # why\nNEXT=y\n").unwrap();
        let (_, entry) = value.as_map().unwrap().iter().next().unwrap();
        assert_eq!((source.slice(entry.key), source.slice(entry.value.span)), ("DB", "'x'"));
        assert_eq!(comments.iter().map(|span| source.slice(*span)).collect::<Vec<_>>(), ["# top", "# why"]);
    }

    #[test]
    fn a_name_alone_is_the_environments() {
        let (_, value, _) = read("A\nB=1").unwrap();
        assert!(value.get("A").unwrap().as_unknown().is_some());
        assert_eq!(value.get("B").and_then(Value::as_str), Some("1"));
    }

    #[test]
    fn what_is_not_a_variable_is_an_error() {
        for text in ["=x", "two words=x", "A=\"open", "{\"a\": 1}"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
