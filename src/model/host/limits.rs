//! limits.conf(5): what a session may use, as pam_limits(8) sets it.

use crate::model::Built;
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

/// One line: for whom, hard or soft or `-` for both, what, how much.
struct Limit {
    domain: String,
    kind: String,
    item: String,
    value: String,
    span: Span,
}

/// Adds the resource `limits` if a file says anything, even nothing.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let mut all: Vec<Limit> = Vec::new();
    let mut place = None;
    let mut hole = None;
    let drop_ins = glob::expand(view, "/etc/security/limits.d/*.conf").paths;
    for path in std::iter::once("/etc/security/limits.conf").chain(drop_ins.iter().map(String::as_str)) {
        match view.read(path) {
            Ok(text) => {
                place.get_or_insert(Span::new(text.id, 0..0));
                all.extend(lines(&text.text).filter_map(|(at, raw)| {
                    let said = raw.split('#').next().unwrap_or_default();
                    let words: Vec<&str> = said.split_whitespace().collect();
                    let [domain, kind, item, value] = &*words else { return None };
                    let start = at + raw.len() - raw.trim_start().len();
                    let span = Span::new(text.id, start..at + said.trim_end().len());
                    let own = |text: &str| text.to_ascii_lowercase();
                    let (kind, item, value) = (own(kind), own(item), own(value));
                    Some(Limit { domain: (*domain).to_owned(), kind, item, value, span })
                }));
            }
            Err(OpenError::NotFound) => {}
            Err(error) => {
                let trouble = Trouble::Open(error);
                hole = Some(Value::unknown(trouble.reason(), path, view.mark(path)));
                built.gaps.push(trouble.gap(view.display(path)));
            }
        }
    }
    let Some(at) = place.or(hole.as_ref().map(|hole| hole.span)) else { return };
    let facts = match hole {
        Some(hole) => ["core_hard", "core_exceptions", "maxlogins"].map(|key| (key, hole.clone())).to_vec(),
        None => facts(&all, at),
    };
    super::add(view, scope, built, "limits", "limits", Value::object(facts, at), at);
}

/// What holds for everybody, and for whom something else does: a line for a user or a group beats that for `*`.
fn facts(all: &[Limit], at: Span) -> Vec<(&'static str, Value)> {
    let is_hard = |limit: &&Limit| matches!(limit.kind.as_str(), "hard" | "-");
    let general = |item: &'static str| all.iter().filter(move |limit| limit.domain == "*" && limit.item == item);
    let number = |limit: &Limit| match limit.value.as_str() {
        "unlimited" | "infinity" | "-1" => Value::string("unlimited", limit.span),
        text => text.parse().map_or_else(|_| Value::string(text, limit.span), |n| Value::int(n, limit.span)),
    };
    let mut facts = Vec::new();
    facts.extend(general("core").rev().find(is_hard).map(|limit| ("core_hard", number(limit))));
    facts.extend(general("maxlogins").next_back().map(|limit| ("maxlogins", number(limit))));
    let exceptions = all.iter().filter(|limit| limit.item == "core" && limit.domain != "*" && limit.value != "0");
    let exceptions = exceptions.filter(is_hard).map(|limit| Value::string(limit.domain.as_str(), limit.span));
    facts.push(("core_exceptions", Value::list(exceptions.collect(), at)));
    facts
}

#[cfg(test)]
mod tests {
    use crate::model::testing::{attribute, host, place, plain};

    /// Files, attribute, expected value, deciding file and line.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);

    #[test]
    fn the_last_line_for_everybody_counts() {
        let cases: &[Case] = &[
            (&[("/etc/security/limits.conf", "* hard core 0\n")], "core_hard", "0", "/etc/security/limits.conf:1"),
            (&[("/etc/security/limits.conf", "*\t-\tcore\t0\n")], "core_hard", "0", "/etc/security/limits.conf:1"),
            (&[("/etc/security/limits.conf", "* soft core 0\n")], "core_hard", "-", ""),
            (&[("/etc/security/limits.conf", "#* hard core 0\n")], "core_hard", "-", ""),
            (
                &[
                    ("/etc/security/limits.conf", "* hard core 0\n"),
                    ("/etc/security/limits.d/9.conf", "* hard core unlimited\n"),
                ],
                "core_hard",
                "unlimited",
                "/etc/security/limits.d/9.conf:1",
            ),
            (
                &[("/etc/security/limits.conf", "* hard core 0\n@dev hard core 1000\n")],
                "core_exceptions",
                "[dev]",
                "/etc/security/limits.conf:1",
            ),
            (
                &[("/etc/security/limits.conf", "* hard maxlogins 10 # x\n")],
                "maxlogins",
                "10",
                "/etc/security/limits.conf:1",
            ),
        ];
        for (files, key, expected, at) in cases {
            let (built, sources) = host(files);
            let value = attribute(&built, "limits", key);
            let expected = expected.replace("[dev]", "[@dev]");
            assert_eq!(value.map_or("-".into(), plain), expected, "{files:?}");
            assert_eq!(value.map_or(String::new(), |value| place(&sources, value)), *at, "{files:?}");
        }
    }
}
