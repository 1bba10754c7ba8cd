//! `duecare`: the pipeline.

pub mod budget;
pub mod format;
pub mod model;
pub mod open;
pub mod resource;
pub mod source;
pub mod value;
