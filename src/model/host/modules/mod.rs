//! Kernel modules that must not be loaded: modprobe.d(5), as one resource `kernel.module` each.
//!
//! `install name command` runs a command in place of loading: `/bin/false` and its kind make the module
//! unloadable. `blacklist name` only keeps the kernel from loading it by an alias (a device that is plugged
//! in): who names it loads it all the same. A file hides those of the same name in later directories.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Built;
use crate::model::host::boot;
use crate::model::host::boot::cmdline::Cmdline;
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

#[cfg(test)]
mod tests;

/// modprobe.d(5), most important first.
const DIRECTORIES: [&str; 5] =
    ["/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"];

/// The modules that rules ask for, and what they are.
const MODULES: &[(&str, &str)] = &[
    ("cramfs", "file-system"),
    ("freevxfs", "file-system"),
    ("hfs", "file-system"),
    ("hfsplus", "file-system"),
    ("jffs2", "file-system"),
    ("squashfs", "file-system"),
    ("udf", "file-system"),
    ("dccp", "protocol"),
    ("rds", "protocol"),
    ("sctp", "protocol"),
    ("tipc", "protocol"),
    ("usb_storage", "usb-storage"),
    ("uas", "usb-storage"),
    ("firewire_core", "direct-memory"),
    ("firewire_ohci", "direct-memory"),
    ("firewire_sbp2", "direct-memory"),
    ("thunderbolt", "direct-memory"),
    ("bluetooth", "bluetooth"),
    ("cfg80211", "wireless"),
];

/// What the files say.
#[derive(Debug, Default)]
struct Configuration {
    install: BTreeMap<String, (String, Span)>,
    blacklist: BTreeMap<String, Span>,
    place: Option<Span>,
    /// The first file that was not read: a later or earlier line of it may decide.
    hole: Option<(Reason, String)>,
    gaps: Vec<Gap>,
    /// True if a file outside of the directories of the vendor says something.
    is_local: bool,
}

/// Adds the modules of a host with a kernel of its own, or with settings for one in /etc.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let found = read(view);
    if !found.is_local && !boot::is_machine(view) {
        return;
    }
    built.gaps.extend(found.gaps.iter().cloned());
    let kernel = Kernel::read(view);
    let place = found.place.unwrap_or_else(|| view.mark("/etc/modprobe.d"));
    let mut names: Vec<(&str, &str)> = MODULES.to_vec();
    let more = found.install.keys().chain(found.blacklist.keys()).map(String::as_str);
    let known: BTreeSet<&str> = MODULES.iter().map(|(name, _)| *name).collect();
    let more: BTreeSet<&str> = more.filter(|name| !known.contains(name)).collect();
    names.extend(more.into_iter().map(|name| (name, "other")));
    for (name, class) in names {
        let install = found.install.get(name);
        let blacklist = found.blacklist.get(name);
        let at = install.map(|(_, span)| *span).or(blacklist.copied()).unwrap_or(place);
        let is_blocked = install.is_some_and(|(command, _)| refuses(command));
        let state = |is: bool| match &found.hole {
            _ if is => Some(Value::bool(true, at)),
            Some((reason, path)) => Some(Value::unknown(*reason, path.as_str(), at)),
            None => None,
        };
        let mut attributes = vec![("name", Value::string(name, at)), ("class", Value::string(class, at))];
        let states = [("blocked", is_blocked), ("blacklisted", blacklist.is_some())];
        attributes.extend(states.into_iter().filter_map(|(key, is)| Some((key, state(is)?))));
        if kernel.has(name) == Some(false) {
            attributes.push(("available", Value::bool(false, at)));
        }
        if kernel.built_in.contains(name) {
            attributes.push(("built_in", Value::bool(true, at)));
        }
        let attributes = Value::object(attributes, at);
        super::add(view, scope, built, "kernel.module", &format!("module {name}"), attributes, at);
    }
}

/// True for the commands that load nothing.
fn refuses(command: &str) -> bool {
    const NOTHING: [&str; 8] = [
        "/bin/true",
        "/bin/false",
        "/usr/bin/true",
        "/usr/bin/false",
        "true",
        "false",
        "/sbin/nologin",
        "/usr/sbin/nologin",
    ];
    let program = command.split_whitespace().next().unwrap_or_default();
    NOTHING.contains(&program) || program == ":"
}

/// A name in one spelling: modprobe(8) takes `-` and `_` for the same.
fn one_spelling(name: &str) -> String {
    name.replace('-', "_")
}

fn read(view: &dyn View) -> Configuration {
    let mut out = Configuration::default();
    let mut by_name = BTreeMap::new();
    for dir in DIRECTORIES {
        match view.list(dir) {
            Ok(names) => {
                for name in names.into_iter().filter(|name| name.ends_with(".conf")) {
                    by_name.entry(name.clone()).or_insert_with(|| format!("{dir}/{name}"));
                }
            }
            Err(OpenError::NotFound | OpenError::Outside) => {}
            Err(error) => out.trouble(view, dir, &Trouble::Open(error)),
        }
    }
    for path in by_name.into_values() {
        if matches!(view.link(&path), Ok(Some(target)) if target == "/dev/null") {
            continue;
        }
        match view.read(&path) {
            Ok(text) => out.file(&path, &text),
            Err(OpenError::NotFound | OpenError::Outside) => {}
            Err(error) => out.trouble(view, &path, &Trouble::Open(error)),
        }
    }
    out.command_line(view);
    out
}

impl Configuration {
    fn trouble(&mut self, view: &dyn View, path: &str, trouble: &Trouble) {
        self.gaps.push(trouble.gap(view.display(path)));
        self.hole.get_or_insert((trouble.reason(), path.to_owned()));
    }

    /// Lines, joined where they end in a backslash. kmod keeps the first `install` of a module that it finds.
    fn file(&mut self, path: &str, text: &Text) {
        self.place.get_or_insert(Span::new(text.id, 0..0));
        let mut open: Option<(String, usize)> = None;
        for (at, raw) in lines(&text.text) {
            let (mut whole, start) = open.take().unwrap_or((String::new(), at));
            if let Some(part) = raw.strip_suffix('\\') {
                whole.push_str(part);
                open = Some((whole, start));
                continue;
            }
            whole.push_str(raw);
            let span = Span::new(text.id, start..at + raw.len());
            let mut parts = whole.trim().splitn(3, [' ', '\t']);
            let (Some(keyword), Some(name)) = (parts.next(), parts.next()) else { continue };
            let name = one_spelling(name.trim());
            match keyword {
                "install" => {
                    let command = parts.next().unwrap_or_default().trim().to_owned();
                    self.install.entry(name).or_insert((command, span));
                }
                "blacklist" => {
                    self.blacklist.entry(name).or_insert(span);
                }
                _ => continue,
            }
            self.is_local |= path.starts_with("/etc/");
        }
    }

    /// `modprobe.blacklist=a,b` and `module_blacklist=a,b` of the kernel; the second refuses them altogether.
    fn command_line(&mut self, view: &dyn View) {
        let lines = Cmdline::read(view).configured;
        let [line] = lines.as_slice() else { return };
        for argument in &line.arguments {
            let names = argument.value.as_deref().unwrap_or_default().split(',').map(one_spelling);
            match argument.name.replace('-', "_").as_str() {
                "modprobe.blacklist" | "rd.driver.blacklist" => {
                    self.blacklist.extend(names.map(|name| (name, line.span)));
                }
                "module_blacklist" => {
                    let refused = names.map(|name| (name, ("/bin/false".to_owned(), line.span)));
                    self.install.extend(refused);
                }
                // "nousb: Disable the USB subsystem"; usbcore.nousb where it is a module.
                "nousb" | "usbcore.nousb" => {
                    let refused =
                        ["usb_storage", "uas"].map(|name| (name.to_owned(), ("/bin/false".to_owned(), line.span)));
                    self.install.extend(refused);
                }
                _ => {}
            }
        }
    }
}

/// The modules of the installed kernels, from the lists that depmod(8) makes.
#[derive(Debug, Default)]
struct Kernel {
    loadable: BTreeSet<String>,
    built_in: BTreeSet<String>,
    is_known: bool,
}

impl Kernel {
    fn read(view: &dyn View) -> Kernel {
        let mut out = Kernel::default();
        let wanted: BTreeSet<&str> = MODULES.iter().map(|(name, _)| *name).collect();
        for dir in ["/usr/lib/modules", "/lib/modules"] {
            for (list, is_built_in) in [("modules.dep", false), ("modules.builtin", true)] {
                for path in glob::expand(view, &format!("{dir}/*/{list}")).paths {
                    let Ok(text) = view.read(&path) else { continue };
                    out.is_known |= !is_built_in;
                    for line in text.text.lines() {
                        // `kernel/fs/udf/udf.ko.xz: kernel/lib/crc-itu-t.ko.xz`
                        let file = line.split(':').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
                        let name = one_spelling(file.split(".ko").next().unwrap_or_default());
                        if wanted.contains(&*name) {
                            let set = if is_built_in { &mut out.built_in } else { &mut out.loadable };
                            set.insert(name);
                        }
                    }
                }
            }
            if out.is_known {
                break;
            }
        }
        out
    }

    fn has(&self, name: &str) -> Option<bool> {
        self.is_known.then(|| self.loadable.contains(name) || self.built_in.contains(name))
    }
}
