//! Whether programs that a server rarely needs are installed, and whether they start.
//!
//! Each class of programs ([`table`]) is a kind, `program.ftp_server`: a resource for every program of it that
//! is installed, or one that says `installed: false`. Only on a host that was recognised, so that "not there"
//! means something.

mod inetd;
mod special;
mod table;
#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::machine;
use crate::model::host::packages::Packages;
use crate::model::host::systemd;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};
use inetd::Inetd;
use table::{PROGRAMS, Program};

/// Adds the programs.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let Some(at) = machine::recognised(view) else { return };
    let packages = Packages::of(view);
    let inetd = Inetd::of(view);
    for of_class in PROGRAMS.chunk_by(|a, b| a.class == b.class) {
        let Some(first) = of_class.first() else { continue };
        let kind = format!("program.{}", first.class);
        let mut is_any = false;
        for program in of_class {
            let Some(facts) = installed(view, &packages, program) else { continue };
            is_any = true;
            let attributes = attributes(view, &inetd, program, facts);
            super::add(view, scope, built, &kind, program.name, attributes, facts.span);
        }
        if !is_any {
            let absent = absent(view, &packages, at);
            let span = absent.span;
            let mut facts = vec![("installed", absent.clone())];
            if absent.as_unknown().is_some() {
                facts.extend([("name", absent.clone()), ("starts_at_boot", absent)]);
            }
            super::add(view, scope, built, &kind, first.class, Value::object(facts, span), span);
        }
    }
}

/// What shows that a program is there.
#[derive(Clone, Copy)]
struct Facts<'a> {
    package: Option<(&'a str, &'a str)>,
    span: Span,
}

fn installed<'a>(view: &dyn View, packages: &'a Packages, program: &Program) -> Option<Facts<'a>> {
    if let Some((name, package)) = packages.first(program.packages) {
        return Some(Facts { package: Some((name, &package.version)), span: package.span });
    }
    let file = program.files.iter().find(|file| view.stat(file).is_ok())?;
    Some(Facts { package: None, span: view.mark_entry(file) })
}

/// That none of a class is there: known from the packages, or, where rpm's database cannot be read, from the
/// programs' files; not where a database that could be read was refused.
fn absent(view: &dyn View, packages: &Packages, at: Span) -> Value {
    match packages.unread {
        Some((path, reason)) if reason != Reason::Unsupported => Value::unknown(reason, path, view.mark(path)),
        _ => Value::bool(false, packages.database.map_or(at, |path| view.mark(path))),
    }
}

fn attributes(view: &dyn View, inetd: &Inetd, program: &Program, facts: Facts) -> Value {
    let at = facts.span;
    let mut out = vec![("name", Value::string(program.name, at)), ("installed", Value::bool(true, at))];
    if let Some((name, version)) = facts.package {
        out.extend([("package", Value::string(name, at)), ("version", Value::string(version, at))]);
    }
    if let Some(value) = special::switch(view, program, at) {
        out.push(("starts_at_boot", value));
    } else if !program.units.is_empty() || !program.inetd.is_empty() {
        out.push(("starts_at_boot", starts(view, inetd, program, at)));
    }
    if program.class == "web" {
        let own = special::own_site(view, program);
        out.extend(own.map(|own| ("serves_own_site", Value::bool(true, own))));
    }
    Value::object(out, at)
}

/// True by the first unit or entry of inetd that starts it; else unknown if one is.
fn starts(view: &dyn View, inetd: &Inetd, program: &Program, at: Span) -> Value {
    if let Some(span) = inetd.offers(program.inetd) {
        return Value::bool(true, span);
    }
    let all = program.units.iter().map(|unit| systemd::starts_at_boot(view, unit));
    let mut open = None;
    for value in all {
        match value.as_bool() {
            Some(true) => return value,
            Some(false) => {}
            None => open = Some(value),
        }
    }
    open.unwrap_or_else(|| Value::bool(false, at))
}
