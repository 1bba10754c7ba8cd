//! The lines of Ansible's two formats with sections, ansible.cfg and inventories: sections with their lines,
//! comments left out.

use crate::source::{SourceId, Span};

/// A section and its lines; those before the first one have no name.
pub struct Section<'t> {
    pub name: &'t str,
    pub lines: Vec<Line<'t>>,
}

/// A line that is neither empty nor a comment.
#[derive(Clone, Copy)]
pub struct Line<'t> {
    pub text: &'t str,
    pub span: Span,
}

/// Reads a text. A comment begins with `#` or `;`, in a line of its own or, with a blank before it, behind something.
pub fn sections(text: &str, source: SourceId) -> Vec<Section<'_>> {
    let mut out = vec![Section { name: "", lines: Vec::new() }];
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let bare = raw.split(" #").next().unwrap_or(raw);
        let line = bare.split(" ;").next().unwrap_or(bare).trim();
        let from = start + raw.len() - raw.trim_start().len();
        start += raw.len();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(name) => out.push(Section { name: name.trim(), lines: Vec::new() }),
            None => {
                let span = Span::new(source, from..from + line.len());
                out.last_mut().into_iter().for_each(|section| section.lines.push(Line { text: line, span }));
            }
        }
    }
    out
}
