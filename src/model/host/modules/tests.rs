//! Settings of modules in, what can be loaded out; the expectations are from modprobe.d(5) and modprobe(8).

use crate::model::testing::{attribute, host, place, plain};

/// Files, attribute of the module usb_storage, value, deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);

const A: &str = "/etc/modprobe.d/a.conf";
const FSTAB: (&str, &str) = ("/etc/fstab", "/dev/sda1 / ext4\n");

#[test]
fn a_module_is_blocked_blacklisted_or_neither() {
    let vendor = "/usr/lib/modprobe.d/a.conf";
    let unknown = "unknown(a file that was not read: /etc/modprobe.d/a.conf)";
    let dep = ("/usr/lib/modules/6.1/modules.dep", "kernel/drivers/usb/storage/usb-storage.ko.xz: kernel/x.ko\n");
    let cases: &[Case] = &[
        (&[(A, "install usb-storage /bin/true\n")], "blocked", "true", "/etc/modprobe.d/a.conf:1"),
        (&[(A, "# x\ninstall usb_storage /bin/false\n")], "blocked", "true", "/etc/modprobe.d/a.conf:2"),
        (&[(A, "install\tusb-storage\t/usr/bin/false\n")], "blocked", "true", "/etc/modprobe.d/a.conf:1"),
        (&[(A, "install usb-storage \\\n  /bin/false\n")], "blocked", "true", "/etc/modprobe.d/a.conf:1"),
        (&[(A, "install usb-storage /sbin/modprobe -i usb-storage && logger x\n")], "blocked", "-", ""),
        (&[(A, "#install usb-storage /bin/true\n"), FSTAB], "blocked", "-", ""),
        (&[(A, "blacklist usb-storage\n")], "blocked", "-", ""),
        (&[(A, "blacklist usb-storage\n")], "blacklisted", "true", "/etc/modprobe.d/a.conf:1"),
        (&[(A, "softdep usb-storage pre: x\noptions usb-storage quirks=1\n"), FSTAB], "blacklisted", "-", ""),
        (&[("/etc/modprobe.d/a", "install usb-storage /bin/true\n"), FSTAB], "blocked", "-", ""),
        // A file of the same name in /etc hides that of the vendor.
        (&[(A, ""), (vendor, "install usb-storage /bin/true\n"), FSTAB], "blocked", "-", ""),
        (&[(A, "-> /dev/null"), (vendor, "install usb-storage /bin/true\n"), FSTAB], "blocked", "-", ""),
        (&[(vendor, "install usb-storage /bin/true\n"), FSTAB], "blocked", "true", "/usr/lib/modprobe.d/a.conf:1"),
        (&[("/etc/modprobe.d/a.conf/", ""), FSTAB], "blocked", unknown, "/etc/modprobe.d:1"),
        (&[("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet nousb\"\n")], "blocked", "true", "/etc/default/grub:1"),
        (
            &[("/etc/default/grub", "GRUB_CMDLINE_LINUX=module_blacklist=a,usb-storage\n")],
            "blocked",
            "true",
            "/etc/default/grub:1",
        ),
        (
            &[("/etc/default/grub", "GRUB_CMDLINE_LINUX=modprobe.blacklist=usb_storage\n")],
            "blacklisted",
            "true",
            "/etc/default/grub:1",
        ),
        (&[FSTAB, dep], "available", "-", ""),
        (
            &[FSTAB, ("/lib/modules/6.1/modules.dep", "kernel/fs/udf/udf.ko:\n")],
            "available",
            "false",
            "/etc/modprobe.d:1",
        ),
        (
            &[FSTAB, dep, ("/usr/lib/modules/6.1/modules.builtin", "kernel/drivers/usb/storage/usb-storage.ko\n")],
            "built_in",
            "true",
            "/etc/modprobe.d:1",
        ),
        (&[FSTAB], "available", "-", ""),
    ];
    for (files, key, expected, at) in cases {
        let (built, sources) = host(files);
        let value = attribute(&built, "module usb_storage", key);
        let got = (value.map_or("-".into(), plain), value.map_or(String::new(), |value| place(&sources, value)));
        assert_eq!(got, (expected.to_string(), at.to_string()), "{key} of {files:?}");
    }
}

#[test]
fn a_container_has_no_modules_and_hostile_files_end_well() {
    let (built, _) = host(&[("/usr/lib/modprobe.d/a.conf", "blacklist x\n"), ("/etc/os-release", "ID=debian\n")]);
    assert!(attribute(&built, "module udf", "blocked").is_none());
    for text in ["\0", "install", "install \\", "install é", "\\\n\\\n"] {
        host(&[(A, text), ("/lib/modules/x/modules.dep", text), FSTAB]);
    }
}
