//! `duecare rules test`.

use crate::cli::{Global, RulesTest};

/// Runs it.
pub fn run(_args: &RulesTest, _global: &Global) -> anyhow::Result<u8> {
    Ok(0)
}
