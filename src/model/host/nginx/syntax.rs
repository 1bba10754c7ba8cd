//! The syntax of nginx: directives that end in `;` or hold a block.
//!
//! <https://nginx.org/en/docs/beginners_guide.html#conf_structure>; the details of quoting are those of
//! ngx_conf_read_token: a quote is one only at the start of a word, a backslash takes the meaning of what
//! follows it, `${` opens no block, `#` is a comment only at the start of a word.

use crate::format::SyntaxError;
use crate::model::host::view::Text;
use crate::source::Span;

/// Deepest nesting of blocks that is followed.
const MAX_DEPTH: usize = 60;

/// A directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its name.
    pub name: String,
    /// The words after it.
    pub args: Vec<String>,
    /// From the name to the `;` or `{`.
    pub span: Span,
    /// The directives in its block, if it has one.
    pub block: Option<Vec<Directive>>,
}

/// The directives of a file.
pub fn parse(text: &Text) -> Result<Vec<Directive>, SyntaxError> {
    let mut reader = Reader { text, rest: text.text.char_indices().peekable() };
    let mut open: Vec<(Directive, Vec<Directive>)> = Vec::new();
    let mut current = Vec::new();
    loop {
        let (words, span, end) = reader.statement()?;
        let mut words = words.into_iter();
        match (words.next(), end) {
            (None, End::File) => break,
            (None, End::Close) => {
                let Some((mut outer, before)) = open.pop() else {
                    return Err(reader.error("unexpected }", span));
                };
                outer.block = Some(std::mem::replace(&mut current, before));
                current.push(outer);
            }
            (None, _) => return Err(reader.error("a directive without a name", span)),
            (Some(name), End::Semicolon) => current.push(Directive { name, args: words.collect(), span, block: None }),
            (Some(name), End::Open) if is_foreign(&name) => {
                reader.skip_block(span)?;
                current.push(Directive { name, args: words.collect(), span, block: Some(Vec::new()) });
            }
            (Some(name), End::Open) => {
                if open.len() >= MAX_DEPTH {
                    return Err(reader.error("blocks nested too deeply", span));
                }
                let directive = Directive { name, args: words.collect(), span, block: None };
                open.push((directive, std::mem::take(&mut current)));
            }
            (Some(name), End::Close | End::File) => {
                return Err(reader.error(&format!("{name} does not end in ;"), span));
            }
        }
    }
    match open.pop() {
        Some((outer, _)) => Err(reader.error(&format!("the block of {} is not closed", outer.name), outer.span)),
        None => Ok(current),
    }
}

/// True for a block that holds another language, such as `content_by_lua_block`.
fn is_foreign(name: &str) -> bool {
    name.ends_with("_by_lua_block") || name == "js_block"
}

/// What ended the words of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Semicolon,
    Open,
    Close,
    File,
}

struct Reader<'a> {
    text: &'a Text,
    rest: std::iter::Peekable<std::str::CharIndices<'a>>,
}

impl Reader<'_> {
    fn at(&mut self) -> usize {
        self.rest.peek().map_or(self.text.text.len(), |(at, _)| *at)
    }

    fn error(&self, message: &str, span: Span) -> SyntaxError {
        SyntaxError { message: message.to_owned(), span, template: false }
    }

    fn statement(&mut self) -> Result<(Vec<String>, Span, End), SyntaxError> {
        let mut words = Vec::new();
        let mut start = None;
        loop {
            self.blanks();
            let at = self.at();
            let begin = *start.get_or_insert(at);
            let end = match self.rest.peek().map(|(_, c)| *c) {
                None => End::File,
                Some(';') => End::Semicolon,
                Some('{') => End::Open,
                Some('}') => End::Close,
                Some(_) => {
                    words.push(self.word(begin)?);
                    continue;
                }
            };
            let to = if words.is_empty() || end != End::Close { self.next_at() } else { at };
            return Ok((words, Span::new(self.text.id, begin..to), end));
        }
    }

    /// Passes one character; the offset behind it.
    fn next_at(&mut self) -> usize {
        self.rest.next();
        self.at()
    }

    fn blanks(&mut self) {
        while let Some((_, c)) = self.rest.peek() {
            if *c == '#' {
                while self.rest.next_if(|(_, c)| *c != '\n').is_some() {}
            } else if self.rest.next_if(|(_, c)| c.is_whitespace()).is_none() {
                return;
            }
        }
    }

    fn word(&mut self, begin: usize) -> Result<String, SyntaxError> {
        let mut out = String::new();
        let quote = self.rest.next_if(|(_, c)| matches!(c, '"' | '\'')).map(|(_, c)| c);
        let mut variable = false;
        while let Some((_, c)) = self.rest.peek().copied() {
            match (c, quote) {
                ('\\', _) => {
                    self.rest.next();
                    if let Some((_, escaped)) = self.rest.next() {
                        push_escaped(&mut out, escaped);
                    }
                    continue;
                }
                (_, Some(open)) if c == open => {
                    self.rest.next();
                    return Ok(out);
                }
                ('{', None) if variable => {}
                (';' | '{', None) => return Ok(out),
                (_, None) if c.is_whitespace() => return Ok(out),
                _ => {}
            }
            variable = c == '$';
            out.push(c);
            self.rest.next();
        }
        match quote {
            Some(_) => Err(self.error("a quote is not closed", Span::new(self.text.id, begin..begin + 1))),
            None => Ok(out),
        }
    }

    /// Passes a block of another language, its `{` already read: to the brace that closes it.
    fn skip_block(&mut self, span: Span) -> Result<(), SyntaxError> {
        let mut depth = 1;
        for (_, c) in self.rest.by_ref() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self.error("the block is not closed", span))
    }
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '"' | '\'' | '\\' | ' ' | ';' | '{' | '}' => out.push(c),
        't' => out.push('\t'),
        'r' => out.push('\r'),
        'n' => out.push('\n'),
        _ => out.extend(['\\', c]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn shown(text: &str) -> String {
        fn all(list: &[Directive]) -> String {
            let one = |it: &Directive| {
                let block = it.block.as_ref().map(|block| format!("{{{}}}", all(block))).unwrap_or_default();
                format!("{}({}){block}", it.name, it.args.join("|"))
            };
            list.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        match parse(&Text { id: SourceId(0), text: text.into() }) {
            Ok(list) => all(&list),
            Err(error) => format!("{} at {}", error.message, error.span.start),
        }
    }

    #[test]
    fn directives_and_blocks() {
        for (text, expected) in [
            ("user www;\nhttp{server{listen 80;}}", "user(www) http(){server(){listen(80)}}"),
            ("a 'b c' \"d;e\" f\\;g; # h;\n", "a(b c|d;e|f;g)"),
            ("set $x ${y}z;", "set($x|${y}z)"),
            (
                "location ~ \\.php$ { return 301 https://$host$request_uri; }",
                "location(~|\\.php$){return(301|https://$host$request_uri)}",
            ),
            ("if ($scheme = http) {}", "if(($scheme|=|http)){}"),
            ("a b#c;", "a(b#c)"),
            ("content_by_lua_block { if x then y = {1} end } b;", "content_by_lua_block(){} b()"),
            ("a {", "the block of a is not closed at 0"),
            ("a }", "a does not end in ; at 0"),
            ("}", "unexpected } at 0"),
            ("a 'b", "a quote is not closed at 0"),
            ("a b", "a does not end in ; at 0"),
            (";", "a directive without a name at 0"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        assert!(shown(&"a{".repeat(5000)).starts_with("blocks nested too deeply"));
    }
}
