//! Pods in effect: a pod template with what the pod gets from its owner and its service account.

use std::sync::Arc;

use super::container::Container;
use super::link::Links;
use super::object::Object;
use super::{extended, reach, text};
use crate::value::{Map, Reference, Value};

/// The lists of containers of a pod, and the word for each.
const LISTS: &[(&str, &str)] =
    &[("initContainers", "init"), ("containers", "container"), ("ephemeralContainers", "ephemeral")];

/// A pod template and the object it belongs to.
pub(super) struct Pod<'a> {
    pub(super) owner: &'a Object,
    template: &'a Value,
    pub(super) spec: Option<&'a Map>,
}

impl<'a> Pod<'a> {
    pub(super) fn of(owner: &'a Object, template: &'a Value) -> Self {
        Pod { owner, template, spec: template.get("spec").and_then(Value::as_map) }
    }

    /// The member of the pod's spec with this name.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        reach(self.template, &["spec", key])
    }

    /// An annotation of the pod.
    pub(super) fn annotation(&self, key: &str) -> Option<&'a Value> {
        reach(self.template, &["metadata", "annotations", key])
    }

    /// The operating system: as the pod states it, else as the nodes it asks for have it
    /// (<https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-os>).
    pub(super) fn os(&self) -> Option<Value> {
        let stated = self.get("os").and_then(|os| super::reach(os, &["name"]).cloned());
        stated.or_else(|| self.get("nodeSelector")?.get("kubernetes.io/os").cloned())
    }

    /// The kind of the object that the pod belongs to.
    pub(super) fn owner_kind(&self) -> Value {
        let span = self.owner.map.get("kind").map_or(self.owner.value.span, |value| value.span);
        Value::string(self.owner.kind.clone(), span)
    }

    /// The pod's spec and what it has besides.
    pub(super) fn attributes(&self, links: &Links) -> Value {
        let Some(spec) = self.spec else { return reach(self.template, &["spec"]).unwrap_or(self.template).clone() };
        let span = self.template.get("spec").map_or(self.template.span, |spec| spec.span);
        let (account, name) = self.service_account();
        let token = self.get("automountServiceAccountToken").cloned();
        let token = token.or_else(|| links.token_of(&account, self.owner));
        let mut more =
            vec![("metadata", self.metadata()), ("owner_kind", self.owner_kind()), ("service_account", name)];
        more.push(("namespace_object", links.namespace_of(self.owner)));
        more.extend(token.map(|token| ("automount_service_account_token", token)));
        extended(spec, span, more)
    }

    fn metadata(&self) -> Value {
        let metadata = self.template.get("metadata");
        let span = metadata.map_or(self.template.span, |metadata| metadata.span);
        let kept = ["labels", "annotations"].into_iter();
        let kept = kept.filter_map(|key| Some((key, reach(metadata?, &[key])?.clone())));
        Value::object(kept.chain([("namespace", self.owner.namespace())]).collect::<Vec<_>>(), span)
    }

    /// The address of the service account and its name; `default` if none is written
    /// (<https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/>).
    fn service_account(&self) -> (Arc<str>, Value) {
        let written = self.get("serviceAccountName").or_else(|| self.get("serviceAccount"));
        let span = written.map_or(self.template.span, |value| value.span);
        let name = written.and_then(text).filter(|name| !name.is_empty()).unwrap_or_else(|| "default".into());
        let address: Arc<str> = format!("ServiceAccount/{}/{name}", self.owner.namespace).into();
        let reference = Reference { address: address.clone(), attribute: "".into() };
        let value = match written {
            Some(unknown) if unknown.as_unknown().is_some() => unknown.clone(),
            _ => {
                let refs = written.map(Value::references).unwrap_or_default();
                Value::string(name, span).with_refs(refs).with_refs([&reference])
            }
        };
        (address, value)
    }

    /// Its containers, in the order in which they start.
    pub(super) fn containers(&self) -> Vec<Container<'a>> {
        let mut found = Vec::new();
        for (key, word) in LISTS {
            let Some(value) = self.get(key) else { continue };
            let list = value.as_list().into_iter().flat_map(|list| list.iter()).enumerate();
            found.extend(list.filter_map(|(n, it)| Container::of(it, n.to_string().into(), word)));
            // Containers of which not even the number is known are one, of which nothing is known.
            if value.as_unknown().is_some() && (self.spec.is_some() || *word == "container") {
                found.extend(Container::of(value, format!("{key}[*]").into(), word));
            }
        }
        found
    }
}
