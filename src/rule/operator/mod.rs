//! The operators: each a question about one value. [`OPERATORS`] is the list that the loader, the
//! schema and the documentation walk.

mod compare;
mod version;

use std::sync::Arc;

pub use compare::Surroundings;
use ipnet::IpNet;

use super::path::Path;
use crate::pattern::Pattern;
use crate::value::{Value, same_key};

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Is this value.
    Equals,
    /// Is one of these values.
    In,
    /// Is there at all.
    Exists,
    /// Is absent, or an empty text, list or map.
    Empty,
    /// A regular expression is found in the text.
    Matches,
    /// The text starts with one of these.
    StartsWith,
    /// The text ends with one of these.
    EndsWith,
    /// The list has this member, the map this key, the text this part.
    Contains,
    /// The list has at least one of these members.
    ContainsAny,
    /// The list has all of these members.
    ContainsAll,
    /// Every member of the list is one of these.
    SubsetOf,
    /// Is a number not below this.
    AtLeast,
    /// Is a number not above this.
    AtMost,
    /// Is a number above this.
    MoreThan,
    /// Is a number below this.
    LessThan,
    /// Has at least so many members or characters.
    LengthAtLeast,
    /// Has at most so many members or characters.
    LengthAtMost,
    /// Is a version not below this.
    VersionAtLeast,
    /// Is an address or network that lies within one of these networks.
    WithinCidr,
    /// Is an address or network that shares an address with one of these networks.
    OverlapsCidr,
    /// Is a date at least so many days after the day of the audit.
    DaysAheadAtLeast,
    /// Is the value that stands at this other path.
    SameAs,
    /// Is of this type.
    Type,
    /// Was computed from an attribute of another resource.
    Refers,
}

/// What an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A text, number, boolean.
    Scalar,
    /// A list of those.
    Scalars,
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A text or several.
    Texts,
    /// A regular expression.
    Pattern,
    /// A version such as `1.2` or `TLSv1.2`.
    Version,
    /// A network or several, such as `10.0.0.0/8`.
    Networks,
    /// A path.
    Path,
    /// The name of a type.
    TypeName,
}

/// An operator as rules know it.
pub struct Spec {
    /// Its name in a rule.
    pub name: &'static str,
    /// Which it is.
    pub operator: Operator,
    /// What it takes.
    pub takes: Takes,
    /// True if `not_NAME` is an operator too.
    pub negatable: bool,
    /// How it reads before its argument.
    pub words: &'static str,
    /// How `not_NAME` reads before its argument.
    pub negated: &'static str,
    /// What it means, for the documentation.
    pub meaning: &'static str,
}

macro_rules! operators {
    ($($name:literal $operator:ident $takes:ident $words:literal $negated:literal $meaning:literal)*) => {
        /// Every operator.
        pub const OPERATORS: &[Spec] = &[$(Spec {
            name: $name,
            operator: Operator::$operator,
            takes: Takes::$takes,
            negatable: !$negated.is_empty(),
            words: $words,
            negated: $negated,
            meaning: $meaning,
        }),*];
    };
}

operators! {
    "equals" Equals Scalar "is" "is not" "is this value; a text `\"true\"` is the boolean true, `\"90\"` the number 90"
    "in" In Scalars "is one of" "is none of" "equals one of these"
    "exists" Exists Bool "" "" "is set, to whatever; null is not"
    "empty" Empty Bool "" "" "is absent, null, or a text, list or map with nothing in it"
    "matches" Matches Pattern "matches" "does not match" "the regular expression is found in the text (anchor it with ^ and $)"
    "starts_with" StartsWith Texts "starts with" "does not start with" "the text starts with this, or one of these"
    "ends_with" EndsWith Texts "ends with" "does not end with" "the text ends with this, or one of these"
    "contains" Contains Scalar "contains" "does not contain" "the list has this member, the map this key, the text this part"
    "contains_any" ContainsAny Scalars "contains any of" "contains none of" "the list has at least one of these members; a value that is not a list is its own only member"
    "contains_all" ContainsAll Scalars "contains all of" "does not contain all of" "the list has all of these members"
    "subset_of" SubsetOf Scalars "contains nothing but" "contains more than" "every member of the list is one of these"
    "at_least" AtLeast Number "is at least" "" "a number not below this"
    "at_most" AtMost Number "is at most" "" "a number not above this"
    "more_than" MoreThan Number "is more than" "" "a number above this"
    "less_than" LessThan Number "is less than" "" "a number below this"
    "length_at_least" LengthAtLeast Number "has a length of at least" "" "so many members, or characters, at least"
    "length_at_most" LengthAtMost Number "has a length of at most" "" "so many members, or characters, at most"
    "version_at_least" VersionAtLeast Version "is version" "is below version" "the numbers in the value, compared one by one, are not below this"
    "within_cidr" WithinCidr Networks "is within" "is not within" "an address or network that lies within this network, or one of these"
    "overlaps_cidr" OverlapsCidr Networks "reaches" "does not reach" "an address or network that shares an address with this network, or one of these"
    "days_ahead_at_least" DaysAheadAtLeast Number "is at least so many days ahead:" "" "a date (YYYY-MM-DD) at least so many days after the day of the audit"
    "same_as" SameAs Path "is the same as" "is not the same as" "equals the value at this other path"
    "refers" Refers Bool "" "" "is a reference to another resource (true), or written out (false)"
    "type" Type TypeName "is of type" "is not of type" "is a string, number, bool, list or map"
}

/// The argument of a test.
#[derive(Clone, Debug)]
pub enum Argument {
    /// For scalars.
    Scalar(Value),
    /// For several scalars or texts.
    Scalars(Vec<Value>),
    /// For booleans.
    Bool(bool),
    /// For numbers.
    Number(f64),
    /// For regular expressions.
    Pattern(Arc<Pattern>),
    /// For versions.
    Version(String),
    /// For networks.
    Networks(Vec<IpNet>),
    /// For paths.
    Path(Path),
    /// For types.
    TypeName(String),
}

/// One operator with its argument.
#[derive(Clone, Debug)]
pub struct Test {
    /// The operator.
    pub operator: Operator,
    /// True for `not_NAME`.
    pub negated: bool,
    /// What it takes.
    pub argument: Argument,
    /// The parameter that the argument came from.
    pub parameter: Option<String>,
}

impl Takes {
    /// What it takes, in words.
    pub fn words(self) -> &'static str {
        match self {
            Takes::Scalar => "a text, number or boolean",
            Takes::Scalars => "a list of texts, numbers or booleans",
            Takes::Bool => "true or false",
            Takes::Number => "a number",
            Takes::Texts => "a text or a list of texts",
            Takes::Pattern => "a regular expression",
            Takes::Version => "a version such as \"1.2\"",
            Takes::Networks => "a network such as 10.0.0.0/8, or a list of them",
            Takes::Path => "a path",
            Takes::TypeName => "string, number, bool, list or map",
        }
    }
}

impl Spec {
    /// The operator that a rule calls `name`, and whether it is negated.
    pub fn find(name: &str) -> Option<(&'static Spec, bool)> {
        let by_name = |name: &str| OPERATORS.iter().find(|spec| spec.name == name);
        by_name(name).map(|spec| (spec, false)).or_else(|| {
            let spec = by_name(name.strip_prefix("not_")?)?;
            spec.negatable.then_some((spec, true))
        })
    }
}

impl Operator {
    /// How rules know it. Every operator is in the table; a test holds that.
    pub fn spec(self) -> Option<&'static Spec> {
        OPERATORS.iter().find(|spec| spec.operator == self)
    }
}

impl Test {
    /// True if it asks whether something is there, so that absence is an answer by itself.
    pub fn asks_presence(&self) -> bool {
        matches!(self.operator, Operator::Exists | Operator::Empty | Operator::Refers)
    }

    /// The test as the state that is expected: "is at least 90".
    pub fn words(&self) -> String {
        match (&self.operator, &self.argument) {
            (Operator::Refers, Argument::Bool(true)) => "is a reference".to_owned(),
            (Operator::Refers, Argument::Bool(false)) => "is no reference".to_owned(),
            (Operator::Exists, Argument::Bool(true)) | (Operator::Empty, Argument::Bool(false)) => "is set".to_owned(),
            (Operator::Exists, Argument::Bool(false)) | (Operator::Empty, Argument::Bool(true)) => {
                "is not set".to_owned()
            }
            _ => {
                let spec = self.operator.spec();
                let words = spec.map_or("", |spec| if self.negated { spec.negated } else { spec.words });
                let own = self.parameter.as_ref().map(|name| format!(" (parameter {name})")).unwrap_or_default();
                let later = if self.operator == Operator::VersionAtLeast && !self.negated { " or later" } else { "" };
                format!("{words} {}{later}{own}", self.argument.words())
            }
        }
    }
}

impl Argument {
    /// The argument as a person would write it.
    pub fn words(&self) -> String {
        let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().join(", ");
        match self {
            Argument::Scalar(value) => crate::show::scalar(value),
            Argument::Scalars(values) => list(&mut values.iter().map(crate::show::scalar)),
            Argument::Bool(value) => value.to_string(),
            Argument::Number(number) => number.to_string(),
            Argument::Pattern(pattern) => format!("/{pattern}/"),
            Argument::Version(version) => version.clone(),
            Argument::Networks(networks) => list(&mut networks.iter().map(ToString::to_string)),
            Argument::Path(path) => path.to_string(),
            Argument::TypeName(name) => name.clone(),
        }
    }
}

/// True if the name of a type names the type of the value.
pub(crate) fn is_type(name: &str, value: &Value) -> bool {
    let named = match value.type_name() {
        "a boolean" => "bool",
        "a number" => "number",
        "a text" => "string",
        "a list" => "list",
        "a map" => "map",
        _ => "",
    };
    same_key(name, named)
}

/// The names that the operator `type` takes.
pub const TYPE_NAMES: &[&str] = &["string", "number", "bool", "list", "map"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_in_the_table_once_and_negation_is_by_prefix() {
        for spec in OPERATORS {
            assert_eq!(OPERATORS.iter().filter(|other| other.name == spec.name).count(), 1, "{}", spec.name);
            assert_eq!(spec.operator.spec().unwrap().name, spec.name);
        }
        assert!(Spec::find("not_equals").is_some_and(|(_, negated)| negated));
        assert!(Spec::find("not_exists").is_none());
        assert!(Spec::find("equal").is_none());
    }
}
