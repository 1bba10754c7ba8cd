//! What presets enable at the first boot: systemd.preset(5).

use std::collections::BTreeMap;

use super::{instance_of, parts};
use crate::model::host::glob;
use crate::model::host::view::View;
use crate::source::Span;

const DIRECTORIES: [&str; 5] = [
    "/etc/systemd/system-preset",
    "/run/systemd/system-preset",
    "/usr/local/lib/systemd/system-preset",
    "/usr/lib/systemd/system-preset",
    "/lib/systemd/system-preset",
];

/// The line that has `unit` enabled when the system first boots; `None` if this is not before the first boot
/// or presets disable it. machine-id(5): the first boot is one without /etc/machine-id, or where it says
/// `uninitialized`. A unit that no line matches is enabled, if there are presets at all.
pub fn enables(view: &dyn View, unit: &str) -> Option<Span> {
    let is_first = match view.read("/etc/machine-id") {
        Ok(text) => text.text.trim() == "uninitialized",
        Err(_) => !view.exists("/etc/machine-id"),
    };
    if !is_first || !view.is_whole() {
        return None;
    }
    let mut by_name = BTreeMap::new();
    for dir in DIRECTORIES {
        for name in view.list(dir).unwrap_or_default().into_iter().filter(|name| name.ends_with(".preset")) {
            by_name.entry(name.clone()).or_insert(format!("{dir}/{name}"));
        }
    }
    let files: Vec<String> = by_name.into_values().collect();
    let mut last = None;
    for path in &files {
        let Ok(text) = view.read(path) else { continue };
        let mut start = 0;
        for raw in text.text.split_inclusive('\n') {
            let span = Span::new(text.id, start..start + raw.trim_end().len());
            start += raw.len();
            let mut words = raw.split_whitespace();
            let (Some(verb), Some(pattern)) = (words.next(), words.next()) else { continue };
            let instances: Vec<&str> = words.collect();
            if verb.starts_with(['#', ';']) || !is_meant(pattern, &instances, unit) {
                continue;
            }
            return (verb == "enable").then_some(span);
        }
        last = Some(Span::new(text.id, 0..0));
    }
    last
}

fn is_meant(pattern: &str, instances: &[&str], unit: &str) -> bool {
    if instances.is_empty() || !matches!(parts(pattern), Some((_, Some(""), _))) {
        return glob::matches(pattern, unit);
    }
    instances.iter().any(|instance| instance_of(pattern, instance) == unit)
}
