//! Files beside the configuration, read through the one opener only, and paths.

use std::sync::Arc;

use super::super::eval::{Env, Frame};
use super::super::world::MAX_TEXT;
use super::args::Args;
use super::{Fault, Outcome};
use crate::format::hcl::{Expr, Place, parse_template};
use crate::model::resolved;
use crate::open::OpenError;
use crate::value::{Reason, Value};

/// Most variables of a template file.
const MAX_VARIABLES: usize = 1_000;

fn unread(path: &str) -> Fault {
    super::unknown(Reason::File, path)
}

/// The text of the file that an argument names. Terraform is run in the root module's directory, so a
/// path is relative to that.
pub(super) fn content(args: &Args, index: usize) -> Result<Arc<str>, Fault> {
    let path = args.text(index)?;
    let text = args.env.world.ctx.files.read(&resolved(&args.env.module.root.dir, &path));
    let text = text.map_err(|_| unread(&path))?;
    args.charge(text.len() / 16)?;
    // Bytes that are no text were replaced when it was read.
    if text.len() > MAX_TEXT || text.contains('\u{fffd}') { Err(unread(&path)) } else { Ok(text) }
}

pub(super) fn file(args: &Args) -> Outcome {
    Ok(Value::string(content(args, 0)?, args.span))
}

pub(super) fn filebase64(args: &Args) -> Outcome {
    args.string(&crate::model::base64::encode(content(args, 0)?.as_bytes()))
}

pub(super) fn fileexists(args: &Args) -> Outcome {
    let path = args.text(0)?;
    match args.env.world.ctx.files.read(&resolved(&args.env.module.root.dir, &path)) {
        Ok(_) | Err(OpenError::TooLarge(_)) => args.boolean(true),
        Err(OpenError::NotFound) => args.boolean(false),
        Err(_) => Err(unread(&path)),
    }
}

/// The files beneath a directory that a pattern fits, as paths from there.
pub(super) fn fileset(args: &Args) -> Outcome {
    let (directory, pattern) = (args.text(0)?, args.text(1)?);
    let glob = globset::GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build();
    let glob = glob.map_err(|_| Fault::Invalid("fileset() of what is no pattern".into()))?.compile_matcher();
    let mut found: Vec<String> = Vec::new();
    let mut todo = vec![(resolved(&args.env.module.root.dir, &directory), String::new())];
    let mut seen = 0;
    while let Some((path, prefix)) = todo.pop() {
        let names = args.env.world.ctx.files.names(&path).map_err(|_| unread(&directory))?;
        seen += names.len();
        args.make(seen)?;
        for (name, is_directory) in names {
            let relative = format!("{prefix}{name}");
            // A pattern with so many slashes, and no `**`, leads no deeper.
            let deeper = pattern.contains("**") || relative.matches('/').count() < pattern.matches('/').count();
            match is_directory {
                true if deeper => todo.push((format!("{path}/{name}"), format!("{relative}/"))),
                false if glob.is_match(&relative) => found.push(relative),
                _ => {}
            }
        }
    }
    found.sort();
    let list = Value::list(found.iter().map(|path| Value::string(path.as_str(), args.span)).collect(), args.span);
    Ok(args.env.world.marks.set(list))
}

pub(super) fn templatefile(args: &Args) -> Outcome {
    let text = content(args, 0)?;
    render(args, &text)
}

pub(super) fn templatestring(args: &Args) -> Outcome {
    let text = args.text(0)?;
    render(args, &text)
}

fn render(args: &Args, text: &str) -> Outcome {
    let variables: Vec<(&str, &Value)> =
        args.map(1)?.iter().map(|(name, entry)| (&**name, &entry.value)).take(MAX_VARIABLES).collect();
    let template = parse_template(text, Place::At(args.span), args.env.world.ctx.budget);
    let template = template.map_err(|error| Fault::Invalid(format!("a template that cannot be parsed: {error}")))?;
    Ok(bound(&Env { frame: None, ..*args.env }, &variables, &template))
}

/// Evaluates `template` with `variables` around it.
fn bound(env: &Env, variables: &[(&str, &Value)], template: &Expr) -> Value {
    match variables.split_first() {
        None => env.eval(template),
        Some(((name, value), rest)) => {
            let frame = Frame { name, value: (*value).clone(), up: env.frame };
            bound(&env.with(&frame), rest, template)
        }
    }
}

pub(super) fn abspath(_args: &Args) -> Outcome {
    Err(super::unknown(Reason::Deployment, "abspath()"))
}

pub(super) fn pathexpand(args: &Args) -> Outcome {
    let path = args.text(0)?;
    if path.starts_with('~') {
        Err(super::unknown(Reason::Deployment, "the home directory"))
    } else {
        args.string(&path)
    }
}

pub(super) fn basename(args: &Args) -> Outcome {
    let path = args.text(0)?;
    let trimmed = path.trim_end_matches('/');
    let name = match trimmed.rsplit('/').next() {
        Some("") | None => {
            if path.is_empty() {
                "."
            } else {
                "/"
            }
        }
        Some(name) => name,
    };
    args.string(name)
}

pub(super) fn dirname(args: &Args) -> Outcome {
    let path = args.text(0)?;
    let dir = match path.rsplit_once('/') {
        None => ".",
        Some((dir, _)) if dir.trim_end_matches('/').is_empty() => "/",
        Some((dir, _)) => dir.trim_end_matches('/'),
    };
    args.string(dir)
}
