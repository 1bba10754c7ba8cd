//! The tree of HashiCorp's configuration language. Every node knows where it stands.

use std::sync::Arc;

use crate::source::Span;
use crate::value::Number;

/// The content of a file or of a block.
#[derive(Debug, Default)]
pub struct Body {
    /// `name = expression`, in the order of the text.
    pub attributes: Vec<Attribute>,
    /// Blocks, in the order of the text.
    pub blocks: Vec<Block>,
}

impl Body {
    /// The attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of this kind, in order.
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

/// `name = expression`.
#[derive(Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub key: Span,
    /// Its expression.
    pub expr: Expr,
}

/// `kind "label" { ... }`.
#[derive(Debug)]
pub struct Block {
    /// Its first word.
    pub kind: Arc<str>,
    /// Its labels.
    pub labels: Vec<Arc<str>>,
    /// What is between the braces.
    pub body: Body,
    /// Where its first word stands.
    pub key: Span,
    /// The whole block.
    pub span: Span,
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Number(Number),
    /// A text without interpolation, quoted or heredoc.
    String(Arc<str>),
    /// A text with interpolations or directives.
    Template(Vec<Part>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ k = v }`; a bare word as key has become a text.
    Object(Vec<(Expr, Expr)>),
    /// A name.
    Variable(Arc<str>),
    /// An expression followed by steps into it.
    Traversal(Box<Expr>, Vec<Step>),
    /// `name(a, b...)`
    Call(Call),
    /// `!a`, `-a`
    Unary(Unary, Box<Expr>),
    /// `a + b`
    Binary(Box<Expr>, Binary, Box<Expr>),
    /// `condition ? yes : no`
    Conditional(Box<[Expr; 3]>),
    /// `[for ...]`, `{for ...}`
    For(Box<For>),
    /// `(a)`
    Paren(Box<Expr>),
}

/// A piece of a template.
#[derive(Debug)]
pub enum Part {
    /// Literal text, escapes resolved, strip markers applied.
    Text(Arc<str>),
    /// `${ ... }`
    Value(Expr),
    /// `%{ if ... } ... %{ else } ... %{ endif }`
    If {
        /// The condition.
        condition: Expr,
        /// If true.
        then: Vec<Part>,
        /// If false.
        otherwise: Vec<Part>,
    },
    /// `%{ for ... } ... %{ endfor }`
    For {
        /// Name of the key or index, if there is one.
        key: Option<Arc<str>>,
        /// Name of the value.
        value: Arc<str>,
        /// What is gone through.
        collection: Expr,
        /// What is written each time.
        body: Vec<Part>,
    },
}

/// A step of a traversal.
#[derive(Debug)]
pub enum Step {
    /// `.name`
    Attribute(Arc<str>),
    /// `[expression]`, and `.0`
    Index(Expr),
    /// `.*`: attributes that follow apply to each element.
    AttributeSplat,
    /// `[*]`: everything that follows applies to each element.
    Splat,
}

/// A function call.
#[derive(Debug)]
pub struct Call {
    /// The function's name, `provider::` and all.
    pub name: Arc<str>,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// True if the last argument is followed by `...`.
    pub expand: bool,
}

/// `for` in brackets or braces.
#[derive(Debug)]
pub struct For {
    /// Name of the key or index, if there is one.
    pub key: Option<Arc<str>>,
    /// Name of the value.
    pub value: Arc<str>,
    /// What is gone through.
    pub collection: Expr,
    /// The key expression of an object; `None` makes a list.
    pub result_key: Option<Expr>,
    /// The value expression.
    pub result: Expr,
    /// `...`: values of one key are gathered in a list.
    pub grouping: bool,
    /// `if ...`
    pub condition: Option<Expr>,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `!`
    Not,
    /// `-`
    Negative,
}

/// Operators with two operands.
#[allow(missing_docs)] // each is its own sign
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divided,
    Modulo,
    And,
    Or,
}
