//! Every way through a stack, as libpam goes it (`_pam_dispatch_aux` of Linux-PAM, described in pam.conf(5)).
//!
//! What a module returns is not known from files, so each of its possible answers is tried. Ways that reach the
//! same line in the same state are one way: the number of states is small, whatever the stack, and bounded.

use std::collections::HashSet;

use super::control::Action;
use super::stack::{Call, Line, Stack};
use crate::source::Span;

/// Most states that are looked at.
const MAX_STATES: usize = 20_000;

/// Something that happened on a way, as a bit.
pub type Marks = u8;

/// One answer that a module may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its return code as the control field names it.
    pub code: &'static str,
    /// What has happened with it.
    pub marks: Marks,
}

/// How a way ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// True if the service is told that all is well.
    pub success: bool,
    /// What happened on the way.
    pub marks: Marks,
    /// The last line that led around a line of interest, or that line if it was called without effect.
    pub around: Option<Span>,
}

/// Every end of `stack`, where `outcomes` says what a line may return and which lines are of `interest`.
/// `None` if there are too many ways.
pub fn explore(
    stack: &Stack,
    outcomes: &dyn Fn(&Line) -> Vec<Outcome>,
    interest: &dyn Fn(&Line) -> bool,
) -> Option<Vec<End>> {
    let start = State { at: 0, level: 0, verdict: UNDECIDED, saved: Vec::new(), marks: 0 };
    let mut seen = HashSet::from([start.clone()]);
    let mut todo = vec![(start, None)];
    let mut ends = Vec::new();
    while let Some((mut state, around)) = todo.pop() {
        let Some(line) = stack.lines.get(state.at) else {
            let success = state.verdict == Verdict { impression: Impression::Positive, success: true };
            ends.push(End { success, marks: state.marks, around });
            continue;
        };
        if line.level > state.level {
            state.saved.truncate(line.level - 1);
            state.saved.resize(line.level, state.verdict);
        }
        state.level = line.level;
        let answers = match &line.call {
            Call::Substack => vec![None],
            Call::Fail => vec![Some(Outcome { code: "perm_denied", marks: 0 })],
            Call::Module(_) => outcomes(line).into_iter().map(Some).collect(),
        };
        for answer in answers {
            let mut next = state.clone();
            let mut here = around;
            match answer {
                None => next.at += 1,
                Some(outcome) => {
                    let called_in_vain = interest(line) && outcome.marks == 0;
                    next.marks |= outcome.marks;
                    next.step(stack, line, outcome);
                    let passed = stack.lines.get(state.at + 1..next.at).unwrap_or_default();
                    if called_in_vain || passed.iter().any(interest) {
                        here = Some(line.span);
                    }
                }
            }
            if seen.len() > MAX_STATES {
                return None;
            }
            if seen.insert(next.clone()) {
                todo.push((next, here));
            }
        }
    }
    Some(ends)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Impression {
    Undecided,
    Positive,
    Negative,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Verdict {
    impression: Impression,
    /// True if the status is PAM_SUCCESS.
    success: bool,
}

const UNDECIDED: Verdict = Verdict { impression: Impression::Undecided, success: false };
const FAILED: Verdict = Verdict { impression: Impression::Negative, success: false };

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    at: usize,
    /// The level of the line before.
    level: usize,
    verdict: Verdict,
    /// The verdict with which each substack was entered.
    saved: Vec<Verdict>,
    marks: Marks,
}

impl State {
    fn step(&mut self, stack: &Stack, line: &Line, outcome: Outcome) {
        let level_at = |n: usize| stack.lines.get(n).map(|line| line.level);
        let action = line.control.action(outcome.code);
        let mut last = self.at;
        match action {
            Action::Ignore => {}
            Action::Reset => self.verdict = self.saved.last().copied().unwrap_or(UNDECIDED),
            Action::Ok | Action::Done => {
                let open = self.verdict.impression == Impression::Undecided
                    || (self.verdict.impression == Impression::Positive && self.verdict.success);
                // Even `ignore`: pamtester shows that the service is then told PAM_IGNORE, which is no success.
                if open {
                    let success = outcome.code == "success";
                    self.verdict = Verdict { impression: Impression::Positive, success };
                }
            }
            Action::Bad | Action::Die => self.verdict = FAILED,
            Action::Jump(count) => {
                let mut left = count;
                while left > 0 && level_at(last + 1).is_some_and(|level| level >= line.level) {
                    last += 1;
                    // A substack counts as one module.
                    while level_at(last + 1).is_some_and(|level| level > line.level) {
                        last += 1;
                    }
                    left -= 1;
                }
                if left > 0 {
                    self.verdict = FAILED;
                }
            }
        }
        let ends = action == Action::Die || (action == Action::Done && self.verdict.impression == Impression::Positive);
        while ends && level_at(last + 1).is_some_and(|level| level >= line.level) {
            last += 1;
        }
        self.saved.truncate(line.level);
        self.at = last + 1;
    }
}
