//! The commands in a shell text, where it is simple enough to see them.
//!
//! Not a shell: a text is cut at `&&`, `||`, `;`, `|`, `&` and line breaks outside quotes, and each piece
//! into words. Reserved words (`if`, `then`, `{`) are passed over, so that the commands of a condition or a
//! loop are seen; a `case`, a function or a here-document within makes the whole text not simple.

/// The commands of a text: each as its words, quotes removed, variables as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    /// Every command, in order.
    pub all: Vec<Vec<String>>,
    /// Commands that feed one another, in groups of at least two.
    pub pipelines: Vec<Vec<Vec<String>>>,
}

/// Words that introduce or close a compound command and are no commands themselves.
const RESERVED: [&str; 15] =
    ["!", "{", "}", "(", ")", "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "time"];

/// Longest text that is taken apart, in bytes; a word of it takes many times its length.
const MAX_TEXT: usize = 1 << 20;

/// True for a program that takes such a text.
pub fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash" | "ksh" | "zsh"))
}

/// Takes `text` apart; `None` if it is not simple.
pub fn commands(text: &str) -> Option<Commands> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut out = Commands::default();
    let mut pipeline: Vec<Vec<String>> = Vec::new();
    let mut command: Vec<String> = Vec::new();
    for token in tokens(text)? {
        match token {
            Token::Word(word, quoted) => {
                let first = command.is_empty() && !quoted;
                match &*word {
                    "case" | "esac" | "function" | "select" if first => return None,
                    // `for x in a b; do` names words, not a command.
                    "for" if first => command.push(word),
                    reserved if first && RESERVED.contains(&reserved) => {}
                    _ => command.push(word),
                }
            }
            Token::Pipe => pipeline.extend(finished(&mut command)),
            Token::End => {
                pipeline.extend(finished(&mut command));
                close(&mut out, &mut pipeline);
            }
        }
    }
    pipeline.extend(finished(&mut command));
    close(&mut out, &mut pipeline);
    Some(out)
}

/// The command without the assignments before it; `None` when nothing is left, or for the head of a loop.
fn finished(command: &mut Vec<String>) -> Option<Vec<String>> {
    let words = std::mem::take(command);
    let start = words.iter().position(|word| !is_assignment(word))?;
    let words: Vec<String> = words.into_iter().skip(start).collect();
    (words.first().map(String::as_str) != Some("for")).then_some(words)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(char::is_numeric)
    })
}

fn close(out: &mut Commands, pipeline: &mut Vec<Vec<String>>) {
    let group = std::mem::take(pipeline);
    out.all.extend(group.iter().cloned());
    if group.len() > 1 {
        out.pipelines.push(group);
    }
}

enum Token {
    /// A word, and whether any of it was quoted.
    Word(String, bool),
    Pipe,
    End,
}

/// Where a word is being read.
#[derive(Default)]
struct Word {
    text: String,
    quoted: bool,
    begun: bool,
}

impl Word {
    fn push(&mut self, c: char) {
        self.text.push(c);
        self.begun = true;
    }

    fn end(&mut self, out: &mut Vec<Token>) {
        if self.begun {
            out.push(Token::Word(std::mem::take(&mut self.text), self.quoted));
        }
        *self = Word::default();
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut word = Word::default();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(next) => {
                    word.quoted = true;
                    word.push(next);
                }
                None => word.push(c),
            },
            '\'' | '"' => quoted(c, &mut chars, &mut word)?,
            '$' if chars.peek() == Some(&'(') => {
                chars.next();
                word.text.push_str("$(");
                substitution(&mut chars, &mut word)?;
            }
            '`' => {
                word.push(c);
                loop {
                    let inner = chars.next()?;
                    word.push(inner);
                    if inner == '`' {
                        break;
                    }
                }
            }
            '#' if !word.begun => while chars.next_if(|c| *c != '\n').is_some() {},
            '<' if chars.peek() == Some(&'<') => return None,
            // `2>&1` and `>&2` are no separators.
            '>' | '<' => {
                word.push(c);
                if let Some(next) = chars.next_if(|next| matches!(next, '&' | '>' | '|')) {
                    word.push(next);
                }
            }
            '(' if word.begun => return None,
            '(' | ')' => {
                word.end(&mut out);
                out.push(if c == '(' { Token::Word("(".into(), false) } else { Token::End });
            }
            '|' | '&' => {
                word.end(&mut out);
                let double = chars.next_if_eq(&c).is_some();
                if c == '|' {
                    chars.next_if_eq(&'&');
                }
                out.push(if c == '|' && !double { Token::Pipe } else { Token::End });
            }
            ';' | '\n' => {
                word.end(&mut out);
                out.push(Token::End);
            }
            c if c.is_whitespace() => word.end(&mut out),
            c => word.push(c),
        }
    }
    word.end(&mut out);
    Some(out)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn quoted(quote: char, chars: &mut Chars, word: &mut Word) -> Option<()> {
    word.begun = true;
    word.quoted = true;
    loop {
        match chars.next()? {
            c if c == quote => return Some(()),
            '\\' if quote == '"' => {
                let next = chars.next()?;
                if !matches!(next, '"' | '\\' | '$' | '`' | '\n') {
                    word.push('\\');
                }
                if next != '\n' {
                    word.push(next);
                }
            }
            c => word.push(c),
        }
    }
}

/// A `$( ... )` as part of a word, as written; brackets in quotes are not told apart.
fn substitution(chars: &mut Chars, word: &mut Word) -> Option<()> {
    word.begun = true;
    let mut open = 1_u32;
    while open > 0 {
        let c = chars.next()?;
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        word.push(c);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let Some(commands) = commands(text) else { return "-".into() };
        commands.all.iter().map(|words| words.join(" ")).collect::<Vec<_>>().join(" ; ")
    }

    #[test]
    fn commands_are_cut_outside_quotes() {
        let table = [
            ("apt-get update && apt-get install -y 'a b' || true", "apt-get update ; apt-get install -y a b ; true"),
            ("curl -s x | sh -", "curl -s x ; sh -"),
            ("A=1 B=2 make; echo \"a;b\" & wait", "make ; echo a;b ; wait"),
            ("if [ -f x ]; then rm x; fi", "[ -f x ] ; rm x"),
            ("for f in a b; do cp $f /x; done", "cp $f /x"),
            ("(cd /x && make) > /dev/null 2>&1", "cd /x ; make ; > /dev/null 2>&1"),
            ("echo $(date && true) `x | y`", "echo $(date && true) `x | y`"),
            ("set -e\n# no\nuseradd app", "set -e ; useradd app"),
            ("case x in a) b;; esac", "-"),
            ("cat <<EOF", "-"),
            ("f() { x; }", "-"),
            ("echo 'open", "-"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
        let piped = commands("a && curl x | tee y | sh && b").unwrap().pipelines;
        assert_eq!(piped, [[vec!["curl", "x"], vec!["tee", "y"], vec!["sh"]]]);
    }
}
