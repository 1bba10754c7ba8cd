//! Resources and data sources: their instances, and what other expressions see of them.

use std::rc::Rc;
use std::sync::Arc;

use super::blocks;
use super::eval::Env;
use super::expansion::{Expansion, expansion};
use super::instance::Instance;
use super::module::{ResourceKey, View};
use super::policy_document;
use super::providers;
use super::text::unknown_at;
use super::world::World;
use crate::source::Span;
use crate::value::{Data, Entry, Reason, Reference, Value};

/// Arguments of Terraform itself, which are no attributes of the resource.
const META: &[&str] = &["count", "for_each", "depends_on", "provider", "lifecycle", "connection"];

/// The instances of one resource block.
pub(super) struct Expanded {
    /// What other expressions see.
    pub whole: Value,
    /// Address and attributes of each instance.
    pub instances: Vec<(Arc<str>, Value)>,
}

/// Evaluates all instances of a resource.
pub(super) fn expand<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, key: ResourceKey<'w>) -> Expanded {
    let (data, kind, name) = key;
    let Some(view) = me.module.resources.get(&key) else {
        let nowhere = Span::new(crate::source::SourceId(0), 0..0);
        return Expanded { whole: Value::unknown(Reason::Invalid, name, nowhere), instances: Vec::new() };
    };
    let span = view.block.span;
    let base = format!("{}{}{kind}.{name}", me.prefix, if data { "data." } else { "" });
    let expansion = expansion(&Env { world, module: me, frame: None }, view);
    let mut instances: Vec<(Arc<str>, Value)> = Vec::new();
    for one in expansion.each(span) {
        if let Err(limit) = world.ctx.budget.instances(1) {
            world.limit(span, limit.to_string());
            break;
        }
        let address: Arc<str> = format!("{base}{}", one.suffix).into();
        let attributes = world.afresh(|| Instance::within(world, me, &one.frames, |env| attributes(env, key, view)));
        let attributes =
            if let Expansion::Unknown(why) = &expansion { uncounted(attributes, view, why) } else { attributes };
        instances.push((address, attributes));
    }
    Expanded { whole: whole(&expansion, &base, &instances, span), instances }
}

/// The attributes of one instance.
fn attributes(env: &Env, key: ResourceKey, view: &View) -> Value {
    let (data, kind, _) = key;
    let mut entries = blocks::content(env, &view.attributes, &view.blocks, META);
    blocks::meta(env, view, &mut entries);
    if data {
        policy_document::render(env, kind, view, &mut entries);
        if kind == "aws_region" {
            providers::add_region(env, view, &mut entries);
        }
    } else if kind.starts_with("aws_") {
        providers::add_tags_all(env, view, &mut entries);
    }
    Value::map(entries, view.block.span)
}

/// The attributes with the `count` or `for_each` that is not known: there may be none or many of it.
fn uncounted(attributes: Value, view: &View, why: &Value) -> Value {
    let Some(map) = attributes.as_map() else { return attributes };
    let several = ["count", "for_each"].into_iter().filter_map(|name| view.attribute(name)).map(|attribute| {
        let value = match &why.data {
            Data::Unknown(unknown) => Value::unknown(unknown.reason, unknown.what.clone(), attribute.expr.span),
            _ => why.clone(),
        };
        (attribute.name.clone(), Entry { key: attribute.key, value })
    });
    let own = map.iter().map(|(name, entry)| (name.clone(), entry.clone()));
    Value::map(own.chain(several), attributes.span)
}

/// What `type.name` is to other expressions.
fn whole(expansion: &Expansion, base: &str, instances: &[(Arc<str>, Value)], span: Span) -> Value {
    let object = |(address, attributes): &(Arc<str>, Value)| {
        attributes.clone().with_refs(&[Reference { address: address.clone(), attribute: "".into() }])
    };
    let value = match expansion {
        Expansion::Single => {
            return instances.first().map_or_else(|| Value::unknown(Reason::Budget, base, span), object);
        }
        Expansion::Count(_) => Value::list(instances.iter().map(object).collect(), span),
        Expansion::Each(keys) => {
            Value::object(keys.iter().zip(instances).map(|((key, _), one)| (key.clone(), object(one))), span)
        }
        Expansion::Unknown(why) => match &why.data {
            Data::Unknown(unknown) => {
                let bare = unknown_at(unknown, span);
                Value::unknown(unknown.reason, unknown.what.clone(), bare.span)
            }
            _ => Value::unknown(Reason::Invalid, base, span),
        },
    };
    value.with_refs(&[Reference { address: base.into(), attribute: "".into() }])
}
