//! HashiCorp's configuration language, native syntax: text to a small tree with spans.
//!
//! The parser underneath is `hcl-edit`, and only this folder knows it. A linear scan goes before it:
//! it finds the comments and refuses what is nested too deeply, because a stack overflow in a
//! recursive parser cannot be caught. The parser itself refuses more than 64 levels of expressions
//! and more than 128 operators in a row, so that the tree made of its result is shallow as well.

mod ast;
mod convert;
mod scan;
mod template;

#[cfg(test)]
mod tests;

pub use ast::{Attribute, Binary, Block, Body, Call, Expr, ExprKind, For, Part, Step, Unary};

use crate::budget::Budget;
use crate::source::{Source, SourceId, Span};

use super::{Parsed, SyntaxError};
use convert::Convert;

/// Where the nodes of a parsed text stand.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// The text is the whole of this source.
    Whole(SourceId),
    /// The text was made from what stands here (a string of a JSON file, a command line): every
    /// node stands there.
    At(Span),
}

impl Place {
    fn span(self, range: std::ops::Range<usize>) -> Span {
        match self {
            Place::Whole(source) => Span::new(source, range),
            Place::At(span) => span,
        }
    }
}

/// Parses a whole file.
pub fn parse(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    let text = &*source.text;
    let place = Place::Whole(id);
    let comments = guard(text, place, budget)?;
    let tree = hcl_edit::parser::parse_body(text).map_err(|error| syntax_error(text, place, &error))?;
    let body = Convert::new(text, place, budget).body(&tree)?;
    let comments = comments.into_iter().map(|range| Span::new(id, range)).collect();
    Ok(Parsed { body: super::Body::Hcl(body), comments })
}

/// Parses one expression.
pub fn parse_expression(text: &str, place: Place, budget: &Budget) -> Result<Expr, SyntaxError> {
    guard(text, place, budget)?;
    let tree = hcl_edit::parser::parse_expr(text).map_err(|error| syntax_error(text, place, &error))?;
    Convert::new(text, place, budget).expr(&tree)
}

/// Parses a text with interpolations and directives, as in a template file or a string of JSON syntax.
pub fn parse_template(text: &str, place: Place, budget: &Budget) -> Result<Expr, SyntaxError> {
    let span = place.span(0..text.len());
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expr { kind: ExprKind::String(text.into()), span });
    }
    // Quotes open nothing outside of `${`, and heredoc text is scanned in just that way.
    guard(&format!("<<_\n{text}\n_\n"), place, budget)?;
    let tree = hcl_edit::parser::parse_template(text).map_err(|error| syntax_error(text, place, &error))?;
    let kind = Convert::new(text, place, budget).template(&tree, template::Style::Quoted)?;
    Ok(Expr { kind, span })
}

/// Longest text that is parsed, in bytes. Nobody writes such files by hand, and the parser takes up to
/// a hundred times the memory of its text.
const MAX_TEXT: usize = 4 << 20;

fn guard(text: &str, place: Place, budget: &Budget) -> Result<Vec<std::ops::Range<usize>>, SyntaxError> {
    if text.len() > MAX_TEXT {
        let message = format!("longer than {MAX_TEXT} bytes, the limit for this language");
        return Err(SyntaxError { message, span: place.span(0..line_end(text, 0)), template: false });
    }
    scan::scan(text, budget).map_err(|(at, message)| {
        let end = line_end(text, at);
        SyntaxError { message, span: place.span(at..end), template: false }
    })
}

fn syntax_error(text: &str, place: Place, error: &hcl_edit::parser::Error) -> SyntaxError {
    let at = error.location().offset().min(text.len());
    let template = text.get(..at + 2).is_some_and(|read| read.ends_with("{{") || read.ends_with("{%"));
    SyntaxError { message: error.message().to_string(), span: place.span(at..line_end(text, at)), template }
}

/// Offset of the end of the line that `at` is in.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr::memchr2(b'\n', b'\r', rest).map_or(text.len(), |n| at + n)
}
