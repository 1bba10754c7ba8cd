//! Which programs are there, and which start.

use super::table::PROGRAMS;
use crate::model::testing::{host, place, plain};

const SYSTEM: (&str, &str) = ("/etc/os-release", "ID=debian\nVERSION_ID=12\n");
const DATABASE: &str = "/var/lib/dpkg/status";
const NONE: (&str, &str) = (DATABASE, "Package: base-files\nStatus: install ok installed\nVersion: 12\n");
const UNIT: &str = "[Service]\nExecStart=/usr/sbin/x\n[Install]\nWantedBy=multi-user.target\n";

fn package(name: &str) -> String {
    format!("Package: {name}\nStatus: install ok installed\nVersion: 3\n")
}

/// The programs of a class on such a host: `name installed starts_at_boot`, and where the last is decided.
fn of(class: &str, files: &[(&str, &str)]) -> Vec<(String, String)> {
    let (built, sources) = host(files);
    let kind = format!("program.{class}");
    let found = built.resources.iter().filter(|resource| *resource.kind == kind);
    found
        .map(|resource| {
            let get = |key: &str| resource.attributes.get(key).map_or("-".into(), plain);
            let last = resource.attributes.get("starts_at_boot").or_else(|| resource.attributes.get("installed"));
            let at = last.map_or("-".into(), |value| place(&sources, value));
            (format!("{} {} {}", resource.address, get("installed"), get("starts_at_boot")), at)
        })
        .collect()
}

#[test]
fn programs_are_found_by_package_or_file_and_start_by_unit_or_inetd() {
    let telnet = package("telnetd");
    let (apport, popcon) = (package("apport"), package("popularity-contest"));
    let inetd = package("telnetd") + "\n" + &package("openbsd-inetd");
    let line = "# a\ntelnet stream tcp nowait root /usr/sbin/tcpd /usr/sbin/in.telnetd\n";
    let wants = |unit: &str| format!("/etc/systemd/system/multi-user.target.wants/{unit}");
    let apport_wants = wants("apport.service");
    let (inetd_wants, xinetd_wants) = (wants("inetd.service"), wants("xinetd.service"));
    let xinetd = "service telnet\n{\n  disable = no\n  server = /usr/sbin/in.telnetd\n}\n";
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);
    let rows: &[Row] = &[
        ("telnet_server", &[SYSTEM, NONE], "telnet_server false -", "/var/lib/dpkg/status:1"),
        ("telnet_server", &[SYSTEM, (DATABASE, &telnet)], "telnetd true false", "/var/lib/dpkg/status:3"),
        // Removed, with its configuration left.
        (
            "telnet_server",
            &[SYSTEM, (DATABASE, "Package: telnetd\nStatus: deinstall ok config-files\nVersion: 3\n")],
            "telnet_server false -",
            "/var/lib/dpkg/status:1",
        ),
        // Without packages, by its file.
        ("telnet_server", &[SYSTEM, ("/usr/sbin/in.telnetd", "x")], "telnetd true false", "/usr/sbin/in.telnetd:1"),
        ("telnet_server", &[SYSTEM], "telnet_server false -", "/etc/os-release:1"),
        // inetd offers it if inetd itself starts.
        (
            "telnet_server",
            &[SYSTEM, (DATABASE, &inetd), ("/etc/inetd.conf", line)],
            "telnetd true false",
            "/var/lib/dpkg/status:3",
        ),
        (
            "telnet_server",
            &[
                SYSTEM,
                (DATABASE, &inetd),
                ("/etc/inetd.conf", line),
                ("/usr/lib/systemd/system/inetd.service", UNIT),
                (&inetd_wants, "-> /usr/lib/systemd/system/inetd.service"),
            ],
            "telnetd true true",
            "/etc/inetd.conf:2",
        ),
        (
            "telnet_server",
            &[
                SYSTEM,
                (DATABASE, &telnet),
                ("/etc/xinetd.conf", "defaults\n{\n}\nincludedir /etc/xinetd.d\n"),
                ("/etc/xinetd.d/telnet", xinetd),
                ("/usr/lib/systemd/system/xinetd.service", UNIT),
                (&xinetd_wants, "-> /usr/lib/systemd/system/xinetd.service"),
            ],
            "telnetd true true",
            "/etc/xinetd.d/telnet:1",
        ),
        // A socket starts the daemon.
        (
            "print",
            &[
                SYSTEM,
                ("/usr/sbin/cupsd", "x"),
                (
                    "/usr/lib/systemd/system/cups.service",
                    "[Service]\nExecStart=/usr/sbin/cupsd\n[Install]\nAlso=cups.socket\n",
                ),
                (
                    "/usr/lib/systemd/system/cups.socket",
                    "[Socket]\nListenStream=/run/cups/cups.sock\n[Install]\nWantedBy=sockets.target\n",
                ),
                ("/etc/systemd/system/sockets.target.wants/cups.socket", "-> /usr/lib/systemd/system/cups.socket"),
            ],
            "CUPS true true",
            "/etc/systemd/system/sockets.target.wants/cups.socket:1",
        ),
        // A switch of its own.
        (
            "crash_reporter",
            &[
                SYSTEM,
                (DATABASE, &apport),
                ("/usr/lib/systemd/system/apport.service", UNIT),
                (&apport_wants, "-> /usr/lib/systemd/system/apport.service"),
                ("/etc/default/apport", "# a\nenabled=0\n"),
            ],
            "apport true false",
            "/etc/default/apport:2",
        ),
        (
            "crash_reporter",
            &[
                SYSTEM,
                (DATABASE, &apport),
                ("/usr/lib/systemd/system/apport.service", UNIT),
                (&apport_wants, "-> /usr/lib/systemd/system/apport.service"),
                ("/etc/default/apport", "enabled=1\n"),
            ],
            "apport true true",
            "/etc/systemd/system/multi-user.target.wants/apport.service:1",
        ),
        ("crash_reporter", &[SYSTEM, (DATABASE, &popcon)], "popularity-contest true false", "/var/lib/dpkg/status:3"),
        (
            "crash_reporter",
            &[SYSTEM, (DATABASE, &popcon), ("/etc/popularity-contest.conf", "PARTICIPATE=\"yes\"\n")],
            "popularity-contest true true",
            "/etc/popularity-contest.conf:1",
        ),
        // A program that people start has no start of its own.
        (
            "telnet_client",
            &[SYSTEM, ("/lib/apk/db/installed", "P:telnet\nV:1\n")],
            "telnet true -",
            "/lib/apk/db/installed:2",
        ),
        (
            "compiler",
            &[SYSTEM, ("/var/lib/pacman/local/gcc-14.2.1-1/desc", "%NAME%\ngcc\n")],
            "gcc true -",
            "/var/lib/pacman/local/gcc-14.2.1-1:1",
        ),
    ];
    for (class, files, expected, at) in rows {
        assert_eq!(of(class, files), [(expected.to_string(), at.to_string())], "{class} of {files:#?}");
    }
    assert_eq!(of("telnet_server", &[NONE]), [], "a system that is not recognised says nothing");
}

#[test]
fn a_web_server_with_only_its_default_page_serves_nothing_of_its_own() {
    let nginx = (DATABASE, &*package("nginx"));
    let rows: &[(&[(&str, &str)], &str)] = &[
        (
            &[
                ("/etc/nginx/sites-enabled/default", "-> ../sites-available/default"),
                ("/var/www/html/index.nginx-debian.html", "x"),
            ],
            "false",
        ),
        (&[("/etc/nginx/sites-enabled/ehr", "server {}")], "true"),
        (&[("/etc/nginx/sites-enabled/default", "server {\n  # proxy_pass http://a;\n}")], "false"),
        (&[("/etc/nginx/sites-enabled/default", "server {\n  proxy_pass http://a;\n}")], "true"),
        (&[("/etc/nginx/nginx.conf", "server {\n  proxy_pass http://a;\n}")], "true"),
        (&[("/var/www/html/openemr/", "")], "true"),
    ];
    for (files, expected) in rows {
        let (built, _) = host(&[&[SYSTEM, nginx], *files].concat());
        let value = crate::model::testing::attribute(&built, "nginx", "serves_own_site");
        assert_eq!(value.map_or("false".into(), plain), *expected, "{files:?}");
    }
}

#[test]
fn classes_stand_together() {
    let classes: Vec<&str> = PROGRAMS.chunk_by(|a, b| a.class == b.class).map(|one| one[0].class).collect();
    assert!(classes.is_sorted(), "{classes:?}");
    let mut unique = classes.clone();
    unique.dedup();
    assert_eq!(classes, unique);
}
