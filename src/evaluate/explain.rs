//! What a verdict rests on: a walk to the part that decided, and that part in words.

use super::{Decider, Evaluator, Frame};
use crate::finding::Evidence;
use crate::redact;
use crate::rule::assertion::{Assertion, Attribute, Link, Members, Quantifier};
use crate::rule::path::{Hit, Path};
use crate::truth::Truth;
use crate::value::Value;

/// Most values that are shown of those of which one is meant.
const MOST_SHOWN: usize = 3;

impl Evaluator<'_> {
    /// The evidence of the part that made the assertion `truth`; `prefix` leads to the frame's base.
    pub(super) fn explain(&self, assertion: &Assertion, frame: Frame, prefix: &str, truth: Truth) -> Evidence {
        match assertion {
            Assertion::All(list) => {
                let decided = list.iter().find(|part| self.truth(part, frame) == truth);
                decided.map_or_else(|| frame.there(assertion), |part| self.explain(part, frame, prefix, truth))
            }
            Assertion::Any(list) => self.explain_any(list, assertion, frame, prefix, truth),
            Assertion::Not(inner) => {
                Evidence { expected: frame.words(|| assertion.words()), ..self.explain(inner, frame, prefix, !truth) }
            }
            Assertion::Members(members) => self.explain_members(members, assertion, frame, prefix, truth),
            Assertion::Linked(linked) => {
                let decider = self.linked(linked, frame, Some(truth)).1;
                let what = linked.kinds.join(" or ");
                let none = || match linked.by {
                    Link::Via(_) => format!("no {what} refers to it"),
                    Link::To(_) => format!("it refers to no {what}"),
                };
                self.explain_others(&linked.body, assertion, frame, decider, &what, none)
            }
            Assertion::Present(present) => {
                let raw = self.present(present, None).0;
                let decider = self.present(present, Some(raw)).1;
                let what = present.kinds.join(" or ");
                let none = || format!("no {what} among the resources that were read");
                let mut evidence = self.explain_others(&present.body, assertion, frame, decider, &what, none);
                if raw == Truth::False && !self.estate.whole {
                    evidence.observed.push_str("; it may be elsewhere");
                }
                evidence
            }
            Assertion::Attribute(attribute) => self.explain_attribute(attribute, frame, prefix, truth),
            Assertion::Unknown(reason) => {
                frame.evidence(format!("not known: {reason}"), frame.words(|| assertion.words()))
            }
        }
    }

    /// Of several alternatives that came out the same, the one that says most: the first, unless that
    /// is a mere absence and another one stands in the text or is a companion's setting. A companion is
    /// told of, and the resource that it belongs to is pointed at.
    fn explain_any(&self, list: &[Assertion], whole: &Assertion, frame: Frame, prefix: &str, truth: Truth) -> Evidence {
        let own = frame.resource.span;
        // One that only ever says that it is not known is no way to pass.
        let open = |part: &Assertion| matches!(part, Assertion::All(parts) if parts.iter().any(Assertion::is_open));
        let decided = list.iter().filter(|part| self.truth(part, frame) == truth);
        let decided = decided.filter(|part| truth != Truth::False || !open(part));
        let mut explained = decided.map(|part| self.explain(part, frame, prefix, truth));
        let first = explained.next().unwrap_or_else(|| frame.there(whole));
        let mut evidence = first.clone();
        if first.span == own {
            let others: Vec<Evidence> = explained.filter(|other| other.span != own).collect();
            let companion = others.iter().find(|other| !own.covers(other.span)).cloned();
            // That an attribute is not set says more than what another one is.
            let unset = !first.path.is_empty();
            let in_text = others.into_iter().find(|other| !unset && own.covers(other.span));
            let companion = companion.map(|other| Evidence { span: own, ..other });
            evidence = in_text.or(companion).unwrap_or(first);
        }
        if truth != Truth::True {
            evidence.expected = frame.words(|| whole.words());
        }
        evidence
    }

    fn explain_members(
        &self,
        members: &Members,
        whole: &Assertion,
        frame: Frame,
        prefix: &str,
        truth: Truth,
    ) -> Evidence {
        let named = named(prefix, &members.path);
        let nobody_fits = match members.quantifier {
            Quantifier::Each => false,
            Quantifier::Some => truth == Truth::False,
            Quantifier::None => truth == Truth::True,
        };
        let mut evidence = match self.members(members, frame, Some(truth)).1 {
            // Any one of them would be an arbitrary witness: the list itself is the evidence.
            Decider::Member(..) if nobody_fits => frame.seen_none(named, &members.path, frame.words(|| whole.words())),
            Decider::Member(inner, n) => {
                let truth = self.truth(&members.body, inner);
                let mut evidence = self.explain(&members.body, inner, &format!("{named}{n}."), truth);
                // What makes a member match is all of it, not the first thing that was asked.
                if truth == Truth::True && inner.base.as_map().is_some() {
                    let member = redact::value(&frame.resource.kind, &named, inner.base, frame.base);
                    if !redact::is_withheld(&member) {
                        evidence.observed = format!("{named}{n} = {member}");
                    }
                }
                evidence
            }
            Decider::Unknown(value) => frame.seen(named, value, frame.words(|| whole.words()), truth),
            Decider::Open | Decider::Perhaps(_) | Decider::Count(..) | Decider::Nobody => {
                frame.evidence(format!("{named} is not set"), frame.words(|| whole.words()))
            }
        };
        if members.quantifier != Quantifier::Each {
            // A member's own expectation is half of the story: "a rule with ...", "no rule with ...".
            evidence.expected = frame.words(|| whole.words());
        }
        evidence
    }

    /// Evidence that lies in another resource.
    fn explain_others(
        &self,
        body: &Assertion,
        whole: &Assertion,
        frame: Frame,
        decider: Decider,
        what: &str,
        none: impl Fn() -> String,
    ) -> Evidence {
        let mut evidence = match decider {
            Decider::Member(inner, _) => {
                let truth = self.truth(body, inner);
                let mut evidence = self.explain(body, Frame { worded: false, ..inner }, "", truth);
                evidence.observed = format!("{}: {}", inner.resource.address, evidence.observed);
                evidence
            }
            Decider::Open => frame.evidence(format!("it refers to a {what} that was not read"), String::new()),
            Decider::Perhaps(other) => {
                frame.evidence(format!("whether {} belongs to it is not known", other.address), String::new())
            }
            Decider::Count(least, most) => {
                let number = match most {
                    Some(most) if most == least => least.to_string(),
                    Some(most) => format!("{least} to {most}"),
                    None => format!("{least} or more"),
                };
                frame.evidence(format!("{number} linked {what}"), String::new())
            }
            Decider::Unknown(_) | Decider::Nobody => frame.evidence(none(), String::new()),
        };
        evidence.expected = frame.words(|| whole.words());
        evidence
    }

    fn explain_attribute(&self, attribute: &Attribute, frame: Frame, prefix: &str, truth: Truth) -> Evidence {
        let named = named(prefix, &attribute.path);
        let hits = attribute.path.select(frame.start(&attribute.path));
        let decided = hits.into_iter().find(|hit| self.value(attribute, *hit, frame) == truth);
        match decided {
            Some(Hit::Found(value) | Hit::Beyond(value, _)) => {
                frame.seen(named, value, frame.words(|| attribute.words()), truth)
            }
            Some(Hit::Absent(at)) => {
                let default = attribute.default.as_ref().filter(|value| !value.is_null());
                let default = default.map(|value| format!(" (default {})", crate::show::scalar(value)));
                let observed = format!("{named} is not set{}", default.unwrap_or_default());
                let top = std::ptr::eq(at, &raw const frame.resource.attributes);
                let span = if top { frame.resource.span } else { at.span };
                Evidence { path: named, span, ..frame.evidence(observed, frame.words(|| attribute.words())) }
            }
            None => frame.evidence(String::new(), frame.words(|| attribute.words())),
        }
    }
}

/// The path as seen from the resource.
fn named(prefix: &str, path: &Path) -> String {
    match path {
        path if path.absolute => path.to_string(),
        path if path.segments.is_empty() => prefix.trim_end_matches('.').to_owned(),
        path => format!("{prefix}{path}"),
    }
}

impl Frame<'_> {
    /// The expectation, unless the rule has its own words.
    fn words(&self, words: impl FnOnce() -> String) -> String {
        if self.worded { words() } else { String::new() }
    }

    /// The evidence of an assertion that asks nothing: the resource is there.
    fn there(&self, assertion: &Assertion) -> Evidence {
        self.evidence("it is there".to_owned(), self.words(|| assertion.words()))
    }

    pub(super) fn evidence(&self, observed: String, expected: String) -> Evidence {
        Evidence { path: String::new(), observed, expected, span: self.resource.span, unknown: None }
    }

    /// The evidence of a list none of whose members fits.
    fn seen_none(&self, named: String, path: &Path, expected: String) -> Evidence {
        let hits = path.select(self.start(path));
        let found = hits.iter().find_map(|hit| match hit {
            Hit::Found(value) | Hit::Beyond(value, _) => Some(*value),
            Hit::Absent(_) => None,
        });
        let members: usize = hits
            .iter()
            .map(|hit| match hit {
                Hit::Found(value) => value.as_list().map_or(1, |list| list.len()),
                Hit::Absent(_) | Hit::Beyond(..) => 0,
            })
            .sum();
        let observed = match (members, found) {
            (1, Some(value)) => format!("{named} = {}", redact::value(&self.resource.kind, &named, value, self.base)),
            _ => format!("{named} has {members} members, none of which fits"),
        };
        let only = |value: &Value| value.as_list().and_then(|list| list.first().map(|member| member.span));
        let span = found.map_or(self.resource.span, |value| only(value).filter(|_| members == 1).unwrap_or(value.span));
        Evidence { path: named, span, ..self.evidence(observed, expected) }
    }

    /// The evidence of a value that is there, and that made the question `truth`.
    fn seen(&self, named: String, value: &Value, expected: String, truth: Truth) -> Evidence {
        let shown = |value: &Value| redact::value(&self.resource.kind, &named, value, self.base);
        let unknown = value.as_unknown().filter(|_| truth == Truth::Unknown);
        let observed = match (value.as_unknown(), value.choices()) {
            (Some(unknown), Some(choices)) if truth != Truth::Unknown => {
                let of = |choice: &Value| if choice.is_null() { "not set".to_owned() } else { shown(choice) };
                let all: Vec<String> = choices.iter().take(MOST_SHOWN).map(of).collect();
                let more = if choices.len() > MOST_SHOWN { ", ..." } else { "" };
                let what = crate::show::one_line(&unknown.what);
                format!("{named} = {}{more} (one of these, by {what})", all.join(" or "))
            }
            (Some(unknown), _) => {
                let what = crate::show::one_line(&unknown.what);
                format!("{named} is not known: {what} ({})", unknown.reason.words())
            }
            _ => format!("{named} = {}", shown(value)),
        };
        let unknown = unknown.map(|unknown| (unknown.reason, unknown.what.clone()));
        Evidence { path: named, observed, expected, span: value.span, unknown }
    }
}
