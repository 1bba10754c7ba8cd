//! The comments of a file. The parser could tell them too, and takes a fifth longer over every file then;
//! few files have a comment that anyone asks for.

use std::ops::Range;

/// The comments of `text`, markers included, line ends not: what begins with a `#` at the start of a line or
/// after white space, outside of scalars (YAML 1.2.2, 6.6). `scalars` are the places of all scalars in order.
pub(super) fn find(text: &str, scalars: &[Range<usize>]) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut scalars = scalars.iter().peekable();
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(start) = bytes.get(at..).and_then(|rest| memchr::memchr(b'#', rest)).map(|n| at + n) {
        while scalars.next_if(|scalar| scalar.end <= start).is_some() {}
        let before = start.checked_sub(1).and_then(|n| bytes.get(n));
        at = match scalars.peek().filter(|scalar| scalar.start <= start) {
            Some(scalar) => scalar.end,
            None if before.is_some_and(|before| !before.is_ascii_whitespace()) => start + 1,
            None => {
                let end = bytes.get(start..).and_then(|rest| memchr::memchr2(b'\n', b'\r', rest));
                let end = end.map_or(bytes.len(), |n| start + n);
                comments.push(start..end);
                end
            }
        };
    }
    comments
}
