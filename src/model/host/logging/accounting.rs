//! Process accounting and statistics: sysstat's and acct's switches.

use crate::model::Built;
use crate::model::host::assignments::{assignments, last};
use crate::model::host::drop_ins::boolean;
use crate::model::host::logging::machine;
use crate::model::host::view::View;
use crate::model::host::{self, dialect, systemd};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// A collector: its name, its programs, the units that start it, Debian's switch.
type Collector = (&'static str, &'static [&'static str], &'static [&'static str], Option<&'static str>);

const PROGRAMS: [Collector; 2] = [
    (
        "sysstat",
        &["/usr/lib/sysstat/sadc", "/usr/lib64/sa/sadc", "/usr/libexec/sysstat/sadc"],
        &["sysstat.service", "sysstat-collect.timer"],
        Some("/etc/default/sysstat"),
    ),
    ("acct", &["/usr/sbin/accton", "/sbin/accton"], &["acct.service", "psacct.service"], None),
];

/// Adds `accounting` and `login.records` on a machine.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    login_records(view, scope, built);
    let Some(at) = machine(view) else { return };
    let mut active = Value::bool(false, at);
    for (_, programs, units, switch) in PROGRAMS {
        if !programs.iter().any(|path| view.exists(path)) && !switch.is_some_and(|path| view.exists(path)) {
            continue;
        }
        // Debian's timers run whatever the switch says, and do nothing unless it is on.
        if let Some(text) = switch.and_then(|path| view.read(path).ok()) {
            let all = assignments(&text);
            if let Some(found) = last(&all, "ENABLED") {
                let is_on = boolean(&found.value) == Some(true);
                if is_on || active.as_bool() == Some(false) {
                    active = Value::bool(is_on, found.span);
                }
                continue;
            }
        }
        for unit in units {
            let starts = systemd::starts_at_boot(view, unit);
            if starts.as_bool() != Some(false) && active.as_bool() != Some(true) {
                active = starts;
            }
        }
    }
    host::add(view, scope, built, "accounting", "accounting", Value::object([("active", active)], at), at);
}

const FAILED: &str = "/var/log/btmp";

/// Failed logins are written to /var/log/btmp if it is there, which systemd-tmpfiles(8) sees to at boot, and
/// counted unless `FAILLOG_ENAB` of login.defs(5) says no.
fn login_records(view: &dyn View, scope: &Scope, built: &mut Built) {
    let at = view.mark(FAILED);
    if machine(view).is_none() || !view.exists("/var/log") {
        return;
    }
    let made = ["/etc/tmpfiles.d/var.conf", "/usr/lib/tmpfiles.d/var.conf"].iter().any(|path| {
        view.read(path).is_ok_and(|text| text.text.lines().any(|line| line.starts_with('f') && line.contains(FAILED)))
    });
    let mut failed = Value::bool(made || view.exists(FAILED), at);
    if let Ok(text) = view.read("/etc/login.defs") {
        for (start, line) in dialect::lines(&text.text) {
            let mut words = line.split_whitespace();
            if words.next() == Some("FAILLOG_ENAB") && words.next() == Some("no") {
                failed = Value::bool(false, Span::new(text.id, start..start + line.len()));
            }
        }
    }
    let attributes = [("failed", failed)];
    host::add(view, scope, built, "login.records", "login records", Value::object(attributes, at), at);
}
