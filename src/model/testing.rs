//! What the tests of the models share: building from texts, and values on one line.

use std::path::Path;
use std::sync::Arc;

use super::{Built, Context, Files, Given, Model};
use crate::budget::Budget;
use crate::format::{self, Document, Form};
use crate::open::{Kind, Memory, OpenError, Stat};
use crate::resource::{Domain, Resource};
use crate::source::{Source, Sources};
use crate::value::{Data, Number, Value};

/// Reads nothing.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Arc<str>, OpenError> {
        Err(OpenError::NotFound)
    }

    fn names(&self, _: &str) -> Result<Vec<(String, bool)>, OpenError> {
        Err(OpenError::NotFound)
    }
}

/// What a model makes of these files (path, text); paths are relative to `/audit`.
pub fn build(model: &Model, files: &[(&str, &str)], parameters: &[(&str, &str)]) -> (Built, Sources) {
    let budget = Budget::default();
    let mut sources = Sources::default();
    let mut documents = Vec::new();
    for (path, text) in files {
        let ansible = model.domain == Domain::Ansible;
        let service = super::host::services::role(path, text).is_some();
        let form = if service { Form::Text } else { form_of(path, ansible) };
        let id = sources.add(Source::new(*path, text.as_bytes()));
        let parsed = format::parse(form, sources.get(id).unwrap(), id, &budget);
        let parsed = parsed.unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        let path = format!("/audit/{path}").into();
        documents.push(Document { source: id, path, form, body: parsed.body, comments: parsed.comments });
    }
    let parameters = parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let given = Given { parameters, ..Given::default() };
    let context = Context { sources: &sources, budget: &budget, given: &given, files: &NoFiles };
    let built = (model.build)(&documents.iter().collect::<Vec<_>>(), &context);
    (built, sources)
}

/// What a machine with these files is: path and text, all of root's and 0644. A path may end in owner and mode,
/// `/etc/shadow@0640:0:42`; a text `-> target` makes a link, and a path that ends in `/` a directory.
pub fn host(files: &[(&str, &str)]) -> (Built, Sources) {
    let mut tree = Memory::default();
    for (path, text) in files {
        let (path, rights) = path.split_once('@').unwrap_or((path, if path.ends_with('/') { "755" } else { "644" }));
        let mut parts = rights.split(':');
        let mode = u32::from_str_radix(parts.next().unwrap(), 8).unwrap();
        let mut number = || parts.next().map_or(0, |id| id.parse().unwrap());
        let stat = Stat { kind: Kind::File, mode, uid: number(), gid: number(), size: 0, modified: None };
        match text.strip_prefix("-> ") {
            Some(target) => tree.symlink(Path::new(path), target, stat),
            None if path.ends_with('/') => tree.directory(Path::new(path), stat),
            None => tree.file(Path::new(path), text.as_bytes(), stat),
        }
    }
    let mut sources = Sources::default();
    let built = super::host::build(&tree, false, "", &mut sources, &Budget::default());
    (built, sources)
}

fn form_of(path: &str, ansible: bool) -> Form {
    match path.rsplit('/').next().unwrap_or(path) {
        name if name.ends_with(".json") => Form::Json,
        name if name.starts_with("Dockerfile") => Form::Dockerfile,
        name if [".conf", ".cfg", ".ini"].iter().any(|end| name.ends_with(end)) => Form::Text,
        name if name.ends_with(".env") => Form::Dotenv,
        _ if ansible => Form::Ansible,
        _ => Form::Yaml,
    }
}

/// The only resource of this kind and address.
pub fn find<'a>(built: &'a Built, kind: &str, address: &str) -> &'a Resource {
    let mut found =
        built.resources.iter().filter(|it| (kind.is_empty() || &*it.kind == kind) && &*it.address == address);
    let first = found.next().unwrap_or_else(|| {
        let all: Vec<_> = built.resources.iter().map(|it| format!("{} {}", it.kind, it.address)).collect();
        panic!("no {kind} {address} in {all:?}")
    });
    assert!(found.next().is_none(), "two of {kind} {address}");
    first
}

/// The value at a path of keys and indexes, separated by `/`; `-` when there is none.
pub fn at(value: &Value, path: &str) -> String {
    let found = path.split('/').filter(|key| !key.is_empty()).try_fold(value, |value, key| match value.as_list() {
        Some(list) => key.parse::<usize>().ok().and_then(|n| list.get(n)),
        None => value.get(key),
    });
    found.map_or("-".into(), show)
}

/// Where a value stands: `/etc/ssh/sshd_config:3`.
pub fn place(sources: &Sources, value: &Value) -> String {
    sources.locate(value.span).map_or("nowhere".into(), |at| format!("{}:{}", at.path, at.line))
}

/// A value on one line as a person would write it: texts without quotes, an unknown as
/// `unknown(needs more rights: /etc/x)`.
pub fn plain(value: &Value) -> String {
    match &value.data {
        Data::String(text) => text.to_string(),
        Data::List(list) => format!("[{}]", list.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Data::Map(map) => {
            let entries = map.iter().map(|(key, entry)| format!("{key}: {}", plain(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Data::Unknown(unknown) => format!("unknown({}: {})", unknown.reason.words(), unknown.what),
        _ => show(value),
    }
}

/// The attribute at `path` (dots between keys and indexes) of the resource with this address.
pub fn attribute<'a>(built: &'a Built, address: &str, path: &str) -> Option<&'a Value> {
    let resource = built.resources.iter().find(|resource| &*resource.address == address)?;
    path.split('.').try_fold(&resource.attributes, |value, key| match value.as_list() {
        Some(list) => list.get(key.parse::<usize>().ok()?),
        None => value.get(key),
    })
}

/// A value on one line. Texts stand in quotes, an unknown as `?Reason(what)`, `!` after it if it is
/// not null, its known pieces after that, or `{a|b}` if it is one of these; what it was computed from
/// follows `<-`.
pub fn show(value: &Value) -> String {
    let refs: Vec<_> = value.references().iter().map(|it| format!("{}.{}", it.address, it.attribute)).collect();
    let refs = if refs.is_empty() { String::new() } else { format!(" <- {}", refs.join(", ")) };
    shown(value) + &refs
}

fn shown(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".into(),
        Data::Bool(value) => value.to_string(),
        Data::Number(Number::Int(n)) => n.to_string(),
        Data::Number(Number::Float(n)) => format!("{n}f"),
        Data::String(text) => format!("{text:?}"),
        Data::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Data::Map(map) => {
            let entries: Vec<_> = map.iter().map(|(key, entry)| format!("{key}: {}", show(&entry.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Data::Unknown(unknown) => {
            let pieces = unknown.pieces.iter().flat_map(|pieces| pieces.iter());
            let pieces: String = pieces.map(|piece| piece.as_deref().unwrap_or("*").to_owned() + "|").collect();
            let pieces = if pieces.is_empty() { pieces } else { format!(" {pieces}") };
            let sure = if unknown.non_null { "!" } else { "" };
            let choices = unknown.one_of.iter().flatten().map(show).collect::<Vec<_>>().join("|");
            let choices = if choices.is_empty() { choices } else { format!("{{{choices}}}") };
            format!("?{:?}({}){sure}{pieces}{choices}", unknown.reason, unknown.what)
        }
    }
}
