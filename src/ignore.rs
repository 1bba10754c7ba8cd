//! Inline ignores: `# duecare: ignore[rule-id] until=2027-01-31 reason="..."` in a comment.
//!
//! An ignore belongs to the audited tree, which its author controls, so it is never silent: each is
//! listed with what it switches off, one without a reason or past its date switches nothing off, and
//! `--no-ignores` shows the world without them.

use std::sync::OnceLock;

use jiff::civil::Date;
use regex::Regex;

use crate::format::Document;
use crate::source::{SourceId, Sources, Span};

/// An ignore as it stands in a file.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// The rule, by id, alias or another tool's id; `*` is not allowed.
    pub rule: String,
    /// Last day on which it holds (UTC).
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
    /// The comment.
    pub span: Span,
    /// Line of the comment.
    pub line: u32,
}

/// A comment that wants to be an ignore and is not one.
#[derive(Clone, Debug)]
pub struct Malformed {
    /// What is wrong with it.
    pub message: String,
    /// The comment.
    pub span: Span,
}

/// Finds the ignores of a document.
pub fn find(document: &Document, sources: &Sources, good: &mut Vec<Ignore>, bad: &mut Vec<Malformed>) {
    let Some(source) = sources.get(document.source) else { return };
    // Few files have one; a look at the whole text is cheaper than one at each comment.
    if memchr::memmem::find(source.text.as_bytes(), b"duecare:").is_none() {
        return;
    }
    for span in &document.comments {
        let text = source.slice(*span);
        let Some(start) = text.find("duecare:") else { continue };
        let line = source.line_of(span.start);
        let rest = text.get(start + "duecare:".len()..).unwrap_or("");
        match parse(rest.trim().trim_end_matches("*/")) {
            Ok((rules, until, reason)) => {
                good.extend(rules.into_iter().map(|rule| Ignore {
                    rule,
                    until,
                    reason: reason.clone(),
                    span: *span,
                    line,
                }));
            }
            Err(message) => bad.push(Malformed { message, span: *span }),
        }
    }
}

type Terms = (Vec<String>, Option<Date>, String);

fn parse(text: &str) -> Result<Terms, String> {
    static FORM: OnceLock<Option<Regex>> = OnceLock::new();
    let form = FORM.get_or_init(|| Regex::new(r#"^ignore\[([^\]]+)\]((?:\s+\w+=(?:"[^"]*"|\S+))*)\s*$"#).ok());
    let usage = "an ignore reads: duecare: ignore[rule-id] until=YYYY-MM-DD reason=\"why\"";
    let found = form.as_ref().and_then(|form| form.captures(text)).ok_or(usage)?;
    let group = |n: usize| found.get(n).map_or("", |group| group.as_str());
    let rules: Vec<String> =
        group(1).split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
    if rules.iter().any(|rule| rule.contains('*')) {
        return Err("an ignore names its rules one by one".to_owned());
    }
    let (mut until, mut reason) = (None, String::new());
    for (name, value) in terms(group(2)) {
        match name {
            "until" => until = Some(value.parse().map_err(|_| format!("`{value}` is not a date: until=YYYY-MM-DD"))?),
            "reason" => reason = value.trim().to_owned(),
            _ => return Err(format!("an ignore has no term `{name}`")),
        }
    }
    if reason.is_empty() {
        return Err("an ignore needs a reason: reason=\"why\"".to_owned());
    }
    Ok((rules, until, reason))
}

/// `name=value` and `name="value with spaces"`.
fn terms(text: &str) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        out.push((name, value));
        rest = next.trim_start();
    }
    out
}

impl Ignore {
    /// True if it is about the resource at `span` whose first line is `line`: the comment stands in
    /// it, at the end of its first line, or on the lines right above it.
    pub fn covers(&self, span: Span, line: u32, sources: &Sources) -> bool {
        if self.span.source != span.source {
            return false;
        }
        span.covers(self.span) || self.line == line || self.leads_to(line, span.source, sources)
    }

    /// True if only comments stand between this comment and `line`.
    fn leads_to(&self, line: u32, source: SourceId, sources: &Sources) -> bool {
        let Some(source) = sources.get(source) else { return false };
        let comment = |line: u32| matches!(source.line(line).trim_start().get(..1), Some("#" | "/" | "*"));
        self.line < line && line - self.line <= 20 && (self.line..line).all(comment)
    }

    /// True if its date has passed. The date is inclusive.
    pub fn expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| today > until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignore_has_rules_a_date_and_a_reason() {
        let (rules, until, reason) =
            parse("ignore[aws-rds-x, CKV_AWS_16] until=2027-01-31 reason=\"moves in May\"").unwrap();
        assert_eq!(rules, ["aws-rds-x", "CKV_AWS_16"]);
        assert_eq!(until, Some(jiff::civil::date(2027, 1, 31)));
        assert_eq!(reason, "moves in May");
    }

    #[test]
    fn what_is_not_an_ignore_says_why() {
        for (text, why) in [
            ("ignore[x]", "needs a reason"),
            ("ignore[x] reason=\"\"", "needs a reason"),
            ("ignore[*] reason=y", "one by one"),
            ("ignore[x] until=soon reason=y", "not a date"),
            ("ignore[x] owner=me reason=y", "no term `owner`"),
            ("skip x", "an ignore reads"),
        ] {
            assert!(parse(text).unwrap_err().contains(why), "{text}");
        }
    }

    #[test]
    fn the_last_day_counts() {
        let day = jiff::civil::date(2027, 1, 31);
        let span = Span::new(SourceId(0), 0..0);
        let ignore = Ignore { rule: "x".into(), until: Some(day), reason: "y".into(), span, line: 1 };
        assert!(!ignore.expired(day));
        assert!(ignore.expired(day.tomorrow().unwrap()));
    }
}
