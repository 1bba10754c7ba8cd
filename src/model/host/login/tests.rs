//! Files of accounts and shells in, facts out; expectations from passwd(5), shadow(5), group(5), login.defs(5),
//! crypt(5), bash(1) and agetty(8).

use crate::model::testing::{attribute, host, place, plain};

/// Files, resource, path of an attribute, expected value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

fn check(cases: &[Case]) {
    for (files, address, key, expected, at) in cases {
        let (built, sources) = host(files);
        let value = attribute(&built, address, key);
        let context = format!("{key} of {address} in {files:#?}");
        assert_eq!(value.map_or("-".into(), plain), *expected, "{context}");
        if let Some(value) = value {
            assert_eq!(place(&sources, value), *at, "{context}");
        }
    }
}

const PASSWD: (&str, &str) = (
    "/etc/passwd",
    "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n# old:x:5:5::/:/bin/sh\n\
     alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\nbob::1001:4242::/home/bob:\ncarol:$1$abcdefgh$0123456789abcdefghij:1000:1000::/home/carol:/bin/zsh\n\
     broken:x:abc:1::/:/bin/sh\n+::::::\n",
);
const SHADOW: (&str, &str) = (
    "/etc/shadow@0640:0:42",
    "root:!:19700:0:99999:7:::\ndaemon:*:19700::::::\nalice:$y$j9T$salt$0123456789abcdef:19700:1:365:14:30:20000:\n",
);
const GROUP: (&str, &str) = (
    "/etc/group",
    "root:x:0:\ndaemon:x:1:\nshadow:x:42:alice\nalice:x:1000:\nstaff:x:50:alice,bob\ndouble:x:50:\nstaff:x:51:\n",
);

#[test]
fn accounts_say_how_one_gets_in() {
    let all = &[PASSWD, SHADOW, GROUP];
    let with = |shadow: &'static str| [("/etc/passwd", "a:x:1000:1000::/:/bin/sh\n"), ("/etc/shadow", shadow)];
    check(&[
        (all, "account/root", "hash.state", "none", "/etc/shadow:1"),
        (all, "account/root", "opens_a_session", "true", "/etc/passwd:1"),
        (all, "account/daemon", "opens_a_session", "false", "/etc/passwd:2"),
        (all, "account/daemon", "is_system", "true", "/etc/passwd:2"),
        (all, "account/alice", "is_system", "false", "/etc/passwd:4"),
        (all, "account/alice", "hash.state", "set", "/etc/shadow:3"),
        (all, "account/alice", "hash.scheme", "yescrypt", "/etc/shadow:3"),
        (all, "account/alice", "max_days", "365", "/etc/shadow:3"),
        (all, "account/alice", "inactive_days", "30", "/etc/shadow:3"),
        (all, "account/alice", "same_uid", "[carol]", "/etc/passwd:4"),
        (all, "account/alice", "group", "alice", "/etc/passwd:4"),
        (all, "account/bob", "hash.state", "empty", "/etc/passwd:5"),
        (all, "account/bob", "shell", "/bin/sh", "/etc/passwd:5"),
        (all, "account/bob", "group_exists", "false", "/etc/passwd:5"),
        (all, "account/carol", "hash.shadowed", "false", "/etc/passwd:6"),
        (all, "account/carol", "hash.scheme", "md5", "/etc/passwd:6"),
        (all, "account/broken", "uid", "-", ""),
        (all, "account/old", "uid", "-", ""),
        (all, "accounts", "legacy_entries", "[+]", "/etc/passwd:1"),
        (all, "accounts", "shadow_group", "[alice]", "/etc/group:3"),
        (all, "group/shadow", "members", "[alice]", "/etc/group:3"),
        (all, "group/double", "same_gid", "[staff]", "/etc/group:6"),
        (all, "group/staff", "single", "false", "/etc/group:5"),
        (&with("a:$6$x$y:1::::::\n"), "account/a", "hash.scheme", "sha512", "/etc/shadow:1"),
        (&with("a:abcdefghijklm:1::::::\n"), "account/a", "hash.scheme", "des", "/etc/shadow:1"),
        (&with("a:$2b$10$x:1::::::\n"), "account/a", "hash.scheme", "bcrypt", "/etc/shadow:1"),
        (&with("a:!$5$x$y:1::::::\n"), "account/a", "hash.state", "locked", "/etc/shadow:1"),
        (&with("a::1::::::\n"), "account/a", "hash.state", "empty", "/etc/shadow:1"),
        (&with("a:!!:1::-1::::\n"), "account/a", "hash.state", "none", "/etc/shadow:1"),
        (&with("a:!!:1::-1::::\n"), "account/a", "max_days", "-", ""),
        (&with("b:*:1::::::\n"), "account/a", "hash.state", "none", "/etc/passwd:1"),
        (
            &[("/etc/passwd", "a:x:500:1::/:/bin/sh\n"), ("/etc/login.defs", "UID_MIN 500\n")],
            "account/a",
            "is_system",
            "false",
            "/etc/passwd:1",
        ),
        (
            &[("/etc/passwd", "a:x:1000:1::/home/a:/bin/sh\n"), ("/home/a/.rhosts", ""), ("/home/a/.netrc", "")],
            "account/a",
            "dotfiles",
            "[.rhosts, .netrc]",
            "/etc/passwd:1",
        ),
        (
            &[("/etc/passwd", "a:x:1000:1::/home/a:/bin/sh\n"), ("/home/a/@0700:1000:1000", "")],
            "/home/a",
            "role",
            "home",
            "/home/a:1",
        ),
    ]);
}

#[test]
fn what_stands_in_a_password_field_is_nowhere_in_the_resources() {
    let (built, _) = host(&[PASSWD, SHADOW, GROUP]);
    let all = format!("{:?}{:?}", built.resources, built.gaps);
    for part in ["0123456789abcdef", "abcdefgh", "j9T"] {
        assert!(!all.contains(part), "{part}");
    }
}

#[test]
fn login_defs_and_its_neighbours() {
    let file = "/etc/login.defs";
    let at = "login.defs";
    check(&[
        (&[(file, "PASS_MAX_DAYS 99999\nPASS_MAX_DAYS\t365\n")], at, "pass_max_days", "365", "/etc/login.defs:2"),
        (&[(file, "#PASS_MAX_DAYS 365\nUMASK 027\n")], at, "pass_max_days", "-", ""),
        (&[(file, "UMASK 027\n")], at, "umask", "027", "/etc/login.defs:1"),
        (&[(file, "UMASK 027\n")], at, "new_home_mode", "0750", "/etc/login.defs:1"),
        (&[(file, "UMASK 022\nHOME_MODE 0700\n")], at, "new_home_mode", "0700", "/etc/login.defs:2"),
        (
            &[(file, "UMASK 022\n"), ("/etc/adduser.conf", "DIR_MODE=0750\n")],
            at,
            "new_home_mode",
            "0750",
            "/etc/adduser.conf:1",
        ),
        (&[(file, "ENCRYPT_METHOD SHA512\n")], at, "encrypt_method", "sha512", "/etc/login.defs:1"),
        (
            &[(file, "LOGIN_RETRIES three\n")],
            at,
            "login_retries",
            "unknown(not valid in this language: not a number)",
            "/etc/login.defs:1",
        ),
        (
            &[(file, "\n"), ("/etc/default/useradd", "SHELL=/bin/sh\nINACTIVE=30\n")],
            at,
            "inactive",
            "30",
            "/etc/default/useradd:2",
        ),
        (
            &[("/usr/etc/login.defs", "PASS_MIN_DAYS 1\n"), ("/etc/login.defs.d/70-x.defs", "PASS_MIN_DAYS 2\n")],
            at,
            "pass_min_days",
            "2",
            "/etc/login.defs.d/70-x.defs:1",
        ),
    ]);
}

#[test]
fn shells_are_read_as_far_as_they_are_simple() {
    let profile = "/etc/profile";
    let one = |text: &'static str| [(profile, text)];
    let at = "shell";
    let here = "/etc/profile:1";
    check(&[
        (&one("readonly TMOUT=900; export TMOUT\n"), at, "tmout", "900", here),
        (&one("readonly TMOUT=900; export TMOUT\n"), at, "tmout_readonly", "true", here),
        (&one("TMOUT=900\nexport TMOUT\n"), at, "tmout_readonly", "false", here),
        (&one("TMOUT=900\nreadonly TMOUT\nTMOUT=0\n"), at, "tmout", "900", here),
        (&one("TMOUT=900\nTMOUT=7200 # x\n"), at, "tmout", "7200", "/etc/profile:2"),
        (&one("declare -xr TMOUT=\"600\"\n"), at, "tmout_readonly", "true", here),
        (&one("# TMOUT=900\n"), at, "tmout", "-", ""),
        (&one("TMOUT=900 run-something\n"), at, "tmout", "-", ""),
        (
            &one("if [ -n \"$PS1\" ]; then\n  TMOUT=900\nfi\n"),
            at,
            "tmout",
            "unknown(depends on a condition that is not known: TMOUT is set under a condition)",
            "/etc/profile:2",
        ),
        (
            &one("TMOUT=$((15 * 60))\n"),
            at,
            "tmout",
            "unknown(a function of time, chance or the machine: TMOUT is computed)",
            here,
        ),
        (
            &[(profile, ""), ("/etc/profile.d/a.sh", "TMOUT=900\n"), ("/etc/profile.d/z.sh", "TMOUT=300\n")],
            at,
            "tmout",
            "300",
            "/etc/profile.d/z.sh:1",
        ),
        (&[(profile, "umask 027\n"), ("/etc/bashrc", "umask 022\n")], at, "umask", "0022", "/etc/bashrc:1"),
        (&one("if [ $UID -gt 199 ]; then\n umask 002\nelse\n umask 022\nfi\n"), at, "umask", "0002", "/etc/profile:2"),
        (&one("umask 077\n[ x = y ] && umask 022\n"), at, "umask", "0022", "/etc/profile:2"),
        (&one("umask u=rwx,g=rx,o=\n"), at, "umask", "0027", here),
        (&one("echo\n"), at, "umask", "0022", here),
        (
            &[
                (profile, "\n"),
                ("/etc/login.defs", "UMASK 077\n"),
                ("/etc/pam.d/login", "session optional pam_umask.so\n"),
            ],
            at,
            "umask",
            "0077",
            "/etc/login.defs:1",
        ),
        (
            &[
                (profile, "\n"),
                ("/etc/login.defs", "UMASK 077\n"),
                ("/etc/pam.d/login", "session optional pam_umask.so umask=0027\n"),
            ],
            at,
            "umask",
            "0027",
            "/etc/pam.d/login:1",
        ),
        (&[(profile, "\n"), ("/etc/login.defs", "UMASK 077\n")], at, "umask", "0022", here),
        (
            &[(profile, "PATH=/usr/sbin:/usr/bin\n"), ("/root/.bashrc", "export PATH=$PATH:.:$HOME/bin\n")],
            at,
            "root_path_unsafe",
            "[.]",
            here,
        ),
        (
            &[(profile, "PATH=\"/opt/shared/bin:/usr/bin:\"\n"), ("/opt/shared/bin/@0777:0:0", "")],
            at,
            "root_path_unsafe",
            "[/opt/shared/bin, (an empty entry)]",
            here,
        ),
    ]);
}

#[test]
fn notices_say_what_they_give_away() {
    check(&[
        (&[("/etc/issue", "Debian GNU/Linux 12 \\n \\l\n\n")], "notice/issue", "details", "[debian]", "/etc/issue:1"),
        (
            &[("/etc/issue", "Authorised use only.\nKernel \\r on an \\m\n")],
            "notice/issue",
            "details",
            "[\\m, \\r, kernel]",
            "/etc/issue:1",
        ),
        (
            &[("/etc/issue.net", "Authorised use of the clinic's systems only.\n")],
            "notice/issue.net",
            "details",
            "[]",
            "/etc/issue.net:1",
        ),
        (&[("/etc/issue.net", "Authorised use only.\n")], "notice/issue.net", "words", "3", "/etc/issue.net:1"),
        (&[("/etc/motd", "\n")], "notice/motd", "words", "0", "/etc/motd:1"),
        (
            &[("/etc/issue", ""), ("/etc/issue.d/10-clinic.issue", "Authorised use only\n")],
            "notice/issue",
            "words",
            "3",
            "/etc/issue:1",
        ),
    ]);
}

#[test]
fn hostile_accounts_cost_little() {
    let many: String = (0..30_000).map(|n| format!("u:x:{}:1::/:/bin/sh\n", n % 2)).collect();
    let (built, _) = host(&[("/etc/passwd", &many)]);
    assert!(built.resources.len() > 1_000);
    let (built, _) = host(&[("/etc/passwd", "\0\u{1}:::::\n:::\n"), ("/etc/profile", &"if ".repeat(100_000))]);
    assert!(built.resources.iter().all(|it| &*it.kind != "account"));
}
