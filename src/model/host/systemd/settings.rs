//! What a unit says: its file, then its drop-ins.
//!
//! systemd.unit(5): drop-ins are looked for under every name of the unit, under its template's, under the
//! beginnings of its name that end in a dash (`foo-bar.service`: `foo-.service.d`), and for its type
//! (`service.d`); they are read in the order of their file names, and of two with the same name the one in
//! the more important directory counts.

use std::collections::BTreeMap;

use super::index::{Found, Index};
use super::{parts, template};
use crate::model::host::view::{Text, View};
use crate::source::Span;

/// The settings of one section, in the order in which systemd reads them.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    all: Vec<(String, String, Span)>,
}

impl Settings {
    /// The value of a setting that has one: the last; `None` if that is empty, which stands for the default.
    pub fn value(&self, key: &str) -> Option<(&str, Span)> {
        let (_, value, span) = self.all.iter().rev().find(|(name, ..)| name == key)?;
        (!value.is_empty()).then_some((value, *span))
    }

    /// The values of a setting that may be repeated: those after the last empty one, which clears the list.
    pub fn list(&self, key: &str) -> Vec<(&str, Span)> {
        let mut out = Vec::new();
        for (_, value, span) in self.all.iter().filter(|(name, ..)| name == key) {
            match value.is_empty() {
                true => out.clear(),
                false => out.push((&**value, *span)),
            }
        }
        out
    }

    /// The words of such a setting, each with its line.
    pub fn words(&self, key: &str) -> Vec<(String, Span)> {
        let of = |(value, span): (&str, Span)| super::words(value).into_iter().map(move |word| (word, span));
        self.list(key).into_iter().flat_map(of).collect()
    }
}

/// What `section` (`Service`, `Install`) of the unit says; `None` if there is no such unit, or if it is masked.
pub fn settings(view: &dyn View, unit: &str, section: &str) -> Option<Settings> {
    let index = Index::of(view);
    let found = index.find(view, unit).filter(|found| !found.is_masked)?;
    Some(of(view, &index, &found, section))
}

/// The same of a unit that was found.
pub fn of(view: &dyn View, index: &Index, found: &Found, section: &str) -> Settings {
    let mut settings = Settings::default();
    for path in [found.path.clone()].into_iter().chain(drop_ins(view, index, &found.name)) {
        if let Ok(text) = view.read(&path) {
            settings.read(&text, section);
        }
    }
    settings
}

impl Settings {
    fn read(&mut self, text: &Text, wanted: &str) {
        let mut is_wanted = false;
        for (line, span) in logical_lines(text) {
            if let Some(name) = line.strip_prefix('[') {
                is_wanted = name.strip_suffix(']') == Some(wanted);
            } else if let Some((key, value)) = line.split_once('=').filter(|_| is_wanted) {
                self.all.push((key.trim().to_owned(), value.trim().to_owned(), span));
            }
        }
    }
}

/// The drop-ins of a unit, in the order in which they apply.
fn drop_ins(view: &dyn View, index: &Index, unit: &str) -> Vec<String> {
    let mut by_name = BTreeMap::new();
    let mut names = vec![unit.to_owned()];
    names.extend(index.aliases(unit));
    let kind = unit.rsplit('.').next().unwrap_or_default();
    let own = names.iter().map(|name| folders(name)).chain([vec![format!("{kind}.d")]]);
    for folders in own {
        for dir in &index.directories {
            for folder in folders.iter().filter(|folder| dir.drop_ins.contains(folder)) {
                let path = format!("{}/{folder}", dir.path);
                for name in view.list(&path).unwrap_or_default().into_iter().filter(|name| name.ends_with(".conf")) {
                    let path = format!("{path}/{name}");
                    by_name.entry(name).or_insert(path);
                }
            }
        }
    }
    by_name.into_values().collect()
}

/// `foo-bar@x.service.d`, `foo-bar@.service.d`, `foo-.service.d`.
fn folders(unit: &str) -> Vec<String> {
    let mut out = vec![format!("{unit}.d")];
    out.extend(template(unit).map(|template| format!("{template}.d")));
    let Some((mut prefix, _, kind)) = parts(unit) else { return out };
    while let Some((shorter, _)) = prefix.trim_end_matches('-').rsplit_once('-') {
        out.push(format!("{shorter}-.{kind}.d"));
        prefix = shorter;
    }
    out
}

/// Lines without comments, those that end in a backslash joined with the next.
fn logical_lines(text: &Text) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut start = 0;
    for raw in text.text.split_inclusive('\n') {
        let line = raw.trim();
        let at = start;
        start += raw.len();
        if line.starts_with(['#', ';']) || (line.is_empty() && open.is_none()) {
            continue;
        }
        let (mut whole, begin) = open.take().unwrap_or((String::new(), at));
        match line.strip_suffix('\\') {
            Some(part) => {
                whole.push_str(part);
                whole.push(' ');
                open = Some((whole, begin));
            }
            None => {
                whole.push_str(line);
                out.push((whole, Span::new(text.id, begin..at + raw.trim_end().len())));
            }
        }
    }
    out
}
