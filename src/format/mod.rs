//! Syntax: bytes to trees with spans. What the trees mean is the models' business.
//!
//! A new syntax is one file here, one [`Form`] and one line in [`parse`].

pub mod dockerfile;
pub mod dotenv;
pub mod hcl;
pub mod json;
pub mod lines;
mod text;
mod tree;
pub mod yaml;

use std::sync::Arc;

use crate::budget::Budget;
use crate::source::{Source, SourceId, Span};
use crate::value::Value;

/// The syntax a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// HashiCorp's configuration language, native syntax (`.tf`, `.tofu`, `.tfvars`).
    Hcl,
    /// YAML, any number of documents.
    Yaml,
    /// YAML as Ansible reads it: `yes` and `no` are booleans, and `{{ }}` within a text is text.
    Ansible,
    /// JSON, comments allowed.
    Json,
    /// A Dockerfile.
    Dockerfile,
    /// Lines of `Keyword arguments`, as sshd_config(5) has them.
    Lines,
    /// Lines of `NAME=value` (`.env`).
    Dotenv,
    /// The configuration of a service in a dialect that its model reads itself.
    Text,
}

/// A parsed file.
#[derive(Debug)]
pub struct Document {
    /// The source it was read from.
    pub source: SourceId,
    /// Absolute path with `.` and `..` resolved by name alone: what relative references between
    /// files are resolved against. Never printed.
    pub path: Arc<str>,
    /// Its syntax.
    pub form: Form,
    /// Its tree.
    pub body: Body,
    /// Every comment, marker included, in order.
    pub comments: Vec<Span>,
}

/// The tree of a parsed file.
#[derive(Debug)]
pub enum Body {
    /// YAML and JSON: the documents in order. A tagged YAML node `!Tag v` is the map `{"!Tag": v}`.
    Data(Vec<Value>),
    /// HashiCorp's configuration language.
    Hcl(hcl::Body),
    /// Lines of keywords and arguments.
    Lines(Vec<lines::Line>),
    /// The instructions of a Dockerfile.
    Dockerfile(dockerfile::Dockerfile),
    /// Nothing yet: the text is the tree.
    Text,
}

impl Body {
    /// The documents of YAML and JSON; none for every other syntax.
    pub fn documents(&self) -> &[Value] {
        match self {
            Body::Data(documents) => documents,
            _ => &[],
        }
    }
}

/// A parsed text: its tree and its comments.
#[derive(Debug)]
pub struct Parsed {
    /// The tree.
    pub body: Body,
    /// Every comment, in order.
    pub comments: Vec<Span>,
}

/// A text that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// True if the text is a template that must be rendered before it can be read.
    pub template: bool,
}

/// Parses `source` as `form`. Never panics and never recurses deeper than the budget allows.
pub fn parse(form: Form, source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    match form {
        Form::Hcl => hcl::parse(source, id, budget),
        Form::Yaml => yaml::parse(source, id, budget),
        Form::Ansible => yaml::parse_ansible(source, id, budget),
        Form::Json => json::parse(source, id, budget),
        Form::Dotenv => dotenv::parse(source, id, budget),
        Form::Lines => lines::parse(source, id, budget),
        Form::Dockerfile => dockerfile::parse(source, id, budget),
        Form::Text => Ok(text::parse(source, id)),
    }
}

/// The error for a text that must be rendered first; `span` is where that shows.
fn template_error(span: Span) -> SyntaxError {
    let message = "contains {{ }} templating, which means nothing before it is rendered".into();
    SyntaxError { message, span, template: true }
}
