//! `extends`: a service that goes on from another, of the same file or of another one.
//!
//! <https://docs.docker.com/reference/compose-file/services/#extends>. The merge is that of two files.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::budget::Budget;
use crate::model::compose::files::{Files, Project, service, split};
use crate::model::compose::merge;
use crate::model::resolved;
use crate::model::tree::{entries, entry};
use crate::resource::{Gap, GapKind};
use crate::source::Span;
use crate::value::{Reason, Value};

/// Resolves the services of one project, each once.
pub struct Resolver<'a> {
    /// The project.
    pub project: &'a Project<'a>,
    /// What was read.
    pub files: &'a Files<'a>,
    /// Further files, variables replaced.
    roots: RefCell<HashMap<Arc<str>, Option<Value>>>,
    /// Services that are done.
    done: RefCell<HashMap<Key, Value>>,
}

/// A service: the path of its file (empty for the project itself), and its name.
type Key = (Arc<str>, Arc<str>);

/// A service on the way from one to what it goes on from.
struct Link {
    key: Key,
    own: Value,
    /// The `extends`.
    span: Span,
}

/// Why a chain of services does not lead to an end.
struct Broken {
    kind: GapKind,
    reason: Reason,
    what: Arc<str>,
    message: String,
}

impl<'a> Resolver<'a> {
    /// A resolver for the services of `project`.
    pub fn new(project: &'a Project<'a>, files: &'a Files<'a>) -> Self {
        Resolver { project, files, roots: RefCell::default(), done: RefCell::default() }
    }

    /// The limits.
    pub fn budget(&self) -> &'a Budget {
        self.files.budget()
    }

    /// The service with everything that it goes on from.
    pub fn resolved(&self, name: &str, own: &Value, gaps: &mut Vec<Gap>) -> Value {
        let mut chain: Vec<Link> = Vec::new();
        let mut seen: HashSet<Key> = HashSet::new();
        let mut key: Key = ("".into(), name.into());
        let mut next = own.clone();
        // From the service down to one that goes on from none, or is done.
        let mut value = loop {
            if let Some(done) = self.done.borrow().get(&key) {
                break done.clone();
            }
            let mut rest = entries(&next);
            let Some(extends) = rest.shift_remove("extends") else { break next };
            let link = Link { key: key.clone(), own: Value::map(rest, next.span), span: extends.value.span };
            seen.insert(key.clone());
            match self.below(&key, &extends.value, &seen) {
                Ok((below, service)) => {
                    chain.push(link);
                    (key, next) = (below, service);
                }
                Err(broken) => {
                    gaps.push(self.files.gap(self.project.main, broken.kind, link.span, broken.message));
                    break with_holes(&link.own, broken.reason, &broken.what, link.span);
                }
            }
        };
        self.done.borrow_mut().insert(key, value.clone());
        // And up again.
        for link in chain.into_iter().rev() {
            value = merge::service(&value, &link.own, self.budget());
            self.done.borrow_mut().insert(link.key, value.clone());
        }
        value
    }

    /// The service that `extends` of the service `from` names.
    fn below(&self, from: &Key, extends: &Value, seen: &HashSet<Key>) -> Result<(Key, Value), Broken> {
        let (file, base) = match extends.as_str() {
            Some(base) => (None, Some(base)),
            None => {
                let text = |key: &str| extends.get(key).and_then(Value::as_str);
                (text("file"), text("service"))
            }
        };
        let name = &from.1;
        let broken = |kind, reason, what: &str, message| Broken { kind, reason, what: what.into(), message };
        let Some(base) = base else {
            let message = format!("{name} extends something without a name; Compose refuses this");
            return Err(broken(GapKind::Unparsed, Reason::Invalid, "extends", message));
        };
        let path = match file {
            None => from.0.clone(),
            Some(file) => {
                let directory = if from.0.is_empty() { self.project.directory } else { split(&from.0).0 };
                let Some(document) = self.files.compose_file(&resolved(directory.trim_end_matches('/'), file)) else {
                    let message = format!("{name} extends a service of {file}, which is not among what was read");
                    return Err(broken(GapKind::Missing, Reason::File, file, message));
                };
                document.path.clone()
            }
        };
        let key: Key = (path, base.into());
        if seen.contains(&key) {
            let message = format!("{name} extends itself by way of {base}; Compose refuses this");
            return Err(broken(GapKind::Unparsed, Reason::Cycle, base, message));
        }
        let service = self.service(&key).ok_or_else(|| {
            let message = format!("{name} extends {base}, which is not there; Compose refuses this");
            broken(GapKind::Unparsed, Reason::Invalid, base, message)
        })?;
        Ok((key, service))
    }

    fn service(&self, (path, name): &Key) -> Option<Value> {
        if path.is_empty() {
            return service(&self.project.root, name).cloned();
        }
        let document = self.files.compose_file(path)?;
        let mut roots = self.roots.borrow_mut();
        let root = roots.entry(path.clone());
        let root = root.or_insert_with(|| self.files.file_root(document, &self.project.environment));
        service(root.as_ref()?, name).cloned()
    }
}

/// The attributes of a service that a part which was not read may state.
const ATTRIBUTES: [&str; 61] = [
    "annotations",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "cpu_quota",
    "cpus",
    "depends_on",
    "deploy",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_search",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "memswap_limit",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "privileged",
    "profiles",
    "pull_policy",
    "read_only",
    "restart",
    "runtime",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "user",
    "userns_mode",
];

/// A service of which a part is elsewhere: what it does not state itself is not known, and what it adds
/// to a list is not all of it.
pub fn with_holes(own: &Value, reason: Reason, what: &str, span: Span) -> Value {
    let hole = || Value::unknown(reason, what, span);
    let mut all = entries(own);
    for (key, entry) in &mut all {
        if let Some(list) = entry.value.as_list().filter(|_| !matches!(&**key, "command" | "entrypoint")) {
            let items = list.iter().cloned().chain([hole()]).collect();
            entry.value = Value::list(items, entry.value.span);
        }
    }
    for key in ATTRIBUTES {
        all.entry(key.into()).or_insert_with(|| entry(hole()));
    }
    Value::map(all, own.span)
}
