//! Boot loaders in, command lines out; the expectations are from the manuals of GRUB, of the Boot Loader
//! Specification (uapi-group.org), of Syslinux, and of the kernel (admin-guide/kernel-parameters).

use super::cmdline::Cmdline;
use crate::budget::Budget;
use crate::model::host::view::{HostRoot, View};
use crate::model::testing::{attribute, host, place, plain};
use crate::open::{Kind, Memory, Stat};
use crate::source::Sources;

const GRUB: &str = "/boot/grub/grub.cfg";
const DEFAULT: &str = "/etc/default/grub";

/// Files, argument, value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);

/// The value of one argument and its place, as the host starts.
fn value(files: &[(&str, &str)], name: &str) -> (String, String) {
    let mut tree = Memory::default();
    for (path, text) in files {
        let stat = Stat { kind: Kind::File, mode: 0o644, uid: 0, gid: 0, size: 0, modified: None };
        tree.file(std::path::Path::new(path), text.as_bytes(), stat);
    }
    let (mut sources, budget) = (Sources::default(), Budget::default());
    let root = HostRoot::new(&tree, false, "", &mut sources, &budget);
    let view: &dyn View = &root;
    let found = Cmdline::read(view).value(view, name);
    drop(root);
    (found.as_ref().map_or("-".into(), plain), found.map_or(String::new(), |value| place(&sources, &value)))
}

#[test]
fn each_boot_loader_states_what_counts() {
    let menu = "menuentry 'Debian' --class debian {\n\tlinux\t/vmlinuz-6.1 root=/dev/sda1 ro quiet audit=1\n}\n";
    let recovery = "menuentry 'Debian (recovery mode)' {\n linux /vmlinuz-6.1 root=/dev/sda1 ro single\n}\n";
    let old = "menuentry 'Old' {\n linux /vmlinuz-5.10 root=/dev/sda1 ro\n}\n";
    let bls = ("/boot/grub2/grub.cfg", "blscfg\nif [ -z x ]; then\n set kernelopts=\"root=/dev/sda1 audit=0\"\nfi\n");
    let entry = "title RHEL\nlinux /vmlinuz\noptions $kernelopts $tuned_params\n";
    let rhel = ("/boot/loader/entries/a-4.18.conf", entry);
    let environment =
        ("/boot/grub2/grubenv", "# GRUB Environment Block\nkernelopts=root=/dev/sda1 audit=1\ntuned_params=\n####");
    let cases: &[Case] = &[
        (&[(GRUB, menu)], "audit", "1", "/boot/grub/grub.cfg:2"),
        (&[(GRUB, menu)], "quiet", "", "/boot/grub/grub.cfg:2"),
        (&[(GRUB, menu)], "fips", "-", ""),
        // An entry for recovery does not count; another kernel's does.
        (&[(GRUB, &format!("{menu}{recovery}"))], "audit", "1", "/boot/grub/grub.cfg:2"),
        (
            &[(GRUB, &format!("{menu}{old}"))],
            "audit",
            "unknown(depends on a condition that is not known: audit, which the boot entries Debian and Old state differently)",
            "/boot/grub/grub.cfg:5",
        ),
        (&[(GRUB, &format!("{menu}{old}"))], "root", "/dev/sda1", "/boot/grub/grub.cfg:2"),
        // What was generated counts, not what it would be generated from.
        (&[(GRUB, menu), (DEFAULT, "GRUB_CMDLINE_LINUX=\"audit=0\"\n")], "audit", "1", "/boot/grub/grub.cfg:2"),
        (
            &[(GRUB, "menuentry 'a' {\n linux /v audit=1 audit=0 $vt_handoff\n}\n")],
            "audit",
            "0",
            "/boot/grub/grub.cfg:2",
        ),
        (
            &[(GRUB, "menuentry 'a' {\n linux /v audit=1 $site\n}\n")],
            "audit",
            "unknown(not evaluated by this version: audit, which $site may set)",
            "/boot/grub/grub.cfg:2",
        ),
        (
            &[(GRUB, "set site=\"audit=1\"\nmenuentry \"a\" {\n linuxefi /v ${site}\n}\n")],
            "audit",
            "1",
            "/boot/grub/grub.cfg:3",
        ),
        (
            &[(
                GRUB,
                "menuentry 'Xen' {\n multiboot2 /xen.gz audit=2\n module2 /vmlinuz audit=1\n module2 /initrd audit=3\n}\n",
            )],
            "audit",
            "1",
            "/boot/grub/grub.cfg:3",
        ),
        // EL8 keeps the arguments in the environment block, else in a variable of grub.cfg.
        (&[bls, rhel, environment], "audit", "1", "/boot/loader/entries/a-4.18.conf:3"),
        (
            &[bls, ("/boot/loader/entries/a.conf", "title a\noptions $kernelopts\n")],
            "audit",
            "0",
            "/boot/loader/entries/a.conf:2",
        ),
        (
            &[
                ("/boot/loader/entries/m-0-rescue.conf", "options ro\n"),
                ("/boot/loader/entries/n.conf", "options ro\noptions audit=1\n"),
            ],
            "audit",
            "1",
            "/boot/loader/entries/n.conf:2",
        ),
        (
            &[("/boot/extlinux/extlinux.conf", "DEFAULT l\nLABEL l\n KERNEL /v\n append ro audit=1\n")],
            "audit",
            "1",
            "/boot/extlinux/extlinux.conf:4",
        ),
        (
            &[("/boot/firmware/cmdline.txt", "console=tty1 audit=1\n"), ("/boot/firmware/config.txt", "")],
            "audit",
            "1",
            "/boot/firmware/cmdline.txt:1",
        ),
        (
            &[("/boot/EFI/Linux/a.efi", "MZ")],
            "audit",
            "unknown(a file that was not read: /boot/EFI/Linux/a.efi)",
            "/boot/EFI/Linux/a.efi:1",
        ),
        (
            &[("/boot/EFI/Linux/a.efi", "MZ"), ("/etc/kernel/cmdline", "ro\naudit=1\n")],
            "audit",
            "1",
            "/etc/kernel/cmdline:1",
        ),
        (
            &[],
            "audit",
            "unknown(a file that was not read: the configuration of the boot loader)",
            "/etc/default/grub:1",
        ),
    ];
    for (files, name, expected, at) in cases {
        assert_eq!(value(files, name), (expected.to_string(), at.to_string()), "{name} of {files:?}");
    }
}

#[test]
fn the_templates_count_where_nothing_was_generated() {
    let cases: &[Case] = &[
        (&[(DEFAULT, "GRUB_CMDLINE_LINUX=\"quiet audit=1\"\n")], "audit", "1", "/etc/default/grub:1"),
        (
            &[(DEFAULT, "GRUB_CMDLINE_LINUX=audit=1 # why\nGRUB_CMDLINE_LINUX_DEFAULT='audit=0'\n")],
            "audit",
            "0",
            "/etc/default/grub:2",
        ),
        (
            &[
                (DEFAULT, "GRUB_CMDLINE_LINUX=\"a=1\"\n"),
                ("/etc/default/grub.d/50-x.cfg", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX audit=1\"\n"),
                ("/etc/default/grub.d/60-y.cfg", "GRUB_CMDLINE_LINUX=\"${GRUB_CMDLINE_LINUX} b=2\"\n"),
            ],
            "audit",
            "1",
            "/etc/default/grub.d/60-y.cfg:1",
        ),
        (
            &[
                (DEFAULT, "GRUB_CMDLINE_LINUX=\"audit=1\"\n"),
                ("/etc/default/grub.d/50-x.cfg", "GRUB_CMDLINE_LINUX=\"quiet\"\n"),
            ],
            "audit",
            "-",
            "",
        ),
        (&[(DEFAULT, "#GRUB_CMDLINE_LINUX=\"audit=1\"\nGRUB_TIMEOUT=5\n")], "audit", "-", ""),
        (
            &[(DEFAULT, "GRUB_CMDLINE_LINUX=\"$(site) audit=1\"\n")],
            "audit",
            "unknown(not evaluated by this version: audit, which $GRUB_CMDLINE_LINUX may set)",
            "/etc/default/grub:1",
        ),
        (
            &[(DEFAULT, "GRUB_CMDLINE_LINUX=\"a\"\nGRUB_CMDLINE_LINUX+=\" audit=1\"\n")],
            "audit",
            "1",
            "/etc/default/grub:2",
        ),
        (&[("/etc/kernel/cmdline", "root=/dev/sda1 audit=1\n")], "audit", "1", "/etc/kernel/cmdline:1"),
        (
            &[(DEFAULT, "GRUB_CMDLINE_LINUX='dyndbg=\"file a.c +p\" x=\"audit=0 -- audit=2\" -- audit=3'\n")],
            "audit",
            "-",
            "",
        ),
        (&[(DEFAULT, "GRUB_CMDLINE_LINUX=\"page-poison=1\"\n")], "page_poison", "1", "/etc/default/grub:1"),
    ];
    for (files, name, expected, at) in cases {
        assert_eq!(value(files, name), (expected.to_string(), at.to_string()), "{name} of {files:?}");
    }
}

#[test]
fn every_distinct_line_is_a_resource() {
    let menu = "menuentry 'A' {\n linux /v1 audit=1 systemd.debug-shell\n}\nmenuentry 'B' {\n linux /v2 audit=1 systemd.debug-shell\n}\nmenuentry 'C' {\n linux /v3\n}\n";
    let (built, sources) = host(&[(GRUB, menu)]);
    let addresses: Vec<&str> =
        built.resources.iter().filter(|it| &*it.kind == "kernel.cmdline").map(|it| &*it.address).collect();
    assert_eq!(addresses, ["boot/A", "boot/C"]);
    let found = attribute(&built, "boot/A", "arguments").unwrap();
    assert_eq!(
        (plain(found), place(&sources, found)),
        ("{audit: 1, systemd.debug_shell: }".into(), "/boot/grub/grub.cfg:2".into())
    );
}

#[test]
fn hostile_configurations_end_well() {
    let many = format!("menuentry 'x' {{\n linux /v {}\n", "$a ".repeat(20_000));
    for text in ["\0\0linux", "menuentry '", "menuentry", " linux ", "set =", &many, "menuentry 'é {\n linux /v \"é=\n"]
    {
        host(&[(GRUB, text), (DEFAULT, text), ("/boot/loader/entries/x.conf", text)]);
    }
}
