//! The notices that are shown before and after a login: issue, issue.net, motd.

use crate::model::Built;
use crate::model::host::files;
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::{SourceId, Span};
use crate::value::Value;

/// The files, what each is for, and the role of the file. agetty(8) shows issue and issue.d on consoles, sshd and
/// telnetd what they are told to (by custom issue.net), pam_motd(8) motd and motd.d after the login.
const NOTICES: &[(&str, &str, &[&str])] = &[
    ("/etc/issue", "issue", &["/etc/issue.d/*.issue"]),
    ("/etc/issue.net", "issue.net", &[]),
    ("/etc/motd", "motd", &["/etc/motd.d/*"]),
];
/// Names of systems that give away what runs here.
const SYSTEMS: &[&str] = &[
    "debian",
    "ubuntu",
    "red hat",
    "rhel",
    "centos",
    "rocky linux",
    "almalinux",
    "fedora",
    "suse",
    "amazon linux",
    "oracle linux",
    "alpine",
    "arch linux",
    "kernel",
];

/// Adds each notice that is there.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if !view.is_whole() {
        return;
    }
    for (main, name, more) in NOTICES {
        files::add(view, scope, built, main, "notice");
        let mut all = vec![(*main).to_owned()];
        all.extend(more.iter().flat_map(|pattern| glob::expand(view, pattern).paths));
        let mut text = String::new();
        let mut at = None;
        let mut details = Vec::new();
        let mut hole = None;
        for path in all {
            match view.read(&path) {
                Ok(read) => {
                    at.get_or_insert(Span::new(read.id, 0..0));
                    details.extend(given_away(&read.text, name, read.id));
                    text.push_str(&read.text);
                }
                Err(OpenError::NotFound) => {}
                Err(error) => {
                    let trouble = Trouble::Open(error);
                    hole = Some(Value::unknown(trouble.reason(), path.as_str(), view.mark(&path)));
                    built.gaps.push(trouble.gap(view.display(&path)));
                }
            }
        }
        let Some(at) = at.or(hole.as_ref().map(|hole| hole.span)) else { continue };
        let words = text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
        let mut facts = vec![("name", Value::string(*name, at))];
        match hole {
            Some(hole) => facts.extend([("words", hole.clone()), ("details", hole)]),
            None => facts.extend([
                ("words", Value::int(i64::try_from(words.count()).unwrap_or(i64::MAX), at)),
                ("details", Value::list(details, at)),
            ]),
        }
        let address = format!("notice/{name}");
        super::super::add(view, scope, built, "login.notice", &address, Value::object(facts, at), at);
    }
}

/// The escapes of agetty(8) and the names that tell which system this is.
fn given_away(text: &str, name: &str, id: SourceId) -> Vec<Value> {
    let mut out = Vec::new();
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let span = Span::new(id, start..start + raw.trim_end().len());
        start += raw.len();
        // agetty expands \m \r \s \v \S in issue; in.telnetd has %m %r %s %v in issue.net.
        let escapes = if name == "motd" { [""; 2] } else { ["\\", "%"] };
        let found = escapes
            .iter()
            .filter(|mark| !mark.is_empty())
            .flat_map(|mark| ["m", "r", "s", "v", "S"].into_iter().map(move |letter| format!("{mark}{letter}")));
        out.extend(found.filter(|escape| raw.contains(escape)).map(|escape| Value::string(escape, span)));
        let lower = raw.to_ascii_lowercase();
        out.extend(SYSTEMS.iter().filter(|name| lower.contains(*name)).map(|name| Value::string(*name, span)));
    }
    out
}
