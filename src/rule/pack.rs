//! The rules there are: those built in, and those of directories that the operator names.
//!
//! The built-in rules come as an index of [`Card`]s and a blob of JSON bodies (see build.rs). A body
//! is parsed when a resource of its kind turns up, so that a tiny audit does not pay for the pack.

use std::borrow::Cow;
use std::borrow::Cow::Borrowed as B;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Rule;
use super::Severity;
use super::load::{self, Overrides, Problem, Vocabulary};
use crate::budget::Budget;
use crate::format::{json, yaml};
use crate::open::{OpenError, Root};
use crate::source::{Source, SourceId, Span, hex};
use crate::value::Value;

type Text = Cow<'static, str>;
type Texts = Cow<'static, [Text]>;

/// What is known of a rule without reading its body.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its id.
    pub id: Text,
    /// What holds when it passes.
    pub title: Text,
    /// The safeguard it serves.
    pub safeguard: Text,
    /// Its severity, by name.
    pub severity: Text,
    /// Kept only for its id.
    pub deprecated: bool,
    /// Path of its file within the pack.
    pub path: Text,
    /// Kinds of resources that its checks apply to.
    pub kinds: Texts,
    /// Concepts it answers.
    pub concepts: Texts,
    /// Earlier ids.
    pub aliases: Texts,
    /// The same check in other tools, as `tool:id`.
    pub peers: Texts,
    /// SHA-256 of the file that it came from; empty if it is built in.
    pub sha256: Text,
    body: Range<usize>,
    examples: Range<usize>,
}

impl Card {
    /// Its severity.
    pub fn severity(&self) -> Severity {
        Severity::from_id(&self.severity).unwrap_or(Severity::Medium)
    }

    /// True if `name` is its id, an alias, or the id of the same check in another tool
    /// (`CKV_AWS_16` or `checkov:CKV_AWS_16`), ignoring case.
    pub fn answers_to(&self, name: &str) -> bool {
        let same = |other: &Text| other.eq_ignore_ascii_case(name);
        let peer = |peer: &Text| peer.split_once(':').is_some_and(|(_, id)| id.eq_ignore_ascii_case(name));
        same(&self.id) || self.aliases.iter().any(same) || self.peers.iter().any(|p| same(p) || peer(p))
    }
}

static CARDS: &[Card] = include!(concat!(env!("OUT_DIR"), "/cards.rs"));
static BODIES: &str = include_str!(concat!(env!("OUT_DIR"), "/bodies.json"));
static EXAMPLES: &str = include_str!(concat!(env!("OUT_DIR"), "/examples.json"));

/// The list of kinds, at the top of a pack.
const KINDS_FILE: &str = "kinds.yaml";

static KINDS: &str = include_str!(concat!(env!("OUT_DIR"), "/kinds.txt"));

/// The kinds of resources that rules may name, and the group of each (rules/kinds.yaml).
pub fn kinds() -> std::collections::BTreeMap<String, String> {
    let pairs = KINDS.lines().filter_map(|line| line.split_once('\t'));
    pairs.map(|(group, kind)| (kind.to_owned(), group.to_owned())).collect()
}

/// A set of rules.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    rules: Vec<(Cow<'static, Card>, Option<Arc<Rule>>)>,
    overrides: Overrides,
}

/// Why a pack could not be loaded, ready to print.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A directory or file could not be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        error: OpenError,
    },
    /// The list of kinds is not a map from groups to lists of kinds.
    #[error("{path}: {error}")]
    Kinds {
        /// The path.
        path: String,
        /// Why.
        error: String,
    },
    /// There are mistakes in these files.
    #[error("{} in the rule pack", mistakes(.0))]
    Mistakes(Vec<(Arc<Source>, Vec<Problem>)>),
}

fn mistakes(files: &[(Arc<Source>, Vec<Problem>)]) -> String {
    let n: usize = files.iter().map(|(_, problems)| problems.len()).sum();
    if n == 1 { "1 mistake".to_owned() } else { format!("{n} mistakes") }
}

impl Pack {
    /// The built-in rules, with the parameters that the operator set.
    pub fn built_in(overrides: Overrides) -> Pack {
        Pack { rules: CARDS.iter().map(|card| (B(card), None)).collect(), overrides }
    }

    /// An empty pack.
    pub fn empty(overrides: Overrides) -> Pack {
        Pack { rules: Vec::new(), overrides }
    }

    /// Adds every rule file beneath `directory`; nothing is added if there is a mistake in one.
    pub fn add_directory(&mut self, directory: &Path, vocabulary: &Vocabulary) -> Result<usize, PackError> {
        let unreadable = |path: &Path, error| PackError::Unreadable { path: path.display().to_string(), error };
        let root = Root::open(directory).map_err(|error| unreadable(directory, error))?;
        let vocabulary = &with_own_kinds(&root, vocabulary)?;
        let (mut added, mut wrong) = (Vec::new(), Vec::new());
        for entry in walkdir::WalkDir::new(directory).sort_by_file_name().into_iter().filter_map(Result::ok) {
            let relative = entry.path().strip_prefix(directory).unwrap_or(entry.path()).to_path_buf();
            if !entry.file_type().is_file() || !is_rule(&relative) {
                continue;
            }
            let bytes = root.read(&relative, &Budget::default()).map_err(|error| unreadable(entry.path(), error))?;
            let source = Arc::new(Source::new(entry.path().to_string_lossy(), &bytes));
            match self.read(&source, &relative, vocabulary, &added) {
                Ok(rule) => added.push(rule),
                Err(problems) => wrong.push((source, problems)),
            }
        }
        if !wrong.is_empty() {
            return Err(PackError::Mistakes(wrong));
        }
        let count = added.len();
        self.rules.extend(added);
        Ok(count)
    }

    fn read(
        &self,
        source: &Source,
        path: &Path,
        vocabulary: &Vocabulary,
        added: &[Loaded],
    ) -> Result<Loaded, Vec<Problem>> {
        let at = SourceId(0);
        let problem = |span, message: String, help| vec![Problem { span, message, help }];
        let parsed = yaml::parse_strict(source, at, &Budget::default());
        let parsed = parsed.map_err(|error| problem(error.span, error.message, None))?;
        let [value] = parsed.body.documents() else {
            return Err(problem(Span::new(at, 0..0), "a rule file holds exactly one rule".to_owned(), None));
        };
        let rule = load::load(value, Some(vocabulary), &self.overrides)?;
        let id_span = value.get("id").map_or(value.span, |id| id.span);
        let wanted = id_of(path);
        if *rule.id != *wanted {
            return Err(problem(id_span, format!("the id of a rule is its path: `{wanted}`"), None));
        }
        let taken = |name: &str| {
            self.rules
                .iter()
                .chain(added)
                .any(|(card, _)| *card.id == *name || card.aliases.iter().any(|alias| *alias == *name))
        };
        if let Some(name) = rule.aliases.iter().map(String::as_str).chain([&*rule.id]).find(|name| taken(name)) {
            return Err(problem(id_span, format!("there is another rule with the id or alias `{name}`"), None));
        }
        let card = Card { sha256: source.sha256().to_owned().into(), ..card(&rule, path) };
        Ok((Cow::Owned(card), Some(Arc::new(rule))))
    }

    /// Keeps only the rules for which `keep` holds.
    pub fn retain(&mut self, keep: impl Fn(&Card) -> bool) {
        self.rules.retain(|(card, _)| keep(card));
    }

    /// Every rule's card, in the order of their paths.
    pub fn cards(&self) -> impl ExactSizeIterator<Item = &Card> {
        self.rules.iter().map(|(card, _)| &**card)
    }

    /// SHA-256 over the ids and texts of the rules, in the order of their ids, in lower-case hex: two
    /// audits with the same digest asked the same questions.
    pub fn digest(&self) -> String {
        let mut cards: Vec<&Card> = self.cards().collect();
        cards.sort_by(|a, b| a.id.cmp(&b.id));
        let mut all = Sha256::new();
        for card in cards {
            let text = BODIES.get(card.body.clone()).filter(|_| card.sha256.is_empty()).unwrap_or(&card.sha256);
            for part in [&card.id, "\0", text, "\0"] {
                all.update(part.as_bytes());
            }
        }
        hex(&all.finalize())
    }

    /// The rule at `index` of [`Pack::cards`], without its examples if it is built in.
    pub fn rule(&self, index: usize) -> Result<Arc<Rule>, String> {
        let (card, loaded) = self.rules.get(index).ok_or("no such rule")?;
        match loaded {
            Some(rule) => Ok(rule.clone()),
            None => self.embedded(card, None).map(Arc::new),
        }
    }

    /// The same with its examples.
    pub fn rule_with_examples(&self, index: usize) -> Result<Arc<Rule>, String> {
        let (card, loaded) = self.rules.get(index).ok_or("no such rule")?;
        match loaded {
            Some(rule) => Ok(rule.clone()),
            None => self.embedded(card, EXAMPLES.get(card.examples.clone())).map(Arc::new),
        }
    }

    fn embedded(&self, card: &Card, examples: Option<&str>) -> Result<Rule, String> {
        let broken = |why: String| format!("the built-in rule {} is broken: {why}", card.id);
        let parse = |text: &str| parse_json(text).map_err(&broken);
        let mut value = parse(BODIES.get(card.body.clone()).unwrap_or(""))?;
        if let Some(examples) = examples {
            let mut entries: Vec<_> = value
                .as_map()
                .into_iter()
                .flat_map(|map| map.iter())
                .map(|(k, e)| (k.clone(), e.value.clone()))
                .collect();
            entries.push(("examples".into(), parse(examples)?));
            value = Value::object(entries, value.span);
        }
        let rule = load::load(&value, None, &self.overrides);
        rule.map_err(|problems| broken(problems.into_iter().map(|p| p.message).collect::<Vec<_>>().join("; ")))
    }
}

type Loaded = (Cow<'static, Card>, Option<Arc<Rule>>);

fn parse_json(text: &str) -> Result<Value, String> {
    let source = Source::new("built in", text.as_bytes());
    let parsed = json::parse(&source, SourceId(0), &Budget::default()).map_err(|error| error.message)?;
    parsed.body.documents().first().cloned().ok_or_else(|| "empty".to_owned())
}

/// A pack may bring kinds of its own, in a `kinds.yaml` at its top.
fn with_own_kinds(root: &Root, vocabulary: &Vocabulary) -> Result<Vocabulary, PackError> {
    let mut vocabulary = vocabulary.clone();
    let path = root.path().join(KINDS_FILE).display().to_string();
    let bytes = match root.read(Path::new(KINDS_FILE), &Budget::default()) {
        Ok(bytes) => bytes,
        Err(OpenError::NotFound) => return Ok(vocabulary),
        Err(error) => return Err(PackError::Unreadable { path, error }),
    };
    let groups: std::collections::BTreeMap<String, Vec<String>> =
        serde_yaml::from_slice(&bytes).map_err(|error| PackError::Kinds { path, error: error.to_string() })?;
    for (group, kinds) in groups {
        vocabulary.kinds.extend(kinds.into_iter().map(|kind| (kind, group.clone())));
    }
    Ok(vocabulary)
}

/// The files at the top and under `frameworks` are vocabulary and law; all others are rules.
pub fn is_rule(relative: &Path) -> bool {
    let yaml = relative.extension().is_some_and(|end| end == "yaml");
    yaml && relative.components().count() > 1 && !relative.starts_with("frameworks")
}

/// The id that belongs to a path within the pack: `aws/rds/x.yaml` is `aws-rds-x`.
pub fn id_of(relative: &Path) -> String {
    let names: Vec<_> = relative.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.join("-")
}

fn card(rule: &Rule, path: &Path) -> Card {
    let texts = |items: Vec<String>| -> Texts { items.into_iter().map(Cow::Owned).collect::<Vec<_>>().into() };
    let mut kinds: Vec<String> =
        rule.checks.iter().flat_map(|c| c.applies_to.iter().map(ToString::to_string)).collect();
    kinds.sort();
    kinds.dedup();
    let peers = rule.equivalents.iter().flat_map(|(tool, ids)| ids.iter().map(move |id| format!("{tool}:{id}")));
    Card {
        id: rule.id.to_string().into(),
        title: rule.title.clone().into(),
        safeguard: rule.safeguard.to_string().into(),
        severity: rule.severity.id().into(),
        deprecated: rule.deprecated.is_some(),
        path: path.to_string_lossy().into_owned().into(),
        kinds: texts(kinds),
        concepts: texts(rule.concepts.clone()),
        aliases: texts(rule.aliases.clone()),
        peers: texts(peers.collect()),
        sha256: B(""),
        body: 0..0,
        examples: 0..0,
    }
}
