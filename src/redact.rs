//! Secrets never reach a finding. A value is withheld when the name of its attribute says that it is
//! a secret, or when the text itself looks like one.

use std::sync::OnceLock;

use regex::RegexSet;

use crate::show;
use crate::value::{Data, Value};

/// Parts of attribute names whose values are secrets.
const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "passphrase",
    "connectionstring",
    "authkey",
    "sastoken",
    "userdata",
];

/// Names that contain one of those and hold no secret: settings *about* secrets.
const ABOUT_SECRETS: &[&str] = &[
    "arn",
    "policy",
    "length",
    "reuse",
    "age",
    "rotation",
    "enabled",
    "name",
    "expir",
    "authentication",
    "version",
    "automount",
    "permit",
    "require",
    "hop",
    "httptokens",
    "tokens",
    "allow",
    "ttl",
    "period",
    "days",
    "manage",
    "kms",
    "symbols",
    "numbers",
    "characters",
    "id",
    "ref",
    "type",
    "path",
    "file",
];

/// Shapes of secrets, whatever they are called.
const SECRET_SHAPES: &[&str] = &[
    r"-----BEGIN [A-Z ]*PRIVATE KEY",
    r"\b(AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{30,}\b",
    r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    r"\bAIza[0-9A-Za-z_-]{35}\b",
    r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.",
    r"(?i)\b(postgres(ql)?|mysql|mongodb(\+srv)?|redis|amqps?|https?)://[^\s:/@]+:[^\s/@]+@",
    r"(?i)\b(pass(word|wd)?|pwd|secret|token|api_?key|access_?key|account_?key|shared_?access_?key)\s*[=:]\s*[^\s;,&]{4,}",
    r"\$(1|2[aby]|5|6|y)\$[./A-Za-z0-9$]{8,}",
];

/// The value in words, or a note that it is withheld.
pub fn value(path: &str, it: &Value) -> String {
    let secret_name = names_a_secret(path);
    match &it.data {
        Data::Null | Data::Bool(_) | Data::Unknown(_) => show::value(it),
        Data::Number(_) if !secret_name => show::value(it),
        Data::Map(map) if !secret_name => {
            let hidden = map.iter().any(|(key, entry)| withheld(key, &entry.value));
            if hidden {
                format!("(a map of {} entries, one of them a secret)", map.len())
            } else {
                text(&show::value(it))
            }
        }
        _ if secret_name => format!("(withheld, {})", size(it)),
        _ => text(&show::value(it)),
    }
}

fn withheld(key: &str, it: &Value) -> bool {
    match &it.data {
        Data::Map(map) => map.iter().any(|(key, entry)| withheld(key, &entry.value)),
        Data::List(list) => list.iter().any(|item| withheld(key, item)),
        Data::String(s) => (names_a_secret(key) && !s.is_empty()) || looks_secret(s),
        _ => false,
    }
}

fn size(it: &Value) -> String {
    match &it.data {
        Data::String(text) => format!("{} characters", text.chars().count()),
        _ => it.type_name().to_owned(),
    }
}

/// A text with nothing in it that looks like a secret.
pub fn text(shown: &str) -> String {
    if looks_secret(shown) { format!("(withheld, {} characters)", shown.chars().count()) } else { shown.to_owned() }
}

/// True if the text has the shape of a secret.
pub fn looks_secret(text: &str) -> bool {
    static SHAPES: OnceLock<Option<RegexSet>> = OnceLock::new();
    // A set that does not compile withholds everything; a test holds that it compiles.
    SHAPES.get_or_init(|| RegexSet::new(SECRET_SHAPES).ok()).as_ref().is_none_or(|set| set.is_match(text))
}

/// True if the last named segment of the path is the name of a secret.
pub fn names_a_secret(path: &str) -> bool {
    let name = path.rsplit('.').find(|part| part.chars().any(char::is_alphabetic)).unwrap_or(path);
    let name: String = name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.iter().any(|secret| name.contains(secret)) && !ABOUT_SECRETS.iter().any(|about| name.contains(about))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    fn of(s: &str) -> Value {
        Value::string(s, Span::new(SourceId(0), 0..0))
    }

    #[test]
    fn a_secret_is_withheld_by_its_name_or_by_its_shape() {
        assert_eq!(value("master_password", &of("hunter2hunter2")), "(withheld, 14 characters)");
        assert_eq!(value("environment.DB_PASSWORD", &of("x1")), "(withheld, 2 characters)");
        for secret in
            ["AKIAIOSFODNN7EXAMPLE", "postgres://u:p4ss@db/x", "password=hunter2", "-----BEGIN RSA PRIVATE KEY-----"]
        {
            assert!(value("anything", &of(secret)).starts_with("(withheld"), "{secret}");
        }
    }

    #[test]
    fn a_setting_about_secrets_is_shown() {
        for (path, shown) in [("password_reuse_prevention", "24"), ("http_tokens", "required"), ("secret_arn", "arn:x")]
        {
            assert_eq!(value(path, &of(shown)), format!("\"{shown}\""), "{path}");
        }
        assert_eq!(value("image", &of("nginx:1.27")), "\"nginx:1.27\"");
    }
}
