//! The lists of algorithms that OpenSSH uses when none is configured, by version, and the operators
//! that edit them.
//!
//! From myproposal.h of OpenSSH 8.4p1, 9.2p1 and 10.0p1 and the release notes between them
//! (<https://www.openssh.com/releasenotes.html>): 8.2 dropped diffie-hellman-group14-sha1, 8.5 changed the
//! order of the key types, 8.8 dropped ssh-rsa, 9.0 added sntrup761x25519, 9.9 added mlkem768x25519, 10.0
//! dropped finite-field Diffie-Hellman from the server and prefers AES-GCM. Distributions may add names.

use crate::model::host::glob::matches;

/// A major and a minor version.
pub type Version = (u16, u16);

/// The kinds of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `Ciphers`.
    Cipher,
    /// `MACs`.
    Mac,
    /// `KexAlgorithms`.
    Kex,
    /// `HostKeyAlgorithms`, `PubkeyAcceptedAlgorithms`, `HostbasedAcceptedAlgorithms`.
    PublicKey,
    /// `CASignatureAlgorithms`.
    CaSignature,
    /// A list whose default OpenSSH itself does not know.
    Vendor,
}

/// From this version on, this list.
type Since = (Version, &'static str);

impl Family {
    /// The default of a version, comma-separated; `None` for versions this table does not cover.
    pub fn default_of(self, version: Version) -> Option<&'static str> {
        let table = match self {
            Family::Cipher => CIPHERS,
            Family::Mac => MACS,
            Family::Kex => KEX,
            Family::PublicKey => PUBLIC_KEYS,
            Family::CaSignature => CA_SIGNATURES,
            Family::Vendor => &[],
        };
        table.iter().rev().find(|(since, _)| *since <= version).map(|(_, list)| *list)
    }
}

/// Applies what is configured to the default: `+a` appends, `-a` removes (patterns allowed), `^a` puts in
/// front, anything else replaces. `None` if the default is needed and not known.
pub fn apply(configured: &str, default: Option<&'static str>) -> Option<Vec<String>> {
    let list = |text: &str| text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let mut chars = configured.chars();
    let operator = chars.next();
    let rest = list(chars.as_str());
    let joined = |first: Vec<String>, second: Vec<String>| {
        second.into_iter().fold(first, |mut all, name| {
            if !all.contains(&name) {
                all.push(name);
            }
            all
        })
    };
    match operator {
        Some('+') => Some(joined(list(default?), rest)),
        Some('^') => Some(joined(rest, list(default?))),
        Some('-') => {
            Some(list(default?).into_iter().filter(|name| !rest.iter().any(|pattern| matches(pattern, name))).collect())
        }
        _ => Some(joined(Vec::new(), list(configured))),
    }
}

const CIPHERS: &[Since] = &[
    (
        (7, 6),
        "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,\
         aes128-gcm@openssh.com,aes256-gcm@openssh.com",
    ),
    (
        (10, 0),
        "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,\
         aes128-ctr,aes192-ctr,aes256-ctr",
    ),
];

const MACS: &[Since] = &[(
    (7, 6),
    "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,\
     hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,\
     hmac-sha2-256,hmac-sha2-512,hmac-sha1",
)];

const KEX: &[Since] = &[
    (
        (8, 2),
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,\
         ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,\
         diffie-hellman-group18-sha512,diffie-hellman-group14-sha256",
    ),
    (
        (9, 0),
        "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,\
         ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,\
         diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256",
    ),
    (
        (9, 9),
        "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256,\
         curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,\
         ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,\
         diffie-hellman-group18-sha512,diffie-hellman-group14-sha256",
    ),
    (
        (10, 0),
        "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,\
         curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,\
         ecdh-sha2-nistp521",
    ),
];

const PUBLIC_KEYS: &[Since] = &[
    (
        (8, 2),
        "ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,\
         ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,\
         ssh-ed25519-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com,\
         rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-rsa-cert-v01@openssh.com,\
         ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ecdsa-sha2-nistp256@openssh.com,\
         ssh-ed25519,sk-ssh-ed25519@openssh.com,rsa-sha2-512,rsa-sha2-256,ssh-rsa",
    ),
    (
        (8, 5),
        "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,\
         ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,\
         sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,\
         rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-rsa-cert-v01@openssh.com,\
         ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,\
         sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256,ssh-rsa",
    ),
    (
        (8, 8),
        "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,\
         ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,\
         sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,\
         rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,\
         ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,\
         sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256",
    ),
];

const CA_SIGNATURES: &[Since] = &[
    (
        (8, 2),
        "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ecdsa-sha2-nistp256@openssh.com,\
         ssh-ed25519,sk-ssh-ed25519@openssh.com,rsa-sha2-512,rsa-sha2-256",
    ),
    (
        (8, 5),
        "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,\
         sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_edit_the_default() {
        let default = Some("a,b,c-cbc");
        let table = [
            ("x,y,x", Some(vec!["x", "y"])),
            ("+d,a", Some(vec!["a", "b", "c-cbc", "d"])),
            ("-*-cbc,a", Some(vec!["b"])),
            ("^b,z", Some(vec!["b", "z", "a", "c-cbc"])),
        ];
        for (configured, expected) in table {
            let expected: Option<Vec<String>> = expected.map(|names| names.into_iter().map(str::to_owned).collect());
            assert_eq!(apply(configured, default), expected, "{configured}");
        }
        assert_eq!(apply("+d", None), None);
    }

    #[test]
    fn a_version_finds_the_list_that_was_its_own() {
        assert!(Family::Kex.default_of((9, 2)).unwrap().starts_with("sntrup761"));
        assert!(Family::PublicKey.default_of((8, 7)).unwrap().ends_with(",ssh-rsa"));
        assert!(Family::PublicKey.default_of((8, 8)).unwrap().ends_with(",rsa-sha2-256"));
        assert_eq!(Family::Kex.default_of((7, 9)), None);
    }
}
