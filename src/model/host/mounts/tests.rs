//! Tables of file systems in, what is mounted how out; the expectations are from fstab(5), mount(8),
//! systemd.mount(5), crypttab(5), exports(5), nfs(5) and mount.cifs(8).

use crate::model::testing::{attribute, host, place, plain};

/// Files, address, attribute, value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

const FSTAB: &str = "/etc/fstab";
const SYSTEMD: (&str, &str) = ("/etc/systemd/", "");

fn check(cases: &[Case]) {
    for (files, address, key, expected, at) in cases {
        let (built, sources) = host(files);
        let value = attribute(&built, address, key);
        let got = (value.map_or("-".into(), plain), value.map_or(String::new(), |value| place(&sources, value)));
        assert_eq!(got, (expected.to_string(), at.to_string()), "{key} of {address} in {files:?}");
    }
}

#[test]
fn options_mean_what_they_do_together() {
    let line = |options: &str| format!("# <file system>\nUUID=1 /tmp ext4 {options} 0 2\n");
    for (options, nodev, nosuid, noexec) in [
        ("defaults", false, false, false),
        ("nodev,nosuid,noexec", true, true, true),
        ("defaults,nodev", true, false, false),
        ("nosuid,suid", false, false, false),
        ("noexec,exec,noexec", false, false, true),
        ("user", true, true, true),
        ("users,exec", true, true, false),
        ("noexec,user,dev", false, true, true),
        ("owner", true, true, false),
        ("nodev,defaults", false, false, false),
        ("rw,relatime,mode=1777,nosuid", false, true, false),
    ] {
        let text = line(options);
        let files = [(FSTAB, &*text)];
        let word = |is: bool| if is { "true" } else { "-" };
        for (key, is) in [("nodev", nodev), ("nosuid", nosuid), ("noexec", noexec)] {
            check(&[(&files, "/tmp", key, word(is), if is { "/etc/fstab:2" } else { "" })]);
        }
    }
}

#[test]
fn mount_points_come_from_fstab_and_units() {
    let root = "/dev/sda1 / ext4 defaults 0 1\n";
    let unit = "[Unit]\nDescription=x\n[Mount]\nWhat=tmpfs\nWhere=/tmp\nType=tmpfs\nOptions=mode=1777,nosuid,nodev\n";
    let vendor = ("/usr/lib/systemd/system/tmp.mount", unit);
    let wanted = ("/usr/lib/systemd/system/local-fs.target.wants/tmp.mount", "-> ../tmp.mount");
    let line = format!("{root}tmpfs /tmp tmpfs noexec\n");
    check(&[
        (&[(FSTAB, root)], "/tmp", "separate", "-", ""),
        (&[(FSTAB, root)], "/", "type", "ext4", "/etc/fstab:1"),
        (&[(FSTAB, root), vendor], "/tmp", "separate", "-", ""),
        (&[(FSTAB, root), vendor, wanted], "/tmp", "separate", "true", "/usr/lib/systemd/system/tmp.mount:7"),
        (&[(FSTAB, root), vendor, wanted], "/tmp", "nosuid", "true", "/usr/lib/systemd/system/tmp.mount:7"),
        (
            &[(FSTAB, root), vendor, wanted, ("/etc/systemd/system/tmp.mount.d/x.conf", "[Mount]\nOptions=noexec\n")],
            "/tmp",
            "nosuid",
            "-",
            "",
        ),
        (
            &[(FSTAB, root), vendor, wanted, ("/etc/systemd/system/tmp.mount", "-> /dev/null")],
            "/tmp",
            "separate",
            "-",
            "",
        ),
        // A line of fstab goes before a unit of the vendor, and after one of /etc.
        (&[(FSTAB, &line), vendor, wanted], "/tmp", "noexec", "true", "/etc/fstab:2"),
        (&[(FSTAB, &line), ("/etc/systemd/system/tmp.mount", unit), wanted], "/tmp", "noexec", "-", ""),
        // Two lines for one place.
        (&[(FSTAB, "a /tmp ext4 nodev\nb /tmp ext4 nosuid\n"), SYSTEMD], "/tmp", "device", "a", "/etc/fstab:1"),
        (&[(FSTAB, "a /tmp ext4 nodev\nb /tmp ext4 nosuid\n")], "/tmp", "device", "b", "/etc/fstab:2"),
        (&[(FSTAB, "a /srv/scan\\040in/ ext4\n")], "/srv/scan in", "device", "a", "/etc/fstab:1"),
        (&[(FSTAB, "/srv/tmp /tmp none bind,nodev\n")], "/tmp", "separate", "-", ""),
        (&[(FSTAB, "a /srv ext4\n/srv/tmp /tmp none bind\n")], "/tmp", "separate", "true", "/etc/fstab:2"),
        // systemd mounts /dev/shm by itself, and with the options of fstab if there is a line.
        (&[(FSTAB, root), SYSTEMD], "/dev/shm", "nodev", "true", "/etc/fstab:1"),
        (&[(FSTAB, root), SYSTEMD], "/dev/shm", "noexec", "-", ""),
        (&[(FSTAB, "tmpfs /dev/shm tmpfs defaults,noexec\n"), SYSTEMD], "/dev/shm", "nodev", "-", ""),
        (
            &[("/etc/default/grub", "")],
            "/home",
            "separate",
            "unknown(needs a running system: what is mounted)",
            "/etc/fstab:1",
        ),
        (&[(FSTAB, root)], "/var/log/audit", "separate", "-", ""),
        (&[(FSTAB, root), ("/etc/audit/", "")], "/var/log/audit", "separate", "-", ""),
        (&[("/etc/fstab", "# UNCONFIGURED FSTAB FOR BASE SYSTEM\n")], "/tmp", "separate", "-", ""),
    ]);
}

#[test]
fn encryption_is_known_from_crypttab_or_not_at_all() {
    let table = (
        "/etc/crypttab",
        "# name device key\ndata UUID=1 none luks\nswap0 /dev/sda3 /dev/urandom swap\nold /dev/sdb1 /root/old.key luks\n",
    );
    let mounts = (
        FSTAB,
        "/dev/sda1 / ext4\n/dev/mapper/data /srv xfs\nUUID=9 /home ext4\n/dev/vg/lv /var ext4\nzroot/db /db zfs\n/dev/mapper/swap0 none swap sw\n/swap.img none swap sw\n/dev/zram0 none swap\n",
    );
    let lies = |what: &str| format!("unknown(needs a running system: what {what} lies on)");
    check(&[
        (&[table, mounts], "/srv", "encrypted", "true", "/etc/crypttab:2"),
        (&[table, mounts], "/", "encrypted", "-", ""),
        (&[table, mounts], "/home", "encrypted", &lies("UUID=9"), "/etc/fstab:3"),
        (&[mounts], "/home", "encrypted", "-", ""),
        (
            &[mounts, ("/etc/default/grub", "GRUB_CMDLINE_LINUX=rd.luks.uuid=1\n")],
            "/var",
            "encrypted",
            &lies("/dev/vg/lv"),
            "/etc/fstab:4",
        ),
        (
            &[mounts],
            "/db",
            "encrypted",
            "unknown(needs a running system: whether zroot/db encrypts by itself)",
            "/etc/fstab:5",
        ),
        (&[table, mounts], "/dev/mapper/swap0", "encrypted", "true", "/etc/crypttab:3"),
        (&[table, mounts], "/swap.img", "encrypted", "-", ""),
        (&[table, mounts], "/dev/zram0", "on_disk", "false", "/etc/fstab:8"),
        (&[table, mounts], "crypttab/old", "key_file", "/root/old.key", "/etc/crypttab:4"),
        (&[table, mounts], "crypttab/old", "key_file_encrypted", "-", ""),
        (&[table, mounts], "crypttab/swap0", "random_key", "true", "/etc/crypttab:3"),
        (&[table, mounts], "crypttab/data", "key_file", "-", ""),
        (
            &[("/etc/crypttab", "d UUID=1 none luks,tpm2-device=auto\n")],
            "crypttab/d",
            "hardware_key",
            "true",
            "/etc/crypttab:1",
        ),
        (&[(FSTAB, "/dev/sda1 /boot ext4\n")], "/boot", "encrypted", "-", ""),
        (
            &[mounts, ("/etc/pam.d/common-session", "session optional pam_fscrypt.so\n")],
            "/home",
            "home_encryption",
            "fscrypt",
            "/etc/pam.d/common-session:1",
        ),
    ]);
}

#[test]
fn remote_file_systems_say_whether_they_are_encrypted() {
    let cases = [
        ("nas:/records /mnt/r nfs4 sec=krb5p", "true"),
        ("nas:/records /mnt/r nfs4 sec=krb5i", "-"),
        ("nas:/records /mnt/r nfs defaults", "-"),
        ("nas:/records /mnt/r nfs xprtsec=mtls", "true"),
        ("//nas/records /mnt/r cifs credentials=/root/c,seal", "true"),
        ("//nas/records /mnt/r cifs credentials=/root/c,vers=3.0", "-"),
        ("a@b:/x /mnt/r fuse.sshfs _netdev", "true"),
        ("fs-1:/ /mnt/r efs _netdev,tls", "true"),
        (
            "127.0.0.1:/ /mnt/r nfs4 port=20049",
            "unknown(not evaluated by this version: a tunnel on this machine may encrypt it)",
        ),
        ("https://dav/x /mnt/r davfs", "true"),
        ("/dev/sdb1 /mnt/r ext4", "-"),
    ];
    for (line, expected) in cases {
        let at = if expected == "-" { "" } else { "/etc/fstab:1" };
        check(&[(&[(FSTAB, line)], "/mnt/r", "transport_encrypted", expected, at)]);
    }
    check(&[
        (&[(FSTAB, "/dev/sr0 /mnt/cd iso9660 ro,user,noauto")], "/mnt/cd", "removable", "true", "/etc/fstab:1"),
        (&[(FSTAB, "/dev/sdc1 /media/usb vfat user")], "/media/usb", "removable", "true", "/etc/fstab:1"),
        (&[(FSTAB, "UUID=1 /boot/efi vfat umask=0077")], "/boot/efi", "removable", "-", ""),
    ]);
}

#[test]
fn exports_are_read_client_by_client() {
    let file = (
        "/etc/exports",
        "# records\n/srv/r -sec=krb5p,rw ward(ro) *.clinic.test(no_root_squash) \\\n  10.0.0.0/8(sec=sys:krb5p)\n\"/srv/scan in\" (rw)\n/srv/all\n",
    );
    check(&[
        (&[file], "export /srv/r ward", "encrypted", "true", "/etc/exports:2"),
        (&[file], "export /srv/r ward", "write", "-", ""),
        (&[file], "export /srv/r *.clinic.test", "squash", "none", "/etc/exports:2"),
        (&[file], "export /srv/r 10.0.0.0/8", "kerberos", "-", ""),
        (&[file], "export /srv/scan in *", "write", "true", "/etc/exports:4"),
        (&[file], "export /srv/all *", "security", "[sys]", "/etc/exports:5"),
        (
            &[("/etc/exports.d/a.exports", "/a b(xprtsec=tls)\n")],
            "export /a b",
            "encrypted",
            "true",
            "/etc/exports.d/a.exports:1",
        ),
    ]);
}

#[test]
fn hostile_tables_end_well() {
    let long = "a".repeat(100_000);
    let many = "d /m ext4\n".repeat(20_000);
    for text in ["\0 \0 \0", "a", "/ / / /", "a \\", "a /\\9é b", &long, &many, "/x -\n/y (((\n/z )"] {
        host(&[
            (FSTAB, text),
            ("/etc/crypttab", text),
            ("/etc/exports", text),
            ("/etc/systemd/system/é-\\x2.mount", text),
        ]);
    }
}
