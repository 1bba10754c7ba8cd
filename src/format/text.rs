//! Texts in dialects of their own: nothing is parsed here but the comments that may carry an ignore.

use super::{Body, Parsed};
use crate::source::{Source, SourceId, Span};

/// How a comment begins in one dialect or another.
const MARKERS: [&str; 4] = ["#", "//", ";", "<!--"];

/// The text, with the comments that speak to this program.
pub fn parse(source: &Source, id: SourceId) -> Parsed {
    let mut comments = Vec::new();
    let mut start = 0;
    for raw in source.text.split_inclusive('\n') {
        let line = raw.trim_end();
        let before = line.find("duecare:").and_then(|at| line.get(..at)).map(str::trim_end);
        if let Some(before) = before
            && let Some(marker) = MARKERS.iter().find(|marker| before.ends_with(**marker))
        {
            comments.push(Span::new(id, start + before.len() - marker.len()..start + line.len()));
        }
        start += raw.len();
    }
    Parsed { body: Body::Text, comments }
}
