//! Where certificates and keys are kept, and which of them a service uses.

use std::collections::BTreeMap;

use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::View;
use crate::source::Span;

/// Directories with the certificates and keys of services.
const DIRECTORIES: [&str; 34] = [
    "/etc/ssl",
    "/etc/ssl/certs",
    "/etc/ssl/private",
    "/etc/pki/tls",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/private",
    "/etc/pki/nginx",
    "/etc/pki/nginx/private",
    "/etc/letsencrypt/live/*",
    "/etc/nginx",
    "/etc/nginx/ssl",
    "/etc/nginx/certs",
    "/etc/nginx/tls",
    "/etc/apache2/ssl",
    "/etc/httpd/ssl",
    "/etc/httpd/conf",
    "/etc/haproxy",
    "/etc/haproxy/certs",
    "/etc/haproxy/ssl",
    "/etc/postgresql",
    "/etc/postgresql/*/*",
    "/var/lib/postgresql/*/*",
    "/var/lib/pgsql/data",
    "/var/lib/pgsql/*/data",
    "/etc/mysql",
    "/etc/mysql/ssl",
    "/var/lib/mysql",
    "/etc/postfix/ssl",
    "/etc/dovecot/private",
    "/etc/ldap/ssl",
    "/etc/openldap/certs",
    "/etc/openvpn",
    "/etc/openvpn/server",
    "/etc/orthanc",
];
/// Directories of people, and what is served to the world.
const ELSEWHERE: [&str; 8] =
    ["/root", "/root/.ssh", "/home/*", "/home/*/.ssh", "/var/www", "/var/www/*", "/srv/www", "/usr/share/nginx/html"];
/// Authorities that were added by hand: Debian, Red Hat, SUSE, Arch.
const ANCHORS: [&str; 5] = [
    "/usr/local/share/ca-certificates",
    "/usr/local/share/ca-certificates/*",
    "/etc/pki/ca-trust/source/anchors",
    "/etc/pki/trust/anchors",
    "/etc/ca-certificates/trust-source/anchors",
];
/// The configuration of services that name such files.
const CONFIGURATIONS: [&str; 22] = [
    "/etc/nginx/*.conf",
    "/etc/nginx/conf.d/*.conf",
    "/etc/nginx/sites-enabled/*",
    "/etc/nginx/snippets/*.conf",
    "/etc/apache2/*.conf",
    "/etc/apache2/sites-enabled/*",
    "/etc/apache2/mods-enabled/*.conf",
    "/etc/httpd/conf/*.conf",
    "/etc/httpd/conf.d/*.conf",
    "/etc/haproxy/*.cfg",
    "/etc/postgresql/*/*/postgresql.conf",
    "/var/lib/pgsql/data/postgresql.conf",
    "/etc/mysql/*.cnf",
    "/etc/mysql/*/*.cnf",
    "/etc/my.cnf",
    "/etc/my.cnf.d/*.cnf",
    "/etc/postfix/main.cf",
    "/etc/dovecot/conf.d/*.conf",
    "/etc/ldap/slapd.conf",
    "/etc/mongod.conf",
    "/etc/redis/redis.conf",
    "/etc/orthanc/*.json",
];
const ENDINGS: [&str; 10] = ["pem", "crt", "cer", "cert", "key", "p12", "pfx", "jks", "keystore", "p8"];

/// True for the name of a file that may hold one.
fn is_meant(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.contains(&ending) || (name.starts_with("id_") && ending.is_empty())
}

/// Every file to look at, and its role.
pub fn files(view: &dyn View) -> Vec<(String, &'static str)> {
    let mut out = Vec::new();
    let groups = [(&DIRECTORIES[..], "service"), (&ELSEWHERE[..], "elsewhere"), (&ANCHORS[..], "trust-anchor")];
    for (patterns, role) in groups {
        for dir in patterns.iter().flat_map(|pattern| glob::expand(view, pattern).paths) {
            for name in view.list(&dir).unwrap_or_default().into_iter().filter(|name| is_meant(name)) {
                let path = format!("{dir}/{name}");
                // /etc/ssl/certs is a store of authorities: links, and one file of them all.
                let is_store = dir == "/etc/ssl/certs" && !matches!(view.link(&path), Ok(None));
                if !is_store && !name.contains("ca-bundle") && !name.contains("ca-certificates") {
                    out.push((path, role));
                }
            }
        }
    }
    out
}

/// The files that the configuration of a service names, and where.
pub fn used(view: &dyn View) -> BTreeMap<String, Span> {
    let mut out = BTreeMap::new();
    for path in CONFIGURATIONS.iter().flat_map(|pattern| glob::expand(view, pattern).paths) {
        let Ok(text) = view.read(&path) else { continue };
        for (at, line) in lines(&text.text) {
            let said = line.trim_start();
            if said.starts_with(['#', ';']) || said.starts_with("//") {
                continue;
            }
            let words =
                said.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '=' | ',' | '{' | '}' | '<'));
            for word in words.filter(|word| word.starts_with('/') && is_meant(word)) {
                out.entry(word.to_owned()).or_insert(Span::new(text.id, at..at + line.len()));
            }
        }
    }
    out
}

/// What kind of place a path is in: `home`, `web` or `service`.
pub fn kind_of(path: &str) -> &'static str {
    let starts = |all: &[&str]| all.iter().any(|start| path.starts_with(start));
    if starts(&["/root/", "/home/"]) {
        "home"
    } else if starts(&["/var/www/", "/srv/www/", "/usr/share/nginx/html/"]) {
        "web"
    } else {
        "service"
    }
}
