//! The configuration of APT: apt.conf(5).
//!
//! The files of /etc/apt/apt.conf.d in the order of their names (without an ending, or `.conf`), then
//! /etc/apt/apt.conf. `A::B "v";` and `A { B "v"; };` are the same; a name that ends in `::`, or none,
//! adds to a list; `#clear` removes. Names are the same in any case. Later settings win.

use std::collections::BTreeMap;

use crate::model::host::view::{Text, Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;

/// How deep scopes may lie in each other.
const MAX_DEPTH: usize = 32;

/// A value and where it is set.
pub type Set = (String, Span);

/// What all files together say, names in lower case.
#[derive(Debug, Default)]
pub struct AptConf {
    values: BTreeMap<String, Set>,
    lists: BTreeMap<String, Vec<Set>>,
}

/// The files in the order in which APT reads them.
pub fn read(view: &dyn View) -> (AptConf, Vec<Gap>) {
    const PARTS: &str = "/etc/apt/apt.conf.d";
    let (mut conf, mut gaps) = (AptConf::default(), Vec::new());
    let names = view.list(PARTS).unwrap_or_default().into_iter().filter(|name| is_part(name));
    let files = names.map(|name| format!("{PARTS}/{name}")).chain(["/etc/apt/apt.conf".to_owned()]);
    for path in files {
        match view.read(&path) {
            Ok(text) => conf.add(&text),
            Err(OpenError::NotFound) => {}
            Err(error) => gaps.push(Trouble::Open(error).gap(view.display(&path))),
        }
    }
    (conf, gaps)
}

/// True for names without an ending or with `.conf`, of letters, digits, dashes and underscores.
fn is_part(name: &str) -> bool {
    let stem = name.strip_suffix(".conf").unwrap_or(name);
    !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

impl AptConf {
    /// The value of a setting, by its name in lower case.
    pub fn value(&self, name: &str) -> Option<(&str, Span)> {
        self.values.get(name).map(|(value, span)| (&**value, *span))
    }

    /// The members of a list.
    pub fn list(&self, name: &str) -> &[Set] {
        self.lists.get(name).map_or(&[], |list| list)
    }

    /// Adds what a file says.
    pub fn add(&mut self, text: &Text) {
        let mut scopes: Vec<String> = Vec::new();
        let mut words: Vec<(String, Span)> = Vec::new();
        for (token, span) in tokens(text) {
            match token {
                Token::Open => {
                    let inner = words.first().map(|(name, _)| name.clone()).unwrap_or_default();
                    let scope = join(scopes.last(), &inner);
                    words.clear();
                    if scopes.len() < MAX_DEPTH {
                        scopes.push(scope);
                    }
                }
                Token::Close => {
                    self.statement(scopes.last(), &words);
                    words.clear();
                    scopes.pop();
                }
                Token::End => {
                    self.statement(scopes.last(), &words);
                    words.clear();
                }
                Token::Word(word) | Token::Quoted(word) if words.len() < 3 => words.push((word, span)),
                Token::Word(_) | Token::Quoted(_) => {}
            }
        }
    }

    fn statement(&mut self, scope: Option<&String>, words: &[(String, Span)]) {
        match words {
            [(name, _), rest @ ..] if name == "#clear" => {
                for (name, _) in rest {
                    let name = join(scope, name.trim_end_matches(':'));
                    let below = format!("{name}::");
                    self.values.retain(|key, _| *key != name && !key.starts_with(&below));
                    self.lists.retain(|key, _| *key != name && !key.starts_with(&below));
                }
            }
            [(only, at)] => {
                if let Some(scope) = scope {
                    self.lists.entry(scope.clone()).or_default().push((only.clone(), *at));
                }
            }
            [(name, from), (value, to)] => {
                let span = Span::new(from.source, from.start as usize..to.end as usize);
                match name.strip_suffix("::") {
                    Some(name) => self.lists.entry(join(scope, name)).or_default().push((value.clone(), span)),
                    None => drop(self.values.insert(join(scope, name), (value.clone(), span))),
                }
            }
            _ => {}
        }
    }
}

fn join(scope: Option<&String>, name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match scope {
        Some(scope) if !scope.is_empty() && !name.is_empty() => format!("{scope}::{name}"),
        Some(scope) => scope.clone() + &name,
        None => name,
    }
}

enum Token {
    Word(String),
    Quoted(String),
    Open,
    Close,
    End,
}

/// The tokens, comments left out: `//`, `/* */`, and `#` unless it begins a directive.
fn tokens(text: &Text) -> Vec<(Token, Span)> {
    let whole = &*text.text;
    let mut out = Vec::new();
    let mut rest = whole;
    loop {
        rest = rest.trim_start();
        let at = whole.len() - rest.len();
        let Some(first) = rest.chars().next() else { break };
        let span = |length: usize| Span::new(text.id, at..at + length);
        let is_directive = rest.starts_with("#clear") || rest.starts_with("#include");
        if rest.starts_with("//") || (first == '#' && !is_directive) {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(after) = rest.strip_prefix("/*") {
            rest = after.split_once("*/").map_or("", |(_, after)| after);
        } else if let Some(after) = rest.strip_prefix('"') {
            let value = after.split(['"', '\n']).next().unwrap_or_default();
            out.push((Token::Quoted(value.to_owned()), span(value.len() + 2)));
            rest = after.strip_prefix(value).and_then(|after| after.get(1..)).unwrap_or_default();
        } else if let Some(token) = mark(first) {
            out.push((token, span(1)));
            rest = rest.get(1..).unwrap_or_default();
        } else {
            let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '{' | '}' | ';');
            let word = rest.split(is_end).next().unwrap_or_default();
            out.push((Token::Word(word.to_owned()), span(word.len())));
            rest = rest.strip_prefix(word).unwrap_or_default();
        }
    }
    out
}

fn mark(c: char) -> Option<Token> {
    match c {
        '{' => Some(Token::Open),
        '}' => Some(Token::Close),
        ';' => Some(Token::End),
        _ => None,
    }
}
