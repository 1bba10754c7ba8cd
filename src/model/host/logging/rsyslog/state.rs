//! What the statements amount to. Old directives hold for the old actions after them; the parameters of a
//! module for the new ones; the stream driver is one for the whole daemon unless an action names its own.

use super::parse::Statement;
use crate::model::Built;
use crate::model::host;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

/// A file that messages are written to.
struct Output {
    path: String,
    mode: u32,
    span: Span,
}

/// Another host that messages are sent to.
struct Forward {
    protocol: &'static str,
    target: String,
    port: String,
    selector: String,
    /// The driver that the action names, and whether it asks for TLS.
    driver: Option<String>,
    tls: bool,
    verified: bool,
    span: Span,
}

/// A port on which messages are taken.
struct Input {
    kind: String,
    port: String,
    address: Option<String>,
    tls: bool,
    span: Span,
}

/// Everything that was read.
#[derive(Default)]
pub struct State {
    /// Whether the program is there, and where that stands.
    pub installed: Option<(bool, Span)>,
    /// Whether it starts at boot.
    pub enabled: Option<Value>,
    /// Whether what journald takes reaches it: with imjournal always.
    pub gets_journal: Option<Value>,
    /// A file that was not read.
    pub hole: Option<(Reason, String)>,
    outputs: Vec<Output>,
    forwards: Vec<Forward>,
    inputs: Vec<Input>,
    selector: String,
    old_mode: Option<u32>,
    module_mode: Option<u32>,
    umask: u32,
    driver: Option<String>,
    old_send_tls: bool,
    old_send_auth: String,
    old_receive_tls: bool,
    module_receive_tls: bool,
}

/// Drivers that encrypt.
const TLS: [&str; 3] = ["gtls", "ossl", "mbedtls"];
/// Ways in which a driver checks whose certificate it is; `anon` does not.
const VERIFIED: [&str; 5] = ["x509/name", "x509/fingerprint", "x509/certvalid", "name", "fingerprint"];
/// `FileCreateMode` when nothing sets it.
const DEFAULT_MODE: u32 = 0o644;

impl State {
    /// Adds what a statement says.
    pub fn add(&mut self, statement: Statement) {
        match statement {
            Statement::Directive { name, value, span } => self.directive(&name, &value, span),
            Statement::Action { selector, action, span } => {
                if selector != "&" {
                    self.selector = selector;
                }
                self.old_action(&action, span);
            }
            Statement::Object { name, parameters, span } => {
                let get = |key: &str| {
                    let found = parameters.iter().find(|(name, _)| name == key);
                    found.and_then(|(_, values)| values.first()).map(String::as_str)
                };
                match &*name {
                    "global" => self.global(&get),
                    "module" => self.module(&get, span),
                    "input" => self.input(&get, span),
                    "action" => self.action(&get, span),
                    _ => {}
                }
            }
        }
    }

    fn directive(&mut self, name: &str, value: &str, span: Span) {
        match name {
            "modload" if value == "imjournal" => self.gets_journal = Some(Value::bool(true, span)),
            "filecreatemode" => self.old_mode = octal(value),
            "umask" => self.umask = octal(value).unwrap_or(0),
            "resetconfigvariables" => {
                (self.old_mode, self.old_send_tls) = (None, false);
                self.old_send_auth.clear();
            }
            "defaultnetstreamdriver" => self.driver = Some(value.to_ascii_lowercase()),
            "actionsendstreamdrivermode" => self.old_send_tls = value == "1",
            "actionsendstreamdriverauthmode" => self.old_send_auth = value.to_ascii_lowercase(),
            "inputtcpserverstreamdrivermode" => self.old_receive_tls = value == "1",
            "inputtcpserverrun" | "inputptcpserverrun" | "udpserverrun" | "inputrelpserverrun" => {
                let kind = match name {
                    "udpserverrun" => "imudp",
                    "inputrelpserverrun" => "imrelp",
                    _ => "imtcp",
                };
                let tls = self.old_receive_tls && kind == "imtcp";
                let (kind, port) = (kind.to_owned(), value.to_owned());
                self.inputs.push(Input { kind, port, address: None, tls, span });
            }
            _ => {}
        }
    }

    fn global<'a>(&mut self, get: &dyn Fn(&str) -> Option<&'a str>) {
        if let Some(driver) = get("defaultnetstreamdriver") {
            self.driver = Some(driver.to_ascii_lowercase());
        }
        if let Some(mask) = get("umask").and_then(octal) {
            self.umask = mask;
        }
    }

    fn module<'a>(&mut self, get: &dyn Fn(&str) -> Option<&'a str>, span: Span) {
        match get("load") {
            Some("builtin:omfile" | "omfile") => self.module_mode = get("filecreatemode").and_then(octal),
            Some("imjournal") => self.gets_journal = Some(Value::bool(true, span)),
            Some("imtcp") => self.module_receive_tls = get("streamdriver.mode") == Some("1"),
            _ => {}
        }
    }

    fn input<'a>(&mut self, get: &dyn Fn(&str) -> Option<&'a str>, span: Span) {
        let kind = get("type").unwrap_or_default();
        if !matches!(kind, "imtcp" | "imudp" | "imptcp" | "imrelp" | "imgssapi" | "imhttp") {
            return;
        }
        let tls = match kind {
            "imrelp" => get("tls").is_some_and(|tls| tls.eq_ignore_ascii_case("on")),
            "imtcp" => get("streamdriver.mode").map_or(self.module_receive_tls, |mode| mode == "1"),
            _ => false,
        };
        let port = get("port").unwrap_or("514").to_owned();
        let address = get("address").map(str::to_owned);
        self.inputs.push(Input { kind: kind.to_owned(), port, address, tls, span });
    }

    fn action<'a>(&mut self, get: &dyn Fn(&str) -> Option<&'a str>, span: Span) {
        let selector = self.selector.clone();
        let is = |key: &str, word: &str| get(key).is_some_and(|value| value.eq_ignore_ascii_case(word));
        let auth = |key: &str| get(key).is_some_and(|mode| VERIFIED.contains(&&*mode.to_ascii_lowercase()));
        let target = get("target").unwrap_or_default().to_owned();
        match get("type") {
            Some("omfile") => {
                let path = get("file").or(get("dynafile")).unwrap_or_default().to_owned();
                let mode = get("filecreatemode").and_then(octal).or(self.module_mode).unwrap_or(DEFAULT_MODE);
                self.outputs.push(Output { path, mode, span });
            }
            Some("omfwd") => self.forwards.push(Forward {
                protocol: if is("protocol", "tcp") { "tcp" } else { "udp" },
                target,
                port: get("port").unwrap_or("514").to_owned(),
                selector,
                driver: get("streamdriver").or(get("streamdriver.name")).map(str::to_ascii_lowercase),
                tls: is("protocol", "tcp") && get("streamdrivermode").or(get("streamdriver.mode")) == Some("1"),
                verified: auth("streamdriverauthmode") || auth("streamdriver.authmode"),
                span,
            }),
            Some("omrelp") => self.forwards.push(Forward {
                protocol: "relp",
                target,
                port: get("port").unwrap_or("514").to_owned(),
                selector,
                driver: Some("ossl".into()),
                tls: is("tls", "on"),
                verified: auth("tls.authmode"),
                span,
            }),
            _ => {}
        }
    }

    fn old_action(&mut self, action: &str, span: Span) {
        let bare = action.trim_start_matches('-');
        // `?Template` names a template that makes the path.
        if bare.starts_with(['/', '?']) {
            let path = bare.split([';', ' ', '\t']).next().unwrap_or_default().to_owned();
            let mode = self.old_mode.unwrap_or(DEFAULT_MODE);
            return self.outputs.push(Output { path, mode, span });
        }
        let relp = bare.strip_prefix(":omrelp:");
        let Some(mut rest) = bare.strip_prefix('@').or(relp) else { return };
        let is_tcp = rest.starts_with('@');
        rest = rest.trim_start_matches('@');
        // `(z9,o)`: compression and octet-counted framing.
        if let Some((_, after)) = rest.strip_prefix('(').and_then(|options| options.split_once(')')) {
            rest = after;
        }
        let rest = rest.split([';', ' ', '\t']).next().unwrap_or_default();
        let (target, port) = host_and_port(rest);
        let protocol = match (relp.is_some(), is_tcp) {
            (true, _) => "relp",
            (_, true) => "tcp",
            _ => "udp",
        };
        let tls = self.old_send_tls && protocol == "tcp";
        let verified = VERIFIED.contains(&&*self.old_send_auth);
        let selector = self.selector.clone();
        self.forwards.push(Forward { protocol, target, port, selector, driver: None, tls, verified, span });
    }

    /// Adds the resources. Of a part, what is not in it is not known, so there is no `rsyslog` for it.
    pub fn resources(self, view: &dyn View, at: Span, is_part: bool, scope: &Scope, built: &mut Built) {
        let mut add = |kind: &str, address: &str, attributes: Vec<(&str, Value)>, span: Span| {
            host::add(view, scope, built, kind, address, Value::object(attributes, span), span);
        };
        let default_encrypts = self.driver.as_deref().is_some_and(|driver| TLS.contains(&driver));
        let is_local = |address: &Option<String>| {
            address
                .as_deref()
                .is_some_and(|address| address.starts_with("127.") || address == "::1" || address == "localhost")
        };
        if !is_part {
            let list = |all: Vec<Value>, what: &str| match &self.hole {
                Some((reason, path)) if all.is_empty() => Value::unknown(*reason, format!("{what} in {path}"), at),
                _ => Value::list(all, at),
            };
            let forwards =
                self.forwards.iter().map(|one| Value::string(format!("{}:{}", one.target, one.port), one.span));
            let open = self.inputs.iter().filter(|one| !is_local(&one.address));
            let inputs = open.map(|one| Value::string(format!("{} {}", one.kind, one.port), one.span));
            let mut all = vec![
                ("forwards", list(forwards.collect(), "where messages are sent")),
                ("inputs", list(inputs.collect(), "what takes messages")),
            ];
            all.extend(self.installed.map(|(yes, span)| ("installed", Value::bool(yes, span))));
            all.extend(self.gets_journal.map(|value| ("gets_journal", value)));
            all.extend(self.enabled.map(|value| ("enabled", value)));
            add("rsyslog", "rsyslog", all, at);
        }
        for one in &self.forwards {
            let encrypts = one.driver.as_deref().map_or(default_encrypts, |driver| TLS.contains(&driver));
            let tls = one.tls && encrypts;
            let attributes = vec![
                ("protocol", Value::string(one.protocol, one.span)),
                ("target", Value::string(&*one.target, one.span)),
                ("port", Value::string(&*one.port, one.span)),
                ("selector", Value::string(&*one.selector, one.span)),
                ("tls", tls_value(tls, one, is_part, self.driver.is_none(), at)),
                ("verified", Value::bool(one.tls && one.verified, one.span)),
                ("local", Value::bool(is_loopback(&one.target), one.span)),
            ];
            add("rsyslog.forward", &format!("rsyslog to {}:{}", one.target, one.port), attributes, one.span);
        }
        for one in self.inputs.iter().filter(|one| !is_local(&one.address)) {
            let attributes = vec![
                ("type", Value::string(&*one.kind, one.span)),
                ("port", Value::string(&*one.port, one.span)),
                ("tls", Value::bool(one.tls, one.span)),
            ];
            add("rsyslog.input", &format!("rsyslog {} {}", one.kind, one.port), attributes, one.span);
        }
        for one in &self.outputs {
            let mode = one.mode & !self.umask;
            let bits = |shift: u32| {
                let set =
                    [("read", 4), ("write", 2), ("execute", 1)].into_iter().filter(|(_, bit)| mode >> shift & bit != 0);
                Value::list(set.map(|(name, _)| Value::string(name, one.span)).collect(), one.span)
            };
            let attributes = vec![
                ("path", Value::string(&*one.path, one.span)),
                ("mode", Value::string(format!("{mode:04o}"), one.span)),
                ("group", bits(3)),
                ("other", bits(0)),
            ];
            add("rsyslog.file", &format!("rsyslog {}", one.path), attributes, one.span);
        }
    }
}

/// In a part of a configuration, the driver of the whole may be TLS.
fn tls_value(tls: bool, one: &Forward, is_part: bool, no_driver: bool, at: Span) -> Value {
    if !tls && one.tls && one.driver.is_none() && is_part && no_driver {
        return Value::unknown(Reason::File, "the stream driver of the main file", at);
    }
    Value::bool(tls, one.span)
}

fn is_loopback(host: &str) -> bool {
    host.starts_with("127.") || matches!(host, "localhost" | "::1")
}

fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim(), 8).ok().filter(|mode| *mode <= 0o7777)
}

/// `host:port`, `[address]:port`; 514 without one.
fn host_and_port(text: &str) -> (String, String) {
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        return (address.to_owned(), rest.strip_prefix(':').unwrap_or("514").to_owned());
    }
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "514"));
    (host.to_owned(), port.to_owned())
}
