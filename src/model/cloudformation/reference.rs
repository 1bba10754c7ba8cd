//! `Ref`, `Fn::GetAtt` and `Fn::Sub`: values that come from elsewhere in the template.

use std::sync::Arc;

use super::looping::{Item, Loops};
use super::parameter::sure;
use super::stack::Stack;
use super::text::Text;
use crate::source::Span;
use crate::value::{Reason, Reference, Value};

/// The property whose value `Ref` returns, by resource type: "Return values, Ref" on each type's
/// page of <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/>.
const NAMES: &[(&str, &str)] = &[
    ("AWS::ApiGateway::Stage", "StageName"),
    ("AWS::Athena::WorkGroup", "Name"),
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"),
    ("AWS::AutoScaling::LaunchConfiguration", "LaunchConfigurationName"),
    ("AWS::Backup::BackupVault", "BackupVaultName"),
    ("AWS::CloudTrail::Trail", "TrailName"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::CodeBuild::Project", "Name"),
    ("AWS::CodePipeline::Pipeline", "Name"),
    ("AWS::Config::ConfigRule", "ConfigRuleName"),
    ("AWS::DocDB::DBCluster", "DBClusterIdentifier"),
    ("AWS::DocDB::DBClusterParameterGroup", "Name"),
    ("AWS::DynamoDB::GlobalTable", "TableName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::EC2::KeyPair", "KeyName"),
    ("AWS::ECR::Repository", "RepositoryName"),
    ("AWS::ECS::Cluster", "ClusterName"),
    ("AWS::EKS::Cluster", "Name"),
    ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"),
    ("AWS::ElastiCache::SubnetGroup", "CacheSubnetGroupName"),
    ("AWS::Elasticsearch::Domain", "DomainName"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::Events::Rule", "Name"),
    ("AWS::Glue::Crawler", "Name"),
    ("AWS::Glue::Job", "Name"),
    ("AWS::Glue::SecurityConfiguration", "Name"),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::Kinesis::Stream", "Name"),
    ("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::Logs::LogStream", "LogStreamName"),
    ("AWS::Neptune::DBCluster", "DBClusterIdentifier"),
    ("AWS::OpenSearchService::Domain", "DomainName"),
    ("AWS::RDS::DBCluster", "DBClusterIdentifier"),
    ("AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroupName"),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("AWS::RDS::DBParameterGroup", "DBParameterGroupName"),
    ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName"),
    ("AWS::RDS::OptionGroup", "OptionGroupName"),
    ("AWS::Redshift::Cluster", "ClusterIdentifier"),
    ("AWS::Redshift::ClusterParameterGroup", "ParameterGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SSM::Document", "Name"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::Serverless::Function", "FunctionName"),
    ("AWS::Serverless::SimpleTable", "TableName"),
    ("AWS::WorkSpaces::Workspace", "WorkspaceId"),
];

/// Names that lead to names that lead to names: more of them is a circle.
const MAX_NAMES: usize = 8;

impl Stack<'_> {
    pub(super) fn fn_ref(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        match self.plain_text(argument, loops) {
            Some(name) => self.reference(&name, span, loops),
            None => Some(Value::unknown(Reason::Invalid, "Ref takes a name", span)),
        }
    }

    /// What `Ref name` is; `None` for `AWS::NoValue`.
    fn reference(&self, name: &str, span: Span, loops: &Loops) -> Option<Value> {
        if let Some((_, item)) = loops.iter().rev().find(|(identifier, _)| &**identifier == name) {
            return Some(item.clone().at(span));
        }
        if name == "AWS::NoValue" {
            return None;
        }
        let found = self.parameter(name, span).or_else(|| self.resource_name(name, span));
        let found = found.or_else(|| {
            // The other pseudo parameters say where the stack is deployed.
            let given = || self.given_as_text(name, span);
            name.starts_with("AWS::").then(|| given().unwrap_or_else(|| sure(Reason::Deployment, name, span)))
        });
        Some(found.unwrap_or_else(|| self.undeclared(name, "", span)))
    }

    /// The name of a resource: the one that the template states, else one that is made up later.
    fn resource_name(&self, id: &str, span: Span) -> Option<Value> {
        let item = self.resources.get(id)?;
        let computed = || Value::computed(format!("{id}.Ref"), span);
        let name = self.stated_name(item).map_or_else(computed, |name| name.at(span));
        Some(name.with_refs([&self.reference_to(id, "")]))
    }

    fn stated_name(&self, item: &Item) -> Option<Value> {
        let kind = item.value.get("Type").and_then(Value::as_str)?;
        let (_, property) = NAMES.iter().find(|(known, _)| *known == kind)?;
        let written = item.value.get("Properties")?.get(property)?;
        if self.naming.get() >= MAX_NAMES {
            return None;
        }
        self.naming.set(self.naming.get() + 1);
        let name = self.eval(written, &item.loops);
        self.naming.set(self.naming.get() - 1);
        name.filter(|name| match name.as_unknown() {
            Some(unknown) => unknown.pieces.is_some(),
            None => self.world.text(name).is_some(),
        })
    }

    pub(super) fn fn_get_att(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let invalid = || Some(Value::unknown(Reason::Invalid, "Fn::GetAtt takes a resource and an attribute", span));
        let Some(parts) = argument.as_list() else {
            let Some(text) = self.plain_text(argument, loops) else { return invalid() };
            let Some((id, attribute)) = text.split_once('.') else { return invalid() };
            return Some(self.attribute(id, attribute, span));
        };
        let [id, attribute] = &**parts else { return invalid() };
        let Some(id) = self.plain_text(id, loops) else { return invalid() };
        match self.eval(attribute, loops).and_then(|attribute| self.world.text(&attribute)) {
            Some(attribute) => Some(self.attribute(&id, &attribute, span)),
            None => Some(self.attribute(&id, "*", span)),
        }
    }

    fn attribute(&self, id: &str, attribute: &str, span: Span) -> Value {
        if self.resources.get(id).is_none() {
            return self.undeclared(id, attribute, span);
        }
        let output = attribute.strip_prefix("Outputs.").and_then(|name| self.nested(id)?.output(name));
        let value = output.map(|value| value.at(span));
        let value = value.unwrap_or_else(|| Value::computed(format!("{id}.{attribute}"), span));
        value.with_refs([&self.reference_to(id, attribute)])
    }

    /// A name that the template does not declare: an error, unless a module that was not expanded
    /// declares it, or SAM makes the resource
    /// (<https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html>).
    fn undeclared(&self, id: &str, attribute: &str, span: Span) -> Value {
        if self.has_modules() {
            return Value::unknown(Reason::Module, id, span);
        }
        if !self.template.is_sam() {
            return Value::unknown(Reason::Invalid, format!("{id} is not declared"), span);
        }
        let what = if attribute.is_empty() { id.to_owned() } else { format!("{id}.{attribute}") };
        Value::computed(what, span).with_refs([&self.reference_to(id, attribute)])
    }

    fn reference_to(&self, id: &str, attribute: &str) -> Reference {
        Reference { address: format!("{}{id}", self.prefix).into(), attribute: attribute.into() }
    }

    pub(super) fn fn_sub(&self, argument: &Value, span: Span, loops: &Loops) -> Option<Value> {
        let (text, variables) = match argument.as_list().map(|list| &**list) {
            Some([text, variables]) => (text, Some(variables)),
            Some([text]) => (text, None),
            Some(_) => return Some(Value::unknown(Reason::Invalid, "Fn::Sub takes a text and a map", span)),
            None => (argument, None),
        };
        let Some(text) = self.world.text(text) else {
            // A tag of another tool within it: `!Sub !Rain::Embed file`.
            let foreign = text.as_map().and_then(|map| map.iter().next()).map(|(key, _)| key.trim_start_matches('!'));
            let foreign = foreign.filter(|tag| tag.contains("::") && !tag.starts_with("Fn::"));
            return Some(match foreign {
                Some(tag) => Value::unknown(Reason::Unsupported, tag, span),
                None => Value::unknown(Reason::Invalid, "Fn::Sub takes a text", span),
            });
        };
        let mut out = Text::default();
        let mut rest = &*text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            rest = after;
            match name.strip_prefix('!') {
                Some(literal) => out.push_str(&format!("${{{literal}}}")),
                None => {
                    let value = self.substitute(name.trim(), variables, span, loops);
                    value.iter().for_each(|value| out.push(self.world, value));
                }
            }
        }
        out.push_str(rest);
        Some(out.finish(span))
    }

    fn substitute(&self, name: &str, variables: Option<&Value>, span: Span, loops: &Loops) -> Option<Value> {
        if let Some(value) = variables.and_then(|variables| variables.get(name)) {
            return self.eval(value, loops);
        }
        let name: Arc<str> = name.into();
        let name = self.in_loop(&name, span, loops).as_str().map_or(name, Into::into);
        match name.split_once('.') {
            Some((id, attribute)) => Some(self.attribute(id, attribute, span)),
            None => self.reference(&name, span, loops),
        }
    }
}
