//! One object for every limit of an audit.
//!
//! The tree being audited may be hostile: a file of a gigabyte, a YAML alias bomb, a module that
//! calls itself, `count = 1000000000`. Each stage charges the budget *before* it allocates, and what
//! exceeds it ends in a named gap or an unknown, never in an exhausted machine. Depth is bounded
//! separately, in [`crate::value::MAX_DEPTH`] and by [`Budget::MAX_SYNTAX_DEPTH`].

use std::sync::atomic::{AtomicU64, Ordering};

/// What an audit may use. Counters only go down; clones do not exist, so that nobody starts afresh.
#[derive(Debug)]
pub struct Budget {
    bytes: AtomicU64,
    nodes: AtomicU64,
    instances: AtomicU64,
    steps: AtomicU64,
}

/// A limit was reached. The words complete "not read further: ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} exceed the limit of this audit ({limit})")]
pub struct Exceeded {
    /// What there is too much of.
    pub what: &'static str,
    /// The limit.
    pub limit: u64,
}

impl Budget {
    /// Largest file that is read, in bytes. A Terraform plan of a large estate is about 50 MB.
    pub const MAX_FILE_BYTES: u64 = 64 << 20;
    /// All files together, in bytes.
    pub const MAX_BYTES: u64 = 4 << 30;
    /// Values made by parsers (aliases expanded), over the whole audit.
    pub const MAX_NODES: u64 = 50_000_000;
    /// Resources, over the whole audit.
    pub const MAX_INSTANCES: u64 = 200_000;
    /// Instances that one `count`, `for_each` or loop may make.
    pub const MAX_PER_LOOP: u64 = 10_000;
    /// Steps of expression evaluation, over the whole audit (about a minute of one core).
    pub const MAX_STEPS: u64 = 200_000_000;
    /// Deepest nesting of syntax that a parser follows.
    pub const MAX_SYNTAX_DEPTH: u16 = 100;

    /// Takes `n` bytes of input.
    pub fn bytes(&self, n: u64) -> Result<(), Exceeded> {
        take(&self.bytes, n, "the files together", Self::MAX_BYTES)
    }

    /// Takes `n` parsed values.
    pub fn nodes(&self, n: u64) -> Result<(), Exceeded> {
        take(&self.nodes, n, "the parsed values", Self::MAX_NODES)
    }

    /// Takes `n` resources.
    pub fn instances(&self, n: u64) -> Result<(), Exceeded> {
        take(&self.instances, n, "the resources", Self::MAX_INSTANCES)
    }

    /// Takes `n` steps of evaluation.
    pub fn steps(&self, n: u64) -> Result<(), Exceeded> {
        take(&self.steps, n, "the steps of evaluation", Self::MAX_STEPS)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            bytes: AtomicU64::new(Self::MAX_BYTES),
            nodes: AtomicU64::new(Self::MAX_NODES),
            instances: AtomicU64::new(Self::MAX_INSTANCES),
            steps: AtomicU64::new(Self::MAX_STEPS),
        }
    }
}

fn take(left: &AtomicU64, n: u64, what: &'static str, limit: u64) -> Result<(), Exceeded> {
    let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |have| have.checked_sub(n));
    taken.map(|_| ()).map_err(|_| Exceeded { what, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_that_does_not_fit_takes_nothing() {
        let budget = Budget::default();
        assert!(budget.instances(Budget::MAX_INSTANCES + 1).is_err());
        assert!(budget.instances(Budget::MAX_INSTANCES).is_ok());
        assert_eq!(budget.instances(1), Err(Exceeded { what: "the resources", limit: Budget::MAX_INSTANCES }));
    }
}
