//! `duecare`: the pipeline.

pub mod budget;
pub mod estate;
pub mod evaluate;
pub mod finding;
pub mod format;
pub mod framework;
pub mod model;
pub mod open;
pub mod redact;
pub mod resource;
pub mod rule;
pub mod show;
pub mod source;
pub mod truth;
pub mod value;
