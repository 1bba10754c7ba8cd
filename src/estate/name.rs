//! The names of resources, and how others spell them.

use crate::resource::{Resource, Scope};
use crate::value::{Reason, Value, same_key};

/// A name by which a resource may be called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// A literal text.
    Text(String),
    /// The name at the end of an ARN of this service.
    Arn(String, String),
    /// A text that is not known and is the same wherever it stands: `var.name`, `${Stage}-logs`.
    Same(Scope, String),
}

/// The names by which other resources may call this one.
pub(super) fn identities(resource: &Resource) -> Vec<Name> {
    let Some(map) = resource.attributes.as_map() else { return Vec::new() };
    let is_name = |key: &str| {
        let exact = ["id", "name", "arn", "bucket", "identifier"].iter().any(|name| same_key(key, name));
        let lower = key.to_ascii_lowercase();
        exact || lower.ends_with("name") || lower.ends_with("identifier")
    };
    let mut names = Vec::new();
    for (_, entry) in map.iter().filter(|(key, _)| is_name(key)) {
        match entry.value.as_str() {
            Some("") => {}
            Some(text) => {
                names.push(Name::Text(text.to_owned()));
                let services = services(&resource.kind);
                names.extend(services.into_iter().map(|service| Name::Arn(service, text.to_owned())));
            }
            None => names.extend(same_unknown(&entry.value, &resource.scope)),
        }
    }
    names
}

/// The names that a value calls another resource by.
pub(super) fn spellings(value: &Value, scope: &Scope) -> Vec<Name> {
    let Some(text) = value.as_str() else { return same_unknown(value, scope).into_iter().collect() };
    let mut names = vec![Name::Text(text.to_owned())];
    let last = text.rsplit([':', '/']).next().filter(|name| !name.is_empty() && *name != text);
    match (text.strip_prefix("arn:"), last) {
        // arn:partition:service:region:account:...name
        (Some(rest), Some(last)) => {
            let service = rest.split(':').nth(1).unwrap_or_default();
            names.push(Name::Arn(service.to_owned(), last.to_owned()));
        }
        // `table/records`, as some services name what they scale or protect
        (None, Some(last)) if !text.contains(':') => names.push(Name::Text(last.to_owned())),
        _ => {}
    }
    names
}

/// The name of an unknown that has one value wherever it stands: a variable, or a text made of such.
fn same_unknown(value: &Value, scope: &Scope) -> Option<Name> {
    let unknown = value.as_unknown()?;
    // An environment may differ from one file to the next.
    let kept = matches!(unknown.reason, Reason::Variable | Reason::Parameter | Reason::Deployment);
    let name = unknown.same().filter(|_| kept || unknown.pieces.is_some())?;
    Some(Name::Same(scope.clone(), name.to_string()))
}

/// The services, as ARNs name them, whose resources are of this kind.
pub(super) fn services(kind: &str) -> Vec<String> {
    const RENAMED: &[(&str, &[&str])] = &[
        ("rds", &["db", "rds", "docdb", "neptune"]),
        ("elasticloadbalancing", &["lb", "elb", "alb", "elasticloadbalancing", "elasticloadbalancingv2"]),
        ("elasticfilesystem", &["efs"]),
        ("es", &["elasticsearch", "opensearch", "opensearchservice"]),
        ("logs", &["cloudwatch", "logs"]),
        ("events", &["cloudwatch", "events"]),
        ("states", &["sfn", "stepfunctions"]),
        ("ec2", &["instance", "volume", "ebs", "vpc", "subnet", "security", "ami", "ec2", "eip"]),
        ("execute-api", &["api", "apigateway", "apigatewayv2"]),
        ("kafka", &["msk"]),
    ];
    let word = match kind.strip_prefix("aws_") {
        Some(rest) => rest.split('_').next().unwrap_or(rest).to_owned(),
        None => kind.split("::").nth(1).unwrap_or(kind).to_ascii_lowercase(),
    };
    let renamed = RENAMED.iter().filter(|(_, words)| words.contains(&&*word)).map(|(service, _)| (*service).to_owned());
    renamed.chain([word.clone()]).collect()
}
