//! `duecare demo`.

use crate::cli::{Demo, Global};

/// Runs it.
pub fn run(_args: &Demo, _global: &Global) -> anyhow::Result<u8> {
    Ok(0)
}
