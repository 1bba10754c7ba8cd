//! Whole hosts in, effective settings out; every expectation is from sshd_config(5) and sshd(8), and the
//! last test asks a real sshd where there is one.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::rc::Rc;

use super::*;
use crate::budget::Budget;
use crate::format::lines::Line;
use crate::model::host;
use crate::model::testing::{place, plain};
use crate::open::{OpenError, Root, Stat};
use crate::resource::GapKind;
use crate::source::Sources;
use crate::source::Span;

const CONFIG: &str = "/etc/ssh/sshd_config";

/// A host made of files.
fn host(files: &[(&str, &str)]) -> (tempfile::TempDir, Built, Sources) {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (built, sources) = audit(dir.path());
    (dir, built, sources)
}

fn audit(dir: &Path) -> (Built, Sources) {
    let mut sources = Sources::default();
    let root = Root::open(dir).unwrap();
    let built = host::build(&root, false, "/", &mut sources, &Budget::default());
    (built, sources)
}

fn attribute<'a>(built: &'a Built, address: &str, key: &str) -> Option<&'a Value> {
    built.resources.iter().find(|resource| &*resource.address == address)?.attributes.get(key)
}

/// Files, address, keyword, expected value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

fn check(cases: &[Case]) {
    for (files, address, key, expected, at) in cases {
        let (_dir, built, sources) = host(files);
        let value = attribute(&built, address, key);
        let context = format!("{key} of {address} in {files:?}");
        assert_eq!(value.map_or("-".into(), plain), *expected, "{context}");
        if let Some(value) = value {
            assert_eq!(place(&sources, value), *at, "{context}");
        }
    }
}

#[test]
fn the_first_value_wins_and_spelling_does_not_matter() {
    check(&[
        (
            &[(CONFIG, "PermitRootLogin no\nPermitRootLogin yes\n")],
            "sshd",
            "permitrootlogin",
            "no",
            "/etc/ssh/sshd_config:1",
        ),
        (
            &[(CONFIG, "\nPERMITROOTLOGIN  without-password\n")],
            "sshd",
            "permitrootlogin",
            "prohibit-password",
            "/etc/ssh/sshd_config:2",
        ),
        (&[(CONFIG, "PasswordAuthentication=No\n")], "sshd", "passwordauthentication", "no", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "# PermitRootLogin yes\n")], "sshd", "permitrootlogin", "-", ""),
        (&[(CONFIG, "X11Forwarding no # really\n")], "sshd", "x11forwarding", "no", "/etc/ssh/sshd_config:1"),
        (
            &[(CONFIG, "ChallengeResponseAuthentication no\n")],
            "sshd",
            "kbdinteractiveauthentication",
            "no",
            "/etc/ssh/sshd_config:1",
        ),
        (&[(CONFIG, "LoginGraceTime 1h30m\n")], "sshd", "logingracetime", "5400", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "ClientAliveInterval 5m\n")], "sshd", "clientaliveinterval", "300", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "LogLevel verbose\n")], "sshd", "loglevel", "VERBOSE", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "AllowTcpForwarding all\n")], "sshd", "allowtcpforwarding", "yes", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "Compression delayed\n")], "sshd", "compression", "yes", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "Banner \"/etc/issue net\"\n")], "sshd", "banner", "/etc/issue net", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "MaxAuthTries 4\n")], "sshd", "maxauthtries", "4", "/etc/ssh/sshd_config:1"),
        (
            &[(CONFIG, "RekeyLimit 1G 1h\n")],
            "sshd",
            "rekeylimit",
            "{bytes: 1073741824, seconds: 3600}",
            "/etc/ssh/sshd_config:1",
        ),
        (
            &[(CONFIG, "ForceCommand echo \"a b\" # c\n")],
            "sshd",
            "forcecommand",
            "echo \"a b\" # c",
            "/etc/ssh/sshd_config:1",
        ),
        (&[(CONFIG, "UsePrivilegeSeparation no\n")], "sshd", "useprivilegeseparation", "-", ""),
    ]);
}

#[test]
fn some_keywords_accumulate_and_a_few_take_the_last_value() {
    check(&[
        (&[(CONFIG, "Port 22\nPort 2222\n")], "sshd", "port", "[22, 2222]", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "AllowUsers a b\nAllowUsers c\n")], "sshd", "allowusers", "[a, b, c]", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, "AcceptEnv LANG LC_*\n")], "sshd", "acceptenv", "[LANG, LC_*]", "/etc/ssh/sshd_config:1"),
        (
            &[(CONFIG, "Subsystem sftp internal-sftp -l INFO\n")],
            "sshd",
            "subsystem",
            "[sftp internal-sftp -l INFO]",
            "/etc/ssh/sshd_config:1",
        ),
        (&[(CONFIG, "SetEnv A=1 B=2\nSetEnv C=3\n")], "sshd", "setenv", "[A=1, B=2]", "/etc/ssh/sshd_config:1"),
        (
            &[(
                CONFIG,
                "AuthenticationMethods publickey,password publickey,keyboard-interactive\nAuthenticationMethods any\n",
            )],
            "sshd",
            "authenticationmethods",
            "[publickey,password, publickey,keyboard-interactive]",
            "/etc/ssh/sshd_config:1",
        ),
        (
            &[(CONFIG, "MaxStartups 10:30:60\nMaxStartups 5\n")],
            "sshd",
            "maxstartups",
            "{start: 5, rate: 30, full: 5}",
            "/etc/ssh/sshd_config:2",
        ),
    ]);
}

/// A host with Debian's package of this version.
fn debian<'a>(version: &'a str, config: &'a str) -> [(&'a str, String); 2] {
    let status = format!("Package: openssh-server\nStatus: install ok installed\nVersion: {version}\n");
    [(CONFIG, config.to_owned()), ("/var/lib/dpkg/status", status)]
}

#[test]
fn algorithm_lists_apply_their_operators_to_the_defaults_of_the_version() {
    let shown = |version: &str, config: &str, key: &str| {
        let files = debian(version, config);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        let (_dir, built, _) = host(&files);
        attribute(&built, "sshd", key).map(plain).unwrap()
    };
    assert_eq!(shown("x", "Ciphers aes256-ctr,aes128-ctr\n", "ciphers"), "[aes256-ctr, aes128-ctr]");
    assert_eq!(shown("1:9.2p1-2", "Ciphers -*gcm*,chacha20*\n", "ciphers"), "[aes128-ctr, aes192-ctr, aes256-ctr]");
    assert!(shown("1:9.2p1-2", "MACs +hmac-md5\n", "macs").ends_with("hmac-sha1, hmac-md5]"));
    assert!(shown("1:8.4p1-5", "HostKeyAlgorithms ^ssh-ed25519\n", "hostkeyalgorithms").ends_with("ssh-rsa]"));
    assert!(shown("unheard-of", "MACs +hmac-md5\n", "macs").starts_with("unknown(needs a running system"));
    assert_eq!(shown("1:10.0p1-7", "Port 1", "version"), "10.0");
}

#[test]
fn keyboard_interactive_was_two_keywords_before_8_7() {
    let shown = |version: &str, config: &str| {
        let files = debian(version, config);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        let (_dir, built, _) = host(&files);
        attribute(&built, "sshd", "kbdinteractiveauthentication").map_or("-".into(), plain)
    };
    assert_eq!(shown("1:8.4p1-5", "KbdInteractiveAuthentication no"), "yes");
    assert_eq!(shown("1:8.4p1-5", "ChallengeResponseAuthentication no"), "no");
    assert_eq!(shown("1:8.4p1-5", "ChallengeResponseAuthentication no\nKbdInteractiveAuthentication yes"), "yes");
    assert_eq!(shown("1:8.4p1-5", "UsePAM yes"), "-");
    assert_eq!(shown("1:9.2p1-2", "KbdInteractiveAuthentication no"), "no");
}

const DROP_IN: &str = "Include /etc/ssh/sshd_config.d/*.conf\n";

#[test]
fn includes_are_read_in_their_place_and_in_the_order_of_their_names() {
    check(&[
        (
            &[
                (CONFIG, "Include sshd_config.d/*.conf\nPermitRootLogin yes\n"),
                ("/etc/ssh/sshd_config.d/a.conf", "PermitRootLogin no\n"),
            ],
            "sshd",
            "permitrootlogin",
            "no",
            "/etc/ssh/sshd_config.d/a.conf:1",
        ),
        (
            &[
                (CONFIG, DROP_IN),
                ("/etc/ssh/sshd_config.d/50-b.conf", "UseDNS no\n"),
                ("/etc/ssh/sshd_config.d/10-a.conf", "\nUseDNS yes\n"),
                ("/etc/ssh/sshd_config.d/00.conf.bak", "UseDNS no\n"),
            ],
            "sshd",
            "usedns",
            "yes",
            "/etc/ssh/sshd_config.d/10-a.conf:2",
        ),
        (
            &[
                (CONFIG, "PermitRootLogin yes\nInclude /etc/ssh/sshd_config.d/*.conf\n"),
                ("/etc/ssh/sshd_config.d/a.conf", "PermitRootLogin no\n"),
            ],
            "sshd",
            "permitrootlogin",
            "yes",
            "/etc/ssh/sshd_config:1",
        ),
        // Without an Include line the directory is not read at all.
        (&[(CONFIG, "UsePAM yes\n"), ("/etc/ssh/sshd_config.d/a.conf", "UseDNS yes\n")], "sshd", "usedns", "-", ""),
        (
            &[(CONFIG, "Include a b\n"), ("/etc/ssh/a", "Port 1\n"), ("/etc/ssh/b", "Port 2\n")],
            "sshd",
            "port",
            "[1, 2]",
            "/etc/ssh/a:1",
        ),
    ]);
}

const BACKUP: &str = "PasswordAuthentication no\nMatch User backup\n PasswordAuthentication yes\n PasswordAuthentication no\nMatch User backup\n X11Forwarding yes\n MaxSessions 1\n";

#[test]
fn match_blocks_override_the_global_section_and_the_first_of_them_wins() {
    check(&[
        (&[(CONFIG, BACKUP)], "sshd", "passwordauthentication", "no", "/etc/ssh/sshd_config:1"),
        (&[(CONFIG, BACKUP)], "sshd/Match User backup", "passwordauthentication", "yes", "/etc/ssh/sshd_config:3"),
        // Two blocks with the same criteria are met together.
        (&[(CONFIG, BACKUP)], "sshd/Match User backup", "maxsessions", "1", "/etc/ssh/sshd_config:7"),
        (&[(CONFIG, BACKUP)], "sshd/Match User backup", "match", "User backup", "/etc/ssh/sshd_config:2"),
        (
            &[(CONFIG, "AllowUsers a\nMatch Address 10.0.0.0/8\nAllowUsers b\n")],
            "sshd/Match Address 10.0.0.0/8",
            "allowusers",
            "[b]",
            "/etc/ssh/sshd_config:3",
        ),
        (
            &[(CONFIG, "Match user=x\nX11Forwarding yes\nMatch all\nX11Forwarding no\n")],
            "sshd",
            "x11forwarding",
            "no",
            "/etc/ssh/sshd_config:4",
        ),
        (
            &[(CONFIG, "Match user=x\nX11Forwarding yes\nMatch all\nX11Forwarding no\n")],
            "sshd/Match User x",
            "x11forwarding",
            "yes",
            "/etc/ssh/sshd_config:2",
        ),
        // `Match all` overrides what stands before it, and daemon-wide keywords may follow it.
        (
            &[(CONFIG, "UsePAM yes\nPermitRootLogin yes\nMatch all\nPermitRootLogin no\nUsePAM no\nUseDNS yes\n")],
            "sshd",
            "permitrootlogin",
            "no",
            "/etc/ssh/sshd_config:4",
        ),
        (
            &[(CONFIG, "UsePAM yes\nMatch all\nUsePAM no\nUseDNS yes\n")],
            "sshd",
            "usepam",
            "yes",
            "/etc/ssh/sshd_config:1",
        ),
        (
            &[(CONFIG, "UsePAM yes\nMatch all\nUsePAM no\nUseDNS yes\n")],
            "sshd",
            "usedns",
            "yes",
            "/etc/ssh/sshd_config:4",
        ),
        (&[(CONFIG, "Match User *\nPermitTTY no\n")], "sshd", "permittty", "no", "/etc/ssh/sshd_config:2"),
        (
            &[(CONFIG, "Match group admin address 10.0.0.0/8\nBanner none\n")],
            "sshd/Match Group admin Address 10.0.0.0/8",
            "banner",
            "none",
            "/etc/ssh/sshd_config:2",
        ),
    ]);
}

#[test]
fn includes_and_match_blocks_bound_each_other() {
    let scoped = [
        (CONFIG, "Match User a\n Include x\nMatch all\n"),
        ("/etc/ssh/x", "PermitTTY no\nMatch Host h\nPermitTTY yes\nBanner /b\n"),
    ];
    let ends = [(CONFIG, "Include x\nPermitTTY no\n"), ("/etc/ssh/x", "Match User a\nBanner /b\n")];
    check(&[
        (&scoped, "sshd", "permittty", "-", ""),
        (&scoped, "sshd/Match User a", "permittty", "no", "/etc/ssh/x:1"),
        (&scoped, "sshd/Match User a", "banner", "-", ""),
        (&scoped, "sshd/Match User a and Host h", "banner", "/b", "/etc/ssh/x:4"),
        (&ends, "sshd", "permittty", "no", "/etc/ssh/sshd_config:2"),
        (&ends, "sshd", "banner", "-", ""),
        (&ends, "sshd/Match User a", "banner", "/b", "/etc/ssh/x:2"),
    ]);
}

const UNIT: &str = "[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n";

#[test]
fn the_command_line_comes_first() {
    check(&[
        (
            &[
                (CONFIG, "PermitRootLogin no\n"),
                ("/lib/systemd/system/ssh.service", UNIT),
                ("/etc/default/ssh", "# x\nSSHD_OPTS=\"-o PermitRootLogin=yes\"\n"),
            ],
            "sshd",
            "permitrootlogin",
            "yes",
            "/etc/default/ssh:2",
        ),
        (
            &[
                (CONFIG, "PermitRootLogin no\nPort 22\n"),
                ("/lib/systemd/system/ssh.service", UNIT),
                (
                    "/etc/systemd/system/ssh.service.d/a.conf",
                    "[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -Dp 2222 -oUseDNS=yes\n",
                ),
            ],
            "sshd",
            "port",
            "[2222]",
            "/etc/systemd/system/ssh.service.d/a.conf:3",
        ),
        (
            &[
                (CONFIG, "UseDNS no\n"),
                ("/usr/lib/systemd/system/sshd.service", "[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/other\n"),
                ("/etc/ssh/other", "UseDNS yes\n"),
            ],
            "sshd",
            "usedns",
            "yes",
            "/etc/ssh/other:1",
        ),
        (
            &[(CONFIG, "UseDNS no\n"), ("/etc/sysconfig/sshd", "OPTIONS='-o UseDNS=yes'\n")],
            "sshd",
            "usedns",
            "yes",
            "/etc/sysconfig/sshd:1",
        ),
        (&[("/usr/etc/ssh/sshd_config", "UseDNS yes\n")], "sshd", "usedns", "yes", "/usr/etc/ssh/sshd_config:1"),
    ]);
}

#[test]
fn no_sshd_is_no_resource_and_an_sshd_without_a_file_has_its_defaults() {
    let (_dir, built, _) = host(&[("/etc/os-release", "ID=debian\n")]);
    assert!(attribute(&built, "sshd", "installed").is_none());
    let files = debian("1:9.2p1-2", "");
    let (_dir, built, sources) = host(&[("/var/lib/dpkg/status", &files[1].1)]);
    let installed = attribute(&built, "sshd", "installed").unwrap();
    assert_eq!((plain(installed), place(&sources, installed)), ("true".into(), "/var/lib/dpkg/status:3".into()));
    assert!(attribute(&built, "sshd", "port").is_none());
}

#[test]
fn what_sshd_refuses_is_a_gap_and_never_a_value() {
    for config in [
        "PermitRootLogin maybe\n",
        "PermitRootLogin no yes\n",
        "MaxAuthTries many\n",
        "LoginGraceTime 1x\n",
        "Port 0\n",
    ] {
        let (_dir, built, _) = host(&[("/etc/os-release", "ID=debian\nVERSION_ID=12\n"), (CONFIG, config)]);
        let key = config.split(' ').next().unwrap().to_ascii_lowercase();
        let shown = plain(attribute(&built, "sshd", &key).unwrap());
        assert!(shown.starts_with("unknown(not valid in this language"), "{config}: {shown}");
        assert_eq!(built.gaps.len(), 1, "{config}: {:?}", built.gaps);
        assert!(built.gaps[0].kind.is_incomplete() && built.gaps[0].span.is_some());
    }
    let (_dir, built, _) = host(&[(CONFIG, "Match User a\nPort 1\n")]);
    assert!(built.gaps.iter().any(|gap| gap.message.contains("refuses Port within a Match block")));
}

#[test]
fn an_unread_file_makes_unknown_what_it_could_have_set_first() {
    let binary = "UseDNS yes\n\0";
    let files =
        [(CONFIG, "UsePAM yes\nInclude /etc/ssh/x\nPermitRootLogin no\nMaxStartups 5\n"), ("/etc/ssh/x", binary)];
    check(&[
        (&files, "sshd", "usepam", "yes", "/etc/ssh/sshd_config:1"),
        (&files, "sshd", "permitrootlogin", "unknown(a file that was not read: /etc/ssh/x)", "/etc/ssh/sshd_config:2"),
        (&files, "sshd", "usedns", "unknown(a file that was not read: /etc/ssh/x)", "/etc/ssh/sshd_config:2"),
        (&files, "sshd", "allowusers", "unknown(a file that was not read: /etc/ssh/x)", "/etc/ssh/sshd_config:2"),
        // The last value counts here, and it was read.
        (&files, "sshd", "maxstartups", "{start: 5, rate: 30, full: 5}", "/etc/ssh/sshd_config:4"),
    ]);
    let (_dir, built, _) = host(&files);
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Unparsed && &*gap.path == "/etc/ssh/x"));
}

/// A host that refuses to plain one of its files.
struct Refusing<'a> {
    host: &'a host::view::HostRoot<'a>,
    refused: &'a str,
}

impl View for Refusing<'_> {
    fn read(&self, path: &str) -> Result<host::view::Text, OpenError> {
        if path == self.refused { Err(OpenError::Denied) } else { self.host.read(path) }
    }
    fn lines(&self, path: &str) -> Result<Rc<[Line]>, host::view::Trouble> {
        if path == self.refused { Err(host::view::Trouble::Open(OpenError::Denied)) } else { self.host.lines(path) }
    }
    fn list(&self, path: &str) -> Result<Vec<String>, OpenError> {
        if path == self.refused { Err(OpenError::Denied) } else { self.host.list(path) }
    }
    fn stat(&self, path: &str) -> Result<Stat, OpenError> {
        self.host.stat(path)
    }
    fn link(&self, path: &str) -> Result<Option<String>, OpenError> {
        self.host.link(path)
    }
    fn data(&self, path: &str, form: crate::format::Form) -> Result<Rc<[Value]>, host::view::Trouble> {
        self.host.data(path, form)
    }
    fn mark(&self, path: &str) -> Span {
        self.host.mark(path)
    }
    fn memo(&self) -> &host::memo::Memo {
        self.host.memo()
    }
    fn display(&self, path: &str) -> Arc<str> {
        self.host.display(path)
    }
    fn budget(&self) -> &Budget {
        self.host.budget()
    }
    fn is_whole(&self) -> bool {
        true
    }
}

#[test]
fn what_only_root_may_read_is_named_and_unknown() {
    let text = "UsePAM yes\nInclude /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n";
    let (dir, ..) = host(&[(CONFIG, text), ("/etc/ssh/sshd_config.d/a.conf", "UseDNS yes\n")]);
    for refused in ["/etc/ssh/sshd_config.d/a.conf", "/etc/ssh/sshd_config.d", CONFIG] {
        let root = Root::open(dir.path()).unwrap();
        let (mut sources, budget) = (Sources::default(), Budget::default());
        let view = host::view::HostRoot::new(&root, false, "/", &mut sources, &budget);
        let view = Refusing { host: &view, refused };
        let scope = Scope { domain: crate::resource::Domain::Host, path: "/".into() };
        let mut built = Built::default();
        probe(&view, &scope, &mut built);
        let unknown = format!("unknown(needs more rights: {refused})");
        assert_eq!(plain(attribute(&built, "sshd", "permitrootlogin").unwrap()), unknown);
        let earlier = if refused == CONFIG { &*unknown } else { "yes" };
        assert_eq!(plain(attribute(&built, "sshd", "usepam").unwrap()), earlier);
        assert_eq!((built.gaps.len(), built.gaps[0].kind), (1, GapKind::Unreadable));
        assert!(built.gaps[0].hint.is_some());
    }
}

#[test]
fn a_link_out_of_the_root_stays_inside_and_a_loop_ends() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("etc/ssh/d")).unwrap();
    std::fs::create_dir_all(dir.path().join("srv")).unwrap();
    std::fs::write(dir.path().join("etc/ssh/sshd_config"), "Include d/*\nInclude sshd_config\n").unwrap();
    std::fs::write(dir.path().join("srv/real"), "UseDNS yes\n").unwrap();
    symlink("/srv/real", dir.path().join("etc/ssh/d/1")).unwrap();
    symlink("../../../../../../../etc/hostname", dir.path().join("etc/ssh/d/2")).unwrap();
    symlink("/dev/null", dir.path().join("etc/ssh/d/3")).unwrap();
    let (built, sources) = audit(dir.path());
    assert_eq!(attribute(&built, "sshd", "usedns").map(plain).as_deref(), Some("yes"));
    assert!(sources.iter().all(|(_, source)| !source.text.contains(&hostname())));
    assert!(built.gaps.iter().any(|gap| gap.message.contains("too deeply")));
    assert!(plain(attribute(&built, "sshd", "permitrootlogin").unwrap()).starts_with("unknown("));
}

fn hostname() -> String {
    #[allow(clippy::disallowed_methods)] // the machine's own file, to see that the audit did not read it
    let text = std::fs::read_to_string("/etc/hostname").unwrap_or_else(|_| "no such name".into());
    text.trim().to_owned()
}

#[test]
fn a_hundred_thousand_blocks_are_a_limit_and_not_a_hang() {
    let config: String = (0..100_000).map(|n| format!("Match User u{n}\nPermitTTY no\n")).collect();
    let (_dir, built, _) = host(&[(CONFIG, &config)]);
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Limit));
    assert!(built.resources.len() < 1_100);
    let fork = "Include sshd_config\n".repeat(100);
    let (_dir, built, _) = host(&[(CONFIG, &fork)]);
    assert!(!built.gaps.is_empty());
}

#[test]
#[allow(clippy::disallowed_methods)] // the oracle is a program
fn a_real_sshd_says_the_same() {
    let sshd = std::env::var("DUECARE_TEST_SSHD").unwrap_or_else(|_| "/usr/sbin/sshd".into());
    if !Path::new(&sshd).exists() {
        println!("skipped: no {sshd}; set DUECARE_TEST_SSHD to ask another");
        return;
    }
    let configs: &[(&str, &str)] = &[
        ("Port 22\nPort 2222\nPermitRootLogin without-password\nMaxStartups 10:30:60\nMaxStartups 5\n", ""),
        (
            "LoginGraceTime 1h30m\nClientAliveInterval=5m\nRekeyLimit 1G 1h\nLogLevel Debug\nSyslogFacility authpriv\n",
            "",
        ),
        ("SetEnv A=1 B=2\nSetEnv C=3\nAcceptEnv X Y\nAcceptEnv Z\nAllowUsers a b@c\nDenyGroups g\nAllowUsers d\n", ""),
        ("Ciphers -*gcm*,chacha20*\nMACs +hmac-md5\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms ^ssh-rsa\n", ""),
        (
            "Match User backup\nPermitTTY no\nBanner /x\nMatch all\nPermitTTY yes\nX11Forwarding yes\nUseDNS yes\n",
            "backup",
        ),
        (
            "PasswordAuthentication no\nMatch User backup\nPasswordAuthentication yes\nPasswordAuthentication no\n",
            "backup",
        ),
        (
            "AllowUsers a\nMatch User backup\nAllowUsers b\nAllowUsers c\nMaxAuthTries 2\nMatch User backup\nMaxAuthTries 3\n",
            "backup",
        ),
        (
            "AuthenticationMethods publickey,password publickey\nAuthenticationMethods password\nAuthorizedKeysFile a \"b c\"\n",
            "",
        ),
        (
            "Subsystem sftp /usr/lib/sftp \"-l x\"\nForceCommand echo \"a  b\" # c\nBanner NONE\nIPQoS af21\nIPQoS cs1\n",
            "",
        ),
        (
            "PermitOpen a:1 b:2\nPermitTunnel ethernet\nCompression delayed\nAllowTcpForwarding all\nPermitUserEnvironment X*\n",
            "",
        ),
        (
            "UnusedConnectionTimeout 1h\nChannelTimeout session=1h *=2\nPerSourceMaxStartups 3\nStreamLocalBindMask 0700\n",
            "",
        ),
    ];
    for (config, user) in configs {
        compare(&sshd, config, user);
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("empty");
    std::fs::write(&path, "").unwrap();
    let output = std::process::Command::new(&sshd).arg("-T").arg("-f").arg(&path).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for keyword in keywords::KEYWORDS.iter().filter(|keyword| keyword.repeat != keywords::Repeat::Append) {
        let printed = text.lines().find_map(|line| line.strip_prefix(&format!("{} ", keyword.name)));
        if let (Some(printed), Some(default)) = (printed, keyword.default) {
            assert_eq!(printed.replace("without-password", "prohibit-password"), default, "{}", keyword.name);
        }
    }
}

#[allow(clippy::disallowed_methods)]
fn compare(sshd: &str, config: &str, user: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("etc/ssh/sshd_config");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, config).unwrap();
    std::fs::create_dir_all(dir.path().join("var/lib/dpkg")).unwrap();
    std::fs::write(dir.path().join("var/lib/dpkg/status"), &debian("1:9.2p1-2", "")[1].1).unwrap();
    let mut command = std::process::Command::new(sshd);
    command.arg("-T").arg("-f").arg(&path);
    if !user.is_empty() {
        command.arg("-C").arg(format!("user={user},host=h,addr=192.0.2.1"));
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{config}: {}", String::from_utf8_lossy(&output.stderr));
    let (built, _) = audit(dir.path());
    let address = if user.is_empty() { "sshd".to_owned() } else { format!("sshd/Match User {user}") };
    let resource = built.resources.iter().find(|resource| *resource.address == *address).unwrap();
    let mut compared = 0;
    for (key, entry) in resource.attributes.as_map().unwrap().iter() {
        let Some(keyword) = keywords::find(key) else { continue };
        let theirs: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(&format!("{key} "))).collect();
        assert_eq!(as_sshd_prints(keyword, &entry.value), theirs, "{key} in {config}");
        compared += 1;
    }
    assert!(compared > 0, "{config}");
}

/// Our value in the words of `sshd -T`, one text a line.
fn as_sshd_prints(keyword: &keywords::Keyword, value: &Value) -> Vec<String> {
    let items = || value.as_list().unwrap().iter().map(plain).collect::<Vec<_>>();
    let number = |key: &str| plain(value.get(key).unwrap());
    match keyword.kind {
        _ if keyword.repeat == keywords::Repeat::Append => items(),
        keywords::Kind::Algorithms(_) => vec![items().join(",")],
        keywords::Kind::Words if keyword.name == "ipqos" && items().len() == 1 => vec![format!("{0} {0}", items()[0])],
        keywords::Kind::Words if keyword.name == "setenv" => items(),
        keywords::Kind::Words => vec![items().join(" ")],
        keywords::Kind::Startups => vec![[number("start"), number("rate"), number("full")].join(":")],
        keywords::Kind::Rekey => vec![[number("bytes"), number("seconds")].join(" ")],
        _ => vec![plain(value).replace("prohibit-password", "without-password")],
    }
}
