//! Files of iptables-save(8), restored at boot by netfilter-persistent (Debian), iptables.service (Red Hat) or
//! the script of Alpine.

use super::{Firewall, Ports, port};
use crate::model::host::dialect::lines;
use crate::model::host::systemd;
use crate::model::host::view::{Text, View};
use crate::source::Span;
use crate::value::Value;

/// The files for IPv4 and IPv6, and what restores them.
const PLACES: [(&str, &str, &str); 3] = [
    ("/etc/iptables/rules.v4", "/etc/iptables/rules.v6", "netfilter-persistent.service"),
    ("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables", "iptables.service"),
    ("/etc/iptables/rules-save", "/etc/iptables/rules6-save", "iptables.service"),
];

/// Targets that neither accept nor go elsewhere.
const PASSING: [&str; 6] = ["LOG", "NFLOG", "RETURN", "DROP", "REJECT", "ULOG"];

pub fn read(view: &dyn View) -> Option<Firewall> {
    let (four, six, unit) = PLACES.into_iter().find(|(four, ..)| view.exists(four))?;
    let mut open = Ports::default();
    let (mut logging, mut policies) = (None, [None, None]);
    for (path, policy) in [four, six].iter().zip(&mut policies) {
        match view.read(path) {
            Ok(text) => *policy = table(&text, &mut open, &mut logging),
            Err(crate::open::OpenError::NotFound) => {}
            Err(_) => open.unread = open.unread.or(Some(view.mark(path))),
        }
    }
    let [default, default_ipv6] = policies;
    let active = systemd::starts_at_boot(view, unit);
    let logging = logging.or(Some(Value::bool(false, view.mark(four))));
    Some(Firewall { program: "iptables", active, default, default_ipv6, open, logging })
}

/// The policy of INPUT in the filter table; a last rule without a condition that drops or rejects counts too.
fn table(text: &Text, open: &mut Ports, logging: &mut Option<Value>) -> Option<Value> {
    let (mut policy, mut is_filter) = (None, false);
    for (at, raw) in lines(&text.text) {
        let span = Span::new(text.id, at..at + raw.len());
        let words: Vec<&str> = raw.split_whitespace().collect();
        match words.as_slice() {
            [name] if name.starts_with('*') => is_filter = *name == "*filter",
            [":INPUT", word, ..] if is_filter => policy = Some(Value::string(word.to_ascii_lowercase(), span)),
            ["-A", "INPUT", rest @ ..] if is_filter => {
                let target = after(rest, "-j").or_else(|| after(rest, "-g"));
                match target {
                    Some("ACCEPT") => accept(rest, span, open),
                    Some("DROP" | "REJECT") if rest.len() <= 4 && rest.first() == Some(&"-j") => {
                        policy = Some(Value::string(target.unwrap_or_default().to_ascii_lowercase(), span));
                        break;
                    }
                    Some("LOG" | "NFLOG") => *logging = Some(Value::bool(true, span)),
                    Some(name) if !PASSING.contains(&name) => open.unread = open.unread.or(Some(span)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    policy
}

fn after<'a>(words: &[&'a str], option: &str) -> Option<&'a str> {
    words.iter().position(|word| *word == option).and_then(|at| words.get(at + 1)).copied()
}

/// A rule that accepts: from anywhere, in a new connection, on an interface that is not the machine's own.
fn accept(words: &[&str], span: Span, open: &mut Ports) {
    let is_negated = words.contains(&"!");
    let from = after(words, "-s").is_some_and(|from| !matches!(from, "0.0.0.0/0" | "::/0"));
    let states = after(words, "--ctstate").or_else(|| after(words, "--state"));
    let is_old = states.is_some_and(|states| !states.contains("NEW"));
    let is_icmp = after(words, "-p").is_some_and(|protocol| protocol.contains("icmp"));
    if from || is_old || is_icmp || after(words, "-i").is_some() {
        open.unread = open.unread.or(is_negated.then_some(span));
        return;
    }
    let ports = after(words, "--dport").or_else(|| after(words, "--dports")).unwrap_or("0:65535");
    for one in ports.split(',') {
        match port(one).filter(|_| !is_negated) {
            Some((first, last)) => open.add(first, last, span),
            None => open.unread = open.unread.or(Some(span)),
        }
    }
}
