//! One stage: the state of the image after its instructions.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::format::dockerfile::{Arguments as Args, Instruction, Word};
use crate::model::docker::base_image;
use crate::model::docker::record::{self, Record};
use crate::model::variables::{Allowance, Dialect, Lookup, expand};
use crate::source::{Source, Span};
use crate::value::{Data, Reason, Value};

/// Declared build arguments: a default, or none.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    declared: IndexMap<Arc<str>, (Option<Value>, Span)>,
}

/// Arguments that BuildKit sets itself, from the platforms of the build and its target.
const PLATFORM: [&str; 8] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

impl Arguments {
    /// The value of a variable in a `FROM`: only arguments count, and what is not one is empty.
    pub fn in_from(&self, name: &str) -> Lookup {
        match self.declared.get(name) {
            Some((Some(value), _)) => Lookup::Set(value.clone()),
            Some((None, _)) => Lookup::Unknown(Reason::Variable, name.to_owned()),
            None if PLATFORM.contains(&name) => Lookup::Unknown(Reason::Environment, name.to_owned()),
            None => Lookup::Unset,
        }
    }

    /// Takes in an `ARG` before the first `FROM`.
    pub fn declare(&mut self, instruction: &Instruction, escape: char, all: &Allowance) {
        let Args::Pairs(pairs) = &instruction.arguments else { return };
        for (name, default) in pairs {
            let value = default.as_ref();
            let value = value.map(|raw| {
                expand(&raw.text, Dialect::Dockerfile(escape), &|name| self.in_from(name), instruction.span, all)
            });
            self.declared.insert(name.text.clone(), (value, instruction.span));
        }
    }

    /// The arguments by name, null for one without a default.
    pub fn to_value(&self, span: Span) -> Value {
        let all = self.declared.iter();
        let all = all.map(|(name, (value, span))| (name.clone(), value.clone().unwrap_or(Value::null(*span))));
        Value::object(all, span)
    }
}

/// A stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its name, or its number.
    pub label: Arc<str>,
    /// Its `FROM`.
    pub span: Span,
    /// The number of the earlier stage that it is made from.
    pub parent: Option<usize>,
    /// What its own instructions are, for the lists.
    pub records: Vec<Record>,
    image: Value,
    base: Value,
    escape: char,
    allowance: Rc<Allowance>,
    arguments: Arguments,
    env: IndexMap<Arc<str>, Value>,
    labels: IndexMap<Arc<str>, Value>,
    single: IndexMap<&'static str, Value>,
    ports: Vec<Value>,
    volumes: Vec<Value>,
    sets_command: bool,
}

impl Stage {
    /// The stage that `FROM image` begins; `parent` is the earlier stage of that name.
    pub fn new(
        label: Arc<str>,
        image: Value,
        parent: Option<(usize, &Stage)>,
        from: &Instruction,
        escape: char,
        allowance: &Rc<Allowance>,
        source: &Source,
    ) -> Stage {
        let record = Record::of(from, &label, source, None);
        let fresh = || Stage {
            base: base_image(&image),
            label: label.clone(),
            span: from.span,
            parent: None,
            records: Vec::new(),
            image: image.clone(),
            escape,
            allowance: allowance.clone(),
            arguments: Arguments::default(),
            env: IndexMap::new(),
            labels: IndexMap::new(),
            single: IndexMap::new(),
            ports: Vec::new(),
            volumes: Vec::new(),
            sets_command: false,
        };
        let mut stage = match parent {
            None => fresh(),
            Some((number, parent)) => Stage {
                label: label.clone(),
                span: from.span,
                parent: Some(number),
                records: Vec::new(),
                image: image.clone(),
                sets_command: false,
                ..parent.clone()
            },
        };
        stage.records.push(record);
        stage
    }

    /// How much there is to copy for a stage made from this one.
    pub fn weight(&self) -> u64 {
        (1 + self.env.len() + self.labels.len() + self.arguments.declared.len() + self.ports.len()) as u64
    }

    /// What is known of its `FROM`: for an earlier stage its name, for an image its parts.
    pub fn from(&self) -> Value {
        let stage = ("stage", Value::string(self.label.clone(), self.span));
        let external = ("external", Value::bool(self.parent.is_none(), self.span));
        match (&self.parent, &self.base.data) {
            (None, Data::Map(map)) => {
                let parts = map.iter().map(|(key, entry)| (&**key, entry.value.clone()));
                Value::object(parts.chain([stage, external]), self.span)
            }
            _ => Value::object([("name", self.image.clone()), stage, external], self.span),
        }
    }

    /// Takes in an instruction.
    pub fn apply(&mut self, instruction: &Instruction, global: &Arguments, source: &Source) {
        let user = self.single.get("user").cloned();
        let shell = self.single.get("shell").cloned();
        let mut record = Record::of(instruction, &self.label, source, user);
        record.finish(instruction, shell.as_ref(), &|raw| self.expanded(raw, instruction.span));
        self.records.push(record);
        let span = instruction.span;
        match (instruction.name, &instruction.arguments) {
            ("ARG", Args::Pairs(pairs)) => self.declare(pairs, global, span),
            ("ENV", Args::Pairs(pairs)) => {
                let new = self.pairs(pairs, span);
                self.env.extend(new);
            }
            ("LABEL", Args::Pairs(pairs)) => {
                let new = self.pairs(pairs, span);
                self.labels.extend(new);
            }
            ("USER", Args::Text(word)) => self.set("user", self.expanded(&word.text, span)),
            ("STOPSIGNAL", Args::Text(word)) => self.set("stopsignal", self.expanded(&word.text, span)),
            ("MAINTAINER", Args::Text(word)) => self.set("maintainer", Value::string(word.text.clone(), span)),
            ("WORKDIR", Args::Text(word)) => self.workdir(word, span),
            ("EXPOSE", Args::Words(words)) => {
                let ports: Vec<Value> =
                    words.iter().flat_map(|w| record::ports(&self.expanded(&w.text, span))).collect();
                self.ports.extend(ports);
            }
            ("VOLUME", Args::Words(words) | Args::Exec(words)) => {
                let paths: Vec<Value> = words.iter().map(|word| self.expanded(&word.text, span)).collect();
                self.volumes.extend(paths);
            }
            ("SHELL", arguments) => self.set("shell", record::command(arguments, span)),
            ("HEALTHCHECK", _) => self.set("healthcheck", record::healthcheck(instruction)),
            ("CMD", arguments) => {
                self.sets_command = true;
                self.set("cmd", record::command(arguments, span));
            }
            ("ENTRYPOINT", arguments) => {
                // The reference: "If CMD is defined from the base image, setting ENTRYPOINT will reset CMD".
                if !self.sets_command {
                    self.single.shift_remove("cmd");
                }
                self.set("entrypoint", record::command(arguments, span));
            }
            _ => {}
        }
    }

    fn set(&mut self, key: &'static str, value: Value) {
        self.single.insert(key, value);
    }

    fn expanded(&self, raw: &str, span: Span) -> Value {
        expand(raw, Dialect::Dockerfile(self.escape), &|name| self.lookup(name), span, &self.allowance)
    }

    /// The value of a variable: `ENV` before `ARG`, and what neither declares may come from the base image.
    fn lookup(&self, name: &str) -> Lookup {
        if let Some(value) = self.env.get(name) {
            return Lookup::Set(value.clone());
        }
        match self.arguments.declared.get(name) {
            Some((Some(value), _)) => Lookup::Set(value.clone()),
            Some((None, _)) => Lookup::Unknown(Reason::Variable, name.to_owned()),
            None if self.base.get("name").and_then(Value::as_str) == Some("scratch") => Lookup::Unset,
            None => Lookup::Unknown(Reason::Environment, format!("{name} of the base image")),
        }
    }

    /// An `ARG` of the stage: without a default it takes the value of the one before the first `FROM`.
    fn declare(&mut self, pairs: &[(Word, Option<Word>)], global: &Arguments, span: Span) {
        for (name, default) in pairs {
            let value = match default {
                Some(raw) => Some(self.expanded(&raw.text, span)),
                None => match global.in_from(&name.text) {
                    Lookup::Set(value) => Some(value),
                    Lookup::Unknown(reason, what) => Some(Value::unknown(reason, what, span)),
                    Lookup::Unset => None,
                },
            };
            self.arguments.declared.insert(name.text.clone(), (value, span));
        }
    }

    /// The pairs with their values as they were before the line: `ENV a=1 b=$a` does not see the new `a`.
    fn pairs(&self, pairs: &[(Word, Option<Word>)], span: Span) -> Vec<(Arc<str>, Value)> {
        let expanded = pairs.iter().filter_map(|(name, value)| {
            let name = self.expanded(&name.text, span);
            Some((Arc::from(name.as_str()?), self.expanded(&value.as_ref()?.text, span)))
        });
        expanded.collect()
    }

    /// A relative `WORKDIR` goes on from the one before; that of the base image is not known.
    fn workdir(&mut self, word: &Word, span: Span) {
        let next = self.expanded(&word.text, span);
        let value = match next.as_str() {
            Some(path) if !path.starts_with('/') && !path.contains(':') => match self.single.get("workdir") {
                Some(before) if before.as_str().is_some() => {
                    let before = before.as_str().unwrap_or("").trim_end_matches('/');
                    Value::string(format!("{before}/{path}"), span)
                }
                Some(_) | None => Value::unknown(Reason::Environment, "the working directory of the base image", span),
            },
            _ => next,
        };
        self.set("workdir", value);
    }

    /// The attributes of the image after this stage. `chain` has the stages whose instructions are listed.
    pub fn attributes(&self, chain: &[&Stage], facts: Vec<(&'static str, Value)>, span: Span) -> Value {
        let records = || chain.iter().flat_map(|stage| stage.records.iter());
        let list =
            |pick: fn(&Record) -> Option<&Value>| Value::list(records().filter_map(pick).cloned().collect(), span);
        let map = |entries: &IndexMap<Arc<str>, Value>| {
            Value::object(entries.iter().map(|(key, value)| (key.clone(), value.clone())), span)
        };
        let mut all: Vec<(&str, Value)> = facts;
        all.push(("base_image", self.base.clone()));
        all.extend(self.single.iter().map(|(key, value)| (*key, value.clone())));
        all.push(("env", map(&self.env)));
        all.push(("labels", map(&self.labels)));
        all.push(("args", self.arguments.to_value(span)));
        all.push(("exposed_ports", Value::list(self.ports.clone(), span)));
        all.push(("volumes", Value::list(self.volumes.clone(), span)));
        all.push(("run", list(|record| record.run.as_ref())));
        all.push(("add", list(|record| record.add.as_ref())));
        all.push(("copy", list(|record| record.copy.as_ref())));
        all.push(("instructions", list(|record| Some(&record.instruction))));
        Value::object(all, span)
    }
}
