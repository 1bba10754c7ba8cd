//! The dialects in which several services write their configuration, each to a small tree with spans.

pub mod properties;
pub mod sections;
pub mod xml;

use crate::source::Span;
use crate::value::Value;

/// `key = value`, and where that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key as written.
    pub key: String,
    /// The value, without quotes and comments where the dialect has them; empty for a bare key.
    pub value: String,
    /// The whole setting.
    pub span: Span,
}

impl Setting {
    /// The value as a text that stands where the setting does.
    pub fn to_value(&self) -> Value {
        Value::string(&*self.value, self.span)
    }
}

/// The lines of a text with the offset of each, line ends removed.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |raw| {
        let at = start;
        start += raw.len();
        (at, raw.trim_end_matches(['\n', '\r']))
    })
}
