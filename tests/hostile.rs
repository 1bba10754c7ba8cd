//! A hostile tree: nothing in it may crash the auditor, hang it, or go unseen without a word.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// Audits a directory with one good bucket in it besides what `make` puts there; returns its gaps.
fn gaps(make: impl Fn(&Path)) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("good")).unwrap();
    std::fs::write(dir.path().join("good/main.tf"), "resource \"aws_s3_bucket\" \"good\" {}\n").unwrap();
    make(dir.path());
    let mut command = Command::cargo_bin("duecare").unwrap();
    command.env_clear().current_dir(dir.path()).timeout(std::time::Duration::from_secs(120));
    let output = command.args(["audit", ".", "-o", "json", "--fail-on", "never"]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    let audit: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = audit["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["resource"]["address"] == "aws_s3_bucket.good"), "the rest is still audited");
    audit["gaps"].as_array().unwrap().iter().filter(|gap| gap["incomplete"] == true).cloned().collect()
}

#[test]
fn nesting_without_end_is_refused() {
    for (name, text) in [
        ("a.yaml", format!("apiVersion: v1\nkind: Pod\nspec: {}", "[".repeat(100_000))),
        ("a.json", format!("{{\"Resources\": {}", "{\"a\": ".repeat(100_000))),
        ("a.tf", format!("locals {{ a = {} }}", "[".repeat(100_000))),
        ("b.tf", format!("locals {{ a = {}true }}", "!".repeat(50_000))),
        ("c.tf", format!("locals {{ a = {} }}", "\"${".repeat(10_000))),
    ] {
        let gaps = gaps(|dir| std::fs::write(dir.join(name), &text).unwrap());
        assert!(gaps.iter().any(|gap| gap["path"] == name), "{name}: {gaps:?}");
    }
}

#[test]
fn a_small_text_that_means_a_lot_ends_in_its_limit() {
    let aliases: String = (b'b'..b'm')
        .map(|c| format!("{}: &{} [{}]\n", c as char, c as char, vec![format!("*{}", (c - 1) as char); 9].join(",")))
        .collect();
    for (name, text) in [
        ("bomb.yaml", format!("apiVersion: v1\nkind: List\na: &a [x,x,x,x,x,x,x,x,x]\n{aliases}")),
        ("count.tf", "resource \"aws_s3_bucket\" \"b\" { count = 1000000000 }".to_owned()),
        ("range.tf", "resource \"aws_s3_bucket\" \"b\" { bucket = join(\",\", range(0, 1e12)) }".to_owned()),
        (
            "cross.tf",
            "locals {\n  x = [for a in range(100): [for b in range(100): [for c in range(100): [for d in range(100): 1]]]]\n}\n\
             resource \"aws_s3_bucket\" \"b\" { bucket = length(local.x) }"
                .to_owned(),
        ),
        ("self.tf", "module \"m\" { source = \"./\" }\n".to_owned()),
    ] {
        let gaps = gaps(|dir| std::fs::write(dir.join(name), &text).unwrap());
        assert!(gaps.iter().any(|gap| gap["path"] == name), "{name}: {gaps:?}");
    }
}

#[test]
fn what_is_no_regular_file_or_lies_elsewhere_is_named_and_not_read() {
    let gaps = gaps(|dir| {
        assert!(std::process::Command::new("mkfifo").arg(dir.join("fifo.yaml")).status().unwrap().success());
        std::os::unix::fs::symlink("/etc/passwd", dir.join("passwd.yaml")).unwrap();
        std::os::unix::fs::symlink(".", dir.join("loop")).unwrap();
        std::fs::write(dir.join("binary.yaml"), b"apiVersion: \0\xff kind").unwrap();
    });
    let paths: Vec<&str> = gaps.iter().map(|gap| gap["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["fifo.yaml", "passwd.yaml", "binary.yaml"]);
}
