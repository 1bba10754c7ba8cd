//! Which module a task calls, and with which arguments: the forms of
//! <https://docs.ansible.com/ansible/latest/reference_appendices/YAMLSyntax.html> and of `parse_kv` brought
//! into one, a map.

use std::sync::Arc;

use super::names;
use crate::model::tree::boolean;
use crate::source::Span;
use crate::value::{Entry, Map, Value};

/// A module and its arguments as written, templates not replaced.
pub struct Call {
    /// The full name of the module; not known where a task has several or a template for it.
    pub module: Value,
    /// The arguments: a map, or a template that makes one.
    pub arguments: Value,
    /// Where the module stands.
    pub span: Span,
}

/// The module of a task; `None` if it has none.
pub fn call(task: &Map) -> Option<Call> {
    for key in ["action", "local_action"] {
        if let Some(value) = task.get(key) {
            return Some(of_action(value, task.get("args")));
        }
    }
    let others: Vec<_> = task.iter().filter(|(key, _)| !names::is_keyword(key)).collect();
    let known = others.iter().find(|(key, _)| names::known(key).is_some());
    let (key, entry) = known.or(others.first())?;
    let span = entry.key;
    let name = names::full(key);
    let arguments = merged(&name, &entry.value, task.get("args"));
    Some(Call { module: Value::string(name, span), arguments, span })
}

/// `action: module key=value` and `action: { module: name, key: value }`.
fn of_action(value: &Value, args: Option<&Value>) -> Call {
    let span = value.span;
    if let Some(map) = value.as_map() {
        let module = map.get("module").cloned().unwrap_or_else(|| Value::null(span));
        let name = module.as_str().map(names::full).unwrap_or_default();
        let rest = map.iter().filter(|(key, _)| &***key != "module").map(|(key, entry)| (key.clone(), entry.clone()));
        let arguments = merged(&name, &Value::map(rest, span), args);
        let module = if module.as_str().is_some() { Value::string(name, module.span) } else { module };
        return Call { module, arguments, span };
    }
    let text = value.as_str().unwrap_or_default().trim();
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let name = names::full(name);
    let arguments = merged(&name, &Value::string(rest.trim(), span), args);
    Call { module: Value::string(name, span), arguments, span }
}

/// The arguments of the module over those of `args:`.
fn merged(module: &str, own: &Value, args: Option<&Value>) -> Value {
    let own = match own.as_str() {
        Some(text) if !is_template(text) || names::FREE_FORM.iter().any(|(name, _)| *name == module) => {
            free_form(module, text, own.span)
        }
        _ => own.clone(),
    };
    let below = args.and_then(Value::as_map);
    let Some(map) = own.as_map() else {
        // A module without arguments, or a template that makes them.
        let none = own.is_null();
        return below.filter(|_| none).map_or(if none { Value::map([], own.span) } else { own.clone() }, |map| {
            flags(Value::map(map.iter().map(|(key, entry)| (key.clone(), entry.clone())), own.span))
        });
    };
    let all = below.into_iter().flat_map(Map::iter).chain(map.iter());
    flags(Value::map(all.map(|(key, entry)| (key.clone(), entry.clone())), own.span))
}

/// True for a text that is a template and nothing else.
fn is_template(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{") && text.ends_with("}}")
}

/// Words such as `no` as the booleans that the module takes them for.
pub fn flags(arguments: Value) -> Value {
    let Some(map) = arguments.as_map() else { return arguments };
    let all = map.iter().map(|(key, entry)| {
        let value = if names::FLAGS.contains(&&**key) { boolean(entry.value.clone()) } else { entry.value.clone() };
        (key.clone(), Entry { key: entry.key, value })
    });
    Value::map(all, arguments.span)
}

/// `key=value` pairs. For a module that takes a text, only the pairs that it documents are taken out of it.
fn free_form(module: &str, text: &str, span: Span) -> Value {
    const OF_COMMAND: [&str; 6] = ["chdir", "creates", "executable", "removes", "stdin", "warn"];
    let takes = names::FREE_FORM.iter().find(|(name, _)| *name == module).map(|(_, argument)| *argument);
    let mut pairs: Vec<(Arc<str>, Value)> = Vec::new();
    let mut rest: Vec<&str> = Vec::new();
    for word in words(text) {
        let pair = word.split_once('=').filter(|(key, _)| is_name(key));
        let pair = pair.filter(|(key, _)| takes.is_none() || OF_COMMAND.contains(key));
        match pair {
            Some((key, value)) => pairs.push((key.into(), Value::string(unquoted(value), span))),
            None => rest.push(word),
        }
    }
    if !rest.is_empty() {
        // As it was written, unless pairs were taken out of it.
        let whole = if pairs.is_empty() { text.trim().to_owned() } else { rest.join(" ") };
        pairs.push((takes.unwrap_or("free_form").into(), Value::string(whole, span)));
    }
    Value::object(pairs, span)
}

fn is_name(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !key.is_empty()
}

fn unquoted(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// The words of a text; blanks within quotes or `{{ }}` part no words.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut quote, mut braces) = (None, None, 0_u32);
    let mut last = ' ';
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open && last != '\\' => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '{' && last == '{' => braces += 1,
            None if c == '}' && last == '}' => braces = braces.saturating_sub(1),
            None => {}
        }
        let parts = c.is_whitespace() && quote.is_none() && braces == 0;
        match (start, parts) {
            (Some(from), true) => {
                out.extend(text.get(from..at));
                start = None;
            }
            (None, false) => start = Some(at),
            _ => {}
        }
        last = c;
    }
    out.extend(start.and_then(|from| text.get(from..)));
    out
}
