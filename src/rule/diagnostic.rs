//! Mistakes in a rule pack, shown with the line they are on.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::load::Problem;
use crate::source::Source;

/// Renders `problem` in `source`, in the manner of rustc; `color` turns on ANSI colours.
pub fn render(problem: &Problem, source: &Source, color: bool) -> String {
    let length = source.text.len();
    let start = (problem.span.start as usize).min(length);
    let end = (problem.span.end as usize).clamp(start, length);
    // A span over many lines would print all of them; the first says where it is.
    let first_line = source.text.get(start..end).and_then(|text| text.find('\n')).map_or(end, |n| start + n);
    let snippet =
        Snippet::source(&*source.text).path(&*source.path).annotation(AnnotationKind::Primary.span(start..first_line));
    let mut group = Level::ERROR.primary_title(problem.message.as_str()).element(snippet);
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}
