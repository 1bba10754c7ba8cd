//! Rule x resource -> finding. Pure: no I/O, no clock; the same input gives the same findings.
//!
//! A question is answered first and explained afterwards: [`truth`](Evaluator::truth) makes no text at
//! all, and [`explain`](Evaluator::explain) walks once more to the part that decided, so that the many
//! parts that did not decide cost nothing.

mod explain;

use std::sync::Arc;

use crate::estate::{Estate, Linked as Links};
use crate::finding::{Evidence, Finding, Verdict};
use crate::resource::Resource;
use crate::rule::assertion::{Asked, Assertion, Attribute, Bounds, Link, Linked, Members, Present, Quantifier};
use crate::rule::load::other_path;
use crate::rule::operator::Surroundings;
use crate::rule::path::{Hit, Path};
use crate::rule::{Check, Rule};
use crate::truth::Truth;
use crate::value::{Reason, Value};

/// What evaluation knows besides rule and resource.
pub struct Evaluator<'a> {
    /// Every resource.
    pub estate: &'a Estate,
    /// The day of the audit.
    pub today: jiff::civil::Date,
}

/// Where a question is asked: in a resource, or in one member of it.
#[derive(Clone, Copy)]
struct Frame<'a> {
    index: usize,
    resource: &'a Resource,
    base: &'a Value,
    /// False where the rule has its own words for what is expected.
    worded: bool,
}

/// What decided about members or links.
enum Decider<'a> {
    /// This member, asked in this frame, with the path to it.
    Member(Frame<'a>, String),
    /// This resource, which may or may not be linked.
    Perhaps(&'a Resource),
    /// A value that is not known stands where the members would be.
    Unknown(&'a Value),
    /// It refers to something that was not read.
    Open,
    /// So many are linked: at least, and at most if there is a limit.
    Count(u64, Option<u64>),
    /// There is no member that decided.
    Nobody,
}

impl Evaluator<'_> {
    /// The finding of `rule` on the resource at `index`; `None` if no check is about its kind.
    pub fn apply(&self, rule: &Arc<Rule>, index: usize) -> Option<Finding> {
        let (verdict, check) = self.verdict(rule, index)?;
        self.finding(rule, check, index, verdict)
    }

    /// The verdict of `rule` on the resource at `index`, and the check that it comes from. Several checks
    /// of one rule on one resource must all pass: the worst outcome counts.
    pub fn verdict<'r>(&self, rule: &'r Rule, index: usize) -> Option<(Verdict, &'r Check)> {
        let frame = self.frame(index)?;
        let checks = rule.checks.iter().filter(|check| check.applies_to.contains(&frame.resource.kind));
        checks.map(|check| (self.outcome(check, frame), check)).min_by_key(|(verdict, _)| *verdict)
    }

    /// The finding that belongs to a verdict: what it rests on, in words.
    pub fn finding(&self, rule: &Arc<Rule>, check: &Check, index: usize, verdict: Verdict) -> Option<Finding> {
        let evidence = self.evidence(check, self.frame(index)?, verdict);
        Some(Finding { rule: rule.clone(), resource: index, verdict, evidence })
    }

    fn outcome(&self, check: &Check, frame: Frame) -> Verdict {
        let when = check.when.as_ref().map_or(Truth::True, |when| self.truth(when, frame));
        let unless = check.unless.as_ref().map_or(Truth::True, |unless| !self.truth(unless, frame));
        let applies = when.and(unless);
        if applies == Truth::False {
            return Verdict::NotApplicable;
        }
        match (self.truth(&check.assert, frame), applies) {
            (Truth::True, _) => Verdict::Pass,
            (Truth::False, Truth::True) => Verdict::Fail,
            _ => Verdict::Unknown,
        }
    }

    /// What the verdict rests on: the assertion, or the condition that decided in its stead.
    fn evidence(&self, check: &Check, frame: Frame, verdict: Verdict) -> Evidence {
        let unless = check.unless.clone().map(|unless| Assertion::Not(Box::new(unless)));
        let wanted = if verdict == Verdict::NotApplicable { Truth::False } else { Truth::Unknown };
        if matches!(verdict, Verdict::NotApplicable | Verdict::Unknown) {
            let conditions = check.when.iter().chain(unless.iter());
            if let Some(condition) = conditions.into_iter().find(|condition| self.truth(condition, frame) == wanted) {
                return self.explain(condition, frame, "", wanted);
            }
        }
        let truth = self.truth(&check.assert, frame);
        let frame = Frame { worded: check.expected.is_none(), ..frame };
        let mut evidence = self.explain(&check.assert, frame, "", truth);
        if let Some(expected) = &check.expected {
            evidence.expected.clone_from(expected);
        }
        evidence
    }

    /// Whether the assertion holds.
    fn truth(&self, assertion: &Assertion, frame: Frame) -> Truth {
        match assertion {
            Assertion::All(list) => list.iter().fold(Truth::True, |truth, part| match truth {
                Truth::False => truth,
                _ => truth.and(self.truth(part, frame)),
            }),
            Assertion::Any(list) => list.iter().fold(Truth::False, |truth, part| match truth {
                Truth::True => truth,
                _ => truth.or(self.truth(part, frame)),
            }),
            Assertion::Not(inner) => !self.truth(inner, frame),
            Assertion::Members(members) => self.members(members, frame, None).0,
            Assertion::Linked(linked) => self.linked(linked, frame, None).0,
            Assertion::Present(present) => self.elsewhere(self.present(present, None).0),
            Assertion::Unknown(_) => Truth::Unknown,
            Assertion::Attribute(attribute) => {
                let hits = attribute.path.select(frame.start(&attribute.path));
                hits.into_iter().fold(Truth::True, |truth, hit| truth.and(self.value(attribute, hit, frame)))
            }
        }
    }

    /// All tests of one value. A value that is not set counts as its documented default; of one of several
    /// holds what holds of all of them.
    fn value(&self, attribute: &Attribute, hit: Hit, frame: Frame) -> Truth {
        if let Some(choices) = attribute.path.choices(hit) {
            let of_all = |hits: Vec<Hit>| {
                hits.into_iter().fold(Truth::True, |truth, hit| truth.and(self.value(attribute, hit, frame)))
            };
            return Truth::agreed(choices.into_iter().map(of_all));
        }
        let value = match hit {
            Hit::Found(value) => Some(value),
            Hit::Absent(_) => attribute.default.as_ref(),
            Hit::Beyond(..) => return Truth::Unknown,
        };
        let undecided = value.is_none();
        attribute.tests.iter().fold(Truth::True, |truth, test| {
            if undecided && !test.asks_presence() {
                return truth.and(Truth::Unknown);
            }
            let others = other_path(test).map(|path| path.select(frame.start(path))).unwrap_or_default();
            let other = others.iter().find_map(|hit| match hit {
                Hit::Found(value) | Hit::Beyond(value, _) => Some(*value),
                Hit::Absent(_) => None,
            });
            let around = Surroundings {
                other,
                today: self.today,
                ignore_case: attribute.ignore_case,
                ignore_deployment: attribute.ignore_deployment,
            };
            truth.and(test.holds(value, around))
        })
    }

    /// Joins the answers about members; with `wanted`, also finds the one that decided.
    fn members<'f>(&self, members: &Members, frame: Frame<'f>, wanted: Option<Truth>) -> (Truth, Decider<'f>) {
        let mut tally = Tally::new(members.quantifier, wanted);
        for hit in members.path.select(frame.start(&members.path)) {
            self.members_at(members, hit, frame, &mut tally);
        }
        tally.result()
    }

    /// Adds the answers about the members at one hit.
    fn members_at<'f>(&self, members: &Members, hit: Hit<'f>, frame: Frame<'f>, tally: &mut Tally<'f>) {
        let (Hit::Found(value) | Hit::Beyond(value, _)) = hit else { return };
        if let Some(choices) = members.path.choices(hit) {
            let of_all = |hits: Vec<Hit<'f>>| {
                let mut inner = Tally::new(members.quantifier, None);
                hits.into_iter().for_each(|hit| self.members_at(members, hit, frame, &mut inner));
                inner.truth
            };
            return tally.add(Truth::agreed(choices.into_iter().map(of_all)), || Decider::Unknown(value));
        }
        if let Some(unknown) = value.as_unknown() {
            // An attribute of another resource is one value, of which something can be said; so is a text of
            // which a part is known.
            let computed = !value.references().is_empty() && unknown.reason == Reason::Computed && unknown.non_null;
            let one = computed || unknown.pieces.as_deref().is_some_and(|pieces| pieces.iter().any(Option::is_some));
            let inner = Frame { base: value, ..frame };
            let truth = if one { self.truth(&members.body, inner) } else { Truth::Unknown };
            return tally.add(truth, || Decider::Unknown(value));
        }
        let items = value.as_list().map_or(std::slice::from_ref(value), |list| &list[..]);
        let many = value.as_list().is_some();
        for (n, item) in items.iter().enumerate() {
            if let Some(choices) = item.choices() {
                // One that may be missing is then no member, which decides nothing.
                let none = tally.start();
                let of_one = |choice: &'f Value| match choice.is_null() {
                    true => none,
                    false => self.truth(&members.body, Frame { base: choice, ..frame }),
                };
                tally.add(Truth::agreed(choices.iter().map(of_one)), || Decider::Unknown(item));
                continue;
            }
            let inner = Frame { base: item, ..frame };
            let truth = self.truth(&members.body, inner);
            tally.add(truth, || Decider::Member(inner, if many { format!("[{n}]") } else { String::new() }));
        }
    }

    fn linked<'f>(&'f self, linked: &Linked, frame: Frame<'f>, wanted: Option<Truth>) -> (Truth, Decider<'f>) {
        let quantifier = match linked.asked {
            Asked::Of(quantifier) => quantifier,
            Asked::Count(bounds) => return self.counted(linked, bounds, frame),
        };
        let Links { resources, open } = self.links(linked, frame);
        let mut tally = Tally::new(quantifier, wanted);
        for (index, certain) in resources {
            let Some(inner) = self.frame(index) else { continue };
            let mut truth = self.truth(&linked.body, inner);
            if !certain {
                // It may not be linked at all: then `some` does not count it and `each` does not ask it.
                let each = quantifier == Quantifier::Each;
                truth = if each { truth.or(Truth::Unknown) } else { truth.and(Truth::Unknown) };
            }
            tally.add(truth, || {
                if certain { Decider::Member(inner, String::new()) } else { Decider::Perhaps(inner.resource) }
            });
        }
        if open {
            tally.add(Truth::Unknown, || Decider::Open);
        }
        tally.result()
    }

    fn links(&self, linked: &Linked, frame: Frame) -> Links {
        match &linked.by {
            Link::Via(path) => self.estate.linked_via(frame.index, &linked.kinds, path),
            Link::To(path) => self.estate.linked_to(frame.index, &linked.kinds, path),
        }
    }

    /// Whether as many are linked as there must be. One that may be linked, or of which it is not known
    /// whether it fits, counts for the most there may be and not for the least.
    fn counted<'f>(&'f self, linked: &Linked, bounds: Bounds, frame: Frame<'f>) -> (Truth, Decider<'f>) {
        let Links { resources, open } = self.links(linked, frame);
        let (mut least, mut most, mut unlimited) = (0, 0, open);
        for (index, certain) in resources {
            let Some(inner) = self.frame(index) else { continue };
            let several = inner.resource.stands_for_several();
            match self.truth(&linked.body, inner) {
                Truth::False => continue,
                Truth::True if certain && !several => least += 1,
                _ => {}
            }
            most += 1;
            unlimited |= several;
        }
        let most = (!unlimited).then_some(most);
        (bounds.holds(least, most), Decider::Count(least, most))
    }

    /// Whether there is such a resource among those that were read.
    fn present<'f>(&'f self, present: &Present, wanted: Option<Truth>) -> (Truth, Decider<'f>) {
        let mut tally = Tally::new(Quantifier::Some, wanted);
        for index in present.kinds.iter().flat_map(|kind| self.estate.of_kind(kind)) {
            let Some(inner) = self.frame(*index) else { continue };
            tally.add(self.truth(&present.body, inner), || Decider::Member(inner, String::new()));
        }
        tally.result()
    }

    /// What is not among what was read may be elsewhere, unless the estate is whole.
    fn elsewhere(&self, present: Truth) -> Truth {
        if present == Truth::False && !self.estate.whole { Truth::Unknown } else { present }
    }

    fn frame(&self, index: usize) -> Option<Frame<'_>> {
        let resource = self.estate.resources.get(index)?;
        Some(Frame { index, resource, base: &resource.attributes, worded: true })
    }
}

/// Joins the truths of members, and keeps what decided.
struct Tally<'a> {
    quantifier: Quantifier,
    truth: Truth,
    wanted: Option<Truth>,
    decider: Decider<'a>,
}

impl<'a> Tally<'a> {
    /// `wanted` is the truth of the whole that is to be explained.
    fn new(quantifier: Quantifier, wanted: Option<Truth>) -> Self {
        let wanted = if quantifier == Quantifier::None { wanted.map(|truth| !truth) } else { wanted };
        let tally = Tally { quantifier, truth: Truth::Unknown, wanted, decider: Decider::Nobody };
        Tally { truth: tally.start(), ..tally }
    }

    /// The truth of no members at all, which changes nothing where there are others.
    fn start(&self) -> Truth {
        if self.quantifier == Quantifier::Each { Truth::True } else { Truth::False }
    }

    fn add(&mut self, truth: Truth, decider: impl FnOnce() -> Decider<'a>) {
        self.truth = if self.quantifier == Quantifier::Each { self.truth.and(truth) } else { self.truth.or(truth) };
        if self.wanted == Some(truth) && matches!(self.decider, Decider::Nobody) {
            self.decider = decider();
        }
    }

    fn result(self) -> (Truth, Decider<'a>) {
        let truth = if self.quantifier == Quantifier::None { !self.truth } else { self.truth };
        (truth, self.decider)
    }
}

impl<'a> Frame<'a> {
    /// Where a path starts.
    fn start(&self, path: &Path) -> &'a Value {
        if path.absolute { &self.resource.attributes } else { self.base }
    }
}
