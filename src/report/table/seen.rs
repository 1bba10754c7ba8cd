//! What was read and what was not.

use std::collections::BTreeMap;

use crate::assess::plural;
use crate::audit::Audit;
use crate::ingest::State;
use crate::report::Options;
use crate::report::page::{DIM, PLAIN, Page, STEP, clean};
use crate::resource::{Domain, Gap};

/// Gaps that are listed without `-v`.
const GAPS: usize = 10;

/// "12 files: 5 Terraform, 7 Kubernetes; 30 others are not ours".
pub fn read(audit: &Audit, options: Options, page: &mut Page) {
    page.heading("Read");
    let mut by_domain: BTreeMap<Domain, usize> = BTreeMap::new();
    for domain in audit.inputs.iter().filter_map(|input| input.domain) {
        *by_domain.entry(domain).or_default() += 1;
    }
    let ours: usize = by_domain.values().sum();
    let parts: Vec<String> = by_domain.iter().map(|(domain, n)| format!("{n} {}", domain.title())).collect();
    let others = audit.inputs.iter().filter(|audited| audited.input.state == State::NotOurs).count();
    let mut text = format!("{ours} {}", plural(ours, "file", "files"));
    if !parts.is_empty() {
        text = format!("{text}: {}", parts.join(", "));
    }
    if others > 0 {
        let (what, verb) = (plural(others, "other file", "other files"), plural(others, "is", "are"));
        text = format!("{text}; {others} {what} {verb} not of a kind that {} audits", crate::report::TOOL);
    }
    page.text(STEP, &text, PLAIN);
    resources(audit, page);
    let skipped = audit.skipped.len();
    if skipped > 0 {
        let names: Vec<String> =
            audit.skipped.iter().take(if options.verbose { skipped } else { 3 }).map(|path| clean(path)).collect();
        let more = if names.len() < skipped { format!(" and {} more", skipped - names.len()) } else { String::new() };
        page.text(STEP, &format!("left out by default or on request: {}{more}", names.join(", ")), DIM);
    }
    if options.verbose {
        for audited in audit.inputs.iter().filter(|audited| audited.input.state == State::NotOurs) {
            page.text(2 * STEP, &format!("not ours: {}", clean(&audited.input.path)), DIM);
        }
    }
}

fn resources(audit: &Audit, page: &mut Page) {
    let all = audit.estate.resources.iter().filter(|resource| !resource.kind.starts_with("estate."));
    let mut by_domain: BTreeMap<Domain, usize> = BTreeMap::new();
    for resource in all {
        *by_domain.entry(resource.scope.domain).or_default() += 1;
    }
    let total: usize = by_domain.values().sum();
    let rules = audit.pack.cards().len();
    let rules = format!("{rules} {}", plural(rules, "rule", "rules"));
    page.text(STEP, &format!("{total} {}, {rules}", plural(total, "resource", "resources")), PLAIN);
}

/// What is missing from the audit, incomplete gaps first.
pub fn not_seen(audit: &Audit, options: Options, page: &mut Page) {
    let (missing, notes): (Vec<&Gap>, Vec<&Gap>) = audit.gaps.iter().partition(|gap| gap.kind.is_incomplete());
    if !missing.is_empty() {
        page.heading("Not seen: the audit is incomplete");
        list(audit, &missing, options, page);
    }
    if options.verbose && !notes.is_empty() {
        page.heading("Notes");
        list(audit, &notes, options, page);
    } else if !notes.is_empty() {
        let n = notes.len();
        page.blank();
        page.text(STEP, &format!("{n} {} (-v shows {})", plural(n, "note", "notes"), plural(n, "it", "them")), DIM);
    }
}

fn list(audit: &Audit, gaps: &[&Gap], options: Options, page: &mut Page) {
    let most = if options.verbose { gaps.len() } else { GAPS };
    for (n, gap) in gaps.iter().take(most).enumerate() {
        page.beside(STEP, &place(audit, gap), &clean(&gap.message));
        // One hint for a run of gaps that share it.
        match gap.hint.as_deref() {
            Some(text) if n + 1 == most || gaps.get(n + 1).is_none_or(|next| next.hint != gap.hint) => {
                page.labelled(2 * STEP, ("what helps: ", DIM), &clean(text), PLAIN);
            }
            _ => {}
        }
    }
    if gaps.len() > most {
        page.text(STEP, &format!("and {} more (-v shows all)", gaps.len() - most), DIM);
    }
}

/// "path:line", or the path alone.
pub fn place(audit: &Audit, gap: &Gap) -> String {
    let line = gap.span.and_then(|span| audit.sources.locate(span)).map(|at| at.line);
    let path = clean(&gap.path);
    line.map_or(path.clone(), |line| format!("{path}:{line}"))
}
