//! The estate: every resource of an audit, and which of them refer to which.
//!
//! A reference takes many spellings (`aws_s3_bucket.x.id`, an equal literal name, `!Ref`, a label
//! selector). Models turn all but the literal ones into [`Reference`]s; this module joins both kinds,
//! so that no rule has to know how a link was written.

mod name;

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;

use crate::resource::{Domain, Resource, Scope};
use crate::rule::path::{Hit, Path};
use crate::value::{Data, Reference, Value};
use name::{Name, identities, services, spellings};

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
    /// The names of each resource.
    names: Vec<Vec<Name>>,
    /// Who bears a name.
    by_name: HashMap<(Domain, Name), Vec<usize>>,
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
    by_name: HashMap<(Domain, Name), Vec<usize>>,
    /// What is not known, with the names that it may be known by.
    unresolved: HashMap<Scope, Vec<(usize, Vec<Name>)>>,
}

impl Estate {
    /// An estate of these resources.
    pub fn new(resources: Vec<Resource>, whole: bool) -> Estate {
        let mut estate = Estate { resources, whole, ..Estate::default() };
        for (index, resource) in estate.resources.iter().enumerate() {
            let names = identities(resource);
            for name in &names {
                estate.by_name.entry((resource.scope.domain, name.clone())).or_default().push(index);
            }
            estate.names.push(names);
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
        let names = self.names.get(target).map_or(&[][..], Vec::as_slice);
        for kind in kinds {
            let incoming = self.incoming(kind, via);
            let mut certain: Vec<usize> = Vec::new();
            let addresses = [Some(&*resource.address), without_instance(&resource.address)];
            for address in addresses.into_iter().flatten() {
                certain
                    .extend(incoming.by_reference.get(&(resource.scope.clone(), address.into())).into_iter().flatten());
            }
            for name in names {
                certain.extend(incoming.by_name.get(&(resource.scope.domain, name.clone())).into_iter().flatten());
            }
            certain.sort_unstable();
            certain.dedup();
            // What is not known may refer to this one, unless another one of its kind bears the name.
            let bears = |name: &Name| {
                let bearers = self.by_name.get(&(resource.scope.domain, name.clone()));
                bearers.is_some_and(|all| all.iter().any(|n| self.is_kind(*n, std::slice::from_ref(&resource.kind))))
            };
            let taken = |names: &[Name]| names.iter().any(bears);
            let maybe = incoming.unresolved.get(&resource.scope).into_iter().flatten();
            let maybe = maybe.filter(|(index, names)| !certain.contains(index) && !taken(names));
            linked.resources.extend(maybe.map(|(index, _)| (*index, false)));
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
                let found = self.at(&resource.scope, &reference.address).iter();
                linked.resources.extend(found.filter(|n| self.is_kind(**n, kinds)).map(|n| (*n, true)));
            }
            for name in spellings(value, &resource.scope) {
                let bearers = self.by_name.get(&(resource.scope.domain, name)).into_iter().flatten();
                linked.resources.extend(bearers.filter(|n| self.is_kind(**n, kinds)).map(|n| (*n, true)));
            }
            // It refers to something, and that is not here: an ARN of another account, a variable.
            let found = linked.resources.len() > before;
            linked.open |= !found && !self.whole && self.may_be(value, kinds, &resource.scope);
        }
        linked.resources.sort_unstable();
        linked.resources.dedup();
        linked
    }

    /// The resources at an address, every instance of it if it names none.
    fn at(&self, scope: &Scope, address: &Arc<str>) -> &[usize] {
        self.by_address.get(&(scope.clone(), address.clone())).map_or(&[], Vec::as_slice)
    }

    /// True if what a value names, and is not here, may be of one of these kinds: not if it is a
    /// resource of another kind, or an ARN of another service.
    fn may_be(&self, value: &Value, kinds: &[Arc<str>], scope: &Scope) -> bool {
        if let Some(rest) = value.as_str().and_then(|text| text.strip_prefix("arn:")) {
            let service = rest.split(':').nth(1).unwrap_or_default();
            return kinds.iter().any(|kind| services(kind).iter().any(|own| own == service));
        }
        // A data source stands for a resource of its type that was made elsewhere.
        let wanted = |kind: &str| kinds.iter().any(|wanted| **wanted == *kind.strip_prefix("data.").unwrap_or(kind));
        let other = |reference: &Reference| {
            let read = self.at(scope, &reference.address).iter().filter_map(|n| self.resources.get(*n)).next();
            let kind = kind_of(&reference.address).filter(|_| scope.domain == Domain::Terraform);
            match read {
                Some(read) => !wanted(&read.kind),
                None => kind.is_some_and(|kind| !wanted(&kind)),
            }
        };
        value.references().is_empty() || !value.references().iter().all(other)
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
                let names = spellings(value, &resource.scope);
                if value.as_unknown().is_some() && value.references().is_empty() {
                    incoming.unresolved.entry(resource.scope.clone()).or_default().push((*index, names.clone()));
                }
                for name in names {
                    incoming.by_name.entry((resource.scope.domain, name)).or_default().push(*index);
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

/// The kind in a Terraform address: `aws_kms_key` in `module.m["a.b"].aws_kms_key.k[0]`.
fn kind_of(address: &str) -> Option<String> {
    let mut inside = false;
    let keyless = |c: &char| {
        inside = (inside || *c == '[') && *c != ']';
        !inside && *c != ']'
    };
    let bare: String = address.chars().filter(keyless).collect();
    let mut words: Vec<&str> = bare.split('.').collect();
    words.pop()?;
    let kind = words.pop()?;
    let data = words.last() == Some(&"data");
    Some(if data { format!("data.{kind}") } else { kind.to_owned() })
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
            // What it leads through may itself say what it was computed from.
            Hit::Beyond(value, _) => out.push(value),
            Hit::Absent(_) => {}
        }
    }
    out
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
                resource("aws_s3_bucket", "bucket.a", vec![("bucket", text("records"))]),
                resource("aws_s3_bucket", "bucket.b[0]", vec![]),
                resource("versioning", "versioning.by_literal", vec![("bucket", text("records"))]),
                resource("versioning", "versioning.by_arn", vec![("bucket", text("arn:aws:s3:::records"))]),
                resource("versioning", "versioning.other_service", vec![("bucket", text("arn:aws:sqs:::records"))]),
                resource("versioning", "versioning.by_reference", vec![("bucket", refers("bucket.b"))]),
                resource("versioning", "versioning.other", vec![("bucket", text("other"))]),
            ],
            false,
        );
        assert_eq!(versioning(&estate, 0), [(2, true), (3, true)]);
        assert_eq!(versioning(&estate, 1), [(5, true)]);
    }

    #[test]
    fn an_attribute_that_is_not_known_may_be_a_link_to_any() {
        let unknown = Value::unknown(Reason::Variable, "var.bucket", here());
        let estate = Estate::new(
            vec![resource("aws_s3_bucket", "bucket.a", vec![]), resource("versioning", "v", vec![("bucket", unknown)])],
            false,
        );
        assert_eq!(versioning(&estate, 0), [(1, false)]);
    }

    #[test]
    fn an_address_tells_its_kind() {
        for (address, kind) in [
            ("aws_kms_key.k", Some("aws_kms_key")),
            ("module.m[\"a.b\"].aws_kms_key.k[0]", Some("aws_kms_key")),
            ("module.m.data.aws_kms_key.k", Some("data.aws_kms_key")),
            ("Key", None),
        ] {
            assert_eq!(kind_of(address).as_deref(), kind, "{address}");
        }
    }

    #[test]
    fn the_same_variable_is_the_same_name() {
        let variable = |name: &str| Value::unknown(Reason::Variable, name, here());
        let estate = Estate::new(
            vec![
                resource("aws_s3_bucket", "bucket.a", vec![("bucket", variable("var.a"))]),
                resource("aws_s3_bucket", "bucket.b", vec![("bucket", variable("var.b"))]),
                resource("versioning", "v", vec![("bucket", variable("var.a"))]),
            ],
            false,
        );
        assert_eq!(versioning(&estate, 0), [(2, true)]);
        assert_eq!(versioning(&estate, 1), []);
    }

    #[test]
    fn the_same_text_of_unknown_parts_is_the_same_name() {
        let named = |parts: [&str; 2]| {
            let cause = crate::value::Unknown::new(Reason::Parameter, parts[0]);
            let holes: Vec<Arc<str>> = parts.iter().map(|part| Arc::from(*part)).collect();
            Value::partial(vec![None, Some("-".into()), None], &cause, here()).known_by(Some(&holes))
        };
        let estate = Estate::new(
            vec![
                resource("aws_s3_bucket", "bucket.a", vec![("bucket", named(["App", "Region"]))]),
                resource("aws_s3_bucket", "bucket.b", vec![("bucket", named(["App", "Stage"]))]),
                resource("versioning", "v", vec![("bucket", named(["App", "Region"]))]),
            ],
            false,
        );
        assert_eq!(versioning(&estate, 0), [(2, true)]);
        assert_eq!(versioning(&estate, 1), []);
    }

    #[test]
    fn what_is_referred_to_and_not_here_leaves_the_link_open() {
        let key = text("arn:aws:kms:eu-west-1:1:key/x");
        let estate =
            Estate::new(vec![resource("db", "db.a", vec![("key", key)]), resource("db", "db.b", vec![])], false);
        let keys = [Arc::from("aws_kms_key")];
        assert!(estate.linked_to(0, &keys, &Path::parse("key").unwrap()).open);
        let data = resource("data.aws_kms_key", "data.aws_kms_key.k", vec![]);
        let db = resource("db", "db.c", vec![("key", refers("data.aws_kms_key.k"))]);
        let looked_up = Estate::new(vec![db, data], false);
        assert!(looked_up.linked_to(0, &keys, &Path::parse("key").unwrap()).open, "a key that is looked up is a key");
        let other = [Arc::from("aws_acm_certificate")];
        assert!(!estate.linked_to(0, &other, &Path::parse("key").unwrap()).open, "an ARN of another service");
        assert_eq!(estate.linked_to(1, &keys, &Path::parse("key").unwrap()), Linked::default());
    }
}
