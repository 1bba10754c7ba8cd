//! Three-valued logic (Kleene's strong logic): what is not known is neither true nor false, and only
//! what it cannot change is decided.

/// True, false, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// What was read does not tell.
    Unknown,
}

impl std::ops::Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

impl Truth {
    /// Both: false if either is false, whatever the other may be.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            _ => Truth::Unknown,
        }
    }

    /// The truth of something of which one of these is meant: theirs if they agree.
    pub fn agreed(truths: impl IntoIterator<Item = Truth>) -> Truth {
        let mut all = truths.into_iter();
        let first = all.next().unwrap_or(Truth::Unknown);
        if all.all(|truth| truth == first) { first } else { Truth::Unknown }
    }

    /// Either: true if one is true, whatever the other may be.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        !((!self).and(!other))
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};
    use proptest::prelude::*;

    fn any_truth() -> impl Strategy<Value = Truth> {
        prop_oneof![Just(True), Just(False), Just(Unknown)]
    }

    /// What each of three unknowns could turn out to be.
    fn worlds(truth: Truth) -> Vec<Truth> {
        if truth == Unknown { vec![True, False] } else { vec![truth] }
    }

    proptest! {
        #[test]
        fn not_not_is_nothing(a in any_truth()) {
            prop_assert_eq!(!!a, a);
        }

        #[test]
        fn and_and_or_commute_associate_and_absorb(a in any_truth(), b in any_truth(), c in any_truth()) {
            prop_assert_eq!(a.and(b), b.and(a));
            prop_assert_eq!(a.or(b), b.or(a));
            prop_assert_eq!(a.and(b).and(c), a.and(b.and(c)));
            prop_assert_eq!(a.or(b).or(c), a.or(b.or(c)));
            prop_assert_eq!(a.and(a.or(b)), a);
            prop_assert_eq!(a.or(a.and(b)), a);
            prop_assert_eq!(!(a.and(b)), (!a).or(!b));
        }

        /// The meaning of Unknown: a decided answer is the answer in every world.
        #[test]
        fn a_decided_answer_holds_in_every_world(a in any_truth(), b in any_truth()) {
            for x in worlds(a) {
                for y in worlds(b) {
                    if a.and(b) != Unknown { prop_assert_eq!(a.and(b), x.and(y)); }
                    if a.or(b) != Unknown { prop_assert_eq!(a.or(b), x.or(y)); }
                }
            }
        }
    }
}
