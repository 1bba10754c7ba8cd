//! Services whose configuration is a tree of settings without a logic of its own: one resource each, whose
//! attributes are the settings by their names.
//!
//! A further service is one line in [`programs::PROGRAMS`]. What needs more (inheritance, first match, blocks)
//! has a folder of its own beside this one.

pub mod programs;
#[cfg(test)]
mod tests;
mod tree;

use crate::model::Built;
use crate::model::host::dialect::sections::Style;
use crate::model::host::services::{Reads, Service};
use crate::model::host::view::{Trouble, View};
use crate::model::host::{files, glob};
use crate::resource::Scope;
use crate::value::{Reason, Value};

/// How a service reads its files.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The dialect.
    pub dialect: Dialect,
    /// Further places where hosts have the main file.
    pub elsewhere: &'static [&'static str],
    /// Patterns of files that are read after the main one and win over it, absolute or from its directory.
    pub drop_ins: &'static [&'static str],
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
    /// Lines of a name and the rest; a name that repeats is a list. `=` may stand between them.
    Words,
}

/// Adds the resources of every such service of a host.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    for service in programs::PROGRAMS {
        let Reads::Settings(settings) = &service.reads else { continue };
        let places = std::iter::once(&service.main).chain(settings.elsewhere);
        if let Some(file) = places.into_iter().find(|path| view.exists(path)) {
            judge(service, settings, view, file, scope, built);
        }
    }
}

/// Adds the resource of one configuration file.
pub fn judge(service: &Service, settings: &Settings, view: &dyn View, file: &str, scope: &Scope, built: &mut Built) {
    let mut paths = vec![file.to_owned()];
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut doubt = None;
    for pattern in settings.drop_ins {
        let absolute = if pattern.starts_with('/') { (*pattern).to_owned() } else { format!("{directory}/{pattern}") };
        let found = glob::expand(view, &absolute);
        for (refused, error) in found.refused {
            let trouble = Trouble::Open(error);
            doubt = Some((trouble.reason(), view.display(&refused)));
            built.gaps.push(trouble.gap(view.display(&refused)));
        }
        paths.extend(found.paths.into_iter().filter(|path| path != file));
    }
    let place = view.mark(file);
    let mut whole = Value::object(Vec::<(&str, Value)>::new(), place);
    for path in &paths {
        files::add(view, scope, built, path, &format!("{}-config", service.id));
        match tree::read(view, path, settings) {
            Ok(value) => whole = tree::merged(&whole, &value, place),
            Err(trouble) => {
                doubt = Some((trouble.reason(), view.display(path)));
                built.gaps.push(trouble.gap(view.display(path)));
            }
        }
    }
    // A file that was not read may set anything, over what the others say.
    let attributes = match doubt {
        Some((reason, path)) => Value::unknown(reason, path, place),
        None => whole,
    };
    super::add(view, scope, built, service.id, service.id, attributes, place);
}

/// A text in which something is filled in when the service starts.
fn placeholder(text: &str) -> Option<(Reason, &str)> {
    let (_, rest) = text.split_once("${")?;
    let name = rest.split('}').next()?;
    Some((Reason::Environment, name.split([':', '-']).next().unwrap_or(name)))
}
