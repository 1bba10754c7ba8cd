//! The services that inetd(8) and xinetd(8) start for others: /etc/inetd.conf, /etc/xinetd.conf and what it
//! includes.

use std::collections::BTreeMap;

use crate::model::host::dialect::lines;
use crate::model::host::systemd;
use crate::model::host::view::{Text, View};
use crate::source::Span;

const INETD_UNITS: [&str; 4] = ["inetd.service", "openbsd-inetd.service", "inetutils-inetd.service", "rlinetd.service"];

/// The services that are offered, and the line that says so.
#[derive(Default)]
pub struct Inetd(BTreeMap<String, Span>);

impl Inetd {
    /// What is offered once inetd or xinetd itself starts.
    pub fn of(view: &dyn View) -> Inetd {
        let mut out = Inetd::default();
        let starts =
            |units: &[&str]| units.iter().any(|unit| systemd::starts_at_boot(view, unit).as_bool() == Some(true));
        if let Some(text) = view.read("/etc/inetd.conf").ok().filter(|_| starts(&INETD_UNITS)) {
            out.inetd(&text);
        }
        if !starts(&["xinetd.service"]) {
            return out;
        }
        let Ok(main) = view.read("/etc/xinetd.conf") else { return out };
        let includes = xinetd(&main, &mut out);
        for dir in includes {
            // xinetd.conf(5), includedir: names with a dot or a tilde at the end are passed over.
            for name in view.list(&dir).unwrap_or_default() {
                let is_read = !name.contains('.') && !name.ends_with('~');
                if let Some(text) = is_read.then(|| view.read(&format!("{dir}/{name}")).ok()).flatten() {
                    xinetd(&text, &mut out);
                }
            }
        }
        out
    }

    /// The line that offers one of `names`.
    pub fn offers(&self, names: &[&str]) -> Option<Span> {
        names.iter().find_map(|name| self.0.get(*name)).copied()
    }

    /// inetd.conf(5): the name of the service, perhaps after an address and a colon, then six more fields.
    fn inetd(&mut self, text: &Text) {
        for (at, line) in lines(&text.text) {
            let mut fields = line.split_whitespace();
            let Some(name) = fields.next().filter(|name| !name.starts_with('#')) else { continue };
            if fields.count() >= 5 {
                let name = name.rsplit(':').next().unwrap_or(name);
                self.0.entry(name.to_owned()).or_insert(Span::new(text.id, at..at + line.len()));
            }
        }
    }
}

/// Adds the services that are not disabled, by their names; the directories that are included.
fn xinetd(text: &Text, out: &mut Inetd) -> Vec<String> {
    let mut includes = Vec::new();
    let mut service: Option<(String, Span, bool)> = None;
    for (at, raw) in lines(&text.text) {
        let line = raw.trim();
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("includedir"), Some(dir)) => includes.push(dir.trim_end_matches('/').to_owned()),
            (Some("service"), Some(name)) => {
                service = Some((name.to_owned(), Span::new(text.id, at..at + raw.len()), false));
            }
            (Some("disable"), _) => {
                if let Some((_, _, is_off)) = &mut service {
                    *is_off = line.rsplit('=').next().is_some_and(|value| value.trim() == "yes");
                }
            }
            (Some(word), _) if word.starts_with('}') => {
                if let Some((name, span, false)) = service.take() {
                    out.0.entry(name).or_insert(span);
                }
            }
            _ => {}
        }
    }
    includes
}
