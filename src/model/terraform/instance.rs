//! One instance of a module: its variables, locals, outputs, resources and calls, each evaluated when
//! it is first asked for and remembered.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::HashMap;

use super::calls::Calls;
use super::eval::{Env, Frame};
use super::inputs::Inputs;
use super::module::{Module, ResourceKey, Wanted};
use super::resource::{self, Expanded};
use super::text::invalid;
use super::world::{Root, World};
use crate::source::Span;
use crate::value::{Reason, Reference, Value};

/// An instance of a module.
pub(super) struct Instance<'w> {
    pub module: &'w Module<'w>,
    pub root: Rc<Root>,
    /// What the addresses of its resources begin with: empty, or `module.a[0].`.
    pub prefix: Arc<str>,
    /// The calls that lead here, `a.b`, as `terraform init` names them.
    pub path: String,
    /// How many calls lead here.
    pub depth: usize,
    pub inputs: Inputs<'w>,
    memo: RefCell<HashMap<Node<'w>, Slot>>,
    expanded: RefCell<HashMap<ResourceKey<'w>, Rc<Expanded>>>,
    calls: RefCell<HashMap<&'w str, Rc<Calls<'w>>>>,
}

/// What is evaluated once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node<'w> {
    Variable(&'w str),
    Local(&'w str),
    Output(&'w str),
    Resource(ResourceKey<'w>),
    Call(&'w str),
    /// The default tags of the provider configuration at this index.
    Tags(usize),
}

enum Slot {
    Busy,
    Done(Value),
}

impl<'w> Instance<'w> {
    pub fn new(
        module: &'w Module<'w>,
        root: Rc<Root>,
        prefix: Arc<str>,
        path: String,
        depth: usize,
        inputs: Inputs<'w>,
    ) -> Self {
        Instance {
            module,
            root,
            prefix,
            path,
            depth,
            inputs,
            memo: RefCell::default(),
            expanded: RefCell::default(),
            calls: RefCell::default(),
        }
    }

    /// The value of `node`, made by `make` the first time; one that asks for itself is a cycle.
    pub fn once(
        &self,
        world: &World<'w>,
        node: Node<'w>,
        name: &dyn std::fmt::Display,
        span: Span,
        make: impl FnOnce() -> Value,
    ) -> Value {
        let before = {
            let mut memo = self.memo.borrow_mut();
            match memo.get(&node) {
                Some(Slot::Done(value)) => return value.clone(),
                Some(Slot::Busy) => return Value::unknown(Reason::Cycle, name.to_string(), span),
                None => memo.insert(node, Slot::Busy),
            }
        };
        debug_assert!(before.is_none());
        let value = world.afresh(make);
        self.memo.borrow_mut().insert(node, Slot::Done(value.clone()));
        value
    }

    /// `var.<name>`
    pub fn variable(&self, world: &World<'w>, me: &Rc<Instance<'w>>, name: &str, span: Span) -> Value {
        let Some((name, view)) = self.module.variables.get_key_value(name) else {
            return invalid(format!("var.{name} is not declared"), span);
        };
        self.once(world, Node::Variable(name), name, span, || self.inputs.value(world, me, name, view))
    }

    /// `local.<name>`
    pub fn local(&self, world: &World<'w>, me: &Rc<Instance<'w>>, name: &str, span: Span) -> Value {
        let Some((name, local)) = self.module.locals.get_key_value(name) else {
            return invalid(format!("local.{name} is not declared"), span);
        };
        self.once(world, Node::Local(name), name, span, || Env { world, module: me, frame: None }.eval(&local.expr))
    }

    /// The value of an output, as the calling module sees it.
    pub fn output(&self, world: &World<'w>, me: &Rc<Instance<'w>>, name: &str, span: Span) -> Value {
        let Some((name, view)) = self.module.outputs.get_key_value(name) else {
            return invalid(format!("there is no output {name}"), span);
        };
        let Some(value) = view.attribute("value") else { return invalid(format!("output {name} has no value"), span) };
        self.once(world, Node::Output(name), name, span, || Env { world, module: me, frame: None }.eval(&value.expr))
    }

    /// A resource as other expressions see it: an object, a list or map of objects, or unknown.
    pub fn resource(&self, world: &World<'w>, me: &Rc<Instance<'w>>, wanted: Wanted, span: Span) -> Value {
        let Some((key, _)) = self.module.resources.get_key_value(&wanted) else {
            return self.undeclared(&wanted, span);
        };
        let key = *key;
        self.once(world, Node::Resource(key), &wanted, span, || {
            let expanded = Rc::new(resource::expand(world, me, key));
            let value = expanded.whole.clone();
            self.expanded.borrow_mut().insert(key, expanded);
            value
        })
    }

    /// A resource that is not in what was read. Terraform would refuse it; in an excerpt of a
    /// configuration it is declared elsewhere, so that its attributes are set, to whatever.
    fn undeclared(&self, wanted: &Wanted, span: Span) -> Value {
        if !wanted.1.contains('_') {
            return invalid(format!("{wanted} is not declared"), span);
        }
        let address = format!("{}{wanted}", self.prefix).into();
        Value::map([], span).with_refs(&[Reference { address, attribute: "".into() }])
    }

    /// The instances of a resource.
    pub fn expanded(
        &self,
        world: &World<'w>,
        me: &Rc<Instance<'w>>,
        key: ResourceKey<'w>,
        span: Span,
    ) -> Option<Rc<Expanded>> {
        self.resource(world, me, Wanted(key.0, key.1, key.2), span);
        self.expanded.borrow().get(&key).cloned()
    }

    /// The instances of a module call; the error is the value of the whole call.
    pub fn call(&self, world: &World<'w>, me: &Rc<Instance<'w>>, name: &str) -> Result<Rc<Calls<'w>>, Value> {
        let here = self.module.calls.get_key_value(name);
        let Some((name, view)) = here else {
            let anywhere = Span::new(crate::source::SourceId(0), 0..0);
            return Err(invalid(format!("module.{name} is not declared"), anywhere));
        };
        let span = view.block.span;
        let state = self.once(world, Node::Call(name), name, span, || {
            let calls = Rc::new(Calls::make(world, me, name, view));
            self.calls.borrow_mut().insert(name, calls);
            Value::null(span)
        });
        self.calls.borrow().get(name).cloned().ok_or(state)
    }

    /// Lets go of all that it holds.
    pub fn forget(&self) {
        self.calls.borrow_mut().clear();
        self.expanded.borrow_mut().clear();
        self.memo.borrow_mut().clear();
    }

    /// An environment with these names, innermost last.
    pub fn within<T>(
        world: &World<'w>,
        me: &Rc<Instance<'w>>,
        frames: &[(&'static str, Value)],
        f: impl FnOnce(&Env<'_, 'w>) -> T,
    ) -> T {
        let frame = |index: usize, up| frames.get(index).map(|(name, value)| Frame { name, value: value.clone(), up });
        let first = frame(0, None);
        let second = frame(1, first.as_ref());
        f(&Env { world, module: me, frame: second.as_ref().or(first.as_ref()) })
    }
}
