//! Every keyword of sshd_config(5): what its value looks like, what happens when it is repeated, whether a
//! `Match` block may hold it, and its default.
//!
//! Sources: sshd_config(5) and servconf.c of OpenSSH 8.4p1, 9.2p1 and 10.0p1. Defaults are those of
//! OpenSSH 9.2p1 as `sshd -T` prints them (10.0p1 for the keywords that are newer).

use crate::model::host::sshd::algorithms::Family;

/// One keyword.
#[derive(Debug)]
pub struct Keyword {
    /// Its name in lower case.
    pub name: &'static str,
    /// What its value looks like.
    pub kind: Kind,
    /// What happens when it is repeated.
    pub repeat: Repeat,
    /// True if a `Match` block may hold it.
    pub in_match: bool,
    /// Its default as `sshd -T` prints it; `None` when that depends on the build.
    pub default: Option<&'static str>,
}

/// What a value looks like, and so how it is written down.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `yes` or `no`.
    Flag,
    /// One of some words, whatever their case: what may be written, and the word it stands for.
    Choice(&'static [(&'static str, &'static str)]),
    /// A whole number.
    Int,
    /// A time (`1h30m`), in seconds.
    Time,
    /// A time, or `none`.
    TimeOrNone,
    /// One argument as written.
    Text,
    /// A list of arguments.
    Words,
    /// One entry of a list: the arguments of the line joined by blanks.
    Entry,
    /// A port number, an entry of a list.
    Port,
    /// A comma-separated list of algorithms, `+`, `-` and `^` applied to the default.
    Algorithms(Family),
    /// The rest of the line, quotes and all.
    Rest,
    /// `start:rate:full` as a map of these three.
    Startups,
    /// A number of bytes and a time, as a map of `bytes` and `seconds`.
    Rekey,
}

/// What happens when a keyword is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The first line counts (the rule).
    First,
    /// The last line counts: servconf.c assigns without asking whether there is a value.
    Last,
    /// Every line adds to the list.
    Append,
}

/// The keyword with this name, in any case; names of the past included.
pub fn find(name: &str) -> Option<&'static Keyword> {
    let lower = name.to_ascii_lowercase();
    let name = ALIASES.iter().find(|(alias, _)| *alias == lower).map_or(&*lower, |(_, name)| name);
    KEYWORDS.iter().find(|keyword| keyword.name == name)
}

/// True for a keyword that sshd knows and ignores.
pub fn is_ignored(name: &str) -> bool {
    IGNORED.contains(&&*name.to_ascii_lowercase())
}

/// The default of a keyword, as `sshd -T` of OpenSSH 9.2p1 prints it; lists are comma- or
/// blank-separated as there. `None` for an unknown keyword or one whose default depends on the build.
pub fn default_of(keyword: &str) -> Option<&'static str> {
    let keyword = find(keyword)?;
    match keyword.kind {
        Kind::Algorithms(family) => family.default_of((9, 2)),
        _ => keyword.default,
    }
}

/// Names of the past and what they are now.
const ALIASES: &[(&str, &str)] = &[
    ("challengeresponseauthentication", "kbdinteractiveauthentication"),
    ("dsaauthentication", "pubkeyauthentication"),
    ("hostbasedacceptedkeytypes", "hostbasedacceptedalgorithms"),
    ("hostdsakey", "hostkey"),
    ("keepalive", "tcpkeepalive"),
    ("pubkeyacceptedkeytypes", "pubkeyacceptedalgorithms"),
    ("rsaminsize", "requiredrsasize"), // Red Hat's name for it before OpenSSH had it
    ("skeyauthentication", "kbdinteractiveauthentication"),
];

/// Keywords that sshd passes over with at most a message.
const IGNORED: &[&str] = &[
    "afstokenpassing",
    "authorizedkeysfile2",
    "checkmail",
    "kerberostgtpassing",
    "keyregenerationinterval",
    "pamauthenticationviakbdint",
    "reversemappingcheck",
    "rhostsauthentication",
    "rhostsrsaauthentication",
    "rsaauthentication",
    "serverkeybits",
    "uselogin",
    "useprivilegeseparation",
    "verifyreversemapping",
];

const FORWARD: &[(&str, &str)] =
    &[("yes", "yes"), ("all", "yes"), ("no", "no"), ("remote", "remote"), ("local", "local")];

const ROOT_LOGIN: &[(&str, &str)] = &[
    ("yes", "yes"),
    ("no", "no"),
    ("prohibit-password", "prohibit-password"),
    ("without-password", "prohibit-password"), // the manual: "a deprecated alias"
    ("forced-commands-only", "forced-commands-only"),
];

const LOG_LEVEL: &[(&str, &str)] = &[
    ("quiet", "QUIET"),
    ("silent", "QUIET"),
    ("fatal", "FATAL"),
    ("error", "ERROR"),
    ("info", "INFO"),
    ("verbose", "VERBOSE"),
    ("debug", "DEBUG"),
    ("debug1", "DEBUG"),
    ("debug2", "DEBUG2"),
    ("debug3", "DEBUG3"),
];

const FACILITY: &[(&str, &str)] = &[
    ("daemon", "DAEMON"),
    ("user", "USER"),
    ("auth", "AUTH"),
    ("authpriv", "AUTHPRIV"),
    ("local0", "LOCAL0"),
    ("local1", "LOCAL1"),
    ("local2", "LOCAL2"),
    ("local3", "LOCAL3"),
    ("local4", "LOCAL4"),
    ("local5", "LOCAL5"),
    ("local6", "LOCAL6"),
    ("local7", "LOCAL7"),
];

const TUNNEL: &[(&str, &str)] =
    &[("yes", "yes"), ("no", "no"), ("point-to-point", "point-to-point"), ("ethernet", "ethernet")];

const fn one(name: &'static str, kind: Kind, in_match: bool, default: &'static str) -> Keyword {
    Keyword { name, kind, repeat: Repeat::First, in_match, default: Some(default) }
}

const fn unset(name: &'static str, kind: Kind, in_match: bool) -> Keyword {
    Keyword { name, kind, repeat: Repeat::First, in_match, default: None }
}

const fn last(name: &'static str, kind: Kind, in_match: bool, default: &'static str) -> Keyword {
    Keyword { name, kind, repeat: Repeat::Last, in_match, default: Some(default) }
}

const fn append(name: &'static str, kind: Kind, in_match: bool, default: Option<&'static str>) -> Keyword {
    Keyword { name, kind, repeat: Repeat::Append, in_match, default }
}

/// Every keyword, in the order of the alphabet.
pub const KEYWORDS: &[Keyword] = &[
    append("acceptenv", Kind::Words, true, None),
    one("addressfamily", Kind::Choice(&[("any", "any"), ("inet", "inet"), ("inet6", "inet6")]), false, "any"),
    one("allowagentforwarding", Kind::Flag, true, "yes"),
    append("allowgroups", Kind::Words, true, None),
    one("allowstreamlocalforwarding", Kind::Choice(FORWARD), true, "yes"),
    one("allowtcpforwarding", Kind::Choice(FORWARD), true, "yes"),
    append("allowusers", Kind::Words, true, None),
    one("authenticationmethods", Kind::Words, true, "any"),
    one("authorizedkeyscommand", Kind::Rest, true, "none"),
    one("authorizedkeyscommanduser", Kind::Text, true, "none"),
    one("authorizedkeysfile", Kind::Words, true, ".ssh/authorized_keys .ssh/authorized_keys2"),
    one("authorizedprincipalscommand", Kind::Rest, true, "none"),
    one("authorizedprincipalscommanduser", Kind::Text, true, "none"),
    one("authorizedprincipalsfile", Kind::Text, true, "none"),
    one("banner", Kind::Text, true, "none"),
    unset("casignaturealgorithms", Kind::Algorithms(Family::CaSignature), true),
    one("channeltimeout", Kind::Words, true, "none"),
    one("chrootdirectory", Kind::Text, true, "none"),
    unset("ciphers", Kind::Algorithms(Family::Cipher), false),
    one("clientalivecountmax", Kind::Int, true, "3"),
    one("clientaliveinterval", Kind::Time, true, "0"),
    one("compression", Kind::Choice(&[("yes", "yes"), ("delayed", "yes"), ("no", "no")]), false, "yes"),
    one("debianbanner", Kind::Flag, false, "yes"), // Debian's
    append("denygroups", Kind::Words, true, None),
    append("denyusers", Kind::Words, true, None),
    one("disableforwarding", Kind::Flag, true, "no"),
    one("exposeauthinfo", Kind::Flag, true, "no"),
    last("fingerprinthash", Kind::Choice(&[("sha256", "SHA256"), ("md5", "MD5")]), false, "SHA256"),
    one("forcecommand", Kind::Rest, true, "none"),
    one(
        "gatewayports",
        Kind::Choice(&[("clientspecified", "clientspecified"), ("yes", "yes"), ("no", "no")]),
        true,
        "no",
    ),
    one("gssapiauthentication", Kind::Flag, true, "no"),
    one("gssapicleanupcredentials", Kind::Flag, false, "yes"),
    unset("gssapienablek5users", Kind::Flag, true), // Red Hat's
    unset("gssapiindicators", Kind::Words, true),   // Red Hat's
    unset("gssapikexalgorithms", Kind::Algorithms(Family::Vendor), false),
    one("gssapikeyexchange", Kind::Flag, false, "no"), // Debian's and Red Hat's
    one("gssapistorecredentialsonrekey", Kind::Flag, false, "no"),
    one("gssapistrictacceptorcheck", Kind::Flag, false, "yes"),
    unset("hostbasedacceptedalgorithms", Kind::Algorithms(Family::PublicKey), true),
    one("hostbasedauthentication", Kind::Flag, true, "no"),
    one("hostbasedusesnamefrompacketonly", Kind::Flag, true, "no"),
    append("hostcertificate", Kind::Entry, false, None),
    append(
        "hostkey",
        Kind::Entry,
        false,
        Some("/etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key"),
    ),
    one("hostkeyagent", Kind::Text, false, "none"),
    unset("hostkeyalgorithms", Kind::Algorithms(Family::PublicKey), false),
    one("ignorerhosts", Kind::Choice(&[("yes", "yes"), ("no", "no"), ("shosts-only", "shosts-only")]), true, "yes"),
    one("ignoreuserknownhosts", Kind::Flag, false, "no"),
    last("ipqos", Kind::Words, true, "lowdelay throughput"),
    one("kbdinteractiveauthentication", Kind::Flag, true, "yes"),
    one("kerberosauthentication", Kind::Flag, true, "no"),
    unset("kerberosgetafstoken", Kind::Flag, false),
    one("kerberosorlocalpasswd", Kind::Flag, false, "yes"),
    one("kerberosticketcleanup", Kind::Flag, false, "yes"),
    unset("kerberosuniqueccache", Kind::Flag, false), // Red Hat's
    unset("kerberosusekuserok", Kind::Flag, true),    // Red Hat's
    unset("kexalgorithms", Kind::Algorithms(Family::Kex), false),
    append("listenaddress", Kind::Entry, false, Some("[::] 0.0.0.0")),
    one("logingracetime", Kind::Time, false, "120"),
    one("loglevel", Kind::Choice(LOG_LEVEL), true, "INFO"),
    one("logverbose", Kind::Words, true, "none"),
    unset("macs", Kind::Algorithms(Family::Mac), false),
    one("maxauthtries", Kind::Int, true, "6"),
    one("maxsessions", Kind::Int, true, "10"),
    last("maxstartups", Kind::Startups, false, "10:30:100"),
    one("modulifile", Kind::Text, false, "/etc/ssh/moduli"),
    unset("pamservicename", Kind::Text, true), // since 9.8
    one("passwordauthentication", Kind::Flag, true, "yes"),
    one("permitemptypasswords", Kind::Flag, true, "no"),
    one("permitlisten", Kind::Words, true, "any"),
    one("permitopen", Kind::Words, true, "any"),
    one("permitrootlogin", Kind::Choice(ROOT_LOGIN), true, "prohibit-password"),
    one("permittty", Kind::Flag, true, "yes"),
    one("permittunnel", Kind::Choice(TUNNEL), true, "no"),
    one("permituserenvironment", Kind::Text, false, "no"),
    one("permituserrc", Kind::Flag, true, "yes"),
    last("persourcemaxstartups", Kind::Text, false, "none"),
    last("persourcenetblocksize", Kind::Text, false, "32:128"),
    unset("persourcepenalties", Kind::Words, false), // since 9.8
    unset("persourcepenaltyexemptlist", Kind::Text, false),
    one("pidfile", Kind::Text, false, "/run/sshd.pid"),
    append("port", Kind::Port, false, Some("22")),
    one("printlastlog", Kind::Flag, false, "yes"),
    one("printmotd", Kind::Flag, false, "yes"),
    unset("protocol", Kind::Text, false), // ignored since 7.4, whose sshd knows version 2 only
    unset("pubkeyacceptedalgorithms", Kind::Algorithms(Family::PublicKey), true),
    one("pubkeyauthentication", Kind::Flag, true, "yes"),
    one("pubkeyauthoptions", Kind::Words, true, "none"),
    unset("rdomain", Kind::Text, true),
    one("refuseconnection", Kind::Flag, true, "no"), // since 9.9
    one("rekeylimit", Kind::Rekey, true, "0 0"),
    one("requiredrsasize", Kind::Int, true, "1024"),
    one("revokedkeys", Kind::Text, true, "none"),
    one("securitykeyprovider", Kind::Text, false, "internal"),
    // servconf.c takes the first line only, though the manual speaks of variables, not of lines.
    unset("setenv", Kind::Words, true),
    unset("showpatchlevel", Kind::Flag, false), // Red Hat's
    unset("sshdauthpath", Kind::Text, false),
    unset("sshdsessionpath", Kind::Text, false),
    last("streamlocalbindmask", Kind::Text, true, "0177"),
    one("streamlocalbindunlink", Kind::Flag, true, "no"),
    one("strictmodes", Kind::Flag, false, "yes"),
    append("subsystem", Kind::Entry, true, None), // within Match since 9.5
    one("syslogfacility", Kind::Choice(FACILITY), false, "AUTH"),
    one("tcpkeepalive", Kind::Flag, false, "yes"),
    one("trustedusercakeys", Kind::Text, true, "none"),
    one("unusedconnectiontimeout", Kind::TimeOrNone, true, "none"),
    one("usedns", Kind::Flag, false, "no"),
    one("usepam", Kind::Flag, false, "no"),
    one("versionaddendum", Kind::Rest, false, "none"),
    one("x11displayoffset", Kind::Int, true, "10"),
    one("x11forwarding", Kind::Flag, true, "no"),
    one("x11uselocalhost", Kind::Flag, true, "yes"),
    one("xauthlocation", Kind::Text, false, "/usr/bin/xauth"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_free_of_repetition() {
        assert!(KEYWORDS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(IGNORED.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ALIASES.iter().all(|(alias, name)| find(alias).is_some_and(|keyword| keyword.name == *name)));
    }

    #[test]
    fn defaults_are_found_whatever_the_case() {
        assert_eq!(default_of("PermitRootLogin"), Some("prohibit-password"));
        assert_eq!(default_of("ChallengeResponseAuthentication"), Some("yes"));
        assert!(default_of("Ciphers").unwrap().starts_with("chacha20-poly1305@openssh.com,aes128-ctr"));
        assert_eq!(default_of("NoSuchThing"), None);
    }
}
