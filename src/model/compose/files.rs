//! Which documents are Compose files, and which of them make a project together.
//!
//! <https://docs.docker.com/compose/intro/compose-application-model/>: `compose.yaml` is preferred to
//! `docker-compose.yaml`, and an override file beside it is merged over it. Every other Compose file is a
//! project of its own, unless its services say neither `image` nor `build`: then it is written to be merged
//! over the project of its directory with `-f`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::budget::Budget;
use crate::format::{Document, Form};
use crate::model::Context;
use crate::model::compose::include::{self, Included};
use crate::model::compose::interpolate::{Environment, interpolated};
use crate::model::compose::merge;
use crate::resource::{Gap, GapKind};
use crate::source::{SourceId, Span};
use crate::value::{Entry, Map, Value};

/// The base files of a project, in the order in which Compose looks for them.
const BASES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// The files that are merged over a base, in the same order.
const OVERRIDES: [&str; 4] =
    ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// Everything that the model reads.
pub struct Files<'a> {
    context: &'a Context<'a>,
    /// The Compose files by path.
    compose: BTreeMap<&'a str, &'a Document>,
    /// Files of variables by path.
    variables: BTreeMap<&'a str, &'a Document>,
    /// Files of the format's first version.
    old: Vec<&'a Document>,
    used: RefCell<BTreeSet<SourceId>>,
}

/// The files that Compose would read together, merged.
pub struct Project<'a> {
    /// The first file.
    pub main: &'a Document,
    /// The merged files, variables replaced.
    pub root: Value,
    /// The directory of the first file, with its slash.
    pub directory: &'a str,
    /// The variables of its `.env`.
    pub environment: Environment,
    /// True if the file is meant to be merged over a base that was not read.
    pub lacks_base: bool,
}

impl<'a> Files<'a> {
    /// Picks the Compose files and the files of variables.
    pub fn find(documents: &[&'a Document], context: &'a Context<'a>) -> Files<'a> {
        let mut files = Files {
            context,
            compose: BTreeMap::new(),
            variables: BTreeMap::new(),
            old: Vec::new(),
            used: RefCell::default(),
        };
        for document in documents {
            match document.form {
                Form::Yaml if is_compose(document) => files.compose.insert(&document.path, document),
                Form::Yaml if is_old(document) => {
                    files.old.push(document);
                    None
                }
                Form::Dotenv => files.variables.insert(&document.path, document),
                _ => None,
            };
        }
        let all = files.compose.values().map(|document| document.source);
        files.used.borrow_mut().extend(all);
        files
    }

    /// The sources that were recognised.
    pub fn used(&self) -> Vec<SourceId> {
        self.used.borrow().iter().copied().collect()
    }

    /// The path of a document as the user knows it.
    pub fn display(&self, document: &Document) -> Arc<str> {
        self.context.sources.get(document.source).map_or_else(|| document.path.clone(), |source| source.path.clone())
    }

    /// The limits.
    pub fn budget(&self) -> &'a Budget {
        self.context.budget
    }

    /// Every project, in the order of their paths.
    pub fn projects(&self, gaps: &mut Vec<Gap>) -> Vec<Project<'a>> {
        let mut projects = Vec::new();
        for document in &self.old {
            let message = "the first version of the Compose format, which Compose no longer reads".into();
            gaps.push(self.gap(document, GapKind::Unrecognised, Span::new(document.source, 0..0), message));
        }
        let included = include::included(self.compose.values().copied());
        for (path, document) in self.compose.iter().filter(|(_, document)| !included.contains(&document.source)) {
            let (directory, name) = split(path);
            let base = self.base_of(directory);
            if OVERRIDES.contains(&name) && base.is_some() {
                continue;
            }
            let mut files = vec![*document];
            if base.is_some_and(|base| base.source == document.source) {
                let found = OVERRIDES.iter().find_map(|name| self.compose_file(&format!("{directory}{name}")));
                files.extend(found);
            }
            if let Some(project) = self.project(directory, document, &files, base, gaps) {
                projects.push(project);
            }
        }
        projects
    }

    fn base_of(&self, directory: &str) -> Option<&'a Document> {
        BASES.iter().find_map(|name| self.compose_file(&format!("{directory}{name}")))
    }

    /// The Compose file at `path`.
    pub fn compose_file(&self, path: &str) -> Option<&'a Document> {
        self.compose.get(path).copied()
    }

    fn project(
        &self,
        directory: &'a str,
        main: &'a Document,
        files: &[&'a Document],
        base: Option<&'a Document>,
        gaps: &mut Vec<Gap>,
    ) -> Option<Project<'a>> {
        let environment = self.environment(directory);
        let mut root = self.root(files, &environment)?;
        let mut included = Included::new(self, directory);
        root = included.completed(root, directory, &environment, &mut vec![main.source], gaps);
        let mut lacks_base = false;
        let bare = bare_services(&root);
        if let Some((first, span)) = bare.first() {
            let under = base.filter(|base| base.source != main.source);
            let under = under.and_then(|base| self.root(&[base], &environment));
            let under = under.filter(|base| bare.iter().all(|(name, _)| service(base, name).is_some()));
            match under {
                Some(base) => root = merge::roots(&base, &root, self.budget()),
                None => {
                    lacks_base = true;
                    let message = format!("the service {first} has no image and no build: a part of it is elsewhere");
                    gaps.push(self.gap(main, GapKind::Missing, *span, message));
                }
            }
        }
        Some(Project { main, root, directory, environment, lacks_base })
    }

    /// The files merged in order, variables replaced.
    pub fn root(&self, files: &[&Document], environment: &Environment) -> Option<Value> {
        let mut roots = files.iter().map(|document| self.file_root(document, environment));
        let first = roots.next()??;
        Some(roots.flatten().fold(first, |under, over| merge::roots(&under, &over, self.budget())))
    }

    /// One file, variables replaced. Several YAML documents in one file are merged in order.
    pub fn file_root(&self, document: &Document, environment: &Environment) -> Option<Value> {
        let size = self.context.sources.get(document.source).map_or(0, |source| source.text.len());
        let roots = document.body.documents().iter().filter(|root| root.as_map().is_some());
        let mut roots = roots.map(|root| interpolated(root, environment, self.budget(), size));
        let first = roots.next()?;
        Some(roots.fold(first, |under, over| merge::roots(&under, &over, self.budget())))
    }

    /// The variables of the project in `directory`: those of its `.env`.
    pub fn environment(&self, directory: &str) -> Environment {
        self.variables(&format!("{directory}.env")).unwrap_or_default()
    }

    /// The variables of the file at `path`, if it was read.
    pub fn variables(&self, path: &str) -> Option<Environment> {
        let document = self.variables.get(path)?;
        self.used.borrow_mut().insert(document.source);
        let source = self.context.sources.get(document.source);
        let map = document.body.documents().first().and_then(Value::as_map)?;
        let literal = |value: &Value| source.is_some_and(|source| source.slice(value.span).starts_with('\''));
        Some(Environment::of(map, literal))
    }

    /// A gap at a place in one of the files.
    pub fn gap_at(&self, kind: GapKind, span: Span, message: String) -> Option<Gap> {
        let path = self.context.sources.get(span.source)?.path.clone();
        Some(Gap { kind, path, span: Some(span), message, hint: None })
    }

    /// A gap in a document.
    pub fn gap(&self, document: &Document, kind: GapKind, span: Span, message: String) -> Gap {
        Gap { kind, path: self.display(document), span: Some(span), message, hint: None }
    }
}

/// A path's directory, with its slash, and its last name.
pub fn split(path: &str) -> (&str, &str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    (path.strip_suffix(name).unwrap_or(""), name)
}

/// The service of that name.
pub fn service<'v>(root: &'v Value, name: &str) -> Option<&'v Value> {
    root.get("services")?.as_map()?.get(name)
}

/// The services that say neither what they run nor whom they extend, and where.
fn bare_services(root: &Value) -> Vec<(Arc<str>, Span)> {
    let services = root.get("services").and_then(Value::as_map);
    let bare = services.into_iter().flat_map(Map::iter).filter(|(_, entry)| is_bare(&entry.value));
    bare.map(|(name, Entry { key, .. })| (name.clone(), *key)).collect()
}

fn is_bare(service: &Value) -> bool {
    let says = |key: &str| service.get(key).is_some();
    service.as_map().is_some() && !["image", "build", "extends", "provider"].into_iter().any(says)
}

/// True for a file name such as `compose.yaml`, `docker-compose.prod.yml`.
fn is_named(path: &str) -> bool {
    let (_, name) = split(path);
    let name = name.to_ascii_lowercase();
    let stem = name.strip_prefix("docker-").unwrap_or(&name);
    stem.strip_prefix("compose").is_some_and(|rest| rest.starts_with(['.', '-', '_']))
}

/// True for a file whose services stand at the top, as before 2016.
fn is_old(document: &Document) -> bool {
    let root = document.body.documents().iter().find_map(Value::as_map);
    let Some(root) = root.filter(|root| is_named(&document.path) && root.get("services").is_none()) else {
        return false;
    };
    let mut all = root.iter().map(|(_, entry)| &entry.value);
    all.any(|value| value.get("image").is_some() || value.get("build").is_some())
}

/// True for a document that is a Compose file by its name or by its content.
fn is_compose(document: &Document) -> bool {
    let Some(root) = document.body.documents().iter().find_map(Value::as_map) else { return false };
    let named = is_named(&document.path);
    let Some(services) = root.get("services").and_then(Value::as_map) else {
        return named && (root.get("include").is_some() || root.get("networks").is_some());
    };
    let mut all = services.iter().map(|(_, entry)| &entry.value);
    if named {
        return true;
    }
    let is_service = |value: &Value| ["image", "build", "extends"].iter().any(|key| value.get(key).is_some());
    // Elsewhere `services` holds other things: a list in CI files, names in a Symfony configuration.
    !services.is_empty()
        && all.all(|value| value.as_map().is_some())
        && services.iter().any(|(_, one)| is_service(&one.value))
}
