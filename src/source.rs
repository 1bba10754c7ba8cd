//! Sources and spans: where every value came from.
//!
//! A finding is worth nothing unless a person can go and look, so every value keeps the file and
//! the bytes it was read from. Lines and columns are computed only when something is reported.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

/// Index of a [`Source`] in its [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A range of bytes in one source. `start == end` marks a place rather than a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The source the bytes are in.
    pub source: SourceId,
    /// First byte, counted from the beginning of the text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `range` of `source`; offsets past 4 GiB are clamped.
    pub fn new(source: SourceId, range: std::ops::Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { source, start: clamp(range.start), end: clamp(range.end.max(range.start)) }
    }

    /// True if `other` lies within this span, in the same source.
    pub fn covers(&self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that holds both; `self` when they are in different sources.
    pub fn join(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place a person can open: path, line and column, both counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Path as the user named it, with forward slashes.
    pub path: Arc<str>,
    /// First line.
    pub line: u32,
    /// First column, in characters.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
}

/// One input: its name and its text.
#[derive(Debug)]
pub struct Source {
    /// Path as the user named it (or `-` for standard input), with forward slashes.
    pub path: Arc<str>,
    /// The text. Bytes that are not UTF-8 were replaced; see [`Source::new`].
    pub text: Arc<str>,
    /// Number of bytes as read.
    pub bytes: u64,
    /// The bytes as read, where they are not those of the text.
    raw: Option<Box<[u8]>>,
    sha256: OnceLock<String>,
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    /// Makes a source of `bytes`. A byte-order mark is dropped and bytes that are not UTF-8 become
    /// U+FFFD, so that one stray Latin-1 comment does not hide a file; the hash is of the raw bytes.
    pub fn new(path: impl Into<Arc<str>>, bytes: &[u8]) -> Self {
        // Looking at whole words, the first takes a tenth of the time that the second does.
        let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Source {
            path: path.into(),
            text: text.into(),
            bytes: bytes.len() as u64,
            raw: (text.as_bytes() != bytes).then(|| bytes.into()),
            sha256: OnceLock::new(),
            lines: OnceLock::new(),
        }
    }

    /// SHA-256 of the bytes as read, in lower-case hex; computed when a report first asks for it.
    pub fn sha256(&self) -> &str {
        let bytes = self.raw.as_deref().unwrap_or(self.text.as_bytes());
        self.sha256.get_or_init(|| hex(&Sha256::digest(bytes)))
    }

    /// Byte offsets at which the lines begin.
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(ends.map(|n| u32::try_from(n + 1).unwrap_or(u32::MAX))).collect()
        })
    }

    /// The line (from 1) that holds byte `offset`.
    pub fn line_of(&self, offset: u32) -> u32 {
        u32::try_from(self.lines().partition_point(|start| *start <= offset)).unwrap_or(u32::MAX).max(1)
    }

    /// The text of line `line` (from 1), without its line end; empty past the end.
    pub fn line(&self, line: u32) -> &str {
        let start = self.lines().get(line.saturating_sub(1) as usize).copied().unwrap_or(u32::MAX);
        self.text.get(start as usize..).and_then(|rest| rest.lines().next()).unwrap_or("")
    }

    /// Where `span` begins and ends, for people.
    pub fn locate(&self, span: Span) -> Location {
        let line = self.line_of(span.start);
        let begin = self.lines().get(line as usize - 1).copied().unwrap_or(0);
        let before = self.text.get(begin as usize..span.start as usize).unwrap_or("");
        let last = if span.end > span.start { span.end - 1 } else { span.start };
        Location {
            path: self.path.clone(),
            line,
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
            end_line: self.line_of(last),
        }
    }

    /// The bytes of `span`; empty if it does not fit this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// Lower-case hexadecimal of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default(); // it is below 16
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// All sources of an audit, addressed by [`SourceId`].
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a source and returns its id.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.list.push(source);
        SourceId(u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX))
    }

    /// The source with this id, if it is one of these.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    /// All sources in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(self.list.iter())
    }

    /// Where `span` is; `None` when its source is not one of these.
    pub fn locate(&self, span: Span) -> Option<Location> {
        self.get(span.source).map(|source| source.locate(span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_columns_count_characters() {
        let source = Source::new("a.tf", "ab\nçd = 1\n".as_bytes());
        let at = source.locate(Span::new(SourceId(0), 6..7));
        assert_eq!((at.line, at.column, at.end_line), (2, 3, 2));
        assert_eq!(source.line(2), "çd = 1");
        assert_eq!(source.line(9), "");
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_the_hash_is_of_the_raw_bytes() {
        let source = Source::new("a.tf", b"\xef\xbb\xbfx");
        assert_eq!(&*source.text, "x");
        assert_eq!(source.bytes, 4);
        // sha256 of the four bytes ef bb bf 78, from coreutils' sha256sum
        assert_eq!(source.sha256(), "84144a41283d6dc344addf4e83189d83fdd656439675abf54e6f44ccb73b4eb6");
    }
}
