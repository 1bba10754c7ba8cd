//! References to container images, as Docker, Compose and Kubernetes write them.
//!
//! The grammar is that of <https://pkg.go.dev/github.com/distribution/reference>:
//! `[registry[:port]/]path[:tag][@algorithm:hex]`. The part before the first `/` is a registry only if
//! it has a dot or a colon, or is `localhost`; otherwise the image comes from Docker Hub, where a name
//! without `/` belongs to `library`.

use std::sync::Arc;

use crate::source::Span;
use crate::value::Value;

/// Docker Hub, the registry of names that state none.
pub const DOCKER_HUB: &str = "docker.io";

/// The parts of an image reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// The registry, with its port: `docker.io` when none is written.
    pub registry: Arc<str>,
    /// The repository within the registry: `library/postgres`.
    pub repository: Arc<str>,
    /// The tag as written; `None` stands for `latest` unless there is a digest.
    pub tag: Option<Arc<str>>,
    /// The digest, algorithm included: `sha256:...`.
    pub digest: Option<Arc<str>>,
}

/// Splits a reference into its parts. Nothing is checked: a name that no registry would take keeps its
/// letters.
pub fn parse(text: &str) -> ImageReference {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    // A colon is a tag only after the last slash; before it, it is a port.
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    let (registry, path) = match name.split_once('/') {
        Some((first, path)) if first.contains(['.', ':']) || first == "localhost" => (first, path),
        _ => (DOCKER_HUB, name),
    };
    let registry = if registry == "index.docker.io" { DOCKER_HUB } else { registry };
    let repository: Arc<str> = if registry == DOCKER_HUB && !path.contains('/') && !path.is_empty() {
        format!("library/{path}").into()
    } else {
        path.into()
    };
    ImageReference { registry: registry.into(), repository, tag: tag.map(Into::into), digest: digest.map(Into::into) }
}

impl ImageReference {
    /// The parts as a map; a tag or digest that is not written is absent.
    pub fn to_value(&self, span: Span) -> Value {
        let parts = [
            ("registry", Some(&self.registry)),
            ("repository", Some(&self.repository)),
            ("tag", self.tag.as_ref()),
            ("digest", self.digest.as_ref()),
        ];
        let known = parts.into_iter().filter_map(|(key, part)| Some((key, Value::string(part?.clone(), span))));
        Value::object(known, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, registry, repository, tag, digest; `-` for none.
    type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

    #[test]
    fn references_fall_apart_as_docker_reads_them() {
        let table: &[Row] = &[
            ("postgres", "docker.io", "library/postgres", "-", "-"),
            ("postgres:16", "docker.io", "library/postgres", "16", "-"),
            ("clinic/ehr:1", "docker.io", "clinic/ehr", "1", "-"),
            ("docker.io/nginx", "docker.io", "library/nginx", "-", "-"),
            ("ghcr.io/a/b/c", "ghcr.io", "a/b/c", "-", "-"),
            ("localhost/a", "localhost", "a", "-", "-"),
            ("localhost:5000/a:x", "localhost:5000", "a", "x", "-"),
            ("registry:5000/a", "registry:5000", "a", "-", "-"),
            ("a@sha256:ab", "docker.io", "library/a", "-", "sha256:ab"),
            ("r.io/a:1@sha256:ab", "r.io", "a", "1", "sha256:ab"),
            ("", "docker.io", "", "-", "-"),
        ];
        for (text, registry, repository, tag, digest) in table {
            let got = parse(text);
            assert_eq!((&*got.registry, &*got.repository), (*registry, *repository), "{text}");
            assert_eq!(
                (got.tag.as_deref().unwrap_or("-"), got.digest.as_deref().unwrap_or("-")),
                (*tag, *digest),
                "{text}"
            );
        }
    }
}
