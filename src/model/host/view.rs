//! What a probe of a host may look at, and the host's root filesystem as such a view.
//!
//! A probe names files as the host itself does (`/etc/ssh/sshd_config`); the view decides what that
//! means. So the same probe audits the machine, an unpacked image, and a file in a repository.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::budget::Budget;
use crate::format::lines::{self, Line};
use crate::format::{self, Body, Form, SyntaxError};
use crate::model::host::memo::Memo;
use crate::open::{Kind, MAX_LINKS, OpenError, Stat, Tree};
use crate::resource::{Gap, GapKind};
use crate::source::{Source, SourceId, Sources, Span};
use crate::value::{Reason, Value};

/// The files of a host, by the absolute paths that the host knows them by.
pub trait View {
    /// The text of a regular file.
    fn read(&self, path: &str) -> Result<Text, OpenError>;
    /// The bytes of a regular file that is no text.
    fn bytes(&self, path: &str) -> Result<Vec<u8>, OpenError> {
        Ok(self.read(path)?.text.as_bytes().to_vec())
    }
    /// The file as lines of keywords and arguments.
    fn lines(&self, path: &str) -> Result<Rc<[Line]>, Trouble>;
    /// The names in a directory, sorted by their bytes.
    fn list(&self, path: &str) -> Result<Vec<String>, OpenError>;
    /// What is known of what a path leads to, links followed. Documents in a repository say nothing of
    /// owners and modes: ask only where [`View::is_whole`].
    fn stat(&self, path: &str) -> Result<Stat, OpenError>;
    /// Where the link at `path` leads, as it is written; `None` if it is there and no link.
    fn link(&self, path: &str) -> Result<Option<String>, OpenError>;
    /// The file as the documents of YAML or JSON (comments allowed) in it.
    fn data(&self, path: &str, form: Form) -> Result<Rc<[Value]>, Trouble>;
    /// The file as a place to point at, unread if it was not read for another reason.
    fn mark(&self, path: &str) -> Span;
    /// The entry of a directory itself as a place to point at: a link, not what it leads to.
    fn mark_entry(&self, path: &str) -> Span {
        self.mark(path)
    }
    /// What was worked out once and is asked for again.
    fn memo(&self) -> &Memo;
    /// The path as the user knows it.
    fn display(&self, path: &str) -> Arc<str>;
    /// The limits.
    fn budget(&self) -> &Budget;
    /// True if what is not in this view is not on the host either.
    fn is_whole(&self) -> bool;
    /// True if this is the very machine that runs the audit, so that /proc and /sys are its own.
    fn is_live(&self) -> bool {
        false
    }

    /// True if there is something at `path`, or may be behind a refusal. Where only a part of a system is here,
    /// what is not in it may be on the system all the same: `stat` then says [`OpenError::Outside`].
    fn exists(&self, path: &str) -> bool {
        !matches!(self.stat(path), Err(OpenError::NotFound | OpenError::Outside))
    }
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its source.
    pub id: SourceId,
    /// What it says.
    pub text: Arc<str>,
}

/// Why a file gives no lines.
#[derive(Debug)]
pub enum Trouble {
    /// It was not read.
    Open(OpenError),
    /// It was read and is not what it should be.
    Syntax(SyntaxError),
}

impl Trouble {
    /// Why a value that the file may hold is not known.
    pub fn reason(&self) -> Reason {
        match self {
            Trouble::Open(OpenError::Denied) => Reason::Rights,
            Trouble::Open(OpenError::Budget(_) | OpenError::TooLarge(_)) => Reason::Budget,
            Trouble::Open(_) | Trouble::Syntax(_) => Reason::File,
        }
    }

    /// The gap to report for the file that the user knows as `path`.
    pub fn gap(&self, path: Arc<str>) -> Gap {
        let (kind, span, message) = match self {
            Trouble::Open(error) => (GapKind::Unreadable, None, error.to_string()),
            Trouble::Syntax(error) => (GapKind::Unparsed, Some(error.span), error.message.clone()),
        };
        let hint = matches!(self, Trouble::Open(OpenError::Denied)).then(|| "run the audit as root".to_owned());
        Gap { kind, path, span, message, hint }
    }
}

/// Where the kernel tells of itself.
const KERNEL: [&str; 2] = ["proc", "sys"];

/// The root filesystem of a host. What is read is added to the audit's sources; links are resolved as
/// the host would, and nothing outside the root is ever read.
pub struct HostRoot<'a> {
    root: &'a dyn Tree,
    is_live: bool,
    display: &'a str,
    sources: RefCell<&'a mut Sources>,
    budget: &'a Budget,
    read: RefCell<HashMap<PathBuf, SourceId>>,
    lines: RefCell<HashMap<SourceId, Rc<[Line]>>>,
    /// Files that are only pointed at, with sources that hold nothing but their names.
    marked: RefCell<HashMap<String, SourceId>>,
    memo: Memo,
    /// Directories that were asked for, and what they are; nothing where there is none.
    directories: RefCell<HashMap<PathBuf, Option<PathBuf>>>,
}

impl<'a> HostRoot<'a> {
    /// A view of `root`, which the user knows as `display`; `is_live` if it is the machine itself.
    pub fn new(
        root: &'a dyn Tree,
        is_live: bool,
        display: &'a str,
        sources: &'a mut Sources,
        budget: &'a Budget,
    ) -> Self {
        HostRoot {
            root,
            is_live,
            display,
            sources: RefCell::new(sources),
            budget,
            read: RefCell::default(),
            lines: RefCell::default(),
            marked: RefCell::default(),
            memo: Memo::default(),
            directories: RefCell::default(),
        }
    }

    /// Every source that was read, in order.
    pub fn used(&self) -> Vec<SourceId> {
        let mut used: Vec<SourceId> = self.read.borrow().values().copied().collect();
        used.sort();
        used
    }

    /// Where a path leads, links followed, and what is there. What the kernel tells of itself in /proc and /sys, it
    /// tells of the machine that it runs on: of another there is nothing.
    fn resolve(&self, path: &Path) -> Result<(PathBuf, Stat), OpenError> {
        let mut path = path.to_path_buf();
        for _ in 0..=MAX_LINKS {
            let (parent, real) = match (path.parent(), path.file_name()) {
                (Some(above), Some(name)) => {
                    let parent = self.directory(above)?;
                    let real = parent.join(name);
                    (parent, real)
                }
                _ => (PathBuf::new(), self.directory(&path)?), // the root, or a path that ends in `..`
            };
            let stat = self.root.stat(&real)?;
            if stat.kind != Kind::Link {
                let is_kernel = KERNEL.iter().any(|top| real.starts_with(top));
                return if is_kernel && !self.is_live { Err(OpenError::NotFound) } else { Ok((real, stat)) };
            }
            path = parent.join(self.root.link(&real)?);
        }
        Err(OpenError::Circle)
    }

    /// Where the path of a directory leads. Probes ask for many files of few directories.
    fn directory(&self, path: &Path) -> Result<PathBuf, OpenError> {
        if let Some(known) = self.directories.borrow().get(path) {
            return known.clone().ok_or(OpenError::NotFound);
        }
        let found = self.root.resolve(path);
        let known = match &found {
            Ok(real) => Some(real.clone()),
            Err(OpenError::NotFound) => None,
            Err(_) => return found,
        };
        self.directories.borrow_mut().insert(path.to_path_buf(), known);
        found
    }

    fn open(&self, path: &str) -> Result<SourceId, OpenError> {
        let (real, _) = self.resolve(Path::new(path))?;
        if let Some(id) = self.read.borrow().get(&real) {
            return Ok(*id);
        }
        let bytes = self.root.read(&real, self.budget)?;
        // The path is the one that led here: `/etc/os-release`, not the file that it is a link to.
        let id = self.sources.borrow_mut().add(Source::new(self.display(path), &bytes));
        self.read.borrow_mut().insert(real, id);
        Ok(id)
    }
}

impl View for HostRoot<'_> {
    fn read(&self, path: &str) -> Result<Text, OpenError> {
        let id = self.open(path)?;
        let text = self.sources.borrow().get(id).map(|source| source.text.clone());
        text.map(|text| Text { id, text }).ok_or(OpenError::NotFound)
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, OpenError> {
        self.root.read(&self.resolve(Path::new(path))?.0, self.budget)
    }

    fn lines(&self, path: &str) -> Result<Rc<[Line]>, Trouble> {
        let id = self.open(path).map_err(Trouble::Open)?;
        if let Some(lines) = self.lines.borrow().get(&id) {
            return Ok(lines.clone());
        }
        let sources = self.sources.borrow();
        let source = sources.get(id).ok_or(Trouble::Open(OpenError::NotFound))?;
        let Body::Lines(lines) = lines::parse(source, id, self.budget).map_err(Trouble::Syntax)?.body else {
            return Err(Trouble::Open(OpenError::NotFound));
        };
        let lines: Rc<[Line]> = lines.into();
        self.lines.borrow_mut().insert(id, lines.clone());
        Ok(lines)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, OpenError> {
        self.root.list(&self.resolve(Path::new(path))?.0)
    }

    fn stat(&self, path: &str) -> Result<Stat, OpenError> {
        Ok(self.resolve(Path::new(path))?.1)
    }

    fn link(&self, path: &str) -> Result<Option<String>, OpenError> {
        let path = Path::new(path);
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
        let real = self.directory(above)?.join(name);
        match self.root.stat(&real)?.kind {
            Kind::Link => Ok(Some(self.root.link(&real)?.to_string_lossy().into_owned())),
            _ => Ok(None),
        }
    }

    fn data(&self, path: &str, form: Form) -> Result<Rc<[Value]>, Trouble> {
        let id = self.open(path).map_err(Trouble::Open)?;
        let sources = self.sources.borrow();
        let source = sources.get(id).ok_or(Trouble::Open(OpenError::NotFound))?;
        match format::parse(form, source, id, self.budget).map_err(Trouble::Syntax)?.body {
            Body::Data(documents) => Ok(documents.into()),
            _ => Ok(Rc::default()),
        }
    }

    fn mark(&self, path: &str) -> Span {
        let real = self.resolve(Path::new(path)).ok().map(|(real, _)| real);
        let read = real.and_then(|real| self.read.borrow().get(&real).copied());
        read.map_or_else(|| self.mark_entry(path), |id| Span::new(id, 0..0))
    }

    fn mark_entry(&self, path: &str) -> Span {
        let mut marked = self.marked.borrow_mut();
        let add = || self.sources.borrow_mut().add(Source::new(self.display(path), b""));
        Span::new(*marked.entry(path.to_owned()).or_insert_with(add), 0..0)
    }

    fn memo(&self) -> &Memo {
        &self.memo
    }

    fn display(&self, path: &str) -> Arc<str> {
        format!("{}/{}", self.display.trim_end_matches('/'), path.trim_start_matches('/')).into()
    }

    fn budget(&self) -> &Budget {
        self.budget
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn is_live(&self) -> bool {
        self.is_live
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::Memory;

    #[test]
    fn what_the_kernel_tells_is_of_the_machine_that_it_runs_on() {
        let mut tree = Memory::default();
        let stat = Stat { kind: Kind::File, mode: 0o644, uid: 0, gid: 0, size: 0, modified: None };
        tree.file(Path::new("/proc/sys/kernel/randomize_va_space"), *b"0\n", stat);
        tree.symlink(Path::new("/etc/k"), "/proc/sys/kernel", stat);
        for (is_live, expected) in [(true, Some("0\n")), (false, None)] {
            let (mut sources, budget) = (Sources::default(), Budget::default());
            let view = HostRoot::new(&tree, is_live, "", &mut sources, &budget);
            for path in [
                "/proc/sys/kernel/randomize_va_space",
                "/etc/k/randomize_va_space",
                "/etc/../proc/sys/kernel/randomize_va_space",
            ] {
                assert_eq!(view.read(path).ok().map(|text| text.text.to_string()).as_deref(), expected, "{path}");
                assert_eq!(view.exists(path), is_live, "{path}");
            }
        }
    }
}
