//! chronyd: chrony.conf(5) with what it includes, and the user that it runs as.

use std::collections::BTreeMap;

use super::{TimeSource, sources};
use crate::model::Built;
use crate::model::host::assignments::{assignments, last};
use crate::model::host::dialect;
use crate::model::host::logging::distribution;
use crate::model::host::view::{Trouble, View};
use crate::model::host::{self, glob, systemd};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Where Debian has the main file, and where others do.
pub const MAIN: [&str; 2] = ["/etc/chrony/chrony.conf", "/etc/chrony.conf"];
const UNITS: [&str; 2] = ["chronyd.service", "chrony.service"];
/// The files of start options and their variables.
const OPTIONS: [(&str, &str); 2] = [("/etc/default/chrony", "DAEMON_OPTS"), ("/etc/sysconfig/chronyd", "OPTIONS")];
/// Deepest chain of includes (`MAX_INCLUDE_LEVEL` of conf.c) and most files.
const MAX_DEPTH: usize = 10;
const MAX_FILES: usize = 1_000;

#[derive(Default)]
struct Reader {
    sources: Vec<TimeSource>,
    user: Option<(String, Span)>,
    port: Option<(i64, Span)>,
    allow: Vec<(String, Span)>,
    keyfile: Option<(String, Span)>,
    files: usize,
    holes: Vec<(Reason, String)>,
    gaps: Vec<Gap>,
}

/// Adds `chrony` if the host has a configuration of it.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let options = options(view);
    let given = option(&options, "-f");
    let main = given
        .map(|(path, _)| path)
        .or_else(|| MAIN.iter().find(|path| view.exists(path)).map(|path| (*path).to_owned()));
    let Some(main) = main else { return };
    let mut reader = Reader::default();
    reader.file(view, &main, 0);
    let user = option(&options, "-u").or(reader.user.take()).or_else(|| compiled(view, view.mark(&main)));
    reader.user = user;
    reader.add(view, view.mark(&main), scope, built);
}

/// Adds the configuration of a file in a repository. Who it runs as depends on the distribution.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    let mut reader = Reader::default();
    reader.file(view, file, 0);
    if is_part && reader.sources.is_empty() {
        return;
    }
    let at = view.mark(file);
    if reader.user.is_none() {
        reader.holes.push((Reason::File, "the distribution".to_owned()));
    }
    reader.add(view, at, scope, built);
}

/// The user that distributions build in; upstream's is root.
fn compiled(view: &dyn View, at: Span) -> Option<(String, Span)> {
    let ids = distribution(view);
    let is = |names: &[&str]| ids.iter().any(|id| names.contains(&&**id));
    if is(&["debian", "ubuntu"]) {
        return Some(("_chrony".into(), at));
    }
    is(&["rhel", "fedora", "suse", "opensuse", "arch", "alpine", "amzn"]).then(|| ("chrony".into(), at))
}

/// The words of the command line, from the unit or the file of options.
fn options(view: &dyn View) -> Vec<(String, Span)> {
    if let Some(words) = systemd::exec_start(view, &UNITS) {
        return words.into_iter().map(|word| (word.text, word.span)).collect();
    }
    let found = OPTIONS.iter().find_map(|(path, variable)| {
        let all = assignments(&view.read(path).ok()?);
        let found = last(&all, variable)?;
        Some(systemd::words(&found.value).into_iter().map(|word| (word, found.span)).collect())
    });
    found.unwrap_or_default()
}

/// The argument of a letter.
fn option(words: &[(String, Span)], letter: &str) -> Option<(String, Span)> {
    let at = words.iter().position(|(word, _)| word.starts_with(letter))?;
    let (word, span) = words.get(at)?;
    match word.strip_prefix(letter) {
        Some("") => words.get(at + 1).cloned(),
        joined => joined.map(|text| (text.to_owned(), *span)),
    }
}

impl Reader {
    fn file(&mut self, view: &dyn View, path: &str, depth: usize) {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES {
            let message = "included too deeply or too often; not read";
            let (path, message) = (view.display(path), message.to_owned());
            return self.gaps.push(Gap { kind: GapKind::Limit, path, span: None, message, hint: None });
        }
        let text = match view.read(path) {
            Ok(text) => text,
            Err(error) => return self.trouble(view, path, error),
        };
        for (at, raw) in dialect::lines(&text.text) {
            let line = raw.trim();
            if line.is_empty() || line.starts_with(['#', '%', ';', '!']) {
                continue;
            }
            let span = Span::new(text.id, at..at + raw.len());
            let words: Vec<&str> = line.split_whitespace().collect();
            let (word, rest) = words.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
            self.directive(view, &word.to_ascii_lowercase(), rest, span, depth);
        }
    }

    fn trouble(&mut self, view: &dyn View, path: &str, error: OpenError) {
        let trouble = Trouble::Open(error);
        self.holes.push((trouble.reason(), path.to_owned()));
        self.gaps.push(trouble.gap(view.display(path)));
    }

    fn directive(&mut self, view: &dyn View, word: &str, rest: &[&str], span: Span, depth: usize) {
        let first = rest.first().map(|text| (*text).to_owned());
        match word {
            "server" => self.source("server", rest, span),
            "pool" => self.source("pool", rest, span),
            "peer" => self.source("peer", rest, span),
            "refclock" => self.source("refclock", rest, span),
            "user" => self.user = first.map(|text| (text, span)).or(self.user.take()),
            "keyfile" => self.keyfile = first.map(|text| (text, span)),
            "port" => self.port = first.and_then(|text| text.parse().ok()).map(|port| (port, span)),
            "allow" => self.allow.push((first.unwrap_or_else(|| "all".into()), span)),
            "include" => {
                let found = first.map(|pattern| glob::expand(view, &pattern));
                for path in found.into_iter().flat_map(|found| found.paths) {
                    self.file(view, &path, depth + 1);
                }
            }
            "confdir" => self.directory(view, rest, ".conf", depth),
            "sourcedir" => self.directory(view, rest, ".sources", depth),
            _ => {}
        }
    }

    fn source(&mut self, kind: &'static str, rest: &[&str], span: Span) {
        let Some((name, options)) = rest.split_first() else { return };
        let has = |word: &str| options.iter().any(|option| option.eq_ignore_ascii_case(word));
        let (nts, key) = (has("nts"), has("key"));
        self.sources.push(TimeSource { kind, name: (*name).to_owned(), nts, key, span });
    }

    /// Files of several directories in the order of their names; of namesakes that of the first directory counts.
    fn directory(&mut self, view: &dyn View, dirs: &[&str], end: &str, depth: usize) {
        let mut by_name = BTreeMap::new();
        for dir in dirs {
            match view.list(dir) {
                Ok(names) => {
                    for name in names.into_iter().filter(|name| name.ends_with(end)) {
                        let path = format!("{dir}/{name}");
                        by_name.entry(name).or_insert(path);
                    }
                }
                Err(OpenError::NotFound | OpenError::NotAFile) => {}
                Err(error) => self.trouble(view, dir, error),
            }
        }
        for path in by_name.into_values() {
            self.file(view, &path, depth + 1);
        }
    }

    fn add(self, view: &dyn View, at: Span, scope: &Scope, built: &mut Built) {
        let mut all = vec![("sources", sources(&self.sources, at))];
        let user = self.user.map(|(user, span)| Value::string(user, span));
        let open = self.holes.first().map(|(reason, what)| Value::unknown(*reason, &**what, at));
        all.extend(user.or(open).map(|value| ("user", value)));
        all.extend(self.port.map(|(port, span)| ("port", Value::int(port, span))));
        all.extend(self.keyfile.map(|(path, span)| ("keyfile", Value::string(path, span))));
        let allow = self.allow.into_iter().map(|(who, span)| Value::string(who, span)).collect();
        all.push(("allow", Value::list(allow, at)));
        if let Some((reason, path)) = self.holes.iter().find(|(_, path)| path.starts_with('/'))
            && self.sources.is_empty()
        {
            all.push(("sources", Value::unknown(*reason, &**path, at)));
        }
        built.gaps.extend(self.gaps);
        host::add(view, scope, built, "chrony", "chrony", Value::object(all, at), at);
    }
}
