//! sudoers(5): a file with everything that it includes, as settings, aliases and rules.

use std::collections::BTreeMap;

use super::lex::{Line, Scan, lines};
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind};
use crate::source::{SourceId, Span};
use crate::value::Value;

/// Deepest nesting of includes (sudo's own limit is 128).
const MAX_DEPTH: usize = 16;
/// Most files, and most rules of all of them.
const MAX_FILES: usize = 1_000;
const MAX_RULES: usize = 20_000;

/// Tags, without the `NO` of their opposites.
const TAGS: [&str; 8] = ["EXEC", "FOLLOW", "LOG_INPUT", "LOG_OUTPUT", "MAIL", "INTERCEPT", "PASSWD", "SETENV"];

/// One setting of a `Defaults` line.
#[derive(Clone, Debug)]
pub struct Default {
    /// For whom: empty for all, else as written, `:alice` or `!/usr/bin/ls`.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Its text; `None` for a flag.
    pub value: Option<String>,
    /// True if a `!` turns it off.
    pub is_off: bool,
    /// The line.
    pub span: Span,
}

/// One command that somebody may run.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Who, where, as whom and with which groups, as written.
    pub users: Vec<String>,
    pub hosts: Vec<String>,
    pub runas: Option<Vec<String>>,
    /// `NOPASSWD`, `NOEXEC` and the like, those of the commands before included.
    pub tags: Vec<String>,
    /// The command with its arguments.
    pub command: String,
    /// The line.
    pub span: Span,
}

/// Everything.
#[derive(Default)]
pub struct Sudoers {
    pub defaults: Vec<self::Default>,
    /// By name, whatever the kind.
    pub aliases: BTreeMap<String, Vec<String>>,
    pub rules: Vec<Rule>,
    /// Every file that was read or should have been.
    pub files: Vec<String>,
    pub gaps: Vec<Gap>,
    /// The first file that could not be read.
    pub hole: Option<Value>,
}

impl Sudoers {
    /// Reads `path` and what it includes.
    pub fn read(view: &dyn View, path: &str) -> Sudoers {
        let mut sudoers = Sudoers::default();
        sudoers.file(view, path, 0);
        sudoers
    }

    fn file(&mut self, view: &dyn View, path: &str, depth: usize) {
        if depth > MAX_DEPTH || self.files.len() >= MAX_FILES {
            let message = "sudoers includes too many files".to_owned();
            let path = view.display(path);
            return self.gaps.push(Gap { kind: GapKind::Limit, path, span: None, message, hint: None });
        }
        let text = match view.read(path) {
            Ok(text) => text,
            // sudo warns of a missing include and goes on.
            Err(OpenError::NotFound) => return,
            Err(error) => {
                self.files.push(path.to_owned());
                let trouble = Trouble::Open(error);
                self.hole.get_or_insert(Value::unknown(trouble.reason(), path, view.mark(path)));
                return self.gaps.push(trouble.gap(view.display(path)));
            }
        };
        self.files.push(path.to_owned());
        for line in lines(&text.text) {
            if self.rules.len() >= MAX_RULES {
                break;
            }
            self.line(view, path, &line, text.id, depth);
        }
    }

    fn line(&mut self, view: &dyn View, path: &str, line: &Line, id: SourceId, depth: usize) {
        let span = Span::new(id, line.range.clone());
        let mut scan = Scan::new(&line.text);
        let first = line.text.split([' ', '\t']).next().unwrap_or_default();
        match first {
            "@include" | "#include" | "@includedir" | "#includedir" => {
                scan.skip(first.len());
                let named = scan.until(&[]);
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let target = if named.starts_with('/') { named } else { format!("{folder}/{named}") };
                match first.ends_with("dir") {
                    true => self.directory(view, &target, depth),
                    false => self.file(view, &target, depth + 1),
                }
            }
            "User_Alias" | "Runas_Alias" | "Host_Alias" | "Cmnd_Alias" | "Cmd_Alias" => {
                scan.skip(first.len());
                self.alias(&mut scan);
            }
            _ if line.text.starts_with("Defaults") => {
                scan.skip("Defaults".len());
                self.settings(scan, span);
            }
            _ => {
                let before = self.rules.len();
                self.rule(scan, span);
                if self.rules.len() == before {
                    let path = view.display(path);
                    let message = "not understood as a line of sudoers".to_owned();
                    self.gaps.push(Gap { kind: GapKind::Unparsed, path, span: Some(span), message, hint: None });
                }
            }
        }
    }

    /// "sudo will skip files that end in '~' or contain a '.' character"; the others come in lexical order.
    fn directory(&mut self, view: &dyn View, path: &str, depth: usize) {
        match view.list(path) {
            Ok(names) => {
                for name in names.iter().filter(|name| !name.contains('.') && !name.ends_with('~')) {
                    let file = format!("{}/{name}", path.trim_end_matches('/'));
                    if !view.stat(&file).is_ok_and(|stat| stat.is_dir()) {
                        self.file(view, &file, depth + 1);
                    }
                }
            }
            Err(OpenError::NotFound) => {}
            Err(error) => {
                let trouble = Trouble::Open(error);
                self.hole.get_or_insert(Value::unknown(trouble.reason(), path, view.mark(path)));
                self.gaps.push(trouble.gap(view.display(path)));
            }
        }
    }

    fn alias(&mut self, scan: &mut Scan) {
        loop {
            let name = scan.until(&['=', ':']);
            if !scan.take("=") {
                return;
            }
            let items = scan.list(&[':'], false);
            self.aliases.entry(name).or_default().extend(items);
            if !scan.take(":") {
                return;
            }
        }
    }

    fn settings(&mut self, mut scan: Scan, span: Span) {
        // The mark stands right behind the word: `Defaults !x` is a setting, `Defaults!x` a command.
        let mut scope = String::new();
        let mark = scan.immediately(&['@', ':', '!', '>']);
        if let Some(mark) = mark {
            scope = format!("{mark}{}", scan.list(&[], true).join(","));
        }
        loop {
            let mut is_off = false;
            while scan.take("!") {
                is_off = !is_off;
            }
            let name = scan.until(&[',', '=', '+', '-', ' ', '\t']);
            if name.is_empty() {
                return;
            }
            let _ = scan.take("+") || scan.take("-");
            let value = scan.take("=").then(|| scan.until(&[',']));
            self.defaults.push(self::Default { scope: scope.clone(), name, value, is_off, span });
            if !scan.take(",") {
                return;
            }
        }
    }

    /// `users hosts = commands : hosts = commands`.
    fn rule(&mut self, mut scan: Scan, span: Span) {
        let users = scan.list(&['='], true);
        loop {
            let hosts = scan.list(&['='], true);
            if users.is_empty() || hosts.is_empty() || !scan.take("=") {
                return;
            }
            let mut runas = None;
            let mut tags: Vec<String> = Vec::new();
            loop {
                if scan.take("(") {
                    let both = scan.until(&[')']);
                    scan.take(")");
                    let named = both.split(':').next().unwrap_or_default();
                    let names = named.split(',').map(str::trim).filter(|name| !name.is_empty());
                    runas = Some(names.map(str::to_owned).collect());
                }
                while let Some(tag) = next_tag(&mut scan) {
                    let opposite = tag.strip_prefix("NO").map_or_else(|| format!("NO{tag}"), str::to_owned);
                    tags.retain(|other| *other != tag && *other != opposite);
                    tags.push(tag);
                }
                let command = command(&mut scan);
                if command.is_empty() {
                    return;
                }
                let (users, hosts) = (users.clone(), hosts.clone());
                self.rules.push(Rule { users, hosts, runas: runas.clone(), tags: tags.clone(), command, span });
                if self.rules.len() >= MAX_RULES || !scan.take(",") {
                    break;
                }
            }
            if !scan.take(":") {
                return;
            }
        }
    }
}

/// The next tag (`NOPASSWD:`); options (`CWD=/x`) before it are passed over.
fn next_tag(scan: &mut Scan) -> Option<String> {
    loop {
        let rest = scan.rest();
        let word: &str = rest.get(..rest.find(|c: char| !(c.is_ascii_uppercase() || c == '_'))?)?;
        let after = rest.get(word.len()..)?.trim_start();
        if word.is_empty() {
            return None;
        }
        if after.starts_with('=') {
            scan.until(&['=']);
            scan.take("=");
            scan.until(&[' ', '\t', ',']);
            continue;
        }
        if !after.starts_with(':') || !TAGS.contains(&word.strip_prefix("NO").unwrap_or(word)) {
            return None;
        }
        let word = word.to_owned();
        scan.until(&[':']);
        scan.take(":");
        return Some(word);
    }
}

/// A command with its arguments; digests before it are passed over.
fn command(scan: &mut Scan) -> String {
    loop {
        let rest = scan.rest();
        let is_digest = ["sha224:", "sha256:", "sha384:", "sha512:"].iter().any(|start| rest.starts_with(start));
        if !is_digest {
            break;
        }
        scan.until(&[' ', '\t', ',']);
        scan.take(",");
    }
    let mut negated = false;
    while scan.take("!") {
        negated = !negated;
    }
    let rest = scan.rest();
    // A regular expression goes on to its `$`, whatever stands in it.
    let text = match rest.strip_prefix('^').and_then(|inner| inner.find('$')) {
        Some(end) => {
            let text = rest.get(..end + 2).unwrap_or(rest).to_owned();
            scan.skip(text.len());
            format!("{text} {}", scan.until_as_written(&[',', ':'])).trim_end().to_owned()
        }
        None => scan.until_as_written(&[',', ':']),
    };
    if negated { format!("!{text}") } else { text }
}
