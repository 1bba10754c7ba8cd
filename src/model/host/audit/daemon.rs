//! auditd itself: auditd.conf(5), its plugins, whether it is installed and started.

use crate::model::Built;
use crate::model::host::dialect;
use crate::model::host::logging::machine;
use crate::model::host::view::{Text, Trouble, View};
use crate::model::host::{self, files, packages, systemd};
use crate::open::OpenError;
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::Value;

const FILE: &str = "/etc/audit/auditd.conf";
/// Of audit 3 and later, and of audit 2.
const PLUGINS: [&str; 2] = ["/etc/audit/plugins.d", "/etc/audisp/plugins.d"];
const PACKAGES: &[&str] = &["auditd", "audit"];
const PLUGIN_PACKAGES: &[&str] = &["audispd-plugins", "audit-audispd-plugins"];

/// Most files of a directory whose owner and mode are looked at.
const MAX_FILES: usize = 200;

/// Settings that are numbers.
const NUMBERS: &[&str] = &["freq", "num_logs", "max_log_file", "priority_boost", "q_depth", "max_restarts"];

/// Adds `audit` for the system, and `auditd` for its configuration.
pub fn add(view: &dyn View, scope: &Scope, built: &mut Built) {
    permissions(view, scope, built);
    let package = packages::installed(view, PACKAGES);
    let program = ["/usr/sbin/auditd", "/sbin/auditd"].iter().find(|path| view.exists(path));
    let is_configured = view.exists(FILE);
    let Some(at) = package
        .as_ref()
        .map(|package| package.span)
        .or(program.map(|path| view.mark(path)))
        .or_else(|| machine(view))
        .or(is_configured.then(|| view.mark(FILE)))
    else {
        return;
    };
    let plugins = packages::installed(view, PLUGIN_PACKAGES);
    let remote = ["/usr/sbin/audisp-remote", "/sbin/audisp-remote"].iter().any(|path| view.exists(path));
    let mut attributes = vec![
        ("installed", installed(view, program.is_some(), at)),
        ("plugins_installed", Value::bool(plugins.is_some() || remote, plugins.map_or(at, |found| found.span))),
    ];
    if package.is_some() || program.is_some() {
        attributes.push(("enabled", systemd::starts_at_boot(view, "auditd.service")));
    }
    host::add(view, scope, built, "audit", "audit", Value::object(attributes, at), at);
    match view.read(FILE) {
        Ok(text) => configuration(view, scope, built, &text),
        Err(OpenError::NotFound | OpenError::Outside) => {}
        Err(error) => {
            // It is there, or may be: what it says is not known.
            let trouble = Trouble::Open(error);
            built.gaps.push(trouble.gap(view.display(FILE)));
            let at = view.mark(FILE);
            host::add(view, scope, built, "auditd", "auditd", Value::unknown(trouble.reason(), FILE, at), at);
        }
    }
}

/// True by the package or the program; unknown where the packages are not known and the program may be elsewhere.
fn installed(view: &dyn View, has_program: bool, at: Span) -> Value {
    let by_package = packages::Packages::of(view).is_installed(PACKAGES, at);
    match by_package.as_bool() {
        Some(true) => by_package,
        _ if has_program => Value::bool(true, at),
        // Without any database the program speaks for itself, where programs can be seen.
        None if view.exists("/usr/sbin") => Value::bool(false, at),
        _ => by_package,
    }
}

/// The logs, the configuration and the tools, as files whose owner and mode matter.
fn permissions(view: &dyn View, scope: &Scope, built: &mut Built) {
    const LOGS: &str = "/var/log/audit";
    let below = |dir: &str| {
        let names = view.list(dir).unwrap_or_default();
        names.into_iter().take(MAX_FILES).map(|name| format!("{dir}/{name}")).collect::<Vec<_>>()
    };
    files::add(view, scope, built, LOGS, "audit-log-directory");
    for path in below(LOGS) {
        files::add(view, scope, built, &path, "audit-log");
    }
    for path in [FILE, "/etc/audit/audit.rules"].map(str::to_owned).into_iter().chain(below("/etc/audit/rules.d")) {
        files::add(view, scope, built, &path, "audit-config");
    }
    for name in ["auditctl", "auditd", "aureport", "ausearch", "autrace", "augenrules"] {
        let found = ["/usr/sbin", "/sbin"].iter().map(|dir| format!("{dir}/{name}")).find(|path| view.exists(path));
        if let Some(path) = found {
            files::add(view, scope, built, &path, "audit-tool");
        }
    }
}

fn configuration(view: &dyn View, scope: &Scope, built: &mut Built, text: &Text) {
    let at = Span::new(text.id, 0..0);
    let mut all = Vec::new();
    for setting in settings(text, view, built) {
        let value = match setting.value.parse::<i64>() {
            Ok(number) if NUMBERS.contains(&&*setting.key) => Value::int(number, setting.span),
            _ if setting.key == "log_file" || setting.key.ends_with("_acct") => {
                Value::string(setting.value, setting.span)
            }
            _ => Value::string(setting.value.to_ascii_lowercase(), setting.span),
        };
        all.push((setting.key, value));
    }
    all.push(("plugins".to_owned(), plugins(view, built, at)));
    host::add(view, scope, built, "auditd", "auditd", Value::object(all, at), at);
}

/// `key = value`, blanks around the sign, keys without regard to case: nv_split of auditd-config.c. A line
/// without the blanks makes auditd refuse the file.
fn settings(text: &Text, view: &dyn View, built: &mut Built) -> Vec<dialect::Setting> {
    let mut out = Vec::new();
    for (at, raw) in dialect::lines(&text.text) {
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let span = Span::new(text.id, at..at + raw.len());
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        if words.get(1) != Some(&"=") || words.len() < 3 {
            let message = "auditd refuses a line that is not a keyword, a sign and a value with blanks between them";
            let (path, hint) = (view.display(FILE), None);
            built.gaps.push(Gap { kind: GapKind::Unparsed, path, span: Some(span), message: message.into(), hint });
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        // The option after a value (`exec /bin/page`) is a program's path.
        let value = value.split_whitespace().next().unwrap_or_default();
        out.push(dialect::Setting { key: key.trim().to_ascii_lowercase(), value: value.to_owned(), span });
    }
    out
}

/// Every plugin by the name of its file, and whether it is active.
fn plugins(view: &dyn View, built: &mut Built, at: Span) -> Value {
    let mut all = Vec::new();
    for dir in PLUGINS {
        let names = match view.list(dir) {
            Ok(names) => names,
            Err(OpenError::NotFound | OpenError::Outside) => continue,
            Err(error) => {
                let trouble = Trouble::Open(error);
                built.gaps.push(trouble.gap(view.display(dir)));
                return Value::unknown(trouble.reason(), dir, at);
            }
        };
        for name in names {
            let Some(short) = name.strip_suffix(".conf") else { continue };
            let path = format!("{dir}/{name}");
            let text = match view.read(&path) {
                Ok(text) => text,
                Err(error) => {
                    let trouble = Trouble::Open(error);
                    built.gaps.push(trouble.gap(view.display(&path)));
                    let unread = Value::unknown(trouble.reason(), path, at);
                    all.push((short.to_owned(), Value::object([("active", unread)], at)));
                    continue;
                }
            };
            let mut active = Value::bool(false, Span::new(text.id, 0..0));
            for (start, line) in dialect::lines(&text.text) {
                let Some((key, value)) = line.split_once('=') else { continue };
                if key.trim().eq_ignore_ascii_case("active") {
                    let is_active = value.trim().eq_ignore_ascii_case("yes");
                    active = Value::bool(is_active, Span::new(text.id, start..start + line.len()));
                }
            }
            all.push((short.to_owned(), Value::object([("active", active)], at)));
        }
    }
    Value::object(all, at)
}
