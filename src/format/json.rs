//! JSON, with comments and trailing commas tolerated and nothing else.
//!
//! The tokens are `jsonc_parser`'s, with every leniency of its scanner switched off; the grammar
//! (<https://www.rfc-editor.org/rfc/rfc8259>) is read here, so that a value is made once, with the
//! span it has in the file. A repeated key keeps its last value, as in every common reader.

use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

use super::tree::Tree;
use super::{Body, Parsed, SyntaxError};
use crate::budget::Budget;
use crate::source::{Source, SourceId, Span};
use crate::value::{Entry, Number, Value};

/// Only what RFC 8259 allows.
const STRICT: ScannerOptions = ScannerOptions {
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads the one JSON value of `source`.
pub fn parse(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    let mut reader = Reader {
        text: &source.text,
        scanner: Scanner::new(&source.text, &STRICT),
        tree: Tree::new(id, budget),
        comments: Vec::new(),
    };
    match reader.document() {
        Ok(value) => Ok(Parsed { body: Body::Data(vec![value]), comments: reader.comments }),
        Err(error) => Err(reader.as_template(error)),
    }
}

struct Reader<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    tree: Tree<'a>,
    comments: Vec<Span>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Value, SyntaxError> {
        let Some(first) = self.next()? else { return Err(self.error("no JSON value")) };
        let value = self.value(first, 0)?;
        if self.next()?.is_some() {
            return Err(self.error("more text after the JSON value"));
        }
        self.tree.charge(0, self.scanner.token_end())?;
        Ok(value)
    }

    /// The next token that is not a comment.
    fn next(&mut self) -> Result<Option<Token<'a>>, SyntaxError> {
        loop {
            let token = self.scanner.scan().map_err(|error| self.scan_error(&error))?;
            match token {
                Some(Token::CommentLine(_) | Token::CommentBlock(_)) => {
                    self.comments.push(self.tree.span(self.scanner.token_start()..self.scanner.token_end()));
                }
                other => return Ok(other),
            }
        }
    }

    /// The next token, where the text may not end.
    fn some(&mut self) -> Result<Token<'a>, SyntaxError> {
        let token = self.next()?;
        token.ok_or_else(|| self.error("the text ends within a value"))
    }

    fn value(&mut self, token: Token<'a>, depth: u16) -> Result<Value, SyntaxError> {
        let start = self.scanner.token_start();
        self.tree.count(start)?;
        let span = self.here();
        Ok(match token {
            Token::OpenBrace => self.object(start, depth)?,
            Token::OpenBracket => self.array(start, depth)?,
            Token::String(text) => Value::string(&*text, span),
            Token::Number(text) => match Number::parse(text) {
                Some(number) => Value::number(number, span),
                None => return Err(self.error("a number that is too large")),
            },
            Token::Boolean(value) => Value::bool(value, span),
            Token::Null => Value::null(span),
            other => return Err(self.unexpected("a value", &other)),
        })
    }

    fn array(&mut self, start: usize, depth: u16) -> Result<Value, SyntaxError> {
        let depth = self.deeper(depth)?;
        let mut items = Vec::new();
        let mut token = self.some()?;
        while token != Token::CloseBracket {
            items.push(self.value(token, depth)?);
            token = match self.some()? {
                Token::Comma => self.some()?,
                Token::CloseBracket => Token::CloseBracket,
                other => return Err(self.unexpected("`,` or `]`", &other)),
            };
        }
        Ok(Value::list(items, self.tree.span(start..self.scanner.token_end())))
    }

    fn object(&mut self, start: usize, depth: u16) -> Result<Value, SyntaxError> {
        let depth = self.deeper(depth)?;
        let mut entries = Vec::new();
        let mut token = self.some()?;
        while token != Token::CloseBrace {
            let Token::String(name) = token else { return Err(self.unexpected("a quoted key", &token)) };
            let key = self.here();
            let name = self.tree.key(&name);
            match self.some()? {
                Token::Colon => {}
                other => return Err(self.unexpected("`:`", &other)),
            }
            let first = self.some()?;
            entries.push((name, Entry { key, value: self.value(first, depth)? }));
            token = match self.some()? {
                Token::Comma => self.some()?,
                Token::CloseBrace => Token::CloseBrace,
                other => return Err(self.unexpected("`,` or `}`", &other)),
            };
        }
        Ok(Value::map(entries, self.tree.span(start..self.scanner.token_end())))
    }

    fn deeper(&self, depth: u16) -> Result<u16, SyntaxError> {
        if depth >= Budget::MAX_SYNTAX_DEPTH {
            return Err(self.tree.too_deep(self.scanner.token_start()));
        }
        Ok(depth + 1)
    }

    /// The span of the current token.
    fn here(&self) -> Span {
        self.tree.span(self.scanner.token_start()..self.scanner.token_end())
    }

    fn error(&self, message: &str) -> SyntaxError {
        self.tree.error(self.scanner.token_start()..self.scanner.token_end(), format!("not valid JSON: {message}"))
    }

    fn unexpected(&self, wanted: &str, found: &Token) -> SyntaxError {
        let found = match found {
            Token::String(_) => "a text",
            Token::Number(_) => "a number",
            Token::Word(_) => "a word without quotes",
            other => other.as_str(),
        };
        self.error(&format!("expected {wanted}, found {found}"))
    }

    fn scan_error(&self, error: &ParseError) -> SyntaxError {
        let range = error.range();
        self.tree.error(range.start..range.end, format!("not valid JSON: {}", error.kind()))
    }

    /// In JSON `{` is followed by a key, so an error at `{{` or `{%` means a template: within
    /// quotes these would not have been an error.
    fn as_template(&self, error: SyntaxError) -> SyntaxError {
        let at = error.span.start as usize;
        let opens = |start: usize| {
            let two = self.text.as_bytes().get(start..start.saturating_add(2));
            matches!(two, Some(b"{{" | b"{%"))
        };
        let Some(start) = [at.checked_sub(1), Some(at)].into_iter().flatten().find(|start| opens(*start)) else {
            return error;
        };
        super::template_error(self.tree.span(start..start + 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Source, Value, Vec<Span>), SyntaxError> {
        let source = Source::new("a.json", text.as_bytes());
        let parsed = parse(&source, SourceId(0), &Budget::default())?;
        Ok((source, parsed.body.documents()[0].clone(), parsed.comments))
    }

    #[test]
    fn keys_values_and_comments_keep_their_bytes() {
        let text = "// top\n{\"é\": [1, \"a\\\"b\"], /* c */ \"k\": {\"n\": -1.5e3,},}\n";
        let (source, value, comments) = read(text).unwrap();
        assert_eq!(source.slice(value.span), text.strip_prefix("// top\n").unwrap().trim_end());
        let (_, first) = value.as_map().unwrap().iter().next().unwrap();
        assert_eq!(source.slice(first.key), "\"é\"");
        assert_eq!(source.slice(first.value.span), "[1, \"a\\\"b\"]");
        let quoted = &first.value.as_list().unwrap()[1];
        assert_eq!((quoted.as_str(), source.slice(quoted.span)), (Some("a\"b"), "\"a\\\"b\""));
        let number = value.at_path(&["k", "n"]).unwrap();
        assert_eq!((number.as_number(), source.slice(number.span)), (Some(Number::Int(-1500)), "-1.5e3"));
        let comments: Vec<_> = comments.iter().map(|span| source.slice(*span)).collect();
        assert_eq!(comments, ["// top", "/* c */"]);
    }

    #[test]
    fn a_repeated_key_keeps_its_last_value() {
        let (_, value, _) = read(r#"{"a": 1, "a": 2}"#).unwrap();
        assert_eq!(value.get("a").and_then(Value::as_number), Some(Number::Int(2)));
    }

    #[test]
    fn what_json_does_not_allow_is_an_error() {
        for text in [
            "",
            "  ",
            "// only",
            "{",
            "[1",
            "[1 2]",
            "{'a': 1}",
            "{a: 1}",
            "[0x10]",
            "[+1]",
            "[.5]",
            "[1.]",
            "[01]",
            "[NaN]",
            "[Infinity]",
            "{\"a\" 1}",
            "{\"a\":}",
            "[,]",
            "{} {}",
            "\"open",
            "/* open",
            "[\"\\x41\"]",
            "[\"\\ud800\"]",
            "[1e999]",
            "[tru]",
            "é",
        ] {
            let error = read(text).map(|(_, value, _)| value).unwrap_err();
            assert!(!error.template, "{text}: {error}");
        }
    }

    #[test]
    fn a_template_is_named_as_one() {
        for text in ["{\"a\": {{ x }}}", "{{ x }}", "{%if x%}{}", "[\"{{ x }}\", {{ y }}]"] {
            assert!(read(text).unwrap_err().template, "{text}");
        }
        assert!(read("{\"a\": \"{{ x }}\"}").is_ok());
    }

    #[test]
    fn hostile_input_ends_in_an_error_or_a_value() {
        for unit in ["[", "{\"a\":", "[{\"a\":", "[[],"] {
            let error = read(&unit.repeat(100_000)).unwrap_err();
            assert!(error.message.contains("nested more than"), "{}", error.message);
        }
        assert!(read(&"]".repeat(100_000)).is_err());
        assert!(read(&format!("[\"{}\"]", "é".repeat(2_500_000))).is_ok());
        assert!(read(&format!("[{}1]", "1,".repeat(1_000_000))).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn no_text_brings_it_down(text in r#"[\[\]{}:,"'\\/*u0-9eE+.\-tfn é€%I]{0,40}"#) {
            let _ = read(&text);
        }
    }
}
