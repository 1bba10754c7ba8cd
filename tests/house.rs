//! The order of the house: imports point down, files stay readable, every read goes through one door.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::panic, clippy::string_slice)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The floors, from the bottom. A module may use those below it and its own.
const FLOORS: &[&[&str]] = &[
    &["pattern", "pool", "source", "truth"],
    &["value"],
    &["budget"],
    &["open", "show", "resource"],
    &["redact", "format"],
    &["framework", "rule"],
    &["model", "estate", "finding"],
    &["evaluate", "discover", "ignore", "tally", "waiver"],
    &["ingest", "judge"],
    &["assess"],
    &["audit", "prove"],
    &["report"],
    &["cli"],
    &["out"],
    &["command"],
];

fn sources(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// Text of every file of the library but for its tests, by path beneath src/.
fn library() -> BTreeMap<String, String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&top, &mut files);
    let name = |path: &Path| path.strip_prefix(&top).unwrap().to_string_lossy().into_owned();
    let all = files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap()));
    let test = |name: &str| {
        name.contains("/tests/") || ["tests.rs", "testing.rs", "harness.rs"].iter().any(|end| name.ends_with(end))
    };
    all.filter(|(name, _)| name != "main.rs" && name != "lib.rs" && !test(name)).collect()
}

fn module(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

fn floor(module: &str) -> usize {
    let found = FLOORS.iter().position(|floor| floor.contains(&module));
    found.unwrap_or_else(|| panic!("src/{module} has no floor: give it one in FLOORS"))
}

/// The top-level modules of this crate that a text names.
fn uses(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let line = code[..at].rsplit('\n').next().unwrap();
        if line.trim_start().starts_with("//") {
            continue; // a link in a comment is no dependency
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let inner = group.split("};").next().unwrap();
                let mut depth = 0;
                for part in inner.split_inclusive(['{', '}', ',']) {
                    let name = part.trim_matches([' ', '\n', ',', '{', '}']);
                    if depth == 0 && !name.is_empty() {
                        out.push(name.split("::").next().unwrap());
                    }
                    depth += part.matches('{').count() as i32 - part.matches('}').count() as i32;
                }
            }
            None => out.push(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()),
        }
    }
    out
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for (file, text) in library() {
        let own = module(&file).to_owned();
        for used in uses(&text) {
            if used != own && floor(used) >= floor(&own) {
                wrong.push(format!("src/{file} uses {used}, which is not below {own}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_readable_in_one_sitting() {
    let long: Vec<String> = library()
        .iter()
        .filter(|(_, text)| text.lines().count() > 450)
        .map(|(file, text)| format!("src/{file}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is() {
    let mute: Vec<String> =
        library().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(file, _)| file).collect();
    assert!(mute.is_empty(), "no `//!` at the top of {mute:?}");
}

#[test]
fn the_documentation_names_every_directory_that_is_left_out() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/languages.md")).unwrap();
    for name in duecare::discover::SKIPPED_DIRECTORIES {
        assert!(page.contains(&format!("`{name}`")), "docs/languages.md does not name {name}");
    }
}
