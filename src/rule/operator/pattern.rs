//! Regular expressions that are compiled when they are first needed: most rules of a pack never meet a
//! value that their pattern is asked of.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// A regular expression.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

/// Largest compiled form in bytes, so that a hostile pack cannot compile for ever.
const MAX_COMPILED: usize = 1 << 20;

impl Pattern {
    /// A pattern that is not looked at yet.
    pub fn new(text: &str) -> Pattern {
        Pattern { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// Why the text is not a regular expression; `None` if it is one.
    pub fn mistake(&self) -> Option<String> {
        let error = self.compile().err()?;
        Some(error.to_string().lines().last().unwrap_or_default().trim().to_owned())
    }

    /// Whether it is found in `text`; `None` if it is not a regular expression.
    pub fn finds(&self, text: &str) -> Option<bool> {
        let compiled = self.compiled.get_or_init(|| self.compile().ok());
        compiled.as_ref().map(|regex| regex.is_match(text.as_bytes()))
    }

    /// Letters, digits and case are those of ASCII: what configurations name is, and the tables of
    /// Unicode make a pattern many times as large.
    fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.text).unicode(false).size_limit(MAX_COMPILED).build()
    }

    /// True if it asks nothing about where in a text it is found.
    pub fn is_unanchored(&self) -> bool {
        let text = self.text.replace("[^", "[");
        !["^", "$", "\\b", "\\B", "\\A", "\\z"].iter().any(|anchor| text.contains(anchor))
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
