//! States as Terraform stores them.

use super::estate;
use crate::resource::GapKind;

const STATE: &str = r#"{
  "version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "x", "outputs": {},
  "resources": [
    {"mode": "managed", "type": "aws_db_instance", "name": "d", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
     "instances": [
       {"index_key": 0, "schema_version": 2, "attributes": {
          "id": "db-1", "storage_encrypted": true, "kms_key_id": "", "password": "hunter2", "tags": {"a": "b"},
          "tags_all": {}, "ports": [{"secret": "x", "n": 1}, {"secret": "y", "n": 2}], "restore": [], "other": null,
          "labels": {"secret": "z"}},
        "sensitive_attributes": [
          [{"type": "get_attr", "value": "password"}],
          [{"type": "get_attr", "value": "ports"}, {"type": "index", "value": {"value": 1, "type": "number"}},
           {"type": "get_attr", "value": "secret"}],
          [{"type": "get_attr", "value": "labels"}, {"type": "index", "value": {"value": "secret", "type": "string"}}]]},
       {"index_key": 1, "deposed": "00aa", "attributes": {"id": "db-0"}}]},
    {"module": "module.m[\"x\"]", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "p",
     "instances": [{"attributes": {"policy": "{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"s3:*\"}}"}}]},
    {"mode": "data", "type": "aws_region", "name": "r", "instances": [{"attributes": {"name": "eu-west-1"}}]},
    {"mode": "managed", "type": "aws_eip", "name": "old", "instances": [{"attributes_flat": {"id": "x"}}]},
    {"mode": "managed", "type": "kubernetes_pod", "name": "k", "instances": [{"index_key": "a", "attributes": {
      "metadata": [{"name": "k", "namespace": "n", "labels": {}}],
      "spec": [{"host_network": false, "security_context": [], "init_container": [], "container": [
        {"name": "c", "security_context": [{"run_as_user": "", "privileged": true, "capabilities": []}]}]}]}}]}
  ],
  "check_results": null
}"#;

#[test]
fn states_are_read_as_plans_are() {
    let estate = estate(&[("terraform.tfstate", STATE)]);
    let (db, pod) = ("aws_db_instance.d[0]", "kubernetes_pod.k[\"a\"]");
    let policy = "module.m[\"x\"].aws_s3_bucket_policy.p";
    let container = "kubernetes_pod.k[\"a\"]/c";
    let old = "aws_db_instance.d[1] (deposed 00aa)";
    assert_eq!(estate.addresses(), [db, old, policy, "data.aws_region.r", "aws_eip.old", pod, pod, container]);
    for (address, path, want) in [
        (db, "storage_encrypted", "true"),
        (db, "password", "\"(sensitive)\""),
        (db, "ports", "[{n:1,secret:\"x\"},{n:2,secret:\"(sensitive)\"}]"),
        (db, "labels", "{secret:\"(sensitive)\"}"),
        (db, "other", "null"),
        (policy, "policy", "{Statement:[{Action:[\"s3:*\"],Effect:\"Deny\"}]}"),
        ("aws_eip.old", "", "?Unsupported(attributes in the form of an older version)"),
        (container, "securityContext", "{privileged:true}"),
        (container, "namespace", "\"n\""),
    ] {
        assert_eq!(estate.at(address, path), want, "{address} {path}");
    }
    // What is empty was never set.
    for unset in ["kms_key_id", "tags_all", "restore"] {
        assert!(estate.resource(db).attributes.get(unset).is_none(), "{unset}");
    }
    assert_eq!(&*estate.resource("data.aws_region.r").kind, "data.aws_region");
    assert_eq!(&*estate.resource(db).scope.path, "terraform.tfstate");
    assert!(estate.built.gaps.is_empty());
}

#[test]
fn a_secret_is_hidden_where_its_path_does_not_lead_on() {
    for (path, want) in [
        (
            r#"[[{"type": "get_attr", "value": "a"}, {"type": "index", "value": {"value": 0, "type": "number"}}]]"#,
            "{a:{b:\"(sensitive)\"}}",
        ),
        (r#"[[{"type": "get_attr", "value": "a"}, {"type": "index"}]]"#, "{a:{b:\"(sensitive)\"}}"),
        (r#"[[{"type": "get_attr", "value": "a"}]]"#, "{a:{b:\"(sensitive)\"}}"),
        ("[[]]", "{a:{b:\"(sensitive)\"}}"),
        ("[\"a\"]", "{a:{b:\"(sensitive)\"}}"),
        (r#"[[{"type": "get_attr", "value": "c"}]]"#, "{a:{b:\"x\"}}"),
        ("[]", "{a:{b:\"x\"}}"),
        ("null", "{a:{b:\"x\"}}"),
    ] {
        let state = format!(
            r#"{{"version": 4, "serial": 1, "lineage": "x", "resources": [{{"mode": "managed", "type": "t", "name": "t",
                "instances": [{{"attributes": {{"a": {{"b": "x"}}}}, "sensitive_attributes": {path}}}]}}]}}"#
        );
        assert_eq!(estate(&[("a.tfstate", &state)]).at("t.t", ""), want, "{path}");
    }
}

#[test]
fn a_state_that_is_not_read_is_a_gap() {
    for (name, text, gaps) in [
        (
            "a.tfstate",
            r#"{"version": 3, "serial": 1, "lineage": "x", "terraform_version": "0.11.1", "modules": []}"#,
            1,
        ),
        (
            "a.tfstate",
            r#"{"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "AA==", "encryption_version": "v0"}"#,
            1,
        ),
        (
            ".terraform/terraform.tfstate",
            r#"{"version": 3, "serial": 1, "lineage": "x", "backend": {"type": "s3"}}"#,
            0,
        ),
        ("a.tfstate", r#"{"version": 4, "serial": 1, "lineage": "x", "resources": []}"#, 0),
    ] {
        let estate = estate(&[(name, text)]);
        assert_eq!(estate.gaps(GapKind::Unparsed), gaps, "{text}");
        assert!(estate.addresses().is_empty());
    }
}
