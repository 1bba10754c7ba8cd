//! login.defs(5), the defaults of useradd(8) and of adduser(8): what new accounts and passwords are like.

use crate::model::Built;
use crate::model::host::assignments::{assignments, last};
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

const FILE: &str = "/etc/login.defs";
/// Where distributions that read it through libeconf (openSUSE, Fedora) ship it; FILE hides it.
const VENDOR: &str = "/usr/etc/login.defs";
/// Keys that hold numbers.
const NUMBERS: &[&str] = &[
    "pass_max_days",
    "pass_min_days",
    "pass_warn_age",
    "login_retries",
    "login_timeout",
    "fail_delay",
    "uid_min",
    "uid_max",
    "sys_uid_min",
    "sys_uid_max",
    "gid_min",
    "sha_crypt_min_rounds",
    "yescrypt_cost_factor",
];
/// Keys that hold texts; the hash scheme in lower case, modes as they are written.
const TEXTS: &[&str] = &["encrypt_method", "umask", "home_mode", "usergroups_enab", "create_home"];

/// What the files say, the last value of a key first to count.
#[derive(Default)]
pub struct Defs {
    all: Vec<(String, String, Span)>,
    hole: Option<Value>,
    /// The beginning of the first file, if there is one.
    pub place: Option<Span>,
}

impl Defs {
    /// Reads login.defs and what stands beside it.
    pub fn read(view: &dyn View, gaps: &mut Vec<Gap>) -> Defs {
        let mut defs = Defs::default();
        let main = if view.exists(FILE) { FILE } else { VENDOR };
        let drop_ins = glob::expand(view, "/etc/login.defs.d/*.defs").paths;
        for path in std::iter::once(main).chain(drop_ins.iter().map(String::as_str)) {
            match view.read(path) {
                Ok(text) => {
                    defs.place.get_or_insert(Span::new(text.id, 0..0));
                    defs.all.extend(lines(&text.text).filter_map(|(at, raw)| {
                        let line = raw.trim();
                        let (key, rest) = line.split_once([' ', '\t']).filter(|_| !line.starts_with('#'))?;
                        let value = rest.trim().trim_matches('"');
                        let start = at + (raw.len() - raw.trim_start().len());
                        let span = Span::new(text.id, start..start + line.len());
                        Some((key.to_ascii_lowercase(), value.to_owned(), span))
                    }));
                }
                Err(OpenError::NotFound) => {}
                Err(error) => {
                    let trouble = Trouble::Open(error);
                    defs.place.get_or_insert(view.mark(path));
                    defs.hole = Some(Value::unknown(trouble.reason(), path, view.mark(path)));
                    let gap = trouble.gap(view.display(path));
                    if !gaps.iter().any(|known| known.path == gap.path) {
                        gaps.push(gap);
                    }
                }
            }
        }
        defs
    }

    /// The value of a key in lower case as a text; an unknown if a file could not be read.
    pub fn value(&self, key: &str) -> Option<Value> {
        let found = self.all.iter().rev().find(|(name, ..)| name == key);
        let found = found.map(|(_, value, span)| Value::string(value.as_str(), *span));
        found.or_else(|| self.hole.clone())
    }

    /// The value of a key as a whole number, if it is one.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.value(key)?.as_str()?.parse().ok()
    }
}

/// Adds the resource `login.defs`.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    // The gaps of this file are reported here once.
    let defs = Defs::read(view, &mut built.gaps);
    let mut facts: Vec<(&str, Value)> = Vec::new();
    for key in NUMBERS {
        facts.extend(defs.value(key).map(|value| (*key, number(value))));
    }
    for key in TEXTS {
        facts.extend(defs.value(key).map(|value| (*key, lower(value))));
    }
    let useradd = view.read("/etc/default/useradd").ok();
    let inactive = useradd.as_ref().and_then(|text| last(&assignments(text), "INACTIVE").cloned());
    facts.extend(inactive.map(|one| ("inactive", number(Value::string(one.value, one.span)))));
    let adduser = view.read("/etc/adduser.conf").ok();
    let dir_mode = adduser.as_ref().and_then(|text| last(&assignments(text), "DIR_MODE").cloned());
    let Some(at) = defs.place.or(useradd.map(|text| Span::new(text.id, 0..0))) else { return };
    let mode = dir_mode.and_then(|one| Some((u32::from_str_radix(&one.value, 8).ok()?, one.span)));
    facts.push(("new_home_mode", mode.map_or_else(|| new_home_mode(&defs, at), |(mode, span)| octal(mode, span))));
    super::super::add(view, scope, built, "login.defs", "login.defs", Value::object(facts, at), at);
}

/// login.defs(5): HOME_MODE; without it the mode is what UMASK leaves, 022 if that is not set either.
fn new_home_mode(defs: &Defs, at: Span) -> Value {
    let of = |key: &str| {
        let value = defs.value(key)?;
        Some((value.as_str().and_then(|text| u32::from_str_radix(text, 8).ok()), value))
    };
    match (of("home_mode"), of("umask")) {
        (Some((Some(mode), value)), _) => octal(mode & 0o7777, value.span),
        (Some((None, value)), _) | (None, Some((None, value))) => match value.as_unknown() {
            Some(_) => value,
            None => Value::unknown(Reason::Invalid, "a mode that is not octal", value.span),
        },
        (None, Some((Some(mask), value))) => octal(0o777 & !mask, value.span),
        (None, None) => octal(0o755, at),
    }
}

/// A mode as four octal digits.
pub fn octal(mode: u32, span: Span) -> Value {
    Value::string(format!("{mode:04o}"), span)
}

fn number(value: Value) -> Value {
    match value.as_str().map(str::parse) {
        Some(Ok(number)) => Value::int(number, value.span),
        Some(Err(_)) => Value::unknown(Reason::Invalid, "not a number", value.span),
        None => value,
    }
}

fn lower(value: Value) -> Value {
    value.as_str().map(|text| Value::string(text.to_ascii_lowercase(), value.span)).unwrap_or(value)
}
