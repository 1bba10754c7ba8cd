//! Reads and parses what was found. Every file ends in one [`State`], and none disappears.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::budget::Budget;
use crate::discover::{self, File, Found, Guess};
use crate::format::{self, Document, Form, SyntaxError};
use crate::model::Files;
use crate::open::{OpenError, Root, Tree};
use crate::pool;
use crate::resource::{Gap, GapKind};
use crate::source::{Source, SourceId, Sources};

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Read and parsed.
    Read,
    /// Read or only named, and nothing that is audited.
    NotOurs,
    /// It could not be read.
    Unreadable,
    /// It could not be parsed.
    Unparsed,
}

impl State {
    /// Its name.
    pub fn id(self) -> &'static str {
        match self {
            State::Read => "read",
            State::NotOurs => "not-ours",
            State::Unreadable => "unreadable",
            State::Unparsed => "unparsed",
        }
    }
}

/// One file of the audit.
#[derive(Clone, Debug)]
pub struct Input {
    /// Path as the user named it.
    pub path: Arc<str>,
    /// What became of it.
    pub state: State,
    /// Its text, if it was read.
    pub source: Option<SourceId>,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Ingested {
    /// The sources.
    pub sources: Sources,
    /// The parsed files, in the order of their paths.
    pub documents: Vec<Document>,
    /// Every file.
    pub inputs: Vec<Input>,
    /// What could not be read or parsed.
    pub gaps: Vec<Gap>,
}

/// A file that was read: the source and its form, if it is to be parsed.
type Read = Result<Option<(Source, Option<Form>)>, OpenError>;

/// Fewer files than this are read, and their models built, on the calling thread.
pub const WORTH_A_POOL: usize = 8;

/// Reads and parses the files of `found`.
pub fn ingest(found: &Found, budget: &Budget) -> Ingested {
    let read: Vec<Read> =
        pool::map(&found.files, found.files.len() >= WORTH_A_POOL, |file| read(file, &found.roots, budget));
    let mut out = Ingested { gaps: found.gaps.clone(), ..Ingested::default() };
    let mut to_parse = Vec::new();
    for (file, read) in found.files.iter().zip(read) {
        match read {
            Ok(None) => out.input(file.display.clone(), State::NotOurs, None),
            Ok(Some((source, form))) => {
                let id = out.sources.add(source);
                out.input(file.display.clone(), State::NotOurs, Some(id));
                to_parse.extend(form.map(|form| (out.inputs.len() - 1, file.absolute.clone(), id, form)));
            }
            Err(error) => {
                out.input(file.display.clone(), State::Unreadable, None);
                let hint = matches!(error, OpenError::Denied).then(|| "run as a user who may read it".to_owned());
                out.gaps.push(Gap {
                    kind: GapKind::Unreadable,
                    path: file.display.clone(),
                    span: None,
                    message: error.to_string(),
                    hint,
                });
            }
        }
    }
    out.parse(to_parse, budget);
    out
}

/// Reads and parses one text that is not a file (standard input).
pub fn ingest_text(name: &str, bytes: &[u8], budget: &Budget, out: &mut Ingested) {
    let source = Source::new(name, bytes);
    let form = discover::by_text(&source.text);
    out.add(source, name.into(), form, budget);
}

fn read(file: &File, roots: &[Root], budget: &Budget) -> Read {
    if file.guess == Guess::Other {
        return Ok(None);
    }
    let root = roots.get(file.root).ok_or(OpenError::NotFound)?;
    let source = Source::new(file.display.clone(), &root.read(&file.relative, budget)?);
    let form = discover::by_content(file.guess, &file.absolute, &source.text);
    Ok(Some((source, form)))
}

impl Ingested {
    /// Adds and parses one source whose form is known; `path` is what relative references resolve
    /// against.
    pub fn add(&mut self, source: Source, path: Arc<str>, form: Form, budget: &Budget) {
        let name = source.path.clone();
        let id = self.sources.add(source);
        self.input(name, State::NotOurs, Some(id));
        self.parse(vec![(self.inputs.len() - 1, path, id, form)], budget);
    }

    /// Makes one gap of a chart and of its template files that could not be parsed: what it makes is one
    /// thing that was not seen, and is seen by one command.
    pub fn join_charts(&mut self) {
        let is_template = |gap: &Gap| matches!(gap.kind, GapKind::Template | GapKind::Unparsed);
        let mut files: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for chart in self.gaps.iter().filter(|gap| gap.kind == GapKind::Template) {
            if chart.path.rsplit('/').next() == Some("Chart.yaml") {
                files.insert(chart.path.clone(), 0);
            }
        }
        self.gaps.retain(|gap| {
            let chart = is_template(gap).then(|| charts_of(&gap.path).find(|chart| files.contains_key(&**chart)));
            let count = chart.flatten().and_then(|chart| files.get_mut(&*chart));
            count.map(|count| *count += 1).is_none()
        });
        for gap in &mut self.gaps {
            let files = files.get(&gap.path).filter(|count| **count > 0 && gap.kind == GapKind::Template);
            if let Some(count) = files {
                let files = if *count == 1 { "file, which means" } else { "files, which mean" };
                gap.message = format!("a Helm chart with {count} template {files} nothing before rendering");
            }
        }
    }

    fn input(&mut self, path: Arc<str>, state: State, source: Option<SourceId>) {
        self.inputs.push(Input { path, state, source });
    }

    fn parse(&mut self, files: Vec<(usize, Arc<str>, SourceId, Form)>, budget: &Budget) {
        let sources = &self.sources;
        let parsed = pool::map(&files, files.len() >= WORTH_A_POOL, |(_, _, id, form)| {
            sources.get(*id).map(|source| format::parse(*form, source, *id, budget))
        });
        for ((input, path, source, form), parsed) in files.into_iter().zip(parsed) {
            let (state, error) = match parsed {
                Some(Ok(parsed)) => {
                    self.documents.push(Document { source, path, form, body: parsed.body, comments: parsed.comments });
                    (State::Read, None)
                }
                Some(Err(error)) => (State::Unparsed, Some(error)),
                None => (State::Unparsed, None),
            };
            if let Some(input) = self.inputs.get_mut(input) {
                input.state = state;
                self.gaps.extend(error.map(|error| gap(&input.path, error)));
            }
        }
    }
}

/// The charts that a template file may be a part of, the innermost first: those of the directories above its
/// `templates`.
fn charts_of(path: &str) -> impl Iterator<Item = String> {
    let mut starts = path.rmatch_indices("templates/").map(|(start, _)| path.get(..start).unwrap_or(""));
    let above = starts.find(|above| above.is_empty() || above.ends_with('/'));
    let directories = above.into_iter().flat_map(|above| {
        let outer = above.rmatch_indices('/').filter_map(|(end, _)| above.get(..=end));
        outer.chain([""])
    });
    directories.map(|directory| format!("{directory}Chart.yaml"))
}

fn gap(path: &Arc<str>, error: SyntaxError) -> Gap {
    let (kind, hint) = if error.template {
        (GapKind::Template, Some("render it and audit the result: helm template CHART | duecare audit -".to_owned()))
    } else {
        (GapKind::Unparsed, None)
    };
    Gap { kind, path: path.clone(), span: Some(error.span), message: error.message, hint }
}

/// Reads further files beneath the named roots.
pub struct RootFiles<'a> {
    roots: Vec<(PathBuf, &'a Root)>,
    budget: &'a Budget,
}

impl<'a> RootFiles<'a> {
    /// A reader over the roots of `found`.
    pub fn new(found: &'a Found, budget: &'a Budget) -> Self {
        let absolute = |root: &Root| PathBuf::from(&*discover::absolute(root.path()));
        RootFiles { roots: found.roots.iter().map(|root| (absolute(root), root)).collect(), budget }
    }

    /// The root that the path lies beneath, and the path from there.
    fn beneath<'p>(&self, path: &'p str) -> Result<(&'a Root, &'p std::path::Path), OpenError> {
        let path = std::path::Path::new(path);
        let beneath = self.roots.iter().find_map(|(top, root)| Some((*root, path.strip_prefix(top).ok()?)));
        beneath.ok_or(OpenError::Leaves)
    }
}

impl Files for RootFiles<'_> {
    fn names(&self, path: &str) -> Result<Vec<(String, bool)>, OpenError> {
        let (root, relative) = self.beneath(path)?;
        let names = root.list(relative)?;
        self.budget.nodes(names.len() as u64)?;
        let is_dir = |name: &String| root.stat(&relative.join(name)).is_ok_and(|stat| stat.is_dir());
        Ok(names.into_iter().map(|name| (name.clone(), is_dir(&name))).collect())
    }

    fn read(&self, path: &str) -> Result<Arc<str>, OpenError> {
        let (root, relative) = self.beneath(path)?;
        let bytes = root.read(relative, self.budget)?;
        Ok(String::from_utf8_lossy(&bytes).into())
    }
}
