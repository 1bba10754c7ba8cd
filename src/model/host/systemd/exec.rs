//! The command line with which systemd starts a daemon: the unit, its drop-ins, its environment files.
//!
//! systemd.service(5): an empty `ExecStart=` clears those before it.

use super::Settings;
use crate::model::host::assignments::{self, Assignment, assignments};
use crate::model::host::view::View;
use crate::source::Span;

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
    let settings = units.iter().find_map(|unit| super::settings(view, unit, "Service"))?;
    let environment = environment(view, &settings);
    let (command, span) = settings.list("ExecStart").pop()?;
    Some(expanded(command, span, &environment))
}

/// Every variable; files override `Environment=`, and what comes later what came before.
fn environment(view: &dyn View, settings: &Settings) -> Vec<Assignment> {
    let mut all = Vec::new();
    for (word, span) in settings.words("Environment") {
        if let Some((name, value)) = word.split_once('=') {
            all.push(Assignment { name: name.to_owned(), value: value.to_owned(), span });
        }
    }
    for (file, _) in settings.list("EnvironmentFile") {
        let path = file.strip_prefix('-').unwrap_or(file);
        all.extend(view.read(path).iter().flat_map(assignments));
    }
    all
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
