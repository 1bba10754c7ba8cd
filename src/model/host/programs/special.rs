//! What of a few programs the units alone do not tell.

use super::table::Program;
use crate::model::host::assignments::{assignments, last};
use crate::model::host::view::View;
use crate::source::Span;
use crate::value::Value;

/// Whether a program runs by a switch of its own: apport's in /etc/default/apport (1 when not set), that of
/// popularity-contest in /etc/popularity-contest.conf (not before somebody says yes). `None` where the units
/// decide.
pub fn switch(view: &dyn View, program: &Program, at: Span) -> Option<Value> {
    let (file, name, is_on): (&str, &str, fn(&str) -> bool) = match program.name {
        "apport" => ("/etc/default/apport", "enabled", |value| value != "0"),
        "popularity-contest" => ("/etc/popularity-contest.conf", "PARTICIPATE", |value| value == "yes"),
        _ => return None,
    };
    let all = view.read(file).map(|text| assignments(&text)).unwrap_or_default();
    match last(&all, name) {
        Some(one) if !is_on(&one.value) => Some(Value::bool(false, one.span)),
        Some(one) if program.units.is_empty() => Some(Value::bool(true, one.span)),
        None if program.units.is_empty() => Some(Value::bool(false, at)),
        _ => None,
    }
}

/// Where a web server has its sites, and the names that its packages bring.
const SITES: [(&str, &str, &[&str]); 6] = [
    ("Apache httpd", "/etc/apache2/sites-enabled", &["000-default.conf", "default-ssl.conf"]),
    (
        "Apache httpd",
        "/etc/httpd/conf.d",
        &["README", "autoindex.conf", "manual.conf", "php.conf", "ssl.conf", "userdir.conf", "welcome.conf"],
    ),
    ("nginx", "/etc/nginx/sites-enabled", &["default"]),
    ("nginx", "/etc/nginx/conf.d", &["default.conf", "php-fpm.conf"]),
    ("nginx", "/etc/nginx/http.d", &["default.conf"]),
    ("lighttpd", "/etc/lighttpd/conf-enabled", &["90-javascript-alias.conf", "99-unconfigured.conf"]),
];

/// Files that hold a site beside those.
const MAIN: [(&str, &str); 4] = [
    ("Apache httpd", "/etc/httpd/conf/httpd.conf"),
    ("nginx", "/etc/nginx/nginx.conf"),
    ("lighttpd", "/etc/lighttpd/lighttpd.conf"),
    ("Caddy", "/etc/caddy/Caddyfile"),
];

/// Words that a site of one's own has and the packages' default site has not.
const OWN: [&str; 7] =
    ["proxy_pass", "ProxyPass", "reverse_proxy", "fastcgi_pass", "uwsgi_pass", "WSGIScriptAlias", "proxy.server"];

/// What packages put in /var/www/html.
const DEFAULT_PAGES: [&str; 4] = ["index.html", "index.nginx-debian.html", "index.lighttpd.html", "icons"];

/// The first sign that a web server serves something of its own, not only the page that came with it: a site
/// beside the default one, a proxy rule, content.
pub fn own_site(view: &dyn View, program: &Program) -> Option<Span> {
    let of = |name: &&str| *name == program.name;
    let has_own = |path: &str| {
        view.read(path).is_ok_and(|text| {
            let lines = text.text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
            lines.into_iter().any(|line| OWN.iter().any(|word| line.starts_with(word)))
        })
    };
    for (_, dir, packaged) in SITES.iter().filter(|(name, ..)| of(name)) {
        for name in view.list(dir).unwrap_or_default() {
            let path = format!("{dir}/{name}");
            if !packaged.contains(&&*name) || has_own(&path) {
                return Some(view.mark_entry(&path));
            }
        }
    }
    let main = MAIN.iter().find(|(name, path)| of(name) && has_own(path)).map(|(_, path)| view.mark(path));
    main.or_else(|| {
        let names = view.list("/var/www/html").unwrap_or_default();
        let own = names.iter().find(|name| !DEFAULT_PAGES.contains(&&***name))?;
        Some(view.mark_entry(&format!("/var/www/html/{own}")))
    })
}
