//! Java properties, as java.util.Properties.load describes them: Kafka, Mirth, OpenMRS, Spring, NiFi.

use super::{Setting, lines};
use crate::model::host::view::Text;
use crate::source::Span;

/// Every property in order; the last of a name counts.
pub fn parse(text: &Text) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for (at, raw) in lines(&text.text) {
        let line = raw.trim_start_matches([' ', '\t', '\u{c}']);
        let is_new = open.is_none();
        if is_new && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        let (mut whole, start) = open.take().unwrap_or((String::new(), at + raw.len() - line.len()));
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            whole.push_str(line.get(..line.len() - 1).unwrap_or_default());
            open = Some((whole, start));
        } else {
            whole.push_str(line);
            out.push(setting(&whole, Span::new(text.id, start..at + raw.len())));
        }
    }
    out.extend(open.map(|(whole, start)| setting(&whole, Span::new(text.id, start..text.text.len()))));
    out
}

/// The last value of a name.
pub fn last<'a>(all: &'a [Setting], key: &str) -> Option<&'a Setting> {
    all.iter().rev().find(|setting| setting.key == key)
}

fn setting(line: &str, span: Span) -> Setting {
    let mut escaped = false;
    let end = line.char_indices().find(|(_, c)| {
        let found = !escaped && matches!(c, '=' | ':' | ' ' | '\t' | '\u{c}');
        escaped = *c == '\\' && !escaped;
        found
    });
    let end = end.map_or(line.len(), |(at, _)| at);
    let rest = line.get(end..).unwrap_or_default().trim_start_matches([' ', '\t', '\u{c}']);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches([' ', '\t', '\u{c}']);
    Setting { key: unescaped(line.get(..end).unwrap_or_default()), value: unescaped(rest), span }
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn properties_are_read_as_java_reads_them() {
        let text = "# c\n! d\na=1\n b : 2 \nc 3\nd\\=e=f\\u0041\\\n   g\nh=\ni\n\na = x\\\\\nlast=y\\";
        let all = parse(&Text { id: SourceId(0), text: text.into() });
        let got: Vec<(&str, &str)> = all.iter().map(|one| (&*one.key, &*one.value)).collect();
        let expected =
            [("a", "1"), ("b", "2 "), ("c", "3"), ("d=e", "fAg"), ("h", ""), ("i", ""), ("a", "x\\"), ("last", "y")];
        assert_eq!(got, expected);
        assert_eq!(last(&all, "a").map(|one| &*one.value), Some("x\\"));
    }
}
