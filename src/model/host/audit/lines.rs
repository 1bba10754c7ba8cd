//! Which rules the machine loads: `augenrules --load` merges /etc/audit/rules.d, `auditctl -R` reads one file.

use std::cmp::Ordering;

use crate::model::host::assignments::{assignments, last};
use crate::model::host::dialect;
use crate::model::host::systemd;
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::Reason;

/// Where the compiled rules are, and the directory of their parts.
pub const COMPILED: &str = "/etc/audit/audit.rules";
const PARTS: &str = "/etc/audit/rules.d";

/// What fills the kernel's lists at boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loader {
    /// It merges the files of rules.d.
    Augenrules,
    /// It reads audit.rules.
    Auditctl,
}

/// The lines in the order in which auditctl gets them.
pub struct Lines {
    /// Who loads them.
    pub loader: Loader,
    /// The lines without comments.
    pub lines: Vec<(String, Span)>,
    /// A file that was not read, so that more rules may follow.
    pub hole: Option<(Reason, String)>,
    /// What was not read.
    pub gaps: Vec<Gap>,
    /// True if audit.rules says what the parts say; `None` if there are no parts.
    pub is_compiled: Option<bool>,
    /// The file to point at.
    pub place: Span,
}

/// The rules of the host, if it has any file of them.
pub fn lines(view: &dyn View) -> Option<Lines> {
    let mut gaps = Vec::new();
    let mut hole = None;
    let listed = view.list(PARTS);
    if let Err(OpenError::Denied) = listed {
        let trouble = Trouble::Open(OpenError::Denied);
        hole = Some((trouble.reason(), PARTS.to_owned()));
        gaps.push(trouble.gap(view.display(PARTS)));
    }
    let parts = listed.ok().map(|names| {
        let mut names: Vec<String> = names.into_iter().filter(|name| name.ends_with(".rules")).collect();
        names.sort_by(|a, b| by_version(a, b));
        names
    });
    let has_parts = parts.as_ref().is_some_and(|names| !names.is_empty());
    if !has_parts && hole.is_none() && !view.exists(COMPILED) {
        return None;
    }
    let loader = loader(view, has_parts);
    if loader == Loader::Auditctl {
        // It reads the compiled rules alone.
        hole = None;
        gaps.clear();
    }
    let mut read = |path: &str| match view.read(path) {
        Ok(text) => Some(text),
        Err(error) => {
            let trouble = Trouble::Open(error);
            hole = Some((trouble.reason(), path.to_owned()));
            gaps.push(trouble.gap(view.display(path)));
            None
        }
    };
    let merged = has_parts.then(|| {
        let paths = parts.iter().flatten().map(|name| format!("{PARTS}/{name}"));
        merged(paths.filter_map(|path| read(&path)).flat_map(|text| split(&text)).collect())
    });
    let compiled = match view.read(COMPILED) {
        Err(OpenError::NotFound) => None,
        // Only a file that counts leaves a hole.
        Err(_) if loader == Loader::Augenrules => None,
        _ => read(COMPILED).map(|text| split(&text)),
    };
    let same = |(a, b): (&(String, Span), &(String, Span))| a.0.trim() == b.0.trim();
    // A machine that never started has not merged them yet.
    let is_started = compiled.is_some() || view.is_live();
    let is_compiled = merged.as_ref().filter(|_| is_started).map(|merged| {
        compiled.as_ref().is_some_and(|file| file.len() == merged.len() && file.iter().zip(merged).all(same))
    });
    let place = match (&merged, loader) {
        (Some(_), Loader::Augenrules) => view.mark(&format!("{PARTS}/{}", parts.iter().flatten().next()?)),
        _ => view.mark(COMPILED),
    };
    let lines = if loader == Loader::Augenrules { merged.or(compiled) } else { compiled };
    Some(Lines { loader, lines: lines.unwrap_or_default(), hole, gaps, is_compiled, place })
}

/// audit-rules.service (audit 4) or auditd.service's `ExecStartPost=` says how; without systemd the start
/// script of Debian and Red Hat asks `USE_AUGENRULES`.
fn loader(view: &dyn View, has_parts: bool) -> Loader {
    let units = [("audit-rules.service", "ExecStart"), ("auditd.service", "ExecStartPost")];
    for (unit, key) in units {
        let settings = systemd::settings(view, unit, "Service");
        for (command, _) in settings.iter().flat_map(|settings| settings.list(key)).rev() {
            if command.contains("augenrules") {
                return Loader::Augenrules;
            }
            if command.contains("auditctl") && command.contains("-R") {
                return Loader::Auditctl;
            }
        }
    }
    for path in ["/etc/default/auditd", "/etc/sysconfig/auditd"] {
        let Ok(text) = view.read(path) else { continue };
        if let Some(found) = last(&assignments(&text), "USE_AUGENRULES") {
            return if found.value.eq_ignore_ascii_case("yes") { Loader::Augenrules } else { Loader::Auditctl };
        }
    }
    if has_parts { Loader::Augenrules } else { Loader::Auditctl }
}

/// The lines that are neither empty nor comments.
fn split(text: &Text) -> Vec<(String, Span)> {
    let all = dialect::lines(&text.text).filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    all.map(|(at, line)| (line.to_owned(), Span::new(text.id, at..at + line.len()))).collect()
}

/// As augenrules(8) orders them: the last `-D`, `-b` and `-f` first, the last `-e` at the end.
fn merged(lines: Vec<(String, Span)>) -> Vec<(String, Span)> {
    let (mut delete, mut backlog, mut failure, mut enabled) = (None, None, None, None);
    let mut rest = Vec::new();
    for (line, span) in lines {
        let start = line.trim_start();
        let slot = match start {
            _ if start.starts_with("-e") => &mut enabled,
            _ if start.trim_end() == "-D" => &mut delete,
            _ if start.starts_with("-f") => &mut failure,
            _ if start.starts_with("-b") => &mut backlog,
            _ => {
                rest.push((line, span));
                continue;
            }
        };
        *slot = Some((line, span));
    }
    let head = [delete, backlog, failure].into_iter().flatten();
    head.chain(rest).chain(enabled).collect()
}

/// The order of `ls -v`: runs of digits compare as numbers.
fn by_version(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let order = run(&mut a, false).cmp(run(&mut b, false));
        if order != Ordering::Equal || a.is_empty() || b.is_empty() {
            return order.then(a.len().cmp(&b.len()));
        }
        let number = |text: &str| (text.trim_start_matches('0').len(), text.trim_start_matches('0').to_owned());
        let order = number(run(&mut a, true)).cmp(&number(run(&mut b, true)));
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes the leading run of digits, or of what is none.
fn run<'a>(text: &mut &'a str, digits: bool) -> &'a str {
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    let (head, tail) = text.split_at(end);
    *text = tail;
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_in_the_order_of_their_numbers() {
        let mut names = ["100-x.rules", "99-finalize.rules", "10-base.rules", "audit.rules", "9-a.rules"];
        names.sort_by(|a, b| by_version(a, b));
        assert_eq!(names, ["9-a.rules", "10-base.rules", "99-finalize.rules", "100-x.rules", "audit.rules"]);
    }
}
