//! What a task inherits: keywords of its play and blocks, and the variables that it sees.
//!
//! Of the order in <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html> the part
//! that files decide is kept: role defaults, group variables, play, role, block and task. A variable that a
//! running play sets (`set_fact`, `register`, a prompt) is not known, wherever else it may be set as well.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::names;
use crate::source::Span;
use crate::value::{Map, Reason, Value};

/// Variables by name.
pub type Variables = BTreeMap<Arc<str>, Value>;

/// What is set outside of plays and roles.
#[derive(Debug, Default)]
pub struct Outside {
    /// Variables of groups and hosts; unknown where they differ.
    pub inventory: Variables,
    /// Names that a running play sets.
    pub runtime: BTreeSet<Arc<str>>,
}

/// The layers of variables, the weakest first.
#[derive(Clone, Debug)]
enum Layer {
    Defaults,
    Play,
    Role,
    Own,
}

/// Everything that a task inherits.
#[derive(Clone, Debug)]
pub struct Scope {
    outside: Rc<Outside>,
    defaults: Rc<Variables>,
    play: Rc<Variables>,
    role: Rc<Variables>,
    own: Rc<Variables>,
    keywords: BTreeMap<&'static str, Value>,
    /// The variable of the loop that a task is in.
    item: Option<(Arc<str>, Value)>,
    /// Variables of unknown names are set on the way: which file they are in is itself a template.
    opaque: bool,
}

impl Scope {
    /// The scope of a file that nothing uses.
    pub fn new(outside: Rc<Outside>) -> Scope {
        let none = Rc::<Variables>::default();
        Scope {
            outside,
            defaults: none.clone(),
            play: none.clone(),
            role: none.clone(),
            own: none,
            keywords: BTreeMap::new(),
            item: None,
            opaque: false,
        }
    }

    /// The value of a variable as written.
    pub fn variable(&self, name: &str, span: Span) -> Value {
        if let Some((_, value)) = self.item.as_ref().filter(|(item, _)| **item == *name) {
            return value.clone();
        }
        if self.outside.runtime.contains(name) {
            return Value::unknown(Reason::Running, name, span);
        }
        let strong = self.own.get(name).or_else(|| self.role.get(name));
        if let Some(value) = strong {
            return value.clone();
        }
        if self.opaque {
            return Value::unknown(Reason::File, name, span);
        }
        let weak = self.play.get(name).or_else(|| self.outside.inventory.get(name)).or_else(|| self.defaults.get(name));
        weak.cloned().unwrap_or_else(|| Value::unknown(Reason::Variable, name, span))
    }

    /// A keyword that was inherited.
    pub fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.get(name)
    }

    /// Within a play or a block: its keywords, and its variables as `layer` says.
    pub fn within_play(&self, play: &Map, files: &Variables, opaque: bool) -> Scope {
        let mut scope = self.clone();
        scope.take_keywords(play);
        scope.opaque |= opaque;
        // `vars_files` are stronger than `vars`.
        let vars = own_variables(play);
        let all = vars.into_iter().chain(files.iter().map(|(name, value)| (name.clone(), value.clone())));
        scope.lay(&Layer::Play, all);
        scope
    }

    /// Within a block, a task, an import or an entry of `roles`.
    pub fn within(&self, block: &Map) -> Scope {
        let mut scope = self.clone();
        scope.take_keywords(block);
        scope.lay(&Layer::Own, own_variables(block).into_iter());
        scope
    }

    /// Within a role: its defaults and variables.
    pub fn within_role(&self, defaults: &Variables, variables: &Variables) -> Scope {
        let mut scope = self.clone();
        let clones =
            |from: &Variables| from.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>();
        scope.lay(&Layer::Defaults, clones(defaults).into_iter());
        scope.lay(&Layer::Role, clones(variables).into_iter());
        scope
    }

    /// The same where files of unknown names set variables.
    pub fn opaque(mut self) -> Scope {
        self.opaque = true;
        self
    }

    /// The same within a loop whose variable has this value.
    pub fn in_loop(mut self, name: &str, value: Value) -> Scope {
        self.item = Some((name.into(), value));
        self
    }

    /// These variables too, as parameters of a role.
    pub fn with(&self, more: impl Iterator<Item = (Arc<str>, Value)>) -> Scope {
        let mut scope = self.clone();
        scope.lay(&Layer::Own, more);
        scope
    }

    fn lay(&mut self, layer: &Layer, more: impl Iterator<Item = (Arc<str>, Value)>) {
        let place = match layer {
            Layer::Defaults => &mut self.defaults,
            Layer::Play => &mut self.play,
            Layer::Role => &mut self.role,
            Layer::Own => &mut self.own,
        };
        let mut more = more.peekable();
        if more.peek().is_some() {
            Rc::make_mut(place).extend(more);
        }
    }

    fn take_keywords(&mut self, from: &Map) {
        for name in names::INHERITED {
            if let Some(value) = from.get(name) {
                self.keywords.insert(name, value.clone());
            }
        }
    }

    /// What holds whichever of two users of a file it is: where they differ it is not known.
    pub fn joined(&self, other: &Scope) -> Scope {
        let mut scope = self.clone();
        for name in names::INHERITED {
            let value = match (self.keywords.get(name), other.keywords.get(name)) {
                (None, None) => continue,
                (Some(one), Some(two)) if alike(one, two) => continue,
                (Some(one), Some(two)) => either(name, one, two),
                (Some(one), None) | (None, Some(one)) => either(name, one, &Value::null(one.span)),
            };
            scope.keywords.insert(name, value);
        }
        scope.play = both(&self.play, &other.play);
        scope.role = both(&self.role, &other.role);
        scope.own = both(&self.own, &other.own);
        scope.defaults = both(&self.defaults, &other.defaults);
        scope.opaque |= other.opaque;
        scope
    }

    /// True if nothing tells them apart.
    pub fn same(&self, other: &Scope) -> bool {
        let all = |a: &Variables, b: &Variables| {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| alike(value, other)))
        };
        let keywords = self.keywords.len() == other.keywords.len()
            && self.keywords.iter().all(|(name, value)| other.keywords.get(name).is_some_and(|it| alike(value, it)));
        keywords
            && self.opaque == other.opaque
            && all(&self.play, &other.play)
            && all(&self.role, &other.role)
            && all(&self.own, &other.own)
            && all(&self.defaults, &other.defaults)
    }
}

/// The variables of `vars:`; a play of old may have a list of maps.
pub fn own_variables(map: &Map) -> Vec<(Arc<str>, Value)> {
    let vars = map.get("vars");
    let list = vars.and_then(Value::as_list).map(|list| list.to_vec());
    let maps = list.unwrap_or_else(|| vars.cloned().into_iter().collect());
    let maps = maps.iter().filter_map(Value::as_map);
    maps.flat_map(Map::iter).map(|(name, entry)| (name.clone(), entry.value.clone())).collect()
}

/// Variables that two have: those on which they do not agree are not known.
pub fn both(one: &Rc<Variables>, two: &Rc<Variables>) -> Rc<Variables> {
    if Rc::ptr_eq(one, two) {
        return one.clone();
    }
    let mut all = Variables::new();
    for (name, value) in one.iter().chain(two.iter()) {
        let (a, b) = (one.get(name), two.get(name));
        let value = match (a, b) {
            (Some(a), Some(b)) if alike(a, b) => value.clone(),
            (Some(a), Some(b)) => either(name, a, b),
            _ => differs(name, value.span),
        };
        all.insert(name.clone(), value);
    }
    Rc::new(all)
}

/// The value of what differs between hosts or plays.
pub fn differs(name: &str, span: Span) -> Value {
    Value::unknown(Reason::Condition, format!("{name}, which differs between those that use it"), span)
}

/// One of two values, depending on who uses it.
fn either(name: &str, one: &Value, two: &Value) -> Value {
    let what = format!("{name}, which differs between those that use it");
    Value::one_of([one.clone(), two.clone()], Reason::Condition, what, one.span)
}

fn alike(one: &Value, two: &Value) -> bool {
    let (Some(a), Some(b)) = (one.as_unknown(), two.as_unknown()) else { return one == two };
    let choices = |value: &Value| value.choices().map(<[Value]>::to_vec);
    a.what == b.what && choices(one) == choices(two)
}
