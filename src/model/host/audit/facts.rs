//! The rules as resources: `audit.rules` for the set, `audit.syscall` and `audit.watch` for what it records.

use crate::model::Built;
use crate::model::host::assignments;
use crate::model::host::audit::catalogue::{CALLS, PATHS, PROGRAMS, Presence};
use crate::model::host::audit::cover::{Coverage, Recorded, Target};
use crate::model::host::audit::lines::{Lines, Loader};
use crate::model::host::audit::machine::{Machine, has_call, machine};
use crate::model::host::audit::parse::{Arch, Calls};
use crate::model::host::audit::programs::{Program, SETUID, absolute, programs};
use crate::model::host::audit::set::{RuleSet, load};
use crate::model::host::view::View;
use crate::model::host::{self, audit::lines::COMPILED};
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Most lines of rules that are read, and most calls beside the known ones that become resources.
const MAX_LINES: usize = 4_000;
const MAX_CALLS: usize = 200;

/// Adds the resources of the rules.
pub fn add(view: &dyn View, scope: &Scope, built: &mut Built, mut lines: Lines) {
    if lines.lines.len() > MAX_LINES {
        lines.lines.truncate(MAX_LINES);
        let (path, message) = (view.display(COMPILED), format!("more than {MAX_LINES} lines; not read further"));
        lines.gaps.push(Gap { kind: GapKind::Limit, path, span: None, message, hint: None });
        lines.hole = Some((Reason::Budget, format!("the rules after line {MAX_LINES}")));
    }
    let is_directory = |path: &str| is_directory(view, path);
    let set = load(&lines.lines, &is_directory);
    built.gaps.extend(lines.gaps.iter().cloned());
    if let (Some(span), Some((message, _))) = (set.stopped, set.errors.last()) {
        let message = format!("auditctl refuses this line, and the rules after it are not loaded: {message}");
        let path = view.display(COMPILED);
        let hint = Some("auditctl -R shows it too".to_owned());
        built.gaps.push(Gap { kind: GapKind::Note, path, span: Some(span), message, hint });
    }
    let machine = machine(view);
    let uid_min = login_min(view).unwrap_or(1000);
    let native = machine.and_then(|machine| machine.archs().first().copied());
    let rules = Rules {
        coverage: Coverage { set: &set, uid_min, native },
        machine,
        archs: archs(machine, &set),
        hole: lines.hole.as_ref(),
        place: lines.place,
        view,
        scope,
    };
    rules.whole(&lines, built);
    rules.calls(built);
    rules.watches(built);
}

/// The architectures whose calls must be recorded, and whether that is certain. Rules that name both are of a
/// machine that has both.
fn archs(machine: Option<Machine>, set: &RuleSet) -> (Vec<Arch>, bool) {
    let named = |arch| set.rules.iter().any(|rule| rule.arch == Some(arch));
    match machine {
        Some(machine) => (machine.archs().to_vec(), true),
        None => (vec![Arch::B64, Arch::B32], named(Arch::B64) && named(Arch::B32)),
    }
}

fn login_min(view: &dyn View) -> Option<i64> {
    let text = view.read("/etc/login.defs").ok()?;
    let mut lines = text.text.lines().map(str::split_whitespace);
    lines.find_map(|mut words| (words.next() == Some("UID_MIN")).then(|| words.next()?.parse().ok()).flatten())
}

fn is_directory(view: &dyn View, path: &str) -> bool {
    path.ends_with('/') || view.stat(path).is_ok_and(|stat| stat.is_dir())
}

fn word(arch: Arch) -> &'static str {
    match arch {
        Arch::B64 => "b64",
        Arch::B32 => "b32",
    }
}

struct Rules<'a> {
    coverage: Coverage<'a>,
    machine: Option<Machine>,
    /// The architectures, and whether it is certain that the host has them all.
    archs: (Vec<Arch>, bool),
    hole: Option<&'a (Reason, String)>,
    place: Span,
    view: &'a dyn View,
    scope: &'a Scope,
}

impl Rules<'_> {
    /// True if it is recorded on every architecture; and on which it is not.
    fn verdict(&self, archs: &[Arch], ask: &dyn Fn(Arch) -> (bool, Option<Span>)) -> (Value, Vec<Arch>) {
        let asked: Vec<(Arch, bool, Option<Span>)> =
            archs.iter().map(|arch| (*arch, ask(*arch))).map(|(arch, (yes, span))| (arch, yes, span)).collect();
        let missing: Vec<Arch> = asked.iter().filter(|(_, yes, _)| !yes).map(|(arch, ..)| *arch).collect();
        let deciding = asked.iter().find(|(_, yes, _)| !yes).or(asked.first());
        let span = deciding.and_then(|(.., span)| *span).unwrap_or(self.place);
        let value = match self.hole {
            _ if missing.is_empty() => Value::bool(true, span),
            Some((reason, path)) => Value::unknown(*reason, &**path, self.place),
            None if !self.archs.1 && missing.len() < archs.len() => {
                Value::unknown(Reason::File, "whether the machine also runs programs of the other width", span)
            }
            None => Value::bool(false, span),
        };
        (value, missing)
    }

    fn words(&self, archs: &[Arch]) -> Value {
        Value::list(archs.iter().map(|arch| Value::string(word(*arch), self.place)).collect(), self.place)
    }

    fn whole(&self, lines: &Lines, built: &mut Built) {
        let (set, at) = (self.coverage.set, self.place);
        let loader = match lines.loader {
            Loader::Augenrules => "augenrules",
            Loader::Auditctl => "auditctl",
        };
        let elevation = |arch: Arch| {
            let recorded = self.coverage.elevation(arch);
            (recorded.success(), recorded.span)
        };
        let count = set.rules.iter().filter(|rule| rule.always && rule.list == super::parse::List::Exit).count();
        let excluded = self.coverage.excluded();
        let excluded = excluded.into_iter().map(|(kind, span)| Value::string(kind, span)).collect();
        let mut all = vec![
            ("loader", Value::string(loader, at)),
            ("elevation_recorded", self.verdict(&self.archs.0, &elevation).0),
            ("excluded", Value::list(excluded, at)),
            ("written", self.written()),
        ];
        let off = self.coverage.off();
        let unread =
            |what: &str| self.hole.map(|(reason, path)| Value::unknown(*reason, format!("{what}: {path}"), at));
        let rules =
            Value::int(i64::try_from(count).unwrap_or(i64::MAX), set.rules.first().map_or(at, |rule| rule.span));
        all.push(("rules", if count == 0 { unread("the number of rules").unwrap_or(rules) } else { rules }));
        // What was not found may stand in what was not read.
        let found = |span: Option<Span>, what: &str| match span {
            Some(span) => Value::bool(true, span),
            None => unread(what).unwrap_or(Value::bool(false, at)),
        };
        all.push(("off_for_tasks", found(off, "whether a rule switches auditing off")));
        let settings = [("enabled", set.enabled), ("failure", set.failure), ("backlog", set.backlog)];
        for (name, setting) in settings {
            let value = setting.map(|(value, span)| Value::int(value, span)).or_else(|| unread(name));
            all.extend(value.map(|value| (name, value)));
        }
        all.push(("loginuid_immutable", found(set.loginuid_immutable, "loginuid_immutable")));
        let loads = match set.stopped {
            Some(span) => Value::bool(false, span),
            None => unread("whether every rule loads").unwrap_or(Value::bool(true, at)),
        };
        all.push(("loads", loads));
        all.extend(lines.is_compiled.map(|same| ("compiled", Value::bool(same, self.view.mark(COMPILED)))));
        host::add(self.view, self.scope, built, "audit.rules", "audit.rules", Value::object(all, at), at);
    }

    /// The places in which rules name that changes are recorded of.
    fn written(&self) -> Value {
        let mut out: Vec<Value> = Vec::new();
        for rule in &self.coverage.set.rules {
            let Some(path) = rule.field("dir").or(rule.field("path")) else { continue };
            let paths = [path.to_owned()];
            let target = Target { paths: &paths, is_directory: rule.field("dir").is_some(), is_setuid: false };
            let all = |perm| self.archs.0.iter().all(|arch| self.coverage.access(&target, perm, *arch).success());
            if all('w') && all('a') {
                out.push(Value::string(path, rule.span));
            }
        }
        Value::list(out, self.place)
    }

    fn calls(&self, built: &mut Built) {
        let named = self.coverage.set.rules.iter().filter_map(|rule| match &rule.calls {
            Calls::Named(names) => Some(names.iter().map(String::as_str)),
            Calls::All => None,
        });
        let mut names: Vec<&str> = CALLS.iter().copied().chain(named.flatten().take(MAX_CALLS)).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let archs: Vec<Arch> =
                self.archs.0.iter().copied().filter(|arch| has_call(self.machine, *arch, name)).collect();
            if archs.is_empty() {
                continue;
            }
            let ask = |part: fn(Recorded) -> bool| {
                move |arch: Arch| {
                    let recorded = self.coverage.call(name, arch);
                    (part(recorded), recorded.span)
                }
            };
            let (recorded, missing) = self.verdict(&archs, &ask(Recorded::success));
            let (denied, denied_missing) = self.verdict(&archs, &ask(Recorded::denied));
            let span = recorded.span;
            let attributes = [
                ("name", Value::string(name, span)),
                ("recorded", recorded),
                ("not_recorded_on", self.words(&missing)),
                ("denied_recorded", denied),
                ("denied_not_recorded_on", self.words(&denied_missing)),
            ];
            let address = format!("audit.syscall {name}");
            host::add(
                self.view,
                self.scope,
                built,
                "audit.syscall",
                &address,
                Value::object(attributes, self.place),
                span,
            );
        }
    }

    fn watches(&self, built: &mut Built) {
        for (path, presence) in PATHS {
            let short = path.trim_end_matches('/');
            if *presence == Presence::IfThere && !self.view.exists(short) {
                continue;
            }
            self.watch(built, &Watched::file(short, path.ends_with('/'), None));
        }
        if let Some((path, _)) = sudo_log(self.view) {
            self.watch(built, &Watched::file(&path, false, Some("sudo_log")));
        }
        if let Some(dir) = faillock(self.view) {
            self.watch(built, &Watched::file(&dir, true, Some("faillock")));
        }
        let programs = programs(self.view);
        for program in &programs.found {
            self.program(built, program);
        }
        if !programs.are_visible {
            for name in PROGRAMS {
                self.unseen(built, name);
            }
        }
    }

    fn program(&self, built: &mut Built, program: &Program) {
        let is_setuid = program.special & SETUID != 0 && program.uid == 0;
        let mark = if is_setuid { "setuid" } else { "setgid" };
        let mark = (program.special != 0).then_some(mark);
        let (path, others) = (&*program.path, &*program.others);
        self.watch(built, &Watched { kind: "audit.program", path, others, is_directory: false, mark });
    }

    /// A program on a host whose programs are not among what was read: what records it counts, and nothing else
    /// is known.
    fn unseen(&self, built: &mut Built, name: &str) {
        let paths: Vec<String> = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/lib/openssh", "/usr/libexec/openssh"]
            .iter()
            .map(|dir| format!("{dir}/{name}"))
            .collect();
        let target = Target { paths: &paths, is_directory: false, is_setuid: false };
        let covered = self.archs.0.iter().all(|arch| self.coverage.access(&target, 'x', *arch).success());
        let value = if covered {
            Value::bool(true, self.place)
        } else {
            Value::unknown(Reason::File, format!("whether the host has {name}"), self.place)
        };
        let recorded = Value::object([("execute", value)], self.place);
        let attributes = [("name", Value::string(name, self.place)), ("recorded", recorded)];
        let address = format!("audit.program {name}");
        host::add(
            self.view,
            self.scope,
            built,
            "audit.program",
            &address,
            Value::object(attributes, self.place),
            self.place,
        );
    }

    fn watch(&self, built: &mut Built, watched: &Watched) {
        let Watched { kind, path, others, is_directory, mark } = *watched;
        let mut paths = vec![path.to_owned()];
        paths.extend(others.iter().cloned());
        // /var/run is a link to /run, and rules name either.
        paths.extend(path.strip_prefix("/var/run/").map(|rest| format!("/run/{rest}")));
        if let Some((above, name)) = path.rsplit_once('/')
            && let Ok(Some(target)) = self.view.link(above)
        {
            paths.push(format!("{}/{name}", absolute(above, &target)));
        }
        let is_setuid = mark == Some("setuid");
        // What is not there yet (/run of an offline root) is taken for what the rule says it will be.
        let is_directory = is_directory && self.view.exists(path);
        let target = Target { paths: &paths, is_directory, is_setuid };
        let kinds = [("read", 'r'), ("write", 'w'), ("execute", 'x'), ("attributes", 'a')];
        let mut span = self.place;
        let recorded = kinds.map(|(name, perm)| {
            let ask = |arch: Arch| {
                let recorded = self.coverage.access(&target, perm, arch);
                (recorded.success(), recorded.span)
            };
            let value = self.verdict(&self.archs.0, &ask).0;
            span = value.span;
            (name, value)
        });
        let name = path.rsplit('/').next().unwrap_or_default();
        let mut attributes = vec![
            ("path", Value::string(path, span)),
            ("name", Value::string(name, span)),
            ("recorded", Value::object(recorded, self.place)),
        ];
        attributes.extend(mark.map(|key| (key, Value::bool(true, span))));
        let address = format!("{kind} {path}");
        host::add(self.view, self.scope, built, kind, &address, Value::object(attributes, self.place), span);
    }
}

/// What is asked about.
struct Watched<'a> {
    kind: &'a str,
    path: &'a str,
    /// Its other names.
    others: &'a [String],
    is_directory: bool,
    /// An attribute that says what it is among its kind.
    mark: Option<&'a str>,
}

impl<'a> Watched<'a> {
    fn file(path: &'a str, is_directory: bool, mark: Option<&'a str>) -> Self {
        Watched { kind: "audit.watch", path, others: &[], is_directory, mark }
    }
}

/// `Defaults logfile=` of sudoers(5), the last one.
fn sudo_log(view: &dyn View) -> Option<(String, Span)> {
    let parts = view.list("/etc/sudoers.d").unwrap_or_default();
    let parts = parts.iter().filter(|name| !name.contains('.') && !name.ends_with('~'));
    let paths = std::iter::once("/etc/sudoers".to_owned()).chain(parts.map(|name| format!("/etc/sudoers.d/{name}")));
    let mut found = None;
    for text in paths.filter_map(|path| view.read(&path).ok()) {
        for (at, line) in host::dialect::lines(&text.text) {
            let Some(rest) = line.trim_start().strip_prefix("Defaults") else { continue };
            let Some((_, value)) = rest.split_once("logfile") else { continue };
            let value = value.trim_start().strip_prefix('=').map(|value| value.trim_start().trim_start_matches('"'));
            let path = value.and_then(|value| value.split(['"', ',', ' ']).next()).filter(|path| path.starts_with('/'));
            found = path.map(|path| (path.to_owned(), Span::new(text.id, at..at + line.len()))).or(found);
        }
    }
    found
}

/// Where pam_faillock counts: `dir` of faillock.conf(5), /var/run/faillock by default; only where it is used.
fn faillock(view: &dyn View) -> Option<String> {
    let used = view
        .list("/etc/pam.d")
        .unwrap_or_default()
        .into_iter()
        .any(|name| view.read(&format!("/etc/pam.d/{name}")).is_ok_and(|text| text.text.contains("pam_faillock")));
    let text = view.read("/etc/security/faillock.conf").ok().filter(|_| used)?;
    let all = assignments::assignments(&without_blanks(&text));
    Some(assignments::last(&all, "dir").map_or("/var/run/faillock".into(), |found| found.value.clone()))
}

/// `dir = /x` as `dir=/x`, which is what the reader of assignments takes.
fn without_blanks(text: &host::view::Text) -> host::view::Text {
    let lines: Vec<String> = text.text.lines().map(|line| line.replace(" =", "=").replace("= ", "=")).collect();
    host::view::Text { id: text.id, text: lines.join("\n").into() }
}
