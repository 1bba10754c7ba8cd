//! The binary from outside: exit codes, streams, hostile input. The environment is scrubbed.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::panic)]

use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

const FAILING: &str = "Resources:\n  Ehr:\n    Type: AWS::RDS::DBInstance\n    Properties: { Engine: postgres }\n";

fn duecare(dir: &Path) -> Command {
    let mut command = Command::cargo_bin("duecare").unwrap();
    command.env_clear().env("SOURCE_DATE_EPOCH", "1767225600").current_dir(dir);
    command
}

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn a_finding_at_the_gate_is_1_and_says_so() {
    let dir = tree(&[("stack.yaml", FAILING)]);
    let only = ["audit", ".", "--check", "aws-rds-storage-encrypted"];
    duecare(dir.path())
        .args(only)
        .assert()
        .code(1)
        .stdout(contains("stack.yaml:2").and(contains("StorageEncrypted is not set")));
    duecare(dir.path()).args(only).args(["--fail-on", "critical"]).assert().code(0);
    duecare(dir.path()).args(only).args(["--fail-on", "never"]).assert().code(0);
    duecare(dir.path()).args(only).arg("--exit-zero").assert().code(0);
    duecare(dir.path()).args(only).env("DUECARE_FAIL_ON", "critical").assert().code(0);
    duecare(dir.path()).args(only).args(["--fail-on", "low"]).env("DUECARE_FAIL_ON", "critical").assert().code(1);
}

#[test]
fn usage_errors_are_2_and_name_the_mistake() {
    let dir = tree(&[("stack.yaml", FAILING)]);
    for (args, message) in [
        (vec!["audit"], "nothing to audit: name a path"),
        (vec!["audit", "nowhere"], "nowhere: not found"),
        (vec!["audit", ".", "-o", "jsno"], "there is no format `jsno`"),
        (vec!["audit", ".", "-o", "json", "-o", "sarif"], "two formats on standard output"),
        (vec!["audit", ".", "--check", "nope"], "there is no rule `nope`"),
        (vec!["audit", ".", "--framework", "hippa"], "there is no framework `hippa`"),
        (vec!["audit", ".", "--fail-on", "hihg"], "hihg"),
        (vec!["audit", ".", "--exclude", "[a"], "not a glob"),
        (vec!["audit", ".", "--var", "x"], "--var takes NAME=VALUE"),
        (vec!["audit", ".", "--waivers", "none.yaml"], "none.yaml: not found"),
        (vec!["explain", "no-such-rule"], "no-such-rule"),
    ] {
        duecare(dir.path()).args(&args).assert().code(2).stdout("").stderr(contains(message));
    }
}

#[test]
fn what_was_not_seen_is_3_and_named_and_the_rest_is_audited() {
    let truncated = "Resources:\n  Ehr:\n    Type: AWS::RDS::DBInstance\n    Properties: { Engine: \"postg";
    for (name, text, message) in [
        ("broken.yaml", truncated, "broken.yaml"),
        ("broken.json", "{\"Resources\": {", "broken.json"),
        ("broken.tf", "resource \"aws_s3_bucket\" {", "broken.tf"),
        ("values.yaml", "apiVersion: v1\nkind: {{ .Values.kind }}\n", "templating"),
        ("binary.tf", "resource \"a\" \"b\" {\0\0\0", "binary.tf"),
    ] {
        let dir = tree(&[(name, text), ("stack.yaml", FAILING)]);
        let run = duecare(dir.path()).args(["audit", ".", "--fail-on", "never"]).assert().code(3);
        run.stdout(contains(message).and(contains("aws-rds-storage-encrypted")));
        // A finding at the gate is worse than a gap.
        duecare(dir.path()).args(["audit", "."]).assert().code(1);
    }
}

#[test]
fn nothing_to_audit_is_3() {
    let dir = tree(&[("README.md", "hello")]);
    duecare(dir.path())
        .args(["audit", "."])
        .assert()
        .code(3)
        .stdout(contains("there is nothing here that duecare audits"));
    // Resources that no rule is about are no evidence either.
    let dir = tree(&[("stack.yaml", "Resources:\n  A:\n    Type: Acme::Own::Thing\n")]);
    duecare(dir.path())
        .args(["audit", "."])
        .assert()
        .code(3)
        .stdout(contains("1 resource was read, and no rule applies to it"));
}

#[test]
fn links_that_leave_are_named_and_not_followed() {
    let outside = tree(&[("secret.yaml", FAILING)]);
    let dir = tree(&[("stack.yaml", FAILING)]);
    std::os::unix::fs::symlink(outside.path().join("secret.yaml"), dir.path().join("link.yaml")).unwrap();
    let run = duecare(dir.path()).args(["audit", ".", "-o", "json", "--fail-on", "never"]).assert().code(3);
    let audit: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let gaps = audit["gaps"].as_array().unwrap();
    assert!(
        gaps.iter().any(|gap| gap["path"] == "link.yaml" && gap["message"].as_str().unwrap().contains("leaves")),
        "{gaps:?}"
    );
    assert!(audit["findings"].as_array().unwrap().iter().all(|finding| finding["path"] == "stack.yaml"));
}

#[test]
fn output_that_cannot_be_written_is_2_and_a_closed_pipe_is_none() {
    let dir = tree(&[("stack.yaml", FAILING)]);
    duecare(dir.path()).args(["audit", ".", "-o", "json=/dev/full"]).assert().code(2).stderr(contains("/dev/full"));
    duecare(dir.path()).args(["audit", ".", "-o", "json=no/such/dir/a.json"]).assert().code(2);
    let binary = assert_cmd::cargo::cargo_bin("duecare");
    let line = format!("{} audit . -o json | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}", binary.display());
    let out = std::process::Command::new("bash").args(["-c", &line]).current_dir(dir.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "1", "{}", String::from_utf8_lossy(&out.stderr));
    assert!(!String::from_utf8_lossy(&out.stderr).contains("panicked"));
    let full = format!("{} audit . -o json > /dev/full; echo $?", binary.display());
    let out = std::process::Command::new("bash").args(["-c", &full]).current_dir(dir.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "2");
}

#[test]
fn standard_input_is_audited() {
    let dir = tree(&[]);
    duecare(dir.path()).args(["audit", "-"]).write_stdin(FAILING).assert().code(1).stdout(contains("-:2"));
    duecare(dir.path()).args(["audit", "-"]).write_stdin("").assert().code(3);
}

#[test]
fn results_are_on_stdout_and_everything_else_on_stderr() {
    let dir =
        tree(&[("stack.yaml", FAILING), ("duecare.yaml", "skip_check: [aws-s3-versioning]\nfail_on: critical\n")]);
    let run =
        duecare(dir.path()).args(["audit", ".", "-o", "json", "--check", "aws-rds-storage-encrypted"]).assert().code(0);
    let run = run.stderr(
        contains("using duecare.yaml").and(contains("does not apply aws-s3-versioning")).and(contains("exit 0")),
    );
    serde_json::from_slice::<serde_json::Value>(&run.get_output().stdout).unwrap();
    duecare(dir.path()).args(["audit", ".", "--no-config", "--check", "aws-rds-storage-encrypted"]).assert().code(1);
}

#[test]
fn the_configuration_is_the_operators_and_not_the_trees() {
    let dir = tree(&[("audited/stack.yaml", FAILING), ("audited/duecare.yaml", "fail_on: never\n")]);
    duecare(dir.path()).args(["audit", "audited"]).assert().code(1);
    let dir = tree(&[("stack.yaml", FAILING), ("duecare.yaml", "fail_no: never\n")]);
    duecare(dir.path()).args(["audit", "."]).assert().code(2).stderr(contains("fail_no"));
}

#[test]
fn an_ignore_needs_a_reason_holds_until_its_day_and_is_shown() {
    let with = |comment: &str| FAILING.replace("  Ehr:", &format!("  {comment}\n  Ehr:"));
    let rule = "duecare: ignore[aws-rds-storage-encrypted]";
    for (comment, code) in [
        (format!("# {rule} reason=\"being replaced\""), 0),
        (format!("# {rule} until=2026-01-01 reason=\"being replaced\""), 0),
        (format!("# {rule} until=2025-12-31 reason=\"being replaced\""), 1),
        (format!("# {rule}"), 1),
        ("# duecare: ignore[CKV_AWS_16] reason=\"being replaced\"".to_owned(), 0),
    ] {
        let dir = tree(&[("stack.yaml", &with(&comment))]);
        let args = ["audit", ".", "--check", "aws-rds-storage-encrypted"];
        duecare(dir.path()).args(args).assert().code(code);
        duecare(dir.path()).args(args).arg("--no-ignores").assert().code(1);
    }
}

#[test]
fn a_waiver_and_a_baseline_accept_a_finding() {
    let waiver =
        "- { rule: aws-rds-storage-encrypted, resource: Ehr, reason: moves in May, by: CISO, until: 2026-12-31 }\n";
    let dir = tree(&[("aws/stack.yaml", FAILING), ("waivers.yaml", waiver)]);
    let args = ["audit", "aws", "--check", "aws-rds-storage-encrypted"];
    duecare(dir.path()).args(args).args(["--waivers", "waivers.yaml"]).assert().code(0);
    duecare(dir.path()).args(args).args(["-o", "json=audit.json"]).assert().code(1);
    duecare(dir.path()).args(args).args(["--baseline", "audit.json"]).assert().code(0);
}

#[test]
fn secrets_do_not_reach_the_output() {
    let secret = "hunter2hunter2";
    let text = format!(
        "Resources:\n  Ehr:\n    Type: AWS::RDS::DBInstance\n    Properties: {{ MasterUserPassword: {secret} }}\n"
    );
    let dir = tree(&[("stack.yaml", &text)]);
    for format in ["table", "json", "sarif"] {
        let run = duecare(dir.path()).args(["audit", ".", "-v", "--all-verdicts", "-o", format]).assert();
        assert!(!String::from_utf8_lossy(&run.get_output().stdout).contains(secret), "{format}");
    }
}

#[test]
fn a_chart_is_one_gap_however_many_templates_it_has() {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\n";
    let dir = tree(&[
        ("web/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
        ("web/values.yaml", "a: 1"),
        ("web/templates/a.yaml", template),
        ("web/templates/deep/b.yaml", template),
        ("web/charts/db/Chart.yaml", "{apiVersion: v2, name: db, version: 1.0.0}"),
        ("web/charts/db/templates/c.yaml", template),
        ("one/Chart.yaml", "{apiVersion: v2, name: one, version: 1.0.0}"),
        ("one/templates/a.yaml", template),
        ("loose.yaml", template),
    ]);
    let output = duecare(dir.path()).args(["audit", ".", "-o", "json"]).assert().code(3).get_output().stdout.clone();
    let audit: serde_json::Value = serde_json::from_slice(&output).unwrap();
    let gaps: Vec<String> = audit["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|gap| gap["kind"] == "template")
        .map(|gap| ["path", "message", "hint"].map(|key| gap[key].as_str().unwrap_or("?")).join(" | "))
        .collect();
    let templating = "contains {{ }} templating, which means nothing before it is rendered";
    assert_eq!(
        gaps,
        [
            format!("loose.yaml | {templating} | render it and audit the result: helm template CHART | duecare audit -"),
            "one/Chart.yaml | a Helm chart with 1 template file, which means nothing before rendering | helm template one | duecare audit -".to_owned(),
            "web/Chart.yaml | a Helm chart with 3 template files, which mean nothing before rendering | helm template web | duecare audit -".to_owned(),
        ]
    );
    let unparsed = audit["inputs"].as_array().unwrap().iter().filter(|input| input["state"] == "unparsed").count();
    assert_eq!(unparsed, 5);
}

#[test]
fn values_are_given_on_the_command_line_as_to_the_tools_themselves() {
    let main =
        "variable \"encrypt\" {}\nresource \"aws_db_instance\" \"ehr\" {\n  storage_encrypted = var.encrypt\n}\n";
    let stack = "Parameters: { Encrypt: { Type: String } }\nResources: { Ehr: { Type: AWS::RDS::DBInstance, Properties: { StorageEncrypted: !Ref Encrypt } } }\n";
    let dir = tree(&[
        ("main.tf", main),
        ("on.tfvars", "encrypt = true\n"),
        ("off.tfvars", "encrypt = false\n"),
        ("stack.yaml", stack),
    ]);
    let verdict = |file: &str, more: &[&str], variable: Option<&str>| {
        let mut command = duecare(dir.path());
        variable.into_iter().for_each(|value| {
            command.env("TF_VAR_encrypt", value);
        });
        let only = ["--check", "aws-rds-storage-encrypted", "--exit-zero", "-o", "json"];
        let output = command.args(["audit", file]).args(only).args(more).output().unwrap();
        let audit: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        audit["findings"][0]["verdict"].as_str().unwrap().to_owned()
    };
    let elsewhere = tree(&[("on.tfvars", "encrypt = true\n")]);
    let file = elsewhere.path().join("on.tfvars");
    let on = file.to_str().unwrap();
    for (path, more, variable, expected) in [
        ("main.tf", &[][..], None, "unknown"),
        ("main.tf", &["--var-file", "on.tfvars"], None, "pass"),
        ("main.tf", &["--var-file", on], None, "pass"),
        ("main.tf", &["--var-file", "off.tfvars"], None, "fail"),
        // The last one counts, and a variable counts more than a file.
        ("main.tf", &["--var-file", "off.tfvars", "--var-file", "on.tfvars"], None, "pass"),
        ("main.tf", &["--var", "encrypt=false", "--var-file", "on.tfvars"], None, "fail"),
        // The environment is asked for only if the operator says so, and counts least.
        ("main.tf", &[], Some("true"), "unknown"),
        ("main.tf", &["--tf-env"], Some("true"), "pass"),
        ("main.tf", &["--tf-env", "--var-file", "off.tfvars"], Some("true"), "fail"),
        ("stack.yaml", &[], None, "unknown"),
        ("stack.yaml", &["--parameter", "Encrypt=true"], None, "pass"),
        ("stack.yaml", &["--parameter", "Encrypt=false"], None, "fail"),
    ] {
        assert_eq!(verdict(path, more, variable), expected, "{path} {more:?} {variable:?}");
    }
    duecare(dir.path()).args(["audit", ".", "--var-file", "gone.tfvars"]).assert().code(2);
    duecare(dir.path()).args(["audit", ".", "--parameter", "Encrypt"]).assert().code(2);
}
