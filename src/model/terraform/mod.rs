//! Terraform and OpenTofu: configuration directories to the resources they declare.
//!
//! What is written is evaluated as Terraform evaluates it, without a provider and without a state.
//! Each directory that no other calls is a root module; what it calls is evaluated once for each
//! call. Everything is evaluated when it is first asked for, so a definition that needs itself is
//! found to be a cycle. What the text does not determine is unknown, and says why.

mod blocks;
mod call_source;
mod calls;
mod eval;
mod expansion;
mod finish;
mod functions;
mod inputs;
mod instance;
mod json;
mod jsontext;
mod kubernetes;
mod load;
mod module;
mod operators;
mod plan;
mod policy_document;
mod providers;
mod resource;
mod roots;
mod state;
mod text;
mod traverse;
mod types;
mod world;

#[cfg(test)]
mod tests;

use crate::format::Document;
use crate::model::{Built, Context, Model};
use crate::resource::Domain;

/// Terraform and OpenTofu.
pub const MODEL: Model = Model { domain: Domain::Terraform, build };

/// Stack of the thread that evaluates: [`world::MAX_CHAIN`] evaluations within each other, each of
/// which takes up to 30 KB unoptimised. It is reserved, not used.
const STACK: usize = 256 << 20;

/// Makes resources of the documents that are Terraform's.
pub fn build(documents: &[&Document], ctx: &Context) -> Built {
    let loaded = load::load(documents, ctx);
    if loaded.used.is_empty() {
        return Built::default();
    }
    let evaluate = || roots::build(&loaded, ctx);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("terraform".into()).stack_size(STACK);
        let running = thread.spawn_scoped(scope, evaluate);
        running.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(|| roots::refused(&loaded, ctx))
    })
}
