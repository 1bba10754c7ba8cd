//! One line of audit rules, as auditctl(8) takes it: the options of a command line without its name.
//!
//! auditctl splits a line at spaces (a tab is part of a word), a backslash keeps a space, and there is no
//! continuation and no comment after a rule (`fileopt` of auditctl.c).

use crate::source::Span;

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Adds a rule, at the start of its list if `first`.
    Add {
        /// The rule.
        rule: Rule,
        /// `-A` and not `-a`.
        first: bool,
    },
    /// Deletes the rule that is the same.
    Delete(Rule),
    /// Deletes every rule, or those with a key.
    DeleteAll(Option<String>),
    /// `-e`: 0 off, 1 on, 2 on and locked.
    Enabled(i64),
    /// `-f`: 0 silent, 1 a message, 2 panic.
    Failure(i64),
    /// `-b`: how many records may wait.
    Backlog(i64),
    /// `--loginuid-immutable`.
    LoginuidImmutable,
    /// `-i` and `-c`: errors do not stop the reading.
    GoOn,
    /// An option that changes nothing that is asked here.
    Other,
}

/// The lists of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// When a task is made.
    Task,
    /// When a system call ends.
    Exit,
    /// Messages of programs.
    User,
    /// Kinds of records that are dropped.
    Exclude,
    /// Whole file systems.
    Filesystem,
    /// io_uring operations.
    IoUring,
}

/// The two widths of system calls of a 64-bit machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// 64 bits.
    B64,
    /// 32 bits.
    B32,
}

/// Which system calls a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Every one.
    All,
    /// These, sorted.
    Named(Vec<String>),
}

impl Calls {
    /// True if `name` is among them.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Calls::All => true,
            Calls::Named(names) => names.iter().any(|one| one == name),
        }
    }
}

/// `-F name op value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The field; `auid` for `loginuid`.
    pub name: String,
    /// The operator.
    pub op: String,
    /// The value as written.
    pub value: String,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its list.
    pub list: List,
    /// True for `always`, false for `never`.
    pub always: bool,
    /// The architecture; `None` is every one, or for named calls that of the machine.
    pub arch: Option<Arch>,
    /// The calls.
    pub calls: Calls,
    /// The fields but `arch`, in order; a watch is `path` or `dir`, and `perm`.
    pub fields: Vec<Field>,
    /// `-C`, in order.
    pub comparisons: Vec<String>,
    /// The line.
    pub span: Span,
}

/// As the kernel compares rules: where they stand does not count.
impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        let key = |rule: &Rule| (rule.list, rule.always, rule.arch);
        key(self) == key(other)
            && self.calls == other.calls
            && self.fields == other.fields
            && self.comparisons == other.comparisons
    }
}

impl Eq for Rule {}

impl Rule {
    /// The value of the first field with this name that must be equal to something.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name && field.op == "=").map(|field| &*field.value)
    }
}

/// `AUDIT_MAX_FIELDS` of the kernel.
const MAX_FIELDS: usize = 64;

/// The options that take an argument.
const WITH_ARGUMENT: &str = "CebfraAdSFmRwWkpq";

/// The fields of auditctl(8).
const FIELDS: &[&str] = &[
    "a0",
    "a1",
    "a2",
    "a3",
    "arch",
    "auid",
    "devmajor",
    "devminor",
    "dir",
    "egid",
    "euid",
    "exe",
    "exit",
    "field_compare",
    "filetype",
    "fsgid",
    "fstype",
    "fsuid",
    "gid",
    "inode",
    "key",
    "loginuid",
    "msgtype",
    "obj_gid",
    "obj_lev_high",
    "obj_lev_low",
    "obj_role",
    "obj_type",
    "obj_uid",
    "obj_user",
    "path",
    "perm",
    "pers",
    "pid",
    "ppid",
    "saddr_fam",
    "sessionid",
    "sgid",
    "subj_clr",
    "subj_role",
    "subj_sen",
    "subj_type",
    "subj_user",
    "success",
    "suid",
    "uid",
];

/// The operators, longest first.
const OPERATORS: &[&str] = &["&=", "!=", ">=", "<=", "=", ">", "<", "&"];

const B64: &[&str] = &["b64", "x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "ia64", "riscv64"];
const B32: &[&str] = &["b32", "i386", "i486", "i586", "i686", "arm", "armeb", "armv5tejl", "armv7l", "ppc", "s390"];

/// What is gathered along a line.
#[derive(Default)]
struct Draft {
    rule: Option<(List, bool)>,
    verb: Option<char>,
    arch: Option<Arch>,
    calls: Vec<String>,
    fields: Vec<Field>,
    comparisons: Vec<String>,
    is_watch: bool,
    has_perm: bool,
    keys: Vec<String>,
    other: Option<Command>,
}

/// Reads one line that is neither empty nor a comment; the words of the error say what auditctl refuses.
pub fn parse(line: &str, span: Span, is_directory: &dyn Fn(&str) -> bool) -> Result<Command, String> {
    let mut draft = Draft::default();
    let words = words(line);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if let Some(long) = word.strip_prefix("--") {
            draft.long(long, &mut words)?;
            continue;
        }
        let mut letters = word.strip_prefix('-').unwrap_or_default().chars();
        let Some(mut letter) = letters.next() else {
            return Err(format!("\"{word}\" is a parameter without an option"));
        };
        loop {
            if WITH_ARGUMENT.contains(letter) {
                let joined = letters.as_str();
                let argument = if joined.is_empty() { words.next() } else { Some(joined) };
                let argument = argument.ok_or_else(|| format!("-{letter} needs an argument"))?;
                draft.option(letter, argument, is_directory)?;
                break;
            }
            draft.flag(letter)?;
            match letters.next() {
                Some(next) => letter = next,
                None => break,
            }
        }
    }
    draft.finish(span)
}

impl Draft {
    fn long<'a>(&mut self, name: &str, words: &mut impl Iterator<Item = &'a str>) -> Result<(), String> {
        let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
        self.other = Some(match name {
            "loginuid-immutable" => Command::LoginuidImmutable,
            "backlog_wait_time" | "signal" => {
                value.or_else(|| words.next()).ok_or_else(|| format!("--{name} needs an argument"))?;
                Command::Other
            }
            "reset-lost" | "reset_backlog_wait_time_actual" => Command::Other,
            _ => return Err(format!("--{name} is not an option of auditctl")),
        });
        Ok(())
    }

    fn flag(&mut self, letter: char) -> Result<(), String> {
        self.other = Some(match letter {
            'D' => Command::DeleteAll(None),
            'i' | 'c' => Command::GoOn,
            'l' | 's' | 't' | 'v' | 'h' => Command::Other,
            _ => return Err(format!("-{letter} is not an option of auditctl")),
        });
        Ok(())
    }

    fn option(&mut self, letter: char, argument: &str, is_directory: &dyn Fn(&str) -> bool) -> Result<(), String> {
        let number = |most: i64| {
            let value = argument.parse::<i64>().ok().filter(|n| (0..=most).contains(n));
            value.ok_or_else(|| format!("-{letter} takes a number, not {argument}"))
        };
        match letter {
            'e' => self.other = Some(Command::Enabled(number(2)?)),
            'f' => self.other = Some(Command::Failure(number(2)?)),
            'b' => self.other = Some(Command::Backlog(number(i64::from(u32::MAX))?)),
            'r' => self.other = number(i64::from(u32::MAX)).map(|_| Some(Command::Other))?,
            'm' | 'q' => self.other = Some(Command::Other),
            'R' => return Err("a file of rules cannot name another".into()),
            'a' | 'A' | 'd' => {
                if self.rule.is_some() {
                    return Err("a line adds or deletes one rule".into());
                }
                (self.verb, self.rule) = (Some(letter), Some(list_and_action(argument)?));
            }
            'w' | 'W' => self.watch(letter, argument, is_directory)?,
            'S' => self.calls.extend(argument.split(',').map(str::to_owned)),
            'F' => self.field(argument)?,
            'C' => self.comparisons.push(argument.to_owned()),
            'p' if self.rule.is_some() => self.perm(argument)?,
            'p' => return Err("-p needs a watch before it".into()),
            _ => {
                let is_ready = self.is_watch || self.has_perm || !self.calls.is_empty() || self.has("exe");
                let deletes = matches!(self.other, Some(Command::DeleteAll(None)));
                match (self.rule.is_some() && is_ready || self.has("fstype"), deletes) {
                    (_, true) => self.other = Some(Command::DeleteAll(Some(argument.to_owned()))),
                    (true, _) => self.keys.push(argument.to_owned()),
                    (false, false) => return Err("-k needs a watch or a system call before it".into()),
                }
            }
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    fn watch(&mut self, letter: char, path: &str, is_directory: &dyn Fn(&str) -> bool) -> Result<(), String> {
        if self.rule.is_some() {
            return Err("-w stands alone".into());
        }
        if !path.starts_with('/') {
            return Err(format!("the watch {path} does not begin with /"));
        }
        self.verb = Some(if letter == 'w' { 'a' } else { 'd' });
        self.rule = Some((List::Exit, true));
        self.is_watch = true;
        let name = if is_directory(path) { "dir" } else { "path" };
        self.push(name, "=", trimmed(path));
        Ok(())
    }

    fn perm(&mut self, letters: &str) -> Result<(), String> {
        if letters.is_empty() || letters.len() > 4 || letters.chars().any(|c| !"rwxaRWXA".contains(c)) {
            return Err(format!("{letters} is not made of r, w, x and a"));
        }
        self.has_perm = true;
        let letters = letters.to_ascii_lowercase();
        let sorted: String = "rwxa".chars().filter(|c| letters.contains(*c)).collect();
        self.fields.retain(|field| field.name != "perm");
        self.push("perm", "=", &sorted);
        Ok(())
    }

    fn push(&mut self, name: &str, op: &str, value: &str) {
        self.fields.push(Field { name: name.to_owned(), op: op.to_owned(), value: value.to_owned() });
    }

    fn field(&mut self, text: &str) -> Result<(), String> {
        if self.rule.is_none() {
            return Err("-F needs a list before it".into());
        }
        let at = text.find(['=', '!', '<', '>', '&']).ok_or_else(|| format!("-F {text} has no operator"))?;
        let (name, rest) = text.split_at(at);
        let op =
            OPERATORS.iter().find(|op| rest.starts_with(**op)).ok_or_else(|| format!("-F {text} has no operator"))?;
        let value = rest.strip_prefix(op).unwrap_or_default();
        if !FIELDS.contains(&name) || value.is_empty() {
            return Err(format!("-F {text} is not a field of auditctl with its value"));
        }
        match (name, *op) {
            ("arch", "=") => self.arch = Some(arch(value).ok_or_else(|| format!("{value} is not an architecture"))?),
            ("arch", _) => self.push("arch", op, value),
            ("key", _) => self.keys.push(value.to_owned()),
            ("perm", "=") => self.perm(value)?,
            ("path" | "dir", _) => self.push(name, op, trimmed(value)),
            ("loginuid", _) => self.push("auid", op, value),
            _ => self.push(name, op, value),
        }
        Ok(())
    }

    fn finish(mut self, span: Span) -> Result<Command, String> {
        let Some((list, always)) = self.rule else {
            return match self.other {
                Some(other) if self.calls.is_empty() => Ok(other),
                _ => Err("no list is named".into()),
            };
        };
        let takes_calls = matches!(list, List::Exit | List::IoUring);
        if !takes_calls && !self.calls.is_empty() {
            return Err("this list takes no system calls".into());
        }
        if self.fields.len() + self.comparisons.len() > MAX_FIELDS {
            return Err(format!("more than {MAX_FIELDS} fields"));
        }
        self.calls.sort();
        self.calls.dedup();
        let is_all = self.calls.is_empty() || self.calls.iter().any(|name| name == "all");
        let calls = if is_all { Calls::All } else { Calls::Named(std::mem::take(&mut self.calls)) };
        // A rule's key is one field, the last.
        if !self.keys.is_empty() {
            let keys = self.keys.join("\u{1}");
            self.push("key", "=", &keys);
        }
        let (fields, comparisons) = (self.fields, self.comparisons);
        let rule = Rule { list, always, arch: self.arch, calls, fields, comparisons, span };
        Ok(match self.verb {
            Some('d') => Command::Delete(rule),
            verb => Command::Add { rule, first: verb == Some('A') },
        })
    }
}

/// `exit,always` and `always,exit` are the same.
fn list_and_action(text: &str) -> Result<(List, bool), String> {
    let refused = || format!("{text} is not a list and an action");
    let (a, b) = text.split_once(',').ok_or_else(refused)?;
    let list = |name: &str| match name {
        "task" => Some(List::Task),
        "exit" => Some(List::Exit),
        "user" => Some(List::User),
        "exclude" => Some(List::Exclude),
        "filesystem" => Some(List::Filesystem),
        "io_uring" => Some(List::IoUring),
        _ => None,
    };
    let action = |name: &str| match name {
        "always" => Some(true),
        "never" => Some(false),
        _ => None,
    };
    let found = list(a).zip(action(b)).or_else(|| list(b).zip(action(a)));
    found.ok_or_else(refused)
}

fn arch(name: &str) -> Option<Arch> {
    let b64 = B64.contains(&name).then_some(Arch::B64);
    b64.or_else(|| B32.contains(&name).then_some(Arch::B32))
}

fn trimmed(path: &str) -> &str {
    let short = path.trim_end_matches('/');
    if short.is_empty() { path } else { short }
}

/// Splits at spaces; `\ ` is a space and `\\` a backslash within a word.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if matches!(chars.peek(), Some(' ' | '\\')) => word.extend(chars.next()),
            ' ' if word.is_empty() => {}
            ' ' => out.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}
