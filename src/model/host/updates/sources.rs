//! Where APT gets packages: sources.list(5), one line each or in paragraphs.

use crate::model::host::dialect::lines;
use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;

/// An entry.
#[derive(Debug)]
pub struct Source {
    pub uris: Vec<String>,
    pub suites: Vec<String>,
    /// `trusted=yes`: used without a valid signature.
    pub trusted: Option<Span>,
    /// `allow-insecure=yes`: used without any.
    pub insecure: Option<Span>,
    pub signed_by: Option<String>,
    pub span: Span,
}

/// Every entry that is in use and offers packages or sources.
pub fn read(view: &dyn View) -> (Vec<Source>, Vec<Gap>) {
    const PARTS: &str = "/etc/apt/sources.list.d";
    let names = view.list(PARTS).unwrap_or_default();
    let parts = names.into_iter().filter(|name| name.ends_with(".list") || name.ends_with(".sources"));
    let files = ["/etc/apt/sources.list".to_owned()].into_iter().chain(parts.map(|name| format!("{PARTS}/{name}")));
    let (mut out, mut gaps) = (Vec::new(), Vec::new());
    for path in files {
        match view.read(&path) {
            Ok(text) if path.ends_with(".sources") => paragraphs(&text, &mut out),
            Ok(text) => one_line(&text, &mut out),
            Err(OpenError::NotFound) => {}
            Err(error) => gaps.push(Trouble::Open(error).gap(view.display(&path))),
        }
    }
    (out, gaps)
}

/// `deb [ option=value ] uri suite component...`
fn one_line(text: &Text, out: &mut Vec<Source>) {
    for (at, raw) in lines(&text.text) {
        let line = raw.split('#').next().unwrap_or_default().trim();
        let Some(mut rest) = line.strip_prefix("deb-src").or_else(|| line.strip_prefix("deb")) else { continue };
        if !rest.starts_with([' ', '\t']) {
            continue;
        }
        let span = Span::new(text.id, at..at + raw.trim_end().len());
        let mut options = "";
        if let Some((inner, after)) = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            (options, rest) = (inner, after);
        }
        let option = |name: &str| {
            let mut all = options.split_whitespace().rev().filter_map(|option| option.split_once('='));
            all.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let mut words = rest.split_whitespace().map(str::to_owned);
        let (Some(uri), Some(suite)) = (words.next(), words.next()) else { continue };
        out.push(Source {
            uris: vec![uri],
            suites: vec![suite],
            trusted: option("trusted").filter(|value| is_yes(value)).map(|_| span),
            insecure: option("allow-insecure").filter(|value| is_yes(value)).map(|_| span),
            signed_by: option("signed-by").map(str::to_owned),
            span,
        });
    }
}

/// deb822: fields and their further lines, which begin with a blank.
fn paragraphs(text: &Text, out: &mut Vec<Source>) {
    let mut fields: Vec<(String, String, Span)> = Vec::new();
    for (at, raw) in lines(&text.text).chain([(text.text.len(), "")]) {
        let span = Span::new(text.id, at..at + raw.trim_end().len());
        if raw.trim().is_empty() {
            out.extend(source(&fields));
            fields.clear();
        } else if raw.starts_with('#') {
        } else if raw.starts_with([' ', '\t']) {
            if let Some((_, value, _)) = fields.last_mut() {
                value.push(' ');
                value.push_str(raw.trim());
            }
        } else if let Some((key, value)) = raw.split_once(':') {
            fields.push((key.trim().to_ascii_lowercase(), value.trim().to_owned(), span));
        }
    }
}

fn source(fields: &[(String, String, Span)]) -> Option<Source> {
    let get = |name: &str| fields.iter().find(|(key, ..)| key == name).map(|(_, value, span)| (&**value, *span));
    if get("enabled").is_some_and(|(value, _)| matches!(value, "no" | "false" | "without" | "off" | "disable" | "0")) {
        return None;
    }
    let words = |name: &str| -> Vec<String> {
        get(name).map_or(Vec::new(), |(value, _)| value.split_whitespace().map(str::to_owned).collect())
    };
    let (_, span) = get("uris")?;
    Some(Source {
        uris: words("uris"),
        suites: words("suites"),
        trusted: get("trusted").filter(|(value, _)| is_yes(value)).map(|(_, span)| span),
        insecure: get("allow-insecure").filter(|(value, _)| is_yes(value)).map(|(_, span)| span),
        signed_by: get("signed-by").map(|(value, _)| value.to_owned()),
        span,
    })
}

/// APT's words for yes.
pub fn is_yes(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "yes" | "true" | "with" | "on" | "enable" | "1")
}
