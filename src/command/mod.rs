//! The commands: each turns its arguments into a call of the library and prints what comes back.

mod audit;
mod controls;
mod demo;
mod explain;
mod markdown;
mod rules;
mod rules_test;
mod sample;
mod settings;

use crate::cli::{Cli, Command, Rules};
use crate::framework::Law;
use crate::out;
use crate::rule::load::Vocabulary;
use crate::rule::pack::{Pack, PackError};

/// Exit code of a usage, rule or internal error.
const ERROR: u8 = 2;

/// Runs the command and returns the exit code. Whatever went wrong has been printed.
pub fn run(cli: Cli) -> u8 {
    let global = &cli.global;
    let result = match &cli.command {
        Command::Audit(args) => audit::run(args, global),
        Command::Explain(args) => explain::run(args, global),
        Command::Rules(Rules::Test(args)) => rules_test::run(args, global),
        Command::Rules(args) => rules::run(args, global),
        Command::Controls(args) => controls::run(args, global),
        Command::Demo(args) => demo::run(args, global),
        Command::Schema => audit::schema(),
    };
    result.unwrap_or_else(|error| {
        out::stderr(&format!("error: {}", describe(&error, global)));
        ERROR
    })
}

/// The error for people. Mistakes in rules are shown with their lines.
fn describe(error: &anyhow::Error, global: &crate::cli::Global) -> String {
    let mut text = format!("{error:#}");
    if let Some(PackError::Mistakes(files)) = error.downcast_ref() {
        let color = out::colored(global.color, std::io::IsTerminal::is_terminal(&std::io::stderr()));
        for (source, problem) in files.iter().flat_map(|(source, problems)| problems.iter().map(move |p| (source, p))) {
            text = format!("{text}\n\n{}", crate::rule::diagnostic::render(problem, source, color));
        }
    }
    text
}

/// A page for standard output.
fn page(global: &crate::cli::Global) -> crate::report::page::Page {
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
    crate::report::page::Page::new(out::width(), out::colored(global.color, terminal))
}

/// The law that is built in.
fn law() -> anyhow::Result<Law> {
    Law::built_in().map_err(|error| anyhow::anyhow!("the built-in law is broken: {error}"))
}

/// Keeps the frameworks that are named; all when none is.
fn keep(law: &mut Law, names: &[String]) -> anyhow::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let known = law.frameworks.iter().map(|framework| framework.id.clone()).collect::<Vec<_>>().join(", ");
    law.keep(names).map_err(|name| anyhow::anyhow!("there is no framework `{name}`: it is one of {known}"))
}

/// The names that rules may use: the safeguards, and the kinds that the built-in pack's list knows.
fn vocabulary(law: &Law) -> Vocabulary {
    Vocabulary { safeguards: law.safeguard_ids(), kinds: crate::rule::pack::kinds() }
}

/// The built-in rules and those of these directories.
fn pack(
    directories: &[std::path::PathBuf],
    law: &Law,
    overrides: crate::rule::load::Overrides,
) -> anyhow::Result<Pack> {
    let mut pack = Pack::built_in(overrides);
    for directory in directories {
        pack.add_directory(directory, &vocabulary(law))?;
    }
    Ok(pack)
}
