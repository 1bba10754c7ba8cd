//! Files whose owner and mode matter, each as a resource. On a whole host only.

use crate::model::Built;
use crate::model::host::view::{Trouble, View};
use crate::open::{Kind, OpenError, Stat};
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

/// The kind of these resources.
pub const KIND: &str = "file";

/// The permission bits of one class of users.
const CLASSES: [(&str, u32); 3] = [("user", 6), ("group", 3), ("other", 0)];
const BITS: [(&str, u32); 3] = [("read", 4), ("write", 2), ("execute", 1)];
/// Set-user-id, set-group-id and the sticky bit (inode(7)).
const SPECIAL: [(&str, u32); 3] = [("setuid", 0o4000), ("setgid", 0o2000), ("sticky", 0o1000)];

/// Adds what `path` leads to, if it is there, as a file that plays `role` for the host. Rules select by role.
/// A file that may not be looked at is a gap, and its owner and mode are unknown.
pub fn add(view: &dyn View, scope: &Scope, built: &mut Built, path: &str, role: &str) {
    if !view.is_whole() {
        return;
    }
    let stat = match view.stat(path) {
        Ok(stat) => stat,
        Err(OpenError::NotFound | OpenError::Outside | OpenError::Leaves | OpenError::Circle) => return,
        Err(error) => {
            let hint = matches!(error, OpenError::Denied).then(|| "run the audit as root".to_owned());
            let (shown, message) = (view.display(path), error.to_string());
            built.gaps.push(Gap { kind: GapKind::Unreadable, path: shown, span: None, message, hint });
            return unseen(view, scope, built, path, role, Trouble::Open(error).reason());
        }
    };
    let at = view.mark(path);
    let name = |file: &str, id: u32| match name_of(view, file, id) {
        Some(name) => Value::string(name, at),
        None => Value::string(id.to_string(), at),
    };
    let attributes = [
        ("path", Value::string(path, at)),
        ("role", Value::string(role, at)),
        ("type", Value::string(type_name(stat.kind), at)),
        ("owner", name("/etc/passwd", stat.uid)),
        ("group", name("/etc/group", stat.gid)),
        ("uid", Value::int(stat.uid.into(), at)),
        ("gid", Value::int(stat.gid.into(), at)),
        ("mode", Value::string(format!("{:04o}", stat.mode), at)),
        ("permissions", permissions(stat, at)),
    ];
    super::add(view, scope, built, KIND, path, Value::object(attributes, at), at);
}

/// The file as it is known without looking at it: by its path and role alone.
fn unseen(view: &dyn View, scope: &Scope, built: &mut Built, path: &str, role: &str, reason: Reason) {
    let at = view.mark(path);
    let known = [("path", Value::string(path, at)), ("role", Value::string(role, at))];
    let unknown = ["type", "owner", "group", "uid", "gid", "mode", "permissions"];
    let unknown = unknown.map(|key| (key, Value::unknown(reason, path, at)));
    super::add(view, scope, built, KIND, path, Value::object(known.into_iter().chain(unknown), at), at);
}

fn permissions(stat: Stat, at: Span) -> Value {
    let list = |bits: &[(&str, u32)], of: u32| {
        let set = bits.iter().filter(|(_, bit)| of & bit != 0);
        Value::list(set.map(|(name, _)| Value::string(*name, at)).collect(), at)
    };
    let classes = CLASSES.iter().map(|(class, shift)| (*class, list(&BITS, stat.mode >> shift)));
    Value::object(classes.chain([("special", list(&SPECIAL, stat.mode))]), at)
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "file",
        Kind::Directory => "directory",
        Kind::Link => "link",
        Kind::Other => "other",
    }
}

/// The name that passwd(5) or group(5) gives to a number. `root` needs no file.
fn name_of(view: &dyn View, file: &str, id: u32) -> Option<String> {
    let named = view.read(file).ok().and_then(|text| {
        let mut lines = text.text.lines().map(|line| line.split(':'));
        lines.find_map(|mut fields| {
            let name = fields.next()?;
            (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
        })
    });
    named.or((id == 0).then(|| "root".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{attribute, plain};
    use crate::resource::Domain;

    #[test]
    fn a_file_says_who_may_do_what() {
        let (mut tree, mut sources) = (crate::open::Memory::default(), crate::source::Sources::default());
        let stat = |mode, gid| Stat { kind: Kind::File, mode, uid: 0, gid, size: 0, modified: None };
        tree.file(std::path::Path::new("/etc/shadow"), *b"", stat(0o4640, 42));
        tree.file(std::path::Path::new("/etc/group"), *b"root:x:0:\nshadow:x:42:a\n", stat(0o644, 0));
        let budget = crate::budget::Budget::default();
        let host = crate::model::host::view::HostRoot::new(&tree, false, "", &mut sources, &budget);
        let scope = Scope { domain: Domain::Host, path: "".into() };
        let mut built = Built::default();
        for path in ["/etc/shadow", "/etc/none"] {
            add(&host, &scope, &mut built, path, "shadow");
        }
        assert_eq!(built.resources.len(), 1);
        let shown = |key: &str| plain(attribute(&built, "/etc/shadow", key).unwrap());
        assert_eq!((shown("owner"), shown("group"), shown("mode")), ("root".into(), "shadow".into(), "4640".into()));
        assert_eq!(shown("permissions"), "{user: [read, write], group: [read], other: [], special: [setuid]}");
    }
}
