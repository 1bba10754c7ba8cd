//! What `terraform show -json` prints.

use super::estate;

const PLAN: &str = r#"{
    "format_version": "1.2",
    "terraform_version": "1.9.0",
    "planned_values": {"root_module": {
        "resources": [
            {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "name": "k",
             "values": {"enable_key_rotation": true, "description": null}, "sensitive_values": {}},
            {"address": "aws_db_instance.d[0]", "mode": "managed", "type": "aws_db_instance", "name": "d", "index": 0,
             "values": {"storage_encrypted": true, "password": "hunter2", "tags": {"a": "b"}, "ports": [{"secret": "x", "n": 1}]},
             "sensitive_values": {"password": true, "ports": [{"secret": true}]}}
        ],
        "child_modules": [{"address": "module.m[\"x\"]", "resources": [
            {"address": "module.m[\"x\"].aws_s3_bucket_policy.p", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "p",
             "values": {"policy": "{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"s3:*\"}}"}},
            {"address": "module.m[\"x\"].data.aws_region.r", "mode": "data", "type": "aws_region", "name": "r", "values": {}}
        ]}]
    }},
    "resource_changes": [
        {"address": "aws_db_instance.d[0]", "change": {"after_unknown": {"arn": true, "kms_key_id": true, "tags": {}, "ports": [{}]}}}
    ],
    "configuration": {"root_module": {
        "resources": [{"address": "aws_db_instance.d", "expressions": {
            "kms_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]},
            "password": {"references": ["var.password"]}}}],
        "module_calls": {"m": {"module": {"resources": [{"address": "aws_s3_bucket_policy.p", "expressions": {
            "policy": {"references": ["data.aws_region.r.name", "data.aws_region.r"]}}}]}}}
    }}
}"#;

#[test]
fn plans_have_their_values_and_what_they_do_not_know() {
    let estate = estate(&[("plan.json", PLAN)]);
    let module = "module.m[\"x\"].aws_s3_bucket_policy.p";
    assert_eq!(
        estate.addresses(),
        ["aws_kms_key.k", "aws_db_instance.d[0]", module, "module.m[\"x\"].data.aws_region.r"]
    );
    let cases = [
        ("aws_kms_key.k", "enable_key_rotation", "true"),
        ("aws_db_instance.d[0]", "password", "\"(sensitive)\""),
        ("aws_db_instance.d[0]", "ports", "[{n:1,secret:\"(sensitive)\"}]"),
        ("aws_db_instance.d[0]", "kms_key_id", "?Computed(aws_db_instance.d[0].kms_key_id)!"),
        (module, "policy", "{Statement:[{Action:[\"s3:*\"],Effect:\"Deny\"}]}"),
    ];
    for (address, path, want) in cases {
        assert_eq!(estate.at(address, path), want, "{address} {path}");
    }
    // The provider will set it; the configuration does not.
    assert!(estate.resource("aws_db_instance.d[0]").attributes.get("arn").is_none());
    assert_eq!(estate.refs("aws_db_instance.d[0]", "kms_key_id"), ["aws_kms_key.k:arn"]);
    assert_eq!(estate.refs(module, "policy"), ["module.m[\"x\"].data.aws_region.r:name"]);
    assert_eq!(&*estate.resource("module.m[\"x\"].data.aws_region.r").kind, "data.aws_region");
    assert_eq!(&*estate.resource(module).scope.path, "plan.json");
}

#[test]
fn states_have_their_values() {
    let state = r#"{"format_version": "1.0", "values": {"root_module": {"resources": [
        {"address": "a.b", "type": "a", "name": "b", "values": {"v": 1}}]}}}"#;
    assert_eq!(estate(&[("state.json", state)]).at("a.b", ""), "{v:1}");
}

#[test]
fn what_a_plan_lists_empty_is_set_only_if_it_is_configured() {
    let plan = r#"{"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [{"address": "a.b", "type": "a", "name": "b", "values":
            {"logging": [], "key": "", "tags": {}, "rules": [], "n": 0, "block": [{"inner": [], "given": ""}]}}]}},
        "configuration": {"root_module": {"resources": [{"address": "a.b", "expressions":
            {"rules": {"constant_value": []}, "block": [{"given": {"constant_value": ""}}]}}]}}}"#;
    assert_eq!(estate(&[("plan.json", plan)]).at("a.b", ""), "{block:[{given:\"\"}],n:0,rules:[]}");
}
