//! Intrinsic functions: which there are, and the evaluation of everything they stand in.

use super::condition::either;
use super::looping::Loops;
use super::stack::Stack;
use crate::source::Span;
use crate::value::{Data, Entry, Map, Reason, Value};

/// The function call that a value is, if it is one: `{"Fn::Sub": x}`, `!Sub x`, `{"Ref": x}`.
pub(super) fn call_of(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_map().filter(|map| map.len() == 1)?;
    let (key, entry) = map.iter().next()?;
    let name = match &**key {
        "Ref" if entry.value.as_map().is_none() => "Ref",
        "Ref" => return None,
        key => key.strip_prefix('!').or_else(|| key.strip_prefix("Fn::"))?,
    };
    (!name.starts_with("ForEach::")).then_some((name, &entry.value))
}

fn members(value: &Value) -> usize {
    value.as_list().map_or(0, |list| list.len()) + value.as_map().map_or(0, Map::len)
}

impl Stack<'_> {
    /// The value with every function in it evaluated; `None` for one that is removed.
    pub(super) fn eval(&self, value: &Value, loops: &Loops) -> Option<Value> {
        match &value.data {
            Data::String(text) if !loops.is_empty() => Some(self.in_loop(text, value.span, loops)),
            Data::Map(_) | Data::List(_) => {
                let exhausted = || Some(Value::unknown(Reason::Budget, "steps of evaluation", value.span));
                if !self.world.step(1 + members(value)) {
                    return exhausted();
                }
                self.world.deeper(|| self.eval_collection(value, loops)).unwrap_or_else(exhausted)
            }
            _ => Some(value.clone()),
        }
    }

    fn eval_collection(&self, value: &Value, loops: &Loops) -> Option<Value> {
        match &value.data {
            Data::List(list) => {
                let items = list.iter().filter_map(|item| self.eval(item, loops)).collect();
                Some(Value::list(items, value.span))
            }
            Data::Map(map) => match call_of(value) {
                Some((name, argument)) => self.call(name, argument, value.span, loops),
                None => Some(self.eval_map(map, value.span, loops)),
            },
            _ => Some(value.clone()),
        }
    }

    fn eval_map(&self, map: &Map, span: Span, loops: &Loops) -> Value {
        if map.get("Fn::Transform").is_some() {
            // The macro adds keys next to these, which may not be read as all there are.
            return Value::unknown(Reason::Unsupported, "Fn::Transform", span);
        }
        let mut items = Vec::new();
        self.expand(map, loops, &mut items);
        let entries = items.into_iter().filter_map(|item| {
            let value = self.eval(&item.value, &item.loops)?;
            Some((item.name, Entry { key: item.key, value }))
        });
        Value::map(entries.collect::<Vec<_>>(), span)
    }

    /// What a function makes of its argument; `None` removes the property (`AWS::NoValue`).
    fn call(&self, name: &str, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        match name {
            "Ref" => self.fn_ref(argument, span, loops),
            "GetAtt" => self.fn_get_att(argument, span, loops),
            "Sub" => self.fn_sub(argument, span, loops),
            "If" => self.fn_if(argument, span, loops),
            "Join" => self.fn_join(argument, span, loops),
            "Split" => self.fn_split(argument, span, loops),
            "Select" => self.fn_select(argument, span, loops),
            "FindInMap" => self.fn_find_in_map(argument, span, loops),
            "Base64" => self.fn_base64(argument, span, loops),
            "Cidr" => self.fn_cidr(argument, span, loops),
            "GetAZs" => self.fn_get_azs(argument, span, loops),
            "ImportValue" => self.fn_import_value(argument, span, loops),
            "Length" => self.fn_length(argument, span, loops),
            "ToJsonString" => self.fn_to_json_string(argument, span, loops),
            "Transform" => self.fn_transform(argument, span, loops),
            "And" | "Or" | "Not" | "Equals" | "Condition" => {
                Some(Value::unknown(Reason::Invalid, "a condition outside of Conditions", span))
            }
            _ => Some(Value::unknown(Reason::Unsupported, format!("Fn::{name}"), span)),
        }
    }

    fn fn_if(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let Some([name, then, other]) = argument.as_list().map(|list| &**list) else {
            return Some(Value::unknown(Reason::Invalid, "Fn::If takes three arguments", span));
        };
        let named = self.plain_text(name, loops);
        let truth = match &named {
            Some(name) => self.condition(name),
            None => self.test(name, loops),
        };
        match truth {
            Some(true) => self.eval(then, loops),
            Some(false) => self.eval(other, loops),
            None => {
                let name = named.as_deref().unwrap_or("Fn::If");
                either(self.eval(then, loops), self.eval(other, loops), name, span)
            }
        }
    }
}
