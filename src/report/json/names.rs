//! The closed sets of names in `duecare-audit-v1`. See `view.rs`.

use schemars::JsonSchema;
use serde::Serialize;

/// Writes the conversion from an internal enum, variant by variant, so that a new one does not
/// compile until it has a name here.
macro_rules! named {
    ($wire:ident from $inner:path { $($there:ident => $here:ident),* $(,)? }) => {
        impl From<$inner> for $wire {
            fn from(it: $inner) -> $wire {
                use $inner as Inner;
                match it {
                    $(Inner::$there => $wire::$here),*
                }
            }
        }
    };
}

/// The name of this format.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub enum SchemaName {
    /// Version 1.
    #[serde(rename = "duecare-audit-v1")]
    V1,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InputState {
    /// Read and parsed.
    Read,
    /// Nothing that is audited.
    NotOurs,
    /// It could not be read.
    Unreadable,
    /// It could not be parsed.
    Unparsed,
}

named!(InputState from crate::ingest::State {
    Read => Read,
    NotOurs => NotOurs,
    Unreadable => Unreadable,
    Unparsed => Unparsed,
});

/// The language or domain of a file or resource.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DomainV1 {
    /// Terraform and OpenTofu.
    Terraform,
    /// CloudFormation and SAM.
    CloudFormation,
    /// Kubernetes manifests.
    Kubernetes,
    /// Dockerfiles.
    Dockerfile,
    /// Compose projects.
    Compose,
    /// Ansible playbooks and roles.
    Ansible,
    /// Pipelines that build and deploy.
    Ci,
    /// The settings of a machine.
    Host,
}

named!(DomainV1 from crate::resource::Domain {
    Terraform => Terraform,
    CloudFormation => CloudFormation,
    Kubernetes => Kubernetes,
    Docker => Dockerfile,
    Compose => Compose,
    Ansible => Ansible,
    Ci => Ci,
    Host => Host,
});

/// How bad a failure is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeverityV1 {
    /// Records are exposed as it stands.
    Critical,
    /// A safeguard is missing.
    High,
    /// Weakens a safeguard.
    Medium,
    /// Weakens a safeguard a little.
    Low,
    /// Good to know.
    Info,
}

named!(SeverityV1 from crate::rule::Severity {
    Critical => Critical,
    High => High,
    Medium => Medium,
    Low => Low,
    Info => Info,
});

/// The outcome of a rule on a resource.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictV1 {
    /// The requirement is not met.
    Fail,
    /// What was read does not tell.
    Unknown,
    /// The requirement is met.
    Pass,
    /// The requirement does not concern this resource.
    NotApplicable,
}

named!(VerdictV1 from crate::finding::Verdict {
    Fail => Fail,
    Unknown => Unknown,
    Pass => Pass,
    NotApplicable => NotApplicable,
});

/// Why a value is not known.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownReason {
    /// A variable without a value.
    Variable,
    /// A parameter without a value.
    Parameter,
    /// The provider sets it when the resource is created.
    Computed,
    /// It is looked up in a live account.
    Lookup,
    /// A module that was not read.
    Module,
    /// A function of time, chance or the machine.
    Function,
    /// A file that was not read.
    File,
    /// A condition that is itself not known.
    Condition,
    /// A template that was not rendered.
    Template,
    /// An environment variable of the place where it will run.
    Environment,
    /// The account, region, stack or workspace that it is deployed to.
    Deployment,
    /// A definition that refers to itself.
    Cycle,
    /// A limit of the audit was reached.
    Budget,
    /// Something its language does not allow.
    Invalid,
    /// Only a running system can tell.
    Running,
    /// Only a user with more rights can tell.
    Rights,
    /// A construct that this version does not evaluate.
    Unsupported,
}

named!(UnknownReason from crate::value::Reason {
    Variable => Variable,
    Parameter => Parameter,
    Computed => Computed,
    Lookup => Lookup,
    Module => Module,
    Function => Function,
    File => File,
    Condition => Condition,
    Template => Template,
    Environment => Environment,
    Deployment => Deployment,
    Cycle => Cycle,
    Budget => Budget,
    Invalid => Invalid,
    Running => Running,
    Rights => Rights,
    Unsupported => Unsupported,
});

/// Whether a failing finding counts.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StandingState {
    /// It counts.
    Open,
    /// A comment in the audited file ignores it.
    Ignored,
    /// A waiver of the operator's accepts it.
    Waived,
    /// The baseline has it.
    Known,
}

/// How much of a control a machine can see.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CoverageV1 {
    /// Configuration alone shows the mechanism.
    Full,
    /// Configuration shows part; a person attests the rest.
    Partial,
    /// A person attests it.
    Manual,
}

named!(CoverageV1 from crate::framework::Coverage {
    Full => Full,
    Partial => Partial,
    Manual => Manual,
});

/// What the audit says about a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ControlState {
    /// A rule that serves it fails somewhere.
    Findings,
    /// Rules that serve it ran, and some could not tell.
    Unclear,
    /// Every rule that serves it and applied here passed.
    Evidence,
    /// No rule that serves it applied to anything that was read.
    NotAssessed,
    /// Only a person can attest it.
    Attest,
}

named!(ControlState from crate::assess::ControlState {
    Findings => Findings,
    Unclear => Unclear,
    Evidence => Evidence,
    NotAssessed => NotAssessed,
    Attest => Attest,
});

/// Kinds of gaps.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// The file could not be read.
    Unreadable,
    /// The file could not be parsed.
    Unparsed,
    /// A template that must be rendered first.
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

named!(GapKind from crate::resource::GapKind {
    Unreadable => Unreadable,
    Unparsed => Unparsed,
    Template => Template,
    Missing => Missing,
    Limit => Limit,
    Unrecognised => Unrecognised,
    Nothing => Nothing,
    Note => Note,
});
