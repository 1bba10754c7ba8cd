//! The two clinics: the same estate, careless and careful. What one fails, the other passes.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// Rules that apply to the careless clinic and cannot fail there together with the others.
const CANNOT_FAIL_TOGETHER: &[&str] = &[
    // The recorder must be there for the rules about what it records to fail.
    "aws-config-recorder-present",
    // Since January 2023 a bucket cannot be without encryption.
    "aws-s3-encryption-at-rest",
    // The firewall must be on for the rules about what it lets in to fail.
    "host-firewall-active",
];

/// Audits a clinic as a whole. Its machine is a tar with the owners and modes of fixtures/host-permissions, which
/// `duecare demo --write` makes.
fn audit(clinic: &str, more: &[&str]) -> (i32, Value) {
    let directory = tempfile::tempdir().unwrap();
    let estate = directory.path().join("clinic");
    let duecare = || {
        let mut command = Command::cargo_bin("duecare").unwrap();
        command.env_clear().env("SOURCE_DATE_EPOCH", "1795219200").current_dir(directory.path());
        command
    };
    let careful: &[&str] = if clinic == "clinic-careful" { &["--careful"] } else { &[] };
    duecare().args(["demo", "--write", "clinic"]).args(careful).assert().code(0);
    assert!(estate.join("host.tar").is_file());
    let mut command = duecare();
    command.args(["audit", "clinic", "--exclude", "host", "--host=clinic/host.tar", "--whole-estate", "-o", "json"]);
    let output = command.args(more).output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// The verdicts that each rule reached.
fn verdicts(audit: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in audit["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        out.entry(text("rule")).or_default().insert(text("verdict"));
    }
    out
}

#[test]
fn the_careful_clinic_has_no_finding() {
    let (code, audit) = audit("clinic-careful", &["--fail-on", "low"]);
    let bad: Vec<_> =
        verdicts(&audit).into_iter().filter(|(_, v)| v.contains("fail") || v.contains("unknown")).collect();
    assert_eq!(bad, []);
    assert_eq!(audit["gaps"].as_array().unwrap().iter().filter(|gap| gap["incomplete"] == true).count(), 0);
    assert_eq!(code, 0, "{}", audit["exit"]);
}

#[test]
fn the_careless_clinic_fails_every_rule_that_applies() {
    let (code, audit) = audit("clinic-careless", &[]);
    let only_passes: Vec<String> = verdicts(&audit)
        .into_iter()
        .filter(|(_, verdicts)| verdicts.contains("pass") && !verdicts.contains("fail"))
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(only_passes, CANNOT_FAIL_TOGETHER);
    assert_eq!(code, 1);
    let failing = verdicts(&audit).values().filter(|verdicts| verdicts.contains("fail")).count();
    assert!(failing >= 250, "{failing} rules fail; the estate is to show what duecare can see");
}

#[test]
fn both_clinics_are_the_same_estate() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = |clinic: &str| -> BTreeSet<String> {
        let dir = top.join(clinic);
        let walk =
            walkdir::WalkDir::new(&dir).into_iter().map(Result::unwrap).filter(|entry| !entry.file_type().is_dir());
        walk.map(|entry| entry.path().strip_prefix(&dir).unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(files("clinic-careless"), files("clinic-careful"));
    let kinds = |audit: &Value| -> BTreeSet<String> {
        let all = audit["findings"].as_array().unwrap().iter();
        all.map(|finding| finding["resource"]["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&audit("clinic-careless", &[]).1), kinds(&audit("clinic-careful", &[]).1));
}

#[test]
fn the_careless_clinic_fails_as_it_lies_there_too() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::cargo_bin("duecare").unwrap();
    let arguments = ["audit", "fixtures/clinic-careless", "--exclude", "host", "--host=fixtures/clinic-careless/host"];
    command.env_clear().current_dir(top).args(arguments).assert().code(1); // the README's first command
}

#[test]
fn the_demo_is_the_careless_clinic() {
    let mut command = Command::cargo_bin("duecare").unwrap();
    command.env_clear().arg("demo").assert().code(1);
    let mut command = Command::cargo_bin("duecare").unwrap();
    command.env_clear().args(["demo", "--careful"]).assert().code(0);
}
