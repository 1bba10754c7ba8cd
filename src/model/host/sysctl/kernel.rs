//! Defaults that depend on how the kernel was built, from the configurations of the installed kernels.

use std::cell::OnceCell;

use crate::model::host::assignments::{assignments, last};
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::{Text, View};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Where distributions put them: Debian, Red Hat, Fedora.
const CONFIGURATIONS: [&str; 3] = ["/boot/config-*", "/usr/lib/modules/*/config", "/lib/modules/*/config"];

/// Installed kernels.
pub struct Kernel<'a> {
    view: &'a dyn View,
    place: Span,
    texts: OnceCell<Vec<Text>>,
}

impl<'a> Kernel<'a> {
    /// The kernels of this host; nothing is read until it is needed.
    pub fn new(view: &'a dyn View, place: Span) -> Self {
        Kernel { view, place, texts: OnceCell::new() }
    }

    /// The default of a key that is not the same in every kernel; `None` if it is the same, and a rule knows it.
    pub fn default_of(&self, key: &str) -> Option<Value> {
        let known = match key {
            "kernel.dmesg_restrict" => self.option("CONFIG_SECURITY_DMESG_RESTRICT", |set| Some(i64::from(set == "y"))),
            // Kernels of Red Hat refuse unprivileged programs whatever the option says.
            "kernel.unprivileged_bpf_disabled" => {
                self.option("CONFIG_BPF_UNPRIV_DEFAULT_OFF", |set| (set == "y").then_some(2))
            }
            "kernel.sysrq" => self.option("CONFIG_MAGIC_SYSRQ_DEFAULT_ENABLE", number),
            "kernel.yama.ptrace_scope" => self.yama(),
            _ => return None,
        };
        let what = || format!("{key}, whose default depends on how the kernel was built");
        Some(known.unwrap_or_else(|| Value::unknown(Reason::Running, what(), self.place)))
    }

    /// Without Yama the restriction does not exist. Yama begins with 1, Debian's with 0 (debian/patches,
    /// "yama: Disable by default").
    fn yama(&self) -> Option<Value> {
        let text = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| self.view.read(path).ok());
        let all = text.map(|text| assignments(&text)).unwrap_or_default();
        let get = |name| last(&all, name).map_or("", |found| &*found.value);
        let (id, like) = (get("ID"), get("ID_LIKE"));
        let on = match id {
            "debian" => Some(0),
            "ubuntu" => Some(1),
            _ if id.is_empty() || like.contains("debian") => None,
            _ => Some(1),
        };
        self.option("CONFIG_SECURITY_YAMA", |set| if set == "y" { on } else { Some(0) })
    }

    /// What an option of the build makes of a default, if every installed kernel says the same.
    fn option(&self, name: &str, value: impl Fn(&str) -> Option<i64>) -> Option<Value> {
        let texts = self.texts.get_or_init(|| {
            let paths = CONFIGURATIONS.iter().map(|pattern| glob::expand(self.view, pattern).paths);
            let paths = paths.into_iter().find(|paths| !paths.is_empty()).unwrap_or_default();
            paths.iter().filter_map(|path| self.view.read(path).ok()).collect()
        });
        let mut found = texts.iter().map(|text| {
            let (set, span) = set_to(text, name)?;
            Some(Value::int(value(set)?, span))
        });
        let first = found.next()??;
        found.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }
}

fn number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// What `CONFIG_X=value` says, `n` for the comment `# CONFIG_X is not set`, and where.
fn set_to<'t>(text: &'t Text, name: &str) -> Option<(&'t str, Span)> {
    lines(&text.text).find_map(|(at, line)| {
        let rest = line.strip_prefix("# ").unwrap_or(line).strip_prefix(name)?;
        let set = if rest == " is not set" { "n" } else { rest.strip_prefix('=')? };
        Some((set, Span::new(text.id, at..at + line.len())))
    })
}
