//! Settings of an audit: flag beats variable beats `duecare.yaml`. (clap has already put variables
//! behind flags.)
//!
//! `duecare.yaml` is looked up in the working directory, which is the operator's, never in the tree
//! that is audited from elsewhere. It can load no code, and what it switches off is printed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use crate::cli;
use crate::rule::load::Overrides;
use crate::source::hex;

/// `duecare.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// As `--framework`.
    pub framework: Vec<String>,
    /// As `--fail-on`.
    pub fail_on: Option<String>,
    /// As `--min-severity`.
    pub min_severity: Option<String>,
    /// As `--rules`, relative to the file.
    pub rules: Vec<PathBuf>,
    /// As `--check`.
    pub check: Vec<String>,
    /// As `--skip-check`.
    pub skip_check: Vec<String>,
    /// As `--baseline`.
    pub baseline: Option<PathBuf>,
    /// As `--waivers`.
    pub waivers: Option<PathBuf>,
    /// As `--exclude`.
    pub exclude: Vec<String>,
    /// As `--include`.
    pub include: Vec<String>,
    /// As `--whole-estate`.
    pub whole_estate: bool,
    /// Rule id to parameter to value.
    pub parameters: Overrides,
}

/// The configuration and the line that says what it does.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What it sets.
    pub config: Config,
    /// Path, hash and what it switches off, for people; `None` when there is no file.
    pub notice: Option<String>,
}

/// Name of the file.
const FILE: &str = "duecare.yaml";

/// Reads `duecare.yaml` from the working directory, unless it is not wanted.
pub fn load(no_config: bool) -> anyhow::Result<Loaded> {
    let Some(text) = (if no_config { None } else { read_optional(Path::new(FILE))? }) else {
        return Ok(Loaded::default());
    };
    let config: Config = if text.trim().is_empty() {
        Config::default()
    } else {
        serde_yaml::from_str(&text).with_context(|| format!("{FILE} is not a configuration"))?
    };
    let digest: String = hex(&<sha2::Sha256 as sha2::Digest>::digest(text.as_bytes())).chars().take(12).collect();
    let notice = format!("using {FILE} (sha256 {digest}){}", switched_off(&config));
    Ok(Loaded { config, notice: Some(notice) })
}

/// What the configuration switches off, in words.
fn switched_off(config: &Config) -> String {
    let mut off = Vec::new();
    let mut list = |what: &str, items: &[String]| {
        if !items.is_empty() {
            off.push(format!("{what} {}", items.join(", ")));
        }
    };
    list("does not apply", &config.skip_check);
    list("applies only", &config.check);
    list("leaves out", &config.exclude);
    if let Some(gate) = &config.fail_on {
        list("sets the gate to", std::slice::from_ref(gate));
    }
    let files = [("a baseline", &config.baseline), ("waivers", &config.waivers)];
    off.extend(
        files.iter().filter_map(|(what, path)| path.as_ref().map(|path| format!("uses {what} {}", path.display()))),
    );
    if off.is_empty() { String::new() } else { format!(": {}", off.join("; ")) }
}

#[allow(clippy::disallowed_methods)] // the operator's own file, not the audited tree
fn read_optional(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Reads a file that the operator named.
pub fn read(path: &Path) -> anyhow::Result<String> {
    read_optional(path)?.with_context(|| format!("{}: not found", path.display()))
}

/// The fingerprints of the failing findings of an earlier audit.
pub fn baseline(path: &Path) -> anyhow::Result<BTreeSet<String>> {
    let audit: serde_json::Value =
        serde_json::from_str(&read(path)?).with_context(|| format!("{} is not an audit in JSON", path.display()))?;
    let findings = audit.get("findings").and_then(|findings| findings.as_array());
    let findings = findings.with_context(|| format!("{} is not an audit: it has no findings", path.display()))?;
    let failing = findings.iter().filter(|finding| finding.get("verdict").is_some_and(|verdict| verdict == "fail"));
    Ok(failing.filter_map(|finding| finding.get("fingerprint")?.as_str().map(str::to_owned)).collect())
}

/// `NAME=VALUE` pairs.
pub fn pairs(list: &[String], flag: &str) -> anyhow::Result<std::collections::BTreeMap<String, String>> {
    list.iter()
        .map(|pair| {
            let split = pair.split_once('=').with_context(|| format!("{flag} takes NAME=VALUE, not `{pair}`"))?;
            Ok((split.0.to_owned(), split.1.to_owned()))
        })
        .collect()
}

/// The gate: the flag, else the configuration, else high.
pub fn gate(flag: Option<cli::FailOn>, config: &Config) -> anyhow::Result<cli::FailOn> {
    use clap::ValueEnum;
    match (flag, &config.fail_on) {
        (Some(flag), _) => Ok(flag),
        (None, Some(name)) => {
            cli::FailOn::from_str(name, true).map_err(|_| anyhow::anyhow!("{FILE}: fail_on `{name}` is not a severity"))
        }
        (None, None) => Ok(cli::FailOn::High),
    }
}
