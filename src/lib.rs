//! `duecare` audits what an organisation that holds health data has written down about its systems
//! against HIPAA and GDPR. This page is the whole pipeline; data flows one way:
//!
//! paths -> discover -> [`source::Source`] -> parse -> [`resource::Resource`] -> evaluate
//! -> [`finding::Finding`] -> assess -> [`audit::Audit`] -> report

pub mod assess;
pub mod audit;
pub mod budget;
pub mod cli;
pub mod command;
pub mod discover;
pub mod estate;
pub mod evaluate;
pub mod finding;
pub mod format;
pub mod framework;
pub mod ignore;
pub mod ingest;
pub mod judge;
pub mod model;
pub mod open;
pub mod out;
pub mod pattern;
pub mod pool;
pub mod prove;
pub mod redact;
pub mod report;
pub mod resource;
pub mod rule;
pub mod show;
pub mod source;
pub mod tally;
pub mod truth;
pub mod value;
pub mod waiver;
