//! The law: safeguards, and frameworks whose controls name the safeguards that serve them.
//!
//! Rules know safeguards, frameworks know safeguards; that is the only way from a finding to a
//! citation, so two rules under one safeguard can never cite differently.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

static LAW: &str = include_str!(concat!(env!("OUT_DIR"), "/law.json"));

/// A technical state that rules look for and paragraphs ask for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Safeguard {
    /// Its name in rules.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// What the rules under it look for.
    pub description: String,
}

/// A law or standard.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its name on the command line.
    pub id: String,
    /// Its place among the frameworks of a report.
    pub rank: u8,
    /// What is printed before a citation.
    pub short: String,
    /// Its title.
    pub title: String,
    /// Where it is published.
    pub citation: String,
    /// Whether it is in force.
    pub status: String,
    /// Its auditable paragraphs, in order.
    pub controls: Vec<Control>,
}

/// One auditable paragraph.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its id.
    pub id: String,
    /// How it is cited, where that is not its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Its heading.
    pub title: String,
    /// What kind of provision it is.
    pub kind: String,
    /// Whether it is required, addressable or risk-based.
    pub designation: String,
    /// How much of it a machine can see.
    pub coverage: Coverage,
    /// The standard that it specifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What it asks for.
    pub summary: String,
    /// What a person must add to what a machine sees.
    pub evidence: String,
    /// The safeguards that serve it.
    pub safeguards: Vec<String>,
}

/// How much of a control a machine can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// For the systems that were read, configuration alone shows the mechanism.
    Full,
    /// Configuration shows part; a person attests the rest.
    Partial,
    /// A person attests it.
    Manual,
}

impl Coverage {
    /// Its name.
    pub fn id(self) -> &'static str {
        match self {
            Coverage::Full => "full",
            Coverage::Partial => "partial",
            Coverage::Manual => "manual",
        }
    }
}

impl Control {
    /// How the control is cited after the framework's short name.
    pub fn cited(&self) -> &str {
        self.citation.as_deref().unwrap_or(&self.id)
    }
}

/// Safeguards and frameworks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Every safeguard.
    pub safeguards: Vec<Safeguard>,
    /// Every framework.
    pub frameworks: Vec<Framework>,
}

impl Law {
    /// The law that is built in.
    pub fn built_in() -> Result<Law, serde_json::Error> {
        let mut law: Law = serde_json::from_str(LAW)?;
        law.frameworks.sort_by_key(|framework| framework.rank);
        Ok(law)
    }

    /// Keeps the frameworks that `names` name (`hipaa` names `hipaa-security`); the error is the name
    /// that names none.
    pub fn keep(&mut self, names: &[String]) -> Result<(), String> {
        let names_it = |name: &str, f: &Framework| f.id == name || f.id.split('-').next() == Some(name);
        if let Some(wrong) = names.iter().find(|name| !self.frameworks.iter().any(|f| names_it(name, f))) {
            return Err(wrong.clone());
        }
        self.frameworks.retain(|framework| names.iter().any(|name| names_it(name, framework)));
        Ok(())
    }

    /// The controls that `safeguard` serves, with their frameworks.
    pub fn controls_of(&self, safeguard: &str) -> impl Iterator<Item = (&Framework, &Control)> {
        let serves = move |control: &&Control| control.safeguards.iter().any(|id| id == safeguard);
        self.frameworks.iter().flat_map(move |f| f.controls.iter().filter(serves).map(move |control| (f, control)))
    }

    /// The control that `name` names: its id or citation, with or without the framework before it.
    pub fn control(&self, name: &str) -> Option<(&Framework, &Control)> {
        let plain = |s: &str| -> String {
            s.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '.' && *c != '§' && *c != '-').collect()
        };
        let wanted = plain(name);
        let named = |f: &Framework, c: &Control| {
            [&*c.id, c.cited()].iter().any(|id| wanted == plain(id) || wanted == plain(&format!("{}{id}", f.short)))
        };
        self.frameworks.iter().flat_map(|f| f.controls.iter().map(move |c| (f, c))).find(|(f, c)| named(f, c))
    }

    /// The safeguard with this id.
    pub fn safeguard(&self, id: &str) -> Option<&Safeguard> {
        self.safeguards.iter().find(|safeguard| safeguard.id == id)
    }

    /// The ids of all safeguards.
    pub fn safeguard_ids(&self) -> BTreeSet<String> {
        self.safeguards.iter().map(|safeguard| safeguard.id.clone()).collect()
    }
}
