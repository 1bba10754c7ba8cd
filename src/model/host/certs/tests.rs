//! Certificates and keys in, what they are out; the expectations are what openssl(1) printed of them.

use crate::model::testing::{attribute, host, place, plain};

/// Files, address, attribute, value (`-` for absent), deciding file and line.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

// RSA 1024, SHA-1, of itself, 2014 to 2024.
const OLD: &str = "-----BEGIN CERTIFICATE-----
MIIB3jCCAUegAwIBAgIBATANBgkqhkiG9w0BAQUFADAeMRwwGgYDVQQDDBNyZWNv
cmRzLmNsaW5pYy50ZXN0MB4XDTE0MDEwMTAwMDAwMFoXDTI0MDEwMTAwMDAwMFow
HjEcMBoGA1UEAwwTcmVjb3Jkcy5jbGluaWMudGVzdDCBnzANBgkqhkiG9w0BAQEF
AAOBjQAwgYkCgYEApyWikFCIQYHW1TQuar3VB1M3qSPDVzOs9FJwOzMTBry/a5lX
o+rE+1j1Y/nSTwgPn0E7KeUl76uEwEw7AeSOe9yVkWY9kASWDV5IGJH3+668/c43
4GQ61E/f6x58ggFH1jzk3v3/Mx0Kl44C0HDJSVZdEMFJYKgenPxdLEw4HS0CAwEA
AaMsMCowCQYDVR0TBAIwADAdBgNVHQ4EFgQUEia+yATsJE9Ogwp2dYTjynwN97Iw
DQYJKoZIhvcNAQEFBQADgYEAb/DzERfwG4DgqO0C60FwaLMNMyQtcK0f6+YryBM8
Xw1O+WyvYtUm2RyAip3apYv++zTxrLcnhIamXIgb+8oqJ7umds+csIbWBCUVdRTO
QlB5EP7KCRkwzBciMtlhOsKaqYoO2LtqIU1yFhEgULNepy1dXwQiCuTCMrL4n4mm
/t0=
-----END CERTIFICATE-----
";
// P-256, SHA-256, of an authority, October 2026 to October 2027.
const GOOD: &str = "-----BEGIN CERTIFICATE-----
MIIBkTCCARagAwIBAgIBAjAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtDbGluaWMg
Um9vdDAeFw0yNjEwMDEwMDAwMDBaFw0yNzEwMTUwMDAwMDBaMB4xHDAaBgNVBAMM
E3JlY29yZHMuY2xpbmljLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASB
wU9skWAcXqStX6uqmvuT1llN+GQWLH6Nd7WXBL33N6HulS2vuu70P/yFK9/+OXPy
GnXkp/QEdhGaKWbsFEGZo00wSzAJBgNVHRMEAjAAMB0GA1UdDgQWBBRKualyxnNG
EX+pOp4iiK56UimJZjAfBgNVHSMEGDAWgBR0Zeyztw+aX60IlEd6+U4Bq0kn4DAK
BggqhkjOPQQDAgNpADBmAjEAqN38YueSJncYgjPdIE5D+D1AaA0Jg0HK2ejF4RMA
uaaE9qVrLvEdLbDAp04oLskiAjEA3B4q30o0kzdGWNkxmclsGme62fic2NLTYCp7
p06+nkHNwe5wFMqO/46FFWMnVleQ
-----END CERTIFICATE-----
";
// P-384, SHA-384, an authority.
const ROOT: &str = "-----BEGIN CERTIFICATE-----
MIIBvzCCAUSgAwIBAgIUdkNj8sTVmZRrIG0Xd46OMTGjE0AwCgYIKoZIzj0EAwMw
FjEUMBIGA1UEAwwLQ2xpbmljIFJvb3QwHhcNMjYxMTIyMDIxMDE4WhcNNDYxMTE3
MDIxMDE4WjAWMRQwEgYDVQQDDAtDbGluaWMgUm9vdDB2MBAGByqGSM49AgEGBSuB
BAAiA2IABNDH3H18ZbrYemYH7yWCLDleshpzemQ1Se2esdVcy2dOBzkrsnrvONnK
Ki8+505zxgs9JqB+DKmVY0Qy6SUhHn1qZngARmb1sjIdPu05Dwx76TW91axX7kqF
xX9rZauJqqNTMFEwHQYDVR0OBBYEFHRl7LO3D5pfrQiUR3r5TgGrSSfgMB8GA1Ud
IwQYMBaAFHRl7LO3D5pfrQiUR3r5TgGrSSfgMA8GA1UdEwEB/wQFMAMBAf8wCgYI
KoZIzj0EAwMDaQAwZgIxAO5+WrXYgT6awl/KYQMwsr5WY2U+hTD9QXWpOYDeCoCS
6aBUFij3nhWElaPIxyxn1AIxALViHVHXX8+BwOvAhTV2diFFi0BxWCNWbqHk2CGe
tRlItoYbCbhpDya4wlrS+GnvFQ==
-----END CERTIFICATE-----
";
// Ed25519, of itself.
const ED: &str = "-----BEGIN CERTIFICATE-----
MIIBRjCB+aADAgECAhRE1Cj1x1WvKVwXGlrq0lBkqnGfDzAFBgMrZXAwGTEXMBUG
A1UEAwwOZWQuY2xpbmljLnRlc3QwHhcNMjYxMTIyMDIxMDE3WhcNMjYxMjIyMDIx
MDE3WjAZMRcwFQYDVQQDDA5lZC5jbGluaWMudGVzdDAqMAUGAytlcAMhAMxwQZPc
1LuoifYhQfRTxtMtRGEQgmIhaKyiJW2vH2efo1MwUTAdBgNVHQ4EFgQUkHZj7djP
HvlyAWVPxuA8X1HJyIUwHwYDVR0jBBgwFoAUkHZj7djPHvlyAWVPxuA8X1HJyIUw
DwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQBWBCD9KgxOHsFoAEE8DRU80U2HsPdS
aH1MIFd92f7hDNzrlE51/Vgr9NBJCkkB2N+BL9T5j84eTge5MpXeJ50H
-----END CERTIFICATE-----
";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n";

fn check(cases: &[Case]) {
    for (files, address, key, expected, at) in cases {
        let (built, sources) = host(files);
        let value = attribute(&built, address, key);
        let got = (value.map_or("-".into(), plain), value.map_or(String::new(), |value| place(&sources, value)));
        assert_eq!(got, (expected.to_string(), at.to_string()), "{key} of {address}");
    }
}

#[test]
fn a_certificate_says_what_openssl_prints() {
    let at = "/etc/nginx/ssl/a.crt:1";
    for (pem, key, expected) in [
        (OLD, "subject", "CN=records.clinic.test"),
        (OLD, "not_before", "2014-01-01"),
        (OLD, "not_after", "2024-01-01"),
        (OLD, "lifetime_days", "3652"),
        (OLD, "key_type", "rsa"),
        (OLD, "key_bits", "1024"),
        (OLD, "signature", "sha1"),
        (OLD, "self_signed", "true"),
        (OLD, "role", "leaf"),
        (GOOD, "issuer", "CN=Clinic Root"),
        (GOOD, "key_type", "ec"),
        (GOOD, "key_bits", "256"),
        (GOOD, "signature", "sha256"),
        (GOOD, "self_signed", "-"),
        (GOOD, "lifetime_days", "379"),
        (ROOT, "authority", "true"),
        (ROOT, "role", "authority"),
        (ROOT, "key_bits", "384"),
        (ED, "key_type", "ed25519"),
        (ED, "signature", "ed25519"),
    ] {
        let place = if expected == "-" { "" } else { at };
        check(&[(&[("/etc/nginx/ssl/a.crt", pem)], "certificate /etc/nginx/ssl/a.crt", key, expected, place)]);
    }
}

#[test]
fn files_are_found_where_they_are_kept_and_where_they_are_named() {
    let pair = format!("{KEY}{GOOD}{ROOT}");
    let site = (
        "/etc/nginx/sites-enabled/ehr",
        "server {\n  ssl_certificate /srv/tls/ehr.pem;\n  # ssl_certificate /srv/tls/old.pem;\n}\n",
    );
    check(&[
        (
            &[("/etc/haproxy/certs/a.pem", &pair)],
            "certificate /etc/haproxy/certs/a.pem",
            "issuer",
            "CN=Clinic Root",
            "/etc/haproxy/certs/a.pem:4",
        ),
        (
            &[("/etc/haproxy/certs/a.pem", &pair)],
            "key /etc/haproxy/certs/a.pem",
            "kind",
            "pkcs8",
            "/etc/haproxy/certs/a.pem:1",
        ),
        (&[site, ("/srv/tls/ehr.pem", ROOT)], "certificate /srv/tls/ehr.pem", "role", "leaf", "/srv/tls/ehr.pem:1"),
        (
            &[site, ("/srv/tls/ehr.pem", ROOT)],
            "certificate /srv/tls/ehr.pem",
            "used",
            "true",
            "/etc/nginx/sites-enabled/ehr:2",
        ),
        (&[site, ("/srv/tls/old.pem", OLD)], "certificate /srv/tls/old.pem", "role", "-", ""),
        // An authority with its key beside it is the certificate of a service that signed itself.
        (
            &[("/etc/ssl/certs/a.pem", ROOT), ("/etc/ssl/private/a.key", KEY)],
            "certificate /etc/ssl/certs/a.pem",
            "role",
            "leaf",
            "/etc/ssl/certs/a.pem:1",
        ),
        (
            &[
                ("/etc/ssl/certs/a.pem", "-> /usr/share/ca-certificates/a.crt"),
                ("/usr/share/ca-certificates/a.crt", ROOT),
            ],
            "certificate /etc/ssl/certs/a.pem",
            "role",
            "-",
            "",
        ),
        (
            &[("/usr/local/share/ca-certificates/a.crt", ROOT)],
            "certificate /usr/local/share/ca-certificates/a.crt",
            "role",
            "trust-anchor",
            "/usr/local/share/ca-certificates/a.crt:1",
        ),
        (
            &[("/etc/ssl/private/ssl-cert-snakeoil.key", KEY)],
            "key /etc/ssl/private/ssl-cert-snakeoil.key",
            "default",
            "-",
            "",
        ),
        (
            &[
                ("/etc/ssl/private/ssl-cert-snakeoil.key", KEY),
                (
                    "/etc/postgresql/15/main/postgresql.conf",
                    "ssl_key_file = '/etc/ssl/private/ssl-cert-snakeoil.key'\n",
                ),
            ],
            "key /etc/ssl/private/ssl-cert-snakeoil.key",
            "default",
            "true",
            "/etc/ssl/private/ssl-cert-snakeoil.key:1",
        ),
    ]);
}

#[test]
fn keys_say_whether_a_passphrase_protects_them() {
    let block = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    for (text, encrypted) in [
        (block("PRIVATE KEY", "AAAA"), "-"),
        (block("ENCRYPTED PRIVATE KEY", "AAAA"), "true"),
        (block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA"), "true"),
        (block("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ"), "-"),
        (block("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHI"), "true"),
    ] {
        let files = [("/root/.ssh/id_rsa", &*text)];
        let at = if encrypted == "-" { "" } else { "/root/.ssh/id_rsa:1" };
        check(&[
            (&files, "key /root/.ssh/id_rsa", "encrypted", encrypted, at),
            (&files, "key /root/.ssh/id_rsa", "place", "home", "/root/.ssh/id_rsa:1"),
        ]);
    }
}

#[test]
fn stores_are_passed_over_and_hostile_files_end_well() {
    let (built, _) = host(&[("/etc/pki/tls/certs/many.crt", &GOOD.repeat(20))]);
    assert!(attribute(&built, "certificate /etc/pki/tls/certs/many.crt", "role").is_none());
    let cut = GOOD.replace('M', "\u{e9}");
    let begin = "-----BEGIN CERTIFICATE-----\n".repeat(10_000);
    for text in [
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        &cut,
        &begin,
        "-----BEGIN -----",
        "-----END X-----",
    ] {
        host(&[("/etc/nginx/a.pem", text)]);
    }
    let (built, _) = host(&[("/etc/nginx/a.pem", &GOOD.replace("MII", "AII"))]);
    assert_eq!(built.gaps.iter().filter(|gap| gap.message.starts_with("a certificate that")).count(), 1);
}
