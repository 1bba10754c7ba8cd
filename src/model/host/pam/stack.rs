//! The modules that a service calls, with everything included: pam.conf(5), and libpam's own way of doing it.
//!
//! A service is looked up in /etc/pam.d, then in the vendor's directories; /etc/pam.conf counts only where
//! /etc/pam.d does not exist. A management group for which the service has no line is that of `other`.

use std::sync::Arc;

use super::control::Control;
use super::file::{self, Raw};
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Reason, Value};

/// Directories of services, most important first: /usr/lib is the vendor's in Linux-PAM, /usr/etc in openSUSE.
const DIRECTORIES: [&str; 3] = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"];
/// Deepest nesting of includes (libpam: 16 substacks).
const MAX_DEPTH: usize = 16;
/// Most files read, and most lines kept, for one stack.
const MAX_FILES: usize = 200;
const MAX_LINES: usize = 2_000;

/// A management group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Who is it?
    Auth,
    /// May they come in now?
    Account,
    /// What surrounds the session.
    Session,
    /// Changing the password.
    Password,
}

impl Group {
    fn of(word: &str) -> Option<Group> {
        Some(match &*word.to_ascii_lowercase() {
            "auth" => Group::Auth,
            "account" => Group::Account,
            "session" => Group::Session,
            "password" => Group::Password,
            _ => return None,
        })
    }
}

/// What a line of a stack calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A module, by its name without `pam_` and `.so`.
    Module(String),
    /// The beginning of a substack.
    Substack,
    /// Nothing: the line is wrong, and libpam lets it fail.
    Fail,
}

/// A line of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it calls.
    pub call: Call,
    /// What follows.
    pub control: Control,
    /// The module's arguments.
    pub arguments: Vec<String>,
    /// How deep in substacks it stands.
    pub level: usize,
    /// Where it stands.
    pub span: Span,
}

impl Line {
    /// True if it calls this module.
    pub fn is(&self, module: &str) -> bool {
        matches!(&self.call, Call::Module(name) if name == module)
    }

    /// True if the module has this argument, alone or with a value.
    pub fn has(&self, argument: &str) -> bool {
        self.argument(argument).is_some()
    }

    /// The value of the last `argument=value`, empty for a bare `argument`.
    pub fn argument(&self, argument: &str) -> Option<&str> {
        self.arguments.iter().rev().find_map(|word| match word.split_once('=') {
            Some((key, value)) => (key == argument).then_some(value),
            None => (word == argument).then_some(""),
        })
    }
}

/// A stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// Its lines, in order.
    pub lines: Vec<Line>,
    /// The first part that is not known.
    pub hole: Option<Hole>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    reason: Reason,
    what: Arc<str>,
    span: Span,
}

impl Hole {
    /// The value that it hides.
    pub fn value(&self) -> Value {
        Value::unknown(self.reason, self.what.clone(), self.span)
    }
}

impl Stack {
    /// True if the two do the same, wherever they are written.
    pub fn is_same(&self, other: &Stack) -> bool {
        let same = |a: &Line, b: &Line| {
            (&a.call, &a.control, &a.arguments, a.level) == (&b.call, &b.control, &b.arguments, b.level)
        };
        self.hole == other.hole
            && self.lines.len() == other.lines.len()
            && self.lines.iter().zip(&other.lines).all(|(a, b)| same(a, b))
    }

    /// The lines that call this module.
    pub fn calls<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.is(module))
    }
}

/// The beginning of the file in which a service is configured, if it is.
pub fn service(view: &dyn View, name: &str) -> Option<Span> {
    let path = find(view, name)?;
    Some(view.read(&path).map_or_else(|_| view.mark(&path), |text| Span::new(text.id, 0..0)))
}

/// The first directory's file of this name.
fn find(view: &dyn View, name: &str) -> Option<String> {
    if name.contains('/') {
        return view.exists(name).then(|| name.to_owned());
    }
    DIRECTORIES.iter().map(|dir| format!("{dir}/{name}")).find(|path| view.exists(path))
}

/// What a service calls in one group; `other`'s if it says nothing. Files that cannot be read are added to `gaps`.
pub fn stack(view: &dyn View, service: &str, group: Group, gaps: &mut Vec<Gap>) -> Stack {
    let read = |name: &str, gaps: &mut Vec<Gap>| {
        let mut reader = Reader { view, group, gaps, files: 0, stack: Stack::default() };
        match find(view, name) {
            Some(path) => reader.file(&path, None, 0, 0),
            None if !view.is_whole() => reader.hole(Reason::File, name, None),
            None => {}
        }
        reader.stack
    };
    let own = read(service, gaps);
    if own.lines.is_empty() && own.hole.is_none() { read("other", gaps) } else { own }
}

struct Reader<'a> {
    view: &'a dyn View,
    group: Group,
    gaps: &'a mut Vec<Gap>,
    files: usize,
    stack: Stack,
}

impl Reader<'_> {
    fn hole(&mut self, reason: Reason, what: &str, span: Option<Span>) {
        let span = span.unwrap_or_else(|| self.view.mark(what));
        self.stack.hole.get_or_insert(Hole { reason, what: what.into(), span });
    }

    /// Adds the lines of a file that stands for the include at `from`.
    fn file(&mut self, path: &str, from: Option<Span>, depth: usize, level: usize) {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES {
            return self.hole(Reason::Budget, path, from);
        }
        match self.view.read(path) {
            Ok(text) => {
                for raw in file::parse(&text) {
                    self.line(&raw, depth, level);
                }
            }
            Err(error) => {
                let trouble = Trouble::Open(error);
                self.hole(trouble.reason(), path, from);
                let gap = trouble.gap(self.view.display(path));
                if !self.gaps.iter().any(|known| known.path == gap.path) {
                    self.gaps.push(gap);
                }
            }
        }
    }

    fn line(&mut self, raw: &Raw, depth: usize, level: usize) {
        let word = |n: usize| raw.words.get(n).map(String::as_str).unwrap_or_default();
        let kind = word(0);
        if kind == "@include" {
            return self.include(word(1), raw.span, depth, level);
        }
        let Some(group) = Group::of(kind.strip_prefix('-').unwrap_or(kind)) else {
            // "illegal module type": libpam puts a module that always fails into the authentication.
            if self.group == Group::Auth {
                self.push(Call::Fail, "required", raw, level);
            }
            return;
        };
        if group != self.group {
            return;
        }
        match &*word(1).to_ascii_lowercase() {
            "include" => self.include(word(2), raw.span, depth, level),
            "substack" => {
                self.push(Call::Substack, "required", raw, level);
                self.include(word(2), raw.span, depth, level + 1);
            }
            control => {
                let name = word(2).rsplit('/').next().unwrap_or_default();
                let name = name.strip_suffix(".so").unwrap_or(name);
                let name = name.strip_prefix("pam_").unwrap_or(name);
                let call = if name.is_empty() { Call::Fail } else { Call::Module(name.to_owned()) };
                self.push(call, control, raw, level);
            }
        }
    }

    fn include(&mut self, name: &str, span: Span, depth: usize, level: usize) {
        match find(self.view, name) {
            Some(path) => self.file(&path, Some(span), depth + 1, level),
            None if self.view.is_whole() => {
                let raw = Raw { words: Vec::new(), span };
                self.push(Call::Fail, "required", &raw, level);
            }
            None => self.hole(Reason::File, name, Some(span)),
        }
    }

    fn push(&mut self, call: Call, control: &str, raw: &Raw, level: usize) {
        if self.stack.lines.len() >= MAX_LINES {
            return self.hole(Reason::Budget, "a stack of too many lines", Some(raw.span));
        }
        let control = Control::parse(control);
        let arguments = raw.words.iter().skip(3).cloned().collect();
        self.stack.lines.push(Line { call, control, arguments, level, span: raw.span });
    }
}

/// True if the view has PAM at all.
pub fn exists(view: &dyn View) -> bool {
    DIRECTORIES.iter().any(|dir| view.list(dir).is_ok_and(|names| !names.is_empty()))
        || matches!(view.list("/etc/pam.d"), Err(OpenError::Denied))
}
