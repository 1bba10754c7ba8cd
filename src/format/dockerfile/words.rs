//! Pieces of an instruction's line.

use std::sync::Arc;

use crate::format::dockerfile::Word;
use crate::source::Span;

/// A text with its continuations joined: an escape at a line's end takes the line break with it, and
/// comment lines and empty lines in between are not there.
pub fn joined(raw: &str, escape: char) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut goes_on = false;
    for line in raw.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if goes_on && (line.trim().is_empty() || line.trim_start().starts_with('#')) {
            continue;
        }
        let bare = line.trim_end();
        match bare.strip_suffix(escape) {
            Some(part) => {
                out.push_str(part);
                goes_on = true;
            }
            None => {
                out.push_str(line);
                goes_on = false;
            }
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// `NAME=value` pairs, quotes kept. With `old`, a first word without `=` makes it `ENV NAME the rest`.
pub fn pairs(text: &str, escape: char, span: Span, old: bool) -> Vec<(Word, Option<Word>)> {
    let word = |text: &str| Word { text: Arc::from(text), span };
    let all = split(text, escape);
    let is_old = old && all.first().is_some_and(|first| !first.contains('='));
    if let (true, Some((name, rest))) = (is_old, text.trim().split_once(char::is_whitespace)) {
        return vec![(word(name), Some(word(rest.trim_start())))];
    }
    let pair = |one: &String| match one.split_once('=') {
        Some((name, value)) => (word(name), Some(word(value))),
        None => (word(one), None),
    };
    all.iter().map(pair).collect()
}

/// Words between blanks outside quotes, quotes and escapes kept.
pub fn split(text: &str, escape: char) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            continue;
        }
        word.push(c);
        match (c, quote) {
            _ if c == escape && quote != Some('\'') => word.extend(chars.next()),
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}
