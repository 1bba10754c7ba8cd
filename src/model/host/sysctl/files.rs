//! Which files of kernel settings are applied, and in which order.
//!
//! sysctl.d(5): files of /etc, /run, /usr/local/lib and /usr/lib, "sorted by their filename in
//! lexicographic order, regardless of which of the directories they reside in"; of two files with one name
//! only that of the first directory is read. /etc/sysctl.conf is not among them: systemd-sysctl reads it
//! where a link in /etc/sysctl.d leads to it (Debian up to 12, Red Hat). sysctl(8) `--system` prefers /run to
//! /etc and reads /etc/sysctl.conf after all others.

use std::collections::BTreeMap;

use crate::model::host::assignments::{assignments, last};
use crate::model::host::view::View;
use crate::open::OpenError;

/// The program that applies them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applier {
    /// systemd-sysctl.
    Systemd,
    /// `sysctl --system` of procps, or a start script that does the same.
    Procps,
}

impl Applier {
    /// The directories, most important first.
    fn directories(self) -> [&'static str; 5] {
        match self {
            Applier::Systemd => {
                ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"]
            }
            Applier::Procps => {
                ["/run/sysctl.d", "/etc/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"]
            }
        }
    }
}

/// The file that systemd-sysctl does not read by itself.
pub const MAIN: &str = "/etc/sysctl.conf";

/// The program that this host uses, if what is there tells.
pub fn applier(view: &dyn View) -> Option<Applier> {
    const SYSTEMD: [&str; 3] = ["/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl", "/etc/systemd"];
    const OTHERS: [&str; 4] = ["/sbin/openrc", "/usr/sbin/openrc", "/etc/runlevels", "/etc/inittab"];
    if SYSTEMD.iter().any(|path| view.exists(path)) {
        return Some(Applier::Systemd);
    }
    OTHERS.iter().any(|path| view.exists(path)).then_some(Applier::Procps)
}

/// What is to be read.
#[derive(Debug, Default)]
pub struct Files {
    /// In order; a file that was not read may hold anything.
    pub paths: Vec<String>,
    /// Directories that could not be listed.
    pub refused: Vec<(String, OpenError)>,
}

/// The files in the order in which they are applied.
pub fn files(view: &dyn View, applier: Applier) -> Files {
    let mut out = Files::default();
    let mut by_name = BTreeMap::new();
    for dir in applier.directories() {
        let names = match view.list(dir) {
            Ok(names) => names,
            Err(OpenError::NotFound) => continue,
            Err(error) => {
                out.refused.push((dir.to_owned(), error));
                continue;
            }
        };
        for name in names.into_iter().filter(|name| name.ends_with(".conf")) {
            by_name.entry(name.clone()).or_insert_with(|| format!("{dir}/{name}"));
        }
    }
    // A link to /dev/null disables the files of its name.
    let is_mask = |path: &String| matches!(view.link(path), Ok(Some(target)) if target == "/dev/null");
    out.paths = by_name.into_values().filter(|path| !is_mask(path)).collect();
    if applier == Applier::Procps && view.exists(MAIN) {
        out.paths.push(MAIN.to_owned());
    }
    out.paths.extend(ufw(view));
    out
}

/// What ufw(8) sets when it starts, after the others: the file that `IPT_SYSCTL` names.
fn ufw(view: &dyn View) -> Option<String> {
    let is_on = assignments(&view.read("/etc/ufw/ufw.conf").ok()?);
    last(&is_on, "ENABLED").filter(|found| found.value.eq_ignore_ascii_case("yes"))?;
    let default = assignments(&view.read("/etc/default/ufw").ok()?);
    let path = last(&default, "IPT_SYSCTL").map(|found| found.value.clone())?;
    view.exists(&path).then_some(path)
}
