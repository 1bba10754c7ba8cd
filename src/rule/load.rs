//! From a parsed rule file to a [`Rule`]. Strict: an unknown field, operator, safeguard or resource
//! kind, a check that no example can prove, is a problem that points at its line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::assertion::{Asked, Assertion, Attribute, Bounds, Link, Linked, Members, Present, Quantifier};
use super::example::{self, Expect};
use super::operator::{Argument, OPERATORS, Operator, Spec, TYPE_NAMES, Takes, Test};
use super::path::Path;
pub use super::read::Problem;
use super::read::{Reader, suggest};
use super::{Check, Parameter, Rule, Severity};
use crate::pattern::Pattern;
use crate::source::Span;
use crate::value::{Data, Map, Number, Value};

/// The fields of a rule, in the order in which a rule file should have them.
pub const RULE_FIELDS: &[&str] = &[
    "id",
    "title",
    "safeguard",
    "severity",
    "concepts",
    "equivalents",
    "references",
    "rationale",
    "remediation",
    "parameters",
    "checks",
    "examples",
    "aliases",
    "deprecated",
];

/// The fields of a check.
pub const CHECK_FIELDS: &[&str] = &["applies_to", "when", "unless", "assert", "expected"];

/// The fields of `linked`.
const LINKED_FIELDS: &[&str] = &["kind", "via", "to", "each", "some", "none", "exists", "count", "where"];

/// The tools whose ids `equivalents` may name.
pub const TOOLS: &[&str] =
    &["aws_config", "checkov", "devsec", "guard", "kics", "lynis", "prowler", "ssg", "trivy", "wazuh"];

/// The names that rules may use.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Safeguards.
    pub safeguards: BTreeSet<String>,
    /// Kinds of resources, and the group of each.
    pub kinds: BTreeMap<String, String>,
}

/// Values of parameters that an organisation set: rule id to parameter to value.
pub type Overrides = BTreeMap<String, BTreeMap<String, serde_json::Value>>;

/// Reads a rule from the tree of its file. `vocabulary` is `None` for a pack that was checked when
/// it was built.
pub fn load(value: &Value, vocabulary: Option<&Vocabulary>, overrides: &Overrides) -> Result<Rule, Vec<Problem>> {
    let mut loader = Loader { reader: Reader::default(), vocabulary, parameters: BTreeMap::new() };
    let rule = loader.rule(value, overrides);
    match rule {
        Some(rule) if loader.reader.problems.is_empty() => Ok(rule),
        _ => Err(loader.reader.problems),
    }
}

struct Loader<'a> {
    reader: Reader,
    vocabulary: Option<&'a Vocabulary>,
    parameters: BTreeMap<String, Parameter>,
}

impl Loader<'_> {
    fn rule(&mut self, value: &Value, overrides: &Overrides) -> Option<Rule> {
        let map = self.reader.fields(value, "a rule", RULE_FIELDS)?;
        let start = Span { end: value.span.start, ..value.span };
        let id = self.reader.required_text(map, start, "a rule", "id");
        self.parameters = self.parameters(map, overrides.get(&id));
        let (safeguard, severity) = (self.safeguard(map, start), self.severity(map, start));
        let checks = self.checks(map, start);
        let examples = self.examples(map);
        let concepts = self.reader.optional_texts(map, "concepts");
        let mut ids = |key| self.reader.optional_texts(map, key).into_iter().map(|(text, _)| text).collect();
        let (references, aliases) = (ids("references"), ids("aliases"));
        Some(Rule {
            title: self.reader.required_text(map, start, "a rule", "title"),
            rationale: self.reader.required_text(map, start, "a rule", "rationale"),
            remediation: self.reader.required_text(map, start, "a rule", "remediation"),
            equivalents: self.reader.text_lists(map, "equivalents", TOOLS),
            deprecated: map.get("deprecated").and_then(|value| self.reader.text(value, "`deprecated`")),
            parameters: std::mem::take(&mut self.parameters),
            concepts: concepts.into_iter().map(|(text, _)| text).collect(),
            id: id.into(),
            safeguard: safeguard.into(),
            severity,
            references,
            checks,
            examples,
            aliases,
        })
    }

    fn safeguard(&mut self, map: &Map, start: Span) -> String {
        let name = self.reader.required_text(map, start, "a rule", "safeguard");
        if let (Some(vocabulary), Some(value)) = (self.vocabulary, map.get("safeguard")) {
            self.reader.name(&name, value.span, "safeguard", vocabulary.safeguards.iter().map(String::as_str));
        }
        name
    }

    fn severity(&mut self, map: &Map, start: Span) -> Severity {
        let name = self.reader.required_text(map, start, "a rule", "severity");
        if let Some(value) = map.get("severity") {
            self.reader.name(&name, value.span, "severity", Severity::ALL.iter().map(|severity| severity.id()));
        }
        Severity::from_id(&name).unwrap_or(Severity::Medium)
    }

    fn parameters(
        &mut self,
        map: &Map,
        set: Option<&BTreeMap<String, serde_json::Value>>,
    ) -> BTreeMap<String, Parameter> {
        let mut parameters = BTreeMap::new();
        let Some(list) = map.get("parameters").and_then(|value| self.reader.map(value, "`parameters`")) else {
            return parameters;
        };
        for (name, entry) in list.iter() {
            let what = format!("the parameter `{name}`");
            let Some(fields) = self.reader.fields(&entry.value, &what, &["description", "default", "source"]) else {
                continue;
            };
            let Some(default) = self.reader.required(fields, entry.key, &what, "default").cloned() else { continue };
            let value = set.and_then(|set| set.get(&**name)).map(|json| from_json(json, default.span));
            let parameter = Parameter {
                description: self.reader.required_text(fields, entry.key, &what, "description"),
                source: self.reader.required_text(fields, entry.key, &what, "source"),
                value: value.unwrap_or_else(|| default.clone()),
                default,
            };
            parameters.insert(name.to_string(), parameter);
        }
        parameters
    }

    fn checks(&mut self, map: &Map, start: Span) -> Vec<Check> {
        let Some(value) = self.reader.required(map, start, "a rule", "checks") else { return Vec::new() };
        let list = value.as_list().map(|list| list.to_vec()).unwrap_or_default();
        if list.is_empty() {
            self.reader.problem(value.span, "`checks` must be a list with at least one check", None);
        }
        list.iter().filter_map(|check| self.check(check)).collect()
    }

    fn check(&mut self, value: &Value) -> Option<Check> {
        let map = self.reader.fields(value, "a check", CHECK_FIELDS)?;
        let applies_to = self.reader.required(map, value.span, "a check", "applies_to").cloned();
        let kinds = applies_to.map(|value| self.kinds(&value)).unwrap_or_default();
        let assert = self.reader.required(map, value.span, "a check", "assert").cloned();
        Some(Check {
            applies_to: kinds,
            when: map.get("when").map(|value| self.assertion(value)),
            unless: map.get("unless").map(|value| self.assertion(value)),
            assert: assert.map_or(Assertion::TRUE, |value| self.assertion(&value)),
            expected: map.get("expected").and_then(|value| self.reader.text(value, "`expected`")),
        })
    }

    fn kinds(&mut self, value: &Value) -> Vec<Arc<str>> {
        let kinds = self.reader.texts(value, "a kind of resource");
        if let Some(vocabulary) = self.vocabulary {
            for (kind, span) in &kinds {
                self.reader.name(kind, *span, "kind of resource", vocabulary.kinds.keys().map(String::as_str));
            }
        }
        kinds.into_iter().map(|(kind, _)| kind.into()).collect()
    }

    fn examples(&mut self, map: &Map) -> Vec<example::Example> {
        let Some(value) = map.get("examples") else {
            // The embedded pack keeps its examples apart; a pack that is read strictly has them.
            if let (Some(_), Some(checks)) = (self.vocabulary, map.get("checks")) {
                self.reader.problem(checks.span, "a rule needs `examples` that pass and fail", None);
            }
            return Vec::new();
        };
        let list = value.as_list().map(|list| list.to_vec()).unwrap_or_default();
        let examples: Vec<_> = list.iter().filter_map(|value| example::read(&mut self.reader, value)).collect();
        for expect in [Expect::Pass, Expect::Fail] {
            if !examples.iter().any(|example| example.expect == expect) {
                self.reader.problem(value.span, format!("no example expects `{}`", expect.id()), None);
            }
        }
        examples
    }

    /// An assertion: a map whose entries must all hold.
    fn assertion(&mut self, value: &Value) -> Assertion {
        let Some(map) = self.reader.map(value, "an assertion") else { return Assertion::TRUE };
        if map.is_empty() {
            self.reader.problem(value.span, "an assertion must ask something", None);
        }
        let mut parts: Vec<Assertion> =
            map.iter().filter_map(|(key, entry)| self.entry(key, entry.key, &entry.value)).collect();
        if parts.len() == 1 { parts.remove(0) } else { Assertion::All(parts) }
    }

    fn entry(&mut self, key: &str, at: Span, value: &Value) -> Option<Assertion> {
        match key {
            "all" => Some(Assertion::All(self.list(value, key)?)),
            "any" => Some(Assertion::Any(self.list(value, key)?)),
            "not" => Some(Assertion::Not(Box::new(self.assertion(value)))),
            "linked" => self.linked(value),
            "present" => self.present(value),
            "unknown" => self.reader.text(value, "`unknown`").map(Assertion::Unknown),
            _ => match Quantifier::ALL.iter().find(|(name, _)| *name == key) {
                Some((_, quantifier)) => self.members(*quantifier, value),
                None => self.attribute(key, at, value),
            },
        }
    }

    fn list(&mut self, value: &Value, key: &str) -> Option<Vec<Assertion>> {
        let list = value.as_list().filter(|list| !list.is_empty()).map(|list| list.to_vec());
        if list.is_none() {
            self.reader.problem(value.span, format!("`{key}` must be a list of assertions, and not empty"), None);
        }
        Some(list?.iter().map(|item| self.assertion(item)).collect())
    }

    fn members(&mut self, quantifier: Quantifier, value: &Value) -> Option<Assertion> {
        let map = self.reader.map(value, "a quantifier")?;
        let mut parts = Vec::new();
        for (key, entry) in map.iter() {
            let path = self.path(key, entry.key)?;
            let body = self.assertion(&entry.value);
            parts.push(Assertion::Members(Box::new(Members { quantifier, path, body })));
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Assertion::All(parts) })
    }

    fn linked(&mut self, value: &Value) -> Option<Assertion> {
        let map = self.reader.fields(value, "`linked`", LINKED_FIELDS)?;
        let kinds = self.reader.required(map, value.span, "`linked`", "kind").cloned();
        let kinds = kinds.map(|value| self.kinds(&value)).unwrap_or_default();
        let by = match (map.get("via"), map.get("to")) {
            (Some(via), None) => self.path_value(via).map(Link::Via),
            (None, Some(to)) => self.path_value(to).map(Link::To),
            _ => {
                let help = "`via` is an attribute of the linked resource, `to` one of this resource";
                self.reader.problem(value.span, "`linked` needs either `via` or `to`", Some(help.to_owned()));
                None
            }
        }?;
        let asked: Vec<_> = Quantifier::ALL.iter().filter_map(|(name, q)| Some((*q, map.get(name)?.clone()))).collect();
        let whole = || map.get("where").cloned();
        let (asked, body) = match (asked.as_slice(), map.get("exists").map(Value::as_bool), map.get("count")) {
            ([(quantifier, body)], None, None) => (Asked::Of(*quantifier), self.assertion(body)),
            ([], Some(Some(true)), None) => (Asked::Of(Quantifier::Some), Assertion::TRUE),
            ([], Some(Some(false)), None) => (Asked::Of(Quantifier::None), Assertion::TRUE),
            ([], None, Some(count)) => {
                let body = whole().map_or(Assertion::TRUE, |body| self.assertion(&body));
                (Asked::Count(self.bounds(count)?), body)
            }
            _ => {
                let message = "`linked` needs one of `some`, `each`, `none`, `exists`, `count`";
                self.reader.problem(value.span, message, None);
                return None;
            }
        };
        if whole().is_some() && !matches!(asked, Asked::Count(_)) {
            self.reader.problem(value.span, "`where` belongs to `count`", None);
        }
        Some(Assertion::Linked(Box::new(Linked { kinds, by, asked, body })))
    }

    /// `{ at_least: 2 }`: whole numbers, or parameters that are.
    fn bounds(&mut self, value: &Value) -> Option<Bounds> {
        let map = self.reader.fields(value, "`count`", &["at_least", "at_most"])?;
        let mut bound = |name: &str| {
            let number = self.parameter(map.get(name)?).0;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole and not below 0
            let whole =
                number.as_number().map(Number::as_f64).filter(|n| *n >= 0.0 && n.fract() == 0.0).map(|n| n as u64);
            if whole.is_none() {
                self.reader.problem(
                    number.span,
                    format!("`{name}` takes a whole number, not {}", number.type_name()),
                    None,
                );
            }
            whole
        };
        let bounds = Bounds { at_least: bound("at_least"), at_most: bound("at_most") };
        if map.is_empty() {
            self.reader.problem(value.span, "`count` needs `at_least` or `at_most`", None);
        }
        Some(bounds)
    }

    fn present(&mut self, value: &Value) -> Option<Assertion> {
        let map = self.reader.fields(value, "`present`", &["kind", "where"])?;
        let kinds = self.reader.required(map, value.span, "`present`", "kind").cloned();
        let kinds = kinds.map(|value| self.kinds(&value)).unwrap_or_default();
        let body = map.get("where").map_or(Assertion::TRUE, |body| self.assertion(body));
        Some(Assertion::Present(Box::new(Present { kinds, body })))
    }

    fn path(&mut self, text: &str, span: Span) -> Option<Path> {
        Path::parse(text).map_err(|message| self.reader.problem(span, message, None)).ok()
    }

    fn path_value(&mut self, value: &Value) -> Option<Path> {
        let text = self.reader.text(value, "a path")?;
        self.path(&text, value.span)
    }

    fn attribute(&mut self, key: &str, at: Span, value: &Value) -> Option<Assertion> {
        let path = self.path(key, at)?;
        let map = self.reader.map(value, &format!("what is asked of `{key}`"))?;
        let mut tests = Vec::new();
        for (name, entry) in map.iter() {
            if !matches!(&**name, "default" | "ignore_case" | "ignore_deployment") {
                tests.extend(self.test(name, entry.key, &entry.value));
            }
        }
        if tests.is_empty() {
            self.reader.problem(value.span, format!("nothing is asked of `{key}`"), None);
        }
        let default = map.get("default").map(|value| self.parameter(value).0);
        if default.is_none() && !tests.iter().all(Test::asks_presence) && !path.segments.is_empty() {
            let help = "say what holds when it is not set: `default: false`, `default: null` if there is no default";
            self.reader.problem(at, format!("`{key}` needs a `default`"), Some(help.to_owned()));
        }
        let is_on = |name: &str| map.get(name).and_then(Value::as_bool).unwrap_or(false);
        let (ignore_case, ignore_deployment) = (is_on("ignore_case"), is_on("ignore_deployment"));
        Some(Assertion::Attribute(Box::new(Attribute { path, tests, default, ignore_case, ignore_deployment })))
    }

    /// A value, or the value of the parameter that `$name` stands for.
    fn parameter(&mut self, value: &Value) -> (Value, Option<String>) {
        let Some(name) = value.as_str().and_then(|text| text.strip_prefix('$')) else { return (value.clone(), None) };
        match self.parameters.get(name) {
            Some(parameter) => (parameter.value.clone(), Some(name.to_owned())),
            None => {
                let help = suggest(name, self.parameters.keys().map(String::as_str));
                self.reader.problem(value.span, format!("there is no parameter `{name}`"), help);
                (value.clone(), None)
            }
        }
    }

    fn test(&mut self, name: &str, at: Span, value: &Value) -> Option<Test> {
        let Some((spec, negated)) = Spec::find(name) else {
            let help = suggest(name, OPERATORS.iter().map(|spec| spec.name));
            self.reader.problem(at, format!("there is no operator `{name}`"), help);
            return None;
        };
        let (value, parameter) = self.parameter(value);
        let argument = self.argument(spec, &value)?;
        Some(Test { operator: spec.operator, negated, argument, parameter })
    }

    fn argument(&mut self, spec: &Spec, value: &Value) -> Option<Argument> {
        let wrong = |this: &mut Self, wanted: &str| {
            let message = format!("`{}` takes {wanted}, not {}", spec.name, value.type_name());
            this.reader.problem(value.span, message, None);
        };
        let list = || value.as_list().map_or(std::slice::from_ref(value), |list| &list[..]);
        let argument = match spec.takes {
            Takes::Scalar => scalar(value).map(Argument::Scalar),
            Takes::Scalars => value.as_list().and_then(|list| list.iter().map(scalar).collect()).map(Argument::Scalars),
            Takes::Texts => list().iter().map(scalar).collect::<Option<_>>().map(Argument::Scalars),
            Takes::Bool => value.as_bool().map(Argument::Bool),
            Takes::Number => value.as_number().map(|number| Argument::Number(number.as_f64())),
            Takes::Version => scalar(value).map(|value| Argument::Version(crate::show::scalar(&value))),
            Takes::Path => return self.path_value(value).map(Argument::Path),
            Takes::TypeName => {
                value.as_str().filter(|t| TYPE_NAMES.contains(t)).map(|t| Argument::TypeName(t.to_owned()))
            }
            Takes::Pattern => return self.pattern(value),
            Takes::Networks => {
                let nets =
                    list().iter().map(|net| net.as_str().and_then(|net| net.parse().ok())).collect::<Option<_>>();
                nets.map(Argument::Networks)
            }
        };
        if argument.is_none() {
            wrong(self, spec.takes.words());
        }
        argument
    }

    fn pattern(&mut self, value: &Value) -> Option<Argument> {
        let text = self.reader.text(value, "a regular expression")?;
        let pattern = Pattern::shared(&text);
        // The built-in pack was checked when it was built; its patterns are compiled when needed.
        let mistake = self.vocabulary.and_then(|_| pattern.mistake());
        if let Some(why) = mistake {
            self.reader.problem(value.span, format!("not a regular expression: {why}"), None);
            return None;
        }
        Some(Argument::Pattern(pattern))
    }
}

fn scalar(value: &Value) -> Option<Value> {
    matches!(value.data, Data::Bool(_) | Data::Number(_) | Data::String(_)).then(|| value.clone())
}

/// A value that the operator set, standing where the default stands.
fn from_json(json: &serde_json::Value, at: Span) -> Value {
    match json {
        serde_json::Value::Null => Value::null(at),
        serde_json::Value::Bool(b) => Value::bool(*b, at),
        serde_json::Value::Number(n) => {
            crate::value::Number::parse(&n.to_string()).map_or(Value::null(at), |n| Value::number(n, at))
        }
        serde_json::Value::String(s) => Value::string(s.as_str(), at),
        serde_json::Value::Array(items) => Value::list(items.iter().map(|item| from_json(item, at)).collect(), at),
        serde_json::Value::Object(map) => Value::object(map.iter().map(|(k, v)| (k.as_str(), from_json(v, at))), at),
    }
}

/// True if the operator reads another path of the resource.
pub(crate) fn other_path(test: &Test) -> Option<&Path> {
    match (test.operator, &test.argument) {
        (Operator::SameAs, Argument::Path(path)) => Some(path),
        _ => None,
    }
}
