//! Mutants of a rule: each with one check, condition, operator, default or alternative taken away. A
//! mutant that every example still agrees with shows that something of the rule is not tested.

use super::Rule;
use super::assertion::{Asked, Assertion, Attribute, Bounds, Linked};

/// A mutant and what was taken away.
pub struct Mutant {
    /// What was taken away, in words.
    pub without: String,
    /// The rule without it.
    pub rule: Rule,
}

/// Every mutant of the rule. Without `nulls`, a default of null is not taken away: of a fact that a model
/// always states no example can miss it.
pub fn mutants(rule: &Rule, nulls: bool) -> Vec<Mutant> {
    let mut out = Vec::new();
    for n in 0..rule.checks.len() {
        let Some(check) = rule.checks.get(n) else { continue };
        let mut push = |without: String, change: &dyn Fn(&mut super::Check)| {
            let mut mutant = rule.clone();
            if let Some(check) = mutant.checks.get_mut(n) {
                change(check);
            }
            out.push(Mutant { without: format!("check {}: {without}", n + 1), rule: mutant });
        };
        for kind in &check.applies_to {
            push(format!("the kind {kind}"), &|check| check.applies_to.retain(|other| other != kind));
        }
        if check.when.is_some() {
            push("`when`".to_owned(), &|check| check.when = None);
        }
        if check.unless.is_some() {
            push("`unless`".to_owned(), &|check| check.unless = None);
        }
        for (without, part) in check.when.iter().flat_map(|part| reduced(part, nulls)) {
            push(format!("when: {without}"), &|check| check.when = Some(part.clone()));
        }
        for (without, part) in check.unless.iter().flat_map(|part| reduced(part, nulls)) {
            push(format!("unless: {without}"), &|check| check.unless = Some(part.clone()));
        }
        for (without, part) in reduced(&check.assert, nulls) {
            push(without, &|check| check.assert = part.clone());
        }
    }
    out
}

/// The assertion with one thing taken away, in every way.
fn reduced(assertion: &Assertion, nulls: bool) -> Vec<(String, Assertion)> {
    match assertion {
        Assertion::All(list) => parts(list, nulls, Assertion::All),
        Assertion::Any(list) => parts(list, nulls, Assertion::Any),
        Assertion::Not(inner) => reduced(inner, nulls)
            .into_iter()
            .map(|(without, inner)| (without, Assertion::Not(Box::new(inner))))
            .collect(),
        Assertion::Members(members) => {
            let with = |body| Assertion::Members(Box::new(super::assertion::Members { body, ..(**members).clone() }));
            reduced(&members.body, nulls).into_iter().map(|(without, body)| (without, with(body))).collect()
        }
        Assertion::Linked(linked) => {
            let with = |body| Assertion::Linked(Box::new(Linked { body, ..(**linked).clone() }));
            let of_members = reduced(&linked.body, nulls).into_iter().map(|(without, body)| (without, with(body)));
            of_members.chain(looser(linked)).collect()
        }
        Assertion::Present(present) => {
            let with = |body| Assertion::Present(Box::new(super::assertion::Present { body, ..(**present).clone() }));
            reduced(&present.body, nulls).into_iter().map(|(without, body)| (without, with(body))).collect()
        }
        Assertion::Attribute(attribute) => attribute_reduced(attribute, nulls),
        Assertion::Unknown(_) => Vec::new(),
    }
}

/// Each bound of a count one lower or higher than it should be.
fn looser(linked: &Linked) -> Vec<(String, Assertion)> {
    let Asked::Count(bounds) = linked.asked else { return Vec::new() };
    let with = |bounds| Assertion::Linked(Box::new(Linked { asked: Asked::Count(bounds), ..linked.clone() }));
    let least = bounds
        .at_least
        .and_then(|n| n.checked_sub(1))
        .map(|n| (format!("one of `at_least: {}`", n + 1), with(Bounds { at_least: Some(n), ..bounds })));
    let most = bounds.at_most.map(|n| {
        (format!("the limit of `at_most: {n}`"), with(Bounds { at_most: Some(n.saturating_add(1)), ..bounds }))
    });
    least.into_iter().chain(most).collect()
}

fn parts(list: &[Assertion], nulls: bool, make: fn(Vec<Assertion>) -> Assertion) -> Vec<(String, Assertion)> {
    let mut out = Vec::new();
    for n in 0..list.len() {
        let Some(part) = list.get(n) else { continue };
        let without = |replace: Option<Assertion>| {
            let mut list = list.to_vec();
            list.splice(n..=n, replace);
            make(list)
        };
        if list.len() > 1 {
            out.push((format!("`{}`", part.words()), without(None)));
        }
        out.extend(reduced(part, nulls).into_iter().map(|(what, part)| (what, without(Some(part)))));
    }
    out
}

fn attribute_reduced(attribute: &Attribute, nulls: bool) -> Vec<(String, Assertion)> {
    let with = |change: &dyn Fn(&mut Attribute)| {
        let mut attribute = attribute.clone();
        change(&mut attribute);
        Assertion::Attribute(Box::new(attribute))
    };
    let mut out = Vec::new();
    for n in 0..attribute.tests.len() {
        let words = attribute.tests.get(n).map(super::operator::Test::words).unwrap_or_default();
        let less = with(&|attribute| drop(attribute.tests.remove(n)));
        out.push((format!("the operator of `{} {words}`", attribute.path), less));
    }
    if attribute.default.as_ref().is_some_and(|value| nulls || !value.is_null()) {
        out.push((format!("the default of `{}`", attribute.path), with(&|attribute| attribute.default = None)));
    }
    if attribute.ignore_case {
        out.push((format!("ignore_case of `{}`", attribute.path), with(&|attribute| attribute.ignore_case = false)));
    }
    if attribute.ignore_deployment {
        let less = with(&|attribute| attribute.ignore_deployment = false);
        out.push((format!("ignore_deployment of `{}`", attribute.path), less));
    }
    out
}
