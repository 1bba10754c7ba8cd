//! A control or a safeguard, for a person.

use super::{orientation, section};
use crate::assess::plural;
use crate::framework::{Control, Coverage, Framework, Law, Safeguard};
use crate::report::cite;
use crate::report::page::{BOLD, DIM, PLAIN, Page, STEP, clean};
use crate::rule::pack::{Card, Pack};

/// How a control binds, in a sentence.
fn binding_words(control: &Control) -> &str {
    match cite::binding(control) {
        "required" => "required",
        "addressable" => {
            "addressable: done if it is reasonable and appropriate; if not, the reason and what is done instead are \
             written down (45 CFR 164.306(d)(3))"
        }
        "risk-based" => "risk-based: what is appropriate to the risk",
        "standard" => "a standard with specifications beneath it; it binds all the same",
        "n/a" => "n/a: it says when something applies, and asks for nothing by itself",
        other => other,
    }
}

fn coverage_words(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::Full => "full: for the systems that were read, configuration alone shows the mechanism",
        Coverage::Partial => "partial: configuration shows part of it, a person attests the rest",
        Coverage::Manual => "manual: no configuration shows it, a person attests it",
    }
}

fn serving<'a>(safeguard: &str, pack: &'a Pack) -> Vec<&'a Card> {
    pack.cards().filter(|card| card.safeguard == safeguard).collect()
}

/// A control.
pub fn control(framework: &Framework, control: &Control, law: &Law, pack: &Pack, page: &mut Page) {
    page.text(0, &format!("{}: {}", cite::full(framework, control), control.title), BOLD);
    page.text(0, &format!("{}, {}", framework.title, framework.citation), DIM);
    page.blank();
    let parent = control.parent.clone().unwrap_or_default();
    let rows = [
        ("binding", binding_words(control).to_owned()),
        ("seen by a scan", coverage_words(control.coverage).to_owned()),
        ("part of", parent),
    ];
    page.pairs(STEP, &rows, DIM);
    section("What it asks for", &control.summary, page);
    section("What a person must add", &control.evidence, page);
    page.heading("Safeguards that serve it");
    if control.safeguards.is_empty() {
        page.text(STEP, "none: nothing that is written in a configuration shows it", PLAIN);
    }
    for id in &control.safeguards {
        let rules = serving(id, pack);
        let title = law.safeguard(id).map_or("", |safeguard| &safeguard.title);
        let n = rules.len();
        page.text(STEP, &format!("{title} ({id}): {n} {}", plural(n, "rule", "rules")), PLAIN);
        for card in rules {
            page.text(2 * STEP, &card.id, DIM);
        }
    }
    orientation(page);
}

/// A safeguard.
pub fn safeguard(safeguard: &Safeguard, law: &Law, pack: &Pack, page: &mut Page) {
    page.text(0, &safeguard.title, BOLD);
    page.text(0, &format!("safeguard {}", safeguard.id), DIM);
    section("What its rules look for", &safeguard.description, page);
    page.heading("The law it serves");
    let controls: Vec<_> = law.controls_of(&safeguard.id).collect();
    list(&controls, page);
    let rules = serving(&safeguard.id, pack);
    page.heading(&format!("{} {}", rules.len(), plural(rules.len(), "rule", "rules")));
    let rows: Vec<Vec<String>> =
        rules.iter().map(|card| vec![card.id.to_string(), card.severity.to_string(), card.title.to_string()]).collect();
    if !rows.is_empty() {
        page.table(STEP, &["rule", "severity", "title"], &rows, 2);
    }
}

/// Several controls.
pub fn several(name: &str, controls: &[(&Framework, &Control)], page: &mut Page) {
    page.heading(&format!("{} controls beneath {}", controls.len(), clean(name)));
    list(controls, page);
    page.blank();
    page.text(0, "Next: duecare explain CONTROL", PLAIN);
}

fn list(controls: &[(&Framework, &Control)], page: &mut Page) {
    let row = |(f, c): &(&Framework, &Control)| {
        vec![cite::full(f, c), c.title.clone(), cite::binding(c).to_owned(), c.coverage.id().to_owned()]
    };
    let rows: Vec<Vec<String>> = controls.iter().map(row).collect();
    page.table(STEP, &["control", "title", "binding", "coverage"], &rows, 1);
}
