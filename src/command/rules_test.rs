//! `duecare rules test`: every example through the real parsers, and what no example would miss.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::cli::{Global, RulesTest};
use crate::out;
use crate::prove::{self, Stage};
use crate::resource::Domain;
use crate::rule::Rule;
use crate::rule::load::Overrides;
use crate::rule::mutate::mutants;
use crate::rule::pack::{self, Pack};

/// What came of one rule.
struct Outcome {
    id: Arc<str>,
    examples: usize,
    wrong: Vec<String>,
    mutants: usize,
    survivors: Vec<String>,
}

/// Runs it.
pub fn run(args: &RulesTest, global: &Global) -> anyhow::Result<u8> {
    let rules = rules(args)?;
    let groups = pack::kinds();
    let outcomes: Vec<Outcome> = rules.par_iter().map(|rule| test(rule, args.mutate, &groups)).collect();
    let mut text = String::new();
    for outcome in &outcomes {
        for wrong in &outcome.wrong {
            text.push_str(&format!("{}: {wrong}\n", outcome.id));
        }
        for survivor in &outcome.survivors {
            text.push_str(&format!("{}: no example misses {survivor}\n", outcome.id));
        }
    }
    let sum = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).sum::<usize>();
    let failed = outcomes.iter().filter(|outcome| !outcome.wrong.is_empty()).count();
    let (examples, mutants, survivors) = (sum(|o| o.examples), sum(|o| o.mutants), sum(|o| o.survivors.len()));
    text.push_str(&format!("{} rules, {examples} examples: {failed} rules with mistakes\n", rules.len()));
    if args.mutate {
        text.push_str(&format!("{mutants} mutants: {} noticed, {survivors} not\n", mutants - survivors));
    }
    if !global.quiet || failed + survivors > 0 {
        out::stdout(&text)?;
    }
    Ok(if failed + survivors > 0 { super::ERROR } else { 0 })
}

fn rules(args: &RulesTest) -> anyhow::Result<Vec<Arc<Rule>>> {
    let pack = match &args.directory {
        None => Pack::built_in(Overrides::default()),
        Some(directory) => {
            let mut pack = Pack::empty(Overrides::default());
            pack.add_directory(directory, &super::vocabulary(&super::law()?))?;
            pack
        }
    };
    let wanted = |id: &str| args.only.as_ref().is_none_or(|prefix| id.starts_with(prefix));
    let chosen: Vec<usize> = pack.cards().enumerate().filter(|(_, card)| wanted(&card.id)).map(|(n, _)| n).collect();
    chosen.into_iter().map(|n| pack.rule_with_examples(n).map_err(anyhow::Error::msg)).collect()
}

/// True if every kind that the rule is about is one of hosts: their facts are always stated.
fn is_about_hosts(rule: &Rule, groups: &BTreeMap<String, String>) -> bool {
    let domain = |kind: &str| groups.get(kind).and_then(|group| Domain::of_group(group));
    rule.checks.iter().flat_map(|check| &check.applies_to).all(|kind| domain(kind) == Some(Domain::Host))
}

fn test(rule: &Arc<Rule>, mutate: bool, groups: &BTreeMap<String, String>) -> Outcome {
    let stages: Vec<Stage> = rule.examples.iter().map(Stage::set).collect();
    let wrong = prove::prove(rule, &stages, groups);
    let mutants = if mutate && wrong.is_empty() { mutants(rule, !is_about_hosts(rule, groups)) } else { Vec::new() };
    let count = mutants.len();
    let survivors = mutants.into_iter().filter(|mutant| prove::holds(&Arc::new(mutant.rule.clone()), &stages));
    Outcome {
        id: rule.id.clone(),
        examples: rule.examples.len(),
        wrong,
        mutants: count,
        survivors: survivors.map(|mutant| mutant.without).collect(),
    }
}
