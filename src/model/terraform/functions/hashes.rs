//! Hashes, and what depends on chance or on a secret.

use sha2::{Digest, Sha256, Sha512};

use super::args::Args;
use super::digest;
use super::files::content;
use super::{Fault, Outcome};
use crate::model::base64;
use crate::source::hex;
use crate::value::Reason;

fn chance(args: &Args) -> Outcome {
    Err(super::unknown(Reason::Function, &format!("{}()", args.name)))
}

fn unsupported(args: &Args) -> Fault {
    super::unknown(Reason::Unsupported, &format!("{}()", args.name))
}

pub(super) fn bcrypt(args: &Args) -> Outcome {
    chance(args)
}

pub(super) fn uuid(args: &Args) -> Outcome {
    chance(args)
}

pub(super) fn rsadecrypt(args: &Args) -> Outcome {
    Err(unsupported(args))
}

/// A UUID of a name in a namespace (RFC 9562, section 5.5), the namespaces of its appendix by their names.
pub(super) fn uuidv5(args: &Args) -> Outcome {
    let wrong = || Fault::Invalid("uuidv5() of what is no namespace".into());
    let namespace = match &*args.text(0)? {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8".into(),
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8".into(),
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8".into(),
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8".into(),
        other => other.to_owned(),
    };
    let digits = namespace.replace('-', "");
    let number = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32).ok_or_else(wrong)?;
    let hash = digest::sha1(&[&number.to_be_bytes(), args.text(1)?.as_bytes()].concat());
    let mut uuid: u128 = hash.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte));
    uuid = uuid & !(0xf << 76) | 5 << 76; // the version
    uuid = uuid & !(0b11 << 62) | 0b10 << 62; // the variant
    let text = format!("{uuid:032x}");
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    args.string(&[part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-"))
}

pub(super) fn md5(args: &Args) -> Outcome {
    args.string(&hex(&digest::md5(args.text(0)?.as_bytes())))
}

pub(super) fn sha1(args: &Args) -> Outcome {
    args.string(&hex(&digest::sha1(args.text(0)?.as_bytes())))
}

pub(super) fn filemd5(args: &Args) -> Outcome {
    args.string(&hex(&digest::md5(content(args, 0)?.as_bytes())))
}

pub(super) fn filesha1(args: &Args) -> Outcome {
    args.string(&hex(&digest::sha1(content(args, 0)?.as_bytes())))
}

pub(super) fn sha256(args: &Args) -> Outcome {
    args.string(&hex(&Sha256::digest(args.text(0)?.as_bytes())))
}

pub(super) fn sha512(args: &Args) -> Outcome {
    args.string(&hex(&Sha512::digest(args.text(0)?.as_bytes())))
}

pub(super) fn base64sha256(args: &Args) -> Outcome {
    args.string(&base64::encode(&Sha256::digest(args.text(0)?.as_bytes())))
}

pub(super) fn base64sha512(args: &Args) -> Outcome {
    args.string(&base64::encode(&Sha512::digest(args.text(0)?.as_bytes())))
}

pub(super) fn filesha256(args: &Args) -> Outcome {
    args.string(&hex(&Sha256::digest(content(args, 0)?.as_bytes())))
}

pub(super) fn filesha512(args: &Args) -> Outcome {
    args.string(&hex(&Sha512::digest(content(args, 0)?.as_bytes())))
}

pub(super) fn filebase64sha256(args: &Args) -> Outcome {
    args.string(&base64::encode(&Sha256::digest(content(args, 0)?.as_bytes())))
}

pub(super) fn filebase64sha512(args: &Args) -> Outcome {
    args.string(&base64::encode(&Sha512::digest(content(args, 0)?.as_bytes())))
}
