//! The intrinsic functions on texts, lists and mappings:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.

use super::looping::Loops;
use super::parameter::sure;
use super::stack::Stack;
use super::text::Text;
use crate::source::Span;
use crate::value::{Data, Map, Reason, Value};

/// Most networks that `Fn::Cidr` makes.
const MAX_CIDRS: i64 = 256;

fn invalid(what: &str, span: Span) -> Option<Value> {
    Some(Value::unknown(Reason::Invalid, what, span))
}

/// The result of a function whose argument is not known: not known for the same reason.
fn because_of(argument: &Value, span: Span, what: &str) -> Value {
    let value = match argument.as_unknown() {
        Some(unknown) => sure(unknown.reason, &unknown.what, span),
        None => Value::unknown(Reason::Invalid, what, span),
    };
    value.with_refs(argument.references())
}

impl Stack<'_> {
    /// The arguments of a function, evaluated.
    fn arguments(&self, argument: &Value, loops: &Loops) -> Vec<Value> {
        let list = argument.as_list().map(|list| &**list).unwrap_or_default();
        list.iter().map(|item| self.eval(item, loops).unwrap_or_else(|| Value::null(item.span))).collect()
    }

    pub(super) fn fn_join(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let arguments = self.arguments(argument, loops);
        let [delimiter, items] = &*arguments else { return invalid("Fn::Join takes two arguments", span) };
        let mut out = Text::default();
        match items.as_list() {
            Some(items) => items.iter().enumerate().for_each(|(n, item)| {
                if n > 0 {
                    out.push(self.world, delimiter);
                }
                out.push(self.world, item);
            }),
            // A list of which nothing is known.
            None if items.as_unknown().is_some() => out.push(self.world, &because_of(items, span, "")),
            None => return invalid("Fn::Join takes a list", span),
        }
        Some(out.finish(span))
    }

    pub(super) fn fn_split(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let arguments = self.arguments(argument, loops);
        let [delimiter, whole] = &*arguments else { return invalid("Fn::Split takes two arguments", span) };
        match (self.world.text(delimiter), self.world.text(whole)) {
            (Some(delimiter), Some(text)) if !delimiter.is_empty() => {
                let items = text.split(&*delimiter).map(|item| Value::string(item, span).with_refs(whole.references()));
                Some(Value::list(items.collect(), span))
            }
            _ => Some(because_of(whole, span, "Fn::Split takes two texts")),
        }
    }

    pub(super) fn fn_select(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let arguments = self.arguments(argument, loops);
        let [index, items] = &*arguments else { return invalid("Fn::Select takes two arguments", span) };
        let Some(list) = items.as_list() else { return Some(because_of(items, span, "Fn::Select takes a list")) };
        let Some(text) = self.world.text(index) else { return Some(because_of(index, span, "Fn::Select's index")) };
        match text.parse::<usize>().ok().and_then(|index| list.get(index)) {
            Some(item) if item.depth() == 0 => Some(item.clone().at(span)),
            Some(item) => Some(item.clone()),
            None => invalid("Fn::Select's index is not in the list", span),
        }
    }

    pub(super) fn fn_find_in_map(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let arguments = self.arguments(argument, loops);
        let [name, first, second, options @ ..] = &*arguments else {
            return invalid("Fn::FindInMap takes three arguments", span);
        };
        let fallback = options.iter().find_map(|options| options.get("DefaultValue"));
        let mapping = self.template.root.get("Mappings").and_then(|mappings| mappings.get(&self.world.text(name)?));
        let unknown = [name, first, second].into_iter().find(|key| key.as_unknown().is_some());
        let Some(mapping) = mapping.and_then(Value::as_map) else {
            let known = unknown.is_none().then_some(fallback).flatten();
            return Some(
                known.cloned().unwrap_or_else(|| because_of(unknown.unwrap_or(name), span, "no such mapping")),
            );
        };
        let rows = self.members(mapping, first);
        let mut found = rows.iter().filter_map(|row| Some(self.members(row.as_map()?, second))).flatten();
        let Some(key) = unknown else {
            let value = found.next().or(fallback);
            return value.map(|value| standing_at(value, span)).or_else(|| invalid("no such key in the mapping", span));
        };
        // A key that is not known selects one of the values.
        let all: Vec<Value> = found.chain(fallback).map(|value| standing_at(value, span)).collect();
        let why = key.as_unknown().filter(|_| !all.is_empty());
        Some(
            why.map_or_else(|| because_of(key, span, ""), |why| Value::one_of(all, why.reason, why.what.clone(), span)),
        )
    }

    /// The member that `key` names; every member if it is not known.
    fn members<'m>(&self, map: &'m Map, key: &Value) -> Vec<&'m Value> {
        match self.world.text(key) {
            Some(key) => map.get(&key).into_iter().collect(),
            None => map.iter().map(|(_, entry)| &entry.value).collect(),
        }
    }

    /// The text itself, not its encoding: what is encoded is what a rule wants to read.
    pub(super) fn fn_base64(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        self.eval(argument, loops).map(|value| value.at(span))
    }

    pub(super) fn fn_cidr(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let arguments = self.arguments(argument, loops);
        if let Some(unknown) = arguments.iter().find(|value| value.as_unknown().is_some()) {
            return Some(because_of(unknown, span, ""));
        }
        let number = |value: &Value| self.world.text(value).and_then(|text| text.parse::<i64>().ok());
        let (block, count, bits) = match &*arguments {
            [block, count] => (block, number(count), Some(8)),
            [block, count, bits] => (block, number(count), number(bits)),
            _ => return invalid("Fn::Cidr takes three arguments", span),
        };
        let networks = self.world.text(block).and_then(|block| networks(&block, count?, bits?));
        match networks {
            Some(networks) => Some(Value::list(networks.into_iter().map(|it| Value::string(it, span)).collect(), span)),
            None => invalid("no such networks", span),
        }
    }

    pub(super) fn fn_get_azs(&self, _: &Value, span: Span, _: &Loops) -> Option<Value> {
        Some(sure(Reason::Lookup, "availability zones", span))
    }

    pub(super) fn fn_import_value(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let name = self.eval(argument, loops).and_then(|name| self.world.text(&name));
        Some(sure(Reason::Lookup, name.as_deref().unwrap_or("an export of another stack"), span))
    }

    pub(super) fn fn_length(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let value = self.eval(argument, loops)?;
        match value.as_list() {
            Some(list) => Some(Value::int(i64::try_from(list.len()).unwrap_or(i64::MAX), span)),
            None => Some(because_of(&value, span, "Fn::Length takes a list")),
        }
    }

    pub(super) fn fn_to_json_string(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let value = self.eval(argument, loops)?;
        let mut out = Text::default();
        self.json(&value, &mut out);
        Some(out.finish(span))
    }

    fn json(&self, value: &Value, out: &mut Text) {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match &value.data {
            Data::Null => out.push_str("null"),
            Data::String(text) => out.push_str(&quoted(text)),
            Data::List(items) => {
                out.push_str("[");
                for (n, item) in items.iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    self.json(item, out);
                }
                out.push_str("]");
            }
            Data::Map(map) => {
                out.push_str("{");
                for (n, (key, entry)) in map.iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    out.push_str(&quoted(key));
                    out.push_str(":");
                    self.json(&entry.value, out);
                }
                out.push_str("}");
            }
            Data::Bool(_) | Data::Number(_) | Data::Unknown(_) => out.push(self.world, value),
        }
    }

    /// A macro: code in an account, or a file in S3.
    pub(super) fn fn_transform(&self, argument: &Value, span: Span, _: &Loops) -> Option<Value> {
        let name = argument.get("Name").and_then(Value::as_str).unwrap_or("Fn::Transform");
        Some(Value::unknown(Reason::Unsupported, name, span))
    }
}

/// A scalar stands where it is used; a collection and what is in it, where they are written.
fn standing_at(value: &Value, span: Span) -> Value {
    if value.depth() == 0 { value.clone().at(span) } else { value.clone() }
}

/// The first `count` networks of `block` with `bits` bits for hosts each.
fn networks(block: &str, count: i64, bits: i64) -> Option<Vec<String>> {
    let count = usize::try_from(count).ok().filter(|_| (1..=MAX_CIDRS).contains(&count))?;
    let bits = u8::try_from(bits).ok()?;
    let found: Vec<String> = match block.parse::<ipnet::IpNet>().ok()? {
        ipnet::IpNet::V4(net) => {
            net.subnets(32u8.checked_sub(bits)?).ok()?.take(count).map(|net| net.to_string()).collect()
        }
        ipnet::IpNet::V6(net) => {
            net.subnets(128u8.checked_sub(bits)?).ok()?.take(count).map(|net| net.to_string()).collect()
        }
    };
    (found.len() == count).then_some(found)
}
