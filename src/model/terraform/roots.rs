//! The whole of it: which directories are root modules, and the resources of each.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::blocks;
use super::call_source;
use super::eval::Env;
use super::finish;
use super::inputs::{self, Inputs};
use super::instance::Instance;
use super::kubernetes;
use super::load::Loaded;
use super::module::{Item, Module, Modules, View, alias, modules};
use super::plan;
use super::state;
use super::world::{Root, World};
use crate::model::{Built, Context};
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::value::{Entry, Value};

/// Builds the resources of everything that was loaded.
pub(super) fn build(loaded: &Loaded, ctx: &Context) -> Built {
    let mut built = Built { used: loaded.used.clone(), ..Built::default() };
    let modules = modules(loaded, ctx, &mut built.gaps);
    let world = World::new(ctx, loaded, &modules);
    missing_var_files(loaded, ctx, &mut built.gaps);
    for dir in roots(loaded, &modules) {
        let Some(module) = modules.get(dir) else { continue };
        let scope = Scope { domain: Domain::Terraform, path: module.display.clone() };
        let root = Rc::new(Root { dir: dir.to_string(), scope });
        let inputs = inputs::root(loaded, ctx, dir);
        built.gaps.extend(defaults(module, &inputs));
        let instance = Rc::new(Instance::new(module, root, "".into(), String::new(), 0, inputs));
        world.instances.borrow_mut().push(instance.clone());
        visit(&world, &instance, &mut built.resources);
        // Callers and called hold each other; this lets go of all of them.
        world.instances.borrow_mut().drain(..).for_each(|instance| instance.forget());
    }
    for (source, data) in &loaded.plans {
        plan::build(&world, *source, data, &mut built.resources);
    }
    for (source, data) in &loaded.states {
        state::build(&world, *source, data, &mut built.resources);
    }
    built.gaps.extend(world.into_gaps());
    kubernetes::add(&mut built, ctx);
    built
}

/// What is built when the evaluation itself could not be run.
pub(super) fn refused(loaded: &Loaded, ctx: &Context) -> Built {
    let gap = |source: &crate::source::SourceId| Gap {
        kind: GapKind::Limit,
        path: ctx.sources.get(*source).map_or_else(|| Arc::from("?"), |source| source.path.clone()),
        span: None,
        message: "not evaluated: the evaluation could not be run".to_string(),
        hint: None,
    };
    Built { resources: Vec::new(), gaps: loaded.used.iter().map(gap).collect(), used: loaded.used.clone() }
}

/// Directories that are audited by themselves: those that no other calls, and of those that only call
/// each other the first.
fn roots<'d>(loaded: &'d Loaded, modules: &'d Modules) -> Vec<&'d str> {
    let installed: BTreeSet<&str> = loaded
        .installed
        .iter()
        .flat_map(|(root, calls)| calls.values().filter(move |dir| *dir != root))
        .map(String::as_str)
        .collect();
    let calls = |dir: &str| modules.get(dir).into_iter().flat_map(|module| module.local_sources()).collect::<Vec<_>>();
    let called: BTreeSet<String> =
        modules.keys().flat_map(|dir| calls(dir).into_iter().filter(move |to| to != dir)).collect();
    let hidden = |dir: &str| dir.contains("/.terraform/");
    let mut roots: Vec<&str> = modules
        .keys()
        .copied()
        .filter(|dir| !called.contains(*dir) && !installed.contains(dir) && !hidden(dir))
        .collect();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut todo: Vec<String> = roots.iter().map(ToString::to_string).collect();
    let mut rest = modules.keys().copied().filter(|dir| !installed.contains(dir) && !hidden(dir));
    loop {
        while let Some(dir) = todo.pop() {
            if reached.insert(dir.clone()) {
                todo.extend(calls(&dir));
            }
        }
        match rest.find(|dir| !reached.contains(*dir)) {
            Some(dir) => {
                roots.push(dir);
                todo.push(dir.to_string());
            }
            None => return roots,
        }
    }
}

/// What is said of a module that is audited by itself: which of its variables have their defaults.
fn defaults(module: &Module, inputs: &Inputs) -> Option<Gap> {
    let is_given = |name: &str| matches!(inputs, Inputs::Root(given) if given.contains_key(name));
    let with_default = module.variables.iter().filter(|(_, view)| view.attribute("default").is_some());
    let names: Vec<&str> = with_default.map(|(name, _)| &**name).filter(|name| !is_given(name)).collect();
    let (first, count) = (names.first()?, names.len());
    let words = match count {
        1 => format!("{first} has its default"),
        2 => format!("{first} and 1 more variable have their defaults"),
        _ => format!("{first} and {} more variables have their defaults", count - 1),
    };
    let hint = Some("--var-file and --var give other values".to_owned());
    let message = format!("audited by itself: {words}");
    Some(Gap { kind: GapKind::Note, path: module.display.clone(), span: None, message, hint })
}

fn missing_var_files(loaded: &Loaded, ctx: &Context, gaps: &mut Vec<Gap>) {
    for path in ctx.given.var_files.iter().filter(|path| !loaded.variables.contains_key(&***path)) {
        let name = path.rsplit('/').next().unwrap_or(path);
        gaps.push(Gap {
            kind: GapKind::Missing,
            path: name.into(),
            span: None,
            message: "this file of variables was not read as one".to_string(),
            hint: Some("give it a name that ends in .tfvars or .tfvars.json".to_string()),
        });
    }
}

/// Adds the resources of a module instance, and of those that it calls, in the order of the text.
fn visit<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, out: &mut Vec<Resource>) {
    let module = me.module;
    for item in &module.items {
        match item {
            Item::Resource(key) => {
                let Some(view) = module.resources.get(key) else { continue };
                let span = view.block.span;
                let kind: Arc<str> = if key.0 { format!("data.{}", key.1).into() } else { key.1.into() };
                let expanded = me.expanded(world, me, *key, span);
                for (address, attributes) in expanded.iter().flat_map(|expanded| &expanded.instances) {
                    let attributes = world.afresh(|| finish::documents(world, attributes));
                    let scope = me.root.scope.clone();
                    out.push(Resource { kind: kind.clone(), address: address.clone(), attributes, span, scope });
                }
            }
            Item::Call(name) => {
                out.extend(module.calls.get(name).map(|view| call(world, me, view)));
                if let Ok(calls) = me.call(world, me, name) {
                    calls.instances.iter().for_each(|instance| visit(world, instance, out));
                }
            }
            Item::Provider(index) => out.extend(module.providers.get(*index).map(|view| provider(world, me, view))),
            Item::Backend(index) => out.extend(module.backends.get(*index).map(|view| backend(world, me, view))),
        }
    }
}

fn provider<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, view: &View<'w>) -> Resource {
    let name = view.label(0);
    let alias = alias(view).map_or_else(String::new, |alias| format!(".{alias}"));
    plain(world, me, view, &format!("provider.{name}"), &format!("provider.{name}{alias}"))
}

fn backend<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, view: &View<'w>) -> Resource {
    let name = if &*view.block.kind == "cloud" { "cloud" } else { view.label(0) };
    let kind = format!("terraform.backend.{name}");
    plain(world, me, view, &kind, &kind)
}

/// A module call: not what it makes, but where its code comes from.
fn call<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, view: &View<'w>) -> Resource {
    let attributes = call_source::attributes(&Env { world, module: me, frame: None }, view);
    Resource {
        kind: "terraform.module".into(),
        address: format!("{}module.{}", me.prefix, view.label(0)).into(),
        attributes,
        span: view.block.span,
        scope: me.root.scope.clone(),
    }
}

/// A block that is a resource to an auditor though it is none to Terraform.
fn plain<'w>(world: &World<'w>, me: &Rc<Instance<'w>>, view: &View<'w>, kind: &str, address: &str) -> Resource {
    let env = Env { world, module: me, frame: None };
    let entries = blocks::content(&env, &view.attributes, &view.blocks, &[]);
    let attributes = Value::map(entries.into_iter().collect::<Vec<(Arc<str>, Entry)>>(), view.block.span);
    Resource {
        kind: kind.into(),
        address: format!("{}{address}", me.prefix).into(),
        attributes,
        span: view.block.span,
        scope: me.root.scope.clone(),
    }
}
