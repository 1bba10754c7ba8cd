//! `duecare rules new`: a rule file to begin with. It loads as it stands and proves itself, so that an
//! author changes one thing at a time and sees what breaks.

use std::path::PathBuf;

use anyhow::bail;

use super::platform;
use crate::cli::RulesNew;
use crate::out;
use crate::rule::pack;

/// What a first rule of a platform looks like.
struct Start {
    /// How the platform's directory is called.
    platform: &'static str,
    safeguard: &'static str,
    kind: &'static str,
    assertion: &'static str,
    language: &'static str,
    fail: &'static str,
    pass: &'static str,
}

/// The first is for every platform that is not named.
const STARTS: &[Start] = &[
    Start {
        platform: "aws",
        safeguard: "encryption-at-rest",
        kind: "aws_db_instance",
        assertion: "storage_encrypted: { equals: true, default: false }",
        language: "terraform",
        fail: "resource \"aws_db_instance\" \"ehr\" {\n  storage_encrypted = false\n}",
        pass: "resource \"aws_db_instance\" \"ehr\" {\n  storage_encrypted = true\n}",
    },
    Start {
        platform: "kubernetes",
        safeguard: "least-privilege",
        kind: "kubernetes.container",
        assertion: "securityContext.privileged: { equals: false, default: false }",
        language: "kubernetes",
        fail: "apiVersion: v1\nkind: Pod\nmetadata: { name: ehr }\nspec:\n  containers:\n    - name: ehr\n      \
               image: ehr:1\n      securityContext: { privileged: true }",
        pass: "apiVersion: v1\nkind: Pod\nmetadata: { name: ehr }\nspec:\n  containers:\n    - name: ehr\n      \
               image: ehr:1\n      securityContext: { privileged: false }",
    },
    Start {
        platform: "compose",
        safeguard: "least-privilege",
        kind: "compose.service",
        assertion: "privileged: { equals: false, default: false }",
        language: "compose",
        fail: "services:\n  ehr:\n    image: ehr:1\n    privileged: true",
        pass: "services:\n  ehr:\n    image: ehr:1\n    privileged: false",
    },
    Start {
        platform: "ansible",
        safeguard: "file-permissions",
        kind: "ansible.task",
        assertion: "permissions.world_writable: { equals: false, default: false }",
        language: "ansible",
        fail: "- copy: { dest: /etc/ehr.conf, mode: '0666' }",
        pass: "- copy: { dest: /etc/ehr.conf, mode: '0640' }",
    },
    Start {
        platform: "github",
        safeguard: "software-provenance",
        kind: "github.step",
        assertion: "action.ref_is_commit: { equals: true, default: false }",
        language: "github",
        fail: "on: push\njobs: { a: { steps: [ { uses: clinic/a@v1 } ] } }",
        pass: "on: push\njobs: { a: { steps: [ { uses: clinic/a@8f4b7f84864484a7bf31766abe9204da3cbe65b3 } ] } }",
    },
    Start {
        platform: "host",
        safeguard: "least-privilege",
        kind: "sshd",
        assertion: "permitrootlogin: { equals: no, default: prohibit-password }",
        language: "sshd_config",
        fail: "PermitRootLogin yes",
        pass: "PermitRootLogin no",
    },
];

/// Runs it.
pub fn run(args: &RulesNew) -> anyhow::Result<u8> {
    let name = args.name.trim_end_matches(".yaml");
    check(name)?;
    let path = args.directory.join(format!("{name}.yaml"));
    if path.exists() {
        bail!("{} is there already", path.display());
    }
    out::new_file(&path, skeleton(name).as_bytes())?;
    let (id, directory) = (id(name), args.directory.display());
    out::stdout(&format!(
        "{}\n\nNext: fill in what says TODO, then\n  duecare rules test {directory} --only {id}\n",
        path.display()
    ))?;
    Ok(0)
}

fn id(name: &str) -> String {
    pack::id_of(&PathBuf::from(format!("{name}.yaml")))
}

/// A name is at least two directories deep and is written in small letters.
fn check(name: &str) -> anyhow::Result<()> {
    let good = |part: &str| {
        let begins = part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        begins && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let parts: Vec<&str> = name.split('/').collect();
    if parts.len() < 2 || !parts.iter().all(|part| good(part)) || parts.first() == Some(&"frameworks") {
        bail!(
            "the name of a rule is its path: PLATFORM/SERVICE/WHAT in small letters, digits and dashes, as in \
             aws/rds/storage-encrypted, not `{name}`"
        );
    }
    Ok(())
}

fn skeleton(name: &str) -> String {
    let start = STARTS.iter().find(|start| start.platform == platform(name)).or(STARTS.first());
    let Some(Start { safeguard, kind, assertion, language, fail, pass, .. }) = start else { return String::new() };
    let block = |text: &str| text.lines().map(|line| format!("      {line}\n")).collect::<String>();
    format!(
        "id: {id}  # the path of this file, with dashes; never changed once it is in use
title: TODO what holds when the rule passes, in one line
safeguard: {safeguard}  # TODO the only link to the law; see rules/safeguards.yaml
severity: medium  # TODO critical, high, medium, low or info
concepts: []  # what it answers of the coverage files
equivalents: {{}}  # the same check in other tools, such as {{ checkov: [CKV_AWS_16] }}
references: []  # pages that state the facts it rests on
rationale: >-
  TODO What could happen to records, in a sentence or two.
remediation: >-
  TODO What to set, and what happens to what exists already.
checks:
  - applies_to: [{kind}]  # TODO kinds of resources; see rules/kinds.yaml
    # when: and unless: say where it applies at all
    assert: {{ {assertion} }}  # TODO see docs/operators.md
examples:  # at least one that fails and one that passes; unknown and not-applicable where they can arise
  - expect: fail
    {language}: |
{}  - expect: pass
    {language}: |
{}",
        block(fail),
        block(pass),
        id = id(name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Law;
    use crate::rule::load::{Overrides, Vocabulary};
    use crate::rule::pack::Pack;

    #[test]
    fn a_skeleton_loads_strictly_on_every_platform() {
        let vocabulary = Vocabulary { safeguards: Law::built_in().unwrap().safeguard_ids(), kinds: pack::kinds() };
        for platform in STARTS.iter().map(|start| start.platform).chain(["azure"]) {
            let dir = tempfile::tempdir().unwrap();
            let name = format!("{platform}/service/some-thing");
            let args = RulesNew { name: name.clone(), directory: dir.path().to_path_buf() };
            assert_eq!(run(&args).unwrap(), 0);
            let mut pack = Pack::empty(Overrides::default());
            if let Err(error) = pack.add_directory(dir.path(), &vocabulary) {
                panic!("{platform}: {error:?}");
            }
            assert_eq!(&*pack.rule(0).unwrap().id, format!("{platform}-service-some-thing"));
            assert!(run(&args).unwrap_err().to_string().contains("already"));
        }
    }

    #[test]
    fn a_name_is_a_path_in_small_letters() {
        assert!(check("aws/rds/storage-encrypted").is_ok());
        for name in ["storage", "AWS/x", "aws/../x", "/etc/x", "aws/x y", "frameworks/x", "aws//x", "aws/-x"] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
