//! ufw(8): /etc/ufw/ufw.conf, /etc/default/ufw, and the rules of the user, whose comments state them:
//! `### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in` (action, protocol, port, to, port, from, direction).

use super::{Firewall, Ports, port};
use crate::model::host::assignments::{Assignment, assignments, last};
use crate::model::host::dialect::lines;
use crate::model::host::systemd;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::source::Span;
use crate::value::Value;

const CONF: &str = "/etc/ufw/ufw.conf";

pub fn read(view: &dyn View) -> Option<Firewall> {
    let conf = assignments(&view.read(CONF).ok()?);
    let at = view.mark(CONF);
    let enabled = last(&conf, "ENABLED");
    let active = match enabled {
        Some(one) if one.value.eq_ignore_ascii_case("yes") => {
            let unit = systemd::starts_at_boot(view, "ufw.service");
            if unit.as_bool() == Some(true) { unit.at(one.span) } else { unit }
        }
        one => Value::bool(false, one.map_or(at, |one| one.span)),
    };
    let logging = last(&conf, "LOGLEVEL").map(|one| Value::bool(one.value != "off", one.span));
    let defaults = view.read("/etc/default/ufw").map(|text| assignments(&text)).unwrap_or_default();
    let policy = |one: &Assignment| Value::string(one.value.to_ascii_lowercase(), one.span);
    let default = last(&defaults, "DEFAULT_INPUT_POLICY").map(policy);
    let ipv6 = last(&defaults, "IPV6").is_none_or(|one| one.value.eq_ignore_ascii_case("yes"));
    let mut open = Ports::default();
    for path in ["/etc/ufw/user.rules", "/etc/ufw/user6.rules"] {
        rules(view, path, &mut open);
    }
    let default_ipv6 = default.clone().filter(|_| ipv6);
    Some(Firewall { program: "ufw", active, default, default_ipv6, open, logging })
}

fn rules(view: &dyn View, path: &str, open: &mut Ports) {
    let text = match view.read(path) {
        Ok(text) => text,
        Err(OpenError::NotFound) => return,
        Err(error) => {
            let _: Trouble = Trouble::Open(error);
            open.unread.get_or_insert(view.mark(path));
            return;
        }
    };
    for (at, raw) in lines(&text.text) {
        let Some(tuple) = raw.strip_prefix("### tuple ###") else { continue };
        let words: Vec<&str> = tuple.split_whitespace().collect();
        let [action, _, to_port, _, _, from, rest @ ..] = words.as_slice() else { continue };
        let is_open = action.starts_with("allow") || action.starts_with("limit");
        let is_in = rest.iter().any(|word| *word == "in" || word.starts_with("in_"));
        if !is_open || !is_in || !matches!(*from, "0.0.0.0/0" | "::/0" | "any") {
            continue;
        }
        let span = Span::new(text.id, at..at + raw.len());
        for one in to_port.split(',') {
            match port(if one == "any" { "0-65535" } else { one }) {
                Some((first, last)) => open.add(first, last, span),
                None => open.unread = open.unread.or(Some(span)),
            }
        }
    }
}
