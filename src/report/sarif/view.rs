//! The part of SARIF 2.1.0 that we write, in its own words. See the standard for what each means.

use std::collections::BTreeMap;

use serde::Serialize;

/// A whole file.
#[derive(Debug, Serialize)]
pub struct Log<'a> {
    /// Where the schema is.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// 2.1.0.
    pub version: &'static str,
    /// One run.
    pub runs: [Run<'a>; 1],
}

/// One audit.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run<'a> {
    /// The program and its rules.
    pub tool: Tool<'a>,
    /// What keeps several runs on one tree apart.
    pub automation_details: Id,
    /// How it went.
    pub invocations: [Invocation<'a>; 1],
    /// The files.
    pub artifacts: Vec<Artifact<'a>>,
    /// The laws.
    pub taxonomies: Vec<Taxonomy<'a>>,
    /// The findings.
    pub results: Vec<Result<'a>>,
    /// Columns count code points.
    pub column_kind: &'static str,
}

/// The program.
#[derive(Debug, Serialize)]
pub struct Tool<'a> {
    /// The program itself; there are no plugins.
    pub driver: Driver<'a>,
}

/// The program and its rules.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub semantic_version: &'static str,
    /// The rules that the results name.
    pub rules: Vec<Rule<'a>>,
    /// The laws that the rules refer to.
    pub supported_taxonomies: Vec<Component<'a>>,
}

/// A rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub short_description: Text<'a>,
    /// Its rationale.
    pub full_description: Text<'a>,
    /// What to do, and which law it serves.
    pub help: Help,
    /// A page about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<&'a str>,
    /// Its level.
    pub default_configuration: Configuration,
    /// Tags and severity.
    pub properties: RuleProperties,
    /// The controls that it serves.
    pub relationships: Vec<Relationship<'a>>,
}

/// What code scanning services read of a rule.
#[derive(Debug, Serialize)]
pub struct RuleProperties {
    /// Safeguard and citations.
    pub tags: Vec<String>,
    /// A number from 0 to 10, as text.
    #[serde(rename = "security-severity")]
    pub security_severity: &'static str,
}

/// A plain text.
#[derive(Debug, Serialize)]
pub struct Text<'a> {
    /// The text.
    pub text: std::borrow::Cow<'a, str>,
}

/// A text in two forms.
#[derive(Debug, Serialize)]
pub struct Help {
    /// Plain.
    pub text: String,
    /// Markdown.
    pub markdown: String,
}

/// How a rule reports.
#[derive(Debug, Serialize)]
pub struct Configuration {
    /// Its level.
    pub level: &'static str,
}

/// A named component.
#[derive(Clone, Debug, Serialize)]
pub struct Component<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it stands in the list of its kind.
    pub index: usize,
}

/// From a rule to a control.
#[derive(Debug, Serialize)]
pub struct Relationship<'a> {
    /// The control.
    pub target: Target<'a>,
    /// How they relate.
    pub kinds: [&'static str; 1],
}

/// A control.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its law.
    pub tool_component: Component<'a>,
}

/// An id.
#[derive(Debug, Serialize)]
pub struct Id {
    /// The id.
    pub id: &'static str,
}

/// How a run went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation<'a> {
    /// False if the audit is incomplete.
    pub execution_successful: bool,
    /// The exit code.
    pub exit_code: u8,
    /// Why.
    pub exit_code_description: &'a str,
    /// What was not seen, and notes.
    pub tool_execution_notifications: Vec<Notification<'a>>,
}

/// Something that was not seen.
#[derive(Debug, Serialize)]
pub struct Notification<'a> {
    /// Its kind.
    pub descriptor: DescriptorId,
    /// Error if the audit is incomplete because of it.
    pub level: &'static str,
    /// What happened.
    pub message: Text<'a>,
    /// Where.
    pub locations: [Location<'a>; 1],
}

/// The kind of a notification.
#[derive(Debug, Serialize)]
pub struct DescriptorId {
    /// The kind.
    pub id: &'static str,
}

/// A file that was audited.
#[derive(Debug, Serialize)]
pub struct Artifact<'a> {
    /// Where.
    pub location: ArtifactLocation,
    /// Bytes.
    pub length: u64,
    /// Its digest.
    pub hashes: BTreeMap<&'static str, &'a str>,
}

/// A law.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Taxonomy<'a> {
    /// Its id.
    pub name: &'a str,
    /// Its title.
    pub full_name: &'a str,
    /// Where it is published.
    pub short_description: Text<'a>,
    /// Its controls.
    pub taxa: Vec<Taxon<'a>>,
}

/// A control.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Taxon<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its heading.
    pub short_description: Text<'a>,
}

/// A finding.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Result<'a> {
    /// The rule.
    pub rule_id: &'a str,
    /// Where the rule stands among the driver's.
    pub rule_index: usize,
    /// The verdict.
    pub kind: &'static str,
    /// The severity of a failure.
    pub level: &'static str,
    /// What was seen and what was expected.
    pub message: Text<'a>,
    /// Where.
    pub locations: [Location<'a>; 1],
    /// What stays the same from audit to audit.
    pub partial_fingerprints: BTreeMap<&'static str, &'a str>,
    /// Who accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<[Suppression; 1]>,
    /// Whether the baseline has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    /// What SARIF has no place for.
    pub properties: ResultProperties<'a>,
}

/// What SARIF has no place for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultProperties<'a> {
    /// The verdict in our words.
    pub verdict: &'static str,
    /// The severity in our words.
    pub severity: &'static str,
    /// The safeguard.
    pub safeguard: &'a str,
    /// The kind of the resource.
    pub resource_kind: &'a str,
    /// What was seen.
    pub observed: &'a str,
    /// What was expected.
    pub expected: &'a str,
}

/// A place.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location<'a> {
    /// In a file.
    pub physical_location: PhysicalLocation,
    /// In the estate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation<'a>>,
}

/// A place in a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// The lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// A file.
#[derive(Debug, Serialize)]
pub struct ArtifactLocation {
    /// Its path as a relative reference.
    pub uri: String,
}

/// Lines.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    /// First line.
    pub start_line: u32,
    /// First column.
    pub start_column: u32,
    /// Last line.
    pub end_line: u32,
}

/// A resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogicalLocation<'a> {
    /// Its address.
    pub fully_qualified_name: &'a str,
    /// It is a resource.
    pub kind: &'static str,
}

/// Why a failure does not count.
#[derive(Debug, Serialize)]
pub struct Suppression {
    /// In the audited file, or in a record of the operator's.
    pub kind: &'static str,
    /// Accepted.
    pub status: &'static str,
    /// Why, by whom and until when.
    pub justification: String,
}
