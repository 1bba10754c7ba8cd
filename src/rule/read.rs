//! Reading a rule file field by field. Everything that is not understood becomes a [`Problem`] with
//! its place, and reading goes on, so that an author sees all mistakes at once.

use std::collections::BTreeMap;

use crate::source::Span;
use crate::value::{Map, Value};

/// A mistake in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What was probably meant, or what is allowed.
    pub help: Option<String>,
}

/// Collects problems while values are taken out of maps.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub problems: Vec<Problem>,
}

impl Reader {
    /// Notes a problem.
    pub fn problem(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        self.problems.push(Problem { span, message: message.into(), help });
    }

    /// The value as a map that has no fields but `allowed`.
    pub fn fields<'a>(&mut self, value: &'a Value, what: &str, allowed: &[&str]) -> Option<&'a Map> {
        let map = self.map(value, what)?;
        for (key, entry) in map.iter() {
            if !allowed.contains(&&**key) {
                let help = suggest(key, allowed.iter().copied());
                self.problem(entry.key, format!("{what} has no field `{key}`"), help);
            }
        }
        Some(map)
    }

    /// The value as a map.
    pub fn map<'a>(&mut self, value: &'a Value, what: &str) -> Option<&'a Map> {
        let map = value.as_map();
        if map.is_none() {
            self.problem(value.span, format!("{what} must be a map, not {}", value.type_name()), None);
        }
        map
    }

    /// A field that must be there.
    pub fn required<'a>(&mut self, map: &'a Map, at: Span, what: &str, key: &str) -> Option<&'a Value> {
        let value = map.get(key).filter(|value| !value.is_null());
        if value.is_none() {
            self.problem(at, format!("{what} needs the field `{key}`"), None);
        }
        value
    }

    /// A text that is not empty.
    pub fn text(&mut self, value: &Value, what: &str) -> Option<String> {
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
        if text.is_none() {
            self.problem(value.span, format!("{what} must be a text, not {}", value.type_name()), None);
        }
        text.map(str::to_owned)
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, value: &Value, what: &str) -> Vec<(String, Span)> {
        let items = value.as_list().map_or(std::slice::from_ref(value), |list| &list[..]);
        items.iter().filter_map(|item| Some((self.text(item, what)?, item.span))).collect()
    }

    /// A field that holds a text and must be there.
    pub fn required_text(&mut self, map: &Map, at: Span, what: &str, key: &str) -> String {
        let value = self.required(map, at, what, key);
        value.and_then(|value| self.text(value, &format!("`{key}`"))).unwrap_or_default()
    }

    /// A field that holds a list of texts and may be absent.
    pub fn optional_texts(&mut self, map: &Map, key: &str) -> Vec<(String, Span)> {
        map.get(key).map(|value| self.texts(value, &format!("`{key}`"))).unwrap_or_default()
    }

    /// A field that maps names to lists of texts and may be absent.
    pub fn text_lists(&mut self, map: &Map, key: &str, names: &[&str]) -> BTreeMap<String, Vec<String>> {
        let Some(value) = map.get(key) else { return BTreeMap::new() };
        let Some(lists) = self.fields(value, &format!("`{key}`"), names) else { return BTreeMap::new() };
        let texts = |entry: &Value, this: &mut Self| this.texts(entry, "an id").into_iter().map(|(id, _)| id).collect();
        lists.iter().map(|(name, entry)| (name.to_string(), texts(&entry.value, self))).collect()
    }

    /// A text that is one of a closed set of names.
    pub fn name<'a>(
        &mut self,
        text: &str,
        span: Span,
        what: &str,
        allowed: impl Iterator<Item = &'a str> + Clone,
    ) -> bool {
        let known = allowed.clone().any(|name| name == text);
        if !known {
            let all: Vec<&str> = allowed.clone().take(13).collect();
            let list = (all.len() < 13).then(|| format!("it is one of {}", all.join(", ")));
            self.problem(span, format!("there is no {what} `{text}`"), suggest(text, allowed).or(list));
        }
        known
    }
}

/// "did you mean ...", when a name is close enough.
pub(super) fn suggest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let near = names.map(|name| (strsim::jaro_winkler(wrong, name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    near.filter(|(score, _)| *score > 0.8).map(|(_, name)| format!("did you mean `{name}`?"))
}
