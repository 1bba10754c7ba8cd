//! The blobs of one table of an SQLite database, read from its bytes (sqlite.org/fileformat2.html).
//!
//! Just enough for rpm's table `Packages (hnum INTEGER PRIMARY KEY, blob BLOB)`: no index, no query, no change.
//! Every page is visited once at most, so that a database that leads to itself ends.

use std::cell::Cell;

/// How deep a tree of pages is at most: with two children a page, more pages than a file can have.
const DEEPEST: usize = 32;
/// What is read of one row at most.
const LONGEST: usize = 64 << 20;

/// Section 1.3: the database header.
pub struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Bytes of a page that are not reserved.
    usable: usize,
    /// Pages that were not visited: a table has each of its pages once.
    left: Cell<usize>,
}

/// One column of a row.
#[derive(Debug, PartialEq, Eq)]
pub enum Column<'a> {
    /// A whole number.
    Integer(i64),
    /// A text or a blob.
    Bytes(&'a [u8]),
    /// NULL, or a number with a fraction.
    Other,
}

impl<'a> Database<'a> {
    /// The database in `bytes`, if they are one.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        bytes.starts_with(b"SQLite format 3\0").then_some(())?;
        let page_size = match usize::from(u16_at(bytes, 16)?) {
            1 => 65536,
            size => size,
        };
        let reserved = usize::from(*bytes.get(20)?);
        // "the usable size is not allowed to be less than 480"
        let usable = page_size.checked_sub(reserved).filter(|usable| *usable >= 480)?;
        Some(Database { bytes, page_size, usable, left: Cell::new(0) })
    }

    /// Calls `each` with the record of every row of the table `name`; `None` if the database is damaged or has
    /// no such table.
    pub fn rows(&self, name: &[u8], mut each: impl FnMut(&[u8])) -> Option<()> {
        let mut root = None;
        self.walk(1, &mut |record| {
            let columns = columns(record).unwrap_or_default();
            // Section 2.6: type, name, tbl_name, rootpage, sql.
            if let [Column::Bytes(b"table"), Column::Bytes(found), _, Column::Integer(page), ..] = &*columns
                && *found == name
            {
                root = usize::try_from(*page).ok();
            }
        })?;
        self.walk(root?, &mut each)
    }

    fn walk(&self, root: usize, each: &mut dyn FnMut(&[u8])) -> Option<()> {
        self.left.set(self.bytes.len() / self.page_size);
        self.page(root, 0, each)
    }

    /// Section 1.6: a page of a table is a leaf with rows or leads to further pages.
    fn page(&self, number: usize, depth: usize, each: &mut dyn FnMut(&[u8])) -> Option<()> {
        let page = self.bytes_of(number)?;
        let start = if number == 1 { 100 } else { 0 };
        let kind = *page.get(start)?;
        let cells = usize::from(u16_at(page, start + 3)?);
        let pointers = start + if kind == INTERIOR { 12 } else { 8 };
        for n in 0..cells {
            let cell = page.get(usize::from(u16_at(page, pointers + 2 * n)?)..)?;
            match kind {
                LEAF => each(&self.record(cell)?),
                INTERIOR if depth < DEEPEST => self.page(u32_at(cell, 0)?, depth + 1, each)?,
                _ => return None,
            }
        }
        match kind {
            LEAF => Some(()),
            INTERIOR if depth < DEEPEST => self.page(u32_at(page, start + 8)?, depth + 1, each),
            _ => None,
        }
    }

    fn bytes_of(&self, number: usize) -> Option<&'a [u8]> {
        self.left.set(self.left.get().checked_sub(1)?);
        let start = number.checked_sub(1)?.checked_mul(self.page_size)?;
        self.bytes.get(start..start.checked_add(self.page_size)?)
    }

    /// The record of a cell of a leaf, put together from the pages that it overflows to.
    fn record(&self, cell: &[u8]) -> Option<Vec<u8>> {
        let (length, rest) = varint(cell)?;
        let (_row, rest) = varint(rest)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST)?;
        let mut record = Vec::with_capacity(length.min(self.bytes.len()));
        // Section 1.6: P, X, M and K are the names that the page gives to these numbers.
        let most = self.usable - 35;
        if length <= most {
            record.extend_from_slice(rest.get(..length)?);
            return Some(record);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let wanted = least + (length - least) % (self.usable - 4);
        let here = if wanted <= most { wanted } else { least };
        record.extend_from_slice(rest.get(..here)?);
        let mut next = u32_at(rest, here)?;
        while record.len() < length {
            let page = self.bytes_of(next)?;
            let part = (length - record.len()).min(self.usable - 4);
            record.extend_from_slice(page.get(4..4 + part)?);
            next = u32_at(page, 0)?;
        }
        Some(record)
    }
}

const INTERIOR: u8 = 0x05;
const LEAF: u8 = 0x0d;

/// Section 2.1: the columns of a record.
pub fn columns(record: &[u8]) -> Option<Vec<Column<'_>>> {
    let (header, _) = varint(record)?;
    let header = usize::try_from(header).ok()?;
    let (mut types, mut body) = (varint(record.get(..header)?)?.1, record.get(header..)?);
    let mut columns = Vec::new();
    while !types.is_empty() {
        let (kind, rest) = varint(types)?;
        types = rest;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            n => usize::try_from((n - 12) / 2).ok()?,
        };
        let value = body.get(..length)?;
        body = body.get(length..)?;
        columns.push(match kind {
            1..=6 => Column::Integer(integer(value)),
            8 | 9 => Column::Integer(i64::try_from(kind).ok()? - 8),
            0 | 7 => Column::Other,
            _ => Column::Bytes(value),
        });
    }
    Some(columns)
}

/// A big-endian number with a sign.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |number: i64, byte| number << 8 | i64::from(*byte))
}

/// Section 1.6: up to nine bytes, seven bits of each but of the last.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (n, byte) in bytes.iter().enumerate().take(9) {
        if n == 8 {
            return Some((number << 8 | u64::from(*byte), bytes.get(9..)?));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(n + 1..)?));
        }
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let number = u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?);
    usize::try_from(number).ok()
}
