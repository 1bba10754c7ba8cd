//! Variables in texts: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`, `${NAME:?message}` and,
//! without the colon, the same for unset instead of unset or empty.
//!
//! Dockerfiles (<https://docs.docker.com/reference/dockerfile/#environment-replacement>) add the shell's
//! quotes and an escape character; Compose files
//! (<https://docs.docker.com/reference/compose-file/interpolation/>) write `$$` for a dollar.

use std::cell::Cell;

use crate::model::pieces::Pieces;
use crate::source::Span;
use crate::value::{Reason, Value};

/// Deepest nesting of `${A:-${B:-...}}`.
const MAX_DEPTH: u16 = 50;

/// Whose rules a text follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A Dockerfile with this escape character: single quotes keep everything, double quotes keep blanks,
    /// quotes go away, and a variable that is not set is empty.
    Dockerfile(char),
    /// A Compose file: quotes are text, `$$` is a dollar, and a variable that is not set may be set by
    /// the environment in which Compose runs.
    Compose,
}

/// How many bytes the expanded texts of one file may have together: variables may hold each other, so
/// that without a limit thirty lines fill the machine.
#[derive(Debug)]
pub struct Allowance {
    left: Cell<usize>,
}

impl Allowance {
    /// The allowance of a file of `bytes` bytes.
    pub fn of(bytes: usize) -> Allowance {
        Allowance { left: Cell::new((1 << 20) + bytes.saturating_mul(16)) }
    }
}

/// What a variable is.
pub enum Lookup {
    /// It has this value.
    Set(Value),
    /// It has none.
    Unset,
    /// It may have one, which the text does not say: why, and what.
    Unknown(Reason, String),
}

/// Expands `raw`.
pub fn expand(raw: &str, dialect: Dialect, lookup: &dyn Fn(&str) -> Lookup, span: Span, all: &Allowance) -> Value {
    let mut scan = Scan { rest: raw, dialect, lookup, depth: 0, left: all.left.get(), over: false };
    let mut out = Pieces::default();
    scan.text(&mut out, None);
    if scan.over || out.size() > scan.left {
        return Value::unknown(Reason::Budget, "its variables hold too much text", span);
    }
    all.left.set(all.left.get().saturating_sub(out.size()));
    out.into_value(span)
}

struct Scan<'a> {
    rest: &'a str,
    dialect: Dialect,
    lookup: &'a dyn Fn(&str) -> Lookup,
    depth: u16,
    left: usize,
    over: bool,
}

impl Scan<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or("");
        Some(c)
    }

    /// Everything up to `end` (a `}` outside quotes), or to the end.
    fn text(&mut self, out: &mut Pieces, end: Option<char>) {
        let mut double = false;
        while let Some(c) = self.next() {
            if out.size() > self.left {
                self.over = true;
                self.rest = "";
                return;
            }
            if Some(c) == end && !double {
                return;
            }
            match (c, self.dialect) {
                ('$', _) => self.variable(out),
                (_, Dialect::Compose) => out.char(c),
                ('"', _) => double = !double,
                ('\'', _) if !double => {
                    let (kept, rest) = self.rest.split_once('\'').unwrap_or((self.rest, ""));
                    out.text(kept);
                    self.rest = rest;
                }
                (_, Dialect::Dockerfile(escape)) if c == escape => match self.next() {
                    // Within double quotes it escapes only what is special there.
                    Some(next) if double && next != '"' && next != '$' && next != escape => {
                        out.char(c);
                        out.char(next);
                    }
                    Some(next) => out.char(next),
                    None => out.char(c),
                },
                _ => out.char(c),
            }
        }
    }

    fn variable(&mut self, out: &mut Pieces) {
        if let Some(inner) = self.rest.strip_prefix('{') {
            self.rest = inner;
            return self.braced(out);
        }
        if let (Dialect::Compose, Some(rest)) = (self.dialect, self.rest.strip_prefix('$')) {
            self.rest = rest;
            return out.char('$');
        }
        let name = self.name();
        match (name.is_empty(), self.dialect) {
            (false, _) => self.put(out, (self.lookup)(&name), &name),
            (true, Dialect::Dockerfile(_)) => out.char('$'),
            (true, Dialect::Compose) => out.hole(Reason::Invalid, "a dollar that names no variable"),
        }
    }

    /// A variable that is not set is empty in a build; Compose may find it in its own environment.
    fn put(&self, out: &mut Pieces, found: Lookup, name: &str) {
        match found {
            Lookup::Set(value) => out.value(&value),
            Lookup::Unset if self.dialect == Dialect::Compose => out.hole(Reason::Environment, name),
            Lookup::Unset => {}
            Lookup::Unknown(reason, what) => out.hole(reason, &what),
        }
    }

    fn name(&mut self) -> String {
        let rest = self.rest;
        let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = if is_digit { Some(1) } else { rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_') };
        let end = end.unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or("").to_owned();
        self.rest = rest.get(end..).unwrap_or("");
        name
    }

    fn braced(&mut self, out: &mut Pieces) {
        let name = self.name();
        let found = (self.lookup)(&name);
        let colon = self.rest.starts_with(':');
        let operator = self.rest.get(usize::from(colon)..).and_then(|rest| rest.chars().next());
        match operator {
            Some('}') if !colon => {
                self.next();
                self.put(out, found, &name);
            }
            Some('-' | '+' | '?') => {
                if colon {
                    self.next();
                }
                let operator = self.next();
                let word = self.word();
                let word = if operator == Some('?') { self.stopped(&name) } else { word };
                choose(out, found, colon, operator == Some('+'), word);
            }
            // Patterns (`${NAME#x}`, `${NAME/a/b}`) are not evaluated.
            _ => {
                self.word();
                out.hole(Reason::Unsupported, &name);
            }
        }
    }

    /// The word up to the closing brace.
    fn word(&mut self) -> Pieces {
        let mut word = Pieces::default();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.rest = "";
            word.hole(Reason::Budget, "nested too deeply");
        } else {
            self.text(&mut word, Some('}'));
        }
        self.depth -= 1;
        word
    }

    /// What stands for the value of `${NAME:?message}` without a value: the tool stops there.
    fn stopped(&self, name: &str) -> Pieces {
        let mut word = Pieces::default();
        let compose = self.dialect == Dialect::Compose;
        word.hole(if compose { Reason::Environment } else { Reason::Invalid }, name);
        word
    }
}

/// `-` and `?` take the variable if it counts as set, else the word; `+` takes the word if it does.
fn choose(out: &mut Pieces, found: Lookup, colon: bool, plus: bool, word: Pieces) {
    let here = Span::new(crate::source::SourceId(0), 0..0);
    let set = match &found {
        Lookup::Unset => Some(false),
        Lookup::Set(value) => match value.as_str() {
            Some(text) => Some(!(colon && text.is_empty())),
            // Known in part, so not empty.
            None => value.as_unknown().is_some_and(|unknown| unknown.pieces.is_some() || !colon).then_some(true),
        },
        Lookup::Unknown(..) => None,
    };
    match (set, plus) {
        (Some(true), false) => set_value(out, found),
        (Some(false), false) | (Some(true), true) => out.value(&word.into_value(here)),
        (Some(false), true) => {}
        (None, _) => set_value(out, found),
    }
}

fn set_value(out: &mut Pieces, found: Lookup) {
    match found {
        Lookup::Set(value) => out.value(&value),
        Lookup::Unknown(reason, what) => out.hole(reason, &what),
        Lookup::Unset => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::plain;
    use crate::source::SourceId;

    #[test]
    fn compose_has_no_quotes_and_an_environment_of_its_own() {
        let here = Span::new(SourceId(0), 0..0);
        let lookup = |name: &str| match name {
            "A" => Lookup::Set(Value::string("one", here)),
            _ => Lookup::Unset,
        };
        let table = [
            ("'$A'$$A", "'one'$A"),
            ("${N:-d}", "d"),
            ("${N-}", ""),
            ("${N}", "unknown(an environment variable: N)"),
            ("${N:?say why}", "unknown(an environment variable: N)"),
            ("${A:?say why}", "one"),
            ("${N:+x}", ""),
            ("$ 5", "unknown(not valid in this language: a dollar that names no variable)"),
        ];
        for (raw, expected) in table {
            assert_eq!(plain(&expand(raw, Dialect::Compose, &lookup, here, &Allowance::of(0))), expected, "{raw}");
        }
    }

    #[test]
    fn variables_expand_as_in_the_reference() {
        let here = Span::new(SourceId(0), 0..0);
        let lookup = |name: &str| match name {
            "A" => Lookup::Set(Value::string("one", here)),
            "EMPTY" => Lookup::Set(Value::string("", here)),
            "ARG" => Lookup::Unknown(Reason::Variable, "ARG".into()),
            _ => Lookup::Unset,
        };
        let unknown = "unknown(a variable without a value: ARG)";
        let table = [
            ("$A", "one"),
            ("x${A}y", "xoney"),
            ("$A_B", ""),
            ("\\$A", "$A"),
            ("'$A'\"$A\"", "$Aone"),
            ("${EMPTY:-d}", "d"),
            ("${EMPTY-d}", ""),
            ("${N:-${A:-x}}", "one"),
            ("${N:-a b}", "a b"),
            ("${A:+set}", "set"),
            ("${N:+set}", ""),
            ("${EMPTY:+set}", ""),
            ("${EMPTY+set}", "set"),
            ("\"a\\b\\\"c\"", "a\\b\"c"),
            ("a\\ b", "a b"),
            ("$", "$"),
            ("${ARG:-d}", unknown),
            ("v$ARG", unknown),
            ("${N:?no}", "unknown(not valid in this language: N)"),
            ("${A#o}", "unknown(not evaluated by this version: A)"),
            ("${A", "unknown(not evaluated by this version: A)"),
        ];
        for (raw, expected) in table {
            assert_eq!(
                plain(&expand(raw, Dialect::Dockerfile('\\'), &lookup, here, &Allowance::of(0))),
                expected,
                "{raw}"
            );
        }
        let deep = "${N:-".repeat(10_000);
        assert!(expand(&deep, Dialect::Dockerfile('\\'), &lookup, here, &Allowance::of(0)).as_unknown().is_some());
    }
}
