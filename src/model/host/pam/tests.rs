//! Stacks in, facts out. Expectations are from pam.conf(5) and the modules' manual pages; the last test asks libpam.

use super::control::Control;
use super::modules::{Attempt, Known, answers};
use super::simulate::explore;
use super::stack::{Call, Group, Line, Stack};
use super::*;
use crate::budget::Budget;
use crate::model::host::view::HostRoot;
use crate::model::testing::{attribute, host, place, plain};
use crate::open::Memory;
use crate::resource::GapKind;
use crate::source::{SourceId, Sources};

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

const LOGIN: &str = "/etc/pam.d/login";
const COMMON: &str = "/etc/pam.d/common-auth";

/// Debian's common-auth without and with pam_faillock, as pam_faillock(8) describes it.
const DEBIAN: &str = "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\n\
                      auth required pam_permit.so\n";
const DEBIAN_LOCKED: &str = "auth requisite pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so\n\
                             auth [default=die] pam_faillock.so authfail\nauth sufficient pam_faillock.so authsucc\n\
                             auth requisite pam_deny.so\n";
/// system-auth as authselect writes it with the feature with-faillock.
const EL: &str = "auth required pam_env.so\nauth required pam_faildelay.so delay=2000000\n\
                  auth required pam_faillock.so preauth silent\n\
                  auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n\
                  auth [default=1 ignore=ignore success=ok] pam_localuser.so\nauth sufficient pam_unix.so nullok\n\
                  auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n\
                  auth sufficient pam_sss.so forward_pass\nauth required pam_faillock.so authfail\n\
                  auth required pam_deny.so\n";

#[test]
fn a_second_factor_counts_only_if_no_way_leads_around_it() {
    let key = "second_factor.required";
    let case = |text: &'static str, expected, line| -> (_, _, _) { (text, expected, line) };
    let cases = [
        case("auth required pam_unix.so\nauth required pam_google_authenticator.so\n", "true", 2),
        case("auth sufficient pam_unix.so\nauth required pam_google_authenticator.so\n", "false", 1),
        case(
            "auth required pam_google_authenticator.so\nauth sufficient pam_unix.so\nauth required pam_deny.so\n",
            "true",
            1,
        ),
        case("auth required pam_unix.so\nauth required pam_google_authenticator.so nullok\n", "false", 2),
        case("auth required pam_unix.so\nauth optional pam_google_authenticator.so\n", "false", 2),
        case("auth requisite pam_unix.so\nauth [success=done default=die] pam_u2f.so\n", "true", 2),
        case("auth required pam_unix.so\nauth required pam_u2f.so nouserok\n", "false", 2),
        case(
            "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_duo.so\n",
            "true",
            3,
        ),
        case(
            "auth [success=2 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_duo.so\nauth required pam_permit.so\n",
            "false",
            1,
        ),
        case(
            "auth required pam_unix.so\nauth [success=1 default=ignore] pam_succeed_if.so user ingroup exempt\nauth required pam_oath.so\n",
            "false",
            2,
        ),
        case("auth required pam_unix.so\nauth required \\\n  pam_oath.so usersfile=/etc/oath\n", "true", 2),
        case("auth sufficient pam_oath.so\nauth required pam_unix.so\n", "false", 1),
        case("auth required pam_unix.so\n", "false", 1),
        case("auth required pam_unix.so\nauth sufficient pam_sss.so\nauth required pam_radius_auth.so\n", "false", 2),
        case(
            "auth required pam_unix.so\nauth required pam_clinic.so\n",
            "unknown(not evaluated by this version: what pam_clinic.so asks for)",
            2,
        ),
    ];
    for (text, expected, line) in cases {
        check(&[(&[(LOGIN, text)], "pam/login", key, expected, &format!("{LOGIN}:{line}"))]);
    }
}

#[test]
fn includes_are_followed_as_libpam_follows_them() {
    let key = "second_factor.required";
    check(&[
        // The lines of an include are lines of the stack: `sufficient` ends it.
        (
            &[
                (LOGIN, "auth include a\nauth required pam_oath.so\n"),
                ("/etc/pam.d/a", "auth sufficient pam_unix.so\n"),
            ],
            "pam/login",
            key,
            "false",
            "/etc/pam.d/a:1",
        ),
        // In a substack it ends the substack alone.
        (
            &[
                (LOGIN, "auth substack a\nauth required pam_oath.so\n"),
                ("/etc/pam.d/a", "auth sufficient pam_unix.so\nauth required pam_deny.so\n"),
            ],
            "pam/login",
            key,
            "true",
            "/etc/pam.d/login:2",
        ),
        // A jump takes the substack for one module.
        (
            &[
                (LOGIN, "auth [success=1 default=ignore] pam_unix.so\nauth substack a\nauth required pam_unix.so\n"),
                ("/etc/pam.d/a", "auth required pam_env.so\nauth required pam_oath.so\n"),
            ],
            "pam/login",
            key,
            "false",
            "/etc/pam.d/login:1",
        ),
        // @include brings every group.
        (
            &[(LOGIN, "@include common-auth\nauth required pam_oath.so\n"), (COMMON, DEBIAN)],
            "pam/login",
            key,
            "true",
            "/etc/pam.d/login:2",
        ),
        // The vendor's directory counts where /etc has no such file.
        (
            &[
                (LOGIN, "auth include common-auth\n"),
                ("/usr/lib/pam.d/common-auth", "auth required pam_unix.so\nauth required pam_oath.so\n"),
            ],
            "pam/login",
            key,
            "true",
            "/usr/lib/pam.d/common-auth:2",
        ),
        (
            &[("/usr/lib/pam.d/login", "auth required pam_oath.so\n"), (LOGIN, "auth required pam_unix.so\n")],
            "pam/login",
            key,
            "false",
            "/etc/pam.d/login:1",
        ),
        // A group without lines is that of `other`.
        (
            &[(LOGIN, "account required pam_unix.so\n"), ("/etc/pam.d/other", "auth required pam_deny.so\n")],
            "pam/login",
            "proof_required",
            "true",
            "/etc/pam.d/login:1",
        ),
        // An include that is not there lets the stack fail, so nobody gets in.
        (&[(LOGIN, "auth include none\nauth required pam_unix.so\n")], "pam/login", key, "true", "/etc/pam.d/login:1"),
        // A module that is not installed fails.
        (
            &[
                (LOGIN, "auth sufficient pam_unix.so\nauth required pam_oath.so\nauth sufficient pam_permit.so\n"),
                ("/lib/security/pam_unix.so", ""),
                ("/lib/security/pam_permit.so", ""),
            ],
            "pam/login",
            "second_factor.required",
            "false",
            "/etc/pam.d/login:1",
        ),
    ]);
}

#[test]
fn somebody_who_proves_nothing_stays_outside() {
    let at = |line: u32| format!("{LOGIN}:{line}");
    let cases = [
        ("auth required pam_unix.so\n", "true", 1),
        ("auth sufficient pam_permit.so\nauth required pam_unix.so\n", "false", 1),
        ("auth optional pam_unix.so\nauth required pam_permit.so\n", "false", 1),
        ("auth sufficient pam_unix.so\nauth required pam_permit.so\n", "false", 1),
        ("auth sufficient pam_rootok.so\nauth required pam_unix.so\n", "true", 2),
        ("auth sufficient pam_wheel.so trust\nauth required pam_unix.so\n", "false", 1),
        ("auth required pam_nologin.so\nauth required pam_deny.so\n", "true", 1),
    ];
    for (text, expected, line) in cases {
        check(&[(&[(LOGIN, text)], "pam/login", "proof_required", expected, &at(line))]);
    }
    // The group of Debian's display managers counts only if somebody is in it.
    let text = "auth sufficient pam_succeed_if.so user ingroup nopasswdlogin\nauth required pam_unix.so\n";
    let files = |members: &'static str| [(LOGIN, text), ("/etc/group", members)];
    check(&[
        (&files("nopasswdlogin:x:115:\n"), "pam/login", "proof_required", "true", "/etc/pam.d/login:2"),
        (&files("nopasswdlogin:x:115:kiosk\n"), "pam/login", "proof_required", "false", "/etc/pam.d/login:1"),
    ]);
}

#[test]
fn accounts_are_locked_if_failures_are_counted_and_looked_at() {
    let conf = "/etc/security/faillock.conf";
    let own = |text: &'static str| (LOGIN, text);
    check(&[
        (
            &[own("@include common-auth\n"), (COMMON, DEBIAN)],
            "pam/login",
            "lockout.enforced",
            "false",
            "/etc/pam.d/login:1",
        ),
        (
            &[own("@include common-auth\n"), (COMMON, DEBIAN_LOCKED)],
            "pam/login",
            "lockout.enforced",
            "true",
            "/etc/pam.d/common-auth:1",
        ),
        (
            &[own("auth substack system-auth\n"), ("/etc/pam.d/system-auth", EL)],
            "pam/login",
            "lockout.enforced",
            "true",
            "/etc/pam.d/system-auth:3",
        ),
        // The line that counts is behind the end of the stack.
        (
            &[own(
                "auth required pam_faillock.so preauth\nauth required pam_unix.so\nauth [default=die] pam_deny.so\nauth required pam_faillock.so authfail\n",
            )],
            "pam/login",
            "lockout.enforced",
            "false",
            "/etc/pam.d/login:3",
        ),
        // The line that counts is passed over when the password is wrong.
        (
            &[own(
                "auth required pam_faillock.so preauth\nauth requisite pam_unix.so\nauth required pam_faillock.so authfail\n",
            )],
            "pam/login",
            "lockout.enforced",
            "false",
            "/etc/pam.d/login:2",
        ),
        // Nobody looks before the password module ends the stack.
        (
            &[own(
                "auth sufficient pam_unix.so\nauth required pam_faillock.so preauth\nauth [default=die] pam_faillock.so authfail\n",
            )],
            "pam/login",
            "lockout.enforced",
            "false",
            "/etc/pam.d/login:1",
        ),
        // Counted and never looked at.
        (
            &[own("auth sufficient pam_unix.so\nauth [default=die] pam_faillock.so authfail\n")],
            "pam/login",
            "lockout.enforced",
            "false",
            "/etc/pam.d/login:2",
        ),
        (
            &[own("auth required pam_tally2.so onerr=fail deny=5 unlock_time=900\nauth required pam_unix.so\n")],
            "pam/login",
            "lockout.enforced",
            "true",
            "/etc/pam.d/login:1",
        ),
        (
            &[own("auth required pam_tally2.so\nauth required pam_unix.so\n")],
            "pam/login",
            "lockout.deny",
            "0",
            "/etc/pam.d/login:1",
        ),
        (&[own(DEBIAN_LOCKED)], "pam/login", "lockout.deny", "3", "/etc/pam.d/login:1"),
        (
            &[own(DEBIAN_LOCKED), (conf, "# deny = 3\ndeny = 10\neven_deny_root\n")],
            "pam/login",
            "lockout.deny",
            "10",
            "/etc/security/faillock.conf:2",
        ),
        (
            &[own(DEBIAN_LOCKED), (conf, "deny = 10\neven_deny_root\n")],
            "pam/login",
            "lockout.even_deny_root",
            "true",
            "/etc/security/faillock.conf:2",
        ),
        (
            &[
                own(
                    "auth required pam_faillock.so preauth deny=4\nauth sufficient pam_unix.so\nauth required pam_faillock.so authfail\n",
                ),
                (conf, "deny = 10\n"),
            ],
            "pam/login",
            "lockout.deny",
            "4",
            "/etc/pam.d/login:1",
        ),
        (
            &[own(DEBIAN_LOCKED), (conf, "unlock_time = never\n")],
            "pam/login",
            "lockout.unlock_time",
            "0",
            "/etc/security/faillock.conf:1",
        ),
        (
            &[own(DEBIAN_LOCKED), (conf, "root_unlock_time = 60\n")],
            "pam/login",
            "lockout.even_deny_root",
            "true",
            "/etc/security/faillock.conf:1",
        ),
        (
            &[own(DEBIAN_LOCKED), (conf, "unlock_time = soon\n")],
            "pam/login",
            "lockout.unlock_time",
            "unknown(not valid in this language: soon)",
            "/etc/security/faillock.conf:1",
        ),
    ]);
}

const PASSWD: &str = "/etc/pam.d/passwd";

#[test]
fn what_a_new_password_must_be_like() {
    let stack = "password requisite pam_pwquality.so retry=3\npassword [success=1 default=ignore] pam_unix.so use_authtok yescrypt\npassword requisite pam_deny.so\npassword required pam_permit.so\n";
    let conf = "/etc/security/pwquality.conf";
    let at = "pam-password/passwd";
    check(&[
        (&[(PASSWD, stack)], at, "quality.enforced", "true", "/etc/pam.d/passwd:1"),
        (&[(PASSWD, stack)], at, "minimum_length", "8", "/etc/pam.d/passwd:1"),
        (&[(PASSWD, stack), (conf, "minlen = 14\n")], at, "minimum_length", "14", "/etc/security/pwquality.conf:1"),
        // The main file is read after the drop-ins.
        (
            &[(PASSWD, stack), (conf, "minlen = 14\n"), ("/etc/security/pwquality.conf.d/50-x.conf", "minlen = 20\n")],
            at,
            "minimum_length",
            "14",
            "/etc/security/pwquality.conf:1",
        ),
        (
            &[
                (PASSWD, stack),
                (conf, "# minlen = 14\n"),
                ("/etc/security/pwquality.conf.d/20-x.conf", "minlen = 20\n"),
                ("/etc/security/pwquality.conf.d/50-x.conf", "minlen = 16\n"),
            ],
            at,
            "minimum_length",
            "16",
            "/etc/security/pwquality.conf.d/50-x.conf:1",
        ),
        (
            &[
                (PASSWD, "password required pam_pwquality.so minlen=12\npassword required pam_unix.so use_authtok\n"),
                (conf, "minlen = 14\n"),
            ],
            at,
            "minimum_length",
            "12",
            "/etc/pam.d/passwd:1",
        ),
        // Credits make up for characters; pam_cracklib gives one for each class unless it is told otherwise.
        (
            &[(PASSWD, stack), (conf, "minlen = 14\ndcredit = 2\nucredit = 1\n")],
            at,
            "minimum_length",
            "11",
            "/etc/security/pwquality.conf:3",
        ),
        (
            &[(PASSWD, "password required pam_cracklib.so minlen=14\npassword required pam_unix.so use_authtok\n")],
            at,
            "minimum_length",
            "10",
            "/etc/pam.d/passwd:1",
        ),
        (&[(PASSWD, stack), (conf, "minlen = 3\n")], at, "minimum_length", "6", "/etc/security/pwquality.conf:1"),
        (
            &[(PASSWD, stack), (conf, "dcredit = -1\nucredit = -1\nlcredit=-1\nocredit -1\n")],
            at,
            "quality.classes",
            "4",
            "/etc/security/pwquality.conf:4",
        ),
        (&[(PASSWD, stack), (conf, "minclass = 3\n")], at, "quality.classes", "3", "/etc/security/pwquality.conf:1"),
        (
            &[(PASSWD, stack), (conf, "enforcing = 0\n")],
            at,
            "quality.enforced",
            "false",
            "/etc/security/pwquality.conf:1",
        ),
        (
            &[(PASSWD, stack), (conf, "enforce_for_root\n")],
            at,
            "quality.enforce_for_root",
            "true",
            "/etc/security/pwquality.conf:1",
        ),
        (&[(PASSWD, stack)], at, "quality.enforce_for_root", "false", "/etc/pam.d/passwd:1"),
        // What the module refuses is stored all the same.
        (
            &[(PASSWD, "password optional pam_pwquality.so\npassword required pam_unix.so\n")],
            at,
            "quality.enforced",
            "false",
            "/etc/pam.d/passwd:1",
        ),
        (
            &[(PASSWD, "password sufficient pam_unix.so\npassword required pam_pwquality.so\n")],
            at,
            "quality.enforced",
            "false",
            "/etc/pam.d/passwd:1",
        ),
        (
            &[(PASSWD, "password required pam_unix.so obscure minlen=9\n")],
            at,
            "minimum_length",
            "9",
            "/etc/pam.d/passwd:1",
        ),
        (
            &[(PASSWD, "password required pam_unix.so obscure\n")],
            at,
            "quality.enforced",
            "false",
            "/etc/pam.d/passwd:1",
        ),
        (
            &[(
                PASSWD,
                "password required pam_passwdqc.so min=disabled,24,11,8,8\npassword required pam_unix.so use_authtok\n",
            )],
            at,
            "minimum_length",
            "8",
            "/etc/pam.d/passwd:1",
        ),
    ]);
}

#[test]
fn old_passwords_and_how_new_ones_are_stored() {
    let at = "pam-password/passwd";
    let one = |text: &'static str| (PASSWD, text);
    let history = "password required pam_pwhistory.so remember=24 use_authtok\npassword required pam_unix.so use_authtok sha512 shadow\n";
    check(&[
        (&[one(history)], at, "history.remember", "24", "/etc/pam.d/passwd:1"),
        (&[one(history)], at, "history.enforced", "true", "/etc/pam.d/passwd:1"),
        (
            &[one("password required pam_pwhistory.so\n"), ("/etc/security/pwhistory.conf", "remember = 8\n")],
            at,
            "history.remember",
            "8",
            "/etc/security/pwhistory.conf:1",
        ),
        (&[one("password required pam_pwhistory.so\n")], at, "history.remember", "10", "/etc/pam.d/passwd:1"),
        (&[one("password sufficient pam_unix.so remember=5\n")], at, "history.remember", "5", "/etc/pam.d/passwd:1"),
        (&[one("password sufficient pam_unix.so\n")], at, "history.remember", "0", "/etc/pam.d/passwd:1"),
        (&[one(history)], at, "hash", "sha512", "/etc/pam.d/passwd:2"),
        (
            &[
                one("password required pam_unix.so\n"),
                ("/etc/login.defs", "ENCRYPT_METHOD MD5\nENCRYPT_METHOD YESCRYPT\n"),
            ],
            at,
            "hash",
            "yescrypt",
            "/etc/login.defs:2",
        ),
        (
            &[one("password required pam_unix.so md5\n"), ("/etc/login.defs", "ENCRYPT_METHOD YESCRYPT\n")],
            at,
            "hash",
            "md5",
            "/etc/pam.d/passwd:1",
        ),
        (&[one("password required pam_unix.so\n")], at, "hash", "des", "/etc/pam.d/passwd:1"),
        (&[one(history)], at, "uses_checked", "true", "/etc/pam.d/passwd:2"),
        (
            &[one("password requisite pam_pwquality.so\npassword required pam_unix.so\n")],
            at,
            "uses_checked",
            "false",
            "/etc/pam.d/passwd:2",
        ),
        (
            &[
                one("@include common-password\n"),
                (LOGIN, "@include common-password\n"),
                ("/etc/pam.d/common-password", "password required pam_unix.so\n"),
            ],
            at,
            "services",
            "[passwd, login]",
            "/etc/pam.d/common-password:1",
        ),
    ]);
}

#[test]
fn other_facts_of_a_service() {
    let su = "/etc/pam.d/su";
    let group = ("/etc/group", "wheel:x:10:alice\nsugroup:x:99:\n");
    check(&[
        (
            &[(LOGIN, "@include common-auth\n"), (COMMON, DEBIAN)],
            "pam/login",
            "nullok",
            "true",
            "/etc/pam.d/common-auth:1",
        ),
        (&[(LOGIN, DEBIAN_LOCKED)], "pam/login", "nullok", "false", "/etc/pam.d/login:1"),
        (
            &[
                (su, "auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid\nauth required pam_unix.so\n"),
                group,
            ],
            "pam/su",
            "wheel",
            "{required: true, group: wheel, members: [alice]}",
            "/etc/pam.d/su:2",
        ),
        (
            &[(su, "auth required pam_wheel.so use_uid group=sugroup\nauth required pam_unix.so\n"), group],
            "pam/su",
            "wheel.members",
            "[]",
            "/etc/group:2",
        ),
        (
            &[(su, "auth sufficient pam_rootok.so\nauth required pam_unix.so\n")],
            "pam/su",
            "wheel.required",
            "false",
            "/etc/pam.d/su:1",
        ),
        (
            &[(su, "auth sufficient pam_unix.so\nauth required pam_wheel.so\n")],
            "pam/su",
            "wheel.required",
            "false",
            "/etc/pam.d/su:1",
        ),
        (
            &[(su, "auth required pam_unix.so\naccount required pam_wheel.so\n")],
            "pam/su",
            "wheel.required",
            "true",
            "/etc/pam.d/su:2",
        ),
        (
            &[(su, "auth required pam_unix.so\n"), ("/etc/pam.d/su-l", "auth include su\n")],
            "pam/su",
            "services",
            "[su, su-l]",
            "/etc/pam.d/su:1",
        ),
        (
            &[(LOGIN, "session optional pam_lastlog.so\n")],
            "pam/login",
            "last_login_shown",
            "true",
            "/etc/pam.d/login:1",
        ),
        (
            &[(LOGIN, "session optional pam_lastlog.so silent\n")],
            "pam/login",
            "last_login_shown",
            "false",
            "/etc/pam.d/login:1",
        ),
        (
            &[
                ("/etc/pam.d/sshd", "auth required pam_unix.so\nauth required pam_duo.so\n"),
                ("/etc/duo/pam_duo.conf", "[duo]\nfailmode = secure\n"),
            ],
            "pam/sshd",
            "second_factor.fails_open",
            "false",
            "/etc/duo/pam_duo.conf:2",
        ),
        (
            &[
                ("/etc/pam.d/sshd", "auth required pam_duo.so\n"),
                ("/etc/duo/pam_duo.conf", "[duo]\n; failmode = secure\n"),
            ],
            "pam/sshd",
            "second_factor.fails_open",
            "true",
            "/etc/pam.d/sshd:1",
        ),
    ]);
}

#[test]
fn hostile_files_end_in_a_gap_or_an_unknown() {
    let required = |files: &[(&str, &str)]| {
        let (built, _) = host(files);
        attribute(&built, "pam/login", "second_factor.required").map(plain).unwrap()
    };
    assert!(required(&[(LOGIN, "@include login\n")]).contains("a limit of this audit"));
    assert!(required(&[(LOGIN, "auth substack a\n"), ("/etc/pam.d/a", "auth substack login\n")]).contains("a limit"));
    let twice = "@include a\n@include a\n";
    let many: Vec<(String, &str)> = (0..30).map(|n| (format!("/etc/pam.d/{n}"), twice)).collect();
    let many: Vec<(&str, &str)> =
        many.iter().map(|(path, text)| (&**path, *text)).chain([(LOGIN, twice), ("/etc/pam.d/a", twice)]).collect();
    assert!(required(&many).contains("a limit"));
    let long = "auth [success=1 default=ignore] pam_unix.so\n".repeat(5_000);
    assert!(required(&[(LOGIN, &long)]).contains("a limit"));
    assert_eq!(required(&[(LOGIN, "\0\u{1}\u{fffd}[[[ ]\nauth [ pam_unix.so\n")]), "true");
    let (built, _) = host(&[("/etc/pam.d/login/", "")]);
    assert_eq!(built.gaps.iter().filter(|gap| gap.kind == GapKind::Unreadable).count(), 1);
}

/// A stack of pam_debug lines, and whether every way through it succeeds.
fn succeeds(text: &str, more: &[(&str, &str)]) -> bool {
    let mut tree = Memory::default();
    let stat =
        crate::open::Stat { kind: crate::open::Kind::File, mode: 0o644, uid: 0, gid: 0, size: 0, modified: None };
    for (path, text) in more.iter().chain(&[("/etc/pam.d/x", text)]) {
        tree.file(std::path::Path::new(path), text.as_bytes(), stat);
    }
    let (mut sources, budget) = (Sources::default(), Budget::default());
    let view = HostRoot::new(&tree, false, "", &mut sources, &budget);
    let stack = stack::stack(&view, "x", Group::Auth, &mut Vec::new());
    let known = Known { is_empty_group: &|_| false, is_missing: &|_| false };
    let ends = explore(&stack, &|line| answers(line, Attempt::Any, &known), &|_| false).unwrap();
    assert_eq!(ends.len(), 1);
    ends[0].success
}

#[test]
fn states_that_meet_are_one() {
    let line = |n: usize| Line {
        call: Call::Module(if n.is_multiple_of(2) { "unix".into() } else { "succeed_if".into() }),
        control: Control::parse("success=1 default=ignore"),
        arguments: Vec::new(),
        level: 0,
        span: Span::new(SourceId(0), 0..0),
    };
    let stack = Stack { lines: (0..500).map(line).collect(), hole: None };
    let known = Known { is_empty_group: &|_| false, is_missing: &|_| false };
    let ends = explore(&stack, &|line| answers(line, Attempt::Any, &known), &|_| false).unwrap();
    assert!(ends.len() < 10);
}

/// Whatever the stack, libpam comes to the same end: random stacks of pam_debug lines, given to pamtester(1).
/// Needs root, pamtester (named by PAMTESTER) and leave to write /etc/pam.d.
#[test]
#[ignore = "needs pamtester and writes /etc/pam.d"]
#[allow(clippy::disallowed_methods)]
fn libpam_comes_to_the_same_end() {
    let pamtester = std::env::var("PAMTESTER").unwrap();
    let codes = ["success", "auth_err", "ignore", "new_authtok_reqd", "user_unknown"];
    let actions = ["ignore", "bad", "die", "ok", "done", "reset", "1", "2", "3"];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut pick = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % n as u64).unwrap()
    };
    let names = ["x", "duecare-a", "duecare-b"];
    let mut successes = 0;
    for round in 0..2_000 {
        let mut texts: Vec<String> = Vec::new();
        for file in 0..3_usize {
            let mut text = String::new();
            for _ in 0..1 + pick(4) {
                if file < 2 && pick(4) == 0 {
                    text += &format!("auth {} {}\n", ["include", "substack"][pick(2)], names[file + 1]);
                    continue;
                }
                let control = match pick(2) {
                    0 => ["required", "requisite", "sufficient", "optional"][pick(4)].to_owned(),
                    _ => format!("[{}={} default={}]", codes[pick(5)], actions[pick(9)], actions[pick(9)]),
                };
                text += &format!("auth {control} pam_debug.so auth={}\n", codes[pick(5)]);
            }
            texts.push(text);
        }
        let more = [("/etc/pam.d/duecare-a", &*texts[1]), ("/etc/pam.d/duecare-b", &*texts[2])];
        let ours = succeeds(&texts[0], &more);
        for (path, text) in more.iter().chain(&[("/etc/pam.d/duecare-x", &*texts[0])]) {
            std::fs::write(path, text).unwrap();
        }
        let mut command = std::process::Command::new(&pamtester);
        let theirs = command.args(["duecare-x", "root", "authenticate"]).output().unwrap().status.success();
        for name in ["x", "a", "b"] {
            std::fs::remove_file(format!("/etc/pam.d/duecare-{name}")).unwrap();
        }
        assert_eq!(ours, theirs, "round {round}:\n{}", texts.join("--\n"));
        successes += usize::from(theirs);
    }
    assert!((200..1_800).contains(&successes), "{successes}");
}
