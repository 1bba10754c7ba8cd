//! The text of a sudoers file cut into what sudoers(5) calls its tokens.

/// Walks along one logical line.
pub struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// At the beginning of `text`.
    pub fn new(text: &'a str) -> Self {
        Scan { text, at: 0 }
    }

    /// What is left, blanks before it passed over.
    pub fn rest(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    /// Passes over `what` if it comes next.
    pub fn take(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        self.at += if found { what.len() } else { 0 };
        found
    }

    /// The next character if it is one of these and no blank stands before it.
    pub fn immediately(&mut self, marks: &[char]) -> Option<char> {
        let next = self.text.get(self.at..)?.chars().next().filter(|c| marks.contains(c))?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Passes over the next `count` bytes.
    pub fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// The text up to the first of `ends` that is neither quoted nor escaped; quotes are removed, and a backslash
    /// before anything but a blank within it. Empty at the end.
    pub fn until(&mut self, ends: &[char]) -> String {
        self.up_to(ends, true)
    }

    /// The same with quotes as they are: in a command they are part of its arguments.
    pub fn until_as_written(&mut self, ends: &[char]) -> String {
        self.up_to(ends, false)
    }

    fn up_to(&mut self, ends: &[char], quotes: bool) -> String {
        let rest = self.rest();
        let mut out = String::new();
        let mut quoted = false;
        let mut chars = rest.char_indices();
        let mut end = rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => out.extend(chars.next().map(|(_, c)| c)),
                '"' if quotes => quoted = !quoted,
                c if !quoted && ends.contains(&c) => {
                    end = at;
                    break;
                }
                c => out.push(c),
            }
        }
        self.at += end;
        out.truncate(out.trim_end().len());
        out
    }

    /// Items between commas, up to one of `ends` or, if `blank_ends`, a blank that follows no comma.
    pub fn list(&mut self, ends: &[char], blank_ends: bool) -> Vec<String> {
        let mut stops = vec![','];
        stops.extend_from_slice(ends);
        if blank_ends {
            stops.extend([' ', '\t']);
        }
        let mut out = Vec::new();
        loop {
            let mut item = String::new();
            while self.take("!") {
                item.push('!');
            }
            item.push_str(&self.until(&stops));
            // An even number of `!` cancels itself.
            let bare = item.trim_start_matches('!');
            let negated = (item.len() - bare.len()) % 2 == 1;
            if !bare.is_empty() {
                out.push(if negated { format!("!{bare}") } else { bare.to_owned() });
            }
            if !self.take(",") {
                return out;
            }
        }
    }
}

/// A logical line: its text without comments, and where it begins and ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub text: String,
    /// Bytes of the file.
    pub range: std::ops::Range<usize>,
}

/// The lines of a file: a backslash at the end continues a line, a `#` begins a comment unless a number follows (a
/// user by number) or the line is an old `#include`.
pub fn lines(text: &str) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut start = 0;
    let mut end = 0;
    for raw in text.split_inclusive('\n') {
        let at = start;
        start += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        let is_first = open.is_none();
        let (mut whole, begin) = open.take().unwrap_or((String::new(), at + line.len() - line.trim_start().len()));
        end = at + line.trim_end().len();
        let said = if is_first && is_include(line) { line } else { without_comment(line) };
        match said.strip_suffix('\\') {
            // A comment is not continued.
            Some(part) if said.len() == line.len() => {
                whole.push_str(part);
                open = Some((whole, begin));
            }
            _ => {
                whole.push_str(said);
                push(&mut out, whole, begin..end);
            }
        }
    }
    if let Some((whole, begin)) = open {
        push(&mut out, whole, begin..end);
    }
    out
}

fn push(out: &mut Vec<Line>, text: String, range: std::ops::Range<usize>) {
    let text = text.trim().to_owned();
    if !text.is_empty() {
        out.push(Line { text, range });
    }
}

fn is_include(line: &str) -> bool {
    let line = line.trim_start();
    ["#include ", "#include\t", "#includedir ", "#includedir\t"].iter().any(|start| line.starts_with(start))
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut escaped = false;
    let mut previous = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '#' if !quoted && !escaped => {
                let is_number = line.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
                let stands_for_a_user = is_number && (previous.is_whitespace() || "%!,:(=>".contains(previous));
                if !stands_for_a_user {
                    return line.get(..at).unwrap_or_default();
                }
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        previous = c;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_comments_and_are_joined() {
        let text = "# c\nroot ALL=(ALL) ALL # x\n#include /etc/x\n#1000 ALL = \\\n  /bin/ls\n%#20,#30 ALL=ALL\nDefaults a=\"b # c\"\n#5th\n";
        let got: Vec<String> = lines(text).into_iter().map(|line| line.text).collect();
        let expected = [
            "root ALL=(ALL) ALL",
            "#include /etc/x",
            "#1000 ALL =   /bin/ls",
            "%#20,#30 ALL=ALL",
            "Defaults a=\"b # c\"",
            "#5th",
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn lists_end_where_they_should() {
        let mut scan = Scan::new("alice, %wheel , !!\"%big group\",!bob ALL = x");
        assert_eq!(scan.list(&['='], true), ["alice", "%wheel", "%big group", "!bob"]);
        assert_eq!(scan.list(&['='], true), ["ALL"]);
        assert!(scan.take("="));
        assert_eq!(scan.until(&[',']), "x");
    }
}
