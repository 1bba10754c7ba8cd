//! Findings and human records to the state of each control, and to the exit code.

use std::collections::HashMap;

use crate::finding::Verdict;
use crate::framework::{Control, Coverage, Framework, Law};
use crate::judge::{Judged, Standing};
use crate::resource::Gap;
use crate::rule::Severity;
use crate::tally::{Counts, Tally};

/// What the audit says about one control. None of these says that a duty is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ControlState {
    /// A rule that serves it fails somewhere.
    Findings,
    /// Rules that serve it ran, and some could not tell.
    Unclear,
    /// Every rule that serves it and applied here passed.
    Evidence,
    /// No rule that serves it applied to anything that was read.
    NotAssessed,
    /// Only a person can attest it.
    Attest,
}

impl ControlState {
    /// Every state, in the order of a report.
    pub const ALL: &[ControlState] = &[
        ControlState::Findings,
        ControlState::Unclear,
        ControlState::Evidence,
        ControlState::NotAssessed,
        ControlState::Attest,
    ];

    /// Its name in machine-readable output.
    pub fn id(self) -> &'static str {
        match self {
            ControlState::Findings => "findings",
            ControlState::Unclear => "unclear",
            ControlState::Evidence => "evidence",
            ControlState::NotAssessed => "not-assessed",
            ControlState::Attest => "attest",
        }
    }

    /// Its name for people.
    pub fn words(self) -> &'static str {
        match self {
            ControlState::Findings => "open findings",
            ControlState::Unclear => "partly unknown",
            ControlState::Evidence => "evidence, no open finding",
            ControlState::NotAssessed => "not assessed",
            ControlState::Attest => "to be attested",
        }
    }

    /// True if something that a machine saw speaks for or against it.
    pub fn has_evidence(self) -> bool {
        matches!(self, ControlState::Findings | ControlState::Unclear | ControlState::Evidence)
    }
}

/// One control with what the audit saw of it.
#[derive(Clone, Debug)]
pub struct Assessed<'a> {
    /// Its framework.
    pub framework: &'a Framework,
    /// The control.
    pub control: &'a Control,
    /// What the audit says about it.
    pub state: ControlState,
    /// Findings by verdict: fail, unknown, pass.
    pub counts: Counts,
}

/// The state of every control of the law.
pub fn controls<'a>(law: &'a Law, tally: &Tally) -> Vec<Assessed<'a>> {
    let mut by_safeguard: HashMap<&str, Vec<Counts>> = HashMap::new();
    for (rule, counts) in &tally.0 {
        by_safeguard.entry(&rule.safeguard).or_default().push(*counts);
    }
    let all = law.frameworks.iter().flat_map(|f| f.controls.iter().map(move |control| (f, control)));
    all.map(|(framework, control)| {
        let counts = control.safeguards.iter().filter_map(|id| by_safeguard.get(&**id)).flatten().copied().sum();
        Assessed { framework, control, state: state(control, counts), counts }
    })
    .collect()
}

fn state(control: &Control, counts: Counts) -> ControlState {
    match counts {
        _ if control.coverage == Coverage::Manual => ControlState::Attest,
        Counts { fail: 1.., .. } | Counts { accepted: 1.., .. } => ControlState::Findings,
        Counts { unknown: 1.., .. } => ControlState::Unclear,
        Counts { pass: 1.., .. } => ControlState::Evidence,
        _ => ControlState::NotAssessed,
    }
}

/// The exit code and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// 0 gate passed, 1 findings at or above the gate, 3 incomplete. (2, an error, has no audit.)
    pub code: u8,
    /// Why, in a sentence without a full stop.
    pub reason: String,
}

/// What decides the exit code. Findings come before incompleteness: a gate that fails fails.
pub fn exit(findings: &[Judged], gaps: &[Gap], gate: Option<Severity>, exit_zero: bool) -> Exit {
    let fails = |judged: &&Judged| judged.finding.verdict == Verdict::Fail && judged.standing == Standing::Open;
    let over = |judged: &&Judged| gate.is_some_and(|gate| judged.finding.rule.severity >= gate);
    let gated = findings.iter().filter(fails).filter(over).count();
    let incomplete = gaps.iter().filter(|gap| gap.kind.is_incomplete()).count();
    let at = gate.map_or("any gate", Severity::id);
    let found = format!("{gated} {} at or above {at}", plural(gated, "failing finding", "failing findings"));
    if gated > 0 && !exit_zero {
        return Exit { code: 1, reason: found };
    }
    let set_aside = if gated > 0 { format!("{found}, set aside by --exit-zero; ") } else { String::new() };
    if incomplete > 0 {
        let what = plural(incomplete, "thing was", "things were");
        return Exit { code: 3, reason: format!("{set_aside}the audit is incomplete: {incomplete} {what} not seen") };
    }
    let passed = match gate {
        _ if gated > 0 => "nothing else was missing".to_owned(),
        Some(gate) => format!("no failing finding at or above {gate}, and nothing was missing"),
        None => "no gate was set, and nothing was missing".to_owned(),
    };
    Exit { code: 0, reason: format!("{set_aside}{passed}") }
}

/// The word for one or the word for several.
pub fn plural<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}
