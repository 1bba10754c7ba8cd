//! Configuration files of hosts in a repository: each is read as what it would be in its place.
//!
//! A `sshd_config` stands for /etc/ssh/sshd_config. What it includes is looked for where it would be: in
//! the tree around it if that mirrors a host (`.../etc/ssh/sshd_config`), else beside it. A drop-in that
//! no file among the documents includes is judged alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::budget::Budget;
use crate::format::lines::Line;
use crate::format::{Body, Document, Form};
use crate::model::host::sshd;
use crate::model::host::view::{Text, Trouble, View};
use crate::model::{Built, Context};
use crate::open::{OpenError, Stat};
use crate::resource::{Domain, Scope};
use crate::source::{SourceId, Span};

/// The resources of every sshd configuration among `documents`.
pub fn build(documents: &[&Document], context: &Context) -> Built {
    let mut built = Built::default();
    let files: BTreeMap<&str, &Document> = documents
        .iter()
        .filter(|document| document.form == Form::Lines && matches!(document.body, Body::Lines(_)))
        .map(|document| (&*document.path, *document))
        .collect();
    let mut included = BTreeSet::new();
    let mains = files.iter().filter(|(path, _)| path.rsplit('/').next() == Some("sshd_config"));
    for (path, document) in mains {
        let view = Repository::new(&files, path, context);
        sshd_config(document, &view, &mut built);
        included.extend(view.read.into_inner());
    }
    for (path, document) in files.iter().filter(|(path, _)| is_drop_in(path)) {
        if !included.contains(&document.source) {
            let view = Repository::new(&files, path, context);
            sshd_config(document, &view, &mut built);
            included.insert(document.source);
        }
    }
    built.used = included.into_iter().collect();
    built
}

/// True for `.../sshd_config.d/*.conf`.
fn is_drop_in(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    parts.next().is_some_and(|name| name.ends_with(".conf")) && parts.next() == Some("sshd_config.d")
}

fn sshd_config(document: &Document, view: &Repository, built: &mut Built) {
    let place = Span::new(document.source, 0..0);
    let scope = Scope { domain: Domain::Host, path: view.display(MAIN) };
    let mut read = sshd::read::Configuration::new(None, place);
    read.main(view, MAIN, place);
    sshd::resources(&read, place, &scope, Vec::new(), view, built);
}

/// Where the host has the file that is judged.
const MAIN: &str = "/etc/ssh/sshd_config";
const DIRECTORY: &str = "/etc/ssh/";

/// The documents of an audit as the host that one of them belongs to.
struct Repository<'a> {
    files: &'a BTreeMap<&'a str, &'a Document>,
    context: &'a Context<'a>,
    /// The document that stands for [`MAIN`].
    main: &'a str,
    /// What stands for /etc/ssh/, with the slash.
    directory: &'a str,
    /// What stands for /, without the slash, if the tree mirrors a host.
    root: Option<&'a str>,
    /// What was read.
    read: RefCell<BTreeSet<SourceId>>,
}

impl<'a> Repository<'a> {
    fn new(files: &'a BTreeMap<&'a str, &'a Document>, main: &'a str, context: &'a Context<'a>) -> Self {
        let name = main.rsplit('/').next().unwrap_or(main);
        let directory = main.strip_suffix(name).unwrap_or(main);
        let directory = directory.strip_suffix("sshd_config.d/").unwrap_or(directory);
        let root = directory.strip_suffix(DIRECTORY);
        Repository { files, context, main, directory, root, read: RefCell::default() }
    }

    /// The path of the document that stands for the host's `path`.
    fn real(&self, path: &str) -> Option<String> {
        if path == MAIN {
            return Some(self.main.to_owned());
        }
        if let Some(root) = self.root {
            return Some(format!("{root}{path}"));
        }
        path.strip_prefix(DIRECTORY).map(|inner| format!("{}{inner}", self.directory))
    }

    fn document(&self, path: &str) -> Result<&'a Document, OpenError> {
        let found = self.real(path).and_then(|real| self.files.get(&*real).copied());
        let document = found.ok_or(OpenError::NotFound)?;
        self.read.borrow_mut().insert(document.source);
        Ok(document)
    }
}

impl View for Repository<'_> {
    fn read(&self, path: &str) -> Result<Text, OpenError> {
        let id = self.document(path)?.source;
        let source = self.context.sources.get(id).ok_or(OpenError::NotFound)?;
        Ok(Text { id, text: source.text.clone() })
    }

    fn lines(&self, path: &str) -> Result<Rc<[Line]>, Trouble> {
        match &self.document(path).map_err(Trouble::Open)?.body {
            Body::Lines(lines) => Ok(lines.clone().into()),
            _ => Err(Trouble::Open(OpenError::NotFound)),
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
        let stat = |is_dir| Stat { mode: 0, uid: 0, gid: 0, is_dir };
        if DIRECTORY.starts_with(&format!("{}/", path.trim_end_matches('/'))) {
            return Ok(stat(true));
        }
        match self.document(path) {
            Ok(_) => Ok(stat(false)),
            Err(error) if self.list(path)?.is_empty() => Err(error),
            Err(_) => Ok(stat(true)),
        }
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
