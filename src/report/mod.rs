//! Reports: each a view of an [`Audit`]. A new format is one file here and one line in [`FORMATS`].

pub mod cite;
pub mod json;
pub mod page;
#[cfg(test)]
pub(crate) mod sample;
pub mod sarif;
pub mod table;

use crate::audit::Audit;
use crate::judge::Judged;
use crate::rule::Severity;
use crate::source::Location;

/// The name of this program in reports.
pub const TOOL: &str = "duecare";
/// The version of this program in reports.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How a report is to look.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// ANSI colours.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// Passes, files that are not ours, every note.
    pub verbose: bool,
    /// Results only.
    pub quiet: bool,
    /// Every verdict where a format leaves some out.
    pub all_verdicts: bool,
    /// Findings below this are left out of what people read.
    pub min_severity: Severity,
}

/// One format.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Makes the report.
    pub render: fn(&Audit, Options) -> anyhow::Result<String>,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "table", about: "for people, on a terminal", render: table::render },
    Format { name: "json", about: "the whole audit, newest version (now json-v1)", render: json::render },
    Format { name: "json-v1", about: "the whole audit; its schema: duecare schema", render: json::render },
    Format { name: "sarif", about: "SARIF 2.1.0, for code scanning", render: sarif::render },
];

/// The format with this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Where a finding is. One whose text is not among the sources is at the top of its scope.
pub fn place(audit: &Audit, judged: &Judged) -> Location {
    judged.location.clone().unwrap_or_else(|| {
        let resource = audit.estate.resources.get(judged.finding.resource);
        let path = resource.map_or_else(|| "-".into(), |resource| resource.scope.path.clone());
        Location { path, line: 1, column: 1, end_line: 1 }
    })
}
