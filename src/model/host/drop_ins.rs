//! Configuration of systemd's daemons: a main file and drop-ins, as journald.conf(5) and its kin describe.
//!
//! Of the main files in /etc, /run, /usr/local/lib and /usr/lib the first counts; the drop-ins of all four
//! directories follow in the order of their names, one in an earlier directory hiding its namesakes; a later
//! value wins.

use std::collections::BTreeMap;

use crate::model::host::dialect::{Setting, sections};
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Reason, Value};

const DIRECTORIES: [&str; 4] = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];

/// What the files say.
pub struct Merged {
    /// The settings of the section, in the order in which they are read.
    pub settings: Vec<Setting>,
    /// The main file, if there is one.
    pub main: Option<Text>,
    /// Where to point at for what is not set.
    pub place: Span,
    /// A file that was not read and what may be in it.
    pub hole: Option<(Reason, String)>,
    /// What was not read.
    pub gaps: Vec<Gap>,
}

/// The settings of `section` in `name` (`systemd/journald.conf`); `None` if there is no file of it.
pub fn merged(view: &dyn View, name: &str, section: &str) -> Option<Merged> {
    let mut out = Merged { settings: Vec::new(), main: None, place: view.mark("/"), hole: None, gaps: Vec::new() };
    let mut paths = Vec::new();
    paths.extend(DIRECTORIES.iter().map(|dir| format!("{dir}/{name}")).find(|path| view.exists(path)));
    let main = paths.first().cloned();
    let mut by_name = BTreeMap::new();
    for dir in DIRECTORIES.iter().map(|dir| format!("{dir}/{name}.d")) {
        for name in view.list(&dir).unwrap_or_default().into_iter().filter(|name| name.ends_with(".conf")) {
            let path = format!("{dir}/{name}");
            by_name.entry(name).or_insert(path);
        }
    }
    paths.extend(by_name.into_values());
    out.place = view.mark(paths.first()?);
    let style = sections::Style { joined: sections::Joined::Backslash, ..sections::PLAIN };
    for path in paths {
        let text = match view.read(&path) {
            Ok(text) => text,
            // A link to /dev/null hides what vendors ship.
            Err(OpenError::NotFound | OpenError::NotAFile) => continue,
            Err(error) => {
                let trouble = Trouble::Open(error);
                out.hole = Some((trouble.reason(), path.clone()));
                out.gaps.push(trouble.gap(view.display(&path)));
                continue;
            }
        };
        let all = sections::parse(&text, &style).into_iter().filter(|one| one.name == section);
        out.settings.extend(all.flat_map(|section| section.settings));
        if main.as_ref() == Some(&path) {
            out.main = Some(text);
        }
    }
    Some(out)
}

impl Merged {
    /// The value in force; `None` if there is none, or if an empty one restores the default.
    pub fn value(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().rev().find(|setting| setting.key == key).filter(|setting| !setting.value.is_empty())
    }

    /// The words of a list: every value adds to it, an empty one clears it.
    pub fn words(&self, key: &str) -> Vec<(String, Span)> {
        let mut out = Vec::new();
        for setting in self.settings.iter().filter(|setting| setting.key == key) {
            match setting.value.is_empty() {
                true => out.clear(),
                false => out.extend(setting.value.split_whitespace().map(|word| (word.to_owned(), setting.span))),
            }
        }
        out
    }

    /// What a commented line of the main file says, if the file says that such lines show the defaults.
    pub fn stated_default(&self, key: &str) -> Option<(String, Span)> {
        let main = self.main.as_ref().filter(|text| text.text.contains("show the compile time defaults"))?;
        let line = super::dialect::lines(&main.text).find_map(|(at, line)| {
            let value = line.strip_prefix('#')?.strip_prefix(key)?.strip_prefix('=')?;
            Some((value.trim().to_owned(), Span::new(main.id, at..at + line.len())))
        });
        line.filter(|(value, _)| !value.is_empty())
    }
}

/// `1`, `yes`, `true`, `on` (systemd.syntax(7)), without regard to case.
pub fn boolean(text: &str) -> Option<bool> {
    match &*text.to_ascii_lowercase() {
        "1" | "yes" | "y" | "true" | "t" | "on" => Some(true),
        "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
        _ => None,
    }
}

/// Bytes with a suffix of K, M, G, T, P or E to the base of 1024.
pub fn bytes(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let power = ["", "K", "M", "G", "T", "P", "E"].iter().position(|one| unit.trim().trim_end_matches('B') == *one)?;
    number.parse::<i64>().ok()?.checked_mul(1024_i64.checked_pow(u32::try_from(power).ok()?)?)
}

/// A time span in seconds (systemd.time(7)): `1month 2weeks`, `90d`, `3600`.
pub fn seconds(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let tail = tail.trim_start();
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let each = match unit {
            "" | "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hr" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            "M" | "month" | "months" => 2_629_800,
            "y" | "year" | "years" => 31_557_600,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(each)?)?;
        rest = tail.trim_start();
    }
    Some(total)
}

/// The value of a setting that is a boolean, as one; what systemd does not take for one counts as not set.
pub fn boolean_value(setting: &Setting) -> Option<Value> {
    boolean(&setting.value).map(|value| Value::bool(value, setting.span))
}
