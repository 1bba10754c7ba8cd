//! Which units run without anybody's doing: those that the boot pulls in, and those that a socket, path or
//! timer which the boot pulls in would start.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::settings;
use super::state::{Kind, state};
use super::{PERSISTENT, other, parts, preset, template};
use crate::model::host::view::View;
use crate::source::Span;
use crate::value::{Reason, Value};

/// What the boot reaches when its own files are not there, as systemd's are written (bootup(7)).
const WELL_KNOWN: [(&str, &[&str]); 5] = [
    ("graphical.target", &["multi-user.target", "display-manager.service"]),
    ("multi-user.target", &["basic.target", "getty.target"]),
    ("basic.target", &["sysinit.target", "sockets.target", "timers.target", "paths.target", "slices.target"]),
    ("sysinit.target", &["local-fs.target", "swap.target"]),
    ("getty.target", &[]),
];

/// Targets that hardware starts (systemd.special(7)): what they pull in counts as started.
const HARDWARE: [&str; 4] = ["bluetooth.target", "printer.target", "smartcard.target", "sound.target"];

/// How many units are followed at most.
const MAX_UNITS: usize = 20_000;

/// The units that the boot starts, and those that a started unit would start, with what pulls them in.
#[derive(Default)]
struct Boot {
    started: BTreeMap<String, Span>,
    /// Those whose conditions do not hold. What they pull in starts all the same.
    skipped: BTreeSet<String>,
    triggered: BTreeMap<String, Span>,
}

/// True if `unit` is started at boot, by a socket, path or timer that is, or (before the first boot) if
/// presets will enable it; the value stands where the link or the line does that decides. Unknown if the
/// directories of units cannot be read.
pub fn starts_at_boot(view: &dyn View, unit: &str) -> Value {
    let index = Index::of(view);
    let found = state(view, unit);
    let no = || Value::bool(false, found.span);
    match found.kind {
        Kind::Unknown => {
            let what = index.refused.as_deref().unwrap_or(PERSISTENT).to_owned();
            return Value::unknown(Reason::Rights, what, found.span);
        }
        Kind::NotFound | Kind::Masked | Kind::MaskedRuntime => return no(),
        _ => {}
    }
    let Some(name) = index.find(view, unit).map(|found| found.name) else {
        return Value::bool(other::script(view, unit).is_some_and(|(is_started, _)| is_started), found.span);
    };
    let boot = view.memo().get(|| Boot::of(view));
    let span = boot.started.get(&name).or_else(|| boot.triggered.get(&name)).copied();
    if let Some(span) = span.or_else(|| any_instance(&boot, &name)) {
        return Value::bool(true, span);
    }
    match preset::enables(view, &name) {
        Some(span) if matches!(found.kind, Kind::Disabled) => Value::bool(true, span),
        _ => no(),
    }
}

/// A template starts if one of its instances does.
fn any_instance(boot: &Boot, name: &str) -> Option<Span> {
    let is_template = matches!(parts(name), Some((_, Some(""), _)));
    let mut all = boot.started.iter().chain(&boot.triggered).filter(|_| is_template);
    all.find(|(unit, _)| template(unit).as_deref() == Some(name)).map(|(_, span)| *span)
}

impl Boot {
    fn of(view: &dyn View) -> Boot {
        let index = Index::of(view);
        let mut boot = Boot::default();
        let mut todo: Vec<(String, Span)> = Vec::new();
        let start = view.mark_entry(PERSISTENT);
        let roots: &[&str] = match index.find(view, "default.target") {
            Some(_) => &["default.target", "basic.target"],
            None => &["graphical.target"],
        };
        todo.extend(roots.iter().chain(&HARDWARE).map(|name| ((*name).to_owned(), start)));
        let devices = index.directories.iter().flat_map(|dir| &dir.dependencies);
        let devices = devices.filter(|one| one.of.ends_with(".device"));
        todo.extend(devices.map(|one| (one.name.clone(), view.mark_entry(&one.path))));
        while let Some((name, span)) = todo.pop() {
            if boot.started.len() > MAX_UNITS {
                break;
            }
            boot.add(view, &index, &name, span, &mut todo);
        }
        boot
    }

    /// Notes that `name` starts and puts what it pulls in on the list.
    fn add(&mut self, view: &dyn View, index: &Index, name: &str, span: Span, todo: &mut Vec<(String, Span)>) {
        let found = index.find(view, name);
        let own = found.as_ref().map_or(name, |found| &found.name).to_owned();
        let is_scripted = found.is_none() && other::script(view, name).is_some();
        let well_known = WELL_KNOWN.iter().find(|(known, _)| *known == own);
        let exists = found.as_ref().is_some_and(|found| !found.is_masked) || is_scripted;
        let is_special = found.is_none() && (well_known.is_some() || own.ends_with(".target"));
        if !(exists || is_special) || self.started.contains_key(&own) || self.skipped.contains(&own) {
            return;
        }
        let unit = found.as_ref().map(|found| settings::of(view, index, found, "Unit")).unwrap_or_default();
        match holds(view, &unit) {
            true => drop(self.started.insert(own.clone(), span)),
            false => drop(self.skipped.insert(own.clone())),
        }
        let mut names = index.aliases(&own);
        names.extend(template(&own));
        names.push(own.clone());
        let links = index.directories.iter().flat_map(|dir| &dir.dependencies);
        let links = links.filter(|one| names.contains(&one.of));
        todo.extend(links.map(|one| (one.name.clone(), view.mark_entry(&one.path))));
        let Some(found) = found else {
            let more = well_known.map_or(&[][..], |(_, more)| more);
            return todo.extend(more.iter().map(|name| ((*name).to_owned(), span)));
        };
        let needs = ["Wants", "Requires", "BindsTo", "Upholds"].iter().flat_map(|key| unit.words(key));
        todo.extend(needs.map(|(name, at)| (specified(&name, &own), at)));
        if let Some(service) = triggered(view, index, &found).filter(|_| self.started.contains_key(&own)) {
            let of = index.find(view, &service).filter(|of| !of.is_masked);
            self.triggered.extend(of.map(|of| (of.name, span)));
        }
    }
}

/// systemd.unit(5), `ConditionPathExists=`: each must hold, `!` negates it, and of those with `|` one must
/// hold. Only of what lies in /etc and /usr do the files of a machine that is off tell; the rest is taken to hold.
fn holds(view: &dyn View, unit: &settings::Settings) -> bool {
    let (mut any, mut is_any) = (false, false);
    for (text, _) in unit.list("ConditionPathExists") {
        let (is_one_of, text) = text.strip_prefix('|').map_or((false, text), |rest| (true, rest));
        let (is_not, path) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let is_decided = view.is_live() || path.starts_with("/etc/") || path.starts_with("/usr/");
        let is_met = !is_decided || view.exists(path) != is_not;
        if is_one_of {
            (any, is_any) = (true, is_any || is_met);
        } else if !is_met {
            return false;
        }
    }
    is_any || !any
}

/// The unit that a socket, timer or path starts: systemd.socket(5) `Service=`, systemd.timer(5) `Unit=`.
fn triggered(view: &dyn View, index: &Index, found: &super::index::Found) -> Option<String> {
    let (prefix, instance, kind) = parts(&found.name)?;
    let (section, key) = match kind {
        "socket" => ("Socket", "Service"),
        "timer" => ("Timer", "Unit"),
        "path" => ("Path", "Unit"),
        _ => return None,
    };
    let settings = settings::of(view, index, found, section);
    if let Some((name, _)) = settings.value(key) {
        return Some(specified(name, &found.name));
    }
    let is_yes = |(value, _): (&str, Span)| matches!(value, "yes" | "true" | "on" | "1" | "y" | "t");
    if kind == "socket" && settings.value("Accept").is_some_and(is_yes) {
        return Some(format!("{prefix}@.service"));
    }
    Some(match instance {
        Some(instance) => format!("{prefix}@{instance}.service"),
        None => format!("{prefix}.service"),
    })
}

/// A name with the specifiers replaced that stand for parts of the unit's own.
fn specified(name: &str, unit: &str) -> String {
    if !name.contains('%') {
        return name.to_owned();
    }
    let (prefix, instance, _) = parts(unit).unwrap_or((unit, None, ""));
    let instance = instance.unwrap_or_default();
    let stem = unit.rsplit_once('.').map_or(unit, |(stem, _)| stem);
    let pairs = [("%i", instance), ("%I", instance), ("%p", prefix), ("%P", prefix), ("%n", unit), ("%N", stem)];
    pairs.iter().fold(name.to_owned(), |name, (specifier, value)| name.replace(specifier, value))
}
