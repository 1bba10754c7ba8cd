//! The syntax of Apache httpd: one directive on a line, sections between `<Name words>` and `</Name>`.
//!
//! <https://httpd.apache.org/docs/2.4/configuring.html#syntax>: a backslash at the end joins lines, `#` begins a
//! comment only at the start of a line, words with blanks stand in quotes.

use crate::format::SyntaxError;
use crate::model::host::dialect::lines;
use crate::model::host::view::Text;
use crate::source::Span;

/// Deepest nesting of sections that is followed.
const MAX_DEPTH: usize = 40;

/// A directive or a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its name as written.
    pub name: String,
    /// The words after it.
    pub args: Vec<String>,
    /// The line or lines; of a section, its first.
    pub span: Span,
    /// What is in it, if it is a section.
    pub block: Option<Vec<Directive>>,
}

/// The directives of a file.
pub fn parse(text: &Text) -> Result<Vec<Directive>, SyntaxError> {
    let error = |message: String, span: Span| SyntaxError { message, span, template: false };
    let mut open: Vec<(Directive, Vec<Directive>)> = Vec::new();
    let mut current = Vec::new();
    for (start, line) in joined(&text.text) {
        let body = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        let span = Span::new(text.id, at..at + body.len());
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if let Some(name) = body.strip_prefix("</") {
            let name = name.trim_end_matches('>').trim();
            let Some((mut outer, before)) = open.pop() else {
                return Err(error(format!("</{name}> closes nothing"), span));
            };
            if !outer.name.eq_ignore_ascii_case(name) {
                return Err(error(format!("</{name}> closes <{}>", outer.name), span));
            }
            outer.block = Some(std::mem::replace(&mut current, before));
            current.push(outer);
        } else if let Some(inner) = body.strip_prefix('<') {
            let Some(inner) = inner.strip_suffix('>') else {
                return Err(error("a section that does not end in >".into(), span));
            };
            if open.len() >= MAX_DEPTH {
                return Err(error("sections nested too deeply".into(), span));
            }
            open.push((directive(inner, span), std::mem::take(&mut current)));
        } else {
            current.push(directive(body, span));
        }
    }
    match open.pop() {
        Some((outer, _)) => Err(error(format!("<{}> is not closed", outer.name), outer.span)),
        None => Ok(current),
    }
}

/// The lines with those that a backslash joins made one; blanks stand for what joined them, so that offsets hold.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (at, line) in lines(text) {
        let (body, more) = line.strip_suffix('\\').map_or((line, false), |body| (body, true));
        match out.last_mut().filter(|_| goes_on) {
            Some((start, before)) => {
                let gap = at.saturating_sub(*start + before.len());
                before.push_str(&" ".repeat(gap));
                before.push_str(body);
            }
            None => out.push((at, body.to_owned())),
        }
        goes_on = more;
    }
    out
}

fn directive(body: &str, span: Span) -> Directive {
    let mut all = words(body).into_iter();
    Directive { name: all.next().unwrap_or_default(), args: all.collect(), span, block: None }
}

/// Words, quotes taken off; a backslash within quotes takes the meaning of a quote.
fn words(body: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = body.chars().peekable();
    while let Some(first) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut word = String::new();
        let quote = matches!(first, '"' | '\'').then_some(first);
        if quote.is_none() {
            word.push(first);
        }
        while let Some(&next) = chars.peek() {
            if quote.map_or(next.is_whitespace(), |quote| next == quote) {
                break;
            }
            chars.next();
            match (next, chars.peek()) {
                ('\\', Some(&after)) if Some(after) == quote => {
                    word.push(after);
                    chars.next();
                }
                _ => word.push(next),
            }
        }
        if quote.is_some() {
            chars.next();
        }
        out.push(word);
    }
    out
}
