//! Which documents are Ansible's, and how they find each other: playbooks, lists of tasks, variables, roles.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::names;
use super::scope::{Outside, Variables, differs};
use crate::format::{Document, Form, yaml};
use crate::model::{Context, resolved, standing_at};
use crate::resource::{Gap, GapKind};
use crate::source::{Source, SourceId, Span};
use crate::value::{Map, Value};

/// A playbook or a list of tasks.
#[derive(Clone, Copy)]
pub struct File<'d> {
    /// Absolute path.
    pub path: &'d str,
    /// The plays or tasks.
    pub items: &'d Value,
    /// True if the items are plays.
    pub plays: bool,
    pub source: SourceId,
}

/// Everything that the model reads.
pub struct Files<'d> {
    context: &'d Context<'d>,
    lists: BTreeMap<&'d str, File<'d>>,
    variables: BTreeMap<&'d str, &'d Value>,
    used: RefCell<BTreeSet<SourceId>>,
    read: RefCell<BTreeMap<String, Option<Rc<Variables>>>>,
}

impl<'d> Files<'d> {
    /// Picks the files of Ansible.
    pub fn find(documents: &[&'d Document], context: &'d Context<'d>) -> Files<'d> {
        let mut files = Files {
            context,
            lists: BTreeMap::new(),
            variables: BTreeMap::new(),
            used: RefCell::default(),
            read: RefCell::default(),
        };
        for document in documents.iter().filter(|document| document.form == Form::Ansible) {
            let Some(root) = document.body.documents().first() else { continue };
            let path = &*document.path;
            if let Some(plays) = is_list_of(root, path) {
                files.lists.insert(path, File { path, items: root, plays, source: document.source });
            } else if is_variables(path) && (root.as_map().is_some() || root.is_null() || root.as_str().is_some()) {
                files.variables.insert(path, root);
            } else {
                continue;
            }
            files.used.borrow_mut().insert(document.source);
        }
        files
    }

    /// The sources that were recognised.
    pub fn used(&self) -> impl Iterator<Item = SourceId> {
        std::mem::take(&mut *self.used.borrow_mut()).into_iter()
    }

    /// Every playbook and list of tasks, in the order of their paths.
    pub fn lists(&self) -> impl Iterator<Item = File<'d>> {
        self.lists.values().copied()
    }

    /// The playbook or list at a path.
    pub fn list(&self, path: &str) -> Option<File<'d>> {
        self.lists.get(path).copied()
    }

    /// The tasks that an include in `from` names.
    pub fn tasks(&self, from: &str, name: &str) -> Option<File<'d>> {
        let here = self.list(&resolved(directory(from), name));
        let of_role = || role_of(from).and_then(|role| self.list(&format!("{}/{name}", join(role, section(from)))));
        here.or_else(of_role)
    }

    /// The tasks or handlers of a role, `main` unless it is called with another file.
    pub fn of_role(&self, role: &str, section: &str, name: &str) -> Option<File<'d>> {
        let stem = format!("{role}/{section}/{name}");
        ["", ".yml", ".yaml"].iter().find_map(|end| self.list(&format!("{stem}{end}")))
    }

    /// The directory of a role that a playbook, or another role, names.
    pub fn role(&self, from: &str, name: &str) -> Option<String> {
        let directory = directory(from);
        let beside = role_of(from).map(|role| resolved(role, &format!("../{name}")));
        let near = ["roles", ".", "../roles"].map(|roles| resolved(directory, &format!("{roles}/{name}")));
        beside.into_iter().chain(near).find(|role| self.has(&format!("{role}/")))
    }

    fn has(&self, prefix: &str) -> bool {
        let begins = |found: Option<&&str>| found.is_some_and(|path| path.starts_with(prefix));
        begins(self.lists.range(prefix..).next().map(|(path, _)| path))
            || begins(self.variables.range(prefix..).next().map(|(path, _)| path))
    }

    /// The defaults (`defaults`) or variables (`vars`) of a role.
    pub fn role_variables(&self, role: &str, section: &str) -> Rc<Variables> {
        let paths = ["main.yml", "main.yaml"].map(|name| format!("{role}/{section}/{name}"));
        let found = paths.iter().find_map(|path| self.variables.get(&**path));
        Rc::new(found.and_then(|root| root.as_map()).map(of_map).unwrap_or_default())
    }

    /// The variables of a file that a playbook names; `None` if it cannot be read.
    pub fn named_variables(&self, from: &str, name: &str, span: Span) -> Option<Rc<Variables>> {
        let directory = directory(from);
        let in_role = role_of(from).map(|role| resolved(role, &format!("vars/{name}")));
        let paths = [resolved(directory, name), resolved(directory, &format!("vars/{name}"))];
        in_role.into_iter().chain(paths).find_map(|path| self.read(&path, span))
    }

    /// Reads a file of variables that was not among the documents; its values stand where it is named.
    fn read(&self, path: &str, span: Span) -> Option<Rc<Variables>> {
        if let Some(root) = self.variables.get(path) {
            return root.as_map().map(|map| Rc::new(of_map(map)));
        }
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let text = self.context.files.read(path).ok();
        let parsed = text.and_then(|text| {
            let source = Source::new("", text.as_bytes());
            yaml::parse_ansible(&source, span.source, self.context.budget).ok()
        });
        let map =
            parsed.as_ref().and_then(|parsed| parsed.body.documents().first()).map(|root| standing_at(root, span));
        let found = map.as_ref().and_then(Value::as_map).map(|map| Rc::new(of_map(map)));
        self.read.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    /// The variables of groups and hosts. Those of `all` count for every host, unless another file has them too.
    pub fn inventory(&self, of_hosts: &BTreeSet<Arc<str>>) -> Outside {
        let mut outside = Outside::default();
        let nowhere = Span::new(SourceId(0), 0..0);
        outside.inventory.extend(of_hosts.iter().map(|name| (name.clone(), differs(name, nowhere))));
        for (path, root) in &self.variables {
            let Some(whole) = of_inventory(path) else { continue };
            for (name, value) in root.as_map().map(of_map).unwrap_or_default() {
                let value =
                    if whole && !outside.inventory.contains_key(&name) { value } else { differs(&name, value.span) };
                outside.inventory.insert(name, value);
            }
        }
        outside
    }

    /// A gap in a file.
    pub fn gap(&self, span: Span, message: String, hint: Option<&str>) -> Gap {
        let path = self.context.sources.get(span.source).map_or_else(|| Arc::from("?"), |source| source.path.clone());
        Gap { kind: GapKind::Missing, path, span: Some(span), message, hint: hint.map(str::to_owned) }
    }
}

fn of_map(map: &Map) -> Variables {
    map.iter().map(|(name, entry)| (name.clone(), entry.value.clone())).collect()
}

/// Whether a list holds plays (true) or tasks (false); `None` for any other.
fn is_list_of(root: &Value, path: &str) -> Option<bool> {
    let items = root.as_list()?;
    let maps = || items.iter().filter_map(Value::as_map);
    let has = |map: &Map, keys: &[&str]| keys.iter().any(|key| map.get(key).is_some());
    if maps().any(|map| has(map, &["hosts"]) || has(map, &names::IMPORT_PLAYBOOK)) {
        return Some(true);
    }
    let in_place = matches!(section(path), "tasks" | "handlers");
    let is_task = |map: &Map| names::is_task(&map.iter().map(|(key, _)| &**key).collect::<Vec<_>>());
    (maps().any(is_task) || in_place && maps().next().is_some()).then_some(false)
}

/// True for a path at which variables lie.
pub fn is_variables(path: &str) -> bool {
    let words: Vec<&str> = path.split('/').collect();
    let [.., above, section, name] = &*words else { return false };
    let is_main = name.starts_with("main.y") && matches!(*section, "defaults" | "vars");
    let of_role = || words.iter().rev().nth(3) == Some(&"roles") && matches!(*section, "defaults" | "vars");
    let of_hosts = |word: &str| matches!(word, "group_vars" | "host_vars");
    is_main || of_hosts(section) || of_hosts(above) || of_role()
}

/// For a file of `group_vars` or `host_vars`: whether it is about all hosts.
fn of_inventory(path: &str) -> Option<bool> {
    let at = path.rfind("group_vars/").or_else(|| path.rfind("host_vars/"))?;
    let rest = path.get(at..)?;
    let subject = rest.split('/').nth(1).unwrap_or_default();
    let subject = subject.trim_end_matches(".yml").trim_end_matches(".yaml");
    Some(rest.starts_with("group_vars/") && subject == "all")
}

/// The directory of a path, without its slash.
pub fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// `tasks`, `handlers`: the directory that a file of a role lies in.
fn section(path: &str) -> &str {
    let mut words = path.rsplit('/').skip(1);
    words.find(|word| matches!(*word, "tasks" | "handlers")).unwrap_or("")
}

/// The directory of the role that a file of tasks belongs to.
pub fn role_of(path: &str) -> Option<&str> {
    let end = ["/tasks/", "/handlers/"].iter().filter_map(|section| path.rfind(section)).max()?;
    path.get(..end)
}

fn join(directory: &str, name: &str) -> String {
    format!("{directory}/{name}")
}
