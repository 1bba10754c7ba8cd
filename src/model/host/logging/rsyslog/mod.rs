//! rsyslogd: which files it writes with which mode, where it sends messages to, from whom it takes them.

mod parse;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::model::Built;
use crate::model::host::logging::journald;
use crate::model::host::view::{Trouble, View};
use crate::model::host::{glob, packages, systemd};
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use parse::Statement;
use state::State;

/// The main file.
pub const MAIN: &str = "/etc/rsyslog.conf";
const PROGRAM: &str = "/usr/sbin/rsyslogd";
/// Deepest chain of includes, and most files.
const MAX_DEPTH: usize = 10;
const MAX_FILES: usize = 1_000;

/// Adds the resources of a host's rsyslog.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let package = packages::installed(view, &["rsyslog"]);
    let is_installed = package.is_some() || view.exists(PROGRAM);
    if !is_installed && !view.exists(MAIN) {
        return;
    }
    let mut reader = Reader::default();
    if view.exists(MAIN) {
        reader.file(view, MAIN, 0);
    }
    let at = package.map_or_else(|| view.mark(MAIN), |package| package.span);
    reader.state.installed = Some((is_installed, at));
    reader.state.enabled = is_installed.then(|| systemd::starts_at_boot(view, "rsyslog.service"));
    if reader.state.gets_journal.is_none() {
        reader.state.gets_journal = journald::forwards(view);
    }
    reader.add(view, MAIN, false, scope, built);
}

/// Adds the resources of a file in a repository. A part says what it does, not what nothing does.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    let mut reader = Reader::default();
    reader.file(view, file, 0);
    reader.add(view, file, is_part, scope, built);
}

#[derive(Default)]
struct Reader {
    state: State,
    gaps: Vec<Gap>,
    files: usize,
    open: BTreeSet<String>,
}

impl Reader {
    fn file(&mut self, view: &dyn View, path: &str, depth: usize) {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES || self.open.contains(path) {
            let message = "included too deeply or too often; not read".to_owned();
            let gap = Gap { kind: GapKind::Limit, path: view.display(path), span: None, message, hint: None };
            return self.gaps.push(gap);
        }
        let text = match view.read(path) {
            Ok(text) => text,
            Err(error) => {
                let trouble = Trouble::Open(error);
                self.state.hole = Some((trouble.reason(), path.to_owned()));
                return self.gaps.push(trouble.gap(view.display(path)));
            }
        };
        self.open.insert(path.to_owned());
        for statement in parse::parse(&text) {
            match include(&statement) {
                Some((pattern, span)) => self.include(view, &pattern, span, path, depth),
                None => self.state.add(statement),
            }
        }
        self.open.remove(path);
    }

    fn include(&mut self, view: &dyn View, pattern: &str, span: Span, by: &str, depth: usize) {
        // A directory stands for every file in it.
        let is_dir = view.stat(pattern).is_ok_and(|stat| stat.is_dir());
        let pattern = if is_dir { format!("{}/*", pattern.trim_end_matches('/')) } else { pattern.to_owned() };
        let found = glob::expand(view, &pattern);
        for (refused, error) in found.refused {
            let trouble = Trouble::Open(error);
            self.state.hole = Some((trouble.reason(), refused.clone()));
            self.gaps.push(trouble.gap(view.display(&refused)));
        }
        if found.paths.is_empty() && !view.is_whole() {
            let (path, message) = (view.display(by), format!("includes {pattern}, which is not among what was read"));
            self.gaps.push(Gap { kind: GapKind::Note, path, span: Some(span), message, hint: None });
        }
        for path in found.paths {
            if !view.stat(&path).is_ok_and(|stat| stat.is_dir()) {
                self.file(view, &path, depth + 1);
            }
        }
    }

    fn add(mut self, view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
        built.gaps.append(&mut self.gaps);
        self.state.resources(view, view.mark(file), is_part, scope, built);
    }
}

/// What `$IncludeConfig` and `include(file=)` name.
fn include(statement: &Statement) -> Option<(String, Span)> {
    match statement {
        Statement::Directive { name, value, span } if name == "includeconfig" => Some((value.clone(), *span)),
        Statement::Object { name, parameters, span } if name == "include" => {
            let file = parameters.iter().find(|(key, _)| key == "file")?;
            Some((file.1.first()?.clone(), *span))
        }
        _ => None,
    }
}
