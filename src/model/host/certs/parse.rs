//! PEM blocks (RFC 7468) and what a certificate says (RFC 5280).

use sha2::{Digest, Sha256};
use x509_cert::der::{Decode, pem};
use x509_cert::ext::pkix::BasicConstraints;

use crate::model::host::dialect::lines;
use crate::model::host::view::Text;
use crate::source::Span;

/// Most blocks of one file.
const MAX_BLOCKS: usize = 400;

/// A block between `-----BEGIN LABEL-----` and its end.
pub struct Block<'a> {
    label: &'a str,
    text: &'a str,
    /// The first line.
    pub span: Span,
}

impl Block<'_> {
    /// True for a certificate.
    pub fn is_certificate(&self) -> bool {
        matches!(self.label, "CERTIFICATE" | "X509 CERTIFICATE")
    }

    /// The kind of a private key.
    pub fn key(&self) -> Option<&'static str> {
        match self.label {
            "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => Some("pkcs8"),
            "RSA PRIVATE KEY" => Some("rsa"),
            "EC PRIVATE KEY" => Some("ec"),
            "DSA PRIVATE KEY" => Some("dsa"),
            "OPENSSH PRIVATE KEY" => Some("openssh"),
            _ => None,
        }
    }

    /// True if a passphrase protects it. In OpenSSH's format (PROTOCOL.key) the name of the cipher follows the
    /// magic text; this is how it begins without one.
    pub fn is_encrypted(&self) -> bool {
        const NO_CIPHER: &str = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
        match self.label {
            "ENCRYPTED PRIVATE KEY" => true,
            "OPENSSH PRIVATE KEY" => !self.text.contains(NO_CIPHER),
            _ => self.text.contains("Proc-Type: 4,ENCRYPTED"),
        }
    }
}

/// The blocks of a text, in order.
pub fn blocks(text: &Text) -> Vec<Block<'_>> {
    let mut out = Vec::new();
    let mut open: Option<(&str, usize, Span)> = None;
    for (at, line) in lines(&text.text) {
        let line = line.trim_end();
        if let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) {
            open = Some((label, at, Span::new(text.id, at..at + line.len())));
        } else if line.starts_with("-----END ")
            && let Some((label, start, span)) = open.take()
        {
            let text = text.text.get(start..at + line.len()).unwrap_or_default();
            out.push(Block { label, text, span });
        }
        if out.len() == MAX_BLOCKS {
            break;
        }
    }
    out
}

/// True for a store of Java or PKCS #12.
pub fn is_keystore(path: &str) -> bool {
    [".jks", ".keystore", ".p12", ".pfx"].iter().any(|ending| path.ends_with(ending))
}

/// What a certificate says.
pub struct Certificate {
    /// The subject in the text form of RFC 4514.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// First and last day, `2026-01-31` (UTC).
    pub not_before: String,
    /// The last day.
    pub not_after: String,
    /// Days between the two.
    pub lifetime_days: i64,
    /// `rsa`, `ec`, `ed25519`, `dsa`, `other`.
    pub key_type: &'static str,
    /// The size of the key, if it is known for its kind.
    pub key_bits: Option<i64>,
    /// The hash of the signature, `sha256`, or what signs without one.
    pub signature: String,
    /// Digest of the whole in hexadecimal digits.
    pub fingerprint: String,
    /// True if it may sign others.
    pub is_authority: bool,
}

/// Reads the certificate of a block.
pub fn certificate(block: &Block) -> Result<Certificate, String> {
    let (_, der) = pem::decode_vec(block.text.as_bytes()).map_err(|error| error.to_string())?;
    let whole = x509_cert::Certificate::from_der(&der).map_err(|error| error.to_string())?;
    let inner = whole.tbs_certificate();
    let (begin, end) = (inner.validity().not_before, inner.validity().not_after);
    let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let day = |time: x509_cert::time::Time| {
        let date = time.to_date_time();
        format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    };
    let key = inner.subject_public_key_info();
    let curve =
        key.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<x509_cert::spki::ObjectIdentifier>().ok());
    let key_type = key_type(&key.algorithm.oid.to_string());
    let key_bits = match key_type {
        "rsa" => rsa_bits(key.subject_public_key.raw_bytes()),
        "ec" => curve.and_then(|curve| curve_bits(&curve.to_string())),
        "ed25519" => Some(256),
        "ed448" => Some(456),
        _ => None,
    };
    let constraints = inner.get_extension::<BasicConstraints>().ok().flatten();
    Ok(Certificate {
        subject: inner.subject().to_string(),
        issuer: inner.issuer().to_string(),
        not_before: day(begin),
        not_after: day(end),
        lifetime_days: (seconds(end) - seconds(begin)) / 86_400,
        key_type,
        key_bits,
        signature: signature(&whole.signature_algorithm().oid.to_string()),
        fingerprint: Sha256::digest(&der).iter().map(|byte| format!("{byte:02x}")).collect(),
        is_authority: constraints.is_some_and(|(_, constraints)| constraints.ca),
    })
}

fn key_type(oid: &str) -> &'static str {
    match oid {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => "rsa",
        "1.2.840.10045.2.1" => "ec",
        "1.3.101.112" => "ed25519",
        "1.3.101.113" => "ed448",
        "1.2.840.10040.4.1" => "dsa",
        _ => "other",
    }
}

/// RFC 5480 and RFC 5639.
fn curve_bits(oid: &str) -> Option<i64> {
    let bits = match oid {
        "1.2.840.10045.3.1.1" => 192,
        "1.3.132.0.33" => 224,
        "1.2.840.10045.3.1.7" | "1.3.132.0.10" | "1.3.36.3.3.2.8.1.1.7" => 256,
        "1.3.132.0.34" | "1.3.36.3.3.2.8.1.1.11" => 384,
        "1.3.132.0.35" => 521,
        "1.3.36.3.3.2.8.1.1.13" => 512,
        _ => return None,
    };
    Some(bits)
}

/// RFC 8017, RFC 5758, RFC 8410, RFC 3279.
fn signature(oid: &str) -> String {
    let name = match oid {
        "1.2.840.113549.1.1.2" => "md2",
        "1.2.840.113549.1.1.4" => "md5",
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" => "sha1",
        "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" | "2.16.840.1.101.3.4.3.1" => "sha224",
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" | "2.16.840.1.101.3.4.3.2" => "sha256",
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => "sha384",
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => "sha512",
        "1.2.840.113549.1.1.10" => "pss",
        "1.3.101.112" => "ed25519",
        "1.3.101.113" => "ed448",
        other => other,
    };
    name.to_owned()
}

/// The size of the modulus of `SEQUENCE { INTEGER modulus, INTEGER exponent }`.
fn rsa_bits(der: &[u8]) -> Option<i64> {
    let (0x30, inner, _) = element(der)? else { return None };
    let (0x02, modulus, _) = element(inner)? else { return None };
    let digits: &[u8] = modulus.get(modulus.iter().position(|byte| *byte != 0)?..)?;
    let first = i64::from(digits.first()?.leading_zeros());
    Some(i64::try_from(digits.len()).ok()? * 8 - first)
}

/// The tag, the content and what follows of an element in DER.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..0x80 => (short, rest),
        long => {
            let (digits, rest) = rest.split_at_checked(long - 0x80).filter(|(digits, _)| digits.len() <= 4)?;
            (digits.iter().fold(0, |sum, digit| sum * 256 + usize::from(*digit)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
