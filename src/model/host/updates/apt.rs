//! APT: where packages come from, whether their signatures count, and whether updates are applied by themselves.

use super::aptconf::{self, AptConf};
use super::sources::{self, Source, is_yes};
use crate::model::Built;
use crate::model::host::packages::Packages;
use crate::model::host::view::View;
use crate::model::host::{machine, systemd};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// Adds `apt` and one `apt.source` for each entry, where APT is set up.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !view.is_whole() || !(view.exists("/etc/apt")) {
        return;
    }
    let (conf, mut gaps) = aptconf::read(view);
    let (all, more) = sources::read(view);
    gaps.extend(more);
    built.gaps.extend(gaps);
    let at = conf_place(view);
    let mut out = insecure(&conf);
    if let Some(system) = distribution(view).filter(|_| !all.is_empty()) {
        let security = all.iter().find(|source| is_security(source));
        out.push(("security_archive", Value::bool(security.is_some(), security.map_or(at, |source| source.span))));
        let key = vendor_key(view, &system);
        out.push(("vendor_key", Value::bool(key.is_some(), key.unwrap_or(at))));
    }
    if machine::boots(view).is_some() {
        out.extend(automatic(view, &conf, at));
    }
    super::super::add(view, scope, built, "apt", "apt", Value::object(out, at), at);
    for source in &all {
        let name = format!("apt/{} {}", source.uris.join(" "), source.suites.join(" "));
        let attributes = source_attributes(source);
        super::super::add(view, scope, built, "apt.source", &name, attributes, source.span);
    }
}

fn conf_place(view: &dyn View) -> Span {
    let files =
        ["/etc/apt/apt.conf.d/20auto-upgrades", "/etc/apt/apt.conf.d/50unattended-upgrades", "/etc/apt/apt.conf"];
    let found = files.into_iter().find(|path| view.exists(path));
    view.mark(found.unwrap_or("/etc/apt"))
}

/// The settings that let packages in without a signature (apt-secure(8), apt-get(8)), where they are on.
fn insecure(conf: &AptConf) -> Vec<(&'static str, Value)> {
    const SETTINGS: [(&str, &str); 4] = [
        ("allow_unauthenticated", "apt::get::allowunauthenticated"),
        ("allow_insecure_repositories", "acquire::allowinsecurerepositories"),
        ("allow_downgrade_to_insecure", "acquire::allowdowngradetoinsecurerepositories"),
        ("allow_weak_repositories", "acquire::allowweakrepositories"),
    ];
    let set = SETTINGS.iter().filter_map(|(key, name)| Some((*key, conf.value(name)?)));
    set.map(|(key, (value, span))| (key, Value::bool(is_yes(value), span))).collect()
}

fn distribution(view: &dyn View) -> Option<String> {
    use crate::model::host::assignments::{assignments, last};
    let text = view.read("/etc/os-release").or_else(|_| view.read("/usr/lib/os-release")).ok()?;
    let id = last(&assignments(&text), "ID")?.value.clone();
    matches!(&*id, "debian" | "ubuntu").then_some(id)
}

/// Debian: `bookworm-security` (`buster/updates` before), Ubuntu: `noble-security`.
fn is_security(source: &Source) -> bool {
    source.suites.iter().any(|suite| suite.ends_with("-security") || suite.ends_with("/updates"))
}

fn vendor_key(view: &dyn View, system: &str) -> Option<Span> {
    let dirs = ["/usr/share/keyrings", "/etc/apt/trusted.gpg.d", "/etc/apt/keyrings"];
    dirs.iter().find_map(|dir| {
        let names = view.list(dir).unwrap_or_default();
        let name = names.iter().find(|name| {
            let is_key = name.ends_with(".gpg") || name.ends_with(".asc") || name.ends_with(".pgp");
            is_key && name.starts_with(system) && view.exists(&format!("{dir}/{name}"))
        })?;
        Some(view.mark_entry(&format!("{dir}/{name}")))
    })
}

fn source_attributes(source: &Source) -> Value {
    let texts =
        |list: &[String]| Value::list(list.iter().map(|one| Value::string(&**one, source.span)).collect(), source.span);
    let mut out = vec![("uris", texts(&source.uris)), ("suites", texts(&source.suites))];
    out.extend(source.trusted.map(|span| ("trusted", Value::bool(true, span))));
    out.extend(source.insecure.map(|span| ("allow_insecure", Value::bool(true, span))));
    out.extend(source.signed_by.as_deref().map(|path| ("signed_by", Value::string(path, source.span))));
    Value::object(out, source.span)
}

/// Whether security updates are installed without anybody's doing: the package, the two settings of
/// /usr/lib/apt/apt.systemd.daily (which are 0 when not set), its timers, and an origin of security updates.
fn automatic(view: &dyn View, conf: &AptConf, at: Span) -> Vec<(&'static str, Value)> {
    let packages = Packages::of(view);
    let program = packages.first(&["unattended-upgrades"]);
    let is_installed = program.is_some() || view.exists("/usr/bin/unattended-upgrade");
    let periodic = |name: &str, default: bool| {
        let value = conf.value(&format!("apt::periodic::{name}"));
        value.map_or((default, at), |(value, span)| (value != "0" && !value.is_empty(), span))
    };
    let conditions = [
        (is_installed, program.map_or(at, |(_, package)| package.span)),
        periodic("enable", true),
        periodic("update-package-lists", false),
        periodic("unattended-upgrade", false),
        starts(view, "apt-daily.timer"),
        starts(view, "apt-daily-upgrade.timer"),
    ];
    let off = conditions.iter().find(|(is_met, _)| !is_met);
    let on = conditions.get(3).map_or(at, |(_, span)| *span);
    let mut out = vec![("automatic_upgrades", Value::bool(off.is_none(), off.map_or(on, |(_, span)| *span)))];
    let lists = ["unattended-upgrade::allowed-origins", "unattended-upgrade::origins-pattern"];
    let mut origins = lists.iter().flat_map(|name| conf.list(name));
    let security = origins.find(|(origin, _)| origin.to_ascii_lowercase().contains("security"));
    out.push(("automatic_security", Value::bool(security.is_some(), security.map_or(at, |(_, span)| *span))));
    if let Some((value, span)) = conf.value("unattended-upgrade::automatic-reboot") {
        out.push(("automatic_reboot", Value::bool(is_yes(value), span)));
    }
    out
}

/// A timer that starts; without systemd cron runs the same script from /etc/cron.daily.
fn starts(view: &dyn View, timer: &str) -> (bool, Span) {
    let cron = "/etc/cron.daily/apt-compat";
    let state = systemd::state(view, timer);
    if state.kind == systemd::Kind::NotFound && view.exists(cron) {
        return (true, view.mark(cron));
    }
    let value = systemd::starts_at_boot(view, timer);
    (value.as_bool() == Some(true), value.span)
}
