//! The state of a unit file, as `systemctl --root=ROOT is-enabled UNIT` words it.
//!
//! systemctl(1), the table under `is-enabled`: a unit is enabled by links that its `[Install]` section names
//! (in `*.wants`, `*.requires`, `*.upholds`, or an alias); masked by a link to /dev/null; static without an
//! `[Install]` section; indirect with only `Also=` or when known under a name that `[Install]` does not list.

use super::index::{Directory, Found, Index};
use super::settings::{self, Settings};
use super::{PERSISTENT, instance_of, other, parts};
use crate::model::host::view::View;
use crate::source::Span;

/// The words of systemctl(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Links that `systemctl enable` makes are there.
    Enabled,
    /// The same, in /run: until the next boot.
    EnabledRuntime,
    /// A link in the directories of units leads to a file elsewhere.
    Linked,
    /// The same in /run.
    LinkedRuntime,
    /// The name is a link to another unit.
    Alias,
    /// It cannot be started at all.
    Masked,
    /// The same until the next boot.
    MaskedRuntime,
    /// It has nothing to enable; other units may pull it in.
    Static,
    /// It has nothing to enable itself, but names others in `Also=`, or goes by other names.
    Indirect,
    /// It could be enabled and is not.
    Disabled,
    /// A generator made it.
    Generated,
    /// It was made by a call at run time.
    Transient,
    /// There is no such unit.
    NotFound,
    /// The directories could not be read.
    Unknown,
}

impl Kind {
    /// As systemctl writes it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Enabled => "enabled",
            Kind::EnabledRuntime => "enabled-runtime",
            Kind::Linked => "linked",
            Kind::LinkedRuntime => "linked-runtime",
            Kind::Alias => "alias",
            Kind::Masked => "masked",
            Kind::MaskedRuntime => "masked-runtime",
            Kind::Static => "static",
            Kind::Indirect => "indirect",
            Kind::Disabled => "disabled",
            Kind::Generated => "generated",
            Kind::Transient => "transient",
            Kind::NotFound => "not-found",
            Kind::Unknown => "unknown",
        }
    }
}

/// A state and what decides it: a link, or the unit's file.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// The state.
    pub kind: Kind,
    /// The link or the file; the directory of units if there is none.
    pub span: Span,
}

/// The state of `unit` (`ssh.service`). A unit that only a script of System V or OpenRC knows is enabled or
/// disabled by the links of its runlevels.
pub fn state(view: &dyn View, unit: &str) -> State {
    let index = Index::of(view);
    let Some(found) = index.find(view, unit) else {
        if let Some((is_enabled, span)) = other::script(view, unit) {
            return State { kind: if is_enabled { Kind::Enabled } else { Kind::Disabled }, span };
        }
        let kind = if index.refused.is_some() { Kind::Unknown } else { Kind::NotFound };
        return State { kind, span: view.mark_entry(index.refused.as_deref().unwrap_or(PERSISTENT)) };
    };
    let (kind, path) = decide(view, &index, unit, &found);
    State { kind, span: view.mark_entry(&path) }
}

fn is_runtime(path: &str) -> bool {
    path.starts_with("/run/")
}

/// The state and the path that decides it.
fn decide(view: &dyn View, index: &Index, asked: &str, found: &Found) -> (Kind, String) {
    let file = found.path.clone();
    if found.is_masked {
        return (if is_runtime(&file) { Kind::MaskedRuntime } else { Kind::Masked }, file);
    }
    let base = file.rsplit('/').next().unwrap_or_default();
    let is_instance = |name: &str| matches!(parts(name), Some((_, Some(instance), _)) if !instance.is_empty());
    if asked != base && !is_instance(&found.name) {
        return (Kind::Alias, file);
    }
    match &*found.directory {
        "/run/systemd/transient" => return (Kind::Transient, file),
        dir if dir.starts_with("/run/systemd/generator") => return (Kind::Generated, file),
        _ => {}
    }
    let install = settings::of(view, index, found, "Install");
    let names = known_names(&found.name, &install);
    if let Some(linked) = links(index, found, Some(&names), is_instance(&found.name)) {
        return linked;
    }
    let has = |keys: &[&str]| keys.iter().any(|key| !install.list(key).is_empty());
    match links(index, found, None, is_instance(&found.name)) {
        Some((_, path)) => (Kind::Indirect, path),
        None if has(&["WantedBy", "RequiredBy", "UpheldBy", "Alias"]) => (Kind::Disabled, file),
        None if has(&["Also"]) => (Kind::Indirect, file),
        None => (Kind::Static, file),
    }
}

/// The names under which `[Install]` would have the unit linked.
fn known_names(unit: &str, install: &Settings) -> Vec<String> {
    let mut names = vec![unit.to_owned()];
    names.extend(install.words("Alias").into_iter().map(|(name, _)| name));
    if let Some((instance, _)) = install.value("DefaultInstance") {
        names.push(instance_of(unit, instance));
    }
    names
}

/// The state that the links to the unit make, and the link. Only those under `names`, if given.
fn links(index: &Index, found: &Found, names: Option<&[String]>, is_instance: bool) -> Option<(Kind, String)> {
    let (mut runtime, mut vendor, mut same) = (None, None, None);
    let mut is_below = false;
    for dir in &index.directories {
        match link(dir, &found.name, names, is_below) {
            Some(Link::Other(path)) if dir.path == PERSISTENT => return Some((Kind::Enabled, path)),
            Some(Link::Other(path)) if is_runtime(dir.path) => runtime = runtime.or(Some(path)),
            Some(Link::Other(path)) => vendor = vendor.or(Some(path)),
            Some(Link::Same(path)) if dir.path == PERSISTENT => same = Some((Kind::Linked, path)),
            Some(Link::Same(path)) if is_runtime(dir.path) => same = same.or(Some((Kind::LinkedRuntime, path))),
            _ => {}
        }
        is_below |= found.path.rsplit_once('/').is_some_and(|(above, _)| above == dir.path);
    }
    let runtime = runtime.map(|path| (Kind::EnabledRuntime, path));
    let vendor = vendor.filter(|_| is_instance).map(|path| (Kind::Static, path));
    runtime.or(vendor).or(same)
}

enum Link {
    /// The unit under its own name, in a directory of units.
    Same(String),
    Other(String),
}

/// The first link in `dir` that stands for the unit. Names in directories below that of the unit's file
/// are hidden by it.
fn link(dir: &Directory, unit: &str, names: Option<&[String]>, is_below: bool) -> Option<Link> {
    let is_known = |name: &str| names.is_none_or(|names| names.iter().any(|known| known == name));
    let template_of = |name: &str| super::template(name).is_some_and(|above| above == unit);
    let pulls = |name: &str| name == unit || (template_of(name) && is_known(name));
    if let Some(one) = dir.dependencies.iter().find(|one| pulls(&one.name)) {
        return Some(Link::Other(one.path.clone()));
    }
    let mut same = None;
    for (name, target) in dir.units.iter().filter_map(|(name, target)| Some((name, target.as_deref()?))) {
        let is_name = name == unit && !is_below;
        let is_target = target.rsplit('/').next() == Some(unit);
        let path = format!("{}/{name}", dir.path);
        if is_name && is_target {
            same = Some(Link::Same(path));
        } else if (is_name || is_target) && is_known(name) {
            return Some(Link::Other(path));
        }
    }
    same
}
