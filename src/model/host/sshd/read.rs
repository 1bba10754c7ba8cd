//! The configuration of sshd as one sequence of settings: includes followed, `Match` blocks marked.
//!
//! servconf.c reads the files twice, once for the daemon (lines outside `Match`) and once per connection
//! (lines inside the blocks that match). One sequence in which every line knows its conditions serves
//! both readings; [`crate::model::host::sshd::effective`] does them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::format::lines::{Line, Word};
use crate::model::host::glob;
use crate::model::host::sshd::algorithms::Version;
use crate::model::host::sshd::keywords::{self, Keyword};
use crate::model::host::sshd::value;
use crate::model::host::view::{Trouble, View};
use crate::resource::{Gap, GapKind};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Where OpenSSH looks for an `Include` without a leading slash.
const DIRECTORY: &str = "/etc/ssh";
/// Deepest chain of includes (`SERVCONF_MAX_DEPTH`).
const MAX_DEPTH: usize = 16;
/// Most files that are read, includes of includes counted each time.
const MAX_FILES: usize = 4_096;
/// Most settings that are kept.
const MAX_ITEMS: usize = 500_000;
/// Most distinct conditions that are told apart.
const MAX_CHAINS: usize = 1_000;

/// Everything that was read, in order.
pub struct Configuration {
    /// The settings and the holes between them.
    pub items: Vec<Item>,
    /// Every distinct chain of conditions: [`GLOBAL`], [`ALWAYS`], then in the order of the text.
    pub chains: Vec<Chain>,
    /// What was not seen.
    pub gaps: Vec<Gap>,
    /// The version of OpenSSH that reads it, if that is known.
    pub version: Option<Version>,
    /// True once the command line has stated the ports. sshd(8) of `-p`: "Ports specified in the
    /// configuration file with the Port option are ignored when a command-line port is specified."
    pub ports_are_fixed: bool,
    by_criteria: HashMap<Vec<Arc<str>>, usize>,
    files: usize,
}

/// The chain of the lines outside every `Match` block.
pub const GLOBAL: usize = 0;
/// The chain of the lines in blocks that every connection matches, such as `Match all`.
pub const ALWAYS: usize = 1;

/// The conditions of a `Match` block, those of the blocks around it included.
pub struct Chain {
    /// Every criterion that must hold.
    pub criteria: Vec<Arc<str>>,
    /// The `Match` line.
    pub span: Span,
}

/// A setting, or a place where settings may be that were not read.
pub struct Item {
    /// What it is.
    pub what: What,
    /// The conditions under which it applies, an index into [`Configuration::chains`].
    pub chain: usize,
}

/// What stands at a place.
pub enum What {
    /// A keyword, its line and its value.
    Setting(&'static Keyword, Line, Value),
    /// A file that was not read: why, its name, and the line that names it.
    Hole(Reason, Arc<str>, Span),
}

impl Configuration {
    /// An empty configuration for `version`.
    pub fn new(version: Option<Version>, span: Span) -> Self {
        let chain = || Chain { criteria: Vec::new(), span };
        Configuration {
            items: Vec::new(),
            chains: vec![chain(), chain()],
            gaps: Vec::new(),
            version,
            ports_are_fixed: false,
            by_criteria: HashMap::new(),
            files: 0,
        }
    }

    /// Adds a setting of the command line, whose file the user knows as `path`.
    pub fn option(&mut self, line: Line, path: &str) {
        self.setting(line, GLOBAL, path);
    }

    /// Reads the main file; `by` is what names it.
    pub fn main(&mut self, view: &dyn View, path: &str, by: Span) {
        self.file(view, path, by, GLOBAL, 0);
    }

    fn file(&mut self, view: &dyn View, path: &str, by: Span, outer: usize, depth: usize) {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES {
            let message = "included too deeply or too often; sshd does not start with this";
            self.gaps.push(gap(GapKind::Unparsed, view.display(path), by, message.into()));
            self.hole(Reason::Cycle, view.display(path), by, outer);
            return;
        }
        let lines = match view.lines(path) {
            Ok(lines) => lines,
            Err(trouble) => return self.trouble(&trouble, view.display(path), by, outer),
        };
        let too_many = self.items.len() + lines.len() > MAX_ITEMS;
        if too_many || view.budget().steps(lines.len() as u64).is_err() {
            let message = "too many lines in all; not read further";
            self.gaps.push(gap(GapKind::Limit, view.display(path), by, message.into()));
            return self.hole(Reason::Budget, view.display(path), by, outer);
        }
        let display = view.display(path);
        let mut chain = outer;
        for line in lines.iter() {
            match &*line.keyword.text.to_ascii_lowercase() {
                "match" => chain = self.matching(line, outer, &display),
                "include" => self.include(view, line, chain, depth, &display),
                _ => self.setting(line.clone(), chain, &display),
            }
        }
    }

    fn trouble(&mut self, trouble: &Trouble, path: Arc<str>, by: Span, chain: usize) {
        self.gaps.push(trouble.gap(path.clone()));
        self.hole(trouble.reason(), path, by, chain);
    }

    fn hole(&mut self, reason: Reason, path: Arc<str>, by: Span, chain: usize) {
        self.items.push(Item { what: What::Hole(reason, path, by), chain });
    }

    /// The conditions after a `Match` line: those of the file's includer and its own.
    fn matching(&mut self, line: &Line, outer: usize, path: &str) -> usize {
        let mut criteria = self.chains.get(outer).map(|chain| chain.criteria.clone()).unwrap_or_default();
        match own_criteria(&line.arguments) {
            Ok(None) => {}
            Ok(Some(own)) if criteria.contains(&own) => {}
            Ok(Some(own)) => criteria.push(own),
            Err(message) => {
                self.gaps.push(gap(GapKind::Unparsed, path.into(), line.span, message));
                criteria.push(joined(&line.arguments).into());
            }
        }
        if criteria.is_empty() {
            return ALWAYS;
        }
        if let Some(known) = self.by_criteria.get(&criteria) {
            return *known;
        }
        let next = self.chains.len();
        if next == MAX_CHAINS {
            let message = format!("more than {MAX_CHAINS} different Match blocks; the others are not judged");
            self.gaps.push(gap(GapKind::Limit, path.into(), line.span, message));
        }
        if next < MAX_CHAINS {
            self.chains.push(Chain { criteria: criteria.clone(), span: line.span });
        }
        self.by_criteria.insert(criteria, next);
        next
    }

    fn include(&mut self, view: &dyn View, line: &Line, chain: usize, depth: usize, path: &str) {
        for pattern in &line.arguments {
            let absolute = match &*pattern.text {
                full if full.starts_with(['/', '~']) => full.to_owned(),
                relative => format!("{DIRECTORY}/{relative}"),
            };
            let found = glob::expand(view, &absolute);
            for (refused, error) in found.refused {
                self.trouble(&Trouble::Open(error), view.display(&refused), line.span, chain);
            }
            if found.paths.is_empty() && !view.is_whole() {
                let message = format!("includes {}, which is not among what was read", pattern.text);
                self.gaps.push(gap(GapKind::Note, path.into(), line.span, message));
            }
            for included in found.paths {
                self.file(view, &included, line.span, chain, depth + 1);
            }
        }
    }

    fn setting(&mut self, line: Line, chain: usize, path: &str) {
        let name = &line.keyword.text;
        let Some(keyword) = keywords::find(name) else {
            if !keywords::is_ignored(name) {
                let message = format!("{name} is not a keyword of OpenSSH that this version knows");
                self.gaps.push(gap(GapKind::Note, path.into(), line.span, message));
            }
            return;
        };
        if !keyword.in_match && chain > ALWAYS {
            let message = format!("sshd refuses {name} within a Match block and does not start");
            self.gaps.push(gap(GapKind::Unparsed, path.into(), line.span, message));
            return;
        }
        if keyword.name == "port" && self.ports_are_fixed {
            return;
        }
        let value = value::of(keyword, &line, self.version).unwrap_or_else(|message| {
            let message = format!("sshd refuses {name}: {message}");
            self.gaps.push(gap(GapKind::Unparsed, path.into(), line.span, message));
            Value::unknown(Reason::Invalid, line.rest.text.trim(), line.span)
        });
        self.items.push(Item { what: What::Setting(keyword, line, value), chain });
    }
}

fn gap(kind: GapKind, path: Arc<str>, span: Span, message: String) -> Gap {
    Gap { kind, path, span: Some(span), message, hint: None }
}

fn joined(words: &[Word]) -> String {
    words.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ")
}

/// The criteria of a `Match` line in one spelling, `User backup Address 10.0.0.0/8`; `None` for those that
/// every connection meets: `all`, and `*` for a user, group, host or address.
fn own_criteria(words: &[Word]) -> Result<Option<Arc<str>>, String> {
    let refused = || format!("sshd refuses the conditions \"Match {}\" and does not start", joined(words));
    let mut named = Vec::new();
    // `User=backup` is `User backup`: strdelim takes one `=` for white space.
    let mut parts = words.iter().flat_map(|word| match word.text.split_once('=') {
        Some((key, value)) if is_criterion(key) => vec![key, value],
        _ => vec![&*word.text],
    });
    while let Some(key) = parts.next() {
        if key.eq_ignore_ascii_case("all") {
            return if words.len() == 1 { Ok(None) } else { Err(refused()) };
        }
        if key.eq_ignore_ascii_case("invalid-user") {
            named.push("Invalid-User".to_owned());
            continue;
        }
        let title = CRITERIA.iter().find(|title| title.eq_ignore_ascii_case(key)).ok_or_else(refused)?;
        let value = parts.next().filter(|value| !value.is_empty()).ok_or_else(refused)?;
        if value != "*" || matches!(*title, "RDomain" | "Version" | "LocalPort") {
            named.push(format!("{title} {value}"));
        }
    }
    Ok((!named.is_empty()).then(|| named.join(" ").into()))
}

/// The criteria of sshd_config(5) that take an argument.
const CRITERIA: [&str; 8] = ["User", "Group", "Host", "Address", "LocalAddress", "LocalPort", "RDomain", "Version"];

fn is_criterion(key: &str) -> bool {
    CRITERIA.iter().any(|title| title.eq_ignore_ascii_case(key))
}
