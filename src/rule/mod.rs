//! Rules: one requirement each, one YAML file each, with its own examples.
//!
//! [`load`] turns a parsed file into a [`Rule`] and refuses whatever it does not understand;
//! [`pack`] knows which rules there are; [`crate::evaluate`] applies them.

pub mod assertion;
pub mod diagnostic;
pub mod example;
pub mod load;
pub mod mutate;
pub mod operator;
pub mod pack;
pub mod path;
mod read;
pub mod schema;

use std::collections::BTreeMap;
use std::sync::Arc;

use assertion::Assertion;
use example::Example;

use crate::value::Value;

/// One requirement.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Public name; the path of its file with dashes. Never reused.
    pub id: Arc<str>,
    /// What holds when the rule passes, in a sentence.
    pub title: String,
    /// The safeguard it serves: its only link to the law.
    pub safeguard: Arc<str>,
    /// How bad a failure is.
    pub severity: Severity,
    /// The concepts of the coverage files that it answers.
    pub concepts: Vec<String>,
    /// The same check in other tools: tool name to the tool's ids.
    pub equivalents: BTreeMap<String, Vec<String>>,
    /// Why it matters.
    pub rationale: String,
    /// What to do about a failure.
    pub remediation: String,
    /// Pages that state the facts the rule rests on.
    pub references: Vec<String>,
    /// Numbers and texts that an organisation may set for itself.
    pub parameters: BTreeMap<String, Parameter>,
    /// What is asked of which resources.
    pub checks: Vec<Check>,
    /// Texts with the verdict that the rule must reach on them.
    pub examples: Vec<Example>,
    /// Earlier ids.
    pub aliases: Vec<String>,
    /// Set when the rule is kept only for its id.
    pub deprecated: Option<String>,
}

/// What is asked of the resources of some kinds.
#[derive(Clone, Debug)]
pub struct Check {
    /// Kinds of resources.
    pub applies_to: Vec<Arc<str>>,
    /// Applies only where this holds.
    pub when: Option<Assertion>,
    /// Does not apply where this holds.
    pub unless: Option<Assertion>,
    /// Must hold.
    pub assert: Assertion,
    /// The expected state in words, where the assertion's own words would not do.
    pub expected: Option<String>,
}

/// A threshold: the law gives no numbers, so each says whose it is.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// What it means.
    pub description: String,
    /// Its value unless an organisation sets another.
    pub default: Value,
    /// Whose number the default is.
    pub source: String,
    /// Its value in this audit.
    pub value: Value,
}

/// How bad a failure is, from least to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Weakens a safeguard a little.
    Low,
    /// Weakens a safeguard.
    Medium,
    /// A safeguard is missing.
    High,
    /// Records are exposed as it stands.
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: &[Severity] = &[Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    /// Its name.
    pub fn id(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// The severity with this name.
    pub fn from_id(id: &str) -> Option<Severity> {
        Severity::ALL.iter().copied().find(|severity| severity.id() == id)
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.id())
    }
}
