//! Findings: what a rule found out about a resource, and on what evidence.

use std::sync::Arc;

use crate::rule::Rule;
use crate::source::Span;
use crate::value::Reason;

/// The outcome of a rule on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The requirement is not met.
    Fail,
    /// What was read does not tell.
    Unknown,
    /// The requirement is met.
    Pass,
    /// The requirement does not concern this resource.
    NotApplicable,
}

impl Verdict {
    /// Every verdict, worst first.
    pub const ALL: &[Verdict] = &[Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable];

    /// True for what a person has to look at: what is not met, and what is not known.
    pub fn is_open(self) -> bool {
        matches!(self, Verdict::Fail | Verdict::Unknown)
    }

    /// Its name.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Fail => "fail",
            Verdict::Unknown => "unknown",
            Verdict::Pass => "pass",
            Verdict::NotApplicable => "not-applicable",
        }
    }
}

/// One outcome with its evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Index of the resource in the estate.
    pub resource: usize,
    /// The outcome.
    pub verdict: Verdict,
    /// What it rests on.
    pub evidence: Evidence,
}

/// What was seen, what should have been, and where. Secrets were removed before it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Path of the attribute that decided, empty when no single one did.
    pub path: String,
    /// What was seen, in words.
    pub observed: String,
    /// What was expected, in words.
    pub expected: String,
    /// Where to look.
    pub span: Span,
    /// Why the value is not known, and what it hangs on, if it is not known.
    pub unknown: Option<(Reason, Arc<str>)>,
}
