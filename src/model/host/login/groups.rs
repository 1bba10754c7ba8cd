//! /etc/group and the groups that accounts have in /etc/passwd.

use std::collections::BTreeMap;

use super::accounts::{Passwd, passwd};
use crate::model::host::dialect::lines;
use crate::model::host::view::View;
use crate::source::Span;
use crate::value::Value;

/// One line of /etc/group.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
    /// Those who are listed in it.
    pub members: Vec<String>,
    /// The line.
    pub span: Span,
}

/// Every group of a host.
#[derive(Default)]
pub struct Groups {
    /// In order; nothing if the file cannot be read.
    pub all: Vec<Entry>,
    /// True if the file was read.
    pub known: bool,
    /// Lines that ask another source for more: `+` of nsswitch's compat mode.
    pub legacy: Vec<(String, Span)>,
    users: BTreeMap<u32, Vec<String>>,
}

impl Groups {
    /// Reads both files; group(5).
    pub fn read(view: &dyn View) -> Groups {
        let mut groups = Groups::default();
        let Ok(text) = view.read("/etc/group") else { return groups };
        groups.known = true;
        for (at, line) in lines(&text.text) {
            let span = Span::new(text.id, at..at + line.len());
            if line.starts_with(['+', '-']) {
                groups.legacy.push((line.split(':').next().unwrap_or_default().to_owned(), span));
                continue;
            }
            let mut fields = line.split(':');
            let (Some(name), Some(gid)) = (fields.next(), fields.nth(1).and_then(|gid| gid.parse().ok())) else {
                continue;
            };
            let listed = fields.next().unwrap_or_default();
            let members = listed.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            groups.all.push(Entry { name: name.to_owned(), gid, members: members.collect(), span });
        }
        for Passwd { name, gid, .. } in passwd(view).map(|read| read.all).unwrap_or_default() {
            groups.users.entry(gid).or_default().push(name);
        }
        groups
    }

    /// The group with this name.
    pub fn named(&self, name: &str) -> Option<&Entry> {
        self.all.iter().find(|entry| entry.name == name)
    }

    /// Those who are in the group, by its line or by their own.
    pub fn everybody(&self, entry: &Entry) -> Vec<String> {
        let mut all = entry.members.clone();
        all.extend(self.users.get(&entry.gid).into_iter().flatten().cloned());
        all.sort();
        all.dedup();
        all
    }

    /// True if certainly nobody is in this group.
    pub fn is_empty(&self, name: &str) -> bool {
        self.known && self.legacy.is_empty() && self.named(name).is_none_or(|it| self.everybody(it).is_empty())
    }

    /// The members as a list, if there is such a group.
    pub fn members(&self, name: &str) -> Option<Value> {
        let entry = self.named(name)?;
        let all = self.everybody(entry).into_iter().map(|name| Value::string(name, entry.span));
        Some(Value::list(all.collect(), entry.span))
    }
}
