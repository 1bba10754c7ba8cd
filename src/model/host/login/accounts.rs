//! passwd(5), shadow(5) and group(5) joined into one resource for each account and each group.
//!
//! What stands in a password field never leaves this file: only its scheme, and whether it is empty or locked.

use super::defs::Defs;
use super::groups::{Entry, Groups};
use std::collections::HashMap;

use crate::model::Built;
use crate::model::host::dialect::lines;
use crate::model::host::files;
use crate::model::host::view::{Trouble, View};
use crate::open::{Kind, OpenError};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

/// Programs that end a session at once instead of opening one.
const NO_SHELLS: &[&str] = &["nologin", "false", "true", "sync", "halt", "shutdown"];
/// Files in a home that let others in without a password, or hold one: rhosts(5), netrc(5), forward(5).
const DOTFILES: &[&str] = &[".rhosts", ".shosts", ".netrc", ".forward"];
/// Records of what was typed.
const HISTORIES: &[&str] =
    &[".bash_history", ".zsh_history", ".history", ".mysql_history", ".psql_history", ".python_history"];
/// The files of accounts, and what they are to rules.
const FILES: &[(&str, &str)] = &[
    ("/etc/passwd", "passwd"),
    ("/etc/passwd-", "passwd"),
    ("/etc/group", "group"),
    ("/etc/group-", "group"),
    ("/etc/shadow", "shadow"),
    ("/etc/shadow-", "shadow"),
    ("/etc/gshadow", "gshadow"),
    ("/etc/gshadow-", "gshadow"),
    ("/etc/shells", "shells"),
    ("/etc/security/opasswd", "opasswd"),
    ("/etc/security/opasswd.old", "opasswd"),
];

/// One line of /etc/passwd.
#[derive(Clone, Debug)]
pub struct Passwd {
    /// Its name.
    pub name: String,
    secret: Secret,
    /// True if the second field points to /etc/shadow.
    is_shadowed: bool,
    uid: u32,
    /// Its primary group.
    pub gid: u32,
    home: String,
    shell: String,
    span: Span,
}

/// What was read of /etc/passwd.
pub struct PasswdFile {
    /// The accounts.
    pub all: Vec<Passwd>,
    legacy: Vec<(String, Span)>,
    place: Span,
}

/// What a password field says, without what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secret {
    /// A hash of this scheme.
    Set(&'static str),
    /// No password is asked for.
    Empty,
    /// Nothing matches: `*`, `!`.
    None,
    /// A hash that is put out of use by a `!` before it.
    Locked(&'static str),
}

/// The accounts of a host; an error if the file cannot be read.
pub fn passwd(view: &dyn View) -> Result<PasswdFile, OpenError> {
    let text = view.read("/etc/passwd")?;
    let mut read = PasswdFile { all: Vec::new(), legacy: Vec::new(), place: Span::new(text.id, 0..0) };
    for (at, line) in lines(&text.text) {
        let span = Span::new(text.id, at..at + line.len());
        if line.starts_with(['+', '-']) {
            read.legacy.push((line.split(':').next().unwrap_or_default().to_owned(), span));
            continue;
        }
        let fields: Vec<&str> = line.split(':').collect();
        let [name, secret, uid, gid, _, home, rest @ ..] = &*fields else { continue };
        let (Ok(uid), Ok(gid), false) = (uid.parse(), gid.parse(), line.starts_with('#')) else { continue };
        read.all.push(Passwd {
            name: (*name).to_owned(),
            secret: secret_of(secret),
            is_shadowed: *secret == "x",
            uid,
            gid,
            home: (*home).to_owned(),
            shell: rest.first().copied().unwrap_or_default().to_owned(),
            span,
        });
    }
    Ok(read)
}

/// The scheme of a password field, crypt(5).
fn secret_of(field: &str) -> Secret {
    if field.is_empty() {
        return Secret::Empty;
    }
    match field.strip_prefix('!') {
        Some(rest) => scheme(rest).map_or(Secret::None, Secret::Locked),
        None => scheme(field).map_or(Secret::None, Secret::Set),
    }
}

fn scheme(field: &str) -> Option<&'static str> {
    const PREFIXES: &[(&str, &str)] = &[
        ("$y$", "yescrypt"),
        ("$gy$", "gost-yescrypt"),
        ("$7$", "scrypt"),
        ("$2", "bcrypt"),
        ("$argon2", "argon2"),
        ("$6$", "sha512"),
        ("$5$", "sha256"),
        ("$sha1", "sha1"),
        ("$md5", "sunmd5"),
        ("$1$", "md5"),
        ("$3$", "nt"),
        ("_", "bsdicrypt"),
    ];
    if let Some((_, name)) = PREFIXES.iter().find(|(prefix, _)| field.starts_with(prefix)) {
        return Some(name);
    }
    let is_hash = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/');
    match field.starts_with('$') {
        true => Some("other"),
        false => (field.len() >= 13 && field.chars().all(is_hash)).then_some("des"),
    }
}

/// One line of /etc/shadow.
struct Shadow {
    secret: Secret,
    /// Days: last change, minimum, maximum, warning, inactive, expiry.
    days: [Option<i64>; 6],
    span: Span,
}

/// The first line of each name.
fn shadow(view: &dyn View) -> Result<HashMap<String, Shadow>, OpenError> {
    let text = view.read("/etc/shadow")?;
    let all = lines(&text.text).filter_map(|(at, line)| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty() && !name.starts_with(['#', '+', '-']))?.to_owned();
        let secret = secret_of(fields.next()?);
        let mut days = [None; 6];
        for (day, field) in days.iter_mut().zip(fields) {
            *day = field.trim().parse().ok().filter(|days| *days >= 0);
        }
        Some((name, Shadow { secret, days, span: Span::new(text.id, at..at + line.len()) }))
    });
    let mut read = HashMap::new();
    for (name, line) in all {
        read.entry(name).or_insert(line);
    }
    Ok(read)
}

/// Adds the accounts, the groups, and the files that hold them.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !view.is_whole() {
        return;
    }
    for (path, role) in FILES {
        files::add(view, scope, built, path, role);
    }
    let read = match passwd(view) {
        Ok(read) => read,
        Err(OpenError::NotFound) => return,
        Err(error) => return built.gaps.push(Trouble::Open(error).gap(view.display("/etc/passwd"))),
    };
    let shadow = shadow(view);
    if let Err(error) = &shadow
        && !matches!(error, OpenError::NotFound)
    {
        let kind = crate::resource::GapKind::Unreadable;
        let hint = matches!(error, OpenError::Denied).then(|| "run the audit as root".to_owned());
        let (path, message) = (view.display("/etc/shadow"), error.to_string());
        built.gaps.push(crate::resource::Gap { kind, path, span: None, message, hint });
    }
    let (groups, defs) = (Groups::read(view), Defs::read(view, &mut Vec::new()));
    let of_users = Twins::new(read.all.iter().map(|one| (&*one.name, one.uid)));
    let of_groups = Twins::new(groups.all.iter().map(|one| (&*one.name, one.gid)));
    let mut names = HashMap::new();
    for one in &groups.all {
        names.entry(one.gid).or_insert(&*one.name);
    }
    let host = Host { view, groups: &groups, names, of_users, of_groups, defs, passwd: &read, shadow };
    host.summary(scope, built);
    for account in &read.all {
        host.account(account, scope, built);
    }
    for one in &groups.all {
        host.group(one, scope, built);
    }
}

/// Who shares a number or a name with whom.
struct Twins<'a> {
    by_number: HashMap<u32, Vec<&'a str>>,
    by_name: HashMap<&'a str, usize>,
}

impl<'a> Twins<'a> {
    /// Most others that are named.
    const MOST: usize = 20;

    fn new(all: impl Iterator<Item = (&'a str, u32)>) -> Self {
        let mut twins = Twins { by_number: HashMap::new(), by_name: HashMap::new() };
        for (name, number) in all {
            twins.by_number.entry(number).or_default().push(name);
            *twins.by_name.entry(name).or_default() += 1;
        }
        twins
    }

    /// The others with this number.
    fn of_number(&self, name: &str, number: u32, at: Span) -> Value {
        let all = self.by_number.get(&number).map(Vec::as_slice).unwrap_or_default();
        // Somebody of the same name is told by `single`.
        let others = all.iter().take(10 * Self::MOST).filter(|other| **other != name).take(Self::MOST);
        Value::list(others.map(|name| Value::string(*name, at)).collect(), at)
    }

    /// True if no other has this name.
    fn is_single(&self, name: &str, at: Span) -> Value {
        Value::bool(self.by_name.get(name).is_none_or(|count| *count < 2), at)
    }
}

struct Host<'a> {
    view: &'a dyn View,
    groups: &'a Groups,
    /// The names of groups by their numbers.
    names: HashMap<u32, &'a str>,
    of_users: Twins<'a>,
    of_groups: Twins<'a>,
    defs: Defs,
    passwd: &'a PasswdFile,
    shadow: Result<HashMap<String, Shadow>, OpenError>,
}

impl Host<'_> {
    /// What concerns all accounts together.
    fn summary(&self, scope: &Scope, built: &mut Built) {
        let at = self.passwd.place;
        let legacy = self.passwd.legacy.iter().chain(&self.groups.legacy);
        let legacy = legacy.map(|(name, span)| Value::string(name.as_str(), *span)).collect();
        let trusted = ["/etc/hosts.equiv", "/etc/shosts.equiv", "/etc/ssh/shosts.equiv"];
        let trusted = trusted.into_iter().filter(|path| self.view.exists(path));
        let trusted = trusted.map(|path| Value::string(path, self.view.mark(path))).collect();
        let mut facts =
            vec![("legacy_entries", Value::list(legacy, at)), ("trusted_hosts_files", Value::list(trusted, at))];
        // The group whose members may read the hashes on Debian.
        facts.extend(self.groups.members("shadow").map(|members| ("shadow_group", members)));
        super::super::add(self.view, scope, built, "accounts", "accounts", Value::object(facts, at), at);
    }

    fn account(&self, one: &Passwd, scope: &Scope, built: &mut Built) {
        let at = one.span;
        let (least, most) =
            (self.defs.number("uid_min").unwrap_or(1000), self.defs.number("uid_max").unwrap_or(60_000));
        let uid = i64::from(one.uid);
        let is_system = uid != 0 && !(least..=most).contains(&uid);
        let shell = one.shell.rsplit('/').next().unwrap_or_default();
        let opens_a_session = !NO_SHELLS.contains(&shell);
        let group = self.names.get(&one.gid);
        let mut facts = vec![
            ("name", Value::string(one.name.as_str(), at)),
            ("uid", Value::int(uid, at)),
            ("gid", Value::int(one.gid.into(), at)),
            ("home", Value::string(one.home.as_str(), at)),
            // passwd(5): "If this field is empty, it defaults to /bin/sh."
            ("shell", Value::string(if one.shell.is_empty() { "/bin/sh" } else { &one.shell }, at)),
            ("is_system", Value::bool(is_system, at)),
            ("opens_a_session", Value::bool(opens_a_session, at)),
            ("same_uid", self.of_users.of_number(&one.name, one.uid, at)),
            ("single", self.of_users.is_single(&one.name, at)),
        ];
        facts.extend(group.map(|group| ("group", Value::string(*group, at))));
        if self.groups.known {
            facts.push(("group_exists", Value::bool(group.is_some(), at)));
        }
        facts.extend(self.hash(one));
        let is_person = opens_a_session && (uid == 0 || !is_system);
        if is_person {
            facts.push(("dotfiles", self.dotfiles(one)));
        }
        let address = format!("account/{}", one.name);
        super::super::add(self.view, scope, built, "account", &address, Value::object(facts, at), at);
        if is_person && one.home.len() > 1 {
            let is_directory = self.view.stat(&one.home).is_ok_and(|stat| stat.kind == Kind::Directory);
            if is_directory {
                files::add(self.view, scope, built, &one.home, if uid == 0 { "root-home" } else { "home" });
            }
            for name in HISTORIES {
                files::add(self.view, scope, built, &format!("{}/{name}", one.home), "history");
            }
        }
    }

    /// The files in the home that let others in.
    fn dotfiles(&self, one: &Passwd) -> Value {
        let paths = DOTFILES.iter().map(|name| (format!("{}/{name}", one.home), *name));
        let found = paths.filter(|(path, _)| one.home.len() > 1 && self.view.stat(path).is_ok());
        Value::list(found.map(|(path, name)| Value::string(name, self.view.mark(&path))).collect(), one.span)
    }

    /// The state of the password and its ages.
    fn hash(&self, one: &Passwd) -> Vec<(&'static str, Value)> {
        let described = |secret: Secret, span: Span| {
            let (state, scheme) = match secret {
                Secret::Set(scheme) => ("set", Some(scheme)),
                Secret::Locked(scheme) => ("locked", Some(scheme)),
                Secret::Empty => ("empty", None),
                Secret::None => ("none", None),
            };
            let mut facts = vec![("state", Value::string(state, span))];
            facts.extend(scheme.map(|scheme| ("scheme", Value::string(scheme, span))));
            facts.push(("shadowed", Value::bool(one.is_shadowed || !matches!(secret, Secret::Set(_)), span)));
            ("hash", Value::object(facts, span))
        };
        if !one.is_shadowed {
            return vec![described(one.secret, one.span)];
        }
        let all = match &self.shadow {
            Ok(all) => all,
            // Without shadow(5), the `x` matches no password.
            Err(OpenError::NotFound) => return vec![described(Secret::None, one.span)],
            Err(error) => {
                let reason = if matches!(error, OpenError::Denied) { Reason::Rights } else { Reason::File };
                let unknown = Value::unknown(reason, "/etc/shadow", self.view.mark("/etc/shadow"));
                let keys = ["hash", "min_days", "max_days", "warn_days", "inactive_days"];
                return keys.map(|key| (key, unknown.clone())).to_vec();
            }
        };
        let Some(line) = all.get(&one.name) else {
            return vec![described(Secret::None, one.span)];
        };
        let mut facts = vec![described(line.secret, line.span)];
        let keys = ["changed_day", "min_days", "max_days", "warn_days", "inactive_days", "expiry_day"];
        for (key, days) in keys.into_iter().zip(line.days) {
            facts.extend(days.map(|days| (key, Value::int(days, line.span))));
        }
        facts
    }

    fn group(&self, one: &Entry, scope: &Scope, built: &mut Built) {
        let members = self.groups.everybody(one).into_iter().map(|name| Value::string(name, one.span)).collect();
        let facts = [
            ("name", Value::string(one.name.as_str(), one.span)),
            ("gid", Value::int(one.gid.into(), one.span)),
            ("members", Value::list(members, one.span)),
            ("same_gid", self.of_groups.of_number(&one.name, one.gid, one.span)),
            ("single", self.of_groups.is_single(&one.name, one.span)),
        ];
        let address = format!("group/{}", one.name);
        super::super::add(self.view, scope, built, "group", &address, Value::object(facts, one.span), one.span);
    }
}
