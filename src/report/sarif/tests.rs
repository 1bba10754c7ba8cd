use serde_json::Value;

use super::*;
use crate::report::sample;

fn sarif(audit: &Audit, options: Options) -> Value {
    serde_json::from_str(&render(audit, options).unwrap()).unwrap()
}

fn all() -> Options {
    Options { all_verdicts: true, ..sample::OPTIONS }
}

#[test]
fn the_output_is_valid_against_the_official_schema() {
    let schema = serde_json::from_str(include_str!("../../../tests/data/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut known = sample::audit();
    known.findings[0].standing = Standing::Known;
    for (audit, options) in
        [(sample::audit(), sample::OPTIONS), (sample::audit(), all()), (sample::empty(), all()), (known, all())]
    {
        let json = sarif(&audit, options);
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
}

#[test]
fn a_result_is_a_finding() {
    let json = sarif(&sample::audit(), sample::OPTIONS);
    let result = &json["runs"][0]["results"][0];
    insta::assert_snapshot!(serde_json::to_string_pretty(result).unwrap(), @r#"
    {
      "kind": "fail",
      "level": "error",
      "locations": [
        {
          "logicalLocations": [
            {
              "fullyQualifiedName": "aws_db_instance.ehr",
              "kind": "resource"
            }
          ],
          "physicalLocation": {
            "artifactLocation": {
              "uri": "clinic/main.tf"
            },
            "region": {
              "endLine": 2,
              "startColumn": 3,
              "startLine": 2
            }
          }
        }
      ],
      "message": {
        "text": "Not met: RDS instances are not reachable from the internet. aws_db_instance.ehr: publicly_accessible = true; expected publicly_accessible is false."
      },
      "partialFingerprints": {
        "duecare/v1": "ccf2341d7651ccf4de8765237cc539de"
      },
      "properties": {
        "expected": "publicly_accessible is false",
        "observed": "publicly_accessible = true",
        "resourceKind": "aws_db_instance",
        "safeguard": "network-segmentation",
        "severity": "critical",
        "verdict": "fail"
      },
      "ruleId": "aws-rds-not-public",
      "ruleIndex": 1
    }
    "#);
    let rule = &json["runs"][0]["tool"]["driver"]["rules"][2];
    assert_eq!(rule["id"], "aws-rds-storage-encrypted");
    assert_eq!(rule["properties"]["security-severity"], "8.0");
    assert!(rule["properties"]["tags"].as_array().unwrap().contains(&"HIPAA 164.312(a)(2)(iv)".into()));
}

#[test]
fn kinds_and_levels_follow_verdict_and_severity() {
    let kinds = |options| {
        let json = sarif(&sample::audit(), options);
        let results = json["runs"][0]["results"].as_array().unwrap().clone();
        let mut all: Vec<String> = results.iter().map(|r| format!("{} {}", r["kind"], r["level"])).collect();
        all.sort();
        all.dedup();
        all.join(", ").replace('"', "")
    };
    assert_eq!(kinds(sample::OPTIONS), "fail error, fail warning, open none");
    assert_eq!(kinds(all()), "fail error, fail warning, notApplicable none, open none, pass none");
    assert_eq!(kinds(Options { min_severity: Severity::Critical, ..sample::OPTIONS }), "fail error");
}

#[test]
fn what_was_accepted_is_suppressed_and_says_why() {
    let json = sarif(&sample::audit(), sample::OPTIONS);
    let results = json["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<String> =
        results.iter().filter_map(|r| r.get("suppressions")).map(|s| s[0]["justification"].to_string()).collect();
    assert_eq!(
        suppressed,
        ["\"holds test data (until 2027-01-31)\"", "\"made anew every night (A. Officer, until 2027-03-31)\""]
    );
}

#[test]
fn an_incomplete_audit_did_not_succeed() {
    let json = sarif(&sample::audit(), sample::OPTIONS);
    let invocation = &json["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][1]["level"], "error");
    let mut whole = sample::audit();
    whole.gaps.clear();
    assert_eq!(sarif(&whole, all())["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn nothing_from_a_file_is_a_link_or_a_placeholder() {
    assert_eq!(message("see [a](http://b) {0} \u{1b}".into()).text, "see \\[a\\](http://b) {{0}} \u{fffd}");
    assert_eq!(message("tags = [\"a\"], {b: 1}".into()).text, "tags = [\"a\"], {b: 1}");
}

#[test]
fn a_path_is_a_uri() {
    assert_eq!(uri("a b/ü:#?.tf"), "a%20b/%C3%BC%3A%23%3F.tf");
    assert_eq!(uri("/etc/ssh"), "file:///etc/ssh");
}
