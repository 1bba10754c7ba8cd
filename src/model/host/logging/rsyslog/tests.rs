//! Whole configurations in, what rsyslogd does out; every expectation is from rsyslog's documentation.

use crate::model::testing::{attribute, build, host, place, plain};

const MAIN: &str = "/etc/rsyslog.conf";

/// The configuration, address and attribute, value and deciding line.
fn row(text: &str, address: &str, key: &str, expected: &str, line: usize) {
    let (built, sources) = host(&[(MAIN, text)]);
    let value = attribute(&built, address, key);
    assert_eq!(value.map_or("-".into(), plain), expected, "{key} of {address} in {text}");
    if let Some(value) = value.filter(|_| line > 0) {
        assert_eq!(place(&sources, value), format!("{MAIN}:{line}"), "{key} of {address} in {text}");
    }
}

#[test]
fn files_have_the_mode_that_is_set_before_them() {
    let mode = |text: &str, expected: &str, line| row(text, "rsyslog /var/log/a", "mode", expected, line);
    mode("*.* /var/log/a\n", "0644", 1);
    mode("$FileCreateMode 0640\n*.* -/var/log/a\n", "0640", 2);
    mode("*.* /var/log/a\n$FileCreateMode 0640\n", "0644", 1);
    mode("$FileCreateMode 0666\n$Umask 0027\n*.* /var/log/a;T\n", "0640", 3);
    mode("$FileCreateMode 0600\naction(type=\"omfile\" file=\"/var/log/a\")\n", "0644", 2);
    mode(
        "module(load=\"builtin:omfile\" fileCreateMode=\"0600\")\naction(type=\"omfile\" file=\"/var/log/a\")\n",
        "0600",
        2,
    );
    mode("action(type=\"omfile\" FileCreateMode=\"0640\"\n  file=\"/var/log/a\")\n", "0640", 1);
    mode("if $msg contains \"x\" then {\n  *.* /var/log/a\n}\n", "0644", 2);
    mode("$FileCreateMode 0600\n$ResetConfigVariables\n*.* /var/log/a\n", "0644", 3);
    row("*.* ?Remote\n", "rsyslog ?Remote", "other", "[read]", 1);
    row("$FileCreateMode 0640\n*.* /a\n", "rsyslog /a", "other", "[]", 2);
}

#[test]
fn messages_go_to_other_hosts_in_clear_or_not() {
    let log = "rsyslog to logs.clinic.example:6514";
    let new = |rest: &str| {
        format!("action(type=\"omfwd\" target=\"logs.clinic.example\" port=\"6514\" protocol=\"tcp\" {rest})\n")
    };
    let driver = "global(DefaultNetstreamDriver=\"gtls\")\n";
    let mode = "StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\"";
    row("*.* @@logs.clinic.example:6514\n", log, "protocol", "tcp", 1);
    row("*.* @(z9)logs.clinic.example:6514\n", log, "protocol", "udp", 1);
    row("*.* @@(o)[2001:db8::1]:6514\n", "rsyslog to 2001:db8::1:6514", "protocol", "tcp", 1);
    row("*.* @logs\n", "rsyslog to logs:514", "tls", "false", 1);
    row(&new(""), log, "tls", "false", 1);
    row(&(driver.to_owned() + &new(mode)), log, "tls", "true", 2);
    row(&(new(mode) + driver), log, "tls", "true", 1);
    row(&new(mode), log, "tls", "false", 1);
    row(&new(&format!("StreamDriver=\"ossl\" {mode}")), log, "verified", "true", 1);
    row(
        &new("StreamDriver=\"ossl\" StreamDriverMode=\"1\" StreamDriverAuthMode=\"anon\""),
        log,
        "verified",
        "false",
        1,
    );
    let old = "$DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n$ActionSendStreamDriverAuthMode x509/name\n*.* @@logs.clinic.example:6514\n";
    row(old, log, "tls", "true", 4);
    row(old, log, "verified", "true", 4);
    row(
        "*.* @@logs.clinic.example:6514\n$DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n",
        log,
        "tls",
        "false",
        1,
    );
    row(
        "action(type=\"omrelp\" target=\"logs.clinic.example\" port=\"6514\" tls=\"on\" tls.authmode=\"name\")\n",
        log,
        "verified",
        "true",
        1,
    );
    row("*.* :omrelp:logs.clinic.example:6514\n", log, "protocol", "relp", 1);
    row("# *.* @@logs\n", "rsyslog", "forwards", "[]", 1);
    row("*.* @127.0.0.1\n", "rsyslog to 127.0.0.1:514", "local", "true", 1);
    row("auth.* /var/log/auth\n& @logs\n", "rsyslog to logs:514", "selector", "auth.*", 2);
}

#[test]
fn messages_are_taken_from_others_where_a_port_is_open() {
    row("module(load=\"imudp\")\n", "rsyslog", "inputs", "[]", 1);
    row("module(load=\"imudp\")\ninput(type=\"imudp\" port=\"514\")\n", "rsyslog", "inputs", "[imudp 514]", 1);
    row("$ModLoad imtcp\n$InputTCPServerRun 10514\n", "rsyslog", "inputs", "[imtcp 10514]", 1);
    row("$UDPServerRun 514\n", "rsyslog", "inputs", "[imudp 514]", 1);
    row("input(type=\"imudp\" port=\"514\" address=\"127.0.0.1\")\n", "rsyslog", "inputs", "[]", 1);
    row(
        "module(load=\"imtcp\" StreamDriver.Name=\"gtls\" StreamDriver.Mode=\"1\")\ninput(type=\"imtcp\" port=\"6514\")\n",
        "rsyslog imtcp 6514",
        "tls",
        "true",
        2,
    );
    row("input(type=\"imuxsock\")\n", "rsyslog", "inputs", "[]", 1);
}

#[test]
fn included_files_are_read_in_place() {
    let part = ("/etc/rsyslog.d/10-a.conf", "*.* /var/log/a\n*.* @@logs\n");
    for line in [
        "$IncludeConfig /etc/rsyslog.d/*.conf",
        "include(file=\"/etc/rsyslog.d/*.conf\" mode=\"optional\")",
        "$IncludeConfig /etc/rsyslog.d/",
    ] {
        let main = format!("$FileCreateMode 0600\n{line}\n");
        let (built, sources) = host(&[(MAIN, &main), part]);
        let value = attribute(&built, "rsyslog /var/log/a", "mode").unwrap();
        assert_eq!(
            (plain(value), place(&sources, value)),
            ("0600".into(), "/etc/rsyslog.d/10-a.conf:1".into()),
            "{line}"
        );
        assert_eq!(attribute(&built, "rsyslog", "forwards").map(plain).as_deref(), Some("[logs:514]"));
    }
    let (built, _) = host(&[(MAIN, "$IncludeConfig /etc/rsyslog.conf\n")]);
    assert!(built.gaps.iter().any(|gap| gap.message.contains("too deeply")));
    let (built, _) = host(&[
        (MAIN, "$IncludeConfig /etc/rsyslog.d/*.conf\n"),
        ("/etc/rsyslog.d/a.conf/", ""),
        ("/etc/rsyslog.d/b.conf", "\0\u{1}("),
    ]);
    assert_eq!(attribute(&built, "rsyslog", "inputs").map(plain).as_deref(), Some("[]"));
}

#[test]
fn a_part_in_a_repository_says_only_what_it_does() {
    let files = [("roles/log/files/rsyslog.d/50-remote.conf", "*.* @@logs:514\n")];
    let (built, _) = build(&crate::model::host::MODEL, &files, &[]);
    let kinds: Vec<&str> = built.resources.iter().map(|resource| &*resource.kind).collect();
    assert_eq!(kinds, ["rsyslog.forward"]);
}
