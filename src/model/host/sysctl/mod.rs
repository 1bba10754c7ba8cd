//! Kernel settings: what systemd-sysctl(8) or sysctl(8) sets at boot, as one resource `sysctl`.
//!
//! The value of a key is the one that holds after the next start: what the files say, else, on the machine
//! itself, what runs. Where nothing is set, a rule's default is the kernel's own; where that depends on how
//! the kernel was built, the configuration of the installed kernels decides, or the value is not known.

mod files;
mod kernel;
mod nested;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::model::Built;
use crate::model::host::boot;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Data, Entry, Reason, Value};
use files::Applier;
use settings::{Found, Settings};

/// Keys that rules ask for. That one of them is not set must be known to be so: where a file was not read, or
/// the machine runs, they are looked at even if no file names them.
const WATCHED: &[&str] = &[
    "fs.protected_fifos",
    "fs.protected_hardlinks",
    "fs.protected_regular",
    "fs.protected_symlinks",
    "fs.suid_dumpable",
    "kernel.dmesg_restrict",
    "kernel.exec-shield",
    "kernel.kptr_restrict",
    "kernel.modules_disabled",
    "kernel.perf_event_paranoid",
    "kernel.randomize_va_space",
    "kernel.sysrq",
    "kernel.unprivileged_bpf_disabled",
    "kernel.yama.ptrace_scope",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.all.arp_announce",
    "net.ipv4.conf.all.arp_ignore",
    "net.ipv4.conf.all.log_martians",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.secure_redirects",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.conf.default.accept_redirects",
    "net.ipv4.conf.default.accept_source_route",
    "net.ipv4.conf.default.log_martians",
    "net.ipv4.conf.default.rp_filter",
    "net.ipv4.conf.default.secure_redirects",
    "net.ipv4.conf.default.send_redirects",
    "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.icmp_ignore_bogus_error_responses",
    "net.ipv4.ip_forward",
    "net.ipv4.tcp_rfc1337",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_timestamps",
    "net.ipv6.conf.all.accept_ra",
    "net.ipv6.conf.all.accept_redirects",
    "net.ipv6.conf.all.accept_source_route",
    "net.ipv6.conf.all.disable_ipv6",
    "net.ipv6.conf.all.forwarding",
    "net.ipv6.conf.default.accept_ra",
    "net.ipv6.conf.default.accept_redirects",
    "net.ipv6.conf.default.accept_source_route",
    "net.ipv6.conf.default.disable_ipv6",
];

/// Adds the resource of a host that has a kernel of its own, or settings for one in /etc.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let applier = files::applier(view);
    let (settings, other) = match applier {
        Some(applier) => (Settings::read(view, applier), None),
        // Two programs that may apply them, and read them in different orders.
        None => (Settings::read(view, Applier::Systemd), Some(Settings::read(view, Applier::Procps))),
    };
    let is_meant = settings.is_local || other.as_ref().is_some_and(|other| other.is_local);
    let Some(place) = settings.place(view).filter(|_| is_meant || boot::is_machine(view)) else { return };
    built.gaps.extend(settings.gaps.iter().cloned());
    let mut nested = nested::Inner::default();
    let mut keys: Vec<&str> = settings.keys().chain(other.iter().flat_map(Settings::keys)).collect();
    keys.extend(WATCHED);
    keys.sort_unstable();
    keys.dedup();
    let kernel = kernel::Kernel::new(view, place);
    for key in &keys {
        let first = settings.find(key);
        let found = match other.as_ref().map(|other| other.find(key)) {
            Some(second) if !first.is_same(&second) => either(key, &first, &second, place),
            _ => first,
        };
        let value = match found {
            Found::Set(value) => Some(value),
            Found::Unset if WATCHED.contains(key) => running(view, key).or_else(|| kernel.default_of(key)),
            Found::Unset => None,
        };
        if let Some(value) = value {
            nested.insert(key, value);
        }
    }
    let own = [("differing", differing(view, &settings)), ("unread", settings.unread.clone())].map(|(name, list)| {
        let span = list.first().map_or(place, |first| first.span);
        (Arc::from(name), Entry { key: span, value: Value::list(list, span) })
    });
    let attributes = Value::map(nested.entries(place).into_iter().chain(own), place);
    super::add(view, scope, built, "sysctl", "sysctl", attributes, place);
}

/// What is known of a key that two programs would set differently: nothing.
fn either(key: &str, first: &Found, second: &Found, place: Span) -> Found {
    let span = [first, second].iter().find_map(|found| found.value().map(|value| value.span)).unwrap_or(place);
    let what = format!("{key}, whose files systemd-sysctl and procps read in different orders");
    Found::Set(Value::unknown(Reason::Condition, what, span))
}

/// The value that a setting of the running kernel has, on the machine itself.
fn running(view: &dyn View, key: &str) -> Option<Value> {
    let path = format!("/proc/sys/{}", settings::path_of(key));
    let text = view.is_live().then(|| view.read(&path).ok()).flatten()?;
    Some(settings::value(text.text.trim(), Span::new(text.id, 0..text.text.trim_end().len())))
}

/// The settings of the files that the running kernel does not have.
fn differing(view: &dyn View, settings: &Settings) -> Vec<Value> {
    if !view.is_live() {
        return Vec::new();
    }
    let keys = settings.keys().filter_map(|key| {
        let Found::Set(configured) = settings.find(key) else { return None };
        let running = running(view, key)?;
        let differs = !matches!(configured.data, Data::Unknown(_)) && configured != running;
        let span = configured.span;
        let entries = [("key", Value::string(key, span)), ("configured", configured), ("running", running)];
        differs.then(|| Value::object(entries, span))
    });
    keys.collect()
}
