//! What the files of one directory declare together, override files merged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use super::load::{File, Loaded};
use crate::format::hcl::{Attribute, Block, Body, ExprKind};
use crate::model::Context;
use crate::model::resolved;
use crate::resource::{Gap, GapKind};
use crate::source::Span;

/// A block as it counts: its own content with that of override files laid over it.
#[derive(Clone)]
pub(super) struct View<'d> {
    /// The block that was overridden, or that simply is.
    pub block: &'d Block,
    /// The attributes that count.
    pub attributes: Vec<&'d Attribute>,
    /// The nested blocks that count.
    pub blocks: Vec<&'d Block>,
}

impl<'d> View<'d> {
    /// The block as it stands.
    pub fn of(block: &'d Block) -> Self {
        View { block, attributes: block.body.attributes.iter().collect(), blocks: block.body.blocks.iter().collect() }
    }

    /// The attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&'d Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name).copied()
    }

    /// The label at `index`, empty if there is none.
    pub fn label(&self, index: usize) -> &'d str {
        self.block.labels.get(index).map_or("", |label| label)
    }

    /// Lays an override over it: attributes one by one, nested blocks by all those of a type.
    fn lay(&mut self, over: &'d Block) {
        for attribute in &over.body.attributes {
            match self.attributes.iter_mut().find(|own| own.name == attribute.name) {
                Some(own) => *own = attribute,
                None => self.attributes.push(attribute),
            }
        }
        let kinds: BTreeSet<&str> = over.body.blocks.iter().map(block_type).collect();
        self.blocks.retain(|block| !kinds.contains(block_type(block)));
        self.blocks.extend(&over.body.blocks);
    }
}

/// The type of nested block that a block makes, `dynamic` or not.
fn block_type(block: &Block) -> &str {
    let dynamic = if &*block.kind == "dynamic" { block.labels.first() } else { None };
    dynamic.unwrap_or(&block.kind)
}

/// Names a resource within its module: data source or not, type, name.
pub(super) type ResourceKey<'d> = (bool, &'d str, &'d str);

/// A resource as an expression names it; found among the [`ResourceKey`]s.
#[derive(Hash)]
pub(super) struct Wanted<'e>(pub bool, pub &'e str, pub &'e str);

impl std::fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}.{}", if self.0 { "data." } else { "" }, self.1, self.2)
    }
}

impl indexmap::Equivalent<ResourceKey<'_>> for Wanted<'_> {
    fn equivalent(&self, key: &ResourceKey<'_>) -> bool {
        (self.0, self.1, self.2) == *key
    }
}

/// What is to be visited, in the order of the text.
#[derive(Clone, Copy)]
pub(super) enum Item<'d> {
    /// A resource or data source.
    Resource(ResourceKey<'d>),
    /// A module call.
    Call(&'d str),
    /// The provider configuration at this index.
    Provider(usize),
    /// The backend block at this index.
    Backend(usize),
}

/// The declarations of one directory.
#[derive(Default)]
pub(super) struct Module<'d> {
    /// The directory, absolute and normalised.
    pub dir: &'d str,
    /// The directory as the user knows it.
    pub display: Arc<str>,
    pub variables: IndexMap<&'d str, View<'d>>,
    pub locals: IndexMap<&'d str, &'d Attribute>,
    pub outputs: IndexMap<&'d str, View<'d>>,
    pub resources: IndexMap<ResourceKey<'d>, View<'d>>,
    pub calls: IndexMap<&'d str, View<'d>>,
    pub providers: Vec<View<'d>>,
    pub backends: Vec<View<'d>>,
    pub items: Vec<Item<'d>>,
}

/// All modules, by directory.
pub(super) type Modules<'d> = BTreeMap<&'d str, Module<'d>>;

/// Groups the files by directory and merges each group.
pub(super) fn modules<'d>(loaded: &'d Loaded<'d>, ctx: &Context, gaps: &mut Vec<Gap>) -> Modules<'d> {
    let mut files: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in &loaded.configs {
        files.entry(file.dir).or_default().push(file);
    }
    let mut modules = Modules::new();
    for (dir, mut list) in files {
        list.sort_by_key(|file| file.name);
        let path = list.first().and_then(|file| ctx.sources.get(file.source)).map(|source| source.path.clone());
        let display = path.as_deref().and_then(|path| path.rsplit_once('/')).map_or(".", |(dir, _)| dir);
        let mut module = Module { dir, display: display.into(), ..Module::default() };
        for file in list.iter().filter(|file| !is_override(file.name)) {
            module.add(&file.body().blocks, &mut |span, message| gaps.push(twice(ctx, span, message)));
        }
        for file in list.iter().filter(|file| is_override(file.name)) {
            module.lay(file.body());
        }
        modules.insert(dir, module);
    }
    modules
}

fn twice(ctx: &Context, span: Span, what: String) -> Gap {
    let path = ctx.sources.get(span.source).map_or_else(|| Arc::from("?"), |source| source.path.clone());
    let message = format!("{what} is declared twice in this directory, only the first one is read");
    Gap { kind: GapKind::Unparsed, path, span: Some(span), message, hint: None }
}

fn is_override(name: &str) -> bool {
    let stem = [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().find_map(|end| name.strip_suffix(end));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

impl<'d> Module<'d> {
    fn add(&mut self, blocks: &'d [Block], twice: &mut dyn FnMut(Span, String)) {
        for block in blocks {
            let view = View::of(block);
            let (first, second) = (view.label(0), view.label(1));
            let fresh = match &*block.kind {
                "variable" => insert(&mut self.variables, first, view),
                "output" => insert(&mut self.outputs, first, view),
                "locals" => {
                    let add = |fresh, local: &'d Attribute| insert(&mut self.locals, &*local.name, local) && fresh;
                    block.body.attributes.iter().fold(true, add)
                }
                "module" => {
                    self.items.push(Item::Call(first));
                    insert(&mut self.calls, first, view)
                }
                "resource" | "data" => {
                    let key = (&*block.kind == "data", first, second);
                    let fresh = insert(&mut self.resources, key, view);
                    if fresh {
                        self.items.push(Item::Resource(key));
                    }
                    fresh
                }
                "provider" => {
                    self.items.push(Item::Provider(self.providers.len()));
                    self.providers.push(view);
                    true
                }
                "terraform" => {
                    self.add_backends(block);
                    true
                }
                // `moved`, `import`, `removed`, `check` and what later versions bring declare no resource,
                // except for the data source that a check may hold.
                "check" => {
                    self.add(&block.body.blocks, twice);
                    true
                }
                _ => true,
            };
            if !fresh {
                twice(block.span, format!("{} {}", block.kind, block.labels.join(".")));
            }
        }
    }

    fn add_backends(&mut self, block: &'d Block) {
        for backend in block.body.blocks.iter().filter(|b| matches!(&*b.kind, "backend" | "cloud")) {
            self.items.push(Item::Backend(self.backends.len()));
            self.backends.push(View::of(backend));
        }
    }

    /// Lays an override file over what the other files declare.
    fn lay(&mut self, body: &'d Body) {
        for block in &body.blocks {
            let view = View::of(block);
            let (first, second) = (view.label(0), view.label(1));
            let target = match &*block.kind {
                "variable" => self.variables.get_mut(first),
                "output" => self.outputs.get_mut(first),
                "module" => self.calls.get_mut(first),
                "resource" | "data" => self.resources.get_mut(&Wanted(&*block.kind == "data", first, second)),
                "provider" => {
                    let alias = alias(&view);
                    self.providers.iter_mut().find(|own| own.label(0) == first && self::alias(own) == alias)
                }
                "locals" => {
                    self.locals.extend(block.body.attributes.iter().map(|local| (&*local.name, local)));
                    continue;
                }
                "terraform" => {
                    if block.body.blocks.iter().any(|b| matches!(&*b.kind, "backend" | "cloud")) {
                        self.backends.clear();
                        self.items.retain(|item| !matches!(item, Item::Backend(_)));
                        self.add_backends(block);
                    }
                    continue;
                }
                _ => continue,
            };
            match target {
                Some(own) => own.lay(block),
                // An override of nothing is an error in Terraform; what it declares is still there to see.
                None => self.add(std::slice::from_ref(block), &mut |_, _| {}),
            }
        }
    }

    /// The local directories that its calls name.
    pub fn local_sources(&self) -> impl Iterator<Item = String> {
        self.calls.values().filter_map(|call| match &call.attribute("source")?.expr.kind {
            ExprKind::String(source) if is_local(source) => Some(resolved(self.dir, source)),
            _ => None,
        })
    }
}

/// The alias of a provider configuration, if it has one.
pub(super) fn alias<'d>(view: &View<'d>) -> Option<&'d str> {
    match &view.attribute("alias")?.expr.kind {
        ExprKind::String(alias) => Some(alias),
        _ => None,
    }
}

/// True if a module source names a directory beside the calling module.
pub(super) fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || matches!(source, "." | "..")
}

/// Inserts unless the key is there; false if it is.
fn insert<K: std::hash::Hash + Eq, V>(map: &mut IndexMap<K, V>, key: K, value: V) -> bool {
    let vacant = !map.contains_key(&key);
    if vacant {
        map.insert(key, value);
    }
    vacant
}
