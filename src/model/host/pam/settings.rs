//! Settings of modules: the arguments of a line over the module's own files.

use crate::model::host::dialect::lines;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::Value;

use super::stack::Line;

/// Where a value was found: its text, empty for a bare word.
#[derive(Clone, Debug)]
pub struct Found {
    /// The text.
    pub text: String,
    /// Its line.
    pub span: Span,
}

/// What files say, in the order in which they count, and a file that could not be read.
#[derive(Default)]
pub struct Settings {
    all: Vec<(String, Found)>,
    hole: Option<Value>,
}

impl Settings {
    /// Reads `key = value`, `key value` and bare words; `#` begins a comment. What comes later wins.
    pub fn read(&mut self, view: &dyn View, path: &str, gaps: &mut Vec<Gap>) {
        let text = match view.read(path) {
            Ok(text) => text,
            Err(OpenError::NotFound) => return,
            Err(error) => {
                let trouble = Trouble::Open(error);
                self.hole = Some(Value::unknown(trouble.reason(), path, view.mark(path)));
                let gap = trouble.gap(view.display(path));
                if !gaps.iter().any(|known| known.path == gap.path) {
                    gaps.push(gap);
                }
                return;
            }
        };
        for (at, raw) in lines(&text.text) {
            let said = raw.split('#').next().unwrap_or_default().trim();
            let end = said.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(said.len());
            let (Some(key), Some(rest)) = (said.get(..end), said.get(end..)) else { continue };
            if key.is_empty() {
                continue;
            }
            let value = rest.trim_start().strip_prefix('=').unwrap_or(rest).trim();
            let start = at + (raw.len() - raw.trim_start().len());
            let span = Span::new(text.id, start..start + said.len());
            self.all.push((key.to_ascii_lowercase(), Found { text: value.to_owned(), span }));
        }
    }

    /// The last value of `key` in the files.
    pub fn file(&self, key: &str) -> Option<&Found> {
        self.all.iter().rev().find(|(name, _)| name == key).map(|(_, found)| found)
    }

    /// The value of `key`: the line's argument, else that of the files.
    pub fn get(&self, line: &Line, key: &str) -> Option<Found> {
        let argument = line.argument(key).map(|text| Found { text: text.to_owned(), span: line.span });
        argument.or_else(|| self.file(key).cloned())
    }

    /// `key` as a number; `absent` if nothing is set, standing at the line.
    pub fn number(&self, line: &Line, key: &str, absent: i64) -> Value {
        match (line.argument(key), &self.hole) {
            (None, Some(hole)) => hole.clone(),
            _ => self.get(line, key).map_or(Value::int(absent, line.span), |found| number(&found)),
        }
    }

    /// True if `key` is there as a bare word or with a value other than 0.
    pub fn flag(&self, line: &Line, key: &str) -> Value {
        match (line.argument(key), &self.hole) {
            (None, Some(hole)) => hole.clone(),
            _ => match self.get(line, key) {
                Some(found) => Value::bool(found.text != "0", found.span),
                None => Value::bool(false, line.span),
            },
        }
    }
}

/// A number, or that it is none.
pub fn number(found: &Found) -> Value {
    match found.text.parse() {
        Ok(number) => Value::int(number, found.span),
        Err(_) => Value::unknown(crate::value::Reason::Invalid, found.text.clone(), found.span),
    }
}
