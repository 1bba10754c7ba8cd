//! Dockerfiles: what the image that they build will be.
//!
//! One resource `dockerfile` for the final stage and one `dockerfile.stage` for each stage. Values are
//! effective: the last `USER` counts, what `FROM an-earlier-stage` brings along included, build arguments
//! with their defaults in place. What the base image brings along is not in the text and stays unknown.

mod record;
mod stage;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::budget::Budget;
use crate::format::dockerfile::{Arguments, Dockerfile, Instruction};
use crate::format::{Body, Document};
use crate::model::variables::{Allowance, Dialect, expand};
use crate::model::{Built, Context, Model, image};
use crate::resource::{Domain, Gap, GapKind, Resource, Scope};
use crate::source::{Source, Span};
use crate::value::Value;
use stage::{Arguments as BuildArguments, Stage};

/// Dockerfiles among the documents of an audit.
pub const MODEL: Model = Model { domain: Domain::Docker, build };

/// Most stages of one file.
const MAX_STAGES: usize = 1_000;

fn build(documents: &[&Document], context: &Context) -> Built {
    let mut built = Built::default();
    for document in documents {
        let Body::Dockerfile(file) = &document.body else { continue };
        let Some(source) = context.sources.get(document.source) else { continue };
        built.used.push(document.source);
        let whole = Span::new(document.source, 0..source.text.len());
        match read(file, source, context.budget) {
            Ok((stages, global)) => add(&mut built, source, whole, &stages, &global, context.budget),
            Err(message) => built.gaps.push(limit(source, Some(whole), message)),
        }
    }
    built
}

fn limit(source: &Source, span: Option<Span>, message: String) -> Gap {
    Gap { kind: GapKind::Limit, path: source.path.clone(), span, message, hint: None }
}

/// Every stage of a file, in order.
fn read(file: &Dockerfile, source: &Source, budget: &Budget) -> Result<(Vec<Stage>, BuildArguments), String> {
    let allowance = Rc::new(Allowance::of(source.text.len()));
    let mut global = BuildArguments::default();
    let mut stages: Vec<Stage> = Vec::new();
    let mut by_name: HashMap<String, usize> = HashMap::new();
    budget.steps(file.instructions.len() as u64).map_err(|limit| limit.to_string())?;
    for instruction in &file.instructions {
        if let Arguments::From { image, name } = &instruction.arguments {
            if stages.len() == MAX_STAGES {
                return Err(format!("more than {MAX_STAGES} stages; not judged"));
            }
            let lookup = |name: &str| global.in_from(name);
            let image = expand(&image.text, Dialect::Dockerfile(file.escape), &lookup, instruction.span, &allowance);
            let parent = image.as_str().and_then(|name| by_name.get(&name.to_ascii_lowercase())).copied();
            let parent = parent.and_then(|number| Some((number, stages.get(number)?)));
            let name = name.as_ref().map(|name| name.text.clone());
            let label = name.clone().unwrap_or_else(|| stages.len().to_string().into());
            if let Some(name) = name {
                by_name.insert(name.to_ascii_lowercase(), stages.len());
            }
            let steps = parent.map_or(1, |(_, stage)| stage.weight());
            budget.steps(steps).map_err(|limit| limit.to_string())?;
            stages.push(Stage::new(label, image, parent, instruction, file.escape, &allowance, source));
            continue;
        }
        match stages.last_mut() {
            Some(stage) => stage.apply(instruction, &global, source),
            None => global.declare(instruction, file.escape, &allowance),
        }
    }
    Ok((stages, global))
}

fn add(built: &mut Built, source: &Source, whole: Span, stages: &[Stage], global: &BuildArguments, budget: &Budget) {
    let scope = Scope { domain: Domain::Docker, path: source.path.clone() };
    if let Err(exceeded) = budget.instances(1 + stages.len() as u64) {
        return built.gaps.push(limit(source, Some(whole), exceeded.to_string()));
    }
    let Some(last) = stages.last() else { return };
    let from = Value::list(stages.iter().map(Stage::from).collect(), whole);
    let count = Value::int(i64::try_from(stages.len()).unwrap_or(i64::MAX), whole);
    let chain = chain(stages);
    let mut push = |kind: &str, address: Arc<str>, attributes, span| {
        built.resources.push(Resource { kind: kind.into(), address, attributes, span, scope: scope.clone() });
    };
    let facts = vec![("from", from), ("stages", count), ("global_args", global.to_value(whole))];
    push("dockerfile", source.path.clone(), last.attributes(&chain, facts, whole), whole);
    for stage in stages {
        let address = format!("{}#{}", source.path, stage.label).into();
        let name = vec![("stage", Value::string(stage.label.clone(), stage.span))];
        push("dockerfile.stage", address, stage.attributes(&[stage], name, stage.span), stage.span);
    }
}

/// The last stage and those that it is made from, the first of them first.
fn chain(stages: &[Stage]) -> Vec<&Stage> {
    let mut chain: Vec<&Stage> = Vec::new();
    let mut next = stages.last();
    while let Some(stage) = next {
        chain.push(stage);
        // A parent always comes before its child, so this ends.
        next = stage.parent.and_then(|number| stages.get(number));
    }
    chain.reverse();
    chain
}

/// The parts of an external base image, for `base_image` and `from`.
fn base_image(image: &Value) -> Value {
    image::of(image)
}

/// The line on which an instruction begins.
fn line(instruction: &Instruction, source: &Source) -> i64 {
    i64::from(source.line_of(instruction.span.start))
}
