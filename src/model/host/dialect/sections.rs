//! Sections of `key = value` (INI): systemd, MySQL, Samba, dnf, dconf, sssd, Grafana and many more.

use super::{Setting, lines};
use crate::model::host::view::Text;
use crate::source::Span;

/// How one program writes it.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Characters that begin a comment at the start of a line.
    pub comments: &'static [char],
    /// Characters that begin a comment after a blank within a line.
    pub inline: &'static [char],
    /// Characters between key and value; the first in the line counts.
    pub separators: &'static [char],
    /// How a setting goes on in the next line.
    pub joined: Joined,
    /// True if a line without a separator is a key of its own (`skip-networking`).
    pub bare: bool,
    /// True if quotes around a value are not part of it.
    pub quotes: bool,
}

/// How a setting goes on in the next line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It does not.
    Never,
    /// When the line ends in a backslash.
    Backslash,
    /// When the next line begins with a blank.
    Indent,
}

/// The common style: `#` and `;`, `=`, one line each.
pub const PLAIN: Style =
    Style { comments: &['#', ';'], inline: &[], separators: &['='], joined: Joined::Never, bare: false, quotes: false };

/// A section; what stands before the first has an empty name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The name between the brackets, blanks around it removed.
    pub name: String,
    /// The line of the name.
    pub span: Span,
    /// The settings, in order.
    pub settings: Vec<Setting>,
}

impl Section {
    /// The last setting with this key, without regard to case.
    pub fn last(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().rev().find(|setting| setting.key.eq_ignore_ascii_case(key))
    }
}

/// Every section in order, repeated ones too. A line that is nothing of all this is passed over: whether
/// that is an error is the program's business.
pub fn parse(text: &Text, style: &Style) -> Vec<Section> {
    let mut out = vec![Section { name: String::new(), span: Span::new(text.id, 0..0), settings: Vec::new() }];
    let mut open: Option<(String, usize, usize)> = None;
    for (at, raw) in lines(&text.text) {
        let line = raw.trim();
        let begin = at + (raw.len() - raw.trim_start().len());
        let end = begin + line.len();
        if line.starts_with(style.comments) {
            continue;
        }
        if let Some((mut whole, start, last)) = open.take() {
            let goes_on = match style.joined {
                Joined::Backslash => true,
                Joined::Indent => !line.is_empty() && raw.starts_with([' ', '\t']),
                Joined::Never => false,
            };
            if goes_on {
                whole.push(' ');
                whole.push_str(line);
                open = keep_or_add(&mut out, text, style, (whole, start, end));
                continue;
            }
            add(&mut out, text, style, &whole, start..last);
        }
        if line.is_empty() {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let span = Span::new(text.id, begin..end);
            out.push(Section { name: name.trim().to_owned(), span, settings: Vec::new() });
            continue;
        }
        open = keep_or_add(&mut out, text, style, (line.to_owned(), begin, end));
    }
    if let Some((whole, start, last)) = open {
        add(&mut out, text, style, &whole, start..last);
    }
    out
}

/// What is to be joined with the next line, or nothing once the setting was added.
fn keep_or_add(
    out: &mut [Section],
    text: &Text,
    style: &Style,
    (mut whole, start, end): (String, usize, usize),
) -> Option<(String, usize, usize)> {
    match style.joined {
        Joined::Backslash if whole.ends_with('\\') => {
            whole.pop();
            whole.truncate(whole.trim_end().len());
            Some((whole, start, end))
        }
        Joined::Indent => Some((whole, start, end)),
        _ => {
            add(out, text, style, &whole, start..end);
            None
        }
    }
}

fn add(out: &mut [Section], text: &Text, style: &Style, whole: &str, place: std::ops::Range<usize>) {
    let Some(section) = out.last_mut() else { return };
    let (key, value) = match whole.split_once(style.separators) {
        Some((key, value)) => (key, value),
        None if style.bare => (whole, ""),
        None => return,
    };
    let value = value.trim();
    let quoted = style.quotes.then(|| unquoted(value)).flatten();
    let value = match quoted {
        Some(inner) => inner.to_owned(),
        None => without_comment(value, style.inline).to_owned(),
    };
    let key = if style.bare { without_comment(key.trim(), style.inline) } else { key.trim() };
    section.settings.push(Setting { key: key.to_owned(), value, span: Span::new(text.id, place) });
}

/// What stands between the quotes with which a value begins.
fn unquoted(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split_once(quote).map(|(inner, _)| inner)
}

/// The value up to a comment that begins after a blank.
fn without_comment<'a>(value: &'a str, marks: &[char]) -> &'a str {
    let mut blank = true;
    for (at, c) in value.char_indices() {
        if blank && marks.contains(&c) {
            return value.get(..at).unwrap_or(value).trim_end();
        }
        blank = c.is_whitespace();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn shown(text: &str, style: &Style) -> String {
        let text = Text { id: SourceId(0), text: text.into() };
        let all = parse(&text, style).into_iter().map(|section| {
            let settings = section.settings.iter().map(|one| {
                let at = text.text.get(..one.span.start as usize).unwrap().matches('\n').count() + 1;
                format!("{}={}@{at}", one.key, one.value)
            });
            format!("[{}] {}", section.name, settings.collect::<Vec<_>>().join(" "))
        });
        all.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_style_is_read_as_its_program_does() {
        let plain = "a=1\n# b=2\n[ x ]\n c = 3 ; d\nnothing\n[x]\nc=4\n";
        assert_eq!(shown(plain, &PLAIN), "[] a=1@1\n[x] c=3 ; d@4\n[x] c=4@7");
        let mysql = Style { inline: &['#'], bare: true, quotes: true, ..PLAIN };
        assert_eq!(
            shown("[mysqld]\nskip-networking # x\nb='a # b' # c\n", &mysql),
            "[mysqld] skip-networking=@2 b=a # b@3".replacen("[mysqld]", "[] \n[mysqld]", 1)
        );
        let systemd = Style { joined: Joined::Backslash, ..PLAIN };
        assert_eq!(shown("[S]\nE=a \\\n# c\n  b\nF=\n", &systemd), "[] \n[S] E=a b@2 F=@5");
        let dnf = Style { joined: Joined::Indent, ..PLAIN };
        assert_eq!(shown("[r]\nu=a\n  b\n\nv=c", &dnf), "[] \n[r] u=a b@2 v=c@5");
    }
}
