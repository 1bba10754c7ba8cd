//! `format` and its kind: verbs as in Go's `fmt`.

use super::super::jsontext;
use super::super::operators::{number, truth};
use super::super::text::{Text, as_text};
use super::super::world::MAX_TEXT;
use super::args::Args;
use super::{Fault, Outcome};
use crate::value::{Data, Number, Value};

pub(super) fn format(args: &Args) -> Outcome {
    render(args, args.list.get(1..).unwrap_or_default())
}

pub(super) fn formatlist(args: &Args) -> Outcome {
    let values = args.list.get(1..).unwrap_or_default();
    let mut length = None;
    for (index, value) in values.iter().enumerate() {
        match &value.data {
            Data::List(_) => {
                let own = args.items(index + 1)?.len();
                if length.is_some_and(|length| length != own) {
                    return Err(Fault::Invalid("formatlist() of lists of different lengths".into()));
                }
                length = Some(own);
            }
            // An unknown may be one value for all or a list of them.
            Data::Unknown(unknown) if unknown.pieces.is_none() => {
                return Err(Fault::Unknown(super::args::bare(unknown)));
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    for turn in 0..length.unwrap_or(1) {
        let one = |value: &Value| match &value.data {
            Data::List(list) => list.get(turn).cloned().unwrap_or_else(|| value.clone()),
            _ => value.clone(),
        };
        let row: Vec<Value> = values.iter().map(one).collect();
        args.charge(row.len())?;
        all.push(render(args, &row)?);
    }
    args.list_of(all)
}

/// A verb with its flags.
#[derive(Default)]
struct Verb {
    minus: bool,
    plus: bool,
    blank: bool,
    sharp: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    letter: char,
}

fn render(args: &Args, values: &[Value]) -> Outcome {
    let pattern = args.text(0)?;
    let mut out = Text::new(args.env.world);
    let mut chars = pattern.chars().peekable();
    let mut next = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c.encode_utf8(&mut [0; 4]));
            continue;
        }
        let verb = parse(&mut chars, &mut next)?;
        if verb.letter == '%' {
            out.push("%");
            continue;
        }
        if verb.width.max(verb.precision.unwrap_or(0)) > MAX_TEXT {
            args.env.world.limit(args.span, format!("a text of more than {MAX_TEXT} bytes"));
            return Err(Fault::Budget);
        }
        let value = values.get(next).ok_or_else(|| Fault::Invalid("format() needs more arguments".into()))?;
        next += 1;
        write(args, &verb, value, &mut out)?;
    }
    Ok(out.finish(args.env.world, args.span))
}

/// Reads what follows a `%`.
fn parse(chars: &mut std::iter::Peekable<std::str::Chars>, next: &mut usize) -> Result<Verb, Fault> {
    let mut verb = Verb::default();
    while let Some(flag) = chars.next_if(|c| matches!(c, '-' | '+' | ' ' | '#' | '0')) {
        match flag {
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            ' ' => verb.blank = true,
            '#' => verb.sharp = true,
            _ => verb.zero = true,
        }
    }
    let digits = |chars: &mut std::iter::Peekable<std::str::Chars>| {
        let mut number: Option<usize> = None;
        while let Some(digit) = chars.next_if(char::is_ascii_digit).and_then(|c| c.to_digit(10)) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize));
        }
        number
    };
    verb.width = digits(chars).unwrap_or(0);
    if chars.next_if_eq(&'.').is_some() {
        verb.precision = Some(digits(chars).unwrap_or(0));
    }
    if chars.next_if_eq(&'[').is_some() {
        *next = digits(chars).unwrap_or(0).saturating_sub(1);
        chars.next_if_eq(&']');
    }
    verb.letter = chars.next().ok_or_else(|| Fault::Invalid("format() with a `%` at the end".into()))?;
    Ok(verb)
}

fn write(args: &Args, verb: &Verb, value: &Value, out: &mut Text) -> Result<(), Fault> {
    out.refer(value);
    if let Data::Unknown(unknown) = &value.data {
        let as_is = verb.width == 0 && verb.precision.is_none() && matches!(verb.letter, 's' | 'v');
        if as_is {
            out.push_value(value);
        } else {
            out.push_hole(Value { data: Data::Unknown(super::args::bare(unknown)), ..value.clone() });
        }
        return Ok(());
    }
    let text = match verb.letter {
        'v' if verb.sharp => return json(args, value, out),
        'v' => match (&value.data, as_text(value)) {
            (_, Some(text)) => text.to_string(),
            (Data::Null, _) => "null".to_string(),
            _ => return json(args, value, out),
        },
        's' => as_text(value).ok_or_else(|| args.wrong(value, "a text"))?.to_string(),
        'q' => {
            let text = as_text(value).ok_or_else(|| args.wrong(value, "a text"))?;
            return json(args, &Value::string(text, value.span), out);
        }
        't' => truth(value).ok_or_else(|| args.wrong(value, "a boolean"))?.to_string(),
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            numeral(verb, number(value).ok_or_else(|| args.wrong(value, "a number"))?)?
        }
        other => return Err(Fault::Invalid(format!("format() with the verb %{other}"))),
    };
    let text = match verb.precision {
        Some(most) if matches!(verb.letter, 's' | 'v') => text.chars().take(most).collect(),
        _ => text,
    };
    out.push(&padded(verb, text));
    Ok(())
}

fn json(args: &Args, value: &Value, out: &mut Text) -> Result<(), Fault> {
    if out.push_value(&jsontext::encode(args.env, value, args.span)) { Ok(()) } else { Err(Fault::Budget) }
}

fn numeral(verb: &Verb, n: Number) -> Result<String, Fault> {
    let float = n.as_f64();
    let whole = || match n {
        Number::Int(n) => Ok(n),
        Number::Float(_) => {
            Err(Fault::Invalid(format!("format() of a number that is not whole with %{}", verb.letter)))
        }
    };
    let digits = match verb.letter {
        'd' => whole()?.unsigned_abs().to_string(),
        'b' => format!("{:b}", whole()?.unsigned_abs()),
        'o' => format!("{:o}", whole()?.unsigned_abs()),
        'x' => format!("{:x}", whole()?.unsigned_abs()),
        'X' => format!("{:X}", whole()?.unsigned_abs()),
        'f' | 'F' => format!("{:.*}", verb.precision.unwrap_or(6), float.abs()),
        'e' | 'E' => exponent(float.abs(), verb.precision.unwrap_or(6), verb.letter),
        _ => Number::from_f64(float.abs()).to_string(),
    };
    let sign = match float < 0.0 {
        true => "-",
        false if verb.plus => "+",
        false if verb.blank => " ",
        false => "",
    };
    let fill = if verb.zero && !verb.minus { verb.width.saturating_sub(sign.len() + digits.len()) } else { 0 };
    Ok(format!("{sign}{}{digits}", "0".repeat(fill)))
}

/// Go writes at least two digits of exponent, with a sign.
fn exponent(n: f64, precision: usize, letter: char) -> String {
    let text = format!("{n:.precision$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = power.strip_prefix('-').map_or(('+', power), |digits| ('-', digits));
    format!("{mantissa}{letter}{sign}{digits:0>2}")
}

fn padded(verb: &Verb, text: String) -> String {
    let blanks = verb.width.saturating_sub(text.chars().count());
    match verb.minus {
        _ if blanks == 0 => text,
        true => format!("{text}{}", " ".repeat(blanks)),
        false => format!("{}{text}", " ".repeat(blanks)),
    }
}
