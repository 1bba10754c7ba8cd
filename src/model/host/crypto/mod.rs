//! What the libraries of cryptography allow on this host: `crypto.policy`, `openssl`, `java.security`; and the
//! tunnels of its networks: `ipsec.connection`, `wireguard`.

mod libraries;
#[cfg(test)]
mod tests;
mod tunnels;

use crate::model::Built;
use crate::model::host::boot::cmdline::Cmdline;
use crate::model::host::dialect::lines;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// Adds what is there.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    policy(view, scope, built);
    libraries::probe(view, scope, built);
    tunnels::probe(view, scope, built);
}

/// crypto-policies(7): /etc/crypto-policies/config states the policy, `NAME` or `NAME:MODULE:MODULE`;
/// update-crypto-policies(8) writes what the libraries read, and /etc/crypto-policies/state/current says
/// which policy that was.
fn policy(view: &dyn View, scope: &Scope, built: &mut Built) {
    let mut said = None;
    let mut configured = None;
    for path in ["/etc/crypto-policies/state/current", "/etc/crypto-policies/config"] {
        match view.read(path) {
            Ok(text) => {
                let mut all =
                    lines(&text.text).map(|(at, line)| (at, line.split('#').next().unwrap_or_default().trim()));
                let found = all.find(|(_, line)| !line.is_empty());
                let found = found.map(|(at, line)| (line.to_owned(), Span::new(text.id, at..at + line.len())));
                if path.ends_with("config") {
                    configured.clone_from(&found);
                }
                said = said.or(found);
            }
            Err(OpenError::NotFound | OpenError::Outside) => {}
            Err(error) => built.gaps.push(Trouble::Open(error).gap(view.display(path))),
        }
    }
    let Some((text, at)) = said else { return };
    let mut parts = text.split(':');
    let name = parts.next().unwrap_or_default();
    let modules: Vec<Value> = parts.map(|part| Value::string(part, at)).collect();
    let mut attributes = vec![("policy", Value::string(name, at)), ("modules", Value::list(modules, at))];
    if let Some((configured, span)) = configured.filter(|(configured, _)| *configured != text) {
        attributes.push(("pending", Value::string(configured, span)));
    }
    let cmdline = Cmdline::read(view);
    let fips = cmdline.value(view, "fips").map(|value| match value.as_number() {
        Some(_) => Value::bool(value == Value::int(1, at), value.span),
        None => value,
    });
    attributes.extend(fips.map(|fips| ("fips", fips)));
    super::add(view, scope, built, "crypto.policy", "crypto policy", Value::object(attributes, at), at);
}
