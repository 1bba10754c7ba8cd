//! Loading a rule is strict: whatever is not understood is an error at its line.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::indexing_slicing)]

use duecare::framework::Law;
use duecare::rule::diagnostic;
use duecare::rule::load::{Overrides, Vocabulary};
use duecare::rule::pack::{self, Pack, PackError};

const GOOD: &str = "\
id: aws-rds-x
title: X
safeguard: encryption-at-rest
severity: high
rationale: X
remediation: X
checks:
  - applies_to: [aws_db_instance]
    assert: { storage_encrypted: { equals: true, default: false } }
examples:
  - { expect: pass, terraform: 'resource \"aws_db_instance\" \"a\" { storage_encrypted = true }' }
  - { expect: fail, terraform: 'resource \"aws_db_instance\" \"a\" {}' }
";

/// The mistakes in a pack of one rule at aws/rds/x.yaml, as they are printed.
fn mistakes(text: &str) -> String {
    mistakes_in(&[("aws/rds/x.yaml", text)])
}

fn mistakes_in(files: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let vocabulary = Vocabulary { safeguards: Law::built_in().unwrap().safeguard_ids(), kinds: pack::kinds() };
    match Pack::empty(Overrides::default()).add_directory(dir.path(), &vocabulary) {
        Ok(_) => String::new(),
        Err(PackError::Mistakes(files)) => files
            .iter()
            .flat_map(|(source, problems)| problems.iter().map(|p| diagnostic::render(p, source, false)))
            .collect::<Vec<_>>()
            .join("\n"),
        Err(other) => other.to_string(),
    }
}

#[test]
fn a_good_rule_loads() {
    assert_eq!(mistakes(GOOD), "");
}

#[test]
fn each_mistake_is_named_at_its_line() {
    for (from, to, message, line) in [
        ("title: X", "titel: X", "a rule has no field `titel`", 2),
        ("title: X\n", "", "a rule needs the field `title`", 1),
        ("severity: high", "severity: hihg", "there is no severity `hihg`", 4),
        ("encryption-at-rest", "encryption-at-rst", "did you mean `encryption-at-rest`?", 3),
        ("aws_db_instance]", "aws_db_instanc]", "there is no kind of resource `aws_db_instanc`", 8),
        ("equals: true", "equal: true", "did you mean `equals`?", 9),
        ("equals: true", "equals: [true]", "`equals` takes a text, number or boolean, not a list", 9),
        ("equals: true", "matches: '('", "not a regular expression", 9),
        ("equals: true", "at_least: $days", "there is no parameter `days`", 9),
        ("equals: true", "within_cidr: 10.0.0.0/33", "takes a network such as 10.0.0.0/8", 9),
        (", default: false", "", "`storage_encrypted` needs a `default`", 9),
        ("{ storage_encrypted:", "{ storage..encrypted:", "has an empty segment", 9),
        ("assert: {", "asert: {", "a check has no field `asert`", 9),
        ("{ storage_encrypted: { equals: true, default: false } }", "{ any: [] }", "and not empty", 9),
        ("{ storage_encrypted: { equals: true, default: false } }", "{}", "an assertion must ask something", 9),
        (
            "{ storage_encrypted: { equals: true, default: false } }",
            "{ linked: { kind: aws_kms_key, exists: true } }",
            "`linked` needs either `via` or `to`",
            9,
        ),
        (
            "{ storage_encrypted: { equals: true, default: false } }",
            "{ linked: { kind: aws_kms_key, to: kms_key_id } }",
            "`linked` needs one of",
            9,
        ),
        ("expect: fail", "expect: pass", "no example expects `fail`", 11),
        ("expect: fail", "expect: fails", "there is no verdict `fails`", 12),
        ("terraform: 'resource \"aws_db_instance\" \"a\" {}'", "teraform: x", "an example has no field `teraform`", 12),
        ("id: aws-rds-x", "id: aws-rds-y", "the id of a rule is its path: `aws-rds-x`", 1),
        ("title: X", "title: X\ntitle: Y", "title", 3),
        ("checks:", "checks: [", "", 8),
        ("title: X", "title: X\nconcepts: { a: b }", "`concepts` must be a text, not a map", 3),
        ("title: X", "title: X\nequivalents: { checkoff: [A] }", "did you mean `checkov`?", 3),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let shown = mistakes(&GOOD.replacen(from, to, 1));
        assert!(shown.contains(message), "{from} -> {to}\n{shown}");
        assert!(shown.contains(&format!("x.yaml:{line}:")), "{from} -> {to}: not at line {line}\n{shown}");
    }
}

#[test]
fn a_mistake_is_shown_with_its_line_and_what_was_meant() {
    let shown = mistakes(&GOOD.replace("equals: true, d", "equal: true, d"));
    let first: Vec<&str> = shown.lines().take(7).collect();
    assert_eq!(first[0], "error: there is no operator `equal`");
    assert!(first[3].contains("assert: { storage_encrypted: { equal: true, default: false } }"), "{shown}");
    assert!(first[4].contains("^^^^^"), "{shown}");
    assert!(shown.contains("help: did you mean `equals`?"), "{shown}");
}

#[test]
fn an_id_or_alias_is_used_once() {
    let other = GOOD.replace("id: aws-rds-x", "id: aws-rds-y").replace("title: X", "title: Y\naliases: [aws-rds-x]");
    let shown = mistakes_in(&[("aws/rds/x.yaml", GOOD), ("aws/rds/y.yaml", &other)]);
    assert!(shown.contains("there is another rule with the id or alias `aws-rds-x`"), "{shown}");
}

#[test]
fn a_pack_may_bring_kinds_of_its_own() {
    let rule = GOOD.replace("[aws_db_instance]", "[aws_db_instance, acme_vault]");
    assert!(mistakes(&rule).contains("there is no kind of resource `acme_vault`"));
    assert_eq!(mistakes_in(&[("aws/rds/x.yaml", &rule), ("kinds.yaml", "terraform_acme: [acme_vault]")]), "");
    let shown = mistakes_in(&[("aws/rds/x.yaml", &rule), ("kinds.yaml", "- acme_vault")]);
    assert!(shown.contains("kinds.yaml"), "{shown}");
}
