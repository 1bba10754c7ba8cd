//! Runs the examples of rules through the real parsers, models and evaluator.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::budget::Budget;
use crate::discover::{self, Guess};
use crate::estate::{self, Estate};
use crate::evaluate::Evaluator;
use crate::finding::{Finding, Verdict};
use crate::format::Form;
use crate::ingest::Ingested;
use crate::model::{self, Context, Files, Given};
use crate::open::{Kind, Memory, OpenError, Stat};
use crate::resource::{Domain, Gap, GapKind, Resource};
use crate::rule::Rule;
use crate::rule::example::{Example, Expect, is_host};
use crate::source::{Source, Sources};

/// The day on which examples are judged, so that one about dates stays true.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 1, 1);

/// An example with its resources, ready to be judged by a rule and its mutants.
pub struct Stage {
    estate: Estate,
    sources: Sources,
    /// What kept the example from being read; empty when it was.
    pub broken: Vec<String>,
}

/// What a rule found out about an example.
pub struct Proof {
    /// Its findings.
    pub findings: Vec<Finding>,
    /// The worst verdict; `None` when the rule is about nothing in the example.
    pub verdict: Option<Verdict>,
}

/// The files of an example, beneath a directory that does not exist.
struct Beside<'a>(&'a [(Arc<str>, String)]);

const DIRECTORY: &str = "/example/";

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, OpenError> {
        let name = path.strip_prefix(DIRECTORY).ok_or(OpenError::Leaves)?;
        let file = self.0.iter().find(|(path, _)| **path == *name).ok_or(OpenError::NotFound)?;
        Ok(file.1.as_str().into())
    }

    fn names(&self, path: &str) -> Result<Vec<(String, bool)>, OpenError> {
        let directory = format!("{path}/");
        let beneath = |(file, _): &(Arc<str>, String)| {
            let whole = format!("{DIRECTORY}{file}");
            let (name, rest) = whole.strip_prefix(&directory)?.split_once('/').map_or_else(
                || whole.strip_prefix(&directory).map(|name| (name, false)),
                |(name, _)| Some((name, true)),
            )?;
            Some((name.to_owned(), rest))
        };
        let mut names: Vec<_> = self.0.iter().filter_map(beneath).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

impl Stage {
    /// Reads the example.
    pub fn set(example: &Example) -> Stage {
        let budget = Budget::default();
        let mut read = Ingested::default();
        let mut resources = if is_host(example.language) {
            host(example, &mut read, &budget)
        } else {
            files(example, &mut read, &budget)
        };
        estate::add_estates(&mut resources);
        // A machine of which an example shows only sshd_config is not recognised, and need not be; nor need the
        // module be there that an example calls.
        let fine = |kind| matches!(kind, GapKind::Unrecognised | GapKind::Missing);
        let unseen = |gap: &&Gap| gap.kind.is_incomplete() && !fine(gap.kind);
        let broken = read.gaps.iter().filter(unseen).map(|gap| format!("{}: {}", gap.path, gap.message));
        Stage { estate: Estate::new(resources, example.whole), broken: broken.collect(), sources: read.sources }
    }

    /// Judges it.
    pub fn judge(&self, rule: &Arc<Rule>) -> Proof {
        let evaluator = Evaluator { estate: &self.estate, today: TODAY };
        let all = 0..self.estate.resources.len();
        let findings: Vec<Finding> = all.filter_map(|index| evaluator.apply(rule, index)).collect();
        let verdict = findings.iter().map(|finding| finding.verdict).min();
        Proof { findings, verdict }
    }

    /// The domain of the resource of a finding.
    pub fn domain(&self, finding: &Finding) -> Option<Domain> {
        self.estate.resources.get(finding.resource).map(|resource| resource.scope.domain)
    }

    /// The kind of the resource of a finding.
    pub fn kind(&self, finding: &Finding) -> &str {
        self.estate.resources.get(finding.resource).map_or("", |resource| &*resource.kind)
    }

    /// The line that a finding points at.
    pub fn line(&self, finding: &Finding) -> Option<u32> {
        self.sources.locate(finding.evidence.span).map(|at| at.line)
    }

    /// A finding in a line.
    pub fn describe(&self, finding: &Finding) -> String {
        let address = self.estate.resources.get(finding.resource).map_or("", |resource| &*resource.address);
        let line = self.line(finding).unwrap_or(0);
        let evidence = &finding.evidence;
        format!(
            "{} {address} (line {line}): {}; expected: {}",
            finding.verdict.id(),
            evidence.observed,
            evidence.expected
        )
    }
}

fn files(example: &Example, read: &mut Ingested, budget: &Budget) -> Vec<Resource> {
    for (path, text) in &example.files {
        let form = match discover::by_name(std::path::Path::new(&**path)) {
            Guess::Certain(form) => Some(form),
            Guess::Config(or) => discover::by_content(Guess::Config(or), path, text),
            Guess::Maybe(Form::Yaml) if is_json(text) => Some(Form::Json),
            Guess::Maybe(form) => discover::by_content(Guess::Maybe(form), path, text).or(Some(form)),
            Guess::Template => Some(discover::by_text(text)),
            Guess::Other => None, // for file() and its kind
        };
        if let Some(form) = form {
            read.add(Source::new(path.clone(), text.as_bytes()), format!("{DIRECTORY}{path}").into(), form, budget);
        }
    }
    let documents: Vec<_> = read.documents.iter().collect();
    let beside = Beside(&example.files);
    let context = Context { sources: &read.sources, budget, given: &Given::default(), files: &beside };
    let built: Vec<_> = model::MODELS.iter().map(|model| (model.build)(&documents, &context)).collect();
    let mut resources = Vec::new();
    for built in built {
        resources.extend(built.resources);
        read.gaps.extend(built.gaps);
    }
    resources
}

/// True for a text that opens as a JSON object does; `{ a: b }` is YAML.
fn is_json(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

/// The files of a machine.
fn host(example: &Example, read: &mut Ingested, budget: &Budget) -> Vec<Resource> {
    let built = model::host::build(&tree(example), false, "", &mut read.sources, budget);
    read.gaps.extend(built.gaps);
    built.resources
}

fn tree(example: &Example) -> Memory {
    let mut tree = Memory::default();
    let plain = Stat { kind: Kind::File, mode: 0o644, uid: 0, gid: 0, size: 0, modified: None };
    for (path, text) in &example.files {
        tree.file(Path::new(&**path), text.as_bytes(), plain);
    }
    for (path, special) in &example.special {
        let stat = Stat { mode: special.mode, uid: special.owner.0, gid: special.owner.1, ..plain };
        let text = example.files.iter().find(|(other, _)| other == path).map(|(_, text)| text.as_bytes());
        let path = Path::new(&**path);
        match (&special.link, text) {
            (Some(target), _) => tree.symlink(path, target, stat),
            (None, Some(text)) => tree.file(path, text, stat),
            (None, None) => tree.directory(path, stat),
        }
    }
    tree
}

/// What is wrong with a rule, as its examples show.
pub fn prove(rule: &Arc<Rule>, stages: &[Stage], groups: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (n, (example, stage)) in rule.examples.iter().zip(stages).enumerate() {
        wrong.extend(
            example_fails(rule, example, stage)
                .map(|why| format!("example {} ({}): {why}", n + 1, example.expect.id())),
        );
    }
    for (n, check) in rule.checks.iter().enumerate() {
        let alone = Arc::new(Rule { checks: vec![check.clone()], ..(**rule).clone() });
        let seen = verdicts(&alone, stages);
        let mut domains: Vec<Domain> =
            check.applies_to.iter().filter_map(|kind| Domain::of_group(groups.get(&**kind)?)).collect();
        domains.sort_unstable();
        domains.dedup();
        for domain in domains {
            for verdict in [Verdict::Pass, Verdict::Fail] {
                if !seen.contains(&(domain, verdict)) {
                    wrong.push(format!(
                        "check {}: no {} example in which it would {}",
                        n + 1,
                        domain.title(),
                        verdict.id()
                    ));
                }
            }
        }
    }
    wrong
}

fn verdicts(rule: &Arc<Rule>, stages: &[Stage]) -> Vec<(Domain, Verdict)> {
    let of = |stage: &Stage| -> Vec<_> {
        let findings = stage.judge(rule).findings;
        findings.iter().filter_map(|finding| Some((stage.domain(finding)?, finding.verdict))).collect()
    };
    stages.iter().flat_map(of).collect()
}

/// Why the example does not show what it says; `None` if it does.
pub fn example_fails(rule: &Arc<Rule>, example: &Example, stage: &Stage) -> Option<String> {
    if !stage.broken.is_empty() {
        return Some(format!("cannot be read: {}", stage.broken.join("; ")));
    }
    let proof = stage.judge(rule);
    let Some(verdict) = proof.verdict else {
        return Some("it has no resource that the rule is about".to_owned());
    };
    let details = || proof.findings.iter().map(|finding| stage.describe(finding)).collect::<Vec<_>>().join("\n    ");
    if verdict != wanted(example.expect) {
        return Some(format!("the rule says {}\n    {}", verdict.id(), details()));
    }
    let line = example.line?;
    let deciding = proof.findings.iter().find(|finding| finding.verdict == verdict)?;
    (stage.line(deciding) != Some(line)).then(|| format!("it should point at line {line}\n    {}", details()))
}

fn wanted(expect: Expect) -> Verdict {
    match expect {
        Expect::Pass => Verdict::Pass,
        Expect::Fail => Verdict::Fail,
        Expect::Unknown => Verdict::Unknown,
        Expect::NotApplicable => Verdict::NotApplicable,
    }
}

/// True if every example still shows what it says.
pub fn holds(rule: &Arc<Rule>, stages: &[Stage]) -> bool {
    rule.examples.iter().zip(stages).all(|(example, stage)| example_fails(rule, example, stage).is_none())
}
