//! What a rule can ask: a small closed set of questions about a resource.

use std::sync::Arc;

use super::operator::Test;
use super::path::Path;
use crate::truth::Truth;
use crate::value::Value;

/// A question about a resource, or about one member of it.
#[derive(Clone, Debug)]
pub enum Assertion {
    /// Every one of these holds.
    All(Vec<Assertion>),
    /// At least one of these holds.
    Any(Vec<Assertion>),
    /// This does not hold.
    Not(Box<Assertion>),
    /// The question is asked of the members at a path.
    Members(Box<Members>),
    /// The question is asked of the resources that refer to this one, or that it refers to.
    Linked(Box<Linked>),
    /// The question is whether the estate has such a resource at all.
    Present(Box<Present>),
    /// The value at a path passes these tests.
    Attribute(Box<Attribute>),
    /// What is written down does not tell, for this reason.
    Unknown(String),
}

/// Of which members something must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// Of every one; holds when there is none.
    Each,
    /// Of at least one.
    Some,
    /// Of none; holds when there is none.
    None,
}

impl Quantifier {
    /// The quantifiers and their names.
    pub const ALL: &[(&'static str, Quantifier)] =
        &[("each", Quantifier::Each), ("some", Quantifier::Some), ("none", Quantifier::None)];
}

/// A question about the members at a path.
#[derive(Clone, Debug)]
pub struct Members {
    /// Of which members.
    pub quantifier: Quantifier,
    /// Where they are. A value that is not a list is its own only member.
    pub path: Path,
    /// What is asked of a member; paths are relative to it.
    pub body: Assertion,
}

/// A question about linked resources.
#[derive(Clone, Debug)]
pub struct Linked {
    /// Kinds of the linked resources.
    pub kinds: Vec<Arc<str>>,
    /// How they are linked.
    pub by: Link,
    /// Of which of them, or of how many.
    pub asked: Asked,
    /// What is asked of a linked resource.
    pub body: Assertion,
}

/// Of which linked resources something must hold, or of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Of these.
    Of(Quantifier),
    /// Of so many.
    Count(Bounds),
}

/// How many there must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// No fewer.
    pub at_least: Option<u64>,
    /// No more.
    pub at_most: Option<u64>,
}

/// The attribute that makes a link.
#[derive(Clone, Debug)]
pub enum Link {
    /// An attribute of the linked resource, which refers to this one.
    Via(Path),
    /// An attribute of this resource, which refers to the linked one.
    To(Path),
}

/// A question about the estate as a whole.
#[derive(Clone, Debug)]
pub struct Present {
    /// Kinds of the resources, one of which must be there.
    pub kinds: Vec<Arc<str>>,
    /// What must hold of it.
    pub body: Assertion,
}

/// Tests of the value at a path.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Where the value is.
    pub path: Path,
    /// What it must pass, all of them.
    pub tests: Vec<Test>,
    /// The documented value where none is set; null where there is none. Without a default, nothing
    /// but presence can be asked of what is not set.
    pub default: Option<Value>,
    /// Letters are compared without regard to case.
    pub ignore_case: bool,
    /// The account, region and stack that something is deployed to count as words like any other.
    pub ignore_deployment: bool,
}

impl Assertion {
    /// The question that always holds.
    pub const TRUE: Assertion = Assertion::All(Vec::new());

    /// True for the question that is never answered.
    pub fn is_open(&self) -> bool {
        matches!(self, Assertion::Unknown(_))
    }

    /// The question in words, as the state that is expected.
    pub fn words(&self) -> String {
        match self {
            Assertion::All(list) => join(list, " and "),
            Assertion::Any(list) => join(list, " or "),
            Assertion::Not(inner) => format!("not ({})", inner.words()),
            Assertion::Members(members) => members.words(),
            Assertion::Linked(linked) => linked.words(),
            Assertion::Present(present) => format!("{} in the estate", described(&present.kinds, &present.body)),
            Assertion::Attribute(attribute) => attribute.words(),
            Assertion::Unknown(reason) => format!("certainty whether {reason}"),
        }
    }
}

fn join(list: &[Assertion], word: &str) -> String {
    list.iter().map(Assertion::words).collect::<Vec<_>>().join(word)
}

/// "`a` or `b` with x = 1".
fn described(kinds: &[Arc<str>], body: &Assertion) -> String {
    let kinds = kinds.join(" or ");
    let words = body.words();
    if words.is_empty() { kinds } else { format!("{kinds} with {words}") }
}

impl Members {
    fn words(&self) -> String {
        let (path, body) = (&self.path, self.body.words());
        // "a port that is 22", "a rule with port is 22"
        let of_itself = matches!(&self.body, Assertion::Attribute(attribute) if attribute.path.segments.is_empty());
        let word = if of_itself { "that" } else { "with" };
        match self.quantifier {
            Quantifier::Each => format!("every {path}: {body}"),
            Quantifier::Some => format!("a {path} {word} {body}"),
            Quantifier::None => format!("no {path} {word} {body}"),
        }
    }
}

impl Linked {
    fn words(&self) -> String {
        let what = described(&self.kinds, &self.body);
        match self.asked {
            Asked::Of(Quantifier::Each) => format!("every linked {what}"),
            Asked::Of(Quantifier::Some) => format!("a linked {what}"),
            Asked::Of(Quantifier::None) => format!("no linked {what}"),
            Asked::Count(bounds) => format!("{} linked {what}", bounds.words()),
        }
    }
}

impl Bounds {
    /// "at least 2", "at least 2 and at most 5".
    pub fn words(&self) -> String {
        let least = self.at_least.map(|n| format!("at least {n}"));
        let most = self.at_most.map(|n| format!("at most {n}"));
        least.into_iter().chain(most).collect::<Vec<_>>().join(" and ")
    }

    /// Whether a number between `least` and `most` lies within; `None` for `most` is without a limit.
    pub fn holds(&self, least: u64, most: Option<u64>) -> Truth {
        let enough = self.at_least.map_or(Truth::True, |n| match most {
            _ if least >= n => Truth::True,
            Some(most) if most < n => Truth::False,
            _ => Truth::Unknown,
        });
        let few = self.at_most.map_or(Truth::True, |n| match most {
            _ if least > n => Truth::False,
            Some(most) if most <= n => Truth::True,
            _ => Truth::Unknown,
        });
        enough.and(few)
    }
}

impl Attribute {
    /// "`path` is true and at most 90".
    pub fn words(&self) -> String {
        let tests = self.tests.iter().map(Test::words).collect::<Vec<_>>().join(" and ");
        if self.path.segments.is_empty() { tests } else { format!("{} {tests}", self.path) }
    }
}
