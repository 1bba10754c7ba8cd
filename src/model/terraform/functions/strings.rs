//! Texts.

use std::sync::Arc;

use super::super::text::Text;
use super::super::world::MAX_TEXT;
use super::args::Args;
use super::{Fault, Outcome};
use crate::value::{Data, Reason, Unknown, Value};

type Pieces = [Option<Arc<str>>];

/// The pieces of an argument that is a text known in part.
fn pieces<'a>(args: &'a Args, index: usize) -> Option<(&'a Unknown, &'a Pieces)> {
    match &args.list.get(index)?.data {
        Data::Unknown(unknown) => Some((unknown, unknown.pieces.as_deref()?)),
        _ => None,
    }
}

/// A function that treats each character by itself, so that it can be applied to what is known.
fn each(args: &Args, f: impl Fn(&str) -> String) -> Outcome {
    if let Some((unknown, _)) = pieces(args, 0) {
        let mut out = Text::new(args.env.world);
        out.push_unknown(args.value(0)?, unknown, f);
        return Ok(out.finish(args.env.world, args.span));
    }
    args.string(&f(&args.text(0)?))
}

pub(super) fn lower(args: &Args) -> Outcome {
    each(args, str::to_lowercase)
}

pub(super) fn upper(args: &Args) -> Outcome {
    each(args, str::to_uppercase)
}

pub(super) fn title(args: &Args) -> Outcome {
    let text = args.text(0)?;
    let mut start = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if start {
            out.extend(c.to_uppercase())
        } else {
            out.push(c)
        }
        start = !(c.is_alphanumeric() || matches!(c, '_' | '\''));
    }
    args.string(&out)
}

pub(super) fn chomp(args: &Args) -> Outcome {
    args.string(args.text(0)?.trim_end_matches(['\n', '\r']))
}

pub(super) fn trim(args: &Args) -> Outcome {
    let cut: Vec<char> = args.text(1)?.chars().collect();
    args.string(args.text(0)?.trim_matches(cut.as_slice()))
}

pub(super) fn trimspace(args: &Args) -> Outcome {
    args.string(args.text(0)?.trim())
}

pub(super) fn trimprefix(args: &Args) -> Outcome {
    let (text, prefix) = (args.text(0)?, args.text(1)?);
    args.string(text.strip_prefix(&*prefix).unwrap_or(&text))
}

pub(super) fn trimsuffix(args: &Args) -> Outcome {
    let (text, suffix) = (args.text(0)?, args.text(1)?);
    args.string(text.strip_suffix(&*suffix).unwrap_or(&text))
}

pub(super) fn strrev(args: &Args) -> Outcome {
    args.string(&args.text(0)?.chars().rev().collect::<String>())
}

pub(super) fn startswith(args: &Args) -> Outcome {
    if let Some((_, [Some(first), ..])) = pieces(args, 0) {
        let prefix = args.text(1)?;
        if first.len() >= prefix.len() || !prefix.starts_with(&**first) {
            return args.boolean(first.starts_with(&*prefix));
        }
    }
    args.boolean(args.text(0)?.starts_with(&*args.text(1)?))
}

pub(super) fn endswith(args: &Args) -> Outcome {
    if let Some((_, [.., Some(last)])) = pieces(args, 0) {
        let suffix = args.text(1)?;
        if last.len() >= suffix.len() || !suffix.ends_with(&**last) {
            return args.boolean(last.ends_with(&*suffix));
        }
    }
    args.boolean(args.text(0)?.ends_with(&*args.text(1)?))
}

pub(super) fn strcontains(args: &Args) -> Outcome {
    if let Some((_, pieces)) = pieces(args, 0) {
        let wanted = args.text(1)?;
        if pieces.iter().flatten().any(|piece| piece.contains(&*wanted)) {
            return args.boolean(true);
        }
    }
    args.boolean(args.text(0)?.contains(&*args.text(1)?))
}

pub(super) fn substr(args: &Args) -> Outcome {
    let text = args.text(0)?;
    let (offset, length) = (args.int(1)?, args.int(2)?);
    let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (count + offset).max(0) } else { offset };
    let take = if length < 0 { i64::MAX } else { length };
    let size = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
    args.string(&text.chars().skip(size(start)).take(size(take)).collect::<String>())
}

pub(super) fn indent(args: &Args) -> Outcome {
    let blanks = usize::try_from(args.int(0)?).unwrap_or(0).min(MAX_TEXT + 1);
    let blanks = " ".repeat(blanks);
    let mut out = Text::new(args.env.world);
    for (index, line) in args.text(1)?.split('\n').enumerate() {
        if index > 0 {
            out.push("\n");
            out.push(&blanks);
        }
        out.push(line);
    }
    Ok(out.finish(args.env.world, args.span))
}

pub(super) fn join(args: &Args) -> Outcome {
    let separator = args.text(0)?;
    let mut out = Text::new(args.env.world);
    let mut first = true;
    for index in 1..args.len() {
        for item in args.items(index)?.iter() {
            if !std::mem::take(&mut first) {
                out.push(&separator);
            }
            if !out.push_value(item) {
                return Err(args.wrong(item, "a text"));
            }
        }
    }
    Ok(out.finish(args.env.world, args.span))
}

pub(super) fn split(args: &Args) -> Outcome {
    let (separator, text) = (args.text(0)?, args.text(1)?);
    args.make(if separator.is_empty() { text.len() } else { text.matches(&*separator).count() })?;
    let part = |part: &str| Value::string(part, args.span);
    if separator.is_empty() {
        return args.list_of(text.chars().map(|c| part(c.encode_utf8(&mut [0; 4]))).collect());
    }
    args.list_of(text.split(&*separator).map(part).collect())
}

pub(super) fn replace(args: &Args) -> Outcome {
    if let Some(result) = replaced_in_part(args)? {
        return Ok(result);
    }
    let (text, from, to) = (args.text(0)?, args.text(1)?, args.text(2)?);
    args.charge(text.len() / 16)?;
    let mut out = Text::new(args.env.world);
    match from.strip_prefix('/').and_then(|inner| inner.strip_suffix('/')).filter(|_| from.len() > 1) {
        Some(pattern) => {
            let regex = compile(args, pattern)?;
            let mut end = 0;
            for found in regex.captures_iter(&text) {
                let Some(whole) = found.get(0) else { continue };
                out.push(text.get(end..whole.start()).unwrap_or(""));
                let mut expanded = String::new();
                found.expand(&to, &mut expanded);
                args.charge(1 + expanded.len() / 64)?;
                out.push(&expanded);
                end = whole.end();
            }
            out.push(text.get(end..).unwrap_or(""));
        }
        None => {
            let count = text.matches(&*from).count();
            if text.len().saturating_add(count.saturating_mul(to.len())) > MAX_TEXT * 2 {
                args.env.world.limit(args.span, format!("a text of more than {MAX_TEXT} bytes"));
                return Err(Fault::Budget);
            }
            out.push(&text.replace(&*from, &to));
        }
    }
    Ok(out.finish(args.env.world, args.span))
}

/// `replace` where the text is known in part, or the replacement is not known: what is found in the known
/// pieces is replaced. `None` if all is known; an error if the needle may lie across an unknown piece.
fn replaced_in_part(args: &Args) -> Result<Option<Value>, Fault> {
    let (whole, to) = (args.value(0)?, args.value(2)?);
    let pieces = whole.as_unknown().and_then(|unknown| unknown.pieces.as_deref());
    if whole.as_unknown().is_some() && pieces.is_none() || whole.as_unknown().is_none() && to.as_unknown().is_none() {
        return Ok(None);
    }
    let from = args.text(1)?;
    let is_pattern = from.len() > 1 && from.starts_with('/') && from.ends_with('/');
    let splits = || from.char_indices().skip(1).map(|(at, _)| from.split_at(at));
    let crosses = |piece: &str| splits().any(|(head, tail)| piece.ends_with(head) || piece.starts_with(tail));
    if is_pattern || from.is_empty() || pieces.into_iter().flatten().flatten().any(|piece| crosses(piece)) {
        return Ok(None);
    }
    let mut out = Text::new(args.env.world);
    let holes = args.env.world.marks.holes(whole);
    let mut holes = holes.iter();
    let known = [whole.as_str().map(Arc::from)];
    for piece in pieces.unwrap_or(&known) {
        let Some(piece) = piece else {
            out.push_hole(holes.next().unwrap_or(whole).clone());
            continue;
        };
        for (n, part) in piece.split(&*from).enumerate() {
            args.charge(1 + part.len() / 16)?;
            if n > 0 && !out.push_value(to) {
                return Err(args.wrong(to, "a text"));
            }
            out.push(part);
        }
    }
    Ok(Some(out.finish(args.env.world, args.span)))
}

/// A pattern. What this library does not take, Terraform's may, so it is not called invalid.
fn compile(args: &Args, pattern: &str) -> Result<regex::Regex, Fault> {
    args.charge(100 + pattern.len())?;
    let built = regex::RegexBuilder::new(pattern).size_limit(1 << 20).dfa_size_limit(1 << 20).build();
    built.map_err(|_| super::unknown(Reason::Unsupported, "a regular expression"))
}

/// What a pattern found: the text, a list of its groups, or a map of its named groups.
fn found(args: &Args, regex: &regex::Regex, captures: &regex::Captures) -> Value {
    let span = args.span;
    let group =
        |found: Option<regex::Match>| found.map_or_else(|| Value::null(span), |m| Value::string(m.as_str(), span));
    if regex.captures_len() == 1 {
        return group(captures.get(0));
    }
    if regex.capture_names().flatten().next().is_none() {
        return Value::list(captures.iter().skip(1).map(group).collect(), span);
    }
    Value::object(regex.capture_names().flatten().map(|name| (name, group(captures.name(name)))), span)
}

pub(super) fn regex(args: &Args) -> Outcome {
    let (pattern, text) = (args.text(0)?, args.text(1)?);
    args.charge(text.len() / 16)?;
    let regex = compile(args, &pattern)?;
    match regex.captures(&text) {
        Some(captures) => Ok(found(args, &regex, &captures)),
        None => Err(Fault::Invalid("regex() found nothing".into())),
    }
}

pub(super) fn regexall(args: &Args) -> Outcome {
    let (pattern, text) = (args.text(0)?, args.text(1)?);
    args.charge(text.len() / 16)?;
    let regex = compile(args, &pattern)?;
    let mut all = Vec::new();
    for captures in regex.captures_iter(&text) {
        args.make(all.len() / 100)?;
        all.push(found(args, &regex, &captures));
    }
    args.list_of(all)
}
