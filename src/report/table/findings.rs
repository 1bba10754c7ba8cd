//! The findings: what fails, rule by rule; what is not known, and why; with `-v`, what passes.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::shown;
use crate::assess::plural;
use crate::audit::Audit;
use crate::finding::Verdict;
use crate::judge::{Judged, Standing};
use crate::report::page::{BOLD, DIM, NO_BREAK, PLAIN, Page, STEP, clean, severity};
use crate::report::{Options, cite, place};
use crate::rule::Rule;
use crate::value::Reason;

/// Rules that are shown without `-v`.
const RULES: usize = 10;
/// Resources of a rule that are shown without `-v`.
const RESOURCES: usize = 3;
/// Reasons of unknown findings that are shown without `-v`.
const REASONS: usize = 5;

/// How the evidence ends when what is asked for may lie outside of what was read.
const ELSEWHERE: &str = "it may be elsewhere";

/// True if the finding fails and nobody accepted that.
pub fn open(judged: &Judged) -> bool {
    judged.finding.verdict == Verdict::Fail && judged.standing == Standing::Open
}

type ByRule<'a> = IndexMap<&'a str, Vec<&'a Judged>>;

/// The findings for which `wanted` holds, by rule, worst rule first.
fn by_rule<'a>(audit: &'a Audit, options: Options, wanted: impl Fn(&Judged) -> bool) -> ByRule<'a> {
    let mut rules: ByRule = IndexMap::new();
    for judged in shown(audit, options).filter(|judged| wanted(judged)) {
        rules.entry(&*judged.finding.rule.id).or_default().push(judged);
    }
    // They come worst first already; of two rules as bad as each other, the one that fails more is first.
    rules.sort_by(|_, a, _, b| rank(b).cmp(&rank(a)));
    rules
}

fn rank(findings: &[&Judged]) -> (Option<crate::rule::Severity>, usize) {
    (findings.first().map(|judged| judged.finding.rule.severity), findings.len())
}

/// "Not met: 3 requirements, 4 findings".
fn title(name: &str, rules: &ByRule) -> String {
    let (requirements, findings) = (rules.len(), rules.values().map(Vec::len).sum());
    let (requirement, finding) =
        (plural(requirements, "requirement", "requirements"), plural(findings, "finding", "findings"));
    format!("{name}: {requirements} {requirement}, {findings} {finding}")
}

/// The failing findings, each rule with its resources, the law it serves and the fix.
pub fn failing(audit: &Audit, options: Options, page: &mut Page) {
    let rules = by_rule(audit, options, open);
    if rules.is_empty() {
        page.heading("Nothing fails");
        let what = if audit.tally.0.is_empty() { "No rule applied to anything." } else { "No finding fails." };
        page.text(STEP, &format!("{what} What was not seen or not known is not a pass."), PLAIN);
        return;
    }
    page.heading(&title("Not met", &rules));
    let most = if options.verbose { rules.len() } else { RULES };
    for findings in rules.values().take(most) {
        rule(audit, options, findings, page);
    }
    let rest: Vec<_> = rules.values().skip(most).collect();
    if !rest.is_empty() {
        let n: usize = rest.iter().map(|findings| findings.len()).sum();
        page.blank();
        let more = plural(rest.len(), "requirement", "requirements");
        let findings = plural(n, "finding", "findings");
        page.text(STEP, &format!("and {} more {more}, {n} {findings} (-v shows all)", rest.len()), DIM);
    }
}

fn rule(audit: &Audit, options: Options, findings: &[&Judged], page: &mut Page) {
    let Some(rule) = findings.first().map(|judged| &judged.finding.rule) else { return };
    page.blank();
    heading(rule, page);
    let most = if options.verbose { findings.len() } else { RESOURCES };
    for judged in findings.iter().take(most) {
        resource(audit, judged, page);
    }
    if findings.len() > most {
        page.text(2 * STEP, &format!("and {} more (-v shows all)", findings.len() - most), DIM);
    }
    let law = cite::by_framework(&audit.law, &rule.safeguard).join("; ").replace("Art. ", &format!("Art.{NO_BREAK}"));
    page.pairs(STEP, &[("law", law), ("fix", clean_text(&rule.remediation))], DIM);
}

fn heading(rule: &Rule, page: &mut Page) {
    let name = format!("{}  ", rule.severity.id());
    page.labelled(STEP, (&name, severity(rule.severity)), &rule.title, BOLD);
    page.text(STEP + name.len(), &rule.id, DIM);
}

fn resource(audit: &Audit, judged: &Judged, page: &mut Page) {
    let at = place(audit, judged);
    page.beside(2 * STEP, &address(audit, judged), &format!("{}:{}", clean(&at.path), at.line));
    let evidence = &judged.finding.evidence;
    page.pairs(3 * STEP, &[("observed", clean(&evidence.observed)), ("expected", clean(&evidence.expected))], DIM);
}

fn address(audit: &Audit, judged: &Judged) -> String {
    audit.estate.resources.get(judged.finding.resource).map_or_else(String::new, |resource| clean(&resource.address))
}

/// A text of a rule, which may have line breaks of its own.
fn clean_text(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The findings that could not be decided, and the commonest reasons.
pub fn unknown(audit: &Audit, options: Options, page: &mut Page) {
    let rules = by_rule(audit, options, |judged| judged.finding.verdict == Verdict::Unknown);
    if rules.is_empty() {
        return;
    }
    page.heading(&title("Not known", &rules));
    let reasons = reasons(rules.values().flatten());
    let most = if options.verbose { reasons.len() } else { REASONS };
    let rows: Vec<Vec<String>> =
        reasons.iter().take(most).map(|(n, reason, what)| vec![n.to_string(), reason.clone(), what.clone()]).collect();
    page.table(STEP, &["times", "because of", "such as"], &rows, 1);
    if options.verbose {
        rules.values().for_each(|findings| listed(audit, findings, page));
    } else {
        page.text(STEP, "-v lists them", DIM);
    }
    for help in helps(rules.values().flatten()) {
        page.labelled(STEP, ("what helps: ", DIM), help, PLAIN);
    }
}

/// What an operator can do about findings that are not known.
fn helps<'a>(findings: impl Iterator<Item = &'a &'a Judged>) -> Vec<&'static str> {
    let evidence: Vec<_> = findings.map(|judged| &judged.finding.evidence).collect();
    let because =
        |wanted: Reason| evidence.iter().any(|it| it.unknown.as_ref().is_some_and(|(reason, _)| *reason == wanted));
    let elsewhere = evidence.iter().any(|it| it.observed.ends_with(ELSEWHERE));
    let all = [
        (because(Reason::Variable), "--var NAME=VALUE and --var-file FILE give values to variables"),
        (because(Reason::Parameter), "--parameter NAME=VALUE gives values to parameters"),
        (because(Reason::Computed) || because(Reason::Lookup), "audit the plan: terraform show -json PLAN > plan.json"),
        (elsewhere, "--whole-estate says that nothing of the estate lies outside of what is named"),
    ];
    all.into_iter().filter(|(applies, _)| *applies).map(|(_, help)| help).collect()
}

/// How often each reason occurs, most often first, with up to two of what they hang on.
fn reasons<'a>(findings: impl Iterator<Item = &'a &'a Judged>) -> Vec<(usize, String, String)> {
    let mut all: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for judged in findings {
        let evidence = &judged.finding.evidence;
        let outside = [ELSEWHERE, "that was not read"].iter().any(|end| evidence.observed.ends_with(end));
        let (reason, what) = match &evidence.unknown {
            Some((reason, what)) => (reason.words().to_owned(), clean(what)),
            None if outside => ("something outside of what was read".to_owned(), String::new()),
            None => (clean(&evidence.observed), String::new()),
        };
        let entry = all.entry(reason).or_default();
        entry.0 += 1;
        if !what.is_empty() && !entry.1.contains(&what) {
            entry.1.push(what);
        }
    }
    let mut list: Vec<_> = all
        .into_iter()
        .map(|(reason, (n, what))| {
            let more = if what.len() > 2 { ", ..." } else { "" };
            (n, reason, format!("{}{more}", what.into_iter().take(2).collect::<Vec<_>>().join(", ")))
        })
        .collect();
    list.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    list
}

/// With `-v`, the findings that pass: they are evidence too.
pub fn passing(audit: &Audit, options: Options, page: &mut Page) {
    if !options.verbose {
        return;
    }
    for (verdict, name) in [(Verdict::Pass, "Met"), (Verdict::NotApplicable, "Not applicable")] {
        let rules = by_rule(audit, options, |judged| judged.finding.verdict == verdict);
        if !rules.is_empty() {
            page.heading(&self::title(name, &rules));
            rules.values().for_each(|findings| listed(audit, findings, page));
        }
    }
}

/// One line for each finding of a rule.
fn listed(audit: &Audit, findings: &[&Judged], page: &mut Page) {
    let Some(first) = findings.first() else { return };
    page.blank();
    heading(&first.finding.rule, page);
    for judged in findings {
        let at = place(audit, judged);
        let first = format!("{}  {}:{}", address(audit, judged), clean(&at.path), at.line);
        page.beside(2 * STEP, &first, &clean(&judged.finding.evidence.observed));
    }
}

/// The quiet form: one line for each failing finding, and one for each thing that was not seen.
pub fn lines(audit: &Audit, options: Options) -> String {
    let mut out = String::new();
    for gap in audit.gaps.iter().filter(|gap| gap.kind.is_incomplete()) {
        out.push_str(&format!("{}: not seen: {}\n", super::seen::place(audit, gap), clean(&gap.message)));
    }
    for judged in shown(audit, options).filter(|judged| open(judged)) {
        let at = place(audit, judged);
        let (rule, evidence) = (&judged.finding.rule, &judged.finding.evidence);
        let (observed, expected) = (clean(&evidence.observed), clean(&evidence.expected));
        let address = address(audit, judged);
        let (path, line) = (clean(&at.path), at.line);
        out.push_str(&format!(
            "{path}:{line}: {} {} {address}: {observed}; expected {expected}\n",
            rule.severity, rule.id
        ));
    }
    out
}
