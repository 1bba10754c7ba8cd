//! Which directives hold at a level of the configuration.
//!
//! A level inherits what it does not set itself. A directive that may stand several times (`add_header`,
//! `access_log`) is inherited only as a whole: "if and only if there are no add_header directives defined on
//! the current level" (<https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header>). Some
//! directives (`return`, `proxy_pass`) are not inherited at all.

use crate::model::host::nginx::read::{HOLE, Item};
use crate::source::Span;
use crate::value::{Reason, Value};

/// How a directive is shown in the attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One text, its words joined by blanks.
    Text,
    /// A list of words.
    Words,
    /// It may stand several times: a list of texts.
    Many,
    /// A time, as a number of seconds.
    Seconds,
    /// A size, as a number of bytes.
    Bytes,
}

/// A directive that rules may ask for.
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// How it is shown.
    pub shape: Shape,
    /// True if inner levels inherit it.
    pub inherited: bool,
}

const fn known(name: &'static str, shape: Shape) -> Known {
    Known { name, shape, inherited: true }
}

const fn own(name: &'static str, shape: Shape) -> Known {
    Known { name, shape, inherited: false }
}

/// The directives of an http server or location that are shown.
pub const DIRECTIVES: &[Known] = &[
    known("access_log", Shape::Many),
    known("allow", Shape::Many),
    known("auth_basic", Shape::Text),
    known("auth_basic_user_file", Shape::Text),
    known("auth_jwt", Shape::Text),
    known("auth_request", Shape::Text),
    known("autoindex", Shape::Text),
    known("client_body_buffer_size", Shape::Bytes),
    known("client_body_timeout", Shape::Seconds),
    known("client_header_timeout", Shape::Seconds),
    known("client_max_body_size", Shape::Bytes),
    own("dav_access", Shape::Words),
    known("dav_methods", Shape::Words),
    known("deny", Shape::Many),
    known("error_log", Shape::Many),
    own("fastcgi_pass", Shape::Text),
    own("grpc_pass", Shape::Text),
    known("grpc_ssl_verify", Shape::Text),
    known("gzip", Shape::Text),
    known("http2", Shape::Text),
    own("internal", Shape::Text),
    known("keepalive_timeout", Shape::Seconds),
    known("large_client_header_buffers", Shape::Text),
    known("limit_conn", Shape::Many),
    known("limit_req", Shape::Many),
    own("proxy_pass", Shape::Text),
    known("proxy_hide_header", Shape::Many),
    known("proxy_set_header", Shape::Many),
    known("proxy_ssl_certificate", Shape::Text),
    known("proxy_ssl_certificate_key", Shape::Text),
    known("proxy_ssl_ciphers", Shape::Text),
    known("proxy_ssl_protocols", Shape::Words),
    known("proxy_ssl_trusted_certificate", Shape::Text),
    known("proxy_ssl_verify", Shape::Text),
    known("real_ip_header", Shape::Text),
    own("return", Shape::Text),
    known("satisfy", Shape::Text),
    known("send_timeout", Shape::Seconds),
    known("server_tokens", Shape::Text),
    known("set_real_ip_from", Shape::Many),
    known("ssl_certificate", Shape::Many),
    known("ssl_certificate_key", Shape::Many),
    known("ssl_ciphers", Shape::Text),
    known("ssl_client_certificate", Shape::Text),
    known("ssl_dhparam", Shape::Text),
    known("ssl_ecdh_curve", Shape::Text),
    known("ssl_prefer_server_ciphers", Shape::Text),
    known("ssl_protocols", Shape::Words),
    known("ssl_reject_handshake", Shape::Text),
    known("ssl_session_cache", Shape::Text),
    known("ssl_session_ticket_key", Shape::Many),
    known("ssl_session_tickets", Shape::Text),
    known("ssl_session_timeout", Shape::Seconds),
    known("ssl_stapling", Shape::Text),
    known("ssl_stapling_verify", Shape::Text),
    known("ssl_verify_client", Shape::Text),
    own("stub_status", Shape::Text),
    own("uwsgi_pass", Shape::Text),
];

/// A level: what stands in a block, within the levels around it.
#[derive(Clone, Copy)]
pub struct Level<'a> {
    /// What stands in it.
    pub items: &'a [Item],
    /// The level around it.
    pub outer: Option<&'a Level<'a>>,
    /// True if levels around it were not read: the file is a part of a configuration.
    pub is_cut: bool,
}

/// What is found of a name.
pub enum Found<'a> {
    /// The directives of the level that decides; there may be more behind the hole, if there is one.
    Set(Vec<&'a Item>, Option<&'a Item>),
    /// It may be set in a file that was not read.
    Hole(&'a Item),
    /// It may be set in what is around the file.
    Cut,
    /// It is not set.
    Not,
}

impl<'a> Level<'a> {
    /// The directives with this name in this very level.
    pub fn here(&self, name: &'a str) -> impl Iterator<Item = &'a Item> + use<'a> {
        self.items.iter().filter(move |item| item.hole.is_none() && item.name == name)
    }

    /// The first file of this level that was not read.
    pub fn hole(&self) -> Option<&'a Item> {
        self.items.iter().find(|item| item.name == HOLE && item.hole.is_some())
    }

    /// What holds of a name here.
    pub fn find(&self, name: &'a str, inherited: bool) -> Found<'a> {
        let mut level = *self;
        loop {
            let set: Vec<&Item> = level.here(name).collect();
            match (set.is_empty(), level.hole()) {
                (false, hole) => return Found::Set(set, hole),
                (true, Some(hole)) => return Found::Hole(hole),
                (true, None) => {}
            }
            match level.outer {
                Some(outer) if inherited => level = *outer,
                _ => return if level.is_cut && inherited { Found::Cut } else { Found::Not },
            }
        }
    }

    /// Every known directive that holds here, as attributes; `place` is where the level stands.
    pub fn attributes(&self, place: Span) -> Vec<(&'static str, Value)> {
        let value = |known: &'static Known| Some((known.name, self.value(known, place)?));
        DIRECTIVES.iter().filter_map(value).collect()
    }

    fn value(&self, known: &'static Known, place: Span) -> Option<Value> {
        match self.find(known.name, known.inherited) {
            Found::Not => None,
            Found::Cut => Some(cut(place)),
            Found::Hole(hole) => unread(hole),
            Found::Set(set, hole) => {
                let first = *set.first()?;
                Some(match known.shape {
                    Shape::Text => text(first),
                    Shape::Words => words(first),
                    Shape::Seconds => measured(first, SECONDS),
                    Shape::Bytes => measured(first, BYTES),
                    Shape::Many => {
                        let more = hole.and_then(unread);
                        Value::list(set.into_iter().map(text).chain(more).collect(), first.span)
                    }
                })
            }
        }
    }
}

/// The words of a directive as one text.
pub fn text(item: &Item) -> Value {
    Value::string(item.args.join(" "), item.span)
}

/// Units of times (<https://nginx.org/en/docs/syntax.html>), in milliseconds.
const SECONDS: &[(&str, i64)] =
    &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000), ("", 1_000)];
/// Units of sizes, in thousandths of a byte.
const BYTES: &[(&str, i64)] = &[("k", 1_024_000), ("m", 1_048_576_000), ("g", 1_073_741_824_000), ("", 1_000)];

/// The first word of a directive as a number; as a text if it is none.
fn measured(item: &Item, units: &[(&str, i64)]) -> Value {
    let word = item.args.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    match thousandths(&word, units) {
        Some(sum) => Value::int(sum / 1_000, item.span),
        None => text(item),
    }
}

/// The sum of `1h30m` or `10m`, in thousandths.
fn thousandths(word: &str, units: &[(&str, i64)]) -> Option<i64> {
    let (mut rest, mut sum) = (word, 0_i64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let (unit, factor) = units.iter().find(|(unit, _)| rest.starts_with(unit))?;
        rest = rest.get(unit.len()..)?;
        sum = sum.checked_add(number.checked_mul(*factor)?)?;
    }
    (!word.is_empty()).then_some(sum)
}

/// The words of a directive as a list.
pub fn words(item: &Item) -> Value {
    Value::list(item.args.iter().map(|word| Value::string(&**word, item.span)).collect(), item.span)
}

/// What may stand in a file that was not read.
pub fn unread(hole: &Item) -> Option<Value> {
    let (reason, path) = hole.hole.as_ref()?;
    Some(Value::unknown(*reason, path.clone(), hole.span))
}

/// What may stand around a part of a configuration.
pub fn cut(place: Span) -> Value {
    Value::unknown(Reason::File, "the nginx.conf that includes this", place)
}

/// The headers that are set at a level, names in lower case. One that rules ask for and that may be set where
/// nothing was read is unknown.
pub fn headers(level: &Level, place: Span) -> Value {
    let mut out: Vec<(String, Value)> = Vec::new();
    let mut doubt = match level.find("add_header", true) {
        Found::Set(set, hole) => {
            out.extend(set.into_iter().filter_map(|item| header(&item.args, item.span)));
            hole.and_then(unread)
        }
        Found::Hole(hole) => unread(hole),
        Found::Cut => Some(cut(place)),
        Found::Not => None,
    };
    // headers-more-nginx-module: `more_set_headers "Name: value"` adds to what outer levels set.
    let mut at = Some(*level);
    while let Some(one) = at {
        for item in one.here("more_set_headers") {
            let pairs = item.args.iter().filter_map(|arg| arg.split_once(':'));
            out.extend(pairs.map(|(name, value)| (name.to_lowercase(), Value::string(value.trim(), item.span))));
        }
        at = one.outer.copied();
    }
    if let Some(doubt) = doubt.take() {
        for name in ASKED {
            if !out.iter().any(|(known, _)| known == name) {
                out.push(((*name).to_owned(), doubt.clone()));
            }
        }
    }
    Value::object(out, place)
}

/// The headers that rules ask for.
const ASKED: &[&str] = &[
    "content-security-policy",
    "permissions-policy",
    "public-key-pins",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
];

/// Name and value of `add_header Name value [always]`.
fn header(args: &[String], span: Span) -> Option<(String, Value)> {
    let (name, value) = (args.first()?, args.get(1)?);
    Some((name.to_lowercase(), Value::string(&**value, span)))
}
