//! Comments and here-documents, found line by line as BuildKit's parser.go finds them.
//!
//! The bodies of a `RUN`'s here-documents are blanked before the crate sees the text, every offset kept,
//! because the crate knows only those that open the instruction.

use std::ops::Range;

/// What a text holds besides instructions.
pub struct Scanned {
    /// The text without the here-documents of `RUN`, bodies blanked and `<<` made `__`; as long as the text.
    pub masked: String,
    /// Every comment.
    pub comments: Vec<Range<usize>>,
    /// The here-documents of `RUN`, in order.
    pub heredocs: Vec<Heredoc>,
}

/// One here-document.
pub struct Heredoc {
    /// Where its `<<` stands.
    pub marker: usize,
    /// Its lines, the delimiter's excluded.
    pub body: Range<usize>,
    /// Its text, leading tabs removed where `<<-` asks for it.
    pub text: String,
    /// True if its delimiter is not quoted.
    pub expand: bool,
}

/// Finds them. An error is a here-document without an end.
pub fn scan(text: &str) -> Result<Scanned, (String, Range<usize>)> {
    let mut lines = Lines { text, at: 0 };
    let escape = escape(text);
    let mut out = Scanned { masked: String::with_capacity(text.len()), comments: Vec::new(), heredocs: Vec::new() };
    while let Some((start, line)) = lines.next() {
        if line.trim_start().starts_with('#') {
            out.comments.push(comment(start, line));
            out.masked.push_str(line);
            continue;
        }
        let markers = logical_line(&mut lines, &mut out, start, line, escape);
        let run = is_run(line);
        for marker in markers {
            let (body, text) = body(&mut lines, &marker)?;
            let raw = lines.text.get(body.start..lines.at).unwrap_or("");
            if run {
                // Else the crate would look for the body of one that opens the instruction.
                out.masked.replace_range(marker.at..marker.at + 2, "__");
                out.masked.extend(raw.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
                out.heredocs.push(Heredoc { marker: marker.at, body, text, expand: marker.expand });
            } else {
                out.masked.push_str(raw);
            }
        }
    }
    Ok(out)
}

struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    /// A line with its end, and where it begins.
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<(usize, &'a str)> {
        let line = self.text.get(self.at..)?.split_inclusive('\n').next()?;
        let start = self.at;
        self.at += line.len();
        Some((start, line))
    }
}

fn comment(start: usize, line: &str) -> Range<usize> {
    let blank = line.len() - line.trim_start().len();
    start + blank..start + line.trim_end().len()
}

/// The escape character: the directives stand in comments before everything else.
fn escape(text: &str) -> char {
    for line in text.lines() {
        let Some((key, value)) = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('=')) else { break };
        if key.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return '`';
        }
    }
    '\\'
}

/// The beginning of a here-document.
struct Marker {
    at: usize,
    delimiter: String,
    tabs: bool,
    expand: bool,
}

/// Reads the rest of an instruction that begins with `first`, and returns its here-documents.
fn logical_line(lines: &mut Lines, out: &mut Scanned, start: usize, first: &str, escape: char) -> Vec<Marker> {
    out.masked.push_str(first);
    let heredocs = may_have_heredocs(first);
    let mut markers = if heredocs { markers(start, first) } else { Vec::new() };
    let mut goes_on = continues(first, escape);
    while goes_on {
        let Some((start, line)) = lines.next() else { break };
        out.masked.push_str(line);
        if line.trim_start().starts_with('#') {
            out.comments.push(comment(start, line));
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        if heredocs {
            markers.extend(self::markers(start, line));
        }
        goes_on = continues(line, escape);
    }
    markers
}

fn continues(line: &str, escape: char) -> bool {
    line.trim_end().ends_with(escape)
}

fn first_words(line: &str) -> impl Iterator<Item = &str> {
    let mut words = line.split_whitespace().peekable();
    words.next_if(|word| word.eq_ignore_ascii_case("ONBUILD"));
    words
}

fn is_run(line: &str) -> bool {
    first_words(line).next().is_some_and(|word| word.eq_ignore_ascii_case("RUN"))
}

fn may_have_heredocs(line: &str) -> bool {
    let name = first_words(line).next().unwrap_or("");
    ["RUN", "COPY", "ADD"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The words of a line that are `<<NAME`, `<<-NAME`, `<<"NAME"` or `3<<NAME`, outside quotes.
fn markers(start: usize, line: &str) -> Vec<Marker> {
    let mut out = Vec::new();
    for (at, word) in words(line) {
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Some(rest) = word.get(digits..).and_then(|rest| rest.strip_prefix("<<")) else { continue };
        let tabs = rest.starts_with('-');
        let name = rest.strip_prefix('-').unwrap_or(rest);
        let delimiter: String = name.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
        if delimiter.is_empty() || name.contains('<') {
            continue;
        }
        out.push(Marker { at: start + at + digits, expand: delimiter.len() == name.len(), delimiter, tabs });
    }
    out
}

/// Words between blanks, quotes kept; blanks within quotes do not count.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut begin: Option<usize> = None;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if quote.is_none() && !escaped && c.is_whitespace() {
            if let Some(from) = begin.take() {
                out.extend(line.get(from..at).map(|word| (from, word)));
            }
            continue;
        }
        begin.get_or_insert(at);
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', Some('"') | None) => escaped = true,
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    if let Some(from) = begin {
        out.extend(line.get(from..).map(|word| (from, word)));
    }
    out
}

/// The lines up to the delimiter, and their text.
fn body(lines: &mut Lines, marker: &Marker) -> Result<(Range<usize>, String), (String, Range<usize>)> {
    let start = lines.at;
    let mut text = String::new();
    for (at, line) in lines.by_ref() {
        let bare = if marker.tabs { line.trim_start_matches('\t') } else { line };
        if bare.trim_end_matches(['\r', '\n']) == marker.delimiter {
            return Ok((start..at, text));
        }
        text.push_str(bare);
    }
    let message = format!("the here-document {} has no end", marker.delimiter);
    Err((message, marker.at..marker.at + 2))
}
