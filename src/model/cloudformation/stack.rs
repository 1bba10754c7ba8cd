//! A template with its parameters: its resources, the stacks nested in it, its outputs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::HashMap;
use indexmap::IndexMap;

use super::looping::Item;
use super::{Template, World, policies, sam, sam_resources};
use crate::model::resolved;
use crate::resource::{GapKind, Resource, Scope};
use crate::source::Span;
use crate::value::{Entry, Value};

/// Stacks within stacks; CloudFormation itself has no use for more.
const MAX_NESTING: usize = 8;

/// What is kept of a resource besides its properties, where no property has that name.
const BESIDES: &[&str] = &["DeletionPolicy", "UpdateReplacePolicy", "Condition", "Metadata", "DependsOn"];

/// One deployment of a template.
pub(super) struct Stack<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) template: &'a Template<'a>,
    /// Templates from the root to this one.
    chain: Vec<usize>,
    /// What stands before the logical ids: `Nested.`, empty for a root.
    pub(super) prefix: String,
    /// Parameters that the parent passes.
    pub(super) given: HashMap<Arc<str>, Value>,
    pub(super) conditions: IndexMap<Arc<str>, Item>,
    pub(super) conditions_known: RefCell<HashMap<Arc<str>, Option<bool>>>,
    pub(super) resources: IndexMap<Arc<str>, Item>,
    outputs: IndexMap<Arc<str>, Item>,
    /// Nested stacks by logical id; `None` while one is being made, or if it was not read.
    children: RefCell<HashMap<Arc<str>, Option<Rc<Stack<'a>>>>>,
    /// How many names are being evaluated.
    pub(super) naming: Cell<usize>,
}

/// Where the template of a nested stack is.
enum Target<'v> {
    Read(usize),
    Elsewhere(&'static str, Option<&'v Value>),
}

impl<'a> Stack<'a> {
    /// The stack of a template that is deployed by itself.
    pub(super) fn root(world: &'a World<'a>, index: usize, template: &'a Template<'a>) -> Stack<'a> {
        Stack::new(world, template, vec![index], String::new(), HashMap::default())
    }

    fn new(
        world: &'a World<'a>,
        template: &'a Template<'a>,
        chain: Vec<usize>,
        prefix: String,
        given: HashMap<Arc<str>, Value>,
    ) -> Stack<'a> {
        let mut stack = Stack {
            world,
            template,
            chain,
            prefix,
            given,
            conditions: IndexMap::new(),
            conditions_known: RefCell::default(),
            resources: IndexMap::new(),
            outputs: IndexMap::new(),
            children: RefCell::default(),
            naming: Cell::new(0),
        };
        // Loops may use parameters, mappings and conditions, and nothing that comes later.
        stack.conditions = stack.items("Conditions");
        stack.resources = stack.items("Resources");
        stack.outputs = stack.items("Outputs");
        stack
    }

    pub(super) fn is_root(&self) -> bool {
        self.chain.len() == 1
    }

    fn items(&self, section: &str) -> IndexMap<Arc<str>, Item> {
        let mut items = Vec::new();
        if let Some(map) = self.template.root.get(section).and_then(Value::as_map) {
            self.expand(map, &[], &mut items);
        }
        items.into_iter().map(|item| (item.name.clone(), item)).collect()
    }

    /// All resources that a deployment makes, those of nested stacks after the stack itself.
    pub(super) fn resources(&self, scope: &Scope, out: &mut Vec<Resource>) {
        if self.is_root() {
            self.note_macros();
        }
        for (id, item) in &self.resources {
            if &**id == "Fn::Transform" {
                self.gap(GapKind::Missing, item.key, "a part of the resources comes from a macro that was not run");
                continue;
            }
            let Some(kind) = item.value.get("Type").and_then(Value::as_str) else {
                if is_module(&item.value) {
                    self.gap(GapKind::Missing, item.key, &format!("the module {id} was not expanded"));
                } else {
                    self.gap(GapKind::Unparsed, item.key, &format!("the resource {id} has no Type"));
                }
                continue;
            };
            let condition = item.value.get("Condition").and_then(|name| self.plain_text(name, &item.loops));
            if condition.is_some_and(|name| self.condition(&name) == Some(false)) {
                continue;
            }
            if let Err(exceeded) = self.world.ctx.budget.instances(1) {
                self.gap(GapKind::Limit, item.key, &exceeded.to_string());
                return;
            }
            let mut push = |kind: &str, id: &str, attributes: Value| {
                let address = format!("{}{id}", self.prefix).into();
                let span = item.key.join(item.value.span);
                out.push(Resource { kind: kind.into(), address, attributes, span, scope: scope.clone() });
            };
            let attributes = self.attributes(kind, item);
            let generated = sam_resources::of(kind, id, &attributes);
            push(kind, id, attributes);
            // What the template declares itself is not generated.
            for (kind, id, attributes) in generated.into_iter().filter(|it| it.1 == **id || !self.declares(&it.1)) {
                push(kind, &id, attributes);
            }
            if kind.ends_with("::MODULE") {
                let message = format!("the module {id} is kept in the account and was not read");
                self.gap(GapKind::Missing, item.key, &message);
            }
            if is_stack(kind) {
                self.enter(id, item, scope, out);
            }
        }
    }

    fn declares(&self, id: &str) -> bool {
        self.resources.contains_key(id)
    }

    /// The resources of a nested stack, or the gap that there are none.
    fn enter(&self, id: &str, item: &Item, scope: &Scope, out: &mut Vec<Resource>) {
        match (self.nested(id), self.target(item)) {
            (Some(nested), _) => nested.resources(scope, out),
            (None, Target::Elsewhere(what, place)) => {
                let span = place.map_or(item.key, |place| place.span);
                let message = format!("the template of the nested stack {id} was not read: {what}");
                let hint = Some("audit the template itself too, next to this one");
                self.world.gap(self.template, GapKind::Missing, span, message, hint);
            }
            (None, Target::Read(_)) => {
                self.gap(GapKind::Limit, item.key, &format!("the nested stack {id} deploys itself"));
            }
        }
    }

    fn attributes(&self, kind: &str, item: &Item) -> Value {
        let here = item.key.join(item.value.span);
        let written = item.value.get("Properties").cloned();
        let written = sam::with_globals(self.template, kind, &item.value, written);
        let properties = match &written {
            Some(written) => self.eval(written, &item.loops),
            None => None,
        };
        let properties = properties.unwrap_or_else(|| Value::object::<&str>([], here));
        let properties = policies::normalised(properties, self.world.ctx.budget);
        let Some(map) = properties.as_map() else { return properties };
        let besides = item.value.as_map().into_iter().flat_map(|all| all.iter());
        let besides = besides.filter(|(key, _)| BESIDES.contains(&&***key) && map.find(key).is_none());
        let besides = besides.filter_map(|(key, entry)| {
            let value = self.eval(&entry.value, &item.loops)?;
            Some((key.clone(), Entry { key: entry.key, value }))
        });
        let entries: Vec<_> = map.iter().map(|(key, entry)| (key.clone(), entry.clone())).chain(besides).collect();
        Value::map(entries, properties.span)
    }

    /// The value of an output.
    pub(super) fn output(&self, name: &str) -> Option<Value> {
        let item = self.outputs.get(name)?;
        let condition = item.value.get("Condition").and_then(|name| self.plain_text(name, &item.loops));
        if condition.is_some_and(|name| self.condition(&name) == Some(false)) {
            return None;
        }
        self.world.deeper(|| self.eval(item.value.get("Value")?, &item.loops)).flatten()
    }

    /// The nested stack with this logical id, if its template was read.
    pub(super) fn nested(&self, id: &str) -> Option<Rc<Stack<'a>>> {
        if let Some(known) = self.children.borrow().get(id) {
            return known.clone();
        }
        // While its parameters are evaluated it is not there, so that a circle ends.
        self.children.borrow_mut().insert(id.into(), None);
        let stack = self.world.deeper(|| self.make_nested(id)).flatten().map(Rc::new);
        self.children.borrow_mut().insert(id.into(), stack.clone());
        stack
    }

    fn make_nested(&self, id: &str) -> Option<Stack<'a>> {
        let item = self.resources.get(id)?;
        let Target::Read(index) = self.target(item) else { return None };
        if self.chain.len() >= MAX_NESTING || self.chain.contains(&index) {
            return None;
        }
        let template = self.world.templates.get(index)?;
        let passed = item.value.get("Properties").and_then(|properties| properties.get("Parameters"));
        let passed = passed.and_then(|passed| self.eval(passed, &item.loops));
        let passed = passed.as_ref().and_then(Value::as_map).into_iter().flat_map(|map| map.iter());
        let given = passed.map(|(name, entry)| (name.clone(), entry.value.clone())).collect();
        let chain = self.chain.iter().copied().chain([index]).collect();
        Some(Stack::new(self.world, template, chain, format!("{}{id}.", self.prefix), given))
    }

    /// The templates of the nested stacks that were read.
    pub(super) fn nested_templates(&self) -> Vec<usize> {
        let stacks =
            self.resources.values().filter(|item| item.value.get("Type").and_then(Value::as_str).is_some_and(is_stack));
        let targets = stacks.filter_map(|item| match self.target(item) {
            Target::Read(index) => Some(index),
            Target::Elsewhere(..) => None,
        });
        targets.collect()
    }

    fn target<'v>(&self, item: &'v Item) -> Target<'v> {
        // The CDK uploads the template under a name made at deployment, and says here what it uploads
        // (https://docs.aws.amazon.com/cdk/v2/guide/assets.html).
        let asset = item
            .value
            .get("Metadata")
            .filter(|it| it.get("aws:asset:property").and_then(Value::as_str) == Some("TemplateURL"));
        let properties = item.value.get("Properties");
        let written = asset.and_then(|asset| asset.get("aws:asset:path"));
        let written =
            written.or_else(|| properties.and_then(|it| it.get("TemplateURL").or_else(|| it.get("Location"))));
        let Some(place) = written else { return Target::Elsewhere("it names none", None) };
        let Some(value) = self.eval(place, &item.loops) else { return Target::Elsewhere("it names none", written) };
        let Some(url) = value.as_str() else {
            return Target::Elsewhere("its place is known only at deployment", written);
        };
        if url.contains("://") {
            return Target::Elsewhere("it is kept elsewhere", written);
        }
        let directory = self.template.file.rsplit_once('/').map_or("", |(directory, _)| directory);
        match self.world.by_file.get(&*resolved(directory, url)) {
            Some(index) => Target::Read(*index),
            None => Target::Elsewhere("the file is not among what was audited", written),
        }
    }

    /// True if a part of the template is written as a module.
    pub(super) fn has_modules(&self) -> bool {
        self.template.root.get("Modules").is_some() || self.resources.values().any(|item| is_module(&item.value))
    }

    /// Macros may rewrite the whole template; those of AWS that only add are known not to.
    fn note_macros(&self) {
        for transform in self.template.transforms() {
            let name = transform.get("Name").unwrap_or(transform).as_str().unwrap_or("?");
            if name == "AWS::Include" {
                self.gap(GapKind::Missing, transform.span, "a part of the template is kept in S3 and was not read");
            } else if !name.starts_with("AWS::") {
                let message = format!("the macro {name} was not run; the template is audited as it is written");
                self.gap(GapKind::Missing, transform.span, &message);
            }
        }
    }

    fn gap(&self, kind: GapKind, span: Span, message: &str) {
        self.world.gap(self.template, kind, span, message.to_owned(), None);
    }
}

/// Rain's `Type: !Rain::Module path`
/// (<https://aws-cloudformation.github.io/rain/>).
fn is_module(resource: &Value) -> bool {
    resource.get("Type").is_some_and(|kind| kind.as_map().is_some())
}

fn is_stack(kind: &str) -> bool {
    matches!(kind, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
}
