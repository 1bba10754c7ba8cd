//! Hosts: the effective settings of a machine's system and services.
//!
//! A host is read from its root filesystem ([`build`]), be it the machine itself or an unpacked image.
//! A configuration file in a repository is read as what it would be on a host ([`documents::build`]).
//!
//! A further service is one file or folder here with a `probe`, and one line in [`PROBES`]; a `judge` and one
//! line in [`services::SERVICES`] if its files are recognised in a repository too.

pub mod apache;
pub mod assignments;
mod audit;
pub mod boot;
pub mod certs;
mod cron;
mod crypto;
mod desktop;
pub mod dialect;
pub mod documents;
mod drop_ins;
mod end_of_life;
pub mod files;
mod firewall;
mod gaps;
pub mod glob;
mod integrity;
mod limits;
mod logging;
mod login;
mod mac;
mod machine;
pub mod memo;
mod modules;
pub mod mounts;
pub mod nginx;
mod os;
pub mod packages;
mod pam;
pub mod postgresql;
mod programs;
pub mod services;
pub mod settings;
pub mod sshd;
mod sudo;
pub mod sysctl;
pub mod systemd;
mod time;
mod updates;
pub mod view;

use crate::budget::Budget;
use crate::model::{Built, Model};
use crate::open::Tree;
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::source::Sources;
use crate::source::Span;
use crate::value::Value;
use view::{HostRoot, View};

/// Hosts' configuration files among the documents of an audit.
pub const MODEL: Model = Model { domain: Domain::Host, build: documents::build };

/// Looks at one part of a host and adds what it finds.
type Probe = fn(&dyn View, &Scope, &mut Built);

/// Every probe, in the order of their resources.
const PROBES: &[Probe] = &[
    // One line each.
    os::probe,
    packages::probe,
    sshd::probe,
    boot::probe,
    nginx::probe,
    apache::probe,
    settings::probe,
    postgresql::probe,
    sysctl::probe,
    modules::probe,
    mounts::probe,
    audit::probe,
    logging::probe,
    integrity::probe,
    cron::probe,
    time::probe,
    programs::probe,
    updates::probe,
    firewall::probe,
    pam::probe,
    login::defs,
    login::accounts,
    login::shells,
    login::banners,
    sudo::probe,
    limits::probe,
    desktop::probe,
    mac::probe,
    crypto::probe,
    certs::probe,
];

/// The resources of the host whose root filesystem is `root`, known to the user as `display`. `is_live` if it
/// is the machine itself. Every file that is read becomes one of `sources`.
pub fn build(root: &dyn Tree, is_live: bool, display: &str, sources: &mut Sources, budget: &Budget) -> Built {
    let scope = Scope { domain: Domain::Host, path: display.into() };
    let host = HostRoot::new(root, is_live, display, sources, budget);
    let mut built = Built::default();
    for probe in PROBES {
        probe(&host, &scope, &mut built);
    }
    built.used = host.used();
    built.gaps = gaps::summed_up(std::mem::take(&mut built.gaps), &host.display("/"));
    built
}

/// Adds one resource to `built`; a gap instead if there are too many.
pub fn add(
    view: &dyn View,
    scope: &Scope,
    built: &mut Built,
    kind: &str,
    address: &str,
    attributes: Value,
    span: Span,
) {
    if let Err(limit) = view.budget().instances(1) {
        let (path, message) = (scope.path.clone(), limit.to_string());
        return built.gaps.push(Gap { kind: GapKind::Limit, path, span: None, message, hint: None });
    }
    let (kind, address, scope) = (kind.into(), address.into(), scope.clone());
    built.resources.push(Resource { kind, address, attributes, span, scope });
}
