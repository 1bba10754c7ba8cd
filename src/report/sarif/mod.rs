//! SARIF 2.1.0, for code scanning services and editors. Failing and unknown findings are in it, and
//! with `--all-verdicts` the others too.

#[cfg(test)]
mod tests;
mod view;

use std::borrow::Cow;
use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{Options, TOOL, VERSION, cite, place};
use crate::audit::Audit;
use crate::finding::Verdict;
use crate::framework::Law;
use crate::judge::{Judged, Standing};
use crate::resource::Gap;
use crate::rule::{self, Severity};
use crate::source;
use view::{
    Artifact, ArtifactLocation, Component, Configuration, DescriptorId, Driver, Help, Id, Invocation, Location, Log,
    LogicalLocation, Notification, PhysicalLocation, Region, Relationship, Result, ResultProperties, Rule,
    RuleProperties, Run, Suppression, Target, Taxon, Taxonomy, Text, Tool,
};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Makes the report.
///
/// # Errors
/// A value that JSON cannot hold, which there is none of.
pub fn render(audit: &Audit, options: Options) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(&log(audit, options))?;
    text.push('\n');
    Ok(text)
}

fn log(audit: &Audit, options: Options) -> Log<'_> {
    let wanted = |judged: &&Judged| {
        let told = matches!(judged.finding.verdict, Verdict::Fail | Verdict::Unknown);
        judged.finding.rule.severity >= options.min_severity && (told || options.all_verdicts)
    };
    let findings: Vec<&Judged> = audit.findings.iter().filter(wanted).collect();
    let mut rules: IndexMap<&str, &rule::Rule> = IndexMap::new();
    for judged in &findings {
        rules.entry(&judged.finding.rule.id).or_insert(&judged.finding.rule);
    }
    rules.sort_keys();
    // Of a baseline's comparison either every failure tells or none.
    let compared = audit.findings.iter().any(|judged| judged.standing == Standing::Known);
    let results = findings.iter().map(|judged| result(audit, judged, &rules, compared)).collect();
    let components = audit.law.frameworks.iter().enumerate();
    let driver = Driver {
        name: TOOL,
        semantic_version: VERSION,
        supported_taxonomies: components.map(|(index, f)| Component { name: &f.id, index }).collect(),
        rules: rules.values().map(|rule| self::rule(&audit.law, rule)).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: Id { id: "duecare/" },
        invocations: [invocation(audit)],
        artifacts: artifacts(audit),
        taxonomies: taxonomies(&audit.law, rules.values().copied()),
        results,
        column_kind: "unicodeCodePoints",
    };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The number that code scanning services sort by.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

/// SARIF's word for a verdict, and what our message begins with.
fn kind(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Fail => ("fail", "Not met"),
        Verdict::Unknown => ("open", "Not known"),
        Verdict::Pass => ("pass", "Met"),
        Verdict::NotApplicable => ("notApplicable", "Not applicable"),
    }
}

fn rule<'a>(law: &'a Law, rule: &'a rule::Rule) -> Rule<'a> {
    let cited = cite::by_framework(law, &rule.safeguard).join("; ");
    let references = rule.references.join("\n");
    let text = format!("{}\n\nThe law it serves: {cited}\n\n{references}", rule.remediation);
    let links: String = rule.references.iter().map(|page| format!("- <{page}>\n")).collect();
    let markdown = format!("{}\n\n**The law it serves.** {cited}\n\n{links}", rule.remediation);
    let citations = law.controls_of(&rule.safeguard).map(|(f, c)| cite::full(f, c));
    let first = ["security".to_owned(), rule.safeguard.to_string()];
    let components = law.frameworks.iter().enumerate();
    let relationships = components.flat_map(|(index, framework)| {
        let serves = |control: &&crate::framework::Control| control.safeguards.iter().any(|id| **id == *rule.safeguard);
        framework.controls.iter().filter(serves).map(move |control| Relationship {
            target: Target { id: &control.id, tool_component: Component { name: &framework.id, index } },
            kinds: ["relevant"],
        })
    });
    Rule {
        id: &rule.id,
        short_description: plain(&rule.title),
        full_description: plain(&rule.rationale),
        help: Help { text: text.trim_end().to_owned(), markdown: markdown.trim_end().to_owned() },
        help_uri: rule.references.iter().map(String::as_str).find(|page| page.starts_with("https://")),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties {
            tags: first.into_iter().chain(citations).collect(),
            security_severity: security_severity(rule.severity),
        },
        relationships: relationships.collect(),
    }
}

fn plain(text: &str) -> Text<'_> {
    Text { text: Cow::Borrowed(text) }
}

/// A message: text in which nothing is taken for a placeholder or a link (sections 3.11.5 and 3.11.6
/// of the standard). What comes from an audited file must not be either.
fn message(text: String) -> Text<'static> {
    let mut text: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let bytes = text.as_bytes();
    if bytes.windows(2).any(|pair| matches!(pair, [b'{', b'0'..=b'9'])) {
        text = text.replace('{', "{{").replace('}', "}}");
    }
    if text.contains("](") {
        text = text.replace('[', "\\[").replace(']', "\\]");
    }
    Text { text: Cow::Owned(text) }
}

fn result<'a>(audit: &'a Audit, judged: &'a Judged, rules: &IndexMap<&str, &rule::Rule>, compared: bool) -> Result<'a> {
    let finding = &judged.finding;
    let rule = &finding.rule;
    let (kind, says) = kind(finding.verdict);
    let resource = audit.estate.resources.get(finding.resource);
    let address = resource.map_or("", |resource| &resource.address);
    let evidence = &finding.evidence;
    let said = format!("{says}: {}. {address}: {}; expected {}.", rule.title, evidence.observed, evidence.expected);
    let failed = finding.verdict == Verdict::Fail;
    Result {
        rule_id: &rule.id,
        rule_index: rules.get_index_of(&*rule.id).unwrap_or(0),
        kind,
        level: if failed { level(rule.severity) } else { "none" },
        message: message(said),
        locations: [Location {
            physical_location: physical(&place(audit, judged)),
            logical_locations: vec![LogicalLocation { fully_qualified_name: address, kind: "resource" }],
        }],
        partial_fingerprints: BTreeMap::from([("duecare/v1", &*judged.fingerprint)]),
        suppressions: suppression(audit, &judged.standing).map(|it| [it]),
        baseline_state: baseline(judged, compared),
        properties: ResultProperties {
            verdict: finding.verdict.id(),
            severity: rule.severity.id(),
            safeguard: &rule.safeguard,
            resource_kind: resource.map_or("", |resource| &resource.kind),
            observed: &evidence.observed,
            expected: &evidence.expected,
        },
    }
}

fn suppression(audit: &Audit, standing: &Standing) -> Option<Suppression> {
    let (kind, justification) = match standing {
        Standing::Open | Standing::Known => return None,
        Standing::Ignored(n) => {
            let (ignore, _) = audit.ignores.get(*n)?;
            let until = ignore.until.map(|until| format!(" (until {until})")).unwrap_or_default();
            ("inSource", format!("{}{until}", ignore.reason))
        }
        Standing::Waived(n) => {
            let (waiver, _) = audit.waivers.get(*n)?;
            ("external", format!("{} ({}, until {})", waiver.reason, waiver.by, waiver.until))
        }
    };
    Some(Suppression { kind, status: "accepted", justification })
}

/// Whether the baseline has the failure, if there was one to compare with.
fn baseline(judged: &Judged, compared: bool) -> Option<&'static str> {
    match judged.standing {
        Standing::Known => Some("unchanged"),
        _ if compared && judged.finding.verdict == Verdict::Fail => Some("new"),
        _ => None,
    }
}

fn physical(at: &source::Location) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(&at.path) },
        region: Some(Region { start_line: at.line, start_column: at.column, end_line: at.end_line.max(at.line) }),
    }
}

/// A path as a relative reference, or as a file URI if it is absolute.
fn uri(path: &str) -> String {
    use std::fmt::Write;
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}"); // writing to a String cannot fail
            }
        }
    }
    out
}

fn invocation(audit: &Audit) -> Invocation<'_> {
    Invocation {
        execution_successful: !audit.gaps.iter().any(|gap| gap.kind.is_incomplete()),
        exit_code: audit.exit.code,
        exit_code_description: &audit.exit.reason,
        tool_execution_notifications: audit.gaps.iter().map(|gap| notification(audit, gap)).collect(),
    }
}

fn notification<'a>(audit: &Audit, gap: &Gap) -> Notification<'a> {
    let at = gap.span.and_then(|span| audit.sources.locate(span));
    let hint = gap.hint.as_ref().map(|hint| format!(". What helps: {hint}")).unwrap_or_default();
    let physical_location = PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(&gap.path) },
        region: at.and_then(|at| physical(&at).region),
    };
    Notification {
        descriptor: DescriptorId { id: gap.kind.id() },
        level: if gap.kind.is_incomplete() { "error" } else { "note" },
        message: message(format!("{}{hint}", gap.message)),
        locations: [Location { physical_location, logical_locations: Vec::new() }],
    }
}

/// The files that belong to one of our domains, with their digests.
fn artifacts(audit: &Audit) -> Vec<Artifact<'_>> {
    let ours = audit.inputs.iter().filter(|audited| audited.domain.is_some());
    ours.filter_map(|audited| {
        let source = audit.sources.get(audited.input.source?)?;
        Some(Artifact {
            location: ArtifactLocation { uri: uri(&audited.input.path) },
            length: source.bytes,
            hashes: BTreeMap::from([("sha-256", source.sha256())]),
        })
    })
    .collect()
}

/// The laws, with those of their controls that the rules serve.
fn taxonomies<'a>(law: &'a Law, rules: impl Iterator<Item = &'a rule::Rule>) -> Vec<Taxonomy<'a>> {
    let safeguards: std::collections::BTreeSet<&str> = rules.map(|rule| &*rule.safeguard).collect();
    let all = law.frameworks.iter().map(|framework| {
        let served = framework.controls.iter().filter(|c| c.safeguards.iter().any(|id| safeguards.contains(&**id)));
        Taxonomy {
            name: &framework.id,
            full_name: &framework.title,
            short_description: plain(&framework.citation),
            taxa: served.map(|c| Taxon { id: &c.id, short_description: plain(&c.title) }).collect(),
        }
    });
    all.collect()
}
