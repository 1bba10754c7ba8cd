//! A file system in memory: that of an example, or what was kept of an archive.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::nodes::Nodes;
use super::{Kind, OpenError, Stat, Tree, charge};
use crate::budget::Budget;

/// A tree of files. Whatever leads to a file is a directory.
#[derive(Debug, Default)]
pub struct Memory {
    nodes: Nodes<Content>,
}

#[derive(Debug)]
enum Content {
    Bytes(Arc<[u8]>),
    Link(PathBuf),
}

impl Memory {
    /// Adds a regular file, with the length that it has.
    pub fn file(&mut self, path: &Path, bytes: impl Into<Arc<[u8]>>, stat: Stat) {
        let bytes = bytes.into();
        let stat = Stat { kind: Kind::File, size: bytes.len() as u64, ..stat };
        self.nodes.add(path, stat, Some(Content::Bytes(bytes)));
    }

    /// Adds a link.
    pub fn symlink(&mut self, path: &Path, target: impl Into<PathBuf>, stat: Stat) {
        self.nodes.add(path, Stat { kind: Kind::Link, ..stat }, Some(Content::Link(target.into())));
    }

    /// Adds a directory, or says who owns one that is there.
    pub fn directory(&mut self, path: &Path, stat: Stat) {
        self.nodes.add(path, Stat { kind: Kind::Directory, ..stat }, None);
    }
}

impl Tree for Memory {
    fn read(&self, path: &Path, budget: &Budget) -> Result<Vec<u8>, OpenError> {
        let node = self.nodes.get(path)?;
        let Some(Content::Bytes(bytes)) = &node.content else { return Err(OpenError::NotAFile) };
        charge(node.stat.size, budget)?;
        Ok(bytes.to_vec())
    }

    fn stat(&self, path: &Path) -> Result<Stat, OpenError> {
        Ok(self.nodes.get(path)?.stat)
    }

    fn link(&self, path: &Path) -> Result<PathBuf, OpenError> {
        match &self.nodes.get(path)?.content {
            Some(Content::Link(target)) => Ok(target.clone()),
            _ => Err(OpenError::NotAFile),
        }
    }

    fn list(&self, path: &Path) -> Result<Vec<String>, OpenError> {
        self.nodes.list(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: Stat = Stat { kind: Kind::File, mode: 0o640, uid: 0, gid: 42, size: 0, modified: None };

    #[test]
    fn a_tree_in_memory_is_read_as_a_directory_is() {
        let mut tree = Memory::default();
        tree.file(Path::new("/etc/a.d/x"), *b"one", STAT);
        tree.file(Path::new("etc/a"), *b"two", STAT);
        tree.symlink(Path::new("/lib"), "usr/../etc", STAT);
        tree.directory(Path::new("/etc/a.d"), Stat { mode: 0o700, ..STAT });
        tree.directory(Path::new("/usr"), STAT);
        assert_eq!(tree.list(Path::new("")).unwrap(), ["etc", "lib", "usr"]);
        assert_eq!(tree.list(Path::new("etc")).unwrap(), ["a", "a.d"]);
        assert_eq!(tree.resolve(Path::new("/lib/a.d/x")).unwrap(), Path::new("etc/a.d/x"));
        assert_eq!(tree.read(Path::new("etc/a.d/x"), &Budget::default()).unwrap(), b"one");
        assert_eq!(tree.stat(Path::new("etc/a")).unwrap(), Stat { size: 3, ..STAT });
        assert_eq!(tree.stat(Path::new("etc/a.d")).unwrap().mode, 0o700);
        assert!(matches!(tree.read(Path::new("etc"), &Budget::default()), Err(OpenError::NotAFile)));
        assert!(matches!(tree.list(Path::new("none")), Err(OpenError::NotFound)));
    }
}
