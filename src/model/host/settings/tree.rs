//! Files of settings as one tree.

use std::rc::Rc;
use std::sync::Arc;

use super::{Dialect, Settings, placeholder};
use crate::format::{Form, SyntaxError};
use crate::model::host::dialect::{Setting, lines, properties, sections};
use crate::model::host::view::{Text, Trouble, View};
use crate::source::Span;
use crate::value::{Data, Entry, Value};

/// Deepest nesting that is merged.
const MAX_DEPTH: usize = 60;

/// What a file says.
pub fn read(view: &dyn View, path: &str, settings: &Settings) -> Result<Value, Trouble> {
    let place = view.mark(path);
    let value = match settings.dialect {
        Dialect::Json => documents(&view.data(path, Form::Json)?, place)?,
        Dialect::Yaml => documents(&view.data(path, Form::Yaml)?, place)?,
        Dialect::Properties => flat(properties::parse(&text(view, path)?), place),
        Dialect::Words => flat(words(&text(view, path)?), place),
        Dialect::Unsectioned(style) => {
            let mut sections = sections::parse(&text(view, path)?, &style);
            sections.iter_mut().for_each(|section| section.name.clear());
            by_section(&sections, place)
        }
        Dialect::Sections(style) => by_section(&sections::parse(&text(view, path)?, &style), place),
    };
    let value = if settings.dots { nested(&value, 0) } else { value };
    Ok(filled(&value, 0))
}

fn text(view: &dyn View, path: &str) -> Result<Text, Trouble> {
    let text = view.read(path).map_err(Trouble::Open)?;
    view.budget().nodes(text.text.len() as u64 / 16).map_err(|error| Trouble::Open(error.into()))?;
    Ok(text)
}

/// The documents of a file merged in order. One for a profile (`spring.config.activate.on-profile`) is left out:
/// which profiles are active is not in the file.
fn documents(all: &Rc<[Value]>, place: Span) -> Result<Value, Trouble> {
    let mut out = Value::object(Vec::<(&str, Value)>::new(), place);
    for document in all.iter().filter(|document| !document.is_null()) {
        if document.as_map().is_none() {
            let message = "settings were expected at the top of the file".to_owned();
            return Err(Trouble::Syntax(SyntaxError { message, span: document.span, template: false }));
        }
        let is_for_profile = ["activate", "on-profile"]
            .iter()
            .fold(nested(document, 0).at_path(&["spring", "config"]).cloned(), |value, key| {
                value.and_then(|value| value.get(key).cloned())
            });
        if is_for_profile.is_none() {
            out = merged(&out, document, place);
        }
    }
    Ok(out)
}

/// Settings of [`Dialect::Words`] that add up when they repeat: Redis, Squid, Mosquitto, coturn, OpenVPN. Of every
/// other name the last value counts, as it does in Java properties.
const ADDED_UP: &[&str] = &[
    "access_log",
    "acl",
    "allow_anonymous",
    "allowed-peer-ip",
    "denied-peer-ip",
    "http_access",
    "http_port",
    "https_port",
    "listener",
    "loadmodule",
    "push",
    "rename-command",
    "route",
    "save",
    "sslproxy_cert_error",
    "tls_version",
    "user",
];

/// Settings by their names, in order.
fn flat(settings: Vec<Setting>, place: Span) -> Value {
    let mut out: Vec<(String, Vec<Value>)> = Vec::new();
    for setting in settings {
        let value = setting.to_value();
        match out.iter_mut().find(|(key, _)| *key == setting.key) {
            Some((key, values)) if ADDED_UP.contains(&&**key) => values.push(value),
            Some((_, values)) => *values = vec![value],
            None => out.push((setting.key, vec![value])),
        }
    }
    let joined = out.into_iter().map(|(key, mut values)| {
        let value = if values.len() > 1 { Value::list(values, place) } else { values.remove(0) };
        (key, value)
    });
    Value::object(joined, place)
}

/// Sections of the same name are one, and the last setting of a name counts.
fn by_section(sections: &[sections::Section], place: Span) -> Value {
    let mut out = Value::object(Vec::<(&str, Value)>::new(), place);
    for section in sections {
        let settings = section.settings.iter().map(|one| (&*one.key, one.to_value()));
        let inner = Value::object(settings, section.span);
        let inner = match &*section.name {
            "" => inner,
            name => Value::object([(name, inner)], section.span),
        };
        out = merged(&out, &inner, place);
    }
    out
}

/// Lines of `name rest`, `name=rest` or `name: rest`; comments begin with `#` or `;`.
fn words(text: &Text) -> Vec<Setting> {
    let mut out = Vec::new();
    for (at, raw) in lines(&text.text) {
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let end = line.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(line.len());
        let (key, rest) = (line.get(..end).unwrap_or(line), line.get(end..).unwrap_or_default().trim_start());
        let rest = rest.strip_prefix('=').unwrap_or(rest).trim();
        let bare = rest.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).filter(|it| !it.contains('"'));
        let begin = at + raw.len() - raw.trim_start().len();
        let span = Span::new(text.id, begin..begin + line.len());
        let key = key.trim_end_matches(':').to_owned();
        out.push(Setting { key, value: bare.unwrap_or(rest).to_owned(), span });
    }
    out
}

/// `base` with what `over` says in place of what it says itself, maps member by member.
pub fn merged(base: &Value, over: &Value, place: Span) -> Value {
    fn inner(base: &Value, over: &Value, place: Span, depth: usize) -> Value {
        let (Some(old), Some(new)) = (base.as_map(), over.as_map()) else { return over.clone() };
        if depth > MAX_DEPTH {
            return over.clone();
        }
        let mut out: Vec<(Arc<str>, Entry)> = old.iter().map(|(key, entry)| (key.clone(), entry.clone())).collect();
        for (key, entry) in new.iter() {
            match out.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => {
                    let value = inner(&known.value, &entry.value, entry.value.span, depth + 1);
                    *known = Entry { key: entry.key, value };
                }
                None => out.push((key.clone(), entry.clone())),
            }
        }
        Value::map(out, place)
    }
    inner(base, over, place, 0)
}

/// `a.b: c` as `a: { b: c }`, at every level.
fn nested(value: &Value, depth: usize) -> Value {
    let Some(map) = value.as_map().filter(|_| depth <= MAX_DEPTH) else { return value.clone() };
    let mut out = Value::object(Vec::<(&str, Value)>::new(), value.span);
    for (key, entry) in map.iter() {
        let mut inner = nested(&entry.value, depth + 1);
        let mut parts: Vec<&str> = key.split('.').collect();
        if parts.len() > MAX_DEPTH || parts.iter().any(|part| part.is_empty()) {
            parts = vec![key];
        }
        for part in parts.into_iter().rev() {
            inner = Value::map([(Arc::from(part), Entry { key: entry.key, value: inner })], entry.value.span);
        }
        out = merged(&out, &inner, value.span);
    }
    out
}

/// Texts with a placeholder become unknown.
fn filled(value: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return value.clone();
    }
    match &value.data {
        Data::String(text) => match placeholder(text) {
            Some((reason, name)) => Value::unknown(reason, name, value.span),
            None => value.clone(),
        },
        Data::List(list) => Value::list(list.iter().map(|item| filled(item, depth + 1)).collect(), value.span),
        Data::Map(map) => {
            let inner = |entry: &Entry| Entry { key: entry.key, value: filled(&entry.value, depth + 1) };
            Value::map(map.iter().map(|(key, entry)| (key.clone(), inner(entry))), value.span)
        }
        _ => value.clone(),
    }
}
