//! Points in time, in the form of RFC 3339.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::args::Args;
use super::{Fault, Outcome};
use crate::value::{Reason, Value};

pub(super) fn now(args: &Args) -> Outcome {
    Err(super::unknown(Reason::Function, &format!("{}()", args.name)))
}

fn wrong(args: &Args, what: &str) -> Fault {
    Fault::Invalid(format!("{}() of {what}", args.name))
}

/// A point in time with the offset that it was written with.
fn time(args: &Args, index: usize) -> Result<Zoned, Fault> {
    let text = args.text(index)?;
    let not = || wrong(args, "what is no time in the form of RFC 3339");
    let shaped = text.len() >= 20 && text.get(10..11).is_some_and(|t| t.eq_ignore_ascii_case("t"));
    let stamp: Timestamp = text.parse().ok().filter(|_| shaped).ok_or_else(not)?;
    let seconds = match text.get(text.len().saturating_sub(6)..).and_then(|zone| zone.split_once(':')) {
        Some((hours, minutes)) if hours.starts_with(['+', '-']) => {
            let (hours, minutes): (i32, i32) = (hours.parse().map_err(|_| not())?, minutes.parse().map_err(|_| not())?);
            hours * 3600 + minutes * 60 * if text.contains("-00:") || hours < 0 { -1 } else { 1 }
        }
        _ => 0,
    };
    let offset = Offset::from_seconds(seconds).map_err(|_| not())?;
    Ok(stamp.to_zoned(TimeZone::fixed(offset)))
}

/// `Z`, or the offset with or without a colon.
fn zone(time: &Zoned, colon: bool) -> String {
    let seconds = time.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    format!("{sign}{hours:02}{}{minutes:02}", if colon { ":" } else { "" })
}

fn zulu(time: &Zoned, otherwise: &str, colon: bool) -> String {
    if time.offset().seconds() == 0 { otherwise.to_string() } else { zone(time, colon) }
}

pub(super) fn timeadd(args: &Args) -> Outcome {
    let time = time(args, 0)?;
    let duration = duration(&args.text(1)?).ok_or_else(|| wrong(args, "what is no duration"))?;
    let later = time.checked_add(duration).map_err(|_| wrong(args, "a time that is too far away"))?;
    let text = format!("{}{}", later.strftime("%Y-%m-%dT%H:%M:%S"), zulu(&later, "Z", true));
    args.string(&text)
}

/// A duration as Go writes it: `1h30m`, `-10s`, `1.5h`.
fn duration(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let number: f64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match rest.get(..end)? {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        rest = rest.get(end..)?;
        seconds += number * unit;
    }
    SignedDuration::try_from_secs_f64(if negative { -seconds } else { seconds }).ok()
}

pub(super) fn timecmp(args: &Args) -> Outcome {
    let order = time(args, 0)?.timestamp().cmp(&time(args, 1)?.timestamp());
    Ok(Value::int(order as i64, args.span))
}

pub(super) fn formatdate(args: &Args) -> Outcome {
    let format = args.text(0)?;
    let time = time(args, 1)?;
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            quoted(&mut chars, &mut out);
        } else if c.is_ascii_alphabetic() {
            let mut run = String::from(c);
            while let Some(same) = chars.next_if_eq(&c) {
                run.push(same);
            }
            out.push_str(&field(&time, &run).ok_or_else(|| wrong(args, &format!("the unknown part {run}")))?);
        } else {
            out.push(c);
        }
    }
    args.string(&out)
}

/// Text between quotes stands for itself; two quotes stand for one.
fn quoted(chars: &mut std::iter::Peekable<std::str::Chars>, out: &mut String) {
    if chars.next_if_eq(&'\'').is_some() {
        out.push('\'');
        return;
    }
    while let Some(c) = chars.next() {
        if c != '\'' {
            out.push(c);
        } else if chars.next_if_eq(&'\'').is_some() {
            out.push('\'');
        } else {
            return;
        }
    }
}

fn field(time: &Zoned, run: &str) -> Option<String> {
    let twelve = if time.hour() % 12 == 0 { 12 } else { time.hour() % 12 };
    let name = |format: &str| time.strftime(format).to_string();
    Some(match run {
        "YYYY" => name("%Y"),
        "YY" => name("%y"),
        "MMMM" => name("%B"),
        "MMM" => name("%b"),
        "MM" => name("%m"),
        "M" => time.month().to_string(),
        "DD" => name("%d"),
        "D" => time.day().to_string(),
        "EEEE" => name("%A"),
        "EEE" => name("%a"),
        "hh" => format!("{:02}", time.hour()),
        "h" => time.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => if time.hour() < 12 { "AM" } else { "PM" }.to_string(),
        "aa" => if time.hour() < 12 { "am" } else { "pm" }.to_string(),
        "mm" => format!("{:02}", time.minute()),
        "m" => time.minute().to_string(),
        "ss" => format!("{:02}", time.second()),
        "s" => time.second().to_string(),
        "ZZZZZ" => zone(time, true),
        "ZZZZ" => zone(time, false),
        "ZZZ" => zulu(time, "UTC", false),
        "Z" => zulu(time, "Z", true),
        _ => return None,
    })
}
