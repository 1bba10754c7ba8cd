//! Paths to attributes: `statement.*.effect`, `metadata.labels."app.kubernetes.io/name"`.

use std::sync::Arc;

use crate::value::{Data, REST, Value};

/// A path to an attribute, as a rule writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// True if it starts at the resource even inside `each`, `some` and `none` (written `/a.b`).
    pub absolute: bool,
    /// Its segments; `*` means every member, a number that member of a list (from 0). Empty means the value itself (written `.`).
    pub segments: Vec<Arc<str>>,
}

/// What stands at the end of a path. A path through a list leads to several places.
#[derive(Clone, Copy, Debug)]
pub enum Hit<'a> {
    /// A value, possibly unknown.
    Found(&'a Value),
    /// Nothing, or null. The value is the last thing that was there.
    Absent(&'a Value),
    /// The path leads on into something that is not known, by so many segments, so not even whether
    /// anything is there.
    Beyond(&'a Value, usize),
}

impl Path {
    /// Reads a path; the error is a sentence without a full stop.
    pub fn parse(text: &str) -> Result<Path, String> {
        let (absolute, rest) = text.strip_prefix('/').map_or((false, text), |rest| (true, rest));
        if rest == "." || (absolute && rest.is_empty()) {
            return Ok(Path { absolute, segments: Vec::new() });
        }
        let mut segments: Vec<Arc<str>> = Vec::new();
        let mut segment = String::new();
        let mut quoted = false;
        for c in rest.chars() {
            match c {
                '"' => quoted = !quoted,
                '.' if !quoted => segments.push(std::mem::take(&mut segment).into()),
                c => segment.push(c),
            }
        }
        segments.push(segment.into());
        if quoted {
            return Err(format!("the quote in the path `{text}` is not closed"));
        }
        if segments.iter().any(|segment| segment.is_empty()) {
            return Err(format!("the path `{text}` has an empty segment"));
        }
        Ok(Path { absolute, segments })
    }

    /// Everything the path leads to from `value`. Never empty: what is not there is [`Hit::Absent`].
    pub fn select<'a>(&self, value: &'a Value) -> Vec<Hit<'a>> {
        let mut hits = Vec::new();
        select(value, &self.segments, &mut hits);
        hits
    }

    /// What lies at the hit in each of the values that are meant there, if one of several is.
    pub fn choices<'a>(&self, hit: Hit<'a>) -> Option<Vec<Vec<Hit<'a>>>> {
        let (value, rest) = match hit {
            Hit::Found(value) => (value, 0),
            Hit::Beyond(value, rest) => (value, rest),
            Hit::Absent(_) => return None,
        };
        let rest = self.segments.get(self.segments.len().saturating_sub(rest)..).unwrap_or_default();
        let beyond = |choice| {
            let mut hits = Vec::new();
            select(choice, rest, &mut hits);
            hits
        };
        Some(value.choices()?.iter().map(beyond).collect())
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quote = |s: &Arc<str>| if s.contains('.') { format!("\"{s}\"") } else { s.to_string() };
        f.write_str(&self.segments.iter().map(quote).collect::<Vec<_>>().join("."))
    }
}

fn select<'a>(value: &'a Value, segments: &[Arc<str>], hits: &mut Vec<Hit<'a>>) {
    let Some((first, rest)) = segments.split_first() else {
        hits.push(if value.is_null() { Hit::Absent(value) } else { Hit::Found(value) });
        return;
    };
    match &value.data {
        Data::Unknown(_) => hits.push(Hit::Beyond(value, segments.len())),
        Data::Map(map) if &**first == "*" && !map.is_empty() => {
            map.iter().for_each(|(_, entry)| select(&entry.value, rest, hits));
        }
        Data::Map(map) => match map.find(first) {
            Some(entry) => select(&entry.value, rest, hits),
            None => match map.get(REST).filter(|others| others.as_unknown().is_some()) {
                Some(others) => select(others, rest, hits),
                None => hits.push(Hit::Absent(value)),
            },
        },
        Data::List(list) if first.bytes().all(|b| b.is_ascii_digit()) => match first.parse::<usize>().ok() {
            Some(n) => match list.get(n) {
                Some(item) => select(item, rest, hits),
                None => hits.push(Hit::Absent(value)),
            },
            None => hits.push(Hit::Absent(value)),
        },
        Data::List(list) if !list.is_empty() => {
            // A block that may be repeated is a list: the path goes on in each of them.
            let rest = if &**first == "*" { rest } else { segments };
            list.iter().for_each(|item| select(item, rest, hits));
        }
        _ => hits.push(Hit::Absent(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    fn text(s: &str) -> Value {
        Value::string(s, Span::new(SourceId(0), 0..0))
    }

    fn map(entries: Vec<(&str, Value)>) -> Value {
        Value::object(entries, Span::new(SourceId(0), 0..0))
    }

    fn found(path: &str, value: &Value) -> Vec<String> {
        let shown = |hit: Hit| match hit {
            Hit::Found(v) => v.as_str().unwrap_or("?").to_owned(),
            Hit::Absent(_) => "absent".to_owned(),
            Hit::Beyond(..) => "beyond".to_owned(),
        };
        Path::parse(path).unwrap().select(value).into_iter().map(shown).collect()
    }

    #[test]
    fn a_path_goes_through_lists_and_ignores_spelling() {
        let here = Span::new(SourceId(0), 0..0);
        let rules = Value::list(vec![map(vec![("FromPort", text("22"))]), map(vec![])], here);
        let value = map(vec![("Ingress", rules), ("a.b", text("dotted"))]);
        assert_eq!(found("ingress.from_port", &value), ["22", "absent"]);
        assert_eq!(found("\"a.b\"", &value), ["dotted"]);
        assert_eq!(found("ingress.0.from_port", &value), ["22"]);
        assert_eq!(found("ingress.2.from_port", &value), ["absent"]);
        assert_eq!(found("*", &map(vec![("x", text("1")), ("y", text("2"))])), ["1", "2"]);
        let unknown = Value::unknown(crate::value::Reason::Variable, "x", Span::new(SourceId(0), 0..0));
        assert_eq!(found("a.b", &map(vec![("a", unknown.clone())])), ["beyond"]);
        assert_eq!(found("a", &map(vec![("a", unknown.clone())])), ["?"]);
        let open = map(vec![("a", text("1")), ("...", unknown.clone())]);
        assert_eq!(found("b", &open), ["?"], "what was not read may have it");
        assert_eq!(found("b.c", &open), ["beyond"]);
        assert_eq!(found("a", &open), ["1"]);
        assert_eq!(found("b", &map(vec![("...", text("odd"))])), ["absent"], "a key like any other");
        assert_eq!(found("nothing.here", &value), ["absent"]);
        assert_eq!(found(".", &text("self")), ["self"]);
    }

    #[test]
    fn a_malformed_path_is_refused() {
        assert!(Path::parse("a..b").is_err());
        assert!(Path::parse("a.\"b").is_err());
        assert!(Path::parse("").is_err());
    }
}
