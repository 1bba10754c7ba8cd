//! cron and at: whether they run, who may use them, who may change what they run.

use crate::model::Built;
use crate::model::host::logging::machine;
use crate::model::host::view::View;
use crate::model::host::{self, files, packages, systemd};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

/// A scheduler: its packages, programs and units, its lists of users.
struct Scheduler {
    kind: &'static str,
    packages: &'static [&'static str],
    programs: &'static [&'static str],
    units: &'static [&'static str],
    allow: &'static str,
    deny: &'static str,
}

const CRON: Scheduler = Scheduler {
    kind: "cron",
    packages: &["cron", "cronie", "systemd-cron", "bcron", "dcron"],
    programs: &["/usr/sbin/cron", "/usr/sbin/crond"],
    units: &["cron.service", "crond.service", "cronie.service", "cron.target"],
    allow: "/etc/cron.allow",
    deny: "/etc/cron.deny",
};
const AT: Scheduler = Scheduler {
    kind: "at",
    packages: &["at"],
    programs: &["/usr/sbin/atd"],
    units: &["atd.service"],
    allow: "/etc/at.allow",
    deny: "/etc/at.deny",
};

/// What cron runs, and who may change it.
const FILES: [(&str, &str); 11] = [
    ("/etc/crontab", "crontab"),
    ("/etc/anacrontab", "crontab"),
    ("/etc/cron.hourly", "cron-directory"),
    ("/etc/cron.daily", "cron-directory"),
    ("/etc/cron.weekly", "cron-directory"),
    ("/etc/cron.monthly", "cron-directory"),
    ("/etc/cron.yearly", "cron-directory"),
    ("/etc/cron.d", "cron-directory"),
    ("/etc/cron.allow", "cron-allow"),
    ("/etc/cron.deny", "cron-allow"),
    ("/etc/at.allow", "cron-allow"),
];

/// Adds `cron` and `at`.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    for scheduler in [&CRON, &AT] {
        add(view, scope, built, scheduler);
    }
    // An image of a container may have the directories, and nobody who runs what is in them.
    let is_used = machine(view).is_some()
        || CRON.programs.iter().any(|path| view.exists(path))
        || view.exists("/etc/crontab")
        || view.exists("/etc/cron.allow");
    for (path, role) in FILES.iter().filter(|_| is_used) {
        files::add(view, scope, built, path, role);
    }
}

fn add(view: &dyn View, scope: &Scope, built: &mut Built, scheduler: &Scheduler) {
    let package = packages::installed(view, scheduler.packages);
    let program = scheduler.programs.iter().find(|path| view.exists(path));
    let installed = package.is_some() || program.is_some();
    // That cron is not there is worth a word on a machine; that at is not there is not.
    let place = package.as_ref().map(|package| package.span).or(program.map(|path| view.mark(path)));
    let Some(at) = place.or(machine(view).filter(|_| scheduler.kind == "cron")) else { return };
    let mut all = vec![("installed", Value::bool(installed, at))];
    if installed {
        let mut starts = Value::bool(false, at);
        for unit in scheduler.units {
            let one = systemd::starts_at_boot(view, unit);
            if starts.as_bool() == Some(false) && one.as_bool() != Some(false) {
                starts = one;
            }
        }
        all.push(("enabled", starts));
        all.push(("limited", limited(view, scheduler, package.is_some_and(|found| is_vixie(view, found.span)), at)));
    }
    host::add(view, scope, built, scheduler.kind, scheduler.kind, Value::object(all, at), at);
}

/// True if only those on a list may use it. crontab(1): the allow list counts if it is there; without one, all
/// but those on the deny list may. Without either, Debian's cron lets everybody, cronie nobody but root; at(1)
/// lets nobody but root.
fn limited(view: &dyn View, scheduler: &Scheduler, is_debian: bool, at: Span) -> Value {
    if view.exists(scheduler.allow) {
        return Value::bool(true, view.mark(scheduler.allow));
    }
    if !view.is_whole() {
        return Value::unknown(Reason::File, scheduler.allow, at);
    }
    if view.exists(scheduler.deny) {
        return Value::bool(false, view.mark(scheduler.deny));
    }
    let is_open = scheduler.kind == "cron" && (is_debian || view.exists("/etc/debian_version"));
    Value::bool(!is_open, at)
}

/// Debian's cron is its own; the package database of dpkg says that it is this one.
fn is_vixie(view: &dyn View, span: Span) -> bool {
    view.read("/var/lib/dpkg/status").is_ok_and(|status| status.id == span.source)
}
