//! CloudFormation and SAM: templates to the resources that a deployment of them makes.
//!
//! A template is a document with `Resources`. Its parameters take the values given on the command
//! line, then their defaults; conditions are three-valued; every intrinsic function is evaluated as
//! far as the text determines it (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/>).
//! A template that another one deploys as a nested stack is evaluated there, with the parameters it
//! gets, and not by itself: by itself it is never deployed.

mod call;
mod condition;
mod function;
mod looping;
mod parameter;
mod policies;
mod reference;
mod sam;
mod sam_resources;
mod stack;
#[cfg(test)]
mod tests;
mod text;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use foldhash::HashMap;

use super::{Built, Context, Model};
use crate::format::Document;
use crate::resource::{Domain, Gap, GapKind, Scope};
use crate::source::{SourceId, Span};
use crate::value::{Map, Value};

use stack::Stack;

/// The model of CloudFormation templates.
pub const MODEL: Model = Model { domain: Domain::CloudFormation, build };

/// A template that was read.
struct Template<'a> {
    source: SourceId,
    /// Absolute path, for relative references.
    file: &'a str,
    /// Path as the user named it.
    path: Arc<str>,
    root: &'a Map,
}

impl Template<'_> {
    /// The macros that process the template, as written.
    fn transforms(&self) -> impl Iterator<Item = &Value> {
        let transform = self.root.get("Transform");
        let list = transform.and_then(Value::as_list).map(|list| list.iter());
        let one = transform.filter(|value| value.as_list().is_none());
        list.into_iter().flatten().chain(one)
    }

    fn is_sam(&self) -> bool {
        self.transforms().any(|it| it.as_str().is_some_and(|name| name.starts_with("AWS::Serverless")))
    }
}

/// What all templates of the audit share.
struct World<'a> {
    ctx: &'a Context<'a>,
    templates: Vec<Template<'a>>,
    by_file: HashMap<&'a str, usize>,
    gaps: RefCell<Vec<Gap>>,
    steps: Cell<u64>,
    depth: Cell<u16>,
    exhausted: Cell<bool>,
}

/// Steps that are charged to the budget at a time.
const BATCH: u64 = 128;

/// Deepest recursion of the evaluator: a value within a property within a name and so on.
const MAX_RECURSION: u16 = 300;

impl World<'_> {
    fn gap(&self, template: &Template, kind: GapKind, span: Span, message: String, hint: Option<&str>) {
        let hint = hint.map(str::to_owned);
        self.gaps.borrow_mut().push(Gap { kind, path: template.path.clone(), span: Some(span), message, hint });
    }

    /// Counts values that are made; false once the budget is used up.
    fn step(&self, values: usize) -> bool {
        let steps = self.steps.get() + values as u64;
        self.steps.set(if steps < BATCH { steps } else { 0 });
        let budget = self.ctx.budget;
        if steps >= BATCH && (budget.steps(steps).is_err() || budget.nodes(steps).is_err()) {
            self.exhausted.set(true);
        }
        !self.exhausted.get()
    }

    /// Runs `work` one level deeper; `None` where that would be too deep.
    fn deeper<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let depth = self.depth.get();
        if depth >= MAX_RECURSION {
            return None;
        }
        self.depth.set(depth + 1);
        let result = work();
        self.depth.set(depth);
        Some(result)
    }
}

fn build(documents: &[&Document], ctx: &Context) -> Built {
    let templates = templates(documents, ctx);
    let mut used: Vec<SourceId> = templates.iter().map(|template| template.source).collect();
    used.dedup();
    let by_file = templates.iter().enumerate().map(|(n, template)| (template.file, n)).collect();
    let world = World {
        ctx,
        templates,
        by_file,
        gaps: RefCell::default(),
        steps: Cell::new(0),
        depth: Cell::new(0),
        exhausted: Cell::new(false),
    };
    let mut resources = Vec::new();
    for root in roots(&world) {
        let Some(template) = world.templates.get(root) else { continue };
        let scope = Scope { domain: Domain::CloudFormation, path: template.path.clone() };
        Stack::root(&world, root, template).resources(&scope, &mut resources);
    }
    if world.exhausted.get() {
        let message = "the steps of evaluation exceed the limit of this audit".to_owned();
        let path = world.templates.first().map_or_else(|| "".into(), |template| template.path.clone());
        world.gaps.borrow_mut().push(Gap { kind: GapKind::Limit, path, span: None, message, hint: None });
    }
    Built { resources, gaps: world.gaps.into_inner(), used }
}

fn templates<'a>(documents: &[&'a Document], ctx: &Context) -> Vec<Template<'a>> {
    let mut all = Vec::new();
    for document in documents {
        let path: Arc<str> = ctx.sources.get(document.source).map_or_else(|| "".into(), |source| source.path.clone());
        for value in document.body.documents() {
            if let Some(root) = value.as_map().filter(|root| is_template(root)) {
                all.push(Template { source: document.source, file: &document.path, path: path.clone(), root });
            }
        }
    }
    all
}

fn is_template(root: &Map) -> bool {
    let has_type = |value: &Value| value.get("Type").and_then(Value::as_str).is_some_and(|name| name.contains("::"));
    let resources = root.get("Resources").and_then(Value::as_map);
    root.get("AWSTemplateFormatVersion").is_some()
        || resources.is_some_and(|map| map.iter().any(|(_, entry)| has_type(&entry.value)))
        || resources.is_some() && root.get("Transform").is_some()
}

/// The templates that are deployed by themselves: those that no other deploys, and one of each
/// circle of templates that deploy each other.
fn roots(world: &World) -> Vec<usize> {
    let stacks = world.templates.iter().enumerate().map(|(n, template)| Stack::root(world, n, template));
    let nested: Vec<Vec<usize>> = stacks.map(|stack| stack.nested_templates()).collect();
    let mut deployed = vec![false; nested.len()];
    for (parent, children) in nested.iter().enumerate() {
        for child in children.iter().filter(|child| **child != parent) {
            deployed.get_mut(*child).into_iter().for_each(|place| *place = true);
        }
    }
    let mut reached = vec![false; nested.len()];
    let mut roots = Vec::new();
    let (first, rest): (Vec<usize>, Vec<usize>) =
        (0..nested.len()).partition(|n| deployed.get(*n).is_some_and(|deployed| !deployed));
    for root in first.into_iter().chain(rest) {
        if reached.get(root).copied().unwrap_or(true) {
            continue;
        }
        roots.push(root);
        let mut todo = vec![root];
        while let Some(next) = todo.pop() {
            if let Some(place) = reached.get_mut(next).filter(|place| !**place) {
                *place = true;
                todo.extend(nested.get(next).into_iter().flatten());
            }
        }
    }
    roots.sort_unstable();
    roots
}
