//! How the findings came out, rule by rule: what a report does not show is counted too.

use std::sync::Arc;

use crate::finding::Verdict;
use crate::rule::Rule;

/// Number of findings by verdict. Failures that were ignored, waived or known are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open failures.
    pub fail: usize,
    /// Unknown.
    pub unknown: usize,
    /// Passed.
    pub pass: usize,
    /// Failures that someone accepted.
    pub accepted: usize,
    /// Not applicable: they say nothing about anything.
    pub not_applicable: usize,
}

impl Counts {
    /// Counts one finding; `accepted` says whether someone accepted it.
    pub fn add(&mut self, verdict: Verdict, accepted: bool) {
        match verdict {
            Verdict::Fail if accepted => self.accepted += 1,
            Verdict::Fail => self.fail += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::Pass => self.pass += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
        }
    }

    /// The number of those that say something.
    pub fn decided(self) -> usize {
        self.fail + self.unknown + self.pass + self.accepted
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(all: I) -> Counts {
        all.fold(Counts::default(), |sum, one| Counts {
            fail: sum.fail + one.fail,
            unknown: sum.unknown + one.unknown,
            pass: sum.pass + one.pass,
            accepted: sum.accepted + one.accepted,
            not_applicable: sum.not_applicable + one.not_applicable,
        })
    }
}

/// Every rule that there was something to ask of, and how that came out.
#[derive(Clone, Debug, Default)]
pub struct Tally(pub Vec<(Arc<Rule>, Counts)>);

impl Tally {
    /// The sum over the rules for which `wanted` holds.
    pub fn of(&self, wanted: impl Fn(&Rule) -> bool) -> Counts {
        self.0.iter().filter(|(rule, _)| wanted(rule)).map(|(_, counts)| *counts).sum()
    }

    /// The sum over every rule.
    pub fn all(&self) -> Counts {
        self.of(|_| true)
    }
}
