//! The firewall of the host, as its files set it up: ufw, nftables, iptables-save. One resource on a machine
//! that boots, also where there is none.

mod iptables;
mod nftables;
#[cfg(test)]
mod tests;
mod ufw;

use crate::model::Built;
use crate::model::host::packages::Packages;
use crate::model::host::view::View;
use crate::model::host::{machine, systemd};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

/// What one program sets up.
pub struct Firewall {
    program: &'static str,
    active: Value,
    /// `drop`, `reject` or `accept`, for IPv4 and IPv6.
    default: Option<Value>,
    default_ipv6: Option<Value>,
    open: Ports,
    logging: Option<Value>,
}

/// The ports that anybody may reach.
#[derive(Default)]
pub struct Ports {
    known: Vec<Port>,
    /// Where the rules say something that is not evaluated.
    unread: Option<Span>,
}

/// `5432`, or `8000` to `8100`, or every port.
pub struct Port {
    first: u16,
    last: u16,
    span: Span,
}

/// Ranges of more ports than this are wide.
const MAX_RANGE: u16 = 1024;

/// Adds the firewall: the active one, else the one that is set up, else one that says there is none.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let Some(at) = machine::boots(view) else { return };
    let mut all: Vec<Firewall> =
        [ufw::read(view), nftables::read(view), iptables::read(view)].into_iter().flatten().collect();
    all.sort_by_key(|one| one.active.as_bool() != Some(true));
    let Some(first) = all.into_iter().next() else {
        let firewalld = firewalld(view);
        let span = firewalld.as_ref().map_or(at, |value| value.span);
        let active = firewalld.unwrap_or_else(|| Value::bool(false, at));
        let mut out = vec![("active", active)];
        if out.iter().any(|(_, value)| value.as_bool() == Some(true)) {
            out.push(("program", Value::string("firewalld", span)));
            // What its zones let in is not read.
            let unread = || Value::unknown(Reason::Unsupported, "the zones of firewalld", span);
            out.extend([("default_inbound", unread()), ("open_ports", unread()), ("logging", unread())]);
        }
        return super::add(view, scope, built, "firewall", "firewall", Value::object(out, span), span);
    };
    let span = first.active.span;
    let mut out = vec![("program", Value::string(first.program, span)), ("active", first.active)];
    out.extend(first.default.map(|value| ("default_inbound", value)));
    out.extend(first.default_ipv6.map(|value| ("default_inbound_ipv6", value)));
    out.extend(first.logging.map(|value| ("logging", value)));
    out.push(("open_ports", first.open.into_value(span)));
    super::add(view, scope, built, "firewall", "firewall", Value::object(out, span), span);
}

fn firewalld(view: &dyn View) -> Option<Value> {
    let is_there = Packages::of(view).first(&["firewalld"]).is_some() || view.exists("/usr/sbin/firewalld");
    is_there.then(|| systemd::starts_at_boot(view, "firewalld.service"))
}

impl Ports {
    fn add(&mut self, first: u16, last: u16, span: Span) {
        self.known.push(Port { first, last, span });
    }

    fn into_value(self, at: Span) -> Value {
        if let Some(span) = self.unread {
            return Value::unknown(Reason::Unsupported, "rules that are not evaluated", span);
        }
        let port = |port: Port| {
            let span = port.span;
            let number = |n: u16| Value::int(n.into(), span);
            let mut out = vec![("from_port", number(port.first)), ("to_port", number(port.last))];
            // A range is written out, so that a rule can ask for a port in it.
            match port.last.saturating_sub(port.first) {
                0..=MAX_RANGE => out.push(("ports", Value::list((port.first..=port.last).map(number).collect(), span))),
                _ => out.push(("wide", Value::bool(true, span))),
            }
            Value::object(out, span)
        };
        Value::list(self.known.into_iter().map(port).collect(), at)
    }
}

/// `22`, `8000:8100` or `8000-8100`; a name of the services that matter here.
fn port(text: &str) -> Option<(u16, u16)> {
    const NAMES: [(&str, u16); 8] = [
        ("ssh", 22),
        ("http", 80),
        ("https", 443),
        ("postgresql", 5432),
        ("mysql", 3306),
        ("mongodb", 27017),
        ("redis", 6379),
        ("amqp", 5672),
    ];
    if let Some((_, number)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Some((*number, *number));
    }
    let (first, last) = text.split_once([':', '-']).unwrap_or((text, text));
    Some((first.parse().ok()?, last.parse().ok()?))
}
