//! The command line: clap structs and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::rule::Severity;

/// Audits the systems of an organisation that holds health data.
#[derive(Debug, Parser)]
#[command(
    name = "duecare",
    version,
    about = "Audits configs, infrastructure as code and host settings against HIPAA and GDPR.",
    long_about = "Audits what an organisation that holds health data has written down about its systems (service \
                  configs, infrastructure as code, host settings), maps the findings to HIPAA and GDPR, and leaves \
                  evidence that people can sign. It reads only what you name, starts nothing and sends nothing.",
    after_help = "Exit codes: 0 gate passed, 1 findings at or above --fail-on, 2 usage, rule or internal error, \
                  3 audit incomplete.\n\nTry it: duecare demo",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
}

/// Flags of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value = "auto", env = "DUECARE_COLOR", hide_env = true)]
    pub color: Color,
    /// Say less: results only
    #[arg(short, long, global = true, env = "DUECARE_QUIET", hide_env = true)]
    pub quiet: bool,
    /// Say more: passes, files that are not ours, every note
    #[arg(short, long, global = true, env = "DUECARE_VERBOSE", hide_env = true)]
    pub verbose: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set; `FORCE_COLOR` turns them on everywhere
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit files, directories or a machine
    Audit(Box<Audit>),
    /// Explain a rule, a control of a law, or another tool's check
    Explain(Explain),
    /// List, test, start or describe rules
    #[command(subcommand)]
    Rules(Rules),
    /// List the controls of the law and what serves them
    #[command(subcommand)]
    Controls(Controls),
    /// Audit a built-in sample estate: a careless clinic
    Demo(Demo),
    /// Print the JSON Schema of the JSON output
    Schema,
}

/// `duecare audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Files and directories to audit; `-` reads standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Audit the settings of this machine, or of the root filesystem at ROOT: a directory, a tar or an image
    #[arg(long, value_name = "ROOT", num_args = 0..=1, require_equals = true, default_missing_value = "/")]
    pub host: Option<PathBuf>,
    /// What to write and where: FORMAT or FORMAT=PATH; repeats
    #[arg(
        short,
        long = "output",
        value_name = "FORMAT[=PATH]",
        env = "DUECARE_OUTPUT",
        hide_env = true,
        value_delimiter = ','
    )]
    pub output: Vec<String>,
    /// Laws to report against: hipaa, gdpr
    #[arg(long, value_name = "LAW", env = "DUECARE_FRAMEWORK", hide_env = true, value_delimiter = ',')]
    pub framework: Vec<String>,
    /// Least severity that fails the gate (exit 1)
    #[arg(long, value_name = "SEVERITY", env = "DUECARE_FAIL_ON", hide_env = true)]
    pub fail_on: Option<FailOn>,
    /// Least severity that is reported
    #[arg(long, value_name = "SEVERITY", value_enum, env = "DUECARE_MIN_SEVERITY", hide_env = true)]
    pub min_severity: Option<Severity>,
    /// A further directory of rules; repeats
    #[arg(long = "rules", value_name = "DIR", env = "DUECARE_RULES", hide_env = true, value_delimiter = ',')]
    pub rules: Vec<PathBuf>,
    /// Apply only these rules (id, alias or another tool's id; `*` at the end of an id)
    #[arg(long, value_name = "RULE", env = "DUECARE_CHECK", hide_env = true, value_delimiter = ',')]
    pub check: Vec<String>,
    /// Do not apply these rules
    #[arg(long, value_name = "RULE", env = "DUECARE_SKIP_CHECK", hide_env = true, value_delimiter = ',')]
    pub skip_check: Vec<String>,
    /// An earlier audit (JSON): its failing findings are known and do not fail the gate
    #[arg(long, value_name = "AUDIT.json", env = "DUECARE_BASELINE", hide_env = true)]
    pub baseline: Option<PathBuf>,
    /// A file of accepted findings, each with who, why and until when
    #[arg(long, value_name = "FILE", env = "DUECARE_WAIVERS", hide_env = true)]
    pub waivers: Option<PathBuf>,
    /// Leave out paths (glob); repeats
    #[arg(long, value_name = "GLOB", env = "DUECARE_EXCLUDE", hide_env = true, value_delimiter = ',')]
    pub exclude: Vec<String>,
    /// Walk directories that are left out by default (glob); repeats
    #[arg(long, value_name = "GLOB", env = "DUECARE_INCLUDE", hide_env = true, value_delimiter = ',')]
    pub include: Vec<String>,
    /// A Terraform variable file, which need not lie beneath the audited paths; repeats, the last one counts
    #[arg(long, value_name = "FILE", env = "DUECARE_VAR_FILE", hide_env = true, value_delimiter = ',')]
    pub var_file: Vec<PathBuf>,
    /// A Terraform variable, which counts more than any file; repeats
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Take TF_VAR_* from the environment, which count less than any file
    #[arg(long, env = "DUECARE_TF_ENV", hide_env = true)]
    pub tf_env: bool,
    /// A CloudFormation parameter (also AWS::Region and its like); repeats
    #[arg(long, value_name = "NAME=VALUE")]
    pub parameter: Vec<String>,
    /// Nothing of the estate lies outside of what is named: what is absent here is absent
    #[arg(long, env = "DUECARE_WHOLE_ESTATE", hide_env = true)]
    pub whole_estate: bool,
    /// Show the world without ignores in the audited files
    #[arg(long, env = "DUECARE_NO_IGNORES", hide_env = true)]
    pub no_ignores: bool,
    /// Do not read duecare.yaml
    #[arg(long, env = "DUECARE_NO_CONFIG", hide_env = true)]
    pub no_config: bool,
    /// Exit 0 in spite of findings (not of an incomplete audit)
    #[arg(long, env = "DUECARE_EXIT_ZERO", hide_env = true)]
    pub exit_zero: bool,
    /// Put passed and not-applicable findings into SARIF too
    #[arg(long, env = "DUECARE_ALL_VERDICTS", hide_env = true)]
    pub all_verdicts: bool,
    /// No progress on standard error
    #[arg(long, env = "DUECARE_NO_PROGRESS", hide_env = true)]
    pub no_progress: bool,
}

/// The gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Any failing finding
    Info,
    /// Low and above
    Low,
    /// Medium and above
    Medium,
    /// High and above (the default)
    High,
    /// Critical only
    Critical,
    /// No gate
    Never,
}

impl FailOn {
    /// The least severity that fails; `None` for no gate.
    pub fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Info => Some(Severity::Info),
            FailOn::Low => Some(Severity::Low),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::High => Some(Severity::High),
            FailOn::Critical => Some(Severity::Critical),
            FailOn::Never => None,
        }
    }
}

/// `duecare explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A rule (aws-rds-storage-encrypted), a control (164.312(d), art-32(1)(b)) or another tool's id (CKV_AWS_16)
    pub name: String,
    /// A further directory of rules; repeats
    #[arg(long = "rules", value_name = "DIR", env = "DUECARE_RULES", hide_env = true, value_delimiter = ',')]
    pub rules: Vec<PathBuf>,
}

/// `duecare rules`.
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// List the rules
    List(RulesList),
    /// Run the examples of every rule through the real parsers
    Test(RulesTest),
    /// Start a rule file
    New(RulesNew),
    /// Print the JSON Schema of a rule file, for editors
    Schema,
    /// List the operators that rules can use
    Operators(RulesOperators),
    /// Which concepts of a coverage file the rules answer
    Coverage(RulesCoverage),
}

/// `duecare rules list`.
#[derive(Debug, Args)]
pub struct RulesList {
    /// A further directory of rules; repeats
    #[arg(long = "rules", value_name = "DIR", env = "DUECARE_RULES", hide_env = true, value_delimiter = ',')]
    pub rules: Vec<PathBuf>,
    /// As what
    #[arg(long, value_enum, default_value = "table")]
    pub format: ListFormat,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table
    Table,
    /// JSON
    Json,
    /// Markdown, as in the documentation
    Markdown,
}

/// `duecare rules test`.
#[derive(Debug, Args)]
pub struct RulesTest {
    /// A directory of rules; the built-in ones when absent
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Only rules whose id begins so
    #[arg(long, value_name = "PREFIX")]
    pub only: Option<String>,
    /// Also take one check, operator or default away at a time, and name those that no example misses
    #[arg(long)]
    pub mutate: bool,
}

/// `duecare rules new`.
#[derive(Debug, Args)]
pub struct RulesNew {
    /// Path of the new rule beneath DIR, without its ending: aws/rds/storage-encrypted
    pub name: String,
    /// The directory of rules
    #[arg(long, value_name = "DIR", default_value = "rules")]
    pub directory: PathBuf,
}

/// `duecare rules operators`.
#[derive(Debug, Args)]
pub struct RulesOperators {
    /// As what
    #[arg(long, value_enum, default_value = "table")]
    pub format: ListFormat,
}

/// `duecare rules coverage`.
#[derive(Debug, Args)]
pub struct RulesCoverage {
    /// A coverage file: a JSON list of objects with a `concept`
    pub file: PathBuf,
}

/// `duecare controls`.
#[derive(Debug, Subcommand)]
pub enum Controls {
    /// List the controls
    List(ControlsList),
}

/// `duecare controls list`.
#[derive(Debug, Args)]
pub struct ControlsList {
    /// Only these laws: hipaa, gdpr
    #[arg(long, value_name = "LAW", value_delimiter = ',')]
    pub framework: Vec<String>,
    /// As what
    #[arg(long, value_enum, default_value = "table")]
    pub format: ListFormat,
}

/// `duecare demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Audit the careful clinic instead
    #[arg(long)]
    pub careful: bool,
    /// Write the sample estate into this new directory instead of auditing it
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}
