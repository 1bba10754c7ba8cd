//! Expressions to values.

use std::rc::Rc;
use std::sync::Arc;

use super::functions;
use super::instance::Instance;
use super::operators;
use super::text::{Text, as_text, invalid, unknown_at};
use super::world::World;
use crate::budget::Budget;
use crate::format::hcl::{Expr, ExprKind, For, Part};
use crate::source::Span;
use crate::value::{Data, Entry, Value};

/// Where an expression is evaluated: the module instance, and the names that surround it.
#[derive(Clone, Copy)]
pub(super) struct Env<'e, 'w> {
    pub world: &'e World<'w>,
    pub module: &'e Rc<Instance<'w>>,
    pub frame: Option<&'e Frame<'e>>,
}

/// A name and its value, and the names around it.
pub(super) struct Frame<'e> {
    pub name: &'e str,
    pub value: Value,
    pub up: Option<&'e Frame<'e>>,
}

impl<'e, 'w> Env<'e, 'w> {
    /// The same place with one more name.
    pub fn with<'n>(&self, frame: &'n Frame<'n>) -> Env<'n, 'w>
    where
        'e: 'n,
    {
        Env { world: self.world, module: self.module, frame: Some(frame) }
    }

    /// The value of a name that surrounds this place.
    pub fn lookup(&self, name: &str) -> Option<&'e Value> {
        let mut frame = self.frame;
        while let Some(here) = frame {
            if here.name == name {
                return Some(&here.value);
            }
            frame = here.up;
        }
        None
    }

    /// Evaluates; what has no value becomes an unknown with its reason.
    pub fn eval(&self, expr: &Expr) -> Value {
        let span = expr.span;
        let Some(_entered) = self.world.enter(span) else { return self.world.cut(span) };
        match &expr.kind {
            ExprKind::Null => Value::null(span),
            ExprKind::Bool(value) => Value::bool(*value, span),
            ExprKind::Number(number) => Value::number(*number, span),
            ExprKind::String(text) => Value::string(text.clone(), span),
            ExprKind::Template(parts) => self.template(parts, span),
            ExprKind::List(items) => Value::list(items.iter().map(|item| self.eval(item)).collect(), span),
            ExprKind::Object(items) => self.object(items, span),
            ExprKind::Variable(_) => self.traverse(expr, &[], span),
            ExprKind::Traversal(root, steps) => self.traverse(root, steps, span),
            ExprKind::Call(call) => functions::call(self, call, span),
            ExprKind::Unary(operator, operand) => operators::unary(*operator, &self.eval(operand), span),
            ExprKind::Binary(left, operator, right) => operators::binary(self, left, *operator, right, span),
            ExprKind::Conditional(three) => operators::conditional(self, three, span),
            ExprKind::For(expr) => self.for_expr(expr, span),
            ExprKind::Paren(inner) => self.eval(inner).at(span),
        }
    }

    fn object(&self, items: &[(Expr, Expr)], span: Span) -> Value {
        let mut entries = Vec::with_capacity(items.len());
        for (key, value) in items {
            let name = self.eval(key);
            match (as_text(&name), &name.data) {
                (Some(name), _) => entries.push((name, Entry { key: key.span, value: self.eval(value) })),
                (None, Data::Unknown(unknown)) => return unknown_at(unknown, span).with_refs(name.references()),
                (None, _) => return invalid("a key that is not a text", span),
            }
        }
        Value::map(entries, span)
    }

    /// A template; one that is nothing but an interpolation is the value itself.
    pub fn template(&self, parts: &[Part], span: Span) -> Value {
        if let [Part::Value(only)] = parts {
            return self.eval(only).at(span);
        }
        let mut text = Text::new(self.world);
        match self.parts(parts, &mut text) {
            Ok(()) => text.finish(self.world, span),
            Err(error) => error.at(span),
        }
    }

    fn parts(&self, parts: &[Part], text: &mut Text) -> Result<(), Value> {
        for part in parts {
            match part {
                Part::Text(literal) => text.push(literal),
                Part::Value(expr) => {
                    let value = self.eval(expr);
                    if !text.push_value(&value) {
                        return Err(invalid(format!("{} within a text", value.type_name()), expr.span));
                    }
                }
                Part::If { condition, then, otherwise } => {
                    let chosen = self.eval(condition);
                    match (operators::truth(&chosen), chosen.as_unknown()) {
                        (Some(true), _) => self.parts(then, text)?,
                        (Some(false), _) => self.parts(otherwise, text)?,
                        (None, Some(_)) => {
                            text.push_value(&operators::undecided(&chosen, condition.span));
                        }
                        (None, None) => return Err(invalid("a condition that is not a boolean", condition.span)),
                    }
                }
                Part::For { key, value, collection, body } => {
                    let all = self.eval(collection);
                    let Some(items) = self.items(&all, collection.span) else {
                        text.push_value(&self.no_items(&all, collection.span));
                        continue;
                    };
                    for (k, v) in items {
                        let outer = key.as_ref().map(|name| Frame { name, value: k, up: self.frame });
                        let inner = Frame { name: value, value: v, up: outer.as_ref().or(self.frame) };
                        self.with(&inner).parts(body, text)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What a `for` goes through: keys and values in Terraform's order. `None` if that is not known or
    /// not allowed, see [`Env::no_items`].
    pub fn items(&self, collection: &Value, span: Span) -> Option<Vec<(Value, Value)>> {
        let (count, items): (usize, Vec<(Value, Value)>) = match &collection.data {
            Data::List(list) if list.len() as u64 <= Budget::MAX_PER_LOOP => {
                let set = self.world.marks.is_set(collection);
                let key = |(index, item): (usize, &Value)| {
                    let key = if set { item.clone() } else { Value::int(i64::try_from(index).unwrap_or(0), item.span) };
                    (key, inherit(item.clone(), collection))
                };
                (list.len(), list.iter().enumerate().map(key).collect())
            }
            Data::Map(map) if map.len() as u64 <= Budget::MAX_PER_LOOP => {
                let entry = |(key, entry): (&Arc<str>, &Entry)| {
                    (Value::string(key.clone(), entry.key), inherit(entry.value.clone(), collection))
                };
                let mut items: Vec<_> = map.iter().map(entry).collect();
                items.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
                (map.len(), items)
            }
            Data::List(_) | Data::Map(_) => {
                self.world.limit(span, format!("a loop of more than {} turns", Budget::MAX_PER_LOOP));
                return None;
            }
            _ => return None,
        };
        self.world.charge(count as u64, span).then_some(items)
    }

    /// The value of a loop over something that [`Env::items`] could not go through.
    pub fn no_items(&self, collection: &Value, span: Span) -> Value {
        match &collection.data {
            Data::Unknown(unknown) => unknown_at(unknown, span).with_refs(collection.references()),
            Data::List(_) | Data::Map(_) => self.world.cut(span),
            _ => invalid(format!("a loop over {}", collection.type_name()), span),
        }
    }

    fn for_expr(&self, expr: &For, span: Span) -> Value {
        let collection = self.eval(&expr.collection);
        let Some(items) = self.items(&collection, span) else { return self.no_items(&collection, span) };
        let mut gathered = Gathered { list: Vec::new(), map: indexmap::IndexMap::new() };
        for (key, value) in items {
            let outer = expr.key.as_ref().map(|name| Frame { name, value: key, up: self.frame });
            let inner = Frame { name: &expr.value, value, up: outer.as_ref().or(self.frame) };
            if let Err(unknown) = self.with(&inner).turn(expr, &mut gathered, span) {
                return unknown;
            }
        }
        match &expr.result_key {
            None => Value::list(gathered.list, span),
            Some(_) if expr.grouping => {
                let groups = gathered.map.into_iter();
                Value::object(groups.map(|(key, values)| (key, Value::list(values, span))), span)
            }
            Some(_) => Value::object(
                gathered.map.into_iter().filter_map(|(key, values)| Some((key, values.into_iter().next()?))),
                span,
            ),
        }
    }

    /// One turn of a `for`; an error is the value of the whole.
    fn turn(&self, expr: &For, gathered: &mut Gathered, span: Span) -> Result<(), Value> {
        let Some(_entered) = self.world.enter(span) else { return Err(self.world.cut(span)) };
        if let Some(condition) = &expr.condition {
            let wanted = self.eval(condition);
            match (operators::truth(&wanted), wanted.as_unknown()) {
                (Some(true), _) => {}
                (Some(false), _) => return Ok(()),
                (None, Some(_)) => return Err(operators::undecided(&wanted, span)),
                (None, None) => return Err(invalid("a condition that is not a boolean", condition.span)),
            }
        }
        let Some(key) = &expr.result_key else {
            gathered.list.push(self.eval(&expr.result));
            return Ok(());
        };
        let name = self.eval(key);
        let Some(text) = as_text(&name) else {
            return Err(match &name.data {
                Data::Unknown(unknown) => unknown_at(unknown, span).with_refs(name.references()),
                _ => invalid("a key that is not a text", span),
            });
        };
        let values = gathered.map.entry(text).or_default();
        if !values.is_empty() && !expr.grouping {
            return Err(invalid("two values for one key", span));
        }
        values.push(self.eval(&expr.result));
        Ok(())
    }
}

struct Gathered {
    list: Vec<Value>,
    map: indexmap::IndexMap<Arc<str>, Vec<Value>>,
}

/// A member of a collection is also computed from what the collection was computed from. (That the
/// collection *is* a resource the member says itself, with the attribute that was read.)
pub(super) fn inherit(member: Value, collection: &Value) -> Value {
    if collection.refs.is_none() {
        return member;
    }
    let from: Vec<_> = collection.references().iter().filter(|r| !r.attribute.is_empty()).cloned().collect();
    member.with_refs(&from)
}
