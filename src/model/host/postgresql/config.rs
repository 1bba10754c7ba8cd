//! postgresql.conf with what it includes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::host::dialect::lines;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Deepest chain of includes (`CONF_FILE_MAX_DEPTH`).
const MAX_DEPTH: usize = 10;
/// Most files that are read.
const MAX_FILES: usize = 1_000;

/// Settings that are true or false, among those that rules ask for.
const BOOLEANS: &[&str] = &[
    "data_checksums",
    "debug_print_parse",
    "debug_print_plan",
    "debug_print_rewritten",
    "fsync",
    "full_page_writes",
    "log_disconnections",
    "logging_collector",
    "row_security",
    "ssl",
    "ssl_prefer_server_ciphers",
];
/// Settings that are times, with the unit of a bare number, in milliseconds.
const TIMES: &[(&str, i64)] = &[
    ("authentication_timeout", 1_000),
    ("idle_in_transaction_session_timeout", 1),
    ("idle_session_timeout", 1),
    ("log_min_duration_statement", 1),
    ("log_rotation_age", 60_000),
];
/// Units of time (<https://www.postgresql.org/docs/current/config-setting.html>), in milliseconds.
const UNITS: &[(&str, i64)] = &[("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000), ("d", 86_400_000)];

/// What was read so far: the last value of each name.
pub struct Settings<'a> {
    view: &'a dyn View,
    values: BTreeMap<String, (String, Span)>,
    /// Why a value may not be the last: a file that was not read.
    doubt: Option<(Reason, Arc<str>, Span)>,
    files: usize,
    /// What was not seen.
    pub gaps: Vec<Gap>,
}

impl<'a> Settings<'a> {
    /// Nothing read yet.
    pub fn new(view: &'a dyn View) -> Self {
        Settings { view, values: BTreeMap::new(), doubt: None, files: 0, gaps: Vec::new() }
    }

    /// Reads a file; one that is `optional` may be missing.
    pub fn file(&mut self, path: &str, by: Span, depth: usize, optional: bool) {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES {
            let message = "included too deeply or too often; the server does not start with this".to_owned();
            let path = self.view.display(path);
            self.doubt = Some((Reason::Cycle, path.clone(), by));
            return self.gaps.push(Gap { kind: GapKind::Unparsed, path, span: Some(by), message, hint: None });
        }
        let text = match self.view.read(path) {
            Ok(text) => text,
            Err(OpenError::NotFound) if optional => return,
            Err(error) => return self.unread(Trouble::Open(error), path, by),
        };
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
        for (at, raw) in lines(&text.text) {
            let Some((name, value)) = setting(raw) else { continue };
            let begin = at + raw.len() - raw.trim_start().len();
            let span = Span::new(text.id, begin..at + raw.trim_end().len());
            let target = if value.starts_with('/') { value.clone() } else { format!("{directory}/{value}") };
            match &*name {
                "include" => self.file(&target, span, depth + 1, false),
                "include_if_exists" => self.file(&target, span, depth + 1, true),
                "include_dir" => self.directory(&target, span, depth),
                _ => drop(self.values.insert(name, (value, span))),
            }
        }
    }

    /// Every `*.conf` of a directory in the order of the names.
    fn directory(&mut self, path: &str, by: Span, depth: usize) {
        match self.view.list(path) {
            Ok(names) => {
                for name in names.iter().filter(|name| name.ends_with(".conf") && !name.starts_with('.')) {
                    self.file(&format!("{path}/{name}"), by, depth + 1, true);
                }
            }
            Err(OpenError::NotFound) if !self.view.is_whole() => {}
            Err(error) => self.unread(Trouble::Open(error), path, by),
        }
    }

    fn unread(&mut self, trouble: Trouble, path: &str, by: Span) {
        let display = self.view.display(path);
        self.doubt = Some((trouble.reason(), display.clone(), by));
        let mut gap = trouble.gap(display);
        if matches!(trouble, Trouble::Open(OpenError::NotFound)) {
            // The server does not start without it; of a repository it is only said that it is elsewhere.
            gap.kind = if self.view.is_whole() { GapKind::Missing } else { GapKind::Note };
            gap.message = "included, and not among what was read".to_owned();
        }
        self.gaps.push(gap);
    }

    /// The text of a setting, if nothing that was not read may say otherwise.
    pub fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|(text, _)| text.clone()).filter(|_| self.doubt.is_none())
    }

    /// The settings as attributes. After a file that was not read nothing is certain.
    pub fn attributes(&self) -> Vec<(String, Value)> {
        if let Some((reason, path, span)) = &self.doubt {
            let unknown = |name: &&str| ((*name).to_owned(), Value::unknown(*reason, path.clone(), *span));
            return ASKED.iter().map(unknown).collect();
        }
        self.values.iter().map(|(name, (text, span))| (name.clone(), value(name, text, *span))).collect()
    }
}

/// The settings that rules ask for.
const ASKED: &[&str] = &[
    "archive_command",
    "archive_library",
    "archive_mode",
    "debug_print_parse",
    "debug_print_plan",
    "debug_print_rewritten",
    "fsync",
    "full_page_writes",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "listen_addresses",
    "log_connections",
    "log_destination",
    "log_disconnections",
    "log_line_prefix",
    "log_statement",
    "logging_collector",
    "password_encryption",
    "row_security",
    "shared_preload_libraries",
    "ssl",
    "ssl_ciphers",
    "ssl_min_protocol_version",
];

/// `name = 'value'`, `name value`; names in lower case.
fn setting(raw: &str) -> Option<(String, String)> {
    let line = raw.trim_start();
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$')))?;
    let name = line.get(..end)?.to_ascii_lowercase();
    let rest = line.get(end..)?.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    if name.is_empty() {
        return None;
    }
    if let Some(inner) = rest.strip_prefix('\'') {
        return Some((name, quoted(inner)));
    }
    let value = rest.split(['#', ' ', '\t', '\r']).next().unwrap_or_default();
    (!value.is_empty()).then(|| (name, value.to_owned()))
}

/// What stands up to the closing quote; `''` and `\'` are quotes within.
fn quoted(inner: &str) -> String {
    let mut out = String::new();
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '\'' if chars.next_if_eq(&'\'').is_some() => out.push('\''),
            '\'' => break,
            c => out.push(c),
        }
    }
    out
}

fn value(name: &str, text: &str, span: Span) -> Value {
    if BOOLEANS.contains(&name) {
        return boolean(text).map_or_else(|| Value::string(text, span), |truth| Value::bool(truth, span));
    }
    if let Some((_, bare)) = TIMES.iter().find(|(known, _)| *known == name)
        && let Some(milliseconds) = time(text, *bare)
    {
        // Seconds, and one for what is shorter, so that 0 stays "never".
        return Value::int(if milliseconds > 0 { (milliseconds / 1_000).max(1) } else { milliseconds }, span);
    }
    Value::string(text, span)
}

/// on, off, true, false, yes, no, 1, 0, and what begins one of the words unambiguously.
fn boolean(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| word.starts_with(&*text));
    match &*text {
        "1" => Some(true),
        "0" => Some(false),
        "" | "o" => None,
        _ if begins(&["on", "true", "yes"]) => Some(true),
        _ if begins(&["off", "false", "no"]) => Some(false),
        _ => None,
    }
}

fn time(text: &str, bare: i64) -> Option<i64> {
    let text = text.trim();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len());
    let number: i64 = text.get(..digits)?.parse().ok()?;
    let unit = text.get(digits..)?.trim();
    let factor = if unit.is_empty() { bare } else { UNITS.iter().find(|(known, _)| *known == unit)?.1 };
    number.checked_mul(factor)
}
