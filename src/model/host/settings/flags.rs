//! The options with which a unit starts a service, as settings.

use crate::model::host::systemd::Argument;
use crate::source::Span;
use crate::value::Value;

/// Options whose setting has another name: dockerd writes one value each and its file a list
/// (<https://docs.docker.com/reference/cli/dockerd/>).
const RENAMED: &[(&str, &str)] = &[
    ("-H", "hosts"),
    ("--host", "hosts"),
    ("--insecure-registry", "insecure-registries"),
    ("--default-ulimit", "default-ulimits"),
    ("--log-opt", "log-opts"),
];

/// Options with two dashes, and the single letters of [`RENAMED`]; what repeats is a list.
pub fn settings(words: &[Argument], place: Span) -> Value {
    let mut out: Vec<(String, Vec<Value>)> = Vec::new();
    let mut rest = words.iter().skip(1).peekable();
    while let Some(word) = rest.next() {
        let (name, joined) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (&*word.text, None),
        };
        let renamed = RENAMED.iter().find(|(option, _)| *option == name).map(|(_, setting)| *setting);
        let Some(key) = renamed.or_else(|| name.strip_prefix("--")) else { continue };
        let next = if joined.is_none() { rest.next_if(|next| !next.text.starts_with('-')) } else { None };
        let value = joined.or_else(|| next.map(|next| next.text.clone())).unwrap_or_else(|| "true".to_owned());
        let value = Value::string(value, word.span);
        match out.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value),
            None => out.push((key.to_owned(), vec![value])),
        }
    }
    let is_list = |key: &str| RENAMED.iter().any(|(_, setting)| *setting == key);
    let joined = out.into_iter().map(|(key, mut values)| {
        let value = if is_list(&key) { Value::list(values, place) } else { values.swap_remove(values.len() - 1) };
        (key, value)
    });
    Value::object(joined, place)
}
