//! nginx: the main settings, every server and every location, each with what it inherits.
//!
//! <https://nginx.org/en/docs/>. A file that only holds servers (`conf.d/*.conf`) is read as a part of the
//! http block: what it does not set may be set around it.

mod effective;
mod location;
mod read;
mod server;
mod syntax;
#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::nginx::effective::Level;
use crate::model::host::nginx::read::{Item, Reader};
use crate::model::host::nginx::server::Listen;
pub use crate::model::host::nginx::server::is_loopback;
use crate::model::host::view::View;
use crate::model::host::{files, packages};
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Where distributions have the main file.
const CONFIGURATIONS: [&str; 3] =
    ["/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf", "/usr/local/etc/nginx/nginx.conf"];
/// Names of the package.
const PACKAGES: [&str; 6] = ["nginx", "nginx-core", "nginx-full", "nginx-light", "nginx-extras", "nginx-mainline"];

/// Adds the resources of a host's nginx, if there is one.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let Some(path) = CONFIGURATIONS.iter().find(|path| view.exists(path)) else { return };
    let version = packages::installed(view, &PACKAGES).and_then(|package| version(&package.version));
    configuration(view, path, false, version, scope, built);
}

/// Adds the resources of a configuration file in a repository.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    configuration(view, file, is_part, None, scope, built);
}

/// Major, minor and patch of a package version: `1.22.1-9+deb12u1`.
fn version(package: &str) -> Option<[u16; 3]> {
    let upstream = package.split_once(':').map_or(package, |(_, rest)| rest);
    let mut numbers = upstream.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next().flatten().unwrap_or(0)])
}

fn configuration(
    view: &dyn View,
    file: &str,
    is_part: bool,
    version: Option<[u16; 3]>,
    scope: &Scope,
    built: &mut Built,
) {
    let mut reader = Reader::new(view, file);
    let place = view.mark(file);
    let items = reader.file(file, place, 0);
    for path in reader.read {
        files::add(view, scope, built, &path, "nginx-config");
    }
    for path in keys(&items) {
        files::add(view, scope, built, path, "nginx-key");
    }
    built.gaps.append(&mut reader.gaps);
    let mut out = Output { view, scope, built, version, names: std::collections::HashMap::new() };
    let is_main = items.iter().any(|item| matches!(&*item.name, "http" | "events" | "stream" | "mail"));
    let main = Level { items: &items, outer: None, is_cut: false };
    if is_main || !(is_part || items.iter().any(|item| matches!(&*item.name, "server" | "upstream" | "map"))) {
        out.main(&main, place);
        for http in items.iter().filter(|item| item.name == "http") {
            let block = http.block.as_deref().unwrap_or_default();
            out.servers(&Level { items: block, outer: Some(&main), is_cut: false });
        }
    } else if items.iter().any(|item| item.name == "server") {
        out.servers(&Level { is_cut: true, ..main });
    } else if items.iter().all(|item| item.hole.is_none()) {
        let message = "a snippet of nginx without a server: judged only where a file that was read includes it";
        let (path, message) = (view.display(file), message.to_owned());
        out.built.gaps.push(Gap { kind: GapKind::Note, path, span: None, message, hint: None });
    }
}

struct Output<'a> {
    view: &'a dyn View,
    scope: &'a Scope,
    built: &'a mut Built,
    version: Option<[u16; 3]>,
    /// How often each address was given away.
    names: std::collections::HashMap<String, usize>,
}

impl Output<'_> {
    fn add(&mut self, kind: &str, address: String, attributes: Vec<(&str, Value)>, span: Span) {
        let count = self.names.entry(address.clone()).or_default();
        *count += 1;
        let address = if *count == 1 { address } else { format!("{address} ({count})") };
        super::add(self.view, self.scope, self.built, kind, &address, Value::object(attributes, span), span);
    }

    /// The settings of the program itself.
    fn main(&mut self, main: &Level, place: Span) {
        let one = |name: &'static str| main.here(name).next().map(|item| (name, effective::text(item)));
        let mut attributes: Vec<_> =
            ["user", "pid", "worker_processes", "error_log"].into_iter().filter_map(one).collect();
        let syslog = |item: &Item| item.args.first().is_some_and(|target| target.starts_with("syslog:"));
        attributes
            .push(("syslog", Value::bool(any(main.items, &|item| item.name.ends_with("_log") && syslog(item)), place)));
        let modules: Vec<_> = main.here("load_module").map(effective::text).collect();
        attributes.push(("load_module", Value::list(modules, place)));
        if let Some([major, minor, patch]) = self.version {
            attributes.push(("version", Value::string(format!("{major}.{minor}.{patch}"), place)));
        }
        if let Some(unknown) = main.hole().and_then(effective::unread) {
            for name in ["user", "error_log"] {
                if !attributes.iter().any(|(known, _)| *known == name) {
                    attributes.push((name, unknown.clone()));
                }
            }
        }
        self.add("nginx", "nginx".to_owned(), attributes, place);
    }

    /// Every server of an http block and its locations.
    fn servers(&mut self, http: &Level) {
        let all: Vec<(&Item, Vec<Listen>)> = http
            .here("server")
            .map(|item| {
                let level =
                    Level { items: item.block.as_deref().unwrap_or_default(), outer: Some(http), is_cut: false };
                (item, server::listens(&level, item.span))
            })
            .collect();
        for (item, listens) in &all {
            let level = Level { items: item.block.as_deref().unwrap_or_default(), outer: Some(http), is_cut: false };
            self.server(&level, item.span, listens, &all, http);
        }
    }

    fn server(&mut self, level: &Level, span: Span, listens: &[Listen], all: &[(&Item, Vec<Listen>)], http: &Level) {
        let names: Vec<&String> = level.here("server_name").flat_map(|item| &item.args).collect();
        let name = names.first().filter(|name| !name.is_empty()).map_or("_", |name| name);
        let ports: Vec<String> = listens.iter().filter_map(|it| it.port).map(|port| port.to_string()).collect();
        let address = ports.first().map_or(format!("nginx/{name}"), |port| format!("nginx/{name}:{port}"));
        let mut attributes = self.shared(level, span, http);
        attributes
            .push(("server_name", Value::list(names.iter().map(|it| Value::string(&***it, span)).collect(), span)));
        let open = |tls: bool| listens.iter().filter(move |it| it.tls == tls && !it.is_local).map(Listen::value);
        let has_tls = listens.iter().any(|it| it.tls);
        let at = listens.iter().find(|it| it.tls).map_or(span, |it| it.span);
        let facts = [
            ("listen", Value::list(listens.iter().map(Listen::value).collect(), span)),
            ("plain", Value::list(open(false).collect(), span)),
            ("tls", Value::bool(has_tls, at)),
        ];
        // Without a word on where it listens, a file that was not read may say it.
        let unknown = level.hole().and_then(effective::unread).filter(|_| listens.is_empty());
        attributes.extend(facts.map(|(key, value)| (key, unknown.clone().unwrap_or(value))));
        attributes.push(("plain_answer", server::plain_answer(level, span)));
        let doubt = |fact: bool| match level.hole().and_then(effective::unread) {
            Some(unknown) if !fact => unknown,
            _ => Value::bool(fact, span),
        };
        attributes.push(("serves_files", doubt(location::serves_files(level))));
        let limits = location::has(level, &["limit_req", "limit_conn"]);
        let may_be_around = !limits && matches!(level.find("limit_req", true), effective::Found::Cut);
        let limits = if may_be_around { effective::cut(span) } else { doubt(limits) };
        attributes.push(("limits_requests", limits));
        attributes.push(("denies_hidden_files", doubt(location::denies_hidden_files(level))));
        if has_tls {
            self.protocols(&mut attributes, listens, all, http, span);
        }
        let tls = attributes.iter().find(|(key, _)| *key == "tls").map(|(_, value)| value.clone());
        self.add("nginx.server", address.clone(), attributes, span);
        self.locations(level, &address, tls.as_ref(), http, 0);
    }

    /// What servers and locations have in common.
    fn shared(&self, level: &Level, span: Span, http: &Level) -> Vec<(&'static str, Value)> {
        let mut attributes = level.attributes(span);
        attributes.push(("headers", effective::headers(level, span)));
        let formats = location::log_formats(level, http.items);
        attributes
            .push(("log_formats", Value::list(formats.into_iter().map(|it| Value::string(it, span)).collect(), span)));
        attributes.extend(location::upstream(level, http.items).map(|value| ("upstream", value)));
        attributes
    }

    /// The protocols of a TLS server: those of the server that answers before the name is known, the default
    /// one of the same socket (<https://nginx.org/en/docs/http/configuring_https_servers.html#name_based_https_servers>),
    /// and what the version has by default.
    fn protocols(
        &self,
        attributes: &mut Vec<(&'static str, Value)>,
        listens: &[Listen],
        all: &[(&Item, Vec<Listen>)],
        http: &Level,
        span: Span,
    ) {
        let socket = |it: &Listen| (it.address.clone(), it.port);
        let Some(first) = listens.iter().find(|it| it.tls) else { return };
        let sharing = all.iter().filter(|(_, other)| other.iter().any(|it| socket(it) == socket(first)));
        let is_default = |others: &[Listen]| others.iter().any(|it| it.is_default && socket(it) == socket(first));
        let sharing: Vec<_> = sharing.collect();
        let Some((item, _)) = sharing.iter().find(|(_, others)| is_default(others)).or(sharing.first()) else { return };
        let level = Level { items: item.block.as_deref().unwrap_or_default(), outer: Some(http), is_cut: false };
        let found = level.attributes(span).into_iter().find(|(key, _)| *key == "ssl_protocols");
        attributes.retain(|(key, _)| *key != "ssl_protocols");
        let value = found.map_or_else(|| default_protocols(self.version, span), |(_, value)| value);
        attributes.push(("ssl_protocols", value));
    }

    fn locations(&mut self, outer: &Level, server: &str, tls: Option<&Value>, http: &Level, depth: usize) {
        for item in outer.here("location").filter(|_| depth < 20) {
            let level = Level { items: item.block.as_deref().unwrap_or_default(), outer: Some(outer), is_cut: false };
            let (modifier, path) = match item.args.as_slice() {
                [modifier, path, ..] => (&**modifier, &**path),
                [path] => ("", &**path),
                [] => ("", ""),
            };
            let mut attributes = self.shared(&level, item.span, http);
            attributes.push(("path", Value::string(path, item.span)));
            let sets_headers = level.here("add_header").next().is_some();
            attributes.push(("sets_headers", Value::bool(sets_headers, item.span)));
            attributes.push(("modifier", Value::string(modifier, item.span)));
            attributes.extend(tls.map(|value| ("tls", value.clone())));
            self.add("nginx.location", format!("{server} location {}", item.args.join(" ")), attributes, item.span);
            self.locations(&level, server, tls, http, depth + 1);
        }
    }
}

/// True if `is` holds of some directive in `items`, at whatever level.
fn any(items: &[Item], is: &dyn Fn(&Item) -> bool) -> bool {
    items.iter().any(|item| is(item) || item.block.as_deref().is_some_and(|block| any(block, is)))
}

/// The files of every `ssl_certificate_key`, each once.
fn keys(items: &[Item]) -> std::collections::BTreeSet<&str> {
    let mut out = std::collections::BTreeSet::new();
    for item in items {
        if item.name == "ssl_certificate_key" {
            out.extend(item.args.first().map(String::as_str).filter(|path| path.starts_with('/')));
        }
        out.extend(item.block.as_deref().map(keys).unwrap_or_default());
    }
    out
}

/// What `ssl_protocols` is when nothing sets it
/// (<https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_protocols>: TLSv1.3 since 1.23.4, without TLSv1
/// and TLSv1.1 since 1.27.3).
fn default_protocols(version: Option<[u16; 3]>, span: Span) -> Value {
    let list = |names: &[&str]| Value::list(names.iter().map(|name| Value::string(*name, span)).collect(), span);
    match version {
        None => {
            Value::unknown(Reason::Running, "ssl_protocols is not set, and its default depends on the version", span)
        }
        Some(version) if version >= [1, 27, 3] => list(&["TLSv1.2", "TLSv1.3"]),
        Some(version) if version >= [1, 23, 4] => list(&["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]),
        Some(_) => list(&["TLSv1", "TLSv1.1", "TLSv1.2"]),
    }
}
