//! Sessions at a screen and what systemd does with sessions: logind, core dumps, dconf, GDM, the X server.

mod conf;
mod dconf;
#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::dialect::sections::{self, PLAIN};
use crate::model::host::packages;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;
use conf::Conf;

/// Where GDM's settings are: Debian's daemon.conf, Ubuntu's and Red Hat's custom.conf.
const GDM: [&str; 3] = ["/etc/gdm3/daemon.conf", "/etc/gdm3/custom.conf", "/etc/gdm/custom.conf"];
/// Package databases that can say that something is not there.
const DATABASES: [&str; 2] = ["/var/lib/dpkg/status", "/lib/apk/db/installed"];
/// Packages that bring an X server, of Debian and of Alpine.
const X_SERVERS: [&str; 3] = ["xserver-xorg-core", "xserver-xorg", "xorg-server"];

/// Adds every part that is there.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    logind(view, scope, built);
    coredump(view, scope, built);
    gdm(view, scope, built);
    xorg(view, scope, built);
    dconf::probe(view, scope, built);
}

/// logind.conf(5).
fn logind(view: &dyn View, scope: &Scope, built: &mut Built) {
    let conf = Conf::read(view, "logind.conf", &mut built.gaps);
    let Some(at) = conf.place else { return };
    let mut facts = Vec::new();
    for (key, name) in [("idle_action", "IdleAction"), ("kill_user_processes", "KillUserProcesses")] {
        facts.extend(conf.text("Login", name).map(|value| (key, value)));
    }
    for (key, name) in [("idle_action_sec", "IdleActionSec"), ("stop_idle_session_sec", "StopIdleSessionSec")] {
        facts.extend(conf.seconds("Login", name).map(|value| (key, value)));
    }
    super::add(view, scope, built, "logind", "logind", Value::object(facts, at), at);
}

/// coredump.conf(5); there is such a thing only if systemd-coredump is installed.
fn coredump(view: &dyn View, scope: &Scope, built: &mut Built) {
    let conf = Conf::read(view, "coredump.conf", &mut built.gaps);
    let program = "/usr/lib/systemd/systemd-coredump";
    let installed = view.exists(program).then(|| view.mark(program));
    let Some(at) = conf.place.or(installed) else { return };
    let mut facts = Vec::new();
    facts.extend(conf.text("Coredump", "Storage").map(|value| ("storage", value)));
    facts.extend(conf.text("Coredump", "ProcessSizeMax").map(|value| ("process_size_max", value)));
    super::add(view, scope, built, "coredump", "coredump", Value::object(facts, at), at);
}

/// GDM's own file: who is logged in without being asked, and whether other machines may open a session.
fn gdm(view: &dyn View, scope: &Scope, built: &mut Built) {
    for path in GDM {
        let Ok(text) = view.read(path) else { continue };
        let at = Span::new(text.id, 0..0);
        let sections = sections::parse(&text, &PLAIN);
        let flag = |section: &str, key: &str| {
            let of = sections.iter().rev().filter(|one| one.name.eq_ignore_ascii_case(section));
            let found = of.filter_map(|one| one.last(key)).next();
            found.map_or(Value::bool(false, at), |it| Value::bool(it.value.eq_ignore_ascii_case("true"), it.span))
        };
        let facts = [
            ("automatic_login", flag("daemon", "AutomaticLoginEnable")),
            ("timed_login", flag("daemon", "TimedLoginEnable")),
            ("xdmcp", flag("xdmcp", "Enable")),
        ];
        return super::add(view, scope, built, "gdm", "gdm", Value::object(facts, at), at);
    }
}

/// Whether there is an X server, where a package database can tell.
fn xorg(view: &dyn View, scope: &Scope, built: &mut Built) {
    let Some(database) = DATABASES.iter().find(|path| view.exists(path)).filter(|_| view.is_whole()) else { return };
    let package = packages::installed(view, &X_SERVERS);
    let at = package.as_ref().map_or_else(|| view.mark(database), |package| package.span);
    let facts = [("installed", Value::bool(package.is_some(), at))];
    super::add(view, scope, built, "xorg", "xorg", Value::object(facts, at), at);
}
