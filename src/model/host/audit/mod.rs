//! The Linux audit system: its rules as the kernel gets them and what they record, its daemon, its plugins.

mod catalogue;
mod cover;
mod daemon;
mod facts;
mod lines;
mod machine;
mod parse;
pub mod programs;
mod set;
#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::view::View;
use crate::resource::Scope;

/// Adds what the host says of auditing.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    daemon::add(view, scope, built);
    if let Some(lines) = lines::lines(view) {
        facts::add(view, scope, built, lines);
    }
}
