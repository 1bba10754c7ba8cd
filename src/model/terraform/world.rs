//! What an evaluation shares: the modules, the budget, the gaps, and what is remembered about values
//! that the values themselves do not say.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::instance::Instance;
use super::load::Loaded;
use super::module::Modules;
use crate::model::Context;
use crate::resource::{Gap, GapKind, Scope};
use crate::source::{SourceId, Span};
use crate::value::{Data, Reason, Value};

/// Deepest chain of evaluations (expressions within expressions, locals that use locals). The thread
/// that evaluates has a stack for it, see [`super::build`].
pub(super) const MAX_CHAIN: u32 = 1_500;

/// Steps that one attribute, local, output or variable may take (some tenths of a second).
const MAX_STEPS_EACH: u64 = 1_000_000;

/// Longest text that an expression may make, in bytes.
pub(super) const MAX_TEXT: usize = 4 << 20;

/// Everything that is shared.
pub(super) struct World<'w> {
    pub ctx: &'w Context<'w>,
    pub loaded: &'w Loaded<'w>,
    pub modules: &'w Modules<'w>,
    /// Every instance of a module made so far.
    pub instances: RefCell<Vec<Rc<Instance<'w>>>>,
    /// Values that are sets, and JSON texts with the structure they were made from.
    pub marks: Marks,
    gaps: RefCell<Gaps>,
    chain: Cell<u32>,
    steps: Cell<u64>,
    exhausted: Cell<bool>,
}

/// The root of a tree of modules.
pub(super) struct Root {
    /// Its directory.
    pub dir: String,
    /// What its resources are deployed with.
    pub scope: Scope,
}

#[derive(Default)]
struct Gaps {
    list: Vec<Gap>,
    seen: HashSet<(SourceId, Option<Span>, String)>,
}

impl<'w> World<'w> {
    pub fn new(ctx: &'w Context<'w>, loaded: &'w Loaded<'w>, modules: &'w Modules<'w>) -> Self {
        World {
            ctx,
            loaded,
            modules,
            instances: RefCell::default(),
            marks: Marks::default(),
            gaps: RefCell::default(),
            chain: Cell::new(0),
            steps: Cell::new(0),
            exhausted: Cell::new(false),
        }
    }

    /// Begins an evaluation within another; `None` when that would be too deep or too much.
    pub fn enter(&self, span: Span) -> Option<Entered<'_>> {
        if self.chain.get() >= MAX_CHAIN {
            self.limit(span, format!("expressions that depend on each other more than {MAX_CHAIN} levels deep"));
            return None;
        }
        self.charge(1, span).then(|| {
            self.chain.set(self.chain.get() + 1);
            Entered(&self.chain)
        })
    }

    /// Takes `n` steps; false when there are none left.
    pub fn charge(&self, n: u64, span: Span) -> bool {
        if self.exhausted.get() {
            return false;
        }
        let steps = self.steps.get().saturating_add(n);
        if steps > MAX_STEPS_EACH {
            self.limit(span, format!("an expression of more than {MAX_STEPS_EACH} steps"));
            return false;
        }
        self.steps.set(steps);
        if let Err(limit) = self.ctx.budget.steps(n) {
            self.exhausted.set(true);
            self.limit(span, limit.to_string());
            return false;
        }
        true
    }

    /// Runs `f` with steps of its own, as for a local or an attribute.
    pub fn afresh<T>(&self, f: impl FnOnce() -> T) -> T {
        let outer = self.steps.replace(0);
        let result = f();
        self.steps.set(outer);
        result
    }

    /// The value of something that a limit cut off.
    pub fn cut(&self, span: Span) -> Value {
        Value::unknown(Reason::Budget, "limit of the evaluation", span)
    }

    /// Notes that a limit was reached at `span`.
    pub fn limit(&self, span: Span, what: String) {
        self.gap(GapKind::Limit, span, format!("{what}; not evaluated further"), None);
    }

    /// Notes a gap, once for each place and message; a limit once for each file and message, because
    /// whatever needs what was cut off is cut off as well.
    pub fn gap(&self, kind: GapKind, span: Span, message: String, hint: Option<String>) {
        let mut gaps = self.gaps.borrow_mut();
        let place = (kind != GapKind::Limit).then_some(span);
        if gaps.seen.len() < 10_000 && gaps.seen.insert((span.source, place, message.clone())) {
            let path = self.ctx.sources.get(span.source).map_or_else(|| Arc::from("?"), |source| source.path.clone());
            gaps.list.push(Gap { kind, path, span: Some(span), message, hint });
        }
    }

    /// The gaps noted, in order.
    pub fn into_gaps(self) -> Vec<Gap> {
        self.gaps.into_inner().list
    }

    /// The directory that `terraform init` put the call at `path` (`a.b`) of `root` in.
    pub fn installed(&self, root: &str, path: &str) -> Option<&'w str> {
        let calls: &BTreeMap<String, String> = self.loaded.installed.get(root)?;
        calls.get(path).map(String::as_str)
    }
}

/// An evaluation that ends when this is dropped.
pub(super) struct Entered<'c>(&'c Cell<u32>);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// What is known about particular values beyond what they are. A value is recognised by the memory it
/// shares with its copies; each mark keeps a copy, so that the memory is not used again.
#[derive(Default)]
pub(super) struct Marks {
    sets: RefCell<HashMap<usize, Value>>,
    json: RefCell<HashMap<usize, (Value, Value)>>,
    holes: RefCell<HashMap<usize, (Value, Vec<Value>)>>,
    plain: RefCell<HashMap<usize, (Value, Value)>>,
}

impl Marks {
    /// Marks a list as a set.
    pub fn set(&self, value: Value) -> Value {
        if let Some(key) = identity(&value) {
            self.sets.borrow_mut().insert(key, value.clone());
        }
        value
    }

    /// True if this list is a set.
    pub fn is_set(&self, value: &Value) -> bool {
        identity(value).is_some_and(|key| self.sets.borrow().contains_key(&key))
    }

    /// Remembers the structure that a JSON text was made from.
    pub fn json(&self, text: Value, structure: Value) -> Value {
        if let Some(key) = identity(&text) {
            self.json.borrow_mut().insert(key, (text.clone(), structure));
        }
        text
    }

    /// Remembers the text that was encoded.
    pub fn encoded(&self, value: Value, plain: Value) -> Value {
        if let Some(key) = identity(&value) {
            self.plain.borrow_mut().insert(key, (value.clone(), plain));
        }
        value
    }

    /// The text that was encoded, if this is what was made of it.
    pub fn plain(&self, value: &Value) -> Option<Value> {
        let key = identity(value)?;
        self.plain.borrow().get(&key).map(|(_, plain)| plain.clone())
    }

    /// Remembers what stands in the place of each unknown piece of a text.
    pub fn with_holes(&self, text: Value, holes: Vec<Value>) -> Value {
        if let Some(key) = identity(&text) {
            self.holes.borrow_mut().insert(key, (text.clone(), holes));
        }
        text
    }

    /// What stands in the place of each unknown piece of this very text; empty if nobody said.
    pub fn holes(&self, text: &Value) -> Vec<Value> {
        let holes = self.holes.borrow();
        identity(text).and_then(|key| holes.get(&key)).map_or_else(Vec::new, |(_, holes)| holes.clone())
    }

    /// The structure that this very text was made from.
    pub fn structure(&self, text: &Value) -> Option<Value> {
        let key = identity(text)?;
        self.json.borrow().get(&key).map(|(_, structure)| structure.clone())
    }
}

/// The address of the memory that holds the value, where it has any of its own.
fn identity(value: &Value) -> Option<usize> {
    match &value.data {
        Data::String(text) if !text.is_empty() => Some(text.as_ptr().addr()),
        Data::List(list) if !list.is_empty() => Some(list.as_ptr().addr()),
        Data::Unknown(unknown) => Some(Arc::as_ptr(unknown).addr()),
        _ => None,
    }
}
