//! CIDR arithmetic.

use std::net::IpAddr;

use ipnet::IpNet;

use super::args::Args;
use super::{Fault, Outcome};
use crate::value::Value;

fn wrong(args: &Args, why: &str) -> Fault {
    Fault::Invalid(format!("{}() {why}", args.name))
}

fn prefix(args: &Args) -> Result<IpNet, Fault> {
    let text = args.text(0)?;
    text.parse::<IpNet>().map(|net| net.trunc()).map_err(|_| wrong(args, "of what is no address prefix"))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The address with these bits, of the same family as `net`.
fn address(net: &IpNet, bits: u128) -> Option<IpAddr> {
    match net {
        IpNet::V4(_) => u32::try_from(bits).ok().map(|bits| IpAddr::V4(bits.into())),
        IpNet::V6(_) => Some(IpAddr::V6(bits.into())),
    }
}

/// `2^n`, as far as it can be told.
fn power(n: u8) -> u128 {
    1_u128.checked_shl(u32::from(n)).unwrap_or(u128::MAX)
}

pub(super) fn cidrhost(args: &Args) -> Outcome {
    let net = prefix(args)?;
    let host = args.int(1)?;
    let room = power(net.max_prefix_len() - net.prefix_len());
    let offset = if host < 0 { room.checked_sub(u128::from(host.unsigned_abs())) } else { u128::try_from(host).ok() };
    let offset = offset.filter(|offset| *offset < room).ok_or_else(|| wrong(args, "beyond the prefix"))?;
    let found = address(&net, bits(net.network()) + offset).ok_or_else(|| wrong(args, "beyond the prefix"))?;
    args.string(&found.to_string())
}

pub(super) fn cidrnetmask(args: &Args) -> Outcome {
    match prefix(args)? {
        IpNet::V4(net) => args.string(&net.netmask().to_string()),
        IpNet::V6(_) => Err(wrong(args, "of an IPv6 prefix")),
    }
}

/// The `number`-th prefix that is `more` bits longer.
fn subnet(args: &Args, net: &IpNet, more: i64, number: u128) -> Result<IpNet, Fault> {
    let length = u8::try_from(i64::from(net.prefix_len()) + more).ok().filter(|length| *length <= net.max_prefix_len());
    let length = length.filter(|_| more >= 0).ok_or_else(|| wrong(args, "with too many bits"))?;
    let beyond = || wrong(args, "beyond the prefix");
    if number >= power(length - net.prefix_len()) {
        return Err(beyond());
    }
    let size = power(net.max_prefix_len() - length);
    let start =
        number.checked_mul(size).and_then(|offset| bits(net.network()).checked_add(offset)).ok_or_else(beyond)?;
    let start = address(net, start).ok_or_else(beyond)?;
    IpNet::new(start, length).map_err(|_| beyond())
}

pub(super) fn cidrsubnet(args: &Args) -> Outcome {
    let net = prefix(args)?;
    let number = u128::try_from(args.int(2)?).map_err(|_| wrong(args, "with a negative number"))?;
    args.string(&subnet(args, &net, args.int(1)?, number)?.to_string())
}

pub(super) fn cidrsubnets(args: &Args) -> Outcome {
    let net = prefix(args)?;
    let mut found = Vec::new();
    let mut next = bits(net.network());
    for index in 1..args.len() {
        let length = i64::from(net.prefix_len()) + args.int(index)?;
        let length =
            u8::try_from(length).ok().filter(|length| (net.prefix_len()..=net.max_prefix_len()).contains(length));
        let length = length.ok_or_else(|| wrong(args, "with too many bits"))?;
        let size = power(net.max_prefix_len() - length);
        // Each begins at a multiple of its own size.
        let start = next.div_ceil(size).checked_mul(size);
        let subnet =
            start.and_then(|start| IpNet::new(address(&net, start)?, length).ok()).filter(|sub| net.contains(sub));
        let subnet = subnet.ok_or_else(|| wrong(args, "beyond the prefix"))?;
        next = bits(subnet.network()).saturating_add(size);
        found.push(Value::string(subnet.to_string(), args.span));
    }
    args.list_of(found)
}
