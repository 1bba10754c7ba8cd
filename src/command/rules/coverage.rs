//! `duecare rules coverage`: which concepts of a coverage file the rules answer. A concept is a name
//! for a question that auditors ask, whatever tool asks it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::Deserialize;

use crate::cli::{Global, RulesCoverage};
use crate::command::settings;
use crate::out;
use crate::report::page::{Page, STEP, clean};
use crate::rule::load::Overrides;
use crate::rule::pack::Pack;

/// One line of a coverage file. Other fields are not ours.
#[derive(Debug, Deserialize)]
struct Concept {
    concept: String,
    #[serde(default)]
    provider: Option<String>,
    /// False if no file shows it, only a running system.
    #[serde(default, rename = "static")]
    is_static: Option<bool>,
    /// True if it belongs to the most asked.
    #[serde(default)]
    core: Option<bool>,
}

/// Concepts of one provider.
#[derive(Debug, Default)]
struct Provider {
    asked: usize,
    answered: usize,
    core: usize,
    core_answered: usize,
    running: usize,
    missing: Vec<String>,
}

/// Runs it.
pub fn run(args: &RulesCoverage, global: &Global) -> anyhow::Result<u8> {
    let text = settings::read(&args.file)?;
    let concepts: Vec<Concept> = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a JSON list of objects with a `concept`", args.file.display()))?;
    let pack = Pack::built_in(Overrides::default());
    let mut page = crate::command::page(global);
    write(&concepts, &answers(&pack), global.quiet, &mut page);
    out::stdout(&page.finish())?;
    Ok(0)
}

/// Concept to the rules that answer it.
fn answers(pack: &Pack) -> BTreeMap<&str, Vec<&str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for card in pack.cards().filter(|card| !card.deprecated) {
        for concept in card.concepts.iter() {
            all.entry(concept).or_default().push(&card.id);
        }
    }
    all
}

fn prefix(concept: &str) -> &str {
    concept.split('.').next().unwrap_or(concept)
}

fn write(concepts: &[Concept], answers: &BTreeMap<&str, Vec<&str>>, quiet: bool, page: &mut Page) {
    let mut providers: BTreeMap<&str, Provider> = BTreeMap::new();
    for concept in concepts {
        let name = concept.provider.as_deref().unwrap_or(prefix(&concept.concept));
        let provider = providers.entry(name).or_default();
        let answered = answers.contains_key(&*concept.concept);
        if concept.is_static == Some(false) && !answered {
            provider.running += 1;
            continue;
        }
        let core = concept.core == Some(true);
        provider.asked += 1;
        provider.answered += usize::from(answered);
        provider.core += usize::from(core);
        provider.core_answered += usize::from(core && answered);
        if !answered {
            provider.missing.push(clean(&concept.concept));
        }
    }
    let row = |(name, it): (&&str, &Provider)| {
        let numbers = [it.answered, it.asked, it.core_answered, it.core, it.running];
        std::iter::once(clean(name)).chain(numbers.iter().map(ToString::to_string)).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = providers.iter().map(row).collect();
    page.heading("Concepts that the rules answer");
    page.table(STEP, &["provider", "answered", "of", "core answered", "of core", "needs a live system"], &rows, 1);
    super::listed(page, "Suspicious: rules name them and the file does not", &suspicious(concepts, answers));
    if !quiet {
        for (name, provider) in &providers {
            super::listed(
                page,
                &format!("Not answered, {}: {}", clean(name), provider.missing.len()),
                &provider.missing,
            );
        }
    }
}

/// Concepts that rules name and the file lacks, where the file has others that begin alike.
fn suspicious(concepts: &[Concept], answers: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    let known: BTreeSet<&str> = concepts.iter().map(|concept| &*concept.concept).collect();
    let prefixes: BTreeSet<&str> = known.iter().map(|concept| prefix(concept)).collect();
    let strange = answers.iter().filter(|(name, _)| !known.contains(**name) && prefixes.contains(prefix(name)));
    strange.map(|(name, rules)| format!("{name} ({})", rules.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Law;
    use crate::report::sample;

    #[test]
    fn what_is_answered_missing_and_misspelt() {
        let file = r#"[
            {"concept": "aws.rds.public_access", "provider": "aws", "static": true, "core": true},
            {"concept": "aws.rds.iam_auth", "provider": "aws", "static": true},
            {"concept": "aws.iam.mfa", "provider": "aws", "static": false},
            {"concept": "host.ssh.root"}
        ]"#;
        let concepts: Vec<Concept> = serde_json::from_str(file).unwrap();
        let pack = sample::pack(&Law::built_in().unwrap());
        let mut page = Page::new(100, false);
        write(&concepts, &answers(&pack), false, &mut page);
        insta::assert_snapshot!(page.finish(), @r#"
        Concepts that the rules answer
          provider  answered  of  core answered  of core  needs a live system
          aws              1   2              1        1                    1
          host             0   1              0        0                    0

        Suspicious: rules name them and the file does not
          aws.rds.encryption_at_rest (aws-rds-storage-encrypted)

        Not answered, aws: 1
          aws.rds.iam_auth

        Not answered, host: 1
          host.ssh.root
        "#);
    }
}
