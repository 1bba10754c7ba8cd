//! What shells are told at the start of a session: TMOUT, umask, and root's PATH.
//!
//! Not a shell: a text is cut into commands, and a command within `if`, `case`, a loop, a function or after `&&` may
//! or may not run. What is computed is not known.

use crate::model::Built;
use crate::model::host::assignments::{assignments, last};
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::pam::stack::{Group, stack};
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

use super::defs::{Defs, octal};

/// What a login shell of the Bourne family reads, in Debian's order (bash.bashrc before profile.d) with bashrc, as
/// Red Hat calls it, after it; bash(1), /etc/profile of both.
const BEFORE: [&str; 2] = ["/etc/profile", "/etc/bash.bashrc"];
const AFTER: [&str; 1] = ["/etc/bashrc"];
/// What root's shells read in addition.
const ROOT: [&str; 4] = ["/root/.bash_profile", "/root/.bash_login", "/root/.profile", "/root/.bashrc"];
/// Longest file that is taken apart.
const MAX_TEXT: usize = 1 << 20;

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Command {
    words: Vec<String>,
    /// True if it may not run.
    conditional: bool,
    span: Span,
}

/// Adds the resource `shell` if there is a file for shells.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !view.is_whole() {
        return;
    }
    let mut commands = Vec::new();
    let mut place = None;
    let mut hole = None;
    let drop_ins = glob::expand(view, "/etc/profile.d/*.sh").paths;
    let files = BEFORE.into_iter().chain(drop_ins.iter().map(String::as_str)).chain(AFTER);
    for path in files {
        match view.read(path) {
            Ok(text) => {
                place.get_or_insert(Span::new(text.id, 0..0));
                let read = commands_of(&text.text, &|range| Span::new(text.id, range));
                commands.extend(read);
            }
            Err(OpenError::NotFound) => {}
            Err(error) => {
                let trouble = Trouble::Open(error);
                hole = Some(Value::unknown(trouble.reason(), path, view.mark(path)));
                built.gaps.push(trouble.gap(view.display(path)));
            }
        }
    }
    let Some(at) = place.or(hole.as_ref().map(|hole| hole.span)) else { return };
    let mut facts = Vec::new();
    match &hole {
        Some(hole) => facts.extend(["tmout", "tmout_readonly", "umask"].map(|key| (key, hole.clone()))),
        None => {
            facts.extend(timeout(&commands, at));
            facts.push(("umask", umask(view, &commands, at)));
        }
    }
    facts.push(("root_path_unsafe", root_path(view, &commands, at)));
    super::super::add(view, scope, built, "shell", "shell", Value::object(facts, at), at);
}

/// TMOUT: bash(1) ends an idle shell after so many seconds; one that is read-only keeps its first value.
fn timeout(commands: &[Command], at: Span) -> Vec<(&'static str, Value)> {
    let mut value: Option<Value> = None;
    let mut readonly: Option<Value> = None;
    for command in commands {
        let (declares_readonly, words) = declaration(command);
        for word in words {
            let (name, text) = word.split_once('=').map_or((word.as_str(), None), |(name, text)| (name, Some(text)));
            if name != "TMOUT" {
                continue;
            }
            let is_fixed = readonly.as_ref().is_some_and(|it| it.as_bool() == Some(true));
            if let Some(text) = text.filter(|_| !is_fixed) {
                value = Some(match text.parse() {
                    Ok(_) if command.conditional => {
                        Value::unknown(Reason::Condition, "TMOUT is set under a condition", command.span)
                    }
                    Ok(seconds) => Value::int(seconds, command.span),
                    Err(_) => Value::unknown(Reason::Function, "TMOUT is computed", command.span),
                });
            }
            if declares_readonly && !is_fixed {
                readonly = Some(match command.conditional {
                    true => Value::unknown(Reason::Condition, "TMOUT is fixed under a condition", command.span),
                    false => Value::bool(true, command.span),
                });
            }
        }
    }
    let readonly = readonly.unwrap_or(Value::bool(false, value.as_ref().map_or(at, |value| value.span)));
    value.map(|value| ("tmout", value)).into_iter().chain([("tmout_readonly", readonly)]).collect()
}

/// True if the command makes variables read-only, and the words that may be assignments.
fn declaration(command: &Command) -> (bool, &[String]) {
    let Some((first, rest)) = command.words.split_first() else { return (false, &[]) };
    let has_r = || rest.iter().any(|word| word.starts_with('-') && word.contains('r'));
    match first.as_str() {
        "readonly" => (true, rest),
        "export" => (false, rest),
        "declare" | "typeset" | "local" => (has_r(), rest),
        _ => {
            // Assignments before a program hold for that program alone.
            let is_program = command.words.iter().any(|word| !word.contains('='));
            (false, if is_program { &[] } else { &command.words })
        }
    }
}

/// The loosest mask that a login shell may end up with: that of pam_umask and login.defs, then what the files say.
fn umask(view: &dyn View, commands: &[Command], at: Span) -> Value {
    let mut mask = inherited(view, at);
    for command in commands.iter().filter(|command| command.words.first().is_some_and(|word| word == "umask")) {
        let Some(word) = command.words.iter().skip(1).find(|word| !word.starts_with('-')) else { continue };
        let Some(new) = mask_of(word) else {
            mask = Err(Value::unknown(Reason::Function, "umask is computed", command.span));
            continue;
        };
        mask = match mask {
            // What is forbidden either way.
            Ok((old, span)) if command.conditional => {
                Ok((old & new, if old & new == old { span } else { command.span }))
            }
            Err(unknown) if command.conditional => Err(unknown),
            _ => Ok((new, command.span)),
        };
    }
    mask.map_or_else(|unknown| unknown, |(mask, span)| octal(mask, span))
}

/// The mask with which a shell begins. pam_umask(8): its argument, then UMASK of login.defs; login(1) of shadow sets
/// UMASK too. Otherwise it is that of the init system, 022.
fn inherited(view: &dyn View, at: Span) -> Result<(u32, Span), Value> {
    let session = stack(view, "login", Group::Session, &mut Vec::new());
    let line = session.calls("umask").next();
    if let Some(line) = line
        && let Some(mask) = line.argument("umask").and_then(mask_of)
    {
        return Ok((mask, line.span));
    }
    match Defs::read(view, &mut Vec::new()).value("umask") {
        Some(value) => match value.as_str().map(mask_of) {
            Some(Some(mask)) if line.is_some() => Ok((mask, value.span)),
            Some(_) => Ok((0o022, at)),
            None => Err(value),
        },
        None => Ok((0o022, at)),
    }
}

/// An octal mask, or one of the symbolic form `u=rwx,g=rx,o=`.
fn mask_of(word: &str) -> Option<u32> {
    if let Ok(mask) = u32::from_str_radix(word, 8) {
        return (mask <= 0o777).then_some(mask);
    }
    let mut mask = 0o777;
    for part in word.split(',') {
        let (who, what) = part.split_once('=')?;
        let bits = what.chars().try_fold(0, |bits, c| match c {
            'r' => Some(bits | 4),
            'w' => Some(bits | 2),
            'x' => Some(bits | 1),
            _ => None,
        })?;
        for class in if who.is_empty() || who == "a" { "ugo" } else { who }.chars() {
            let shift = match class {
                'u' => 6,
                'g' => 3,
                'o' => 0,
                _ => return None,
            };
            mask &= !(bits << shift);
        }
    }
    Some(mask)
}

/// Entries of root's PATH that let others put programs in root's way: empty, relative, or writable by everybody.
fn root_path(view: &dyn View, commands: &[Command], at: Span) -> Value {
    let mut paths: Vec<(String, Span)> = Vec::new();
    for path in ROOT {
        if let Ok(text) = view.read(path) {
            let own = commands_of(&text.text, &|range| Span::new(text.id, range));
            paths.extend(assigned_paths(&own));
        }
    }
    paths.extend(assigned_paths(commands));
    if let Ok(text) = view.read("/etc/environment") {
        paths.extend(last(&assignments(&text), "PATH").map(|one| (one.value.clone(), one.span)));
    }
    if let Some(value) = Defs::read(view, &mut Vec::new()).value("env_supath")
        && let Some(text) = value.as_str()
    {
        paths.push((text.strip_prefix("PATH=").unwrap_or(text).to_owned(), value.span));
    }
    let mut bad = Vec::new();
    for (path, span) in &paths {
        for entry in path.split(':') {
            let entry = entry.replace("${HOME}", "/root").replace("$HOME", "/root").replacen('~', "/root", 1);
            // `$PATH` is what was there before; other variables are not known.
            if entry.contains(['$', '`']) {
                continue;
            }
            let is_open = view.stat(&entry).is_ok_and(|stat| stat.mode & 0o002 != 0);
            if !entry.starts_with('/') || is_open {
                let shown = if entry.is_empty() { "(an empty entry)" } else { &entry };
                bad.push(Value::string(shown, *span));
            }
        }
    }
    Value::list(bad, at)
}

fn assigned_paths(commands: &[Command]) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    for command in commands {
        let (_, words) = declaration(command);
        let values = words.iter().filter_map(|word| word.strip_prefix("PATH="));
        out.extend(values.map(|value| (value.to_owned(), command.span)));
    }
    out
}

/// The simple commands of a text, quotes removed.
fn commands_of(text: &str, span: &dyn Fn(std::ops::Range<usize>) -> Span) -> Vec<Command> {
    let mut out = Vec::new();
    let mut depth = 0_usize;
    if text.len() > MAX_TEXT {
        return out;
    }
    for (at, line) in lines(text) {
        let mut after_test = false;
        for (words, joined) in pieces(line) {
            let mut reserved = 0;
            for word in &words {
                match word.as_str() {
                    "if" | "while" | "until" | "for" | "case" | "{" | "(" => depth += 1,
                    "fi" | "done" | "esac" | "}" | ")" => depth = depth.saturating_sub(1),
                    "then" | "else" | "elif" | "do" | "!" | "time" => {}
                    function if function.ends_with("()") => {}
                    _ => break,
                }
                reserved += 1;
            }
            let words: Vec<String> = words.into_iter().skip(reserved).collect();
            if words.is_empty() {
                continue;
            }
            let conditional = depth > 0 || after_test;
            out.push(Command { words, conditional, span: span(at..at + line.trim_end().len()) });
            after_test = joined;
        }
    }
    out
}

/// The commands of one line: their words, and whether what follows depends on them.
fn pieces(line: &str) -> Vec<(Vec<String>, bool)> {
    let mut out = Vec::new();
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(chars.next()),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (_, Some(open)) if c == open => quote = None,
            ('$', _) if chars.peek() == Some(&'(') => {
                let word = word.get_or_insert_default();
                word.push(c);
                substitution(&mut chars, word);
            }
            (_, Some(_)) => word.get_or_insert_default().push(c),
            ('#', None) if word.is_none() => break,
            (';' | '&' | '|', None) => {
                words.extend(word.take());
                let twice = chars.next_if_eq(&c).is_some();
                out.push((std::mem::take(&mut words), twice && c != ';'));
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    out.push((words, false));
    out
}

/// Takes `(...)`, with what is nested in it, into the word.
fn substitution(chars: &mut std::iter::Peekable<std::str::Chars>, word: &mut String) {
    let mut depth = 0_usize;
    for c in chars.by_ref() {
        word.push(c);
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
}
