//! The settings of the files, in effect.
//!
//! sysctl.d(5): `/` or `.` between the parts of a key; the last assignment of a key counts; patterns apply to
//! the keys that no file names, unless a line `-key` takes a key out; `-` before an assignment only means
//! that its failure is no error.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::files::{self, Applier};
use crate::model::host::boot::cmdline::Cmdline;
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Most settings that are kept.
const MAX_SETTINGS: usize = 20_000;

/// What the files say of a key.
#[derive(Debug)]
pub enum Found {
    /// This value, which may be an unknown.
    Set(Value),
    /// Nothing.
    Unset,
}

impl Found {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Found::Set(value) => Some(value),
            Found::Unset => None,
        }
    }

    /// True if both say the same, unknowns included.
    pub fn is_same(&self, other: &Found) -> bool {
        match (self.value(), other.value()) {
            (Some(a), Some(b)) => a == b || (a.as_unknown().is_some() && b.as_unknown().is_some()),
            (None, None) => true,
            _ => false,
        }
    }
}

/// One assignment.
#[derive(Debug)]
struct Assignment {
    value: Value,
    /// Its place in the order of the files.
    at: usize,
}

/// Every setting.
#[derive(Debug, Default)]
pub struct Settings {
    by_key: BTreeMap<String, Assignment>,
    patterns: Vec<(String, Assignment)>,
    excluded: BTreeSet<String>,
    /// The last file that was not read: its place in the order, why, its name.
    hole: Option<(usize, Reason, Arc<str>)>,
    /// What was not seen.
    pub gaps: Vec<Gap>,
    /// Settings of a file that nothing reads: their keys.
    pub unread: Vec<Value>,
    /// True if there is a setting outside of the directories of the vendor.
    pub is_local: bool,
    first: Option<Span>,
}

impl Settings {
    /// Reads what `applier` applies.
    pub fn read(view: &dyn View, applier: Applier) -> Settings {
        let mut out = Settings::default();
        out.command_line(view);
        let files = files::files(view, applier);
        let mut main = view.read(files::MAIN).ok();
        let end = files.paths.len() + 1;
        for (n, path) in files.paths.iter().enumerate() {
            match view.read(path) {
                Ok(text) => {
                    if main.as_ref().is_some_and(|main| main.id == text.id) {
                        main = None;
                    }
                    let has_some = out.file(view, path, &text, n + 1);
                    out.is_local |= has_some && path.starts_with("/etc/");
                }
                // A link that leads nowhere.
                Err(OpenError::NotFound | OpenError::Outside) => {}
                Err(error) => out.trouble(view, path, &Trouble::Open(error), n + 1),
            }
        }
        for (dir, error) in files.refused {
            match error {
                // What the part that is not here may set is not known; what is set here is taken to hold.
                OpenError::Outside => {
                    out.hole.get_or_insert((0, Reason::File, dir.as_str().into()));
                }
                error => out.trouble(view, &dir, &Trouble::Open(error), end),
            }
        }
        if let Some(main) = main {
            out.is_local |= out.main(view, &main);
        }
        out
    }

    /// What nothing reads: /etc/sysctl.conf under systemd without a link to it.
    fn main(&mut self, view: &dyn View, text: &Text) -> bool {
        let mut main = Settings::default();
        let is_local = main.file(view, files::MAIN, text, 1);
        for (key, assignment) in main.by_key {
            let is_set = self.by_key.get(&key).is_some_and(|known| known.value == assignment.value);
            if !is_set {
                self.unread.push(Value::string(key, assignment.value.span));
            }
        }
        self.first = self.first.or(main.first);
        is_local
    }

    /// Arguments `sysctl.key=value` of the kernel, which it sets before anything else.
    fn command_line(&mut self, view: &dyn View) {
        for line in Cmdline::read(view).configured {
            for argument in &line.arguments {
                let Some(key) = argument.name.strip_prefix("sysctl.") else { continue };
                let value = value(argument.value.as_deref().unwrap_or_default(), line.span);
                self.by_key.insert(key_of(key), Assignment { value, at: 0 });
            }
        }
    }

    fn trouble(&mut self, view: &dyn View, path: &str, trouble: &Trouble, at: usize) {
        self.gaps.push(trouble.gap(view.display(path)));
        self.hole = Some((at, trouble.reason(), path.into()));
    }

    /// Adds the settings of a file; true if it has any.
    fn file(&mut self, view: &dyn View, path: &str, text: &Text, at: usize) -> bool {
        self.first.get_or_insert(Span::new(text.id, 0..0));
        let mut has_some = false;
        for (start, raw) in lines(&text.text) {
            let line = raw.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let begin = start + raw.len() - raw.trim_start().len();
            let span = Span::new(text.id, begin..begin + line.len());
            if self.by_key.len() + self.patterns.len() + self.excluded.len() >= MAX_SETTINGS {
                let message = format!("more than {MAX_SETTINGS} settings; the others are not read");
                self.gaps.push(gap(GapKind::Limit, view.display(path), span, message));
                self.hole = Some((at, Reason::Budget, path.into()));
                return true;
            }
            has_some = true;
            let bare = line.strip_prefix('-');
            match (bare.unwrap_or(line).split_once('='), bare) {
                (Some((key, text)), _) => self.assign(key.trim(), value(text.trim(), span), at),
                (None, Some(key)) => {
                    self.excluded.insert(key_of(key.trim()));
                }
                (None, None) => {
                    let message = "not a setting of the form key = value".to_owned();
                    self.gaps.push(gap(GapKind::Note, view.display(path), span, message));
                }
            }
        }
        has_some
    }

    fn assign(&mut self, key: &str, value: Value, at: usize) {
        let key = key_of(key);
        let assignment = Assignment { value, at };
        if key.contains(['*', '?', '[']) {
            self.patterns.push((key, assignment));
        } else {
            self.by_key.insert(key, assignment);
        }
    }

    /// The keys that the files name.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.by_key.keys().map(String::as_str)
    }

    /// What the files say of a key.
    pub fn find(&self, key: &str) -> Found {
        let explicit = self.by_key.get(key);
        if let Some((at, reason, path)) = &self.hole
            && explicit.is_none_or(|found| found.at < *at)
        {
            let span = explicit.map(|found| found.value.span).or(self.first);
            return match span {
                Some(span) => Found::Set(Value::unknown(*reason, path.clone(), span)),
                None => Found::Unset,
            };
        }
        let pattern = || {
            let matching = self.patterns.iter().rev().find(|(pattern, _)| matches(pattern, key));
            matching.filter(|_| !self.excluded.contains(key)).map(|(_, found)| found)
        };
        explicit.or_else(pattern).map_or(Found::Unset, |found| Found::Set(found.value.clone()))
    }

    /// A place for the whole: the first file.
    pub fn place(&self, view: &dyn View) -> Option<Span> {
        self.first.or_else(|| Some(view.mark(files::MAIN)))
    }
}

fn gap(kind: GapKind, path: Arc<str>, span: Span, message: String) -> Gap {
    Gap { kind, path, span: Some(span), message, hint: None }
}

/// glob(3) on the parts of the path in /proc/sys.
fn matches(pattern: &str, key: &str) -> bool {
    let (pattern, key) = (path_of(pattern), path_of(key));
    let (mut parts, mut names) = (pattern.split('/'), key.split('/'));
    loop {
        match (parts.next(), names.next()) {
            (None, None) => return true,
            (Some(part), Some(name)) if glob::matches(part, name) => {}
            _ => return false,
        }
    }
}

/// A key in one spelling, dots between its parts and `/` for a dot in a name. sysctl.d(5): "if the first
/// separator is a slash, remaining slashes and dots are left intact"; else both are swapped for the path.
fn key_of(text: &str) -> String {
    let is_path = text.find(['.', '/']).and_then(|at| text.get(at..)).is_some_and(|rest| rest.starts_with('/'));
    if is_path { swapped(text) } else { text.to_owned() }
}

/// The path beneath /proc/sys of a key.
pub fn path_of(key: &str) -> String {
    swapped(key)
}

fn swapped(text: &str) -> String {
    let swap = |c| match c {
        '.' => '/',
        '/' => '.',
        other => other,
    };
    text.chars().map(swap).collect()
}

/// A value as the kernel takes it: a number where it is one, blanks between several made one.
pub fn value(text: &str, span: Span) -> Value {
    match text.parse() {
        Ok(number) => Value::int(number, span),
        Err(_) => Value::string(text.split_whitespace().collect::<Vec<_>>().join(" "), span),
    }
}
