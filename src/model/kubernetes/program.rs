//! The program that a container runs, and the flags of those of Kubernetes itself.
//!
//! A command is often wrapped: in `sh -c`, in an `init` such as tini, in the hyperkube that was once all
//! programs of Kubernetes in one.

use std::sync::Arc;

use crate::model::shell;
use crate::source::Span;
use crate::value::{Data, Map, Reason, Unknown, Value};

/// Programs of Kubernetes itself, whose settings are flags of their command.
const COMPONENTS: &[&str] =
    &["etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"];

/// Programs that run the one named after their flags, and how many words come before its name.
const WRAPPERS: &[(&str, usize)] = &[
    ("dumb-init", 0),
    ("env", 0),
    ("exec", 0),
    ("go-runner", 0),
    ("gosu", 1),
    ("hyperkube", 0),
    ("nohup", 0),
    ("su-exec", 1),
    ("timeout", 1),
    ("tini", 0),
];

/// Most wrappers within each other.
const MAX_WRAPPERS: usize = 8;

/// What a container runs.
#[derive(Default)]
pub(super) struct Command {
    /// The name of the program without directories; `None` if neither `command` nor `args` names it.
    pub program: Option<Value>,
    /// The flags by name without dashes, for a program of Kubernetes.
    pub flags: Option<Value>,
}

impl Command {
    /// What the container says that it runs. Without a `command` the image has one of its own, to which
    /// `args` are arguments; images of one program often leave it to `args` to name it.
    pub fn of(container: &Map) -> Command {
        let parts = ["command", "args"].into_iter().filter_map(|key| container.get(key));
        let mut words: Vec<Value> = Vec::new();
        for part in parts {
            match &part.data {
                Data::List(list) => words.extend(list.iter().map(expanded)),
                // How many words it is, nobody knows.
                Data::Unknown(_) => words.push(part.clone()),
                _ => {}
            }
        }
        let names = words.first().is_some_and(|word| word.as_str().is_some_and(|word| !word.starts_with('-')));
        let stated = container.get("command").is_some_and(|command| match &command.data {
            Data::List(list) => !list.is_empty(),
            _ => command.as_unknown().is_some(),
        });
        if names || stated { of_words(words) } else { Command::default() }
    }
}

/// What these words run, wrappers taken off.
fn of_words(mut words: Vec<Value>) -> Command {
    for _ in 0..MAX_WRAPPERS {
        let Some((first, rest)) = words.split_first() else { break };
        let Some(name) = name(first) else {
            return Command { program: Some(first.clone()), flags: None };
        };
        words = if shell::is_shell(&name) {
            match in_shell(rest) {
                Some(Script::Runs(words)) => words,
                Some(Script::Unclear(program)) => return Command { program, flags: None },
                None => return Command { program: Some(Value::string(name, first.span)), flags: None },
            }
        } else if let Some((_, before)) = WRAPPERS.iter().find(|(own, _)| *own == &*name) {
            let no_name = |word: &&Value| begins(word, "-") || word.as_str().is_some_and(|word| word.contains('='));
            let inner: Vec<Value> = rest.iter().skip_while(no_name).skip(*before).cloned().collect();
            match inner.split_first() {
                None => return Command { program: Some(Value::string(name, first.span)), flags: None },
                Some((part, rest)) if &*name == "hyperkube" => [&[component(part)], rest].concat(),
                Some(_) => inner,
            }
        } else {
            let flags = COMPONENTS.contains(&&*name).then(|| flags(rest, first.span));
            return Command { program: Some(Value::string(name, first.span)), flags };
        };
    }
    Command::default()
}

/// The name of a program, if it is known: all of it, or the end of its path.
fn name(word: &Value) -> Option<Arc<str>> {
    let path = match &word.data {
        Data::String(path) => path,
        Data::Unknown(unknown) => {
            let last = unknown.pieces.as_deref().and_then(|pieces| pieces.last()).and_then(Option::as_ref);
            last.filter(|path| path.contains('/'))?
        }
        _ => return None,
    };
    path.rsplit(['/', '\\']).next().map(|name| name.strip_suffix(".exe").unwrap_or(name).into())
}

/// The program that a word after `hyperkube` means: `apiserver`, as older ones had it, is `kube-apiserver`.
fn component(word: &Value) -> Value {
    let long = word.as_str().map(|name| format!("kube-{name}")).filter(|long| COMPONENTS.contains(&&**long));
    long.map_or_else(|| word.clone(), |long| Value::string(long, word.span))
}

/// What a shell runs.
enum Script {
    /// These words.
    Runs(Vec<Value>),
    /// A text that is not simple: a program that is not known, if it may be one of Kubernetes.
    Unclear(Option<Value>),
}

/// What the script after `-c` runs; `None` if there is none.
fn in_shell(words: &[Value]) -> Option<Script> {
    let mut options = words.iter();
    let script = loop {
        let option = options.next()?.as_str().filter(|word| word.starts_with('-'))?;
        match option.chars().next_back() {
            Some('c') => break options.next()?,
            Some('o') => drop(options.next()), // `-o pipefail`
            _ => {}
        }
    };
    let Some(text) = script.as_str() else { return Some(Script::Unclear(Some(script.clone()))) };
    let unclear = || {
        let mentions = COMPONENTS.iter().any(|component| text.contains(component));
        let program = || Value::unknown(Reason::Unsupported, "the program of this shell text", script.span);
        Script::Unclear(mentions.then(program))
    };
    let Some(found) = shell::commands(text) else { return Some(unclear()) };
    let all: Vec<Vec<String>> = found.all.into_iter().map(without_redirections).collect();
    let runs = |command: &Vec<String>| command.iter().map(|word| substituted(word, script.span)).collect::<Vec<_>>();
    let named = |command: &&Vec<String>| {
        let program = of_words(runs(command)).program;
        program.is_some_and(|program| program.as_str().is_some_and(|program| COMPONENTS.contains(&program)))
    };
    let component = all.iter().filter(named).collect::<Vec<_>>();
    let exec = all.iter().find(|command| command.first().is_some_and(|word| word == "exec"));
    match (&*component, exec, &*all) {
        ([only], ..) => Some(Script::Runs(runs(only))),
        ([], Some(exec), _) => Some(Script::Runs(runs(exec))),
        ([], None, [only]) => Some(Script::Runs(runs(only))),
        _ => Some(unclear()),
    }
}

/// The words of a command but for `2>&1`, `>> file` and their kind.
fn without_redirections(command: Vec<String>) -> Vec<String> {
    let mut out = Vec::new();
    let mut words = command.into_iter();
    while let Some(word) = words.next() {
        let rest = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '&');
        if !rest.starts_with(['<', '>']) {
            out.push(word);
        } else if rest.trim_start_matches(['<', '>', '&', '|']).is_empty() {
            words.next(); // the file stands in the next word
        }
    }
    out
}

/// A word as Kubernetes passes it: `$(NAME)` is a variable of the environment.
fn expanded(word: &Value) -> Value {
    match word.as_str().and_then(|text| text.split_once("$(")) {
        Some((before, variable)) if !before.ends_with('$') => open(before, variable, word.span),
        _ => word.clone(),
    }
}

/// A word as a shell passes it.
fn substituted(word: &str, span: Span) -> Value {
    match word.split_once(['$', '`']) {
        Some((before, variable)) => open(before, variable, span),
        None => Value::string(word, span),
    }
}

/// A text of which only the beginning is known.
fn open(before: &str, variable: &str, span: Span) -> Value {
    let name = variable.trim_start_matches(['{', '(']).split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
    let what = name.unwrap_or(variable);
    let cause = Unknown::new(Reason::Environment, what);
    let before = Some(before).filter(|before| !before.is_empty());
    let pieces = before.into_iter().map(|before| Some(before.into())).chain([None]);
    Value::partial(pieces.collect(), &cause, span)
}

fn begins(word: &Value, with: &str) -> bool {
    start(word).is_some_and(|start| start.starts_with(with))
}

/// The text, or the known beginning of one.
fn start(word: &Value) -> Option<&str> {
    match &word.data {
        Data::String(text) => Some(text),
        Data::Unknown(unknown) => unknown.pieces.as_deref()?.first()?.as_deref(),
        _ => None,
    }
}

/// The flags among these words by name. The last of a name wins, as in Go's `flag` and `pflag` for what
/// is not a list.
fn flags(words: &[Value], span: Span) -> Value {
    let mut flags = Vec::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let Some(flag) = start(word).filter(|word| word.starts_with('-')) else {
            // A word that is not known may be any flag, so any may be set.
            if word.as_unknown().is_some() && start(word).is_none() {
                return word.clone();
            }
            continue;
        };
        let flag = flag.trim_start_matches('-');
        flags.push(match flag.split_once('=') {
            Some((name, value)) => (name.to_owned(), part(word, value)),
            None if word.as_unknown().is_some() => return word.clone(),
            None => {
                // `--flag value` takes the next word, `--flag` alone is a switch.
                let next = rest.next_if(|next| !begins(next, "-"));
                (flag.to_owned(), next.map_or_else(|| Value::string("true", word.span), Value::clone))
            }
        });
    }
    Value::object(flags, span)
}

/// What follows the `=` of a flag: `value`, and whatever of the word is not known.
fn part(word: &Value, value: &str) -> Value {
    let Some(unknown) = word.as_unknown() else { return Value::string(value, word.span) };
    let first = Some(value).filter(|value| !value.is_empty()).map(|value| Some(value.into()));
    let rest = unknown.pieces.iter().flat_map(|pieces| pieces.iter()).skip(1).cloned();
    Value::partial(first.into_iter().chain(rest).collect(), unknown, word.span)
}
