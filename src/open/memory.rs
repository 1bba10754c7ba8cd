//! A file system in memory: that of an example, or what was kept of an archive.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{Kind, OpenError, Stat, Tree};
use crate::budget::Budget;

/// A tree of files. A path holds no `.` and no `..`; whatever leads to it is a directory.
#[derive(Debug, Default)]
pub struct Memory {
    nodes: BTreeMap<PathBuf, (Stat, Content)>,
}

#[derive(Debug)]
enum Content {
    Bytes(Arc<[u8]>),
    Link(PathBuf),
    None,
}

impl Memory {
    /// Adds a regular file, with the length that it has.
    pub fn file(&mut self, path: &Path, bytes: impl Into<Arc<[u8]>>, stat: Stat) {
        let bytes = bytes.into();
        let stat = Stat { kind: Kind::File, size: bytes.len() as u64, ..stat };
        self.add(path, stat, Content::Bytes(bytes));
    }

    /// Adds a link.
    pub fn symlink(&mut self, path: &Path, target: impl Into<PathBuf>, stat: Stat) {
        self.add(path, Stat { kind: Kind::Link, ..stat }, Content::Link(target.into()));
    }

    /// Adds a directory, or says who owns one that is there.
    pub fn directory(&mut self, path: &Path, stat: Stat) {
        self.add(path, Stat { kind: Kind::Directory, ..stat }, Content::None);
    }

    fn add(&mut self, path: &Path, stat: Stat, content: Content) {
        let path: PathBuf = path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
        let mut above = path.as_path();
        while let Some(parent) = above.parent() {
            let made = Stat { kind: Kind::Directory, mode: 0o755, uid: 0, gid: 0, size: 0, modified: None };
            self.nodes.entry(parent.to_path_buf()).or_insert((made, Content::None));
            above = parent;
        }
        self.nodes.insert(path, (stat, content));
    }

    fn node(&self, path: &Path) -> Result<&(Stat, Content), OpenError> {
        self.nodes.get(path).ok_or(OpenError::NotFound)
    }
}

impl Tree for Memory {
    fn read(&self, path: &Path, budget: &Budget) -> Result<Vec<u8>, OpenError> {
        let (stat, Content::Bytes(bytes)) = self.node(path)? else { return Err(OpenError::NotAFile) };
        if stat.size > Budget::MAX_FILE_BYTES {
            return Err(OpenError::TooLarge(stat.size));
        }
        budget.bytes(stat.size)?;
        Ok(bytes.to_vec())
    }

    fn stat(&self, path: &Path) -> Result<Stat, OpenError> {
        Ok(self.node(path)?.0)
    }

    fn link(&self, path: &Path) -> Result<PathBuf, OpenError> {
        match self.node(path)? {
            (_, Content::Link(target)) => Ok(target.clone()),
            _ => Err(OpenError::NotAFile),
        }
    }

    fn list(&self, path: &Path) -> Result<Vec<String>, OpenError> {
        if !self.node(path)?.0.is_dir() {
            return Err(OpenError::NotAFile);
        }
        let below = self.nodes.range::<Path, _>((Bound::Excluded(path), Bound::Unbounded));
        let inside = below.take_while(|(other, _)| other.starts_with(path));
        let own = inside.filter(|(other, _)| other.parent() == Some(path)).filter_map(|(other, _)| other.file_name());
        Ok(own.map(|name| name.to_string_lossy().into_owned()).collect())
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
