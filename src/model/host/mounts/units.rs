//! Mount and swap units: those that something pulls in at the start, with their drop-ins.
//!
//! systemd.mount(5): the name of a unit is its mount point, escaped. A unit in /etc or /run goes before the
//! one that is generated from /etc/fstab, and that before one of the vendor in /usr/lib.

use std::collections::BTreeMap;

use super::fstab::normalised;
use super::{Mount, Mounts, Swap};
use crate::model::host::boot;
use crate::model::host::dialect::sections::{self, Joined, PLAIN, Style};
use crate::model::host::view::{Text, View};

const DIRECTORIES: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
const STYLE: Style = Style { joined: Joined::Backslash, ..PLAIN };

/// Adds the file systems of units, and takes out those that are masked.
pub(super) fn read(view: &dyn View, out: &mut Mounts) {
    let mut found: BTreeMap<String, &str> = BTreeMap::new();
    let mut wanted = Vec::new();
    for dir in DIRECTORIES {
        for name in view.list(dir).unwrap_or_default() {
            if name.ends_with(".wants") || name.ends_with(".requires") {
                wanted.extend(view.list(&format!("{dir}/{name}")).unwrap_or_default());
            } else if name.ends_with(".mount") || name.ends_with(".swap") {
                found.entry(name).or_insert(dir);
            }
        }
    }
    for (name, dir) in found {
        let path = format!("{dir}/{name}");
        let point = point_of(&name);
        if matches!(view.link(&path), Ok(Some(target)) if target == "/dev/null") {
            out.mounts.retain(|mount| mount.path != point);
            continue;
        }
        let is_local = dir.starts_with("/etc") || dir.starts_with("/run");
        if out.at(&point).is_some_and(|_| !is_local) || !wanted.contains(&name) {
            if let Some(known) = out.mounts.iter_mut().find(|mount| mount.path == point) {
                drop_ins(view, &name, known);
            }
            continue;
        }
        let Ok(text) = view.read(&path) else { continue };
        if name.ends_with(".swap") {
            out.swaps.extend(swap(&text));
            continue;
        }
        let Some(mut mount) = mount(&text) else { continue };
        drop_ins(view, &name, &mut mount);
        out.mounts.retain(|known| known.path != mount.path);
        out.mounts.push(mount);
    }
    system(view, out);
}

/// What systemd mounts by itself, "rw,nosuid,nodev"; a line of fstab for it replaces the options.
fn system(view: &dyn View, out: &mut Mounts) {
    let is_systemd =
        ["/usr/lib/systemd/systemd", "/lib/systemd/systemd", "/etc/systemd"].iter().any(|path| view.exists(path));
    if is_systemd && out.is_stated && boot::is_machine(view) && out.at("/dev/shm").is_none() {
        let options = ["rw", "nosuid", "nodev"].map(str::to_owned).to_vec();
        let span = view.mark("/etc/fstab");
        let (path, device, kind) = ("/dev/shm".into(), "tmpfs".into(), "tmpfs".into());
        out.mounts.push(Mount { path, device, kind, options, span, from: "systemd" });
    }
}

fn mount(text: &Text) -> Option<Mount> {
    let sections = sections::parse(text, &STYLE);
    let get = |key: &str| sections.iter().rev().filter(|it| it.name == "Mount").find_map(|section| section.last(key));
    let point = get("Where")?;
    let options = get("Options");
    Some(Mount {
        path: normalised(&point.value),
        device: get("What").map_or_else(String::new, |what| what.value.clone()),
        kind: get("Type").map_or_else(|| "auto".into(), |kind| kind.value.clone()),
        options: options.map_or_else(Vec::new, |options| split(&options.value)),
        span: options.unwrap_or(point).span,
        from: "unit",
    })
}

fn swap(text: &Text) -> Option<Swap> {
    let sections = sections::parse(text, &STYLE);
    let what = sections.iter().rev().filter(|it| it.name == "Swap").find_map(|section| section.last("What"))?;
    Some(Swap { device: what.value.clone(), span: what.span })
}

fn split(options: &str) -> Vec<String> {
    options.split(',').map(|option| option.trim().to_owned()).collect()
}

/// Applies the drop-ins of a unit, which may also be one that is generated from fstab.
fn drop_ins(view: &dyn View, name: &str, mount: &mut Mount) {
    let mut by_name = BTreeMap::new();
    for dir in DIRECTORIES {
        let dir = format!("{dir}/{name}.d");
        for file in view.list(&dir).unwrap_or_default().into_iter().filter(|file| file.ends_with(".conf")) {
            let path = format!("{dir}/{file}");
            by_name.entry(file).or_insert(path);
        }
    }
    for path in by_name.into_values() {
        let Ok(text) = view.read(&path) else { continue };
        for section in sections::parse(&text, &STYLE).iter().filter(|section| section.name == "Mount") {
            for setting in &section.settings {
                match &*setting.key {
                    "Options" => (mount.options, mount.span) = (split(&setting.value), setting.span),
                    "What" => mount.device.clone_from(&setting.value),
                    "Type" => mount.kind.clone_from(&setting.value),
                    _ => {}
                }
            }
        }
    }
}

/// The mount point in the name of a unit: `var-log.mount` is /var/log, `\x2d` a dash.
fn point_of(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem == "-" {
        return "/".into();
    }
    let mut out = String::from("/");
    let mut rest = stem;
    while let Some(c) = rest.chars().next() {
        let code = rest.strip_prefix("\\x").and_then(|code| u8::from_str_radix(code.get(..2)?, 16).ok());
        match code {
            Some(code) => {
                out.push(char::from(code));
                rest = rest.get(4..).unwrap_or_default();
            }
            None => {
                out.push(if c == '-' { '/' } else { c });
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}
