//! Time: which clients set the clock, from which sources, and whether those can be believed.

pub mod chrony;
pub mod ntp;
#[cfg(test)]
mod tests;
pub mod timesyncd;

use crate::model::Built;
use crate::model::host::logging::machine;
use crate::model::host::view::View;
use crate::model::host::{self, systemd};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// A client, the units that start it and where its program is.
const CLIENTS: [(&str, &[&str], &[&str]); 4] = [
    ("chrony", &["chronyd.service", "chrony.service"], &["/usr/sbin/chronyd"]),
    (
        "systemd-timesyncd",
        &["systemd-timesyncd.service"],
        &["/usr/lib/systemd/systemd-timesyncd", "/lib/systemd/systemd-timesyncd"],
    ),
    ("ntpd", &["ntpd.service", "ntpsec.service", "ntp.service"], &["/usr/sbin/ntpd"]),
    ("openntpd", &["openntpd.service"], &["/usr/sbin/openntpd"]),
];

/// Adds the clients, and `time` for a machine as a whole.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    chrony::probe(view, scope, built);
    timesyncd::probe(view, scope, built);
    ntp::probe(view, scope, built);
    let Some(at) = machine(view) else { return };
    let mut enabled = Vec::new();
    for (name, units, programs) in CLIENTS {
        let states = units.iter().map(|unit| systemd::starts_at_boot(view, unit));
        let open = |value: &Value| value.as_unknown().is_some();
        let states: Vec<Value> = states.collect();
        let started = states.iter().find(|value| value.as_bool() == Some(true));
        if let Some(value) = started {
            enabled.push(Value::string(name, value.span));
        } else if programs.iter().any(|path| view.exists(path))
            && let Some(value) = states.iter().find(|value| open(value))
        {
            enabled.push(value.clone());
        }
    }
    host::add(view, scope, built, "time", "time", Value::object([("clients", Value::list(enabled, at))], at), at);
}

/// A source of time.
#[derive(Clone, Debug)]
pub struct TimeSource {
    /// `server`, `pool`, `peer` or `refclock`.
    pub kind: &'static str,
    /// Its name or address.
    pub name: String,
    /// True with Network Time Security.
    pub nts: bool,
    /// True with a symmetric key.
    pub key: bool,
    /// The line.
    pub span: Span,
}

/// The sources as a list of maps. A clock in the machine itself needs nobody's word.
pub fn sources(all: &[TimeSource], at: Span) -> Value {
    let one = |source: &TimeSource| {
        let span = source.span;
        let attributes = [
            ("type", Value::string(source.kind, span)),
            ("name", Value::string(&*source.name, span)),
            ("nts", Value::bool(source.nts, span)),
            ("authenticated", Value::bool(source.nts || source.key || source.kind == "refclock", span)),
        ];
        Value::object(attributes, span)
    };
    Value::list(all.iter().map(one).collect(), at)
}
