//! Scripts of System V and OpenRC, for what no unit starts.
//!
//! systemd-sysv-generator(8): a script in /etc/init.d without a unit of its name is started in the runlevels
//! that have a link `S??name`. OpenRC starts what is linked in the runlevels sysinit, boot and default
//! (openrc(8), rc-update(8)).

use super::parts;
use crate::model::host::view::View;
use crate::source::Span;

/// Where distributions keep the links of runlevels: Debian, then Red Hat and SUSE.
const RUNLEVELS: [&str; 3] = ["/etc", "/etc/rc.d", "/etc/init.d"];

/// What OpenRC runs at boot.
const OPENRC: [&str; 3] = ["sysinit", "boot", "default"];

/// Whether the script that stands for `unit` is started at boot, and the link or script that says so. `None`
/// if there is no such script.
pub fn script(view: &dyn View, unit: &str) -> Option<(bool, Span)> {
    let (name, None, "service") = parts(unit)? else { return None };
    let path = ["/etc/init.d", "/etc/rc.d/init.d"].iter().map(|dir| format!("{dir}/{name}"));
    let path = path.into_iter().find(|path| view.exists(path))?;
    if view.exists("/etc/runlevels") {
        let link = OPENRC.iter().map(|level| format!("/etc/runlevels/{level}/{name}")).find(|link| view.exists(link));
        return Some((link.is_some(), view.mark_entry(&link.unwrap_or(path))));
    }
    let link = start_link(view, name);
    Some((link.is_some(), view.mark_entry(&link.unwrap_or(path))))
}

/// `/etc/rc3.d/S01name`, in any runlevel with several users or at boot.
fn start_link(view: &dyn View, script: &str) -> Option<String> {
    let folders = RUNLEVELS.iter().flat_map(|dir| ["2", "3", "4", "5", "S"].map(|level| format!("{dir}/rc{level}.d")));
    folders.into_iter().find_map(|folder| {
        let names = view.list(&folder).ok()?;
        let found = names.into_iter().find(|name| started(name) == Some(script))?;
        Some(format!("{folder}/{found}"))
    })
}

/// `name` of `S01name`.
fn started(link: &str) -> Option<&str> {
    let rest = link.strip_prefix('S')?;
    let name = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() - name.len() == 2).then_some(name)
}
