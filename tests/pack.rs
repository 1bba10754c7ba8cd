//! The built-in rules and the law: strict loading, every example, every citation.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use duecare::framework::{Coverage, Law};
use duecare::prove::{self, Stage};
use duecare::rule::load::{Overrides, Vocabulary};
use duecare::rule::pack::{self, Pack};
use rayon::prelude::*;

fn vocabulary() -> Vocabulary {
    Vocabulary { safeguards: Law::built_in().unwrap().safeguard_ids(), kinds: pack::kinds() }
}

/// The pack as it stands in rules/, read strictly.
fn strict() -> Pack {
    let mut pack = Pack::empty(Overrides::default());
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    if let Err(error) = pack.add_directory(&top, &vocabulary()) {
        panic!("{error}; see: duecare rules test rules");
    }
    pack
}

#[test]
fn every_example_shows_what_it_says_and_every_check_passes_and_fails() {
    let pack = strict();
    let groups = pack::kinds();
    let wrong: Vec<String> = (0..pack.cards().len())
        .into_par_iter()
        .flat_map(|n| {
            let rule = pack.rule_with_examples(n).unwrap();
            let stages: Vec<Stage> = rule.examples.iter().map(Stage::set).collect();
            prove::prove(&rule, &stages, &groups)
                .into_iter()
                .map(|why| format!("{}: {why}", rule.id))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_compiled_pack_is_the_pack_in_the_files() {
    let (files, built_in) = (strict(), Pack::built_in(Overrides::default()));
    assert_eq!(files.cards().len(), built_in.cards().len());
    for (n, (a, b)) in files.cards().zip(built_in.cards()).enumerate() {
        assert_eq!(
            (&a.id, &a.title, &a.severity, &a.kinds, &a.peers),
            (&b.id, &b.title, &b.severity, &b.kinds, &b.peers)
        );
        let (a, b) = (files.rule_with_examples(n).unwrap(), built_in.rule_with_examples(n).unwrap());
        // Spans differ, so the words are compared: they hold every operator, argument and default.
        let words = |rule: &duecare::rule::Rule| {
            let checks = rule.checks.iter().map(|c| format!("{:?} {}", c.applies_to, c.assert.words()));
            checks.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(words(&a), words(&b), "{}", a.id);
        assert_eq!(a.examples.len(), b.examples.len(), "{}", a.id);
    }
}

#[test]
fn no_two_rules_answer_to_one_name() {
    let pack = strict();
    for card in pack.cards() {
        for name in card.aliases.iter().chain([&card.id]) {
            let owners: Vec<_> =
                pack.cards().filter(|other| other.id == *name || other.aliases.contains(name)).collect();
            assert_eq!(owners.len(), 1, "{name}");
        }
    }
}

#[derive(serde::Deserialize)]
struct Citations {
    cfr_45_164: Vec<String>,
    gdpr: Vec<String>,
}

#[test]
fn every_citation_is_in_the_index() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/frameworks/citations.yaml");
    let index: Citations = serde_yaml::from_str(&std::fs::read_to_string(top).unwrap()).unwrap();
    let law = Law::built_in().unwrap();
    for framework in &law.frameworks {
        let known: BTreeSet<&String> =
            if framework.id == "gdpr" { index.gdpr.iter() } else { index.cfr_45_164.iter() }.collect();
        for control in &framework.controls {
            assert!(known.contains(&control.id), "{} {}", framework.id, control.id);
        }
    }
}

#[test]
fn the_law_is_whole_and_names_only_safeguards_there_are() {
    let law = Law::built_in().unwrap();
    let count = |id: &str| law.frameworks.iter().find(|f| f.id == id).unwrap().controls.len();
    assert_eq!((count("hipaa-security"), count("gdpr")), (71, 40));
    let safeguards = law.safeguard_ids();
    for control in law.frameworks.iter().flat_map(|f| &f.controls) {
        for id in &control.safeguards {
            assert!(safeguards.contains(id), "{}: {id}", control.id);
        }
        assert_eq!(control.coverage == Coverage::Manual, control.safeguards.is_empty(), "{}", control.id);
    }
    for id in &safeguards {
        for framework in &law.frameworks {
            assert!(law.controls_of(id).any(|(f, _)| f.id == framework.id), "{id} serves nothing in {}", framework.id);
        }
    }
}
