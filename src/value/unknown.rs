//! Values that could not be determined, and why.

use std::sync::Arc;

use super::{Data, Value};

/// Why a value is not known. The words are [`Reason::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A Terraform variable without a default and without a value.
    Variable,
    /// A CloudFormation parameter without a default and without a value.
    Parameter,
    /// An attribute that the provider computes when the resource is made.
    Computed,
    /// A data source, an import, a lookup in a live account.
    Lookup,
    /// A module that is not in what was read.
    Module,
    /// A function whose result depends on time, chance or the machine.
    Function,
    /// A file that is not in what was read.
    File,
    /// A condition that is itself not known.
    Condition,
    /// A template that was not rendered.
    Template,
    /// An environment variable of the place where it will run.
    Environment,
    /// The account, region, stack or workspace that it is deployed to.
    Deployment,
    /// A definition that refers to itself.
    Cycle,
    /// A limit of this audit was reached.
    Budget,
    /// Something the language does not allow, so it has no value.
    Invalid,
    /// Only a running system can tell.
    Running,
    /// Only a user with more rights can tell.
    Rights,
    /// A construct that this version does not evaluate.
    Unsupported,
}

impl Reason {
    /// The reason in words that complete "cannot be known: ...".
    pub fn words(self) -> &'static str {
        match self {
            Reason::Variable => "a variable without a value",
            Reason::Parameter => "a parameter without a value",
            Reason::Computed => "set by the provider when it is created",
            Reason::Lookup => "looked up in a live account",
            Reason::Module => "a module that was not read",
            Reason::Function => "a function of time, chance or the machine",
            Reason::File => "a file that was not read",
            Reason::Condition => "depends on a condition that is not known",
            Reason::Template => "a template that was not rendered",
            Reason::Environment => "an environment variable",
            Reason::Deployment => "known where it is deployed",
            Reason::Cycle => "refers to itself",
            Reason::Budget => "a limit of this audit was reached",
            Reason::Invalid => "not valid in this language",
            Reason::Running => "needs a running system",
            Reason::Rights => "needs more rights",
            Reason::Unsupported => "not evaluated by this version",
        }
    }
}

/// A value that could not be determined.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Why.
    pub reason: Reason,
    /// What exactly: the variable's, parameter's, function's or file's name.
    pub what: Arc<str>,
    /// True if it is certain that the value, whatever it is, is not null (a resource's ARN).
    pub non_null: bool,
    /// For a text that is known in part: its pieces in order, `None` for what is not known.
    pub pieces: Option<Box<[Option<Arc<str>>]>>,
    /// What stands in the place of its unknown pieces, if each of them is the same wherever it stands. Two
    /// texts with the same pieces, known and unknown, are then the same text.
    pub holes: Option<Box<[Arc<str>]>>,
    /// Where the text leaves no more than these values: each of them, null for absence. Whatever holds
    /// of every one of them holds.
    pub one_of: Option<Box<[Value]>>,
}

impl Unknown {
    /// An unknown of which nothing is known, not even that it is set.
    pub fn new(reason: Reason, what: impl Into<Arc<str>>) -> Unknown {
        Unknown { reason, what: what.into(), non_null: false, pieces: None, holes: None, one_of: None }
    }

    /// An unknown that is certainly not null.
    pub fn sure(reason: Reason, what: impl Into<Arc<str>>) -> Unknown {
        Unknown { non_null: true, ..Unknown::new(reason, what) }
    }

    /// What it is called if it is the same wherever it stands: a variable, a parameter, a text made of
    /// such.
    pub fn same(&self) -> Option<Arc<str>> {
        let stable =
            matches!(self.reason, Reason::Variable | Reason::Parameter | Reason::Environment | Reason::Deployment);
        match (&self.pieces, &self.holes) {
            // One member of a list is told from another by what it may be.
            (None, _) if self.one_of.is_some() => {
                let text = |choice: &Value| match &choice.data {
                    Data::String(text) => Some(text.to_string()),
                    Data::Number(number) => Some(number.to_string()),
                    _ => None,
                };
                let all: Vec<String> = self.one_of.iter().flatten().map(text).collect::<Option<_>>()?;
                stable.then(|| format!("{}\0{}", self.what, all.join("\0")).into())
            }
            (None, _) => stable.then(|| self.what.clone()),
            (Some(pieces), Some(holes)) => {
                let mut holes = holes.iter();
                let piece = |piece: &Option<Arc<str>>| match piece {
                    Some(text) => text.to_string(),
                    None => format!("\0{}\0", holes.next().map_or("", |hole| hole)),
                };
                Some(pieces.iter().map(piece).collect::<String>().into())
            }
            (Some(_), None) => None,
        }
    }

    /// What follows from it by way of something that is not evaluated: for the same reason, and of which
    /// nothing else is known.
    pub fn bare(&self) -> Unknown {
        Unknown::new(self.reason, self.what.clone())
    }
}
