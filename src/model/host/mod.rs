//! Hosts: the effective settings of a machine's system and services.
//!
//! A host is read from its root filesystem ([`build`]), be it the machine itself or an unpacked image.
//! A configuration file in a repository is read as what it would be on a host ([`documents::build`]).
//!
//! A further service is one file here with a `probe`, and one line in [`PROBES`].

pub mod assignments;
pub mod documents;
mod end_of_life;
pub mod glob;
mod os;
pub mod packages;
pub mod sshd;
pub mod systemd;
pub mod view;

use crate::budget::Budget;
use crate::model::{Built, Model};
use crate::open::Root;
use crate::resource::{Domain, Scope};
use crate::source::Sources;
use view::{HostRoot, View};

/// Hosts' configuration files among the documents of an audit.
pub const MODEL: Model = Model { domain: Domain::Host, build: documents::build };

/// Looks at one part of a host and adds what it finds.
type Probe = fn(&dyn View, &Scope, &mut Built);

/// Every probe, in the order of their resources.
const PROBES: &[Probe] = &[os::probe, sshd::probe];

/// The resources of the host whose root filesystem is `root`, known to the user as `display`. Every file
/// that is read becomes one of `sources`.
pub fn build(root: &Root, display: &str, sources: &mut Sources, budget: &Budget) -> Built {
    let scope = Scope { domain: Domain::Host, path: display.into() };
    let host = HostRoot::new(root, display, sources, budget);
    let mut built = Built::default();
    for probe in PROBES {
        probe(&host, &scope, &mut built);
    }
    built.used = host.used();
    built
}
