//! A root filesystem in an archive: a tar, plain or packed, or the layers of a container image.
//!
//! Names, owners and modes of everything are held; contents are read from the archive when they are asked for
//! where it is plain, and kept while it is unpacked, once, where it is not ([`keep`]).

mod image;
mod input;
mod keep;
mod layers;
mod limits;
mod tar;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::input::Section;
use self::layers::Blobs;
use self::limits::{Limit, Limits};
use self::tar::{Form, Member, Tar};
use super::nodes::{self, Nodes};
use super::{Kind, OpenError, Root, Stat, Tree, charge};
use crate::budget::Budget;

/// Why something is not a root filesystem. The words follow "path: ".
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is something else.
    #[error("neither a directory nor an archive of one (a tar, plain or packed with gzip or zstd)")]
    NotAnArchive,
    /// It is packed in another way.
    #[error("packed with {0}, which duecare does not read; unpack it first")]
    Compression(&'static str),
    /// There is less of it than it says.
    #[error("the archive is cut off")]
    Truncated,
    /// It makes no sense.
    #[error("the archive is damaged at byte {0} of its content")]
    Damaged(u64),
    /// It cannot be unpacked.
    #[error("the archive is cut off or damaged: {0}")]
    Packing(std::io::Error),
    /// It holds images, and none that can be read.
    #[error("a container image: {0}")]
    Image(String),
    /// A layer of an image.
    #[error("layer {0}: {1}")]
    Layer(String, Box<ArchiveError>),
    /// It is too much.
    #[error("not read: {0}")]
    Limit(#[from] Limit),
}

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        if let Some(limit) = error.get_ref().and_then(|inner| inner.downcast_ref::<Limit>()) {
            return ArchiveError::Limit(*limit);
        }
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => ArchiveError::Truncated,
            _ => ArchiveError::Packing(error),
        }
    }
}

/// Something a person should know of how a root was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// True if something may be missing for it.
    pub is_incomplete: bool,
    /// What, one sentence without a full stop.
    pub message: String,
}

/// A file system in an archive.
#[derive(Debug, Default)]
pub struct Archive {
    nodes: Nodes<Content>,
    /// The directory that was added to last, as it was written and as it is.
    above: (PathBuf, PathBuf),
    /// The directory in the archive that is the root, if it is not the top.
    prefix: PathBuf,
}

#[derive(Clone, Debug)]
enum Content {
    Kept(Arc<[u8]>),
    At(Section),
    Link(PathBuf),
    Without(&'static str),
}

/// Opens the archive at `path`, which the operator named.
pub fn open(path: &Path) -> Result<(Archive, Vec<Remark>), ArchiveError> {
    let limits = Limits::default();
    let section = Section::whole(super::named(path)?)?;
    let (mut archive, mut remarks) = (Archive::default(), Vec::new());
    let mut tar = Tar::new(input::unpack(section.clone(), &limits)?, &limits);
    while let Some(member) = tar.next()? {
        let content = content(&member, &mut tar, &limits)?;
        archive.add(&member, content);
    }
    remarks.extend(cut_off(&tar));
    remarks.extend(archive.enter());
    if !image::is_image(&archive) {
        return Ok((archive, remarks));
    }
    let image = image::image(&archive)?;
    let layered = layers::read(&image, &Blobs::Archive(&archive, section), &limits, &mut remarks)?;
    Ok((layered, remarks))
}

/// Opens the image in a directory, if it is one of images.
pub fn open_layout(root: &Root) -> Result<Option<(Archive, Vec<Remark>)>, ArchiveError> {
    if !image::is_image(root) {
        return Ok(None);
    }
    let (limits, mut remarks) = (Limits::default(), Vec::new());
    let archive = layers::read(&image::image(root)?, &Blobs::Directory(root), &limits, &mut remarks)?;
    Ok(Some((archive, remarks)))
}

fn cut_off(tar: &Tar) -> Option<Remark> {
    let message = "the archive has no end mark; it may have been cut off".to_owned();
    (!tar.is_ended()).then_some(Remark { is_incomplete: true, message })
}

impl Archive {
    fn add(&mut self, member: &Member, content: Option<Content>) {
        let path = self.place(&member.path);
        let (mut stat, mut content) = (member.stat, content);
        if let Form::Hard(target) = &member.form {
            match self.nodes.get(&self.place_of(target)) {
                Ok(node) => (stat, content) = (node.stat, node.content.clone()),
                Err(_) => content = Some(Content::Without("another name of a file that is not in the archive")),
            }
        }
        self.nodes.add(&path, stat, content);
    }

    /// Where a name of the archive is in the tree: links on the way to it are followed, as whoever unpacks
    /// layer over layer does.
    fn place(&mut self, name: &Path) -> PathBuf {
        let above = name.parent().unwrap_or(Path::new(""));
        if self.above.0 != above {
            let real = self.resolve(above).unwrap_or_else(|_| nodes::normal(above));
            self.above = (above.to_path_buf(), real);
        }
        match name.file_name() {
            Some(last) => self.above.1.join(last),
            None => nodes::normal(name),
        }
    }

    fn place_of(&self, name: &Path) -> PathBuf {
        let above = name.parent().unwrap_or(Path::new(""));
        let real = self.resolve(above).unwrap_or_else(|_| nodes::normal(above));
        name.file_name().map_or_else(|| nodes::normal(name), |last| real.join(last))
    }

    /// Takes the only directory for the root if the root is in it: `tar -c machine` instead of
    /// `tar -C machine -c .`.
    fn enter(&mut self) -> Option<Remark> {
        let top = self.nodes.list(Path::new("")).ok()?;
        let [only] = &*top else { return None };
        let has = |name: &str| self.nodes.get(&Path::new(only).join(name)).is_ok();
        let is_root = only != "etc" && (has("etc") || image::NAMES.iter().any(|name| has(name)));
        if !is_root || !self.nodes.enter(OsStr::new(only)) {
            return None;
        }
        self.prefix = PathBuf::from(only);
        let message = format!("the root filesystem in it is the directory {only}");
        Some(Remark { is_incomplete: false, message })
    }
}

impl Tree for Archive {
    fn read(&self, path: &Path, budget: &Budget) -> Result<Vec<u8>, OpenError> {
        let node = self.nodes.get(path)?;
        match &node.content {
            Some(Content::Kept(bytes)) => {
                charge(node.stat.size, budget)?;
                Ok(bytes.to_vec())
            }
            Some(Content::At(section)) => {
                charge(section.length(), budget)?;
                Ok(section.bytes()?)
            }
            Some(Content::Without(why)) => Err(OpenError::Without(why)),
            Some(Content::Link(_)) | None => Err(OpenError::NotAFile),
        }
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

/// What is to be held of the content of a member.
fn content(member: &Member, tar: &mut Tar, limits: &Limits) -> Result<Option<Content>, ArchiveError> {
    let size = member.stat.size;
    Ok(match &member.form {
        Form::Symbolic(target) => Some(Content::Link(target.clone())),
        Form::Sparse => Some(Content::Without("a sparse file in an archive; not read")),
        Form::Plain if member.stat.kind == Kind::File => Some(match tar.section() {
            Some(section) => Content::At(section),
            None if keep::keep(&nodes::normal(&member.path), size, limits) => Content::Kept(tar.content(size)?.into()),
            None => Content::Without("in the archive, not kept: it is packed, and only configuration is kept of it"),
        }),
        Form::Plain | Form::Hard(_) => None,
    })
}

fn bytes_to_path(name: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(name))
}
