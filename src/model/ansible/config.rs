//! `ansible.cfg` as a resource `ansible.config`: a map of sections
//! (<https://docs.ansible.com/ansible/latest/reference_appendices/config.html>).

use std::sync::Arc;

use super::ini::sections;
use crate::model::tree::{Entries, boolean, entry};
use crate::source::{SourceId, Span};
use crate::value::Value;

/// True for the path of such a file.
pub fn is_config(path: &str) -> bool {
    path.rsplit('/').next() == Some("ansible.cfg")
}

/// Its sections, keys in small letters; a word such as `no` is a boolean.
pub fn attributes(text: &str, source: SourceId) -> Value {
    let whole = Span::new(source, 0..text.len());
    let mut all = Entries::new();
    for section in sections(text, source).iter().filter(|section| !section.name.is_empty()) {
        let pairs = section.lines.iter().filter_map(|line| {
            let (key, value) = line.text.split_once(['=', ':'])?;
            let value = boolean(Value::string(value.trim(), line.span));
            Some((Arc::from(key.trim().to_ascii_lowercase()), entry(value)))
        });
        let at = section.lines.first().map_or(whole, |line| line.span);
        all.insert(section.name.into(), entry(Value::map(pairs.collect::<Entries>(), at)));
    }
    Value::map(all, whole)
}
