//! A linear look at the text before it is parsed: where the comments are, and whether the nesting and
//! the sizes are such that the parser (recursive, and quadratic in the items of one object) may have it.

use crate::budget::Budget;

/// Most items that one object may have.
const MAX_ITEMS: u64 = 20_000;

/// What is open at a place of the text.
#[derive(Clone, Copy)]
enum Open {
    /// The braces of a block.
    Block,
    /// Any other bracket or `${`, with the items (lines and commas) counted so far.
    Bracket(u64),
    /// A quoted string.
    Quoted,
    /// A heredoc: where its delimiter is in the text.
    Heredoc(usize, usize),
}

/// Comments of `text`, marker included, or where it is too deep or too large and why.
pub(super) fn scan(text: &str, budget: &Budget) -> Result<Vec<std::ops::Range<usize>>, (usize, String)> {
    let mut scan =
        Scan { bytes: text.as_bytes(), at: 0, open: Vec::new(), comments: Vec::new(), previous: b'\n', budget };
    while scan.at < scan.bytes.len() {
        match scan.open.last() {
            Some(Open::Quoted) => scan.quoted()?,
            Some(Open::Heredoc(start, end)) => scan.heredoc(*start, *end)?,
            _ => scan.code()?,
        }
    }
    Ok(scan.comments)
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    open: Vec<Open>,
    comments: Vec<std::ops::Range<usize>>,
    /// The last byte of code that is not blank.
    previous: u8,
    budget: &'t Budget,
}

type Step = Result<(), (usize, String)>;

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, open: Open) -> Step {
        if self.open.len() >= usize::from(Budget::MAX_SYNTAX_DEPTH) {
            return Err((self.at, format!("nested more than {} levels deep", Budget::MAX_SYNTAX_DEPTH)));
        }
        self.open.push(open);
        Ok(())
    }

    /// Offset of the end of the line at or after `from`.
    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |n| from + n)
    }

    fn code(&mut self) -> Step {
        let byte = self.peek(0);
        match (byte, self.peek(1)) {
            (b'#', _) | (b'/', b'/') => {
                let end = self.line_end(self.at);
                self.comment(end);
                return Ok(());
            }
            (b'/', b'*') => {
                let rest = self.bytes.get(self.at + 2..).unwrap_or_default();
                let end = memchr::memmem::find(rest, b"*/").map_or(self.bytes.len(), |n| self.at + 2 + n + 2);
                self.comment(end);
                return Ok(());
            }
            (b'"', _) => self.push(Open::Quoted)?,
            (b'<', b'<') => return self.heredoc_start(),
            (b'{', _) => self.brace()?,
            (b'(' | b'[', _) => self.push(Open::Bracket(0))?,
            (b')' | b']' | b'}', _) => {
                self.open.pop();
            }
            (b'\n' | b',', _) => self.item()?,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            self.previous = byte;
        }
        self.at += 1;
        Ok(())
    }

    fn comment(&mut self, end: usize) {
        let start = self.at;
        let carriage = end > start && self.bytes.get(end - 1) == Some(&b'\r');
        self.comments.push(start..end - usize::from(carriage));
        self.at = end;
    }

    /// A `{`: of a block if it follows a word or label where blocks may stand, otherwise of an object.
    fn brace(&mut self) -> Step {
        let outside = matches!(self.open.last(), None | Some(Open::Block));
        let word = self.previous == b'"' || self.previous == b'_' || self.previous.is_ascii_alphanumeric();
        self.push(if outside && word { Open::Block } else { Open::Bracket(0) })
    }

    /// One more line or comma within the innermost bracket; the cost of the n-th item grows with n.
    fn item(&mut self) -> Step {
        let Some(Open::Bracket(items)) = self.open.last_mut() else { return Ok(()) };
        *items += 1;
        let count = *items;
        if count > MAX_ITEMS {
            return Err((self.at, format!("more than {MAX_ITEMS} items in one pair of brackets")));
        }
        self.budget.nodes(count / 64).map_err(|limit| (self.at, limit.to_string()))
    }

    /// `<<WORD` or `<<-WORD` at the end of a line.
    fn heredoc_start(&mut self) -> Step {
        let start = self.at + 2 + usize::from(self.peek(2) == b'-');
        let line_end = self.line_end(start);
        let end = line_end - usize::from(line_end > start && self.bytes.get(line_end - 1) == Some(&b'\r'));
        let word = self.bytes.get(start..end).unwrap_or_default();
        self.previous = b'<';
        if word.is_empty() || !word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') || *b >= 0x80)
        {
            self.at += 2;
            return Ok(());
        }
        self.push(Open::Heredoc(start, end))?;
        self.at = (line_end + 1).min(self.bytes.len());
        self.heredoc_end(start, end);
        Ok(())
    }

    /// At the beginning of a line of a heredoc: closes it if the line is its delimiter.
    fn heredoc_end(&mut self, start: usize, end: usize) {
        let line = self.bytes.get(self.at..self.line_end(self.at)).unwrap_or_default();
        let rest = line.trim_ascii_start();
        let word = self.bytes.get(start..end).unwrap_or_default();
        let after = rest.get(word.len()).copied().unwrap_or(b' ');
        if rest.starts_with(word) && !(after.is_ascii_alphanumeric() || matches!(after, b'_' | b'-') || after >= 0x80) {
            self.at += line.len() - rest.len() + word.len();
            self.open.pop();
        }
    }

    fn heredoc(&mut self, start: usize, end: usize) -> Step {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at = memchr::memchr3(b'\n', b'$', b'%', rest).map_or(self.bytes.len(), |n| self.at + n);
        if self.peek(0) != b'\n' {
            return self.marker();
        }
        self.at += 1;
        self.heredoc_end(start, end);
        Ok(())
    }

    fn quoted(&mut self) -> Step {
        match self.peek(0) {
            b'\\' => self.at += 2,
            b'$' | b'%' => return self.marker(),
            byte => {
                // A quoted string does not go on over the end of its line; the parser will say so.
                if matches!(byte, b'"' | b'\n') {
                    self.open.pop();
                    self.previous = b'"';
                }
                self.at += 1;
            }
        }
        Ok(())
    }

    /// `${` and `%{` open code, `$${` and `%%{` do not.
    fn marker(&mut self) -> Step {
        let sign = self.peek(0);
        if self.peek(1) == sign && self.peek(2) == b'{' {
            self.at += 3;
        } else if self.peek(1) == b'{' {
            self.push(Open::Bracket(0))?;
            self.previous = b'{';
            self.at += 2;
        } else {
            self.at += 1;
        }
        Ok(())
    }
}
