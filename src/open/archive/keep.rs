//! Which contents of a packed archive are kept: where configuration lives, and what looks like it elsewhere.
//!
//! A packed archive is read once, from its beginning to its end, long before anybody asks for a file. Names,
//! owners and modes of everything are known; of the contents only what this module says. docs/languages.md
//! says it to people.

use std::path::Path;

use super::limits::Limits;

/// Where everything up to [`LONGEST_CONFIGURATION`] is kept: what services and the system itself read.
const CONFIGURATION: &[&str] = &[
    "boot",
    "etc",
    "lib/systemd",
    "root",
    "usr/etc",
    "usr/lib/environment.d",
    "usr/lib/modprobe.d",
    "usr/lib/modules-load.d",
    "usr/lib/os-release",
    "usr/lib/pam.d",
    "usr/lib/sysctl.d",
    "usr/lib/systemd",
    "usr/lib/sysusers.d",
    "usr/lib/tmpfiles.d",
    "usr/local/etc",
    "usr/local/lib/systemd",
    "usr/share/crypto-policies",
    "usr/share/pam-configs",
    "usr/share/postgresql-common",
];
const LONGEST_CONFIGURATION: u64 = 1 << 20;

/// Package databases, which are kept whatever their length is, as long as the limits allow it.
const DATABASES: &[&str] = &["lib/apk/db", "usr/lib/sysimage/rpm", "var/lib/dpkg/status", "var/lib/rpm"];

/// Where nothing else is kept: programs, what they are made of, and what they leave behind.
const BULK: &[&str] = &[
    "bin",
    "dev",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "proc",
    "sbin",
    "sys",
    "tmp",
    "usr",
    "var/cache",
    "var/lib/apt",
    "var/lib/dpkg",
    "var/log",
    "var/spool",
    "var/tmp",
];

/// Ends of the names of configuration files, wherever they are.
const ENDS: &[&str] = &[
    "cfg",
    "cnf",
    "conf",
    "config",
    "crt",
    "env",
    "ini",
    "json",
    "key",
    "pem",
    "properties",
    "rules",
    "service",
    "socket",
    "timer",
    "toml",
    "xml",
    "yaml",
    "yml",
];
const LONGEST_NAMED: u64 = 256 << 10;
/// What is this short is kept elsewhere, whatever it is.
const SHORT: u64 = 4 << 10;

/// True if the content of the file at `path`, from the top of the archive, is to be kept; its `size` is then
/// taken from `limits`.
pub fn keep(path: &Path, size: u64, limits: &Limits) -> bool {
    let below = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
    if below(DATABASES) || (size <= LONGEST_CONFIGURATION && below(CONFIGURATION)) {
        return limits.keep(size, true);
    }
    let is_named = || {
        let end = path.extension().and_then(|end| end.to_str());
        size <= LONGEST_NAMED && end.is_some_and(|end| ENDS.contains(&&*end.to_ascii_lowercase()))
    };
    // An image's documents have no other names than those of its layers.
    let is_document = || size <= LONGEST_NAMED && below(&["blobs"]);
    !below(BULK) && (size <= SHORT || is_named() || is_document()) && limits.keep(size, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_is_kept_and_the_rest_is_not() {
        for (path, size, kept) in [
            ("etc/ssh/sshd_config", 3000, true),
            ("etc/ssl/certs/big", 2 << 20, false),
            ("var/lib/dpkg/status", 5 << 20, true),
            ("var/lib/dpkg/info/x.list", 10, false),
            ("usr/lib/systemd/system/ssh.service", 500, true),
            ("usr/share/doc/x/copyright", 500, false),
            ("opt/keycloak/conf/realm.json", 200_000, true),
            ("var/lib/postgresql/15/main/postgresql.auto.conf", 88, true),
            ("var/lib/postgresql/15/main/base/1/112", 8192, false),
            ("usr/lib/x86_64-linux-gnu/libc.so", 2_000_000, false),
        ] {
            assert_eq!(keep(Path::new(path), size, &Limits::default()), kept, "{path}");
        }
        let limits = Limits::default();
        assert!(keep(Path::new("var/lib/rpm/rpmdb.sqlite"), Limits::KEPT, &limits));
        assert!(!keep(Path::new("etc/passwd"), 1, &limits), "no more than the limit");
    }
}
