//! The settings that hold for a connection, from the sequence that was read.
//!
//! sshd_config(5): "For each keyword, the first obtained value will be used." and of `Match`: "If all of
//! the criteria on the Match line are satisfied, the keywords on the following lines override those set in
//! the global section of the config file, until either another Match line or the end of the file. If a
//! keyword appears in multiple Match blocks that are satisfied, only the first instance of the keyword is
//! applied."

use crate::model::host::sshd::keywords::{KEYWORDS, Keyword, Repeat};
use crate::model::host::sshd::read::{ALWAYS, Configuration, GLOBAL, Item, What};
use crate::source::Span;
use crate::value::{Entry, Value};

/// The settings of a connection that meets the conditions of `chain` and no others, by keyword.
pub fn settings(read: &Configuration, chain: usize) -> Vec<(&'static str, Entry)> {
    let own = read.chains.get(chain).map(|chain| &*chain.criteria).unwrap_or_default();
    let met: Vec<bool> = read.chains.iter().map(|other| other.criteria.iter().all(|c| own.contains(c))).collect();
    let mut global = Layer::new();
    let mut daemon = Layer::new();
    let mut matched = Layer::new();
    for item in &read.items {
        match item.chain {
            GLOBAL => {
                global.add(item);
                daemon.add(item);
            }
            // `Match all` holds for the daemon too, so keywords that are refused elsewhere may follow it.
            ALWAYS => {
                matched.add(item);
                daemon.add(item);
            }
            other if met.get(other) == Some(&true) => matched.add(item),
            _ => {}
        }
    }
    let old = read.version.is_some_and(|version| version < (8, 7));
    let all = KEYWORDS.iter().enumerate().filter_map(|(at, keyword)| {
        let value = if !keyword.in_match {
            daemon.value(at, keyword)
        } else if old && keyword.name == "kbdinteractiveauthentication" {
            matched.value(at, keyword).or_else(|| keyboard_interactive_before_8_7(&global, at))
        } else {
            matched.value(at, keyword).or_else(|| global.value(at, keyword))
        };
        Some((keyword.name, value?))
    });
    all.collect()
}

/// The lines that hold together, by keyword, and the holes among them.
struct Layer<'a> {
    by_keyword: Vec<Vec<(usize, &'a Item)>>,
    holes: Vec<(usize, &'a Item)>,
    count: usize,
}

impl<'a> Layer<'a> {
    fn new() -> Self {
        Layer { by_keyword: vec![Vec::new(); KEYWORDS.len()], holes: Vec::new(), count: 0 }
    }

    fn add(&mut self, item: &'a Item) {
        self.count += 1;
        match &item.what {
            What::Hole(..) => self.holes.push((self.count, item)),
            What::Setting(keyword, ..) => {
                let at = KEYWORDS.partition_point(|other| other.name < keyword.name);
                if let Some(list) = self.by_keyword.get_mut(at) {
                    list.push((self.count, item));
                }
            }
        }
    }

    fn lines(&self, at: usize) -> &[(usize, &'a Item)] {
        self.by_keyword.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    fn value(&self, at: usize, keyword: &Keyword) -> Option<Entry> {
        let lines = self.lines(at);
        let (line, hole) = match keyword.repeat {
            Repeat::First => (lines.first(), self.holes.first()),
            Repeat::Last => (lines.last(), self.holes.last()),
            Repeat::Append => {
                return match self.holes.first() {
                    Some((_, hole)) => unread(hole),
                    None => appended(lines),
                };
            }
        };
        match (line, hole) {
            (Some((line, item)), Some((hole, _))) if (line < hole) == (keyword.repeat == Repeat::First) => entry(item),
            (_, Some((_, hole))) => unread(hole),
            (Some((_, item)), None) => entry(item),
            (None, None) => None,
        }
    }
}

fn entry(item: &Item) -> Option<Entry> {
    match &item.what {
        What::Setting(_, line, value) => Some(Entry { key: line.keyword.span, value: value.clone() }),
        What::Hole(..) => unread(item),
    }
}

fn unread(item: &Item) -> Option<Entry> {
    let What::Hole(reason, path, span) = &item.what else { return None };
    Some(Entry { key: *span, value: Value::unknown(*reason, path.clone(), *span) })
}

/// The lists of all lines in one; unknown if one of the lines is.
fn appended(lines: &[(usize, &Item)]) -> Option<Entry> {
    let (_, first) = lines.first()?;
    let first = entry(first)?;
    let mut items = Vec::new();
    for (_, item) in lines {
        let one = entry(item)?;
        match one.value.as_list() {
            Some(list) => items.extend(list.iter().cloned()),
            None => return Some(one),
        }
    }
    let span: Span = first.value.span;
    Some(Entry { key: first.key, value: Value::list(items, span) })
}

/// Before 8.7 `ChallengeResponseAuthentication` was a keyword of its own, `yes` by default, that turned
/// keyboard-interactive authentication on whatever `KbdInteractiveAuthentication` said (sshd.c).
fn keyboard_interactive_before_8_7(layer: &Layer, at: usize) -> Option<Entry> {
    let named = |name: &str| {
        let mut lines = layer.lines(at).iter();
        lines.find_map(|(place, item)| match &item.what {
            What::Setting(_, line, value) if line.keyword.text.eq_ignore_ascii_case(name) => {
                Some((*place, Entry { key: line.keyword.span, value: value.clone() }))
            }
            _ => None,
        })
    };
    let challenge = named("ChallengeResponseAuthentication");
    let keyboard = named("KbdInteractiveAuthentication");
    if let Some((hole, item)) = layer.holes.first()
        && challenge.as_ref().is_none_or(|(place, _)| hole < place)
    {
        return unread(item);
    }
    match (challenge, keyboard) {
        (None, None) => None,
        (None, Some((_, entry))) => {
            let value = Value::string("yes", entry.value.span);
            Some(Entry { key: entry.key, value })
        }
        (Some((_, entry)), None) => Some(entry),
        (Some((_, challenge)), Some((_, keyboard))) => {
            let off = challenge.value.as_str() == Some("no");
            Some(if off { keyboard } else { challenge })
        }
    }
}
