//! A file system that is only looked at: a directory, an archive, an example.

use std::path::{Path, PathBuf};

use super::OpenError;
use crate::budget::Budget;

/// Longest chain of links that is followed, as in Linux (path_resolution(7)).
pub const MAX_LINKS: usize = 40;

/// What a name in a file system stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, socket or FIFO.
    Other,
}

/// What a file system says of a file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Permission bits, set-user-id and its kind included: `0o644`.
    pub mode: u32,
    /// Number of the owner.
    pub uid: u32,
    /// Number of the group.
    pub gid: u32,
    /// Length in bytes.
    pub size: u64,
    /// When its content last changed, in seconds since 1970 (UTC), if that is known.
    pub modified: Option<i64>,
}

impl Stat {
    /// True for a directory.
    pub fn is_dir(&self) -> bool {
        self.kind == Kind::Directory
    }
}

/// A file system with its root. Paths are relative to the root; but for [`Tree::resolve`], no name in them
/// but the last may be a link.
pub trait Tree {
    /// The bytes of a regular file.
    fn read(&self, path: &Path, budget: &Budget) -> Result<Vec<u8>, OpenError>;
    /// What is known of a file; of a link, what is known of the link.
    fn stat(&self, path: &Path) -> Result<Stat, OpenError>;
    /// Where a link leads, as it is written.
    fn link(&self, path: &Path) -> Result<PathBuf, OpenError>;
    /// Names in a directory, sorted by their bytes.
    fn list(&self, path: &Path) -> Result<Vec<String>, OpenError>;

    /// Resolves `path` as a process confined to this root would: absolute links start again at the
    /// root, and `..` stops there. Returns a path relative to the root that holds no link.
    fn resolve(&self, path: &Path) -> Result<PathBuf, OpenError> {
        let mut todo: Vec<std::ffi::OsString> = names(path).rev().collect();
        let mut done = PathBuf::new();
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == ".." {
                done.pop();
                continue;
            }
            let next = done.join(&name);
            if self.stat(&next)?.kind != Kind::Link {
                done = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(OpenError::Circle);
            }
            let target = self.link(&next)?;
            if target.is_absolute() {
                done = PathBuf::new();
            }
            todo.extend(names(&target).rev());
        }
        Ok(done)
    }
}

/// The names along a path, without its root and without `.`.
fn names(path: &Path) -> impl DoubleEndedIterator<Item = std::ffi::OsString> + '_ {
    use std::path::Component;
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_os_string()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}
