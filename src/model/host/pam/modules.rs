//! What modules may return and what it means, from their manual pages. A module that is not known here may answer
//! anything, and whether it proves who somebody is stays open.

use super::simulate::{Marks, Outcome};
use super::stack::{Call, Line};

/// Somebody proved who they are.
pub const PROOF: Marks = 1;
/// With a second factor.
pub const SECOND: Marks = 2;
/// It depends on a module of which nothing is known.
pub const UNSURE: Marks = 4;
/// A failure was counted.
pub const COUNTED: Marks = 8;
/// A wrong password was given.
pub const WRONG: Marks = 16;

/// What a module is to an authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It asks for a password or another proof that stands alone.
    Password,
    /// It asks for something that one has, or is.
    Second,
    /// It counts failures and locks accounts.
    Lockout,
    /// It may refuse, and proves nothing.
    Gate,
    /// It neither refuses nor proves.
    Neutral,
    /// It lets everybody pass.
    Permit,
    /// It refuses everybody.
    Deny,
    /// It answers as its arguments say (pam_debug).
    Debug,
    /// Nothing is known.
    Other,
}

const PASSWORD: &[&str] = &[
    "unix",
    "unix_auth",
    "unix2",
    "tcb",
    "sss",
    "ldap",
    "krb5",
    "winbind",
    "systemd_home",
    "pwdfile",
    "userdb",
    "mysql",
    "pgsql",
    "lsass",
    "vas3",
    "centrifydc",
    "himmelblau",
    "aad",
    "fprintd",
    "sss_gss",
];
const SECOND_FACTORS: &[&str] = &[
    "google_authenticator",
    "duo",
    "u2f",
    "oath",
    "yubico",
    "pkcs11",
    "p11",
    "radius_auth",
    "radius",
    "securid",
    "otpw",
    "privacyidea",
    "poldi",
];
const LOCKOUTS: &[&str] = &["faillock", "tally2", "tally", "abl"];
const GATES: &[&str] = &[
    "nologin",
    "securetty",
    "listfile",
    "access",
    "time",
    "succeed_if",
    "usertype",
    "localuser",
    "shells",
    "wheel",
    "rootok",
    "sepermit",
    "slurm",
    "slurm_adopt",
];
const NEUTRAL: &[&str] = &[
    "env",
    "faildelay",
    "warn",
    "echo",
    "issue",
    "group",
    "cap",
    "gnome_keyring",
    "kwallet",
    "kwallet5",
    "keyinit",
    "mount",
    "ecryptfs",
    "fscrypt",
    "reauthorize",
    "motd",
    "mail",
    "limits",
    "loginuid",
    "selinux",
    "umask",
];

/// What the module of a line is.
pub fn kind(line: &Line) -> Kind {
    let Call::Module(name) = &line.call else { return Kind::Deny };
    let is = |list: &[&str]| list.contains(&name.as_str());
    match name.as_str() {
        "permit" => Kind::Permit,
        "deny" => Kind::Deny,
        "debug" => Kind::Debug,
        // sssd asks for the card itself if it is told that there must be one: pam_sss(8).
        "sss" if line.has("require_cert_auth") => Kind::Second,
        _ if is(PASSWORD) => Kind::Password,
        _ if is(SECOND_FACTORS) => Kind::Second,
        _ if is(LOCKOUTS) => Kind::Lockout,
        _ if is(GATES) => Kind::Gate,
        _ if is(NEUTRAL) => Kind::Neutral,
        _ => Kind::Other,
    }
}

/// What somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Anything: which ways lead in?
    Any,
    /// With a wrong password everywhere.
    WrongPassword,
    /// With an account that is locked after too many failures.
    Locked,
    /// By somebody who is not in the group of pam_wheel.
    Outsider,
}

/// What modules ask of the system.
pub struct Known<'a> {
    /// True if this group certainly has no members.
    pub is_empty_group: &'a dyn Fn(&str) -> bool,
    /// True if this module is certainly not installed.
    pub is_missing: &'a dyn Fn(&str) -> bool,
}

/// What a line of the group `auth` may return for an ordinary user.
pub fn answers(line: &Line, attempt: Attempt, known: &Known) -> Vec<Outcome> {
    let plain = |codes: &[&'static str]| codes.iter().map(|code| Outcome { code, marks: 0 }).collect::<Vec<_>>();
    let proof = |marks| Outcome { code: "success", marks };
    if matches!(&line.call, Call::Module(name) if (known.is_missing)(name)) {
        return plain(&["module_unknown"]);
    }
    match kind(line) {
        Kind::Permit => plain(&["success"]),
        Kind::Deny => plain(&["auth_err"]),
        Kind::Neutral => plain(&["ignore", "success"]),
        Kind::Debug => plain(&[line.argument("auth").and_then(code).unwrap_or("success")]),
        Kind::Gate => plain(gate(line, attempt, known)),
        Kind::Lockout => lockout(line, attempt),
        Kind::Password if attempt == Attempt::WrongPassword => {
            let mut all = plain(&["user_unknown", "authinfo_unavail"]);
            all.push(Outcome { code: "auth_err", marks: WRONG });
            all
        }
        Kind::Password => {
            let mut all = plain(&["auth_err", "user_unknown", "authinfo_unavail", "ignore", "maxtries"]);
            all.push(proof(PROOF));
            all
        }
        Kind::Second => {
            let mut all = plain(&["auth_err", "user_unknown", "authinfo_unavail"]);
            // Without a secret of their own, these let a user pass.
            if is_optional_for_users(line) {
                all.extend(plain(&["ignore"]));
            }
            all.push(proof(PROOF | SECOND));
            all
        }
        Kind::Other => {
            let mut all = plain(&["auth_err", "user_unknown"]);
            all.extend(["success", "ignore"].map(|code| Outcome { code, marks: UNSURE }));
            all
        }
    }
}

/// True for an argument that lets users pass who have no second factor.
pub fn is_optional_for_users(line: &Line) -> bool {
    // google-authenticator, oath and yubico; pam_u2f; pam_radius_auth when no server answers; pam_pkcs11.
    ["nullok", "nouserok", "localifdown", "ignore_no_card", "wait_for_card_or_ignore"].iter().any(|it| line.has(it))
}

/// pam_wheel(8), pam_nologin(8), pam_rootok(8) and the like.
fn gate(line: &Line, attempt: Attempt, known: &Known) -> &'static [&'static str] {
    let Call::Module(name) = &line.call else { return &["perm_denied"] };
    let group = line.arguments.iter().skip_while(|word| *word != "ingroup").nth(1);
    match name.as_str() {
        "wheel" if attempt == Attempt::Outsider && !line.has("deny") => &["perm_denied"],
        // `user ingroup nopasswdlogin`, as display managers have it: nobody is in there by default.
        "succeed_if" if group.is_some_and(|group| (known.is_empty_group)(group)) => &["auth_err"],
        // It succeeds for root alone, who is no ordinary user.
        "rootok" => &["auth_err"],
        "wheel" if line.has("trust") => &["success", "ignore", "perm_denied"],
        "wheel" => &["ignore", "perm_denied"],
        "nologin" if line.has("successok") => &["success", "auth_err"],
        "nologin" => &["ignore", "auth_err"],
        _ => &["success", "auth_err", "perm_denied", "user_unknown", "ignore"],
    }
}

/// pam_faillock(8): `preauth` and `authsucc` refuse a locked account, `authfail` counts and refuses. pam_tally2 and
/// its kind count and refuse wherever they are called.
fn lockout(line: &Line, attempt: Attempt) -> Vec<Outcome> {
    let refused = |marks| Outcome { code: "auth_err", marks };
    let passed = |marks| Outcome { code: "success", marks };
    let locked = attempt == Attempt::Locked;
    if !line.is("faillock") {
        return vec![if locked { refused(COUNTED) } else { passed(COUNTED) }];
    }
    match () {
        () if line.has("authfail") => vec![refused(COUNTED)],
        () if locked => vec![refused(0)],
        () => vec![passed(0)],
    }
}

/// The code that pam_debug(8) is told to return.
fn code(name: &str) -> Option<&'static str> {
    const CODES: &[&str] = &[
        "success",
        "open_err",
        "service_err",
        "system_err",
        "perm_denied",
        "auth_err",
        "cred_insufficient",
        "authinfo_unavail",
        "user_unknown",
        "maxtries",
        "new_authtok_reqd",
        "acct_expired",
        "ignore",
        "abort",
    ];
    CODES.iter().find(|code| **code == name).copied()
}
