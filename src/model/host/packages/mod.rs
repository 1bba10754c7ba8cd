//! Which packages are installed: the databases of dpkg, apk, pacman and rpm.
//!
//! A host without a database that can be read is no host without packages: [`Packages::presence`] tells the two
//! apart. Berkeley DB, in which rpm kept its database before 4.16, is not read.

mod rpm;
mod sqlite;
pub mod version;

use std::collections::HashMap;
use std::rc::Rc;

use crate::format::SyntaxError;
use crate::model::Built;
use crate::model::host::os;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its version as the package manager writes it: `1:9.2p1-2+deb12u3`.
    pub version: String,
    /// The line that states the version; the database as a whole where it has no lines.
    pub span: Span,
}

/// Whether a package is installed.
#[derive(Debug, PartialEq, Eq)]
pub enum Presence<'a> {
    /// It is.
    Installed(&'a Package),
    /// It is not: every database of the host was read.
    Absent,
    /// That cannot be known; why, and the database that would say it.
    Unknown(Reason, &'static str),
}

/// Where dpkg keeps its database; the second holds a file for each package (images without a shell).
const DPKG: &str = "/var/lib/dpkg/status";
const DPKG_PARTS: &str = "/var/lib/dpkg/status.d";
/// Where apk keeps its own: first as long as /lib is a directory, then as /usr/lib is.
const APK: [&str; 2] = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];
/// A directory `name-version-release` for each package.
const PACMAN: &str = "/var/lib/pacman/local";
/// Where rpm has its database, newest form first: SQLite, ndb, Berkeley DB.
const RPM: [&str; 6] = [
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
    "/var/lib/rpm/rpmdb.sqlite",
    "/usr/lib/sysimage/rpm/Packages.db",
    "/var/lib/rpm/Packages.db",
    "/usr/lib/sysimage/rpm/Packages",
    "/var/lib/rpm/Packages",
];

/// Every package that the databases of a host name.
#[derive(Default)]
pub struct Packages {
    by_name: HashMap<String, Package>,
    /// A database that was read.
    pub database: Option<&'static str>,
    /// One that is there and was not, and why.
    pub unread: Option<(&'static str, Reason)>,
    /// What is to be told of it.
    gap: Option<(Trouble, &'static str)>,
}

/// The name that a paragraph states, and the version with its offset.
type Entry = fn(&str) -> Option<(&str, (&str, usize))>;

impl Packages {
    /// The packages of this host. The databases are read once.
    pub fn of(view: &dyn View) -> Rc<Packages> {
        view.memo().get(|| {
            let mut packages = Packages::default();
            packages.read(view, DPKG, dpkg);
            if let Some(path) = APK.into_iter().find(|path| view.exists(path)) {
                packages.read(view, path, apk);
            }
            for name in view.list(DPKG_PARTS).unwrap_or_default() {
                if !name.ends_with(".md5sums") {
                    packages.part(view, &format!("{DPKG_PARTS}/{name}"));
                }
            }
            for name in view.list(PACMAN).unwrap_or_default() {
                packages.pacman(view, &name);
            }
            if let Some(path) = RPM.into_iter().find(|path| view.exists(path)) {
                packages.rpm(view, path);
            }
            packages
        })
    }

    /// The first of `names` that is installed, with its name.
    pub fn first<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &Package)> {
        names.iter().find_map(|name| Some((*name, self.by_name.get(*name)?)))
    }

    /// Whether one of `names` is installed, and which version of the first that is.
    pub fn presence(&self, names: &[&str]) -> Presence<'_> {
        match (self.first(names), self.unread, self.database) {
            (Some((_, package)), ..) => Presence::Installed(package),
            (None, Some((path, reason)), _) => Presence::Unknown(reason, path),
            (None, None, Some(_)) => Presence::Absent,
            (None, None, None) => Presence::Unknown(Reason::File, "a package database"),
        }
    }

    /// [`Packages::presence`] as a value: true, false or unknown; `at` is pointed at where no package is.
    pub fn is_installed(&self, names: &[&str], at: Span) -> Value {
        match self.presence(names) {
            Presence::Installed(package) => Value::bool(true, package.span),
            Presence::Absent => Value::bool(false, at),
            Presence::Unknown(reason, what) => Value::unknown(reason, what, at),
        }
    }

    fn read(&mut self, view: &dyn View, path: &'static str, entry: Entry) {
        match view.read(path) {
            Ok(text) => {
                self.database = Some(path);
                for (start, paragraph) in paragraphs(&text.text) {
                    if let Some((name, (version, at))) = entry(paragraph) {
                        let span = Span::new(text.id, start + at..start + at + version.len());
                        self.add(name, version, span);
                    }
                }
            }
            Err(OpenError::NotFound) => {}
            Err(error) => self.cannot(path, Trouble::Open(error)),
        }
    }

    /// A file of one paragraph without a status.
    fn part(&mut self, view: &dyn View, path: &str) {
        let text = match view.read(path) {
            Ok(text) => text,
            Err(error) => return self.cannot(DPKG_PARTS, Trouble::Open(error)),
        };
        self.database = Some(DPKG_PARTS);
        let (name, version) = (field(&text.text, "Package:"), field(&text.text, "Version:"));
        if let (Some((name, _)), Some((version, at))) = (name, version) {
            self.add(name, version, Span::new(text.id, at..at + version.len()));
        }
    }

    fn pacman(&mut self, view: &dyn View, directory: &str) {
        let mut parts = directory.rsplitn(3, '-');
        let (Some(release), Some(version), Some(name)) = (parts.next(), parts.next(), parts.next()) else { return };
        self.database = Some(PACMAN);
        let span = view.mark_entry(&format!("{PACMAN}/{directory}"));
        self.add(name, &format!("{version}-{release}"), span);
    }

    fn rpm(&mut self, view: &dyn View, path: &'static str) {
        let at = view.mark(path);
        // SQLite: what a program that has the database open wrote last is in a file beside it.
        let is_open = view.stat(&format!("{path}-wal")).is_ok_and(|log| log.size > 0);
        let unreadable =
            |message: &str| Trouble::Syntax(SyntaxError { span: at, message: message.to_owned(), template: false });
        if path.ends_with("/Packages") {
            return self.cannot(path, unreadable("a package database in Berkeley DB, which duecare does not read"));
        }
        let packages = match view.bytes(path) {
            Ok(bytes) => rpm::packages(&bytes),
            Err(error) => return self.cannot(path, Trouble::Open(error)),
        };
        let Some(packages) = packages else {
            return self.cannot(path, unreadable("not a package database of rpm that makes sense"));
        };
        for package in packages {
            self.add(&package.name, &package.version, at);
        }
        if is_open {
            self.cannot(path, unreadable("changes to the package database lie beside it, which duecare does not read"));
        }
        self.database = Some(path);
    }

    fn cannot(&mut self, path: &'static str, trouble: Trouble) {
        let reason = match &trouble {
            Trouble::Syntax(_) => Reason::Unsupported,
            trouble => trouble.reason(),
        };
        self.unread.get_or_insert((path, reason));
        self.gap.get_or_insert((trouble, path));
    }

    fn add(&mut self, name: &str, version: &str, span: Span) {
        let package = Package { version: version.to_owned(), span };
        self.by_name.entry(name.to_owned()).or_insert(package);
    }
}

/// Says that the packages of a host cannot be known, where they should be.
pub fn probe(view: &dyn View, _: &Scope, built: &mut Built) {
    let packages = Packages::of(view);
    if let Some((trouble, path)) = &packages.gap {
        return built.gaps.push(trouble.gap(view.display(path)));
    }
    // What has no programs is an example, or a part of a system; which says so of itself.
    let has_programs = ["/usr/bin", "/bin"].iter().any(|path| view.stat(path).is_ok());
    if packages.database.is_none() && has_programs && os::is_known(view) {
        let message = "no package database: whether a package is installed cannot be known".to_owned();
        let hint = Some(format!("looked for {DPKG}, {}, {PACMAN} and {}", APK[0], RPM[0]));
        let path = view.display("/");
        built.gaps.push(Gap { kind: GapKind::Missing, path, span: None, message, hint });
    }
}

/// The first of `names` that is known to be installed. What is not may be: [`Packages::presence`] says it.
pub fn installed(view: &dyn View, names: &[&str]) -> Option<Package> {
    Packages::of(view).first(names).map(|(_, package)| package.clone())
}

/// deb-control(5) paragraphs, with the states of dpkg(1): the files of a package are there from `unpacked` on,
/// on hold or not.
fn dpkg(paragraph: &str) -> Option<(&str, (&str, usize))> {
    const THERE: [&str; 5] = ["installed", "triggers-pending", "triggers-awaited", "half-configured", "unpacked"];
    let (status, _) = field(paragraph, "Status:")?;
    let is_there = status.split_whitespace().last().is_some_and(|state| THERE.contains(&state));
    let (name, _) = field(paragraph, "Package:").filter(|_| is_there)?;
    Some((name, field(paragraph, "Version:")?))
}

/// The paragraphs of apk's database, fields of one letter: P is the name and V the version.
fn apk(paragraph: &str) -> Option<(&str, (&str, usize))> {
    Some((field(paragraph, "P:")?.0, field(paragraph, "V:")?))
}

/// Blocks of lines between empty lines, with their offsets.
fn paragraphs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split("\n\n").map(move |paragraph| {
        let at = start;
        start += paragraph.len() + 2;
        (at, paragraph)
    })
}

/// The value of the line that begins with `key`, and its offset.
fn field<'a>(paragraph: &'a str, key: &str) -> Option<(&'a str, usize)> {
    let mut start = 0;
    for line in paragraph.split('\n') {
        if let Some(value) = line.strip_prefix(key) {
            let blank = value.len() - value.trim_start().len();
            return Some((value.trim(), start + key.len() + blank));
        }
        start += line.len() + 1;
    }
    None
}

/// The version of OpenSSH that a package version stands for: `1:9.2p1-2+deb12u3` is 9.2.
pub fn openssh_version(package: &str) -> Option<(u16, u16)> {
    let upstream = package.split_once(':').map_or(package, |(_, rest)| rest);
    let (major, rest) = upstream.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests;
