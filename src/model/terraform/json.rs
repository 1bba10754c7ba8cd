//! Terraform's JSON syntax, as the same tree that the native syntax has.
//!
//! Strings are templates there. Which members of a resource are nested blocks only a provider's schema
//! could tell; they stay what they are written as, an object or a list of objects.

use std::sync::Arc;

use crate::budget::Budget;
use crate::format::hcl::{Attribute, Block, Body, Expr, ExprKind, Place, parse_expression, parse_template};
use crate::source::Span;
use crate::value::{Data, Value};

/// Kinds of top-level blocks and how many labels each has.
const LABELS: &[(&str, usize)] = &[
    ("resource", 2),
    ("data", 2),
    ("variable", 1),
    ("output", 1),
    ("module", 1),
    ("provider", 1),
    ("check", 1),
    ("locals", 0),
    ("terraform", 0),
];

/// A configuration file.
pub(super) fn config(data: &Value, budget: &Budget) -> Body {
    let mut body = Body::default();
    let json = Json { budget };
    for (key, value, span) in members(data) {
        let labels = LABELS.iter().find(|(name, _)| **name == **key).map_or(0, |(_, labels)| *labels);
        json.blocks(key, span, value, labels, &mut Vec::new(), &mut body.blocks);
    }
    body
}

/// A variables file: nothing in it is a template.
pub(super) fn variables(data: &Value, budget: &Budget) -> Body {
    let _ = budget; // the values were paid for when they were read
    let attribute =
        |(name, value, key): (&Arc<str>, &Value, Span)| Attribute { name: name.clone(), key, expr: literal(value) };
    Body { attributes: members(data).map(attribute).collect(), blocks: Vec::new() }
}

/// The members of an object, and of every object of a list of objects; comments left out.
fn members(data: &Value) -> Box<dyn Iterator<Item = (&Arc<str>, &Value, Span)> + '_> {
    match &data.data {
        Data::Map(map) => {
            Box::new(map.iter().filter(|(key, _)| &***key != "//").map(|(key, entry)| (key, &entry.value, entry.key)))
        }
        Data::List(list) => Box::new(list.iter().flat_map(members)),
        _ => Box::new(std::iter::empty()),
    }
}

struct Json<'b> {
    budget: &'b Budget,
}

impl Json<'_> {
    /// The blocks of `kind` in `value`, whose first `labels` levels of keys are labels.
    fn blocks(
        &self,
        kind: &Arc<str>,
        key: Span,
        value: &Value,
        labels: usize,
        have: &mut Vec<Arc<str>>,
        out: &mut Vec<Block>,
    ) {
        if labels > 0 {
            for (label, inner, span) in members(value) {
                have.push(label.clone());
                self.blocks(kind, span, inner, labels - 1, have, out);
                have.pop();
            }
            return;
        }
        let bodies: &[Value] = match &value.data {
            Data::List(list) => list,
            _ => std::slice::from_ref(value),
        };
        for body in bodies {
            let content = self.body(kind, body);
            out.push(Block { kind: kind.clone(), labels: have.clone(), body: content, key, span: key.join(body.span) });
        }
    }

    fn body(&self, kind: &str, value: &Value) -> Body {
        let mut body = Body::default();
        for (name, value, key) in members(value) {
            match (kind, &**name) {
                ("resource" | "data" | "content", "dynamic") => {
                    self.blocks(name, key, value, 1, &mut Vec::new(), &mut body.blocks);
                }
                ("dynamic", "content")
                | ("resource" | "data", "lifecycle")
                | ("provider", "default_tags")
                | ("terraform", "cloud")
                | ("check", "data") => self.blocks(name, key, value, 0, &mut Vec::new(), &mut body.blocks),
                ("terraform", "backend") => self.blocks(name, key, value, 1, &mut Vec::new(), &mut body.blocks),
                ("data", "statement") if value.as_list().is_some() || value.as_map().is_some() => {
                    self.blocks(name, key, value, 0, &mut Vec::new(), &mut body.blocks);
                }
                ("statement", "principals" | "not_principals" | "condition") => {
                    self.blocks(name, key, value, 0, &mut Vec::new(), &mut body.blocks);
                }
                _ => {
                    let expr = self.attribute(kind, name, value);
                    body.attributes.push(Attribute { name: name.clone(), key, expr });
                }
            }
        }
        body
    }

    /// Some attributes hold an expression or a name rather than a template.
    fn attribute(&self, kind: &str, name: &str, value: &Value) -> Expr {
        match (kind, name, value.as_str()) {
            ("variable", "type", Some(text))
            | ("resource" | "data", "provider", Some(text))
            | ("dynamic", "iterator", Some(text)) => self.expression(text, value.span),
            ("variable", "default", _) => literal(value),
            ("module", "providers", None) => self.names(value),
            ("resource" | "data" | "module" | "output", "depends_on", _) | ("lifecycle", _, None) => self.names(value),
            _ => self.expr(value),
        }
    }

    /// An object or list whose texts are names.
    fn names(&self, value: &Value) -> Expr {
        structure(value, &mut |text, span| self.expression(text, span))
    }

    fn expr(&self, value: &Value) -> Expr {
        structure(value, &mut |text, span| {
            let parsed = parse_template(text, Place::At(span), self.budget);
            parsed.unwrap_or_else(|error| invalid(&error.message, span))
        })
    }

    fn expression(&self, text: &str, span: Span) -> Expr {
        let parsed = parse_expression(text, Place::At(span), self.budget);
        parsed.unwrap_or_else(|error| invalid(&error.message, span))
    }
}

/// An expression that evaluates to "not valid": a call of a function that does not exist.
fn invalid(message: &str, span: Span) -> Expr {
    let args = vec![Expr { kind: ExprKind::String(message.into()), span }];
    Expr { kind: ExprKind::Call(crate::format::hcl::Call { name: "!invalid".into(), args, expand: false }), span }
}

fn literal(value: &Value) -> Expr {
    structure(value, &mut |text, span| Expr { kind: ExprKind::String(text.into()), span })
}

/// A value as an expression, its texts (and the keys of its objects) made by `text`.
fn structure(value: &Value, text: &mut dyn FnMut(&str, Span) -> Expr) -> Expr {
    let kind = match &value.data {
        Data::Null | Data::Unknown(_) => ExprKind::Null,
        Data::Bool(value) => ExprKind::Bool(*value),
        Data::Number(number) => ExprKind::Number(*number),
        Data::String(string) => return text(string, value.span),
        Data::List(list) => ExprKind::List(list.iter().map(|item| structure(item, text)).collect()),
        Data::Map(map) => {
            let members = map.iter().filter(|(key, _)| &***key != "//");
            ExprKind::Object(
                members.map(|(key, entry)| (key_expr(key, entry.key, text), structure(&entry.value, text))).collect(),
            )
        }
    };
    Expr { kind, span: value.span }
}

/// A key: a template where it has something to interpolate, a plain text otherwise.
fn key_expr(key: &str, span: Span, text: &mut dyn FnMut(&str, Span) -> Expr) -> Expr {
    if key.contains("${") { text(key, span) } else { Expr { kind: ExprKind::String(key.into()), span } }
}
