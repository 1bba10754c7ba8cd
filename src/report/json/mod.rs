//! The whole audit as JSON: what every other report, a later audit and other programs read.

mod build;
pub mod names;
pub mod view;

use schemars::generate::SchemaSettings;

use super::Options;
use crate::audit::Audit;
use view::AuditV1;

/// The audit as `duecare-audit-v1`. Everything is in it, whatever the options say people should see.
///
/// # Errors
/// A value that JSON cannot hold, which there is none of.
pub fn render(audit: &Audit, _options: Options) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(&build::view(audit))?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of [`render`]'s output.
///
/// # Errors
/// A schema that JSON cannot hold, which there is none of.
pub fn schema() -> anyhow::Result<String> {
    let schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<AuditV1>();
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::sample;

    fn json() -> serde_json::Value {
        serde_json::from_str(&render(&sample::audit(), sample::OPTIONS).unwrap()).unwrap()
    }

    #[test]
    fn the_output_is_valid_against_its_schema() {
        let schema = serde_json::from_str(&schema().unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for audit in [sample::audit(), sample::empty()] {
            let json = serde_json::from_str(&render(&audit, sample::OPTIONS).unwrap()).unwrap();
            let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
        assert!(!validator.is_valid(&serde_json::json!({ "schema": "duecare-audit-v2" })));
    }

    #[test]
    fn a_finding_carries_its_evidence_and_its_law() {
        let json = json();
        insta::assert_snapshot!(serde_json::to_string_pretty(&json["findings"][0]).unwrap(), @r#"
        {
          "attribute": "publicly_accessible",
          "column": 3,
          "concepts": [
            "aws.rds.public_access"
          ],
          "controls": [
            {
              "citation": "HIPAA 164.308(a)(4)(ii)(A)",
              "framework": "hipaa-security",
              "id": "164.308(a)(4)(ii)(A)"
            },
            {
              "citation": "HIPAA 164.312(e)(1)",
              "framework": "hipaa-security",
              "id": "164.312(e)(1)"
            },
            {
              "citation": "GDPR Art. 32(1)(b)",
              "framework": "gdpr",
              "id": "art-32(1)(b)"
            }
          ],
          "end_line": 2,
          "expected": "publicly_accessible is false",
          "fingerprint": "ccf2341d7651ccf4de8765237cc539de",
          "line": 2,
          "observed": "publicly_accessible = true",
          "path": "clinic/main.tf",
          "resource": {
            "address": "aws_db_instance.ehr",
            "domain": "terraform",
            "kind": "aws_db_instance",
            "scope": "clinic"
          },
          "rule": "aws-rds-not-public",
          "safeguard": "network-segmentation",
          "severity": "critical",
          "standing": {
            "state": "open"
          },
          "title": "RDS instances are not reachable from the internet",
          "unknown": null,
          "verdict": "fail"
        }
        "#);
        for finding in json["findings"].as_array().unwrap() {
            assert!(json["rules"].get(finding["rule"].as_str().unwrap()).is_some());
        }
    }

    #[test]
    fn what_was_accepted_says_by_whom_and_until_when() {
        let json = json();
        let standing = |state: &str| {
            let all = json["findings"].as_array().unwrap().iter().map(|finding| finding["standing"].clone());
            all.filter(|standing| standing["state"] == state).collect::<Vec<_>>()
        };
        let ignored = json!({ "state": "ignored", "reason": "holds test data", "until": "2027-01-31" });
        assert_eq!(standing("ignored"), [ignored]);
        let by = "A. Officer";
        let waived = json!({ "state": "waived", "reason": "made anew every night", "until": "2027-03-31", "by": by });
        assert_eq!(standing("waived"), [waived]);
        assert_eq!(json["ignores"][0]["used"], true);
        assert_eq!((&json["ignores"][1]["used"], &json["ignores"][1]["expired"]), (&json!(false), &json!(true)));
        assert_eq!(json["counts"], json!({ "fail": 4, "accepted": 2, "unknown": 2, "pass": 5, "not_applicable": 2 }));
    }

    #[test]
    fn what_was_read_and_what_was_not_are_both_there() {
        let json = json();
        let gap = json!({ "kind": "unparsed", "path": "clinic/main.tf", "line": 7, "hint": null,
            "message": "expected a closing brace", "incomplete": true });
        assert_eq!(json["gaps"][2], gap);
        assert_eq!(json["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(json["inputs"][2]["state"], "not-ours");
        assert_eq!(json["resources"], json!({ "terraform": { "aws_db_instance": 5 } }));
        assert_eq!(json["rules_not_applicable"], json!(["aws-sqs-encrypted"]));
        assert_eq!(json["exit"]["code"], 1);
    }

    #[test]
    fn a_law_has_as_many_controls_as_it_has_states() {
        for framework in json()["frameworks"].as_array().unwrap() {
            let states = framework["states"].as_object().unwrap().values().map(|n| n.as_u64().unwrap());
            assert_eq!(states.sum::<u64>(), framework["controls"].as_u64().unwrap());
        }
    }

    #[test]
    fn the_same_audit_gives_the_same_bytes() {
        let render = || render(&sample::audit(), sample::OPTIONS).unwrap();
        assert_eq!(render(), render());
    }
}
