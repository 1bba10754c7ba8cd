//! Whether changes to files are noticed: a tool that compares them with a database, and its schedule.

use crate::model::Built;
use crate::model::host::audit::programs::{SETUID, programs};
use crate::model::host::glob;
use crate::model::host::logging::machine;
use crate::model::host::view::View;
use crate::model::host::{self, dialect, files, packages, systemd};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

/// A tool: its packages, programs, databases, timers.
struct Tool {
    name: &'static str,
    packages: &'static [&'static str],
    programs: &'static [&'static str],
    databases: &'static [&'static str],
    /// Units that run it, once or all the time.
    units: &'static [&'static str],
}

const TOOLS: [Tool; 4] = [
    Tool {
        name: "aide",
        packages: &["aide"],
        programs: &["/usr/bin/aide", "/usr/sbin/aide"],
        databases: &["/var/lib/aide/aide.db", "/var/lib/aide/aide.db.gz"],
        units: &["dailyaidecheck.timer", "aidecheck.timer", "aide-check.timer", "aide.timer"],
    },
    Tool {
        name: "tripwire",
        packages: &["tripwire"],
        programs: &["/usr/sbin/tripwire"],
        databases: &["/var/lib/tripwire/*.twd"],
        units: &[],
    },
    Tool {
        name: "samhain",
        packages: &["samhain"],
        programs: &["/usr/sbin/samhain"],
        databases: &["/var/lib/samhain/samhain_file", "/var/lib/samhain/data.samhain"],
        units: &["samhain.service"],
    },
    Tool {
        name: "wazuh",
        packages: &["wazuh-agent"],
        programs: &["/var/ossec/bin/wazuh-syscheckd", "/var/ossec/bin/ossec-syscheckd"],
        databases: &["/var/ossec/queue/fim/db/fim.db"],
        units: &["wazuh-agent.service"],
    },
];

/// Adds `integrity` on a machine, and a `file` for every program that runs as its owner or group.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    for program in programs(view).found.iter().filter(|program| program.special != 0) {
        let role = if program.special & SETUID != 0 { "setuid" } else { "setgid" };
        files::add(view, scope, built, &program.path, role);
    }
    let Some(at) = machine(view) else { return };
    let mut tools = Vec::new();
    let (mut database, mut scheduled) = (Value::bool(false, at), Value::bool(false, at));
    let jobs = jobs(view);
    for tool in &TOOLS {
        let package = packages::installed(view, tool.packages).map(|package| package.span);
        let program = tool.programs.iter().find(|path| view.exists(path)).map(|path| view.mark(path));
        let Some(span) = package.or(program) else { continue };
        tools.push(Value::string(tool.name, span));
        database = better(database, found(view, tool.databases, span));
        scheduled = better(scheduled, schedule(view, tool, &jobs, span));
    }
    let mut all = vec![("tools", Value::list(tools.clone(), at))];
    if !tools.is_empty() {
        all.extend([("database", database), ("scheduled", scheduled)]);
    }
    all.extend(audit_tools(view).map(|value| ("audit_tools_watched", value)));
    host::add(view, scope, built, "integrity", "integrity", Value::object(all, at), at);
}

/// The better of two answers: yes, not known, no.
fn better(a: Value, b: Value) -> Value {
    let rank = |value: &Value| value.as_bool().map_or(1, |yes| if yes { 2 } else { 0 });
    if rank(&b) > rank(&a) || (rank(&b) == rank(&a) && rank(&a) == 0) { b } else { a }
}

/// Whether one of the files is there.
fn found(view: &dyn View, patterns: &[&str], at: Span) -> Value {
    for pattern in patterns {
        let all = glob::expand(view, pattern);
        if let Some(path) = all.paths.first() {
            return Value::bool(true, view.mark(path));
        }
        let above = pattern.rsplit_once('/').map_or("/", |(above, _)| above);
        if matches!(view.list(above), Err(OpenError::Denied)) {
            return Value::unknown(Reason::Rights, above, at);
        }
    }
    Value::bool(false, at)
}

/// A timer or service that starts, or a job of cron that names the tool.
fn schedule(view: &dyn View, tool: &Tool, jobs: &[(String, Span)], at: Span) -> Value {
    let mut out = Value::bool(false, at);
    for unit in tool.units {
        out = better(out, systemd::starts_at_boot(view, unit));
    }
    let names = |line: &str| {
        let mut words = line.split([' ', '\t', '/', ';', '&', '|', '"', '\'']);
        words.any(|word| word == tool.name || word == format!("{}.wrapper", tool.name))
    };
    match jobs.iter().find(|(line, _)| names(line)) {
        Some((_, span)) => better(out, Value::bool(true, *span)),
        None => out,
    }
}

/// The lines of every job that cron runs: the tables, and the scripts of the daily and weekly directories.
fn jobs(view: &dyn View) -> Vec<(String, Span)> {
    let mut paths = vec!["/etc/crontab".to_owned(), "/etc/anacrontab".to_owned()];
    let directories = [
        "/etc/cron.d",
        "/etc/cron.hourly",
        "/etc/cron.daily",
        "/etc/cron.weekly",
        "/var/spool/cron",
        "/var/spool/cron/crontabs",
    ];
    for dir in directories {
        let names = view.list(dir).unwrap_or_default();
        paths.extend(names.into_iter().take(200).map(|name| format!("{dir}/{name}")));
    }
    let mut out = Vec::new();
    for text in paths.iter().filter_map(|path| view.read(path).ok()) {
        for (at, line) in dialect::lines(&text.text) {
            if !line.trim_start().starts_with('#') {
                out.push((line.to_owned(), Span::new(text.id, at..at + line.len())));
            }
        }
    }
    out
}

/// The programs of the audit system, and the checksum that aide.conf(5) is told to keep of them.
const AUDIT_TOOLS: [&str; 6] = ["auditctl", "auditd", "ausearch", "aureport", "autrace", "augenrules"];

/// Whether AIDE's own configuration names every audit tool with a checksum.
fn audit_tools(view: &dyn View) -> Option<Value> {
    let main = ["/etc/aide/aide.conf", "/etc/aide.conf"].into_iter().find(|path| view.exists(path))?;
    let at = view.mark(main);
    let parts = glob::expand(view, "/etc/aide/aide.conf.d/*").paths;
    let mut lines: Vec<(String, Span)> = Vec::new();
    for path in std::iter::once(main.to_owned()).chain(parts) {
        let text = match view.read(&path) {
            Ok(text) => text,
            Err(OpenError::Denied) => return Some(Value::unknown(Reason::Rights, path, at)),
            Err(_) => continue,
        };
        let all = dialect::lines(&text.text).filter(|(_, line)| line.starts_with('/') || line.starts_with('='));
        lines.extend(all.map(|(start, line)| (line.to_owned(), Span::new(text.id, start..start + line.len()))));
    }
    let names = |tool: &str| {
        lines.iter().find(|(line, _)| {
            let path = line.split_whitespace().next().unwrap_or_default().trim_start_matches('=').trim_end_matches('$');
            path.ends_with(&format!("/{tool}"))
        })
    };
    let present = |tool: &&&str| ["/usr/sbin", "/sbin"].iter().any(|dir| view.exists(&format!("{dir}/{tool}")));
    let wanted: Vec<&&str> = AUDIT_TOOLS.iter().filter(present).collect();
    if wanted.is_empty() {
        return None;
    }
    let places: Vec<_> = wanted.iter().map(|tool| names(tool)).collect();
    let span = places.iter().flatten().next().map_or(at, |(_, span)| *span);
    Some(Value::bool(places.iter().all(Option::is_some), span))
}
