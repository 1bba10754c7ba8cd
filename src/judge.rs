//! Applies the pack to the estate and joins each finding with what people decided about it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

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
    /// The same for the same rule on the same resource of the same file, wherever its lines are.
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

/// Applies every rule of the pack to every resource of its kinds, worst findings first.
///
/// # Errors
/// A built-in rule that cannot be read, which is a mistake in this program.
pub fn judge(pack: &Pack, estate: &Estate, sources: &Sources, decisions: &Decisions) -> Result<Vec<Judged>, String> {
    let by_kind = rules_by_kind(pack, estate)?;
    let evaluator = Evaluator { estate, today: decisions.today, brief: decisions.brief };
    let apply = |resource: &(usize, &Resource)| -> Vec<Finding> {
        let rules = by_kind.get(&resource.1.kind).into_iter().flatten();
        rules.filter_map(|rule| evaluator.apply(rule, resource.0)).collect()
    };
    let resources: Vec<(usize, &Resource)> = estate.resources.iter().enumerate().collect();
    let findings = pool::map(&resources, resources.len() >= WORTH_A_POOL, apply).into_iter().flatten();
    let mut seen = HashMap::new();
    let aliases = Names { pack };
    let judged: Vec<Judged> =
        findings.map(|finding| stand(finding, estate, sources, decisions, &aliases, &mut seen)).collect();
    // What passes is not shown in a brief audit, so that only what is open is put in order.
    let (mut shown, rest): (Vec<Judged>, Vec<Judged>) =
        judged.into_iter().partition(|judged| !decisions.brief || judged.finding.verdict.is_open());
    shown.sort_by(|a, b| order(a).cmp(&order(b)));
    shown.extend(rest);
    Ok(shown)
}

type Order<'a> = (Verdict, std::cmp::Reverse<crate::rule::Severity>, &'a Option<Location>, &'a str, usize);

fn order(judged: &Judged) -> Order<'_> {
    let Finding { rule, resource, verdict, .. } = &judged.finding;
    (*verdict, std::cmp::Reverse(rule.severity), &judged.location, &rule.id, *resource)
}

/// The rules for each kind there is. Only these are read from the pack.
fn rules_by_kind(pack: &Pack, estate: &Estate) -> Result<HashMap<Arc<str>, Vec<Arc<Rule>>>, String> {
    let mut by_kind: HashMap<Arc<str>, Vec<Arc<Rule>>> = HashMap::new();
    let present = |card: &Card| card.kinds.iter().any(|kind| !estate.of_kind(kind).is_empty());
    let wanted: Vec<usize> =
        pack.cards().enumerate().filter(|(_, card)| present(card)).map(|(index, _)| index).collect();
    let load = |index: &usize| pack.rule(*index);
    let rules = pool::map(&wanted, wanted.len() >= WORTH_A_POOL, load);
    for rule in rules {
        let rule = rule?;
        let mut kinds: Vec<&Arc<str>> = rule.checks.iter().flat_map(|check| &check.applies_to).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            by_kind.entry(kind.clone()).or_default().push(rule.clone());
        }
    }
    Ok(by_kind)
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

fn stand(
    finding: Finding,
    estate: &Estate,
    sources: &Sources,
    decisions: &Decisions,
    names: &Names,
    seen: &mut HashMap<String, usize>,
) -> Judged {
    if decisions.brief && !finding.verdict.is_open() {
        return Judged { finding, location: None, fingerprint: String::new(), standing: Standing::Open };
    }
    let location = sources.locate(finding.evidence.span);
    let resource = estate.resources.get(finding.resource);
    let (address, span) = resource.map_or(("", finding.evidence.span), |resource| (&*resource.address, resource.span));
    let home = sources.locate(span);
    let path = home.as_ref().map_or("", |at| &*at.path);
    let key = format!("{}\0{path}\0{address}", finding.rule.id);
    let nth = seen.entry(key.clone()).and_modify(|n| *n += 1).or_insert(0);
    let digest = Sha256::digest(format!("{key}\0{nth}"));
    let fingerprint = hex(digest.get(..16).unwrap_or_default());
    let mut standing = Standing::Open;
    if finding.verdict == Verdict::Fail {
        let line = home.as_ref().map_or(0, |at| at.line);
        let ignored = |ignore: &Ignore| {
            !ignore.expired(decisions.today)
                && (ignore.covers(span, line, sources)
                    || ignore.span.source == finding.evidence.span.source
                        && location.as_ref().is_some_and(|at| at.line == ignore.line))
                && names.same(&ignore.rule, &finding.rule)
        };
        let waived = |waiver: &Waiver| {
            decisions.today <= waiver.until && waiver.covers(address, path) && names.same(&waiver.rule, &finding.rule)
        };
        if let Some(n) = decisions.waivers.iter().position(waived) {
            standing = Standing::Waived(n);
        } else if let Some(n) = decisions.ignores.iter().position(ignored) {
            standing = Standing::Ignored(n);
        } else if decisions.baseline.contains(&fingerprint) {
            standing = Standing::Known;
        }
    }
    Judged { finding, location, fingerprint, standing }
}
