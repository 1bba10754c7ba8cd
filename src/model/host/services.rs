//! The configuration files of services that are recognised in a repository, and who judges them.
//!
//! A further service is one line in [`SERVICES`] and its `judge`, or one in [`programs::PROGRAMS`].

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::Built;
use crate::model::host::logging::{logrotate, rsyslog, syslog_ng};
use crate::model::host::settings::{Settings, programs};
use crate::model::host::time::chrony;
use crate::model::host::view::View;
use crate::model::host::{apache, nginx, postgresql, sshd, sudo};
use crate::resource::Scope;

/// A kind of configuration file.
pub struct Service {
    /// Its name.
    pub id: &'static str,
    /// Where a host has the main file. What it includes is looked for from there.
    pub main: &'static str,
    /// What main files are called: the last names of a path, without regard to case, `*` in a name for any
    /// text: `nginx.conf`, `keycloak/*.json`.
    pub names: &'static [&'static str],
    /// What files are called that a main file includes: `conf.d/*.conf`. One that no main file included is
    /// judged alone.
    pub parts: &'static [&'static str],
    /// Texts one of which stands in every such file, where the name does not suffice.
    pub markers: &'static [&'static str],
    /// Makes resources of it.
    pub reads: Reads,
}

/// Who makes resources of a file.
#[derive(Clone, Copy)]
pub enum Reads {
    /// Code of its own.
    Judge(Judge),
    /// A tree of settings, as the service has them.
    Settings(Settings),
}

/// Adds the resources of the configuration in `file`, a path as the host knows it. `is_part` if it is a
/// file that others include, so that what is not in it may be elsewhere.
pub type Judge = fn(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built);

/// Every kind that has code of its own.
pub const SERVICES: &[Service] = &[
    Service {
        id: "nginx",
        main: "/etc/nginx/nginx.conf",
        names: &["nginx.conf", "nginx.conf.template"],
        parts: &["conf.d/*.conf", "sites-available/*", "sites-enabled/*", "http.d/*.conf", "*.conf", "*.conf.template"],
        markers: &["server {", "server{", "http {", "http{", "server_name ", "proxy_pass "],
        reads: Reads::Judge(nginx::judge),
    },
    Service {
        id: "postgresql",
        main: "/etc/postgresql/postgresql.conf",
        names: &["postgresql.conf"],
        parts: &["pg_hba.conf"],
        markers: &[],
        reads: Reads::Judge(postgresql::judge),
    },
    Service {
        id: "apache",
        main: "/etc/apache2/apache2.conf",
        names: &["apache2.conf", "httpd.conf"],
        parts: &["sites-available/*", "sites-enabled/*", "conf.d/*.conf", "conf-available/*.conf", "*.conf"],
        markers: &["<VirtualHost ", "<virtualhost ", "LoadModule ", "ServerRoot "],
        reads: Reads::Judge(apache::judge),
    },
    Service {
        id: "sshd",
        main: "/etc/ssh/sshd_config",
        names: &["sshd_config"],
        parts: &["sshd_config.d/*.conf"],
        markers: &[],
        reads: Reads::Judge(sshd::judge),
    },
    Service {
        id: "rsyslog",
        main: rsyslog::MAIN,
        names: &["rsyslog.conf"],
        parts: &["rsyslog.d/*.conf"],
        markers: &[],
        reads: Reads::Judge(rsyslog::judge),
    },
    Service {
        id: "syslog-ng",
        main: syslog_ng::MAIN,
        names: &["syslog-ng.conf"],
        parts: &["syslog-ng/conf.d/*.conf"],
        markers: &[],
        reads: Reads::Judge(syslog_ng::judge),
    },
    Service {
        id: "chrony",
        main: "/etc/chrony/chrony.conf",
        names: &["chrony.conf"],
        parts: &["chrony/conf.d/*.conf"],
        markers: &[],
        reads: Reads::Judge(chrony::judge),
    },
    Service {
        id: "logrotate",
        main: logrotate::MAIN,
        names: &["logrotate.conf"],
        parts: &["logrotate.d/*"],
        markers: &["{"],
        reads: Reads::Judge(logrotate::judge),
    },
    Service {
        id: "sudoers",
        main: "/etc/sudoers",
        names: &["sudoers"],
        parts: &["sudoers.d/*"],
        markers: &["ALL", "Defaults"],
        reads: Reads::Judge(sudo::judge),
    },
];

/// What a file is to a service.
#[derive(Clone, Copy)]
pub struct Role {
    /// The service.
    pub service: &'static Service,
    /// The pattern that the path matches.
    pub pattern: &'static str,
    /// True if it is one of [`Service::parts`].
    pub is_part: bool,
}

impl Role {
    /// True if the text is what the name promises.
    pub fn is_meant(&self, text: &str) -> bool {
        let markers = self.service.markers;
        markers.is_empty()
            || markers.iter().any(|marker| memchr::memmem::find(text.as_bytes(), marker.as_bytes()).is_some())
    }
}

/// The roles by what is looked up first: the name of the file, or that of its directory and `/`.
static ROLES: LazyLock<HashMap<&'static str, Vec<Role>>> = LazyLock::new(|| {
    let mut roles: HashMap<&'static str, Vec<Role>> = HashMap::new();
    for service in SERVICES.iter().chain(programs::PROGRAMS) {
        let names = service.names.iter().map(|pattern| (*pattern, false));
        for (pattern, is_part) in names.chain(service.parts.iter().map(|pattern| (*pattern, true))) {
            roles.entry(key(pattern)).or_default().push(Role { service, pattern, is_part });
        }
    }
    roles
});

/// The last name of a pattern if it is literal, else the one before it with the slash, else nothing.
fn key(pattern: &'static str) -> &'static str {
    let (above, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if !name.contains('*') {
        return name;
    }
    let start = above.rfind('/').map_or(0, |slash| slash + 1);
    pattern.get(start..above.len() + 1).filter(|key| key.ends_with('/') && !key.contains('*')).unwrap_or("")
}

/// What a file with this path may be, by its name alone.
pub fn roles(path: &str) -> impl Iterator<Item = Role> {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let above = path.strip_suffix(name).unwrap_or_default();
    let start = above.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1);
    let keys = [name, above.get(start..).unwrap_or_default(), ""];
    let found = keys.iter().enumerate().filter(|(n, key)| *n == 2 || !key.is_empty());
    let all: Vec<Role> = found.filter_map(|(_, key)| ROLES.get(key)).flatten().copied().collect();
    all.into_iter().filter(move |role| matches(role.pattern, &path))
}

/// What a file is: the first role whose text it has.
pub fn role(path: &str, text: &str) -> Option<Role> {
    roles(path).find(|role| role.is_meant(text))
}

/// True if the last names of `path` match those of `pattern`.
fn matches(pattern: &str, path: &str) -> bool {
    let mut names = path.rsplit('/');
    pattern.rsplit('/').all(|part| names.next().is_some_and(|name| is_like(part, name)))
}

/// True if `name` is `part`, where `*` stands for any text. (`glob.rs` knows more, and reads directories.)
fn is_like(part: &str, name: &str) -> bool {
    let Some((first, rest)) = part.split_once('*') else { return part == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some((_, after)) = name.split_once(piece) else { return false };
        name = after;
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_recognised() {
        for (path, expected) in [
            ("sshd_config", Some(false)),
            ("files/SSHD_config", Some(false)),
            ("etc/ssh/sshd_config.d/50-x.conf", Some(true)),
            ("sshd_config.d/x", None),
            ("other.d/x.txt", None),
        ] {
            assert_eq!(roles(path).next().map(|role| role.is_part), expected, "{path}");
        }
        assert!(is_like("a*b*c", "a1b2c") && is_like("*.x", "y.x") && !is_like("a*b", "ac"));
        assert_eq!((key("a/b*.c"), key("x"), key("*.y"), key("p/q/z.conf")), ("a/", "x", "", "z.conf"));
    }
}
