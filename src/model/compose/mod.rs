//! Compose projects: the services that `docker compose up` would start.
//!
//! Follows the Compose specification (<https://docs.docker.com/reference/compose-file/>): which files of a
//! directory make a project, how they are merged, `extends`, variables from `.env`, and short forms turned
//! into their long ones, so that a rule sees one spelling.

mod extends;
mod files;
mod include;
mod interpolate;
mod merge;
mod mounts;
mod ports;
mod service;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::format::Document;
use crate::model::{Built, Context, Model};
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::source::Span;
use crate::value::{Map, Value};
use extends::Resolver;
use files::{Files, Project};

/// Compose files among the documents of an audit.
pub const MODEL: Model = Model { domain: Domain::Compose, build };

/// Top-level keys whose values are resources that services share.
const SHARED: [&str; 6] = ["name", "networks", "volumes", "secrets", "configs", "include"];

fn build(documents: &[&Document], context: &Context) -> Built {
    let mut built = Built::default();
    let files = Files::find(documents, context);
    for project in files.projects(&mut built.gaps) {
        add(&project, &files, context, &mut built);
    }
    built.used = files.used();
    built
}

/// Adds the resources of one project.
fn add(project: &Project, files: &Files, context: &Context, built: &mut Built) {
    let scope = Scope { domain: Domain::Compose, path: files.display(project.main) };
    let span = project.root.span;
    let Some(root) = project.root.as_map() else { return };
    let services = root.get("services").and_then(Value::as_map);
    let count = 1 + services.map_or(0, Map::len) as u64;
    if let Err(limit) = context.budget.instances(count) {
        return built.gaps.push(Gap {
            kind: GapKind::Limit,
            path: scope.path,
            span: Some(span),
            message: limit.to_string(),
            hint: None,
        });
    }
    let mut gaps = Vec::new();
    let mut push = |kind: &str, address: Arc<str>, attributes, span: Span| {
        built.resources.push(Resource { kind: kind.into(), address, attributes, span, scope: scope.clone() });
    };
    let shared = SHARED.iter().filter_map(|key| Some((*key, root.get(key)?.clone())));
    push("compose.project", scope.path.clone(), Value::object(shared, span), span);
    let resolver = Resolver::new(project, files);
    for (name, entry) in services.into_iter().flat_map(Map::iter) {
        let attributes = service::effective(&resolver, name, &entry.value, &mut gaps);
        push("compose.service", name.clone(), attributes, entry.key.join(entry.value.span));
    }
    built.gaps.extend(gaps);
}
