//! Applies the pack to the estate and joins each finding with what people decided about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::HashMap;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::estate::Estate;
use crate::evaluate::Evaluator;
use crate::finding::{Finding, Verdict};
use crate::ignore::Ignore;
use crate::pool;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::rule::pack::{Card, Pack};
use crate::source::{Location, Sources, hex};
use crate::tally::{Counts, Tally};
use crate::waiver::Waiver;

/// Fewer resources, or rules, than this are judged on the calling thread.
const WORTH_A_POOL: usize = 200;

/// A finding with its place and its standing.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// Where to look.
    pub location: Option<Location>,
    /// The same for the same rule on the same resource of the same file, wherever its lines are; empty
    /// where nothing asks for it.
    pub fingerprint: String,
    /// Whether someone accepted it.
    pub standing: Standing,
}

/// Whether a failing finding counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Open,
    /// A comment in the audited file ignores it; the index of the ignore.
    Ignored(usize),
    /// A waiver of the operator's accepts it; the index of the waiver.
    Waived(usize),
    /// The baseline has it.
    Known,
}

/// What people decided.
#[derive(Debug, Default)]
pub struct Decisions {
    /// Comments in the audited files.
    pub ignores: Vec<Ignore>,
    /// The operator's waivers.
    pub waivers: Vec<Waiver>,
    /// Fingerprints of failing findings that are known.
    pub baseline: BTreeSet<String>,
    /// The day of the audit.
    pub today: Date,
    /// True if nothing of what passes is shown.
    pub brief: bool,
}

/// What came out of an audit.
#[derive(Debug, Default)]
pub struct Judgement {
    /// The findings, worst first; in a brief audit only those that are open.
    pub findings: Vec<Judged>,
    /// All of them in numbers.
    pub tally: Tally,
}

/// Applies every rule of the pack to every resource of its kinds.
///
/// # Errors
/// A built-in rule that cannot be read, which is a mistake in this program.
pub fn judge(pack: &Pack, estate: &Estate, sources: &Sources, decisions: &Decisions) -> Result<Judgement, String> {
    let rules = rules(pack, estate)?;
    let judge = Judge {
        evaluator: Evaluator { estate, today: decisions.today },
        by_kind: by_kind(&rules),
        namesakes: namesakes(estate, sources),
        names: Names { pack },
        rules: &rules,
        sources,
        decisions,
    };
    let resources: Vec<usize> = (0..estate.resources.len()).collect();
    let outcomes = pool::map(&resources, resources.len() >= WORTH_A_POOL, |resource| judge.resource(*resource));
    let mut counts = vec![Counts::default(); rules.len()];
    let mut findings = Vec::with_capacity(outcomes.iter().map(|outcome| outcome.findings.len()).sum());
    for outcome in outcomes {
        for (rule, verdict, accepted) in outcome.verdicts {
            counts.get_mut(rule).into_iter().for_each(|counts| counts.add(verdict, accepted));
        }
        findings.extend(outcome.findings);
    }
    pool::sort(&mut findings, |a, b| order(a).cmp(&order(b)));
    let tally = rules.into_iter().zip(counts).filter(|(_, counts)| *counts != Counts::default()).collect();
    Ok(Judgement { findings, tally: Tally(tally) })
}

type Order<'a> = (Verdict, std::cmp::Reverse<crate::rule::Severity>, &'a Option<Location>, &'a str, usize);

fn order(judged: &Judged) -> Order<'_> {
    let Finding { rule, resource, verdict, .. } = &judged.finding;
    (*verdict, std::cmp::Reverse(rule.severity), &judged.location, &rule.id, *resource)
}

/// The rules about the kinds there are. Only these are read from the pack.
fn rules(pack: &Pack, estate: &Estate) -> Result<Vec<Arc<Rule>>, String> {
    let present = |card: &Card| card.kinds.iter().any(|kind| !estate.of_kind(kind).is_empty());
    let wanted: Vec<usize> =
        pack.cards().enumerate().filter(|(_, card)| present(card)).map(|(index, _)| index).collect();
    let load = |index: &usize| pack.rule(*index);
    pool::map(&wanted, wanted.len() >= WORTH_A_POOL, load).into_iter().collect()
}

/// Indexes of the rules about each kind, in order.
fn by_kind(rules: &[Arc<Rule>]) -> HashMap<&str, Vec<usize>> {
    let mut by_kind: HashMap<&str, Vec<usize>> = HashMap::default();
    for (index, rule) in rules.iter().enumerate() {
        let mut kinds: Vec<&str> = rule.checks.iter().flat_map(|check| &check.applies_to).map(|kind| &**kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            by_kind.entry(kind).or_default().push(index);
        }
    }
    by_kind
}

/// For each resource, how many of each kind before it have the same address in the same file: modules are
/// called more than once, and what is made of a resource may bear its name.
fn namesakes<'a>(estate: &'a Estate, sources: &'a Sources) -> Vec<Vec<(&'a str, usize)>> {
    let mut seen: HashMap<(&str, &str), Vec<(&str, usize)>> = HashMap::default();
    let mut namesakes = Vec::with_capacity(estate.resources.len());
    for resource in &estate.resources {
        let before = seen.entry((path(resource, sources), &resource.address)).or_default();
        namesakes.push(before.clone());
        match before.iter_mut().find(|(kind, _)| *kind == &*resource.kind) {
            Some((_, count)) => *count += 1,
            None => before.push((&resource.kind, 1)),
        }
    }
    namesakes
}

/// The file that a resource is declared in.
fn path<'a>(resource: &Resource, sources: &'a Sources) -> &'a str {
    sources.get(resource.span.source).map_or("", |source| &*source.path)
}

/// Answers whether a name that a person wrote names a rule.
struct Names<'a> {
    pack: &'a Pack,
}

impl Names<'_> {
    fn same(&self, name: &str, rule: &Rule) -> bool {
        let card = |card: &&Card| *card.id == *rule.id;
        name == &*rule.id || self.pack.cards().find(card).is_some_and(|card| card.answers_to(name))
    }
}

/// Everything that it takes to judge a resource.
struct Judge<'a> {
    evaluator: Evaluator<'a>,
    rules: &'a [Arc<Rule>],
    by_kind: HashMap<&'a str, Vec<usize>>,
    namesakes: Vec<Vec<(&'a str, usize)>>,
    names: Names<'a>,
    sources: &'a Sources,
    decisions: &'a Decisions,
}

/// What came out of the rules about one resource.
#[derive(Default)]
struct Outcome {
    findings: Vec<Judged>,
    /// Index of the rule, verdict, and whether someone accepted it.
    verdicts: Vec<(usize, Verdict, bool)>,
}

impl Judge<'_> {
    fn resource(&self, index: usize) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(resource) = self.evaluator.estate.resources.get(index) else { return outcome };
        for n in self.by_kind.get(&*resource.kind).into_iter().flatten() {
            let Some(rule) = self.rules.get(*n) else { continue };
            let Some((verdict, check)) = self.evaluator.verdict(rule, index) else { continue };
            let mut accepted = false;
            if verdict.is_open() || !self.decisions.brief {
                let finding = self.evaluator.finding(rule, check, index, verdict);
                let judged = finding.map(|finding| self.stand(finding, resource, *n));
                accepted = judged.as_ref().is_some_and(|judged| judged.standing != Standing::Open);
                outcome.findings.extend(judged);
            }
            outcome.verdicts.push((*n, verdict, accepted));
        }
        outcome
    }

    /// Joins a finding with its place and with what people decided.
    fn stand(&self, finding: Finding, resource: &Resource, rule: usize) -> Judged {
        let location = self.sources.locate(finding.evidence.span);
        // In a brief audit only a baseline asks for it.
        let asked = !self.decisions.brief || !self.decisions.baseline.is_empty();
        let fingerprint = if asked { self.fingerprint(&finding, resource, rule) } else { String::new() };
        let mut judged = Judged { finding, location, fingerprint, standing: Standing::Open };
        if judged.finding.verdict == Verdict::Fail {
            judged.standing = self.standing(&judged, resource);
        }
        judged
    }

    /// The beginning of the SHA-256 of what makes the finding this one, in hex.
    fn fingerprint(&self, finding: &Finding, resource: &Resource, rule: usize) -> String {
        let nth = self.nth(finding.resource, rule).to_string();
        let parts = [&finding.rule.id, path(resource, self.sources), &resource.address, &nth];
        hex(Sha256::digest(parts.join("\0")).get(..16).unwrap_or_default())
    }

    /// The number of earlier resources of the same name that the rule is about.
    fn nth(&self, resource: usize, rule: usize) -> usize {
        let asked = |kind: &str| self.by_kind.get(kind).is_some_and(|rules| rules.binary_search(&rule).is_ok());
        let before = self.namesakes.get(resource).into_iter().flatten();
        before.filter(|(kind, _)| asked(kind)).map(|(_, count)| count).sum()
    }

    /// Whether someone accepted a failure, and who.
    fn standing(&self, judged: &Judged, resource: &Resource) -> Standing {
        let Judged { finding, location, .. } = judged;
        let Decisions { ignores, waivers, baseline, today, .. } = self.decisions;
        let line = || self.sources.locate(resource.span).map_or(0, |at| at.line);
        let at_evidence = |ignore: &Ignore| {
            ignore.span.source == finding.evidence.span.source
                && location.as_ref().is_some_and(|at| at.line == ignore.line)
        };
        let ignored = |ignore: &Ignore| {
            !ignore.expired(*today)
                && (ignore.covers(resource.span, line(), self.sources) || at_evidence(ignore))
                && self.names.same(&ignore.rule, &finding.rule)
        };
        let waived = |waiver: &Waiver| {
            *today <= waiver.until
                && waiver.covers(&resource.address, path(resource, self.sources))
                && self.names.same(&waiver.rule, &finding.rule)
        };
        if let Some(n) = waivers.iter().position(waived) {
            Standing::Waived(n)
        } else if let Some(n) = ignores.iter().position(ignored) {
            Standing::Ignored(n)
        } else if baseline.contains(&judged.fingerprint) {
            Standing::Known
        } else {
            Standing::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// A baseline that was written from a full audit holds in a brief one, where what passes is not kept.
    #[test]
    fn of_resources_of_one_name_each_has_a_fingerprint_that_is_always_the_same() {
        let audit = sample::audit();
        let named =
            |name: &str| audit.estate.resources.iter().find(|resource| resource.address.ends_with(name)).unwrap();
        let (passes, fails) = (named(".lab"), named(".test"));
        let double = Resource { address: fails.address.clone(), ..passes.clone() };
        let estate = Estate::new(vec![double, fails.clone()], false);
        let judge = |brief| {
            let baseline = BTreeSet::from(["of another finding".to_owned()]);
            let decisions = Decisions { brief, baseline, today: audit.today, ..Decisions::default() };
            super::judge(&audit.pack, &estate, &audit.sources, &decisions).unwrap()
        };
        let (full, brief) = (judge(false), judge(true));
        let open = |all: &Judgement| -> Vec<String> {
            let open = all.findings.iter().filter(|judged| judged.finding.verdict.is_open());
            open.map(|judged| judged.fingerprint.clone()).collect()
        };
        assert!(brief.findings.len() < full.findings.len());
        assert_eq!(open(&full), open(&brief));
        assert_eq!(full.tally.all(), brief.tally.all());
        let all: BTreeSet<&String> = full.findings.iter().map(|judged| &judged.fingerprint).collect();
        assert_eq!(all.len(), full.findings.len());
    }
}
