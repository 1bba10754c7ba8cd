//! The manuals' own words as tests.

use super::{MODEL, is_pipeline};
use crate::model::testing::{attribute, build, plain};

fn at(path: &str, text: &str, address: &str, attributes: &str) -> String {
    let (built, _) = build(&MODEL, &[(path, text)], &[]);
    let all: Vec<_> = built.resources.iter().map(|it| it.address.to_string()).collect();
    assert!(all.iter().any(|it| it == address), "no {address} in {all:?}");
    attribute(&built, address, attributes).map_or("-".into(), plain)
}

#[test]
fn workflows_have_effective_permissions_and_variables() {
    let text = "
name: ci
on: [push, pull_request]
permissions: read-all
env: { A: workflow, T: '${{ github.event.issue.title }}' }
jobs:
  test:
    runs-on: ubuntu-latest
    env: { A: job, B: job }
    steps:
      - uses: actions/checkout@v4
      - uses: Clinic/Deploy/sub/dir@8f4b7f84864484a7bf31766abe9204da3cbe65b3
      - uses: ./.github/actions/own
      - uses: docker://alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000
      - run: echo ${{ env.T }} ${{ env.A }} ${{ github.sha }}
        env: { A: '${{ github.head_ref }}' }
      - uses: actions/github-script@v7
        with: { script: 'console.log(\"${{ inputs.x }}\")' }
      - uses: ${{ matrix.action }}
  release:
    permissions: { contents: write }
    uses: clinic/workflows/.github/workflows/release.yml@main
";
    let path = ".github/workflows/ci.yml";
    let table = [
        (path, "on", "{push: null, pull_request: null}"),
        (path, "permissions", "read-all"),
        ("test", "permissions", "read-all"),
        ("test", "triggers", "[push, pull_request]"),
        ("test", "env", "{A: job, B: job}"),
        ("release", "permissions", "{contents: write}"),
        (
            "release",
            "action",
            "{type: repository, owner: clinic, repo: workflows, path: .github/workflows/release.yml, ref: main, ref_is_commit: false}",
        ),
        (
            "test.steps[0]",
            "action",
            "{type: repository, owner: actions, repo: checkout, ref: v4, ref_is_commit: false}",
        ),
        ("test.steps[1]", "action.owner", "clinic"),
        ("test.steps[1]", "action.path", "sub/dir"),
        ("test.steps[1]", "action.ref_is_commit", "true"),
        ("test.steps[2]", "action", "{type: local, path: ./.github/actions/own}"),
        ("test.steps[3]", "action.type", "docker"),
        ("test.steps[3]", "action.digest", "sha256:0000000000000000000000000000000000000000000000000000000000000000"),
        ("test.steps[4]", "expressions", "[github.event.issue.title, env.t, github.head_ref, env.a, github.sha]"),
        ("test.steps[5]", "expressions", "[inputs.x]"),
        ("test.steps[6]", "action", "unknown(a template that was not rendered: ${{ matrix.action }})"),
    ];
    for (address, name, expected) in table {
        assert_eq!(at(path, text, address, name), expected, "{address} {name}");
    }
}

#[test]
fn composite_actions_have_steps_too() {
    let text = "runs:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.x }}\n      shell: bash\n";
    assert_eq!(at("a/action.yml", text, "steps[0]", "expressions"), "[inputs.x]");
}

#[test]
fn gitlab_jobs_have_what_they_extend_and_inherit() {
    let text = "
image: ruby:3
variables: { A: global, B: global }
include:
  - project: clinic/ci
    ref: main
    file: a.yml
  - component: gitlab.com/clinic/c@8f4b7f84864484a7bf31766abe9204da3cbe65b3
  - remote: https://x/y.yml
  - local.yml
  - { project: clinic/ci, file: b.yml, ref: $REF }
.base:
  script: [a, b]
  variables: { A: base, C: base }
test:
  extends: .base
  script: [c]
  variables: { C: own }
build:
  extends: [.gone]
  image: go:1
deploy:
  inherit: { default: false, variables: false }
  script: x
";
    let table = [
        ("test", "script", "[c]"),
        ("test", "image", "ruby:3"),
        ("test", "variables", "{A: base, B: global, C: own}"),
        ("build", "image", "go:1"),
        ("build", "script", "unknown(a file that was not read: what it extends)"),
        ("deploy", "image", "-"),
        ("deploy", "variables", "-"),
        ("include[0]", "type", "project"),
        ("include[0]", "ref_is_commit", "false"),
        ("include[1]", "type", "component"),
        ("include[1]", "ref_is_commit", "true"),
        ("include[2]", "type", "remote"),
        ("include[3]", "type", "local"),
        ("include[4]", "ref_is_commit", "unknown(an environment variable: $REF)"),
    ];
    for (address, name, expected) in table {
        assert_eq!(at(".gitlab-ci.yml", text, address, name), expected, "{address} {name}");
    }
}

#[test]
fn pipelines_are_told_by_path_and_by_their_words() {
    let table = [
        ("/r/.github/workflows/ci.yml", "x: 1", true),
        ("/r/.gitlab-ci.yml", "x: 1", true),
        ("/r/a/action.yml", "name: x\nruns:\n", true),
        ("/r/ci.yml", "on: push\njobs:\n  a:\n    steps: []\n", true),
        ("/r/ci.yml", "on: push\njobs: {}\n", false),
        ("/r/ci.yml", "my_jobs:\n  steps:\n", false),
        ("/r/action.yml", "name: x\n", false),
    ];
    for (path, text, expected) in table {
        assert_eq!(is_pipeline(path, text), expected, "{path}");
    }
}
