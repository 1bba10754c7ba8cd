//! Inventories: the hosts that plays run on, with the groups that each is in
//! (<https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html>). Both formats, INI and YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ini::sections;
use crate::source::{SourceId, Span};
use crate::value::{Entry, Map, Value};

/// Deepest nesting of groups.
const MAX_DEPTH: usize = 30;

/// A host of an inventory.
pub struct Host {
    /// Its name in the inventory.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// `address`, `groups` and the variables of its line.
    pub attributes: Value,
}

/// The hosts of an inventory, and the names of the variables that it sets for some of them.
#[derive(Default)]
pub struct Found {
    /// Every host once, in the order of their names.
    pub hosts: Vec<Host>,
    /// Names of variables of hosts and groups.
    pub variables: BTreeSet<Arc<str>>,
}

/// Where a host stands first, and its own variables.
type Stated = (Span, BTreeMap<Arc<str>, Value>);

/// What an inventory says.
#[derive(Default)]
struct Inventory {
    variables: BTreeSet<Arc<str>>,
    hosts: BTreeMap<Arc<str>, Stated>,
    members: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    parents: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// True for a path at which an inventory in INI format may lie.
pub fn is_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut words = lower.rsplit('/');
    let name = words.next().unwrap_or_default();
    let above = words.next().unwrap_or_default();
    matches!(name, "hosts" | "inventory" | "hosts.ini" | "inventory.ini")
        || matches!(above, "inventory" | "inventories") && name.ends_with(".ini")
}

/// True for a text with a group in brackets and, first of all, nothing but hosts and groups.
pub fn is_ini(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let is_host = |line: &str| !line.starts_with(['{', '<', '%']) && !line.contains(" = ");
    lines.clone().any(|line| line.starts_with('[') && line.ends_with(']')) && lines.next().is_some_and(is_host)
}

/// True for a YAML file that begins as an inventory does.
pub fn is_yaml(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && line != "---"
    });
    let first = lines.next().is_some_and(|line| line.trim_end() == "all:");
    first && lines.next().is_some_and(|line| matches!(line.trim(), "hosts:" | "children:" | "vars:"))
}

/// The hosts of an inventory in INI format.
pub fn of_ini(text: &str, source: SourceId) -> Found {
    let mut inventory = Inventory::default();
    for section in sections(text, source) {
        let (group, what) = section.name.split_once(':').unwrap_or((section.name, ""));
        let group = if group.is_empty() { "ungrouped" } else { group };
        for line in section.lines {
            let mut words = line.text.split_whitespace();
            let Some(first) = words.next() else { continue };
            match what {
                "" => {
                    let variables = words.filter_map(|word| word.split_once('='));
                    let unquoted = |value: &str| Value::string(value.trim_matches(['"', '\'']), line.span);
                    let variables = variables.map(|(key, value)| (Arc::from(key), unquoted(value)));
                    inventory.host(group, first, line.span, variables);
                }
                "children" => {
                    inventory.parents.entry(first.into()).or_default().insert(group.into());
                }
                _ => {
                    let name = line.text.split('=').next().unwrap_or_default().trim();
                    inventory.variables.insert(name.into());
                }
            }
        }
    }
    inventory.found()
}

/// The hosts of an inventory in YAML.
pub fn of_yaml(root: &Map) -> Found {
    let mut inventory = Inventory::default();
    root.iter().for_each(|(name, entry)| inventory.group(name, &entry.value, 0));
    inventory.found()
}

impl Inventory {
    fn host(&mut self, group: &str, name: &str, span: Span, variables: impl Iterator<Item = (Arc<str>, Value)>) {
        let host = self.hosts.entry(name.into()).or_insert_with(|| (span, BTreeMap::new()));
        host.1.extend(variables);
        self.members.entry(name.into()).or_default().insert(group.into());
    }

    fn group(&mut self, name: &str, group: &Value, depth: usize) {
        for (host, Entry { key, value }) in group.get("hosts").and_then(Value::as_map).into_iter().flat_map(Map::iter) {
            let variables = value.as_map().into_iter().flat_map(Map::iter);
            let variables = variables.map(|(name, entry)| (name.clone(), entry.value.clone()));
            self.host(name, host, *key, variables);
        }
        let variables = group.get("vars").and_then(Value::as_map).into_iter().flat_map(Map::iter);
        self.variables.extend(variables.map(|(name, _)| name.clone()));
        let children = group.get("children").and_then(Value::as_map).filter(|_| depth < MAX_DEPTH);
        for (child, entry) in children.into_iter().flat_map(Map::iter) {
            self.parents.entry(child.clone()).or_default().insert(name.into());
            self.group(child, &entry.value, depth + 1);
        }
    }

    /// The groups of a host, and those that these are in.
    fn groups(&self, host: &str) -> BTreeSet<Arc<str>> {
        let mut all = BTreeSet::new();
        let mut todo: Vec<Arc<str>> = self.members.get(host).into_iter().flatten().cloned().collect();
        while let Some(group) = todo.pop() {
            todo.extend(self.parents.get(&group).into_iter().flatten().filter(|it| !all.contains(*it)).cloned());
            all.insert(group);
        }
        all.remove("all"); // every host is in it, said or not
        all
    }

    fn found(mut self) -> Found {
        let own = self.hosts.values().flat_map(|(_, variables)| variables.keys().cloned());
        self.variables.extend(own);
        let of = |(name, (span, variables)): (&Arc<str>, &Stated)| {
            let groups = self.groups(name).into_iter().map(|group| Value::string(group, *span)).collect();
            // `name:port`, and the address where it differs from the name.
            let own = name.split_once(':').filter(|(_, port)| !port.contains(':')).map_or(&**name, |(host, _)| host);
            let address = variables.get("ansible_host").or_else(|| variables.get("ansible_ssh_host"));
            let address = address.cloned().unwrap_or_else(|| Value::string(own, *span));
            let all = [("address".into(), address), ("groups".into(), Value::list(groups, *span))];
            let variables = variables.iter().map(|(name, value)| (name.clone(), value.clone()));
            Host { name: name.clone(), span: *span, attributes: Value::object(variables.chain(all), *span) }
        };
        Found { hosts: self.hosts.iter().map(of).collect(), variables: self.variables.clone() }
    }
}
