//! Configuration files of hosts in a repository: each is read as what it would be in its place.
//!
//! A `sshd_config` stands for /etc/ssh/sshd_config. What it includes is looked for where it would be: in
//! the tree around it if that mirrors a host (`.../etc/ssh/sshd_config`), else beside it. A drop-in that
//! no file among the documents includes is judged alone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::budget::Budget;
use crate::format::lines::Line;
use crate::format::{self, Body, Document, Form};
use crate::model::host::memo::Memo;
use crate::model::host::services::{self, Reads, Role};
use crate::model::host::settings;
use crate::model::host::view::{Text, Trouble, View};
use crate::model::{Built, Context};
use crate::open::{Kind, OpenError, Stat};
use crate::resource::{Domain, Scope};
use crate::source::{SourceId, Span};
use crate::value::Value;

/// The resources of every configuration of a service among `documents`.
pub fn build(documents: &[&Document], context: &Context) -> Built {
    let mut built = Built::default();
    let (mut files, mut mains, mut parts) = (BTreeMap::new(), Vec::new(), Vec::new());
    for document in documents.iter().filter(|document| document.form == Form::Text) {
        let Some(source) = context.sources.get(document.source) else { continue };
        files.insert(&*document.path, *document);
        match services::role(&document.path, &source.text) {
            Some(role) if role.is_part => parts.push((role, *document)),
            Some(role) => mains.push((role, *document)),
            None => {}
        }
    }
    let mut read = BTreeSet::new();
    for (role, document) in mains {
        read.extend(judge(&files, role, document, context, &mut built));
    }
    for (role, document) in parts {
        if !read.contains(&document.source) {
            read.extend(judge(&files, role, document, context, &mut built));
        }
    }
    built.used = read.into_iter().collect();
    built
}

/// Adds the resources of one configuration; gives the sources that it consists of.
fn judge<'a>(
    files: &'a Files<'a>,
    role: Role,
    document: &'a Document,
    context: &'a Context<'a>,
    built: &mut Built,
) -> BTreeSet<SourceId> {
    let view = Repository::new(files, role, document, context);
    let scope = Scope { domain: Domain::Host, path: view.display(&view.file) };
    match &role.service.reads {
        Reads::Judge(judge) => judge(&view, &view.file, role.is_part, &scope, built),
        Reads::Settings(read) => settings::judge(role.service, read, &view, &view.file, &scope, built),
    }
    let mut read = view.read.into_inner();
    read.insert(document.source);
    read
}

/// Every document that may be a part of a configuration, by its path.
type Files<'a> = BTreeMap<&'a str, &'a Document>;

/// The documents of an audit as the host that one of them belongs to.
struct Repository<'a> {
    files: &'a Files<'a>,
    context: &'a Context<'a>,
    /// Where the host has the file that is judged.
    file: String,
    /// The document that stands for it, and its source.
    document: &'a str,
    judged: SourceId,
    /// Where the host has the main file and what it includes, with the slash.
    home: &'static str,
    /// What stands for that directory.
    directory: &'a str,
    /// What stands for /, without the slash, if the tree mirrors a host.
    root: Option<&'a str>,
    /// What was read.
    read: RefCell<BTreeSet<SourceId>>,
    memo: Memo,
}

impl<'a> Repository<'a> {
    fn new(files: &'a Files<'a>, role: Role, document: &'a Document, context: &'a Context<'a>) -> Self {
        let (document, judged) = (&*document.path, document.source);
        let main = role.service.main;
        let home = main.strip_suffix(main.rsplit('/').next().unwrap_or_default()).unwrap_or(main);
        // A part stands as far below the home of the main file as its pattern says.
        let depth = if role.is_part { role.pattern.matches('/').count() } else { 0 };
        let end = document.rmatch_indices('/').nth(depth).map_or(0, |(slash, _)| slash + 1);
        let directory = document.get(..end).unwrap_or_default();
        let tail = document.get(end..).unwrap_or_default();
        let file = if role.is_part { format!("{home}{tail}") } else { main.to_owned() };
        let root = directory.strip_suffix(home);
        let (read, memo) = (RefCell::default(), Memo::default());
        Repository { files, context, file, document, judged, home, directory, root, read, memo }
    }

    /// The path of the document that stands for the host's `path`.
    fn real(&self, path: &str) -> Option<String> {
        if path == self.file {
            return Some(self.document.to_owned());
        }
        if let Some(root) = self.root {
            return Some(format!("{root}{path}"));
        }
        path.strip_prefix(self.home).map(|inner| format!("{}{inner}", self.directory))
    }

    fn document(&self, path: &str) -> Result<&'a Document, OpenError> {
        let found = self.real(path).and_then(|real| self.files.get(&*real).copied());
        let document = found.ok_or(OpenError::NotFound)?;
        self.read.borrow_mut().insert(document.source);
        Ok(document)
    }

    /// The file parsed as `form`.
    fn parsed(&self, path: &str, form: Form) -> Result<Body, Trouble> {
        let id = self.document(path).map_err(Trouble::Open)?.source;
        let source = self.context.sources.get(id).ok_or(Trouble::Open(OpenError::NotFound))?;
        Ok(format::parse(form, source, id, self.context.budget).map_err(Trouble::Syntax)?.body)
    }
}

impl View for Repository<'_> {
    fn read(&self, path: &str) -> Result<Text, OpenError> {
        let id = self.document(path)?.source;
        let source = self.context.sources.get(id).ok_or(OpenError::NotFound)?;
        Ok(Text { id, text: source.text.clone() })
    }

    fn lines(&self, path: &str) -> Result<Rc<[Line]>, Trouble> {
        match self.parsed(path, Form::Lines)? {
            Body::Lines(lines) => Ok(lines.into()),
            _ => Ok(Rc::default()),
        }
    }

    fn data(&self, path: &str, form: Form) -> Result<Rc<[Value]>, Trouble> {
        match self.parsed(path, form)? {
            Body::Data(documents) => Ok(documents.into()),
            _ => Ok(Rc::default()),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<String>, OpenError> {
        let real = self.real(&format!("{}/", path.trim_end_matches('/'))).ok_or(OpenError::NotFound)?;
        let below = self.files.range(&*real..).map_while(|(file, _)| file.strip_prefix(&*real));
        let names: BTreeSet<String> = below.filter_map(|rest| rest.split('/').next()).map(str::to_owned).collect();
        Ok(names.into_iter().collect())
    }

    /// The documents say nothing of owners and modes.
    fn stat(&self, path: &str) -> Result<Stat, OpenError> {
        let stat = |kind| Stat { kind, mode: 0, uid: 0, gid: 0, size: 0, modified: None };
        if self.home.starts_with(&format!("{}/", path.trim_end_matches('/'))) {
            return Ok(stat(Kind::Directory));
        }
        match self.document(path) {
            Ok(_) => Ok(stat(Kind::File)),
            Err(error) if self.list(path)?.is_empty() => Err(error),
            Err(_) => Ok(stat(Kind::Directory)),
        }
    }

    /// Links in a repository are not told from what they lead to.
    fn link(&self, path: &str) -> Result<Option<String>, OpenError> {
        self.stat(path).map(|_| None)
    }

    fn mark(&self, path: &str) -> Span {
        let source = self.document(path).map_or(self.judged, |document| document.source);
        Span::new(source, 0..0)
    }

    fn memo(&self) -> &Memo {
        &self.memo
    }

    fn display(&self, path: &str) -> Arc<str> {
        let source = self.document(path).ok().and_then(|document| self.context.sources.get(document.source));
        source.map_or_else(|| path.into(), |source| source.path.clone())
    }

    fn budget(&self) -> &Budget {
        self.context.budget
    }

    fn is_whole(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::host;
    use crate::model::testing::{attribute, build as built_from, place, plain};
    use crate::resource::GapKind;

    fn check(files: &[(&str, &str)], address: &str, key: &str, expected: &str, at: &str) -> Built {
        let (built, sources) = built_from(&host::MODEL, files, &[]);
        let value = attribute(&built, address, key);
        assert_eq!(value.map_or("-".into(), plain), expected, "{key} in {files:?}");
        if let Some(value) = value {
            assert_eq!(place(&sources, value), at, "{key} in {files:?}");
        }
        built
    }

    const MAIN: &str = "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\n";

    #[test]
    fn a_file_in_a_repository_is_read_as_on_a_host() {
        let built = check(&[("files/sshd_config", MAIN)], "sshd", "permitrootlogin", "yes", "files/sshd_config:2");
        assert_eq!(built.gaps.len(), 1);
        assert_eq!(built.gaps[0].kind, GapKind::Note);
        assert_eq!(&*built.resources[0].scope.path, "files/sshd_config");
        assert!(attribute(&built, "sshd", "installed").is_none());
    }

    #[test]
    fn drop_ins_beside_it_or_in_a_mirrored_tree_are_included_once() {
        let beside = [("a/sshd_config", MAIN), ("a/sshd_config.d/x.conf", "PermitRootLogin no\n")];
        let built = check(&beside, "sshd", "permitrootlogin", "no", "a/sshd_config.d/x.conf:1");
        assert_eq!((built.resources.len(), built.gaps.len(), built.used.len()), (1, 0, 2));
        let tree = [("r/etc/ssh/sshd_config", "Include /srv/sshd_config\n"), ("r/srv/sshd_config", "UseDNS yes\n")];
        check(&tree, "sshd", "usedns", "yes", "r/srv/sshd_config:1");
    }

    #[test]
    fn a_drop_in_alone_is_judged_alone() {
        let files = [("roles/sshd_config.d/x.conf", "PermitRootLogin no\n"), ("roles/other.conf", "Port 1\n")];
        let built = check(&files, "sshd", "permitrootlogin", "no", "roles/sshd_config.d/x.conf:1");
        assert_eq!(built.resources.len(), 1);
    }
}
