//! Type constraints of variables, and the conversions that they make.

use std::sync::Arc;

use super::eval::Env;
use super::operators::{number, truth};
use super::text::{as_text, invalid};
use crate::format::hcl::{Expr, ExprKind};
use crate::value::{Data, Entry, Value};

/// A type constraint.
pub(super) enum Type<'e> {
    /// `any`, and what is not understood.
    Any,
    String,
    Number,
    Bool,
    List(Box<Type<'e>>),
    Set(Box<Type<'e>>),
    Map(Box<Type<'e>>),
    Tuple(Vec<Type<'e>>),
    Object(Vec<Field<'e>>),
}

/// A member of an object type.
pub(super) struct Field<'e> {
    name: Arc<str>,
    kind: Type<'e>,
    optional: bool,
    default: Option<&'e Expr>,
}

impl<'e> Type<'e> {
    /// Reads a type constraint; the depth of the expression is bounded by its parser.
    pub fn parse(expr: &'e Expr) -> Type<'e> {
        match &expr.kind {
            // Before 0.12 types were written in quotes.
            ExprKind::Variable(name) | ExprKind::String(name) => match &**name {
                "string" => Type::String,
                "number" => Type::Number,
                "bool" => Type::Bool,
                "list" => Type::List(Box::new(Type::Any)),
                "map" => Type::Map(Box::new(Type::Any)),
                "set" => Type::Set(Box::new(Type::Any)),
                _ => Type::Any,
            },
            ExprKind::Paren(inner) => Type::parse(inner),
            ExprKind::Call(call) => {
                let inner = || Box::new(call.args.first().map_or(Type::Any, Type::parse));
                match (&*call.name, call.args.first().map(|arg| &arg.kind)) {
                    ("list", _) => Type::List(inner()),
                    ("set", _) => Type::Set(inner()),
                    ("map", _) => Type::Map(inner()),
                    ("tuple", Some(ExprKind::List(items))) => Type::Tuple(items.iter().map(Type::parse).collect()),
                    ("object", Some(ExprKind::Object(items))) => {
                        Type::Object(items.iter().filter_map(|(key, value)| Field::parse(key, value)).collect())
                    }
                    _ => Type::Any,
                }
            }
            _ => Type::Any,
        }
    }

    /// The value as one of this type; invalid if it cannot be. An unknown stays what it is.
    pub fn convert(&self, env: &Env, value: Value) -> Value {
        let span = value.span;
        if !env.world.charge(1, span) {
            return env.world.cut(span);
        }
        let refs = value.refs.clone();
        let converted = match (self, &value.data) {
            (Type::Any, _) | (_, Data::Null) => return value,
            (_, Data::Unknown(_)) => {
                return value.each_choice(|choice| self.convert(env, choice.clone())).unwrap_or(value);
            }
            (Type::String, _) => as_text(&value).map(|text| Value::string(text, span)),
            (Type::Number, _) => number(&value).map(|number| Value::number(number, span)),
            (Type::Bool, _) => truth(&value).map(|bool| Value::bool(bool, span)),
            (Type::List(inner), Data::List(list)) => Some(inner.all(env, list, value.span)),
            (Type::Set(inner), Data::List(list)) => {
                let list = inner.all(env, list, value.span);
                Some(super::functions::to_set(env, &list))
            }
            (Type::Map(inner), Data::Map(map)) => Some(Value::map(
                map.iter().map(|(key, entry)| {
                    (key.clone(), Entry { key: entry.key, value: inner.convert(env, entry.value.clone()) })
                }),
                span,
            )),
            (Type::Tuple(types), Data::List(list)) if types.len() == list.len() => {
                let items = types.iter().zip(list.iter());
                Some(Value::list(items.map(|(kind, item)| kind.convert(env, item.clone())).collect(), span))
            }
            (Type::Object(fields), Data::Map(_)) => Some(object(env, fields, &value)),
            _ => None,
        };
        let wrong = || invalid(format!("{} where another type is declared", value.type_name()), span);
        converted.unwrap_or_else(wrong).with_refs(refs.as_deref().unwrap_or_default())
    }

    fn all(&self, env: &Env, list: &[Value], span: crate::source::Span) -> Value {
        Value::list(list.iter().map(|item| self.convert(env, item.clone())).collect(), span)
    }
}

impl<'e> Field<'e> {
    fn parse(key: &'e Expr, value: &'e Expr) -> Option<Field<'e>> {
        let ExprKind::String(name) = &key.kind else { return None };
        let name = name.clone();
        if let ExprKind::Call(call) = &value.kind
            && &*call.name == "optional"
            && let Some(kind) = call.args.first()
        {
            return Some(Field { name, kind: Type::parse(kind), optional: true, default: call.args.get(1) });
        }
        Some(Field { name, kind: Type::parse(value), optional: false, default: None })
    }
}

/// An object with the declared members and no others; defaults stand in for what is absent or null.
fn object(env: &Env, fields: &[Field], value: &Value) -> Value {
    let span = value.span;
    let mut entries = Vec::with_capacity(fields.len());
    for field in fields {
        let given = value.as_map().and_then(|map| map.iter().find(|(key, _)| **key == field.name));
        let given = given.map(|(_, entry)| entry).filter(|entry| field.default.is_none() || !entry.value.is_null());
        let entry = match (given, field.default) {
            (Some(entry), _) => entry.clone(),
            (None, Some(default)) => Entry { key: span, value: env.eval(default).at(span) },
            (None, None) if field.optional => Entry { key: span, value: Value::null(span) },
            (None, None) => return invalid(format!("attribute {} is missing", field.name), span),
        };
        let value = field.kind.convert(env, entry.value);
        entries.push((field.name.clone(), Entry { key: entry.key, value }));
    }
    Value::map(entries, span)
}
