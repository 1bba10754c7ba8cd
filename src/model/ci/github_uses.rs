//! `uses` of GitHub Actions
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsuses>):
//! a repository at a ref, a directory of this repository, or an image.

use crate::model::image;
use crate::value::{Reason, Value};

/// `type` (repository, local or docker) and what it is made of.
pub fn action(uses: &Value) -> Value {
    let span = uses.span;
    let Some(text) = uses.as_str() else {
        return Value::unknown(Reason::Invalid, "uses that is not a text", span);
    };
    if text.contains("${{") {
        return Value::unknown(Reason::Template, text, span);
    }
    let string = |text: &str| Value::string(text, span);
    if text.starts_with("./") || text.starts_with("../") || text == "." {
        return Value::object([("type", string("local")), ("path", string(text))], span);
    }
    if let Some(reference) = text.strip_prefix("docker://") {
        let reference = image::of(&Value::string(reference, span));
        let digest = reference.get("digest").filter(|digest| !digest.is_null()).cloned();
        let all =
            [Some(("type", string("docker"))), digest.map(|digest| ("digest", digest)), Some(("image", reference))];
        return Value::object(all.into_iter().flatten(), span);
    }
    let (name, at) = text.split_once('@').map_or((text, None), |(name, at)| (name, Some(at)));
    let mut words = name.splitn(3, '/');
    let (owner, repo, path) = (words.next().unwrap_or(""), words.next(), words.next());
    let is_commit = at.is_some_and(is_commit);
    let all = [
        Some(("type", string("repository"))),
        Some(("owner", string(&owner.to_ascii_lowercase()))),
        repo.map(|repo| ("repo", string(repo))),
        path.map(|path| ("path", string(path))),
        at.map(|at| ("ref", string(at))),
        Some(("ref_is_commit", Value::bool(is_commit, span))),
    ];
    Value::object(all.into_iter().flatten(), span)
}

/// True for a whole object name of Git (SHA-1 or SHA-256); a shortened one may stand for several.
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
