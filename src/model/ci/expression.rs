//! Expressions of GitHub Actions within texts, `${{ github.event.issue.title }}`
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>): the contexts whose *text*
//! such an expression puts into its place. A comparison or `contains(...)` puts in true or false, never the text.

/// Functions whose result is no part of what they are given.
const SAFE: [&str; 8] =
    ["contains", "startswith", "endswith", "hashfiles", "always", "success", "failure", "cancelled"];

/// The contexts of all expressions in a text, in lower case, `*` for an index that is not a name, each with the
/// expression that it stands in.
pub fn contexts(text: &str) -> Vec<(String, &str)> {
    let mut out: Vec<(String, &str)> = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${{") {
        let (inner, after) = after.split_once("}}").unwrap_or((after, ""));
        for found in of_expression(inner) {
            if !out.iter().any(|(known, _)| *known == found) {
                out.push((found, inner));
            }
        }
        rest = after;
    }
    out
}

#[derive(Debug, PartialEq)]
enum Token {
    Path(String),
    /// A name and the bracket that it calls with.
    Call(String),
    Open,
    Close,
    Compare,
    And,
    Or,
    Not,
    Other,
}

fn of_expression(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut out = Vec::new();
    let mut within: Vec<bool> = Vec::new(); // whether each open bracket is of a safe function
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Call(name) => within.push(SAFE.contains(&&**name)),
            Token::Open => within.push(false),
            Token::Close => drop(within.pop()),
            Token::Path(path) => {
                let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                let after = tokens.get(at + 1);
                let is = |token: Option<&Token>, what: &Token| token == Some(what);
                let tested = is(before, &Token::Compare) || is(before, &Token::Not) || is(after, &Token::Compare);
                // What stands before `&&` is put in only if it is empty.
                if !tested && !is(after, &Token::And) && !within.contains(&true) {
                    out.push(path.clone());
                }
            }
            Token::Compare | Token::And | Token::Or | Token::Not | Token::Other => {}
        }
    }
    out
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                while chars.next().is_some_and(|c| c != '\'') {}
                out.push(Token::Other);
            }
            '(' => out.push(Token::Open),
            ')' => out.push(Token::Close),
            '=' | '<' | '>' => {
                chars.next_if_eq(&'=');
                out.push(Token::Compare);
            }
            '!' => out.push(if chars.next_if_eq(&'=').is_some() { Token::Compare } else { Token::Not }),
            '&' => {
                chars.next_if_eq(&'&');
                out.push(Token::And);
            }
            '|' => {
                chars.next_if_eq(&'|');
                out.push(Token::Or);
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let path = path(c, &mut chars);
                let calls = chars.next_if_eq(&'(').is_some();
                out.push(if calls { Token::Call(path) } else { Token::Path(path) });
            }
            c if c.is_whitespace() => {}
            _ => out.push(Token::Other),
        }
    }
    out
}

/// A name with what it is dereferenced by: `github.event['issue'].title` as `github.event.issue.title`.
fn path(first: char, chars: &mut std::iter::Peekable<std::str::Chars>) -> String {
    let mut out = String::from(first.to_ascii_lowercase());
    while let Some(c) = chars.peek().copied() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '*') => {
                out.push(c.to_ascii_lowercase());
                chars.next();
            }
            '[' => {
                chars.next();
                let inner: String = std::iter::from_fn(|| chars.next().filter(|c| *c != ']')).collect();
                let name = inner.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
                out.push('.');
                out.push_str(&name.map_or("*".into(), str::to_ascii_lowercase));
            }
            _ => break,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_those_whose_text_is_put_in() {
        let table = [
            ("echo ${{ github.event.issue.title }} ${{github.sha}}", "github.event.issue.title github.sha"),
            ("${{ GitHub.Event['issue'].Title }}", "github.event.issue.title"),
            ("${{ github.event.commits[0].message }}", "github.event.commits.*.message"),
            ("${{ github.event.commits.*.message }}", "github.event.commits.*.message"),
            ("${{ format('{0}-x', github.head_ref) }}", "github.head_ref"),
            ("${{ toJSON(github.event) }}", "github.event"),
            ("${{ github.head_ref || github.ref_name }}", "github.head_ref github.ref_name"),
            ("${{ contains(github.event.issue.title, 'x') }}", ""),
            ("${{ github.head_ref == 'main' }}", ""),
            ("${{ 'main' != github.head_ref && 'a' || 'b' }}", ""),
            ("${{ github.head_ref && 'a' }}", ""),
            ("${{ !github.head_ref }}", ""),
            ("${{ 'github.head_ref' }}", ""),
            ("$github.head_ref", ""),
            ("${{ github.head_ref", "github.head_ref"),
        ];
        for (text, expected) in table {
            let found: Vec<_> = contexts(text).into_iter().map(|(context, _)| context).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }
}
