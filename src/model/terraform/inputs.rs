//! Where the variables of a module instance get their values from.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::eval::Env;
use super::instance::Instance;
use super::load::Loaded;
use super::module::View;
use super::types::Type;
use super::world::World;
use crate::format::hcl::{Expr, Place, parse_expression};
use crate::model::Context;
use crate::model::resolved;
use crate::source::Span;
use crate::value::{Data, Reason, Unknown, Value};

/// The values that a module instance was given.
pub(super) enum Inputs<'w> {
    /// A root module: by files and on the command line.
    Root(BTreeMap<&'w str, Given<'w>>),
    /// A called module: by the arguments of the call.
    Call {
        /// The calling instance.
        parent: Rc<Instance<'w>>,
        /// The call.
        view: &'w View<'w>,
        /// `each` and `count` of the call.
        frames: Vec<(&'static str, Value)>,
    },
}

/// A value given to a root module.
pub(super) enum Given<'w> {
    /// In a variables file.
    Written(&'w Expr),
    /// On the command line, or in the environment.
    Text(&'w str),
}

/// The values for the root module in `dir`, by Terraform's precedence: the last one counts.
pub(super) fn root<'w>(loaded: &'w Loaded<'w>, ctx: &Context<'w>, dir: &str) -> Inputs<'w> {
    let environment = ctx.given.environment.iter();
    let mut given: BTreeMap<&str, Given> = environment.map(|(name, text)| (name.as_str(), Given::Text(text))).collect();
    let mut read = |path: &str| {
        for attribute in loaded.variables.get(path).iter().flat_map(|file| &file.body().attributes) {
            given.insert(&*attribute.name, Given::Written(&attribute.expr));
        }
    };
    read(&resolved(dir, "terraform.tfvars"));
    read(&resolved(dir, "terraform.tfvars.json"));
    // A BTreeMap goes through the paths in lexical order, as Terraform does.
    for (path, file) in &loaded.variables {
        if file.dir == dir && (file.name.ends_with(".auto.tfvars") || file.name.ends_with(".auto.tfvars.json")) {
            read(path);
        }
    }
    ctx.given.var_files.iter().for_each(|path| read(path));
    given.extend(ctx.given.variables.iter().map(|(name, text)| (name.as_str(), Given::Text(text))));
    Inputs::Root(given)
}

impl<'w> Inputs<'w> {
    /// The value of a variable, converted to its type.
    pub fn value(&self, world: &World<'w>, me: &Rc<Instance<'w>>, name: &str, view: &'w View<'w>) -> Value {
        let env = Env { world, module: me, frame: None };
        let span = view.block.span;
        let kind = view.attribute("type").map(|attribute| Type::parse(&attribute.expr));
        let given = match self {
            Inputs::Root(given) => given.get(name).map(|given| match given {
                Given::Written(expr) => env.eval(expr),
                Given::Text(text) => on_command_line(&env, text, kind.as_ref(), span),
            }),
            Inputs::Call { parent, view, frames } => view
                .attribute(name)
                .map(|argument| Instance::within(world, parent, frames, |env| env.eval(&argument.expr))),
        };
        let nullable =
            view.attribute("nullable").is_none_or(|nullable| env.eval(&nullable.expr).as_bool() != Some(false));
        let default = || view.attribute("default").map(|default| env.eval(&default.expr));
        let value = match given {
            Some(value) if value.is_null() && !nullable => default(),
            Some(value) => Some(value),
            None => default(),
        };
        let value = value.unwrap_or_else(|| missing(name, nullable, span));
        match kind {
            Some(kind) => kind.convert(&env, value),
            None => value,
        }
    }
}

fn missing(name: &str, nullable: bool, span: Span) -> Value {
    let unknown = Unknown { non_null: !nullable, ..Unknown::new(Reason::Variable, name) };
    Value { data: Data::Unknown(unknown.into()), span, refs: None }
}

/// A value given as text: itself for a string, an expression for anything else.
fn on_command_line(env: &Env, text: &str, kind: Option<&Type>, span: Span) -> Value {
    if matches!(kind, None | Some(Type::Any | Type::String)) {
        return Value::string(text, span);
    }
    match parse_expression(text, Place::At(span), env.world.ctx.budget) {
        Ok(expr) => env.eval(&expr),
        Err(_) => Value::string(text, span),
    }
}
