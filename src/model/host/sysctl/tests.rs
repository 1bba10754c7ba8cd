//! Files of kernel settings in, what holds after the start out; the expectations are from sysctl.d(5),
//! sysctl.conf(5) and sysctl(8).

use crate::model::testing::{attribute, host, place, plain};
use crate::resource::GapKind;

/// Files, key, value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);

const SYSTEMD: (&str, &str) = ("/usr/lib/systemd/systemd-sysctl", "");
const PROCPS: (&str, &str) = ("/etc/inittab", "");
const FORWARD: &str = "net.ipv4.ip_forward";
const A: &str = "/etc/sysctl.d/50-a.conf";

fn check(cases: &[Case]) {
    for (files, key, expected, at) in cases {
        let (built, sources) = host(files);
        let resource = built.resources.iter().find(|it| &*it.kind == "sysctl");
        let path = super::settings::path_of(key);
        let value = resource.and_then(|it| path.split('/').try_fold(&it.attributes, |value, part| value.get(part)));
        let got = (value.map_or("-".into(), plain), value.map_or(String::new(), |value| place(&sources, value)));
        assert_eq!(got, (expected.to_string(), at.to_string()), "{key} of {files:?}");
    }
}

#[test]
fn the_last_file_by_name_decides() {
    check(&[
        (&[SYSTEMD, (A, "net.ipv4.ip_forward = 1\n")], FORWARD, "1", "/etc/sysctl.d/50-a.conf:1"),
        (&[SYSTEMD, (A, "net.ipv4.ip_forward=1\nnet.ipv4.ip_forward=0\n")], FORWARD, "0", "/etc/sysctl.d/50-a.conf:2"),
        (
            &[SYSTEMD, (A, "net.ipv4.ip_forward=0\n"), ("/usr/lib/sysctl.d/60-b.conf", "net.ipv4.ip_forward=1\n")],
            FORWARD,
            "1",
            "/usr/lib/sysctl.d/60-b.conf:1",
        ),
        // The same name in /etc hides that of the vendor, even if it is empty or a mask.
        (
            &[SYSTEMD, (A, "net.ipv4.ip_forward=0\n"), ("/usr/lib/sysctl.d/50-a.conf", "net.ipv4.ip_forward=1\n")],
            FORWARD,
            "0",
            "/etc/sysctl.d/50-a.conf:1",
        ),
        (
            &[
                SYSTEMD,
                (A, "-> /dev/null"),
                ("/usr/lib/sysctl.d/50-a.conf", "net.ipv4.ip_forward=1\n"),
                ("/etc/fstab", "x / ext4\n"),
            ],
            FORWARD,
            "-",
            "",
        ),
        (
            &[SYSTEMD, ("/run/sysctl.d/50-a.conf", "net.ipv4.ip_forward=1\n"), (A, "net.ipv4.ip_forward=0\n")],
            FORWARD,
            "0",
            "/etc/sysctl.d/50-a.conf:1",
        ),
        (
            &[
                PROCPS,
                ("/run/sysctl.d/50-a.conf", "net.ipv4.ip_forward=1\n"),
                (A, "net.ipv4.ip_forward=0\n"),
                ("/etc/sysctl.conf", "a=1\n"),
            ],
            FORWARD,
            "1",
            "/run/sysctl.d/50-a.conf:1",
        ),
        (&[SYSTEMD, ("/etc/sysctl.d/a", "net.ipv4.ip_forward=1\n"), (A, "a=1\n")], FORWARD, "-", ""),
        (&[SYSTEMD, (A, "# net.ipv4.ip_forward=1\n; net.ipv4.ip_forward=1\n\n  a = b\n")], FORWARD, "-", ""),
    ]);
}

#[test]
fn the_main_file_counts_where_something_reads_it() {
    let main = ("/etc/sysctl.conf", "net.ipv4.ip_forward=1\n");
    let link = ("/etc/sysctl.d/99-sysctl.conf", "-> ../sysctl.conf");
    check(&[
        (&[SYSTEMD, main, link], FORWARD, "1", "/etc/sysctl.conf:1"),
        (&[SYSTEMD, main], FORWARD, "-", ""),
        (&[SYSTEMD, main], "unread", "[net.ipv4.ip_forward]", "/etc/sysctl.conf:1"),
        (&[SYSTEMD, main, link], "unread", "[]", "/etc/sysctl.conf:1"),
        (&[SYSTEMD, main, (A, "net.ipv4.ip_forward=1\n")], "unread", "[]", "/etc/sysctl.d/50-a.conf:1"),
        (&[PROCPS, main, ("/etc/sysctl.d/zz.conf", "net.ipv4.ip_forward=0\n")], FORWARD, "1", "/etc/sysctl.conf:1"),
        // Nothing tells which program applies them, and they differ.
        (
            &[main, ("/etc/sysctl.d/zz.conf", "net.ipv4.ip_forward=0\n")],
            FORWARD,
            "unknown(depends on a condition that is not known: net.ipv4.ip_forward, whose files systemd-sysctl and procps read in different orders)",
            "/etc/sysctl.d/zz.conf:1",
        ),
        (&[("/etc/sysctl.d/zz.conf", "net.ipv4.ip_forward=0\n")], FORWARD, "0", "/etc/sysctl.d/zz.conf:1"),
    ]);
}

#[test]
fn keys_are_spelled_and_matched_as_in_the_manual() {
    let rp = "net.ipv4.conf.all.rp_filter";
    check(&[
        (&[(A, "net/ipv4/ip_forward = 1\n")], FORWARD, "1", "/etc/sysctl.d/50-a.conf:1"),
        (&[(A, "-net.ipv4.ip_forward = 1\n")], FORWARD, "1", "/etc/sysctl.d/50-a.conf:1"),
        (
            &[(A, "net/ipv4/conf/enp3s0.200/rp_filter=1\n")],
            "net.ipv4.conf.enp3s0/200.rp_filter",
            "1",
            "/etc/sysctl.d/50-a.conf:1",
        ),
        (
            &[(A, "net.ipv4.conf.enp3s0/200.rp_filter=1\n")],
            "net.ipv4.conf.enp3s0/200.rp_filter",
            "1",
            "/etc/sysctl.d/50-a.conf:1",
        ),
        (&[(A, "net.ipv4.conf.*.rp_filter = 2\n")], rp, "2", "/etc/sysctl.d/50-a.conf:1"),
        // "Keys for which an explicit pattern exists will be excluded from any glob matching."
        (
            &[(A, "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.*.rp_filter = 2\n")],
            rp,
            "1",
            "/etc/sysctl.d/50-a.conf:1",
        ),
        (&[(A, "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n")], rp, "-", ""),
        (
            &[(A, "net.ipv4.conf.*.rp_filter = 2\nnet.ipv4.conf.a*.rp_filter = 1\n")],
            rp,
            "1",
            "/etc/sysctl.d/50-a.conf:2",
        ),
        (&[(A, "net.*.rp_filter = 2\n")], rp, "-", ""),
        (&[(A, "kernel.printk = 4  4\t1 7\n")], "kernel.printk", "4 4 1 7", "/etc/sysctl.d/50-a.conf:1"),
        (&[(A, "nonsense\na = b\n")], "a", "b", "/etc/sysctl.d/50-a.conf:2"),
    ]);
}

#[test]
fn ufw_and_the_kernel_line_set_more() {
    let ufw = ("/etc/ufw/sysctl.conf", "net/ipv4/ip_forward=1\n");
    let default = ("/etc/default/ufw", "IPT_SYSCTL=/etc/ufw/sysctl.conf\n");
    let grub = ("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"sysctl.net.ipv4.ip_forward=1\"\n");
    check(&[
        (
            &[(A, "net.ipv4.ip_forward=0\n"), ufw, default, ("/etc/ufw/ufw.conf", "ENABLED=yes\n")],
            FORWARD,
            "1",
            "/etc/ufw/sysctl.conf:1",
        ),
        (
            &[(A, "net.ipv4.ip_forward=0\n"), ufw, default, ("/etc/ufw/ufw.conf", "ENABLED=no\n")],
            FORWARD,
            "0",
            "/etc/sysctl.d/50-a.conf:1",
        ),
        (&[grub], FORWARD, "1", "/etc/default/grub:1"),
        (&[grub, (A, "net.ipv4.ip_forward=0\n")], FORWARD, "0", "/etc/sysctl.d/50-a.conf:1"),
    ]);
}

#[test]
fn defaults_of_the_build_come_from_the_installed_kernels() {
    let fstab = ("/etc/fstab", "/dev/sda1 / ext4\n");
    let debian = ("/etc/os-release", "ID=debian\n");
    let config = (
        "/boot/config-6.1",
        "CONFIG_A=y\nCONFIG_SECURITY_DMESG_RESTRICT=y\nCONFIG_BPF_UNPRIV_DEFAULT_OFF=y\nCONFIG_MAGIC_SYSRQ_DEFAULT_ENABLE=0x01b6\nCONFIG_SECURITY_YAMA=y\n",
    );
    let other = ("/boot/config-5.10", "# CONFIG_SECURITY_DMESG_RESTRICT is not set\n");
    let unknown = |key: &str| {
        format!("unknown(needs a running system: {key}, whose default depends on how the kernel was built)")
    };
    let dmesg = "kernel.dmesg_restrict";
    check(&[
        (&[fstab, config], dmesg, "1", "/boot/config-6.1:2"),
        (&[fstab, other], dmesg, "0", "/boot/config-5.10:1"),
        (&[fstab, config, other], dmesg, &unknown(dmesg), "/etc/sysctl.conf:1"),
        (&[fstab], dmesg, &unknown(dmesg), "/etc/sysctl.conf:1"),
        (&[fstab, config, (A, "kernel.dmesg_restrict=0\n")], dmesg, "0", "/etc/sysctl.d/50-a.conf:1"),
        (&[fstab, config], "kernel.sysrq", "438", "/boot/config-6.1:4"),
        (&[fstab, config], "kernel.unprivileged_bpf_disabled", "2", "/boot/config-6.1:3"),
        (&[fstab, config, debian], "kernel.yama.ptrace_scope", "0", "/boot/config-6.1:5"),
        (&[fstab, config, ("/etc/os-release", "ID=ubuntu\n")], "kernel.yama.ptrace_scope", "1", "/boot/config-6.1:5"),
        (&[fstab], FORWARD, "-", ""),
    ]);
}

#[test]
fn a_container_has_no_kernel_settings() {
    for files in [
        &[("/etc/os-release", "ID=debian\n"), ("/usr/lib/sysctl.d/a.conf", "a=1\n")][..],
        &[("/etc/sysctl.conf", "# a=1\n"), ("/etc/fstab", "# UNCONFIGURED FSTAB\n")],
        &[],
    ] {
        assert!(attribute(&host(files).0, "sysctl", "unread").is_none(), "{files:?}");
    }
}

#[test]
fn what_is_not_readable_leaves_the_rest_unknown() {
    let hole = format!("{A}/");
    let files = [
        ("/etc/sysctl.d/10-a.conf", "net.ipv4.ip_forward=0\n"),
        (hole.as_str(), ""),
        ("/etc/sysctl.d/60-c.conf", "kernel.sysrq=0\n"),
    ];
    let unknown = "unknown(a file that was not read: /etc/sysctl.d/50-a.conf)";
    check(&[
        (&files, FORWARD, unknown, "/etc/sysctl.d/10-a.conf:1"),
        (&files, "kernel.randomize_va_space", unknown, "/etc/sysctl.d/10-a.conf:1"),
        (&files, "kernel.sysrq", "0", "/etc/sysctl.d/60-c.conf:1"),
    ]);
    let (built, _) = host(&files);
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Unreadable));
}

#[test]
fn hostile_files_end_well() {
    let many = "*.*.*=1\n".repeat(30_000);
    for text in ["\0=\0", "=", "-", "= =", "a/=.", "é.*=1\n-é", &many] {
        host(&[(A, text), ("/etc/sysctl.conf", text)]);
    }
}
