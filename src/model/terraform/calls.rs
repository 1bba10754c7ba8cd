//! Module calls: which directory is meant, the instances, and the outputs as the caller sees them.

use std::rc::Rc;
use std::sync::Arc;

use super::eval::Env;
use super::expansion::{Expansion, expansion};
use super::inputs::Inputs;
use super::instance::Instance;
use super::module::{Module, View, is_local};
use super::operators::number;
use super::text::{as_text, invalid, unknown_at};
use super::world::World;
use crate::model::resolved;
use crate::resource::GapKind;
use crate::source::Span;
use crate::value::{Data, Number, Reason, Value};

/// Longest chain of modules that call each other.
const MAX_DEPTH: usize = 32;

/// The instances of one call.
pub(super) struct Calls<'w> {
    name: Arc<str>,
    expansion: Expansion,
    /// The instances in order; none if the module was not read.
    pub instances: Vec<Rc<Instance<'w>>>,
    /// Why there are no instances, if the module was not read.
    absent: Option<Reason>,
}

impl<'w> Calls<'w> {
    /// Makes the instances of a call.
    pub fn make(world: &World<'w>, me: &Rc<Instance<'w>>, name: &str, view: &'w View<'w>) -> Self {
        let env = Env { world, module: me, frame: None };
        let path = if me.path.is_empty() { name.to_string() } else { format!("{}.{name}", me.path) };
        let mut calls = Calls { name: name.into(), expansion: Expansion::Single, instances: Vec::new(), absent: None };
        let Some(module) = find(&env, view, &path) else {
            calls.absent = Some(Reason::Module);
            return calls;
        };
        if me.depth >= MAX_DEPTH || is_within(me, module) {
            world.limit(view.block.span, format!("module {name} calls itself, or too many others in a row"));
            calls.absent = Some(Reason::Budget);
            return calls;
        }
        calls.expansion = expansion(&env, view);
        for one in calls.expansion.each(view.block.span) {
            if let Err(limit) = world.ctx.budget.instances(1) {
                world.limit(view.block.span, limit.to_string());
                break;
            }
            let prefix = format!("{}module.{name}{}.", me.prefix, one.suffix).into();
            let inputs = Inputs::Call { parent: me.clone(), view, frames: one.frames };
            let instance = Instance::new(module, me.root.clone(), prefix, path.clone(), me.depth + 1, inputs);
            let instance = Rc::new(instance);
            world.instances.borrow_mut().push(instance.clone());
            calls.instances.push(instance);
        }
        calls
    }

    /// `module.name.output`, or `module.name[index].output`.
    pub fn output(&self, world: &World<'w>, index: Option<&Value>, output: &str, span: Span) -> Value {
        if let Some(absent) = self.absent(output, span) {
            return absent;
        }
        let of = |instance: Option<&Rc<Instance<'w>>>| match instance {
            Some(instance) => instance.output(world, instance, output, span),
            None => invalid(format!("module.{} has no such instance", self.name), span),
        };
        match (&self.expansion, index) {
            (Expansion::Single, None) => of(self.instances.first()),
            (Expansion::Unknown(why), _) => {
                let value = of(self.instances.first());
                undecided(why, span).with_refs(value.references())
            }
            (_, Some(index)) => match (&self.expansion, &index.data) {
                (_, Data::Unknown(unknown)) => unknown_at(unknown, span),
                (Expansion::Count(_), _) => match number(index) {
                    Some(Number::Int(n)) => of(usize::try_from(n).ok().and_then(|n| self.instances.get(n))),
                    _ => of(None),
                },
                (Expansion::Each(items), _) => {
                    let key = as_text(index);
                    of(items
                        .iter()
                        .position(|(name, _)| Some(name) == key.as_ref())
                        .and_then(|n| self.instances.get(n)))
                }
                _ => of(None),
            },
            (Expansion::Count(_) | Expansion::Each(_), None) => {
                invalid(format!("module.{} has several instances", self.name), span)
            }
        }
    }

    /// A list of objects with just this output, for `module.name[*].output`.
    pub fn column(&self, world: &World<'w>, output: &str, span: Span) -> Value {
        self.gathered(world, &[output], span)
    }

    /// The whole call: an object of all outputs, or a list or map of such objects.
    pub fn whole(&self, world: &World<'w>, span: Span) -> Value {
        let outputs: Vec<&str> =
            self.instances.first().map_or(Vec::new(), |first| first.module.outputs.keys().copied().collect());
        self.gathered(world, &outputs, span)
    }

    fn gathered(&self, world: &World<'w>, outputs: &[&str], span: Span) -> Value {
        if let Some(absent) = self.absent("", span) {
            return absent;
        }
        let object = |instance: &Rc<Instance<'w>>| {
            Value::object(outputs.iter().map(|output| (*output, instance.output(world, instance, output, span))), span)
        };
        match &self.expansion {
            Expansion::Single => self.instances.first().map_or_else(|| invalid("no instance", span), object),
            Expansion::Count(_) => Value::list(self.instances.iter().map(object).collect(), span),
            Expansion::Each(items) => {
                Value::object(items.iter().zip(&self.instances).map(|((key, _), one)| (key.clone(), object(one))), span)
            }
            Expansion::Unknown(why) => undecided(why, span),
        }
    }

    fn absent(&self, output: &str, span: Span) -> Option<Value> {
        let what =
            if output.is_empty() { format!("module.{}", self.name) } else { format!("module.{}.{output}", self.name) };
        self.absent.map(|reason| Value::unknown(reason, what, span))
    }
}

/// True if `module` is this instance's own or that of one of its callers: such calls have no end.
fn is_within<'w>(me: &Rc<Instance<'w>>, module: &Module<'w>) -> bool {
    let mut at = me;
    loop {
        match &at.inputs {
            _ if at.module.dir == module.dir => return true,
            Inputs::Call { parent, .. } => at = parent,
            Inputs::Root(_) => return false,
        }
    }
}

fn undecided(why: &Value, span: Span) -> Value {
    match &why.data {
        Data::Unknown(unknown) => Value::unknown(unknown.reason, unknown.what.clone(), span),
        _ => invalid("the number of instances", span),
    }
}

/// The module that a call means, if it was read; otherwise a gap says so.
fn find<'w>(env: &Env<'_, 'w>, view: &View<'w>, path: &str) -> Option<&'w Module<'w>> {
    let world = env.world;
    let root = &env.module.root.dir;
    let source = view.attribute("source").map(|source| env.eval(&source.expr));
    let source = source.as_ref().and_then(Value::as_str);
    let local = source.filter(|source| is_local(source) || source.starts_with('/'));
    let beside = local.and_then(|source| world.modules.get(&*resolved(env.module.module.dir, source)));
    let module = beside.or_else(|| world.installed(root, path).and_then(|dir| world.modules.get(dir)));
    if module.is_none() {
        let (name, shown) = (view.label(0), source.unwrap_or("(not known)"));
        let hint = match local {
            Some(local) => format!("add {local} (beside the calling module) to the audited paths"),
            None => "run `terraform init` first, or add the module's directory to the audited paths".to_string(),
        };
        let message = format!("module {name}: its source \"{shown}\" is not among what was read");
        world.gap(GapKind::Missing, view.block.span, message, Some(hint));
    }
    module
}
