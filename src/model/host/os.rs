//! The operating system itself: os-release(5) and the end of its support.

use std::sync::Arc;

use crate::model::Built;
use crate::model::host::assignments::{Assignment, assignments, last};
use crate::model::host::end_of_life::{Support, end_of_life, end_of_long_term_support};
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind, Resource, Scope};
use crate::source::Span;
use crate::value::{Reason, Value};

/// os-release(5): "/etc/os-release takes precedence over /usr/lib/os-release."
const FILE: &str = "/etc/os-release";
const FALLBACK: &str = "/usr/lib/os-release";

/// Adds the resource `os`, or says loudly that the system was not recognised.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let mut read = Err(OpenError::NotFound);
    for path in [FILE, FALLBACK] {
        read = view.read(path).map(|text| (path, text));
        match &read {
            Err(OpenError::NotFound | OpenError::Outside) => {}
            _ => break,
        }
    }
    let (path, text) = match read {
        Ok(found) => found,
        Err(OpenError::NotFound | OpenError::Outside) => {
            let message = "the system was not recognised: no /etc/os-release";
            return built.gaps.push(unrecognised(view.display(FILE), None, message.into()));
        }
        Err(error) => return built.gaps.push(Trouble::Open(error).gap(view.display(FILE))),
    };
    let all = assignments(&text);
    let whole = Span::new(text.id, 0..text.text.len());
    let Some(id) = last(&all, "ID") else {
        let message = format!("the system was not recognised: {path} states no ID");
        return built.gaps.push(unrecognised(view.display(path), Some(whole), message));
    };
    let support = support(&all, id);
    if support == Support::UnknownSystem {
        let message = format!("the system was not recognised: the distribution {} is not in the table", id.value);
        built.gaps.push(unrecognised(view.display(path), Some(id.span), message));
    }
    let address = "os".into();
    let attributes = attributes(&all, id, support, whole);
    built.resources.push(Resource { kind: "os".into(), address, attributes, span: whole, scope: scope.clone() });
}

/// True if the distribution is one of those in the table.
pub fn is_known(view: &dyn View) -> bool {
    let text = [FILE, FALLBACK].iter().find_map(|path| view.read(path).ok());
    let all = text.map(|text| assignments(&text)).unwrap_or_default();
    last(&all, "ID").is_some_and(|id| support(&all, id) != Support::UnknownSystem)
}

fn unrecognised(path: Arc<str>, span: Option<Span>, message: String) -> Gap {
    let hint = Some("what depends on the distribution cannot be judged".to_owned());
    Gap { kind: GapKind::Unrecognised, path, span, message, hint }
}

fn support(all: &[Assignment], id: &Assignment) -> Support {
    let is_stream = id.value == "centos" && last(all, "NAME").is_some_and(|name| name.value == "CentOS Stream");
    let key = if is_stream { "centos-stream" } else { &id.value };
    end_of_life(key, last(all, "VERSION_ID").map(|version| &*version.value))
}

fn attributes(all: &[Assignment], id: &Assignment, support: Support, whole: Span) -> Value {
    let known = [("id", "ID"), ("version_id", "VERSION_ID"), ("pretty_name", "PRETTY_NAME"), ("name", "NAME")];
    let texts = known.iter().filter_map(|(key, name)| {
        let found = last(all, name)?;
        Some((*key, Value::string(&*found.value, found.span)))
    });
    let version = last(all, "VERSION_ID");
    let at = version.map_or(id.span, |version| version.span);
    let end = match support {
        Support::Until(day) => Value::string(day, at),
        Support::UnknownVersion | Support::UnknownSystem => {
            let what = format!("the end of support of {} {}", id.value, version.map_or("", |found| &found.value));
            Value::unknown(Reason::Unsupported, what.trim_end(), at)
        }
    };
    let longer = end_of_long_term_support(&id.value, version.map(|version| &*version.value));
    let longer = longer.map(|day| ("end_of_long_term_support", Value::string(day, at)));
    Value::object(texts.chain([("end_of_life", end)]).chain(longer), whole)
}

#[cfg(test)]
mod tests {
    use crate::model::testing::{attribute, host, place, plain};
    use crate::resource::GapKind;

    /// The value of `end_of_life`, its place, and the kinds of gaps, of a host with this os-release.
    fn end(os_release: Option<&str>) -> (String, String, Vec<GapKind>) {
        let text = os_release.unwrap_or_default();
        let files = [("/usr/lib/os-release", text), ("/etc/os-release", "-> ../usr/lib/os-release")];
        let (built, sources) = host(if os_release.is_some() { &files } else { &[] });
        let value = attribute(&built, "os", "end_of_life");
        let kinds = built.gaps.iter().map(|gap| gap.kind).collect();
        (value.map_or("-".into(), plain), value.map_or("-".into(), |value| place(&sources, value)), kinds)
    }

    #[test]
    fn the_end_of_support_is_known_or_said_not_to_be() {
        let here = || "/etc/os-release:2".to_owned();
        let shown = |id: &str| end(Some(id));
        assert_eq!(shown("ID=debian\nVERSION_ID=\"12\"\n"), ("2026-06-10".into(), here(), vec![]));
        assert_eq!(shown("ID=centos\nVERSION_ID=8\nNAME=\"CentOS Stream\"\n"), ("2024-05-31".into(), here(), vec![]));
        assert_eq!(shown("ID=centos\nVERSION_ID=8\nNAME=\"CentOS Linux\"\n"), ("2021-12-31".into(), here(), vec![]));
        assert!(shown("ID=debian\nPRETTY_NAME=sid\n").0.starts_with("unknown("));
        let (value, _, gaps) = shown("ID=haiku\nVERSION_ID=1\n");
        assert!(value.starts_with("unknown("));
        assert_eq!(gaps, [GapKind::Unrecognised]);
        assert_eq!(end(None), ("-".into(), "-".into(), vec![GapKind::Unrecognised]));
    }
}
