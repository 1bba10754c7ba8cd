//! The language of rsyslog.conf(5), old and new: `$Directive value`, `selector action`, and RainerScript's
//! `object(parameter="value")` within `if ... then { }`, rulesets and blocks.

use crate::model::host::view::Text;
use crate::source::Span;

/// One thing that the file states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `name(parameter="value" ...)`, names in lower case.
    Object {
        /// `action`, `module`, `input`, `global`, `include` and others.
        name: String,
        /// The parameters with their values; an array has several.
        parameters: Vec<(String, Vec<String>)>,
        /// From the name to the bracket.
        span: Span,
    },
    /// `$Name value`, the name in lower case and without its sign.
    Directive {
        /// The name.
        name: String,
        /// The rest of the line.
        value: String,
        /// The line.
        span: Span,
    },
    /// What an old line does with the messages that it selects.
    Action {
        /// `*.*`, `&` for that of the line before, `if` for an expression.
        selector: String,
        /// `/var/log/syslog`, `@@host:514`, `~`.
        action: String,
        /// The line.
        span: Span,
    },
}

/// Objects of the new style.
const OBJECTS: &[&str] = &[
    "action",
    "constant",
    "dyn_stats",
    "foreach",
    "global",
    "include",
    "input",
    "lookup_table",
    "main_queue",
    "module",
    "parser",
    "percentile_stats",
    "property",
    "ratelimit",
    "ruleset",
    "template",
    "timezone",
];

/// Every statement in order. What is nothing of all this is passed over.
pub fn parse(text: &Text) -> Vec<Statement> {
    let mut scan = Scan { text: &text.text, at: 0, id: text.id, out: Vec::new() };
    while scan.at < scan.text.len() {
        scan.statement();
    }
    scan.out
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    id: crate::source::SourceId,
    out: Vec<Statement>,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.id, start..self.at)
    }

    /// Passes over so many bytes, and at least the character here.
    fn skip(&mut self, bytes: usize) {
        let one = self.rest().chars().next().map_or(1, char::len_utf8);
        self.at = (self.at + bytes.max(one)).min(self.text.len());
    }

    /// Blanks and comments.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// A word of letters, digits, `_` and `-` here.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn statement(&mut self) {
        self.blanks();
        let rest = self.rest();
        let word = self.word();
        let after = rest.get(word.len()..).unwrap_or_default();
        let lower = word.to_ascii_lowercase();
        match (rest.chars().next(), &*lower) {
            (None, _) => {}
            (Some('{' | '}' | ')' | ';'), _) => self.skip(1),
            (Some('$'), _) => self.directive(),
            (_, name) if OBJECTS.contains(&name) && after.trim_start().starts_with('(') => self.object(name),
            (_, "if") => self.condition(),
            (_, "else" | "then" | "stop" | "continue") => self.skip(word.len()),
            (_, "set" | "unset" | "reset") if after.starts_with([' ', '\t']) => self.past(';'),
            (_, "call" | "call_indirect") => {
                let line = self.line_end();
                self.skip(line);
            }
            _ => self.selector(),
        }
    }

    fn past(&mut self, end: char) {
        let rest = self.rest();
        self.at += rest.find(end).map_or(rest.len(), |at| at + end.len_utf8());
    }

    /// The length of the line here, those that end in a backslash joined.
    fn line_end(&self) -> usize {
        let mut length = 0;
        for line in self.rest().split_inclusive('\n') {
            length += line.len();
            if !line.trim_end().ends_with('\\') {
                break;
            }
        }
        length
    }

    /// The text of the line here without what joins it.
    fn line(&mut self) -> String {
        let end = self.line_end();
        let raw = self.rest().get(..end).unwrap_or_default();
        self.at += end;
        raw.replace("\\\r\n", " ").replace("\\\n", " ").trim().to_owned()
    }

    fn directive(&mut self) {
        let start = self.at;
        let line = self.line();
        let line = line.split('#').next().unwrap_or_default().trim();
        let (name, value) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let name = name.trim_start_matches('$').to_ascii_lowercase();
        let end = start + self.text.get(start..self.at).unwrap_or_default().trim_end().len();
        let span = Span::new(self.id, start..end);
        self.out.push(Statement::Directive { name, value: value.trim().to_owned(), span });
    }

    /// `if expression then`: what follows is a statement or an old action.
    fn condition(&mut self) {
        let mut quote = None;
        let mut before = ' ';
        let rest = self.rest();
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match (c, quote) {
                (_, Some(open)) if c == open && before != '\\' => quote = None,
                (_, Some(_)) => {}
                ('"' | '\'', None) => quote = Some(c),
                ('t' | 'T', None) if !before.is_alphanumeric() => {
                    let word = rest.get(at..at + 4).unwrap_or_default();
                    let next = rest.get(at + 4..).and_then(|tail| tail.chars().next());
                    if word.eq_ignore_ascii_case("then") && next.is_none_or(|c| !c.is_alphanumeric()) {
                        end = at + 4;
                        break;
                    }
                }
                _ => {}
            }
            before = c;
        }
        self.at += end;
        self.blanks();
        if self.rest().starts_with(['/', '-', '@', '?', '|', ':', '~', '^']) {
            let start = self.at;
            let action = self.line();
            self.push("if", &action, start);
        }
    }

    /// `selector action`; the action may be an object, a block or a statement, which are read on their own.
    fn selector(&mut self) {
        let start = self.at;
        let end = self.line_end();
        let line = self.rest().get(..end).unwrap_or_default();
        let length = match line.chars().next() {
            Some('&') => 1,
            // A host or a program to which what follows is limited.
            Some('!' | '+') => end,
            Some(':') => property_filter(line),
            _ => line.find([' ', '\t']).unwrap_or(line.trim_end().len()),
        };
        let selector = line.get(..length).unwrap_or_default().to_owned();
        self.skip(length.min(end));
        let gap = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.at += gap;
        let next = self.rest();
        let is_object = OBJECTS.contains(&&*self.word().to_ascii_lowercase());
        if length >= end || next.starts_with(['\n', '\r', '{']) || is_object || next.starts_with("stop") {
            return;
        }
        let action = self.line();
        self.push(&selector, &action, start);
    }

    fn push(&mut self, selector: &str, action: &str, start: usize) {
        // A template may be named after the target, and a comment may follow it.
        let action = action.split(" #").next().unwrap_or_default().trim_end().trim_end_matches('}').trim_end();
        let end = start + self.text.get(start..self.at).unwrap_or_default().trim_end().len();
        let span = Span::new(self.id, start..end);
        self.out.push(Statement::Action { selector: selector.to_owned(), action: action.to_owned(), span });
    }

    fn object(&mut self, name: &str) {
        let start = self.at;
        self.at += name.len();
        self.past('(');
        let mut parameters = Vec::new();
        loop {
            self.blanks();
            if self.at >= self.text.len() {
                break;
            }
            if self.rest().starts_with(')') {
                self.skip(1);
                break;
            }
            let end = self.rest().find(['=', ')']).unwrap_or(0);
            if !self.rest().get(end..).unwrap_or_default().starts_with('=') {
                self.skip(1);
                continue;
            }
            let key = self.rest().get(..end).unwrap_or_default().trim().to_ascii_lowercase();
            self.at += end + 1;
            self.blanks();
            let values = if self.rest().starts_with('[') { self.array() } else { vec![self.value()] };
            parameters.push((key, values));
        }
        let span = self.span(start);
        self.out.push(Statement::Object { name: name.to_owned(), parameters, span });
    }

    fn array(&mut self) -> Vec<String> {
        self.skip(1);
        let mut out = Vec::new();
        loop {
            self.blanks();
            match self.rest().chars().next() {
                None => return out,
                Some(']') => {
                    self.skip(1);
                    return out;
                }
                Some(',') => self.skip(1),
                Some(_) => out.push(self.value()),
            }
        }
    }

    /// A quoted text, or a bare word.
    fn value(&mut self) -> String {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | ',' | ']')).unwrap_or(rest.len());
            self.skip(end);
            return rest.get(..end).unwrap_or_default().to_owned();
        };
        let mut out = String::new();
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.skip(at + c.len_utf8());
                return out;
            }
            match c {
                '\\' => out.extend(chars.next().map(|(_, c)| c)),
                _ => out.push(c),
            }
        }
        self.at = self.text.len();
        out
    }
}

/// The length of `:property, [!]operation, "value"` at the start of a line.
fn property_filter(line: &str) -> usize {
    let mut before = ' ';
    let mut quotes = 0;
    for (at, c) in line.char_indices() {
        if c == '"' && before != '\\' {
            quotes += 1;
            if quotes == 2 {
                return at + 1;
            }
        }
        before = c;
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn shown(text: &str) -> Vec<String> {
        let all = parse(&Text { id: SourceId(0), text: text.into() });
        let one = |statement: &Statement| match statement {
            Statement::Object { name, parameters, .. } => {
                let parameters = parameters.iter().map(|(key, values)| format!("{key}={}", values.join("|")));
                format!("{name}({})", parameters.collect::<Vec<_>>().join(" "))
            }
            Statement::Directive { name, value, .. } => format!("${name} {value}"),
            Statement::Action { selector, action, .. } => format!("{selector} => {action}"),
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn both_styles_are_read() {
        let rows: [(&str, &[&str]); 16] = [
            ("$FileCreateMode 0640 # x\n", &["$filecreatemode 0640"]),
            ("*.*;auth.none\t\t-/var/log/syslog\n", &["*.*;auth.none => -/var/log/syslog"]),
            ("# *.* @@a\n*.* @@b:514 # c\n", &["*.* => @@b:514"]),
            ("*.* \\\n  @@b\n", &["*.* => @@b"]),
            ("auth.* /var/log/a\n& stop\n& @b\n", &["auth.* => /var/log/a", "& => @b"]),
            (":msg, contains, \"a b\" /var/log/x\n", &[":msg, contains, \"a b\" => /var/log/x"]),
            ("*.* action(type=\"omfwd\" Target=\"a\"\n  port=\"6514\")\n", &["action(type=omfwd target=a port=6514)"]),
            (
                "module(load=\"imudp\") # x\ninput(type=\"imudp\" port=[\"514\",\"515\"])",
                &["module(load=imudp)", "input(type=imudp port=514|515)"],
            ),
            (
                "if $msg contains 'then a' then {\n action(type=\"omfile\" file=\"/a\")\n stop\n}\n",
                &["action(type=omfile file=/a)"],
            ),
            ("if $programname == \"x\" then /var/log/x\n& ~\n", &["if => /var/log/x", "& => ~"]),
            ("ruleset(name=\"r\") { *.* @@a }\n", &["ruleset(name=r)", "*.* => @@a"]),
            (
                "template(name=\"t\" type=\"list\") { constant(value=\"a)b\") }\n",
                &["template(name=t type=list)", "constant(value=a)b)"],
            ),
            ("set $!x = \"y\";\ncall r\n/* *.* @@c\n*/ *.* @@d", &["*.* => @@d"]),
            ("global(a=\"x\\\"y\" b = \"z\")", &["global(a=x\"y b=z)"]),
            ("*.emerg :omusrmsg:*\n!prog\n*.* root\n", &["*.emerg => :omusrmsg:*", "*.* => root"]),
            ("action(type=\"omfwd\" target=", &["action(type=omfwd target=)"]),
        ];
        for (text, expected) in rows {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn no_text_makes_it_hang() {
        for text in
            ["(", ")", "if", "action(", "action(=)", "&", "$", "\\", ":a", "\u{fffd}\u{fffd}=", "x(\"\\", "a=[", "/*"]
        {
            shown(&text.repeat(300));
        }
    }
}
