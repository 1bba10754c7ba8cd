//! Files in, the state after the next start out; the expectations are from selinux(8) and apparmor(7).

use crate::model::testing::{attribute, host, place, plain};

/// Files, address, attribute, value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

fn check(cases: &[Case]) {
    for (files, address, key, expected, at) in cases {
        let (built, sources) = host(files);
        let value = attribute(&built, address, key);
        let got = (value.map_or("-".into(), plain), value.map_or(String::new(), |value| place(&sources, value)));
        assert_eq!(got, (expected.to_string(), at.to_string()), "{key} of {address} in {files:?}");
    }
}

#[test]
fn arguments_of_the_kernel_go_before_the_file() {
    let config = ("/etc/selinux/config", "# SELINUX=disabled\nSELINUX=enforcing\nSELINUXTYPE=targeted\n");
    let permissive = ("/etc/selinux/config", "SELINUX=enforcing\nSELINUX=permissive\n");
    let grub = |text: &'static str| ("/etc/default/grub", text);
    check(&[
        (&[config], "selinux", "mode", "enforcing", "/etc/selinux/config:2"),
        (&[permissive], "selinux", "mode", "permissive", "/etc/selinux/config:2"),
        (&[("/etc/selinux/config", "\n")], "selinux", "mode", "-", ""),
        (&[config, grub("GRUB_CMDLINE_LINUX=selinux=0\n")], "selinux", "mode", "disabled", "/etc/default/grub:1"),
        (&[config, grub("GRUB_CMDLINE_LINUX=enforcing=0\n")], "selinux", "mode", "permissive", "/etc/default/grub:1"),
        (
            &[permissive, grub("GRUB_CMDLINE_LINUX=enforcing=1\n")],
            "selinux",
            "mode",
            "enforcing",
            "/etc/default/grub:1",
        ),
        (&[config, grub("GRUB_CMDLINE_LINUX=selinux=1\n")], "selinux", "mode", "enforcing", "/etc/selinux/config:2"),
        (&[config], "selinux", "policy", "targeted", "/etc/selinux/config:3"),
        (&[config, ("/usr/sbin/mcstransd", "x")], "selinux", "tools", "[mcstrans]", "/etc/selinux/config:1"),
        (
            &[
                config,
                ("/var/lib/selinux/targeted/active/booleans.local", "selinuxuser_execheap=1\nftpd_full_access=0\n"),
            ],
            "selinux",
            "booleans",
            "[selinuxuser_execheap]",
            "/var/lib/selinux/targeted/active/booleans.local:1",
        ),
    ]);
}

#[test]
fn profiles_enforce_unless_something_says_otherwise() {
    let ubuntu = ("/etc/os-release", "ID=ubuntu\nID_LIKE=debian\n");
    let fstab = ("/etc/fstab", "/dev/sda1 / ext4\n");
    let parser = ("/usr/sbin/apparmor_parser", "x");
    let profile = ("/etc/apparmor.d/usr.sbin.mysqld", "# flags=(complain)\nprofile mysqld /usr/sbin/mysqld {\n}\n");
    check(&[
        (&[ubuntu, fstab, parser], "apparmor", "installed", "true", "/etc/apparmor.d:1"),
        (&[ubuntu, fstab], "apparmor", "installed", "-", ""),
        (
            &[ubuntu, fstab, parser, ("/etc/default/grub", "GRUB_CMDLINE_LINUX=apparmor=0\n")],
            "apparmor",
            "enabled",
            "false",
            "/etc/default/grub:1",
        ),
        (&[ubuntu, fstab, parser, profile], "apparmor", "complaining", "[]", "/etc/apparmor.d:1"),
        (
            &[
                ubuntu,
                fstab,
                parser,
                ("/etc/apparmor.d/a", "profile a /bin/a flags=(attach_disconnected,complain) {\n}\n"),
            ],
            "apparmor",
            "complaining",
            "[a]",
            "/etc/apparmor.d/a:1",
        ),
        (
            &[
                ubuntu,
                fstab,
                parser,
                profile,
                ("/etc/apparmor.d/force-complain/usr.sbin.mysqld", "-> ../usr.sbin.mysqld"),
            ],
            "apparmor",
            "complaining",
            "[usr.sbin.mysqld]",
            "/etc/apparmor.d/usr.sbin.mysqld:1",
        ),
        (
            &[ubuntu, fstab, parser, profile, ("/etc/apparmor.d/disable/usr.sbin.mysqld", "-> ../usr.sbin.mysqld")],
            "apparmor",
            "disabled",
            "[usr.sbin.mysqld]",
            "/etc/apparmor.d/usr.sbin.mysqld:1",
        ),
        (&[ubuntu, parser], "apparmor", "installed", "-", ""),
    ]);
}
