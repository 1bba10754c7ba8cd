//! The estate: every resource of an audit, and which of them refer to which.
//!
//! A reference takes many spellings (`aws_s3_bucket.x.id`, an equal literal name, `!Ref`, a label
//! selector). Models turn all but the literal ones into [`Reference`]s; this module joins both kinds,
//! so that no rule has to know how a link was written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::resource::{Domain, Resource, Scope};
use crate::rule::path::{Hit, Path};
use crate::value::{Data, Reference, Value, same_key};

/// Every resource of an audit.
#[derive(Debug, Default)]
pub struct Estate {
    /// The resources.
    pub resources: Vec<Resource>,
    /// True if the operator says that nothing lies outside of what is read, so that what is absent
    /// here is absent.
    pub whole: bool,
    by_kind: HashMap<Arc<str>, Vec<usize>>,
    by_address: HashMap<(Scope, Arc<str>), Vec<usize>>,
    incoming: Mutex<IncomingByLink>,
}

/// The resources that a resource is linked with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// Their indexes, and whether the link is certain.
    pub resources: Vec<(usize, bool)>,
    /// True if there may be others that were not read.
    pub open: bool,
}

/// Indexes by kind and attribute, made when first asked for.
type IncomingByLink = HashMap<(Arc<str>, Path), Arc<Incoming>>;

/// What the resources of one kind refer to with one attribute.
#[derive(Debug, Default)]
struct Incoming {
    by_reference: HashMap<(Scope, Arc<str>), Vec<usize>>,
    by_literal: HashMap<(Domain, String), Vec<usize>>,
    unresolved: HashMap<Scope, Vec<usize>>,
}

impl Estate {
    /// An estate of these resources.
    pub fn new(resources: Vec<Resource>, whole: bool) -> Estate {
        let mut estate = Estate { resources, whole, ..Estate::default() };
        for (index, resource) in estate.resources.iter().enumerate() {
            estate.by_kind.entry(resource.kind.clone()).or_default().push(index);
            let exact = (resource.scope.clone(), resource.address.clone());
            estate.by_address.entry(exact).or_default().push(index);
            if let Some(base) = without_instance(&resource.address) {
                estate.by_address.entry((resource.scope.clone(), base.into())).or_default().push(index);
            }
        }
        estate
    }

    /// Indexes of the resources of a kind.
    pub fn of_kind(&self, kind: &str) -> &[usize] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The kinds there are.
    pub fn kinds(&self) -> impl Iterator<Item = &Arc<str>> {
        self.by_kind.keys()
    }

    /// The resources of these kinds whose attribute at `via` refers to the resource `target`.
    pub fn linked_via(&self, target: usize, kinds: &[Arc<str>], via: &Path) -> Linked {
        let mut linked = Linked::default();
        let Some(resource) = self.resources.get(target) else { return linked };
        let names = identities(resource);
        for kind in kinds {
            let incoming = self.incoming(kind, via);
            let mut certain: Vec<usize> = Vec::new();
            let addresses = [Some(&*resource.address), without_instance(&resource.address)];
            for address in addresses.into_iter().flatten() {
                certain
                    .extend(incoming.by_reference.get(&(resource.scope.clone(), address.into())).into_iter().flatten());
            }
            for name in &names {
                certain.extend(incoming.by_literal.get(&(resource.scope.domain, name.clone())).into_iter().flatten());
            }
            certain.sort_unstable();
            certain.dedup();
            let maybe = incoming.unresolved.get(&resource.scope).into_iter().flatten().filter(|n| !certain.contains(n));
            linked.resources.extend(maybe.map(|index| (*index, false)));
            linked.resources.extend(certain.iter().map(|index| (*index, true)));
        }
        linked
    }

    /// The resources of these kinds that the attribute at `to` of the resource `from` refers to.
    pub fn linked_to(&self, from: usize, kinds: &[Arc<str>], to: &Path) -> Linked {
        let mut linked = Linked::default();
        let Some(resource) = self.resources.get(from) else { return linked };
        for value in values(&resource.attributes, to) {
            let before = linked.resources.len();
            for reference in value.references() {
                let key = (resource.scope.clone(), reference.address.clone());
                let found = self.by_address.get(&key).into_iter().flatten();
                linked.resources.extend(found.filter(|n| self.is_kind(**n, kinds)).map(|n| (*n, true)));
            }
            if let Some(text) = value.as_str() {
                let spellings = spellings(text);
                let same = kinds.iter().flat_map(|kind| self.of_kind(kind)).filter(|index| {
                    let other = self.resources.get(**index);
                    other.is_some_and(|o| {
                        o.scope.domain == resource.scope.domain
                            && identities(o).iter().any(|name| spellings.contains(name))
                    })
                });
                linked.resources.extend(same.map(|n| (*n, true)));
            }
            // It refers to something, and that is not here: an ARN of another account, a variable.
            linked.open |= linked.resources.len() == before;
        }
        linked.resources.sort_unstable();
        linked.resources.dedup();
        linked
    }

    fn is_kind(&self, index: usize, kinds: &[Arc<str>]) -> bool {
        self.resources.get(index).is_some_and(|resource| kinds.contains(&resource.kind))
    }

    fn incoming(&self, kind: &Arc<str>, via: &Path) -> Arc<Incoming> {
        let mut cache = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind.clone(), via.clone());
        cache.entry(key).or_insert_with(|| Arc::new(self.index(kind, via))).clone()
    }

    fn index(&self, kind: &str, via: &Path) -> Incoming {
        let mut incoming = Incoming::default();
        for index in self.of_kind(kind) {
            let Some(resource) = self.resources.get(*index) else { continue };
            for value in values(&resource.attributes, via) {
                for Reference { address, .. } in value.references() {
                    incoming.by_reference.entry((resource.scope.clone(), address.clone())).or_default().push(*index);
                }
                if let Some(text) = value.as_str() {
                    for name in spellings(text) {
                        incoming.by_literal.entry((resource.scope.domain, name)).or_default().push(*index);
                    }
                } else if value.as_unknown().is_some() && value.references().is_empty() {
                    incoming.unresolved.entry(resource.scope.clone()).or_default().push(*index);
                }
            }
        }
        incoming
    }
}

/// The providers whose estates are judged as a whole, and how the kinds of their resources begin.
const PROVIDERS: &[(&str, &[&str])] = &[
    ("estate.aws", &["aws_", "AWS::"]),
    ("estate.azure", &["azurerm_", "Microsoft."]),
    ("estate.google", &["google_"]),
];

/// Adds one resource for the estate of each provider that is there: what rules about the presence
/// of something ("a trail records every region") are asked of.
pub fn add_estates(resources: &mut Vec<Resource>) {
    for (kind, starts) in PROVIDERS {
        let of_provider = |resource: &&Resource| starts.iter().any(|start| resource.kind.starts_with(start));
        if let Some(first) = resources.iter().find(of_provider) {
            let (span, scope) = (first.span, first.scope.clone());
            let attributes = Value::object::<&str>([], span);
            resources.push(Resource { kind: (*kind).into(), address: (*kind).into(), attributes, span, scope });
        }
    }
}

/// `aws_s3_bucket.b` for `aws_s3_bucket.b["k"]`: what a reference without an instance key names.
fn without_instance(address: &str) -> Option<&str> {
    address.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')).map(|(base, _)| base)
}

/// The values at a path, members of lists one by one.
fn values<'a>(attributes: &'a Value, path: &Path) -> Vec<&'a Value> {
    let mut out = Vec::new();
    for hit in path.select(attributes) {
        match hit {
            Hit::Found(value) => match &value.data {
                Data::List(list) if value.references().is_empty() => out.extend(list.iter()),
                _ => out.push(value),
            },
            Hit::Absent(_) => {}
        }
    }
    out
}

/// The literal names by which other resources may call this one.
fn identities(resource: &Resource) -> Vec<String> {
    let Some(map) = resource.attributes.as_map() else { return Vec::new() };
    let is_name = |key: &str| {
        let exact = ["id", "name", "arn", "bucket", "identifier"].iter().any(|name| same_key(key, name));
        let lower = key.to_ascii_lowercase();
        exact || lower.ends_with("name") || lower.ends_with("identifier")
    };
    let texts = map.iter().filter(|(key, _)| is_name(key)).filter_map(|(_, entry)| entry.value.as_str());
    texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// A literal and, for an ARN, the name at its end.
fn spellings(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    if text.starts_with("arn:") {
        all.extend(text.rsplit([':', '/']).next().filter(|name| !name.is_empty()).map(str::to_owned));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceId, Span};
    use crate::value::Reason;

    fn here() -> Span {
        Span::new(SourceId(0), 0..0)
    }

    fn text(s: &str) -> Value {
        Value::string(s, here())
    }

    fn refers(address: &str) -> Value {
        let reference = Reference { address: address.into(), attribute: "id".into() };
        Value::computed(format!("{address}.id"), here()).with_refs([&reference])
    }

    fn resource(kind: &str, address: &str, attributes: Vec<(&str, Value)>) -> Resource {
        Resource {
            kind: kind.into(),
            address: address.into(),
            attributes: Value::object(attributes, here()),
            span: here(),
            scope: Scope { domain: Domain::Terraform, path: ".".into() },
        }
    }

    fn versioning(estate: &Estate, bucket: usize) -> Vec<(usize, bool)> {
        estate.linked_via(bucket, &["versioning".into()], &Path::parse("bucket").unwrap()).resources
    }

    #[test]
    fn a_link_is_found_whatever_its_spelling() {
        let estate = Estate::new(
            vec![
                resource("bucket", "bucket.a", vec![("bucket", text("records"))]),
                resource("bucket", "bucket.b[0]", vec![]),
                resource("versioning", "versioning.by_literal", vec![("bucket", text("records"))]),
                resource("versioning", "versioning.by_arn", vec![("bucket", text("arn:aws:s3:::records"))]),
                resource("versioning", "versioning.by_reference", vec![("bucket", refers("bucket.b"))]),
                resource("versioning", "versioning.other", vec![("bucket", text("other"))]),
            ],
            false,
        );
        assert_eq!(versioning(&estate, 0), [(2, true), (3, true)]);
        assert_eq!(versioning(&estate, 1), [(4, true)]);
    }

    #[test]
    fn an_attribute_that_is_not_known_may_be_a_link_to_any() {
        let unknown = Value::unknown(Reason::Variable, "var.bucket", here());
        let estate = Estate::new(
            vec![resource("bucket", "bucket.a", vec![]), resource("versioning", "v", vec![("bucket", unknown)])],
            false,
        );
        assert_eq!(versioning(&estate, 0), [(1, false)]);
    }

    #[test]
    fn what_is_referred_to_and_not_here_leaves_the_link_open() {
        let key = text("arn:aws:kms:eu-west-1:1:key/x");
        let estate =
            Estate::new(vec![resource("db", "db.a", vec![("key", key)]), resource("db", "db.b", vec![])], false);
        let keys = ["key".into()];
        assert!(estate.linked_to(0, &keys, &Path::parse("key").unwrap()).open);
        assert_eq!(estate.linked_to(1, &keys, &Path::parse("key").unwrap()), Linked::default());
    }
}
