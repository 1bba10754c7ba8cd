//! What an archive may cost: it may be made to exhaust whoever reads it.

use std::cell::Cell;

/// The limits of one archive, with what was used of them.
#[derive(Debug, Default)]
pub struct Limits {
    entries: Cell<u64>,
    unpacked: Cell<u64>,
    kept: Cell<u64>,
    kept_elsewhere: Cell<u64>,
}

/// A limit was reached. The words follow "path: ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// Too many names.
    #[error("more than {} names in the archive", Limits::ENTRIES)]
    Entries,
    /// Too many bytes.
    #[error("it unpacks to more than {} GiB", Limits::UNPACKED >> 30)]
    Unpacked,
    /// Too many bytes for what it is.
    #[error("it unpacks to more than {} times its length", Limits::RATIO)]
    Ratio,
}

impl Limits {
    /// Names, over all layers. A server has some hundred thousand.
    pub const ENTRIES: u64 = 2_000_000;
    /// Bytes that come out of packed ones (some minutes).
    pub const UNPACKED: u64 = 64 << 30;
    /// Times that packed bytes may grow, which is asked only past [`Limits::FREE`]: a log of zeros may be there.
    pub const RATIO: u64 = 1000;
    /// Bytes that may come out of anything.
    pub const FREE: u64 = 4 << 30;
    /// Bytes of files that are kept where configuration lives.
    pub const KEPT: u64 = 32 << 20;
    /// Bytes of files that are kept elsewhere.
    pub const KEPT_ELSEWHERE: u64 = 12 << 20;

    /// Takes one name.
    pub fn entry(&self) -> Result<(), Limit> {
        add(&self.entries, 1, Self::ENTRIES).then_some(()).ok_or(Limit::Entries)
    }

    /// Takes `n` bytes that came out of a stretch of `packed` bytes, `all` of it so far.
    pub fn unpacked(&self, n: u64, all: u64, packed: u64) -> Result<(), Limit> {
        if all > Self::FREE && all / Self::RATIO > packed {
            return Err(Limit::Ratio);
        }
        add(&self.unpacked, n, Self::UNPACKED).then_some(()).ok_or(Limit::Unpacked)
    }

    /// True if `n` bytes of a file may be kept, which are then taken.
    pub fn keep(&self, n: u64, is_configuration: bool) -> bool {
        match is_configuration {
            true => add(&self.kept, n, Self::KEPT),
            false => add(&self.kept_elsewhere, n, Self::KEPT_ELSEWHERE),
        }
    }
}

/// Adds if the sum stays within the limit.
fn add(used: &Cell<u64>, n: u64, limit: u64) -> bool {
    let sum = used.get().saturating_add(n);
    let fits = sum <= limit;
    if fits {
        used.set(sum);
    }
    fits
}
