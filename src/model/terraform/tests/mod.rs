//! Evaluated values of small configurations.

mod functions;
mod hostile;
mod kubernetes;
mod language;
mod modules;
mod plans;
mod policies;
mod references;
mod states;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build;
use crate::budget::Budget;
use crate::format::{self, Document, Form};
use crate::model::{Built, Context, Files, Given};
use crate::open::OpenError;
use crate::resource::{GapKind, Resource};
use crate::source::{Source, SourceId, Sources};
use crate::value::{Data, Value};

/// What a set of files evaluates to.
pub(super) struct Estate {
    pub built: Built,
    pub sources: Sources,
}

struct Beside(BTreeMap<String, Arc<str>>);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Arc<str>, OpenError> {
        if !path.starts_with("/w/") {
            return Err(OpenError::Leaves);
        }
        self.0.get(path).cloned().ok_or(OpenError::NotFound)
    }

    fn names(&self, path: &str) -> Result<Vec<(String, bool)>, OpenError> {
        if path != "/w" && !path.starts_with("/w/") {
            return Err(OpenError::Leaves);
        }
        let rest = self.0.keys().filter_map(|file| file.strip_prefix(path)?.strip_prefix('/'));
        let mut names: Vec<_> = rest.map(|rest| (rest.split('/').next().unwrap().into(), rest.contains('/'))).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// Evaluates files, given as name and text; they lie in the directory `/w`.
pub(super) fn estate(files: &[(&str, &str)]) -> Estate {
    estate_with(files, &Given::default())
}

pub(super) fn estate_with(files: &[(&str, &str)], given: &Given) -> Estate {
    let budget = Budget::default();
    let mut sources = Sources::default();
    let mut documents = Vec::new();
    let mut beside = BTreeMap::new();
    for (name, text) in files {
        beside.insert(format!("/w/{name}"), Arc::from(*text));
        let id = sources.add(Source::new(*name, text.as_bytes()));
        let source = sources.get(id).unwrap();
        let form = match name.rsplit('.').next() {
            Some("json" | "tfstate") => Form::Json,
            Some("tf" | "tofu" | "tfvars") => Form::Hcl,
            _ => continue,
        };
        let parsed = format::parse(form, source, id, &budget).unwrap_or_else(|error| panic!("{name}: {error}"));
        let path = format!("/w/{name}").into();
        documents.push(Document { source: id, path, form, body: parsed.body, comments: parsed.comments });
    }
    let list: Vec<&Document> = documents.iter().collect();
    let files = Beside(beside);
    let built = build(&list, &Context { sources: &sources, budget: &budget, given, files: &files });
    Estate { built, sources }
}

impl Estate {
    pub fn addresses(&self) -> Vec<&str> {
        let made = self.built.resources.iter().filter(|resource| &*resource.kind != "terraform.module");
        made.map(|resource| &*resource.address).collect()
    }

    pub fn resource(&self, address: &str) -> &Resource {
        let found = self.built.resources.iter().find(|resource| &*resource.address == address);
        found.unwrap_or_else(|| panic!("no {address} among {:?}", self.addresses()))
    }

    /// The value at `path`, names and indexes with dots between them.
    pub fn value(&self, address: &str, path: &str) -> &Value {
        let root = &self.resource(address).attributes;
        path.split('.').filter(|part| !part.is_empty()).fold(root, |value, part| {
            let found = match &value.data {
                Data::List(list) => part.parse::<usize>().ok().and_then(|index| list.get(index)),
                _ => value.get(part),
            };
            found.unwrap_or_else(|| panic!("no {part} of {address}.{path} in {}", shown(value)))
        })
    }

    /// The value at `path` as [`shown`].
    pub fn at(&self, address: &str, path: &str) -> String {
        shown(self.value(address, path))
    }

    /// What the value at `path` was computed from, as `address:attribute`.
    pub fn refs(&self, address: &str, path: &str) -> Vec<String> {
        let refs = self.value(address, path).references();
        refs.iter().map(|reference| format!("{}:{}", reference.address, reference.attribute)).collect()
    }

    pub fn gaps(&self, kind: GapKind) -> usize {
        self.built.gaps.iter().filter(|gap| gap.kind == kind).count()
    }

    /// The text that the value at `path` stands at.
    pub fn text(&self, address: &str, path: &str) -> &str {
        let span = self.value(address, path).span;
        self.sources.get(span.source).unwrap().slice(span)
    }
}

/// A value as JSON; an unknown as `?Reason(what)`, `!` after it if it is not null, `{a|b}` if it is one of
/// these; one known in part as `?Reason"known#known"`.
pub(super) fn shown(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".to_string(),
        Data::Bool(bool) => bool.to_string(),
        Data::Number(number) => number.to_string(),
        Data::String(text) => format!("{text:?}"),
        Data::List(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(",")),
        Data::Map(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, entry)| format!("{key}:{}", shown(&entry.value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
        Data::Unknown(unknown) => match &unknown.pieces {
            None => {
                let choices = unknown.one_of.iter().flatten().map(shown).collect::<Vec<_>>().join("|");
                let choices = if choices.is_empty() { choices } else { format!("{{{choices}}}") };
                format!("?{:?}({}){}{choices}", unknown.reason, unknown.what, if unknown.non_null { "!" } else { "" })
            }
            Some(pieces) => {
                let text: Vec<_> = pieces.iter().map(|piece| piece.as_deref().unwrap_or("#")).collect();
                format!("?{:?}{:?}", unknown.reason, text.concat())
            }
        },
    }
}

/// Evaluates `expression` as the attribute of a resource, with `before` written before it.
pub(super) fn evaluate(before: &str, expression: &str) -> String {
    let text = format!("{before}\nresource \"t\" \"t\" {{\n  v = {expression}\n}}\n");
    estate(&[("main.tf", &text)]).at("t.t", "v")
}

#[test]
fn sources_of_terraform_are_used_and_others_are_not() {
    let estate =
        estate(&[("main.tf", ""), ("x.tfvars", "a = 1"), ("y.tf.json", "{}"), ("package.json", "{\"values\": 1}")]);
    assert_eq!(estate.built.used, [SourceId(0), SourceId(1), SourceId(2)]);
}
