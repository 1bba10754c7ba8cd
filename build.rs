//! Compiles the rule pack and the law into the binary, so that no start-up time goes into reading
//! hundreds of YAML files: an index that answers most questions by itself, and the rules' bodies as
//! JSON, each parsed only when a resource of its kind turns up.
//!
//! What is wrong with a rule is found by `duecare rules test` and the tests, which read the YAML.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut files = Vec::new();
    collect(Path::new("rules"), &mut files)?;
    files.sort();
    let (mut bodies, mut examples, mut cards) = (String::new(), String::new(), String::new());
    for path in files.iter().filter(|path| is_rule(path)) {
        let Value::Object(mut rule) = read(path)? else {
            return Err(format!("{}: a rule must be a map", path.display()).into());
        };
        let name = path.strip_prefix("rules")?.to_string_lossy().into_owned();
        let shown = rule.remove("examples").unwrap_or(Value::Null);
        let body = append(&mut bodies, &Value::Object(rule.clone()));
        card(&mut cards, &rule, &name, &body, &append(&mut examples, &shown))?;
    }
    fs::write(out.join("cards.rs"), format!("&[\n{cards}]\n"))?;
    fs::write(out.join("bodies.json"), bodies)?;
    fs::write(out.join("examples.json"), examples)?;
    fs::write(out.join("law.json"), law(&files)?)?;
    fs::write(out.join("kinds.txt"), kinds()?)?;
    fs::write(out.join("fixtures.rs"), fixtures()?)?;
    fs::write(out.join("host-permissions"), permissions()?)?;
    Ok(())
}

/// Who owns the files of the sample estates' machine; nothing where the sources have no samples.
fn permissions() -> Result<String, Box<dyn Error>> {
    let path = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("fixtures/host-permissions");
    if !path.is_file() {
        return Ok(String::new());
    }
    println!("cargo::rerun-if-changed={}", path.display());
    #[allow(clippy::disallowed_methods)] // the build reads its own tree
    Ok(fs::read_to_string(path)?)
}

/// The files of the sample estates as a Rust expression: estate, path within it, what is there.
fn fixtures() -> Result<String, Box<dyn Error>> {
    let top = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("fixtures");
    let mut lines = String::new();
    for estate in ["clinic-careful", "clinic-careless"] {
        let (root, mut files) = (top.join(estate), Vec::new());
        if !root.is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", root.display());
        every_file(&root, &mut files)?;
        files.sort();
        for path in files {
            let name = path.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            let content = if path.is_symlink() {
                format!("Content::Link({:?})", fs::read_link(&path)?.to_string_lossy())
            } else {
                format!("Content::File(include_bytes!({:?}))", path.to_string_lossy())
            };
            writeln!(lines, "({estate:?}, {name:?}, {content}),")?;
        }
    }
    Ok(format!("&[\n{lines}]\n"))
}

fn every_file(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            every_file(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Everything under `dir` that ends in `.yaml`.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

/// The files at the top and under `frameworks` are vocabulary and law; all others are rules.
fn is_rule(path: &Path) -> bool {
    path.components().count() > 2 && !path.starts_with("rules/frameworks")
}

fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    #[allow(clippy::disallowed_methods)] // the build reads its own tree
    let text = fs::read_to_string(path)?;
    serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Appends the value as JSON and returns where it stands.
fn append(blob: &mut String, value: &Value) -> String {
    let start = blob.len();
    blob.push_str(&value.to_string());
    format!("{start}..{}", blob.len())
}

/// One line of the index.
fn card(
    out: &mut String,
    rule: &Map<String, Value>,
    path: &str,
    body: &str,
    examples: &str,
) -> Result<(), Box<dyn Error>> {
    let text = |key: &str| format!("B({:?})", rule.get(key).and_then(Value::as_str).unwrap_or_default().trim());
    let list = |items: Vec<String>| {
        format!("B(&[{}])", items.iter().map(|s| format!("B({s:?})")).collect::<Vec<_>>().join(", "))
    };
    let mut kinds: Vec<String> =
        rule.get("checks").into_iter().flat_map(items).flat_map(|c| texts(c.get("applies_to"))).collect();
    kinds.sort();
    kinds.dedup();
    let equivalents = rule.get("equivalents").and_then(Value::as_object);
    let peers = equivalents
        .into_iter()
        .flatten()
        .flat_map(|(tool, ids)| texts(Some(ids)).into_iter().map(move |id| format!("{tool}:{id}")));
    writeln!(
        out,
        "Card {{ id: {}, title: {}, safeguard: {}, severity: {}, deprecated: {}, path: B({path:?}), kinds: {}, concepts: {}, aliases: {}, peers: {}, sha256: B(\"\"), body: {body}, examples: {examples} }},",
        text("id"),
        text("title"),
        text("safeguard"),
        text("severity"),
        rule.contains_key("deprecated"),
        list(kinds),
        list(texts(rule.get("concepts"))),
        list(texts(rule.get("aliases"))),
        list(peers.collect()),
    )?;
    Ok(())
}

fn items(value: &Value) -> Vec<&Value> {
    value.as_array().map(|list| list.iter().collect()).unwrap_or_default()
}

/// Every kind of resource, one a line, each after its group and a tab.
fn kinds() -> Result<String, Box<dyn Error>> {
    let groups = read(Path::new("rules/kinds.yaml"))?;
    let groups = groups.as_object().ok_or("rules/kinds.yaml must be a map")?;
    let lines = |(group, list): (&String, &Value)| -> Vec<String> {
        texts(Some(list)).iter().map(|kind| format!("{group}\t{kind}\n")).collect()
    };
    Ok(groups.iter().flat_map(lines).collect())
}

/// A text or a list of texts.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Safeguards and frameworks as one JSON text.
fn law(files: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut frameworks = Vec::new();
    for path in files.iter().filter(|path| path.starts_with("rules/frameworks") && !path.ends_with("citations.yaml")) {
        frameworks.push(read(path)?);
    }
    let safeguards = read(Path::new("rules/safeguards.yaml"))?;
    Ok(serde_json::json!({ "safeguards": safeguards, "frameworks": frameworks }).to_string())
}
