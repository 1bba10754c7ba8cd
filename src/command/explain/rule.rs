//! A rule, for a person.

use super::section;
use crate::framework::Law;
use crate::report::cite;
use crate::report::page::{BOLD, DIM, PLAIN, Page, STEP, severity};
use crate::rule::assertion::{Assertion, Attribute};
use crate::rule::example::{Example, Expect};
use crate::rule::{Check, Rule};
use crate::show;

/// Writes everything there is to say about a rule; `verbose` shows every example.
pub fn write(rule: &Rule, law: &Law, verbose: bool, page: &mut Page) {
    page.text(0, &rule.title, BOLD);
    page.text(0, &rule.id, DIM);
    page.blank();
    let safeguard = law.safeguard(&rule.safeguard);
    let safeguard = safeguard.map_or(String::new(), |safeguard| format!("{} ({})", safeguard.title, safeguard.id));
    page.labelled(STEP, ("severity   ", DIM), rule.severity.id(), severity(rule.severity));
    page.labelled(STEP, ("safeguard  ", DIM), &safeguard, PLAIN);
    if let Some(why) = &rule.deprecated {
        page.labelled(STEP, ("deprecated ", BOLD), why, PLAIN);
    }
    section("Why", &rule.rationale, page);
    section("Fix", &rule.remediation, page);
    page.heading("What is checked");
    rule.checks.iter().for_each(|check| self::check(check, page));
    parameters(rule, page);
    self::law(rule, law, page);
    if !rule.equivalents.is_empty() {
        page.heading("The same check in other tools");
        let rows: Vec<(&str, String)> =
            rule.equivalents.iter().map(|(tool, ids)| (tool.as_str(), ids.join(", "))).collect();
        page.pairs(STEP, &rows, DIM);
    }
    if !rule.references.is_empty() {
        page.heading("References");
        rule.references.iter().for_each(|reference| page.text(STEP, reference, PLAIN));
    }
    examples(&rule.examples, verbose, page);
}

fn check(check: &Check, page: &mut Page) {
    page.text(STEP, &check.applies_to.join(", "), PLAIN);
    let words = |assertion: &Option<Assertion>| assertion.as_ref().map(Assertion::words).unwrap_or_default();
    let asked = check.expected.clone().unwrap_or_else(|| check.assert.words());
    let mut defaults = Vec::new();
    self::defaults(&check.assert, &mut defaults);
    let rows = [
        ("where", words(&check.when)),
        ("unless", words(&check.unless)),
        ("expected", asked),
        ("not set", defaults.join("; ")),
    ];
    page.pairs(2 * STEP, &rows, DIM);
}

/// What counts where nothing is set.
fn defaults(assertion: &Assertion, out: &mut Vec<String>) {
    match assertion {
        Assertion::All(list) | Assertion::Any(list) => list.iter().for_each(|part| defaults(part, out)),
        Assertion::Not(inner) => defaults(inner, out),
        Assertion::Members(members) => defaults(&members.body, out),
        Assertion::Linked(linked) => defaults(&linked.body, out),
        Assertion::Present(present) => defaults(&present.body, out),
        Assertion::Unknown(_) => {}
        Assertion::Attribute(attribute) => {
            let Attribute { path, default, .. } = &**attribute;
            let default = default.as_ref().filter(|value| !value.is_null());
            let words = default.map(|value| format!("{path} counts as {}", show::scalar(value)));
            out.extend(words.filter(|words| !out.contains(words)));
        }
    }
}

fn parameters(rule: &Rule, page: &mut Page) {
    if rule.parameters.is_empty() {
        return;
    }
    page.heading("Parameters");
    for (name, parameter) in &rule.parameters {
        let text = format!("{} (default of: {})", parameter.description, parameter.source);
        let value = show::scalar(&parameter.value);
        page.labelled(STEP, (&format!("{name} = {value}  "), PLAIN), &text, PLAIN);
    }
    page.text(STEP, "The law names no number. Set your own in duecare.yaml:", DIM);
    page.verbatim(2 * STEP, &format!("parameters: {{ {}: {{ NAME: VALUE }} }}", rule.id));
}

fn law(rule: &Rule, law: &Law, page: &mut Page) {
    let controls: Vec<_> = law.controls_of(&rule.safeguard).collect();
    page.heading("The law it serves");
    if controls.is_empty() {
        page.text(STEP, "no control names its safeguard", DIM);
        return;
    }
    let label = controls.iter().map(|(f, c)| cite::full(f, c).chars().count()).max().unwrap_or(0) + 2;
    for (framework, control) in controls {
        let text = format!("{} ({})", control.title, cite::binding(control));
        page.labelled(STEP, (&format!("{:label$}", cite::full(framework, control)), PLAIN), &text, PLAIN);
    }
}

fn examples(examples: &[Example], verbose: bool, page: &mut Page) {
    let kinds = [(Expect::Fail, "Fails"), (Expect::Pass, "Passes"), (Expect::Unknown, "Is not known")];
    let rare = [(Expect::NotApplicable, "Does not apply")];
    for (expect, heading) in kinds.into_iter().chain(rare) {
        let usual = matches!(expect, Expect::Fail | Expect::Pass);
        let most = if verbose { usize::MAX } else { usize::from(usual) };
        for example in examples.iter().filter(|example| example.expect == expect).take(most) {
            let title = example.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
            page.heading(&format!("{heading} ({}){title}", example.language));
            for (path, text) in &example.files {
                if example.files.len() > 1 || crate::rule::example::is_host(example.language) {
                    page.text(STEP, path, DIM);
                }
                page.verbatim(2 * STEP, text);
            }
        }
    }
    if !verbose && examples.len() > 2 {
        page.blank();
        page.text(0, &format!("{} examples in all (-v shows them)", examples.len()), DIM);
    }
}
