//! Configurations in, what is allowed out; the expectations are from crypto-policies(7), config(5),
//! SSL_CONF_cmd(3), ipsec.conf(5) and wg(8).

use crate::model::testing::{attribute, host, place, plain};

/// Files, address, attribute, value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

fn check(cases: &[Case]) {
    for (files, address, key, expected, at) in cases {
        let (built, sources) = host(files);
        let value = attribute(&built, address, key);
        let got = (value.map_or("-".into(), plain), value.map_or(String::new(), |value| place(&sources, value)));
        assert_eq!(got, (expected.to_string(), at.to_string()), "{key} of {address} in {files:?}");
    }
}

#[test]
fn the_policy_that_was_applied_counts() {
    let config = ("/etc/crypto-policies/config", "# comment\nDEFAULT:NO-SHA1\n");
    let current = ("/etc/crypto-policies/state/current", "LEGACY\n");
    let grub = ("/etc/default/grub", "GRUB_CMDLINE_LINUX=fips=1\n");
    check(&[
        (&[config], "crypto policy", "policy", "DEFAULT", "/etc/crypto-policies/config:2"),
        (&[config], "crypto policy", "modules", "[NO-SHA1]", "/etc/crypto-policies/config:2"),
        (&[config, current], "crypto policy", "policy", "LEGACY", "/etc/crypto-policies/state/current:1"),
        (&[config, current], "crypto policy", "pending", "DEFAULT:NO-SHA1", "/etc/crypto-policies/config:2"),
        (&[config, grub], "crypto policy", "fips", "true", "/etc/default/grub:1"),
        (&[config, ("/etc/default/grub", "")], "crypto policy", "fips", "-", ""),
    ]);
}

#[test]
fn openssl_is_limited_only_through_its_chain_of_sections() {
    const FILE: &str = "/etc/ssl/openssl.cnf";
    let chain = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n";
    let whole = format!("{chain}MinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=1 # x\n");
    let address = "openssl /etc/ssl/openssl.cnf";
    let include = format!("{chain}.include /etc/crypto-policies/back-ends/opensslcnf.config\n");
    let backend = (
        "/etc/crypto-policies/back-ends/opensslcnf.config",
        "CipherString = @SECLEVEL=2:kEECDH\nTLS.MinProtocol = TLSv1.2\n",
    );
    check(&[
        (&[(FILE, &whole)], address, "min_protocol", "TLSv1", "/etc/ssl/openssl.cnf:7"),
        (&[(FILE, &whole)], address, "security_level", "1", "/etc/ssl/openssl.cnf:8"),
        (&[(FILE, "[c]\nMinProtocol = TLSv1\n")], address, "min_protocol", "-", ""),
        (&[(FILE, &whole.replace("openssl_conf", "#openssl_conf"))], address, "min_protocol", "-", ""),
        (
            &[(FILE, &include), backend],
            address,
            "min_protocol",
            "TLSv1.2",
            "/etc/crypto-policies/back-ends/opensslcnf.config:2",
        ),
        (
            &[(FILE, &include), backend],
            address,
            "security_level",
            "2",
            "/etc/crypto-policies/back-ends/opensslcnf.config:1",
        ),
        (
            &[(FILE, ".include /etc/ssl/openssl.cnf\n")],
            address,
            "path",
            "/etc/ssl/openssl.cnf",
            "/etc/ssl/openssl.cnf:1",
        ),
        (
            &[(
                "/etc/java-17-openjdk/security/java.security",
                "a=b\njdk.tls.disabledAlgorithms=SSLv3, TLSv1, \\\n    RC4\n",
            )],
            "/etc/java-17-openjdk/security/java.security",
            "disabled",
            "[SSLv3, TLSv1, RC4]",
            "/etc/java-17-openjdk/security/java.security:2",
        ),
    ]);
}

#[test]
fn tunnels_are_read_with_their_defaults() {
    let file = "/etc/ipsec.conf";
    let text = "config setup\n  uniqueids=yes\nconn %default\n  ike=3des-md5-modp1024\nconn lab\n  keyexchange=ikev1\n  aggressive=yes\ninclude ipsec.d/*.conf\n";
    let more = ("/etc/ipsec.d/a.conf", "conn hospital\n  ike=aes256-sha2_512;modp4096\n  ikev2=insist\n");
    let wireguard = (
        "/etc/wireguard/wg0.conf",
        "[Interface]\nPrivateKey = c2VjcmV0\n[Peer]\nAllowedIPs = 10.0.0.2/32, 0.0.0.0/0\n[Peer]\nAllowedIPs=::/0 # all\n",
    );
    check(&[
        (&[(file, text)], "ipsec lab", "algorithms", "[3des, md5, modp1024]", "/etc/ipsec.conf:4"),
        (&[(file, text)], "ipsec lab", "version", "1", "/etc/ipsec.conf:6"),
        (&[(file, text)], "ipsec lab", "aggressive", "true", "/etc/ipsec.conf:7"),
        (
            &[(file, text), more],
            "ipsec hospital",
            "algorithms",
            "[aes256, sha2_512, modp4096]",
            "/etc/ipsec.d/a.conf:2",
        ),
        (&[(file, text), more], "ipsec hospital", "version", "-", ""),
        (
            &[wireguard],
            "/etc/wireguard/wg0.conf",
            "networks",
            "[10.0.0.2/32, 0.0.0.0/0, ::/0]",
            "/etc/wireguard/wg0.conf:1",
        ),
    ]);
    let (built, _) = host(&[wireguard]);
    let shown = built.resources.iter().map(|it| plain(&it.attributes)).collect::<String>();
    assert!(!shown.contains("c2VjcmV0"));
}

#[test]
fn hostile_files_end_well() {
    for text in
        ["\0", "[", "[é\n.include", ".include = /etc", "conn", "include *", "conn a\n =\n", "include /etc/ipsec.conf\n"]
    {
        host(&[
            ("/etc/ssl/openssl.cnf", text),
            ("/etc/ipsec.conf", text),
            ("/etc/wireguard/x.conf", text),
            ("/etc/crypto-policies/config", text),
        ]);
    }
}
