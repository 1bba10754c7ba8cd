//! The configuration files of systemd's own daemons, as their manual pages (CONFIGURATION DIRECTORIES AND PRECEDENCE)
//! describe them: one main file, then every drop-in in the order of the names; a name in /etc hides the vendor's.

use std::collections::BTreeMap;

use crate::model::host::dialect::Setting;
use crate::model::host::dialect::sections::{self, Joined, PLAIN, Section, Style};
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Reason, Value};

/// Directories, most important first.
const DIRECTORIES: [&str; 4] = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];
const STYLE: Style = Style { joined: Joined::Backslash, ..PLAIN };

/// Everything that holds for one daemon.
#[derive(Default)]
pub struct Conf {
    sections: Vec<Section>,
    hole: Option<Value>,
    /// Where it begins, if there is a file.
    pub place: Option<Span>,
}

impl Conf {
    /// Reads `name` (`logind.conf`) and its drop-ins.
    pub fn read(view: &dyn View, name: &str, gaps: &mut Vec<Gap>) -> Conf {
        let mut conf = Conf::default();
        let main = DIRECTORIES.iter().map(|dir| format!("{dir}/{name}")).find(|path| view.exists(path));
        let mut by_name = BTreeMap::new();
        for dir in DIRECTORIES {
            let dir = format!("{dir}/{name}.d");
            for file in view.list(&dir).unwrap_or_default().into_iter().filter(|file| file.ends_with(".conf")) {
                let path = format!("{dir}/{file}");
                by_name.entry(file).or_insert(path);
            }
        }
        for path in main.into_iter().chain(by_name.into_values()) {
            match view.read(&path) {
                Ok(text) => {
                    conf.place.get_or_insert(Span::new(text.id, 0..0));
                    conf.sections.extend(sections::parse(&text, &STYLE));
                }
                // A link to /dev/null switches a drop-in off.
                Err(OpenError::NotFound | OpenError::NotAFile) => {}
                Err(error) => {
                    let trouble = Trouble::Open(error);
                    conf.place.get_or_insert(view.mark(&path));
                    conf.hole = Some(Value::unknown(trouble.reason(), path.as_str(), view.mark(&path)));
                    gaps.push(trouble.gap(view.display(&path)));
                }
            }
        }
        conf
    }

    /// The last value; an empty one takes back those before it.
    fn setting(&self, section: &str, key: &str) -> Option<&Setting> {
        let of = self.sections.iter().rev().filter(|one| one.name == section);
        of.filter_map(|one| one.last(key)).next().filter(|setting| !setting.value.is_empty())
    }

    /// The value in lower case.
    pub fn text(&self, section: &str, key: &str) -> Option<Value> {
        let found = self.setting(section, key);
        let value = found.map(|setting| Value::string(setting.value.to_ascii_lowercase(), setting.span));
        self.hole.clone().or(value)
    }

    /// The value as seconds; -1 for `infinity`. systemd.time(7).
    pub fn seconds(&self, section: &str, key: &str) -> Option<Value> {
        let value = self.text(section, key)?;
        let Some(text) = value.as_str() else { return Some(value) };
        Some(match seconds(text) {
            Some(seconds) => Value::int(seconds, value.span),
            None => Value::unknown(Reason::Invalid, key, value.span),
        })
    }
}

/// `1h 30min` as seconds.
fn seconds(text: &str) -> Option<i64> {
    if text == "infinity" {
        return Some(-1);
    }
    let mut total: i64 = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let after = rest.get(digits..)?.trim_start();
        let end = after.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(after.len());
        let unit = match after.get(..end)? {
            "" | "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hr" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            "ms" | "msec" | "us" | "usec" => 0,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = after.get(end..)?.trim_start();
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn spans_of_time_are_seconds() {
        let cases = [
            ("900", Some(900)),
            ("15min", Some(900)),
            ("1h 30m", Some(5_400)),
            ("2 min 5s", Some(125)),
            ("infinity", Some(-1)),
            ("soon", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
