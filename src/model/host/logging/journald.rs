//! systemd-journald: journald.conf(5) in effect, sealing, and the shipping of the journal.

use crate::model::Built;
use crate::model::host::drop_ins::{self, Merged, boolean, boolean_value, merged};
use crate::model::host::logging::distribution;
use crate::model::host::view::View;
use crate::model::host::{self, systemd};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

const PROGRAMS: [&str; 2] = ["/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"];
const JOURNAL: &str = "/var/log/journal";
const SIZES: [&str; 8] = [
    "SystemMaxUse",
    "SystemKeepFree",
    "SystemMaxFileSize",
    "SystemMaxFiles",
    "RuntimeMaxUse",
    "RuntimeKeepFree",
    "RuntimeMaxFileSize",
    "RuntimeMaxFiles",
];
const SPANS: [&str; 4] = ["MaxRetentionSec", "MaxFileSec", "SyncIntervalSec", "RateLimitIntervalSec"];
const SWITCHES: [&str; 7] =
    ["Seal", "ForwardToSyslog", "ForwardToKMsg", "ForwardToConsole", "ForwardToWall", "ReadKMsg", "Audit"];

/// Adds `journald`, and `journal.upload` where the journal is shipped.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    upload(view, scope, built);
    let files = merged(view, "systemd/journald.conf", "Journal");
    let program = PROGRAMS.iter().find(|path| view.exists(path));
    let Some(place) = files.as_ref().map(|files| files.place).or(program.map(|path| view.mark(path))) else { return };
    let mut all: Vec<(String, Value)> = Vec::new();
    if let Some(files) = &files {
        built.gaps.extend(files.gaps.iter().cloned());
        settings(files, &mut all);
    }
    all.push(("persistent".into(), persistent(view, files.as_ref(), place)));
    all.extend(forward_default(view, files.as_ref(), place).map(|value| ("ForwardToSyslog".into(), value)));
    all.push(("sealed".into(), sealed(view, files.as_ref(), place)));
    if program.is_some() {
        all.push(("enabled".into(), systemd::starts_at_boot(view, "systemd-journald.service")));
        all.push(("receives".into(), systemd::starts_at_boot(view, "systemd-journal-remote.service")));
    }
    // What a file that was not read may set is not known, set or not.
    if let Some((reason, path)) = files.as_ref().and_then(|files| files.hole.as_ref()) {
        for (key, value) in all.iter_mut().filter(|(key, _)| !matches!(&**key, "enabled" | "receives")) {
            *value = Value::unknown(*reason, format!("{key} in {path}"), place);
        }
    }
    host::add(view, scope, built, "journald", "journald", Value::object(all, place), place);
}

fn settings(files: &Merged, all: &mut Vec<(String, Value)>) {
    let mut add = |key: &str, value: Option<Value>| all.extend(value.map(|value| (key.to_owned(), value)));
    add("Storage", files.value("Storage").map(|set| Value::string(set.value.to_ascii_lowercase(), set.span)));
    add("SplitMode", files.value("SplitMode").map(|set| Value::string(set.value.to_ascii_lowercase(), set.span)));
    // A number is the size from which on entries are compressed: compression is on.
    let compress = files.value("Compress").map(|set| Value::bool(boolean(&set.value) != Some(false), set.span));
    add("Compress", compress);
    for key in SWITCHES {
        add(key, files.value(key).and_then(boolean_value));
    }
    for key in SIZES {
        let size = files.value(key).and_then(|set| Some(Value::int(drop_ins::bytes(&set.value)?, set.span)));
        add(key, size);
    }
    for key in SPANS {
        let span = files.value(key).and_then(|set| Some(Value::int(drop_ins::seconds(&set.value)?, set.span)));
        add(key, span);
    }
}

/// `Storage=auto`, the default, writes to disk if /var/log/journal is there.
fn persistent(view: &dyn View, files: Option<&Merged>, place: Span) -> Value {
    let set = files.and_then(|files| files.value("Storage"));
    let span = set.map_or(place, |set| set.span);
    match set.map(|set| set.value.to_ascii_lowercase()).as_deref() {
        Some("persistent") => Value::bool(true, span),
        Some("volatile" | "none") => Value::bool(false, span),
        _ if view.exists(JOURNAL) => Value::bool(true, span),
        _ if view.is_whole() => Value::bool(false, span),
        _ => Value::unknown(Reason::File, JOURNAL, span),
    }
}

/// Whether journald hands on what it takes; `None` where nothing of it is there.
pub fn forwards(view: &dyn View) -> Option<Value> {
    let files = merged(view, "systemd/journald.conf", "Journal");
    let program = PROGRAMS.iter().find(|path| view.exists(path));
    let place = files.as_ref().map(|files| files.place).or(program.map(|path| view.mark(path)))?;
    if let Some((reason, path)) = files.as_ref().and_then(|files| files.hole.as_ref()) {
        return Some(Value::unknown(*reason, &**path, place));
    }
    let set = files.as_ref().and_then(|files| files.value("ForwardToSyslog")).and_then(boolean_value);
    set.or_else(|| forward_default(view, files.as_ref(), place)).or(Some(Value::bool(false, place)))
}

/// Upstream forwards nothing; Debian and Ubuntu build it to forward. The main file says what the build does.
fn forward_default(view: &dyn View, files: Option<&Merged>, place: Span) -> Option<Value> {
    if files.is_some_and(|files| files.value("ForwardToSyslog").is_some()) {
        return None;
    }
    let stated = files.and_then(|files| files.stated_default("ForwardToSyslog"));
    if let Some((value, span)) = stated {
        return boolean(&value).map(|value| Value::bool(value, span));
    }
    let is_debian = distribution(view).iter().any(|id| matches!(&**id, "debian" | "ubuntu"));
    is_debian.then(|| Value::bool(true, place))
}

/// `Seal=` has an effect only where `journalctl --setup-keys` has put a key beside the journal.
fn sealed(view: &dyn View, files: Option<&Merged>, place: Span) -> Value {
    let set = files.and_then(|files| files.value("Seal"));
    if set.is_some_and(|set| boolean(&set.value) == Some(false)) {
        return Value::bool(false, set.map_or(place, |set| set.span));
    }
    match view.list(JOURNAL) {
        Ok(names) => {
            let key = names.iter().map(|name| format!("{JOURNAL}/{name}/fss")).find(|path| view.exists(path));
            Value::bool(key.is_some(), key.map_or(place, |path| view.mark(&path)))
        }
        Err(crate::open::OpenError::Denied) => Value::unknown(Reason::Rights, JOURNAL, place),
        Err(_) => Value::bool(false, place),
    }
}

/// systemd-journal-upload(8): where to, with which key, checked against which authority.
fn upload(view: &dyn View, scope: &Scope, built: &mut Built) {
    let Some(files) = merged(view, "systemd/journal-upload.conf", "Upload") else { return };
    built.gaps.extend(files.gaps.iter().cloned());
    let starts = systemd::starts_at_boot(view, "systemd-journal-upload.service");
    // The file comes with the package; where nothing is set and nothing started, nobody meant it.
    if files.settings.is_empty() && starts.as_bool() == Some(false) {
        return;
    }
    let mut all = vec![("enabled".to_owned(), starts)];
    for (key, name) in [
        ("URL", "url"),
        ("ServerKeyFile", "key"),
        ("ServerCertificateFile", "certificate"),
        ("TrustedCertificateFile", "trusted"),
    ] {
        all.extend(files.value(key).map(|set| (name.to_owned(), set.to_value())));
    }
    // Without a scheme the program takes https (journal-upload.conf(5)).
    let tls = files.value("URL").map(|url| Value::bool(!url.value.starts_with("http://"), url.span));
    all.extend(tls.map(|tls| ("tls".to_owned(), tls)));
    let place = files.place;
    host::add(view, scope, built, "journal.upload", "journal.upload", Value::object(all, place), place);
}
