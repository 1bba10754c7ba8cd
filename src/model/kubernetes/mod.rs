//! Kubernetes manifests: objects, and the pods and containers that they describe.
//!
//! Every object is a resource. For each pod template within one there is a `kubernetes.pod`, and for
//! each container a `kubernetes.container` whose `securityContext` is the one in effect, so that a
//! rule about containers reads the same whether they run in a Deployment, a CronJob or an Argo Rollout.
//! Selectors, service accounts and role bindings become references, resolved over all files.

mod chart;
mod container;
mod declared;
mod kustomize;
mod link;
mod object;
mod pod;
mod program;
mod selector;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Built, Context, Model};
use crate::format::Document;
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::source::Span;
use crate::value::{Entry, Map, Value};

pub(super) use declared::{Declared, Derived, derive};
use kustomize::Kustomizations;
use link::Links;
use object::Object;

/// The model of Kubernetes manifests.
pub const MODEL: Model = Model { domain: Domain::Kubernetes, build };

fn build(documents: &[&Document], ctx: &Context) -> Built {
    let charts = chart::read(documents, ctx);
    let mut kustomizations = Kustomizations::of(documents, ctx);
    let objects = object::read(documents, ctx, &charts, &mut kustomizations);
    let mut used = charts.used;
    used.extend(kustomizations.used);
    used.extend(objects.iter().map(|object| object.source));
    used.sort_unstable();
    used.dedup();
    // Links work across files, so all manifests of an audit are one scope.
    let scope = Scope { domain: Domain::Kubernetes, path: ".".into() };
    let gaps = [charts.gaps, kustomizations.gaps].concat();
    let mut maker = Maker { ctx, scope, resources: Vec::new(), gaps, full: false };
    let links = Links::of(&objects);
    for object in &objects {
        maker.object(object, &links);
    }
    Built { resources: maker.resources, gaps: maker.gaps, used }
}

/// Makes resources as far as the budget goes.
struct Maker<'a> {
    ctx: &'a Context<'a>,
    scope: Scope,
    resources: Vec<Resource>,
    gaps: Vec<Gap>,
    full: bool,
}

impl Maker<'_> {
    fn object(&mut self, object: &Object, links: &Links) {
        let attributes = match links.of_object(object, self.ctx.budget) {
            Ok(more) => extended(&object.map, object.value.span, more),
            Err(exceeded) => return self.limit(object, &exceeded.to_string()),
        };
        self.push(object, &object.kind, object.address.clone(), attributes, object.value.span);
        self.pods(object, links);
    }

    /// The pods and containers of an object.
    fn pods(&mut self, object: &Object, links: &Links) {
        for (n, template) in object.templates().into_iter().enumerate() {
            // One object rarely has two templates; the later ones are told apart by their number.
            let address: Arc<str> =
                if n == 0 { object.address.clone() } else { format!("{}[{n}]", object.address).into() };
            let pod = pod::Pod::of(object, &template);
            self.push(object, "kubernetes.pod", address.clone(), pod.attributes(links), template.span);
            for container in pod.containers() {
                let address = format!("{address}/{}", container.name).into();
                self.push(object, "kubernetes.container", address, container.attributes(&pod), container.span);
            }
        }
    }

    fn push(&mut self, object: &Object, kind: &str, address: Arc<str>, attributes: Value, span: Span) {
        if self.full {
            return;
        }
        if let Err(exceeded) = self.ctx.budget.instances(1) {
            return self.limit(object, &exceeded.to_string());
        }
        self.resources.push(Resource { kind: kind.into(), address, attributes, span, scope: self.scope.clone() });
    }

    fn limit(&mut self, object: &Object, message: &str) {
        if !self.full {
            let path = self.ctx.sources.get(object.source).map_or_else(|| "".into(), |source| source.path.clone());
            let span = Some(object.value.span);
            self.gaps.push(Gap { kind: GapKind::Limit, path, span, message: message.to_owned(), hint: None });
        }
        self.full = true;
    }
}

/// A map with further entries, which replace those of the same name.
fn extended(map: &Map, span: Span, more: Vec<(&str, Value)>) -> Value {
    let own = map.iter().map(|(key, entry)| (key.clone(), entry.clone()));
    let more = more.into_iter().map(|(key, value)| (Arc::from(key), Entry { key: value.span, value }));
    Value::map(own.chain(more).collect::<Vec<_>>(), span)
}

/// The value at a path of keys. An unknown on the way stands for whatever lies beyond it.
fn reach<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| if value.as_unknown().is_some() { Some(value) } else { value.get(key) })
}

/// A text as it is written: names may be numbers to YAML.
fn text(value: &Value) -> Option<Arc<str>> {
    value.as_str().map(Into::into).or_else(|| value.as_number().map(|number| number.to_string().into()))
}
