//! The numbers, the law, what was accepted, and the last word.

use super::findings::open;
use super::shown;
use crate::assess::{self, ControlState, plural};
use crate::audit::Audit;
use crate::finding::Verdict;
use crate::judge::Standing;
use crate::report::Options;
use crate::report::page::{BOLD, DIM, PLAIN, Page, STEP, clean};
use crate::resource::GapKind;
use crate::rule::Severity;
use crate::tally::Counts;

/// Findings by severity and verdict.
pub fn counts(audit: &Audit, options: Options, page: &mut Page) {
    if audit.tally.0.is_empty() {
        return;
    }
    page.heading("Findings by severity");
    let severities = Severity::ALL.iter().filter(|severity| **severity >= options.min_severity);
    let of = |severity: &Severity| audit.tally.of(|rule| rule.severity == *severity);
    let mut rows: Vec<_> = severities.map(|severity| row(severity.id(), of(severity))).collect();
    rows.push(row("all", audit.tally.of(|rule| rule.severity >= options.min_severity)));
    page.table(STEP, &["", "fail", "accepted", "not known", "pass"], &rows, 1);
    if options.min_severity > Severity::Info {
        page.text(STEP, &format!("findings below {} are left out of this report", options.min_severity), DIM);
    }
}

fn row(name: &str, counts: Counts) -> Vec<String> {
    let numbers = [counts.fail, counts.accepted, counts.unknown, counts.pass];
    std::iter::once(name.to_owned()).chain(numbers.iter().map(ToString::to_string)).collect()
}

/// One paragraph for each law. It counts; it does not judge.
pub fn law(audit: &Audit, page: &mut Page) {
    if audit.law.frameworks.is_empty() {
        return;
    }
    page.heading("The law");
    let controls = assess::controls(&audit.law, &audit.tally);
    let label = audit.law.frameworks.iter().map(|framework| framework.short.chars().count()).max().unwrap_or(0) + 2;
    for framework in &audit.law.frameworks {
        let states: Vec<ControlState> =
            controls.iter().filter(|assessed| assessed.framework.id == framework.id).map(|it| it.state).collect();
        let count = |wanted: ControlState| states.iter().filter(|state| **state == wanted).count();
        let evidence = states.iter().filter(|state| state.has_evidence()).count();
        let attest = count(ControlState::Attest);
        let text = format!(
            "{evidence} of {} controls have machine evidence ({} with open findings), {attest} {} a person's \
             attestation, {} not assessed",
            states.len(),
            count(ControlState::Findings),
            plural(attest, "needs", "need"),
            count(ControlState::NotAssessed),
        );
        page.labelled(STEP, (&format!("{:label$}", framework.short), BOLD), &text, PLAIN);
    }
    page.text(STEP, "A finding is not a violation, and evidence is not a verdict: people decide both.", DIM);
}

/// What people accepted, and which of those records no longer do anything.
pub fn accepted(audit: &Audit, page: &mut Page) {
    let count = |wanted: fn(&Standing) -> bool| audit.findings.iter().filter(|judged| wanted(&judged.standing)).count();
    let ignored = count(|standing| matches!(standing, Standing::Ignored(_)));
    let waived = count(|standing| matches!(standing, Standing::Waived(_)));
    let known = count(|standing| *standing == Standing::Known);
    let warnings = warnings(audit);
    if ignored + waived + known == 0 && warnings.is_empty() {
        return;
    }
    page.heading("Accepted");
    let parts = [(ignored, "ignored in the audited files"), (waived, "waived"), (known, "known from the baseline")];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if !parts.is_empty() {
        page.text(STEP, &format!("failing findings that someone accepted: {}", parts.join(", ")), PLAIN);
    }
    for warning in warnings {
        page.labelled(STEP, ("warning: ", BOLD), &warning, PLAIN);
    }
}

fn warnings(audit: &Audit) -> Vec<String> {
    let mut all = Vec::new();
    for (ignore, used) in &audit.ignores {
        let path = audit.sources.get(ignore.span.source).map_or_else(String::new, |source| clean(&source.path));
        let what = format!("{path}:{}: the ignore of {}", ignore.line, clean(&ignore.rule));
        match ignore.until {
            Some(until) if ignore.expired(audit.today) => all.push(format!("{what} ended on {until}")),
            _ if !used => all.push(format!("{what} switches nothing off")),
            _ => {}
        }
    }
    for (waiver, used) in &audit.waivers {
        let place = waiver.resource.as_ref().or(waiver.path.as_ref());
        let place = place.map(|place| format!(" on {}", clean(place))).unwrap_or_default();
        let what = format!("the waiver of {}{place} by {}", clean(&waiver.rule), clean(&waiver.by));
        if audit.today > waiver.until {
            all.push(format!("{what} ended on {}", waiver.until));
        } else if !used {
            all.push(format!("{what} accepts nothing"));
        }
    }
    all
}

/// The exit code, why, and what to do next.
pub fn end(audit: &Audit, options: Options, page: &mut Page) {
    page.blank();
    page.labelled(0, (&format!("exit {}: ", audit.exit.code), BOLD), &audit.exit.reason, PLAIN);
    let missing = audit.gaps.iter().filter(|gap| gap.kind.is_incomplete()).count();
    if missing > 0 && audit.exit.code != 3 {
        let what = plural(missing, "thing was", "things were");
        page.text(0, &format!("The audit is also incomplete: {missing} {what} not seen (above)"), PLAIN);
    }
    page.labelled(0, ("Next: ", BOLD), &next(audit, options), PLAIN);
}

fn next(audit: &Audit, options: Options) -> String {
    if audit.gaps.iter().any(|gap| gap.kind == GapKind::Nothing) {
        return "duecare demo".to_owned();
    }
    if let Some(worst) = shown(audit, options).find(|judged| open(judged)) {
        return format!("duecare explain {}", worst.finding.rule.id);
    }
    let again = |more: &str| format!("duecare audit {} {more}", again(audit));
    if shown(audit, options).any(|judged| judged.finding.verdict == Verdict::Unknown) && !options.verbose {
        return again("-v");
    }
    again("-o json=audit.json")
}

/// The named paths as a shell takes them.
fn again(audit: &Audit) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '+' | '@' | ':');
    let plain = |path: &String| match path.strip_prefix("host ") {
        Some(root) => format!("--host={root}"),
        None => path.clone(),
    };
    let all: Vec<String> = audit.paths.iter().map(plain).collect();
    if all.iter().all(|path| path.chars().all(|c| safe(c) || c == '=')) { all.join(" ") } else { "PATH".to_owned() }
}
