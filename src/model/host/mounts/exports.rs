//! Directories that NFS offers: exports(5), one `nfs.export` for each directory and client.

use crate::model::Built;
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::systemd::words;
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// Adds the exports of /etc/exports and /etc/exports.d/*.exports.
pub(super) fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let parts = glob::expand(view, "/etc/exports.d/*.exports").paths;
    for path in std::iter::once("/etc/exports".to_owned()).chain(parts) {
        match view.read(&path) {
            Ok(text) => file(view, scope, built, &text),
            Err(OpenError::NotFound | OpenError::Outside) => {}
            Err(error) => built.gaps.push(Trouble::Open(error).gap(view.display(&path))),
        }
    }
}

fn file(view: &dyn View, scope: &Scope, built: &mut Built, text: &Text) {
    let mut open: Option<(String, usize)> = None;
    for (at, raw) in lines(&text.text) {
        let (mut whole, start) = open.take().unwrap_or((String::new(), at));
        let line = raw.split('#').next().unwrap_or_default();
        if let Some(part) = line.strip_suffix('\\') {
            whole.push_str(part);
            open = Some((whole, start));
            continue;
        }
        whole.push_str(line);
        export(view, scope, built, &whole, Span::new(text.id, start..at + raw.len()));
    }
}

/// `path -defaults client(options) client(options)`; a client without a name is everybody.
fn export(view: &dyn View, scope: &Scope, built: &mut Built, line: &str, span: Span) {
    let mut words = words(line).into_iter();
    let Some(path) = words.next().filter(|path| path.starts_with('/')) else { return };
    let mut defaults = String::new();
    let mut has_client = false;
    for word in words {
        if let Some(more) = word.strip_prefix('-') {
            defaults = more.to_owned();
            continue;
        }
        has_client = true;
        let (client, options) = word.split_once('(').unwrap_or((&word, ""));
        let client = if client.is_empty() { "*" } else { client };
        add(view, scope, built, &path, client, &format!("{defaults},{}", options.trim_end_matches(')')), span);
    }
    if !has_client {
        add(view, scope, built, &path, "*", &defaults, span);
    }
}

fn add(view: &dyn View, scope: &Scope, built: &mut Built, path: &str, client: &str, options: &str, span: Span) {
    let (mut flavours, mut squash, mut transport, mut write, mut insecure) = (Vec::new(), "root", "none", false, false);
    for option in options.split(',').map(str::trim) {
        match option.split_once('=') {
            Some(("sec", list)) => flavours.extend(list.split(':')),
            Some(("xprtsec", list)) => {
                transport = if list.split(':').any(|one| one == "none") { "none" } else { "tls" }
            }
            None if option == "no_root_squash" => squash = "none",
            None if option == "root_squash" => squash = "root",
            None if option == "all_squash" => squash = "all",
            None if option == "rw" => write = true,
            None if option == "ro" => write = false,
            None if option == "insecure" => insecure = true,
            None if option == "secure" => insecure = false,
            _ => {}
        }
    }
    if flavours.is_empty() {
        flavours.push("sys");
    }
    let is_kerberos = flavours.iter().all(|flavour| flavour.starts_with("krb5"));
    let is_encrypted = transport == "tls" || flavours.iter().all(|flavour| *flavour == "krb5p");
    let mut attributes = vec![
        ("path", Value::string(path, span)),
        ("client", Value::string(client, span)),
        ("security", Value::list(flavours.iter().map(|it| Value::string(*it, span)).collect(), span)),
    ];
    if squash != "root" {
        attributes.push(("squash", Value::string(squash, span)));
    }
    let facts =
        [("kerberos", is_kerberos), ("encrypted", is_encrypted), ("write", write), ("insecure_ports", insecure)];
    attributes.extend(facts.into_iter().filter(|(_, is)| *is).map(|(name, is)| (name, Value::bool(is, span))));
    let address = format!("export {path} {client}");
    crate::model::host::add(view, scope, built, "nfs.export", &address, Value::object(attributes, span), span);
}
