//! `duecare demo`: the audit of a sample estate that is built in, so that a first look needs nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::audit::{self, Audit, Request};
use crate::cli::{Demo, Global};
use crate::discover::Selection;
use crate::model::Given;
use crate::out;
use crate::report::{Options, table};
use crate::rule::Severity;
use crate::rule::load::Overrides;
use crate::rule::pack::Pack;

/// The sample estates: name of the estate, path within it, bytes. See build.rs.
static FILES: &[(&str, &str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));

/// The directory as the report names it.
const CLINIC: &str = "clinic";
/// The directory of an estate that is the root of a machine.
const HOST: &str = "host";

/// Runs it.
pub fn run(args: &Demo, global: &Global) -> anyhow::Result<u8> {
    let estate = if args.careful { "clinic-careful" } else { "clinic-careless" };
    let files: Vec<(&Path, &[u8])> =
        FILES.iter().filter(|(name, ..)| *name == estate).map(|(_, path, bytes)| (Path::new(*path), *bytes)).collect();
    if files.is_empty() {
        bail!("this build has no sample estate");
    }
    if let Some(directory) = &args.write {
        return keep(directory, &files);
    }
    let audit = audit(&files)?;
    let options = Options {
        color: out::colored(global.color, std::io::IsTerminal::is_terminal(&std::io::stdout())),
        width: out::width(),
        verbose: global.verbose,
        quiet: global.quiet,
        all_verdicts: false,
        min_severity: Severity::Info,
    };
    out::stdout(&table::render(&audit, options)?)?;
    if !global.quiet {
        let careful = if args.careful { "" } else { "The same clinic with more care: duecare demo --careful\n" };
        out::stdout(&format!(
            "{careful}Its files: duecare demo{} --write DIR\n",
            if args.careful { " --careful" } else { "" }
        ))?;
    }
    Ok(audit.exit.code)
}

/// Writes the files into a new directory.
fn keep(directory: &Path, files: &[(&Path, &[u8])]) -> anyhow::Result<u8> {
    let taken = std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some());
    if taken || directory.is_file() {
        bail!("{} is there already and not an empty directory", directory.display());
    }
    write(directory, files)?;
    let shown = directory.display();
    let host = directory.join(HOST).is_dir();
    let more = if host { format!(" --exclude {HOST} --host={shown}/{HOST}") } else { String::new() };
    out::stdout(&format!("{} files in {shown}\n\nNext: duecare audit {shown}{more}\n", files.len()))?;
    Ok(0)
}

fn write(directory: &Path, files: &[(&Path, &[u8])]) -> anyhow::Result<()> {
    files.iter().try_for_each(|(path, bytes)| Ok(out::new_file(&directory.join(path), bytes)?))
}

/// Audits the files. They lie in a temporary directory, which is the working directory meanwhile, so
/// that the report names them as it would at home.
fn audit(files: &[(&Path, &[u8])]) -> anyhow::Result<Audit> {
    let directory = tempfile::tempdir().context("a temporary directory")?;
    write(&directory.path().join(CLINIC), files)?;
    let home = std::env::current_dir();
    std::env::set_current_dir(directory.path()).context("a temporary directory")?;
    let result = request().and_then(|request| Ok(audit::run(request)?));
    if let Ok(home) = home {
        std::env::set_current_dir(home).context("the working directory")?;
    }
    let mut audit = result?;
    let host = format!("{CLINIC}/{HOST}");
    audit.skipped.retain(|path| **path != *host); // it is audited, as a machine
    audit.paths = vec![format!("{CLINIC} (a sample that is built in)")];
    Ok(audit)
}

fn request() -> anyhow::Result<Request> {
    let host = PathBuf::from(CLINIC).join(HOST);
    Ok(Request {
        paths: vec![PathBuf::from(CLINIC)],
        stdin: None,
        host: host.is_dir().then_some(host),
        selection: Selection::new(&[HOST.to_owned()], &[]).map_err(anyhow::Error::msg)?,
        given: Given::default(),
        pack: Pack::built_in(Overrides::default()),
        law: super::law()?,
        whole: false,
        today: super::audit::today()?,
        ignores: true,
        waivers: Vec::new(),
        baseline: std::collections::BTreeSet::new(),
        gate: Some(Severity::High),
        exit_zero: false,
        brief: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_with_something_in_it_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let files: &[(&Path, &[u8])] = &[(Path::new("a/b.tf"), b"x")];
        assert_eq!(keep(directory.path(), files).unwrap(), 0);
        assert!(directory.path().join("a/b.tf").is_file());
        assert!(keep(directory.path(), files).unwrap_err().to_string().contains("already"));
        assert_eq!(keep(&directory.path().join("new"), files).unwrap(), 0);
    }
}
