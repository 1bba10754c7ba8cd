//! Path patterns as glob(3) expands them: `*`, `?` and `[...]` within one name, a leading dot matched
//! only by a dot, the result in the order of its bytes (sshd runs in the C collation).

use crate::budget::Budget;
use crate::model::host::view::View;
use crate::open::OpenError;

/// What a pattern stands for.
#[derive(Debug, Default)]
pub struct Expanded {
    /// The paths that exist, in order.
    pub paths: Vec<String>,
    /// The directories and files that could not be looked at.
    pub refused: Vec<(String, OpenError)>,
}

/// Expands the absolute `pattern`.
pub fn expand(view: &dyn View, pattern: &str) -> Expanded {
    let mut out = Expanded::default();
    let mut found = vec![String::new()];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = found.iter().flat_map(|dir| step(view, dir, part, &mut out)).collect();
        if found.len() as u64 > Budget::MAX_PER_LOOP {
            out.refused.push((pattern.to_owned(), OpenError::Budget(too_many())));
            found.truncate(usize::try_from(Budget::MAX_PER_LOOP).unwrap_or(0));
        }
    }
    found.sort();
    out.paths = found;
    out
}

fn too_many() -> crate::budget::Exceeded {
    crate::budget::Exceeded { what: "the files of one pattern", limit: Budget::MAX_PER_LOOP }
}

/// The paths in `dir` whose name is `part`.
fn step(view: &dyn View, dir: &str, part: &str, out: &mut Expanded) -> Vec<String> {
    if !part.contains(['*', '?', '[', '\\']) {
        let path = format!("{dir}/{part}");
        return match view.stat(&path) {
            Ok(_) => vec![path],
            // A file that cannot be looked at is named when it is read.
            Err(OpenError::NotFound) => Vec::new(),
            Err(_) => vec![path],
        };
    }
    let at = if dir.is_empty() { "/" } else { dir };
    match view.list(at) {
        Ok(names) => names.iter().filter(|name| matches(part, name)).map(|name| format!("{dir}/{name}")).collect(),
        Err(OpenError::NotFound) => Vec::new(),
        Err(error) => {
            out.refused.push((at.to_owned(), error));
            Vec::new()
        }
    }
}

/// True if `name` is one of those that `pattern` stands for.
pub fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    wild(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>())
}

/// The usual matching with one point to go back to: linear space, no recursion.
fn wild(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(c) = name.get(n) {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
            continue;
        }
        if let Some(next) = one(pattern, p, *c) {
            (p, n) = (next, n + 1);
            continue;
        }
        let Some((after, from)) = star else { return false };
        star = Some((after, from + 1));
        (p, n) = (after, from + 1);
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

/// Where the pattern goes on if its item at `p` takes `c`.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match pattern.get(p)? {
        '?' => Some(p + 1),
        '\\' => (pattern.get(p + 1) == Some(&c)).then_some(p + 2),
        '[' => set(pattern, p, c),
        same => (*same == c).then_some(p + 1),
    }
}

/// A set `[abc]`, `[a-z]`, `[!a]`; a `[` without its `]` is itself.
fn set(pattern: &[char], p: usize, c: char) -> Option<usize> {
    let inner = p + 1;
    let not = matches!(pattern.get(inner), Some('!' | '^'));
    let first = inner + usize::from(not);
    // A `]` that comes first is a member.
    let Some(close) = pattern.iter().skip(first + 1).position(|c| *c == ']').map(|n| n + first + 1) else {
        return (c == '[').then_some(p + 1);
    };
    let members = pattern.get(first..close)?;
    let mut within = false;
    let mut at = 0;
    while let Some(low) = members.get(at) {
        match (members.get(at + 1), members.get(at + 2)) {
            (Some('-'), Some(high)) => {
                within |= (*low..=*high).contains(&c);
                at += 3;
            }
            _ => {
                within |= *low == c;
                at += 1;
            }
        }
    }
    (within != not).then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_as_in_glob() {
        let yes = [
            ("*.conf", "a.conf"),
            ("*", ""),
            ("5?-*", "50-x"),
            ("[0-9]*", "1a"),
            ("[!a]b", "cb"),
            (".*", ".x"),
            ("\\*", "*"),
            ("a*b*c", "aXbYbZc"),
            ("[]a]", "]"),
            ("[", "["),
        ];
        let no = [
            ("*.conf", ".conf"),
            ("*.conf", "a.conf~"),
            ("?", ""),
            ("[0-9]", "a"),
            ("a*b", "acd"),
            ("", "a"),
            ("[!a]", "a"),
        ];
        for (pattern, name) in yes {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in no {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(5_000), &"a".repeat(4_000)));
    }
}
