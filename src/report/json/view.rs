//! The wire format `duecare-audit-v1`. These structs are public API: a field may be added, none is
//! renamed, removed or given another meaning. Whatever changes inside, changes in `build.rs` beside
//! this file and not here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::names::{
    ControlState, CoverageV1, DomainV1, GapKind, InputState, SchemaName, SeverityV1, StandingState, UnknownReason,
    VerdictV1,
};

/// The result of one audit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "duecare audit, version 1")]
pub struct AuditV1<'a> {
    /// Name of this format.
    pub schema: SchemaName,
    /// The program that audited.
    pub tool: Tool,
    /// Day of the audit (UTC), YYYY-MM-DD.
    pub date: String,
    /// What was named on the command line.
    pub paths: &'a [String],
    /// True if the operator said that nothing of the estate lies outside of what was read.
    pub whole_estate: bool,
    /// The least severity that fails the gate; null if there is no gate.
    pub gate: Option<SeverityV1>,
    /// The exit code and why.
    pub exit: Exit<'a>,
    /// The rules that were applied, as a whole.
    pub pack: Pack,
    /// The laws that the audit reports against.
    pub frameworks: Vec<Framework<'a>>,
    /// Every file and what became of it, in the order in which they were read.
    pub inputs: Vec<Input<'a>>,
    /// Directories that were left out.
    pub skipped_directories: &'a [std::sync::Arc<str>],
    /// Number of resources: domain to kind to number.
    pub resources: BTreeMap<&'static str, BTreeMap<&'a str, usize>>,
    /// Number of findings by verdict; failures that someone accepted are counted apart.
    pub counts: Counts,
    /// Every finding, worst first. A finding is not a violation: people decide what the law asks.
    pub findings: Vec<Finding<'a>>,
    /// The texts of the rules that the findings name, by rule id.
    pub rules: BTreeMap<&'a str, Rule<'a>>,
    /// Ids of rules that no resource of the audit concerns. They are no evidence of anything.
    pub rules_not_applicable: Vec<&'a str>,
    /// Every control of the frameworks and what the audit says about it.
    pub controls: Vec<Control<'a>>,
    /// What belongs to the audit and was not seen, and notes.
    pub gaps: Vec<Gap<'a>>,
    /// Comments in the audited files that accept findings.
    pub ignores: Vec<Ignore<'a>>,
    /// The operator's records of accepted findings.
    pub waivers: Vec<Waiver<'a>>,
}

/// The program that audited.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The exit code and why.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Exit<'a> {
    /// 0 gate passed, 1 findings at or above the gate, 3 audit incomplete.
    pub code: u8,
    /// Why, in a sentence.
    pub reason: &'a str,
}

/// The rules that were applied.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pack {
    /// Number of rules.
    pub rules: usize,
    /// SHA-256 over the ids and texts of the rules, in lower-case hex.
    pub sha256: String,
}

/// A law or standard.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Framework<'a> {
    /// Its id.
    pub id: &'a str,
    /// What is printed before a citation.
    pub short: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Where it is published.
    pub citation: &'a str,
    /// Number of its controls.
    pub controls: usize,
    /// Number of its controls in each state.
    pub states: BTreeMap<ControlState, usize>,
}

/// One file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Input<'a> {
    /// Its path as the user named it, `-` for standard input.
    pub path: &'a str,
    /// What became of it.
    pub state: InputState,
    /// The domain it belongs to; null if it is none of ours.
    pub domain: Option<DomainV1>,
    /// SHA-256 of its bytes in lower-case hex; null if it was not opened.
    pub sha256: Option<&'a str>,
    /// Number of its bytes; null if it was not opened.
    pub bytes: Option<u64>,
}

/// Number of findings by verdict.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Counts {
    /// Open failures.
    pub fail: usize,
    /// Failures that someone accepted (ignored, waived or known).
    pub accepted: usize,
    /// Not known.
    pub unknown: usize,
    /// Passed.
    pub pass: usize,
    /// The requirement does not concern the resource.
    pub not_applicable: usize,
}

/// One outcome with its evidence. Secrets are withheld.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding<'a> {
    /// Id of the rule; its texts stand under `rules`.
    pub rule: &'a str,
    /// What holds when the rule passes.
    pub title: &'a str,
    /// The outcome.
    pub verdict: VerdictV1,
    /// The safeguard that the rule serves.
    pub safeguard: &'a str,
    /// How bad a failure is.
    pub severity: SeverityV1,
    /// What the rule was applied to.
    pub resource: Resource<'a>,
    /// The file to look at.
    pub path: String,
    /// First line, from 1.
    pub line: u32,
    /// First column in characters, from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Path of the attribute that decided; empty if no single one did.
    pub attribute: &'a str,
    /// What was seen.
    pub observed: &'a str,
    /// What was expected.
    pub expected: &'a str,
    /// Why the value is not known; null unless something was not known.
    pub unknown: Option<Unknown>,
    /// The same for the same rule on the same resource of the same file, wherever its lines are.
    pub fingerprint: &'a str,
    /// Whether someone accepted it.
    pub standing: Standing<'a>,
    /// The controls that the safeguard serves.
    pub controls: Vec<ControlRef<'a>>,
    /// The concepts of the coverage files that the rule answers.
    pub concepts: &'a [String],
}

/// What a rule was applied to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Resource<'a> {
    /// Its type in the words of its own language.
    pub kind: &'a str,
    /// The name a person knows it by.
    pub address: &'a str,
    /// The language or domain it comes from.
    pub domain: DomainV1,
    /// The module, template, namespace or host within which addresses are unique.
    pub scope: &'a str,
}

/// Why a value is not known.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unknown {
    /// The kind of reason.
    pub reason: UnknownReason,
    /// The variable, parameter, function or file that it hangs on.
    pub what: String,
}

/// Whether a failing finding counts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Standing<'a> {
    /// Open, or how it was accepted.
    pub state: StandingState,
    /// Why it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// Last day on which that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'a str>,
}

/// A control, by name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ControlRef<'a> {
    /// Id of its framework.
    pub framework: &'a str,
    /// Its id.
    pub id: &'a str,
    /// How people cite it.
    pub citation: String,
}

/// The texts of a rule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rule<'a> {
    /// What holds when it passes.
    pub title: &'a str,
    /// The safeguard it serves.
    pub safeguard: &'a str,
    /// How bad a failure is.
    pub severity: SeverityV1,
    /// Why it matters.
    pub rationale: &'a str,
    /// What to do about a failure.
    pub remediation: &'a str,
    /// Pages that state the facts it rests on.
    pub references: &'a [String],
    /// The concepts of the coverage files that it answers.
    pub concepts: &'a [String],
    /// The same check in other tools: tool to ids.
    pub equivalents: &'a BTreeMap<String, Vec<String>>,
    /// Its thresholds, by name, and whose number each is.
    pub parameters: BTreeMap<&'a str, Parameter>,
    /// Why it is kept only for its id; absent if it is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<&'a str>,
}

/// A threshold.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Parameter {
    /// What it means.
    pub description: String,
    /// Its value in this audit.
    pub value: serde_json::Value,
    /// Its value unless an organisation sets another.
    pub default: serde_json::Value,
    /// Whose number the default is.
    pub source: String,
}

/// One control and what the audit says about it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Control<'a> {
    /// Id of its framework.
    pub framework: &'a str,
    /// Its id.
    pub id: &'a str,
    /// How people cite it.
    pub citation: String,
    /// Its heading.
    pub title: &'a str,
    /// Whether it is required, addressable or risk-based.
    pub designation: &'a str,
    /// How much of it a machine can see.
    pub coverage: CoverageV1,
    /// What the audit says about it. No state says that a duty is met.
    pub state: ControlState,
    /// Number of findings of the rules that serve it.
    pub counts: ControlCounts,
}

/// Number of findings of the rules that serve a control.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct ControlCounts {
    /// Open failures.
    pub fail: usize,
    /// Failures that someone accepted.
    pub accepted: usize,
    /// Not known.
    pub unknown: usize,
    /// Passed.
    pub pass: usize,
}

/// Something that was not seen, or a note.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gap<'a> {
    /// What kind of gap.
    pub kind: GapKind,
    /// The path.
    pub path: &'a str,
    /// The line, if it is known.
    pub line: Option<u32>,
    /// What happened.
    pub message: &'a str,
    /// What a person can do about it.
    pub hint: Option<&'a str>,
    /// True if the audit is incomplete because of it.
    pub incomplete: bool,
}

/// A comment in an audited file that accepts findings.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ignore<'a> {
    /// The rule as it is named there.
    pub rule: &'a str,
    /// The file.
    pub path: &'a str,
    /// The line.
    pub line: u32,
    /// Last day on which it holds; null for no end.
    pub until: Option<String>,
    /// Why.
    pub reason: &'a str,
    /// True if it switched something off in this audit.
    pub used: bool,
    /// True if its last day has passed: the finding counts again.
    pub expired: bool,
}

/// The operator's record of an accepted finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Waiver<'a> {
    /// The rule as it is named there.
    pub rule: &'a str,
    /// The resource; null for all.
    pub resource: Option<&'a str>,
    /// The file; null for all.
    pub path: Option<&'a str>,
    /// Last day on which it holds.
    pub until: String,
    /// Why.
    pub reason: &'a str,
    /// Who accepted it.
    pub by: &'a str,
    /// True if it accepted something in this audit.
    pub used: bool,
    /// True if its last day has passed: the finding counts again.
    pub expired: bool,
}
