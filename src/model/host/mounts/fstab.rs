//! fstab(5), and what mount options mean together.

use super::{Mount, Mounts, Swap};
use crate::model::host::dialect::lines;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::source::Span;

const FILE: &str = "/etc/fstab";
/// Most lines that are kept.
const MAX_LINES: usize = 10_000;

/// Adds the file systems of /etc/fstab. Of two lines with one mount point systemd takes the first
/// (systemd-fstab-generator refuses the second), mount(8) `-a` leaves the last on top.
pub(super) fn read(view: &dyn View, out: &mut Mounts) {
    let text = match view.read(FILE) {
        Ok(text) => text,
        Err(OpenError::NotFound | OpenError::Outside) => return,
        Err(error) => return out.troubles.push((FILE.into(), Trouble::Open(error))),
    };
    out.is_stated = true;
    let is_systemd = ["/etc/systemd", "/usr/lib/systemd", "/lib/systemd"].iter().any(|path| view.exists(path));
    for (at, raw) in lines(&text.text).take(MAX_LINES) {
        let line = raw.trim();
        let mut fields = line.split_whitespace();
        let (Some(device), Some(path)) = (fields.next(), fields.next()) else { continue };
        if device.starts_with('#') {
            continue;
        }
        let kind = fields.next().unwrap_or("auto").to_owned();
        let options: Vec<String> = fields.next().unwrap_or("defaults").split(',').map(str::to_owned).collect();
        let begin = at + raw.len() - raw.trim_start().len();
        let span = Span::new(text.id, begin..begin + line.len());
        if kind == "swap" {
            out.swaps.push(Swap { device: unescaped(device), span });
            continue;
        }
        let (device, path) = (unescaped(device), normalised(&unescaped(path)));
        if !path.starts_with('/') || kind == "ignore" {
            continue;
        }
        let mount = Mount { path, device, kind, options, span, from: "fstab" };
        match out.mounts.iter_mut().find(|known| known.path == mount.path) {
            Some(known) if !is_systemd => *known = mount,
            Some(_) => {}
            None => out.mounts.push(mount),
        }
    }
}

/// A path without a slash at its end.
pub(super) fn normalised(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// `\040` and its kind, which stand for blanks.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                out.push(char::from(code));
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                out.push('\\');
                rest = after;
            }
        }
    }
    out + rest
}

/// The flags that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Device files do not work.
    pub nodev: bool,
    /// Set-user-id bits do not work.
    pub nosuid: bool,
    /// Programs cannot be started.
    pub noexec: bool,
    /// Nothing can be written.
    pub read_only: bool,
}

/// What options mean together: mount(8) takes the last of two that contradict each other, and `user`, `users`,
/// `owner` and `group` imply more "unless overridden by subsequent options".
pub fn flags(options: &[String]) -> Flags {
    let mut all = Flags::default();
    for option in options {
        match &**option {
            "defaults" => all = Flags::default(),
            "nodev" => all.nodev = true,
            "dev" => all.nodev = false,
            "nosuid" => all.nosuid = true,
            "suid" => all.nosuid = false,
            "noexec" => all.noexec = true,
            "exec" => all.noexec = false,
            "ro" => all.read_only = true,
            "rw" => all.read_only = false,
            "user" | "users" => (all.nodev, all.nosuid, all.noexec) = (true, true, true),
            "owner" | "group" => (all.nodev, all.nosuid) = (true, true),
            _ => {}
        }
    }
    all
}
