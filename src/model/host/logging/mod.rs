//! Logging: the journal, the syslog daemons, the rotation of what they write, the shippers.

mod accounting;
pub mod journald;
pub mod logrotate;
pub mod rsyslog;
pub mod shippers;
pub mod syslog_ng;
#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::assignments::{assignments, last};
use crate::model::host::view::View;
use crate::model::host::{boot, files};
use crate::open::Kind;
use crate::resource::Scope;
use crate::source::Span;

/// Adds what a host does with its logs.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    journald::probe(view, scope, built);
    rsyslog::probe(view, scope, built);
    syslog_ng::probe(view, scope, built);
    logrotate::probe(view, scope, built);
    shippers::probe(view, scope, built);
    accounting::probe(view, scope, built);
    permissions(view, scope, built);
}

/// The names of the distribution and of those that it is like, from os-release(5), the nearest first.
pub fn distribution(view: &dyn View) -> Vec<String> {
    let release = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| view.read(path).ok());
    let Some(release) = release else { return Vec::new() };
    let all = assignments(&release);
    let words = ["ID", "ID_LIKE"].iter().filter_map(|name| last(&all, name));
    words.flat_map(|found| found.value.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Where to point at on a machine that is known, for what it does not have. Containers and their images leave
/// the clock, the audit log and the jobs to the machine that they run on.
pub fn machine(view: &dyn View) -> Option<Span> {
    let release = ["/etc/os-release", "/usr/lib/os-release"].into_iter().find(|path| view.exists(path));
    release.filter(|_| boot::is_machine(view)).map(|path| view.mark(path))
}

/// Most files of /var/log whose owner and mode are looked at, and how deep.
const MAX_FILES: usize = 2_000;
const MAX_DEPTH: usize = 3;
/// What every user may read: who is logged in, and when somebody was (utmp(5)).
const READABLE: [&str; 5] = ["wtmp", "lastlog", "btmp", "README", "faillog"];
/// Kept with modes of their own: the journal's by systemd, the audit log's elsewhere.
const APART: [&str; 2] = ["/var/log/journal", "/var/log/audit"];

/// The logs, as files whose owner and mode matter: `log` for all but those with a role of their own.
fn permissions(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !view.is_whole() {
        return;
    }
    if !boot::is_machine(view) {
        return;
    }
    let mut todo = vec![("/var/log".to_owned(), 0)];
    let mut left = MAX_FILES;
    while let Some((dir, depth)) = todo.pop() {
        for name in view.list(&dir).unwrap_or_default() {
            let path = format!("{dir}/{name}");
            // A link is judged where it leads.
            if left == 0 || !matches!(view.link(&path), Ok(None)) {
                continue;
            }
            let Ok(stat) = view.stat(&path) else { continue };
            if stat.kind == Kind::Directory {
                if depth < MAX_DEPTH && !APART.contains(&&*path) {
                    todo.push((path, depth + 1));
                }
            } else if stat.kind == Kind::File {
                left -= 1;
                let is_login = READABLE.iter().any(|known| name == *known || name.starts_with(&format!("{known}.")));
                files::add(view, scope, built, &path, if is_login { "login-record" } else { "log" });
            }
        }
    }
}
