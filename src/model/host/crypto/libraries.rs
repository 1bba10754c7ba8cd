//! OpenSSL's openssl.cnf (config(5)) and Java's java.security.

use crate::model::Built;
use crate::model::host::dialect::lines;
use crate::model::host::dialect::properties;
use crate::model::host::glob;
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

const OPENSSL: [&str; 2] = ["/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf"];
/// Deepest chain of includes that is followed.
const MAX_DEPTH: usize = 8;
const JAVA: [&str; 4] = [
    "/etc/java-*/security/java.security",
    "/usr/lib/jvm/*/conf/security/java.security",
    "/usr/lib/jvm/*/lib/security/java.security",
    "/usr/lib/jvm/*/jre/lib/security/java.security",
];

pub(super) fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    for path in OPENSSL {
        match view.read(path) {
            Ok(text) => openssl(view, scope, built, path, &text),
            Err(OpenError::NotFound | OpenError::Outside) => {}
            Err(error) => built.gaps.push(Trouble::Open(error).gap(view.display(path))),
        }
    }
    let mut seen = Vec::new();
    for path in JAVA.iter().flat_map(|pattern| glob::expand(view, pattern).paths) {
        let Ok(text) = view.read(&path) else { continue };
        // Links of one installation lead to one file.
        if !seen.contains(&text.id) {
            seen.push(text.id);
            java(view, scope, built, &path, &text);
        }
    }
}

/// A setting with the section that it stands in.
struct Setting {
    section: String,
    key: String,
    value: String,
    span: Span,
}

/// Sections of `key = value`; `.include` of a file or of the *.cnf and *.conf of a directory.
fn read(view: &dyn View, text: &Text, depth: usize, out: &mut Vec<Setting>, section: &mut String) {
    for (at, raw) in lines(&text.text) {
        let line = raw.split('#').next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix('[') {
            *section = name.split(']').next().unwrap_or_default().trim().to_owned();
            continue;
        }
        if let Some(path) = line.strip_prefix(".include") {
            let path = path.trim_start_matches([' ', '\t', '=']).trim();
            let paths = match view.list(path) {
                Ok(names) => {
                    let names = names.into_iter().filter(|name| name.ends_with(".cnf") || name.ends_with(".conf"));
                    names.map(|name| format!("{path}/{name}")).collect()
                }
                Err(_) => vec![path.to_owned()],
            };
            for path in paths.iter().filter(|_| depth < MAX_DEPTH) {
                if let Ok(text) = view.read(path) {
                    read(view, &text, depth + 1, out, section);
                }
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let span = Span::new(text.id, at..at + raw.len());
        let (key, value) = (key.trim().to_owned(), value.trim().trim_matches('"').to_owned());
        out.push(Setting { section: section.clone(), key, value, span });
    }
}

/// SSL_CONF(5): `openssl_conf` names a section, its `ssl_conf` another, whose `system_default` names the one
/// that counts for every program. Without that chain nothing in the file limits a connection.
fn openssl(view: &dyn View, scope: &Scope, built: &mut Built, path: &str, text: &Text) {
    let mut all = Vec::new();
    read(view, text, 0, &mut all, &mut String::new());
    let get = |section: &str, key: &str| {
        // A command may have a prefix that only tells two of them apart: `system.MinProtocol`.
        let is = |one: &&Setting| {
            one.section == section && one.key.rsplit('.').next().is_some_and(|it| it.eq_ignore_ascii_case(key))
        };
        all.iter().rev().find(is)
    };
    let chain = ["ssl_conf", "system_default"];
    let default = get("", "openssl_conf").and_then(|first| {
        chain.iter().try_fold(first.value.clone(), |section, key| Some(get(&section, key)?.value.clone()))
    });
    let place = Span::new(text.id, 0..0);
    let mut attributes = vec![("path", Value::string(path, place))];
    if let Some(section) = default {
        let named =
            [("MinProtocol", "min_protocol"), ("TLS.MinProtocol", "min_protocol"), ("MaxProtocol", "max_protocol")];
        for (key, name) in named {
            if let Some(found) = get(&section, key) {
                attributes.push((name, Value::string(&*found.value, found.span)));
            }
        }
        if let Some(found) = get(&section, "CipherString") {
            let level = found.value.rsplit_once("@SECLEVEL=").and_then(|(_, level)| level.get(..1)?.parse().ok());
            attributes.extend(level.map(|level| ("security_level", Value::int(level, found.span))));
            attributes.push(("ciphers", Value::string(&*found.value, found.span)));
        }
    }
    super::super::add(
        view,
        scope,
        built,
        "openssl",
        &format!("openssl {path}"),
        Value::object(attributes, place),
        place,
    );
}

/// The protocols and algorithms that a Java runtime refuses.
fn java(view: &dyn View, scope: &Scope, built: &mut Built, path: &str, text: &Text) {
    let all = properties::parse(text);
    let place = Span::new(text.id, 0..0);
    let mut attributes = vec![("path", Value::string(path, place))];
    if let Some(found) = properties::last(&all, "jdk.tls.disabledAlgorithms") {
        let names = found.value.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names = names.map(|name| Value::string(name, found.span)).collect();
        attributes.push(("disabled", Value::list(names, found.span)));
    }
    super::super::add(view, scope, built, "java.security", path, Value::object(attributes, place), place);
}
