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
    /// comments, as far as its own line tells, from the line of the error on; else any before it
    /// that stands at the beginning of a line or of a value.
    pub(super) fn near(&self, error: usize) -> Option<Range<usize>> {
        let line = self.text.get(..error).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
        let later = self.starts.partition_point(|start| *start < line);
        let (before, after) = self.starts.split_at_checked(later)?;
        let found = after.iter().chain(before).find(|start| self.is_bare(**start));
        found.map(|start| *start..start + 2)
    }

    /// True if the mark at `start` is outside of quotes and comments as far as its line tells.
    fn is_bare(&self, start: usize) -> bool {
        let before = self.text.get(..start).unwrap_or("");
        let before = before.get(before.rfind('\n').map_or(0, |n| n + 1)..).unwrap_or("");
        let mut quote = None;
        let mut last = ' ';
        for c in before.chars() {
            match quote {
                Some(open) if c == open && last != '\\' => quote = None,
                Some(_) => {}
                None if matches!(c, '"' | '\'') && !last.is_alphanumeric() => quote = Some(c),
                None if c == '#' && last.is_whitespace() => return false,
                None => {}
            }
            last = c;
        }
        quote.is_none()
    }
}
