//! IPsec (ipsec.conf(5) of Libreswan and strongSwan) and WireGuard (wg-quick(8)).

use std::collections::BTreeMap;

use crate::model::Built;
use crate::model::host::dialect::lines;
use crate::model::host::dialect::sections::{self, PLAIN};
use crate::model::host::view::{Text, Trouble, View};
use crate::model::host::{files, glob};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// Deepest chain of includes that is followed.
const MAX_DEPTH: usize = 8;

pub(super) fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let mut sections = Sections::default();
    read(view, built, "/etc/ipsec.conf", 0, &mut sections);
    ipsec(view, scope, built, &sections);
    for path in glob::expand(view, "/etc/wireguard/*.conf").paths {
        match view.read(&path) {
            Ok(text) => wireguard(view, scope, built, &path, &text),
            Err(error) => built.gaps.push(Trouble::Open(error).gap(view.display(&path))),
        }
        files::add(view, scope, built, &path, "wireguard");
    }
}

/// A connection or the defaults of all: settings by their names.
type Settings = BTreeMap<String, (String, Span)>;

#[derive(Default)]
struct Sections {
    all: Vec<(String, Span, Settings)>,
}

/// `conn NAME` at the start of a line, indented `key=value` below it, `include PATTERN`.
fn read(view: &dyn View, built: &mut Built, path: &str, depth: usize, out: &mut Sections) {
    let text = match view.read(path) {
        Ok(text) => text,
        Err(OpenError::NotFound | OpenError::Outside) => return,
        Err(error) => return built.gaps.push(Trouble::Open(error).gap(view.display(path))),
    };
    let mut is_open = false;
    for (at, raw) in lines(&text.text) {
        let line = raw.split('#').next().unwrap_or_default();
        let span = Span::new(text.id, at..at + raw.len());
        if line.starts_with([' ', '\t']) {
            let Some((key, value)) = line.trim().split_once('=').filter(|_| is_open) else { continue };
            let value = value.trim().trim_matches('"').to_owned();
            if let Some((_, _, settings)) = out.all.last_mut() {
                settings.insert(key.trim().to_ascii_lowercase(), (value, span));
            }
            continue;
        }
        let Some((keyword, name)) = line.trim().split_once([' ', '\t']) else {
            is_open &= line.trim().is_empty();
            continue;
        };
        is_open = keyword == "conn";
        match keyword {
            "conn" => out.all.push((name.trim().to_owned(), span, Settings::new())),
            "include" if depth < MAX_DEPTH => {
                let pattern = name.trim();
                let pattern = if pattern.starts_with('/') { pattern.to_owned() } else { format!("/etc/{pattern}") };
                for path in glob::expand(view, &pattern).paths {
                    read(view, built, &path, depth + 1, out);
                }
            }
            _ => {}
        }
    }
}

/// Adds every connection with what `conn %default` sets for all.
fn ipsec(view: &dyn View, scope: &Scope, built: &mut Built, sections: &Sections) {
    let mut defaults = Settings::new();
    for (_, _, settings) in sections.all.iter().filter(|(name, ..)| name == "%default") {
        defaults.extend(settings.clone());
    }
    for (name, span, own) in sections.all.iter().filter(|(name, ..)| name != "%default") {
        let get = |key: &str| own.get(key).or_else(|| defaults.get(key));
        let mut attributes = vec![("name", Value::string(&**name, *span))];
        let old = get("ikev2").filter(|(value, _)| matches!(&**value, "no" | "never"));
        let version = get("keyexchange").filter(|(value, _)| value == "ikev1").or(old);
        attributes.extend(version.map(|(_, at)| ("version", Value::int(1, *at))));
        let aggressive = get("aggressive").or_else(|| get("aggrmode")).filter(|(value, _)| value == "yes");
        attributes.extend(aggressive.map(|(_, at)| ("aggressive", Value::bool(true, *at))));
        attributes.extend(get("authby").map(|(value, at)| ("authentication", Value::string(&**value, *at))));
        let mut names = Vec::new();
        for (value, at) in ["ike", "esp", "phase2alg", "ah"].iter().filter_map(|key| get(key)) {
            let split = value.split([',', '-', ';', '+', '!']).map(str::trim).filter(|part| !part.is_empty());
            names.extend(split.map(|part| Value::string(part.to_ascii_lowercase(), *at)));
        }
        if let Some(at) = names.first().map(|first| first.span) {
            attributes.push(("algorithms", Value::list(names, at)));
        }
        let address = format!("ipsec {name}");
        super::super::add(view, scope, built, "ipsec.connection", &address, Value::object(attributes, *span), *span);
    }
}

/// The networks that each peer may send from, and so is sent to.
fn wireguard(view: &dyn View, scope: &Scope, built: &mut Built, path: &str, text: &Text) {
    let place = Span::new(text.id, 0..0);
    let mut networks = Vec::new();
    for section in sections::parse(text, &PLAIN).iter().filter(|section| section.name.eq_ignore_ascii_case("peer")) {
        for setting in section.settings.iter().filter(|setting| setting.key.eq_ignore_ascii_case("AllowedIPs")) {
            let all = setting.value.split('#').next().unwrap_or_default().split(',').map(str::trim);
            networks.extend(all.filter(|one| !one.is_empty()).map(|one| Value::string(one, setting.span)));
        }
    }
    let attributes = [("path", Value::string(path, place)), ("networks", Value::list(networks, place))];
    super::super::add(view, scope, built, "wireguard", path, Value::object(attributes, place), place);
}
