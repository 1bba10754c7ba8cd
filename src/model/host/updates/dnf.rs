//! DNF and yum, dnf.conf(5), and Zypper: whether signatures of packages count, and whether updates are applied.
//!
//! A setting of a repository wins over `[main]`. dnf5 reads its drop-ins before /etc/dnf/dnf.conf, which wins.
//! `gpgcheck` is off where nothing sets it (dnf.conf(5)): distributions set it in the file that they bring.

use crate::model::Built;
use crate::model::host::dialect::Setting;
use crate::model::host::dialect::sections::{Joined, PLAIN, Section, Style, parse};
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::model::host::{machine, systemd};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// A value goes on in the next line if that begins with a blank.
const STYLE: Style = Style { joined: Joined::Indent, ..PLAIN };

/// What sets `[main]`, least important first.
const MAIN: [&str; 4] =
    ["/usr/share/dnf5/libdnf.conf.d/*.conf", "/etc/dnf/libdnf5.conf.d/*.conf", "/etc/yum.conf", "/etc/dnf/dnf.conf"];

/// Adds `dnf`, one `dnf.repository` for each repository that is in use, and `zypper`, where they are set up.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !view.is_whole() {
        return;
    }
    let files: Vec<String> = MAIN.iter().flat_map(|pattern| glob::expand(view, pattern).paths).collect();
    let main: Vec<Section> = files.iter().flat_map(|path| sections(view, built, path)).collect();
    let main: Vec<&Section> = main.iter().filter(|section| section.name == "main").collect();
    let repositories = glob::expand(view, "/etc/yum.repos.d/*.repo").paths;
    if let Some(last) = files.last() {
        let at = view.mark(last);
        let mut out: Vec<(&str, Value)> = ["gpgcheck", "localpkg_gpgcheck", "repo_gpgcheck"]
            .iter()
            .filter_map(|key| Some((*key, truth(&main, key)?)))
            .collect();
        if machine::recognised(view).is_some() {
            let names = view.list("/etc/pki/rpm-gpg").unwrap_or_default();
            let key = names.iter().find(|name| name.starts_with("RPM-GPG-KEY"));
            let place = key.map(|name| view.mark_entry(&format!("/etc/pki/rpm-gpg/{name}")));
            out.push(("vendor_key", Value::bool(key.is_some(), place.unwrap_or(at))));
        }
        if machine::boots(view).is_some() {
            out.push(("automatic_upgrades", automatic(view, built, at)));
        }
        super::super::add(view, scope, built, "dnf", "dnf", Value::object(out, at), at);
    }
    for path in repositories {
        for section in sections(view, built, &path).iter().filter(|section| !section.name.is_empty()) {
            let is_on = truth(&[section], "enabled").is_none_or(|value| value.as_bool() != Some(false));
            if is_on {
                let attributes = repository(&main, section);
                let address = format!("dnf/{}", section.name);
                super::super::add(view, scope, built, "dnf.repository", &address, attributes, section.span);
            }
        }
    }
    zypper(view, scope, built);
}

fn sections(view: &dyn View, built: &mut Built, path: &str) -> Vec<Section> {
    match view.read(path) {
        Ok(text) => parse(&text, &STYLE),
        Err(OpenError::NotFound) => Vec::new(),
        Err(error) => {
            built.gaps.push(Trouble::Open(error).gap(view.display(path)));
            Vec::new()
        }
    }
}

fn last<'a>(sections: &[&'a Section], key: &str) -> Option<&'a Setting> {
    sections.iter().rev().find_map(|section| section.last(key))
}

/// A boolean as dnf reads it; what is none counts as not set.
fn truth(sections: &[&Section], key: &str) -> Option<Value> {
    let setting = last(sections, key)?;
    let value = match setting.value.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => true,
        "0" | "no" | "false" | "off" => false,
        _ => return None,
    };
    Some(Value::bool(value, setting.span))
}

/// What counts for a repository: its own settings before those of `[main]`.
fn repository(main: &[&Section], section: &Section) -> Value {
    let all: Vec<&Section> = main.iter().copied().chain([section]).collect();
    let keys = ["gpgcheck", "repo_gpgcheck", "sslverify"];
    let mut out: Vec<(&str, Value)> = keys.iter().filter_map(|key| Some((*key, truth(&all, key)?))).collect();
    out.push(("id", Value::string(&*section.name, section.span)));
    out.extend(
        ["baseurl", "mirrorlist", "metalink"].iter().filter_map(|key| Some((*key, section.last(key)?.to_value()))),
    );
    Value::object(out, section.span)
}

/// True if a timer installs updates: dnf-automatic(8), dnf5-automatic(8), yum-cron(8).
fn automatic(view: &dyn View, built: &mut Built, at: Span) -> Value {
    let starts = |unit: &str| Some(systemd::starts_at_boot(view, unit)).filter(|value| value.as_bool() == Some(true));
    if let Some(value) = starts("dnf-automatic-install.timer") {
        return value;
    }
    let by_file = [
        ("dnf-automatic.timer", &["/etc/dnf/automatic.conf"][..]),
        ("dnf5-automatic.timer", &["/usr/share/dnf5/dnf5-plugins/automatic.conf", "/etc/dnf/automatic.conf"]),
        ("yum-cron.service", &["/etc/yum/yum-cron.conf"]),
    ];
    let mut why = at;
    for (unit, files) in by_file {
        let Some(timer) = starts(unit) else { continue };
        let all: Vec<Section> = files.iter().flat_map(|path| sections(view, built, path)).collect();
        let commands: Vec<&Section> = all.iter().filter(|section| section.name == "commands").collect();
        match truth(&commands, "apply_updates") {
            Some(value) if value.as_bool() == Some(true) => return value,
            Some(value) => why = value.span,
            None => why = timer.span,
        }
    }
    Value::bool(false, why)
}

/// Zypper: a timer of transactional-update(8), or the job of yast2-online-update-configuration.
fn zypper(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !view.exists("/etc/zypp") || machine::boots(view).is_none() {
        return;
    }
    let at = view.mark("/etc/zypp");
    let timer = systemd::starts_at_boot(view, "transactional-update.timer");
    let jobs = ["daily", "weekly"].map(|when| format!("/etc/cron.{when}/opensuse.org-online_update"));
    let job = jobs.iter().find(|path| view.exists(path)).map(|path| Value::bool(true, view.mark(path)));
    let value = if timer.as_bool() == Some(false) { job.unwrap_or(timer) } else { timer };
    super::super::add(view, scope, built, "zypper", "zypper", Value::object([("automatic_upgrades", value)], at), at);
}
