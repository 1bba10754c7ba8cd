//! The programs of a host that are asked about: those of administrators, and all that run as somebody else.

use std::collections::BTreeMap;

use crate::model::host::audit::catalogue::{DIRECTORIES, HELPERS, PROGRAMS};
use crate::model::host::view::View;
use crate::open::Kind;

/// A program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it is.
    pub path: String,
    /// What it is called elsewhere: the file that a link leads to, or its path through a linked directory.
    pub others: Vec<String>,
    /// The bits of set-user-id and set-group-id.
    pub special: u32,
    /// Its owner.
    pub uid: u32,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Programs {
    /// By path.
    pub found: Vec<Program>,
    /// True if the host has a directory of programs at all: an archive of /etc has none.
    pub are_visible: bool,
}

/// Set-user-id and set-group-id (inode(7)).
pub const SETUID: u32 = 0o4000;
const SPECIAL: u32 = 0o6000;

/// Finds them. A directory that is a link (`/bin` to `usr/bin`) counts once.
pub fn programs(view: &dyn View) -> Programs {
    let mut found: BTreeMap<String, Program> = BTreeMap::new();
    let mut are_visible = false;
    let mut linked = Vec::new();
    for dir in DIRECTORIES.iter().chain(HELPERS) {
        if let Ok(Some(target)) = view.link(dir) {
            linked.push((*dir, absolute(dir, &target)));
            continue;
        }
        let Ok(names) = view.list(dir) else { continue };
        are_visible |= DIRECTORIES.contains(dir);
        for name in names {
            let path = format!("{dir}/{name}");
            let Ok(stat) = view.stat(&path) else { continue };
            let special = stat.mode & SPECIAL;
            let is_named = PROGRAMS.contains(&&*name);
            if stat.kind != Kind::File || (special == 0 && !is_named) {
                continue;
            }
            let target = view.link(&path).ok().flatten().map(|target| absolute(&path, &target));
            if target.is_some() && !is_named {
                continue;
            }
            let others = target.into_iter().collect();
            found.insert(path.clone(), Program { path, others, special, uid: stat.uid });
        }
    }
    let mut found: Vec<Program> = found.into_values().collect();
    for program in &mut found {
        let again = |path: &String| {
            let aliases =
                linked.iter().filter_map(|(dir, target)| Some(format!("{dir}{}", path.strip_prefix(target)?)));
            aliases.collect::<Vec<_>>()
        };
        let more: Vec<String> = std::iter::once(&program.path).chain(&program.others).flat_map(again).collect();
        program.others.extend(more);
    }
    Programs { found, are_visible }
}

/// The target of the link at `path`, without `.` and `..`.
pub fn absolute(path: &str, target: &str) -> String {
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    crate::model::resolved(above, target)
}
