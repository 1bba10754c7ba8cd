//! Whole hosts in, sources of time out; every expectation is from chrony.conf(5), timesyncd.conf(5) and ntp.conf(5).

use crate::model::testing::{attribute, host, place, plain};

const MAIN: &str = "/etc/chrony/chrony.conf";

fn ask(files: &[(&str, &str)], address: &str, key: &str, expected: &str, at: &str) {
    let (built, sources) = host(files);
    let value = attribute(&built, address, key);
    assert_eq!(value.map_or("-".into(), plain), expected, "{key} of {address} in {files:?}");
    if let Some(value) = value.filter(|_| !at.is_empty()) {
        assert_eq!(place(&sources, value), at, "{key} of {address} in {files:?}");
    }
}

#[test]
fn chrony_reads_its_file_and_what_that_includes() {
    let row = |text: &str, key: &str, expected: &str, line: usize| {
        let at = if line > 0 { format!("{MAIN}:{line}") } else { String::new() };
        ask(&[(MAIN, text)], "chrony", key, expected, &at);
    };
    row("server ntp.clinic.example iburst\n", "sources.0.name", "ntp.clinic.example", 1);
    row("POOL pool.ntp.org\n", "sources.0.type", "pool", 1);
    row("# server a\n! server b\n% c\n; d\n", "sources", "[]", 0);
    row("server a nts\n", "sources.0.authenticated", "true", 1);
    row("server a key 3\n", "sources.0.authenticated", "true", 1);
    row("server nts\n", "sources.0.authenticated", "false", 1);
    row("refclock PHC /dev/ptp0\n", "sources.0.authenticated", "true", 1);
    row("user chrony\n", "user", "chrony", 1);
    row("server a\n", "user", "-", 0);
    row("port 0\nallow 10.0.0.0/8\n", "allow", "[10.0.0.0/8]", 0);
    row("keyfile /etc/chrony/chrony.keys\n", "keyfile", "/etc/chrony/chrony.keys", 1);
    let part = ("/etc/chrony/conf.d/a.conf", "server b\n");
    ask(
        &[(MAIN, "confdir /etc/chrony/conf.d\n"), part],
        "chrony",
        "sources.0.name",
        "b",
        "/etc/chrony/conf.d/a.conf:1",
    );
    ask(
        &[(MAIN, "include /etc/chrony/conf.d/*.conf\n"), part],
        "chrony",
        "sources.0.name",
        "b",
        "/etc/chrony/conf.d/a.conf:1",
    );
    let two = [(MAIN, "confdir /etc/chrony/conf.d /usr/lib/chrony\n"), part, ("/usr/lib/chrony/a.conf", "server c\n")];
    ask(&two, "chrony", "sources.1.name", "-", "");
    ask(
        &[
            (MAIN, "sourcedir /run/chrony-dhcp\n"),
            ("/run/chrony-dhcp/eth0.sources", "server d\n"),
            ("/run/chrony-dhcp/x", "server e\n"),
        ],
        "chrony",
        "sources",
        "[{type: server, name: d, nts: false, authenticated: false}]",
        "",
    );
    ask(&[(MAIN, "include /etc/chrony/chrony.conf\n")], "chrony", "sources", "[]", "");
    ask(&[("/etc/chrony.conf", "server a\n")], "chrony", "sources.0.name", "a", "/etc/chrony.conf:1");
}

#[test]
fn chronyd_runs_as_somebody() {
    let release = |id: &'static str| ("/etc/os-release", id);
    let plain = (MAIN, "server a\n");
    ask(&[plain, release("ID=debian\n")], "chrony", "user", "_chrony", "");
    ask(&[plain, release("ID=rocky\nID_LIKE=\"rhel centos fedora\"\n")], "chrony", "user", "chrony", "");
    ask(&[(MAIN, "user root\n"), release("ID=debian\n")], "chrony", "user", "root", "/etc/chrony/chrony.conf:1");
    let options = ("/etc/default/chrony", "DAEMON_OPTS=\"-F 1 -u root\"\n");
    ask(&[plain, options, release("ID=debian\n")], "chrony", "user", "root", "/etc/default/chrony:1");
    let unit = (
        "/usr/lib/systemd/system/chrony.service",
        "[Service]\nEnvironmentFile=-/etc/default/chrony\nExecStart=/usr/sbin/chronyd $DAEMON_OPTS\n",
    );
    ask(&[plain, options, unit], "chrony", "user", "root", "/etc/default/chrony:1");
    let other =
        ("/usr/lib/systemd/system/chronyd.service", "[Service]\nExecStart=/usr/sbin/chronyd -f /etc/clinic.conf\n");
    ask(&[plain, other, ("/etc/clinic.conf", "server z\n")], "chrony", "sources.0.name", "z", "/etc/clinic.conf:1");
}

#[test]
fn the_other_clients_name_their_sources() {
    let daemon = ("/usr/lib/systemd/systemd-timesyncd", "");
    let main = "/etc/systemd/timesyncd.conf";
    ask(
        &[daemon, (main, "[Time]\nNTP=a b\nNTP=c\n")],
        "timesyncd",
        "sources.2.name",
        "c",
        "/etc/systemd/timesyncd.conf:3",
    );
    ask(&[daemon, (main, "[Time]\nNTP=a\nNTP=\n")], "timesyncd", "sources", "[]", "");
    ask(
        &[daemon, (main, "[Time]\n#NTP=\n"), ("/etc/systemd/timesyncd.conf.d/x.conf", "[Time]\nFallbackNTP=d\n")],
        "timesyncd",
        "fallback.0.name",
        "d",
        "",
    );
    ask(&[(main, "[Time]\n#NTP=\n")], "timesyncd", "sources", "-", "");
    let ntp = "/etc/ntp.conf";
    ask(
        &[(ntp, "server -4 a iburst key 1\npool b # c\n")],
        "ntpd /etc/ntp.conf",
        "sources.0.name",
        "a",
        "/etc/ntp.conf:1",
    );
    ask(&[(ntp, "server a key 1\n")], "ntpd /etc/ntp.conf", "sources.0.authenticated", "true", "");
    ask(&[(ntp, "server 127.127.1.0\n")], "ntpd /etc/ntp.conf", "sources.0.type", "refclock", "");
    ask(
        &[("/etc/ntpsec/ntp.conf", "server a nts\nrestrict default kod\n")],
        "ntpd /etc/ntpsec/ntp.conf",
        "sources.0.nts",
        "true",
        "",
    );
    ask(
        &[("/etc/openntpd/ntpd.conf", "servers pool.ntp.org\n")],
        "ntpd /etc/openntpd/ntpd.conf",
        "sources.0.type",
        "pool",
        "",
    );
}

#[test]
fn the_host_has_one_client_or_several_or_none() {
    let fstab = ("/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n");
    let release = ("/etc/os-release", "ID=debian\n");
    let target =
        ("/etc/systemd/system/multi-user.target.wants/chrony.service", "-> /usr/lib/systemd/system/chrony.service");
    let unit = (
        "/usr/lib/systemd/system/chrony.service",
        "[Service]\nExecStart=/usr/sbin/chronyd\n[Install]\nWantedBy=multi-user.target\n",
    );
    ask(&[fstab, release], "time", "clients", "[]", "");
    ask(&[fstab, release, target, unit], "time", "clients", "[chrony]", "");
}
