//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use duecare::{cli::Cli, command};

fn main() -> ExitCode {
    ExitCode::from(command::run(Cli::parse()))
}
