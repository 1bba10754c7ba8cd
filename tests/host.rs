//! Roots that are odd, broken or only a part: the right words and the right exit code.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::panic, clippy::indexing_slicing)]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// Writes a small Debian that sshd runs on; nothing about it is wrong but for what a test does to it.
fn debian(root: &Path) {
    for (path, text) in [
        ("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"),
        ("etc/group", "root:x:0:\n"),
        ("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n"),
        ("etc/ssh/sshd_config.d/10-a.conf", "PermitEmptyPasswords no\n"),
        ("usr/sbin/sshd", ""),
        ("usr/bin/sh", ""),
        ("var/lib/dpkg/status", "Package: openssh-server\nStatus: install ok installed\nVersion: 1:9.2p1-2\n"),
    ] {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Exit code, what was said on standard error, and the audit if there is one.
fn audit(host: &Path) -> (i32, String, Value) {
    let mut command = Command::cargo_bin("duecare").unwrap();
    command.env_clear().env("SOURCE_DATE_EPOCH", "1795219200").timeout(std::time::Duration::from_secs(60));
    command.arg("audit").arg(format!("--host={}", host.display())).args(["-o", "json", "--fail-on", "never"]);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!errors.contains("panicked"), "{errors}");
    (output.status.code().unwrap(), errors, serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// What was not seen, as "path beneath the root: message".
fn gaps(host: &Path, audit: &Value) -> Vec<String> {
    let all = audit["gaps"].as_array().unwrap().iter().filter(|gap| gap["incomplete"] == true);
    let text = |gap: &Value, key: &str| gap[key].as_str().unwrap().to_owned();
    all.map(|gap| format!("{}: {}", text(gap, "path").replacen(host.to_str().unwrap(), "", 1), text(gap, "message")))
        .collect()
}

/// The verdict of a rule on a resource; `-` if there is none.
fn verdict(audit: &Value, rule: &str, address: &str) -> String {
    let all = audit["findings"].as_array().unwrap().iter();
    let mut found = all.filter(|finding| finding["rule"] == rule && finding["resource"]["address"] == address);
    found.next().map_or("-".into(), |finding| finding["verdict"].as_str().unwrap().to_owned())
}

#[test]
fn odd_roots_are_audited_as_far_as_they_go() {
    type Change = fn(&Path);
    let cases: [(&str, Change, i32, &[&str]); 8] = [
        ("nothing odd", |_| {}, 0, &[]),
        (
            "an unknown distribution",
            |root| std::fs::write(root.join("etc/os-release"), "ID=haiku\nVERSION_ID=1\n").unwrap(),
            3,
            &["/etc/os-release: the system was not recognised: the distribution haiku is not in the table"],
        ),
        (
            "no package database",
            |root| std::fs::remove_dir_all(root.join("var")).unwrap(),
            3,
            &["/: no package database: whether a package is installed cannot be known"],
        ),
        (
            "links that lead nowhere, out and in circles",
            |root| {
                symlink("/nowhere/at/all", root.join("etc/ssh/sshd_config.d/20-broken.conf")).unwrap();
                symlink("../../../../../../../etc/passwd", root.join("etc/issue.net")).unwrap();
                symlink("loop", root.join("etc/loop")).unwrap();
                symlink("/etc/loop", root.join("etc/ssh/sshd_config.d/30-loop.conf")).unwrap();
            },
            3,
            &[
                "/etc/ssh/sshd_config.d/20-broken.conf: not found",
                "/etc/ssh/sshd_config.d/30-loop.conf: links that lead in circles; not followed",
            ],
        ),
        (
            "a configuration that everybody may write",
            |root| {
                let config = root.join("etc/ssh/sshd_config");
                std::fs::set_permissions(config, std::fs::Permissions::from_mode(0o666)).unwrap();
            },
            0,
            &[],
        ),
        (
            "a binary file among the drop-ins",
            |root| std::fs::write(root.join("etc/ssh/sshd_config.d/05-b.conf"), b"\x7fELF\x02\0\0\xff\xfe").unwrap(),
            3,
            &["/etc/ssh/sshd_config.d/05-b.conf: "],
        ),
        (
            "a log of 2 GB beside",
            |root| {
                std::fs::create_dir_all(root.join("var/log")).unwrap();
                std::fs::File::create(root.join("var/log/big")).unwrap().set_len(2 << 30).unwrap();
            },
            0,
            &[],
        ),
        (
            "a drop-in of 2 GB",
            |root| {
                let file = std::fs::File::create(root.join("etc/ssh/sshd_config.d/big.conf")).unwrap();
                file.set_len(2 << 30).unwrap();
            },
            3,
            &["/etc/ssh/sshd_config.d/big.conf: 2147483648 bytes, more than the limit of 67108864 for one file"],
        ),
    ];
    for (name, change, code, expected) in cases {
        let root = tempfile::tempdir().unwrap();
        debian(root.path());
        change(root.path());
        let (exit, errors, audit) = audit(root.path());
        let gaps = gaps(root.path(), &audit);
        assert_eq!(gaps.len(), expected.len(), "{name}: {gaps:?}");
        for (gap, expected) in gaps.iter().zip(expected) {
            assert!(gap.starts_with(expected), "{name}: {gap}");
        }
        assert_eq!(exit, code, "{name}: {errors}");
        assert_ne!(verdict(&audit, "host-sshd-root-login", "sshd"), "-", "{name}: the rest is audited");
    }
}

#[test]
fn of_a_part_of_a_system_what_is_elsewhere_is_unknown() {
    let root = tempfile::tempdir().unwrap();
    debian(root.path());
    std::fs::remove_dir_all(root.path().join("usr")).unwrap();
    std::fs::remove_dir_all(root.path().join("var")).unwrap();
    let (exit, _, audit) = audit(root.path());
    let gaps = gaps(root.path(), &audit);
    assert!(gaps[0].starts_with(": only a part of a system is here (/etc, no programs"), "{gaps:?}");
    assert_eq!((gaps.len(), exit), (1, 3), "{gaps:?}");
    assert_eq!(verdict(&audit, "host-sshd-empty-passwords", "sshd"), "pass", "what is there is judged");
}

#[test]
fn what_is_no_root_is_a_mistake_of_the_operator() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    for (path, expected) in [
        (
            at("text.tar", b"hello"),
            "neither a directory nor an archive of one (a tar, plain or packed with gzip or zstd)",
        ),
        (at("x.tar.xz", b"\xfd7zXZ\0\0\0\0"), "packed with xz, which duecare does not read; unpack it first"),
        (directory.path().join("none"), "not found"),
    ] {
        let (exit, errors, _) = audit(&path);
        assert!(errors.contains(expected), "{errors}");
        assert_eq!(exit, 2, "{errors}");
    }
}
