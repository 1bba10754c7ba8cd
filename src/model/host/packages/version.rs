//! Which of two versions of a package is newer, in the way of the package manager that wrote them.

use std::cmp::Ordering;

/// Orders two versions as dpkg does (deb-version(7)): epoch, upstream version, revision.
pub fn dpkg(a: &str, b: &str) -> Ordering {
    let split = |version: &str| -> (u64, String, String) {
        let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
        (epoch.parse().unwrap_or(0), upstream.to_owned(), revision.to_owned())
    };
    let (a, b) = (split(a), split(b));
    a.0.cmp(&b.0).then_with(|| part(&a.1, &b.1)).then_with(|| part(&a.2, &b.2))
}

/// "First the initial part of each string consisting entirely of non-digit characters is determined. ... Then the
/// initial part of the remainder of each string which consists entirely of digit characters."
fn part(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (text_a, text_b);
        (text_a, a) = split_where(a, |c| c.is_ascii_digit());
        (text_b, b) = split_where(b, |c| c.is_ascii_digit());
        let order = weights(text_a).cmp(weights(text_b));
        if order != Ordering::Equal {
            return order;
        }
        let (number_a, number_b);
        (number_a, a) = split_where(a, |c| !c.is_ascii_digit());
        (number_b, b) = split_where(b, |c| !c.is_ascii_digit());
        let (number_a, number_b) = (number_a.trim_start_matches('0'), number_b.trim_start_matches('0'));
        let order = number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// "All the letters sort earlier than all the non-letters and ... a tilde sorts before anything, even the end of a
/// part."
fn weights(text: &str) -> impl Iterator<Item = i32> + '_ {
    let weight = |byte: u8| match byte {
        b'~' => -1,
        byte if byte.is_ascii_alphabetic() => i32::from(byte),
        byte => i32::from(byte) + 256,
    };
    text.bytes().map(weight).chain(std::iter::once(0))
}

fn split_where(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

/// Orders two versions `epoch:version-release` as rpm does.
pub fn rpm(a: &str, b: &str) -> Ordering {
    rpm_version::Evr::parse(a).cmp(&rpm_version::Evr::parse(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_their_package_manager_orders_them() {
        // Each was asked of dpkg --compare-versions 1.21.22.
        for (older, newer) in [
            ("1.0~rc1-1", "1.0-1"),
            ("9.2p1-2+deb12u3", "9.2p1-2+deb12u10"),
            ("2.0", "1:1.0"),
            ("1.0-1", "1.0-1+b1"),
            ("1.0a", "1.0+"),
            ("1.2.9", "1.2.10"),
            ("1.0", "1.0-1"),
            ("1.0-1~bpo12+1", "1.0-1"),
            ("1.0~~", "1.0~"),
            ("1.0~~a", "1.0~"),
            ("1.0.0", "1.0.a"),
        ] {
            assert_eq!(
                (dpkg(older, newer), dpkg(newer, older)),
                (Ordering::Less, Ordering::Greater),
                "{older} {newer}"
            );
        }
        for (one, other) in [("1.0", "1.00"), ("0:1.0", "1.0"), ("1.0", "1.0-0")] {
            assert_eq!(dpkg(one, other), Ordering::Equal, "{one} {other}");
        }
        // Each was asked of rpm 4.18: rpm --eval '%{lua:print(rpm.vercmp(a, b))}'.
        for (older, newer) in [
            ("9.9p1-4.el10", "9.9p1-12.el10"),
            ("2.0-1", "1:1.0-1"),
            ("1.0~rc1-1", "1.0-1"),
            ("1.0-1", "1.0^git1-1"),
            ("8.7p1-38.el9", "8.7p1-38.el9_4.1"),
            ("1.0a-1", "1.0.1-1"),
        ] {
            assert_eq!((rpm(older, newer), rpm(newer, older)), (Ordering::Less, Ordering::Greater), "{older} {newer}");
        }
        assert_eq!(rpm("0:1.0-1", "1.0-1"), Ordering::Equal);
    }
}
