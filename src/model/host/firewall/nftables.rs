//! nft(8): the file that nftables.service loads, its base chains for `input`.
//!
//! Evaluated are the policy and rules of the form `tcp dport {..} accept`; sets by name, maps, jumps and
//! files that are included make the open ports unknown.

use super::{Firewall, Ports, port};
use crate::model::host::dialect::lines;
use crate::model::host::systemd;
use crate::model::host::view::{Text, View};
use crate::source::Span;
use crate::value::Value;

const FILES: [&str; 2] = ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"];

pub fn read(view: &dyn View) -> Option<Firewall> {
    let (path, text) = FILES.iter().find_map(|path| Some((*path, view.read(path).ok()?)))?;
    let mut chain = Chain::default();
    chain.read(&text);
    let active = systemd::starts_at_boot(view, "nftables.service");
    let logging = chain.logging.unwrap_or_else(|| Value::bool(false, view.mark(path)));
    let (four, six) = (chain.policy[0].take(), chain.policy[1].take());
    Some(Firewall {
        program: "nftables",
        active,
        default: four,
        default_ipv6: six,
        open: chain.open,
        logging: Some(logging),
    })
}

#[derive(Default)]
struct Chain {
    /// For IPv4 and IPv6.
    policy: [Option<Value>; 2],
    open: Ports,
    logging: Option<Value>,
    /// The blocks around, by their first words.
    blocks: Vec<String>,
    is_input: bool,
}

impl Chain {
    fn read(&mut self, text: &Text) {
        for (at, raw) in lines(&text.text) {
            let line = raw.split('#').next().unwrap_or_default().trim();
            let span = Span::new(text.id, at..at + raw.trim_end().len());
            if line.starts_with("include") {
                self.open.unread = self.open.unread.or(Some(span));
            }
            // A block opens at the end of its line; braces within a line are sets.
            if let Some(head) = line.strip_suffix('{') {
                self.blocks.push(head.trim().to_owned());
                self.is_input = false;
            } else if line == "}" {
                self.blocks.pop();
                self.is_input = false;
            } else {
                self.statement(line, span);
            }
        }
    }

    fn statement(&mut self, line: &str, span: Span) {
        if line.starts_with("type filter hook input") || line.starts_with("type filter hook ingress") {
            self.is_input = line.contains("hook input");
            let policy = line.split_once("policy ").and_then(|(_, rest)| rest.split([';', ' ']).next());
            self.decide(policy.unwrap_or("accept"), span);
        } else if let Some(rest) = line.strip_prefix("policy ").filter(|_| self.is_input) {
            self.decide(rest.trim_end_matches(';').trim(), span);
        } else if self.is_input {
            self.rule(line, span);
        }
    }

    fn decide(&mut self, policy: &str, span: Span) {
        if !self.is_input {
            return;
        }
        let family = self.blocks.iter().find_map(|block| block.strip_prefix("table "));
        let family = family.and_then(|rest| rest.split_whitespace().next()).unwrap_or("ip");
        let value = Value::string(policy, span);
        let [four, six] = &mut self.policy;
        if family != "ip6" {
            *four = Some(value.clone());
        }
        if family == "ip6" || family == "inet" {
            *six = Some(value);
        }
    }

    fn rule(&mut self, line: &str, span: Span) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.contains(&"log") {
            self.logging = Some(Value::bool(true, span));
        }
        if ["jump", "goto", "vmap", "map"].iter().any(|word| words.contains(word)) || line.contains(['@', '$']) {
            self.open.unread = self.open.unread.or(Some(span));
            return;
        }
        if matches!(words.as_slice(), ["drop" | "reject", ..] | ["counter", "drop" | "reject", ..]) {
            let word = words.iter().find(|word| **word != "counter").copied().unwrap_or("drop");
            return self.decide(word, span);
        }
        if !words.contains(&"accept") {
            return;
        }
        let is_limited =
            ["saddr", "iif", "iifname", "icmp", "icmpv6", "ip6-icmp"].iter().any(|word| words.contains(word))
                || line.contains("l4proto icmp")
                || line.contains("l4proto { icmp")
                || line.contains("l4proto ipv6-icmp")
                || (line.contains("ct state") && !line.contains("new"));
        if is_limited {
            return;
        }
        let Some((_, after)) = line.split_once("dport ") else {
            return self.open.add(0, u16::MAX, span);
        };
        let list = match after.trim_start().strip_prefix('{') {
            Some(inner) => inner.split('}').next().unwrap_or_default(),
            None => after.split_whitespace().next().unwrap_or_default(),
        };
        for one in list.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            match port(one) {
                Some((first, last)) => self.open.add(first, last, span),
                None => self.open.unread = self.open.unread.or(Some(span)),
            }
        }
    }
}
