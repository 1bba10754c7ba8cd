//! From `hcl-edit`'s tree to ours.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ObjectKey, TraversalOperator, UnaryOperator};

use super::ast::{Attribute, Binary, Block, Body, Call, Expr, ExprKind, For, Step, Unary};
use super::template::Style;
use super::{Place, SyntaxError};
use crate::budget::Budget;
use crate::source::Span;
use crate::value::Number;

/// Converts what was parsed from `text`.
pub(super) struct Convert<'t> {
    pub(super) text: &'t str,
    place: Place,
    budget: &'t Budget,
}

type Result<T> = std::result::Result<T, SyntaxError>;

impl<'t> Convert<'t> {
    pub(super) fn new(text: &'t str, place: Place, budget: &'t Budget) -> Self {
        Convert { text, place, budget }
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        self.place.span(range.unwrap_or(0..0))
    }

    /// Charges for a node and says where it stands.
    fn charge(&self, range: Option<Range<usize>>) -> Result<Span> {
        let span = self.span(range);
        let paid = self.budget.nodes(1);
        paid.map_err(|limit| SyntaxError { message: limit.to_string(), span, template: false })?;
        Ok(span)
    }

    pub(super) fn body(&self, body: &hcl_edit::structure::Body) -> Result<Body> {
        let mut out = Body::default();
        for structure in body {
            self.charge(structure.span())?;
            match structure {
                hcl_edit::structure::Structure::Attribute(attribute) => out.attributes.push(Attribute {
                    name: attribute.key.as_str().into(),
                    key: self.span(attribute.key.span()),
                    expr: self.expr(&attribute.value)?,
                }),
                hcl_edit::structure::Structure::Block(block) => out.blocks.push(Block {
                    kind: block.ident.as_str().into(),
                    labels: block.labels.iter().map(|label| label.as_str().into()).collect(),
                    body: self.body(&block.body)?,
                    key: self.span(block.ident.span()),
                    span: self.span(block.span()),
                }),
            }
        }
        Ok(out)
    }

    pub(super) fn expr(&self, expr: &Expression) -> Result<Expr> {
        let span = self.charge(expr.span())?;
        Ok(Expr { kind: self.kind(expr)?, span })
    }

    fn boxed(&self, expr: &Expression) -> Result<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    fn exprs<'e>(&self, list: impl IntoIterator<Item = &'e Expression>) -> Result<Vec<Expr>> {
        list.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn kind(&self, expr: &Expression) -> Result<ExprKind> {
        Ok(match expr {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(value) => ExprKind::Number(number(value.value())),
            Expression::String(text) => ExprKind::String(text.as_str().into()),
            Expression::Array(list) => ExprKind::List(self.exprs(list)?),
            Expression::Object(object) => ExprKind::Object(self.object(object)?),
            Expression::StringTemplate(template) => self.template(template, Style::Quoted)?,
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, expr.span())?,
            Expression::Parenthesis(inner) => ExprKind::Paren(self.boxed(inner.inner())?),
            Expression::Variable(name) => ExprKind::Variable(name.as_str().into()),
            Expression::Conditional(c) => ExprKind::Conditional(Box::new([
                self.expr(&c.cond_expr)?,
                self.expr(&c.true_expr)?,
                self.expr(&c.false_expr)?,
            ])),
            Expression::FuncCall(call) => self.call(call)?,
            Expression::Traversal(traversal) => self.traversal(traversal)?,
            Expression::UnaryOp(op) => ExprKind::Unary(unary(*op.operator.value()), self.boxed(&op.expr)?),
            Expression::BinaryOp(op) => {
                let operator = binary(*op.operator.value());
                ExprKind::Binary(self.boxed(&op.lhs_expr)?, operator, self.boxed(&op.rhs_expr)?)
            }
            Expression::ForExpr(expr) => ExprKind::For(Box::new(self.for_expr(expr)?)),
        })
    }

    fn object(&self, object: &hcl_edit::expr::Object) -> Result<Vec<(Expr, Expr)>> {
        let mut out = Vec::with_capacity(object.len());
        for (key, value) in object {
            let value = self.expr(value.expr())?;
            let key = match key {
                ObjectKey::Expression(expr) => self.expr(expr)?,
                ObjectKey::Ident(name) => self.bare_key(name.as_str(), name.span(), value.span)?,
            };
            out.push((key, value));
        }
        Ok(out)
    }

    /// A bare word as key. The parser forgets where it stood, so it is found before its value.
    fn bare_key(&self, name: &str, range: Option<Range<usize>>, value: Span) -> Result<Expr> {
        let range = range.or_else(|| {
            let before = self.text.get(..value.start as usize)?;
            let before = before.trim_end().strip_suffix(['=', ':'])?.trim_end();
            before.ends_with(name).then(|| before.len() - name.len()..before.len())
        });
        let span = match range {
            Some(range) => self.charge(Some(range))?,
            None => value,
        };
        Ok(Expr { kind: ExprKind::String(name.into()), span })
    }

    fn call(&self, call: &hcl_edit::expr::FuncCall) -> Result<ExprKind> {
        let names = call.name.namespace.iter().chain([&call.name.name]);
        let name = names.map(|part| part.as_str()).collect::<Vec<_>>().join("::");
        let args = self.exprs(call.args.iter())?;
        Ok(ExprKind::Call(Call { name: name.into(), args, expand: call.args.expand_final() }))
    }

    fn traversal(&self, traversal: &hcl_edit::expr::Traversal) -> Result<ExprKind> {
        let root = self.boxed(&traversal.expr)?;
        let mut steps = Vec::with_capacity(traversal.operators.len());
        for operator in &traversal.operators {
            let span = self.charge(operator.span())?;
            steps.push(match operator.value() {
                TraversalOperator::AttrSplat(_) => Step::AttributeSplat,
                TraversalOperator::FullSplat(_) => Step::Splat,
                TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into()),
                TraversalOperator::Index(expr) => Step::Index(self.expr(expr)?),
                TraversalOperator::LegacyIndex(index) => {
                    let index = i64::try_from(*index.value()).unwrap_or(i64::MAX);
                    Step::Index(Expr { kind: ExprKind::Number(Number::Int(index)), span })
                }
            });
        }
        Ok(ExprKind::Traversal(root, steps))
    }

    fn for_expr(&self, expr: &hcl_edit::expr::ForExpr) -> Result<For> {
        let intro = &expr.intro;
        Ok(For {
            key: intro.key_var.as_ref().map(|name| Arc::from(name.as_str())),
            value: intro.value_var.as_str().into(),
            collection: self.expr(&intro.collection_expr)?,
            result_key: expr.key_expr.as_ref().map(|key| self.expr(key)).transpose()?,
            result: self.expr(&expr.value_expr)?,
            grouping: expr.grouping,
            condition: expr.cond.as_ref().map(|cond| self.expr(&cond.expr)).transpose()?,
        })
    }

    fn heredoc(&self, heredoc: &hcl_edit::template::HeredocTemplate, range: Option<Range<usize>>) -> Result<ExprKind> {
        let raw = range.and_then(|range| self.text.get(range)).unwrap_or_default();
        let style = if raw.starts_with("<<-") { Style::Flush } else { Style::Heredoc };
        self.template(&heredoc.template, style)
    }
}

fn number(number: &hcl_edit::Number) -> Number {
    match number.as_i64() {
        Some(n) => Number::Int(n),
        None => Number::from_f64(number.as_f64().unwrap_or(0.0)),
    }
}

fn unary(operator: UnaryOperator) -> Unary {
    match operator {
        UnaryOperator::Neg => Unary::Negative,
        UnaryOperator::Not => Unary::Not,
    }
}

fn binary(operator: BinaryOperator) -> Binary {
    match operator {
        BinaryOperator::Eq => Binary::Equal,
        BinaryOperator::NotEq => Binary::NotEqual,
        BinaryOperator::LessEq => Binary::LessOrEqual,
        BinaryOperator::GreaterEq => Binary::GreaterOrEqual,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::Plus => Binary::Plus,
        BinaryOperator::Minus => Binary::Minus,
        BinaryOperator::Mul => Binary::Times,
        BinaryOperator::Div => Binary::Divided,
        BinaryOperator::Mod => Binary::Modulo,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Or => Binary::Or,
    }
}
