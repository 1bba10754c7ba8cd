//! The OpenSSH server: its effective configuration as one resource, each `Match` block as another.

pub mod algorithms;
pub mod effective;
pub mod keywords;
pub mod read;
mod start;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use crate::model::Built;
use crate::model::host::packages::{self, Package};
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::{SourceId, Span};
use crate::value::{Entry, Reason, Value};

/// Where the configuration is, in the order in which it is looked for; SUSE ships the second.
const CONFIGURATIONS: [&str; 2] = ["/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config"];

/// Where rpm keeps its database.
const RPM: [&str; 2] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];

/// Adds the resources of a host's sshd, if there is one.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let package = packages::installed(view, &["openssh-server"]);
    let start = start::start(view);
    let usual = CONFIGURATIONS.iter().find(|path| view.exists(path)).map(|path| Arc::from(*path));
    let config = start.config.as_ref().map(|(path, _)| path.clone()).or(usual);
    let installed = package.is_some() || view.exists("/usr/sbin/sshd");
    if config.is_none() && !installed {
        return;
    }
    let place = config.as_deref().and_then(|path| view.read(path).ok()).map(|text| Span::new(text.id, 0..0));
    let place = place
        .or(start.config.as_ref().map(|(_, span)| *span))
        .or(package.as_ref().map(|package| package.span))
        .unwrap_or(Span::new(SourceId(u32::MAX), 0..0));
    let version = package.as_ref().and_then(|package| packages::openssh_version(&package.version));
    let mut read = read::Configuration::new(version, place);
    for option in start.options {
        read.option(option, &view.display("/usr/sbin/sshd"));
    }
    read.ports_are_fixed = start.ports;
    if let Some(path) = &config {
        read.main(view, path, place);
    }
    let mut facts = facts(installed, package.as_ref(), version, place);
    let has_rpm = RPM.iter().any(|path| view.exists(path));
    if version.is_none() && has_rpm {
        let what = "the version of OpenSSH, which the package database does not tell";
        facts.push(entry("version", Value::unknown(Reason::Unsupported, what, place)));
    }
    resources(&read, place, scope, facts, view, built);
}

/// Adds the resources of one configuration file in a repository.
pub fn judge(view: &dyn View, file: &str, _is_part: bool, scope: &Scope, built: &mut Built) {
    let Ok(text) = view.read(file) else { return };
    let place = Span::new(text.id, 0..0);
    let mut read = read::Configuration::new(None, place);
    read.main(view, file, place);
    resources(&read, place, scope, Vec::new(), view, built);
}

/// What is known of the program itself.
fn facts(
    installed: bool,
    package: Option<&Package>,
    version: Option<algorithms::Version>,
    place: Span,
) -> Vec<(Arc<str>, Entry)> {
    let at = package.map_or(place, |package| package.span);
    let mut facts = vec![entry("installed", Value::bool(installed, at))];
    if let Some((major, minor)) = version {
        facts.push(entry("version", Value::string(format!("{major}.{minor}"), at)));
    }
    facts
}

fn entry(key: &str, value: Value) -> (Arc<str>, Entry) {
    (key.into(), Entry { key: value.span, value })
}

/// Adds the resource of the configuration and those of its blocks.
pub fn resources(
    read: &read::Configuration,
    place: Span,
    scope: &Scope,
    facts: Vec<(Arc<str>, Entry)>,
    view: &dyn View,
    built: &mut Built,
) {
    built.gaps.extend(read.gaps.iter().cloned());
    let keyed = |chain| effective::settings(read, chain).into_iter().map(|(key, entry)| (Arc::from(key), entry));
    let mut add = |kind: &str, address: &str, attributes, span| {
        super::add(view, scope, built, kind, address, attributes, span);
    };
    let version: Vec<_> = facts.iter().filter(|(key, _)| &**key == "version").cloned().collect();
    add("sshd", "sshd", Value::map(facts.into_iter().chain(keyed(read::ALWAYS)), place), place);
    for (chain, block) in read.chains.iter().enumerate().skip(read::ALWAYS + 1) {
        let criteria = block.criteria.join(" and ");
        let named = entry("match", Value::string(&*criteria, block.span));
        let attributes = Value::map(std::iter::once(named).chain(version.clone()).chain(keyed(chain)), block.span);
        add("sshd.match", &format!("sshd/Match {criteria}"), attributes, block.span);
    }
}
