//! From an [`Audit`] to its wire format.

use std::collections::BTreeMap;

use super::names::{SchemaName, StandingState};
use super::view::{
    AuditV1, Control, ControlCounts, ControlRef, Counts, Exit, Finding, Framework, Gap, Ignore, Input, Pack, Parameter,
    Resource, Rule, Standing, Tool, Unknown, Waiver,
};
use crate::assess;
use crate::audit::{Audit, Audited};
use crate::judge::{self, Judged};
use crate::redact;
use crate::report::{TOOL, VERSION, cite, place};
use crate::resource;
use crate::rule;
use crate::source::Source;
use crate::tally;
use crate::value::{Data, Value};

/// The audit as it goes over the wire.
pub fn view(audit: &Audit) -> AuditV1<'_> {
    let controls = assess::controls(&audit.law, &audit.tally);
    AuditV1 {
        schema: SchemaName::V1,
        tool: Tool { name: TOOL, version: VERSION },
        date: audit.today.to_string(),
        paths: &audit.paths,
        whole_estate: audit.estate.whole,
        gate: audit.gate.map(Into::into),
        exit: Exit { code: audit.exit.code, reason: &audit.exit.reason },
        pack: Pack { rules: audit.pack.cards().len(), sha256: audit.pack.digest() },
        frameworks: audit.law.frameworks.iter().map(|framework| self::framework(framework, &controls)).collect(),
        inputs: audit.inputs.iter().map(|input| self::input(audit, input)).collect(),
        skipped_directories: &audit.skipped,
        resources: resources(audit),
        counts: counts(audit.tally.all()),
        findings: audit.findings.iter().map(|judged| finding(audit, judged)).collect(),
        rules: rules(&audit.findings),
        rules_not_applicable: not_applicable(audit),
        controls: controls.iter().map(control).collect(),
        gaps: audit.gaps.iter().map(|gap| self::gap(audit, gap)).collect(),
        ignores: audit.ignores.iter().map(|(ignore, used)| self::ignore(audit, ignore, *used)).collect(),
        waivers: audit.waivers.iter().map(|(waiver, used)| self::waiver(audit, waiver, *used)).collect(),
    }
}

fn framework<'a>(framework: &'a crate::framework::Framework, controls: &[assess::Assessed]) -> Framework<'a> {
    let mut states = BTreeMap::new();
    for assessed in controls.iter().filter(|assessed| assessed.framework.id == framework.id) {
        *states.entry(assessed.state.into()).or_insert(0) += 1;
    }
    Framework {
        id: &framework.id,
        short: &framework.short,
        title: &framework.title,
        citation: &framework.citation,
        controls: framework.controls.len(),
        states,
    }
}

fn input<'a>(audit: &'a Audit, Audited { input, domain }: &'a Audited) -> Input<'a> {
    let source = input.source.and_then(|source| audit.sources.get(source));
    Input {
        path: &input.path,
        state: input.state.into(),
        domain: domain.map(Into::into),
        sha256: source.map(Source::sha256),
        bytes: source.map(|source| source.bytes),
    }
}

fn resources(audit: &Audit) -> BTreeMap<&'static str, BTreeMap<&str, usize>> {
    let mut all: BTreeMap<&'static str, BTreeMap<&str, usize>> = BTreeMap::new();
    for resource in &audit.estate.resources {
        *all.entry(resource.scope.domain.id()).or_default().entry(&resource.kind).or_default() += 1;
    }
    all
}

fn counts(all: tally::Counts) -> Counts {
    let tally::Counts { fail, unknown, pass, accepted, not_applicable } = all;
    Counts { fail, accepted, unknown, pass, not_applicable }
}

fn finding<'a>(audit: &'a Audit, judged: &'a Judged) -> Finding<'a> {
    let it = &judged.finding;
    let at = place(audit, judged);
    Finding {
        rule: &it.rule.id,
        title: &it.rule.title,
        verdict: it.verdict.into(),
        safeguard: &it.rule.safeguard,
        severity: it.rule.severity.into(),
        resource: resource(audit.estate.resources.get(it.resource)),
        path: at.path.to_string(),
        line: at.line,
        column: at.column,
        end_line: at.end_line,
        attribute: &it.evidence.path,
        observed: &it.evidence.observed,
        expected: &it.evidence.expected,
        unknown: it
            .evidence
            .unknown
            .as_ref()
            .map(|(reason, what)| Unknown { reason: (*reason).into(), what: redact::text(what) }),
        fingerprint: &judged.fingerprint,
        standing: standing(audit, &judged.standing),
        controls: audit.law.controls_of(&it.rule.safeguard).map(|(f, c)| control_ref(f, c)).collect(),
        concepts: &it.rule.concepts,
    }
}

fn resource(resource: Option<&resource::Resource>) -> Resource<'_> {
    let domain = resource.map_or(resource::Domain::Host, |resource| resource.scope.domain).into();
    let text = |text: fn(&resource::Resource) -> &str| resource.map_or("", text);
    Resource { kind: text(|r| &r.kind), address: text(|r| &r.address), domain, scope: text(|r| &r.scope.path) }
}

fn standing<'a>(audit: &'a Audit, standing: &judge::Standing) -> Standing<'a> {
    let plain = |state| Standing { state, reason: None, until: None, by: None };
    match standing {
        judge::Standing::Open => plain(StandingState::Open),
        judge::Standing::Known => plain(StandingState::Known),
        judge::Standing::Ignored(n) => {
            let ignore = audit.ignores.get(*n).map(|(ignore, _)| ignore);
            let until = ignore.and_then(|ignore| ignore.until).map(|until| until.to_string());
            Standing { reason: ignore.map(|ignore| &*ignore.reason), until, ..plain(StandingState::Ignored) }
        }
        judge::Standing::Waived(n) => {
            let waiver = audit.waivers.get(*n).map(|(waiver, _)| waiver);
            Standing {
                state: StandingState::Waived,
                reason: waiver.map(|waiver| &*waiver.reason),
                until: waiver.map(|waiver| waiver.until.to_string()),
                by: waiver.map(|waiver| &*waiver.by),
            }
        }
    }
}

fn control_ref<'a>(
    framework: &'a crate::framework::Framework,
    control: &'a crate::framework::Control,
) -> ControlRef<'a> {
    ControlRef { framework: &framework.id, id: &control.id, citation: cite::full(framework, control) }
}

fn rules(findings: &[Judged]) -> BTreeMap<&str, Rule<'_>> {
    let mut all = BTreeMap::new();
    for judged in findings {
        all.entry(&*judged.finding.rule.id).or_insert_with(|| rule(&judged.finding.rule));
    }
    all
}

fn rule(rule: &rule::Rule) -> Rule<'_> {
    Rule {
        title: &rule.title,
        safeguard: &rule.safeguard,
        severity: rule.severity.into(),
        rationale: &rule.rationale,
        remediation: &rule.remediation,
        references: &rule.references,
        concepts: &rule.concepts,
        equivalents: &rule.equivalents,
        parameters: rule.parameters.iter().map(|(name, it)| (&**name, parameter(it))).collect(),
        deprecated: rule.deprecated.as_deref(),
    }
}

fn parameter(parameter: &rule::Parameter) -> Parameter {
    Parameter {
        description: parameter.description.clone(),
        value: plain(&parameter.value),
        default: plain(&parameter.default),
        source: parameter.source.clone(),
    }
}

/// A value of the rule pack as JSON. What is not known there is null.
pub fn plain(value: &Value) -> serde_json::Value {
    match &value.data {
        Data::Null | Data::Unknown(_) => serde_json::Value::Null,
        Data::Bool(b) => (*b).into(),
        Data::Number(crate::value::Number::Int(n)) => (*n).into(),
        Data::Number(crate::value::Number::Float(n)) => (*n).into(),
        Data::String(text) => text.to_string().into(),
        Data::List(list) => list.iter().map(plain).collect(),
        Data::Map(map) => map.iter().map(|(key, entry)| (key.to_string(), plain(&entry.value))).collect(),
    }
}

/// The rules that no resource concerns: none of their kinds is there.
fn not_applicable(audit: &Audit) -> Vec<&str> {
    let cards = audit.pack.cards();
    let absent = cards.filter(|card| card.kinds.iter().all(|kind| audit.estate.of_kind(kind).is_empty()));
    let mut ids: Vec<&str> = absent.map(|card| &*card.id).collect();
    ids.sort_unstable();
    ids
}

fn control<'a>(assessed: &assess::Assessed<'a>) -> Control<'a> {
    let assess::Assessed { framework, control, state, counts } = *assessed;
    Control {
        framework: &framework.id,
        id: &control.id,
        citation: cite::full(framework, control),
        title: &control.title,
        designation: &control.designation,
        coverage: control.coverage.into(),
        state: state.into(),
        counts: ControlCounts {
            fail: counts.fail,
            accepted: counts.accepted,
            unknown: counts.unknown,
            pass: counts.pass,
        },
    }
}

fn gap<'a>(audit: &Audit, gap: &'a resource::Gap) -> Gap<'a> {
    Gap {
        kind: gap.kind.into(),
        path: &gap.path,
        line: gap.span.and_then(|span| audit.sources.locate(span)).map(|at| at.line),
        message: &gap.message,
        hint: gap.hint.as_deref(),
        incomplete: gap.kind.is_incomplete(),
    }
}

fn ignore<'a>(audit: &'a Audit, ignore: &'a crate::ignore::Ignore, used: bool) -> Ignore<'a> {
    Ignore {
        rule: &ignore.rule,
        path: audit.sources.get(ignore.span.source).map_or("", |source| &source.path),
        line: ignore.line,
        until: ignore.until.map(|until| until.to_string()),
        reason: &ignore.reason,
        used,
        expired: ignore.expired(audit.today),
    }
}

fn waiver<'a>(audit: &Audit, waiver: &'a crate::waiver::Waiver, used: bool) -> Waiver<'a> {
    Waiver {
        rule: &waiver.rule,
        resource: waiver.resource.as_deref(),
        path: waiver.path.as_deref(),
        until: waiver.until.to_string(),
        reason: &waiver.reason,
        by: &waiver.by,
        used,
        expired: audit.today > waiver.until,
    }
}
