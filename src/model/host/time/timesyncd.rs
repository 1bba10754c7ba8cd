//! systemd-timesyncd: timesyncd.conf(5) with its drop-ins.

use super::{TimeSource, sources};
use crate::model::Built;
use crate::model::host;
use crate::model::host::drop_ins::merged;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::value::Value;

const PROGRAMS: [&str; 2] = ["/usr/lib/systemd/systemd-timesyncd", "/lib/systemd/systemd-timesyncd"];

/// Adds `timesyncd` where the program is, or where something is set for it.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let files = merged(view, "systemd/timesyncd.conf", "Time");
    let program = PROGRAMS.iter().find(|path| view.exists(path));
    let is_meant = files.as_ref().is_some_and(|files| !files.settings.is_empty());
    if program.is_none() && !is_meant {
        return;
    }
    let Some(at) = files.as_ref().map(|files| files.place).or(program.map(|path| view.mark(path))) else { return };
    let mut all = Vec::new();
    for (key, name) in [("NTP", "sources"), ("FallbackNTP", "fallback")] {
        let words = files.iter().flat_map(|files| files.words(key));
        let list: Vec<TimeSource> =
            words.map(|(name, span)| TimeSource { kind: "server", name, nts: false, key: false, span }).collect();
        all.push((name, sources(&list, at)));
    }
    if let Some(files) = files {
        if let Some((reason, path)) = files.hole {
            all.push(("sources", Value::unknown(reason, path, at)));
        }
        built.gaps.extend(files.gaps);
    }
    host::add(view, scope, built, "timesyncd", "timesyncd", Value::object(all, at), at);
}
