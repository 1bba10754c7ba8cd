//! Numbers.

use super::args::Args;
use super::{Fault, Outcome};
use crate::value::{Data, Number, Value};

fn result(args: &Args, n: f64) -> Outcome {
    if n.is_finite() {
        Ok(Value::number(Number::from_f64(n), args.span))
    } else {
        Err(Fault::Invalid(format!("{}() is not a number", args.name)))
    }
}

pub(super) fn abs(args: &Args) -> Outcome {
    result(args, args.number(0)?.as_f64().abs())
}

pub(super) fn ceil(args: &Args) -> Outcome {
    result(args, args.number(0)?.as_f64().ceil())
}

pub(super) fn floor(args: &Args) -> Outcome {
    result(args, args.number(0)?.as_f64().floor())
}

pub(super) fn log(args: &Args) -> Outcome {
    result(args, args.number(0)?.as_f64().ln() / args.number(1)?.as_f64().ln())
}

pub(super) fn pow(args: &Args) -> Outcome {
    result(args, args.number(0)?.as_f64().powf(args.number(1)?.as_f64()))
}

pub(super) fn signum(args: &Args) -> Outcome {
    let n = args.number(0)?.as_f64();
    result(args, if n == 0.0 { 0.0 } else { n.signum() })
}

pub(super) fn max(args: &Args) -> Outcome {
    extreme(args, |best, n| n > best)
}

pub(super) fn min(args: &Args) -> Outcome {
    extreme(args, |best, n| n < best)
}

fn extreme(args: &Args, better: fn(f64, f64) -> bool) -> Outcome {
    let mut best = args.number(0)?;
    for index in 1..args.len() {
        let n = args.number(index)?;
        if better(best.as_f64(), n.as_f64()) {
            best = n;
        }
    }
    Ok(Value::number(best, args.span))
}

pub(super) fn sum(args: &Args) -> Outcome {
    let mut whole = Some(0_i64);
    let mut total = 0.0;
    for item in args.items(0)?.iter() {
        let n = match &item.data {
            Data::Unknown(unknown) => return Err(Fault::Unknown(super::args::bare(unknown))),
            _ => super::super::operators::number(item).ok_or_else(|| args.wrong(item, "a number"))?,
        };
        total += n.as_f64();
        whole = match (whole, n) {
            (Some(sum), Number::Int(n)) => sum.checked_add(n),
            _ => None,
        };
    }
    match whole {
        Some(n) => Ok(Value::int(n, args.span)),
        None => result(args, total),
    }
}

pub(super) fn parseint(args: &Args) -> Outcome {
    let text = args.text(0)?;
    let base = u32::try_from(args.int(1)?).ok().filter(|base| (2..=36).contains(base));
    let base = base.ok_or_else(|| Fault::Invalid("parseint() with a base that is not from 2 to 36".into()))?;
    let n = i64::from_str_radix(&text, base);
    n.map(|n| Value::int(n, args.span)).map_err(|_| Fault::Invalid("parseint() of what is no such number".into()))
}
