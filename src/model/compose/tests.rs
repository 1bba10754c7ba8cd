//! Compose files in, services out; expectations are from the Compose file reference.

use super::*;
use crate::model::testing::{attribute, build as built_from, place, plain};

/// Files, service, path of the attribute, expected (`-` for absent), deciding place.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

fn check(cases: &[Case]) {
    for (files, service, path, expected, at) in cases {
        let (built, sources) = built_from(&MODEL, files, &[]);
        let value = attribute(&built, service, path);
        assert_eq!(value.map_or("-".into(), plain), *expected, "{path} of {service} in {files:?}: {:?}", built.gaps);
        if let Some(value) = value {
            assert_eq!(place(&sources, value), *at, "{path} of {service} in {files:?}");
        }
    }
}

/// One `compose.yaml` whose service `a` has these lines.
fn one(lines: &str) -> String {
    format!("services:\n  a:\n    image: x\n{}", lines.lines().map(|line| format!("    {line}\n")).collect::<String>())
}

fn check_one(cases: &[(&str, &str, &str, u32)]) {
    for (lines, path, expected, line) in cases {
        check(&[(&[("compose.yaml", &one(lines))], "a", path, expected, &format!("compose.yaml:{line}"))]);
    }
}

#[test]
fn short_forms_become_long_ones() {
    check_one(&[
        ("ports: [\"8080:80\"]", "ports.0", "{target: 80, published: 8080, protocol: tcp}", 4),
        (
            "ports:\n  - 127.0.0.1:53:53/udp",
            "ports.0",
            "{target: 53, published: 53, host_ip: 127.0.0.1, protocol: udp}",
            5,
        ),
        ("ports: [80]", "ports.0", "{target: 80, protocol: tcp}", 4),
        ("ports: [\"[::1]:80:8080\"]", "ports.0.host_ip", "::1", 4),
        ("ports: [\"127.0.0.1::80\"]", "ports.0", "{target: 80, host_ip: 127.0.0.1, protocol: tcp}", 4),
        (
            "ports: [\"9090-9091:8080-8081\"]",
            "ports",
            "[{target: 8080, published: 9090, protocol: tcp}, {target: 8081, published: 9091, protocol: tcp}]",
            4,
        ),
        ("ports: [\"9000-9005:80\"]", "ports.0.published", "9000-9005", 4),
        ("ports: [{target: 80, published: \"8080\"}]", "ports.0", "{target: 80, published: 8080, protocol: tcp}", 4),
        (
            "volumes: [\"./a:/b:ro,z\"]",
            "volumes.0",
            "{type: bind, source: ./a, target: /b, read_only: true, selinux: z}",
            4,
        ),
        ("volumes: [\"data:/b\"]", "volumes.0", "{type: volume, source: data, target: /b, read_only: false}", 4),
        ("volumes: [/b]", "volumes.0", "{type: volume, target: /b, read_only: false}", 4),
        ("volumes: [\"C:\\\\a:/b\"]", "volumes.0.source", "C:\\a", 4),
        (
            "volumes: [{type: bind, source: /var/run/docker.sock, target: /s, read_only: \"true\"}]",
            "volumes.0.read_only",
            "true",
            4,
        ),
        (
            "environment: [A=1, \"B=x=y\", C]",
            "environment",
            "{A: 1, B: x=y, C: unknown(an environment variable: C)}",
            4,
        ),
        (
            "environment: {A: 1, B: true, C: }",
            "environment",
            "{A: 1, B: true, C: unknown(an environment variable: C)}",
            4,
        ),
        ("labels: [a=b, c]", "labels", "{a: b, c: null}", 4),
        ("build: .", "build", "{context: .}", 4),
        ("build: {context: ., args: [A=1]}", "build.args", "{A: 1}", 4),
        ("secrets: [s]\ncap_add: ALL\ntmpfs: /run", "cap_add", "[ALL]", 5),
        ("secrets: [s]\ncap_add: ALL\ntmpfs: /run", "secrets", "[{source: s}]", 4),
        ("networks: [n]\ndepends_on: [b]", "depends_on", "{b: {condition: service_started}}", 5),
        ("networks: [n]\ndepends_on: [b]", "networks", "{n: {}}", 4),
        ("env_file: .x", "env_file", "[{path: .x}]", 4),
        ("privileged: \"true\"", "privileged", "true", 4),
        ("expose: [\"80\", \"81/udp\"]", "expose", "[80, 81/udp]", 4),
        ("healthcheck: {disable: \"yes\"}", "healthcheck.disable", "true", 4),
        ("profiles: [debug]", "profiles", "[debug]", 4),
        ("deploy: {resources: {limits: {memory: 1G}}}", "deploy.resources.limits.memory", "1G", 4),
        ("", "image_reference", "{name: x, registry: docker.io, repository: library/x}", 3),
    ]);
}

#[test]
fn variables_come_from_the_env_file_or_their_default() {
    let text = "services:\n  a:\n    image: \"${REG:-r.io}/x:${TAG}\"\n    user: \"${U:-1000}\"\n    read_only: ${RO}\n    command: echo $$HOME ${A}\n    ports: [\"${P}:80\"]\n";
    let env = "TAG=1\nRO=true\nB=x\nA=${B}y\nLIT='$B'\n";
    let with = [("p/compose.yaml", text), ("p/.env", env)];
    let without = [("p/compose.yaml", text)];
    check(&[
        (&with, "a", "image", "r.io/x:1", "p/compose.yaml:3"),
        (&with, "a", "image_reference.tag", "1", "p/compose.yaml:3"),
        (&with, "a", "user", "1000", "p/compose.yaml:4"),
        (&with, "a", "read_only", "true", "p/compose.yaml:5"),
        (&with, "a", "command", "echo $HOME xy", "p/compose.yaml:6"),
        (&without, "a", "image_reference.registry", "r.io", "p/compose.yaml:3"),
        (&without, "a", "image_reference.tag", "unknown(an environment variable: TAG)", "p/compose.yaml:3"),
        (&without, "a", "read_only", "unknown(an environment variable: RO)", "p/compose.yaml:5"),
        (&with, "a", "ports.0.target", "80", "p/compose.yaml:7"),
        (&with, "a", "ports.0.published", "unknown(an environment variable: P)", "p/compose.yaml:7"),
        // The variable may hold an address, so the absence of one is not known.
        (&with, "a", "ports.0.host_ip", "unknown(an environment variable: P)", "p/compose.yaml:7"),
    ]);
}

#[test]
fn the_override_file_is_merged_over_the_base() {
    let base = "services:\n  a:\n    image: x:1\n    command: [run]\n    environment: [A=1, B=2]\n    ports: [\"80:80\"]\n    volumes: [\"data:/d\"]\n    cap_add: [NET_ADMIN]\n    logging: {driver: syslog, options: {o: 1}}\n    privileged: true\n    healthcheck: {test: [a], retries: 3}\n";
    let over = "services:\n  a:\n    image: x:2\n    command: [debug]\n    environment: {B: 3}\n    ports: [\"443:443\", \"80:80\"]\n    volumes: [\"./d:/d\"]\n    cap_add: [SYS_ADMIN]\n    logging: {driver: json-file}\n    privileged: !reset null\n    healthcheck: {test: [b]}\n  b:\n    image: y\n";
    let files = [("p/docker-compose.yml", base), ("p/docker-compose.override.yml", over)];
    check(&[
        (&files, "a", "image", "x:2", "p/docker-compose.override.yml:3"),
        (&files, "a", "command", "[debug]", "p/docker-compose.override.yml:4"),
        (&files, "a", "environment.A", "1", "p/docker-compose.yml:5"),
        (&files, "a", "environment.B", "3", "p/docker-compose.override.yml:5"),
        (&files, "a", "ports.0.target", "80", "p/docker-compose.override.yml:6"),
        (&files, "a", "ports.1.target", "443", "p/docker-compose.override.yml:6"),
        (
            &files,
            "a",
            "volumes",
            "[{type: bind, source: ./d, target: /d, read_only: false}]",
            "p/docker-compose.override.yml:7",
        ),
        (&files, "a", "cap_add", "[NET_ADMIN, SYS_ADMIN]", "p/docker-compose.override.yml:8"),
        (&files, "a", "logging", "{driver: json-file}", "p/docker-compose.override.yml:9"),
        (&files, "a", "privileged", "-", ""),
        (&files, "a", "healthcheck", "{test: [b], retries: 3}", "p/docker-compose.override.yml:11"),
        (&files, "b", "image", "y", "p/docker-compose.override.yml:13"),
    ]);
    let (built, _) = built_from(&MODEL, &files, &[]);
    let scopes: Vec<&str> = built.resources.iter().map(|one| &*one.scope.path).collect();
    assert_eq!(scopes, ["p/docker-compose.yml"; 3]);
    assert_eq!((built.used.len(), built.gaps.len()), (2, 0));
}

#[test]
fn a_file_for_another_stage_is_merged_over_the_base_that_it_needs() {
    let base = "services:\n  a:\n    image: x\n    privileged: true\n";
    let prod = "services:\n  a:\n    read_only: true\n";
    let files = [("p/compose.yaml", base), ("p/compose.prod.yaml", prod)];
    let (built, _) = built_from(&MODEL, &files, &[]);
    let of_prod = built.resources.iter().find(|one| &*one.address == "a" && &*one.scope.path == "p/compose.prod.yaml");
    assert_eq!(
        plain(&of_prod.unwrap().attributes),
        "{image: x, privileged: true, read_only: true, image_reference: {name: x, registry: docker.io, repository: library/x}}"
    );
    // Without its base, what it does not say is not known.
    let alone = [("p/compose.prod.yaml", prod)];
    check(&[
        (&alone, "a", "read_only", "true", "p/compose.prod.yaml:3"),
        (
            &alone,
            "a",
            "privileged",
            "unknown(a file that was not read: the file that this one is merged over)",
            "p/compose.prod.yaml:3",
        ),
    ]);
    let (built, _) = built_from(&MODEL, &alone, &[]);
    assert_eq!(built.gaps[0].kind, GapKind::Missing);
}

#[test]
fn extends_goes_on_from_another_service() {
    let common = "services:\n  base:\n    image: x\n    environment: {A: 1, B: 1}\n    user: \"1000\"\n  more:\n    extends: base\n    cap_drop: [ALL]\n";
    let main = "services:\n  a:\n    extends: {file: ../c/common.yaml, service: more}\n    environment: {B: 2}\n  b:\n    extends: {file: gone.yaml, service: x}\n    user: app\n    cap_add: [X]\n  c:\n    extends: c\n    image: y\n";
    let files = [("p/compose.yaml", main), ("c/common.yaml", common)];
    check(&[
        (&files, "a", "image", "x", "c/common.yaml:3"),
        (&files, "a", "environment", "{A: 1, B: 2}", "p/compose.yaml:4"),
        (&files, "a", "cap_drop", "[ALL]", "c/common.yaml:8"),
        (&files, "a", "extends", "-", ""),
        (&files, "b", "user", "app", "p/compose.yaml:7"),
        (&files, "b", "privileged", "unknown(a file that was not read: gone.yaml)", "p/compose.yaml:6"),
        (&files, "b", "cap_add.1", "unknown(a file that was not read: gone.yaml)", "p/compose.yaml:6"),
        (&files, "c", "image", "y", "p/compose.yaml:11"),
        (&files, "c", "user", "unknown(refers to itself: c)", "p/compose.yaml:10"),
    ]);
    let (built, _) = built_from(&MODEL, &files, &[]);
    let kinds: Vec<GapKind> = built.gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(kinds, [GapKind::Missing, GapKind::Unparsed]);
}

#[test]
fn files_of_variables_are_below_what_the_service_states() {
    let text = "services:\n  a:\n    image: x\n    env_file: [db.env, {path: gone.env}]\n    environment: [A=1, C]\n  b:\n    image: x\n    env_file: db.env\n";
    let files = [("p/compose.yaml", text), ("p/db.env", "A=0\nPASSWORD=s\n"), ("p/.env", "C=3\n")];
    check(&[
        (
            &files,
            "a",
            "environment",
            "{A: 1, PASSWORD: unknown(a file that was not read: gone.env), \
             ...: unknown(a file that was not read: gone.env), C: 3}",
            "p/compose.yaml:5",
        ),
        (&files, "b", "environment", "{A: 0, PASSWORD: s}", "p/compose.yaml:7"),
        (&files, "b", "environment.PASSWORD", "s", "p/db.env:2"),
    ]);
    let (built, _) = built_from(&MODEL, &files, &[]);
    assert_eq!(built.gaps[0].kind, GapKind::Note);
    assert_eq!(built.used.len(), 3);
}

#[test]
fn included_files_belong_to_the_project() {
    let main = "name: clinic\ninclude:\n  - infra/compose.yaml\n  - path: [tools/a.yaml, tools/b.yaml]\n    project_directory: .\n    env_file: tools.env\n  - gone.yaml\n  - oci://example.org/x\nservices:\n  web: {image: \"w:${V}\"}\n  db: {privileged: true}\n";
    let infra = "services:\n  db:\n    image: \"db:${V}-${W}\"\n    env_file: db.env\n    extends: {file: ../base.yaml, service: base}\nvolumes: {data: {}}\n";
    let files = [
        ("p/compose.yaml", main),
        ("p/.env", "V=1\n"),
        ("p/infra/compose.yaml", infra),
        ("p/infra/.env", "V=2\nW=3\n"),
        ("p/infra/db.env", "PASSWORD=s\n"),
        ("p/base.yaml", "services:\n  base: {image: x, user: app}\n"),
        ("p/tools/a.yaml", "services:\n  tool: {image: \"t:${T}\", env_file: own.env}\n"),
        ("p/tools/b.yaml", "services:\n  tool: {image: \"t:${T}\", read_only: true}\n"),
        ("p/tools.env", "T=9\n"),
        ("p/own.env", "O=1\n"),
    ];
    check(&[
        (&files, "web", "image", "w:1", "p/compose.yaml:10"),
        // The variables of the project stand over those of what it includes.
        (&files, "db", "image", "db:1-3", "p/infra/compose.yaml:3"),
        (&files, "db", "user", "app", "p/base.yaml:2"),
        (&files, "db", "privileged", "true", "p/compose.yaml:11"),
        (&files, "db", "environment.PASSWORD", "s", "p/infra/db.env:1"),
        (&files, "tool", "image", "t:9", "p/tools/b.yaml:2"),
        (&files, "tool", "read_only", "true", "p/tools/b.yaml:2"),
        (&files, "tool", "environment.O", "1", "p/own.env:1"),
        (&files, "p/compose.yaml", "volumes", "{data: {}}", "p/infra/compose.yaml:6"),
        (&files, "p/compose.yaml", "name", "clinic", "p/compose.yaml:1"),
    ]);
    let (built, _) = built_from(&MODEL, &files, &[]);
    let scopes: std::collections::BTreeSet<&str> = built.resources.iter().map(|one| &*one.scope.path).collect();
    assert_eq!(scopes.into_iter().collect::<Vec<_>>(), ["p/base.yaml", "p/compose.yaml"]);
    let gaps: Vec<_> = built.gaps.iter().map(|gap| (gap.kind, &*gap.message)).collect();
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(gaps.iter().all(|(kind, message)| *kind == GapKind::Missing && message.contains("is included")));
}

#[test]
fn files_that_include_each_other_end() {
    let with = |other: &str, name: &str| format!("include: [{other}]\nservices:\n  {name}: {{image: x}}\n");
    let (a, b, c) = (with("b.yaml", "a"), with("a.yaml", "b"), with("compose.c.yaml", "c"));
    let files = [("a.yaml", &*a), ("b.yaml", &*b), ("compose.c.yaml", &*c)];
    let (built, _) = built_from(&MODEL, &files, &[]);
    let names: Vec<&str> =
        built.resources.iter().filter(|it| &*it.kind == "compose.service").map(|it| &*it.address).collect();
    assert_eq!(names, ["b", "a", "c"]);
    assert_eq!(built.gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [GapKind::Unparsed; 2]);
    // Each of 30 files includes the next one twice.
    let many: Vec<(String, String)> = (0..30)
        .map(|n| {
            (
                format!("compose.{n:02}.yaml"),
                with(&format!("compose.{0:02}.yaml, compose.{0:02}.yaml", n + 1), &format!("s{n}")),
            )
        })
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (&**path, &**text)).collect();
    let (built, _) = built_from(&MODEL, &many, &[]);
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Limit), "{:?}", built.gaps);
}

#[test]
fn what_a_compose_file_is_shows_in_its_name_or_its_services() {
    let yes = "services:\n  a: {image: x}\n";
    let count = |files: &[(&str, &str)]| built_from(&MODEL, files, &[]).0.resources.len();
    assert_eq!(count(&[("stack.yaml", yes)]), 2);
    assert_eq!(count(&[("ci.yaml", "services:\n  - docker:dind\n")]), 0);
    assert_eq!(count(&[("services.yaml", "services:\n  App\\Mailer:\n    arguments: [x]\n")]), 0);
    assert_eq!(count(&[("values.yaml", "services: {}\n")]), 0);
    // Two bases: Compose takes the first, the other is judged on its own.
    assert_eq!(count(&[("compose.yaml", yes), ("docker-compose.yml", yes)]), 4);
    let (built, _) = built_from(&MODEL, &[("docker-compose.yml", "web:\n  image: x\n")], &[]);
    assert_eq!(built.gaps[0].kind, GapKind::Unrecognised);
}

#[test]
fn anchors_and_top_level_resources_are_there() {
    let text = "x-c: &c\n  cap_drop: [ALL]\nservices:\n  a:\n    <<: *c\n    image: x\nnetworks:\n  n: {internal: true}\nsecrets:\n  s: {file: ./s}\nname: clinic\n";
    check(&[
        (&[("compose.yaml", text)], "a", "cap_drop", "[ALL]", "compose.yaml:2"),
        (&[("compose.yaml", text)], "compose.yaml", "networks.n.internal", "true", "compose.yaml:8"),
        (&[("compose.yaml", text)], "compose.yaml", "secrets.s.file", "./s", "compose.yaml:10"),
        (&[("compose.yaml", text)], "compose.yaml", "name", "clinic", "compose.yaml:11"),
    ]);
}

#[test]
fn hostile_files_end_in_unknowns_and_not_in_a_hang() {
    let wide = one("ports: [\"1-65535:1-65535\"]");
    let (built, _) = built_from(&MODEL, &[("compose.yaml", &wide)], &[]);
    assert!(attribute(&built, "a", "ports.0").unwrap().as_unknown().is_some());
    let chain: String = (0..10_000).map(|n| format!("  s{n}:\n    extends: s{}\n", n + 1)).collect();
    let (built, _) = built_from(&MODEL, &[("compose.yaml", &format!("services:\n{chain}"))], &[]);
    assert!(!built.gaps.is_empty());
    let env: String = (0..40).map(|n| format!("A{}=${{A{n}}}${{A{n}}}\n", n + 1)).collect();
    let bomb = [("compose.yaml", &*one("command: $A40")), (".env", &*format!("A0=xxxxxxxxxx\n{env}"))];
    let (built, _) = built_from(&MODEL, &bomb, &[]);
    assert!(attribute(&built, "a", "command").unwrap().as_unknown().is_some());
    let odd =
        "services:\n  a: 1\n  b: [x]\n  c:\n    image: {a: b}\n    ports: 5\n    environment: 7\n    extends: [1]\n";
    let (built, _) = built_from(&MODEL, &[("compose.yaml", odd)], &[]);
    assert_eq!(built.resources.len(), 4);
}
