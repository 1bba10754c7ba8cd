//! Which packages are installed, from the text databases of dpkg and apk.
//!
//! rpm keeps its database in a binary form (SQLite since 4.16) that is not read here: on such a host
//! the presence of a program's file says that it is installed, and its version is not known.

use crate::model::host::view::View;
use crate::source::Span;

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its version as the package manager writes it: `1:9.2p1-2+deb12u3`.
    pub version: String,
    /// The line that states the version.
    pub span: Span,
}

/// The first of `names` that is installed.
pub fn installed(view: &dyn View, names: &[&str]) -> Option<Package> {
    names.iter().find_map(|name| dpkg(view, name).or_else(|| apk(view, name)))
}

/// deb-control(5) paragraphs; installed is what `Status` ends in `installed`, `hold` included.
fn dpkg(view: &dyn View, name: &str) -> Option<Package> {
    let status = view.read("/var/lib/dpkg/status").ok()?;
    paragraphs(&status.text).find_map(|(start, paragraph)| {
        let is = |key, value: &dyn Fn(&str) -> bool| field(paragraph, key).is_some_and(|(text, _)| value(text));
        let found = is("Package:", &|text| text == name)
            && is("Status:", &|text| text.split_whitespace().last() == Some("installed"));
        let (version, at) = found.then(|| field(paragraph, "Version:")).flatten()?;
        let span = Span::new(status.id, start + at..start + at + version.len());
        Some(Package { version: version.to_owned(), span })
    })
}

/// The paragraphs of apk's database, fields of one letter: P is the name and V the version.
fn apk(view: &dyn View, name: &str) -> Option<Package> {
    let database = view.read("/lib/apk/db/installed").ok()?;
    paragraphs(&database.text).find_map(|(start, paragraph)| {
        field(paragraph, "P:").filter(|(text, _)| *text == name)?;
        let (version, at) = field(paragraph, "V:")?;
        let span = Span::new(database.id, start + at..start + at + version.len());
        Some(Package { version: version.to_owned(), span })
    })
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
mod tests {
    use super::*;

    #[test]
    fn package_versions_say_which_openssh_it_is() {
        assert_eq!(openssh_version("1:9.2p1-2+deb12u3"), Some((9, 2)));
        assert_eq!(openssh_version("10.0_p1-r7"), Some((10, 0)));
        assert_eq!(openssh_version("1:8.9p1-3ubuntu0.10"), Some((8, 9)));
        assert_eq!(openssh_version("x"), None);
    }

    #[test]
    fn a_field_is_found_with_its_place() {
        let text = "Package: a\nVersion: 1\n\nPackage: b\nStatus: hold ok installed\nVersion: 2\n";
        let all: Vec<_> = paragraphs(text).collect();
        let (version, at) = field(all[1].1, "Version:").unwrap();
        assert_eq!(text.get(all[1].0 + at..all[1].0 + at + 1), Some(version));
    }
}
