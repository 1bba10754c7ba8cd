//! Examples: the texts a rule proves itself on. They are its tests and its documentation.

use std::sync::Arc;

use super::read::Reader;
use crate::source::Span;
use crate::value::Value;

/// A text, or several files, and the verdict that the rule must reach on them.
#[derive(Clone, Debug)]
pub struct Example {
    /// The verdict, as the worst of all findings of the rule: fail, unknown, pass, not-applicable.
    pub expect: Expect,
    /// Name of the language, one of [`LANGUAGES`].
    pub language: &'static str,
    /// The files: path and text.
    pub files: Vec<(Arc<str>, String)>,
    /// True if the example is a whole estate, so that what is absent from it is absent.
    pub whole: bool,
    /// The line (from 1, of the file that holds it) that the finding must point at.
    pub line: Option<u32>,
    /// The title, where the text does not speak for itself.
    pub title: Option<String>,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// The verdict an example expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The rule passes.
    Pass,
    /// The rule fails.
    Fail,
    /// The text does not tell.
    Unknown,
    /// The rule does not apply.
    NotApplicable,
}

impl Expect {
    /// The verdicts and their names.
    pub const ALL: &[(&'static str, Expect)] = &[
        ("pass", Expect::Pass),
        ("fail", Expect::Fail),
        ("unknown", Expect::Unknown),
        ("not-applicable", Expect::NotApplicable),
    ];

    /// Its name.
    pub fn id(self) -> &'static str {
        Expect::ALL.iter().find(|(_, expect)| *expect == self).map_or("", |(id, _)| id)
    }
}

/// The languages of examples and the name under which a text of each is read. A host's files are
/// read beneath a root directory of their own.
pub const LANGUAGES: &[(&str, &str)] = &[
    ("terraform", "main.tf"),
    ("tfplan", "plan.json"),
    ("cloudformation", "template.yaml"),
    ("kubernetes", "manifests.yaml"),
    ("dockerfile", "Dockerfile"),
    ("compose", "compose.yaml"),
    ("sshd_config", "etc/ssh/sshd_config"),
    ("host", ""),
];

/// True if examples of this language are files of a machine.
pub fn is_host(language: &str) -> bool {
    matches!(language, "sshd_config" | "host")
}

const FIELDS: &[&str] = &["expect", "whole", "line", "title", "files"];

/// Reads one example.
pub(super) fn read(reader: &mut Reader, value: &Value) -> Option<Example> {
    let languages = LANGUAGES.iter().map(|(name, _)| *name);
    let allowed: Vec<&str> = FIELDS.iter().copied().chain(languages).collect();
    let map = reader.fields(value, "an example", &allowed)?;
    let name = reader.required_text(map, value.span, "an example", "expect");
    let at = map.get("expect").map_or(value.span, |value| value.span);
    reader.name(&name, at, "verdict", Expect::ALL.iter().map(|(id, _)| *id));
    let expect = Expect::ALL.iter().find(|(id, _)| *id == name).map(|(_, expect)| *expect);
    let texts: Vec<_> = LANGUAGES.iter().filter_map(|(id, path)| Some((*id, *path, map.get(id)?))).collect();
    let [(language, path, text)] = texts.as_slice() else {
        reader.problem(value.span, "an example has exactly one text, under the name of its language", None);
        return None;
    };
    let mut files = match text.as_map() {
        Some(map) => {
            map.iter().filter_map(|(path, e)| Some((path.clone(), reader.text(&e.value, "a file")?))).collect()
        }
        None => vec![(Arc::from(*path), reader.text(text, &format!("`{language}`"))?)],
    };
    if let Some(more) = map.get("files").and_then(|more| reader.map(more, "`files`")) {
        files.extend(more.iter().filter_map(|(path, e)| Some((path.clone(), e.value.as_str()?.to_owned()))));
    }
    let line = map.get("line").and_then(Value::as_number).map(crate::value::Number::as_f64);
    Some(Example {
        expect: expect?,
        language,
        files,
        whole: map.get("whole").and_then(Value::as_bool).unwrap_or(false),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the cast saturates
        line: line.map(|n| n as u32),
        title: map.get("title").and_then(Value::as_str).map(str::to_owned),
        span: value.span,
    })
}
