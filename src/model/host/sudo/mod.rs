//! sudo: its settings as one resource, and everything that somebody may do with it as others.

mod lex;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::model::Built;
use crate::model::host::files;
use crate::model::host::login::groups::Groups;
use crate::model::host::packages;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Number, Reason, Value};
use read::{Rule, Sudoers};

const FILE: &str = "/etc/sudoers";
/// Most names that an alias is expanded to.
const MAX_NAMES: usize = 1_000;
/// Most rules that are looked at for what they take the place of.
const MAX_COVERS: usize = 200;
/// Settings that are flags, and whether they are on when nothing is said; `use_pty` depends on the version.
const FLAGS: &[(&str, bool)] = &[
    ("authenticate", true),
    ("env_reset", true),
    ("ignore_dot", false),
    ("log_input", false),
    ("log_output", false),
    ("noexec", false),
    ("requiretty", false),
    ("rootpw", false),
    ("runaspw", false),
    ("targetpw", false),
    ("visiblepw", false),
    ("use_pty", false),
];
/// Settings that are texts.
const TEXTS: &[&str] = &["logfile", "secure_path", "syslog", "timestamp_type", "iolog_dir"];

/// Adds what a host's sudo is told, if it is there.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let package = packages::installed(view, &["sudo", "sudo-ldap"]);
    if !view.exists(FILE) {
        return;
    }
    let version = package.as_ref().map(|package| (version(&package.version), package.span));
    judge_file(view, FILE, false, version, scope, built);
}

/// Adds what a sudoers file in a repository says.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    judge_file(view, file, is_part, None, scope, built);
}

fn judge_file(
    view: &dyn View,
    file: &str,
    is_part: bool,
    version: Option<(Version, Span)>,
    scope: &Scope,
    built: &mut Built,
) {
    let mut sudoers = Sudoers::read(view, file);
    if is_part {
        // What this file does not say, another may.
        let elsewhere = Value::unknown(Reason::File, "the rest of sudoers", view.mark(file));
        sudoers.hole.get_or_insert(elsewhere);
    }
    built.gaps.append(&mut sudoers.gaps);
    for path in &sudoers.files {
        files::add(view, scope, built, path, "sudoers");
    }
    let at = view.read(file).map_or_else(|_| view.mark(file), |text| Span::new(text.id, 0..0));
    let attributes = Value::object(settings(&sudoers, version, at), at);
    super::add(view, scope, built, "sudoers", "sudoers", attributes, at);
    let groups = Groups::read(view);
    let covers = covers(&sudoers);
    let mut numbers: std::collections::BTreeMap<u32, usize> = std::collections::BTreeMap::new();
    for (n, rule) in sudoers.rules.iter().enumerate() {
        let facts = facts(view, &sudoers, (n, rule), &covers, &groups);
        let who = rule.users.join(",");
        let number = numbers.entry(rule.span.start).or_default();
        *number += 1;
        let nth = if *number > 1 { format!(" ({number})") } else { String::new() };
        let address = format!("sudoers/{who} {}{nth}", rule.command);
        super::add(view, scope, built, "sudoers.rule", &address, Value::object(facts, rule.span), rule.span);
    }
}

type Version = Option<(u32, u32, u32)>;

/// The numbers of a version such as `1.9.13p3-1+deb12u1`.
fn version(text: &str) -> Version {
    let upstream = text.split_once(':').map_or(text, |(_, rest)| rest);
    let mut numbers = upstream.split(['.', 'p', '-', '+']).map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??, numbers.next()??))
}

/// The settings that hold for everybody, and those that hold for some.
fn settings(sudoers: &Sudoers, version: Option<(Version, Span)>, at: Span) -> Vec<(&'static str, Value)> {
    let last = |name: &str| sudoers.defaults.iter().rev().find(|one| one.scope.is_empty() && one.name == name);
    let mut facts = Vec::new();
    for (name, absent) in FLAGS {
        let value = match (last(name), &sudoers.hole) {
            (Some(one), _) => Value::bool(!one.is_off, one.span),
            (None, Some(hole)) => hole.clone(),
            (None, None) if *name == "use_pty" => use_pty(version, at),
            (None, None) => Value::bool(*absent, at),
        };
        facts.push((*name, value));
    }
    for name in TEXTS {
        let found = last(name).filter(|one| !one.is_off);
        let value = found.and_then(|one| Some(Value::string(one.value.as_deref()?, one.span)));
        facts.extend(value.or_else(|| sudoers.hole.clone()).map(|value| (*name, value)));
    }
    facts.extend(last("timestamp_timeout").map(|one| ("timestamp_timeout", minutes(one))));
    let exceptions = sudoers.defaults.iter().filter(|one| !one.scope.is_empty()).map(|one| {
        let value = match &one.value {
            Some(text) => Value::string(text.as_str(), one.span),
            None => Value::bool(!one.is_off, one.span),
        };
        let name = Value::string(one.name.as_str(), one.span);
        let scope = Value::string(one.scope.as_str(), one.span);
        Value::object([("scope", scope), ("setting", name), ("value", value)], one.span)
    });
    facts.push(("exceptions", Value::list(exceptions.collect(), at)));
    facts
}

/// sudo 1.9.14: "The use_pty sudoers option is now enabled by default."
fn use_pty(version: Option<(Version, Span)>, at: Span) -> Value {
    match version {
        Some((Some(version), span)) => Value::bool(version >= (1, 9, 14), span),
        _ => Value::unknown(Reason::Unsupported, "the default of use_pty in a version of sudo that is not known", at),
    }
}

/// Minutes; `!timestamp_timeout` always asks.
fn minutes(one: &read::Default) -> Value {
    let text = one.value.as_deref().filter(|_| !one.is_off).unwrap_or("0");
    match Number::parse(text) {
        Some(number) => Value::number(number, one.span),
        None => Value::unknown(Reason::Invalid, "timestamp_timeout", one.span),
    }
}

/// What the rule at `n` allows.
fn facts(
    view: &dyn View,
    sudoers: &Sudoers,
    (n, rule): (usize, &Rule),
    covers: &[Cover],
    groups: &Groups,
) -> Vec<(&'static str, Value)> {
    let at = rule.span;
    let list =
        |names: &BTreeSet<String>| Value::list(names.iter().map(|name| Value::string(name.as_str(), at)).collect(), at);
    let users = expanded(sudoers, &rule.users);
    let commands = expanded(sudoers, std::slice::from_ref(&rule.command));
    // Without a list, commands run as root, or whom runas_default names.
    let runas =
        rule.runas.as_ref().map_or_else(|| BTreeSet::from(["root".to_owned()]), |names| expanded(sudoers, names));
    let has = |tag: &str| rule.tags.iter().any(|own| own == tag);
    let is_all = commands.contains("ALL");
    let as_root = runas.iter().any(|name| matches!(name.as_str(), "ALL" | "root" | "#0"));
    // Members of a group ask for what the group asks for; people are what matters, not root.
    let others: BTreeSet<&String> = users.iter().filter(|name| !matches!(name.as_str(), "root" | "#0")).collect();
    let overridden = covers.iter().any(|cover| cover.at > n && cover.holds(&users, &commands, groups));
    vec![
        ("users", list(&users)),
        ("hosts", list(&expanded(sudoers, &rule.hosts))),
        ("runas", list(&runas)),
        ("commands", list(&commands)),
        ("for_root_only", Value::bool(others.is_empty(), at)),
        ("for_everybody", Value::bool(users.contains("ALL"), at)),
        ("nopasswd", Value::bool(has("NOPASSWD"), at)),
        ("noexec", Value::bool(has("NOEXEC"), at)),
        ("setenv", Value::bool(has("SETENV") || (is_all && !has("NOSETENV")), at)),
        ("everything_as_root", Value::bool(is_all && as_root, at)),
        ("overridden", Value::bool(overridden, at)),
        ("wildcards", Value::list(wildcards(&commands, at), at)),
        ("replaceable", Value::list(replaceable(view, &commands, at), at)),
    ]
}

/// Names with their aliases replaced, each once. An alias may name others.
fn expanded(sudoers: &Sudoers, names: &[String]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut todo: Vec<&String> = names.iter().rev().collect();
    while let Some(name) = todo.pop() {
        match sudoers.aliases.get(name) {
            Some(items) if seen.insert(name) => todo.extend(items.iter().rev()),
            Some(_) => {}
            None => {
                out.insert(name.clone());
            }
        }
        if out.len() >= MAX_NAMES {
            break;
        }
    }
    out
}

/// A rule for every host and as anybody, which takes the place of earlier ones: the last that matches counts.
struct Cover {
    at: usize,
    users: BTreeSet<String>,
    commands: BTreeSet<String>,
}

/// The last rules of this kind, so many at most.
fn covers(sudoers: &Sudoers) -> Vec<Cover> {
    let anybody = |names: &[String]| expanded(sudoers, names).contains("ALL");
    let is_plain = |names: &BTreeSet<String>| !names.iter().any(|name| name.starts_with('!'));
    let all = sudoers
        .rules
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, rule)| anybody(&rule.hosts) && rule.runas.as_ref().is_some_and(|names| anybody(names)));
    let all = all.map(|(at, rule)| Cover {
        at,
        users: expanded(sudoers, &rule.users),
        commands: expanded(sudoers, std::slice::from_ref(&rule.command)),
    });
    all.filter(|cover| is_plain(&cover.users) && is_plain(&cover.commands)).take(MAX_COVERS).collect()
}

impl Cover {
    fn holds(&self, users: &BTreeSet<String>, commands: &BTreeSet<String>, groups: &Groups) -> bool {
        let is_member = |group: &str, user: &String| {
            groups.named(group).is_some_and(|entry| groups.everybody(entry).contains(user))
        };
        let mut everyone = users.iter().map(|user| {
            self.users.contains("ALL")
                || self.users.contains(user)
                || self.users.iter().filter_map(|name| name.strip_prefix('%')).any(|group| is_member(group, user))
        });
        everyone.all(|covered| covered) && (self.commands.contains("ALL") || commands.is_subset(&self.commands))
    }
}

/// Commands in which a wildcard stands for more than their writer may think: `*` in arguments takes blanks and
/// slashes too, and a directory stands for all that is in it.
fn wildcards(commands: &BTreeSet<String>, at: Span) -> Vec<Value> {
    let is_open = |command: &&String| {
        let path = command.split_whitespace().next().unwrap_or_default();
        !command.starts_with(['!', '^']) && (command.contains(['*', '?', '[']) || path.ends_with('/'))
    };
    commands.iter().filter(is_open).map(|command| Value::string(command.as_str(), at)).collect()
}

/// Commands whose file or directory somebody other than root may change.
fn replaceable(view: &dyn View, commands: &BTreeSet<String>, at: Span) -> Vec<Value> {
    if !view.is_whole() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for command in commands.iter().filter(|command| command.starts_with('/')) {
        let path = command.split_whitespace().next().unwrap_or_default().trim_end_matches('/');
        let folder = path.rsplit_once('/').map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder });
        let open = [path, folder]
            .iter()
            .any(|path| view.stat(path).is_ok_and(|stat| stat.mode & 0o002 != 0 && stat.mode & 0o1000 == 0));
        if open {
            out.push(Value::string(path, at));
        }
    }
    out
}
