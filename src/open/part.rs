//! A root that holds only a part of a system, such as an archive of /etc.
//!
//! What is not in a whole root is not on the machine. Of a part that holds only where a directory can be taken for
//! complete; elsewhere a file that is not there may well be on the machine, and is [`OpenError::Outside`].

use std::path::{Component, Path, PathBuf};

use super::{OpenError, Remark, Stat, Tree};
use crate::budget::Budget;

/// Where every system has its programs or, in an image without any, the names of its packages.
const WHOLE: [&str; 7] = ["usr", "bin", "sbin", "lib", "var/lib/dpkg", "var/lib/rpm", "var/lib/pacman"];

/// A part of a system.
pub struct Part {
    tree: Box<dyn Tree>,
    /// True if what is not in /etc is not there: it holds what every /etc holds.
    has_etc: bool,
}

impl Part {
    /// Takes a tree that has an /etc and nothing that every system has for the part of one that it is, and
    /// says so; gives any other back as it was.
    pub fn of(tree: Box<dyn Tree>) -> (Box<dyn Tree>, Option<Remark>) {
        let has = |path: &str| tree.stat(Path::new(path)).is_ok();
        if !has("etc") || WHOLE.iter().any(|path| has(path)) {
            return (tree, None);
        }
        let has_etc = has("etc/passwd") && has("etc/group");
        let names = tree.list(Path::new("")).unwrap_or_default().join(", /");
        let message = format!(
            "only a part of a system is here (/{names}, no programs, no list of packages): what may be elsewhere on it is unknown"
        );
        (Box::new(Part { tree, has_etc }), Some(Remark { is_incomplete: true, message }))
    }

    /// True if what is not at `path` is not on the machine either: it would be in a directory that was taken
    /// into the part as a whole.
    fn is_complete(&self, path: &Path) -> bool {
        let mut names = path.components().filter(|part| matches!(part, Component::Normal(_)));
        let (Some(top), Some(below), deeper) = (names.next(), names.next(), names.next()) else { return false };
        if top.as_os_str() != "etc" {
            return false;
        }
        let directory = Path::new("etc").join(below);
        self.has_etc || (deeper.is_some() && self.tree.stat(&directory).is_ok_and(|stat| stat.is_dir()))
    }

    fn outside<T>(&self, path: &Path, found: Result<T, OpenError>) -> Result<T, OpenError> {
        match found {
            Err(OpenError::NotFound) if !self.is_complete(path) => Err(OpenError::Outside),
            found => found,
        }
    }
}

impl Tree for Part {
    fn read(&self, path: &Path, budget: &Budget) -> Result<Vec<u8>, OpenError> {
        self.outside(path, self.tree.read(path, budget))
    }

    fn stat(&self, path: &Path) -> Result<Stat, OpenError> {
        self.outside(path, self.tree.stat(path))
    }

    fn link(&self, path: &Path) -> Result<PathBuf, OpenError> {
        self.outside(path, self.tree.link(path))
    }

    fn list(&self, path: &Path) -> Result<Vec<String>, OpenError> {
        self.outside(path, self.tree.list(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{Kind, Memory};

    /// What is at each path of a system of which these files are here: `here`, `absent` or `outside`.
    fn known(files: &[&str], paths: &[&str]) -> Vec<&'static str> {
        let mut tree = Memory::default();
        let stat = Stat { kind: Kind::File, mode: 0o644, uid: 0, gid: 0, size: 0, modified: None };
        for path in files {
            tree.file(Path::new(path), *b"", stat);
        }
        tree.symlink(Path::new("etc/os-release"), "../usr/lib/os-release", stat);
        let (tree, _) = Part::of(Box::new(tree));
        let word = |path: &&str| match tree.resolve(Path::new(path)) {
            Ok(_) => "here",
            Err(OpenError::NotFound) => "absent",
            Err(OpenError::Outside) => "outside",
            Err(_) => "?",
        };
        paths.iter().map(word).collect()
    }

    #[test]
    fn what_is_not_in_a_part_may_be_on_the_machine() {
        let paths = ["/etc/shadow", "/etc/ssh/ssh_config", "/etc/os-release", "/usr/sbin/sshd", "/var/log/x"];
        let files = ["etc/passwd", "etc/group", "etc/ssh/sshd_config"];
        assert_eq!(known(&files, &paths), ["absent", "absent", "outside", "outside", "outside"]);
        assert_eq!(known(&files[2..], &paths), ["outside", "absent", "outside", "outside", "outside"]);
        let whole = ["etc/ssh/sshd_config", "usr/bin/x"];
        assert_eq!(known(&whole, &paths), ["absent"; 5]);
        assert_eq!(known(&["etc/x", "var/lib/dpkg/status"], &paths), ["absent"; 5]);
        assert_eq!(known(&["srv/x"], &["srv/x", "srv/y", "etc/os-release"])[..2], ["here", "outside"]);
    }
}
