//! docs/languages.md says what is evaluated, what becomes unknown and what is not read: every point of it
//! names a row of a test, and the row is there.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods
)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The files of rows, by the names that the page has for them.
const FILES: &[(&str, &str)] = &[
    ("cli", "tests/cli.rs"),
    ("cloudformation", "src/model/cloudformation/tests.rs"),
    ("compose", "src/model/compose/tests.rs"),
    ("discover", "src/discover/mod.rs"),
    ("docker", "src/model/docker/tests.rs"),
    ("evaluate", "tests/evaluate.rs"),
    ("image", "src/model/image.rs"),
    ("kubernetes", "src/model/kubernetes/tests.rs"),
    ("kustomize", "src/model/kubernetes/kustomize/tests.rs"),
    ("terraform/functions", "src/model/terraform/tests/functions.rs"),
    ("terraform/hostile", "src/model/terraform/tests/hostile.rs"),
    ("terraform/kubernetes", "src/model/terraform/tests/kubernetes.rs"),
    ("terraform/language", "src/model/terraform/tests/language.rs"),
    ("terraform/modules", "src/model/terraform/tests/modules.rs"),
    ("terraform/plans", "src/model/terraform/tests/plans.rs"),
    ("terraform/policies", "src/model/terraform/tests/policies.rs"),
    ("terraform/references", "src/model/terraform/tests/references.rs"),
    ("terraform/states", "src/model/terraform/tests/states.rs"),
    ("variables", "src/model/variables.rs"),
];

/// Text as a person reads it: blanks as one, the backslashes of a literal gone.
fn plain(text: &str) -> String {
    let read = text.replace("\\\"", "\"").replace("\\\\", "\\");
    read.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The points of a page: list items with the lines that belong to them.
fn points(page: &str) -> Vec<String> {
    let mut points: Vec<String> = Vec::new();
    let mut within = false;
    for line in page.lines() {
        if line.starts_with("- ") {
            points.push(line.to_owned());
            within = true;
        } else if within && line.starts_with("  ") {
            points.last_mut().unwrap().push_str(line);
        } else {
            within = false;
        }
    }
    points
}

/// The file and the text of each row that a point names.
fn rows(point: &str) -> Vec<(String, String)> {
    let comments = point.split("<!-- row: ").skip(1).map(|rest| rest.split(" -->").next().unwrap());
    comments.map(|row| row.split_once(" | ").unwrap()).map(|(file, text)| (file.to_owned(), plain(text))).collect()
}

#[test]
fn every_point_of_the_page_has_a_row_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let tests: HashMap<&str, String> = FILES.iter().map(|(name, path)| (*name, plain(&read(path)))).collect();
    let mut wrong = Vec::new();
    for point in points(&read("docs/languages.md")) {
        let named = rows(&point);
        if named.is_empty() {
            wrong.push(format!("no row: {point}"));
        }
        for (file, text) in named {
            match tests.get(&*file) {
                Some(all) if all.contains(&text) => {}
                Some(_) => wrong.push(format!("{file} has no row {text}")),
                None => wrong.push(format!("no such file of rows: {file}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_point_without_a_row_is_seen() {
    let page = "# A\n\n- one\n  more <!-- row: cli | fn a -->\n- two\n\nA paragraph.\n  not a point\n";
    let found: Vec<usize> = points(page).iter().map(|point| rows(point).len()).collect();
    assert_eq!(found, [1, 0]);
    assert_eq!(rows(&points(page)[0]), [("cli".to_owned(), "fn a".to_owned())]);
}
