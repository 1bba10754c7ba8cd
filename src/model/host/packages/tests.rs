use super::*;
use crate::budget::Budget;
use crate::model::host::view::HostRoot;
use crate::model::testing::host;
use crate::open::{Kind, Memory, Stat};
use crate::source::Sources;

/// The words for the presence of `name` on a host with these files, and where the version is stated.
fn presence(files: &[(&str, &[u8])], name: &str) -> String {
    let mut tree = Memory::default();
    let stat = Stat { kind: Kind::File, mode: 0o644, uid: 0, gid: 0, size: 0, modified: None };
    for (path, bytes) in files {
        tree.file(std::path::Path::new(path), *bytes, stat);
    }
    let (mut sources, budget) = (Sources::default(), Budget::default());
    let found = {
        let view = HostRoot::new(&tree, false, "", &mut sources, &budget);
        match Packages::of(&view).presence(&[name]) {
            Presence::Installed(package) => Ok(package.clone()),
            Presence::Absent => Err("absent".to_owned()),
            Presence::Unknown(reason, what) => Err(format!("unknown: {}: {what}", reason.words())),
        }
    };
    match found {
        Ok(package) => {
            let at = sources.locate(package.span).unwrap();
            format!("{} {}:{}", package.version, at.path, at.line)
        }
        Err(words) => words,
    }
}

const STATUS: &[u8] =
    b"Package: openssh-server\nStatus: hold ok installed\nArchitecture: amd64\nVersion: 1:9.2p1-2+deb12u3\n\n\
    Package: telnetd\nStatus: deinstall ok config-files\nVersion: 0.17\n\n\
    Package: nginx\nStatus: install ok half-configured\nVersion: 1.22.1-9\n";

#[test]
fn every_database_says_what_is_installed_and_what_is_not() {
    let apk: &[u8] = b"C:Q1x\nP:openssh-server\nV:10.0_p1-r7\nA:x86_64\n\nP:musl\nV:1.2.5-r1\n";
    let part: &[u8] = b"Package: base-files\nVersion: 12.4\n";
    let mut rpm = Vec::new();
    let mut gzip = flate2::read::GzDecoder::new(&include_bytes!("rpmdb.sqlite.gz")[..]);
    std::io::Read::read_to_end(&mut gzip, &mut rpm).unwrap();
    let cut = &rpm[..rpm.len() / 2];
    for (files, name, expected) in [
        (&[(DPKG, STATUS)][..], "openssh-server", "1:9.2p1-2+deb12u3 /var/lib/dpkg/status:4"),
        (&[(DPKG, STATUS)], "telnetd", "absent"),
        (&[(DPKG, STATUS)], "nginx", "1.22.1-9 /var/lib/dpkg/status:12"),
        (&[(DPKG, b"")], "nginx", "absent"),
        (&[("/var/lib/dpkg/status.d/base", part)], "base-files", "12.4 /var/lib/dpkg/status.d/base:2"),
        (&[("/var/lib/dpkg/status.d/base", part)], "nginx", "absent"),
        (&[(APK[0], apk)], "openssh-server", "10.0_p1-r7 /lib/apk/db/installed:3"),
        (&[(APK[1], apk)], "musl", "1.2.5-r1 /usr/lib/apk/db/installed:7"),
        (&[(APK[0], apk)], "nginx", "absent"),
        (
            &[("/var/lib/pacman/local/linux-lts-6.6.1-2/desc", b"")],
            "linux-lts",
            "6.6.1-2 /var/lib/pacman/local/linux-lts-6.6.1-2:1",
        ),
        (&[(RPM[0], &rpm)], "openssh-server", "3:9.9p1-4.el10 /usr/lib/sysimage/rpm/rpmdb.sqlite:1"),
        (&[(RPM[1], &rpm)], "nginx", "absent"),
        (&[(RPM[1], &rpm), ("/var/lib/rpm/rpmdb.sqlite-wal", b"")], "nginx", "absent"),
        (
            &[(RPM[1], &rpm), ("/var/lib/rpm/rpmdb.sqlite-wal", b"x")],
            "nginx",
            "unknown: not evaluated by this version: /var/lib/rpm/rpmdb.sqlite",
        ),
        (&[(RPM[1], &rpm), ("/var/lib/rpm/rpmdb.sqlite-wal", b"x")], "audit", "4.0-1.fc42 /var/lib/rpm/rpmdb.sqlite:1"),
        (&[(RPM[1], cut)], "nginx", "unknown: not evaluated by this version: /var/lib/rpm/rpmdb.sqlite"),
        (&[(RPM[5], b"\0\0")], "nginx", "unknown: not evaluated by this version: /var/lib/rpm/Packages"),
        (&[("/etc/passwd", b"")], "nginx", "unknown: a file that was not read: a package database"),
    ] {
        assert_eq!(presence(files, name), expected, "{name} in {}", files[0].0);
    }
}

#[test]
fn a_system_without_a_database_is_said_to_be_one() {
    let gaps = |files: &[(&str, &str)]| -> Vec<String> {
        let (built, _) = host(files);
        built.gaps.iter().map(|gap| format!("{}: {}", gap.path, gap.message)).collect()
    };
    let os = ("/etc/os-release", "ID=debian\nVERSION_ID=12\n");
    assert_eq!(gaps(&[os]), [""; 0], "an example");
    assert_eq!(
        gaps(&[os, ("/usr/bin/sh", "")]),
        ["/: no package database: whether a package is installed cannot be known"]
    );
    assert_eq!(gaps(&[os, ("/usr/bin/sh", ""), (DPKG, "")]), [""; 0]);
    let berkeley = gaps(&[os, ("/usr/bin/sh", ""), (RPM[5], "\0")]);
    assert_eq!(berkeley, ["/var/lib/rpm/Packages: a package database in Berkeley DB, which duecare does not read"]);
}

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
