//! The way from plays to the tasks that they run: through blocks, imports, includes and roles.
//!
//! A file of tasks is judged once, however often it is used: what its users hand down to it is joined, and where
//! they differ it is not known.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::arguments::{Call, call};
use super::files::{File, Files, role_of};
use super::names;
use super::scope::{Outside, Scope, Variables, own_variables};
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Map, Value};

/// Deepest nesting of blocks.
const MAX_BLOCKS: u8 = 50;
/// How often what is handed down to one file may change; each keyword and variable changes twice at most.
const MAX_VISITS: u32 = 50;

/// A task with all that it inherits.
pub struct Task<'v> {
    pub map: &'v Map,
    pub span: Span,
    pub call: Call,
    /// What it inherits.
    pub outer: Scope,
    /// The same with its own keywords and variables.
    pub scope: Scope,
    /// The conditions of the blocks around it.
    pub conditions: Vec<Value>,
    pub handler: bool,
}

/// Where tasks stand.
#[derive(Clone)]
struct Place {
    scope: Scope,
    conditions: Vec<Value>,
    handler: bool,
    depth: u8,
}

/// The whole of what is used by what.
pub struct Walk<'d> {
    files: &'d Files<'d>,
    outside: Rc<Outside>,
    scopes: BTreeMap<&'d str, Scope>,
    visits: BTreeMap<&'d str, u32>,
    queue: Vec<File<'d>>,
    opaque: BTreeSet<String>,
    said: HashSet<(String, Span)>,
    pub gaps: Vec<Gap>,
}

impl<'d> Walk<'d> {
    /// Follows every use, from the playbooks on.
    /// `of_hosts` are the variables that inventories set for some hosts.
    pub fn over(files: &'d Files<'d>, of_hosts: &BTreeSet<Arc<str>>) -> Walk<'d> {
        let mut outside = files.inventory(of_hosts);
        let opaque = runtime(files, &mut outside);
        let mut walk = Walk {
            files,
            outside: Rc::new(outside),
            scopes: BTreeMap::new(),
            visits: BTreeMap::new(),
            queue: Vec::new(),
            opaque,
            said: HashSet::new(),
            gaps: Vec::new(),
        };
        for file in files.lists().filter(|file| file.plays) {
            walk.follow(file);
        }
        while let Some(file) = walk.queue.pop() {
            walk.follow(file);
        }
        // What no playbook of these uses hands on what it has itself.
        for file in files.lists().filter(|file| !file.plays) {
            if !walk.scopes.contains_key(file.path) {
                walk.follow(file);
                while let Some(file) = walk.queue.pop() {
                    walk.follow(file);
                }
            }
        }
        walk
    }

    /// Every task of a file, in order.
    pub fn tasks(&self, file: File<'d>) -> Vec<Task<'d>> {
        let mut out = Vec::new();
        for (items, place) in self.sections(file) {
            each(items, &place, &mut |task| out.push(task));
        }
        out
    }

    /// The lists of tasks in a file, each with what it inherits.
    fn sections(&self, file: File<'d>) -> Vec<(&'d Value, Place)> {
        let place = |scope, handler| Place { scope, conditions: Vec::new(), handler, depth: 0 };
        if !file.plays {
            let scope = self.scopes.get(file.path).cloned().unwrap_or_else(|| self.bare(file.path));
            return vec![(file.items, place(scope, file.path.contains("/handlers/")))];
        }
        let plays = file.items.as_list().into_iter().flat_map(|list| list.iter()).filter_map(Value::as_map);
        let of_play = |play: &'d Map| {
            let scope = self.play(file.path, play);
            let present = names::SECTIONS.into_iter().filter_map(|section| Some((section, play.get(section)?)));
            present.map(|(section, items)| (items, place(scope.clone(), section == "handlers"))).collect::<Vec<_>>()
        };
        plays.flat_map(of_play).collect()
    }

    fn play(&self, path: &str, play: &Map) -> Scope {
        let mut opaque = self.opaque.contains(path);
        let mut variables = Variables::new();
        let named = play.get("vars_files");
        let named = named.map_or(&[][..], |value| value.as_list().map_or(std::slice::from_ref(value), |list| list));
        for name in named {
            let file = name.as_str().filter(|name| !name.contains("{{"));
            match file.and_then(|file| self.files.named_variables(path, file, name.span)) {
                Some(found) => variables.extend(found.iter().map(|(name, value)| (name.clone(), value.clone()))),
                None => opaque = true,
            }
        }
        Scope::new(self.outside.clone()).within_play(play, &variables, opaque)
    }

    /// The scope of a file that nothing uses.
    fn bare(&self, path: &str) -> Scope {
        self.in_role(Scope::new(self.outside.clone()), path)
    }

    /// The scope with the variables of the role that a file belongs to.
    fn in_role(&self, scope: Scope, path: &str) -> Scope {
        let Some(role) = role_of(path) else { return scope };
        let (defaults, own) = (self.files.role_variables(role, "defaults"), self.files.role_variables(role, "vars"));
        let scope = scope.within_role(&defaults, &own);
        if self.opaque.contains(role) { scope.opaque() } else { scope }
    }

    /// Hands down what this file uses.
    fn follow(&mut self, file: File<'d>) {
        let visits = self.visits.entry(file.path).or_default();
        *visits += 1;
        if *visits > MAX_VISITS {
            return;
        }
        if !file.plays && !self.scopes.contains_key(file.path) {
            let bare = self.bare(file.path);
            self.scopes.insert(file.path, bare);
        }
        if file.plays {
            let plays = file.items.as_list().into_iter().flat_map(|list| list.iter()).filter_map(Value::as_map);
            for play in plays {
                let scope = self.play(file.path, play);
                for entry in play.get("roles").and_then(Value::as_list).into_iter().flat_map(|list| list.iter()) {
                    self.role_entry(file, entry, &scope);
                }
            }
        }
        for task in self.tasks(file) {
            self.import(file, &task);
        }
    }

    /// An entry of `roles:`: a name, or a map with it and parameters.
    fn role_entry(&mut self, file: File<'d>, entry: &'d Value, scope: &Scope) {
        const OF_ROLE: [&str; 5] = ["role", "name", "tags", "when", "vars"];
        let Some(map) = entry.as_map() else { return self.role(file, entry, "main", scope.clone()) };
        let Some(name) = map.get("role").or_else(|| map.get("name")) else { return };
        let parameters = map.iter().filter(|(key, _)| !OF_ROLE.contains(&&***key) && !names::is_keyword(key));
        let parameters = parameters.map(|(key, entry)| (key.clone(), entry.value.clone()));
        self.role(file, name, "main", scope.within(map).with(parameters));
    }

    fn role(&mut self, file: File<'d>, name: &Value, tasks: &str, scope: Scope) {
        let Some(text) = name.as_str().filter(|text| !text.contains("{{")) else { return };
        let Some(role) = self.files.role(file.path, text) else {
            let hint = "install it (ansible-galaxy install) beneath roles/, or add its directory to the audited paths";
            return self.missing(name.span, format!("the role {text} is not among what was read"), Some(hint));
        };
        for (section, name) in [("tasks", tasks), ("handlers", "main")] {
            if let Some(found) = self.files.of_role(&role, section, name) {
                self.hand(found, scope.clone());
            }
        }
    }

    /// What a task brings in from elsewhere.
    fn import(&mut self, file: File<'d>, task: &Task<'d>) {
        let module = task.call.module.as_str().unwrap_or_default();
        let Some(short) = module.strip_prefix("ansible.builtin.") else { return };
        let argument = |name: &str| task.call.arguments.get(name);
        // What an import says holds for all that it brings; an include says it of itself, but for `apply`.
        let is_static = short.starts_with("import");
        let scope = || match (is_static, argument("apply").and_then(Value::as_map)) {
            (false, Some(apply)) => task.outer.with(own_variables(task.map).into_iter()).within(apply),
            (false, None) => task.outer.with(own_variables(task.map).into_iter()),
            (true, _) => task.scope.clone(),
        };
        match short {
            "import_tasks" | "include_tasks" | "include" => {
                let Some(name) = argument("file") else { return };
                let Some(text) = name.as_str().filter(|text| !text.contains("{{")) else { return };
                match self.files.tasks(file.path, text) {
                    Some(found) if found.plays => {}
                    Some(found) => self.hand(found, scope()),
                    None => self.missing(name.span, format!("the tasks of {text} are not among what was read"), None),
                }
            }
            "import_role" | "include_role" => {
                let tasks = argument("tasks_from").and_then(Value::as_str).unwrap_or("main");
                if let Some(name) = argument("name") {
                    self.role(file, name, tasks, scope());
                }
            }
            _ => {}
        }
    }

    /// Joins what one more user hands down to a file.
    fn hand(&mut self, to: File<'d>, scope: Scope) {
        let scope = self.in_role(scope, to.path);
        let joined = match self.scopes.get(to.path) {
            Some(before) => {
                let joined = before.joined(&scope);
                if joined.same(before) {
                    return;
                }
                joined
            }
            None => scope,
        };
        self.scopes.insert(to.path, joined);
        self.queue.push(to);
    }

    fn missing(&mut self, span: Span, message: String, hint: Option<&str>) {
        if self.said.insert((message.clone(), span)) {
            self.gaps.push(self.files.gap(span, message, hint));
        }
    }
}

/// Calls `visit` for every task of a list, blocks opened.
fn each<'v>(items: &'v Value, place: &Place, visit: &mut dyn FnMut(Task<'v>)) {
    let maps = items.as_list().into_iter().flat_map(|list| list.iter());
    for (item, map) in maps.filter_map(|item| Some((item, item.as_map()?))) {
        let scope = place.scope.within(map);
        let sections: Vec<_> = names::BLOCK.into_iter().filter_map(|name| map.get(name)).collect();
        if !sections.is_empty() {
            if place.depth >= MAX_BLOCKS {
                continue;
            }
            let own = map.get("when").into_iter().flat_map(listed).cloned();
            let conditions = place.conditions.iter().cloned().chain(own).collect();
            let inner = Place { scope, conditions, handler: place.handler, depth: place.depth + 1 };
            sections.into_iter().for_each(|items| each(items, &inner, visit));
        } else if let Some(call) = call(map) {
            let conditions = place.conditions.clone();
            let (outer, handler) = (place.scope.clone(), place.handler);
            visit(Task { map, span: item.span, call, outer, scope, conditions, handler });
        }
    }
}

/// The members of a list; any other value is its own only member.
pub fn listed(value: &Value) -> &[Value] {
    value.as_list().map_or(std::slice::from_ref(value), |list| list)
}

/// Adds the names that running plays set; returns the files and roles that read variables of unknown names.
fn runtime(files: &Files, outside: &mut Outside) -> BTreeSet<String> {
    let mut opaque = BTreeSet::new();
    for file in files.lists() {
        let bare = Place { scope: Scope::new(Rc::default()), conditions: Vec::new(), handler: false, depth: 0 };
        let mut lists = vec![file.items];
        if file.plays {
            let plays = listed(file.items).iter().filter_map(Value::as_map);
            lists =
                plays.clone().flat_map(|play| names::SECTIONS.into_iter().filter_map(|name| play.get(name))).collect();
            let prompts = plays.filter_map(|play| play.get("vars_prompt")).flat_map(listed);
            outside.runtime.extend(prompts.filter_map(|prompt| prompt.get("name")?.as_str()).map(Arc::from));
        }
        for items in lists {
            each(items, &bare, &mut |task| {
                let text = |name: &str| task.map.get(name).and_then(Value::as_str);
                outside.runtime.extend(text("register").map(Arc::from));
                let of_loop = task.map.get("loop_control").and_then(|control| control.get("loop_var"));
                outside.runtime.extend(of_loop.and_then(Value::as_str).map(Arc::from));
                match task.call.module.as_str() {
                    Some("ansible.builtin.set_fact") => {
                        let keys = task.call.arguments.as_map().into_iter().flat_map(Map::iter);
                        outside.runtime.extend(keys.map(|(name, _)| name.clone()));
                    }
                    Some("ansible.builtin.include_vars") => {
                        let named = task.call.arguments.get("file");
                        let text = named.and_then(Value::as_str).filter(|name| !name.contains("{{"));
                        let found =
                            named.zip(text).and_then(|(at, name)| files.named_variables(file.path, name, at.span));
                        match found {
                            Some(variables) => outside.runtime.extend(variables.keys().cloned()),
                            None => {
                                opaque.insert(role_of(file.path).unwrap_or(file.path).to_owned());
                            }
                        }
                    }
                    _ => {}
                }
            });
        }
    }
    opaque
}
