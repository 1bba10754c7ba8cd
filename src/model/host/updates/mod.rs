//! Where a host gets software and updates from: APT, DNF (and yum), Zypper.

mod apt;
mod aptconf;
mod dnf;
mod sources;
#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::view::View;
use crate::resource::Scope;

/// Adds the package managers that are there.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    apt::probe(view, scope, built);
    dnf::probe(view, scope, built);
}
