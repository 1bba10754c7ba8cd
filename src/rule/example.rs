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
    /// What is not a plain file of root's with mode 0644: path and what it is. Only on a machine.
    pub special: Vec<(Arc<str>, Special)>,
    /// True if the example is a whole estate, so that what is absent from it is absent.
    pub whole: bool,
    /// The line (from 1, of the file that holds it) that the finding must point at.
    pub line: Option<u32>,
    /// The title, where the text does not speak for itself.
    pub title: Option<String>,
    /// Where it stands in the rule file.
    pub span: Span,
}

/// A file of a machine that is not plain. A file's text stands among [`Example::files`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Special {
    /// Where it leads, if it is a link.
    pub link: Option<String>,
    /// True for a directory.
    pub directory: bool,
    /// Its permission bits.
    pub mode: u32,
    /// Numbers of its owner and group.
    pub owner: (u32, u32),
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
    ("config", ""),
    ("ansible", "playbook.yaml"),
    ("github", ".github/workflows/ci.yaml"),
    ("gitlab", ".gitlab-ci.yml"),
    ("sshd_config", "etc/ssh/sshd_config"),
    ("host", ""),
];

/// True if examples of this language are files of a machine.
pub fn is_host(language: &str) -> bool {
    matches!(language, "sshd_config" | "host")
}

const SPECIAL_FIELDS: &[&str] = &["text", "mode", "owner", "link", "directory"];

/// One file; `None` if it has no text. A machine's file may say who owns it: `{ mode: "0640", owner: "0:42" }`.
fn file(
    reader: &mut Reader,
    path: &Arc<str>,
    value: &Value,
    language: &str,
    special: &mut Vec<(Arc<str>, Special)>,
) -> Option<(Arc<str>, String)> {
    if value.as_map().is_none() || !is_host(language) {
        return Some((path.clone(), reader.text(value, "a file")?));
    }
    let map = reader.fields(value, "a file", SPECIAL_FIELDS)?;
    let mut words = |key: &str| map.get(key).and_then(|value| reader.text(value, key));
    let (mode, owner, link, text) = (words("mode"), words("owner"), words("link"), words("text"));
    let directory = map.get("directory").and_then(Value::as_bool).unwrap_or(false);
    let mode = mode.map_or(Some(if directory { 0o755 } else { 0o644 }), |mode| u32::from_str_radix(&mode, 8).ok());
    let owner = owner.map_or(Some((0, 0)), |owner| {
        let (uid, gid) = owner.split_once(':')?;
        Some((uid.parse().ok()?, gid.parse().ok()?))
    });
    let (Some(mode), Some(owner)) = (mode, owner) else {
        reader.problem(value.span, "`mode` is octal in quotes (\"0640\"), `owner` two numbers (\"0:42\")", None);
        return None;
    };
    let plain = link.is_none() && !directory;
    special.push((path.clone(), Special { link, directory, mode, owner }));
    plain.then(|| (path.clone(), text.unwrap_or_default()))
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
    let mut special = Vec::new();
    let mut files = match text.as_map() {
        Some(map) => map.iter().filter_map(|(path, e)| file(reader, path, &e.value, language, &mut special)).collect(),
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
        special,
        whole: map.get("whole").and_then(Value::as_bool).unwrap_or(false),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the cast saturates
        line: line.map(|n| n as u32),
        title: map.get("title").and_then(Value::as_str).map(str::to_owned),
        span: value.span,
    })
}
