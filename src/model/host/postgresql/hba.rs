//! pg_hba.conf: who may connect from where, and how they prove who they are. The first record that matches
//! decides (<https://www.postgresql.org/docs/current/auth-pg-hba-conf.html>).

use std::net::IpAddr;

use ipnet::IpNet;

use crate::model::Built;
use crate::model::host::dialect::lines;
use crate::model::host::view::{Trouble, View};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// Most records that are compared with those before them.
const MAX_RECORDS: usize = 5_000;

/// One record.
struct Record {
    kind: String,
    databases: Vec<String>,
    users: Vec<String>,
    /// The address as it is written; none of `local`.
    address: Option<String>,
    network: Option<IpNet>,
    method: String,
    options: Vec<(String, String)>,
    span: Span,
}

/// Adds a resource for each record of the file.
pub fn records(view: &dyn View, file: &str, cluster: &str, scope: &Scope, built: &mut Built) {
    let text = match view.read(file) {
        Ok(text) => text,
        Err(error) => return built.gaps.push(Trouble::Open(error).gap(view.display(file))),
    };
    let mut all: Vec<Record> = Vec::new();
    for (at, raw) in lines(&text.text).filter(|(_, raw)| !raw.trim().is_empty()) {
        let span = Span::new(text.id, at + raw.len() - raw.trim_start().len()..at + raw.trim_end().len());
        all.extend(record(&words(raw), span));
    }
    for (n, one) in all.iter().enumerate().take(MAX_RECORDS) {
        let before = all.get(..n).unwrap_or_default().iter().find(|other| other.covers(one));
        let address = format!("{cluster}/pg_hba {} {} {}", one.kind, one.databases.join(","), one.users.join(","));
        let place = one.address.as_ref().map(|place| format!(" {place}")).unwrap_or_default();
        let address = format!("{address}{place} ({})", n + 1);
        super::super::add(view, scope, built, "postgresql.hba", &address, one.attributes(before), one.span);
    }
}

/// The words of a line; quotes keep blanks, `#` begins a comment.
fn words(raw: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in raw.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            c if c.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    out.extend(Some(word).filter(|word| !word.is_empty()));
    out
}

fn record(words: &[String], span: Span) -> Option<Record> {
    let [kind, databases, users, rest @ ..] = words else { return None };
    let split = |list: &str| list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if !matches!(&**kind, "local" | "host" | "hostssl" | "hostnossl" | "hostgssenc" | "hostnogssenc") {
        return None;
    }
    let (address, network, rest) = if kind == "local" {
        (None, None, rest)
    } else {
        let (first, rest) = rest.split_first()?;
        match rest.first().and_then(|mask| mask.parse::<IpAddr>().ok()) {
            Some(mask) => {
                let network = first.parse().ok().and_then(|ip| IpNet::with_netmask(ip, mask).ok());
                (Some(format!("{first}/{mask}")), network, rest.get(1..)?)
            }
            None => (Some(first.clone()), first.parse().ok(), rest),
        }
    };
    let (method, options) = rest.split_first()?;
    let options = options.iter().filter_map(|option| option.split_once('='));
    Some(Record {
        kind: kind.clone(),
        databases: split(databases),
        users: split(users),
        address,
        network,
        method: method.clone(),
        options: options.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        span,
    })
}

impl Record {
    /// True if this record matches whatever `other` matches.
    fn covers(&self, other: &Record) -> bool {
        let names = |mine: &[String], theirs: &[String]| {
            mine.iter().any(|name| name == "all") || theirs.iter().all(|name| mine.contains(name))
        };
        let kinds = self.kind == other.kind || (self.kind == "host" && other.kind.starts_with("host"));
        let place = match (&self.network, &other.network) {
            (Some(mine), Some(theirs)) => mine.contains(theirs),
            _ => self.address == other.address || self.address.as_deref() == Some("all"),
        };
        // `replication` is no database, and "all" does not match it.
        let replication = other.databases.iter().any(|name| name == "replication");
        kinds
            && place
            && names(&self.users, &other.users)
            && names(&self.databases, &other.databases)
            && (!replication || self.databases.iter().any(|name| name == "replication"))
    }

    /// True if only this machine can be meant.
    fn is_local(&self) -> bool {
        let loopback = |network: &IpNet| network.addr().is_loopback() && network.prefix_len() >= 8;
        self.kind == "local"
            || self.network.as_ref().is_some_and(loopback)
            || matches!(self.address.as_deref(), Some("localhost" | "samehost"))
    }

    /// True if it lets in every address.
    fn is_everywhere(&self) -> bool {
        self.address.as_deref() == Some("all") || self.network.is_some_and(|network| network.prefix_len() == 0)
    }

    fn attributes(&self, before: Option<&Record>) -> Value {
        let at = self.span;
        let list = |names: &[String]| Value::list(names.iter().map(|name| Value::string(&**name, at)).collect(), at);
        let options = self.options.iter().map(|(key, value)| (key.as_str(), Value::string(&**value, at)));
        let mut out = vec![
            ("type", Value::string(&*self.kind, at)),
            ("databases", list(&self.databases)),
            ("users", list(&self.users)),
            ("method", Value::string(&*self.method, at)),
            ("options", Value::object(options, at)),
            ("local", Value::bool(self.is_local(), at)),
            ("everywhere", Value::bool(self.is_everywhere(), at)),
            // A record that another one before it always precedes is never used.
            ("used", Value::bool(before.is_none(), before.map_or(at, |other| other.span))),
        ];
        out.extend(self.address.as_ref().map(|address| ("address", Value::string(&**address, at))));
        Value::object(out, at)
    }
}
