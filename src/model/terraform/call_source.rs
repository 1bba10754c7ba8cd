//! A module call as an auditor sees it: where its code comes from, and whether it can change unnoticed.
//! The forms are those of <https://developer.hashicorp.com/terraform/language/modules/configuration>.

use std::sync::Arc;

use super::eval::Env;
use super::module::{View, is_local};
use crate::source::Span;
use crate::value::{Entry, Value};

/// Where the code of a module comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// A directory beside the calling module.
    Local,
    /// A module registry, which has versions.
    Registry,
    /// A Git repository.
    Git,
    /// A Mercurial repository.
    Mercurial,
    /// An archive behind a URL or in a bucket.
    Archive,
}

impl From {
    fn name(self) -> &'static str {
        match self {
            From::Local => "local",
            From::Registry => "registry",
            From::Git => "git",
            From::Mercurial => "mercurial",
            From::Archive => "archive",
        }
    }
}

/// The attributes of the call: `name`, `source`, `version` as written, `source_type`, the `ref` of a repository
/// (and `ref_is_commit`), and the `checksum` of an archive.
pub(super) fn attributes(env: &Env, view: &View) -> Value {
    let span = view.block.span;
    let mut all: Vec<(Arc<str>, Entry)> = vec![("name".into(), entry(Value::string(view.label(0), span)))];
    for name in ["source", "version"] {
        if let Some(attribute) = view.attribute(name) {
            let value = env.eval(&attribute.expr).at(attribute.expr.span);
            all.push((name.into(), Entry { key: attribute.key, value }));
        }
    }
    let source = all.iter().find(|(name, _)| &**name == "source").map(|(_, entry)| entry.value.clone());
    if let Some(source) = source {
        match (source.as_str(), source.as_unknown()) {
            (Some(text), _) => all.extend(parts(text, source.span).map(|(name, value)| (name.into(), entry(value)))),
            (None, Some(unknown)) => {
                let open = |name: &str| {
                    (name.into(), entry(Value::unknown(unknown.reason, unknown.what.clone(), source.span)))
                };
                all.extend(["source_type", "ref", "ref_is_commit", "checksum"].map(open));
            }
            (None, None) => {}
        }
    }
    Value::map(all, span)
}

fn entry(value: Value) -> Entry {
    Entry { key: value.span, value }
}

/// What a source says.
fn parts(source: &str, span: Span) -> impl Iterator<Item = (&'static str, Value)> {
    let from = origin(source);
    let text = |value: &str| Value::string(value, span);
    let reference = match from {
        From::Git => parameter(source, "ref"),
        From::Mercurial => parameter(source, "rev"),
        From::Local | From::Registry | From::Archive => None,
    };
    let is_commit = reference.map(|it| Value::bool(is_commit(it), span));
    let checksum = if from == From::Archive { parameter(source, "checksum") } else { None };
    let all = [
        ("source_type", Some(text(from.name()))),
        ("ref", reference.map(text)),
        ("ref_is_commit", is_commit),
        ("checksum", checksum.map(text)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

fn origin(source: &str) -> From {
    if is_local(source) || source.starts_with('/') {
        return From::Local;
    }
    let address = source.split('?').next().unwrap_or(source);
    match address.split_once("::") {
        Some(("git", _)) => return From::Git,
        Some(("hg", _)) => return From::Mercurial,
        Some(_) => return From::Archive,
        None => {}
    }
    let host = address.split('/').next().unwrap_or(address);
    if address.starts_with("git@") || address.starts_with("ssh://") || address.starts_with("git://") {
        return From::Git;
    }
    if address.contains("://") {
        return From::Archive;
    }
    if matches!(host, "github.com" | "bitbucket.org" | "gitlab.com") {
        return From::Git;
    }
    // `namespace/name/provider`, with a host before it or not, and `//directory` after it.
    let package = address.split("//").next().unwrap_or(address);
    match package.split('/').count() {
        3 => From::Registry,
        4 if host.contains('.') || host.contains(':') => From::Registry,
        _ => From::Archive,
    }
}

/// The value of a parameter behind the `?`.
fn parameter<'s>(source: &'s str, name: &str) -> Option<&'s str> {
    let (_, query) = source.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// True for a whole object name of Git (SHA-1 or SHA-256); a shortened one may stand for several.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::plain;
    use crate::source::SourceId;

    #[test]
    fn sources_are_told_apart_as_terraform_does() {
        let commit = "51d462976d84fdea54b47d80dcabbf680badcdb8";
        let with_commit = format!("git::https://example.org/vpc.git//net?depth=1&ref={commit}");
        let table = [
            ("./db", "local"),
            ("../db", "local"),
            ("terraform-aws-modules/vpc/aws", "registry"),
            ("terraform-aws-modules/iam/aws//modules/role", "registry"),
            ("app.terraform.io/clinic/vpc/aws", "registry"),
            ("github.com/clinic/vpc", "git"),
            ("github.com/clinic/vpc/aws?ref=v1.2.0", "git ref=v1.2.0 commit=false"),
            ("git@github.com:clinic/vpc.git?ref=main", "git ref=main commit=false"),
            ("git::ssh://git@example.org/vpc.git", "git"),
            (&*with_commit, "git ref=51d462976d84fdea54b47d80dcabbf680badcdb8 commit=true"),
            ("git::https://example.org/vpc.git?ref=51d4629", "git ref=51d4629 commit=false"),
            ("hg::http://example.org/vpc.hg?rev=1", "mercurial ref=1 commit=false"),
            ("https://example.org/vpc.zip?checksum=md5:1", "archive checksum=md5:1"),
            ("s3::https://s3.amazonaws.com/b/vpc.zip", "archive"),
        ];
        for (source, expected) in table {
            let all: Vec<_> = parts(source, Span::new(SourceId(0), 0..0)).collect();
            let get = |name: &str| all.iter().find(|(key, _)| *key == name).map(|(_, value)| plain(value));
            let mut shown = get("source_type").unwrap();
            for (name, word) in [("ref", "ref"), ("ref_is_commit", "commit"), ("checksum", "checksum")] {
                shown.extend(get(name).map(|value| format!(" {word}={value}")));
            }
            assert_eq!(shown, expected, "{source}");
        }
    }
}
