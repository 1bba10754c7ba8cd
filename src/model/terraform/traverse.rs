//! Names and the steps into what they name: `var.x`, `aws_s3_bucket.b[0].arn`, `module.m[*].out`.

use std::sync::Arc;

use super::eval::{Env, inherit};
use super::load::relative;
use super::module::Wanted;
use super::operators::{number, propagate};
use super::text::{as_text, invalid, unknown_at};
use crate::format::hcl::{Expr, ExprKind, Step};
use crate::source::Span;
use crate::value::{Data, Number, Reason, Reference, Unknown, Value};

/// Attributes that a resource has for certain once it exists. Any other attribute that is not set may
/// turn out to be null.
const ALWAYS_THERE: &[&str] = &[
    "account_id",
    "address",
    "arn",
    "b64_std",
    "b64_url",
    "bucket",
    "bucket_domain_name",
    "bucket_regional_domain_name",
    "cert_pem",
    "client_id",
    "dns_name",
    "email",
    "endpoint",
    "fqdn",
    "function_name",
    "hex",
    "hosted_zone_id",
    "id",
    "invoke_arn",
    "key_id",
    "latest_version",
    "login_server",
    "name",
    "node_group_name",
    "primary_access_key",
    "primary_connection_string",
    "principal_id",
    "private_key_pem",
    "public_key_openssh",
    "public_key_pem",
    "qualified_arn",
    "repository_url",
    "result",
    "self_link",
    "tenant_id",
    "unique_id",
    "uri",
    "url",
    "vault_uri",
    "versionless_id",
    "zone_id",
];

impl<'w> Env<'_, 'w> {
    /// The value of `root` after `steps`.
    pub fn traverse(&self, root: &Expr, steps: &[Step], span: Span) -> Value {
        let ExprKind::Variable(name) = &root.kind else {
            return self.steps(self.eval(root), steps, span);
        };
        if let Some(value) = self.lookup(name) {
            return self.steps(value.clone(), steps, span);
        }
        let (value, rest) = self.named(name, steps, span);
        self.steps(value, rest, span)
    }

    /// The value that a name and the first of its steps stand for, and the steps that remain.
    fn named<'s>(&self, name: &str, steps: &'s [Step], span: Span) -> (Value, &'s [Step]) {
        let (second, rest) = match steps.split_first() {
            Some((Step::Attribute(second), rest)) => (&**second, rest),
            _ => return (invalid(format!("{name} is not declared"), span), &[]),
        };
        match name {
            "var" => (self.module.variable(self.world, self.module, second, span), rest),
            "local" => (self.module.local(self.world, self.module, second, span), rest),
            "module" => self.module_output(second, rest, span),
            "path" => (self.path(second, span), rest),
            "terraform" | "tofu" => (Value::unknown(Reason::Deployment, format!("terraform.{second}"), span), rest),
            // In a provisioner or postcondition: the resource once it exists.
            "self" => (Value::unknown(Reason::Computed, format!("self.{second}"), span), rest),
            "ephemeral" => match rest.split_first() {
                Some((Step::Attribute(third), _)) => {
                    (Value::unknown(Reason::Lookup, format!("ephemeral.{second}.{third}"), span), &[])
                }
                _ => (invalid(format!("ephemeral.{second} is not complete"), span), &[]),
            },
            "each" | "count" => (invalid(format!("{name}.{second} has no meaning here"), span), rest),
            "data" => match rest.split_first() {
                Some((Step::Attribute(third), rest)) => (self.resource(Wanted(true, second, third), span), rest),
                _ => (invalid(format!("data.{second} is not complete"), span), &[]),
            },
            "resource" => match rest.split_first() {
                Some((Step::Attribute(third), rest)) => (self.resource(Wanted(false, second, third), span), rest),
                _ => (invalid(format!("resource.{second} is not complete"), span), &[]),
            },
            _ => (self.resource(Wanted(false, name, second), span), rest),
        }
    }

    fn resource(&self, key: Wanted, span: Span) -> Value {
        self.module.resource(self.world, self.module, key, span)
    }

    /// `module.<name>`, of which only the output that is asked for is evaluated.
    fn module_output<'s>(&self, name: &str, steps: &'s [Step], span: Span) -> (Value, &'s [Step]) {
        let calls = match self.module.call(self.world, self.module, name) {
            Ok(calls) => calls,
            Err(unknown) => return (unknown.at(span), &[]),
        };
        match steps {
            [Step::Attribute(output), rest @ ..] => (calls.output(self.world, None, output, span), rest),
            [Step::Index(index), Step::Attribute(output), rest @ ..] => {
                let index = self.eval(index);
                (calls.output(self.world, Some(&index), output, span), rest)
            }
            [Step::Splat | Step::AttributeSplat, Step::Attribute(output), ..] => {
                (calls.column(self.world, output, span), steps)
            }
            _ => (calls.whole(self.world, span), steps),
        }
    }

    fn path(&self, which: &str, span: Span) -> Value {
        match which {
            "module" => Value::string(relative(&self.module.root.dir, self.module.module.dir), span),
            "root" => Value::string(".", span),
            _ => Value::unknown(Reason::Deployment, format!("path.{which}"), span),
        }
    }

    /// `value` after `steps`, standing at `span`.
    pub fn steps(&self, value: Value, steps: &[Step], span: Span) -> Value {
        let mut value = value;
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            if !self.world.charge(1, span) {
                return self.world.cut(span);
            }
            rest = after;
            value = match step {
                Step::Attribute(name) => self.attribute(&value, name, span),
                Step::Index(index) => {
                    let index = self.eval(index);
                    self.index(&value, &index, span)
                }
                Step::Splat => return self.splat(&value, std::mem::take(&mut rest), span),
                Step::AttributeSplat => {
                    let split = rest.iter().position(|step| !matches!(step, Step::Attribute(_))).unwrap_or(rest.len());
                    let (inner, after) = rest.split_at_checked(split).unwrap_or((rest, &[]));
                    rest = after;
                    self.splat(&value, inner, span)
                }
            };
        }
        value.at(span)
    }

    /// The remaining steps applied to each element; what is no list is a list of itself.
    fn splat(&self, value: &Value, steps: &[Step], span: Span) -> Value {
        match &value.data {
            Data::Null => Value::list(Vec::new(), span),
            Data::List(_) => match self.items(value, span) {
                Some(items) => {
                    Value::list(items.into_iter().map(|(_, item)| self.steps(item, steps, span)).collect(), span)
                }
                None => self.no_items(value, span),
            },
            // How many there are is not known; what they are computed from is.
            Data::Unknown(unknown) => {
                let end = self.steps(value.clone(), steps, span);
                unknown_at(unknown, span).with_refs(end.references())
            }
            _ => Value::list(vec![self.steps(value.clone(), steps, span)], span),
        }
    }

    /// `value[index]`
    pub fn index(&self, value: &Value, index: &Value, span: Span) -> Value {
        if let Some(either) = value.each_choice(|choice| self.index(choice, index, span)) {
            return either.at(span);
        }
        // A key that is not known selects one of the members.
        if let (Data::Map(map), Some(why)) = (&value.data, index.as_unknown())
            && !map.is_empty()
            && self.world.charge(map.len() as u64, span)
        {
            let all = map.iter().map(|(_, entry)| inherit(entry.value.clone(), value));
            let one = Value::one_of(all, why.reason, why.what.clone(), span);
            return one.with_refs(value.references()).with_refs(index.references());
        }
        if let Data::Unknown(unknown) = &value.data {
            return unknown_at(unknown, span).with_refs(value.references());
        }
        if let Some(unknown) = propagate(index, span) {
            return unknown.with_refs(value.references());
        }
        match &value.data {
            Data::List(list) => {
                let place = match number(index) {
                    Some(Number::Int(n)) => usize::try_from(n).ok(),
                    _ => None,
                };
                match place.and_then(|n| list.get(n)) {
                    Some(item) => inherit(item.clone(), value),
                    None => invalid("an index that the list does not have", span).with_refs(value.references()),
                }
            }
            // In JSON a nested block may be an object; to an expression it is a list of one all the same.
            Data::Map(map)
                if number(index) == Some(Number::Int(0)) && map.get("0").is_none() && self.is_json(value) =>
            {
                value.clone()
            }
            Data::Map(_) => match as_text(index) {
                Some(key) => self.attribute(value, &key, span),
                None => invalid(format!("{} as a key", index.type_name()), span),
            },
            _ => invalid(format!("an index into {}", value.type_name()), span),
        }
    }

    /// True for what is written in a file of JSON syntax.
    fn is_json(&self, value: &Value) -> bool {
        self.world.ctx.sources.get(value.span.source).is_some_and(|source| source.path.ends_with(".json"))
    }

    /// `value.name`
    pub fn attribute(&self, value: &Value, name: &str, span: Span) -> Value {
        if let Some(either) = value.each_choice(|choice| self.attribute(choice, name, span)) {
            return either.at(span);
        }
        let mut refs: Vec<Reference> = value.references().iter().map(|r| with_attribute(r, name)).collect();
        let whole = value.references().iter().find(|r| r.attribute.is_empty());
        let member = match &value.data {
            Data::Unknown(unknown) => unknown_at(unknown, span),
            Data::Map(map) => match (map.get(name), whole) {
                (Some(member), None) => member.clone(),
                (Some(member), Some(_)) if !member.is_null() => member.clone(),
                (_, Some(whole)) => unset(&whole.address, name, span),
                // A part of a resource has attributes that the provider computes; nothing else has.
                (None, None) if !refs.is_empty() => Value::unknown(Reason::Computed, name, span),
                (None, None) => invalid(format!("no attribute {name}"), span),
            },
            Data::List(list) if name.bytes().all(|b| b.is_ascii_digit()) => {
                match name.parse::<usize>().ok().and_then(|n| list.get(n)) {
                    Some(item) => item.clone(),
                    None => invalid("an index that the list does not have", span),
                }
            }
            _ => invalid(format!("attribute {name} of {}", value.type_name()), span),
        };
        // An instance of a resource, read by its key, says itself what it is.
        if whole.is_some_and(|whole| is_instance(&member, &whole.address)) {
            refs.clear();
        }
        if refs.is_empty() { member } else { member.with_refs(&refs) }
    }
}

/// True if `member` is one of the instances of the resource at `address`.
fn is_instance(member: &Value, address: &str) -> bool {
    let own = member.references().iter().filter(|reference| reference.attribute.is_empty());
    own.into_iter().any(|own| own.address.strip_prefix(address).is_some_and(|key| key.starts_with('[')))
}

/// The same reference, to this attribute if it was to the whole resource.
fn with_attribute(reference: &Reference, name: &str) -> Reference {
    let attribute = if reference.attribute.is_empty() { name.into() } else { reference.attribute.clone() };
    Reference { address: reference.address.clone(), attribute }
}

/// The value of an attribute that the configuration of a resource does not set.
fn unset(address: &str, name: &str, span: Span) -> Value {
    let reason = if is_data(address) { Reason::Lookup } else { Reason::Computed };
    let what = format!("{address}.{name}");
    let unknown = Unknown { non_null: ALWAYS_THERE.contains(&name), ..Unknown::new(reason, what) };
    Value { data: Data::Unknown(Arc::new(unknown)), span, refs: None }
}

/// True if the address is that of a data source.
pub(super) fn is_data(address: &str) -> bool {
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        let name = after.find(['.', '[']).unwrap_or(after.len());
        rest = after.get(name..).unwrap_or("");
        if rest.starts_with("[\"") {
            rest = rest.find("\"].").and_then(|end| rest.get(end + 2..)).unwrap_or("");
        } else if rest.starts_with('[') {
            rest = rest.find("].").and_then(|end| rest.get(end + 1..)).unwrap_or("");
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    rest.starts_with("data.")
}

#[cfg(test)]
mod tests {
    use super::is_data;

    #[test]
    fn data_sources_are_told_by_their_address() {
        for address in ["data.a.b", "module.m.data.a.b", "module.m[0].data.a.b", "module.m[\"x.y\"].data.a.b[0]"] {
            assert!(is_data(address), "{address}");
        }
        for address in ["a.b", "module.data.a.b", "module.m[\"data.\"].a.b", "a.data"] {
            assert!(!is_data(address), "{address}");
        }
    }
}
