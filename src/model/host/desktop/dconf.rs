//! dconf(7): what GNOME is told for everybody, and what users may not change.
//!
//! A profile lists databases, the most important first. A system database is compiled from the keyfiles in
//! /etc/dconf/db/NAME.d, where a later file beats an earlier one; `locks/*` beneath it names keys that nothing before
//! that database in the profile may set.

use crate::model::Built;
use crate::model::host::dialect::sections::{self, PLAIN};
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Number, Value};

/// Most databases of one profile.
const MAX_DATABASES: usize = 20;
/// Where GNOME's own shell is.
const GNOME: &str = "/usr/bin/gnome-shell";
/// Attribute, folder and key; all of users' sessions.
const KEYS: &[(&str, &str, &str)] = &[
    ("idle_delay", "org/gnome/desktop/session", "idle-delay"),
    ("lock_enabled", "org/gnome/desktop/screensaver", "lock-enabled"),
    ("lock_delay", "org/gnome/desktop/screensaver", "lock-delay"),
    ("vino_encryption", "org/gnome/Vino", "require-encryption"),
    ("vino_methods", "org/gnome/Vino", "authentication-methods"),
    ("rdp_enabled", "org/gnome/desktop/remote-desktop/rdp", "enable"),
];
/// The same of the login screen.
const GREETER: &[(&str, &str, &str)] = &[
    ("banner_enabled", "org/gnome/login-screen", "banner-message-enable"),
    ("user_list_hidden", "org/gnome/login-screen", "disable-user-list"),
];

/// Adds the resource `dconf` if GNOME is there or dconf is told something.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let user = databases(view, "user", &["local", "site", "distro"]);
    let greeter = databases(view, "gdm", &["gdm"]);
    let place = user.iter().chain(&greeter).find_map(|database| database.place);
    let Some(at) = place.or_else(|| view.exists(GNOME).then(|| view.mark(GNOME))) else { return };
    let mut facts = Vec::new();
    for (attribute, folder, key) in KEYS {
        if let Some(value) = value(&user, folder, key) {
            facts.push(((*attribute).to_owned(), value));
        }
        let lock = user.iter().flat_map(|one| &one.locks).find(|(path, _)| *path == format!("/{folder}/{key}"));
        let locked = lock.map_or(Value::bool(false, at), |(_, span)| Value::bool(true, *span));
        facts.push((format!("{attribute}_locked"), locked));
    }
    for (attribute, folder, key) in GREETER {
        facts.extend(value(&greeter, folder, key).map(|value| ((*attribute).to_owned(), value)));
    }
    let stale = user.iter().chain(&greeter).filter(|one| one.stale);
    let stale = stale.map(|one| Value::string(one.name.as_str(), one.place.unwrap_or(at))).collect();
    facts.push(("stale".to_owned(), Value::list(stale, at)));
    super::super::add(view, scope, built, "dconf", "dconf", Value::object(facts, at), at);
}

/// What one system database is made of.
struct Database {
    name: String,
    /// Folder, key, value, line; later beats earlier.
    settings: Vec<(String, String, String, Span)>,
    locks: Vec<(String, Span)>,
    /// The beginning of its first file.
    place: Option<Span>,
    /// True if a keyfile is younger than the compiled database, or that is not there.
    stale: bool,
}

/// The system databases of a profile, most important first; the usual ones if there is no profile.
fn databases(view: &dyn View, profile: &str, usual: &[&str]) -> Vec<Database> {
    let text = view.read(&format!("/etc/dconf/profile/{profile}"));
    let named = text.ok().map(|text| {
        let lines = text.text.lines().filter_map(|line| line.trim().strip_prefix("system-db:"));
        lines.map(|name| name.trim().to_owned()).collect::<Vec<_>>()
    });
    let names = named.unwrap_or_else(|| usual.iter().map(|name| (*name).to_owned()).collect());
    names.into_iter().take(MAX_DATABASES).map(|name| database(view, name)).collect()
}

fn database(view: &dyn View, name: String) -> Database {
    let folder = format!("/etc/dconf/db/{name}.d");
    let mut one = Database { name, settings: Vec::new(), locks: Vec::new(), place: None, stale: false };
    let modified = |path: &str| view.stat(path).ok().and_then(|stat| stat.modified);
    let compiled = format!("/etc/dconf/db/{}", one.name);
    let built = modified(&compiled);
    let is_there = view.exists(&compiled);
    let locks = format!("{folder}/locks");
    for (folder, is_lock) in [(folder, false), (locks, true)] {
        for file in view.list(&folder).unwrap_or_default() {
            let path = format!("{folder}/{file}");
            let Ok(text) = view.read(&path) else { continue };
            one.place.get_or_insert(Span::new(text.id, 0..0));
            one.stale |= !is_there || matches!((modified(&path), built), (Some(file), Some(built)) if file > built);
            if is_lock {
                let lines = crate::model::host::dialect::lines(&text.text);
                let paths = lines.filter(|(_, line)| line.trim().starts_with('/'));
                one.locks
                    .extend(paths.map(|(at, line)| {
                        (line.trim().to_owned(), Span::new(text.id, at..at + line.trim_end().len()))
                    }));
                continue;
            }
            for section in sections::parse(&text, &PLAIN) {
                let all = section.settings.into_iter();
                one.settings.extend(all.map(|it| (section.name.clone(), it.key, it.value, it.span)));
            }
        }
    }
    one
}

/// The value in the first database that has one: a truth, a number (`uint32 300`), or a text.
fn value(databases: &[Database], folder: &str, key: &str) -> Option<Value> {
    let mut found = databases
        .iter()
        .filter_map(|one| one.settings.iter().rev().find(|(own, name, ..)| own == folder && name == key));
    let (_, _, text, span) = found.next()?;
    let number = text.strip_prefix("uint32").or(text.strip_prefix("int32")).unwrap_or(text).trim();
    Some(match (text.as_str(), Number::parse(number)) {
        ("true", _) => Value::bool(true, *span),
        ("false", _) => Value::bool(false, *span),
        (_, Some(number)) => Value::number(number, *span),
        (text, None) => Value::string(text.trim_matches('\''), *span),
    })
}
