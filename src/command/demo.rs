//! `duecare demo`: the audit of a sample estate that is built in, so that a first look needs nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::sample::{Content, HOST, Sample};
use crate::audit::{self, Audit, Host, Request};
use crate::cli::{Demo, Global};
use crate::discover::Selection;
use crate::model::Given;
use crate::out;
use crate::report::{Options, table};
use crate::rule::Severity;
use crate::rule::load::Overrides;
use crate::rule::pack::Pack;

/// The directory as the report names it.
const CLINIC: &str = "clinic";
/// The machine of an estate as an archive.
const MACHINE: &str = "host.tar";

/// Runs it.
pub fn run(args: &Demo, global: &Global) -> anyhow::Result<u8> {
    let sample = Sample::new(args.careful);
    if sample.files().next().is_none() {
        bail!("this build has no sample estate");
    }
    if let Some(directory) = &args.write {
        return keep(directory, &sample);
    }
    let audit = audit(&sample)?;
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

/// Writes the files into a new directory. The machine is there as files to read and as a tar to audit, which
/// keeps owners and modes whoever writes it.
fn keep(directory: &Path, sample: &Sample) -> anyhow::Result<u8> {
    let taken = std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some());
    if taken || directory.is_file() {
        bail!("{} is there already and not an empty directory", directory.display());
    }
    write(directory, sample)?;
    out::new_file(&directory.join(MACHINE), &sample.tar()?)?;
    let (shown, files) = (directory.display(), sample.files().count());
    let host = format!("--exclude {HOST} --host={shown}/{MACHINE}");
    out::stdout(&format!(
        "{files} files in {shown}; {MACHINE} is {HOST}/ with its owners and modes\n\nNext: duecare audit {shown} {host}\n"
    ))?;
    Ok(0)
}

fn write(directory: &Path, sample: &Sample) -> anyhow::Result<()> {
    for (path, content) in sample.files() {
        let path = directory.join(path);
        match content {
            Content::File(bytes) => out::new_file(&path, bytes)?,
            Content::Link(target) => {
                std::fs::create_dir_all(path.parent().unwrap_or(directory)).context("a directory")?;
                std::os::unix::fs::symlink(target, &path).with_context(|| path.display().to_string())?;
            }
        }
    }
    Ok(())
}

/// Audits the files. They lie in a temporary directory, which is the working directory meanwhile, so
/// that the report names them as it would at home. The machine is audited from memory.
fn audit(sample: &Sample) -> anyhow::Result<Audit> {
    let directory = tempfile::tempdir().context("a temporary directory")?;
    write(&directory.path().join(CLINIC), sample)?;
    let machine = Host::of(&format!("{CLINIC}/{HOST}"), sample.machine()?);
    let home = std::env::current_dir();
    std::env::set_current_dir(directory.path()).context("a temporary directory")?;
    let result = request(machine).and_then(|request| Ok(audit::run(request)?));
    if let Ok(home) = home {
        std::env::set_current_dir(home).context("the working directory")?;
    }
    let mut audit = result?;
    let host = format!("{CLINIC}/{HOST}");
    audit.skipped.retain(|path| **path != *host); // it is audited, as a machine
    audit.paths = vec![format!("{CLINIC} (a sample that is built in)")];
    Ok(audit)
}

fn request(machine: Host) -> anyhow::Result<Request> {
    Ok(Request {
        paths: vec![PathBuf::from(CLINIC)],
        stdin: None,
        host: Some(machine),
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
        let sample = Sample::new(true);
        assert_eq!(keep(directory.path(), &sample).unwrap(), 0);
        assert!(directory.path().join("README.md").is_file());
        assert!(keep(directory.path(), &sample).unwrap_err().to_string().contains("already"));
        assert_eq!(keep(&directory.path().join("new"), &sample).unwrap(), 0);
    }
}
