//! The evaluator's meaning: Kleene logic over whole assertions, defaults, members, links, presence.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::sync::Arc;

use duecare::budget::Budget;
use duecare::estate::Estate;
use duecare::evaluate::Evaluator;
use duecare::finding::{Finding, Verdict};
use duecare::format::yaml;
use duecare::resource::{Domain, Resource, Scope};
use duecare::rule::Rule;
use duecare::rule::load::{Overrides, load};
use duecare::source::{Source, SourceId, Span};
use duecare::value::{Reason, Reference, Value};
use proptest::prelude::*;

fn here() -> Span {
    Span::new(SourceId(0), 0..0)
}

fn parsed(text: &str) -> Value {
    let source = Source::new("x.yaml", text.as_bytes());
    yaml::parse(&source, SourceId(0), &Budget::default()).unwrap().body.documents()[0].clone()
}

fn rule(check: &str) -> Arc<Rule> {
    let text = format!(
        "id: x\ntitle: x\nsafeguard: mfa\nseverity: high\nrationale: x\nremediation: x\nchecks:\n  - {{ applies_to: [thing], {check} }}\n"
    );
    Arc::new(load(&parsed(&text), None, &Overrides::default()).unwrap_or_else(|wrong| panic!("{text}\n{wrong:?}")))
}

/// Turns every text `?` into an unknown, every `&x` into a reference to x, and every map with the one key
/// `one_of` into one of the values of its list.
fn with_unknowns(value: &Value) -> Value {
    if let Some(all) = value.get("one_of").and_then(Value::as_list) {
        return Value::one_of(all.iter().map(with_unknowns), Reason::Condition, "c", value.span);
    }
    if let Some(map) = value.as_map() {
        return Value::object(map.iter().map(|(key, entry)| (key.clone(), with_unknowns(&entry.value))), value.span);
    }
    if let Some(list) = value.as_list() {
        return Value::list(list.iter().map(with_unknowns).collect(), value.span);
    }
    match value.as_str() {
        Some("?") => Value::unknown(Reason::Variable, "var.x", value.span),
        Some(text) if text.starts_with('&') => {
            let reference = Reference { address: text[1..].into(), attribute: "id".into() };
            Value::computed(text, value.span).with_refs([&reference])
        }
        _ => value.clone(),
    }
}

fn resource(kind: &str, address: &str, attributes: &str) -> Resource {
    let scope = Scope { domain: Domain::Terraform, path: ".".into() };
    let attributes = with_unknowns(&parsed(attributes));
    Resource { kind: kind.into(), address: address.into(), attributes, span: here(), scope }
}

fn find(check: &str, resources: Vec<Resource>, whole: bool) -> Finding {
    let estate = Estate::new(resources, whole);
    let evaluator = Evaluator { estate: &estate, today: jiff::civil::date(2026, 1, 1) };
    evaluator.apply(&rule(check), 0).unwrap()
}

fn verdict(check: &str, attributes: &str) -> &'static str {
    find(check, vec![resource("thing", "thing.a", attributes)], false).verdict.id()
}

#[test]
fn one_resource() {
    let on = "assert: { on: { equals: true, default: false } }";
    let ports =
        "assert: { none: { in: { from: { at_most: 22, default: null }, to: { at_least: 22, default: null } } } }";
    let each = "assert: { each: { in: { from: { equals: 443, default: null } } } }";
    let some = "assert: { some: { in: { .: { equals: a } } } }";
    for (check, attributes, expected) in [
        (on, "{ on: true }", "pass"),
        (on, "{ ON: 'yes' }", "pass"),
        (on, "{ on: false }", "fail"),
        (on, "{}", "fail"),
        (on, "{ on: null }", "fail"),
        (on, "{ on: '?' }", "unknown"),
        ("assert: { on: { equals: true, default: true } }", "{}", "pass"),
        ("assert: { on: { not_equals: a, default: null } }", "{}", "pass"),
        ("assert: { on: { exists: true } }", "{ on: '&key' }", "pass"),
        ("assert: { on: { exists: true } }", "{ on: '?' }", "unknown"),
        // It is set, and what is in it is not known.
        ("assert: { on.in: { exists: true } }", "{ on: '&key' }", "unknown"),
        ("assert: { on.in: { exists: false } }", "{ on: '&key' }", "unknown"),
        ("assert: { on: { exists: false } }", "{}", "pass"),
        // One and the same member must match.
        (ports, "{ in: [{ from: 0, to: 21 }, { from: 23, to: 99 }] }", "pass"),
        (ports, "{ in: [{ from: 0, to: 99 }] }", "fail"),
        (ports, "{ in: { from: 0, to: 99 } }", "fail"),
        (ports, "{ in: [{ from: 0, to: '?' }] }", "unknown"),
        (ports, "{ in: [{ from: 0, to: '?' }, { from: 22, to: 22 }] }", "fail"),
        (ports, "{ in: '?' }", "unknown"),
        (ports, "{}", "pass"),
        (each, "{ in: [{ from: 443 }, { from: 80 }] }", "fail"),
        (each, "{ in: [{ from: '?' }, { from: 80 }] }", "fail"),
        (each, "{ in: [{ from: '?' }, { from: 443 }] }", "unknown"),
        (each, "{ in: [] }", "pass"),
        (some, "{ in: [b, '?'] }", "unknown"),
        (some, "{ in: [b, '?', a] }", "pass"),
        (some, "{ in: [] }", "fail"),
        (some, "{ in: a }", "pass"),
        (some, "{ in: '&key' }", "unknown"),
        ("assert: { none: { in: { .: { refers: false, equals: a } } } }", "{ in: '&key' }", "pass"),
        ("assert: { none: { in: { .: { refers: false, equals: a } } } }", "{ in: '?' }", "unknown"),
        // A path through a list: every value counts.
        ("assert: { in.from: { equals: 1, default: null } }", "{ in: [{ from: 1 }, { from: 2 }] }", "fail"),
        ("assert: { in.from: { equals: 1, default: null } }", "{ in: [{ from: 1 }, { from: 1 }] }", "pass"),
        ("assert: { some: { in: { /on: { equals: a, default: null } } } }", "{ on: a, in: [{}] }", "pass"),
        // Applicability.
        ("when: { on: { equals: true, default: false } }, assert: { x: { exists: true } }", "{}", "not-applicable"),
        ("when: { on: { equals: true, default: false } }, assert: { x: { exists: true } }", "{ on: '?' }", "unknown"),
        (
            "when: { on: { equals: true, default: false } }, assert: { x: { exists: true } }",
            "{ on: '?', x: 1 }",
            "pass",
        ),
        ("unless: { on: { exists: true } }, assert: { x: { exists: true } }", "{ on: 1 }", "not-applicable"),
        ("assert: { not: { any: [{ a: { exists: true } }, { b: { exists: true } }] } }", "{ a: '?', b: 1 }", "fail"),
        ("assert: { any: [{ x: { exists: true } }, { unknown: a tag may do it }] }", "{}", "unknown"),
        ("assert: { any: [{ x: { exists: true } }, { unknown: a tag may do it }] }", "{ x: 1 }", "pass"),
        ("assert: { x: { same_as: y, default: null } }", "{ x: 1, y: 1 }", "pass"),
        ("assert: { x: { same_as: y, default: null } }", "{ x: 1, y: '?' }", "unknown"),
    ] {
        assert_eq!(verdict(check, attributes), expected, "{check}\non {attributes}");
    }
}

#[test]
fn of_one_of_several_values_holds_what_holds_of_all_of_them() {
    let on = "assert: { on: { equals: true, default: false } }";
    let deep = "assert: { a.b: { equals: 1, default: 1 } }";
    let set = "assert: { on: { exists: true } }";
    let none =
        "assert: { none: { in: { effect: { equals: Allow, default: null }, to: { equals: '*', default: null } } } }";
    let each = "assert: { each: { in: { from: { equals: 443, default: null } } } }";
    let some = "assert: { some: { in: { from: { equals: 443, default: null } } } }";
    for (check, attributes, expected) in [
        (on, "{ on: { one_of: [true, 'yes'] } }", "pass"),
        (on, "{ on: { one_of: [false, null] } }", "fail"),
        (on, "{ on: { one_of: [true, null] } }", "unknown"),
        (on, "{ on: { one_of: [true, '?'] } }", "unknown"),
        (set, "{ on: { one_of: [a, '&key'] } }", "pass"),
        (set, "{ on: { one_of: [a, null] } }", "unknown"),
        (deep, "{ a: { one_of: [{ b: 1 }, { c: 2 }, null] } }", "pass"),
        (deep, "{ a: { one_of: [{ b: 2 }, { b: 3 }] } }", "fail"),
        // A member that may be missing: as a whole, since its parts belong together.
        (none, "{ in: [{ one_of: [{ effect: Allow, to: a }, { effect: Deny, to: '*' }] }] }", "pass"),
        (none, "{ in: [{ one_of: [{ effect: Allow, to: a }, null] }] }", "pass"),
        (none, "{ in: [{ one_of: [{ effect: Allow, to: '*' }, null] }] }", "unknown"),
        (none, "{ in: [{ effect: Allow, to: '*' }, { one_of: [{ effect: Allow, to: '*' }, null] }] }", "fail"),
        (none, "{ in: { one_of: [[{ effect: Allow, to: a }], []] } }", "pass"),
        (none, "{ in: { one_of: [[{ effect: Allow, to: '*' }], [{ effect: Allow, to: '*', n: 1 }]] } }", "fail"),
        (each, "{ in: [{ from: 443 }, { one_of: [{ from: 443 }, null] }] }", "pass"),
        (each, "{ in: { one_of: [[{ from: 443 }], [{ from: 443 }, { from: 80 }]] } }", "unknown"),
        (some, "{ in: { one_of: [[{ from: 443 }], [{ from: 80 }, { from: 443 }]] } }", "pass"),
        (some, "{ in: [{ one_of: [{ from: 443 }, null] }] }", "unknown"),
    ] {
        assert_eq!(verdict(check, attributes), expected, "{check} {attributes}");
    }
    let seen = find(on, vec![resource("thing", "thing.a", "{ on: { one_of: [false, null] } }")], false).evidence;
    assert_eq!((&*seen.observed, seen.unknown), ("on = false or not set (one of these, by c)", None));
    let open = find(on, vec![resource("thing", "thing.a", "{ on: { one_of: [true, null] } }")], false).evidence;
    assert_eq!(open.observed, "on is not known: c (depends on a condition that is not known)");
}

#[test]
fn linked_resources() {
    let via = "assert: { linked: { kind: log, via: of, some: { on: { equals: true, default: false } } } }";
    let none = "assert: { linked: { kind: log, via: of, exists: false } }";
    let to = "assert: { linked: { kind: aws_kms_key, to: key, some: { rotates: { equals: true, default: false } } } }";
    let thing = |attributes: &str| resource("thing", "thing.a", attributes);
    for (check, resources, expected) in [
        (via, vec![thing("{}"), resource("log", "log.a", "{ of: '&thing.a', on: true }")], "pass"),
        (via, vec![thing("{}"), resource("log", "log.a", "{ of: '&thing.a', on: false }")], "fail"),
        (via, vec![thing("{}"), resource("log", "log.a", "{ of: '&thing.b', on: true }")], "fail"),
        (via, vec![thing("{ name: n }"), resource("log", "log.a", "{ of: n, on: true }")], "pass"),
        (via, vec![thing("{}")], "fail"),
        // It may or may not be linked: nothing is decided by it.
        (via, vec![thing("{}"), resource("log", "log.a", "{ of: '?', on: true }")], "unknown"),
        (via, vec![thing("{}"), resource("log", "log.a", "{ of: '?', on: false }")], "fail"),
        (none, vec![thing("{}")], "pass"),
        (none, vec![thing("{}"), resource("log", "log.a", "{ of: '&thing.a' }")], "fail"),
        (none, vec![thing("{}"), resource("log", "log.a", "{ of: '?' }")], "unknown"),
        (
            to,
            vec![thing("{ key: '&aws_kms_key.a' }"), resource("aws_kms_key", "aws_kms_key.a", "{ rotates: true }")],
            "pass",
        ),
        (to, vec![thing("{ key: '&aws_kms_key.a' }"), resource("aws_kms_key", "aws_kms_key.a", "{}")], "fail"),
        // It refers to a key, and that key is not here.
        (to, vec![thing("{ key: 'arn:aws:kms:x:1:key/y' }")], "unknown"),
        (to, vec![thing("{ key: 'arn:aws:iam::1:role/y' }")], "fail"),
        (to, vec![thing("{ key: '&aws_kms_alias.b' }")], "fail"),
        (to, vec![thing("{ key: '&aws_kms_key.b' }")], "unknown"),
        (to, vec![thing("{}")], "fail"),
    ] {
        let shown = format!("{check}\non {:?}", resources.iter().map(|r| &r.address).collect::<Vec<_>>());
        assert_eq!(find(check, resources, false).verdict.id(), expected, "{shown}");
    }
}

#[test]
fn linked_resources_are_counted() {
    let two = "assert: { linked: { kind: log, via: of, count: { at_least: 2 } } }";
    let one_at_most = "assert: { linked: { kind: log, via: of, count: { at_most: 1 } } }";
    let two_that_are_on = "assert: { linked: { kind: log, via: of, count: { at_least: 2 }, where: { on: { equals: true, default: false } } } }";
    let to = "assert: { linked: { kind: aws_kms_key, to: key, count: { at_most: 0 } } }";
    let log = |n: usize, attributes: &str| resource("log", &format!("log.{n}"), attributes);
    let logs = |all: &[&str]| -> Vec<Resource> {
        let logs = all.iter().enumerate().map(|(n, attributes)| log(n, attributes));
        std::iter::once(resource("thing", "thing.a", "{}")).chain(logs).collect()
    };
    let (mine, perhaps, several) = ("{ of: '&thing.a' }", "{ of: '?' }", "{ of: '&thing.a', count: '?' }");
    let (on, whether) = ("{ of: '&thing.a', on: true }", "{ of: '&thing.a', on: '?' }");
    for (check, resources, expected, observed) in [
        (two, logs(&[]), "fail", "0 linked log"),
        (two, logs(&[mine, "{ of: '&thing.b' }"]), "fail", "1 linked log"),
        (two, logs(&[mine, mine]), "pass", "2 linked log"),
        (two, logs(&[mine, perhaps]), "unknown", "1 to 2 linked log"),
        (two, logs(&[perhaps]), "fail", "0 to 1 linked log"),
        (two, logs(&[several]), "unknown", "0 or more linked log"),
        (two, logs(&[mine, mine, several]), "pass", "2 or more linked log"),
        (one_at_most, logs(&[mine]), "pass", "1 linked log"),
        (one_at_most, logs(&[mine, mine, perhaps]), "fail", "2 to 3 linked log"),
        (one_at_most, logs(&[mine, perhaps]), "unknown", "1 to 2 linked log"),
        (one_at_most, logs(&[several]), "unknown", "0 or more linked log"),
        (two_that_are_on, logs(&[on, mine]), "fail", "1 linked log"),
        (two_that_are_on, logs(&[on, on]), "pass", "2 linked log"),
        (two_that_are_on, logs(&[on, whether]), "unknown", "1 to 2 linked log"),
        (
            to,
            vec![resource("thing", "thing.a", "{ key: '&aws_kms_key.b' }")],
            "unknown",
            "0 or more linked aws_kms_key",
        ),
        (to, vec![resource("thing", "thing.a", "{}")], "pass", "0 linked aws_kms_key"),
    ] {
        let found = find(check, resources, false);
        assert_eq!((found.verdict.id(), &*found.evidence.observed), (expected, observed), "{check}");
    }
    let found = find(two_that_are_on, logs(&[]), false);
    assert_eq!(found.evidence.expected, "at least 2 linked log with on is true");
    // The number is what is told, not the alternative that never says yes.
    let open = "assert: { any: [{ linked: { kind: log, via: of, count: { at_least: 2 } } }, \
                { all: [{ linked: { kind: log, via: of, exists: false } }, { unknown: it may be elsewhere }] }] }";
    assert_eq!(find(open, logs(&[mine]), false).evidence.observed, "1 linked log");
    assert_eq!(find(open, logs(&[]), false).verdict.id(), "unknown");
}

#[test]
fn what_is_absent_may_be_elsewhere_unless_the_estate_is_whole() {
    let present = "assert: { present: { kind: trail, where: { on: { equals: true, default: true } } } }";
    let estate = |rest: Vec<Resource>| [vec![resource("thing", "thing.a", "{}")], rest].concat();
    let off = || resource("trail", "trail.a", "{ on: false }");
    let on = || resource("trail", "trail.b", "{}");
    for (resources, whole, expected) in [
        (estate(vec![]), false, "unknown"),
        (estate(vec![]), true, "fail"),
        (estate(vec![off()]), false, "unknown"),
        (estate(vec![off()]), true, "fail"),
        (estate(vec![off(), on()]), false, "pass"),
        (estate(vec![off(), on()]), true, "pass"),
    ] {
        assert_eq!(find(present, resources, whole).verdict.id(), expected);
    }
}

#[test]
fn evidence_names_the_attribute_and_both_values() {
    let check = "assert: { none: { in: { cidr: { contains: 0.0.0.0/0, default: null } } } }";
    let found = find(
        check,
        vec![resource("thing", "thing.a", "{ in: [{ cidr: [10.0.0.0/8] }, { cidr: [0.0.0.0/0] }] }")],
        false,
    );
    assert_eq!(found.evidence.observed, "in[1] = {cidr: [\"0.0.0.0/0\"]}");
    assert_eq!(found.evidence.expected, "no in with cidr contains 0.0.0.0/0");
    let some = "assert: { some: { in: { key: { equals: a, default: null } } } }";
    let found = find(some, vec![resource("thing", "thing.a", "{ in: [{ key: b }, { key: c }] }")], false);
    assert_eq!(found.evidence.observed, "in has 2 members, none of which fits");
    assert_eq!(found.evidence.expected, "a in with key is a");
    let check = "assert: { on: { equals: true, default: false } }";
    let found = find(check, vec![resource("thing", "thing.a", "{}")], false);
    assert_eq!(found.evidence.observed, "on is not set (default false)");
    let found = find(check, vec![resource("thing", "thing.a", "{ on: '?' }")], false);
    assert_eq!(found.evidence.observed, "on is not known: var.x (a variable without a value)");
    let check = "assert: { db_password: { exists: false } }";
    let found = find(check, vec![resource("thing", "thing.a", "{ db_password: hunter2 }")], false);
    assert_eq!(found.evidence.observed, "db_password = (withheld, 7 characters)");
}

/// An assertion over the booleans a, b and c, and over the members of the list l.
fn any_assertion() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (prop_oneof!["a", "b", "c"], any::<bool>(), any::<bool>())
            .prop_map(|(path, value, default)| format!("{{ {path}: {{ equals: {value}, default: {default} }} }}")),
        (prop_oneof!["a", "b", "c"], any::<bool>()).prop_map(|(path, is)| format!("{{ {path}: {{ exists: {is} }} }}")),
        (prop_oneof!["each", "some", "none"], any::<bool>())
            .prop_map(|(q, value)| format!("{{ {q}: {{ l: {{ .: {{ equals: {value} }} }} }} }}")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4).prop_map(|list| list.join(", "));
        prop_oneof![
            (prop_oneof!["all", "any"], list).prop_map(|(word, list)| format!("{{ {word}: [{list}] }}")),
            inner.prop_map(|inner| format!("{{ not: {inner} }}")),
        ]
    })
}

/// A boolean, nothing, or unknown.
fn any_value() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("true"), Just("false"), Just("null"), Just("'?'")]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Learning more never overturns what was decided: a verdict that was reached with an unknown is
    /// the verdict whatever the unknown turns out to be.
    #[test]
    fn a_decided_verdict_holds_whatever_the_unknown_is(
        assertion in any_assertion(),
        values in [any_value(), any_value(), any_value(), any_value()],
        learnt in prop_oneof![Just("true"), Just("false")],
    ) {
        let attributes = |learnt: &str| {
            let [a, b, c, l] = values.map(|value| if value == "'?'" { learnt.to_owned() } else { value.to_owned() });
            format!("{{ a: {a}, b: {b}, c: {c}, l: [true, {l}] }}")
        };
        let check = format!("assert: {assertion}");
        let before = verdict(&check, &attributes("'?'"));
        if before != "unknown" {
            prop_assert_eq!(before, verdict(&check, &attributes(learnt)));
        }
    }

    #[test]
    fn not_not_is_nothing(assertion in any_assertion(), values in [any_value(), any_value(), any_value(), any_value()]) {
        let [a, b, c, l] = values;
        let attributes = format!("{{ a: {a}, b: {b}, c: {c}, l: [{l}] }}");
        let plain = verdict(&format!("assert: {assertion}"), &attributes);
        prop_assert_eq!(plain, verdict(&format!("assert: {{ not: {{ not: {assertion} }} }}"), &attributes));
    }
}

#[test]
fn a_test_says_what_holds_when_nothing_is_set() {
    let text = "id: x\ntitle: x\nsafeguard: mfa\nseverity: high\nrationale: x\nremediation: x\nchecks:\n  - applies_to: [thing]\n    assert: { on: { equals: true } }\n";
    let wrong = load(&parsed(text), None, &Overrides::default()).unwrap_err();
    assert_eq!(wrong[0].message, "`on` needs a `default`");
}

#[test]
fn verdicts_are_ordered_worst_first() {
    assert!(
        Verdict::Fail < Verdict::Unknown && Verdict::Unknown < Verdict::Pass && Verdict::Pass < Verdict::NotApplicable
    );
}
