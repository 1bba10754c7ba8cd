//! APT's configuration as apt-config(8) sees it, sources, and DNF.

use super::aptconf;
use crate::budget::Budget;
use crate::model::host::view::HostRoot;
use crate::model::testing::{attribute, host, place, plain};
use crate::open::Root;
use crate::source::Sources;

type Files<'a> = &'a [(&'a str, &'a str)];
const BOOTS: [(&str, &str); 2] =
    [("/etc/os-release", "ID=debian\nVERSION_ID=12\n"), ("/sbin/init", "-> /lib/systemd/systemd")];

/// Address, key, value and place of each row, on a host that boots and has these files.
fn check(files: Files, rows: &[(&str, &str, &str, &str)]) {
    let (built, sources) = host(&[&BOOTS, files].concat());
    for (address, key, expected, at) in rows {
        let value = attribute(&built, address, key);
        assert_eq!(value.map_or("-".into(), plain), *expected, "{address} {key} of {files:#?}");
        assert_eq!(value.map_or("-".into(), |value| place(&sources, value)), *at, "{address} {key} of {files:#?}");
    }
}

/// Texts of /etc/apt/apt.conf.d/10a, 20b and /etc/apt/apt.conf; a setting and its value, or a list and its members.
const CONFS: &[(&str, &str, &str, &str, &str)] = &[
    ("A::B \"1\";", "", "", "A::B", "1"),
    ("A::B \"1\";", "a::b \"2\";", "", "A::B", "2"),
    ("A::B \"1\";", "A { B \"2\"; };", "A::b \"3\";", "A::B", "3"),
    ("A { B { C \"1\"; }; D \"2\"; };", "", "", "A::D", "2"),
    ("A { B { C \"1\"; }; D \"2\"; };", "", "", "A::B::C", "1"),
    ("// A::B \"1\";\n# A::B \"2\";\n/* A::B \"3\";\n*/ A::B \"4\"; // \"5\"", "", "", "A::B", "4"),
    ("A::B \"1\";", "#clear A::B;", "", "A::B", ""),
    ("A { \"1\"; \"2\"; };", "A { \"3\"; };", "", "A::", "1|2|3"),
    ("A:: \"1\";", "A:: \"2\";", "", "A::", "1|2"),
    ("A { \"1\"; };", "#clear A;\nA { \"2\"; };", "", "A::", "2"),
    ("A\n{\n  B \"a;b {c}\";\n}", "", "", "A::B", "a;b {c}"),
    ("A::B 1;", "", "", "A::B", "1"),
    ("A { B:: \"1\"; B { \"2\"; }; };", "", "", "A::B::", "1|2"),
];

#[test]
#[allow(clippy::disallowed_methods)] // the oracle is a program
fn apt_config_reads_the_same() {
    for (first, second, last, name, expected) in CONFS {
        let dir = tempfile::tempdir().unwrap();
        let apt = dir.path().join("etc/apt");
        std::fs::create_dir_all(apt.join("apt.conf.d")).unwrap();
        std::fs::write(apt.join("apt.conf.d/10a"), first).unwrap();
        std::fs::write(apt.join("apt.conf.d/20b.conf"), second).unwrap();
        std::fs::write(apt.join("apt.conf.d/30c.bak"), "A::B \"no\";").unwrap();
        std::fs::write(apt.join("apt.conf"), last).unwrap();
        let root = Root::open(dir.path()).unwrap();
        let (mut sources, budget) = (Sources::default(), Budget::default());
        let (conf, gaps) = aptconf::read(&HostRoot::new(&root, false, "", &mut sources, &budget));
        assert!(gaps.is_empty());
        let lower = name.to_lowercase();
        let got = match lower.strip_suffix("::") {
            Some(list) => conf.list(list).iter().map(|(value, _)| &**value).collect::<Vec<_>>().join("|"),
            None => conf.value(&lower).map_or("", |(value, _)| value).to_owned(),
        };
        assert_eq!(got, *expected, "{name} of {first:?} {second:?} {last:?}");
        let main = dir.path().join("main");
        std::fs::write(&main, format!("Dir \"{}/\";", dir.path().display())).unwrap();
        let command = std::process::Command::new("apt-config").env("APT_CONFIG", &main).arg("dump").output();
        let Ok(output) = command else { continue };
        let dump = String::from_utf8_lossy(&output.stdout).into_owned();
        let said: Vec<&str> = dump
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim_matches(['"', ';']))
            .collect();
        assert_eq!(said.join("|"), *expected, "apt-config: {name} of {first:?} {second:?} {last:?}");
    }
}

const STATUS: &str = "Package: unattended-upgrades\nStatus: install ok installed\nVersion: 2.9\n";
const TIMER: &str = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n";
const PERIODIC: &str = "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n";

#[test]
fn upgrades_are_automatic_when_everything_that_it_takes_is_there() {
    let all: &[(&str, &str)] = &[
        ("/var/lib/dpkg/status", STATUS),
        ("/etc/apt/apt.conf.d/20auto-upgrades", PERIODIC),
        ("/usr/lib/systemd/system/apt-daily.timer", TIMER),
        ("/usr/lib/systemd/system/apt-daily-upgrade.timer", TIMER),
        ("/etc/systemd/system/timers.target.wants/apt-daily.timer", "-> /usr/lib/systemd/system/apt-daily.timer"),
        (
            "/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer",
            "-> /usr/lib/systemd/system/apt-daily-upgrade.timer",
        ),
    ];
    let with =
        |more: Files, key: &str, expected: &str, at: &str| check(&[all, more].concat(), &[("apt", key, expected, at)]);
    let auto = "automatic_upgrades";
    with(&[], auto, "true", "/etc/apt/apt.conf.d/20auto-upgrades:2");
    with(&[("/etc/apt/apt.conf", "APT::Periodic::Unattended-Upgrade \"0\";")], auto, "false", "/etc/apt/apt.conf:1");
    with(
        &[("/etc/apt/apt.conf.d/99x", "APT::Periodic { Enable \"0\"; };")],
        auto,
        "false",
        "/etc/apt/apt.conf.d/99x:1",
    );
    with(
        &[("/etc/systemd/system/apt-daily-upgrade.timer", "-> /dev/null")],
        auto,
        "false",
        "/etc/systemd/system/apt-daily-upgrade.timer:1",
    );
    with(
        &[(
            "/etc/apt/apt.conf.d/50u",
            "Unattended-Upgrade::Allowed-Origins {\n  \"a:b\";\n  \"${distro_id}:${distro_codename}-security\";\n};",
        )],
        "automatic_security",
        "true",
        "/etc/apt/apt.conf.d/50u:3",
    );
    with(&[], "automatic_security", "false", "/etc/apt/apt.conf.d/20auto-upgrades:1");
    check(all.get(1..).unwrap(), &[("apt", auto, "false", "/etc/apt/apt.conf.d/20auto-upgrades:1")]);
}

#[test]
fn sources_say_whom_they_trust() {
    let list = "# a\ndeb [arch=amd64 trusted=yes] http://a.example/x stable main # b\ndeb-src http://b.example/x bookworm-security main\n";
    let paragraphs = "Types: deb\nURIs: https://c.example/\nSuites: s\n  t\nComponents: main\nAllow-Insecure: yes\nSigned-By: /k.gpg\n\nTypes: deb\nURIs: https://d.example/\nSuites: u\nEnabled: no\n";
    check(
        &[
            ("/etc/apt/sources.list", list),
            ("/etc/apt/sources.list.d/c.sources", paragraphs),
            ("/etc/apt/sources.list.d/x.bak", list),
            ("/usr/share/keyrings/debian-archive-keyring.gpg", "x"),
        ],
        &[
            ("apt/http://a.example/x stable", "trusted", "true", "/etc/apt/sources.list:2"),
            ("apt/http://b.example/x bookworm-security", "trusted", "-", "-"),
            ("apt/https://c.example/ s t", "allow_insecure", "true", "/etc/apt/sources.list.d/c.sources:6"),
            ("apt/https://c.example/ s t", "signed_by", "/k.gpg", "/etc/apt/sources.list.d/c.sources:2"),
            ("apt/https://d.example/ u", "uris", "-", "-"),
            ("apt", "security_archive", "true", "/etc/apt/sources.list:3"),
            ("apt", "vendor_key", "true", "/usr/share/keyrings/debian-archive-keyring.gpg:1"),
        ],
    );
}

#[test]
fn repositories_override_main() {
    let repo = "[a]\nbaseurl=https://a\n  https://b\n[b]\ngpgcheck=0\nrepo_gpgcheck = yes\n[c]\nenabled=0\n";
    let files: &[(&str, &str)] = &[("/etc/dnf/dnf.conf", "[main]\ngpgcheck=True\n"), ("/etc/yum.repos.d/x.repo", repo)];
    check(
        files,
        &[
            ("dnf", "gpgcheck", "true", "/etc/dnf/dnf.conf:2"),
            ("dnf", "localpkg_gpgcheck", "-", "-"),
            ("dnf/a", "gpgcheck", "true", "/etc/dnf/dnf.conf:2"),
            ("dnf/a", "baseurl", "https://a https://b", "/etc/yum.repos.d/x.repo:2"),
            ("dnf/b", "gpgcheck", "false", "/etc/yum.repos.d/x.repo:5"),
            ("dnf/b", "repo_gpgcheck", "true", "/etc/yum.repos.d/x.repo:6"),
            ("dnf/c", "id", "-", "-"),
            ("dnf", "automatic_upgrades", "false", "/etc/dnf/dnf.conf:1"),
        ],
    );
    let timer = |name: &'static str| {
        [
            ("/usr/lib/systemd/system/dnf-automatic.timer", TIMER),
            ("/etc/systemd/system/timers.target.wants/dnf-automatic.timer", name),
        ]
    };
    let on = timer("-> /usr/lib/systemd/system/dnf-automatic.timer");
    let conf = ("/etc/dnf/automatic.conf", "[commands]\nupgrade_type = security\napply_updates = yes\n");
    check(&[files, &on, &[conf]].concat(), &[("dnf", "automatic_upgrades", "true", "/etc/dnf/automatic.conf:3")]);
    check(
        &[files, &on].concat(),
        &[("dnf", "automatic_upgrades", "false", "/etc/systemd/system/timers.target.wants/dnf-automatic.timer:1")],
    );
}
