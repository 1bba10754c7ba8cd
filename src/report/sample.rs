//! A small audit made by hand, for the tests of the reports: every verdict, every standing, gaps, and
//! names that try to harm a terminal.

use std::path::PathBuf;

use crate::assess;
use crate::audit::{Audit, Audited};
use crate::estate::Estate;
use crate::framework::Law;
use crate::ignore::Ignore;
use crate::ingest::{Input, State};
use crate::judge::{self, Decisions, Judgement, Standing};
use crate::report::Options;
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::rule::Severity;
use crate::rule::load::Vocabulary;
use crate::rule::pack::Pack;
use crate::source::{Source, SourceId, Sources, Span};
use crate::tally::Tally;
use crate::value::{Reason, Value};
use crate::waiver::Waiver;

/// Options of a report as a test wants it: plain, 80 columns.
pub const OPTIONS: Options = Options {
    color: false,
    width: 80,
    verbose: false,
    quiet: false,
    all_verdicts: false,
    min_severity: Severity::Info,
};

const MAIN: &str = r#"resource "aws_db_instance" "ehr" {
  publicly_accessible = true
}
resource "aws_db_instance" "replica" {
  storage_encrypted = var.encrypt
}
# duecare: ignore[aws-rds-storage-encrypted] until=2027-01-31 reason="holds test data"
resource "aws_db_instance" "test" {
}
resource "aws_db_instance" "lab" {
  storage_encrypted = true
}
resource "aws_s3_bucket" "hostile" {}
"#;

const RULES: &[(&str, &str)] = &[
    (
        "aws/rds/not-public.yaml",
        r#"
id: aws-rds-not-public
title: RDS instances are not reachable from the internet
safeguard: network-segmentation
severity: critical
concepts: [aws.rds.public_access]
equivalents: { checkov: [CKV_AWS_17], trivy: [AWS-0180] }
rationale: A database with a public address is found and tried by strangers within hours.
remediation: Set publicly_accessible to false and reach the database from within the network.
checks:
  - applies_to: [aws_db_instance]
    assert: { publicly_accessible: { equals: false, default: false } }
examples:
  - { expect: fail, terraform: 'resource "aws_db_instance" "a" { publicly_accessible = true }' }
  - { expect: pass, terraform: 'resource "aws_db_instance" "a" {}' }
"#,
    ),
    (
        "aws/rds/storage-encrypted.yaml",
        r#"
id: aws-rds-storage-encrypted
title: RDS instances encrypt their storage
safeguard: encryption-at-rest
severity: high
concepts: [aws.rds.encryption_at_rest]
equivalents: { checkov: [CKV_AWS_16] }
references: ["https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html"]
rationale: A copied snapshot or a lost disk exposes every record that the database holds.
remediation: Set storage_encrypted to true; an existing instance is restored from an encrypted snapshot copy.
checks:
  - applies_to: [aws_db_instance]
    assert: { storage_encrypted: { equals: true, default: false } }
examples:
  - { expect: fail, terraform: 'resource "aws_db_instance" "a" {}' }
  - { expect: pass, terraform: 'resource "aws_db_instance" "a" { storage_encrypted = true }' }
"#,
    ),
    (
        "aws/rds/backup-retention.yaml",
        r#"
id: aws-rds-backup-retention
title: RDS instances keep their backups long enough
safeguard: backup
severity: medium
rationale: Without backups a mistake or an attack is final.
remediation: Set backup_retention_period to the number of days that you need.
parameters:
  days: { description: Days for which backups are kept, default: 7, source: AWS Foundational Security Best Practices }
checks:
  - applies_to: [aws_db_instance]
    unless: { storage_encrypted: { exists: true } }
    assert: { backup_retention_period: { at_least: $days, default: 0 } }
examples:
  - { expect: fail, terraform: 'resource "aws_db_instance" "a" {}' }
  - { expect: pass, terraform: 'resource "aws_db_instance" "a" { backup_retention_period = 14 }' }
"#,
    ),
    (
        "aws/sqs/encrypted.yaml",
        r#"
id: aws-sqs-encrypted
title: SQS queues encrypt their messages
safeguard: encryption-at-rest
severity: low
rationale: Messages repeat what the records hold.
remediation: Set sqs_managed_sse_enabled to true.
checks:
  - applies_to: [aws_sqs_queue]
    assert: { sqs_managed_sse_enabled: { equals: true, default: true } }
examples:
  - { expect: fail, terraform: 'resource "aws_sqs_queue" "a" { sqs_managed_sse_enabled = false }' }
  - { expect: pass, terraform: 'resource "aws_sqs_queue" "a" {}' }
"#,
    ),
];

/// The rules of the sample, read by the strict loader.
pub fn pack(law: &Law) -> Pack {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in RULES {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let vocabulary = Vocabulary { safeguards: law.safeguard_ids(), kinds: crate::rule::pack::kinds() };
    let mut pack = Pack::empty(crate::rule::load::Overrides::default());
    if let Err(error) = pack.add_directory(dir.path(), &vocabulary) {
        panic!("{error}: {error:?}");
    }
    pack
}

fn span(text: &str) -> Span {
    let start = MAIN.find(text).unwrap();
    Span::new(SourceId(0), start..start + text.len())
}

fn resource(kind: &str, address: &str, at: &str, attributes: Vec<(&str, Value)>) -> Resource {
    let attributes = Value::object(attributes, span(at));
    let scope = Scope { domain: Domain::Terraform, path: "clinic".into() };
    Resource { kind: kind.into(), address: address.into(), attributes, span: span(at), scope }
}

fn estate() -> Estate {
    let public = Value::bool(true, span("publicly_accessible = true"));
    let unknown = Value::unknown(Reason::Variable, "var.encrypt", span("storage_encrypted = var.encrypt"));
    let encrypted = || Value::bool(true, span("storage_encrypted = true"));
    let db = "aws_db_instance";
    Estate::new(
        vec![
            resource(
                db,
                "aws_db_instance.ehr",
                "resource \"aws_db_instance\" \"ehr\"",
                vec![("publicly_accessible", public.clone())],
            ),
            resource(
                db,
                "aws_db_instance.replica",
                "resource \"aws_db_instance\" \"replica\"",
                vec![("storage_encrypted", unknown)],
            ),
            resource(db, "aws_db_instance.test", "resource \"aws_db_instance\" \"test\"", vec![]),
            resource(
                db,
                "aws_db_instance.lab",
                "resource \"aws_db_instance\" \"lab\"",
                vec![("storage_encrypted", encrypted())],
            ),
            resource(
                db,
                "aws_db_instance.x[\"\u{1b}[31m[a](http://b)\n\"]",
                "resource \"aws_s3_bucket\" \"hostile\"",
                vec![("storage_encrypted", encrypted()), ("publicly_accessible", public)],
            ),
        ],
        false,
    )
}

fn gap(kind: GapKind, path: &str, message: &str, hint: Option<&str>) -> Gap {
    let span = (path == "clinic/main.tf").then(|| span("# duecare"));
    Gap { kind, path: path.into(), span, message: message.to_owned(), hint: hint.map(str::to_owned) }
}

/// The sample.
pub fn audit() -> Audit {
    let law = Law::built_in().unwrap();
    let pack = pack(&law);
    let mut sources = Sources::default();
    sources.add(Source::new("clinic/main.tf", MAIN.as_bytes()));
    let ignore = |rule: &str, until, line| Ignore {
        rule: rule.to_owned(),
        until: Some(until),
        reason: "holds test data".to_owned(),
        span: span("# duecare: ignore[aws-rds-storage-encrypted]"),
        line,
    };
    let decisions = Decisions {
        brief: false,
        ignores: vec![
            ignore("aws-rds-storage-encrypted", jiff::civil::date(2027, 1, 31), 7),
            ignore("CKV_AWS_17", jiff::civil::date(2026, 1, 31), 7),
        ],
        waivers: vec![Waiver {
            rule: "aws-rds-backup-retention".to_owned(),
            resource: Some("aws_db_instance.test".to_owned()),
            path: None,
            reason: "made anew every night".to_owned(),
            by: "A. Officer".to_owned(),
            until: jiff::civil::date(2027, 3, 31),
        }],
        today: jiff::civil::date(2026, 11, 21),
        ..Decisions::default()
    };
    let estate = estate();
    let Judgement { findings, tally } = judge::judge(&pack, &estate, &sources, &decisions).unwrap();
    let gaps = vec![
        gap(GapKind::Note, "clinic/main.tf", "a note", None),
        gap(
            GapKind::Template,
            "clinic/chart/templates/db.yaml",
            "a template that must be rendered before it means anything",
            Some("render it and audit the result: helm template CHART | duecare audit -"),
        ),
        gap(GapKind::Unparsed, "clinic/main.tf", "expected a closing brace", None),
    ];
    let file =
        |path: &str, state, source, domain| Audited { input: Input { path: path.into(), state, source }, domain };
    let gate = Some(Severity::High);
    Audit {
        documents: Vec::new(),
        paths: vec!["clinic".to_owned()],
        today: decisions.today,
        inputs: vec![
            file("clinic/main.tf", State::Read, Some(SourceId(0)), Some(Domain::Terraform)),
            file("clinic/chart/templates/db.yaml", State::Unparsed, None, None),
            file("clinic/README.md", State::NotOurs, None, None),
        ],
        skipped: vec!["clinic/.git".into()],
        sources,
        exit: assess::exit(&findings, &gaps, gate, false),
        ignores: decisions
            .ignores
            .into_iter()
            .enumerate()
            .map(|(n, i)| (i, findings.iter().any(|judged| judged.standing == Standing::Ignored(n))))
            .collect(),
        waivers: decisions.waivers.into_iter().map(|waiver| (waiver, true)).collect(),
        estate,
        findings,
        tally,
        gaps,
        pack,
        law,
        gate,
    }
}

/// An audit that found nothing to audit.
pub fn empty() -> Audit {
    let (findings, estate) = (Vec::new(), Estate::default());
    let hint = "name a directory with Terraform files, or use --host";
    let gaps = vec![gap(GapKind::Nothing, "empty", "there is nothing here that duecare audits", Some(hint))];
    Audit {
        paths: vec![PathBuf::from("empty").display().to_string()],
        inputs: Vec::new(),
        skipped: Vec::new(),
        sources: Sources::default(),
        documents: Vec::new(),
        exit: assess::exit(&findings, &gaps, None, false),
        ignores: Vec::new(),
        waivers: Vec::new(),
        gate: None,
        estate,
        findings,
        tally: Tally::default(),
        gaps,
        ..audit()
    }
}
