//! What the rules record of the people on a machine.
//!
//! The kernel tries the rules of a list in order and takes the first that matches (auditctl(8)). Here a rule
//! decides a question if it matches *every* ordinary login; one that asks for more (a program, a path, one
//! user) records or spares a part only, and what is left goes on to the next.

use crate::model::host::audit::parse::{Arch, Calls, Field, List, Rule};
use crate::model::host::audit::set::RuleSet;
use crate::source::Span;

/// How a system call may end.
const SUCCESS: u8 = 1;
const EACCES: u8 = 2;
const EPERM: u8 = 4;
const OTHER: u8 = 8;
const FAILED: u8 = EACCES | EPERM | OTHER;
const ANY: u8 = SUCCESS | FAILED;

/// The audit user id of a process that nobody logged in for.
const UNSET: i64 = 4_294_967_295;

/// What is recorded of something, and the rule that decided it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    outcomes: u8,
    /// The last rule that counted.
    pub span: Option<Span>,
}

impl Recorded {
    /// True if what succeeds is recorded.
    pub fn success(self) -> bool {
        self.outcomes & SUCCESS != 0
    }

    /// True if what is refused for lack of rights is recorded.
    pub fn denied(self) -> bool {
        self.outcomes & (EACCES | EPERM) == EACCES | EPERM
    }
}

/// Which of the ordinary logins a rule matches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Share {
    All,
    Some,
    None,
}

/// The rules, and from which number on a user is an ordinary one.
pub struct Coverage<'a> {
    /// The rules.
    pub set: &'a RuleSet,
    /// `UID_MIN` of login.defs(5).
    pub uid_min: i64,
    /// The architecture of calls that a rule names without one.
    pub native: Option<Arch>,
}

/// A file that may be watched.
pub struct Target<'a> {
    /// The names by which the kernel may know it.
    pub paths: &'a [String],
    /// True for a directory with everything in it.
    pub is_directory: bool,
    /// True for a program that runs as root for whoever starts it.
    pub is_setuid: bool,
}

impl Coverage<'_> {
    /// What is recorded of a system call, whatever it is about.
    pub fn call(&self, name: &str, arch: Arch) -> Recorded {
        let matches = |rule: &Rule| {
            let applies = self.applies(rule, arch) && rule.calls.has(name);
            if applies { self.share(rule, &[], false) } else { Share::None }
        };
        self.decide(matches)
    }

    /// What is recorded of a kind of access, `r`, `w`, `x` or `a`, to a file.
    pub fn access(&self, target: &Target, perm: char, arch: Arch) -> Recorded {
        let matches = |rule: &Rule| {
            if !self.applies(rule, arch) {
                return Share::None;
            }
            let place = place(rule, target);
            let calls = match (&rule.calls, rule.field("perm")) {
                (Calls::All, perms) => perms.is_none_or(|perms| perms.contains(perm)),
                // Which calls read or write is not told apart here, but only one kind of call runs a program.
                (Calls::Named(_), perms) => {
                    perm == 'x' && rule.calls.has("execve") && perms.is_none_or(|perms| perms.contains(perm))
                }
            };
            match (place, calls) {
                (Share::None, _) | (_, false) => Share::None,
                (Share::Some, true) => Share::Some,
                (Share::All, true) => self.share(rule, &["path", "dir", "perm"], perm == 'x' && target.is_setuid),
            }
        };
        self.decide(matches)
    }

    /// What is recorded of programs that are run with the rights of another user.
    pub fn elevation(&self, arch: Arch) -> Recorded {
        let matches = |rule: &Rule| {
            if !self.applies(rule, arch) || !rule.calls.has("execve") {
                return Share::None;
            }
            let compares = |text: &String| matches!(&**text, "uid!=euid" | "euid!=uid");
            let is_elevation = rule.comparisons.len() == 1 && rule.comparisons.iter().all(compares);
            let plain = Rule { comparisons: Vec::new(), ..rule.clone() };
            self.share(if is_elevation { &plain } else { rule }, &[], false)
        };
        self.decide(matches)
    }

    /// Kinds of records that are dropped whatever they say.
    pub fn excluded(&self) -> Vec<(&str, Span)> {
        let rules = self.set.list(List::Exclude);
        let plain = rules.filter(|rule| rule.fields.iter().all(|field| matches!(&*field.name, "msgtype" | "key")));
        plain.filter_map(|rule| Some((rule.field("msgtype")?, rule.span))).collect()
    }

    /// The rule that keeps every process from being audited: `never,task` without a condition.
    pub fn off(&self) -> Option<Span> {
        let mut rules = self.set.list(List::Task);
        let first = rules.find(|rule| self.share(rule, &[], false) == Share::All)?;
        (!first.always).then_some(first.span)
    }

    fn decide(&self, matches: impl Fn(&Rule) -> Share) -> Recorded {
        if let Some(span) = self.off() {
            return Recorded { outcomes: 0, span: Some(span) };
        }
        let mut out = Recorded::default();
        let mut open = ANY;
        for rule in self.set.list(List::Exit) {
            let outcomes = outcomes(rule) & open;
            if outcomes == 0 || matches(rule) != Share::All {
                continue;
            }
            open &= !outcomes;
            if rule.always {
                out.outcomes |= outcomes;
            }
            out.span = Some(rule.span);
        }
        out
    }

    /// True if the rule is about calls of this architecture. The numbers of named calls are those of one.
    fn applies(&self, rule: &Rule, arch: Arch) -> bool {
        match (rule.arch, &rule.calls) {
            (Some(own), _) => own == arch,
            (None, Calls::All) => true,
            (None, Calls::Named(_)) => self.native.is_none_or(|native| native == arch),
        }
    }

    /// Which ordinary logins a rule matches, without the fields that were looked at already.
    fn share(&self, rule: &Rule, without: &[&str], is_setuid: bool) -> Share {
        let mut share = Share::All;
        for field in rule.fields.iter().filter(|field| !without.contains(&&*field.name)) {
            match self.field(field, is_setuid && !rule.comparisons.is_empty()) {
                Share::None => return Share::None,
                Share::Some => share = Share::Some,
                Share::All => {}
            }
        }
        let elevates = |text: &String| is_setuid && matches!(&**text, "uid!=euid" | "euid!=uid");
        if rule.comparisons.iter().all(elevates) { share } else { Share::Some }
    }

    fn field(&self, field: &Field, is_elevation: bool) -> Share {
        match &*field.name {
            "auid" => self.login(field),
            "key" | "exit" | "success" => Share::All,
            "euid" if is_elevation && field.op == "=" && matches!(&*field.value, "0" | "root") => Share::All,
            _ => Share::Some,
        }
    }

    /// How many of the logins from `UID_MIN` up to the last a condition on `auid` leaves.
    fn login(&self, field: &Field) -> Share {
        let value = match &*field.value {
            "unset" | "-1" => UNSET,
            "root" => 0,
            text => match text.parse::<i64>() {
                Ok(number) => number,
                Err(_) => return Share::Some,
            },
        };
        let (first, last) = (self.uid_min, UNSET - 1);
        let (all, none) = match &*field.op {
            "=" => (false, value < first || value > last),
            "!=" => (value < first || value > last, false),
            ">" => (value < first, value >= last),
            ">=" => (value <= first, value > last),
            "<" => (value > last, value <= first),
            "<=" => (value >= last, value < first),
            _ => (false, false),
        };
        match (all, none) {
            (true, _) => Share::All,
            (_, true) => Share::None,
            _ => Share::Some,
        }
    }
}

/// The ends of a call that a rule is about.
fn outcomes(rule: &Rule) -> u8 {
    rule.fields.iter().fold(ANY, |out, field| {
        out & match (&*field.name, &*field.op, &*field.value) {
            ("success", "=", "1" | "yes") | ("success", "!=", "0" | "no") => SUCCESS,
            ("success", _, _) => FAILED,
            ("exit", "=", "-EACCES" | "-13") => EACCES,
            ("exit", "=", "-EPERM" | "-1") => EPERM,
            ("exit", "=", "0") | ("exit", ">=", "0") => SUCCESS,
            ("exit", "=", _) => OTHER,
            ("exit", "!=", "-EACCES" | "-13") => ANY & !EACCES,
            ("exit", "!=", "-EPERM" | "-1") => ANY & !EPERM,
            ("exit", "<", "0") => FAILED,
            _ => ANY,
        }
    })
}

/// How much of a file's accesses the places that a rule names cover.
fn place(rule: &Rule, target: &Target) -> Share {
    let within = |dir: &str, path: &str| dir == "/" || path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'));
    let mut share = Share::All;
    for field in rule.fields.iter().filter(|field| matches!(&*field.name, "path" | "dir")) {
        let is_dir = field.name == "dir";
        let same = target.paths.contains(&field.value) && (is_dir || !target.is_directory);
        let inside = is_dir && target.paths.iter().any(|path| within(&field.value, path));
        let part = target.is_directory && target.paths.iter().any(|path| within(path, &field.value));
        share = match (field.op == "=", same || inside, part || target.paths.contains(&field.value)) {
            (true, true, _) => share,
            (true, false, true) => Share::Some,
            (true, false, false) => return Share::None,
            (false, ..) => Share::Some,
        };
    }
    share
}
