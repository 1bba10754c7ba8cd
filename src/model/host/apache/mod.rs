//! Apache httpd: its main settings, every virtual host and every section about a directory or a path, each with
//! what it inherits.
//!
//! <https://httpd.apache.org/docs/2.4/>. A file that only holds virtual hosts is read as a part: what it does not
//! set may be set around it. `.htaccess` files are not read.

mod effective;
mod read;
mod syntax;
#[cfg(test)]
mod tests;
mod vhost;

use std::collections::HashMap;

use crate::model::Built;
use crate::model::host::apache::effective::{Level, cut, text, unknown};
use crate::model::host::apache::read::{Item, Reader};
use crate::model::host::apache::vhost::Place;
use crate::model::host::files;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// Where distributions have the main file, and what they build in as `ServerRoot`.
const CONFIGURATIONS: [(&str, &str); 4] = [
    ("/etc/apache2/apache2.conf", "/etc/apache2"),
    ("/etc/httpd/conf/httpd.conf", "/etc/httpd"),
    ("/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2"),
    ("/etc/apache2/httpd.conf", "/etc/apache2"),
];

/// Adds the resources of a host's Apache, if there is one.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let Some((path, root)) = CONFIGURATIONS.iter().find(|(path, _)| view.exists(path)) else { return };
    configuration(view, path, root, false, scope, built);
}

/// Adds the resources of a configuration file in a repository.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let root = directory.strip_suffix("/conf").unwrap_or(directory);
    configuration(view, file, root, is_part, scope, built);
}

fn configuration(view: &dyn View, file: &str, root: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    let mut reader = Reader::new(view, root, is_part);
    let place = view.mark(file);
    let items = reader.file(file, place, 0);
    for path in &reader.read {
        files::add(view, scope, built, path, "apache-config");
    }
    for path in keys(&items) {
        files::add(view, scope, built, path, "apache-key");
    }
    built.gaps.append(&mut reader.gaps);
    let listens = items.iter().filter(|item| item.name == "listen" && item.doubt.is_none());
    let listens = listens.filter_map(|item| Some(Place::new(item.args.first()?, item.span))).collect();
    let policy = view.is_whole().then(|| view.read("/etc/crypto-policies/config").ok()).flatten();
    // Red Hat's Apache leaves the protocols to the policy of the system when nothing sets them.
    let system = policy.filter(|text| !text.text.contains("LEGACY")).map(|_| &["TLSv1.2", "TLSv1.3"][..]);
    let around = (is_part || (!view.is_whole() && !items.iter().any(|item| item.name == "listen"))).then(|| cut(place));
    let out = Output { view, scope, built, listens, system, around, names: HashMap::new() };
    out.all(&items, &reader.modules, is_part, place);
}

struct Output<'a> {
    view: &'a dyn View,
    scope: &'a Scope,
    built: &'a mut Built,
    listens: Vec<Place>,
    system: Option<&'a [&'static str]>,
    /// Why it is not known what is around the file.
    around: Option<Value>,
    /// How often each address was given away.
    names: HashMap<String, usize>,
}

impl Output<'_> {
    fn add(&mut self, kind: &str, address: &str, attributes: Vec<(&str, Value)>, span: Span) {
        let count = self.names.entry(address.to_owned()).or_default();
        *count += 1;
        let address = if *count == 1 { address.to_owned() } else { format!("{address} ({count})") };
        super::add(self.view, self.scope, self.built, kind, &address, Value::object(attributes, span), span);
    }

    fn all(mut self, items: &[Item], modules: &std::collections::BTreeMap<String, Span>, is_part: bool, place: Span) {
        let main = Level { items: vec![items], cut: self.around.clone(), span: place };
        let hosts: Vec<&Item> = items.iter().filter(|item| item.name == "virtualhost").collect();
        if !is_part {
            let mut attributes = main.attributes();
            let names = modules.iter().map(|(name, span)| Value::string(&**name, *span)).collect();
            attributes.push(("modules", main.hole().unwrap_or_else(|| Value::list(names, place))));
            attributes.push(("listen", Value::list(self.listens.iter().map(Place::value).collect(), place)));
            attributes.push(("root_denied", root_denied(&main)));
            self.add("apache", "apache", attributes, place);
            self.main_server(&main, &hosts, items, place);
        }
        self.sections(items, "apache", items, None);
        for host in hosts {
            let own = host.block.as_deref().unwrap_or_default();
            let level = Level { items: vec![own, items], cut: self.around.clone(), span: host.span };
            let addresses: Vec<_> = host.args.iter().map(|word| Place::new(word, host.span)).collect();
            self.host(&level, own, &addresses);
        }
    }

    /// The main server answers where it listens and no virtual host takes over.
    fn main_server(&mut self, main: &Level, hosts: &[&Item], items: &[Item], place: Span) {
        let taken: Vec<_> = hosts.iter().flat_map(|it| it.args.iter().map(|word| Place::new(word, it.span))).collect();
        let own = |listen: &&Place| !taken.iter().any(|address| address.takes(listen));
        let addresses: Vec<Place> = self.listens.iter().filter(own).cloned().collect();
        if !addresses.is_empty() && self.around.is_none() {
            let level = Level { items: vec![items], cut: main.cut.clone(), span: place };
            self.host(&level, items, &addresses);
        }
    }

    fn host(&mut self, level: &Level, own: &[Item], addresses: &[Place]) {
        let span = level.span;
        let name = level.find("ServerName").last().and_then(|item| item.args.first().cloned());
        let port = addresses.iter().find_map(|it| it.port).map_or(String::new(), |port| format!(":{port}"));
        let address = format!("apache/{}{port}", name.as_deref().unwrap_or("_"));
        let tls = tls(level, addresses);
        let reached = |place: &&Place| {
            let listens: Vec<_> = self.listens.iter().filter(|listen| place.takes(listen)).collect();
            !place.is_local() && (listens.is_empty() || !listens.iter().all(|listen| listen.is_local()))
        };
        let plain = match tls.as_bool() {
            Some(true) => Value::list(Vec::new(), span),
            Some(false) => Value::list(addresses.iter().filter(reached).map(Place::value).collect(), span),
            None => tls.clone(),
        };
        let mut attributes = level.attributes();
        attributes.push(("headers", level.headers()));
        if tls.as_bool() != Some(false) {
            attributes.push(("protocols", level.protocols(self.system)));
        }
        attributes.push(("plain_answer", vhost::plain_answer(level, own)));
        attributes.extend([("tls", tls), ("plain", plain)]);
        self.add("apache.vhost", &address, attributes, span);
        if level.items.len() > 1 {
            self.sections(own, &address, level.items.last().copied().unwrap_or_default(), level.cut.clone());
        }
    }

    /// The sections about directories and paths; what a directory does not set, the one for `/` sets.
    fn sections(&mut self, items: &[Item], above: &str, main: &[Item], around: Option<Value>) {
        for item in items {
            let kind = match &*item.name {
                "directory" | "directorymatch" => "apache.directory",
                "location" | "locationmatch" => "apache.location",
                _ => continue,
            };
            let own = item.block.as_deref().unwrap_or_default();
            let path = item.args.last().map(String::as_str).unwrap_or_default();
            let root = main.iter().find(|other| other.name == "directory" && effective::is_everything(other));
            let root = root.filter(|_| kind == "apache.directory").and_then(|root| root.block.as_deref());
            let level =
                Level { items: std::iter::once(own).chain(root).collect(), cut: around.clone(), span: item.span };
            let mut attributes = level.attributes();
            attributes.push(("path", Value::string(path, item.span)));
            attributes.extend(options(&level, root).map(|value| ("options", value)));
            self.add(kind, &format!("{above} {} {path}", item.name), attributes, item.span);
        }
    }
}

/// The options of a directory: those with a sign change what it inherits
/// (<https://httpd.apache.org/docs/2.4/mod/core.html#options>; the default is FollowSymLinks).
fn options(level: &Level, root: Option<&[Item]>) -> Option<Value> {
    let base = root.and_then(|items| items.iter().rfind(|item| item.name == "options"));
    let default = || vec!["followsymlinks".to_owned()];
    let base = base.map_or_else(default, |item| changed(default(), &item.args));
    level.value("Options", |item| {
        let all = changed(base.clone(), &item.args);
        Value::list(all.into_iter().map(|word| Value::string(word, item.span)).collect(), item.span)
    })
}

fn changed(base: Vec<String>, words: &[String]) -> Vec<String> {
    let signed = words.iter().any(|word| word.starts_with(['+', '-']));
    let mut out = if signed { base } else { Vec::new() };
    for word in words.iter().map(|word| word.to_ascii_lowercase()) {
        let name = word.trim_start_matches(['+', '-']).to_owned();
        out.retain(|known| *known != name);
        if !word.starts_with('-') && name != "none" {
            out.push(name);
        }
    }
    out
}

/// Whether a virtual host speaks TLS: `SSLEngine`, or a certificate on port 443 where it is not set (mod_ssl then
/// turns it on by itself).
fn tls(level: &Level, addresses: &[Place]) -> Value {
    let is_443 = !addresses.is_empty() && addresses.iter().all(|place| place.port == Some(443));
    match level.find("SSLEngine").last() {
        Some(item) => unknown(item).unwrap_or_else(|| {
            Value::bool(item.args.first().is_some_and(|word| word.eq_ignore_ascii_case("on")), item.span)
        }),
        None if is_443 && !level.find("SSLCertificateFile").is_empty() => Value::bool(true, level.span),
        None => level.hole().unwrap_or_else(|| Value::bool(false, level.span)),
    }
}

/// Whether the section for the whole file system refuses everybody.
fn root_denied(main: &Level) -> Value {
    let mut all = main.items.iter().flat_map(|items| items.iter());
    let root = all.find(|item| item.name == "directory" && effective::is_everything(item));
    let Some(root) = root else { return main.hole().unwrap_or_else(|| Value::bool(false, main.span)) };
    let denies = |item: &Item| {
        let words = text(item);
        let words = words.as_str().unwrap_or_default().to_ascii_lowercase();
        (item.name == "require" && words == "all denied") || (item.name == "deny" && words == "from all")
    };
    let found = root.block.as_deref().unwrap_or_default().iter().find(|item| denies(item));
    Value::bool(found.is_some(), found.map_or(root.span, |item| item.span))
}

/// The files of every `SSLCertificateKeyFile`, each once.
fn keys(items: &[Item]) -> std::collections::BTreeSet<&str> {
    let mut out = std::collections::BTreeSet::new();
    for item in items {
        if item.name == "sslcertificatekeyfile" {
            out.extend(item.args.first().map(String::as_str).filter(|path| path.starts_with('/')));
        }
        out.extend(item.block.as_deref().map(keys).unwrap_or_default());
    }
    out
}
