//! The bytes of an archive: a stretch of a file as it is, or what it unpacks to.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::ArchiveError;
use super::limits::Limits;

/// A stretch of a file, read from its beginning.
#[derive(Clone, Debug)]
pub struct Section {
    file: Arc<File>,
    start: u64,
    length: u64,
    at: u64,
}

impl Section {
    /// The whole of `file`.
    pub fn whole(file: File) -> io::Result<Section> {
        let length = file.metadata()?.len();
        Ok(Section { file: Arc::new(file), start: 0, length, at: 0 })
    }

    /// The stretch of `length` bytes that begins here.
    pub fn here(&self, length: u64) -> Section {
        let left = self.length - self.at;
        Section { file: self.file.clone(), start: self.start + self.at, length: length.min(left), at: 0 }
    }

    /// How many bytes it is.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// All of it.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.length).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut bytes, self.start)?;
        Ok(bytes)
    }
}

impl Read for Section {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.at).unwrap_or(usize::MAX);
        let most = into.len().min(left);
        let read = self.file.read_at(into.get_mut(..most).unwrap_or_default(), self.start + self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// What a tar is read from.
pub trait Input: Read {
    /// Leaves out the next `n` bytes. An error of kind `UnexpectedEof` if there are not so many.
    fn skip(&mut self, n: u64) -> io::Result<()>;
    /// The next `n` bytes as they lie in a file, if they do.
    fn here(&self, n: u64) -> Option<Section>;
}

impl Input for Section {
    fn skip(&mut self, n: u64) -> io::Result<()> {
        if n > self.length - self.at {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += n;
        Ok(())
    }

    fn here(&self, n: u64) -> Option<Section> {
        Some(Section::here(self, n))
    }
}

/// Bytes that are unpacked while they are read, and counted.
struct Unpacked<'a, R> {
    from: R,
    packed: u64,
    unpacked: u64,
    limits: &'a Limits,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.unpacked += read as u64;
        self.limits.unpacked(read as u64, self.unpacked, self.packed).map_err(io::Error::other)?;
        Ok(read)
    }
}

impl<R: Read> Input for Unpacked<'_, R> {
    fn skip(&mut self, n: u64) -> io::Result<()> {
        let left_out = io::copy(&mut self.take(n), &mut io::sink())?;
        if left_out < n { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    fn here(&self, _: u64) -> Option<Section> {
        None
    }
}

/// The first bytes of what is packed in a way that is not read here, and its name for people.
const OTHERS: [(&[u8], &str); 8] = [
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x1f\x9d", "compress"),
    (b"PK\x03\x04", "zip"),
    (b"7z\xbc\xaf", "7z"),
    (b"hsqs", "squashfs"),
    (b"LZIP", "lzip"),
];

/// The bytes of `section`, unpacked if they are packed. Their first bytes say how, not a name.
pub fn unpack(section: Section, limits: &Limits) -> Result<Box<dyn Input + '_>, ArchiveError> {
    let mut first = [0; LOOK];
    let read = section.clone().read(&mut first)?;
    let packed = section.length();
    match packing(first.get(..read).unwrap_or_default())? {
        Packing::None => Ok(Box::new(section)),
        packing => Ok(unpacked(BufReader::with_capacity(BUFFER, section), packing, packed, limits)),
    }
}

/// The same for bytes that come from another archive, `length` of them.
pub fn unpack_within<'a>(
    from: impl Read + 'a,
    length: u64,
    limits: &'a Limits,
) -> Result<Box<dyn Input + 'a>, ArchiveError> {
    let mut from = BufReader::with_capacity(BUFFER, from);
    let packing = packing(from.fill_buf()?)?;
    Ok(unpacked(from, packing, length, limits))
}

fn unpacked<'a>(from: impl BufRead + 'a, packing: Packing, packed: u64, limits: &'a Limits) -> Box<dyn Input + 'a> {
    let from: Box<dyn Read + 'a> = match packing {
        Packing::None => Box::new(from),
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(from)),
        Packing::Zstd => Box::new(Frames::Between(from)),
    };
    Box::new(Unpacked { from: BufReader::with_capacity(BUFFER, from), packed, unpacked: 0, limits })
}

enum Packing {
    None,
    Gzip,
    Zstd,
}

/// How many first bytes say how something is packed.
const LOOK: usize = 6;

fn packing(first: &[u8]) -> Result<Packing, ArchiveError> {
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| first.starts_with(magic)) {
        return Err(ArchiveError::Compression(name));
    }
    Ok(match first {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
        first if is_skippable(first) => Packing::Zstd,
        _ => Packing::None,
    })
}

const BUFFER: usize = 64 << 10;

/// RFC 8878, 3.1.2: a frame that holds nothing of the content.
fn is_skippable(first: &[u8]) -> bool {
    matches!(first, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// A zstd stream, which is one frame after the other (RFC 8878, 3.1).
enum Frames<R: BufRead> {
    Between(R),
    In(Box<Frame<R>>),
    End,
}

/// A frame, whose first bytes were looked at before.
type Frame<R> = StreamingDecoder<io::Chain<io::Cursor<[u8; 8]>, R>, FrameDecoder>;

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Frames::End) {
                Frames::End => return Ok(0),
                Frames::Between(packed) => *self = next_frame(packed)?,
                Frames::In(mut frame) => {
                    let read = frame.read(into)?;
                    if read > 0 || into.is_empty() {
                        *self = Frames::In(frame);
                        return Ok(read);
                    }
                    *self = Frames::Between(frame.into_inner().into_inner().1);
                }
            }
        }
    }
}

/// The next frame with content. No frame is shorter than what is looked at here.
fn next_frame<R: BufRead>(mut packed: R) -> io::Result<Frames<R>> {
    while !packed.fill_buf()?.is_empty() {
        let mut first = [0; 8];
        packed.read_exact(&mut first)?;
        if !is_skippable(&first) {
            let frame = StreamingDecoder::new(io::Cursor::new(first).chain(packed)).map_err(io::Error::other)?;
            return Ok(Frames::In(Box::new(frame)));
        }
        let [.., a, b, c, d] = first;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        io::copy(&mut (&mut packed).take(length), &mut io::sink())?;
    }
    Ok(Frames::End)
}
