//! References to container images, as Docker, Compose and Kubernetes write them.
//!
//! The grammar is that of <https://pkg.go.dev/github.com/distribution/reference>:
//! `[registry[:port]/]path[:tag][@algorithm:hex]`. The part before the first `/` is a registry only if
//! it has a dot or a colon, or is `localhost`; otherwise the image comes from Docker Hub, where a name
//! without `/` belongs to `library`.

use std::sync::Arc;

use crate::model::pieces::{HOLE, hole, holed, part};
use crate::source::Span;
use crate::value::{Data, Unknown, Value};

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

/// The parts of the reference that `value` is, as a map with its `name` as well. Of a text that is known
/// in part, each part of the reference is as known as its letters: `nginx:${TAG}` has a repository.
pub fn of(value: &Value) -> Value {
    let span = value.span;
    match &value.data {
        Data::String(text) if &**text == "scratch" => Value::object([("name", value.clone())], span),
        Data::String(text) => {
            let parts = parse(text).to_value(span);
            let parts = parts.as_map().into_iter().flat_map(|map| map.iter());
            let parts = parts.map(|(key, entry)| (key.clone(), entry.value.clone()));
            Value::object([(Arc::from("name"), value.clone())].into_iter().chain(parts), span)
        }
        Data::Unknown(unknown) => of_unknown(value, unknown),
        _ => value.clone(),
    }
}

fn of_unknown(value: &Value, unknown: &Unknown) -> Value {
    let span = value.span;
    let Some((text, cause)) = holed(value) else { return value.clone() };
    let parts = parse(&text);
    let part = |text: &str| part(text, cause, span);
    let open = hole(Some(unknown), span);
    let mut out = vec![("name", value.clone())];
    // A hole in the first name may bring a registry with it, one at the end a tag or a digest.
    let before = text.split(HOLE).next().unwrap_or("");
    let first_is_open = text.contains(HOLE) && !before.contains(['/', ':', '@']);
    out.push(("registry", if first_is_open { open.clone() } else { part(&parts.registry) }));
    out.push(("repository", if first_is_open { open.clone() } else { part(&parts.repository) }));
    let ends_open = text.ends_with(HOLE);
    match &parts.tag {
        Some(tag) => out.push(("tag", part(tag))),
        None if ends_open && parts.digest.is_none() => out.push(("tag", open.clone())),
        None => {}
    }
    match &parts.digest {
        Some(digest) => out.push(("digest", part(digest))),
        None if ends_open => out.push(("digest", open.clone())),
        None => {}
    }
    Value::object(out, span)
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

    #[test]
    fn a_reference_known_in_part_has_known_parts() {
        let here = Span::new(crate::source::SourceId(0), 0..0);
        let cause = Unknown::new(crate::value::Reason::Variable, "X");
        let parts = |pieces: &[&str]| {
            let pieces = pieces.iter().map(|piece| (*piece != "?").then(|| Arc::from(*piece))).collect();
            let value = of(&Value::partial(pieces, &cause, here));
            let shown = |key| match value.get(key) {
                None => "-",
                Some(part) => part.as_str().unwrap_or("?"),
            };
            ["registry", "repository", "tag", "digest"].map(shown).join(" ")
        };
        assert_eq!(parts(&["nginx:", "?"]), "docker.io library/nginx ? ?");
        assert_eq!(parts(&["nginx:1.", "?", "-slim"]), "docker.io library/nginx ? -");
        assert_eq!(parts(&["?", "/app:1"]), "? ? 1 -");
        assert_eq!(parts(&["r.io/", "?", ":1"]), "r.io ? 1 -");
        assert_eq!(parts(&["r.io/app", "?"]), "r.io ? ? ?");
        assert_eq!(parts(&["app", "?"]), "? ? ? ?");
        assert_eq!(parts(&["?", "@sha256:ab"]), "? ? - sha256:ab");
    }

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
