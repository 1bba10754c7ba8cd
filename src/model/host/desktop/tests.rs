//! Files in, facts out; expectations from logind.conf(5), coredump.conf(5), dconf(7) and GDM's reference manual.

use crate::model::testing::{attribute, host, place, plain};

/// Files, resource, path of an attribute, expected value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

#[test]
fn each_daemon_is_read_as_it_reads() {
    let keys = (
        "/etc/dconf/db/local.d/00-lock",
        "[org/gnome/desktop/session]\nidle-delay=uint32 300\n[org/gnome/desktop/screensaver]\nlock-enabled=true\n",
    );
    let more = ("/etc/dconf/db/local.d/10-more", "[org/gnome/desktop/session]\nidle-delay=uint32 1800\n");
    let locks = ("/etc/dconf/db/local.d/locks/lock", "# c\n/org/gnome/desktop/session/idle-delay\n");
    let compiled = ("/etc/dconf/db/local", "x");
    let cases: &[Case] = &[
        (
            &[("/etc/systemd/logind.conf", "[Login]\nIdleAction=lock\nIdleActionSec=15min\n")],
            "logind",
            "idle_action_sec",
            "900",
            "/etc/systemd/logind.conf:3",
        ),
        (&[("/etc/systemd/logind.conf", "[Login]\n#IdleAction=lock\n")], "logind", "idle_action", "-", ""),
        (
            &[
                ("/usr/lib/systemd/logind.conf", "[Login]\nIdleAction=lock\n"),
                ("/etc/systemd/logind.conf", "[Login]\n"),
            ],
            "logind",
            "idle_action",
            "-",
            "",
        ),
        (
            &[
                ("/etc/systemd/logind.conf", "[Login]\nIdleAction=lock\n"),
                ("/etc/systemd/logind.conf.d/9.conf", "[Login]\nIdleAction=\n"),
            ],
            "logind",
            "idle_action",
            "-",
            "",
        ),
        (
            &[
                ("/etc/systemd/coredump.conf", "[Coredump]\nStorage=external\n"),
                ("/etc/systemd/coredump.conf.d/x.conf", "[Coredump]\nStorage=none\n"),
            ],
            "coredump",
            "storage",
            "none",
            "/etc/systemd/coredump.conf.d/x.conf:2",
        ),
        (
            &[
                ("/usr/lib/systemd/coredump.conf.d/x.conf", "[Coredump]\nStorage=none\n"),
                ("/etc/systemd/coredump.conf.d/x.conf", ""),
            ],
            "coredump",
            "storage",
            "-",
            "",
        ),
        (
            &[("/etc/gdm3/custom.conf", "[daemon]\nAutomaticLoginEnable = True\n[xdmcp]\n")],
            "gdm",
            "automatic_login",
            "true",
            "/etc/gdm3/custom.conf:2",
        ),
        (&[("/etc/gdm/custom.conf", "[xdmcp]\nEnable=false\n")], "gdm", "xdmcp", "false", "/etc/gdm/custom.conf:2"),
        (
            &[("/var/lib/dpkg/status", "Package: xserver-xorg-core\nStatus: install ok installed\nVersion: 2\n")],
            "xorg",
            "installed",
            "true",
            "/var/lib/dpkg/status:3",
        ),
        (
            &[("/var/lib/dpkg/status", "Package: bash\nStatus: install ok installed\nVersion: 2\n")],
            "xorg",
            "installed",
            "false",
            "/var/lib/dpkg/status:1",
        ),
        (&[keys, compiled], "dconf", "idle_delay", "300", "/etc/dconf/db/local.d/00-lock:2"),
        (&[keys, more, compiled], "dconf", "idle_delay", "1800", "/etc/dconf/db/local.d/10-more:2"),
        (&[keys, locks, compiled], "dconf", "idle_delay_locked", "true", "/etc/dconf/db/local.d/locks/lock:2"),
        (&[keys, locks, compiled], "dconf", "lock_enabled_locked", "false", "/etc/dconf/db/local.d/00-lock:1"),
        (&[keys, compiled], "dconf", "stale", "[]", "/etc/dconf/db/local.d/00-lock:1"),
        (&[keys], "dconf", "stale", "[local]", "/etc/dconf/db/local.d/00-lock:1"),
        (
            &[
                keys,
                compiled,
                ("/etc/dconf/profile/user", "user-db:user\nsystem-db:site\nsystem-db:local\n"),
                ("/etc/dconf/db/site", ""),
                ("/etc/dconf/db/site.d/a", "[org/gnome/desktop/session]\nidle-delay=uint32 60\n"),
            ],
            "dconf",
            "idle_delay",
            "60",
            "/etc/dconf/db/site.d/a:2",
        ),
        (
            &[("/etc/dconf/db/gdm.d/01", "[org/gnome/login-screen]\nbanner-message-enable=true\n")],
            "dconf",
            "banner_enabled",
            "true",
            "/etc/dconf/db/gdm.d/01:2",
        ),
        (&[("/usr/bin/gnome-shell", "")], "dconf", "idle_delay", "-", ""),
    ];
    for (files, address, key, expected, at) in cases {
        let (built, sources) = host(files);
        let value = attribute(&built, address, key);
        let context = format!("{key} of {address} in {files:#?}");
        assert_eq!(value.map_or("-".into(), plain), *expected, "{context}");
        if let Some(value) = value {
            assert_eq!(place(&sources, value), *at, "{context}");
        }
    }
}
