//! What a file is: by its name, then by what is in it.

use std::path::Path;

use crate::format::Form;
use crate::model::host::services;
use crate::model::{ansible, ci};

/// What the name of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// A file of this form that is certainly to be read.
    Certain(Form),
    /// A file of this form that may hold anything; [`by_content`] decides.
    Maybe(Form),
    /// JSON or YAML, whichever it turns out to be.
    Template,
    /// The configuration of a service, if its text is one; otherwise what the ending says.
    Config(Option<Form>),
    /// Nothing that is audited.
    Other,
}

/// Names that are certain, before any ending is looked at.
const NAMES: &[(&str, Form)] = &[
    ("dockerfile", Form::Dockerfile),
    ("containerfile", Form::Dockerfile),
    ("ansible.cfg", Form::Text),
    ("compose.yaml", Form::Yaml),
    ("compose.yml", Form::Yaml),
    ("docker-compose.yaml", Form::Yaml),
    ("docker-compose.yml", Form::Yaml),
    ("kustomization.yaml", Form::Yaml),
    ("kustomization.yml", Form::Yaml),
    ("chart.yaml", Form::Yaml),
];

/// Endings, the longer ones first.
const ENDINGS: &[(&str, Guess)] = &[
    (".tf.json", Guess::Certain(Form::Json)),
    (".tofu.json", Guess::Certain(Form::Json)),
    (".tfvars.json", Guess::Certain(Form::Json)),
    (".tf", Guess::Certain(Form::Hcl)),
    (".tofu", Guess::Certain(Form::Hcl)),
    (".tfvars", Guess::Certain(Form::Hcl)),
    (".dockerfile", Guess::Certain(Form::Dockerfile)),
    (".containerfile", Guess::Certain(Form::Dockerfile)),
    (".env", Guess::Certain(Form::Dotenv)),
    (".yaml", Guess::Maybe(Form::Yaml)),
    (".yml", Guess::Maybe(Form::Yaml)),
    (".json", Guess::Maybe(Form::Json)),
    (".jsonc", Guess::Maybe(Form::Json)),
    (".tfplan.json", Guess::Maybe(Form::Json)),
    (".tfstate", Guess::Maybe(Form::Json)),
    (".template", Guess::Template),
    (".cfn", Guess::Template),
    (".cform", Guess::Template),
];

/// What the name says.
pub fn by_name(path: &Path) -> Guess {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    if let Some((_, form)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Guess::Certain(*form);
    }
    // `Dockerfile.prod` and `Dockerfile-prod` are Dockerfiles, `Dockerfile.md` is not.
    let variant = ["dockerfile", "containerfile"].iter().find_map(|stem| name.strip_prefix(stem));
    let prose = [".md", ".txt", ".rst", ".html", ".dockerignore"].iter().any(|end| name.ends_with(end));
    if variant.is_some_and(|rest| rest.starts_with(['.', '-', '_'])) && !prose {
        return Guess::Certain(Form::Dockerfile);
    }
    let compose =
        name.starts_with("compose.") || name.starts_with("docker-compose.") || name.starts_with("docker-compose-");
    if compose && (name.ends_with(".yaml") || name.ends_with(".yml")) {
        return Guess::Certain(Form::Yaml);
    }
    if name.starts_with(".env.") && !prose {
        return Guess::Certain(Form::Dotenv);
    }
    let by_ending = ENDINGS.iter().find(|(end, _)| name.ends_with(end)).map_or(Guess::Other, |(_, guess)| *guess);
    let may_be_config = || services::roles(&path.to_string_lossy()).next().is_some();
    match by_ending {
        Guess::Other if ansible::inventory::is_path(&path.to_string_lossy()) => Guess::Maybe(Form::Text),
        Guess::Other if may_be_config() => Guess::Config(None),
        Guess::Maybe(form) if may_be_config() => Guess::Config(Some(form)),
        guess => guess,
    }
}

/// Words one of which stands in every YAML or JSON file that a model knows. A file with none of them
/// is not ours, and need not be parsed to know that.
const MARKERS: &[&str] = &[
    "apiVersion",
    "Resources",
    "AWSTemplateFormatVersion",
    "services",
    "planned_values",
    "terraform_version",
    "\"encrypted_data\"",
    "\"Modules\"",
];

/// What the file at `path` turns out to be; `None` if it is nothing that is audited.
pub fn by_content(guess: Guess, path: &str, text: &str) -> Option<Form> {
    let has_marker = || MARKERS.iter().any(|marker| memchr::memmem::find(text.as_bytes(), marker.as_bytes()).is_some());
    match guess {
        Guess::Certain(form) => Some(form),
        Guess::Maybe(Form::Yaml) if ansible::recognise::is_ours(path, text) => Some(Form::Ansible),
        Guess::Maybe(Form::Yaml) if ci::is_pipeline(path, text) => Some(Form::Yaml),
        Guess::Maybe(Form::Text) => ansible::inventory::is_ini(text).then_some(Form::Text),
        Guess::Maybe(form) => has_marker().then_some(form),
        Guess::Config(_) if services::role(path, text).is_some() => Some(Form::Text),
        Guess::Config(form) => form.filter(|_| has_marker()),
        Guess::Template => has_marker().then(|| json_or_yaml(text)),
        Guess::Other => None,
    }
}

fn json_or_yaml(text: &str) -> Form {
    if text.trim_start().starts_with(['{', '[']) { Form::Json } else { Form::Yaml }
}

/// What a text without a name is (standard input).
pub fn by_text(text: &str) -> Form {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or("");
    let is_block = |word: &str| first.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with(['"', '{']));
    if first.starts_with("FROM ") || first.starts_with("ARG ") {
        Form::Dockerfile
    } else if ["resource", "variable", "terraform", "provider", "module", "data", "locals"].into_iter().any(is_block) {
        Form::Hcl
    } else if ansible::recognise::is_ours("-", text) {
        Form::Ansible
    } else {
        json_or_yaml(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_classified() {
        for (name, expected) in [
            ("main.tf", Guess::Certain(Form::Hcl)),
            ("main.tf.json", Guess::Certain(Form::Json)),
            ("Dockerfile", Guess::Certain(Form::Dockerfile)),
            ("Dockerfile.prod", Guess::Certain(Form::Dockerfile)),
            ("api.Dockerfile", Guess::Certain(Form::Dockerfile)),
            ("Dockerfile.md", Guess::Other),
            ("docker-compose.override.yml", Guess::Certain(Form::Yaml)),
            ("etc/ssh/sshd_config.d/50-x.conf", Guess::Config(None)),
            (".env", Guess::Certain(Form::Dotenv)),
            (".env.production", Guess::Certain(Form::Dotenv)),
            ("values.yaml", Guess::Maybe(Form::Yaml)),
            ("stack.template", Guess::Template),
            ("README.md", Guess::Other),
        ] {
            assert_eq!(by_name(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn content_decides_where_the_name_does_not() {
        assert_eq!(by_content(Guess::Maybe(Form::Yaml), "x", "on: push\njobs: {}\n"), None);
        assert_eq!(by_content(Guess::Maybe(Form::Yaml), "x", "apiVersion: v1\n"), Some(Form::Yaml));
        for state in ["{\"version\": 4, \"terraform_version\": \"1.9.0\"}", "{\"encrypted_data\": \"\"}"] {
            assert_eq!(by_content(by_name(Path::new("terraform.tfstate")), "x", state), Some(Form::Json), "{state}");
        }
        assert_eq!(by_content(Guess::Template, "x", "{\"Resources\": {}}"), Some(Form::Json));
        assert_eq!(by_text("# x\nresource \"a\" \"b\" {}"), Form::Hcl);
        assert_eq!(by_text("FROM scratch"), Form::Dockerfile);
        assert_eq!(by_text("apiVersion: v1"), Form::Yaml);
    }
}
