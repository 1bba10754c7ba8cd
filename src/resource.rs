//! Resources: the auditable things that every model produces, whatever language they were written in.

use std::sync::Arc;

use crate::source::Span;
use crate::value::Value;

/// One auditable thing.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its type, in the words of its own language: `aws_db_instance`, `AWS::RDS::DBInstance`,
    /// `Deployment`, `dockerfile`, `sshd`.
    pub kind: Arc<str>,
    /// The name a person knows it by, unique within its scope: `module.db.aws_db_instance.ehr[0]`,
    /// `Deployment/clinic/api`.
    pub address: Arc<str>,
    /// Its effective attributes: a map, or unknown as a whole.
    pub attributes: Value,
    /// The block, document or file that declares it.
    pub span: Span,
    /// What it is deployed with. Addresses are unique, and references resolved, within one scope.
    pub scope: Scope,
}

impl Resource {
    /// True if how many of it there are is not known: a Terraform resource whose `count` or `for_each` is not
    /// known keeps that argument.
    pub fn stands_for_several(&self) -> bool {
        let open = |name: &str| self.attributes.get(name).is_some_and(|value| value.as_unknown().is_some());
        self.scope.domain == Domain::Terraform && (open("count") || open("for_each"))
    }
}

/// The root module, template, namespace of manifests or host that a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// The language or domain.
    pub domain: Domain,
    /// Path of the directory, file or host root.
    pub path: Arc<str>,
}

/// The languages and domains that resources come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// Terraform and OpenTofu.
    Terraform,
    /// CloudFormation and SAM.
    CloudFormation,
    /// Kubernetes manifests.
    Kubernetes,
    /// Dockerfiles.
    Docker,
    /// Compose projects.
    Compose,
    /// Ansible playbooks and roles.
    Ansible,
    /// Pipelines that build and deploy.
    Ci,
    /// The settings of a machine.
    Host,
}

impl Domain {
    /// Every domain, in the order in which they are listed to people.
    pub const ALL: &[Domain] = &[
        Domain::Terraform,
        Domain::CloudFormation,
        Domain::Kubernetes,
        Domain::Docker,
        Domain::Compose,
        Domain::Ansible,
        Domain::Ci,
        Domain::Host,
    ];

    /// The domain of a group of kinds in rules/kinds.yaml; `None` for kinds of no one domain.
    pub fn of_group(group: &str) -> Option<Domain> {
        match group.split('_').next() {
            Some("terraform") => Some(Domain::Terraform),
            Some("cloudformation") => Some(Domain::CloudFormation),
            Some("kubernetes") => Some(Domain::Kubernetes),
            Some("docker") => Some(Domain::Docker),
            Some("compose") => Some(Domain::Compose),
            Some("ansible") => Some(Domain::Ansible),
            Some("ci") => Some(Domain::Ci),
            Some("host") => Some(Domain::Host),
            _ => None,
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Domain::Terraform => "Terraform",
            Domain::CloudFormation => "CloudFormation",
            Domain::Kubernetes => "Kubernetes",
            Domain::Docker => "Dockerfile",
            Domain::Compose => "Compose",
            Domain::Ansible => "Ansible",
            Domain::Ci => "CI pipelines",
            Domain::Host => "Host",
        }
    }

    /// Its name in rules and machine-readable output.
    pub fn id(self) -> &'static str {
        match self {
            Domain::Terraform => "terraform",
            Domain::CloudFormation => "cloudformation",
            Domain::Kubernetes => "kubernetes",
            Domain::Docker => "dockerfile",
            Domain::Compose => "compose",
            Domain::Ansible => "ansible",
            Domain::Ci => "ci",
            Domain::Host => "host",
        }
    }
}

/// Something that belongs to the audit and was not seen. Every gap is printed; see [`GapKind`] for
/// what it does to the exit code.
#[derive(Clone, Debug)]
pub struct Gap {
    /// What kind of gap.
    pub kind: GapKind,
    /// The path as the user knows it.
    pub path: Arc<str>,
    /// Where in the file, if that is known.
    pub span: Option<Span>,
    /// What happened, one sentence without a full stop.
    pub message: String,
    /// What a person can do about it, if there is something.
    pub hint: Option<String>,
}

/// Kinds of gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapKind {
    /// The file could not be read.
    Unreadable,
    /// The file could not be parsed.
    Unparsed,
    /// A template that must be rendered before it means anything.
    Template,
    /// A module, nested template or included file that is not among what was read.
    Missing,
    /// A limit of the audit was reached.
    Limit,
    /// The system was not recognised.
    Unrecognised,
    /// There was nothing to audit.
    Nothing,
    /// Worth knowing, and no reason to call the audit incomplete.
    Note,
}

impl GapKind {
    /// True if the audit is incomplete because of it.
    pub fn is_incomplete(self) -> bool {
        self != GapKind::Note
    }

    /// Its name in machine-readable output.
    pub fn id(self) -> &'static str {
        match self {
            GapKind::Unreadable => "unreadable",
            GapKind::Unparsed => "unparsed",
            GapKind::Template => "template",
            GapKind::Missing => "missing",
            GapKind::Limit => "limit",
            GapKind::Unrecognised => "unrecognised",
            GapKind::Nothing => "nothing",
            GapKind::Note => "note",
        }
    }
}
