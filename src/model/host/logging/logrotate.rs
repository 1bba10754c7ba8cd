//! logrotate(8): for every log the options in force, global ones and those of its own section.

use std::collections::BTreeSet;

use crate::model::Built;
use crate::model::host;
use crate::model::host::dialect;
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Where the configuration is.
pub const MAIN: &str = "/etc/logrotate.conf";
/// Most files, and deepest chain of includes.
const MAX_FILES: usize = 1_000;
const MAX_DEPTH: usize = 4;

/// Names that an included directory is read without (logrotate.c).
const TABOO: [&str; 15] = [
    ".rpmsave",
    ".rpmorig",
    "~",
    ".disabled",
    ".dpkg-old",
    ".dpkg-dist",
    ".dpkg-new",
    ".cfsaved",
    ".ucf-old",
    ".ucf-dist",
    ".ucf-new",
    ".rpmnew",
    ".swp",
    ".dpkg-bak",
    ".dpkg-del",
];
/// Lines up to `endscript` belong to a script.
const SCRIPTS: [&str; 5] = ["postrotate", "prerotate", "firstaction", "lastaction", "preremove"];

/// Options in force.
#[derive(Clone, Default)]
struct Options {
    /// The period in hours.
    hours: Option<(i64, Span)>,
    size: Option<Span>,
    max_size: Option<Span>,
    rotate: Option<(i64, Span)>,
    max_age: Option<(i64, Span)>,
    compress: Option<(bool, Span)>,
    create: Option<(Option<u32>, Span)>,
}

/// A log, or several under one section.
struct Log {
    patterns: Vec<String>,
    options: Options,
    span: Span,
}

#[derive(Default)]
struct Reader {
    global: Options,
    logs: Vec<Log>,
    files: usize,
    gaps: Vec<Gap>,
    seen: BTreeSet<String>,
}

/// Adds one `logrotate.log` for every section.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if view.exists(MAIN) {
        judge(view, MAIN, false, scope, built);
    }
}

/// Adds the sections that a file leads to. A part stands alone: what the main file sets is not known.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    let mut reader = Reader::default();
    reader.file(view, file, 0);
    built.gaps.append(&mut reader.gaps);
    for log in &reader.logs {
        let address = format!("logrotate {}", log.patterns.join(" "));
        host::add(view, scope, built, "logrotate.log", &address, attributes(log, is_part), log.span);
    }
}

fn attributes(log: &Log, is_part: bool) -> Value {
    let (at, options) = (log.span, &log.options);
    let patterns = log.patterns.iter().map(|path| Value::string(&**path, at)).collect();
    let mut all = vec![("paths", Value::list(patterns, at)), ("days_kept", kept(options, is_part, at))];
    all.extend(options.rotate.map(|(count, span)| ("rotate", Value::int(count, span))));
    all.extend(options.max_age.map(|(days, span)| ("maxage", Value::int(days, span))));
    let unknown = || Value::unknown(Reason::File, "the main file", at);
    let compress = options.compress.map(|(yes, span)| Value::bool(yes, span));
    all.extend(compress.or_else(|| is_part.then(unknown)).map(|value| ("compress", value)));
    if let Some((Some(mode), span)) = options.create {
        all.push(("create_mode", Value::string(format!("{mode:04o}"), span)));
        all.push(("others_read", Value::bool(mode & 0o007 != 0, span)));
    }
    Value::object(all, at)
}

/// For how many days a line stays: the rotations kept, and the one that is written, times their period.
fn kept(options: &Options, is_part: bool, at: Span) -> Value {
    let unset = |what: &str| match is_part {
        true => Value::unknown(Reason::File, format!("{what}, which the main file may set"), at),
        false => Value::int(0, at),
    };
    if let Some(span) = options.size.or(options.max_size) {
        return Value::unknown(Reason::Running, "how fast the log grows to the size at which it is rotated", span);
    }
    let Some((count, span)) = options.rotate else { return unset("rotate") };
    let Some((hours, _)) = options.hours else {
        // Without a period logrotate rotates at one megabyte.
        return if is_part {
            unset("the period")
        } else {
            Value::unknown(Reason::Running, "how fast the log grows", at)
        };
    };
    // -1 keeps every one.
    let by_count = if count < 0 { i64::from(i32::MAX) } else { count.saturating_mul(hours) / 24 };
    match options.max_age {
        Some((age, place)) if age < by_count => Value::int(age, place),
        _ => Value::int(by_count, span),
    }
}

impl Reader {
    fn gap(&mut self, view: &dyn View, path: &str, kind: GapKind, span: Option<Span>, message: &str) {
        self.gaps.push(Gap { kind, path: view.display(path), span, message: message.into(), hint: None });
    }

    fn file(&mut self, view: &dyn View, path: &str, depth: usize) {
        self.files += 1;
        if self.files > MAX_FILES || depth > MAX_DEPTH || !self.seen.insert(path.to_owned()) {
            return self.gap(view, path, GapKind::Limit, None, "included too deeply or too often; not read");
        }
        let text = match view.read(path) {
            Ok(text) => text,
            Err(error) => return self.gaps.push(Trouble::Open(error).gap(view.display(path))),
        };
        let mut patterns: Vec<String> = Vec::new();
        let mut section: Option<Log> = None;
        let mut in_script = false;
        for (at, raw) in dialect::lines(&text.text) {
            let line = raw.trim();
            if in_script {
                in_script = line != "endscript";
                continue;
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let span = Span::new(text.id, at..at + raw.len());
            let word = line.split([' ', '\t', '=']).next().unwrap_or_default();
            if SCRIPTS.contains(&word) {
                in_script = true;
            } else if section.is_none() && (line.starts_with(['/', '"', '\'', '*', '~']) || line.ends_with('{')) {
                let (names, opens) = line.strip_suffix('{').map_or((line, false), |names| (names, true));
                patterns.extend(super::super::systemd::words(names));
                if opens {
                    section = Some(Log { patterns: std::mem::take(&mut patterns), options: self.global.clone(), span });
                }
            } else if line == "{" {
                section = Some(Log { patterns: std::mem::take(&mut patterns), options: self.global.clone(), span });
            } else if line.starts_with('}') {
                self.logs.extend(section.take());
            } else if word == "include" && section.is_none() {
                self.include(view, line.strip_prefix("include").unwrap_or_default().trim(), path, depth, span);
            } else {
                let options = section.as_mut().map_or(&mut self.global, |log| &mut log.options);
                options.set(line, span);
            }
        }
        if let Some(log) = section {
            self.gap(view, path, GapKind::Unparsed, Some(log.span), "a section that does not end; logrotate skips it");
        }
    }

    /// A file, or the files of a directory in the order of their names.
    fn include(&mut self, view: &dyn View, target: &str, by: &str, depth: usize, span: Span) {
        match view.list(target) {
            Ok(names) => {
                let is_taboo = |name: &String| name.starts_with('.') || TABOO.iter().any(|end| name.ends_with(end));
                for name in names.into_iter().filter(|name| !is_taboo(name)) {
                    let path = format!("{target}/{name}");
                    if view.stat(&path).is_ok_and(|stat| !stat.is_dir()) {
                        self.file(view, &path, depth + 1);
                    }
                }
            }
            Err(OpenError::NotFound) if !view.is_whole() => {
                let message = format!("includes {target}, which is not among what was read");
                self.gap(view, by, GapKind::Note, Some(span), &message);
            }
            Err(OpenError::NotFound) => {
                for path in glob::expand(view, target).paths {
                    self.file(view, &path, depth + 1);
                }
            }
            Err(OpenError::Denied) => self.gaps.push(Trouble::Open(OpenError::Denied).gap(view.display(target))),
            Err(_) => self.file(view, target, depth + 1),
        }
    }
}

impl Options {
    fn set(&mut self, line: &str, span: Span) {
        let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
        let (word, argument) = (words.next().unwrap_or_default(), words.next());
        let number = || argument.and_then(|text| text.parse::<i64>().ok());
        let period = |hours: i64| Some((hours, span));
        match word {
            "hourly" => self.every(period(1)),
            "daily" => self.every(period(24)),
            "weekly" => self.every(period(7 * 24)),
            "monthly" => self.every(period(30 * 24)),
            "yearly" => self.every(period(365 * 24)),
            "size" => (self.size, self.hours) = (Some(span), None),
            "maxsize" => self.max_size = Some(span),
            "rotate" => self.rotate = number().map(|count| (count, span)),
            "maxage" => self.max_age = number().map(|days| (days, span)),
            "compress" => self.compress = Some((true, span)),
            "nocompress" => self.compress = Some((false, span)),
            "create" => {
                let mode = argument.and_then(|text| u32::from_str_radix(text, 8).ok());
                self.create = Some((mode, span));
            }
            "nocreate" | "copytruncate" => self.create = None,
            _ => {}
        }
    }

    /// A period and `size` exclude each other; the later counts.
    fn every(&mut self, period: Option<(i64, Span)>) {
        (self.hours, self.size) = (period, None);
    }
}
