//! The members of a tar: ustar, GNU and PAX (tar(5), POSIX pax).
//!
//! The fields of a header are read by the crate `tar`; the walk from header to header is here, because what
//! stands between them must be bounded, left out without reading where that can be, and found again later.

use std::io::{self, Read};
use std::path::PathBuf;

use tar::{EntryType, Header, PaxExtensions};

use super::input::{Input, Section};
use super::limits::Limits;
use super::{ArchiveError, bytes_to_path};
use crate::open::{Kind, Stat};

const BLOCK: u64 = 512;
/// The longest name or set of PAX records that is read.
const LONGEST: u64 = 1 << 20;

/// One file, directory, link or other thing.
#[derive(Debug)]
pub struct Member {
    /// Its name as the archive has it.
    pub path: PathBuf,
    /// What is known of it.
    pub stat: Stat,
    /// What it is, where [`Stat::kind`] does not say all.
    pub form: Form,
}

/// Forms of members.
#[derive(Debug, PartialEq, Eq)]
pub enum Form {
    /// What its kind says.
    Plain,
    /// A symbolic link that leads here.
    Symbolic(PathBuf),
    /// Another name of a file that came before.
    Hard(PathBuf),
    /// A file with holes, of which the archive holds what is between them.
    Sparse,
}

/// A tar that is walked from its beginning.
pub struct Tar<'a> {
    input: Box<dyn Input + 'a>,
    limits: &'a Limits,
    /// Bytes of the member's content that were not read, and those that fill its last block.
    left: u64,
    padding: u64,
    offset: u64,
    is_ended: bool,
}

/// The content of a member.
pub struct Content<'t, 'a>(&'t mut Tar<'a>);

impl Read for Content<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = (&mut *self.0.input).take(self.0.left).read(into)?;
        self.0.left -= read as u64;
        self.0.offset += read as u64;
        Ok(read)
    }
}

/// What came before a header and is said of it.
#[derive(Default)]
struct Said {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    modified: Option<i64>,
    is_sparse: bool,
}

impl<'a> Tar<'a> {
    /// Begins at the beginning of `input`.
    pub fn new(input: Box<dyn Input + 'a>, limits: &'a Limits) -> Tar<'a> {
        Tar { input, limits, left: 0, padding: 0, offset: 0, is_ended: false }
    }

    /// True if the tar said that it ends, as opposed to ending because there was no more of it.
    pub fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// The next member.
    pub fn next(&mut self) -> Result<Option<Member>, ArchiveError> {
        let mut said = Said::default();
        loop {
            self.skip(self.left + self.padding)?;
            let Some(header) = self.header()? else { return Ok(None) };
            self.limits.entry()?;
            let size = header.entry_size().map_err(|_| self.damaged())?;
            let kind = header.entry_type();
            self.expect(size);
            match kind {
                EntryType::GNULongName => said.path = Some(self.name()?),
                EntryType::GNULongLink => said.link = Some(self.name()?),
                EntryType::XHeader => said.records(&self.content(LONGEST)?).ok_or_else(|| self.damaged())?,
                EntryType::XGlobalHeader => {}
                _ => {
                    self.expect(said.size.unwrap_or(size));
                    return self.member(&header, said).map(Some);
                }
            }
        }
    }

    fn member(&mut self, header: &Header, said: Said) -> Result<Member, ArchiveError> {
        let number = |field: io::Result<u64>| field.map_err(|_| ArchiveError::Damaged(self.offset));
        let name = said.path.unwrap_or_else(|| header.path_bytes().into_owned());
        let target =
            || said.link.clone().or(header.link_name_bytes().map(|name| name.into_owned())).unwrap_or_default();
        let mut form = if said.is_sparse { Form::Sparse } else { Form::Plain };
        let kind = match header.entry_type() {
            EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") => Kind::Directory, // before POSIX
            EntryType::Regular | EntryType::Continuous => Kind::File,
            EntryType::Directory => Kind::Directory,
            EntryType::Symlink => {
                form = Form::Symbolic(bytes_to_path(&target()));
                Kind::Link
            }
            EntryType::Link => {
                form = Form::Hard(bytes_to_path(&target()));
                Kind::File
            }
            EntryType::GNUSparse => {
                form = Form::Sparse;
                Kind::File
            }
            _ => Kind::Other,
        };
        let short = |id: u64| u32::try_from(id).unwrap_or(u32::MAX);
        let modified = said.modified.or(header.mtime().ok().and_then(|time| i64::try_from(time).ok()));
        let stat = Stat {
            kind,
            mode: header.mode().map_err(|_| self.damaged())? & 0o7777,
            uid: short(said.uid.map_or_else(|| number(header.uid()), Ok)?),
            gid: short(said.gid.map_or_else(|| number(header.gid()), Ok)?),
            size: self.left,
            modified,
        };
        if header.as_gnu().is_some_and(|gnu| kind == Kind::File && form == Form::Sparse && gnu.is_extended()) {
            self.skip_maps()?;
        }
        Ok(Member { path: bytes_to_path(&name), stat, form })
    }

    /// What the member holds, if it is no longer than `most`.
    pub fn content(&mut self, most: u64) -> Result<Vec<u8>, ArchiveError> {
        if self.left > most {
            return Err(self.damaged());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.left).unwrap_or(0));
        self.reader().read_to_end(&mut bytes)?;
        if self.left > 0 { Err(ArchiveError::Truncated) } else { Ok(bytes) }
    }

    /// Reads what the member holds.
    pub fn reader(&mut self) -> Content<'_, 'a> {
        Content(self)
    }

    /// Where the content of the member lies, if it lies unpacked in a file.
    pub fn section(&self) -> Option<Section> {
        self.input.here(self.left)
    }

    fn name(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let mut name = self.content(LONGEST)?;
        if let Some(end) = memchr::memchr(0, &name) {
            name.truncate(end);
        }
        Ok(name)
    }

    fn expect(&mut self, size: u64) {
        self.left = size;
        self.padding = (BLOCK - size % BLOCK) % BLOCK;
    }

    fn skip(&mut self, n: u64) -> Result<(), ArchiveError> {
        self.input.skip(n)?;
        self.offset = self.offset.saturating_add(n);
        (self.left, self.padding) = (0, 0);
        Ok(())
    }

    /// The next block, if there is one that is not empty.
    fn header(&mut self) -> Result<Option<Header>, ArchiveError> {
        let mut block = [0; BLOCK as usize];
        let mut read = 0;
        while let Some(rest) = block.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.input.read(rest)? {
                0 if self.offset == 0 => return Err(ArchiveError::NotAnArchive),
                0 if read == 0 => return Ok(None),
                0 => return Err(ArchiveError::Truncated),
                n => read += n,
            }
        }
        if block.iter().all(|byte| *byte == 0) {
            self.is_ended = true;
            return Ok(None);
        }
        let header = Header::from_byte_slice(&block).clone();
        if header.cksum().ok() != Some(sum(&block)) {
            return Err(self.damaged());
        }
        self.offset += BLOCK;
        Ok(Some(header))
    }

    /// The maps of holes that follow an old GNU header until one of them is the last.
    fn skip_maps(&mut self) -> Result<(), ArchiveError> {
        loop {
            let mut map = [0; BLOCK as usize];
            self.input.read_exact(&mut map)?;
            self.offset += BLOCK;
            // tar(5): struct gnu_sparse: 21 maps of 24 bytes, then the byte that says whether more follow.
            if map.get(504).is_none_or(|more| *more == 0) {
                return Ok(());
            }
        }
    }

    fn damaged(&self) -> ArchiveError {
        if self.offset == 0 { ArchiveError::NotAnArchive } else { ArchiveError::Damaged(self.offset) }
    }
}

impl Said {
    /// Takes over PAX records; `None` if they are malformed.
    fn records(&mut self, text: &[u8]) -> Option<()> {
        for record in PaxExtensions::new(text) {
            let record = record.ok()?;
            let value = record.value_bytes();
            let number = || std::str::from_utf8(value).ok()?.parse().ok();
            match record.key_bytes() {
                b"path" if !self.is_sparse => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = Some(number()?),
                b"uid" => self.uid = Some(number()?),
                b"gid" => self.gid = Some(number()?),
                b"mtime" => self.modified = std::str::from_utf8(value).ok()?.split('.').next()?.parse().ok(),
                // GNU tar: "the name of the file", where `path` is one that is made up.
                b"GNU.sparse.name" => (self.path, self.is_sparse) = (Some(value.to_vec()), true),
                key => self.is_sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
        Some(())
    }
}

/// POSIX ustar: the sum of all bytes of a header, those of the sum itself counted as blanks.
fn sum(block: &[u8]) -> u32 {
    let field = 148..156;
    block.iter().enumerate().map(|(n, byte)| if field.contains(&n) { 32 } else { u32::from(*byte) }).sum()
}
