//! The one opener: every byte that is read for an audit passes through here.
//!
//! A [`Root`] is a directory that the user named. What is read lies beneath it, is a regular file,
//! and is not larger than the budget allows; a link that leaves the root is an error with a name, and
//! a FIFO is refused without blocking on it.
//!
//! A host is read through a [`Tree`], which need not be a directory: a [`Memory`] is one as well.

mod archive;
mod memory;
mod nodes;
mod part;
mod tree;

use std::io::Read;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt, OpenOptions, OpenOptionsExt};

pub use archive::{Archive, ArchiveError, Remark};
pub use memory::Memory;
pub use tree::{Kind, MAX_LINKS, Stat, Tree};

use crate::budget::Budget;

/// Flags of open(2) that keep a FIFO or a terminal from blocking or being taken over
/// (`O_NONBLOCK | O_NOCTTY` on Linux).
const NEVER_BLOCK: i32 = 0o4000 | 0o400;

/// Why a file was not read. The words follow "path: ".
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is not there.
    #[error("not found")]
    NotFound,
    /// It is not in the part of a system that is here, and may be on the system.
    #[error("not in the part of the system that is here")]
    Outside,
    /// The user may not read it.
    #[error("permission denied")]
    Denied,
    /// A link leads out of the named root.
    #[error("a link that leaves the audited path; not followed")]
    Leaves,
    /// Links lead to each other, or to too many others.
    #[error("links that lead in circles; not followed")]
    Circle,
    /// It is a directory, device, socket or FIFO.
    #[error("not a regular file; not read")]
    NotAFile,
    /// It is larger than [`Budget::MAX_FILE_BYTES`].
    #[error("{0} bytes, more than the limit of {limit} for one file", limit = Budget::MAX_FILE_BYTES)]
    TooLarge(u64),
    /// All files together are too large.
    #[error("not read: {0}")]
    Budget(#[from] crate::budget::Exceeded),
    /// It is not there to be read for a reason of its own.
    #[error("{0}")]
    Without(&'static str),
    /// Anything else the operating system said.
    #[error("{0}")]
    Other(std::io::Error),
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => OpenError::NotFound,
            // cap-std answers an escaping path with PermissionDenied and a message of its own; the
            // operating system's own refusal carries an error number.
            std::io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => OpenError::Leaves,
            std::io::ErrorKind::PermissionDenied => OpenError::Denied,
            _ => OpenError::Other(error),
        }
    }
}

/// A directory beneath which files are read.
#[derive(Debug)]
pub struct Root {
    dir: Dir,
    path: PathBuf,
}

impl Root {
    /// Opens the directory `path`.
    pub fn open(path: &Path) -> Result<Root, OpenError> {
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        Ok(Root { dir, path: path.to_path_buf() })
    }

    /// The path as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the regular file at `relative`, links resolved as long as they stay beneath the root.
    pub fn read(&self, relative: &Path, budget: &Budget) -> Result<Vec<u8>, OpenError> {
        let (file, length) = self.file(relative)?;
        charge(length, budget)?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        // The file may grow while it is read; it is cut at the limit plus one byte to notice.
        file.take(Budget::MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > Budget::MAX_FILE_BYTES {
            return Err(OpenError::TooLarge(bytes.len() as u64));
        }
        // A file of /proc or /sys has no length until it is read.
        budget.bytes((bytes.len() as u64).saturating_sub(length))?;
        Ok(bytes)
    }

    /// Opens a regular file and says how long it is.
    fn file(&self, relative: &Path) -> Result<(std::fs::File, u64), OpenError> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(NEVER_BLOCK);
        let file = self.dir.open_with(relative, &options)?.into_std();
        let meta = file.metadata()?;
        if meta.is_file() { Ok((file, meta.len())) } else { Err(OpenError::NotAFile) }
    }
}

impl Tree for Root {
    fn read(&self, path: &Path, budget: &Budget) -> Result<Vec<u8>, OpenError> {
        Root::read(self, path, budget)
    }

    fn stat(&self, path: &Path) -> Result<Stat, OpenError> {
        let meta = self.dir.symlink_metadata(itself(path))?;
        let kind = match meta.file_type() {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Directory,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        };
        let (mode, uid, gid) = (meta.mode() & 0o7777, meta.uid(), meta.gid());
        Ok(Stat { kind, mode, uid, gid, size: meta.len(), modified: Some(meta.mtime()) })
    }

    fn link(&self, path: &Path) -> Result<PathBuf, OpenError> {
        Ok(self.dir.read_link_contents(path)?)
    }

    fn list(&self, path: &Path) -> Result<Vec<String>, OpenError> {
        let mut names = Vec::new();
        for entry in self.dir.read_dir(itself(path))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

/// A root filesystem, and what there is to say of how it was read.
pub struct Opened {
    /// The files.
    pub tree: Box<dyn Tree>,
    /// What a person should know.
    pub remarks: Vec<Remark>,
}

/// Opens the root filesystem at `path`, which the operator named: a directory or an archive. What it is, its
/// content says and not its name.
pub fn open(path: &Path) -> Result<Opened, ArchiveError> {
    let (tree, mut remarks): (Box<dyn Tree>, _) = if std::fs::metadata(path).map_err(OpenError::from)?.is_dir() {
        let root = Root::open(path)?;
        match archive::open_layout(&root)? {
            Some((image, remarks)) => (Box::new(image), remarks),
            None => (Box::new(root), Vec::new()),
        }
    } else {
        let (archive, remarks) = archive::open(path)?;
        (Box::new(archive), remarks)
    };
    let (tree, remark) = part::Part::of(tree);
    remarks.extend(remark);
    Ok(Opened { tree, remarks })
}

/// Opens the regular file at `path`, which the operator named: links are followed wherever they lead.
fn named(path: &Path) -> Result<std::fs::File, OpenError> {
    let real = path.canonicalize()?;
    let (Some(above), Some(name)) = (real.parent(), real.file_name()) else { return Err(OpenError::NotAFile) };
    Ok(Root::open(above)?.file(Path::new(name))?.0)
}

/// Takes the bytes of one file from the budget, if one file may have so many.
fn charge(bytes: u64, budget: &Budget) -> Result<(), OpenError> {
    if bytes > Budget::MAX_FILE_BYTES {
        return Err(OpenError::TooLarge(bytes));
    }
    Ok(budget.bytes(bytes)?)
}

/// The root itself is named `.`.
fn itself(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn root() -> (tempfile::TempDir, Root) {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        (dir, root)
    }

    #[test]
    fn a_link_that_leaves_is_named_and_not_followed() {
        let (dir, root) = root();
        symlink("/etc/hostname", dir.path().join("out")).unwrap();
        symlink("../../../../../../etc/hostname", dir.path().join("up")).unwrap();
        for name in ["out", "up", "../x"] {
            let error = root.read(Path::new(name), &Budget::default()).unwrap_err();
            assert!(matches!(error, OpenError::Leaves), "{name}: {error:?}");
        }
    }

    #[test]
    fn a_link_within_the_root_is_followed() {
        let (dir, root) = root();
        std::fs::write(dir.path().join("a"), "x").unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        assert_eq!(root.read(Path::new("b"), &Budget::default()).unwrap(), b"x");
    }

    #[test]
    #[allow(clippy::disallowed_methods)] // mkfifo(1): the standard library makes no FIFO
    fn only_regular_files_are_read() {
        let (dir, root) = root();
        std::fs::create_dir(dir.path().join("d")).unwrap();
        assert!(matches!(root.read(Path::new("d"), &Budget::default()), Err(OpenError::NotAFile)));
        // A FIFO would block a plain open for ever.
        assert!(std::process::Command::new("mkfifo").arg(dir.path().join("f")).status().unwrap().success());
        assert!(matches!(root.read(Path::new("f"), &Budget::default()), Err(OpenError::NotAFile)));
    }

    #[test]
    fn a_file_that_the_kernel_makes_up_is_read_and_counted() {
        let proc = Root::open(Path::new("/proc")).unwrap();
        let budget = Budget::default();
        budget.bytes(Budget::MAX_BYTES - 6).unwrap();
        assert_eq!(proc.read(Path::new("sys/kernel/ostype"), &budget).unwrap(), b"Linux\n");
        assert!(matches!(proc.read(Path::new("sys/kernel/ostype"), &budget), Err(OpenError::Budget(_))));
    }

    #[test]
    fn a_confined_path_stays_beneath_the_root() {
        let (dir, root) = root();
        std::fs::create_dir_all(dir.path().join("etc/ssh")).unwrap();
        std::fs::write(dir.path().join("etc/ssh/real"), "x").unwrap();
        symlink("/etc/ssh/real", dir.path().join("abs")).unwrap();
        symlink("../../../../etc/ssh/real", dir.path().join("etc/up")).unwrap();
        symlink("loop", dir.path().join("loop")).unwrap();
        assert_eq!(root.resolve(Path::new("/abs")).unwrap(), Path::new("etc/ssh/real"));
        assert_eq!(root.resolve(Path::new("etc/up")).unwrap(), Path::new("etc/ssh/real"));
        assert!(matches!(root.resolve(Path::new("loop")), Err(OpenError::Circle)));
        assert!(matches!(root.resolve(Path::new("none")), Err(OpenError::NotFound)));
    }
}
