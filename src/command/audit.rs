//! `duecare audit`.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::settings::{self, Config};
use crate::audit::{self as pipeline, Host, Request};
use crate::budget::Budget;
use crate::cli::{Audit, Global};
use crate::discover::{self, Selection};
use crate::model::Given;
use crate::out;
use crate::report::{self, FORMATS, Format, Options};
use crate::rule::Severity;
use crate::rule::pack::{Card, Pack};
use crate::waiver::Waiver;

/// Runs it.
pub fn run(args: &Audit, global: &Global) -> anyhow::Result<u8> {
    if args.paths.is_empty() && args.host.is_none() {
        bail!(
            "nothing to audit: name a path, `-` for standard input, or --host\n\n  duecare audit .\n  duecare audit --host"
        );
    }
    let outputs = outputs(&args.output)?;
    let loaded = settings::load(args.no_config)?;
    if let (Some(notice), false) = (&loaded.notice, global.quiet) {
        out::stderr(notice);
    }
    let min_severity = min_severity(args.min_severity, &loaded.config)?;
    // A table shows passes only when it is asked to; every other format may.
    let brief = !global.verbose && outputs.iter().all(|(format, _)| format.name == "table");
    let audit = pipeline::run(request(args, loaded.config, brief)?)?;
    for (format, path) in &outputs {
        let terminal = path.is_none() && std::io::stdout().is_terminal();
        let options = Options {
            color: path.is_none() && out::colored(global.color, terminal),
            width: out::width(),
            verbose: global.verbose,
            quiet: global.quiet,
            all_verdicts: args.all_verdicts,
            min_severity,
        };
        let text = (format.render)(&audit, options)?;
        match path {
            Some(path) => out::file(path, &text)?,
            None => out::stdout(&text)?,
        }
    }
    if !global.quiet && !outputs.iter().any(|(format, path)| format.name == "table" && path.is_none()) {
        out::stderr(&format!("exit {}: {}", audit.exit.code, audit.exit.reason));
    }
    let code = audit.exit.code;
    // The process ends here and gives its memory back whole; taking it apart first takes longer.
    std::mem::forget(audit);
    Ok(code)
}

/// Prints the schema of the JSON output.
pub fn schema() -> anyhow::Result<u8> {
    out::stdout(&report::json::schema()?)?;
    Ok(0)
}

type Output = (&'static Format, Option<PathBuf>);

fn outputs(named: &[String]) -> anyhow::Result<Vec<Output>> {
    let mut outputs = Vec::new();
    for name in named {
        let (name, path) =
            name.split_once('=').map_or((&**name, None), |(name, path)| (name, Some(PathBuf::from(path))));
        let known = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
        let format =
            report::format(name).with_context(|| format!("there is no format `{name}`: it is one of {}", known()))?;
        outputs.push((format, path.filter(|path| path != Path::new("-"))));
    }
    if outputs.iter().filter(|(_, path)| path.is_none()).count() > 1 {
        bail!("two formats on standard output: give all but one a path, as in -o json=audit.json");
    }
    if outputs.is_empty() {
        outputs.extend(report::format("table").map(|format| (format, None)));
    }
    Ok(outputs)
}

fn min_severity(flag: Option<Severity>, config: &Config) -> anyhow::Result<Severity> {
    match (flag, &config.min_severity) {
        (Some(flag), _) => Ok(flag),
        (None, Some(name)) => {
            Severity::from_id(name).with_context(|| format!("duecare.yaml: min_severity `{name}` is not a severity"))
        }
        (None, None) => Ok(Severity::Info),
    }
}

fn request(args: &Audit, config: Config, brief: bool) -> anyhow::Result<Request> {
    let or = |flag: &[String], config: &[String]| if flag.is_empty() { config.to_vec() } else { flag.to_vec() };
    let gate = settings::gate(args.fail_on, &config)?.severity();
    let mut law = super::law()?;
    super::keep(&mut law, &or(&args.framework, &config.framework))?;
    let directories = if args.rules.is_empty() { &config.rules } else { &args.rules };
    let mut pack = super::pack(directories, &law, config.parameters.clone())?;
    select(&mut pack, &or(&args.check, &config.check), &or(&args.skip_check, &config.skip_check))?;
    let selection = Selection::new(&or(&args.exclude, &config.exclude), &or(&args.include, &config.include));
    let (stdin, mut paths): (Vec<_>, Vec<_>) = args.paths.iter().cloned().partition(|path| path == Path::new("-"));
    // A file of variables is evidence like the files that use it, wherever it lies.
    paths.extend(args.var_file.iter().cloned());
    let baseline = args.baseline.as_ref().or(config.baseline.as_ref());
    let waivers = args.waivers.as_ref().or(config.waivers.as_ref());
    Ok(Request {
        paths,
        stdin: if stdin.is_empty() { None } else { Some(read_stdin()?) },
        host: args.host.as_deref().map(Host::open).transpose()?,
        selection: selection.map_err(|error| anyhow::anyhow!("not a glob: {error}"))?,
        given: given(args)?,
        pack,
        law,
        whole: args.whole_estate || config.whole_estate,
        today: today()?,
        ignores: !args.no_ignores,
        waivers: waivers.map(|path| read_waivers(path)).transpose()?.unwrap_or_default(),
        baseline: baseline.map(|path| settings::baseline(path)).transpose()?.unwrap_or_default(),
        gate,
        exit_zero: args.exit_zero,
        brief,
    })
}

fn read_waivers(path: &Path) -> anyhow::Result<Vec<Waiver>> {
    Waiver::read(&settings::read(path)?).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
}

fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(Budget::MAX_FILE_BYTES + 1).read_to_end(&mut bytes).context("standard input")?;
    if bytes.len() as u64 > Budget::MAX_FILE_BYTES {
        bail!("standard input: more than the limit of {} bytes", Budget::MAX_FILE_BYTES);
    }
    Ok(bytes)
}

/// Variables and parameters. The environment is taken only when asked for.
fn given(args: &Audit) -> anyhow::Result<Given> {
    let ours = std::env::vars().filter_map(|(name, value)| Some((name.strip_prefix("TF_VAR_")?.to_owned(), value)));
    Ok(Given {
        environment: if args.tf_env { ours.collect() } else { std::collections::BTreeMap::new() },
        var_files: args.var_file.iter().map(|path| discover::absolute(path)).collect(),
        variables: settings::pairs(&args.var, "--var")?,
        parameters: settings::pairs(&args.parameter, "--parameter")?,
    })
}

/// Keeps the rules that are wanted. A name that names no rule is a mistake.
fn select(pack: &mut Pack, only: &[String], without: &[String]) -> anyhow::Result<()> {
    let names = |name: &str, card: &Card| match name.strip_suffix('*') {
        Some(start) => card.id.starts_with(start),
        None => card.answers_to(name),
    };
    for name in only.iter().chain(without) {
        if !pack.cards().any(|card| names(name, card)) {
            bail!("there is no rule `{name}`; duecare rules list shows them all");
        }
    }
    pack.retain(|card| {
        let wanted = only.is_empty() || only.iter().any(|name| names(name, card));
        wanted && !without.iter().any(|name| names(name, card))
    });
    Ok(())
}

/// The day of the audit in UTC; `SOURCE_DATE_EPOCH` sets it for reproducible reports.
pub fn today() -> anyhow::Result<jiff::civil::Date> {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().filter(|seconds| !seconds.is_empty());
    let now = match set {
        Some(seconds) => {
            let wrong = || format!("SOURCE_DATE_EPOCH is not a number of seconds: {seconds}");
            jiff::Timestamp::from_second(seconds.parse().with_context(wrong)?).with_context(wrong)?
        }
        None => jiff::Timestamp::now(),
    };
    Ok(jiff::tz::Offset::UTC.to_datetime(now).date())
}
