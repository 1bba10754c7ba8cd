//! The command line with which systemd starts a daemon: the unit, its drop-ins, its environment files.
//!
//! systemd.unit(5): the first directory that has the unit wins; every `<unit>.d/*.conf` of any directory
//! is read after it, in the order of the file names, and a name in an earlier directory hides the same
//! name in a later one. systemd.service(5): an empty `ExecStart=` clears those before it.

use std::collections::BTreeMap;

use crate::model::host::assignments::{self, Assignment, assignments};
use crate::model::host::view::{Text, View};
use crate::source::Span;

/// Where units are looked for, most important first.
const DIRECTORIES: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// A word of a command line and the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The word.
    pub text: String,
    /// The line of the unit or of the environment file.
    pub span: Span,
}

/// The words of the last `ExecStart=` of the first of `units` that exists, the program first, variables
/// replaced by what the environment files say.
pub fn exec_start(view: &dyn View, units: &[&str]) -> Option<Vec<Argument>> {
    units.iter().find_map(|unit| {
        let mut settings = Settings::default();
        let main = DIRECTORIES.iter().find_map(|dir| view.read(&format!("{dir}/{unit}")).ok())?;
        settings.read(&main);
        for path in drop_ins(view, unit) {
            if let Ok(text) = view.read(&path) {
                settings.read(&text);
            }
        }
        let environment = settings.environment(view);
        let (command, span) = settings.commands.pop()?;
        Some(expanded(&command, span, &environment))
    })
}

/// The drop-ins of a unit, in the order in which they apply.
fn drop_ins(view: &dyn View, unit: &str) -> Vec<String> {
    let mut by_name = BTreeMap::new();
    for dir in DIRECTORIES {
        let dir = format!("{dir}/{unit}.d");
        for name in view.list(&dir).unwrap_or_default().into_iter().filter(|name| name.ends_with(".conf")) {
            let path = format!("{dir}/{name}");
            by_name.entry(name).or_insert(path);
        }
    }
    by_name.into_values().collect()
}

/// What the `[Service]` sections say that matters here.
#[derive(Default)]
struct Settings {
    commands: Vec<(String, Span)>,
    environment_files: Vec<String>,
    environment: Vec<(String, Span)>,
}

impl Settings {
    fn read(&mut self, text: &Text) {
        let mut section = String::new();
        for (line, span) in logical_lines(text) {
            if line.starts_with('[') {
                section = line;
                continue;
            }
            let Some((key, value)) = line.split_once('=').filter(|_| section == "[Service]") else { continue };
            let value = value.trim().to_owned();
            match key.trim() {
                "ExecStart" if value.is_empty() => self.commands.clear(),
                "ExecStart" => self.commands.push((value, span)),
                "EnvironmentFile" if value.is_empty() => self.environment_files.clear(),
                "EnvironmentFile" => self.environment_files.push(value),
                "Environment" => self.environment.push((value, span)),
                _ => {}
            }
        }
    }

    /// Every variable; files override `Environment=`, and what comes later what came before.
    fn environment(&self, view: &dyn View) -> Vec<Assignment> {
        let mut all = Vec::new();
        for (line, span) in &self.environment {
            for word in words(line) {
                if let Some((name, value)) = word.split_once('=') {
                    all.push(Assignment { name: name.to_owned(), value: value.to_owned(), span: *span });
                }
            }
        }
        for file in &self.environment_files {
            let path = file.strip_prefix('-').unwrap_or(file);
            all.extend(view.read(path).iter().flat_map(assignments));
        }
        all
    }
}

/// Lines without comments, those that end in a backslash joined with the next.
fn logical_lines(text: &Text) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut start = 0;
    for raw in text.text.split_inclusive('\n') {
        let line = raw.trim();
        let at = start;
        start += raw.len();
        if line.starts_with(['#', ';']) || (line.is_empty() && open.is_none()) {
            continue;
        }
        let (mut whole, begin) = open.take().unwrap_or((String::new(), at));
        match line.strip_suffix('\\') {
            Some(part) => {
                whole.push_str(part);
                whole.push(' ');
                open = Some((whole, begin));
            }
            None => {
                whole.push_str(line);
                out.push((whole, Span::new(text.id, begin..at + raw.trim_end().len())));
            }
        }
    }
    out
}

/// A command line as words: `$NAME` alone becomes any number of words, `${NAME}` is replaced in place.
fn expanded(command: &str, span: Span, environment: &[Assignment]) -> Vec<Argument> {
    let command = command.trim_start_matches(['@', '-', ':', '+', '!']);
    let mut out = Vec::new();
    for word in words(command) {
        let bare = word.strip_prefix('$').filter(|name| !name.starts_with(['{', '$']));
        match bare.map(|name| assignments::last(environment, name)) {
            Some(Some(found)) => {
                out.extend(words(&found.value).into_iter().map(|text| Argument { text, span: found.span }));
            }
            Some(None) => {}
            None => out.push(Argument { text: in_place(&word, environment), span }),
        }
    }
    out
}

/// A word with each `${NAME}` replaced, and `$$` as `$`.
fn in_place(word: &str, environment: &[Assignment]) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some((name, after)) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            out.push_str(assignments::last(environment, name).map_or("", |found| &found.value));
            rest = after;
        } else {
            out.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
        }
    }
    out + rest
}

/// Splits at blanks outside quotes.
pub fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', Some('"') | None) => word.get_or_insert_default().extend(chars.next()),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (_, Some(open)) if c == open => quote = None,
            (c, None) if c.is_whitespace() => out.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_split_outside_quotes() {
        assert_eq!(words("a 'b c' \"d\\\"e\" f\\ g \"\""), ["a", "b c", "d\"e", "f g", ""]);
    }
}
