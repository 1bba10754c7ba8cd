//! Certificates and private keys on a host: `certificate`, `private_key`, `keystore`.
//!
//! They are looked for where services and people keep them, and where the configuration of a service names
//! them. The stores of trusted authorities that a distribution ships are not read; what was added to them by
//! hand is (`role` trust-anchor). Nothing of a private key leaves this module but what kind it is.

mod parse;
mod places;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::model::Built;
use crate::model::host::files;
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};
use parse::{Block, Certificate};

/// More certificates than this in one file are a store of authorities.
const MAX_CHAIN: usize = 12;
/// Most files that are looked at.
const MAX_FILES: usize = 5_000;

/// Adds what is found.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let used = places::used(view);
    let mut paths: BTreeMap<String, &'static str> = BTreeMap::new();
    for (path, role) in places::files(view) {
        paths.entry(path).or_insert(role);
    }
    for path in used.keys().filter(|path| view.exists(path)) {
        paths.insert(path.clone(), "service");
    }
    for (path, role) in paths.iter().take(MAX_FILES) {
        // Debian makes this pair for every machine; it matters where a service uses it.
        if path.contains("snakeoil") && !used.contains_key(path) {
            continue;
        }
        let file = File { path, role, used: used.get(path).copied() };
        match view.read(path) {
            Ok(text) => file.add(view, scope, built, &text),
            Err(OpenError::NotFound | OpenError::NotAFile | OpenError::Outside) => {}
            Err(error) => {
                built.gaps.push(Trouble::Open(error).gap(view.display(path)));
                if path.ends_with(".key") {
                    files::add(view, scope, built, path, "private-key");
                }
            }
        }
    }
}

/// A file that may hold certificates and keys.
struct File<'a> {
    path: &'a str,
    role: &'static str,
    /// The setting of a service that names it.
    used: Option<Span>,
}

impl File<'_> {
    fn add(&self, view: &dyn View, scope: &Scope, built: &mut Built, text: &Text) {
        if parse::is_keystore(self.path) {
            let at = self.used.unwrap_or_else(|| view.mark(self.path));
            let attributes = [("path", Value::string(self.path, at))];
            return super::add(view, scope, built, "keystore", self.path, Value::object(attributes, at), at);
        }
        let blocks = parse::blocks(text);
        if blocks.iter().filter(|block| block.is_certificate()).count() > MAX_CHAIN {
            return;
        }
        // The first is the one that a service shows; the others lead to its authority.
        if let Some(block) = blocks.iter().find(|block| block.is_certificate()) {
            match parse::certificate(block) {
                Ok(found) => self.certificate(view, scope, built, &found, block.span),
                Err(message) => built.gaps.push(Gap {
                    kind: GapKind::Unparsed,
                    path: view.display(self.path),
                    span: Some(block.span),
                    message: format!("a certificate that cannot be read: {message}"),
                    hint: None,
                }),
            }
        }
        if let Some(key) = blocks.iter().find_map(|block| Some((block, block.key()?))) {
            self.key(view, scope, built, key.0, key.1);
        }
    }

    fn certificate(&self, view: &dyn View, scope: &Scope, built: &mut Built, found: &Certificate, at: Span) {
        let role = match self.role {
            "trust-anchor" => "trust-anchor",
            _ if !found.is_authority || self.used.is_some() || self.has_key(view) => "leaf",
            _ => "authority",
        };
        let mut attributes = vec![
            ("path", Value::string(self.path, at)),
            ("role", Value::string(role, at)),
            ("subject", Value::string(&*found.subject, at)),
            ("issuer", Value::string(&*found.issuer, at)),
            ("not_before", Value::string(&*found.not_before, at)),
            ("not_after", Value::string(&*found.not_after, at)),
            ("lifetime_days", Value::int(found.lifetime_days, at)),
            ("key_type", Value::string(found.key_type, at)),
            ("signature", Value::string(&*found.signature, at)),
            ("sha256", Value::string(&*found.fingerprint, at)),
        ];
        let unknown =
            || Value::unknown(Reason::Unsupported, format!("the size of a key of kind {}", found.key_type), at);
        attributes.push(("key_bits", found.key_bits.map_or_else(unknown, |bits| Value::int(bits, at))));
        let facts = [("self_signed", found.subject == found.issuer), ("authority", found.is_authority)];
        attributes.extend(facts.into_iter().filter(|(_, is)| *is).map(|(name, is)| (name, Value::bool(is, at))));
        attributes.extend(self.used.map(|used| ("used", Value::bool(true, used))));
        let address = format!("certificate {}", self.path);
        super::add(view, scope, built, "certificate", &address, Value::object(attributes, at), at);
    }

    /// True if the key of this certificate lies where it would by its name.
    fn has_key(&self, view: &dyn View) -> bool {
        let (dir, name) = self.path.rsplit_once('/').unwrap_or(("", self.path));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let stem = stem.trim_end_matches("-cert").trim_end_matches(".cert");
        let private = dir.strip_suffix("/certs").map(|above| format!("{above}/private"));
        let dirs = [Some(dir.to_owned()), private, Some(format!("{dir}/private"))];
        let names = [format!("{stem}.key"), format!("{stem}-key.pem"), format!("{stem}.key.pem"), "privkey.pem".into()];
        dirs.iter().flatten().any(|dir| names.iter().any(|name| view.exists(&format!("{dir}/{name}"))))
    }

    fn key(&self, view: &dyn View, scope: &Scope, built: &mut Built, block: &Block, kind: &'static str) {
        let at = block.span;
        let mut attributes = vec![
            ("path", Value::string(self.path, at)),
            ("kind", Value::string(kind, at)),
            ("place", Value::string(places::kind_of(self.path), at)),
        ];
        if block.is_encrypted() {
            attributes.push(("encrypted", Value::bool(true, at)));
        }
        if self.path.contains("snakeoil") {
            attributes.push(("default", Value::bool(true, at)));
        }
        attributes.extend(self.used.map(|used| ("used", Value::bool(true, used))));
        let address = format!("key {}", self.path);
        super::add(view, scope, built, "private_key", &address, Value::object(attributes, at), at);
        files::add(view, scope, built, self.path, "private-key");
    }
}
