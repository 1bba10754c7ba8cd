//! What is mounted where: `mount`, `swap`, `crypt.device` and `nfs.export`.
//!
//! fstab(5) and the mount units of systemd state it, and systemd itself for /dev/shm; on the machine, an
//! option counts only if what is mounted has it too. A directory that is often a file system of its own and
//! is none is a `mount` with `separate` false.

mod crypt;
mod exports;
mod fstab;
mod running;
#[cfg(test)]
mod tests;
mod units;

use std::sync::Arc;

use crate::model::Built;
use crate::model::host::boot;
use crate::model::host::view::{Trouble, View};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Entry, Reason, Value};
use crypt::Crypt;

/// Directories that guidance wants on file systems of their own.
const EXPECTED: [&str; 8] = ["/tmp", "/var", "/var/tmp", "/var/log", "/var/log/audit", "/home", "/dev/shm", "/boot"];

/// A file system and where it is mounted.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The mount point.
    pub path: String,
    /// The device, server or directory.
    pub device: String,
    /// The type: `ext4`, `nfs`.
    pub kind: String,
    /// The options, in order.
    pub options: Vec<String>,
    /// The line.
    pub span: Span,
    /// What states it: `fstab`, `unit`, `systemd`, `running`.
    pub from: &'static str,
}

/// Space that memory is written to.
#[derive(Clone, Debug)]
pub struct Swap {
    /// The device or file.
    pub device: String,
    /// The line.
    pub span: Span,
}

/// Everything that is mounted at the start.
#[derive(Debug, Default)]
pub struct Mounts {
    /// File systems, one of each mount point.
    pub mounts: Vec<Mount>,
    /// Swap space.
    pub swaps: Vec<Swap>,
    /// Files that were not read.
    pub troubles: Vec<(String, Trouble)>,
    /// True if there is an fstab, so that what it does not name is not mounted.
    pub is_stated: bool,
}

impl Mounts {
    /// Reads what is there.
    pub fn read(view: &dyn View) -> Mounts {
        let mut out = Mounts::default();
        fstab::read(view, &mut out);
        units::read(view, &mut out);
        out
    }

    /// The file system that is mounted exactly at `path`.
    pub fn at(&self, path: &str) -> Option<&Mount> {
        self.mounts.iter().find(|mount| mount.path == path)
    }

    /// The file system that holds `path`.
    pub fn holder(&self, path: &str) -> Option<&Mount> {
        let holds = |mount: &&Mount| {
            let rest = path.strip_prefix(mount.path.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.mounts.iter().filter(holds).max_by_key(|mount| mount.path.len())
    }
}

/// Adds the resources of a host.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    exports::probe(view, scope, built);
    let found = Mounts::read(view);
    let crypt = Crypt::read(view);
    built.gaps.extend(found.troubles.iter().chain(&crypt.troubles).map(|(path, why)| why.gap(view.display(path))));
    crypt.add(view, scope, built, &found);
    let live = running::Running::read(view);
    for mount in &found.mounts {
        let attributes = attributes(view, mount, &found, &crypt, live.as_ref());
        super::add(view, scope, built, "mount", &mount.path, attributes, mount.span);
    }
    for swap in &found.swaps {
        let at = swap.span;
        let mut attributes = vec![("device", Value::string(&*swap.device, at))];
        if swap.device.starts_with("/dev/zram") {
            attributes.push(("on_disk", Value::bool(false, at)));
        }
        attributes.extend(unless_false(crypt.of_device(&swap.device, &found, at)).map(|is| ("encrypted", is)));
        super::add(view, scope, built, "swap", &swap.device, Value::object(attributes, at), at);
    }
    if boot::is_machine(view) {
        missing(view, scope, built, &found, live.as_ref());
    }
}

/// Adds the expected directories that are no file systems of their own.
fn missing(view: &dyn View, scope: &Scope, built: &mut Built, found: &Mounts, live: Option<&running::Running>) {
    let span = view.mark("/etc/fstab");
    for path in EXPECTED.iter().filter(|path| **path != "/boot" && found.at(path).is_none()) {
        if *path == "/var/log/audit" && !view.exists("/etc/audit") {
            continue;
        }
        let is_separate = match (found.troubles.first(), live) {
            (Some((file, trouble)), _) => Value::unknown(trouble.reason(), file.as_str(), span),
            (None, Some(live)) if live.at(path).is_some() => Value::bool(true, span),
            // Without an fstab the partition table may say what is mounted (systemd-gpt-auto-generator(8)).
            (None, _) if !found.is_stated => Value::unknown(Reason::Running, "what is mounted", span),
            (None, _) => Value::bool(false, span),
        };
        let path_of = ("path", Value::string(*path, span));
        let attributes = std::iter::once(path_of).chain(unless_false(is_separate).map(|is| ("separate", is)));
        super::add(view, scope, built, "mount", path, Value::object(attributes, span), span);
    }
}

fn attributes(view: &dyn View, mount: &Mount, all: &Mounts, crypt: &Crypt, live: Option<&running::Running>) -> Value {
    let at = mount.span;
    let mut entries: Vec<(Arc<str>, Entry)> = Vec::new();
    let mut set = |key: &str, value: Value| entries.push((key.into(), Entry { key: value.span, value }));
    set("path", Value::string(&*mount.path, at));
    set("device", Value::string(&*mount.device, at));
    set("type", Value::string(&*mount.kind, at));
    set("from", Value::string(mount.from, at));
    let options = mount.options.iter().map(|option| Value::string(&**option, at)).collect();
    set("options", Value::list(options, at));
    if mount.options.iter().any(|option| option == "noauto") {
        set("automatic", Value::bool(false, at));
    }
    let flags = fstab::flags(&mount.options);
    let flags =
        [("nodev", flags.nodev), ("nosuid", flags.nosuid), ("noexec", flags.noexec), ("read_only", flags.read_only)];
    for (name, _) in flags.into_iter().filter(|(_, is_on)| *is_on) {
        let lacking = live.and_then(|live| live.at(&mount.path)).filter(|now| name != "read_only" && !now.has(name));
        set(name, lacking.map_or(Value::bool(true, at), |now| Value::bool(false, now.span)));
    }
    for (name, is) in [("separate", is_separate(mount, all)), ("removable", is_removable(mount))] {
        if is {
            set(name, Value::bool(true, at));
        }
    }
    if let Some(encrypted) = transport(mount) {
        set("remote", Value::bool(true, at));
        if let Some(encrypted) = unless_false(encrypted) {
            set("transport_encrypted", encrypted);
        }
    }
    if is_disk(mount) {
        set("disk", Value::bool(true, at));
        if let Some(encrypted) = unless_false(crypt.of_mount(view, mount, all)) {
            set("encrypted", encrypted);
        }
        if all.holder("/home").is_some_and(|holder| holder.path == mount.path) {
            set("holds_home", Value::bool(true, at));
            if let Some((name, span)) = crypt::homes(view) {
                set("home_encryption", Value::string(name, span));
            }
        }
    }
    Value::map(entries, at)
}

/// What is false is not set, as if nobody had thought of it.
fn unless_false(value: Value) -> Option<Value> {
    (value.as_bool() != Some(false)).then_some(value)
}

/// A directory that is mounted a second time shares the file system that holds it.
fn is_separate(mount: &Mount, all: &Mounts) -> bool {
    let is_bound = mount.options.iter().any(|option| option == "bind" || option == "rbind") || mount.kind == "bind";
    !is_bound || all.holder(&mount.device).is_some_and(|holder| holder.path != "/")
}

/// Media that are carried around, by their type, device, or the place that is kept for them.
fn is_removable(mount: &Mount) -> bool {
    const DEVICES: [&str; 4] = ["/dev/sr", "/dev/cdrom", "/dev/dvd", "/dev/fd"];
    const PLACES: [&str; 3] = ["/media/", "/mnt/usb", "/run/media/"];
    matches!(&*mount.kind, "iso9660" | "udf" | "exfat")
        || DEVICES.iter().any(|device| mount.device.starts_with(device))
        || PLACES.iter().any(|place| mount.path.starts_with(place))
}

/// True for a file system of a disk that holds more than what starts the machine.
fn is_disk(mount: &Mount) -> bool {
    const DISKS: [&str; 14] = [
        "ext2", "ext3", "ext4", "xfs", "btrfs", "jfs", "f2fs", "reiserfs", "zfs", "ntfs", "ntfs3", "bcachefs", "auto",
        "ocfs2",
    ];
    let is_boot = mount.path == "/boot" || mount.path.starts_with("/boot/") || mount.path == "/efi";
    let is_bound = mount.options.iter().any(|option| option == "bind" || option == "rbind");
    DISKS.contains(&&*mount.kind) && !is_boot && !is_bound && !is_removable(mount)
}

/// Whether what passes between this machine and a server is encrypted; `None` for a local file system.
fn transport(mount: &Mount) -> Option<Value> {
    let at = mount.span;
    let option =
        |name: &str| mount.options.iter().rev().find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
    let has = |name: &str| mount.options.iter().any(|option| option == name);
    let server = mount.device.trim_start_matches('/').split([':', '/']).next().unwrap_or_default();
    let known = match &*mount.kind {
        // nfs(5): "krb5p ... encrypts"; `xprtsec` is TLS beneath it.
        "nfs" | "nfs4" => option("sec") == Some("krb5p") || option("xprtsec").is_some_and(|with| with != "none"),
        // mount.cifs(8): "seal: Request encryption at the SMB layer."
        "cifs" | "smb3" => has("seal") || option("sec") == Some("krb5p"),
        "efs" => has("tls"),
        "ceph" => option("ms_mode").is_some_and(|mode| mode.contains("secure")),
        "fuse.sshfs" | "sshfs" => true,
        "davfs" => mount.device.starts_with("https:"),
        "glusterfs" | "lustre" | "afs" | "9p" | "ncpfs" => {
            return Some(Value::unknown(Reason::Unsupported, format!("how {} is transported", mount.kind), at));
        }
        _ => return None,
    };
    if !known && matches!(server, "localhost" | "127.0.0.1" | "::1" | "[") {
        return Some(Value::unknown(Reason::Unsupported, "a tunnel on this machine may encrypt it", at));
    }
    Some(Value::bool(known, at))
}
