//! The names of a file system that is held in memory, as a tree: what an example and an archive share.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::{Kind, OpenError, Stat};

/// Names, what is known of each, and what stands behind it. Whatever leads to a name is a directory. A path
/// may be absolute and may hold `.` and `..`; it never leaves the tree.
#[derive(Debug)]
pub struct Nodes<C> {
    /// Every node; those that were taken out of the tree stay here and are reached no more.
    list: Vec<Node<C>>,
    top: usize,
}

/// One name.
#[derive(Debug)]
pub struct Node<C> {
    /// What is known of it.
    pub stat: Stat,
    /// What stands behind it; nothing for a directory.
    pub content: Option<C>,
    below: BTreeMap<Box<OsStr>, usize>,
}

/// A directory of which nobody said anything.
const MADE: Stat = Stat { kind: Kind::Directory, mode: 0o755, uid: 0, gid: 0, size: 0, modified: None };

impl<C> Default for Nodes<C> {
    fn default() -> Self {
        Nodes { list: vec![Node { stat: MADE, content: None, below: BTreeMap::new() }], top: 0 }
    }
}

impl<C> Nodes<C> {
    /// Adds a name or replaces it. A directory keeps what is in it.
    pub fn add(&mut self, path: &Path, stat: Stat, content: Option<C>) {
        let names = within(path);
        let mut at = self.top;
        for (n, name) in names.iter().enumerate() {
            let is_last = n + 1 == names.len();
            let next = self.below(at, name).unwrap_or_else(|| self.attach(at, name));
            let is_dir = self.list.get(next).is_some_and(|node| node.stat.is_dir());
            if !is_last && !is_dir {
                self.set(next, MADE, None);
            }
            at = next;
        }
        self.set(at, stat, content);
    }

    /// Takes a name out, with all that is below it.
    pub fn remove(&mut self, path: &Path) {
        let mut names = within(path);
        let Some(last) = names.pop() else { return };
        let above = self.walk(&names);
        if let Some(node) = above.and_then(|at| self.list.get_mut(at)) {
            node.below.remove(&*last);
        }
    }

    /// Takes out all that is below a directory.
    pub fn clear(&mut self, path: &Path) {
        let at = self.walk(&within(path));
        if let Some(node) = at.and_then(|at| self.list.get_mut(at)) {
            node.below.clear();
        }
    }

    /// Makes a directory at the top the top itself; false if there is none of this name.
    pub fn enter(&mut self, name: &OsStr) -> bool {
        let below = self.below(self.top, name);
        self.top = below.unwrap_or(self.top);
        below.is_some()
    }

    /// What is at `path`.
    pub fn get(&self, path: &Path) -> Result<&Node<C>, OpenError> {
        self.walk(&within(path)).and_then(|at| self.list.get(at)).ok_or(OpenError::NotFound)
    }

    /// The names in a directory, sorted by their bytes.
    pub fn list(&self, path: &Path) -> Result<Vec<String>, OpenError> {
        let node = self.get(path)?;
        if !node.stat.is_dir() {
            return Err(OpenError::NotAFile);
        }
        Ok(node.below.keys().map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn below(&self, at: usize, name: &OsStr) -> Option<usize> {
        self.list.get(at)?.below.get(name).copied()
    }

    fn walk(&self, names: &[OsString]) -> Option<usize> {
        names.iter().try_fold(self.top, |at, name| self.below(at, name))
    }

    fn attach(&mut self, at: usize, name: &OsStr) -> usize {
        let new = self.list.len();
        self.list.push(Node { stat: MADE, content: None, below: BTreeMap::new() });
        if let Some(node) = self.list.get_mut(at) {
            node.below.insert(name.into(), new);
        }
        new
    }

    fn set(&mut self, at: usize, stat: Stat, content: Option<C>) {
        let Some(node) = self.list.get_mut(at) else { return };
        if !stat.is_dir() {
            node.below.clear();
        }
        (node.stat, node.content) = (stat, content);
    }
}

/// The names along a path from the top of a tree that it cannot leave.
fn within(path: &Path) -> Vec<OsString> {
    let mut names = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => names.push(name.to_owned()),
            Component::ParentDir => drop(names.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    names
}

/// A path from the top of the tree, without `.` and `..`.
pub fn normal(path: &Path) -> PathBuf {
    within(path).iter().collect()
}
