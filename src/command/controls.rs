//! `duecare controls`.

use crate::cli::{Controls, Global};

/// Runs it.
pub fn run(_args: &Controls, _global: &Global) -> anyhow::Result<u8> {
    Ok(0)
}
