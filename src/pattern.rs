//! Regular expressions that are compiled when they are first needed, and once for all that have the same
//! text: most rules of a pack never meet a value that their pattern is asked of, and many ask the same.
//!
//! All that is ever asked is whether a pattern is found. An automaton that is built while it reads is
//! enough for that, and compiles in a quarter of the time that a whole [`regex::Regex`] takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex_automata::Input;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;

/// A regular expression.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Automaton>>,
}

#[derive(Debug)]
struct Automaton {
    dfa: DFA,
    /// The states that were met so far.
    states: Mutex<Cache>,
}

/// Largest compiled form in bytes, so that a hostile pack cannot compile for ever.
const MAX_COMPILED: usize = 1 << 20;

impl Pattern {
    /// A pattern that is not looked at yet.
    pub fn new(text: &str) -> Pattern {
        Pattern { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// The one pattern with this text.
    pub fn shared(text: &str) -> Arc<Pattern> {
        static ALL: OnceLock<Mutex<HashMap<String, Arc<Pattern>>>> = OnceLock::new();
        let mut all = ALL.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(text.to_owned()).or_insert_with(|| Arc::new(Pattern::new(text))).clone()
    }

    /// Why the text is not a regular expression; `None` if it is one.
    pub fn mistake(&self) -> Option<String> {
        let built = regex::bytes::RegexBuilder::new(&self.text).unicode(false).size_limit(MAX_COMPILED).build();
        Some(built.err()?.to_string().lines().last().unwrap_or_default().trim().to_owned())
    }

    /// Whether it is found in `text`; `None` if it is not a regular expression.
    pub fn finds(&self, text: &str) -> Option<bool> {
        let automaton = self.compiled.get_or_init(|| Automaton::of(&self.text)).as_ref()?;
        let mut states = automaton.states.lock().unwrap_or_else(PoisonError::into_inner);
        let found = automaton.dfa.try_search_fwd(&mut states, &Input::new(text).earliest(true));
        found.ok().map(|end| end.is_some())
    }

    /// True if it asks nothing about where in a text it is found.
    pub fn is_unanchored(&self) -> bool {
        let text = self.text.replace("[^", "[");
        !["^", "$", "\\b", "\\B", "\\A", "\\z"].iter().any(|anchor| text.contains(anchor))
    }
}

impl Automaton {
    /// Letters, digits and case are those of ASCII: what configurations name is, and the tables of
    /// Unicode make a pattern many times as large.
    fn of(text: &str) -> Option<Automaton> {
        let nfa =
            thompson::Config::new().utf8(false).which_captures(WhichCaptures::None).nfa_size_limit(Some(MAX_COMPILED));
        let dfa = DFA::builder()
            .configure(DFA::config().skip_cache_capacity_check(true))
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(nfa)
            .build(text)
            .ok()?;
        Some(Automaton { states: Mutex::new(dfa.create_cache()), dfa })
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_says_where() {
        for (pattern, text, found) in [
            ("b+", "abbc", true),
            ("^b+", "abbc", false),
            ("^ab+c$", "abbc", true),
            ("(?i)ABB", "abbc", true),
            (r"\bPutKey\b", "{ $.eventName = PutKey }", true),
            (r"\bPutKey\b", "PutKeyPolicy", false),
            ("^.$", "é", false), // two bytes
            ("", "", true),
        ] {
            assert_eq!(Pattern::shared(pattern).finds(text), Some(found), "{pattern} in {text}");
        }
        assert_eq!(Pattern::new("(").finds("("), None);
    }

    /// What cannot be compiled within the limit is a mistake, and is found nowhere.
    #[test]
    fn what_is_no_pattern_or_too_large_says_so() {
        for wrong in ["(", "a{2,1}", "(((x{100}){100}){100}){100}"] {
            assert!(Pattern::new(wrong).mistake().is_some(), "{wrong}");
            assert_eq!(Pattern::new(wrong).finds("x"), None, "{wrong}");
        }
        assert_eq!(Pattern::new("^a$").mistake(), None);
    }
}
