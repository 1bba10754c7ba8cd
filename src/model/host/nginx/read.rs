//! The configuration of nginx with its includes in their places.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::host::glob;
use crate::model::host::nginx::syntax::{self, Directive};
use crate::model::host::view::{Trouble, View};
use crate::resource::{Gap, GapKind};
use crate::source::Span;
use crate::value::Reason;

/// Deepest chain of includes.
const MAX_DEPTH: usize = 16;
/// Most files that are read, each inclusion counted.
const MAX_FILES: usize = 2_000;

/// Files that every nginx has and that set nothing which is judged.
const SHIPPED: [&str; 7] = [
    "mime.types",
    "fastcgi_params",
    "fastcgi.conf",
    "uwsgi_params",
    "scgi_params",
    "koi-utf",
    "modules-enabled/*.conf",
];

/// A directive with what is included in its block.
#[derive(Clone, Debug)]
pub struct Item {
    /// The directive; a hole has the name [`HOLE`].
    pub name: String,
    /// Its words.
    pub args: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// What is in its block, if it has one.
    pub block: Option<Vec<Item>>,
    /// Why something here is not known, and which file.
    pub hole: Option<(Reason, Arc<str>)>,
}

/// The name of what stands for a file that was not read.
pub const HOLE: &str = "include";

/// Reads a configuration.
pub struct Reader<'a> {
    view: &'a dyn View,
    /// What relative includes start from: the directory of the main file.
    directory: String,
    files: usize,
    /// The file that is being read, as the user knows it.
    path: Arc<str>,
    /// The files that were read, as the host knows them.
    pub read: BTreeSet<String>,
    /// What was not seen.
    pub gaps: Vec<Gap>,
}

impl<'a> Reader<'a> {
    /// A reader; `main` is where the host has the main file.
    pub fn new(view: &'a dyn View, main: &str) -> Self {
        let directory = main.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
        Reader { view, directory, files: 0, path: view.display(main), read: BTreeSet::new(), gaps: Vec::new() }
    }

    /// What `path` says; one hole if it cannot be read. `by` is what names it.
    pub fn file(&mut self, path: &str, by: Span, depth: usize) -> Vec<Item> {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES {
            let message = "included too deeply or too often; nginx does not start with this".to_owned();
            let path = self.view.display(path);
            self.gaps.push(Gap { kind: GapKind::Unparsed, path: path.clone(), span: Some(by), message, hint: None });
            return vec![hole(Reason::Cycle, path, by)];
        }
        let parsed = self.view.read(path).map_err(Trouble::Open).and_then(|text| {
            self.view.budget().nodes(text.text.len() as u64 / 8).map_err(|error| Trouble::Open(error.into()))?;
            syntax::parse(&text).map_err(Trouble::Syntax)
        });
        match parsed {
            Ok(directives) => {
                self.read.insert(path.to_owned());
                let outer = std::mem::replace(&mut self.path, self.view.display(path));
                let items = self.items(directives, depth);
                self.path = outer;
                items
            }
            Err(trouble) => {
                let path = self.view.display(path);
                self.gaps.push(trouble.gap(path.clone()));
                vec![hole(trouble.reason(), path, by)]
            }
        }
    }

    fn items(&mut self, directives: Vec<Directive>, depth: usize) -> Vec<Item> {
        let mut out = Vec::new();
        for Directive { name, args, span, block } in directives {
            if name == "include" && block.is_none() {
                for pattern in &args {
                    out.extend(self.include(pattern, span, depth));
                }
                continue;
            }
            let block = block.map(|block| self.items(block, depth));
            out.push(Item { name, args, span, block, hole: None });
        }
        out
    }

    fn include(&mut self, pattern: &str, span: Span, depth: usize) -> Vec<Item> {
        let absolute = match pattern {
            full if full.starts_with('/') => full.to_owned(),
            relative => format!("{}/{relative}", self.directory),
        };
        let found = glob::expand(self.view, &absolute);
        let mut out = Vec::new();
        for (refused, error) in found.refused {
            let (trouble, path) = (Trouble::Open(error), self.view.display(&refused));
            self.gaps.push(trouble.gap(path.clone()));
            out.push(hole(trouble.reason(), path, span));
        }
        let is_pattern = pattern.contains(['*', '?', '[']);
        if found.paths.is_empty() && !(is_pattern && self.view.is_whole()) && !is_shipped(pattern) {
            // On a whole host nginx does not start without the file; in a repository it is elsewhere.
            let kind = if self.view.is_whole() { GapKind::Missing } else { GapKind::Note };
            let message = format!("includes {pattern}, which is not among what was read");
            let path = self.path.clone();
            self.gaps.push(Gap { kind, path, span: Some(span), message, hint: None });
            out.push(hole(Reason::File, pattern.into(), span));
        }
        for path in found.paths {
            out.extend(self.file(&path, span, depth + 1));
        }
        out
    }
}

fn is_shipped(pattern: &str) -> bool {
    SHIPPED
        .iter()
        .any(|name| pattern.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/')))
}

fn hole(reason: Reason, path: Arc<str>, span: Span) -> Item {
    Item { name: HOLE.to_owned(), args: Vec::new(), span, block: None, hole: Some((reason, path)) }
}
