//! The packages of an rpm database: SQLite (rpm 4.16 and later) or ndb (SUSE).
//!
//! Both hold for each package the header that the package file had (rpm.org, "RPM V4 package format"). The hash
//! tables of Berkeley DB, before 4.16, are not read.

use super::sqlite::{Column, Database, columns};

/// A package as its header has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// `epoch:version-release`, the epoch only if there is one.
    pub version: String,
}

/// Tags of rpm (rpmtag.h).
const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;

/// The packages of a database that has these bytes; `None` if they are damaged or none of the two.
pub fn packages(bytes: &[u8]) -> Option<Vec<Header>> {
    let mut found = Vec::new();
    let mut is_whole = true;
    let mut add = |blob: Option<&[u8]>| match blob.and_then(header) {
        Some(header) => found.push(header),
        None => is_whole = false,
    };
    if bytes.starts_with(b"RpmP") {
        ndb(bytes, &mut |blob| add(Some(blob)))?;
    } else {
        Database::new(bytes)?.rows(b"Packages", |record| match columns(record).as_deref() {
            Some([_, Column::Bytes(blob)]) => add(Some(blob)),
            _ => add(None),
        })?;
    }
    is_whole.then_some(found)
}

/// rpm's lib/backend/ndb/rpmpkg.c: a header of 32 bytes, slots of 16 on the first pages, and the blobs they lead
/// to. Numbers are little-endian.
fn ndb(bytes: &[u8], each: &mut dyn FnMut(&[u8])) -> Option<()> {
    const BLOCK: usize = 16;
    let number = |at: usize| little(bytes, at);
    (number(4)? == 0).then_some(())?; // the version of the format
    let slots = number(12)?.checked_mul(4096 / BLOCK)?;
    // As many slots and bytes as the file can hold, whatever it says.
    let mut left = bytes.len();
    for slot in 2..slots.min(bytes.len() / BLOCK) {
        let at = slot * BLOCK;
        (bytes.get(at..at + 4)? == b"Slot").then_some(())?;
        let (package, offset) = (number(at + 4)?, number(at + 8)?);
        if package == 0 || offset == 0 {
            continue; // free
        }
        let blob = offset.checked_mul(BLOCK)?;
        let is_blob = bytes.get(blob..blob.checked_add(4)?)? == b"BlbS" && number(blob + 4)? == package;
        is_blob.then_some(())?;
        let (start, length) = (blob + BLOCK, number(blob + 12)?);
        left = left.checked_sub(length)?;
        each(bytes.get(start..start.checked_add(length)?)?);
    }
    Some(())
}

/// A header: the number of its entries and the length of its data, entries of tag, type, offset and count, data.
fn header(blob: &[u8]) -> Option<Header> {
    let entries = usize::try_from(big(blob, 0)?).ok()?;
    let data = blob.get(entries.checked_mul(16)?.checked_add(8)?..)?;
    let entry = |tag: u32| {
        let index = blob.get(8..8 + entries * 16).unwrap_or_default().chunks_exact(16);
        let found = index.into_iter().find(|entry| big(entry, 0) == Some(tag))?;
        data.get(usize::try_from(big(found, 8)?).ok()?..)
    };
    let text = |tag: u32| {
        let bytes = entry(tag)?;
        let end = memchr::memchr(0, bytes)?;
        std::str::from_utf8(bytes.get(..end)?).ok()
    };
    let epoch = entry(EPOCH).and_then(|bytes| big(bytes, 0)).map(|epoch| format!("{epoch}:")).unwrap_or_default();
    Some(Header { name: text(NAME)?.to_owned(), version: format!("{epoch}{}-{}", text(VERSION)?, text(RELEASE)?) })
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn little(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// A database that rpm 4.18 wrote, with pages of 512 bytes and without the indexes that nobody reads here:
    /// openssh-server, audit, big (whose header is 8 KB) and filler1 to filler12.
    fn sqlite() -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&include_bytes!("rpmdb.sqlite.gz")[..]).read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// The headers of that database in the form that rpmpkg.c describes.
    fn ndb_of(blobs: &[Vec<u8>]) -> Vec<u8> {
        let word = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
        let mut bytes = [*b"RpmP", word(0), word(1), word(1), word(99)].concat();
        bytes.resize(32, 0);
        let (mut rest, mut at) = (Vec::new(), 4096);
        for (n, blob) in blobs.iter().enumerate() {
            bytes.extend([*b"Slot", word(n + 1), word(at / 16), word(blob.len() / 16 + 3)].concat());
            let mut it = [*b"BlbS", word(n + 1), word(7), word(blob.len())].concat();
            it.extend(blob);
            it.resize(it.len().div_ceil(16) * 16, 0);
            it.extend([[0; 4], word(blob.len()), *b"BlbE", [0; 4]].concat());
            at += it.len();
            rest.extend(it);
        }
        while bytes.len() < 4096 {
            bytes.extend([*b"Slot", [0; 4], [0; 4], [0; 4]].concat());
        }
        [bytes, rest].concat()
    }

    fn blobs() -> Vec<Vec<u8>> {
        let (bytes, mut blobs) = (sqlite(), Vec::new());
        let each = |record: &[u8]| match &*columns(record).unwrap() {
            [_, Column::Bytes(blob)] => blobs.push(blob.to_vec()),
            other => panic!("{other:?}"),
        };
        Database::new(&bytes).unwrap().rows(b"Packages", each).unwrap();
        blobs
    }

    #[test]
    fn both_forms_say_what_rpm_says() {
        for bytes in [sqlite(), ndb_of(&blobs())] {
            let packages = packages(&bytes).unwrap();
            assert_eq!(packages.len(), 15);
            // rpm -qa --qf '%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE}'
            for (name, version) in
                [("openssh-server", "3:9.9p1-4.el10"), ("audit", "4.0-1.fc42"), ("big", "9.9p1-4.el10")]
            {
                assert!(packages.contains(&Header { name: name.into(), version: version.into() }), "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_database_or_not_all_of_one_is_none() {
        let whole = sqlite();
        assert_eq!(packages(b""), None);
        assert_eq!(packages(b"RpmP"), None);
        assert_eq!(packages(b"\0\x05\x31\x62 a hash of Berkeley DB"), None);
        assert_eq!(packages(&whole[..whole.len() / 2]), None);
        let mut renamed = whole.clone();
        while let Some(at) = memchr::memmem::find(&renamed, b"Packages") {
            renamed[at..at + 8].copy_from_slice(b"packages");
        }
        assert_eq!(packages(&renamed), None, "the table is not there");
    }

    #[test]
    fn a_page_that_leads_to_itself_ends() {
        let mut bytes = sqlite();
        // The root page of the table, which is the second, becomes an interior page whose last child it is.
        bytes[512] = 5;
        bytes[512 + 3..512 + 5].copy_from_slice(&[0, 0]);
        bytes[512 + 8..512 + 12].copy_from_slice(&[0, 0, 0, 2]);
        assert_eq!(packages(&bytes), None);
    }

    proptest::proptest! {
        #[test]
        fn damage_ends_in_an_answer(changes in proptest::collection::vec((0usize..30_000, proptest::num::u8::ANY), 1..20), is_ndb: bool) {
            let mut bytes = if is_ndb { ndb_of(&blobs()) } else { sqlite() };
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            let _ = packages(&bytes);
        }
    }
}
