//! Pluggable authentication: what a login, an elevation of rights and a change of password go through.
//!
//! `pam.service` is a service as a person meets it, `pam.password` a way in which passwords are changed. Services
//! with the same effective stacks are one resource that names them all.

mod auth;
mod control;
mod file;
mod lockout;
mod modules;
mod password;
pub mod settings;
mod simulate;
pub mod stack;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::model::Built;
use crate::model::host::login::Defs;
use crate::model::host::login::groups::Groups;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;
use modules::Known;
use stack::{Group, Stack};

/// Services by which people get in, and what they are.
const SERVICES: &[(&str, &str)] = &[
    ("login", "console"),
    ("sshd", "remote"),
    ("remote", "remote"),
    ("cockpit", "remote"),
    ("xrdp-sesman", "remote"),
    ("gdm-password", "desktop"),
    ("gdm", "desktop"),
    ("lightdm", "desktop"),
    ("sddm", "desktop"),
    ("xdm", "desktop"),
    ("kde", "desktop"),
    ("su", "elevation"),
    ("su-l", "elevation"),
    ("sudo", "elevation"),
    ("sudo-i", "elevation"),
    ("polkit-1", "elevation"),
];
/// Services that change passwords, and their like.
const PASSWORDS: &[&str] = &["passwd", "login", "sshd", "gdm-password", "common-password", "system-auth"];
/// Where modules lie.
const MODULES: [&str; 6] = [
    "/usr/lib64/security",
    "/usr/lib/security",
    "/lib64/security",
    "/lib/security",
    "/usr/lib/x86_64-linux-gnu/security",
    "/usr/lib/aarch64-linux-gnu/security",
];

/// Adds the services of a host.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !stack::exists(view) {
        return;
    }
    let defs = Defs::read(view, &mut built.gaps);
    let groups = Groups::read(view);
    let installed: BTreeSet<String> = MODULES.iter().flat_map(|dir| view.list(dir).unwrap_or_default()).collect();
    let known = Known {
        is_empty_group: &|group| groups.is_empty(group),
        is_missing: &|module| installed.contains("pam_unix.so") && !installed.contains(&format!("pam_{module}.so")),
    };
    let mut seen: Vec<Entrance> = Vec::new();
    for (name, role) in SERVICES {
        let Some(at) = stack::service(view, name) else { continue };
        let read = |group, built: &mut Built| stack::stack(view, name, group, &mut built.gaps);
        let stacks = [Group::Auth, Group::Account, Group::Session, Group::Password].map(|group| read(group, built));
        let same =
            |known: &&mut Entrance| known.role == *role && known.stacks.iter().zip(&stacks).all(|(a, b)| a.is_same(b));
        match seen.iter_mut().find(same) {
            Some(known) => known.names.push(name),
            None => seen.push(Entrance { names: vec![name], role, at, stacks }),
        }
    }
    for entrance in &seen {
        entrance.add(view, scope, built, &known, &groups);
    }
    passwords(view, scope, built, &defs);
}

/// A service, and those with the same stacks.
struct Entrance {
    names: Vec<&'static str>,
    role: &'static str,
    at: Span,
    stacks: [Stack; 4],
}

impl Entrance {
    fn add(&self, view: &dyn View, scope: &Scope, built: &mut Built, known: &Known, groups: &Groups) {
        let at = self.at;
        let [auth, account, session, _] = &self.stacks;
        let gaps = &mut built.gaps;
        let names = self.names.iter().map(|name| Value::string(*name, at)).collect();
        let mut facts = vec![
            ("services", Value::list(names, at)),
            ("role", Value::string(self.role, at)),
            ("proof_required", auth::proof_required(auth, known, at)),
            ("second_factor", auth::second_factor(view, auth, known, at, gaps)),
            ("lockout", lockout::lockout(view, auth, known, at, gaps)),
            ("nullok", auth::nullok(auth, at)),
            ("unix", self.groups_with_unix(at)),
            ("last_login_shown", shows_last_login(auth, session, at)),
            ("limits", calls(session, "limits", at)),
        ];
        if self.names.iter().any(|name| name.starts_with("su") && !name.starts_with("sudo")) {
            facts.push(("wheel", auth::wheel(auth, account, known, groups, at)));
        }
        if self.names.contains(&"login") {
            facts.push(("securetty", calls(auth, "securetty", at)));
        }
        let address = format!("pam/{}", self.names.first().copied().unwrap_or_default());
        let attributes = Value::object(facts, at);
        super::add(view, scope, built, "pam.service", &address, attributes, at);
    }

    /// The groups in which pam_unix is called.
    fn groups_with_unix(&self, at: Span) -> Value {
        if let Some(hole) = self.stacks.iter().find_map(|stack| stack.hole.as_ref()) {
            return hole.value();
        }
        let named = ["auth", "account", "session", "password"].into_iter().zip(&self.stacks);
        let found = named.filter_map(|(name, stack)| Some(Value::string(name, stack.calls("unix").next()?.span)));
        Value::list(found.collect(), at)
    }
}

/// True if a stack calls this module, wherever.
fn calls(stack: &Stack, module: &str, at: Span) -> Value {
    match (&stack.hole, stack.calls(module).next()) {
        (_, Some(line)) => Value::bool(true, line.span),
        (Some(hole), None) => hole.value(),
        (None, None) => Value::bool(false, at),
    }
}

/// pam_lastlog(8) and pam_lastlog2(8), called for the session or, in some distributions, the authentication.
fn shows_last_login(auth: &Stack, session: &Stack, at: Span) -> Value {
    let names = ["lastlog", "lastlog2"];
    let mut found = names.iter().flat_map(|name| session.calls(name).chain(auth.calls(name)));
    match (found.find(|line| !line.has("silent")), session.hole.as_ref()) {
        (Some(line), _) => Value::bool(true, line.span),
        (None, Some(hole)) => hole.value(),
        (None, None) => Value::bool(false, at),
    }
}

/// Adds one resource for each way in which a password is changed.
fn passwords(view: &dyn View, scope: &Scope, built: &mut Built, defs: &Defs) {
    let mut seen: Vec<(Vec<&str>, Span, Stack)> = Vec::new();
    for name in PASSWORDS {
        // A file for inclusion counts only if there is no service that might include it.
        let is_part = matches!(*name, "common-password" | "system-auth");
        let Some(service) = stack::service(view, name).filter(|_| !is_part || seen.is_empty()) else { continue };
        let stack = stack::stack(view, name, Group::Password, &mut built.gaps);
        match seen.iter_mut().find(|(_, _, known)| known.is_same(&stack)) {
            Some((names, ..)) => names.push(name),
            None if stack.lines.is_empty() && stack.hole.is_none() => {}
            None => seen.push((vec![name], service, stack)),
        }
    }
    for (names, service, stack) in seen {
        let at = stack.lines.first().map_or(service, |line| line.span);
        let mut facts = password::facts(view, &stack, defs, at, &mut built.gaps);
        facts.push(("services", Value::list(names.iter().map(|name| Value::string(*name, at)).collect(), at)));
        let address = format!("pam-password/{}", names.first().copied().unwrap_or_default());
        super::add(view, scope, built, "pam.password", &address, Value::object(facts, at), at);
    }
}
