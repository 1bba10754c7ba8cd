//! Dockerfiles in, images out; expectations are from the Dockerfile reference.

use super::*;
use crate::model::testing::{attribute, build as built_from, place, plain};

/// Text, address, path of the attribute, expected (`-` for absent), line.
type Case<'a> = (&'a str, &'a str, &'a str, &'a str, u32);

fn check(cases: &[Case]) {
    for (text, address, path, expected, line) in cases {
        let (built, sources) = built_from(&MODEL, &[("Dockerfile", text)], &[]);
        assert!(built.gaps.is_empty(), "{:?}", built.gaps);
        let value = attribute(&built, address, path);
        assert_eq!(value.map_or("-".into(), plain), *expected, "{path} of {address} in {text:?}");
        if let Some(value) = value {
            assert_eq!(place(&sources, value), format!("Dockerfile:{line}"), "{path} of {address} in {text:?}");
        }
    }
}

const TWO: &str =
    "FROM golang:1.22 AS build\nUSER nobody\nENV A=1\nRUN go build\nFROM scratch\nCOPY --from=build /x /x\n";
const CHILD: &str = "FROM alpine:3.20 AS base\nENV A=1 B=$A\nUSER app\nCMD [\"a\"]\nLABEL l=1\nEXPOSE 80\nFROM Base\nENV B=${A}x\nENTRYPOINT [\"b\"]\n";

#[test]
fn the_user_is_the_last_one_and_comes_with_the_stage() {
    check(&[
        ("FROM x\nUSER root\nRUN a\nUSER app:app\n", "Dockerfile", "user", "app:app", 4),
        ("FROM x\nRUN a\n", "Dockerfile", "user", "-", 0),
        ("FROM x\nARG U=app\nUSER ${U}\n", "Dockerfile", "user", "app", 3),
        ("FROM x\nARG U\nUSER $U\n", "Dockerfile", "user", "unknown(a variable without a value: U)", 3),
        ("FROM x\nARG U\nUSER ${U:-1000}\n", "Dockerfile", "user", "unknown(a variable without a value: U)", 3),
        ("FROM x\nENV U=\nUSER ${U:-1000}\n", "Dockerfile", "user", "1000", 3),
        ("FROM scratch\nUSER ${U:-1000}\n", "Dockerfile", "user", "1000", 2),
        ("FROM x\nUSER $U\n", "Dockerfile", "user", "unknown(an environment variable: U of the base image)", 2),
        (
            "ARG U=app\nFROM x\nUSER ${U}\n",
            "Dockerfile",
            "user",
            "unknown(an environment variable: U of the base image)",
            3,
        ),
        ("ARG U=app\nFROM x\nARG U\nUSER ${U}\n", "Dockerfile", "user", "app", 4),
        (CHILD, "Dockerfile", "user", "app", 3),
        (TWO, "Dockerfile", "user", "-", 0),
        (TWO, "Dockerfile#build", "user", "nobody", 2),
    ]);
}

#[test]
fn the_base_image_is_the_outermost_one_with_its_parts() {
    check(&[
        (
            "FROM postgres:16@sha256:ab\n",
            "Dockerfile",
            "base_image",
            "{name: postgres:16@sha256:ab, registry: docker.io, repository: library/postgres, tag: 16, digest: sha256:ab}",
            1,
        ),
        ("ARG V=16\nFROM postgres:${V}-alpine\n", "Dockerfile", "base_image.tag", "16-alpine", 2),
        ("ARG V\nFROM postgres:$V\n", "Dockerfile", "base_image.repository", "library/postgres", 2),
        ("ARG V\nFROM postgres:$V\n", "Dockerfile", "base_image.tag", "unknown(a variable without a value: V)", 2),
        ("FROM --platform=$BUILDPLATFORM ghcr.io/a/b\n", "Dockerfile", "base_image.registry", "ghcr.io", 1),
        ("FROM a:$TARGETARCH\n", "Dockerfile", "base_image.tag", "unknown(an environment variable: TARGETARCH)", 1),
        ("FROM nginx$NONE\n", "Dockerfile", "base_image.name", "nginx", 1),
        (TWO, "Dockerfile", "base_image", "{name: scratch}", 5),
        (TWO, "Dockerfile", "stages", "2", 1),
        (TWO, "Dockerfile", "from.0.stage", "build", 1),
        (TWO, "Dockerfile", "from.0.tag", "1.22", 1),
        (CHILD, "Dockerfile", "base_image.name", "alpine:3.20", 1),
        (CHILD, "Dockerfile", "from.1", "{name: Base, stage: 1, external: false}", 7),
        ("ARG B=scratch\nFROM ${B}\n", "Dockerfile", "base_image", "{name: scratch}", 2),
    ]);
}

#[test]
fn settings_are_inherited_and_overridden() {
    check(&[
        (CHILD, "Dockerfile", "env", "{A: 1, B: 1x}", 1),
        (CHILD, "Dockerfile#base", "env.B", "unknown(an environment variable: A of the base image)", 2),
        // Setting ENTRYPOINT resets a CMD that was inherited.
        (CHILD, "Dockerfile", "cmd", "-", 0),
        (CHILD, "Dockerfile", "entrypoint", "[b]", 9),
        (CHILD, "Dockerfile", "labels", "{l: 1}", 1),
        (CHILD, "Dockerfile", "exposed_ports", "[80]", 1),
        ("FROM x\nCMD a b\nENTRYPOINT c\n", "Dockerfile", "cmd", "a b", 2),
        ("FROM x\nEXPOSE 80/tcp 53/udp 8000-8002\n", "Dockerfile", "exposed_ports", "[80, 53, 8000, 8001, 8002]", 1),
        (
            "FROM x\nHEALTHCHECK --interval=5m CMD curl -f x\n",
            "Dockerfile",
            "healthcheck",
            "{interval: 5m, test: curl -f x}",
            2,
        ),
        ("FROM x\nHEALTHCHECK NONE\n", "Dockerfile", "healthcheck", "NONE", 2),
        ("FROM x\nWORKDIR /a\nWORKDIR b\n", "Dockerfile", "workdir", "/a/b", 3),
        (
            "FROM x\nWORKDIR b\n",
            "Dockerfile",
            "workdir",
            "unknown(an environment variable: the working directory of the base image)",
            2,
        ),
        ("FROM x\nVOLUME [\"/a\", \"/b\"]\n", "Dockerfile", "volumes", "[/a, /b]", 1),
        ("FROM x\nMAINTAINER A B <a@b>\n", "Dockerfile", "maintainer", "A B <a@b>", 2),
        ("FROM x\nSHELL [\"/bin/bash\", \"-c\"]\n", "Dockerfile", "shell", "[/bin/bash, -c]", 2),
        ("FROM x\nENV a b c\n", "Dockerfile", "env.a", "b c", 2),
        ("FROM x\nENV a=\"b c\" d='$e'\n", "Dockerfile", "env", "{a: b c, d: $e}", 1),
        ("ARG G=1\nFROM x\nARG A=2 B\n", "Dockerfile", "args", "{A: 2, B: null}", 1),
        ("ARG G=1\nFROM x\nARG A=2 B\n", "Dockerfile", "global_args", "{G: 1}", 1),
        ("# escape=`\nFROM x\nENV a=b`\n  c=d\n", "Dockerfile", "env", "{a: b, c: d}", 1),
    ]);
}

#[test]
fn commands_and_copies_are_listed() {
    let mount = "FROM x\nRUN --mount=type=secret,id=t --mount=target=/c curl x | sh\n";
    let heredoc = "FROM x\nRUN <<EOF\napt-get update\nuseradd a\nEOF\n";
    check(&[
        ("FROM x\nRUN a 'b c' && \\\n  d\n", "Dockerfile", "run.0.commands", "[[a, b c], [d]]", 2),
        (mount, "Dockerfile", "run.0.mounts", "[{type: secret, id: t}, {type: bind, target: /c}]", 2),
        (mount, "Dockerfile", "run.0.pipelines", "[[[curl, x], [sh]]]", 2),
        (mount, "Dockerfile", "instructions.1.flags.mount", "[type=secret,id=t, target=/c]", 2),
        (heredoc, "Dockerfile", "run.0.commands", "[[apt-get, update], [useradd, a]]", 2),
        ("FROM x\nRUN cat <<EOF > /a\nb\nEOF\n", "Dockerfile", "run.0.commands", "[[cat, >, /a]]", 2),
        ("FROM x\nRUN [\"/bin/sh\", \"-c\", \"a; b\"]\n", "Dockerfile", "run.0.commands", "[[a], [b]]", 2),
        (
            "FROM x\nSHELL [\"powershell\"]\nRUN a\n",
            "Dockerfile",
            "run.0.commands",
            "unknown(not evaluated by this version: the commands of this shell text)",
            3,
        ),
        ("FROM x\nUSER a\nRUN b\nUSER c\n", "Dockerfile", "run.0.user", "a", 2),
        ("FROM x\nADD https://a/b.tgz /c\n", "Dockerfile", "add.0.remote", "true", 2),
        (
            "FROM x\nADD --chown=a:b b.tar.gz c /d/\n",
            "Dockerfile",
            "add.0",
            "{destination: /d/, flags: {chown: a:b}, inline: false, remote: false, archive: true, chown: a:b, sources: [b.tar.gz, c], stage: 0, line: 2}",
            2,
        ),
        ("FROM x\nARG U\nADD $U /d/\n", "Dockerfile", "add.0.remote", "unknown(a variable without a value: U)", 3),
        (TWO, "Dockerfile", "copy.0.from", "build", 6),
        (TWO, "Dockerfile", "instructions.0.text", "scratch", 5),
        (CHILD, "Dockerfile", "instructions.0.instruction", "FROM", 1),
        (CHILD, "Dockerfile", "instructions.7.stage", "1", 8),
        (CHILD, "Dockerfile#1", "instructions.1.text", "B=${A}x", 8),
        ("FROM x\nONBUILD RUN a\n", "Dockerfile", "instructions.1.text", "RUN a", 2),
        ("FROM x\nCMD [\"a\"]\n", "Dockerfile", "instructions.1.form", "exec", 2),
    ]);
}

#[test]
fn stages_have_their_places_and_the_file_its_own() {
    let (built, sources) = built_from(&MODEL, &[("a/Dockerfile", TWO)], &[]);
    let all: Vec<String> = built
        .resources
        .iter()
        .map(|one| format!("{} {} {}", one.kind, one.address, sources.locate(one.span).unwrap().line))
        .collect();
    assert_eq!(
        all,
        ["dockerfile a/Dockerfile 1", "dockerfile.stage a/Dockerfile#build 1", "dockerfile.stage a/Dockerfile#1 5"]
    );
}

#[test]
fn size_is_a_limit_and_not_a_danger() {
    let many: String = (0..2_000).map(|n| format!("FROM x AS s{n}\n")).collect();
    let (built, _) = built_from(&MODEL, &[("Dockerfile", &many)], &[]);
    assert_eq!(built.gaps[0].kind, GapKind::Limit);
    let long = format!("FROM x\n{}", "ENV a=1\nRUN b\n".repeat(50_000));
    let (built, _) = built_from(&MODEL, &[("Dockerfile", &long)], &[]);
    assert_eq!(built.resources.len(), 2);
    let bomb = format!("FROM x\nENV a=xxxxxxxxxx\n{}", "ENV a=$a$a$a$a$a$a$a$a$a$a\n".repeat(30));
    let (built, _) = built_from(&MODEL, &[("Dockerfile", &bomb)], &[]);
    assert!(attribute(&built, "Dockerfile", "env.a").unwrap().as_unknown().is_some());
}
