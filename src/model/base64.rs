//! Base64 (RFC 4648, section 4).

use std::sync::Arc;

use super::standing_at;
use crate::value::{Data, Value};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Shortest text that is taken to be encoded where it need not be.
const SHORTEST: usize = 16;

/// Bytes in Base64, padded.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| chunk.get(index).map_or(0, |byte| u32::from(*byte));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = ALPHABET.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'A');
            out.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

/// The bytes of a text in Base64, padded; `None` if it is not such a text.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let digits = text.iter().position(|b| *b == b'=').unwrap_or(text.len());
    if !text.len().is_multiple_of(4) || text.len() - digits > 2 || text.iter().skip(digits).any(|b| *b != b'=') {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut have) = (0_u32, 0_u8);
    for byte in text.iter().take(digits) {
        let digit = ALPHABET.iter().position(|b| b == byte)?;
        bits = bits << 6 | u32::try_from(digit).ok()?;
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push(u8::try_from(bits >> have & 0xff).ok()?);
        }
    }
    Some(out)
}

/// The script that a machine runs when it starts, which may be written in Base64: what is encoded is what
/// a rule wants to read. A value that is no such text stays as it is.
pub fn script(value: &Value) -> Value {
    let Data::String(text) = &value.data else {
        return value.each_choice(script).unwrap_or_else(|| value.clone());
    };
    let compact: String = text.split_ascii_whitespace().collect();
    let long = compact.len() >= SHORTEST;
    let decoded = long.then(|| decode(&compact)).flatten().and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.filter(|text| !text.chars().any(|c| c.is_control() && !c.is_whitespace())) {
        Some(plain) => {
            standing_at(&Value::string(Arc::<str>::from(plain), value.span), value.span).with_refs(value.references())
        }
        None => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};

    #[test]
    fn the_vectors_of_the_standard() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(encode(plain.as_bytes()), encoded);
            assert_eq!(decode(encoded).as_deref(), Some(plain.as_bytes()));
        }
        for wrong in ["Zg=", "Z===", "Zm9*", "=m9v"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn scripts_are_read_whether_they_are_encoded_or_not() {
        for (written, read) in [
            ("IyEvYmluL3NoCmVjaG8gaGkK", "#!/bin/sh\necho hi\n"),
            ("IyEvYmlu\nL3NoCmVj\naG8gaGkK", "#!/bin/sh\necho hi\n"),
            ("#!/bin/sh\necho hi\n", "#!/bin/sh\necho hi\n"),
            ("installeverything", "installeverything"),
            ("AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODw=="),
            ("echo", "echo"),
        ] {
            let value = Value::string(written, Span::new(SourceId(0), 0..0));
            assert_eq!(script(&value).as_str(), Some(read), "{written}");
        }
    }
}
