//! Pipelines that build and deploy: GitHub Actions and GitLab CI.

mod expression;
mod github;
mod github_uses;
mod gitlab;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::format::{Document, Form};
use crate::model::{Built, Context, Model};
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::source::{Source, Span};
use crate::value::Value;

/// Pipelines among the documents of an audit.
pub const MODEL: Model = Model { domain: Domain::Ci, build };

/// True for a text that may be a pipeline, by its path and by words that every pipeline has.
pub fn is_pipeline(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let begins = |key: &str| {
        memchr::memmem::find_iter(text.as_bytes(), key).any(|at| at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))
    };
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    path.contains(".github/workflows/")
        || name.ends_with(".gitlab-ci.yml")
        || name.ends_with(".gitlab-ci.yaml")
        || path.contains("/.gitlab/ci/")
        || begins("jobs:") && (has("steps:") || has("uses:"))
        || matches!(name, "action.yml" | "action.yaml") && begins("runs:")
}

fn build(documents: &[&Document], context: &Context) -> Built {
    let mut built = Built::default();
    for document in documents.iter().filter(|document| document.form == Form::Yaml) {
        let Some(root) = document.body.documents().iter().find(|root| root.as_map().is_some()) else { continue };
        let source = context.sources.get(document.source);
        let path = source.map_or_else(|| document.path.clone(), |it| it.path.clone());
        let mut sink = Sink { source, scope: Scope { domain: Domain::Ci, path }, resources: Vec::new() };
        let ours = if gitlab::is_pipeline(&document.path) {
            gitlab::add(root, &mut sink)
        } else {
            github::add(root, &document.path, &mut sink)
        };
        if !ours {
            continue;
        }
        built.used.push(document.source);
        match context.budget.instances(sink.resources.len() as u64) {
            Ok(()) => built.resources.extend(sink.resources),
            Err(limit) => built.gaps.push(Gap {
                kind: GapKind::Limit,
                path: sink.scope.path,
                span: Some(root.span),
                message: limit.to_string(),
                hint: None,
            }),
        }
    }
    built
}

/// Takes the resources of one file.
struct Sink<'s> {
    source: Option<&'s Source>,
    scope: Scope,
    resources: Vec<Resource>,
}

impl Sink<'_> {
    fn push(&mut self, kind: &str, address: impl Into<Arc<str>>, attributes: Vec<(&str, Value)>, span: Span) {
        let attributes = Value::object(attributes, span);
        let (scope, address) = (self.scope.clone(), address.into());
        self.resources.push(Resource { kind: kind.into(), address, attributes, span, scope });
    }
}
