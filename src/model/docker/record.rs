//! An instruction as a value: what the lists `instructions`, `run`, `add` and `copy` hold.

use std::sync::Arc;

use crate::budget::Budget;
use crate::format::dockerfile::{Arguments, Flag, Instruction, Word};
use crate::model::docker::line;
use crate::model::shell::{self, Commands, is_shell};
use crate::source::{Source, Span};
use crate::value::{Reason, Value};

/// What the lists hold of one instruction.
#[derive(Clone, Debug)]
pub struct Record {
    /// The entry of `instructions`.
    pub instruction: Value,
    /// The entry of `run`.
    pub run: Option<Value>,
    /// The entry of `add`.
    pub add: Option<Value>,
    /// The entry of `copy`.
    pub copy: Option<Value>,
    common: Vec<(&'static str, Value)>,
}

type Expand<'a> = &'a dyn Fn(&str) -> Value;

impl Record {
    /// The record of an instruction in the stage `label`, run as `user` if that is stated.
    pub fn of(instruction: &Instruction, label: &Arc<str>, source: &Source, user: Option<Value>) -> Record {
        let span = instruction.span;
        let mut all = vec![
            ("instruction", Value::string(instruction.name, span)),
            ("text", Value::string(text(instruction), span)),
            ("args", arguments(&instruction.arguments, span)),
            ("flags", flags(&instruction.flags, span)),
        ];
        if let Some(form) = form(&instruction.arguments) {
            all.push(("form", Value::string(form, span)));
        }
        let mut common =
            vec![("stage", Value::string(label.clone(), span)), ("line", Value::int(line(instruction, source), span))];
        all.extend(common.iter().cloned());
        common.extend(user.map(|user| ("user", user)));
        Record { instruction: Value::object(all, span), run: None, add: None, copy: None, common }
    }

    /// Fills in what needs the state of the stage: its shell and its variables.
    pub fn finish(&mut self, instruction: &Instruction, shell: Option<&Value>, expand: Expand) {
        match instruction.name {
            "RUN" => self.run = Some(self.run(instruction, shell)),
            "ADD" => self.add = Some(self.copied(instruction, expand, true)),
            "COPY" => self.copy = Some(self.copied(instruction, expand, false)),
            _ => {}
        }
    }

    fn run(&self, instruction: &Instruction, shell: Option<&Value>) -> Value {
        let span = instruction.span;
        let text = text(instruction);
        let mut all = vec![("text", Value::string(&*text, span))];
        all.extend(form(&instruction.arguments).map(|form| ("form", Value::string(form, span))));
        let mounts = instruction.flags.iter().filter(|flag| &*flag.name == "mount").map(mount).collect();
        all.push(("mounts", Value::list(mounts, span)));
        for flag in &instruction.flags {
            let key = match &*flag.name {
                "network" => "network",
                "security" => "security",
                _ => continue,
            };
            all.extend(flag.value.clone().map(|value| (key, Value::string(value, span))));
        }
        let (commands, pipelines) = commands(instruction, &text, shell);
        all.extend([("commands", commands), ("pipelines", pipelines)]);
        if !instruction.heredocs.is_empty() {
            let texts = instruction.heredocs.iter().map(|document| Value::string(document.text.clone(), document.span));
            all.push(("heredocs", Value::list(texts.collect(), span)));
        }
        all.extend(self.common.iter().cloned());
        Value::object(all, span)
    }

    fn copied(&self, instruction: &Instruction, expand: Expand, add: bool) -> Value {
        let span = instruction.span;
        let words = match &instruction.arguments {
            Arguments::Words(words) => words.as_slice(),
            _ => &[],
        };
        let (destination, sources) = match words.split_last() {
            Some((last, sources)) => (expand(&last.text), sources.iter().map(|word| expand(&word.text)).collect()),
            None => (Value::null(span), Vec::new()),
        };
        let any = |test: fn(&str) -> bool| any(&sources, test, span);
        let mut all = vec![
            ("destination", destination),
            ("flags", flags(&instruction.flags, span)),
            ("inline", Value::bool(!instruction.heredocs.is_empty(), span)),
        ];
        if add {
            all.extend([("remote", any(is_remote)), ("archive", any(is_archive))]);
        }
        for flag in &instruction.flags {
            let key = ["from", "chown", "chmod", "checksum"].into_iter().find(|key| *key == &*flag.name);
            all.extend(key.zip(flag.value.as_ref()).map(|(key, value)| (key, expand(value))));
        }
        all.push(("sources", Value::list(sources, span)));
        all.extend(self.common.iter().cloned());
        Value::object(all, span)
    }
}

/// Whether any of `values` passes, by Kleene: a value that is not known may.
fn any(values: &[Value], test: fn(&str) -> bool, span: Span) -> Value {
    if values.iter().filter_map(Value::as_str).any(test) {
        return Value::bool(true, span);
    }
    match values.iter().find_map(Value::as_unknown) {
        Some(unknown) => Value::unknown(unknown.reason, unknown.what.clone(), span),
        None => Value::bool(false, span),
    }
}

fn is_remote(source: &str) -> bool {
    ["http://", "https://", "ftp://", "git@", "git://", "ssh://"].iter().any(|scheme| source.starts_with(scheme))
}

/// Archives that `ADD` unpacks when they are local: tar, alone or compressed with gzip, bzip2, xz or zstd.
fn is_archive(source: &str) -> bool {
    const ENDS: [&str; 12] = [
        ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar.z",
        ".taz",
    ];
    let lower = source.to_ascii_lowercase();
    ENDS.iter().any(|end| lower.ends_with(end))
}

/// What an instruction says, in one text. A `RUN` that is nothing but a here-document says what that says.
fn text(instruction: &Instruction) -> Arc<str> {
    let joined = |words: &[Word]| words.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ");
    match &instruction.arguments {
        Arguments::Text(word) => match script(instruction) {
            Some(script) => script.into(),
            None => word.text.clone(),
        },
        Arguments::Exec(words) | Arguments::Words(words) => joined(words).into(),
        Arguments::From { image, name: Some(name) } => format!("{} AS {}", image.text, name.text).into(),
        Arguments::From { image, name: None } => image.text.clone(),
        Arguments::Pairs(pairs) => {
            let pair = |(name, value): &(Word, Option<Word>)| match value {
                Some(value) => format!("{}={}", name.text, value.text),
                None => name.text.to_string(),
            };
            pairs.iter().map(pair).collect::<Vec<_>>().join(" ").into()
        }
        Arguments::Onbuild(inner) => format!("{} {}", inner.name, text(inner)).into(),
        Arguments::None => "NONE".into(),
    }
}

/// The here-documents of `RUN <<EOF` with nothing else on the line: the script that runs.
fn script(instruction: &Instruction) -> Option<String> {
    let Arguments::Text(word) = &instruction.arguments else { return None };
    let alone = word.text.split_whitespace().all(|word| word.starts_with("<<"));
    let texts: Vec<&str> = instruction.heredocs.iter().map(|document| &*document.text).collect();
    (alone && !texts.is_empty()).then(|| texts.concat())
}

fn form(arguments: &Arguments) -> Option<&'static str> {
    match arguments {
        Arguments::Exec(_) => Some("exec"),
        Arguments::Text(_) => Some("shell"),
        _ => None,
    }
}

fn arguments(arguments: &Arguments, span: Span) -> Value {
    let list = |words: &[Word]| words.iter().map(|word| Value::string(word.text.clone(), word.span)).collect();
    let items: Vec<Value> = match arguments {
        Arguments::Exec(words) | Arguments::Words(words) => list(words),
        Arguments::Text(word) => list(std::slice::from_ref(word)),
        Arguments::From { image, .. } => list(std::slice::from_ref(image)),
        Arguments::Pairs(pairs) => pairs.iter().map(|(name, _)| Value::string(name.text.clone(), span)).collect(),
        Arguments::Onbuild(inner) => vec![Value::string(inner.name, inner.span)],
        Arguments::None => Vec::new(),
    };
    Value::list(items, span)
}

/// The flags by name; one that is repeated has a list, one without a value is true.
fn flags(flags: &[Flag], span: Span) -> Value {
    let value = |flag: &Flag| match &flag.value {
        Some(value) => Value::string(value.clone(), flag.span),
        None => Value::bool(true, flag.span),
    };
    let mut all: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
    for flag in flags {
        match all.iter_mut().find(|(name, _)| *name == flag.name) {
            Some((_, values)) => values.push(value(flag)),
            None => all.push((flag.name.clone(), vec![value(flag)])),
        }
    }
    let one = |mut values: Vec<Value>| match values.len() {
        1 => values.pop().unwrap_or(Value::null(span)),
        _ => Value::list(values, span),
    };
    Value::object(all.into_iter().map(|(name, values)| (name, one(values))), span)
}

/// `type=secret,id=token` as a map; the type is `bind` when it is not stated.
fn mount(flag: &Flag) -> Value {
    let span = flag.span;
    let mut all: Vec<(&str, Value)> = vec![("type", Value::string("bind", span))];
    for part in flag.value.as_deref().unwrap_or("").split(',').filter(|part| !part.is_empty()) {
        all.push(match part.split_once('=') {
            Some((key, value)) => (key, Value::string(value, span)),
            None => (part, Value::bool(true, span)),
        });
    }
    Value::object(all, span)
}

/// The commands and pipelines that a `RUN` runs.
fn commands(instruction: &Instruction, text: &str, shell: Option<&Value>) -> (Value, Value) {
    let span = instruction.span;
    let words = |words: &[String]| Value::list(words.iter().map(|word| Value::string(&**word, span)).collect(), span);
    let group = |commands: &[Vec<String>]| Value::list(commands.iter().map(|one| words(one)).collect(), span);
    let found = match &instruction.arguments {
        Arguments::Exec(argv) => {
            let argv: Vec<String> = argv.iter().map(|word| word.text.to_string()).collect();
            match &*argv {
                [program, flag, script] if is_shell(program) && flag.ends_with('c') => shell::commands(script),
                _ => Some(Commands { all: vec![argv], pipelines: Vec::new() }),
            }
        }
        _ if !runs_in_shell(shell) || text.starts_with("#!") => None,
        Arguments::Text(_) => shell::commands(&without_markers(instruction, text)),
        _ => None,
    };
    match found {
        Some(found) => {
            let pipelines = found.pipelines.iter().map(|one| group(one)).collect();
            (group(&found.all), Value::list(pipelines, span))
        }
        None => {
            let unknown = || Value::unknown(Reason::Unsupported, "the commands of this shell text", span);
            (unknown(), unknown())
        }
    }
}

/// The line without the `<<EOF` of its here-documents, which are no commands.
fn without_markers(instruction: &Instruction, text: &str) -> String {
    if instruction.heredocs.is_empty() || script(instruction).is_some() {
        return text.to_owned();
    }
    text.split(' ').filter(|word| !word.starts_with("<<")).collect::<Vec<_>>().join(" ")
}

/// True unless `SHELL` names something else than a shell of the Bourne family.
fn runs_in_shell(shell: Option<&Value>) -> bool {
    let program = shell.and_then(Value::as_list).and_then(|argv| argv.first()).and_then(Value::as_str);
    program.is_none_or(is_shell)
}

/// The value of `CMD`, `ENTRYPOINT` or `SHELL`: a list in exec form, a text in shell form.
pub fn command(arguments: &Arguments, span: Span) -> Value {
    match arguments {
        Arguments::Exec(words) => {
            Value::list(words.iter().map(|word| Value::string(word.text.clone(), word.span)).collect(), span)
        }
        Arguments::Text(word) => Value::string(word.text.clone(), span),
        _ => Value::null(span),
    }
}

/// The value of `HEALTHCHECK`: the text `NONE`, or a map of its flags and its `test`.
pub fn healthcheck(instruction: &Instruction) -> Value {
    let span = instruction.span;
    if matches!(instruction.arguments, Arguments::None) {
        return Value::string("NONE", span);
    }
    let flags = instruction.flags.iter().filter_map(|flag| {
        let value = flag.value.clone()?;
        Some((flag.name.clone(), Value::string(value, flag.span)))
    });
    let test = (Arc::from("test"), command(&instruction.arguments, span));
    Value::object(flags.chain([test]), span)
}

/// The ports that one word of `EXPOSE` stands for: `80`, `53/udp`, `8000-8010`.
pub fn ports(word: &Value) -> Vec<Value> {
    let Some(text) = word.as_str() else { return vec![word.clone()] };
    let numbers = text.split('/').next().unwrap_or("");
    let (low, high) = numbers.split_once('-').unwrap_or((numbers, numbers));
    match (low.parse::<u16>(), high.parse::<u16>()) {
        (Ok(low), Ok(high)) if u64::from(high.saturating_sub(low)) < Budget::MAX_PER_LOOP => {
            (low..=high).map(|port| Value::int(i64::from(port), word.span)).collect()
        }
        (Ok(_), Ok(_)) => vec![Value::unknown(Reason::Budget, text, word.span)],
        _ => vec![Value::unknown(Reason::Invalid, text, word.span)],
    }
}
