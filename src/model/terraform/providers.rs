//! Provider configurations: which one a resource uses, and what it adds to the resource.

use std::rc::Rc;
use std::sync::Arc;

use super::blocks::{self, Entries, names};
use super::eval::Env;
use super::inputs::Inputs;
use super::instance::{Instance, Node};
use super::module::{View, alias};
use super::world::World;
use crate::format::hcl::ExprKind;
use crate::value::{Data, Entry, Value};

/// Adds `tags_all`: the default tags of the provider with the resource's own laid over them.
pub(super) fn add_tags_all(env: &Env, view: &View, entries: &mut Entries) {
    if entries.contains_key("tags_all") {
        return;
    }
    let provider = view.attribute("provider").map_or_else(|| Value::string("aws", view.block.span), |p| names(&p.expr));
    let defaults = provider.as_str().and_then(|provider| default_tags(env.world, env.module, provider));
    let own = entries.get("tags").map(|entry| (entry.key, entry.value.clone()));
    let (key, value) = match (defaults, own) {
        (None, None) => return,
        (Some(defaults), None) => (view.block.span, defaults.at(view.block.key)),
        (None, Some((key, own))) => (key, own),
        (Some(defaults), Some((key, own))) => (key, over(&defaults, own)),
    };
    entries.insert("tags_all".into(), Entry { key, value });
}

/// Adds the region to the data source `aws_region`: that of its provider, where the configuration says it.
pub(super) fn add_region(env: &Env, view: &View, entries: &mut Entries) {
    // An argument that is null counts as not set.
    let is_set = |name: &&str| entries.get(*name).is_some_and(|entry| !entry.value.is_null());
    let named = ["name", "region", "endpoint"].iter().any(is_set);
    let provider = view.attribute("provider").map_or_else(|| Value::string("aws", view.block.span), |p| names(&p.expr));
    let found = provider.as_str().filter(|_| !named).and_then(|provider| configuration(env.module, provider));
    let Some((module, _, view)) = found else { return };
    let Some(region) = view.attribute("region") else { return };
    let here = Env { world: env.world, module: &module, frame: None };
    let region = env.world.afresh(|| here.eval(&region.expr)).at(view.block.key);
    if region.as_str().is_some() {
        for name in ["region", "name", "id"] {
            entries.insert(name.into(), Entry { key: view.block.key, value: region.clone() });
        }
    }
}

/// `own` laid over `defaults`.
fn over(defaults: &Value, own: Value) -> Value {
    match (&defaults.data, &own.data) {
        (_, Data::Null) => defaults.clone().at(own.span),
        (Data::Map(defaults), Data::Map(tags)) => {
            let all = defaults.iter().chain(tags.iter()).map(|(key, entry)| (key.clone(), entry.clone()));
            Value::map(all, own.span)
        }
        (Data::Unknown(_), Data::Map(_)) => defaults.clone().at(own.span),
        _ => own,
    }
}

/// The default tags of the provider that a module instance calls `provider` (`aws`, `aws.west`).
fn default_tags<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, provider: &str) -> Option<Value> {
    let (module, index, view) = configuration(me, provider)?;
    let span = view.block.span;
    let tags = module.once(world, Node::Tags(index), &"default_tags", span, || tags_of(world, &module, view));
    (!tags.is_null()).then_some(tags)
}

/// The configuration of the provider that a module instance calls so: the instance that has it, and where.
fn configuration<'w>(me: &Rc<Instance<'w>>, provider: &str) -> Option<(Rc<Instance<'w>>, usize, &'w View<'w>)> {
    let (name, wanted) = provider.split_once('.').map_or((provider, None), |(name, alias)| (name, Some(alias)));
    let configured = |view: &View| view.label(0) == name && alias(view) == wanted;
    if let Some((index, view)) = me.module.providers.iter().enumerate().find(|(_, view)| configured(view)) {
        return Some((me.clone(), index, view));
    }
    // Not configured here: the caller hands it over, by name or (without an alias) by itself.
    let Inputs::Call { parent, view, .. } = &me.inputs else { return None };
    let handed = view.attribute("providers").and_then(|providers| match &providers.expr.kind {
        ExprKind::Object(pairs) => {
            let text = |expr| names(expr).as_str().map(Arc::<str>::from);
            pairs.iter().find(|(key, _)| text(key).as_deref() == Some(provider)).and_then(|(_, value)| text(value))
        }
        _ => None,
    });
    match (handed, wanted) {
        (Some(theirs), _) => configuration(parent, &theirs),
        (None, None) => configuration(parent, provider),
        (None, Some(_)) => None,
    }
}

fn tags_of<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, view: &View<'w>) -> Value {
    let env = Env { world, module: me, frame: None };
    let Some(block) = view.blocks.iter().find(|block| &*block.kind == "default_tags") else {
        return Value::null(view.block.span);
    };
    let attributes: Vec<_> = block.body.attributes.iter().collect();
    let mut entries = blocks::content(&env, &attributes, &[], &[]);
    entries.shift_remove("tags").map_or_else(|| Value::null(view.block.span), |entry| entry.value)
}
