//! One audit from request to result. Every report is a view of the [`Audit`] that comes out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use crate::assess::{self, Exit};
use crate::budget::Budget;
use crate::discover::{self, NamedPathError, Selection};
use crate::estate::{self, Estate};
use crate::format::Document;
use crate::framework::Law;
use crate::ignore::{self, Ignore};
use crate::ingest::{self, Ingested, Input, RootFiles, State};
use crate::judge::{self, Decisions, Judged, Judgement, Standing};
use crate::model::{self, Context, Given};
use crate::open::{self, ArchiveError, Opened, Tree};
use crate::pool;
use crate::resource::{Domain, Gap, GapKind, Resource};
use crate::rule::Severity;
use crate::rule::pack::Pack;
use crate::source::{SourceId, Sources};
use crate::tally::Tally;
use crate::waiver::Waiver;

/// What is to be audited, and how.
pub struct Request {
    /// Files and directories.
    pub paths: Vec<PathBuf>,
    /// A text from standard input.
    pub stdin: Option<Vec<u8>>,
    /// A machine.
    pub host: Option<Host>,
    /// What to leave out.
    pub selection: Selection,
    /// Values for variables and parameters.
    pub given: Given,
    /// The rules.
    pub pack: Pack,
    /// The law.
    pub law: Law,
    /// True if nothing of the estate lies outside of what is named.
    pub whole: bool,
    /// The day of the audit (UTC).
    pub today: Date,
    /// False to disregard ignores in the audited files.
    pub ignores: bool,
    /// The operator's waivers.
    pub waivers: Vec<Waiver>,
    /// Fingerprints of findings that are known.
    pub baseline: BTreeSet<String>,
    /// The least severity that fails the gate; `None` for no gate.
    pub gate: Option<Severity>,
    /// True if findings are not to fail the gate.
    pub exit_zero: bool,
    /// True if nothing of what passes is shown, so that it need not be put into words.
    pub brief: bool,
}

/// The root filesystem of a machine.
pub struct Host {
    /// The name that the report gives to it.
    pub name: String,
    /// True if it is the machine that the audit runs on.
    pub is_live: bool,
    /// The files, and what there is to say of how they were read.
    pub opened: Opened,
}

/// Why a root filesystem cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {error}")]
pub struct HostError {
    /// The name that the operator gave.
    pub name: String,
    /// Why.
    pub error: ArchiveError,
}

impl Host {
    /// Opens the directory or archive at `path`.
    pub fn open(path: &Path) -> Result<Host, HostError> {
        let name = path.display().to_string();
        match open::open(path) {
            Ok(opened) => Ok(Host { name, is_live: path == Path::new("/"), opened }),
            Err(error) => Err(HostError { name, error }),
        }
    }

    /// A machine whose files are these.
    pub fn of(name: &str, tree: impl Tree + 'static) -> Host {
        Host { name: name.to_owned(), is_live: false, opened: Opened { tree: Box::new(tree), remarks: Vec::new() } }
    }
}

/// The result of an audit.
pub struct Audit {
    /// The named paths.
    pub paths: Vec<String>,
    /// The day of the audit (UTC).
    pub today: Date,
    /// Every file and what became of it.
    pub inputs: Vec<Audited>,
    /// Directories that were left out.
    pub skipped: Vec<Arc<str>>,
    /// Every text that was read.
    pub sources: Sources,
    /// Every parsed file.
    pub documents: Vec<Document>,
    /// Every resource.
    pub estate: Estate,
    /// The findings, worst first; in a brief audit only those that are open.
    pub findings: Vec<Judged>,
    /// All findings in numbers.
    pub tally: Tally,
    /// What was not seen, and notes.
    pub gaps: Vec<Gap>,
    /// Ignores in the audited files, and whether each switched something off.
    pub ignores: Vec<(Ignore, bool)>,
    /// The operator's waivers, and whether each was used.
    pub waivers: Vec<(Waiver, bool)>,
    /// The rules.
    pub pack: Pack,
    /// The law.
    pub law: Law,
    /// The gate that was set.
    pub gate: Option<Severity>,
    /// The exit code and why.
    pub exit: Exit,
}

/// A file with the models that recognised it.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The file.
    pub input: Input,
    /// The domain it belongs to, if it is one of ours.
    pub domain: Option<Domain>,
}

/// Why there is no audit.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A path that the operator named cannot be used.
    #[error(transparent)]
    Path(#[from] NamedPathError),
    /// A mistake in this program.
    #[error("{0}")]
    Internal(String),
}

/// Runs an audit.
pub fn run(request: Request) -> Result<Audit, AuditError> {
    let budget = Budget::default();
    let found = discover::walk(&request.paths, &request.selection)?;
    let mut read = ingest::ingest(&found, &budget);
    if let Some(bytes) = &request.stdin {
        ingest::ingest_text("-", bytes, &budget, &mut read);
    }
    let files = RootFiles::new(&found, &budget);
    let (mut resources, mut used) = model(&mut read, &request, &budget, &files);
    read.join_charts();
    if let Some(machine) = &request.host {
        host(machine, &mut read, &mut resources, &mut used, &budget);
    }
    estate::add_estates(&mut resources);
    let estate = Estate::new(resources, request.whole);
    let decisions = decide(&mut read, &request);
    let Judgement { findings, tally } =
        judge::judge(&request.pack, &estate, &read.sources, &decisions).map_err(AuditError::Internal)?;
    if tally.all().decided() == 0 {
        read.gaps.push(nothing(&request, &estate));
    }
    let exit = assess::exit(&findings, &read.gaps, request.gate, request.exit_zero);
    let used_ignore = |n| findings.iter().any(|judged| judged.standing == Standing::Ignored(n));
    let used_waiver = |n| findings.iter().any(|judged| judged.standing == Standing::Waived(n));
    Ok(Audit {
        paths: named(&request),
        today: request.today,
        inputs: audited(read.inputs, &used),
        skipped: found.skipped,
        sources: read.sources,
        documents: read.documents,
        gaps: read.gaps,
        ignores: decisions.ignores.into_iter().enumerate().map(|(n, ignore)| (ignore, used_ignore(n))).collect(),
        waivers: decisions.waivers.into_iter().enumerate().map(|(n, waiver)| (waiver, used_waiver(n))).collect(),
        estate,
        findings,
        tally,
        pack: request.pack,
        law: request.law,
        gate: request.gate,
        exit,
    })
}

/// Which source belongs to which domain.
type Used = Vec<(SourceId, Domain)>;

fn model(read: &mut Ingested, request: &Request, budget: &Budget, files: &RootFiles) -> (Vec<Resource>, Used) {
    let context = Context { sources: &read.sources, budget, given: &request.given, files };
    let documents: Vec<_> = read.documents.iter().collect();
    let (mut resources, mut used) = (Vec::new(), Vec::new());
    let worth = documents.len() >= ingest::WORTH_A_POOL;
    let built = pool::map(model::MODELS, worth, |model| (model.domain, (model.build)(&documents, &context)));
    for (domain, built) in built {
        resources.extend(built.resources);
        read.gaps.extend(built.gaps);
        used.extend(built.used.into_iter().map(|source| (source, domain)));
    }
    (resources, used)
}

/// Adds the resources of a machine. Its files are inputs like any others.
fn host(host: &Host, read: &mut Ingested, resources: &mut Vec<Resource>, used: &mut Used, budget: &Budget) {
    for remark in &host.opened.remarks {
        let kind = if remark.is_incomplete { GapKind::Unreadable } else { GapKind::Note };
        let (path, message) = (host.name.as_str().into(), remark.message.clone());
        read.gaps.push(Gap { kind, path, span: None, message, hint: None });
    }
    let built = model::host::build(&*host.opened.tree, host.is_live, &host.name, &mut read.sources, budget);
    for source in &built.used {
        let path = read.sources.get(*source).map_or_else(|| "".into(), |source| source.path.clone());
        read.inputs.push(Input { path, state: State::Read, source: Some(*source) });
        used.push((*source, Domain::Host));
    }
    resources.extend(built.resources);
    read.gaps.extend(built.gaps);
}

fn decide(read: &mut Ingested, request: &Request) -> Decisions {
    let (mut ignores, mut bad) = (Vec::new(), Vec::new());
    if request.ignores {
        for document in &read.documents {
            ignore::find(document, &read.sources, &mut ignores, &mut bad);
        }
    }
    for malformed in bad {
        let path = read.sources.get(malformed.span.source).map_or("".into(), |source| source.path.clone());
        let message = format!("an ignore that switches nothing off: {}", malformed.message);
        read.gaps.push(Gap { kind: GapKind::Note, path, span: Some(malformed.span), message, hint: None });
    }
    Decisions {
        ignores,
        waivers: request.waivers.clone(),
        baseline: request.baseline.clone(),
        today: request.today,
        brief: request.brief,
    }
}

/// An audit in which no rule applied to anything proves nothing.
fn nothing(request: &Request, estate: &Estate) -> Gap {
    let (message, hint) = if estate.resources.is_empty() {
        let hint = "name a directory with Terraform, CloudFormation, Kubernetes, Docker, Compose or Ansible files, or use --host";
        ("there is nothing here that duecare audits".to_owned(), hint)
    } else {
        let n = estate.resources.len();
        let words = assess::plural(
            n,
            "resource was read, and no rule applies to it",
            "resources were read, and no rule applies to any of them",
        );
        (format!("{n} {words}"), "duecare rules list shows what is asked of which kinds of resources")
    };
    let path = named(request).join(", ").into();
    Gap { kind: GapKind::Nothing, path, span: None, message, hint: Some(hint.to_owned()) }
}

fn named(request: &Request) -> Vec<String> {
    let paths = request.paths.iter().map(|path| path.display().to_string());
    let stdin = request.stdin.is_some().then(|| "-".to_owned());
    let host = request.host.as_ref().map(|host| format!("host {}", host.name));
    paths.chain(stdin).chain(host).collect()
}

fn audited(inputs: Vec<Input>, used: &Used) -> Vec<Audited> {
    let domains: std::collections::HashMap<SourceId, Domain> = used.iter().copied().collect();
    let mut out = Vec::with_capacity(inputs.len());
    for mut input in inputs {
        let domain = input.source.and_then(|source| domains.get(&source).copied());
        if domain.is_none() && input.state == State::Read {
            input.state = State::NotOurs; // it parsed, and no model knows it
        }
        out.push(Audited { input, domain });
    }
    out
}
