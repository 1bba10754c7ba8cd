//! The rules that are in force once every line was given to the kernel.

use crate::model::host::audit::parse::{Command, List, Rule, parse};
use crate::source::Span;

/// The state of the audit system, and where it was set.
#[derive(Default)]
pub struct RuleSet {
    /// The rules in the order in which the kernel tries them.
    pub rules: Vec<Rule>,
    /// `-e`.
    pub enabled: Option<(i64, Span)>,
    /// `-f`.
    pub failure: Option<(i64, Span)>,
    /// `-b`.
    pub backlog: Option<(i64, Span)>,
    /// `--loginuid-immutable`.
    pub loginuid_immutable: Option<Span>,
    /// What auditctl refuses.
    pub errors: Vec<(String, Span)>,
    /// The line that ended the reading: what stands after it is not loaded.
    pub stopped: Option<Span>,
}

/// Gives the lines to the kernel, as `fileopt` of auditctl.c does: an error ends it, unless `-i` or `-c` came
/// before. After `-e 2` every change is an error, and so is a rule that is there already.
pub fn load(lines: &[(String, Span)], is_directory: &dyn Fn(&str) -> bool) -> RuleSet {
    let mut set = RuleSet::default();
    let mut goes_on = false;
    for (line, span) in lines {
        let done = parse(line, *span, is_directory).and_then(|command| {
            goes_on |= command == Command::GoOn;
            set.apply(command, *span)
        });
        if let Err(message) = done {
            set.errors.push((message, *span));
            if !goes_on {
                set.stopped = Some(*span);
                break;
            }
        }
    }
    set
}

impl RuleSet {
    fn apply(&mut self, command: Command, span: Span) -> Result<(), String> {
        if self.is_locked() && command != Command::Other && command != Command::GoOn {
            return Err("the rules are locked by -e 2 before this line".into());
        }
        match command {
            Command::Add { rule, .. } if self.rules.contains(&rule) => {
                return Err("the same rule is there already".into());
            }
            Command::Add { rule, first: true } => self.rules.insert(0, rule),
            Command::Add { rule, first: false } => self.rules.push(rule),
            Command::Delete(rule) => match self.rules.iter().position(|one| *one == rule) {
                Some(at) => drop(self.rules.remove(at)),
                None => return Err("there is no such rule to delete".into()),
            },
            Command::DeleteAll(None) => self.rules.clear(),
            Command::DeleteAll(Some(key)) => self.rules.retain(|rule| rule.field("key") != Some(&key)),
            Command::Enabled(value) => self.enabled = Some((value, span)),
            Command::Failure(value) => self.failure = Some((value, span)),
            Command::Backlog(value) => self.backlog = Some((value, span)),
            Command::LoginuidImmutable => self.loginuid_immutable = Some(span),
            Command::GoOn | Command::Other => {}
        }
        Ok(())
    }

    /// True once `-e 2` was given.
    pub fn is_locked(&self) -> bool {
        self.enabled.is_some_and(|(value, _)| value == 2)
    }

    /// The rules of one list, in order.
    pub fn list(&self, list: List) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.list == list)
    }
}
