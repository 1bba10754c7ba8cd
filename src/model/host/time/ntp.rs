//! The other clients: ntpd and ntpsec (ntp.conf(5)), OpenNTPD (ntpd.conf(5)).

use super::{TimeSource, sources};
use crate::model::Built;
use crate::model::host;
use crate::model::host::dialect;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::Value;

const FILES: [&str; 5] =
    ["/etc/ntp.conf", "/etc/ntpsec/ntp.conf", "/etc/ntp/ntp.conf", "/etc/openntpd/ntpd.conf", "/etc/ntpd.conf"];
/// OpenNTPD's words for a source.
const SOURCES: [(&str, &str); 6] = [
    ("server", "server"),
    ("servers", "pool"),
    ("pool", "pool"),
    ("peer", "peer"),
    ("refclock", "refclock"),
    ("sensor", "refclock"),
];
/// Addresses under which ntpd knows clocks of the machine itself.
const CLOCKS: &str = "127.127.";

/// Adds one `ntpd` for every configuration that is there.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    for path in FILES {
        let text = match view.read(path) {
            Ok(text) => text,
            Err(OpenError::NotFound) => continue,
            Err(error) => {
                built.gaps.push(Trouble::Open(error).gap(view.display(path)));
                continue;
            }
        };
        let at = Span::new(text.id, 0..0);
        let (mut list, mut restrict) = (Vec::new(), Vec::new());
        for (start, raw) in dialect::lines(&text.text) {
            let line = raw.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            let span = Span::new(text.id, start..start + raw.len());
            let Some((word, rest)) = words.split_first() else { continue };
            if *word == "restrict" {
                restrict.push(Value::string(rest.join(" "), span));
            }
            let Some((_, kind)) = SOURCES.iter().find(|(name, _)| name == word) else { continue };
            // `-4` and `-6` may stand before the name.
            let mut rest = rest.iter().copied().filter(|word| !matches!(*word, "-4" | "-6"));
            let Some(name) = rest.next() else { continue };
            let options: Vec<&str> = rest.collect();
            let kind = if name.starts_with(CLOCKS) { "refclock" } else { kind };
            let (nts, key) = (options.contains(&"nts"), options.contains(&"key") || options.contains(&"autokey"));
            list.push(TimeSource { kind, name: name.to_owned(), nts, key, span });
        }
        let attributes = [("sources", sources(&list, at)), ("restrict", Value::list(restrict, at))];
        host::add(view, scope, built, "ntpd", &format!("ntpd {path}"), Value::object(attributes, at), at);
    }
}
