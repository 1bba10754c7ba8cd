//! Kustomizations: what `kubectl kustomize` would build of the files that were read
//! (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>).
//!
//! The objects of a base are what its overlays make of it, and are audited as that. What is not done
//! here is noted.

mod generate;
mod names;
mod patch;
mod replace;
mod target;
#[cfg(test)]
mod tests;
mod transform;

use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::object::Found;
use crate::format::{Document, yaml};
use crate::model::{Context, resolved, standing_at};
use crate::resource::{Gap, GapKind};
use crate::source::{Source, SourceId};
use crate::value::{Map, Value};
use generate::Generator;
use target::Target;
use transform::Reach;

/// Keys that change nothing which is audited, or that are done here.
const KNOWN: &[&str] = &[
    "apiVersion",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "crds",
    "generatorOptions",
    "images",
    "kind",
    "labels",
    "metadata",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
];

/// Steps that a change of one object is charged with.
const STEPS_PER_OBJECT: u64 = 50;

/// All kustomizations of the audit.
pub(super) struct Kustomizations<'a> {
    ctx: &'a Context<'a>,
    all: Vec<Kustomization<'a>>,
    by_directory: HashMap<&'a str, usize>,
    documents: HashMap<&'a str, &'a Document>,
    /// What was not done.
    pub(super) gaps: Vec<Gap>,
    /// Kustomizations and patches.
    pub(super) used: Vec<SourceId>,
    /// Files that a kustomization builds from or patches with.
    taken: HashSet<String>,
    built: HashMap<usize, Option<Rc<Vec<Found>>>>,
}

struct Kustomization<'a> {
    directory: &'a str,
    document: &'a Document,
    value: &'a Value,
}

impl<'a> Kustomizations<'a> {
    pub(super) fn of(documents: &[&'a Document], ctx: &'a Context<'a>) -> Self {
        let files = documents.iter().filter(|document| {
            let name = document.path.rsplit('/').next().unwrap_or("");
            matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
        });
        let all = files.filter_map(|document| {
            let (directory, _) = document.path.rsplit_once('/')?;
            let value = document.body.documents().iter().find(|value| value.as_map().is_some())?;
            Some(Kustomization { directory, document, value })
        });
        let all: Vec<_> = all.collect();
        Kustomizations {
            ctx,
            by_directory: all.iter().enumerate().map(|(n, it)| (it.directory, n)).collect(),
            documents: documents.iter().map(|document| (&*document.path, *document)).collect(),
            used: all.iter().map(|it| it.document.source).collect(),
            all,
            gaps: Vec::new(),
            taken: HashSet::default(),
            built: HashMap::default(),
        }
    }

    /// The objects of every kustomization that no other builds on, and those of the files that none
    /// names, given the objects of each file.
    pub(super) fn build(&mut self, files: Vec<(Arc<str>, Vec<Found>)>) -> Vec<Found> {
        if self.all.is_empty() {
            return files.into_iter().flat_map(|(_, objects)| objects).collect();
        }
        let by_file: HashMap<Arc<str>, Vec<Found>> = files.iter().cloned().collect();
        let mut overlays = Vec::new();
        for root in self.roots() {
            if let Some(objects) = self.objects(root, &by_file) {
                overlays.extend(objects.iter().cloned());
            }
        }
        let free = files.into_iter().filter(|(path, _)| !self.taken.contains(&**path));
        free.flat_map(|(_, objects)| objects).chain(overlays).collect()
    }

    /// Those that no other builds on, and one of each circle.
    fn roots(&self) -> Vec<usize> {
        let parts = |n: usize| self.all.get(n).map(|it| self.parts(it)).unwrap_or_default();
        let built_on: HashSet<usize> =
            (0..self.all.len()).flat_map(|n| parts(n).into_iter().filter(move |m| *m != n)).collect();
        let is_component = |n: &usize| {
            self.all.get(*n).and_then(|it| it.value.get("kind")).and_then(Value::as_str) == Some("Component")
        };
        let (first, rest): (Vec<usize>, Vec<usize>) = (0..self.all.len()).partition(|n| !built_on.contains(n));
        let mut reached = HashSet::default();
        let mut roots = Vec::new();
        for root in first.into_iter().chain(rest) {
            if reached.contains(&root) || is_component(&root) {
                continue;
            }
            roots.push(root);
            let mut todo = vec![root];
            while let Some(next) = todo.pop() {
                if reached.insert(next) {
                    todo.extend(parts(next));
                }
            }
        }
        roots
    }

    /// The kustomizations that one is built from.
    fn parts(&self, it: &Kustomization) -> Vec<usize> {
        let entries = ["resources", "bases", "components"].into_iter().flat_map(|key| texts(it.value, key));
        entries.filter_map(|entry| self.by_directory.get(&*resolved(it.directory, entry.0)).copied()).collect()
    }

    fn objects(&mut self, index: usize, files: &HashMap<Arc<str>, Vec<Found>>) -> Option<Rc<Vec<Found>>> {
        if let Some(known) = self.built.get(&index) {
            return known.clone();
        }
        // While it is being built it is not there, so that a circle ends.
        self.built.insert(index, None);
        let mut objects = Vec::new();
        self.apply(index, files, &mut objects);
        let objects = Some(Rc::new(objects));
        self.built.insert(index, objects.clone());
        objects
    }

    /// Adds the resources of a kustomization to the objects, and changes all of them.
    fn apply(&mut self, index: usize, files: &HashMap<Arc<str>, Vec<Found>>, objects: &mut Vec<Found>) {
        let Some(it) = self.all.get(index) else { return };
        let (directory, value) = (it.directory, it.value);
        let mut seen: HashSet<(String, String, String)> = objects.iter().map(Found::identity).collect();
        for (entry, span) in texts(value, "resources").chain(texts(value, "bases")) {
            let path = resolved(directory, entry);
            let found = match (self.by_directory.get(&*path).copied(), files.get(&*path)) {
                (Some(base), _) if base != index => self.objects(base, files),
                (_, Some(found)) => Some(Rc::new(found.clone())),
                _ => None,
            };
            self.taken.insert(path.clone());
            match found {
                // One object may come in twice, by two ways.
                Some(found) => objects.extend(found.iter().filter(|it| seen.insert(it.identity())).cloned()),
                None if self.documents.contains_key(&*path) => {}
                None => self.gap(index, GapKind::Missing, Some(span), format!("{entry} was not read")),
            }
        }
        for (entry, span) in texts(value, "components") {
            match self.by_directory.get(&*resolved(directory, entry)).copied() {
                Some(component) if !self.built.contains_key(&component) => {
                    self.built.insert(component, None);
                    self.apply(component, files, objects);
                    self.built.remove(&component);
                }
                Some(_) => {}
                None => self.gap(index, GapKind::Missing, Some(span), format!("{entry} was not read")),
            }
        }
        self.generate(index, objects);
        self.patches(index, objects);
        let transformers = value.as_map().into_iter().flat_map(Map::iter);
        let transformers: usize = transformers.map(|(_, it)| it.value.as_list().map_or(1, |list| list.len())).sum();
        if self.affords(index, objects.len() * transformers) {
            transformed(value, objects);
            self.replacements(index, objects);
        }
        self.note(index);
    }

    fn generate(&mut self, index: usize, objects: &mut Vec<Found>) {
        let Some(it) = self.all.get(index) else { return };
        let source = it.document.source;
        let generator = Generator { ctx: self.ctx, directory: it.directory, source, value: it.value };
        for (span, message) in generator.add(objects) {
            self.gap(index, GapKind::Note, Some(span), message);
        }
    }

    /// Replacements, written here or in a file beside.
    fn replacements(&mut self, index: usize, objects: &mut [Found]) {
        let Some(it) = self.all.get(index) else { return };
        let (directory, value) = (it.directory, it.value);
        for item in value.get("replacements").and_then(Value::as_list).into_iter().flat_map(|list| list.iter()) {
            let file = item.get("path").and_then(Value::as_str);
            let document = file.and_then(|file| self.documents.get(&*resolved(directory, file)).copied());
            let all: Vec<Value> = match (file, document) {
                (None, _) => vec![item.clone()],
                (Some(_), Some(document)) => {
                    self.used.push(document.source);
                    let roots = document.body.documents().iter();
                    roots
                        .flat_map(|root| root.as_list().map_or_else(|| vec![root.clone()], |list| list.to_vec()))
                        .collect()
                }
                (Some(file), None) => {
                    self.gap(index, GapKind::Missing, Some(item.span), format!("{file} was not read"));
                    continue;
                }
            };
            for one in all {
                let done = self.affords(index, objects.len()).then(|| replace::replaced(objects, &one));
                if let Some(Err(message)) = done {
                    self.gap(index, GapKind::Note, Some(item.span), message);
                }
            }
        }
    }

    fn patches(&mut self, index: usize, objects: &mut Vec<Found>) {
        let Some(it) = self.all.get(index) else { return };
        let value = it.value;
        for key in ["patchesStrategicMerge", "patches", "patchesJson6902"] {
            for item in value.get(key).and_then(Value::as_list).into_iter().flat_map(|list| list.iter()) {
                let Some((patches, document)) = self.patch(index, item) else {
                    self.gap(index, GapKind::Missing, Some(item.span), "a patch was not read".into());
                    continue;
                };
                if !self.affords(index, objects.len() * patches.len()) {
                    return;
                }
                let target = item.get("target").map(Target::of);
                let applied = patches.iter().filter(|patch| patched(objects, patch, target.as_ref())).count();
                match document {
                    _ if applied == 0 => {
                        self.gap(index, GapKind::Note, Some(item.span), "a patch that could not be applied".into());
                    }
                    // Only what was applied is a patch; anything else is audited as what it says it is.
                    Some(document) => {
                        self.used.push(document.source);
                        self.taken.insert(document.path.to_string());
                    }
                    None => {}
                }
            }
        }
    }

    /// The documents of a patch: of a file, or of a text in the kustomization itself.
    fn patch(&self, index: usize, item: &Value) -> Option<(Vec<Value>, Option<&'a Document>)> {
        let directory = self.all.get(index)?.directory;
        let written = ["path", "patch"].into_iter().find_map(|key| item.get(key)).unwrap_or(item);
        let text = written.as_str()?;
        let is_text = text.contains('\n') || item.get("patch").is_some() && item.get("path").is_none();
        if is_text {
            let source = Source::new("", text.as_bytes());
            let parsed = yaml::parse(&source, written.span.source, self.ctx.budget).ok()?;
            return Some((parsed.body.documents().iter().map(|it| standing_at(it, written.span)).collect(), None));
        }
        let document = *self.documents.get(&*resolved(directory, text))?;
        Some((document.body.documents().to_vec(), Some(document)))
    }

    /// Charges for changing so many objects; false, and a gap, once the budget is used up.
    fn affords(&mut self, index: usize, objects: usize) -> bool {
        let objects = objects as u64;
        let budget = self.ctx.budget;
        let charged = budget.steps(objects.saturating_mul(STEPS_PER_OBJECT)).and_then(|()| budget.nodes(objects));
        if let Err(exceeded) = charged {
            self.gap(index, GapKind::Limit, None, exceeded.to_string());
        }
        charged.is_ok()
    }

    fn note(&mut self, index: usize) {
        let Some(it) = self.all.get(index) else { return };
        let unknown = it.value.as_map().into_iter().flat_map(Map::iter).map(|(key, _)| &**key);
        let unknown: Vec<&str> = unknown.filter(|key| !KNOWN.contains(key)).collect();
        if !unknown.is_empty() {
            let message = format!("not done of this kustomization: {}", unknown.join(", "));
            self.gap(index, GapKind::Note, None, message);
        }
    }

    fn gap(&mut self, index: usize, kind: GapKind, span: Option<crate::source::Span>, message: String) {
        let Some(it) = self.all.get(index) else { return };
        let path = self.ctx.sources.get(it.document.source).map_or_else(|| "".into(), |source| source.path.clone());
        let directory = path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        let hint = Some(format!("build it: kubectl kustomize {directory} | duecare audit -"));
        self.gaps.push(Gap { kind, path, span, message, hint });
    }
}

/// The texts of a list, with their places.
fn texts<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = (&'v str, crate::source::Span)> {
    let list = value.get(key).and_then(Value::as_list).into_iter().flat_map(|list| list.iter());
    list.filter_map(|item| Some((item.as_str()?, item.span)))
}

/// The transformers in the order in which kustomize runs them.
fn transformed(value: &Value, objects: &mut [Found]) {
    let list = |key: &str| value.get(key).and_then(Value::as_list).map(|list| &**list).unwrap_or_default();
    if let Some(namespace) = value.get("namespace").filter(|it| it.as_str().is_some()) {
        transform::namespace(objects, namespace);
    }
    let affix = |key: &str| value.get(key).and_then(super::text).unwrap_or_default();
    if let (prefix, suffix) = (affix("namePrefix"), affix("nameSuffix"))
        && !(prefix.is_empty() && suffix.is_empty())
    {
        names::renamed(objects, &prefix, &suffix);
    }
    for labels in list("labels") {
        let is_true = |key: &str| labels.get(key).and_then(Value::as_bool) == Some(true);
        let reach = match (is_true("includeSelectors"), is_true("includeTemplates")) {
            (true, _) => Reach::Selectors,
            (false, true) => Reach::Templates,
            (false, false) => Reach::Objects,
        };
        if let Some(pairs) = labels.get("pairs") {
            transform::add(objects, "labels", pairs, reach);
        }
    }
    let common = |key: &str| value.get(key).into_iter();
    common("commonLabels").for_each(|pairs| transform::add(objects, "labels", pairs, Reach::Selectors));
    common("commonAnnotations").for_each(|pairs| transform::add(objects, "annotations", pairs, Reach::Templates));
    list("replicas").iter().for_each(|wanted| transform::replicas(objects, wanted));
    list("images").iter().for_each(|wanted| transform::images(objects, wanted));
}

/// Applies one document of a patch; false if no object is its target.
fn patched(objects: &mut Vec<Found>, patch: &Value, target: Option<&Target>) -> bool {
    let mut applied = false;
    let mut changed = Vec::with_capacity(objects.len());
    for mut found in std::mem::take(objects) {
        let is_target = match target {
            Some(target) => target.selects(&found),
            None => is_same(&found, patch),
        };
        let value = match (is_target, patch.as_list()) {
            (false, _) => Some(found.value.clone()),
            (true, None) => {
                applied = true;
                patch::merged(&found.value, patch, found.is_built_in()).map(|value| renamed_back(value, &found.value))
            }
            (true, Some(operations)) => {
                let result = operations.iter().try_fold(found.value.clone(), |value, it| patch::operated(&value, it));
                applied |= result.is_some();
                Some(result.unwrap_or_else(|| found.value.clone()))
            }
        };
        // `$patch: delete` leaves nothing.
        if let Some(value) = value {
            found.value = value;
            changed.push(found);
        }
    }
    *objects = changed;
    applied
}

/// A patch with a target may be written with any name; it renames nothing.
fn renamed_back(value: Value, before: &Value) -> Value {
    let name = before.at_path(&["metadata", "name"]).cloned();
    let value = transform::at_path(&value, &["metadata", "name"], true, &|_| name.clone());
    transform::at_path(&value, &["kind"], true, &|_| before.get("kind").cloned())
}

/// True if a patch names this object.
fn is_same(found: &Found, patch: &Value) -> bool {
    let name = |value: &Value| value.at_path(&["metadata", "name"]).and_then(super::text);
    let namespace = |value: &Value| value.at_path(&["metadata", "namespace"]).and_then(super::text);
    let elsewhere = namespace(patch).is_some() && namespace(patch) != namespace(&found.value);
    patch.get("kind").and_then(Value::as_str) == Some(found.kind())
        && name(patch).is_some_and(|name| found.is_called(&name))
        && !elsewhere
}
