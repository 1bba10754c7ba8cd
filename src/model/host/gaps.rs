//! Gaps of a host in few words: a hundred files that one refusal keeps from being read are one thing to know.

use std::collections::HashSet;
use std::sync::Arc;

use crate::open::OpenError;
use crate::resource::{Gap, GapKind};

/// So many files are named each by itself.
const NAMED: usize = 3;

/// The gaps, each once; files that were not read for the same reason as one gap of the root where they are many.
/// What is not in a part of a system was said of the part as a whole.
pub fn summed_up(gaps: Vec<Gap>, root: &Arc<str>) -> Vec<Gap> {
    let outside = OpenError::Outside.to_string();
    let mut seen = HashSet::new();
    let gaps = gaps.into_iter().filter(|gap| {
        gap.message != outside && seen.insert((gap.kind, gap.path.clone(), gap.span, gap.message.clone()))
    });
    let mut out: Vec<Gap> = Vec::new();
    let mut groups: Vec<Vec<Gap>> = Vec::new();
    for gap in gaps {
        if gap.kind != GapKind::Unreadable {
            out.push(gap);
            continue;
        }
        let same = groups.iter_mut().find(|group| group.first().is_some_and(|first| first.message == gap.message));
        match same {
            Some(group) => group.push(gap),
            None => groups.push(vec![gap]),
        }
    }
    for group in groups {
        match group.first() {
            Some(first) if group.len() > NAMED => out.push(as_one(&group, first, root)),
            _ => out.extend(group),
        }
    }
    out
}

fn as_one(group: &[Gap], first: &Gap, root: &Arc<str>) -> Gap {
    let top = root.trim_end_matches('/');
    let within = |gap: &Gap| gap.path.strip_prefix(top).unwrap_or(&gap.path).to_owned();
    let named: Vec<String> = group.iter().take(NAMED).map(within).collect();
    let (all, more) = (group.len(), group.len() - NAMED);
    let message = format!("{all} files: {}: {} and {more} more", first.message, named.join(", "));
    Gap { kind: first.kind, path: root.clone(), span: None, message, hint: first.hint.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_with_one_reason_are_one_gap() {
        let gap = |path: &str, message: &str| {
            let hint = Some("run the audit as root".to_owned());
            Gap { kind: GapKind::Unreadable, path: path.into(), span: None, message: message.into(), hint }
        };
        let denied = |n: usize| gap(&format!("/r/etc/{n}"), "permission denied");
        let mut gaps: Vec<Gap> = (0..5).map(denied).collect();
        gaps.extend([
            denied(1),
            gap("/r/x", "not a regular file; not read"),
            gap("/r/usr", &OpenError::Outside.to_string()),
        ]);
        let said: Vec<String> =
            summed_up(gaps, &"/r/".into()).iter().map(|gap| format!("{}: {}", gap.path, gap.message)).collect();
        assert_eq!(
            said,
            [
                "/r/: 5 files: permission denied: /etc/0, /etc/1, /etc/2 and 2 more",
                "/r/x: not a regular file; not read",
            ]
        );
        assert_eq!(summed_up((0..3).map(denied).collect(), &"/r/".into()).len(), 3);
    }
}
