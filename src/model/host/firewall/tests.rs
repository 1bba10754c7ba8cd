//! Firewalls from the forms of ufw(8), nft(8) and iptables-save(8).

use crate::model::testing::{attribute, host, place, plain};

const BOOTS: [(&str, &str); 2] =
    [("/etc/os-release", "ID=debian\nVERSION_ID=12\n"), ("/sbin/init", "-> /lib/systemd/systemd")];
const UNIT: &str = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n";

/// Key, value and place of each row, with the unit of that name started.
fn check(unit: &str, files: &[(&str, &str)], rows: &[(&str, &str, &str)]) {
    let (path, link) =
        (format!("/usr/lib/systemd/system/{unit}.service"), format!("-> /usr/lib/systemd/system/{unit}.service"));
    let wants = format!("/etc/systemd/system/multi-user.target.wants/{unit}.service");
    let started: &[(&str, &str)] = &[(&path, UNIT), (&wants, &link)];
    let (built, sources) = host(&[&BOOTS, started, files].concat());
    for (key, expected, at) in rows {
        let value = attribute(&built, "firewall", key);
        assert_eq!(value.map_or("-".into(), plain), *expected, "{key} of {files:#?}");
        assert!(at.is_empty() || value.map(|value| place(&sources, value)).as_deref() == Some(*at), "{key} at {at}");
    }
}

#[test]
fn ufw_lets_in_what_its_tuples_say() {
    let conf = ("/etc/ufw/ufw.conf", "ENABLED=yes\nLOGLEVEL=low\n");
    let default = ("/etc/default/ufw", "IPV6=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\n");
    let rules = "*filter\n### tuple ### allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in\n### tuple ### allow tcp 5432,8000:8100 0.0.0.0/0 any 0.0.0.0/0 in\n### tuple ### deny any 6379 0.0.0.0/0 any 0.0.0.0/0 in\n### tuple ### allow tcp 25 0.0.0.0/0 any 0.0.0.0/0 out\n";
    check(
        "ufw",
        &[conf, default, ("/etc/ufw/user.rules", rules)],
        &[
            ("program", "ufw", ""),
            ("active", "true", "/etc/ufw/ufw.conf:1"),
            ("logging", "true", "/etc/ufw/ufw.conf:2"),
            ("default_inbound", "drop", "/etc/default/ufw:2"),
            ("default_inbound_ipv6", "drop", "/etc/default/ufw:2"),
            ("open_ports.0", "{from_port: 5432, to_port: 5432, ports: [5432]}", "/etc/ufw/user.rules:3"),
            ("open_ports.1.from_port", "8000", "/etc/ufw/user.rules:3"),
            ("open_ports.1.ports.100", "8100", "/etc/ufw/user.rules:3"),
            ("open_ports.2", "-", ""),
        ],
    );
    check("ufw", &[("/etc/ufw/ufw.conf", "ENABLED=no\n")], &[("active", "false", "/etc/ufw/ufw.conf:1")]);
    check("x", &[conf], &[("active", "false", "")]);
}

#[test]
fn nftables_decides_by_its_input_chain() {
    let text = "#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    iif lo accept\n    ct state established,related accept\n    ip saddr 10.0.0.0/8 tcp dport 5432 accept\n    tcp dport { 22, 443 } accept\n    log prefix \"in \" counter\n  }\n  chain forward {\n    type filter hook forward priority 0; policy accept;\n    tcp dport 6379 accept\n  }\n}\n";
    check(
        "nftables",
        &[("/etc/nftables.conf", text)],
        &[
            ("active", "true", ""),
            ("default_inbound", "drop", "/etc/nftables.conf:5"),
            ("default_inbound_ipv6", "drop", "/etc/nftables.conf:5"),
            (
                "open_ports",
                "[{from_port: 22, to_port: 22, ports: [22]}, {from_port: 443, to_port: 443, ports: [443]}]",
                "",
            ),
            ("logging", "true", "/etc/nftables.conf:10"),
        ],
    );
    let with = |rule: &str| text.replace("    tcp dport { 22, 443 } accept\n", rule);
    let unknown = "unknown(not evaluated by this version: rules that are not evaluated)";
    check(
        "nftables",
        &[("/etc/nftables.conf", &with("    jump clinic\n"))],
        &[("open_ports", unknown, "/etc/nftables.conf:9")],
    );
    check(
        "nftables",
        &[("/etc/nftables.conf", &with("    accept\n"))],
        &[("open_ports", "[{from_port: 0, to_port: 65535, wide: true}]", "")],
    );
    check("nftables", &[("/etc/nftables.conf", "flush ruleset\n")], &[("default_inbound", "-", "")]);
}

#[test]
fn iptables_decides_by_policy_or_last_rule() {
    let text = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -s 10.0.0.0/8 -p tcp --dport 5432 -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT\n";
    check(
        "netfilter-persistent",
        &[("/etc/iptables/rules.v4", text), ("/etc/iptables/rules.v6", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n")],
        &[
            ("program", "iptables", ""),
            ("default_inbound", "reject", "/etc/iptables/rules.v4:7"),
            ("default_inbound_ipv6", "drop", "/etc/iptables/rules.v6:2"),
            ("open_ports", "[{from_port: 22, to_port: 22, ports: [22]}]", ""),
            ("logging", "false", ""),
        ],
    );
    check("x", &[], &[("active", "false", "/etc/os-release:1"), ("program", "-", "")]);
}
