//! Secrets never reach a finding. A value is withheld when the name of its attribute says that it is
//! a secret, or when the text itself looks like one.

use std::sync::OnceLock;

use crate::pattern::Pattern;
use crate::show;
use crate::value::{Data, Value, same_key};

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
    "storepass",
    "keypass",
    "rootpw",
    "requirepass",
    "masterauth",
    "defaultpass",
    "registeredusers",
    "rootpass",
    "oepass",
    "mysqlpass",
];

/// Ends of names whose values are secrets although their last word alone does not say so, as they are written.
const SECRET_SETTINGS: &[&str] = &["sensitive.props.key", "encryption.key", "encryption.vector"];

/// Kinds of resources whose content is a secret, and the attribute that holds it.
const SECRET_CONTENT: &[(&str, &str)] = &[
    ("Secret", "data"),
    ("Secret", "stringData"),
    ("kubernetes_secret", "data"),
    ("kubernetes_secret_v1", "data"),
    ("aws_secretsmanager_secret_version", "secret_string"),
    ("AWS::SecretsManager::Secret", "SecretString"),
    ("aws_ssm_parameter", "value"),
    ("azurerm_key_vault_secret", "value"),
    ("google_secret_manager_secret_version", "secret_data"),
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
    r#"(?i)(pass(word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|account_?key|private_?key)["']?\s*[=:]\s*["']?[^\s;,&"'$({<]{4,}"#,
    // A password that is piped or given to the program that sets it.
    r"(?i)\b(chpasswd|htpasswd|openssl\s+passwd|passwd\s+--stdin)\b",
    r"\$(1|2[aby]|5|6|y)\$[./A-Za-z0-9$]{8,}",
];

/// One of these is in every text that has one of those shapes, in lower case: most texts have none, and
/// the patterns need not be compiled for them.
const HINTS: &[&str] = &[
    "private key",
    "akia",
    "asia",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "xox",
    "aiza",
    "eyj",
    "://",
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "$1$",
    "$2",
    "$5$",
    "$6$",
    "$y$",
];

/// The value in words, or a note that it is withheld. `kind` is the kind of the resource, `path` the
/// path of the value in it, `beside` the map that holds it.
pub fn value(kind: &str, path: &str, it: &Value, beside: &Value) -> String {
    let content = |(of, attribute): &(&str, &str)| *of == kind && path.split(['.', '[']).next() == Some(attribute);
    let is_secret = names_a_secret(path)
        || SECRET_CONTENT.iter().any(content)
        || (path.rsplit('.').next().is_some_and(is_value_key) && pair_names_a_secret(beside));
    match &it.data {
        Data::Null | Data::Bool(_) | Data::Unknown(_) => show::value(it),
        _ if is_secret => format!("(withheld, {})", size(it)),
        Data::List(list) if holds_a_secret("", it) => format!("(a list of {}, with a secret among them)", list.len()),
        Data::Map(map) if holds_a_secret("", it) => format!("(a map of {}, with a secret among them)", map.len()),
        _ => text(&show::value(it)),
    }
}

/// True for what [`value`] says in place of a secret.
pub fn is_withheld(shown: &str) -> bool {
    shown.starts_with("(withheld") || shown.ends_with("with a secret among them)")
}

/// True if there is a secret somewhere in the value, which stands under `key`.
fn holds_a_secret(key: &str, it: &Value) -> bool {
    match &it.data {
        Data::Map(map) => pair_names_a_secret(it) || map.iter().any(|(key, entry)| holds_a_secret(key, &entry.value)),
        Data::List(list) => list.iter().any(|item| holds_a_secret(key, item)),
        Data::String(s) => (names_a_secret(key) && !s.is_empty()) || looks_secret(s),
        _ => false,
    }
}

fn is_value_key(key: &str) -> bool {
    ["value", "parameter_value", "default"].iter().any(|name| same_key(key, name))
}

/// True for `{ name: DB_PASSWORD, value: ... }`, as environments and parameters are written.
fn pair_names_a_secret(it: &Value) -> bool {
    let Some(map) = it.as_map() else { return false };
    let name = ["name", "key", "parameter_key"].iter().find_map(|key| map.find(key));
    let named = name.and_then(|entry| entry.value.as_str()).is_some_and(names_a_secret);
    named && map.iter().any(|(key, entry)| is_value_key(key) && entry.value.as_str().is_some_and(|s| !s.is_empty()))
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
    let lower = text.to_ascii_lowercase();
    if !HINTS.iter().any(|hint| lower.contains(hint)) {
        return false;
    }
    static SHAPES: OnceLock<Pattern> = OnceLock::new();
    // What does not compile withholds everything; a test holds that it compiles.
    let any = || SECRET_SHAPES.iter().map(|shape| format!("(?:{shape})")).collect::<Vec<_>>().join("|");
    SHAPES.get_or_init(|| Pattern::new(&any())).finds(text).unwrap_or(true)
}

/// True if the last named segment of the path is the name of a secret, or the path ends with one.
pub fn names_a_secret(path: &str) -> bool {
    let whole = path.trim_end_matches('"');
    if SECRET_SETTINGS.iter().any(|setting| whole.ends_with(setting)) {
        return true;
    }
    let name = path.rsplit('.').find(|part| part.chars().any(char::is_alphabetic)).unwrap_or(path);
    let name: String = name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.contains(&name.as_str())
        || SECRET_NAMES.iter().any(|secret| name.contains(secret))
            && !ABOUT_SECRETS.iter().any(|about| name.contains(about))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    fn of(s: &str) -> Value {
        Value::string(s, Span::new(SourceId(0), 0..0))
    }

    fn shown(path: &str, it: &Value) -> String {
        value("aws_db_instance", path, it, &Value::null(it.span))
    }

    fn pair(name: &str, secret: &str) -> Value {
        Value::object([("name", of(name)), ("value", of(secret))], of("").span)
    }

    #[test]
    fn a_secret_is_withheld_by_its_name_or_by_its_shape() {
        assert_eq!(shown("master_password", &of("hunter2hunter2")), "(withheld, 14 characters)");
        assert_eq!(shown("environment.DB_PASSWORD", &of("x1")), "(withheld, 2 characters)");
        for name in [
            "requirepass",
            "environment.OE_PASS",
            "MYSQL_ROOT_PASS",
            "\"nifi.sensitive.props.key\"",
            "\"encryption.key\"",
        ] {
            assert_eq!(shown(name, &of("Winter-2031")), "(withheld, 11 characters)", "{name}");
        }
        for secret in [
            "AKIAIOSFODNN7EXAMPLE",
            "postgres://u:p4ss@db/x",
            "password=hunter2",
            "ENV DB_PASSWORD=hunter2",
            "--token: \"abcdefgh\"",
            "-----BEGIN RSA PRIVATE KEY-----",
            "RUN echo 'clinic:Winter-2031' | chpasswd",
        ] {
            assert!(shown("anything", &of(secret)).starts_with("(withheld"), "{secret}");
        }
    }

    #[test]
    fn a_secret_is_withheld_by_what_it_stands_in() {
        let (name, secret) = ("DB_PASSWORD", "hunter2");
        let null = Value::null(of("").span);
        let one = pair(name, secret);
        let list = Value::list(vec![one.clone()], one.span);
        for shown in [
            value("Secret", "stringData.x", &of(secret), &null),
            value("Secret", "data", &Value::object([("x", of(secret))], one.span), &null),
            value("kubernetes.container", "env[0].value", &of(secret), &one),
            value("kubernetes.container", "env", &list, &null),
            value("kubernetes.container", "env[0]", &one, &null),
            value("kubernetes.container", "spec", &Value::object([("env", list.clone())], one.span), &null),
            value("compose.service", "environment", &Value::object([(name, of(secret))], one.span), &null),
        ] {
            assert!(!shown.contains(secret), "{shown}");
        }
        let public = Value::list(vec![pair("LOG_LEVEL", "debug")], one.span);
        assert!(value("kubernetes.container", "env", &public, &null).contains("debug"));
    }

    #[test]
    fn a_setting_about_secrets_is_shown() {
        for (path, text) in [("password_reuse_prevention", "24"), ("http_tokens", "required"), ("secret_arn", "arn:x")]
        {
            assert_eq!(shown(path, &of(text)), format!("\"{text}\""), "{path}");
        }
        assert_eq!(shown("image", &of("nginx:1.27")), "\"nginx:1.27\"");
        assert_eq!(shown("policy", &of("secretsmanager:GetSecretValue")), "\"secretsmanager:GetSecretValue\"");
    }
}
