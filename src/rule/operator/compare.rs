//! Applying an operator to a value, in three-valued logic.

use std::cmp::Ordering;

use ipnet::IpNet;

use super::{Argument, Operator, Test, is_type, version};
use crate::truth::Truth;
use crate::value::{Data, Number, Reason, Unknown, Value};

/// What a test may need besides the value.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The value at the path that `same_as` names; `None` when there is none.
    pub other: Option<&'a Value>,
    /// The day of the audit.
    pub today: jiff::civil::Date,
    /// Letters are compared without regard to case.
    pub ignore_case: bool,
    /// What a deployment gives (account, region, stack) is read as the word [`WORD`].
    pub ignore_deployment: bool,
}

/// A word that stands for the name of what something is deployed to.
const WORD: &str = "deployment";

impl Test {
    /// Whether the test holds of `value`; `None` is a value that is absent and has no default.
    pub fn holds(&self, value: Option<&Value>, around: Surroundings) -> Truth {
        let truth = self.plain(value, around);
        if self.negated { !truth } else { truth }
    }

    fn plain(&self, value: Option<&Value>, around: Surroundings) -> Truth {
        let value = value.filter(|value| !value.is_null());
        match (self.operator, &self.argument) {
            (Operator::Exists, Argument::Bool(wanted)) => same(exists(value), *wanted),
            (Operator::Empty, Argument::Bool(wanted)) => same(empty(value), *wanted),
            (Operator::Refers, Argument::Bool(wanted)) => same(refers(value), *wanted),
            _ => match value {
                None => Truth::False,
                Some(value) => self.of_value(value, around),
            },
        }
    }

    fn of_value(&self, value: &Value, around: Surroundings) -> Truth {
        let equal = |a: &Value, b: &Value| equals(a, b, around.ignore_case);
        if let (Data::Unknown(unknown), false) = (&value.data, self.operator == Operator::SameAs) {
            return match (&self.argument, unknown.reason) {
                (Argument::Pattern(pattern), Reason::Deployment) if around.ignore_deployment => {
                    let pieces = unknown.pieces.as_deref().unwrap_or(&[None]);
                    let text: String = pieces.iter().map(|piece| piece.as_deref().unwrap_or(WORD)).collect();
                    pattern.finds(&text).map_or(Truth::Unknown, Truth::from)
                }
                _ => self.of_unknown(unknown, around.ignore_case),
            };
        }
        match (self.operator, &self.argument) {
            (Operator::Equals, Argument::Scalar(wanted)) => equal(value, wanted),
            (Operator::In, Argument::Scalars(wanted)) => any(wanted.iter().map(|wanted| equal(value, wanted))),
            (Operator::SameAs, _) => around.other.map_or(Truth::False, |other| equal(value, other)),
            (Operator::Matches, Argument::Pattern(pattern)) => {
                text(value).map_or(Truth::False, |own| pattern.finds(&own).map_or(Truth::Unknown, Truth::from))
            }
            (Operator::StartsWith, Argument::Scalars(list)) => affix(value, list, around, |t, a| t.starts_with(a)),
            (Operator::EndsWith, Argument::Scalars(list)) => affix(value, list, around, |t, a| t.ends_with(a)),
            (Operator::Contains, Argument::Scalar(wanted)) => contains(value, wanted, around.ignore_case),
            (Operator::ContainsAny, Argument::Scalars(list)) => {
                any(list.iter().map(|w| member(value, w, around.ignore_case)))
            }
            (Operator::ContainsAll, Argument::Scalars(list)) => {
                all(list.iter().map(|w| member(value, w, around.ignore_case)))
            }
            (Operator::SubsetOf, Argument::Scalars(list)) => {
                all(members(value).iter().map(|item| any(list.iter().map(|wanted| equal(item, wanted)))))
            }
            (Operator::WithinCidr, Argument::Networks(nets)) => {
                networks(value, nets, |net: &IpNet, own: &IpNet| net.contains(own))
            }
            (Operator::OverlapsCidr, Argument::Networks(nets)) => {
                networks(value, nets, |net: &IpNet, own: &IpNet| net.contains(own) || own.contains(net))
            }
            (Operator::VersionAtLeast, Argument::Version(least)) => {
                let order = text(value).and_then(|own| version::compare(&own, least));
                order.is_some_and(Ordering::is_ge).into()
            }
            (Operator::Type, Argument::TypeName(name)) => is_type(name, value).into(),
            (operator, Argument::Number(bound)) => numeric(operator, value, *bound, around.today),
            _ => Truth::False, // the loader pairs operators and arguments
        }
    }

    /// What can be said of a value that is not known: that it is there, and what the known pieces of
    /// a text decide whatever the others are.
    fn of_unknown(&self, unknown: &Unknown, ignore_case: bool) -> Truth {
        let Some(pieces) = unknown.pieces.as_deref() else { return Truth::Unknown };
        let fold = |s: &str| if ignore_case { s.to_lowercase() } else { s.to_owned() };
        let first = pieces.first().and_then(Option::as_deref).map(fold);
        let last = pieces.last().and_then(Option::as_deref).map(fold);
        let could_be = |wanted: &Value| {
            let wanted = fold(&text(wanted).unwrap_or_default());
            first.as_ref().is_none_or(|f| wanted.starts_with(f)) && last.as_ref().is_none_or(|l| wanted.ends_with(l))
        };
        let known_or = |truth: bool| if truth { Truth::True } else { Truth::Unknown };
        match (self.operator, &self.argument) {
            (Operator::Equals, Argument::Scalar(wanted)) if !could_be(wanted) => Truth::False,
            (Operator::In, Argument::Scalars(list)) if !list.iter().any(could_be) => Truth::False,
            (Operator::Contains, Argument::Scalar(wanted)) => {
                let wanted = fold(&text(wanted).unwrap_or_default());
                known_or(pieces.iter().flatten().any(|piece| fold(piece).contains(&wanted)))
            }
            (Operator::StartsWith, Argument::Scalars(list)) => {
                any(list.iter().map(|wanted| prefix(first.as_deref(), &fold(&text(wanted).unwrap_or_default()))))
            }
            (Operator::EndsWith, Argument::Scalars(list)) => {
                any(list.iter().map(|wanted| suffix(last.as_deref(), &fold(&text(wanted).unwrap_or_default()))))
            }
            (Operator::Matches, Argument::Pattern(pattern)) if pattern.is_unanchored() => {
                known_or(pieces.iter().flatten().any(|piece| pattern.finds(piece) == Some(true)))
            }
            _ => Truth::Unknown,
        }
    }
}

/// Whether a text that begins with `known` begins with `wanted`.
fn prefix(known: Option<&str>, wanted: &str) -> Truth {
    match known {
        Some(known) if known.starts_with(wanted) => Truth::True,
        Some(known) if !wanted.starts_with(known) => Truth::False,
        _ => Truth::Unknown,
    }
}

/// Whether a text that ends with `known` ends with `wanted`.
fn suffix(known: Option<&str>, wanted: &str) -> Truth {
    match known {
        Some(known) if known.ends_with(wanted) => Truth::True,
        Some(known) if !wanted.ends_with(known) => Truth::False,
        _ => Truth::Unknown,
    }
}

/// Whether the value comes from another resource.
fn refers(value: Option<&Value>) -> Truth {
    match value {
        Some(value) if !value.references().is_empty() => Truth::True,
        Some(value) if value.as_unknown().is_some() => Truth::Unknown,
        _ => Truth::False,
    }
}

fn same(truth: Truth, wanted: bool) -> Truth {
    if wanted { truth } else { !truth }
}

fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    truths.fold(Truth::False, Truth::or)
}

fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    truths.fold(Truth::True, Truth::and)
}

fn exists(value: Option<&Value>) -> Truth {
    match value.map(|value| &value.data) {
        None => Truth::False,
        Some(Data::Unknown(unknown)) if !unknown.non_null => Truth::Unknown,
        Some(_) => Truth::True,
    }
}

fn empty(value: Option<&Value>) -> Truth {
    match value.map(|value| &value.data) {
        None => Truth::True,
        Some(Data::String(text)) => text.is_empty().into(),
        Some(Data::List(list)) => list.is_empty().into(),
        Some(Data::Map(map)) => map.is_empty().into(),
        Some(Data::Unknown(unknown)) => {
            let filled = unknown.pieces.iter().flatten().flatten().any(|piece| !piece.is_empty());
            // An id or a name that a provider gives is never empty.
            let given = unknown.non_null && matches!(unknown.reason, Reason::Computed | Reason::Lookup);
            if filled || given { Truth::False } else { Truth::Unknown }
        }
        Some(_) => Truth::False,
    }
}

/// A scalar as text; `None` for lists, maps and what is not known.
fn text(value: &Value) -> Option<String> {
    match &value.data {
        Data::String(text) => Some(text.to_string()),
        Data::Number(number) => Some(number.to_string()),
        Data::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match &value.data {
        Data::Number(number) => Some(number.as_f64()),
        Data::String(text) => Number::parse(text.trim()).map(Number::as_f64),
        _ => None,
    }
}

/// The boolean that a text stands for in the languages that are read (YAML 1.1's words among them).
fn boolean(value: &Value) -> Option<bool> {
    match &value.data {
        Data::Bool(value) => Some(*value),
        Data::String(text) => {
            let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            if is(["true", "yes", "on"]) { Some(true) } else { is(["false", "no", "off"]).then_some(false) }
        }
        _ => None,
    }
}

/// Equality across the spellings of one value: `"true"` and true, `"90"` and 90.
fn equals(a: &Value, b: &Value, ignore_case: bool) -> Truth {
    if let Some(choices) = a.choices() {
        return Truth::agreed(choices.iter().map(|a| equals(a, b, ignore_case)));
    }
    if a.as_unknown().is_some() || b.as_unknown().is_some() {
        return Truth::Unknown;
    }
    match (&a.data, &b.data) {
        (Data::Bool(_), _) | (_, Data::Bool(_)) => (boolean(a).is_some() && boolean(a) == boolean(b)).into(),
        (Data::Number(_), _) | (_, Data::Number(_)) => (number(a).is_some() && number(a) == number(b)).into(),
        (Data::String(a), Data::String(b)) if ignore_case => (a.to_lowercase() == b.to_lowercase()).into(),
        (Data::List(x), Data::List(y)) if x.len() == y.len() => {
            all(x.iter().zip(y.iter()).map(|(a, b)| equals(a, b, ignore_case)))
        }
        _ => (a == b).into(),
    }
}

/// The members of a list; any other value is its own only member.
fn members(value: &Value) -> &[Value] {
    match &value.data {
        Data::List(list) => list,
        _ => std::slice::from_ref(value),
    }
}

fn member(value: &Value, wanted: &Value, ignore_case: bool) -> Truth {
    any(members(value).iter().map(|item| equals(item, wanted, ignore_case)))
}

fn contains(value: &Value, wanted: &Value, ignore_case: bool) -> Truth {
    match &value.data {
        Data::Map(map) => text(wanted).is_some_and(|key| map.find(&key).is_some()).into(),
        Data::String(own) => {
            let Some(part) = text(wanted) else { return Truth::False };
            if ignore_case { own.to_lowercase().contains(&part.to_lowercase()) } else { own.contains(&part) }.into()
        }
        _ => member(value, wanted, ignore_case),
    }
}

fn affix(value: &Value, list: &[Value], around: Surroundings, test: fn(&str, &str) -> bool) -> Truth {
    let fold = |s: String| if around.ignore_case { s.to_lowercase() } else { s };
    let Some(own) = text(value).map(fold) else { return Truth::False };
    list.iter().filter_map(text).any(|part| test(&own, &fold(part))).into()
}

fn numeric(operator: Operator, value: &Value, bound: f64, today: jiff::civil::Date) -> Truth {
    let is = |order: fn(f64, f64) -> bool| number(value).is_some_and(|own| order(own, bound)).into();
    match operator {
        Operator::AtLeast => is(|own, bound| own >= bound),
        Operator::AtMost => is(|own, bound| own <= bound),
        Operator::MoreThan => is(|own, bound| own > bound),
        Operator::LessThan => is(|own, bound| own < bound),
        Operator::LengthAtLeast => length(value).is_some_and(|own| own >= bound).into(),
        Operator::LengthAtMost => length(value).is_some_and(|own| own <= bound).into(),
        Operator::DaysAheadAtLeast => days_ahead(value, today).is_some_and(|own| own >= bound).into(),
        _ => Truth::False,
    }
}

#[allow(clippy::cast_precision_loss)] // no list has 2^53 members
fn length(value: &Value) -> Option<f64> {
    match &value.data {
        Data::String(text) => Some(text.chars().count() as f64),
        Data::List(list) => Some(list.len() as f64),
        Data::Map(map) => Some(map.len() as f64),
        _ => None,
    }
}

fn days_ahead(value: &Value, today: jiff::civil::Date) -> Option<f64> {
    let day: jiff::civil::Date = value.as_str()?.get(..10)?.parse().ok()?;
    Some(f64::from(today.until(day).ok()?.get_days()))
}

/// Whether any network or address that the value names stands in the relation to one of `nets`.
fn networks(value: &Value, nets: &[IpNet], relation: impl Fn(&IpNet, &IpNet) -> bool) -> Truth {
    any(members(value).iter().map(|item| match &item.data {
        Data::Unknown(_) => Truth::Unknown,
        Data::String(text) => network(text).is_some_and(|own| nets.iter().any(|net| relation(net, &own))).into(),
        _ => Truth::False,
    }))
}

/// A network or a single address; `*` is every IPv4 address, as Azure's rules have it.
pub(super) fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let all = if text == "*" { "0.0.0.0/0" } else { text };
    all.parse().ok().or_else(|| all.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {

    use super::super::Spec;
    use super::*;
    use crate::source::{SourceId, Span};

    fn here() -> Span {
        Span::new(SourceId(0), 0..0)
    }

    fn text_value(s: &str) -> Value {
        Value::string(s, here())
    }

    fn test(name: &str, argument: Argument) -> Test {
        let (spec, negated) = Spec::find(name).unwrap();
        Test { operator: spec.operator, negated, argument, parameter: None }
    }

    fn around() -> Surroundings<'static> {
        Surroundings {
            other: None,
            today: jiff::civil::date(2026, 1, 31),
            ignore_case: false,
            ignore_deployment: false,
        }
    }

    fn scalars(list: &[&str]) -> Argument {
        Argument::Scalars(list.iter().map(|s| text_value(s)).collect())
    }

    #[test]
    fn one_value_has_many_spellings() {
        let yes = test("equals", Argument::Scalar(Value::bool(true, here())));
        for spelling in ["true", "True", "yes", "on"] {
            assert_eq!(yes.holds(Some(&text_value(spelling)), around()), Truth::True, "{spelling}");
        }
        assert_eq!(yes.holds(Some(&text_value("1")), around()), Truth::False);
        assert_eq!(yes.holds(None, around()), Truth::False);
        let ninety = test("equals", Argument::Scalar(Value::int(90, here())));
        assert_eq!(ninety.holds(Some(&text_value("90")), around()), Truth::True);
    }

    #[test]
    fn a_partly_known_text_decides_what_its_pieces_decide() {
        let cause = Unknown::new(Reason::Variable, "x");
        let url = Value::partial(vec![Some("http://".into()), None], &cause, here());
        assert_eq!(test("starts_with", scalars(&["http://"])).holds(Some(&url), around()), Truth::True);
        assert_eq!(test("starts_with", scalars(&["https://"])).holds(Some(&url), around()), Truth::False);
        assert_eq!(test("starts_with", scalars(&["http://a"])).holds(Some(&url), around()), Truth::Unknown);
        let role = Value::partial(vec![Some("arn:".into()), None, Some(":policy/Read".into())], &cause, here());
        assert_eq!(test("ends_with", scalars(&["policy/Admin"])).holds(Some(&role), around()), Truth::False);
        assert_eq!(test("ends_with", scalars(&["licy/Read"])).holds(Some(&role), around()), Truth::True);
        assert_eq!(test("ends_with", scalars(&["x:policy/Read"])).holds(Some(&role), around()), Truth::Unknown);
        let pattern = |p: &str| Argument::Pattern(crate::pattern::Pattern::shared(p));
        assert_eq!(test("matches", pattern("po.icy")).holds(Some(&role), around()), Truth::True);
        assert_eq!(test("matches", pattern("^policy")).holds(Some(&role), around()), Truth::Unknown);
        assert_eq!(test("matches", pattern("admin")).holds(Some(&role), around()), Truth::Unknown);
        let cause = Unknown::new(Reason::Deployment, "AWS::Region");
        let script = Value::partial(vec![Some("deploy --to ".into()), None, Some(" now".into())], &cause, here());
        let plain = Surroundings { ignore_deployment: true, ..around() };
        assert_eq!(test("not_matches", pattern("AKIA[A-Z]+")).holds(Some(&script), plain), Truth::True);
        assert_eq!(test("not_matches", pattern("to \\w+ now")).holds(Some(&script), plain), Truth::False);
        assert_eq!(test("not_matches", pattern("AKIA[A-Z]+")).holds(Some(&script), around()), Truth::Unknown);
        assert_eq!(test("equals", Argument::Scalar(text_value("ftp"))).holds(Some(&url), around()), Truth::False);
        assert_eq!(test("not_contains", Argument::Scalar(text_value("://"))).holds(Some(&url), around()), Truth::False);
        assert_eq!(test("empty", Argument::Bool(false)).holds(Some(&url), around()), Truth::True);
    }

    #[test]
    fn a_list_with_an_unknown_member_is_decided_only_by_its_known_ones() {
        let list = Value::list(vec![text_value("a"), Value::unknown(Reason::Variable, "x", here())], here());
        assert_eq!(test("contains", Argument::Scalar(text_value("a"))).holds(Some(&list), around()), Truth::True);
        assert_eq!(test("contains", Argument::Scalar(text_value("b"))).holds(Some(&list), around()), Truth::Unknown);
        assert_eq!(test("subset_of", scalars(&["b"])).holds(Some(&list), around()), Truth::False);
        assert_eq!(test("subset_of", scalars(&["a"])).holds(Some(&list), around()), Truth::Unknown);
    }

    #[test]
    fn networks_are_compared_as_networks() {
        let nets = |s: &str| Argument::Networks(vec![s.parse().unwrap()]);
        let private = text_value("10.1.2.0/24");
        assert_eq!(test("within_cidr", nets("10.0.0.0/8")).holds(Some(&private), around()), Truth::True);
        assert_eq!(test("within_cidr", nets("10.1.2.3/32")).holds(Some(&private), around()), Truth::False);
        assert_eq!(test("overlaps_cidr", nets("10.1.2.3/32")).holds(Some(&private), around()), Truth::True);
        assert_eq!(test("within_cidr", nets("10.0.0.0/8")).holds(Some(&text_value("x")), around()), Truth::False);
    }

    #[test]
    fn dates_are_counted_from_the_day_of_the_audit() {
        let ahead = test("days_ahead_at_least", Argument::Number(30.0));
        assert_eq!(ahead.holds(Some(&text_value("2026-03-02")), around()), Truth::True);
        assert_eq!(ahead.holds(Some(&text_value("2026-03-01")), around()), Truth::False);
        assert_eq!(ahead.holds(Some(&text_value("soon")), around()), Truth::False);
    }
}
