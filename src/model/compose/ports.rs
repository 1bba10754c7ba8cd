//! Published ports: the short form `[[ip:]published:]target[/protocol]` as the long one.

use crate::budget::Budget;
use crate::model::pieces::{HOLE, hole, holed, part};
use crate::model::tree::{entries, entry, number, object};
use crate::value::{Reason, Value};

/// Every port that one entry of `ports` publishes, in the long form.
pub fn long(item: &Value, budget: &Budget) -> Vec<Value> {
    if item.as_map().is_some() {
        return vec![completed(item)];
    }
    let Some((text, cause)) = holed(item) else { return vec![item.clone()] };
    let span = item.span;
    let (rest, protocol) = text.rsplit_once('/').unwrap_or((&text, "tcp"));
    let (host, target) = match rest.rsplit_once(':') {
        Some((host, target)) => (Some(host), target),
        None => (None, rest),
    };
    let (ip, published) = match host.map(|host| host.rsplit_once(':').unwrap_or(("", host))) {
        Some((ip, published)) => (ip.trim_matches(['[', ']']), published),
        None => ("", ""),
    };
    let host_ip = match host {
        // `${PORT}:80`: the variable may hold an address as well.
        Some(host) if ip.is_empty() && host.starts_with(HOLE) => Some(hole(cause, span)),
        _ => (!ip.is_empty()).then(|| part(ip, cause, span)),
    };
    let one = |target: Value, published: Option<Value>| {
        let protocol = part(protocol, cause, span);
        object(
            [
                ("target", Some(target)),
                ("published", published),
                ("host_ip", host_ip.clone()),
                ("protocol", Some(protocol)),
            ],
            span,
        )
    };
    let side = |text: &str| (!text.is_empty()).then(|| number(part(text, cause, span)));
    let Some((low, high)) = range(target) else { return vec![one(number(part(target, cause, span)), side(published))] };
    if high - low >= Budget::MAX_PER_LOOP as i64 || budget.nodes((high - low) as u64 * 4).is_err() {
        return vec![Value::unknown(Reason::Budget, text, span)];
    }
    let first = range(published).map(|(first, _)| first);
    let ports = (low..=high).map(|target| {
        let published = match first {
            Some(first) => Some(Value::int(first + target - low, span)),
            None => side(published),
        };
        one(Value::int(target, span), published)
    });
    ports.collect()
}

/// `3000-3005`; a single port is no range.
fn range(text: &str) -> Option<(i64, i64)> {
    let (low, high) = text.split_once('-')?;
    let (low, high) = (low.parse::<u16>().ok()?, high.parse::<u16>().ok()?);
    (low <= high).then_some((i64::from(low), i64::from(high)))
}

/// The long form with numbers as numbers and the protocol that is meant when none is written.
fn completed(item: &Value) -> Value {
    let mut all = entries(item);
    for key in ["target", "published"] {
        if let Some(value) = all.get_mut(key) {
            value.value = number(value.value.clone());
        }
    }
    all.entry("protocol".into()).or_insert_with(|| entry(Value::string("tcp", item.span)));
    Value::map(all, item.span)
}
