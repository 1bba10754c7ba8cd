//! Helm, Jinja and their kind: `{{ }}` and `{% %}` in what is otherwise YAML.
//!
//! A template is not YAML until it is rendered, and some templates parse nevertheless: `a: {{ b }}`
//! is a map within a map. So every mark that stands where it means something, outside of quotes,
//! comments and block scalars, makes the file a template. `${{ }}` is an expression that the
//! reader of the file (GitHub, Azure) evaluates itself, and is left alone; so is `{{resolve:...}}`, by
//! which CloudFormation refers to a secret.

use std::ops::Range;

/// The places of `{{` and `{%` in a text, in order.
pub(super) struct Marks<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Marks<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let at = |n: usize| bytes.get(n).copied();
        let mut starts = Vec::new();
        for n in memchr::memchr_iter(b'{', bytes) {
            let opens = matches!(at(n + 1), Some(b'{' | b'%'));
            let before = n.checked_sub(1).and_then(at);
            let secret = || bytes.get(n + 2..).is_some_and(|rest| rest.starts_with(b"resolve:"));
            if opens && !matches!(before, Some(b'$' | b'{')) && !secret() {
                starts.push(n);
            }
        }
        Marks { text, starts }
    }

    /// The first mark within `range`.
    pub(super) fn within(&self, range: Range<usize>) -> Option<Range<usize>> {
        if self.starts.is_empty() {
            return None;
        }
        let first = *self.starts.get(self.starts.partition_point(|start| *start < range.start))?;
        (first < range.end).then_some(first..first + 2)
    }

    /// The mark at which a flow map begins: a map whose first key is a map is never meant.
    pub(super) fn flow(&self, start: usize) -> Option<Range<usize>> {
        self.within(start..start + 1)
    }

    /// The mark that explains a syntax error at `error`: the first that stands outside of quotes and
    /// comments, as far as its own line tells, from the line of the error on; else any before it.
    pub(super) fn near(&self, error: usize) -> Option<Range<usize>> {
        let line = self.text.get(..error).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
        let found = self.bare(line..self.text.len()).or_else(|| self.bare(0..line));
        found.map(|start| start..start + 2)
    }

    /// The first mark in these lines that is outside of quotes and comments. One pass, whatever the
    /// number of marks: the text may be hostile.
    fn bare(&self, lines: Range<usize>) -> Option<usize> {
        let first = self.starts.partition_point(|start| *start < lines.start);
        let mut marks = self.starts.iter().skip(first).take_while(|start| **start < lines.end).peekable();
        let (mut quote, mut comment, mut last) = (None, false, b' ');
        for (at, byte) in self.text.as_bytes().iter().copied().enumerate().take(lines.end).skip(lines.start) {
            if marks.peek()? == &&at {
                if quote.is_none() && !comment {
                    return Some(at);
                }
                marks.next();
            }
            match (byte, quote) {
                (b'\n', _) => (quote, comment) = (None, false),
                (_, Some(open)) if byte == open && last != b'\\' => quote = None,
                (b'"' | b'\'', None) if !comment && !last.is_ascii_alphanumeric() => quote = Some(byte),
                (b'#', None) if last.is_ascii_whitespace() => comment = true,
                _ => {}
            }
            last = byte;
        }
        None
    }
}
