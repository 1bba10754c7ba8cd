//! What kind of root filesystem a probe looks at: rules about what should be there ask only where it could be.

use crate::model::host::view::View;
use crate::source::Span;

/// The files of os-release(5).
const SYSTEM: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// What the kernel starts: init(1), systemd(1), busybox's and OpenRC's table.
const INIT: [&str; 5] =
    ["/sbin/init", "/usr/sbin/init", "/lib/systemd/systemd", "/usr/lib/systemd/systemd", "/etc/inittab"];

/// The file that says which system this is, on a whole host: what is not there is absent.
pub fn recognised(view: &dyn View) -> Option<Span> {
    SYSTEM.iter().find(|file| view.is_whole() && view.exists(file)).map(|file| view.mark(file))
}

/// The same of a system that boots: a machine, and not the root of a container, which has neither services
/// nor a firewall of its own.
pub fn boots(view: &dyn View) -> Option<Span> {
    recognised(view).filter(|_| INIT.iter().any(|path| view.exists(path) || matches!(view.link(path), Ok(Some(_)))))
}
