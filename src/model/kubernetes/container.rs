//! Containers in effect: what a container says, and what it inherits from its pod.

use std::sync::Arc;

use super::pod::Pod;
use super::program::Command;
use super::{extended, reach, text};
use crate::model::image;
use crate::source::Span;
use crate::value::{Entry, Map, Value};

/// Settings of a pod that a container has unless it says otherwise
/// (<https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#security-context-1>).
const INHERITED: &[&str] = &[
    "runAsUser",
    "runAsGroup",
    "runAsNonRoot",
    "seLinuxOptions",
    "seccompProfile",
    "appArmorProfile",
    "windowsOptions",
];

/// The annotation by which AppArmor profiles were named before Kubernetes 1.30
/// (<https://kubernetes.io/docs/tutorials/security/apparmor/>); the name of the container follows.
const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// One container of a pod.
pub(super) struct Container<'a> {
    pub(super) name: Arc<str>,
    pub(super) span: Span,
    word: &'static str,
    /// What it says, unless nothing of it is known.
    map: Option<&'a Map>,
    value: &'a Value,
}

impl<'a> Container<'a> {
    /// A container, or one that is not known; `otherwise` is its name if it states none.
    pub(super) fn of(value: &'a Value, otherwise: Arc<str>, word: &'static str) -> Option<Self> {
        let map = value.as_map();
        let name = map.and_then(|map| map.get("name")).and_then(text).unwrap_or(otherwise);
        (map.is_some() || value.as_unknown().is_some()).then_some(Container {
            name,
            span: value.span,
            word,
            map,
            value,
        })
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.and_then(|map| map.get(key))
    }

    /// The container's map and what it has besides.
    pub(super) fn attributes(&self, pod: &Pod) -> Value {
        let Some(map) = self.map else { return self.value.clone() };
        let host_network = pod.get("hostNetwork").cloned();
        let mut more = vec![
            ("type", Value::string(self.word, self.span)),
            ("host_network", host_network.unwrap_or_else(|| Value::bool(false, self.span))),
            ("namespace", pod.owner.namespace()),
            ("owner_kind", pod.owner_kind()),
        ];
        more.extend(self.security_context(pod).map(|context| ("securityContext", context)));
        more.extend(self.image().map(|image| ("image_reference", image)));
        more.extend(pod.os().map(|name| ("os", name)));
        let Command { program, flags } = Command::of(map);
        more.extend(program.map(|program| ("program", program)));
        more.extend(flags.map(|flags| ("flags", flags)));
        extended(map, self.span, more)
    }

    fn image(&self) -> Option<Value> {
        let image = self.get("image")?;
        let Some(text) = image.as_str() else { return Some(image::of(image)) };
        Some(image::parse(text).to_value(image.span))
    }

    /// The security context in effect; absent if neither the pod nor the container sets anything.
    fn security_context(&self, pod: &Pod) -> Option<Value> {
        let own = self.get("securityContext");
        let of_pod = pod.get("securityContext");
        if own.is_some_and(|own| own.as_unknown().is_some()) {
            return own.cloned();
        }
        let mine = |key: &str| own.and_then(|own| own.get(key));
        let mut entries: Vec<(Arc<str>, Entry)> = Vec::new();
        for key in INHERITED.iter().copied() {
            let Some(inherited) = of_pod.and_then(|context| reach(context, &[key])) else { continue };
            let value = match (mine(key), key) {
                (None, _) => inherited.clone(),
                // Of these the container may set some and inherit the others.
                (Some(mine), "windowsOptions") => over(inherited, mine),
                (Some(_), _) => continue,
            };
            let written = of_pod.and_then(Value::as_map).and_then(|context| context.find(key));
            entries.push((key.into(), Entry { key: written.map_or(inherited.span, |entry| entry.key), value }));
        }
        let inherited = |key: &str| entries.iter().any(|(name, _)| &**name == key);
        let annotated = if mine("appArmorProfile").is_none() { self.annotated(pod) } else { None };
        let own_entries = own.and_then(Value::as_map).into_iter().flat_map(Map::iter);
        let own_entries =
            own_entries.filter(|(key, _)| !inherited(key)).map(|(key, entry)| (key.clone(), entry.clone()));
        let mut all: Vec<(Arc<str>, Entry)> = own_entries.collect();
        all.extend(entries);
        // The annotation names the container, the pod's own setting does not: it comes first.
        all.extend(annotated.map(|value| ("appArmorProfile".into(), Entry { key: value.span, value })));
        let span = own.map_or(self.span, |own| own.span);
        (own.is_some() || !all.is_empty()).then(|| Value::map(all, span))
    }

    /// The AppArmor profile that an annotation names, in today's words.
    fn annotated(&self, pod: &Pod) -> Option<Value> {
        let annotation = pod.annotation(&format!("{APPARMOR}{}", self.name))?;
        let span = annotation.span;
        let word = |word: &str| Value::object([("type", Value::string(word, span))], span);
        match annotation.as_str()? {
            "runtime/default" => Some(word("RuntimeDefault")),
            "unconfined" => Some(word("Unconfined")),
            other => {
                let profile = Value::string(other.strip_prefix("localhost/")?, span);
                let kind = Value::string("Localhost", span);
                Some(Value::object([("type", kind), ("localhostProfile", profile)], span))
            }
        }
    }
}

/// The entries of both maps, those of `second` first in rank.
fn over(first: &Value, second: &Value) -> Value {
    let (Some(a), Some(b)) = (first.as_map(), second.as_map()) else { return second.clone() };
    let entries = a.iter().chain(b.iter()).map(|(key, entry)| (key.clone(), entry.clone()));
    Value::map(entries.collect::<Vec<_>>(), second.span)
}
