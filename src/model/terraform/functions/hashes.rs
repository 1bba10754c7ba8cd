//! Hashes, and what depends on chance or on a secret.

use sha2::{Digest, Sha256, Sha512};

use super::args::Args;
use super::digest;
use super::encoding::base64;
use super::files::content;
use super::{Fault, Outcome};
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

pub(super) fn uuidv5(args: &Args) -> Outcome {
    Err(unsupported(args))
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
    args.string(&base64(&Sha256::digest(args.text(0)?.as_bytes())))
}

pub(super) fn base64sha512(args: &Args) -> Outcome {
    args.string(&base64(&Sha512::digest(args.text(0)?.as_bytes())))
}

pub(super) fn filesha256(args: &Args) -> Outcome {
    args.string(&hex(&Sha256::digest(content(args, 0)?.as_bytes())))
}

pub(super) fn filesha512(args: &Args) -> Outcome {
    args.string(&hex(&Sha512::digest(content(args, 0)?.as_bytes())))
}

pub(super) fn filebase64sha256(args: &Args) -> Outcome {
    args.string(&base64(&Sha256::digest(content(args, 0)?.as_bytes())))
}

pub(super) fn filebase64sha512(args: &Args) -> Outcome {
    args.string(&base64(&Sha512::digest(content(args, 0)?.as_bytes())))
}
