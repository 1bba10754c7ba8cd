//! The value of one line, in the one spelling that rules see.
//!
//! As `sshd -T` prints it, with three exceptions that rules gain from: numbers and times are numbers,
//! lists are lists, and `PermitRootLogin without-password` is `prohibit-password`, its documented name.

use crate::format::lines::{Line, Word};
use crate::model::host::sshd::algorithms::{self, Family, Version};
use crate::model::host::sshd::keywords::{Keyword, Kind};
use crate::source::Span;
use crate::value::{Reason, Value};

/// The value that `line` gives to `keyword`. An error says why sshd refuses the line.
pub fn of(keyword: &Keyword, line: &Line, version: Option<Version>) -> Result<Value, String> {
    let span = line.span;
    match keyword.kind {
        Kind::Flag => choice(&[("yes", "yes"), ("no", "no")], only(line)?, span),
        Kind::Choice(words) => choice(words, only(line)?, span),
        Kind::Int => whole(&only(line)?.text).map(|n| Value::int(n, span)),
        Kind::Time => seconds(&only(line)?.text).map(|n| Value::int(n, span)),
        Kind::TimeOrNone => match &*only(line)?.text {
            none if none.eq_ignore_ascii_case("none") => Ok(Value::string("none", span)),
            time => seconds(time).map(|n| Value::int(n, span)),
        },
        Kind::Text => Ok(Value::string(none_folded(&only(line)?.text), span)),
        Kind::Words => Ok(words(line)),
        Kind::Entry => Ok(Value::list(vec![Value::string(joined(line), span)], span)),
        Kind::Port => port(&only(line)?.text).map(|n| Value::list(vec![Value::int(n, span)], span)),
        Kind::Algorithms(family) => algorithm_list(family, only(line)?, version, span),
        Kind::Rest => Ok(Value::string(none_folded(rest(keyword, line)), span)),
        Kind::Startups => startups(&only(line)?.text, span),
        Kind::Rekey => rekey(line),
    }
}

/// The only argument.
fn only(line: &Line) -> Result<&Word, String> {
    match &*line.arguments {
        [word] if word.text.is_empty() => Err("the argument is empty".into()),
        [word] => Ok(word),
        [_, more, ..] => Err(format!("extra argument {}", more.text)),
        [] => Err("the argument is missing".into()),
    }
}

/// `none` is a word of its own in any case; everything else is kept.
fn none_folded(text: &str) -> &str {
    if text.eq_ignore_ascii_case("none") { "none" } else { text }
}

fn choice(words: &[(&str, &'static str)], word: &Word, span: Span) -> Result<Value, String> {
    let found = words.iter().find(|(written, _)| written.eq_ignore_ascii_case(&word.text));
    found.map(|(_, meant)| Value::string(*meant, span)).ok_or_else(|| format!("{} is not one of its values", word.text))
}

fn words(line: &Line) -> Value {
    Value::list(line.arguments.iter().map(|word| Value::string(word.text.clone(), word.span)).collect(), line.span)
}

fn joined(line: &Line) -> String {
    line.arguments.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ")
}

/// The rest of the line as written. Only VersionAddendum knows comments here.
fn rest<'a>(keyword: &Keyword, line: &'a Line) -> &'a str {
    let text = line.rest.text.trim_start();
    let comment = text.find('#').filter(|_| keyword.name == "versionaddendum");
    comment.and_then(|at| text.get(..at)).unwrap_or(text).trim_end()
}

fn whole(text: &str) -> Result<i64, String> {
    let number = text.parse::<i32>().ok().filter(|n| *n >= 0);
    number.map(i64::from).ok_or_else(|| format!("{text} is not a whole number"))
}

/// A port number; sshd also asks services(5) for a name, where every system has `ssh`.
fn port(text: &str) -> Result<i64, String> {
    if text == "ssh" {
        return Ok(22);
    }
    let number = text.parse::<u16>().ok().filter(|n| *n > 0);
    number.map(i64::from).ok_or_else(|| format!("{text} is not a port"))
}

/// A time as sshd_config(5) has it under TIME FORMATS: `600`, `10m`, `1h30m`.
fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text} is not a time");
    let mut total: i64 = 0;
    let mut number: Option<i64> = None;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let grown = number.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(i64::from(digit)));
            number = Some(grown.ok_or_else(wrong)?);
            continue;
        }
        let unit = match c.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(wrong()),
        };
        let part = number.take().ok_or_else(wrong)?.checked_mul(unit);
        total = part.and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
    }
    let last = if text.is_empty() { None } else { Some(number.unwrap_or(0)) };
    // OpenSSH keeps times in an int.
    let total = last.and_then(|last| total.checked_add(last)).filter(|total| *total <= i64::from(i32::MAX));
    total.ok_or_else(wrong)
}

fn algorithm_list(family: Family, word: &Word, version: Option<Version>, span: Span) -> Result<Value, String> {
    let default = version.and_then(|version| family.default_of(version));
    let Some(names) = algorithms::apply(&word.text, default) else {
        let what = "the algorithms that this version of OpenSSH uses by default";
        return Ok(Value::unknown(Reason::Running, what, span));
    };
    let item = |name: String| match name.contains(['*', '?']) {
        true => Value::unknown(Reason::Unsupported, name, span),
        false => Value::string(name, span),
    };
    Ok(Value::list(names.into_iter().map(item).collect(), span))
}

/// `start:rate:full`, or one number for start and full; the rate stays 30 then.
fn startups(text: &str, span: Span) -> Result<Value, String> {
    let numbers: Vec<i64> = text.split(':').map(whole).collect::<Result<_, _>>()?;
    let (start, rate, full) = match *numbers {
        [one] => (one, 30, one),
        [start, rate, full] => (start, rate, full),
        _ => return Err(format!("{text} is not start:rate:full")),
    };
    if start == 0 || full < start || !(1..=100).contains(&rate) {
        return Err(format!("{text} is not start:rate:full"));
    }
    let parts = [("start", start), ("rate", rate), ("full", full)];
    Ok(Value::object(parts.map(|(key, n)| (key, Value::int(n, span))), span))
}

/// A number of bytes (`default`, or with a suffix K, M or G) and a time (or `none`).
fn rekey(line: &Line) -> Result<Value, String> {
    let (bytes, time) = match &*line.arguments {
        [bytes] => (bytes, None),
        [bytes, time] => (bytes, Some(&*time.text)),
        _ => return Err("it takes an amount and a time".into()),
    };
    let bytes = if bytes.text.eq_ignore_ascii_case("default") { 0 } else { scaled(&bytes.text)? };
    let time = match time {
        None => 0,
        Some(none) if none.eq_ignore_ascii_case("none") => 0,
        Some(time) => seconds(time)?,
    };
    let parts = [("bytes", bytes), ("seconds", time)];
    Ok(Value::object(parts.map(|(key, n)| (key, Value::int(n, line.span))), line.span))
}

fn scaled(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text} is not an amount");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &*text.get(digits.len()..).unwrap_or("").to_ascii_uppercase() {
        "" | "B" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(wrong()),
    };
    let number: i64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).filter(|n| *n == 0 || *n >= 16).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds() {
        let table = [("90", 90), ("1h30m", 5400), ("2m", 120), ("1w", 604_800), ("1M1S", 61), ("1m30", 90)];
        for (text, expected) in table {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "m", "1x", "99999999999", "1h-1"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_bytes() {
        assert_eq!(scaled("512M"), Ok(512 << 20));
        assert_eq!(scaled("1g"), Ok(1 << 30));
        assert!(scaled("4").is_err());
        assert!(scaled("9999999999G").is_err());
    }
}
