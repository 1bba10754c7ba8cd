//! The JSON Schema of a rule file, for editors: made from the tables that the loader reads, so that
//! what an editor completes is what loads. `duecare rules schema` prints it.

use serde_json::{Map, Value, json};

use super::Severity;
use super::assertion::Quantifier;
use super::example::{Expect, LANGUAGES, is_host};
use super::load::{CHECK_FIELDS, RULE_FIELDS, TOOLS, Vocabulary};
use super::operator::{OPERATORS, Spec, TYPE_NAMES, Takes};

/// The schema, with the names that rules may use.
pub fn schema(vocabulary: &Vocabulary) -> Value {
    let kinds: Vec<&String> = vocabulary.kinds.keys().collect();
    let mut schema = object(
        RULE_FIELDS.iter().map(|name| (*name, field(name, vocabulary))),
        &["id", "title", "safeguard", "severity", "rationale", "remediation", "checks", "examples"],
    );
    let top = [
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("title", json!("A rule of duecare")),
        (
            "$defs",
            json!({
                "text": { "type": "string", "minLength": 1, "pattern": "\\S" },
                "texts": one_or_many(&json!({ "$ref": "#/$defs/text" })),
                "kinds": one_or_many(&json!({ "enum": kinds })),
                "check": object(CHECK_FIELDS.iter().map(|name| (*name, check_field(name))), &["applies_to", "assert"]),
                "assertion": assertion(),
                "assertions": { "type": "array", "minItems": 1, "items": reference("assertion") },
                "members": { "type": "object", "minProperties": 1, "additionalProperties": reference("assertion") },
                "linked": linked(),
                "present": object([("kind", reference("kinds")), ("where", reference("assertion"))], &["kind"]),
                "attribute": attribute(),
                "example": example(),
            }),
        ),
    ];
    if let Some(map) = schema.as_object_mut() {
        map.extend(top.map(|(key, value)| (key.to_owned(), value)));
    }
    schema
}

/// The operators as JSON: name, whether `not_` may stand before it, what it takes, what it means.
pub fn operators() -> Value {
    let one = |spec: &Spec| json!({ "name": spec.name, "negatable": spec.negatable, "takes": spec.takes.words(), "meaning": spec.meaning });
    OPERATORS.iter().map(one).collect()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A list, or one item of it.
fn one_or_many(item: &Value) -> Value {
    json!({ "anyOf": [item, { "type": "array", "items": item }] })
}

/// A map with these fields and no others.
fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>, required: &[&str]) -> Value {
    let properties: Map<String, Value> = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// The same schema with a description.
fn described(mut schema: Value, description: &str) -> Value {
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), description.into());
    }
    schema
}

/// The schema of a field of a rule. A field that is not here may hold anything; a test holds that
/// there is none.
fn field(name: &str, vocabulary: &Vocabulary) -> Value {
    let text = || reference("text");
    let severities: Vec<&str> = Severity::ALL.iter().map(|severity| severity.id()).collect();
    match name {
        "id" => described(
            json!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)+$" }),
            "The path of the file, with dashes; never reused",
        ),
        "title" => described(text(), "What holds when the rule passes"),
        "safeguard" => described(json!({ "enum": vocabulary.safeguards }), "What it serves: the only link to the law"),
        "severity" => described(json!({ "enum": severities }), "How bad a failure is"),
        "concepts" => described(reference("texts"), "What it answers of the coverage files"),
        "equivalents" => described(
            object(TOOLS.iter().map(|tool| (*tool, reference("texts"))), &[]),
            "The same check in other tools: tool to ids",
        ),
        "references" => described(reference("texts"), "Pages that state the facts it rests on"),
        "rationale" => described(text(), "Why it matters: what could happen to records"),
        "remediation" => described(text(), "What to do, and what happens to what exists"),
        "parameters" => parameters(),
        "checks" => described(
            json!({ "type": "array", "minItems": 1, "items": reference("check") }),
            "What is asked of which resources",
        ),
        "examples" => described(
            json!({ "type": "array", "minItems": 2, "items": reference("example") }),
            "Texts with the verdict that the rule must reach on them",
        ),
        "aliases" => described(reference("texts"), "Earlier ids"),
        "deprecated" => described(text(), "Why the rule is kept only for its id"),
        _ => json!({}),
    }
}

fn parameters() -> Value {
    let fields = [("description", reference("text")), ("default", json!({})), ("source", reference("text"))];
    let one = object(fields, &["description", "default", "source"]);
    described(
        json!({ "type": "object", "additionalProperties": one }),
        "Thresholds that an organisation may set, each with a default and whose it is",
    )
}

fn check_field(name: &str) -> Value {
    match name {
        "applies_to" => described(reference("kinds"), "Kinds of resources"),
        "when" => described(reference("assertion"), "Applies only where this holds"),
        "unless" => described(reference("assertion"), "Does not apply where this holds"),
        "assert" => described(reference("assertion"), "Must hold"),
        "expected" => described(reference("text"), "The expected state in words, where those of `assert` would not do"),
        _ => json!({}),
    }
}

/// A map: the words of the language, and paths to attributes.
fn assertion() -> Value {
    let mut properties = Map::new();
    for (name, schema, what) in [
        ("all", "assertions", "Every one of these holds"),
        ("any", "assertions", "At least one of these holds"),
        ("not", "assertion", "This does not hold"),
        ("linked", "linked", "Asked of the resources that refer to this one, or that it refers to"),
        ("present", "present", "The estate has such a resource"),
        ("unknown", "text", "What is written down does not tell, for this reason"),
    ] {
        properties.insert(name.to_owned(), described(reference(schema), what));
    }
    for (name, _) in Quantifier::ALL {
        let what = format!("Holds of {name} of the members at a path");
        properties.insert((*name).to_owned(), described(reference("members"), &what));
    }
    json!({
        "type": "object", "minProperties": 1, "properties": properties, "additionalProperties": reference("attribute"),
    })
}

fn linked() -> Value {
    let mut fields = vec![
        ("kind", reference("kinds")),
        ("via", described(reference("text"), "The attribute of the linked resource that refers to this one")),
        ("to", described(reference("text"), "The attribute of this resource that refers to the linked one")),
        ("exists", json!({ "type": "boolean" })),
        ("count", described(count(), "How many of them there must be")),
        ("where", described(reference("assertion"), "Which of them count")),
    ];
    fields.extend(Quantifier::ALL.iter().map(|(name, _)| (*name, reference("assertion"))));
    let mut schema = object(fields, &["kind"]);
    let one_of = |names: &[&str]| names.iter().map(|name| json!({ "required": [name] })).collect::<Value>();
    let asked: Vec<&str> = Quantifier::ALL.iter().map(|(name, _)| *name).chain(["exists", "count"]).collect();
    if let Some(map) = schema.as_object_mut() {
        map.insert("allOf".to_owned(), json!([{ "oneOf": one_of(&["via", "to"]) }, { "oneOf": one_of(&asked) }]));
        map.insert("dependentRequired".to_owned(), json!({ "where": ["count"] }));
    }
    schema
}

/// Bounds, each a whole number or a parameter.
fn count() -> Value {
    let bound = || json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^\\$" }] });
    let mut schema = object([("at_least", bound()), ("at_most", bound())], &[]);
    if let Some(map) = schema.as_object_mut() {
        map.insert("minProperties".to_owned(), 1.into());
    }
    schema
}

fn attribute() -> Value {
    let mut fields: Vec<(String, Value)> = Vec::new();
    for spec in OPERATORS {
        let takes = json!({ "anyOf": [takes(spec.takes), { "type": "string", "pattern": "^\\$" }] });
        fields.push((spec.name.to_owned(), described(takes.clone(), spec.meaning)));
        if spec.negatable {
            fields.push((format!("not_{}", spec.name), described(takes, &format!("not: {}", spec.meaning))));
        }
    }
    fields.push(("default".to_owned(), json!({ "description": "The documented value where none is set" })));
    let ignore_case = json!({ "type": "boolean", "description": "Compare without regard to case" });
    fields.push(("ignore_case".to_owned(), ignore_case));
    let ignore_deployment = json!({
        "type": "boolean",
        "description": "Account, region and stack that it is deployed to count as words like any other"
    });
    fields.push(("ignore_deployment".to_owned(), ignore_deployment));
    let mut schema = object(fields.iter().map(|(name, value)| (name.as_str(), value.clone())), &[]);
    if let Some(map) = schema.as_object_mut() {
        map.insert("minProperties".to_owned(), 1.into());
    }
    schema
}

fn takes(takes: Takes) -> Value {
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    match takes {
        Takes::Scalar => scalar,
        Takes::Scalars => json!({ "type": "array", "items": scalar }),
        Takes::Bool => json!({ "type": "boolean" }),
        Takes::Number => json!({ "type": "number" }),
        Takes::Texts => one_or_many(&scalar),
        Takes::Pattern => json!({ "type": "string", "format": "regex" }),
        Takes::Version => json!({ "type": ["string", "number"] }),
        Takes::Networks => one_or_many(&json!({ "type": "string" })),
        Takes::Path => json!({ "type": "string" }),
        Takes::TypeName => json!({ "enum": TYPE_NAMES }),
    }
}

fn example() -> Value {
    let expect: Vec<&str> = Expect::ALL.iter().map(|(id, _)| *id).collect();
    let files = || json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let mut fields = vec![
        ("expect", described(json!({ "enum": expect }), "The worst finding of the rule on this text")),
        ("title", described(reference("text"), "A sentence, where the text does not speak for itself")),
        ("line", described(json!({ "type": "integer", "minimum": 1 }), "The line that the finding must point at")),
        ("whole", described(json!({ "type": "boolean" }), "The example is a whole estate: what is absent is absent")),
        ("files", described(files(), "Further files: path to text")),
    ];
    let text = || json!({ "type": "string" });
    let special = object(
        [
            ("text", text()),
            ("mode", json!({ "type": "string", "pattern": "^[0-7]{3,5}$" })),
            ("owner", json!({ "type": "string", "pattern": "^[0-9]+:[0-9]+$" })),
            ("link", text()),
            ("directory", json!({ "type": "boolean" })),
        ],
        &[],
    );
    let host = json!({ "type": "object", "additionalProperties": { "anyOf": [text(), special] } });
    let files_of = |name: &str| if is_host(name) { host.clone() } else { files() };
    fields.extend(LANGUAGES.iter().map(|(name, _)| (*name, json!({ "anyOf": [text(), files_of(name)] }))));
    let mut schema = object(fields, &["expect"]);
    let one: Value = LANGUAGES.iter().map(|(name, _)| json!({ "required": [name] })).collect();
    if let Some(map) = schema.as_object_mut() {
        map.insert("oneOf".to_owned(), one);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Law;
    use crate::rule::pack;

    fn validator() -> jsonschema::Validator {
        let vocabulary = Vocabulary { safeguards: Law::built_in().unwrap().safeguard_ids(), kinds: pack::kinds() };
        jsonschema::validator_for(&schema(&vocabulary)).unwrap()
    }

    fn rule() -> Value {
        json!({
            "id": "aws-rds-x", "title": "t", "safeguard": "backup", "severity": "low", "rationale": "r",
            "remediation": "r",
            "checks": [{
                "applies_to": ["aws_db_instance"],
                "unless": { "linked": { "kind": "aws_db_instance", "via": "source", "exists": true } },
                "assert": {
                    "backup_retention_period": { "at_least": "$days", "default": 0 },
                    "some": { "tags": { ".": { "not_starts_with": "x", "default": null } } }
                }
            }],
            "examples": [
                { "expect": "fail", "line": 1, "terraform": "x" },
                { "expect": "pass", "host": { "etc/x": "y" } }
            ]
        })
    }

    #[test]
    fn every_field_is_described() {
        for name in RULE_FIELDS {
            assert!(field(name, &Vocabulary::default()).get("description").is_some(), "{name}");
        }
        for name in CHECK_FIELDS {
            assert!(check_field(name).get("description").is_some(), "{name}");
        }
    }

    #[test]
    fn a_rule_is_valid_and_a_mistake_is_not() {
        let validator = validator();
        let errors: Vec<String> = validator.iter_errors(&rule()).map(|e| e.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        for (pointer, wrong) in [
            ("/safeguard", json!("backups")),
            ("/severity", json!("urgent")),
            ("/checks/0/applies_to/0", json!("aws_db_instanc")),
            ("/checks/0/assert/backup_retention_period", json!({ "atleast": 7 })),
            ("/checks/0/assert/backup_retention_period", json!({})),
            ("/checks/0/unless/linked", json!({ "kind": "aws_db_instance", "exists": true })),
            ("/checks/0/unless/linked", json!({ "kind": "aws_db_instance", "via": "source", "count": {} })),
            ("/examples/0", json!({ "expect": "fail" })),
            ("/examples/0/expect", json!("fails")),
        ] {
            let mut bad = rule();
            *bad.pointer_mut(pointer).unwrap() = wrong;
            assert!(!validator.is_valid(&bad), "{pointer}");
        }
        let mut bad = rule();
        bad["titel"] = json!("x");
        assert!(!validator.is_valid(&bad));
    }

    #[test]
    #[allow(clippy::disallowed_methods)] // the tests read their own tree
    fn every_built_in_rule_is_valid() {
        let validator = validator();
        let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        for entry in walkdir::WalkDir::new(&top).into_iter().map(Result::unwrap) {
            let relative = entry.path().strip_prefix(&top).unwrap();
            if entry.file_type().is_file() && pack::is_rule(relative) {
                let rule: Value = serde_yaml::from_str(&std::fs::read_to_string(entry.path()).unwrap()).unwrap();
                let errors: Vec<String> =
                    validator.iter_errors(&rule).map(|e| format!("{}: {e}", e.instance_path())).collect();
                assert_eq!(errors, Vec::<String>::new(), "{}", relative.display());
            }
        }
    }
}
