//! Encryption of disks: crypttab(5), and on the machine itself the device mapper.

use super::{Mount, Mounts, running};
use crate::model::Built;
use crate::model::host::boot::cmdline::Cmdline;
use crate::model::host::dialect::lines;
use crate::model::host::view::{Trouble, View};
use crate::model::host::{files, glob};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

const FILE: &str = "/etc/crypttab";
/// Deepest stack of devices that is looked through: LVM on RAID on LUKS is three.
const MAX_DEPTH: usize = 8;

/// A line of crypttab(5).
#[derive(Clone, Debug)]
struct Device {
    name: String,
    device: String,
    key: Option<String>,
    options: Vec<String>,
    span: Span,
}

/// Every encrypted device that is opened at the start.
#[derive(Debug, Default)]
pub struct Crypt {
    devices: Vec<Device>,
    /// Arguments of the kernel that open one before anything else: dracut's, systemd's, Arch's.
    is_opened_early: bool,
    /// Files that were not read.
    pub troubles: Vec<(String, Trouble)>,
}

impl Crypt {
    /// Reads what is there.
    pub fn read(view: &dyn View) -> Crypt {
        let mut out = Crypt::default();
        let early = |name: &str| {
            name.starts_with("rd.luks.") || name.starts_with("luks.") || name == "cryptdevice" || name == "crypto"
        };
        out.is_opened_early =
            Cmdline::read(view).configured.iter().any(|line| line.arguments.iter().any(|one| early(&one.name)));
        let text = match view.read(FILE) {
            Ok(text) => text,
            Err(OpenError::NotFound | OpenError::Outside) => return out,
            Err(error) => {
                out.troubles.push((FILE.into(), Trouble::Open(error)));
                return out;
            }
        };
        for (at, raw) in lines(&text.text) {
            let mut fields = raw.split_whitespace();
            let (Some(name), Some(device)) = (fields.next(), fields.next()) else { continue };
            if name.starts_with('#') {
                continue;
            }
            let key = fields.next().filter(|key| !matches!(*key, "none" | "-" | "ask")).map(str::to_owned);
            let options = fields.next().unwrap_or_default().split(',').map(str::to_owned).collect();
            let span = Span::new(text.id, at..at + raw.len());
            out.devices.push(Device { name: name.into(), device: device.into(), key, options, span });
        }
        out
    }

    /// Adds one `crypt.device` for each line, and its key file.
    pub fn add(&self, view: &dyn View, scope: &Scope, built: &mut Built, mounts: &Mounts) {
        for device in &self.devices {
            let at = device.span;
            let mut attributes =
                vec![("name", Value::string(&*device.name, at)), ("device", Value::string(&*device.device, at))];
            let has = |name: &str| device.options.iter().any(|it| it == name || it.starts_with(&format!("{name}=")));
            let is_held = has("tpm2-device") || has("fido2-device") || has("pkcs11-uri");
            let is_random_key = device.key.as_deref().is_some_and(is_random);
            let facts = [("hardware_key", is_held), ("random_key", is_random_key)];
            attributes.extend(facts.into_iter().filter(|(_, is)| *is).map(|(name, is)| (name, Value::bool(is, at))));
            if let Some(key) = device.key.as_deref().filter(|key| key.starts_with('/') && !is_random(key)) {
                attributes.push(("key_file", Value::string(key, at)));
                let place = mounts.holder(key).map(|mount| self.of_mount(view, mount, mounts));
                let unknown = || Value::unknown(Reason::Running, format!("what holds {key}"), at);
                let place = place.map_or_else(unknown, |value| value.at(at));
                attributes.extend(super::unless_false(place).map(|place| ("key_file_encrypted", place)));
                files::add(view, scope, built, key, "disk-key");
            }
            let address = format!("crypttab/{}", device.name);
            crate::model::host::add(view, scope, built, "crypt.device", &address, Value::object(attributes, at), at);
        }
    }

    /// Whether the disk of a file system is encrypted.
    pub fn of_mount(&self, view: &dyn View, mount: &Mount, all: &Mounts) -> Value {
        if let Some(now) = running::Running::read(view).as_ref().and_then(|live| live.at(&mount.path))
            && let Some(found) = stacked(view, &format!("/sys/dev/block/{}", now.device))
        {
            return Value::bool(found, mount.span);
        }
        if mount.kind == "zfs" || mount.kind == "bcachefs" {
            let what = format!("whether {} encrypts by itself", mount.device);
            return Value::unknown(Reason::Running, what, mount.span);
        }
        self.of_device(&mount.device, all, mount.span)
    }

    /// Whether a device, or the file system of a file, is encrypted.
    pub fn of_device(&self, device: &str, all: &Mounts, span: Span) -> Value {
        let mapped = device.strip_prefix("/dev/mapper/");
        if let Some(found) = mapped.and_then(|name| self.devices.iter().find(|known| known.name == name)) {
            return Value::bool(true, found.span);
        }
        if let Some((file, trouble)) = self.troubles.first() {
            return Value::unknown(trouble.reason(), file.as_str(), span);
        }
        if device.starts_with('/') && !device.starts_with("/dev/") {
            return match all.holder(device).filter(|mount| mount.device != device) {
                Some(mount) => self.of_device(&mount.device, &Mounts::default(), mount.span),
                None => Value::unknown(Reason::Running, format!("what holds {device}"), span),
            };
        }
        // A partition by its number cannot be an opened device; a volume or an identifier may lie on one.
        let is_plain = ["/dev/sd", "/dev/vd", "/dev/xvd", "/dev/nvme", "/dev/hd", "/dev/mmcblk"]
            .iter()
            .any(|disk| device.starts_with(disk));
        let data = self.devices.iter().any(|known| !known.options.iter().any(|option| option == "swap"));
        if !is_plain && (data || self.is_opened_early) {
            return Value::unknown(Reason::Running, format!("what {device} lies on"), span);
        }
        Value::bool(false, span)
    }
}

fn is_random(key: &str) -> bool {
    matches!(key, "/dev/urandom" | "/dev/random" | "/dev/hwrng")
}

/// True if a device or one beneath it is dm-crypt's, which the kernel says in the device's name
/// (`CRYPT-LUKS2-...`); `None` where the kernel shows no such device.
fn stacked(view: &dyn View, device: &str) -> Option<bool> {
    if !view.exists(device) {
        return None;
    }
    let mut todo = vec![(device.to_owned(), 0)];
    while let Some((path, depth)) = todo.pop() {
        let uuid = view.read(&format!("{path}/dm/uuid")).ok();
        if uuid.is_some_and(|uuid| uuid.text.starts_with("CRYPT-")) {
            return Some(true);
        }
        if depth < MAX_DEPTH {
            let beneath = view.list(&format!("{path}/slaves")).unwrap_or_default();
            todo.extend(beneath.into_iter().map(|name| (format!("/sys/class/block/{name}"), depth + 1)));
        }
    }
    Some(false)
}

/// What encrypts home directories by themselves at login, and where that is said.
pub fn homes(view: &dyn View) -> Option<(&'static str, Span)> {
    glob::expand(view, "/etc/pam.d/*").paths.iter().find_map(|path| {
        let text = view.read(path).ok()?;
        lines(&text.text).filter(|(_, line)| !line.trim_start().starts_with('#')).find_map(|(at, line)| {
            let modules = [("pam_fscrypt", "fscrypt"), ("pam_ecryptfs", "ecryptfs"), ("pam_systemd_home", "homed")];
            let found = modules.iter().find(|(module, _)| line.contains(module))?;
            Some((found.1, Span::new(text.id, at..at + line.len())))
        })
    })
}
