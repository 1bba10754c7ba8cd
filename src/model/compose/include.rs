//! `include`: other Compose files whose resources belong to the project
//! (<https://docs.docker.com/reference/compose-file/include/>).
//!
//! Each is read with a project directory and a `.env` of its own, over which the variables of the project
//! that includes it stand. Paths to files of variables and to services that are extended are made
//! relative to the including project, so that they lead to the same files from there.

use std::collections::HashSet;
use std::sync::Arc;

use super::files::{Files, split};
use super::interpolate::Environment;
use super::merge;
use crate::format::Document;
use crate::model::resolved;
use crate::model::tree::{Entries, entries, list};
use crate::resource::{Gap, GapKind};
use crate::source::{SourceId, Span};
use crate::value::Value;

/// Deepest chain of files that include each other.
const MAX_CHAIN: usize = 20;

/// Most files that one project includes.
const MAX_FILES: usize = 500;

/// What a project includes.
pub struct Included<'p, 'a> {
    files: &'p Files<'a>,
    /// The directory of the project, with its slash.
    home: &'p str,
    count: usize,
}

/// One entry of `include` in its long form.
struct Part {
    /// Paths as written.
    paths: Vec<Arc<str>>,
    directory: Option<Arc<str>>,
    env_files: Vec<Arc<str>>,
    span: Span,
}

/// The files that others include, but for those of a circle that none leads into.
pub fn included<'a>(all: impl Iterator<Item = &'a Document>) -> HashSet<SourceId> {
    let all: Vec<&Document> = all.collect();
    let edge = |document: &&Document| -> Vec<SourceId> {
        let directory = split(&document.path).0.trim_end_matches('/');
        let roots = document.body.documents().iter();
        let paths = roots.flat_map(parts).flat_map(|part| part.paths);
        let paths: HashSet<String> = paths.map(|path| resolved(directory, &path)).collect();
        let others = all.iter().filter(|other| other.source != document.source && paths.contains(&*other.path));
        others.map(|other| other.source).collect()
    };
    let edges: std::collections::HashMap<SourceId, Vec<SourceId>> =
        all.iter().map(|document| (document.source, edge(document))).collect();
    let named: HashSet<SourceId> = edges.values().flatten().copied().collect();
    let (first, rest): (Vec<&Document>, Vec<&Document>) = all.iter().partition(|one| !named.contains(&one.source));
    let mut reached: HashSet<SourceId> = HashSet::new();
    let mut roots: HashSet<SourceId> = HashSet::new();
    for document in first.into_iter().chain(rest) {
        if reached.contains(&document.source) {
            continue;
        }
        roots.insert(document.source);
        let mut todo = vec![document.source];
        while let Some(next) = todo.pop() {
            if reached.insert(next) {
                todo.extend(edges.get(&next).into_iter().flatten());
            }
        }
    }
    named.difference(&roots).copied().collect()
}

impl<'p, 'a> Included<'p, 'a> {
    /// Nothing so far; `home` is the directory of the project.
    pub fn new(files: &'p Files<'a>, home: &'p str) -> Self {
        Included { files, home, count: 0 }
    }

    /// `root`, which stands in `directory`, with what it includes beneath it. `chain` are the files that
    /// lead here.
    pub fn completed(
        &mut self,
        root: Value,
        directory: &str,
        environment: &Environment,
        chain: &mut Vec<SourceId>,
        gaps: &mut Vec<Gap>,
    ) -> Value {
        let mut whole = root.clone();
        for part in parts(&root) {
            match self.part(&part, directory, environment, chain, gaps) {
                Ok(below) => whole = merge::roots(&below, &whole, self.files.budget()),
                Err((kind, message)) => gaps.extend(self.gap(kind, part.span, message)),
            }
        }
        whole
    }

    fn part(
        &mut self,
        part: &Part,
        directory: &str,
        environment: &Environment,
        chain: &mut Vec<SourceId>,
        gaps: &mut Vec<Gap>,
    ) -> Result<Value, (GapKind, String)> {
        let from = directory.trim_end_matches('/');
        let found = part.paths.iter().map(|path| {
            let missing = || (GapKind::Missing, format!("{path}, which is included, is not among what was read"));
            self.files.compose_file(&resolved(from, path)).ok_or_else(missing)
        });
        let documents: Vec<&'a Document> = found.collect::<Result<_, _>>()?;
        let Some(first) = documents.first() else {
            return Err((GapKind::Unparsed, "an include without a path".into()));
        };
        if documents.iter().any(|document| chain.contains(&document.source)) {
            return Err((GapKind::Unparsed, "a file that includes itself; Compose refuses this".into()));
        }
        self.count += documents.len();
        if chain.len() >= MAX_CHAIN || self.count > MAX_FILES {
            return Err((GapKind::Limit, format!("more than {MAX_FILES} included files, or {MAX_CHAIN} in a row")));
        }
        let own = match &part.directory {
            Some(directory) => format!("{}/", resolved(from, directory)),
            None => split(&first.path).0.to_owned(),
        };
        let mut variables =
            if part.env_files.is_empty() { self.files.environment(&own) } else { Environment::default() };
        for file in &part.env_files {
            match self.files.variables(&resolved(from, file)) {
                Some(more) => variables = variables.below(&more),
                None => {
                    let message = format!("the variables of {file} are not among what was read");
                    gaps.extend(self.gap(GapKind::Note, part.span, message));
                }
            }
        }
        let variables = variables.below(environment);
        let root = self.files.root(&documents, &variables);
        let root = root.ok_or((GapKind::Unparsed, "an included file that is empty".to_owned()))?;
        let before = chain.len();
        chain.extend(documents.iter().map(|document| document.source));
        let root = self.completed(root, &own, &variables, chain, gaps);
        chain.truncate(before);
        Ok(self.rebased(&root, own.trim_end_matches('/')))
    }

    /// The services with their paths as seen from the project; `include` itself is done.
    fn rebased(&self, root: &Value, from: &str) -> Value {
        let mut all = entries(root);
        all.shift_remove("include");
        all.shift_remove("name");
        if let Some(services) = all.get_mut("services") {
            let mut changed = entries(&services.value);
            changed.values_mut().for_each(|service| service.value = self.rebased_service(&service.value, from));
            services.value = Value::map(changed, services.value.span);
        }
        Value::map(all, root.span)
    }

    fn rebased_service(&self, service: &Value, from: &str) -> Value {
        let mut all: Entries = entries(service);
        let path = |value: &Value| match value.as_str() {
            Some(text) => {
                let whole = resolved(from, text);
                let near = whole.strip_prefix(self.home).map_or(whole.as_str(), |near| near);
                Value::string(near, value.span)
            }
            None => value.clone(),
        };
        let within = |value: &Value, key: &str| {
            let mut all = entries(value);
            all.get_mut(key).into_iter().for_each(|entry| entry.value = path(&entry.value));
            Value::map(all, value.span)
        };
        if let Some(files) = all.get_mut("env_file") {
            let each = |file: &Value| if file.as_map().is_some() { within(file, "path") } else { path(file) };
            files.value = Value::list(list(&files.value).iter().map(each).collect(), files.value.span);
        }
        if let Some(extends) = all.get_mut("extends").filter(|extends| extends.value.get("file").is_some()) {
            extends.value = within(&extends.value, "file");
        }
        if all.is_empty() { service.clone() } else { Value::map(all, service.span) }
    }

    fn gap(&self, kind: GapKind, span: Span, message: String) -> Option<Gap> {
        self.files.gap_at(kind, span, message)
    }
}

/// The entries of `include`, each in its long form.
fn parts(root: &Value) -> Vec<Part> {
    let items = root.get("include").map(list).unwrap_or_default();
    let texts = |value: Option<&Value>| -> Vec<Arc<str>> {
        let all = value.map(list).unwrap_or_default();
        // A path that is not known is shown by what it depends on, and found nowhere.
        let text = |value: &Value| match value.as_unknown() {
            Some(unknown) => Some(format!("${{{}}}", unknown.what).into()),
            None => value.as_str().map(Arc::from),
        };
        all.iter().filter_map(text).collect()
    };
    let part = |item: &Value| match item.as_map() {
        None => Part { paths: texts(Some(item)), directory: None, env_files: Vec::new(), span: item.span },
        Some(map) => Part {
            paths: texts(map.get("path")),
            directory: map.get("project_directory").and_then(Value::as_str).map(Arc::from),
            env_files: texts(map.get("env_file")),
            span: item.span,
        },
    };
    items.iter().map(part).collect()
}
