//! What SAM makes besides the resources that a template declares, as far as rules ask for it: the roles of
//! functions and state machines, and the table of a `SimpleTable`
//! (<https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html>).

use crate::model::policy;
use crate::source::Span;
use crate::value::{Data, Reason, Value};

/// Where AWS keeps the policies that it manages.
const MANAGED: &str = "arn:aws:iam::aws:policy/";

/// A resource that is made: its type, its logical id, its properties.
type Made = (&'static str, String, Value);

/// What is made for a resource of type `kind` called `id`.
pub(super) fn of(kind: &str, id: &str, properties: &Value) -> Vec<Made> {
    let has_role = properties.get("Role").is_some();
    match kind {
        "AWS::Serverless::Function" if !has_role => {
            vec![role(id, properties, "lambda.amazonaws.com", &basic(properties))]
        }
        "AWS::Serverless::StateMachine" if !has_role => vec![role(id, properties, "states.amazonaws.com", &[])],
        "AWS::Serverless::SimpleTable" => vec![("AWS::DynamoDB::Table", id.to_owned(), table(properties))],
        _ => Vec::new(),
    }
}

/// The policies that the role of a function has in any case.
fn basic(function: &Value) -> Vec<&'static str> {
    let traced = function.get("Tracing").and_then(Value::as_str) == Some("Active");
    [
        (true, "service-role/AWSLambdaBasicExecutionRole"),
        (function.get("VpcConfig").is_some(), "service-role/AWSLambdaVPCAccessExecutionRole"),
        (traced, "AWSXrayWriteOnlyAccess"),
    ]
    .into_iter()
    .filter_map(|(wanted, name)| wanted.then_some(name))
    .collect()
}

/// The role of a function or state machine, made of its `Policies`: names and ARNs of managed policies,
/// statements, and SAM's own policy templates, which are not expanded.
fn role(id: &str, of: &Value, service: &str, basic: &[&str]) -> Made {
    let span = of.span;
    let text = |text: &str, span: Span| Value::string(text, span);
    let mut managed: Vec<Value> = basic.iter().map(|name| text(&format!("{MANAGED}{name}"), span)).collect();
    let mut inline = Vec::new();
    let written = of.get("Policies");
    let all =
        written.and_then(Value::as_list).map_or_else(|| written.into_iter().cloned().collect(), |list| list.to_vec());
    for policy in all {
        match &policy.data {
            Data::String(name) if !name.starts_with("arn:") => {
                managed.push(text(&format!("{MANAGED}{name}"), policy.span))
            }
            Data::Map(map) => {
                let document = match map.get("Statement") {
                    Some(_) => policy::normalise(policy.clone()),
                    None => {
                        let name = map.iter().next().map_or("", |(name, _)| name);
                        Value::unknown(Reason::Unsupported, format!("the policy template {name} of SAM"), policy.span)
                    }
                };
                let name = text(&format!("{id}RolePolicy{}", inline.len()), policy.span);
                inline.push(Value::object([("PolicyName", name), ("PolicyDocument", document)], policy.span));
            }
            Data::Null => {}
            _ => managed.push(policy),
        }
    }
    let list = |items: Vec<Value>| Value::list(items, span);
    let principal = Value::object([("Service", list(vec![text(service, span)]))], span);
    let action = list(vec![text("sts:AssumeRole", span)]);
    let trust = Value::object([("Effect", text("Allow", span)), ("Principal", principal), ("Action", action)], span);
    let trust = Value::object([("Version", text("2012-10-17", span)), ("Statement", list(vec![trust]))], span);
    let boundary = of.get("PermissionsBoundary").map(|boundary| ("PermissionsBoundary", boundary.clone()));
    let own = [("AssumeRolePolicyDocument", trust), ("ManagedPolicyArns", list(managed))];
    let inline = (!inline.is_empty()).then(|| ("Policies", list(inline)));
    ("AWS::IAM::Role", format!("{id}Role"), Value::object(own.into_iter().chain(inline).chain(boundary), span))
}

/// The table of a `SimpleTable`: the properties that it has in common with a table of DynamoDB.
fn table(simple: &Value) -> Value {
    let common = ["PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName", "Tags"];
    let mut all: Vec<(&str, Value)> =
        common.into_iter().filter_map(|name| Some((name, simple.get(name)?.clone()))).collect();
    if simple.get("ProvisionedThroughput").is_none() {
        all.push(("BillingMode", Value::string("PAY_PER_REQUEST", simple.span)));
    }
    Value::object(all, simple.span)
}
