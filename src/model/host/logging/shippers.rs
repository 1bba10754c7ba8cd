//! Programs that ship logs to another host: Filebeat, Fluent Bit, Promtail, Vector, the Wazuh agent.
//!
//! One `log.shipper` for every output: where it goes, whether it is encrypted, whether the other side is
//! verified.

use crate::format::Form;
use crate::model::Built;
use crate::model::host;
use crate::model::host::dialect::{self, Setting, sections};
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// Filebeat's kin share one configuration (libbeat).
const BEATS: [&str; 4] = [
    "/etc/filebeat/filebeat.yml",
    "/etc/auditbeat/auditbeat.yml",
    "/etc/winlogbeat/winlogbeat.yml",
    "/etc/journalbeat/journalbeat.yml",
];
const FLUENT_BIT: [&str; 2] = ["/etc/fluent-bit/fluent-bit.conf", "/etc/td-agent-bit/td-agent-bit.conf"];
const PROMTAIL: [&str; 4] =
    ["/etc/promtail/config.yml", "/etc/promtail/config.yaml", "/etc/promtail.yml", "/etc/promtail/promtail.yaml"];
const VECTOR: [&str; 2] = ["/etc/vector/vector.yaml", "/etc/vector/vector.yml"];
const WAZUH: &str = "/var/ossec/etc/ossec.conf";

/// An output.
struct Shipper {
    program: &'static str,
    target: String,
    tls: bool,
    verified: bool,
    span: Span,
}

/// Adds the shippers of a host.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let mut found = Vec::new();
    let files = [(&BEATS[..], beat as fn(&Value, &mut Vec<Shipper>)), (&PROMTAIL[..], promtail), (&VECTOR[..], vector)];
    for (paths, read) in files {
        for path in paths.iter().filter(|path| view.exists(path)) {
            match view.data(path, Form::Yaml) {
                Ok(documents) => documents.iter().for_each(|document| read(document, &mut found)),
                Err(trouble) => built.gaps.push(trouble.gap(view.display(path))),
            }
        }
    }
    for path in FLUENT_BIT.iter().filter(|path| view.exists(path)) {
        fluent_bit(view, path, built, &mut found);
    }
    if view.exists(WAZUH) {
        wazuh(view, built, &mut found);
    }
    for one in found {
        let span = one.span;
        let local = ["127.", "localhost", "[::1]", "unix:"].iter().any(|start| bare(&one.target).starts_with(start));
        let attributes = [
            ("program", Value::string(one.program, span)),
            ("target", Value::string(&*one.target, span)),
            ("tls", Value::bool(one.tls, span)),
            ("verified", Value::bool(one.verified, span)),
            ("local", Value::bool(local, span)),
        ];
        let address = format!("{} to {}", one.program, one.target);
        host::add(view, scope, built, "log.shipper", &address, Value::object(attributes, span), span);
    }
}

/// An address without its scheme and what stands before `@`.
fn bare(target: &str) -> &str {
    let rest = target.split_once("://").map_or(target, |(_, rest)| rest);
    rest.rsplit_once('@').map_or(rest, |(_, rest)| rest)
}

/// A value below dotted keys that may be written apart or together: `output.logstash`, `output: {logstash:`.
fn below<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let mut ends: Vec<usize> = path.match_indices('.').map(|(at, _)| at).collect();
    ends.reverse();
    ends.into_iter().find_map(|end| below(value.get(path.get(..end)?)?, path.get(end + 1..)?))
}

fn text(value: Option<&Value>) -> Option<String> {
    let value = value?;
    value.as_str().map(str::to_owned).or_else(|| value.as_bool().map(|yes| yes.to_string()))
}

/// A list, or one value as its only member.
fn each(value: &Value) -> Vec<&Value> {
    value.as_list().map_or_else(|| vec![value], |list| list.iter().collect())
}

/// `ssl.verification_mode` is `full` by default; Logstash is spoken to in clear unless `ssl` is configured.
fn beat(document: &Value, out: &mut Vec<Shipper>) {
    for kind in ["elasticsearch", "logstash", "kafka", "redis"] {
        let Some(output) = below(document, &format!("output.{kind}")) else { continue };
        if text(below(output, "enabled")).as_deref() == Some("false") {
            continue;
        }
        let get = |key: &str| text(below(output, &format!("ssl.{key}")));
        let configures = ["certificate_authorities", "certificate", "verification_mode", "ca_trusted_fingerprint"];
        let has_ssl = configures.iter().any(|key| below(output, &format!("ssl.{key}")).is_some());
        let enabled = get("enabled").map_or(has_ssl, |yes| yes == "true");
        let verified = get("verification_mode").is_none_or(|mode| mode != "none");
        for host in below(output, "hosts").map(each).unwrap_or_default() {
            let Some(target) = host.as_str() else { continue };
            let tls = if kind == "elasticsearch" {
                let protocol = text(below(output, "protocol"));
                target.starts_with("https://") || protocol.as_deref() == Some("https")
            } else {
                enabled
            };
            out.push(Shipper { program: "beats", target: target.to_owned(), tls, verified, span: host.span });
        }
    }
}

fn promtail(document: &Value, out: &mut Vec<Shipper>) {
    for client in below(document, "clients").map(each).unwrap_or_default() {
        let Some(url) = client.get("url") else { continue };
        let Some(target) = url.as_str() else { continue };
        let skips = text(below(client, "tls_config.insecure_skip_verify"));
        let (tls, verified) = (target.starts_with("https://"), skips.as_deref() != Some("true"));
        out.push(Shipper { program: "promtail", target: target.to_owned(), tls, verified, span: url.span });
    }
}

/// Sinks with an address; those for files and the console have none.
fn vector(document: &Value, out: &mut Vec<Shipper>) {
    let Some(sinks) = document.get("sinks").and_then(Value::as_map) else { return };
    for (_, sink) in sinks.iter() {
        let keys = ["endpoint", "endpoints", "address", "uri", "bootstrap_servers"];
        let targets = keys.iter().filter_map(|key| sink.value.get(key)).flat_map(each);
        let enabled = text(below(&sink.value, "tls.enabled")).as_deref() == Some("true");
        let verified = ["verify_certificate", "verify_hostname"]
            .iter()
            .all(|key| text(below(&sink.value, &format!("tls.{key}"))).as_deref() != Some("false"));
        for value in targets {
            let Some(target) = value.as_str() else { continue };
            let tls = target.starts_with("https://") || enabled;
            out.push(Shipper { program: "vector", target: target.to_owned(), tls, verified, span: value.span });
        }
    }
}

/// `[OUTPUT]` sections of the classic style: `tls` is off and `tls.verify` on by default.
fn fluent_bit(view: &dyn View, path: &str, built: &mut Built, out: &mut Vec<Shipper>) {
    let mut files = vec![path.to_owned()];
    let mut at = 0;
    while let Some(file) = files.get(at).cloned().filter(|_| at < 50) {
        at += 1;
        let text = match view.read(&file) {
            Ok(text) => text,
            Err(error) => {
                built.gaps.push(Trouble::Open(error).gap(view.display(&file)));
                continue;
            }
        };
        for pattern in text.text.lines().filter_map(|line| line.trim().strip_prefix("@INCLUDE ")) {
            let pattern = pattern.trim();
            let full = if pattern.starts_with('/') { pattern.to_owned() } else { format!("/etc/fluent-bit/{pattern}") };
            files.extend(
                glob::expand(view, &full).paths.into_iter().filter(|one| !files.contains(one)).collect::<Vec<_>>(),
            );
        }
        let style = sections::Style { separators: &[' ', '\t'], ..sections::PLAIN };
        for section in sections::parse(&text, &style).iter().filter(|one| one.name.eq_ignore_ascii_case("OUTPUT")) {
            let get = |key: &str| section.last(key).map(|found| found.value.trim().to_ascii_lowercase());
            let Some(Setting { value: target, span, .. }) = section.last("host") else { continue };
            let is_on = |value: Option<String>| value.is_some_and(|value| matches!(&*value, "on" | "true" | "yes"));
            let verified = get("tls.verify").is_none() || is_on(get("tls.verify"));
            let (target, span) = (target.trim().to_owned(), *span);
            out.push(Shipper { program: "fluent-bit", target, tls: is_on(get("tls")), verified, span });
        }
    }
}

/// The agent encrypts with the key of its enrolment (AES unless `crypto_method` says blowfish), so that both
/// sides know each other.
fn wazuh(view: &dyn View, built: &mut Built, out: &mut Vec<Shipper>) {
    let text = match view.read(WAZUH) {
        Ok(text) => text,
        Err(error) => return built.gaps.push(Trouble::Open(error).gap(view.display(WAZUH))),
    };
    // The file may hold several root elements, so it is not XML; the addresses stand on lines of their own.
    for (at, line) in dialect::lines(&text.text) {
        let inner = ["address", "server-ip", "server-hostname"]
            .iter()
            .find_map(|tag| line.trim().strip_prefix(&format!("<{tag}>"))?.strip_suffix(&format!("</{tag}>")));
        if let Some(target) = inner {
            let span = Span::new(text.id, at..at + line.len());
            out.push(Shipper { program: "wazuh-agent", target: target.to_owned(), tls: true, verified: true, span });
        }
    }
}
