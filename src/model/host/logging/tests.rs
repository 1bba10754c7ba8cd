//! Whole hosts in, what is kept, sent and shipped out; every expectation is from the daemon's manual.

use crate::model::Built;
use crate::model::testing::{attribute, host, place, plain};
use crate::source::Sources;

const JOURNALD: &str = "/etc/systemd/journald.conf";
const PART: &str = "/etc/systemd/journald.conf.d/10-clinic.conf";

fn ask(files: &[(&str, &str)], address: &str, key: &str, expected: &str, at: &str) -> (Built, Sources) {
    let (built, sources) = host(files);
    let value = attribute(&built, address, key);
    assert_eq!(value.map_or("-".into(), plain), expected, "{key} of {address} in {files:?}");
    if let Some(value) = value.filter(|_| !at.is_empty()) {
        assert_eq!(place(&sources, value), at, "{key} of {address} in {files:?}");
    }
    (built, sources)
}

#[test]
fn journald_takes_the_last_value_of_all_files() {
    let row = |files: &[(&str, &str)], key: &str, expected: &str, at: &str| {
        ask(files, "journald", key, expected, at);
    };
    let main = |text: &'static str| [(JOURNALD, text)];
    row(&main("[Journal]\nStorage=persistent\n"), "Storage", "persistent", "/etc/systemd/journald.conf:2");
    row(
        &main("[Journal]\nStorage=volatile\nStorage=persistent\n"),
        "persistent",
        "true",
        "/etc/systemd/journald.conf:3",
    );
    row(&main("[Journal]\nStorage=persistent\nStorage=\n"), "Storage", "-", "");
    row(&main("[journal]\nStorage=persistent\n"), "Storage", "-", "");
    row(&main("Storage=persistent\n"), "Storage", "-", "");
    row(&main("[Journal]\n#Storage=persistent\n"), "persistent", "false", "");
    row(&[(JOURNALD, ""), ("/var/log/journal/", "")], "persistent", "true", "");
    row(
        &[(JOURNALD, "[Journal]\nStorage=none\n"), ("/var/log/journal/", "")],
        "persistent",
        "false",
        "/etc/systemd/journald.conf:2",
    );
    let volatile = "[Journal]\nStorage=volatile\n";
    row(
        &[(JOURNALD, volatile), (PART, "[Journal]\nStorage=persistent\n")],
        "Storage",
        "persistent",
        "/etc/systemd/journald.conf.d/10-clinic.conf:2",
    );
    row(
        &[
            (PART, "[Journal]\nCompress=no\n"),
            ("/usr/lib/systemd/journald.conf.d/20-x.conf", "[Journal]\nCompress=yes\n"),
        ],
        "Compress",
        "true",
        "/usr/lib/systemd/journald.conf.d/20-x.conf:2",
    );
    row(
        &[
            (PART, "[Journal]\nCompress=no\n"),
            ("/usr/lib/systemd/journald.conf.d/10-clinic.conf", "[Journal]\nCompress=yes\n"),
        ],
        "Compress",
        "false",
        "/etc/systemd/journald.conf.d/10-clinic.conf:2",
    );
    row(
        &[("/usr/lib/systemd/journald.conf", "[Journal]\nSeal=no\n")],
        "Seal",
        "false",
        "/usr/lib/systemd/journald.conf:2",
    );
    row(&[("/usr/lib/systemd/journald.conf", "[Journal]\nSeal=no\n"), (JOURNALD, "[Journal]\n")], "Seal", "-", "");
    row(
        &[
            ("/usr/lib/systemd/journald.conf.d/10-x.conf", volatile),
            ("/etc/systemd/journald.conf.d/10-x.conf", "-> /dev/null"),
            (JOURNALD, ""),
        ],
        "Storage",
        "-",
        "",
    );
    row(&main("[Journal]\nCompress=512\n"), "Compress", "true", "");
    row(&main("[Journal]\nSystemMaxUse=2G\nMaxRetentionSec=6month\n"), "SystemMaxUse", "2147483648", "");
    row(&main("[Journal]\nMaxRetentionSec=1year 2weeks\n"), "MaxRetentionSec", "32767200", "");
    row(&main("[Journal]\nForwardToSyslog=Yes\n"), "ForwardToSyslog", "true", "");
    row(&main("[Journal]\nForwardToSyslog=perhaps\n"), "ForwardToSyslog", "-", "");
    let stated = "# Entries in this file show the compile time defaults.\n[Journal]\n#ForwardToSyslog=yes\n";
    row(&main(stated), "ForwardToSyslog", "true", "/etc/systemd/journald.conf:3");
    row(&[(JOURNALD, ""), ("/etc/os-release", "ID=ubuntu\nID_LIKE=debian\n")], "ForwardToSyslog", "true", "");
    row(&[(JOURNALD, ""), ("/etc/os-release", "ID=rocky\nID_LIKE=\"rhel fedora\"\n")], "ForwardToSyslog", "-", "");
    row(&[(JOURNALD, ""), ("/var/log/journal/0a/fss", "")], "sealed", "true", "");
    row(
        &[(JOURNALD, "[Journal]\nSeal=no\n"), ("/var/log/journal/0a/fss", "")],
        "sealed",
        "false",
        "/etc/systemd/journald.conf:2",
    );
    row(&[(JOURNALD, ""), ("/var/log/journal/0a/", "")], "sealed", "false", "");
    row(&[(JOURNALD, ""), (&format!("{PART}/"), "")], "Storage", "-", "");
}

#[test]
fn the_journal_is_shipped_where_its_own_file_says() {
    const FILE: &str = "/etc/systemd/journal-upload.conf";
    let row = |text: &str, key: &str, expected: &str| {
        ask(&[(FILE, text)], "journal.upload", key, expected, "");
    };
    row("[Upload]\nURL=https://logs.clinic.example:19532\n", "tls", "true");
    row("[Upload]\nURL=logs.clinic.example\n", "tls", "true");
    row("[Upload]\nURL=http://logs.clinic.example:19532\n", "tls", "false");
    row("[Upload]\nURL=logs\nTrustedCertificateFile=/etc/ssl/ca.pem\n", "trusted", "/etc/ssl/ca.pem");
    row("[Upload]\n# URL=\n", "url", "-");
}

#[test]
fn logs_are_kept_as_their_section_says() {
    const MAIN: &str = "/etc/logrotate.conf";
    const PART: &str = "/etc/logrotate.d/clinic";
    let row = |main: &str, part: &str, key: &str, expected: &str, at: &str| {
        ask(&[(MAIN, main), (PART, part)], "logrotate /var/log/a", key, expected, at);
    };
    let include = "weekly\nrotate 4\ncompress\ninclude /etc/logrotate.d\n";
    row(include, "/var/log/a {\n}\n", "days_kept", "28", "/etc/logrotate.conf:2");
    row(include, "/var/log/a {\n rotate 52\n}\n", "days_kept", "364", "/etc/logrotate.d/clinic:2");
    row(include, "/var/log/a {\n daily\n}\n", "days_kept", "4", "");
    row(
        include,
        "/var/log/a\n{\n monthly\n rotate 12\n maxage 90\n}\n",
        "days_kept",
        "90",
        "/etc/logrotate.d/clinic:5",
    );
    row(include, "/var/log/a {\n nocompress\n}\n", "compress", "false", "/etc/logrotate.d/clinic:2");
    row(include, "/var/log/a { }\n", "days_kept", "-", "");
    row(include, "/var/log/a {\n hourly\n rotate 48\n}\n", "days_kept", "2", "");
    row(include, "/var/log/a {\n rotate -1\n}\n", "days_kept", "2147483647", "");
    row(include, "/var/log/a {\n postrotate\n  rotate 9\n endscript\n}\n", "days_kept", "28", "");
    row(include, "/var/log/a {\n create 0644 root adm\n}\n", "others_read", "true", "/etc/logrotate.d/clinic:2");
    row(include, "/var/log/a {\n create 640 root adm\n}\n", "create_mode", "0640", "");
    row("include /etc/logrotate.d\nrotate 4\nweekly\n", "/var/log/a {\n weekly\n}\n", "days_kept", "0", "");
    row(
        "rotate 4\ninclude /etc/logrotate.d\n",
        "/var/log/a {\n}\n",
        "days_kept",
        "unknown(needs a running system: how fast the log grows)",
        "",
    );
    row(
        include,
        "/var/log/a {\n size 100M\n}\n",
        "days_kept",
        "unknown(needs a running system: how fast the log grows to the size at which it is rotated)",
        "/etc/logrotate.d/clinic:2",
    );
    row(include, "/var/log/a {\n size 1M\n daily\n}\n", "days_kept", "4", "");
    ask(
        &[(MAIN, include), (PART, "\"/var/log/a b\" /var/log/c {\n}\n")],
        "logrotate /var/log/a b /var/log/c",
        "paths",
        "[/var/log/a b, /var/log/c]",
        "",
    );
    let (built, _) = host(&[
        (MAIN, include),
        ("/etc/logrotate.d/x.dpkg-old", "/var/log/a {\n}\n"),
        ("/etc/logrotate.d/y", "include /etc/logrotate.conf\n/b {\n"),
    ]);
    assert!(attribute(&built, "logrotate /var/log/a", "paths").is_none());
    assert_eq!(built.gaps.iter().filter(|gap| gap.path.contains("logrotate")).count(), 2);
}

#[test]
fn syslog_ng_is_read_in_outline() {
    const MAIN: &str = "/etc/syslog-ng/syslog-ng.conf";
    let row = |text: &str, address: &str, key: &str, expected: &str| {
        ask(&[(MAIN, text)], address, key, expected, "");
    };
    let tls = "@version: 4.0\ndestination d_net { network(\"logs.clinic.example\" port(6514) transport(\"tls\") tls(ca-dir(\"/etc/ssl\"))); };\n";
    row(tls, "syslog-ng to logs.clinic.example", "verified", "true");
    row(
        "destination d { syslog(\"logs\" transport(tls) tls(peer-verify(optional-untrusted))); };",
        "syslog-ng to logs",
        "verified",
        "false",
    );
    row("destination d { tcp(\"logs\" port(514)); };", "syslog-ng to logs", "tls", "false");
    row("options { perm(0640); };\ndestination d { file(\"/var/log/a\"); };", "syslog-ng /var/log/a", "mode", "0640");
    row("destination d { file(\"/var/log/a\" perm(0644)); };", "syslog-ng /var/log/a", "others_read", "true");
    row("source s { system(); internal(); };", "syslog-ng", "inputs", "[]");
    row("source s { network(ip(0.0.0.0) port(514)); };", "syslog-ng", "inputs", "[network]");
    row("source s { udp(ip(127.0.0.1)); };", "syslog-ng", "inputs", "[]");
    row("# destination d { tcp(\"logs\"); };", "syslog-ng", "forwards", "[]");
    host(&[(MAIN, &"a{(".repeat(5_000))]);
}

#[test]
fn shippers_say_whether_they_encrypt() {
    let row = |path: &str, text: &str, address: &str, expected: (&str, &str)| {
        ask(&[(path, text)], address, "tls", expected.0, "");
        ask(&[(path, text)], address, "verified", expected.1, "");
    };
    let beat = "/etc/filebeat/filebeat.yml";
    row(beat, "output.logstash:\n  hosts: [\"logs:5044\"]\n", "beats to logs:5044", ("false", "true"));
    row(
        beat,
        "output.logstash:\n  hosts: [\"logs:5044\"]\n  ssl.certificate_authorities: [/etc/ca.pem]\n",
        "beats to logs:5044",
        ("true", "true"),
    );
    row(
        beat,
        "output:\n  logstash:\n    hosts: logs:5044\n    ssl:\n      enabled: true\n      verification_mode: none\n",
        "beats to logs:5044",
        ("true", "false"),
    );
    row(beat, "output.elasticsearch:\n  hosts: [\"https://es:9200\"]\n", "beats to https://es:9200", ("true", "true"));
    row(
        beat,
        "output.elasticsearch:\n  hosts: [\"es:9200\"]\n  protocol: https\n",
        "beats to es:9200",
        ("true", "true"),
    );
    row(beat, "output.elasticsearch:\n  hosts: [\"es:9200\"]\n", "beats to es:9200", ("false", "true"));
    let fluent = "/etc/fluent-bit/fluent-bit.conf";
    row(
        fluent,
        "[OUTPUT]\n    Name es\n    Host es.clinic.example\n    tls On\n",
        "fluent-bit to es.clinic.example",
        ("true", "true"),
    );
    row(
        fluent,
        "[OUTPUT]\n    Name es\n    Host es\n    tls On\n    tls.verify Off\n",
        "fluent-bit to es",
        ("true", "false"),
    );
    row(fluent, "[OUTPUT]\n    Name es\n    Host es\n", "fluent-bit to es", ("false", "true"));
    row(
        "/etc/promtail/config.yml",
        "clients:\n  - url: https://loki/push\n",
        "promtail to https://loki/push",
        ("true", "true"),
    );
    row(
        "/etc/vector/vector.yaml",
        "sinks:\n  out:\n    type: vector\n    address: logs:6000\n    tls: { enabled: true, verify_certificate: false }\n",
        "vector to logs:6000",
        ("true", "false"),
    );
    row(
        "/var/ossec/etc/ossec.conf",
        "<ossec_config>\n <client>\n  <server>\n   <address>wazuh</address>\n",
        "wazuh-agent to wazuh",
        ("true", "true"),
    );
}

#[test]
fn accounting_runs_or_not() {
    let fstab = ("/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n");
    let release = ("/etc/os-release", "ID=debian\n");
    ask(&[release, fstab], "accounting", "active", "false", "");
    ask(
        &[release, fstab, ("/etc/default/sysstat", "ENABLED=\"true\"\n")],
        "accounting",
        "active",
        "true",
        "/etc/default/sysstat:1",
    );
    ask(
        &[release, fstab, ("/etc/default/sysstat", "ENABLED=\"false\"\n")],
        "accounting",
        "active",
        "false",
        "/etc/default/sysstat:1",
    );
}

#[test]
fn logs_are_files_with_owners_and_modes() {
    let (built, _) = host(&[
        ("/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n"),
        ("/var/log/auth.log@0640:0:4", ""),
        ("/var/log/wtmp@0664:0:43", ""),
        ("/var/log/nginx/access.log@0644", ""),
        ("/var/log/journal/a/system.journal", ""),
    ]);
    let role = |path: &str| attribute(&built, path, "role").map_or("-".into(), plain);
    assert_eq!(role("/var/log/auth.log"), "log");
    assert_eq!(role("/var/log/wtmp"), "login-record");
    assert_eq!(role("/var/log/nginx/access.log"), "log");
    assert_eq!(role("/var/log/journal/a/system.journal"), "-");
}
