//! Lines of `Keyword arguments`, as sshd_config(5) has them.
//!
//! OpenSSH reads a line in two steps, and so does this: the keyword ends at white space, a double quote
//! or one `=` (`strdelim` of its misc.c); the rest is split into arguments as a shell would, with both
//! kinds of quotes, a few escapes, and `#` ending the line where a word could begin (`argv_split`).
//! Some keywords (`ForceCommand`) take the rest of the line as it stands, so [`Line::rest`] keeps it.

use std::sync::Arc;

use crate::budget::Budget;
use crate::format::{Body, Parsed, SyntaxError};
use crate::source::{Source, SourceId, Span};

/// One line that is neither empty nor a comment.
#[derive(Clone, Debug)]
pub struct Line {
    /// The keyword as written.
    pub keyword: Word,
    /// The arguments, quotes and escapes resolved.
    pub arguments: Vec<Word>,
    /// Everything after the keyword, as written, comments included.
    pub rest: Word,
    /// From the keyword to the end of the line's text.
    pub span: Span,
}

/// A piece of a line.
#[derive(Clone, Debug)]
pub struct Word {
    /// What it says.
    pub text: Arc<str>,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Largest text that is read, in bytes. A line takes a hundred times its length in memory, and no daemon's
/// configuration comes near this.
const MAX_BYTES: usize = 4 << 20;

/// Parses the whole text. A line that OpenSSH refuses as such (an open quote, a keyword without an
/// argument) is an error of the file: sshd does not start with it.
pub fn parse(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    let error = |message: String, span| SyntaxError { message, span, template: false };
    if let Some(at) = memchr::memchr(0, source.text.as_bytes()) {
        return Err(error("not a text: it holds a NUL byte".into(), Span::new(id, at..at)));
    }
    if source.text.len() > MAX_BYTES {
        let message = format!("more than {MAX_BYTES} bytes; not read as a configuration");
        return Err(error(message, Span::new(id, 0..0)));
    }
    let mut lines = Vec::new();
    let mut comments = Vec::new();
    let mut start = 0;
    for raw in source.text.split_inclusive('\n') {
        let mut scan = Scan { text: raw.trim_end_matches(BLANK_END), base: start, id, at: 0 };
        start += raw.len();
        match scan.line(&mut comments) {
            Ok(None) => {}
            Ok(Some(line)) => {
                let cost = 1 + line.arguments.len() as u64;
                budget.nodes(cost).map_err(|limit| error(limit.to_string(), line.span))?;
                lines.push(line);
            }
            Err((message, span)) => return Err(error(message, span)),
        }
    }
    Ok(Parsed { body: Body::Lines(lines), comments })
}

/// Parses one line that stands in no file: `Key=Value` of the command line's `-o`. Every span is `span`.
pub fn parse_option(text: &str, span: Span) -> Option<Line> {
    let mut scan = Scan { text: text.trim_end_matches(BLANK_END), base: 0, id: span.source, at: 0 };
    let line = scan.line(&mut Vec::new()).ok()??;
    let here = |word: Word| Word { text: word.text, span };
    Some(Line {
        keyword: here(line.keyword),
        arguments: line.arguments.into_iter().map(here).collect(),
        rest: here(line.rest),
        span,
    })
}

/// What OpenSSH strips from the end of a line.
const BLANK_END: [char; 5] = [' ', '\t', '\r', '\n', '\x0c'];
/// What it calls white space within one.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// One line being read.
struct Scan<'a> {
    text: &'a str,
    base: usize,
    id: SourceId,
    at: usize,
}

type Refused = (String, Span);

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.id, self.base + from..self.base + to)
    }

    fn skip(&mut self, what: &[char]) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(what).len();
    }

    fn line(&mut self, comments: &mut Vec<Span>) -> Result<Option<Line>, Refused> {
        self.skip(&BLANK);
        if self.rest().starts_with('#') {
            comments.push(self.span(self.at, self.text.len()));
            return Ok(None);
        }
        let begin = self.at;
        let Some(keyword) = self.keyword() else { return Ok(None) };
        let after = self.at;
        let arguments = self.arguments(comments)?;
        if arguments.is_empty() {
            return Err((format!("the keyword {} has no argument", keyword.text), keyword.span));
        }
        let rest = Word { text: self.text.get(after..).unwrap_or("").into(), span: self.span(after, self.text.len()) };
        Ok(Some(Line { keyword, arguments, rest, span: self.span(begin, self.text.len()) }))
    }

    /// The keyword and the delimiter after it: white space, with at most one `=` in it. A keyword with an
    /// open quote makes OpenSSH pass over the line.
    fn keyword(&mut self) -> Option<Word> {
        let begin = self.at;
        let rest = self.rest();
        let end = rest.find(|c| BLANK.contains(&c) || c == '"' || c == '=').unwrap_or(rest.len());
        let (mut text, after) = (rest.get(..end)?.to_owned(), rest.get(end..)?);
        if let Some(quoted) = after.strip_prefix('"') {
            let (inner, _) = quoted.split_once('"')?;
            text.push_str(inner);
            self.at += end + inner.len() + 2;
        } else {
            self.at += end;
        }
        let word = Word { text: text.into(), span: self.span(begin, self.at) };
        self.skip(&BLANK);
        if self.rest().starts_with('=') {
            self.at += 1;
            self.skip(&BLANK);
        }
        (!word.text.is_empty()).then_some(word)
    }

    fn arguments(&mut self, comments: &mut Vec<Span>) -> Result<Vec<Word>, Refused> {
        let mut arguments = Vec::new();
        loop {
            self.skip(&[' ', '\t']);
            if self.rest().is_empty() {
                return Ok(arguments);
            }
            if self.rest().starts_with('#') {
                comments.push(self.span(self.at, self.text.len()));
                return Ok(arguments);
            }
            arguments.push(self.argument()?);
        }
    }

    /// One argument, as OpenSSH's `argv_split` reads it.
    fn argument(&mut self) -> Result<Word, Refused> {
        let begin = self.at;
        let mut text = String::new();
        let mut quote: Option<char> = None;
        let mut chars = self.rest().char_indices().peekable();
        let mut end = self.text.len();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            match (c, quote) {
                ('\\', _) if matches!(next, Some('\'' | '"' | '\\')) || (quote.is_none() && next == Some(' ')) => {
                    text.extend(next);
                    chars.next();
                }
                (' ' | '\t', None) => {
                    end = begin + at;
                    break;
                }
                ('"' | '\'', None) => quote = Some(c),
                (_, Some(open)) if c == open => quote = None,
                _ => text.push(c),
            }
        }
        self.at = end;
        if quote.is_some() {
            return Err(("a quote is not closed".into(), self.span(begin, self.text.len())));
        }
        Ok(Word { text: text.into(), span: self.span(begin, end) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Result<Vec<Line>, SyntaxError> {
        let source = Source::new("sshd_config", text.as_bytes());
        let parsed = parse(&source, SourceId(0), &Budget::default())?;
        let Body::Lines(lines) = parsed.body else { panic!("not lines") };
        for line in &lines {
            assert!(line.arguments.iter().all(|word| line.span.covers(word.span)));
        }
        Ok(lines)
    }

    #[test]
    fn a_line_is_read_as_openssh_reads_it() {
        let table: &[(&str, &str, &[&str])] = &[
            ("Port 22", "Port", &["22"]),
            ("  Port\t22  ", "Port", &["22"]),
            ("Port=22", "Port", &["22"]),
            ("Port = 22", "Port", &["22"]),
            ("Port == 22", "Port", &["=", "22"]),
            ("Port 22 # the usual one", "Port", &["22"]),
            ("Banner /etc/issue#1", "Banner", &["/etc/issue#1"]),
            ("Banner \"/etc/issue # 1\" #x", "Banner", &["/etc/issue # 1"]),
            ("AllowUsers a 'b c' d\\ e", "AllowUsers", &["a", "b c", "d e"]),
            ("AllowUsers a\\\"b \"c\\d\"", "AllowUsers", &["a\"b", "c\\d"]),
            ("\"Port\" 22\r", "Port", &["22"]),
            ("Ban\"ner\" /x", "Banner", &["/x"]),
            ("AuthorizedKeysFile \"\"", "AuthorizedKeysFile", &[""]),
        ];
        for (text, keyword, arguments) in table {
            let lines = lines(text).unwrap();
            assert_eq!(&*lines[0].keyword.text, *keyword, "{text}");
            let got: Vec<&str> = lines[0].arguments.iter().map(|word| &*word.text).collect();
            assert_eq!(got, *arguments, "{text}");
        }
    }

    #[test]
    fn comments_are_collected_and_empty_lines_are_nothing() {
        let source = Source::new("x", b"# a\n\n  # b\nPort 22 # c\n");
        let parsed = parse(&source, SourceId(0), &Budget::default()).unwrap();
        let comments: Vec<&str> = parsed.comments.iter().map(|span| source.slice(*span)).collect();
        assert_eq!(comments, ["# a", "# b", "# c"]);
    }

    #[test]
    fn what_openssh_refuses_is_an_error_with_a_place() {
        for text in ["Port 22\nBanner \"/etc", "Port", "X\nPort \0", "Banner it's", "Port # none"] {
            let error = lines(text).unwrap_err();
            assert!(!error.message.is_empty(), "{text}");
        }
        assert_eq!(lines("Port 22\nBanner \"/etc").unwrap_err().span, Span::new(SourceId(0), 15..20));
    }

    #[test]
    fn a_line_of_megabytes_and_a_file_of_many_lines_are_read() {
        let long = format!("AllowUsers {}\n", "u ".repeat(1_000_000));
        assert_eq!(lines(&long).unwrap()[0].arguments.len(), 1_000_000);
        assert_eq!(lines(&"Port 22\n".repeat(100_000)).unwrap().len(), 100_000);
        assert!(lines(&"#".repeat(MAX_BYTES + 1)).is_err());
    }
}
