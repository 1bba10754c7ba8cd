//! Parameters: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.

use std::sync::Arc;

use super::stack::Stack;
use crate::source::Span;
use crate::value::{Data, Number, Reason, Unknown, Value};

impl Stack<'_> {
    /// The value of a parameter, if the template declares it: what was given, else its default,
    /// else one of the values that it allows, else unknown.
    pub(super) fn parameter(&self, name: &str, span: Span) -> Option<Value> {
        let declared = self.template.root.get("Parameters")?.get(name)?;
        let kind = declared.get("Type").and_then(Value::as_str).unwrap_or("String");
        let given = self.given.get(name).cloned();
        let given = given.or_else(|| self.given_as_text(name, span)).or_else(|| declared.get("Default").cloned());
        let looked_up = kind.starts_with("AWS::SSM::Parameter::Value<");
        let value = match given {
            // The default of such a parameter is the name of what is looked up.
            Some(value) if looked_up => match self.world.text(&value) {
                Some(name) => sure(Reason::Lookup, &name, span),
                None => value,
            },
            Some(value) => self.typed(value, kind, span),
            None if looked_up => sure(Reason::Parameter, name, span),
            None => match declared.get("AllowedValues").and_then(Value::as_list) {
                Some(list) if !list.is_empty() => {
                    let all = list.iter().map(|item| self.typed(item.clone(), kind, span));
                    Value::one_of(all, Reason::Parameter, name, span)
                }
                _ => sure(Reason::Parameter, name, span),
            },
        };
        Some(value.at(span))
    }

    /// A value given on the command line; a nested stack gets its values from its parent alone.
    pub(super) fn given_as_text(&self, name: &str, span: Span) -> Option<Value> {
        let text = if self.is_root() { self.world.ctx.given.parameters.get(name)? } else { return None };
        Some(Value::string(text.as_str(), span))
    }

    fn typed(&self, value: Value, kind: &str, span: Span) -> Value {
        let refs = value.refs.clone();
        let Some(text) = self.world.text(&value) else { return value };
        let data = if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            let items = text.split(',').map(|item| Value::string(item.trim(), span)).collect();
            Value::list(if text.is_empty() { Vec::new() } else { items }, span).data
        } else if kind == "Number" {
            Number::parse(text.trim()).map_or_else(|| Data::String(text.clone()), Data::Number)
        } else {
            Data::String(text)
        };
        Value { data, span, refs }
    }
}

/// An unknown that is certainly not null.
pub(super) fn sure(reason: Reason, what: &str, span: Span) -> Value {
    Value { data: Data::Unknown(Arc::new(Unknown::sure(reason, what))), span, refs: None }
}
