//! Versions as configurations write them: `1.2`, `TLSv1.2`, `tls1_2`, `v1.29.3-eks`, `15`.

use std::cmp::Ordering;

/// The numbers of a version, in order. A suffix that begins after the first run of numbers ends it
/// (`1.29.3-eks` is 1, 29, 3); letters before it are skipped (`TLSv1.2`, `TLS_1_2`).
fn numbers(text: &str) -> Vec<u64> {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '_')).unwrap_or(rest.len());
    let run = rest.get(..end).unwrap_or("");
    run.split(['.', '_']).filter(|part| !part.is_empty()).filter_map(|part| part.parse().ok()).collect()
}

/// Compares two versions number by number; missing numbers are zero. `None` when one has no number.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (numbers(a), numbers(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let at = |list: &[u64], n: usize| list.get(n).copied().unwrap_or(0);
    let differs = (0..a.len().max(b.len())).map(|n| at(&a, n).cmp(&at(&b, n))).find(|order| order.is_ne());
    Some(differs.unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        for (a, b, expected) in [
            ("1.2", "1.10", Ordering::Less),
            ("TLSv1.3", "1.2", Ordering::Greater),
            ("TLS1_2", "TLSv1.2", Ordering::Equal),
            ("1.29.3-eks.7", "1.29.3", Ordering::Equal),
            ("15", "15.0.0", Ordering::Equal),
        ] {
            assert_eq!(compare(a, b), Some(expected), "{a} {b}");
        }
        assert_eq!(compare("latest", "1"), None);
    }
}
