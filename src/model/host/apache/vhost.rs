//! A virtual host: where it listens, and what it does with plain HTTP.

use crate::model::host::apache::effective::{Level, is_everything, unknown};
use crate::model::host::apache::read::Item;
use crate::model::host::nginx::is_loopback;
use crate::source::Span;
use crate::value::Value;

/// One `Listen`, or one address of a `<VirtualHost>`.
#[derive(Clone, Debug)]
pub struct Place {
    /// The address, `*` for every one.
    pub address: String,
    /// The port; none for every one.
    pub port: Option<u16>,
    /// The directive.
    pub span: Span,
}

impl Place {
    /// `443`, `*:443`, `10.0.0.1:443`, `[::]:443`, `_default_:443`.
    pub fn new(word: &str, span: Span) -> Place {
        if let Ok(port) = word.parse() {
            return Place { address: "*".into(), port: Some(port), span };
        }
        let (address, port) = match word.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
            Some((address, port)) => (address, port.parse().ok()),
            None => (word, None),
        };
        let address = if ["_default_", "0.0.0.0", "[::]"].contains(&address) { "*" } else { address };
        Place { address: address.to_owned(), port, span }
    }

    /// True if only this machine can reach it.
    pub fn is_local(&self) -> bool {
        is_loopback(self.address.trim_start_matches('[').trim_end_matches(']'))
    }

    /// True if a request that comes in at `listen` may be one for this address.
    pub fn takes(&self, listen: &Place) -> bool {
        let address = self.address == "*" || listen.address == "*" || self.address == listen.address;
        address && self.port.is_none_or(|port| listen.port == Some(port))
    }

    /// The attributes.
    pub fn value(&self) -> Value {
        let port = self.port.map(|port| ("port", Value::int(port.into(), self.span)));
        let address = ("address", Value::string(&*self.address, self.span));
        let local = ("local", Value::bool(self.is_local(), self.span));
        Value::object([address, local].into_iter().chain(port), self.span)
    }
}

/// What the virtual host does with requests: sends them to https, refuses, serves.
pub fn plain_answer(level: &Level, own: &[Item]) -> Value {
    let outer = level.items.last().copied().unwrap_or_default();
    let redirects = outer.iter().filter(|item| item.name.starts_with("redirect"));
    // `<Directory />` refuses files of the whole machine, which other sections give free again.
    let mut locations = own.iter().filter(|item| item.name.starts_with("location"));
    let inner: Vec<&Item> = locations.clone().filter(|item| item.name == "location" && is_everything(item)).collect();
    if let (Some(only), None) = (locations.next().filter(|item| is_everything(item)), locations.next())
        && let Some(denied) =
            only.block.iter().flatten().find(|item| item.name == "require" && item.args == ["all", "denied"])
    {
        return unknown(denied).unwrap_or_else(|| Value::string("refuses", denied.span));
    }
    let inner = inner.into_iter();
    let all = own.iter().chain(inner.flat_map(|item| item.block.as_deref().unwrap_or_default())).chain(redirects);
    let (mut conditions, mut is_on): (Vec<&Item>, bool) = (Vec::new(), false);
    for item in all {
        match &*item.name {
            "rewriteengine" => is_on = item.args.first().is_some_and(|word| word.eq_ignore_ascii_case("on")),
            "rewritecond" => conditions.push(item),
            "rewriterule" => {
                // <https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html>: off by default, and conditions are those
                // of the next rule only.
                let always = std::mem::take(&mut conditions).into_iter().all(is_about_plain_http);
                if let Some(answer) = answer(item).filter(|_| is_on && always) {
                    return unknown(item).unwrap_or_else(|| Value::string(answer, item.span));
                }
            }
            _ => {
                let Some(answer) = answer(item) else { continue };
                return unknown(item).unwrap_or_else(|| Value::string(answer, item.span));
            }
        }
    }
    let hole = own.iter().find(|item| item.name.is_empty()).and_then(unknown);
    hole.unwrap_or_else(|| Value::string("serves", level.span))
}

fn answer(item: &Item) -> Option<&'static str> {
    let words: Vec<&str> = item.args.iter().map(String::as_str).collect();
    let to_https = |target: &str| target.to_ascii_lowercase().starts_with("https://");
    match &*item.name {
        "redirect" | "redirectpermanent" | "redirecttemp" => match words.as_slice() {
            [.., "/", target] if to_https(target) => Some("redirects to https"),
            [target] | [_, target] if to_https(target) && is_everywhere(&words) => Some("redirects to https"),
            ["gone" | "403" | "404" | "410", "/"] => Some("refuses"),
            _ => None,
        },
        "redirectmatch" => match words.as_slice() {
            [.., pattern, target] if is_all(pattern) && to_https(target) => Some("redirects to https"),
            _ => None,
        },
        "rewriterule" => match words.as_slice() {
            [pattern, target, ..] if is_all(pattern) && to_https(target) => Some("redirects to https"),
            [pattern, "-", flags] if is_all(pattern) && ["[F]", "[F,L]", "[G]"].contains(flags) => Some("refuses"),
            _ => None,
        },
        _ => None,
    }
}

/// True for a condition that every plain request meets, or all but those for the renewal of a certificate.
fn is_about_plain_http(condition: &Item) -> bool {
    let text = condition.args.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
    let asks_scheme =
        ["HTTPS", "SERVER_PORT", "REQUEST_SCHEME", "X-FORWARDED-PROTO"].iter().any(|it| text.contains(it));
    asks_scheme || condition.args.iter().any(|word| word.contains(".well-known") || word.contains("acme-challenge"))
}

/// True for `Redirect https://...` within a section for everything.
fn is_everywhere(words: &[&str]) -> bool {
    words.len() == 1 || words.first().is_some_and(|word| matches!(*word, "permanent" | "temp" | "301" | "302" | "308"))
}

/// True for a pattern that every path matches.
fn is_all(pattern: &str) -> bool {
    let plain = pattern.trim_start_matches('^').trim_end_matches('$').trim_start_matches('/').trim_start_matches('?');
    ["", ".*", "(.*)", ".+", "(.+)", "/?(.*)"].contains(&plain)
}
