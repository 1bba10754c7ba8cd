//! Mandatory access control: `selinux` and `apparmor`, as they are after the next start.

#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::assignments::{assignments, last};
use crate::model::host::boot::{self, cmdline::Cmdline};
use crate::model::host::dialect::lines;
use crate::model::host::view::{Trouble, View};
use crate::model::host::{glob, packages, systemd};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Data, Value};

const CONFIG: &str = "/etc/selinux/config";
/// Programs of administration that SELinux does not need: their package and file.
const TOOLS: [(&str, &str); 2] = [("setroubleshoot", "/usr/sbin/setroubleshootd"), ("mcstrans", "/usr/sbin/mcstransd")];

/// Adds what is there.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    selinux(view, scope, built);
    apparmor(view, scope, built);
}

/// selinux(8): the arguments `selinux=0` and `enforcing=` of the kernel go before /etc/selinux/config, of which
/// the last line counts; without one, SELinux is off. On the machine the kernel says what holds now.
fn selinux(view: &dyn View, scope: &Scope, built: &mut Built) {
    let text = match view.read(CONFIG) {
        Ok(text) => text,
        Err(OpenError::NotFound | OpenError::Outside) => return,
        Err(error) => return built.gaps.push(Trouble::Open(error).gap(view.display(CONFIG))),
    };
    let all = assignments(&text);
    let place = Span::new(text.id, 0..0);
    let cmdline = Cmdline::read(view);
    let argument = |name: &str| {
        let is_there = cmdline.configured.iter().any(|line| line.last(name).is_some() || line.hole.is_some());
        if is_there { cmdline.value(view, name) } else { None }
    };
    let configured = last(&all, "SELINUX").map(|found| Value::string(found.value.to_ascii_lowercase(), found.span));
    let mut attributes = Vec::new();
    let mode = match (argument("selinux"), argument("enforcing")) {
        (Some(off), _) if off == Value::int(0, place) => Some(Value::string("disabled", off.span)),
        (Some(unknown), _) if matches!(unknown.data, Data::Unknown(_)) => Some(unknown),
        (_, Some(unknown)) if matches!(unknown.data, Data::Unknown(_)) => Some(unknown),
        (_, Some(forced)) if configured.as_ref().and_then(Value::as_str) != Some("disabled") => {
            let is_on = forced != Value::int(0, place);
            Some(Value::string(if is_on { "enforcing" } else { "permissive" }, forced.span))
        }
        _ => configured,
    };
    let now = view.is_live().then(|| view.read("/sys/fs/selinux/enforce").ok()).flatten();
    let now = now.filter(|now| now.text.trim() != "1").map(|now| Value::string("permissive", Span::new(now.id, 0..1)));
    attributes.extend(now.or(mode).map(|mode| ("mode", mode)));
    let policy = last(&all, "SELINUXTYPE");
    attributes.extend(policy.map(|found| ("policy", Value::string(&*found.value, found.span))));
    let kind = policy.map_or("targeted", |found| &found.value);
    let booleans = view
        .read(&format!("/etc/selinux/{kind}/active/booleans.local"))
        .or_else(|_| view.read(&format!("/var/lib/selinux/{kind}/active/booleans.local")));
    if let Ok(text) = booleans {
        let on = assignments(&text).into_iter().filter(|one| matches!(&*one.value, "1" | "on" | "true"));
        let on: Vec<Value> = on.map(|one| Value::string(one.name, one.span)).collect();
        attributes.push(("booleans", Value::list(on.clone(), on.first().map_or(place, |first| first.span))));
    }
    let tools = TOOLS.iter().filter(|(name, path)| packages::installed(view, &[name]).is_some() || view.exists(path));
    let tools: Vec<Value> = tools.map(|(name, path)| Value::string(*name, view.mark(path))).collect();
    attributes.push(("tools", Value::list(tools, place)));
    super::add(view, scope, built, "selinux", "selinux", Value::object(attributes, place), place);
}

/// apparmor(7): profiles in /etc/apparmor.d are loaded at the start, but for those with a link in `disable`;
/// those with one in `force-complain`, or the flag complain, only report.
fn apparmor(view: &dyn View, scope: &Scope, built: &mut Built) {
    const DIRECTORY: &str = "/etc/apparmor.d";
    let os = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| view.read(path).ok());
    let all = os.map(|text| assignments(&text)).unwrap_or_default();
    let has = |name: &str| {
        last(&all, name).is_some_and(|it| it.value.split(' ').any(|id| matches!(id, "debian" | "ubuntu" | "suse")))
    };
    let is_usual = has("ID") || has("ID_LIKE");
    let parser = ["/usr/sbin/apparmor_parser", "/sbin/apparmor_parser"].iter().any(|path| view.exists(path));
    let package = packages::installed(view, &["apparmor"]);
    let is_installed = parser || package.is_some();
    if !boot::is_machine(view) || view.exists(CONFIG) || !(is_usual || is_installed) {
        return;
    }
    let place = view.mark(DIRECTORY);
    let mut attributes = Vec::new();
    if is_installed {
        attributes.push(("installed", Value::bool(true, package.map_or(place, |package| package.span))));
    }
    let cmdline = Cmdline::read(view);
    let off = cmdline.configured.iter().find(|line| {
        let other = line
            .last("lsm")
            .or(line.last("security"))
            .is_some_and(|list| !list.split(',').any(|one| one == "apparmor"));
        line.last("apparmor") == Some("0") || other
    });
    if let Some(line) = off {
        attributes.push(("enabled", Value::bool(false, line.span)));
    }
    let starts = systemd::starts_at_boot(view, "apparmor.service");
    if starts.as_bool() == Some(false) && systemd::state(view, "apparmor.service").kind == systemd::Kind::Masked {
        attributes.push(("loaded", starts));
    }
    let (mut complaining, mut disabled) = (Vec::new(), Vec::new());
    for path in glob::expand(view, &format!("{DIRECTORY}/*")).paths {
        let name = path.rsplit('/').next().unwrap_or(&path);
        let Ok(text) = view.read(&path) else { continue };
        if view.exists(&format!("{DIRECTORY}/disable/{name}")) {
            disabled.push(Value::string(name, Span::new(text.id, 0..0)));
            continue;
        }
        let complains = lines(&text.text).find(|(_, line)| {
            let line = line.trim_start();
            !line.starts_with('#')
                && line.contains("flags=(")
                && line
                    .split("flags=(")
                    .nth(1)
                    .is_some_and(|flags| flags.split(')').next().is_some_and(|flags| flags.contains("complain")))
        });
        let forced = view.exists(&format!("{DIRECTORY}/force-complain/{name}")).then(|| Span::new(text.id, 0..0));
        let complains = complains.map(|(at, line)| Span::new(text.id, at..at + line.len())).or(forced);
        complaining.extend(complains.map(|span| Value::string(name, span)));
    }
    for (key, list) in [("complaining", complaining), ("disabled", disabled)] {
        let at = list.first().map_or(place, |first| first.span);
        attributes.push((key, Value::list(list, at)));
    }
    super::add(view, scope, built, "apparmor", "apparmor", Value::object(attributes, place), place);
}
