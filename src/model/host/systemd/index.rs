//! Every unit file and link of a host by name, listed once.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{DIRECTORIES, LATE, instance_of, parts, template};
use crate::model::host::view::View;
use crate::open::OpenError;

/// How many links systemd follows from a name to a file (UNIT_FILE_FOLLOW_SYMLINK_MAX).
const MAX_LINKS: usize = 64;

/// How many names are listed at most, all directories together.
const MAX_NAMES: usize = 50_000;

/// The directories of units that exist, most important first.
#[derive(Default)]
pub struct Index {
    pub directories: Vec<Directory>,
    /// A directory that could not be listed.
    pub refused: Option<String>,
}

/// One of them.
pub struct Directory {
    pub path: &'static str,
    /// The names of unit files, and where those that are links lead, as an absolute path.
    pub units: BTreeMap<String, Option<String>>,
    /// The links in `*.wants`, `*.requires` and `*.upholds`.
    pub dependencies: Vec<Dependency>,
    /// The names of directories of drop-ins.
    pub drop_ins: Vec<String>,
}

/// `multi-user.target.wants/ssh.service`.
pub struct Dependency {
    /// The unit that pulls the other in.
    pub of: String,
    /// The unit that is pulled in.
    pub name: String,
    /// The link.
    pub path: String,
}

/// What a name leads to.
#[derive(Clone, Debug)]
pub struct Found {
    /// The name of the unit itself, no longer an alias.
    pub name: String,
    /// Its file, or the link that masks it.
    pub path: String,
    /// The directory, among those of units, in which the file was found.
    pub directory: String,
    pub is_masked: bool,
}

impl Index {
    /// The index of this host.
    pub fn of(view: &dyn View) -> Rc<Index> {
        view.memo().get(|| Index::read(view))
    }

    fn read(view: &dyn View) -> Index {
        let mut index = Index::default();
        let mut room = MAX_NAMES;
        // On a merged /usr the last directory is the one before it.
        let is_merged = matches!(view.link("/lib"), Ok(Some(_)));
        for path in DIRECTORIES.into_iter().chain([LATE]) {
            if is_merged && path.starts_with("/lib/") {
                continue;
            }
            let names = index.list(view, path, &mut room);
            if names.is_empty() {
                continue;
            }
            let directory = index.directory(view, path, names, &mut room);
            index.directories.push(directory);
        }
        index
    }

    fn list(&mut self, view: &dyn View, path: &str, room: &mut usize) -> Vec<String> {
        let mut names = match view.list(path) {
            Ok(names) => names,
            Err(OpenError::NotFound) => Vec::new(),
            Err(_) => {
                self.refused.get_or_insert(path.to_owned());
                Vec::new()
            }
        };
        if names.len() > *room {
            self.refused.get_or_insert(path.to_owned());
        }
        names.truncate(*room);
        *room -= names.len();
        names
    }

    fn directory(&mut self, view: &dyn View, path: &'static str, names: Vec<String>, room: &mut usize) -> Directory {
        let (units, dependencies, drop_ins) = Default::default();
        let mut directory = Directory { path, units, dependencies, drop_ins };
        for name in names {
            let (stem, suffix) = name.rsplit_once('.').unwrap_or((&name, ""));
            match suffix {
                "wants" | "requires" | "upholds" => {
                    let inner = format!("{path}/{name}");
                    for child in self.list(view, &inner, room) {
                        let link = format!("{inner}/{child}");
                        if parts(&child).is_some() && matches!(view.link(&link), Ok(Some(_))) {
                            let of = stem.to_owned();
                            directory.dependencies.push(Dependency { of, name: child, path: link });
                        }
                    }
                }
                "d" => directory.drop_ins.push(name),
                _ if parts(&name).is_some() => {
                    let target = view.link(&format!("{path}/{name}")).ok().flatten();
                    directory.units.insert(name, target.map(|target| absolute(path, &target)));
                }
                _ => {}
            }
        }
        directory
    }

    /// The entry of this very name in the first directory that has it: the directory and where it leads.
    fn entry(&self, name: &str) -> Option<(&Directory, Option<&str>)> {
        self.directories.iter().find_map(|dir| Some((dir, dir.units.get(name)?.as_deref())))
    }

    /// What `name` leads to, links followed; an instance is looked for as such, then as its template.
    pub fn find(&self, view: &dyn View, name: &str) -> Option<Found> {
        let mut name = name.to_owned();
        for _ in 0..MAX_LINKS {
            let above = template(&name);
            let own = self.entry(&name).map(|found| (name.as_str(), found));
            let (file, (dir, target)) =
                own.or_else(|| above.as_deref().and_then(|above| Some((above, self.entry(above)?))))?;
            let path = format!("{}/{file}", dir.path);
            let directory = dir.path.to_owned();
            let Some(target) = target else {
                let is_masked = view.stat(&path).is_ok_and(|stat| stat.size == 0) && view.is_whole();
                return Some(Found { name, path, directory, is_masked });
            };
            if target == "/dev/null" {
                return Some(Found { name, path, directory, is_masked: true });
            }
            let base = target.rsplit('/').next().unwrap_or_default();
            if base == file || base == name {
                // A unit file that lies elsewhere, under its own name.
                let target = target.to_owned();
                return view.exists(&target).then_some(Found { name, path: target, directory, is_masked: false });
            }
            let instance = parts(&name).and_then(|(_, instance, _)| instance).unwrap_or_default();
            let next = instance_of(base, instance);
            if parts(&next).map(|(_, _, kind)| kind) != parts(&name).map(|(_, _, kind)| kind) {
                return None;
            }
            name = next;
        }
        None
    }

    /// Every other name of the unit `name`: links to it under another name, in any directory.
    pub fn aliases(&self, name: &str) -> Vec<String> {
        let leads =
            |target: &Option<String>| target.as_deref().is_some_and(|target| target.rsplit('/').next() == Some(name));
        let all = self.directories.iter().flat_map(|dir| &dir.units);
        all.filter(|(alias, target)| *alias != name && leads(target)).map(|(alias, _)| alias.clone()).collect()
    }
}

/// Where a link in `dir` leads, without `.` and `..`.
fn absolute(dir: &str, target: &str) -> String {
    let whole = if target.starts_with('/') { target.to_owned() } else { format!("{dir}/{target}") };
    let mut out: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(out.pop()),
            _ => out.push(part),
        }
    }
    format!("/{}", out.join("/"))
}
