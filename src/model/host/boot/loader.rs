//! Who may change what starts: the password of the boot loader, and the settings of systemd for the console.

use crate::model::Built;
use crate::model::host::boot::grub::CONFIGURATIONS;
use crate::model::host::dialect::lines;
use crate::model::host::dialect::sections::{self, PLAIN};
use crate::model::host::view::{Text, View};
use crate::model::host::{files, glob, systemd};
use crate::open::OpenError;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};

/// What grub-mkconfig(8) copies into the configuration, and where grub2-setpassword(8) writes.
const OTHERS: [&str; 4] =
    ["/etc/grub.d/*", "/boot/grub2/user.cfg", "/boot/efi/EFI/*/user.cfg", "/boot/grub/custom.cfg"];

/// What GRUB asks for.
#[derive(Default)]
struct Protection {
    superusers: Option<(Vec<String>, Span)>,
    password: Option<(&'static str, Span)>,
    /// The first file.
    place: Option<Span>,
    hole: Option<(Reason, String)>,
}

/// Adds `bootloader`, its files, `systemd.manager` and the shells of the rescue modes.
pub(super) fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let mut found = Protection::default();
    let mut is_there = false;
    for pattern in CONFIGURATIONS.iter().chain(&OTHERS) {
        for path in glob::expand(view, pattern).paths {
            let is_configuration = !path.starts_with("/etc/");
            is_there |= is_configuration;
            match view.read(&path) {
                Ok(text) => found.file(&text),
                Err(OpenError::NotFound | OpenError::NotAFile | OpenError::Outside) => {}
                Err(error) => {
                    let reason = if matches!(error, OpenError::Denied) { Reason::Rights } else { Reason::File };
                    found.hole.get_or_insert((reason, path.clone()));
                }
            }
            if is_configuration {
                files::add(view, scope, built, &path, "boot-config");
            }
        }
    }
    let place = found.place.unwrap_or_else(|| view.mark("/etc/default/grub"));
    if is_there || found.password.is_some() || view.exists("/etc/default/grub") {
        let attributes = found.attributes(place);
        super::super::add(view, scope, built, "bootloader", "bootloader", attributes, place);
    }
    if super::is_machine(view) && systemd_is_there(view) {
        manager(view, scope, built);
        for unit in ["rescue.service", "emergency.service"] {
            shell(view, scope, built, unit);
        }
    }
}

fn systemd_is_there(view: &dyn View) -> bool {
    ["/etc/systemd", "/usr/lib/systemd/systemd", "/lib/systemd/systemd"].iter().any(|path| view.exists(path))
}

impl Protection {
    /// `set superusers="a b"`, `password_pbkdf2 user hash`, `password user text`, `GRUB2_PASSWORD=hash`.
    fn file(&mut self, text: &Text) {
        self.place.get_or_insert(Span::new(text.id, 0..0));
        for (at, raw) in lines(&text.text) {
            let line = raw.trim();
            let span = Span::new(text.id, at..at + raw.len());
            let mut words = line.split_whitespace();
            match words.next() {
                Some("set") => {
                    let Some(names) = line.split_once("superusers=").map(|(_, names)| names) else { continue };
                    let names = names.trim_matches(['"', '\'']).split([' ', ',', ';', '&', '|']);
                    let names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
                    if !names.is_empty() {
                        self.superusers = Some((names, span));
                    }
                }
                // GRUB2_PASSWORD is what user.cfg sets; grub.cfg names it whether or not there is one.
                Some("password_pbkdf2") if !line.contains("GRUB2_PASSWORD") => self.password = Some(("pbkdf2", span)),
                Some("password") => {
                    self.password.get_or_insert(("plain", span));
                }
                Some(first) if first.starts_with("GRUB2_PASSWORD=grub.pbkdf2") => {
                    self.password = Some(("pbkdf2", span))
                }
                _ => {}
            }
        }
    }

    fn attributes(&self, place: Span) -> Value {
        let mut out = Vec::new();
        let unknown = |what: &str| {
            let (reason, path) = self.hole.as_ref()?;
            Some(Value::unknown(*reason, format!("{what} in {path}"), place))
        };
        let password = self.password.map(|(kind, span)| Value::string(kind, span)).or_else(|| unknown("a password"));
        out.extend(password.map(|value| ("password", value)));
        let names = self
            .superusers
            .as_ref()
            .map(|(names, span)| Value::list(names.iter().map(|name| Value::string(&**name, *span)).collect(), *span));
        out.extend(names.or_else(|| unknown("the superusers")).map(|value| ("superusers", value)));
        Value::object(out, place)
    }
}

/// What systemd does for who is at the console.
fn manager(view: &dyn View, scope: &Scope, built: &mut Built) {
    let place = view.mark("/etc/systemd/system.conf");
    let mut attributes = Vec::new();
    let state = systemd::state(view, "ctrl-alt-del.target");
    if matches!(state.kind, systemd::Kind::Masked) {
        attributes.push(("ctrl_alt_del_masked", Value::bool(true, state.span)));
    }
    let parts = [
        "/usr/lib/systemd/system.conf.d/*.conf",
        "/run/systemd/system.conf.d/*.conf",
        "/etc/systemd/system.conf.d/*.conf",
    ];
    // system.conf first, then the drop-ins by their names.
    let mut paths: Vec<String> = parts.iter().flat_map(|pattern| glob::expand(view, pattern).paths).collect();
    paths.sort_by(|a, b| a.rsplit('/').next().cmp(&b.rsplit('/').next()));
    for path in std::iter::once("/etc/systemd/system.conf".to_owned()).chain(paths) {
        let Ok(text) = view.read(&path) else { continue };
        for section in sections::parse(&text, &PLAIN).iter().filter(|section| section.name == "Manager") {
            let Some(found) = section.last("CtrlAltDelBurstAction") else { continue };
            attributes.retain(|(name, _)| *name != "ctrl_alt_del_burst_action");
            attributes.push(("ctrl_alt_del_burst_action", found.to_value()));
        }
    }
    for (name, units) in
        [("debug_shell", &["debug-shell.service"][..]), ("crash_dumps", &["kdump.service", "kdump-tools.service"])]
    {
        let starts =
            units.iter().map(|unit| systemd::starts_at_boot(view, unit)).find(|it| it.as_bool() != Some(false));
        attributes.extend(starts.map(|starts| (name, starts)));
    }
    super::super::add(view, scope, built, "systemd.manager", "systemd", Value::object(attributes, place), place);
}

/// A shell for repairs: whether it asks for the password of root (sulogin(8)).
fn shell(view: &dyn View, scope: &Scope, built: &mut Built, unit: &str) {
    let Some(words) = systemd::exec_start(view, &[unit]) else { return };
    let Some(first) = words.first() else { return };
    let asks = words.iter().any(|word| word.text.contains("sulogin"));
    let forced = systemd::settings(view, unit, "Service").and_then(|settings| {
        settings.words("Environment").into_iter().find(|(word, _)| word == "SYSTEMD_SULOGIN_FORCE=1")
    });
    let span = forced.as_ref().map_or(first.span, |(_, span)| *span);
    let mut attributes = vec![("unit", Value::string(unit, first.span))];
    if asks && forced.is_none() {
        attributes.push(("authenticates", Value::bool(true, span)));
    }
    super::super::add(
        view,
        scope,
        built,
        "rescue.shell",
        &format!("rescue {unit}"),
        Value::object(attributes, span),
        span,
    );
}
