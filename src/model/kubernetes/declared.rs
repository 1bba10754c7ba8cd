//! Objects that another language declares, as Terraform's provider for Kubernetes does: what a manifest of
//! the same content would yield, under the names that the other language has for them.

use std::sync::Arc;

use foldhash::HashSet;

use super::Maker;
use super::link::Links;
use super::object::{Found, Object};
use super::reach;
use crate::model::Context;
use crate::resource::{Gap, Resource, Scope};
use crate::source::SourceId;
use crate::value::Value;

/// An object that another language declares.
pub(in crate::model) struct Declared {
    /// What the other language calls it.
    pub address: Arc<str>,
    /// The file that it stands in.
    pub source: SourceId,
    /// The object in Kubernetes' own spelling.
    pub manifest: Value,
    /// Where its pod template stands; `None` to look for one everywhere.
    pub template: Option<&'static [&'static str]>,
}

/// What follows from an object.
#[derive(Default)]
pub(in crate::model) struct Derived {
    /// Attributes that say what it refers to.
    pub more: Vec<(&'static str, Value)>,
    /// Its pods and containers.
    pub resources: Vec<Resource>,
}

/// What follows from objects that are deployed together, one by one.
pub(in crate::model) fn derive(all: Vec<Declared>, scope: &Scope, ctx: &Context) -> (Vec<Derived>, Vec<Gap>) {
    let places: Vec<Option<Object>> = all.into_iter().map(Declared::object).collect();
    let has_object: Vec<bool> = places.iter().map(Option::is_some).collect();
    let objects: Vec<Object> = places.into_iter().flatten().collect();
    let links = Links::of(&objects);
    let mut maker = Maker { ctx, scope: scope.clone(), resources: Vec::new(), gaps: Vec::new(), full: false };
    let mut rest = objects.iter();
    let mut one = |has_object: bool| {
        let Some(object) = has_object.then(|| rest.next()).flatten() else { return Derived::default() };
        let more = links.of_object(object, ctx.budget).unwrap_or_else(|exceeded| {
            maker.limit(object, &exceeded.to_string());
            Vec::new()
        });
        maker.pods(object, &links);
        Derived { more, resources: std::mem::take(&mut maker.resources) }
    };
    let derived = has_object.into_iter().map(&mut one).collect();
    (derived, maker.gaps)
}

impl Declared {
    fn object(self) -> Option<Object> {
        let kind = self.manifest.get("kind")?.as_str()?.into();
        let template = self.template.and_then(|path| reach(&self.manifest, path)).cloned();
        let found = Found { source: self.source, kind, value: self.manifest, earlier: Vec::new() };
        let object = found.object(&HashSet::default())?;
        Some(Object { address: self.address, template, ..object })
    }
}
