//! Templates: literal text, interpolations and directives, with strip markers and the indentation of
//! `<<-` heredocs resolved line by line, as Terraform does it.
//!
//! The elements are first laid out flat, in the order of the text, because a strip marker or a common
//! indentation does not care which directive a line of text belongs to.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, Strip, Template};

use super::SyntaxError;
use super::ast::{ExprKind, Part};
use super::convert::Convert;

/// How the text of a template was written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// In quotes, or a file of its own: escapes are already resolved.
    Quoted,
    /// `<<WORD`
    Heredoc,
    /// `<<-WORD`: the common indentation is not part of the text.
    Flush,
}

enum Token<'e> {
    Text(String),
    Value(&'e Expression),
    If(&'e Expression),
    Else,
    EndIf,
    For(&'e hcl_edit::template::ForTemplateExpr),
    EndFor,
}

struct Flat<'e> {
    tokens: Vec<Token<'e>>,
    /// The next text follows a `~}`.
    trim_next: bool,
}

impl<'e> Flat<'e> {
    /// Adds text, line by line in heredocs: a strip marker reaches no further than its line.
    fn text(&mut self, text: &str, style: Style) {
        let whole = [text];
        let lines: Box<dyn Iterator<Item = &str>> =
            if style == Style::Quoted { Box::new(whole.into_iter()) } else { Box::new(text.split_inclusive('\n')) };
        for line in lines {
            let line = if std::mem::take(&mut self.trim_next) { line.trim_start() } else { line };
            self.tokens.push(Token::Text(line.to_string()));
        }
    }

    fn control(&mut self, token: Token<'e>, strip: Strip) {
        if strip.strip_start()
            && let Some(Token::Text(before)) = self.tokens.last_mut()
        {
            before.truncate(before.trim_end().len());
        }
        self.trim_next = strip.strip_end();
        self.tokens.push(token);
    }

    /// Takes away the indentation that all lines have in common.
    fn flush(&mut self) {
        let mut least = usize::MAX;
        let mut line_start = true;
        for token in &self.tokens {
            let text = if let Token::Text(text) = token { Some(text.as_str()) } else { None };
            if std::mem::take(&mut line_start) {
                least = least.min(text.map_or(0, indentation));
            }
            line_start = text.is_some_and(|text| text.ends_with('\n'));
        }
        line_start = true;
        for token in &mut self.tokens {
            let Token::Text(text) = token else {
                line_start = false;
                continue;
            };
            let next = text.ends_with('\n');
            if line_start && indentation(text) != usize::MAX {
                *text = text.chars().skip(least).collect();
            }
            line_start = next;
        }
    }
}

/// Blanks at the start of a line; a blank line has as many as anyone likes.
fn indentation(line: &str) -> usize {
    let blanks = line.chars().take_while(|c| c.is_whitespace()).count();
    if line.ends_with('\n') && line.trim().is_empty() { usize::MAX } else { blanks }
}

impl Convert<'_> {
    /// A template as an expression; one of text only becomes a text.
    pub(super) fn template(&self, template: &Template, style: Style) -> Result<ExprKind, SyntaxError> {
        let mut flat = Flat { tokens: Vec::new(), trim_next: false };
        self.flatten(template, style, &mut flat);
        if style == Style::Flush {
            flat.flush();
        }
        let mut tokens = flat.tokens.into_iter();
        let (parts, _) = self.parts(&mut tokens)?;
        Ok(match parts.as_slice() {
            [] => ExprKind::String("".into()),
            [Part::Text(text)] => ExprKind::String(text.clone()),
            _ => ExprKind::Template(parts),
        })
    }

    fn flatten<'e>(&self, template: &'e Template, style: Style, flat: &mut Flat<'e>) {
        for element in template {
            match element {
                Element::Literal(text) if style == Style::Quoted => flat.text(text.as_str(), style),
                Element::Literal(text) => {
                    // The parser has taken indentation away in its own manner; the text itself has not.
                    let raw = text.span().and_then(|range| self.text.get(range)).unwrap_or(text.as_str());
                    flat.text(&raw.replace("$${", "${").replace("%%{", "%{"), style);
                }
                Element::Interpolation(value) => flat.control(Token::Value(&value.expr), value.strip),
                Element::Directive(directive) => self.flatten_directive(directive, style, flat),
            }
        }
    }

    fn flatten_directive<'e>(&self, directive: &'e Directive, style: Style, flat: &mut Flat<'e>) {
        match directive {
            Directive::If(directive) => {
                flat.control(Token::If(&directive.if_expr.cond_expr), directive.if_expr.strip);
                self.flatten(&directive.if_expr.template, style, flat);
                if let Some(otherwise) = &directive.else_expr {
                    flat.control(Token::Else, otherwise.strip);
                    self.flatten(&otherwise.template, style, flat);
                }
                flat.control(Token::EndIf, directive.endif_expr.strip);
            }
            Directive::For(directive) => {
                flat.control(Token::For(&directive.for_expr), directive.for_expr.strip);
                self.flatten(&directive.for_expr.template, style, flat);
                flat.control(Token::EndFor, directive.endfor_expr.strip);
            }
        }
    }

    /// Parts up to the token that ends this level, and whether that was an `else`.
    fn parts<'e>(&self, tokens: &mut impl Iterator<Item = Token<'e>>) -> Result<(Vec<Part>, bool), SyntaxError> {
        let mut parts = Vec::new();
        let mut text = String::new();
        while let Some(token) = tokens.next() {
            if let Token::Text(line) = token {
                text.push_str(&line);
                continue;
            }
            end_text(&mut parts, &mut text);
            match token {
                Token::Text(_) => {}
                Token::Value(expr) => parts.push(Part::Value(self.expr(expr)?)),
                Token::If(condition) => {
                    let condition = self.expr(condition)?;
                    let (then, more) = self.parts(tokens)?;
                    let otherwise = if more { self.parts(tokens)?.0 } else { Vec::new() };
                    parts.push(Part::If { condition, then, otherwise });
                }
                Token::For(intro) => parts.push(Part::For {
                    key: intro.key_var.as_ref().map(|name| Arc::from(name.as_str())),
                    value: intro.value_var.as_str().into(),
                    collection: self.expr(&intro.collection_expr)?,
                    body: self.parts(tokens)?.0,
                }),
                Token::Else => return Ok((parts, true)),
                Token::EndIf | Token::EndFor => return Ok((parts, false)),
            }
        }
        end_text(&mut parts, &mut text);
        Ok((parts, false))
    }
}

/// Makes a part of the text gathered so far.
fn end_text(parts: &mut Vec<Part>, text: &mut String) {
    if !text.is_empty() {
        parts.push(Part::Text(std::mem::take(text).into()));
    }
}
