//! The lines of a PAM configuration file: pam.conf(5).

use crate::model::host::dialect::lines;
use crate::model::host::view::Text;
use crate::source::Span;

/// One line, comments and continuations resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// Its words; one in brackets is a word without them.
    pub words: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// Every line that says something. "A '#' begins a comment", a backslash at the end of a line continues it.
pub fn parse(text: &Text) -> Vec<Raw> {
    let mut out = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut end = 0;
    for (at, raw) in lines(&text.text) {
        let said = raw.split('#').next().unwrap_or_default().trim();
        if open.is_none() && said.is_empty() {
            continue;
        }
        let (mut whole, start) = open.take().unwrap_or((String::new(), at + raw.len() - raw.trim_start().len()));
        end = at + raw.trim_end().len();
        match said.strip_suffix('\\') {
            Some(part) => {
                whole.push_str(part);
                whole.push(' ');
                open = Some((whole, start));
            }
            None => {
                whole.push_str(said);
                push(&mut out, &whole, Span::new(text.id, start..end));
            }
        }
    }
    if let Some((whole, start)) = open {
        push(&mut out, &whole, Span::new(text.id, start..end));
    }
    out
}

fn push(out: &mut Vec<Raw>, line: &str, span: Span) {
    let words = words(line);
    if !words.is_empty() {
        out.push(Raw { words, span });
    }
}

/// Words between blanks. One that begins with `[` goes on to the `]`; `\]` is a `]` within it.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(first) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut word = String::new();
        if first == '[' {
            while let Some(c) = chars.next() {
                match c {
                    '\\' if chars.peek() == Some(&']') => word.extend(chars.next()),
                    ']' => break,
                    _ => word.push(c),
                }
            }
        } else {
            word.push(first);
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                word.push(c);
            }
        }
        out.push(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn lines_are_read_as_libpam_reads_them() {
        let text = "# c\n\nauth required pam_unix.so # x\n-auth [success=1 \\\n  default=ignore] pam_x.so \\\n a=b\n\
                    account optional pam_q.so [q=select a from \\[b\\] c]\n   @include common-auth\nauth required \\";
        let all = parse(&Text { id: SourceId(0), text: text.into() });
        let got: Vec<String> = all.iter().map(|raw| raw.words.join("|")).collect();
        assert_eq!(
            got,
            [
                "auth|required|pam_unix.so",
                "-auth|success=1  default=ignore|pam_x.so|a=b",
                "account|optional|pam_q.so|q=select a from \\[b] c",
                "@include|common-auth",
                "auth|required"
            ]
        );
        assert_eq!(all[1].span.start as usize, text.find("-auth").unwrap());
        assert_eq!(all[1].span.end as usize, text.find("\naccount").unwrap());
    }
}
