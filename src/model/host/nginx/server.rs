//! An http server: where it listens, whether that is TLS, and what it does with plain HTTP.

use std::net::IpAddr;

use crate::model::host::nginx::effective::{Level, unread};
use crate::model::host::nginx::read::Item;
use crate::source::Span;
use crate::value::Value;

/// One `listen`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The address, `*` for every one; the path of a socket.
    pub address: String,
    /// The port; none for a socket.
    pub port: Option<u16>,
    /// True with `ssl` or `quic`.
    pub tls: bool,
    /// True with `default_server`.
    pub is_default: bool,
    /// True if only this machine can reach it.
    pub is_local: bool,
    /// The other parameters.
    pub parameters: Vec<String>,
    /// The directive.
    pub span: Span,
}

/// The places where a server listens; without a `listen` it is `*:80`
/// (<https://nginx.org/en/docs/http/ngx_http_core_module.html#listen>).
pub fn listens(level: &Level, place: Span) -> Vec<Listen> {
    // `ssl on` (until 1.25.1) makes TLS of every listen of the server.
    let all_tls = level.here("ssl").any(|item| item.args.first().is_some_and(|word| word == "on"));
    let mut out: Vec<Listen> = level.here("listen").filter_map(|item| listen(&item.args, item.span)).collect();
    if out.is_empty() && level.hole().is_none() {
        out.extend(listen(&["80".to_owned()], place));
    }
    for one in &mut out {
        one.tls |= all_tls;
    }
    out
}

fn listen(args: &[String], span: Span) -> Option<Listen> {
    let (place, parameters) = args.split_first()?;
    let has = |name: &str| parameters.iter().any(|word| word == name);
    let (tls, is_default) = (has("ssl") || has("quic"), has("default_server") || has("default"));
    let parameters = parameters.to_vec();
    let done = |address: &str, port, is_local| {
        Some(Listen { address: address.to_owned(), port, tls, is_default, is_local, parameters, span })
    };
    if let Some(path) = place.strip_prefix("unix:") {
        return done(path, None, true);
    }
    if let Ok(port) = place.parse() {
        return done("*", Some(port), false);
    }
    let (address, port) = match place.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((address, port)) => (address, port.parse().unwrap_or(80)),
        None => (&**place, 80),
    };
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    done(address, Some(port), is_loopback(bare))
}

/// True for a host name or address that is this machine.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl Listen {
    /// The attributes.
    pub fn value(&self) -> Value {
        let at = self.span;
        let words = self.parameters.iter().map(|word| Value::string(&**word, at)).collect();
        let port = self.port.map(|port| ("port", Value::int(port.into(), at)));
        let rest = [
            ("address", Value::string(&*self.address, at)),
            ("tls", Value::bool(self.tls, at)),
            ("default", Value::bool(self.is_default, at)),
            ("local", Value::bool(self.is_local, at)),
            ("parameters", Value::list(words, at)),
        ];
        Value::object(rest.into_iter().chain(port), at)
    }
}

/// What a server does with a request that came over plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It sends the client to https.
    Redirects,
    /// It serves nothing.
    Refuses,
    /// It answers.
    Serves,
}

impl Answer {
    fn word(self) -> &'static str {
        match self {
            Answer::Redirects => "redirects to https",
            Answer::Refuses => "refuses",
            Answer::Serves => "serves",
        }
    }
}

/// What the server does with plain requests. Certificate renewal (`/.well-known/`) is let through.
pub fn plain_answer(level: &Level, place: Span) -> Value {
    if let Some((answer, span)) = own_answer(level.items).or_else(|| conditional(level)) {
        return Value::string(answer.word(), span);
    }
    if let Some(unknown) = level.hole().and_then(unread) {
        return unknown;
    }
    let mut answer = None;
    for location in level.here("location") {
        let path = location.args.last().map(String::as_str).unwrap_or_default();
        if path.contains(".well-known") {
            continue;
        }
        match own_answer(location.block.as_deref().unwrap_or_default()) {
            Some((Answer::Serves, _)) | None => return Value::string(Answer::Serves.word(), location.span),
            // What no location matches is served from the root, so the one for everything decides.
            Some((found, span)) if location.args.len() == 1 && path == "/" => answer = Some((found, span)),
            Some(_) => {}
        }
    }
    answer.map_or(Value::string(Answer::Serves.word(), place), |(answer, span)| Value::string(answer.word(), span))
}

/// What `return` or `rewrite` in a block says of every request.
fn own_answer(items: &[Item]) -> Option<(Answer, Span)> {
    items.iter().find_map(|item| {
        let answer = match &*item.name {
            "return" => returned(&item.args)?,
            "rewrite" => {
                let everything =
                    ["^", "^/", ".*", "^.*", "^.*$", "^(.*)", "^(.*)$", "(.*)", "^/(.*)", "^/(.*)$", "^/?(.*)$"];
                let [pattern, target, ..] = item.args.as_slice() else { return None };
                let all = everything.contains(&&**pattern);
                (all && target.starts_with("https://")).then_some(Answer::Redirects)?
            }
            "deny" if item.args.first().is_some_and(|word| word == "all") => Answer::Refuses,
            _ => return None,
        };
        Some((answer, item.span))
    })
}

fn returned(args: &[String]) -> Option<Answer> {
    let (first, target) = (args.first()?, args.get(1));
    let target = target.unwrap_or(first);
    if target.starts_with("https://") {
        return Some(Answer::Redirects);
    }
    match first.parse::<u16>() {
        Ok(400..=499) => Some(Answer::Refuses),
        _ => Some(Answer::Serves),
    }
}

/// `if ($scheme = http) { return 301 https://... }` and its kind.
fn conditional(level: &Level) -> Option<(Answer, Span)> {
    let asks = |word: &String| {
        ["$scheme", "$https", "$server_port", "$http_x_forwarded_proto"].iter().any(|name| word.contains(name))
    };
    let found = level.here("if").filter(|item| item.args.iter().any(asks));
    let answers = found.filter_map(|item| own_answer(item.block.as_deref().unwrap_or_default()));
    answers.into_iter().find(|(answer, _)| *answer == Answer::Redirects)
}
