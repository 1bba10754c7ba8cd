//! Meaning: parsed files to resources with effective attributes.
//!
//! A model knows one language as its own tool knows it: precedence, defaults of the *language*
//! (not of the provider: those are a rule's `default`), references, instances. What it cannot know
//! becomes [`crate::value::Data::Unknown`] with a reason, what it could not read becomes a [`Gap`].
//!
//! A new model is one folder here and one line in [`MODELS`].

pub mod ansible;
pub mod base64;
pub mod ci;
pub mod cloudformation;
pub mod compose;
pub mod docker;
pub mod host;
pub mod image;
pub mod kubernetes;
pub mod pieces;
pub mod policy;
mod shell;
pub mod terraform;
#[cfg(test)]
mod testing;
mod tree;
pub mod variables;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::budget::Budget;
use crate::format::Document;
use crate::open::OpenError;
use crate::resource::{Domain, Gap, Resource};
use crate::source::{SourceId, Sources, Span};
use crate::value::{Data, Value};

/// What a model may use besides the documents.
pub struct Context<'a> {
    /// The sources of the documents.
    pub sources: &'a Sources,
    /// The limits.
    pub budget: &'a Budget,
    /// Values given on the command line.
    pub given: &'a Given,
    /// Reads a further file beneath the named roots.
    pub files: &'a dyn Files,
}

/// Values that the operator gives to the models.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Terraform variables of the environment, as text: those that count least.
    pub environment: BTreeMap<String, String>,
    /// Terraform variable files, in order; absolute normalised paths.
    pub var_files: Vec<Arc<str>>,
    /// Terraform variables by name, as text.
    pub variables: BTreeMap<String, String>,
    /// CloudFormation parameters by name, as text.
    pub parameters: BTreeMap<String, String>,
}

/// Reads files beneath the named roots that are not documents (for `file()` and its kind).
pub trait Files: Sync {
    /// The text of the file at `path` (absolute, normalised).
    fn read(&self, path: &str) -> Result<Arc<str>, OpenError>;
    /// The names in the directory at `path`, sorted, and whether each is a directory.
    fn names(&self, path: &str) -> Result<Vec<(String, bool)>, OpenError>;
}

/// What a model made of the documents.
#[derive(Debug, Default)]
pub struct Built {
    /// The resources, in the order of the text.
    pub resources: Vec<Resource>,
    /// What was not seen.
    pub gaps: Vec<Gap>,
    /// The sources that this model recognised as its own, with or without resources in them.
    pub used: Vec<SourceId>,
}

/// One model.
pub struct Model {
    /// The domain of its resources.
    pub domain: Domain,
    /// Picks its documents from all of them and makes resources of those.
    pub build: fn(&[&Document], &Context) -> Built,
}

/// Every model.
pub const MODELS: &[Model] = &[
    terraform::MODEL,
    cloudformation::MODEL,
    kubernetes::MODEL,
    docker::MODEL,
    compose::MODEL,
    ansible::MODEL,
    ci::MODEL,
    host::MODEL,
];

/// The absolute path that `relative` is as seen from `directory`, by its names alone.
fn resolved(directory: &str, relative: &str) -> String {
    let mut names: Vec<&str> = if relative.starts_with('/') { vec![""] } else { directory.split('/').collect() };
    for name in relative.split('/') {
        match name {
            "" | "." => {}
            ".." if names.len() > 1 => {
                names.pop();
            }
            ".." => {}
            name => names.push(name),
        }
    }
    names.join("/")
}

/// The value with everything in it standing at `span`: what was written as a text within a text.
fn standing_at(value: &Value, span: Span) -> Value {
    match &value.data {
        Data::List(list) => Value::list(list.iter().map(|item| standing_at(item, span)).collect(), span),
        Data::Map(map) => Value::object(map.iter().map(|(key, it)| (key.clone(), standing_at(&it.value, span))), span),
        _ => value.clone().at(span),
    }
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn relative_paths_are_resolved_by_name() {
        for (directory, relative, expected) in [
            ("/a/b", "c.yaml", "/a/b/c.yaml"),
            ("/a/b", "./../c/./d.yaml", "/a/c/d.yaml"),
            ("/a", "../../../c", "/c"),
            ("/a", "/x//y", "/x/y"),
        ] {
            assert_eq!(resolved(directory, relative), expected);
        }
    }
}
