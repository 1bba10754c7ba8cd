//! Units of systemd (and the scripts of older init systems), as files alone tell of them.
//!
//! - [`state`]: what `systemctl is-enabled` says of a unit.
//! - [`starts_at_boot`]: whether the unit runs without anybody's doing.
//! - [`settings`]: what the unit says, drop-ins included.
//! - [`exec_start`]: the command line with which it starts its program.
//!
//! Not read: what generators would make at boot (from /etc/fstab, the kernel's command line, cloud-init),
//! conditions of units other than `ConditionPathExists=`,
//! activation by D-Bus or udev.

mod boot;
mod exec;
mod index;
mod other;
mod preset;
mod settings;
mod state;
#[cfg(test)]
mod tests;

pub use boot::starts_at_boot;
pub use exec::{Argument, exec_start, words};
pub use settings::{Settings, settings};
pub use state::{Kind, State, state};

/// Where units are looked for, most important first: systemd.unit(5), "Unit File Load Path".
const DIRECTORIES: [&str; 12] = [
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    PERSISTENT,
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The lowest: what a generator makes for scripts of System V.
const LATE: &str = "/run/systemd/generator.late";

/// Where `systemctl enable` makes its links.
const PERSISTENT: &str = "/etc/systemd/system";

/// What follows the last dot of a unit's name.
const TYPES: [&str; 11] =
    ["service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope"];

/// `getty@tty1.service` as prefix, instance and type. The instance is empty in a template and `None` in a
/// unit that is neither.
fn parts(unit: &str) -> Option<(&str, Option<&str>, &str)> {
    let (stem, kind) = unit.rsplit_once('.')?;
    let is_unit = TYPES.contains(&kind) && !stem.is_empty() && !unit.contains('/');
    is_unit.then(|| match stem.split_once('@') {
        Some((prefix, instance)) => (prefix, Some(instance), kind),
        None => (stem, None, kind),
    })
}

/// `getty@.service` of `getty@tty1.service`.
fn template(unit: &str) -> Option<String> {
    let (prefix, instance, kind) = parts(unit)?;
    instance.filter(|instance| !instance.is_empty()).map(|_| format!("{prefix}@.{kind}"))
}

/// `getty@tty1.service` of `getty@.service` and `tty1`; what is not a template stays as it is.
fn instance_of(unit: &str, instance: &str) -> String {
    match parts(unit) {
        Some((prefix, Some(""), kind)) => format!("{prefix}@{instance}.{kind}"),
        _ => unit.to_owned(),
    }
}
