//! What the tests of the models share: values as short texts, and places as `file:line`.

use std::sync::Arc;

use crate::budget::Budget;
use crate::format::{self, Document, Form};
use crate::model::{Built, Context, Files, Given};
use crate::open::OpenError;
use crate::source::{Source, Sources};
use crate::value::{Data, Value};

/// A value on one line: `yes`, `22`, `[a, b]`, `{start: 10}`, `unknown(needs more rights: /etc/x)`.
pub fn show(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".into(),
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => number.to_string(),
        Data::String(text) => text.to_string(),
        Data::List(list) => format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(", ")),
        Data::Map(map) => {
            let entries = map.iter().map(|(key, entry)| format!("{key}: {}", show(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Data::Unknown(unknown) => format!("unknown({}: {})", unknown.reason.words(), unknown.what),
    }
}

/// Where a value stands: `/etc/ssh/sshd_config:3`.
pub fn place(sources: &Sources, value: &Value) -> String {
    sources.locate(value.span).map_or("nowhere".into(), |at| format!("{}:{}", at.path, at.line))
}

/// Files as an audit would read them, given to one model. Every file must parse.
pub fn build(model: fn(&[&Document], &Context) -> Built, files: &[(&str, &str)]) -> (Built, Sources) {
    let budget = Budget::default();
    let mut sources = Sources::default();
    let mut documents = Vec::new();
    for (path, text) in files {
        let id = sources.add(Source::new(*path, text.as_bytes()));
        let form = form_of(path);
        let parsed = format::parse(form, sources.get(id).unwrap(), id, &budget);
        let parsed = parsed.unwrap_or_else(|error| panic!("{path}: {error}"));
        let path = format!("/audit/{path}").into();
        documents.push(Document { source: id, path, form, body: parsed.body, comments: parsed.comments });
    }
    let given = Given::default();
    let context = Context { sources: &sources, budget: &budget, given: &given, files: &NoFiles };
    let built = model(&documents.iter().collect::<Vec<_>>(), &context);
    (built, sources)
}

fn form_of(path: &str) -> Form {
    match path.rsplit('/').next().unwrap() {
        name if name.starts_with("Dockerfile") => Form::Dockerfile,
        name if name.ends_with(".yaml") || name.ends_with(".yml") => Form::Yaml,
        name if name.ends_with(".env") => Form::Dotenv,
        _ => Form::Lines,
    }
}

/// No further files.
struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<Arc<str>, OpenError> {
        Err(OpenError::NotFound)
    }
}

/// The attribute at `path` (dots between keys) of the resource with this address.
pub fn attribute<'a>(built: &'a Built, address: &str, path: &str) -> Option<&'a Value> {
    let resource = built.resources.iter().find(|resource| &*resource.address == address)?;
    path.split('.').try_fold(&resource.attributes, |value, key| match value.as_list() {
        Some(list) => list.get(key.parse::<usize>().ok()?),
        None => value.get(key),
    })
}
