//! Rule x resource -> finding. Pure: no I/O, no clock; the same input gives the same findings.

use std::sync::Arc;

use crate::estate::{Estate, Linked as Links};
use crate::finding::{Evidence, Finding, Verdict};
use crate::redact;
use crate::resource::Resource;
use crate::rule::assertion::{Assertion, Attribute, Link, Linked, Members, Present, Quantifier};
use crate::rule::load::other_path;
use crate::rule::operator::Surroundings;
use crate::rule::path::{Hit, Path};
use crate::rule::{Check, Rule};
use crate::truth::Truth;
use crate::value::{Data, Value};

/// What evaluation knows besides rule and resource.
pub struct Evaluator<'a> {
    /// Every resource.
    pub estate: &'a Estate,
    /// The day of the audit.
    pub today: jiff::civil::Date,
}

/// An answer and what it rests on.
#[derive(Clone, Debug)]
struct Answer {
    truth: Truth,
    evidence: Evidence,
}

/// Where a question is asked: in a resource, or in one member of it.
struct Frame<'a> {
    index: usize,
    resource: &'a Resource,
    base: &'a Value,
    prefix: String,
}

impl Evaluator<'_> {
    /// The finding of `rule` on the resource at `index`; `None` if no check is about its kind.
    pub fn apply(&self, rule: &Arc<Rule>, index: usize) -> Option<Finding> {
        let resource = self.estate.resources.get(index)?;
        let checks = rule.checks.iter().filter(|check| check.applies_to.contains(&resource.kind));
        let outcomes = checks.map(|check| self.check(check, index, resource));
        // Several checks of one rule on one resource must all pass: the worst outcome counts.
        let (verdict, evidence) = outcomes.min_by_key(|(verdict, _)| *verdict)?;
        Some(Finding { rule: rule.clone(), resource: index, verdict, evidence })
    }

    fn check(&self, check: &Check, index: usize, resource: &Resource) -> (Verdict, Evidence) {
        let frame = Frame { index, resource, base: &resource.attributes, prefix: String::new() };
        let when = check.when.as_ref().map(|when| self.ask(when, &frame));
        let unless =
            check.unless.as_ref().map(|unless| self.ask(unless, &frame)).map(|a| Answer { truth: !a.truth, ..a });
        let conditions: Vec<Answer> = when.into_iter().chain(unless).collect();
        if let Some(no) = conditions.iter().find(|answer| answer.truth == Truth::False) {
            return (Verdict::NotApplicable, no.evidence.clone());
        }
        let mut answer = self.ask(&check.assert, &frame);
        if let Some(expected) = &check.expected {
            answer.evidence.expected.clone_from(expected);
        }
        if answer.truth == Truth::True {
            return (Verdict::Pass, answer.evidence);
        }
        if let Some(open) = conditions.into_iter().find(|answer| answer.truth == Truth::Unknown) {
            return (Verdict::Unknown, open.evidence);
        }
        (if answer.truth == Truth::False { Verdict::Fail } else { Verdict::Unknown }, answer.evidence)
    }

    fn ask(&self, assertion: &Assertion, frame: &Frame) -> Answer {
        match assertion {
            Assertion::All(list) => self.all(list, frame),
            Assertion::Any(list) => self.any(list, assertion, frame),
            Assertion::Not(inner) => {
                let mut answer = self.ask(inner, frame);
                answer.truth = !answer.truth;
                answer.evidence.expected = assertion.words();
                answer
            }
            Assertion::Members(members) => self.members(members, assertion, frame),
            Assertion::Linked(linked) => self.linked(linked, assertion, frame),
            Assertion::Present(present) => self.present(present, assertion, frame),
            Assertion::Attribute(attribute) => self.attribute(attribute, frame),
        }
    }

    /// The evidence of an `all` is that of the part that decided it.
    fn all(&self, list: &[Assertion], frame: &Frame) -> Answer {
        let answers: Vec<Answer> = list.iter().map(|part| self.ask(part, frame)).collect();
        let truth = answers.iter().fold(Truth::True, |truth, answer| truth.and(answer.truth));
        let decided = answers.into_iter().find(|answer| answer.truth == truth);
        decided.unwrap_or_else(|| Answer { truth, evidence: frame.evidence("nothing was asked", String::new()) })
    }

    fn any(&self, list: &[Assertion], whole: &Assertion, frame: &Frame) -> Answer {
        let answers: Vec<Answer> = list.iter().map(|part| self.ask(part, frame)).collect();
        let truth = answers.iter().fold(Truth::False, |truth, answer| truth.or(answer.truth));
        let decided = answers.into_iter().find(|answer| answer.truth == truth);
        let mut answer =
            decided.unwrap_or_else(|| Answer { truth, evidence: frame.evidence("nothing was asked", String::new()) });
        if truth != Truth::True {
            answer.evidence.expected = whole.words();
        }
        answer
    }

    fn members(&self, members: &Members, whole: &Assertion, frame: &Frame) -> Answer {
        let mut answers = Vec::new();
        for hit in members.path.select(frame.start(&members.path)) {
            let Hit::Found(value) = hit else { continue };
            if value.as_unknown().is_some() {
                answers
                    .push(Answer { truth: Truth::Unknown, evidence: frame.seen(&members.path, value, whole.words()) });
                continue;
            }
            let items = value.as_list().map_or(std::slice::from_ref(value), |list| &list[..]);
            let many = value.as_list().is_some();
            for (n, item) in items.iter().enumerate() {
                let inner = frame.within(&members.path, item, many.then_some(n));
                answers.push(self.ask(&members.body, &inner));
            }
        }
        let none = || frame.evidence(&format!("{} is not set", frame.named(&members.path)), whole.words());
        quantify(members.quantifier, answers, whole, none)
    }

    fn linked(&self, linked: &Linked, whole: &Assertion, frame: &Frame) -> Answer {
        let Links { resources, open } = match &linked.by {
            Link::Via(path) => self.estate.linked_via(frame.index, &linked.kinds, path),
            Link::To(path) => self.estate.linked_to(frame.index, &linked.kinds, path),
        };
        let some = linked.quantifier != Quantifier::Each;
        let mut answers = Vec::new();
        for (index, certain) in resources {
            let Some(resource) = self.estate.resources.get(index) else { continue };
            let inner =
                Frame { index, resource, base: &resource.attributes, prefix: format!("{}: ", resource.address) };
            let mut answer = self.ask(&linked.body, &inner);
            if answer.evidence.expected.is_empty() {
                answer.evidence = Evidence {
                    span: resource.span,
                    ..frame.evidence(&format!("{} is linked", resource.address), whole.words())
                };
            }
            if !certain {
                // It may not be linked at all: then `some` does not count it and `each` does not ask it.
                answer.truth = if some { answer.truth.and(Truth::Unknown) } else { answer.truth.or(Truth::Unknown) };
            }
            answers.push(answer);
        }
        let what = linked.kinds.join(" or ");
        if open {
            let evidence = frame.evidence(&format!("it refers to a {what} that was not read"), whole.words());
            answers.push(Answer { truth: Truth::Unknown, evidence });
        }
        let none = || frame.evidence(&format!("no {what} refers to it"), whole.words());
        quantify(linked.quantifier, answers, whole, none)
    }

    /// A resource that is not among what was read may be elsewhere, unless the estate is whole.
    fn present(&self, present: &Present, whole: &Assertion, frame: &Frame) -> Answer {
        let mut answers = Vec::new();
        for index in present.kinds.iter().flat_map(|kind| self.estate.of_kind(kind)) {
            let Some(resource) = self.estate.resources.get(*index) else { continue };
            let inner = Frame {
                index: *index,
                resource,
                base: &resource.attributes,
                prefix: format!("{}: ", resource.address),
            };
            let mut answer = self.ask(&present.body, &inner);
            if answer.evidence.expected.is_empty() {
                answer.evidence = Evidence {
                    span: resource.span,
                    ..frame.evidence(&format!("{} is there", resource.address), whole.words())
                };
            }
            answers.push(answer);
        }
        let kinds = present.kinds.join(" or ");
        let none = || frame.evidence(&format!("no {kinds} among the resources that were read"), whole.words());
        let mut answer = quantify(Quantifier::Some, answers, whole, none);
        if answer.truth == Truth::False && !self.estate.whole {
            answer.truth = Truth::Unknown;
            answer.evidence.observed.push_str("; it may be elsewhere");
        }
        answer
    }

    fn attribute(&self, attribute: &Attribute, frame: &Frame) -> Answer {
        let hits = attribute.path.select(frame.start(&attribute.path));
        let answers: Vec<Answer> = hits.into_iter().map(|hit| self.value(attribute, hit, frame)).collect();
        let truth = answers.iter().fold(Truth::True, |truth, answer| truth.and(answer.truth));
        let decided = answers.into_iter().find(|answer| answer.truth == truth);
        decided.unwrap_or_else(|| Answer { truth, evidence: frame.evidence("", attribute.words()) })
    }

    /// All tests of one value. A value that is not set counts as its documented default.
    fn value(&self, attribute: &Attribute, hit: Hit, frame: &Frame) -> Answer {
        let value = match hit {
            Hit::Found(value) => Some(value),
            Hit::Absent(_) => attribute.default.as_ref(),
        };
        let undecided = value.is_none();
        let mut truth = Truth::True;
        for test in &attribute.tests {
            if undecided && !test.asks_presence() {
                truth = truth.and(Truth::Unknown);
                continue;
            }
            let others = other_path(test).map(|path| path.select(frame.start(path))).unwrap_or_default();
            let other = others.iter().find_map(|hit| if let Hit::Found(value) = hit { Some(*value) } else { None });
            let around = Surroundings { other, today: self.today, ignore_case: attribute.ignore_case };
            truth = truth.and(test.holds(value, around));
        }
        let evidence = match hit {
            Hit::Found(value) => frame.seen(&attribute.path, value, attribute.words()),
            Hit::Absent(at) => {
                let default =
                    attribute.default.as_ref().map(|value| format!(" (default {})", crate::show::scalar(value)));
                let observed = format!("{} is not set{}", frame.named(&attribute.path), default.unwrap_or_default());
                let span =
                    if std::ptr::eq(at, &raw const frame.resource.attributes) { frame.resource.span } else { at.span };
                let path = frame.named(&attribute.path);
                Evidence { path, span, ..frame.evidence(&observed, attribute.words()) }
            }
        };
        Answer { truth, evidence }
    }
}

/// Joins the answers about members or links.
fn quantify(quantifier: Quantifier, answers: Vec<Answer>, whole: &Assertion, none: impl Fn() -> Evidence) -> Answer {
    let some = quantifier != Quantifier::Each;
    let (start, join): (Truth, fn(Truth, Truth) -> Truth) =
        if some { (Truth::False, Truth::or) } else { (Truth::True, Truth::and) };
    let truth = answers.iter().fold(start, |truth, answer| join(truth, answer.truth));
    let decided = answers.into_iter().find(|answer| answer.truth == truth);
    let mut answer = decided.unwrap_or_else(|| Answer { truth, evidence: none() });
    answer.truth = if quantifier == Quantifier::None { !truth } else { truth };
    if some {
        // A member's own expectation is half of the story: "a rule with ...", "no rule with ...".
        answer.evidence.expected = whole.words();
    }
    answer
}

impl Frame<'_> {
    /// Where a path starts.
    fn start(&self, path: &Path) -> &Value {
        if path.absolute { &self.resource.attributes } else { self.base }
    }

    /// The path as seen from the resource.
    fn named(&self, path: &Path) -> String {
        if path.absolute {
            return path.to_string();
        }
        if path.segments.is_empty() {
            return self.prefix.trim_end_matches('.').to_owned();
        }
        format!("{}{path}", self.prefix)
    }

    /// The frame of a member.
    fn within<'b>(&'b self, path: &Path, base: &'b Value, n: Option<usize>) -> Frame<'b> {
        let index = n.map(|n| format!("[{n}]")).unwrap_or_default();
        let named = self.named(path);
        Frame { index: self.index, resource: self.resource, base, prefix: format!("{named}{index}.") }
    }

    fn evidence(&self, observed: &str, expected: String) -> Evidence {
        Evidence {
            path: String::new(),
            observed: observed.to_owned(),
            expected,
            span: self.resource.span,
            unknown: None,
        }
    }

    /// The evidence of a value that is there.
    fn seen(&self, path: &Path, value: &Value, expected: String) -> Evidence {
        let named = self.named(path);
        let (observed, unknown) = match &value.data {
            Data::Unknown(unknown) => {
                let what = crate::show::one_line(&unknown.what);
                let observed = format!("{named} is not known: {what} ({})", unknown.reason.words());
                (observed, Some((unknown.reason, unknown.what.clone())))
            }
            _ => (format!("{named} = {}", redact::value(&named, value)), None),
        };
        Evidence { path: named, observed, expected, span: value.span, unknown }
    }
}
