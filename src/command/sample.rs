//! The sample estates that are built in, and who owns the files of their machine.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use crate::open::{Kind, Memory, Stat};

/// Name of the estate, path within it, what is there. See build.rs.
static FILES: &[(&str, &str, Content)] = include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));
/// See the file itself.
static PERMISSIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/host-permissions"));

/// What is at a path.
#[derive(Clone, Copy)]
pub enum Content {
    /// A file.
    File(&'static [u8]),
    /// A link that leads there.
    Link(&'static str),
}

/// The directory of an estate that is the root of a machine.
pub const HOST: &str = "host";

/// A clinic.
pub struct Sample {
    is_careful: bool,
}

impl Sample {
    /// The careful clinic or the careless one.
    pub fn new(is_careful: bool) -> Sample {
        Sample { is_careful }
    }

    /// Every file, by its path within the estate.
    pub fn files(&self) -> impl Iterator<Item = (&'static Path, Content)> {
        let name = if self.is_careful { "clinic-careful" } else { "clinic-careless" };
        FILES.iter().filter(move |(estate, ..)| *estate == name).map(|(_, path, content)| (Path::new(path), *content))
    }

    /// The machine as a file system.
    pub fn machine(&self) -> anyhow::Result<Memory> {
        let mut tree = Memory::default();
        for (path, (stat, content)) in self.nodes()? {
            match content {
                Some(Content::File(bytes)) => tree.file(Path::new(path), bytes, stat),
                Some(Content::Link(target)) => tree.symlink(Path::new(path), target, stat),
                None => tree.directory(Path::new(path), stat),
            }
        }
        Ok(tree)
    }

    /// The machine as a tar, which keeps owners and modes wherever it goes.
    pub fn tar(&self) -> anyhow::Result<Vec<u8>> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, (stat, content)) in self.nodes()? {
            let mut header = tar::Header::new_gnu();
            header.set_mode(stat.mode);
            header.set_uid(stat.uid.into());
            header.set_gid(stat.gid.into());
            header.set_mtime(0);
            let (kind, bytes) = match content {
                Some(Content::File(bytes)) => (tar::EntryType::Regular, bytes),
                Some(Content::Link(_)) => (tar::EntryType::Symlink, &[][..]),
                None => (tar::EntryType::Directory, &[][..]),
            };
            header.set_entry_type(kind);
            header.set_size(bytes.len() as u64);
            match content {
                Some(Content::Link(target)) => builder.append_link(&mut header, path, target)?,
                _ => builder.append_data(&mut header, path, bytes)?,
            }
        }
        Ok(builder.into_inner()?)
    }

    /// What the machine's file system holds: its files, and every directory of which something is known.
    fn nodes(&self) -> anyhow::Result<BTreeMap<&'static str, (Stat, Option<Content>)>> {
        let mut nodes = BTreeMap::new();
        for (path, content) in self.files() {
            let Some(path) = path.strip_prefix(HOST).ok().and_then(Path::to_str) else { continue };
            let (kind, mode) = match content {
                Content::File(_) => (Kind::File, 0o644),
                Content::Link(_) => (Kind::Link, 0o777),
            };
            nodes.insert(path, (Stat { kind, mode, uid: 0, gid: 0, size: 0, modified: None }, Some(content)));
        }
        for line in PERMISSIONS.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let wrong = || format!("host-permissions: {line}");
            let (path, mode, uid, gid) = self.permissions(line).with_context(wrong)?;
            let made = Stat { kind: Kind::Directory, mode, uid, gid, size: 0, modified: None };
            let stat = match path.strip_suffix('/') {
                Some(directory) => &mut nodes.entry(directory).or_insert((made, None)).0,
                None => &mut nodes.get_mut(path).with_context(wrong)?.0,
            };
            (stat.mode, stat.uid, stat.gid) = (mode, uid, gid);
        }
        Ok(nodes)
    }

    /// Path, mode, owner and group that a line gives to this clinic.
    fn permissions(&self, line: &'static str) -> Option<(&'static str, u32, u32, u32)> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [path, careless_mode, careless, careful_mode, careful] = words.as_slice() else { return None };
        let (mode, owner) = if self.is_careful { (careful_mode, careful) } else { (careless_mode, careless) };
        let (uid, gid) = owner.split_once(':')?;
        Some((path, u32::from_str_radix(mode, 8).ok()?, uid.parse().ok()?, gid.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::Tree;

    #[test]
    fn a_machine_is_the_same_as_a_tar_and_in_memory() {
        let directory = tempfile::tempdir().unwrap();
        for careful in [true, false] {
            let sample = Sample::new(careful);
            let path = directory.path().join(careful.to_string());
            std::fs::write(&path, sample.tar().unwrap()).unwrap();
            let (read, made) = (crate::open::open(&path).unwrap(), sample.machine().unwrap());
            assert_eq!(read.remarks, []);
            for name in sample.nodes().unwrap().keys() {
                let (a, b) = (read.tree.stat(Path::new(name)).unwrap(), made.stat(Path::new(name)).unwrap());
                assert_eq!((a.kind, a.mode, a.uid, a.gid, a.size), (b.kind, b.mode, b.uid, b.gid, b.size), "{name}");
            }
        }
    }

    #[test]
    fn a_line_says_who_owns_a_file_in_either_clinic() {
        let line = "etc/shadow 0644 0:0 4640 0:42";
        assert_eq!(Sample::new(false).permissions(line), Some(("etc/shadow", 0o644, 0, 0)));
        assert_eq!(Sample::new(true).permissions(line), Some(("etc/shadow", 0o4640, 0, 42)));
        assert_eq!(Sample::new(true).permissions("etc/shadow 0644 0:0"), None);
    }
}
