//! Services whose configuration is a tree of settings without a logic of its own: one resource each, whose
//! attributes are the settings by their names.
//!
//! A further service is one line in [`programs::PROGRAMS`]. What needs more (inheritance, first match, blocks)
//! has a folder of its own beside this one.

mod flags;
pub mod programs;
#[cfg(test)]
mod tests;
mod tree;

use std::sync::Arc;

use crate::model::Built;
use crate::model::host::dialect::sections::Style;
use crate::model::host::services::{Reads, Service};
use crate::model::host::view::{Trouble, View};
use crate::model::host::{files, glob, systemd};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

/// How a service reads its files.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The dialect.
    pub dialect: Dialect,
    /// Further places where hosts have the main file. With `*`, every file of that name is a service of its own.
    pub elsewhere: &'static [&'static str],
    /// Patterns of files that are read after the main one and win over it, absolute or from its directory.
    pub drop_ins: &'static [&'static str],
    /// Files of the program: where one is, the service is judged by its defaults when it has no file.
    pub programs: &'static [&'static str],
    /// The units that start it, whose options count over the file.
    pub units: &'static [&'static str],
    /// True if `a.b: c` is the same as `a: { b: c }` (Spring, Elasticsearch).
    pub dots: bool,
}

/// How settings are written.
#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    /// One JSON object, comments allowed.
    Json,
    /// YAML; the documents of a file are merged in order, those for a profile of Spring left out.
    Yaml,
    /// Java properties.
    Properties,
    /// Sections of settings: a map by section; settings before the first section stand at the top.
    Sections(Style),
    /// The same, where the sections mean nothing to the program (PHP).
    Unsectioned(Style),
    /// Lines of a name and the rest; a name that adds up when it repeats is a list. `=` may stand between them.
    Words,
}

/// Adds the resources of every such service of a host.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    for service in programs::PROGRAMS {
        let Reads::Settings(settings) = &service.reads else { continue };
        let (patterns, elsewhere): (Vec<&str>, Vec<&str>) =
            settings.elsewhere.iter().copied().partition(|path| path.contains('*'));
        for pattern in patterns {
            let found = glob::expand(view, pattern);
            built
                .gaps
                .extend(found.refused.into_iter().map(|(path, error)| Trouble::Open(error).gap(view.display(&path))));
            for file in &found.paths {
                judge(service, settings, view, file, scope, built);
            }
        }
        let mut places = std::iter::once(service.main).chain(elsewhere);
        let file = places.find(|path| view.exists(path));
        let Some(place) = file.or(settings.programs.iter().copied().find(|path| view.exists(path))) else { continue };
        let place = view.mark(place);
        let mut read = Read { value: empty(place), doubt: None };
        if let Some(file) = file {
            read.files(service, settings, view, file, scope, built);
        }
        if let Some(words) = systemd::exec_start(view, settings.units).filter(|_| !settings.units.is_empty()) {
            read.value = tree::merged(&read.value, &flags::settings(&words, place), place);
        }
        read.add(service, view, place, scope, built);
    }
}

/// Adds the resource of one configuration file.
pub fn judge(service: &Service, settings: &Settings, view: &dyn View, file: &str, scope: &Scope, built: &mut Built) {
    let place = view.mark(file);
    let mut read = Read { value: empty(place), doubt: None };
    read.files(service, settings, view, file, scope, built);
    read.add(service, view, place, scope, built);
}

fn empty(place: Span) -> Value {
    Value::object(Vec::<(&str, Value)>::new(), place)
}

/// What the files of a service say.
struct Read {
    value: Value,
    /// A file that was not read may set anything, over what the others say.
    doubt: Option<(Reason, Arc<str>)>,
}

impl Read {
    fn files(
        &mut self,
        service: &Service,
        settings: &Settings,
        view: &dyn View,
        file: &str,
        scope: &Scope,
        built: &mut Built,
    ) {
        let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
        let mut paths = vec![file.to_owned()];
        for pattern in settings.drop_ins {
            let whole = if pattern.starts_with('/') { (*pattern).to_owned() } else { format!("{directory}/{pattern}") };
            let found = glob::expand(view, &whole);
            for (refused, error) in found.refused {
                self.trouble(Trouble::Open(error), view.display(&refused), built);
            }
            paths.extend(found.paths.into_iter().filter(|path| path != file));
        }
        for path in &paths {
            files::add(view, scope, built, path, &format!("{}-config", service.id));
            match tree::read(view, path, settings) {
                Ok(value) => self.value = tree::merged(&self.value, &value, self.value.span),
                Err(trouble) => self.trouble(trouble, view.display(path), built),
            }
        }
    }

    fn trouble(&mut self, trouble: Trouble, path: Arc<str>, built: &mut Built) {
        self.doubt = Some((trouble.reason(), path.clone()));
        built.gaps.push(trouble.gap(path));
    }

    fn add(self, service: &Service, view: &dyn View, place: Span, scope: &Scope, built: &mut Built) {
        let attributes = match self.doubt {
            Some((reason, path)) => Value::unknown(reason, path, place),
            None => self.value,
        };
        super::add(view, scope, built, service.id, service.id, attributes, place);
    }
}

/// A text in which something is filled in when the service starts.
fn placeholder(text: &str) -> Option<(Reason, &str)> {
    let (_, rest) = text.split_once("${")?;
    let name = rest.split('}').next()?;
    Some((Reason::Environment, name.split([':', '-']).next().unwrap_or(name)))
}
