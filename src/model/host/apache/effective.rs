//! Which directives hold for a virtual host or a section.
//!
//! A virtual host has what the main server has and it does not set itself; of a directive that stands twice, the
//! last one counts (<https://httpd.apache.org/docs/2.4/sections.html#merging>). Response headers are added up, the
//! main server's first (<https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header>).

use std::collections::BTreeMap;

use crate::model::host::apache::read::Item;
use crate::source::Span;
use crate::value::{Reason, Value};

/// Directives that are shown as one text.
pub const TEXTS: [&str; 32] = [
    "AllowOverride",
    "AuthName",
    "AuthType",
    "AuthUserFile",
    "DocumentRoot",
    "ErrorLog",
    "FileETag",
    "KeepAlive",
    "LogLevel",
    "ProxyRequests",
    "RequestReadTimeout",
    "SSLCertificateFile",
    "SSLCertificateKeyFile",
    "SSLCipherSuite",
    "SSLCompression",
    "SSLEngine",
    "SSLHonorCipherOrder",
    "SSLInsecureRenegotiation",
    "SSLProxyCheckPeerName",
    "SSLProxyEngine",
    "SSLProxyVerify",
    "SSLSessionTickets",
    "SSLUseStapling",
    "SSLVerifyClient",
    "ServerName",
    "ServerSignature",
    "ServerTokens",
    "SetHandler",
    "TraceEnable",
    "User",
    "Group",
    "Dav",
];
/// Directives whose first word is a number.
pub const NUMBERS: [&str; 7] = [
    "KeepAliveTimeout",
    "LimitRequestBody",
    "LimitRequestFields",
    "LimitRequestFieldSize",
    "LimitRequestLine",
    "MaxKeepAliveRequests",
    "Timeout",
];
/// Directives of which every one counts.
pub const LISTS: [&str; 3] = ["CustomLog", "Require", "TransferLog"];
/// The headers that rules ask for.
const ASKED: [&str; 4] =
    ["content-security-policy", "strict-transport-security", "x-content-type-options", "x-frame-options"];

/// A level of the configuration and those around it, the innermost first.
pub struct Level<'a> {
    /// What stands there.
    pub items: Vec<&'a [Item]>,
    /// Why something around it is not known.
    pub cut: Option<Value>,
    /// Where the level stands.
    pub span: Span,
}

impl<'a> Level<'a> {
    /// The directives with this name, of the innermost level that has one; what may hold too is among them.
    pub fn find(&self, name: &str) -> Vec<&'a Item> {
        let name = name.to_ascii_lowercase();
        let of = |items: &'a [Item]| items.iter().filter(|item| item.name == name && item.block.is_none()).collect();
        self.items.iter().map(|items| of(items)).find(|found: &Vec<_>| !found.is_empty()).unwrap_or_default()
    }

    /// Why a directive that was not found may hold all the same.
    pub fn hole(&self) -> Option<Value> {
        let mut all = self.items.iter().flat_map(|items| items.iter());
        let hole = all.find(|item| item.name.is_empty());
        hole.and_then(unknown).or_else(|| self.cut.clone())
    }

    /// What is set of a directive, shown by `show`.
    pub fn value(&self, name: &str, show: impl Fn(&Item) -> Value) -> Option<Value> {
        match self.find(name).last() {
            Some(item) => Some(unknown(item).unwrap_or_else(|| show(item))),
            None => self.hole(),
        }
    }

    /// Every directive that rules ask for.
    pub fn attributes(&self) -> Vec<(&'static str, Value)> {
        let texts = TEXTS.iter().filter_map(|name| Some((*name, self.value(name, text)?)));
        let numbers = NUMBERS.iter().filter_map(|name| Some((*name, self.value(name, number)?)));
        let mut out: Vec<_> = texts.chain(numbers).collect();
        for name in LISTS {
            let found = self.find(name);
            let all: Vec<_> = found.iter().map(|item| unknown(item).unwrap_or_else(|| text(item))).collect();
            match self.hole() {
                Some(hole) if all.is_empty() => out.push((name, hole)),
                _ if !all.is_empty() => out.push((name, Value::list(all, self.span))),
                _ => {}
            }
        }
        out
    }

    /// The headers of every answer, names in small letters; one that rules ask for and that may be set is unknown.
    pub fn headers(&self) -> Value {
        let mut out: BTreeMap<String, Value> = BTreeMap::new();
        for items in self.items.iter().rev() {
            let everywhere = items.iter().filter(|item| item.block.is_some() && is_everything(item));
            let inner = everywhere.flat_map(|item| item.block.as_deref().unwrap_or_default());
            for item in items.iter().chain(inner).filter(|item| item.name == "header") {
                let mut words = item.args.iter().map(String::as_str).peekable();
                words.next_if(|word| ["always", "onsuccess"].contains(&&*word.to_ascii_lowercase()));
                let (Some(action), Some(name)) = (words.next(), words.next()) else { continue };
                let name = name.trim_end_matches(':').to_ascii_lowercase();
                match &*action.to_ascii_lowercase() {
                    "unset" => _ = out.remove(&name),
                    "set" | "add" | "append" | "merge" | "setifempty" => {
                        let value = Value::string(words.next().unwrap_or_default(), item.span);
                        out.insert(name, unknown(item).unwrap_or(value));
                    }
                    _ => {}
                }
            }
        }
        if let Some(hole) = self.hole() {
            for name in ASKED {
                out.entry(name.to_owned()).or_insert_with(|| hole.clone());
            }
        }
        Value::object(out.into_iter().collect::<Vec<_>>(), self.span)
    }

    /// The protocols that `SSLProtocol` leaves: a name without a sign replaces what stood before it
    /// (<https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslprotocol>); the default is `all -SSLv3`.
    pub fn protocols(&self, system: Option<&[&'static str]>) -> Value {
        const ALL: [&str; 4] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
        let list =
            |names: &[&str], span| Value::list(names.iter().map(|name| Value::string(*name, span)).collect(), span);
        let show = |item: &Item| {
            let mut out: Vec<&str> = Vec::new();
            for word in &item.args {
                let (sign, name) = match word.strip_prefix(['+', '-']) {
                    Some(name) => (word.get(..1), name),
                    None => (None, &**word),
                };
                let known = ["SSLv2", "SSLv3"].into_iter().chain(ALL);
                let meant: Vec<&str> = match name.eq_ignore_ascii_case("all") {
                    true => ALL.to_vec(),
                    false => known.filter(|known| known.eq_ignore_ascii_case(name)).collect(),
                };
                if sign.is_none() {
                    out.clear();
                }
                out.retain(|known| !meant.contains(known));
                if sign != Some("-") {
                    out.extend(meant);
                }
            }
            list(&out, item.span)
        };
        self.value("SSLProtocol", show).unwrap_or_else(|| list(system.unwrap_or(&ALL), self.span))
    }
}

/// True if a section is about every path.
pub fn is_everything(item: &Item) -> bool {
    let first = item.args.first().map(String::as_str).unwrap_or_default();
    match &*item.name {
        "location" | "directory" => first == "/",
        "locationmatch" => ["^/", "/", ".*", "^/.*"].contains(&first),
        _ => false,
    }
}

/// Why it is not known what a directive says, or whether it holds.
pub fn unknown(item: &Item) -> Option<Value> {
    let (reason, what) = item.doubt.as_ref()?;
    Some(Value::unknown(*reason, what.clone(), item.span))
}

/// The words of a directive as one text.
pub fn text(item: &Item) -> Value {
    Value::string(item.args.join(" "), item.span)
}

fn number(item: &Item) -> Value {
    match item.args.first().and_then(|word| word.parse().ok()) {
        Some(number) => Value::int(number, item.span),
        None => text(item),
    }
}

/// What is around a part of a configuration.
pub fn cut(span: Span) -> Value {
    Value::unknown(Reason::File, "the configuration of Apache that includes this", span)
}
