//! GRUB: its generated configuration, its environment block, and /etc/default/grub.

use std::collections::BTreeMap;

use super::cmdline::{Cmdline, From, line};
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::{Text, View};
use crate::open::OpenError;
use crate::source::Span;

/// Where grub-mkconfig(8) writes. The files of the EFI partition may be the configuration (EL7 and 8) or a
/// stub that loads the one in /boot.
pub const CONFIGURATIONS: [&str; 3] = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/efi/EFI/*/grub.cfg"];
/// Where grub2-editenv(1) keeps `kernelopts`.
const ENVIRONMENTS: [&str; 3] = ["/boot/grub2/grubenv", "/boot/grub/grubenv", "/boot/efi/EFI/*/grubenv"];
/// The commands that load a kernel.
const LOADERS: [&str; 5] = ["linux", "linux16", "linuxefi", "module", "module2"];
/// Variables of generated configurations that never hold what matters here.
const HARMLESS: [&str; 3] = ["vt_handoff", "tuned_initrd", "linux_gfx_mode"];

/// Variables of the boot loader.
pub(super) type Variables = BTreeMap<String, String>;

/// Adds the command lines of the generated configurations.
pub(super) fn read(view: &dyn View, out: &mut Cmdline) {
    for pattern in CONFIGURATIONS {
        for path in out.expand(view, pattern) {
            match view.read(&path) {
                Ok(text) => menu(&text, &environment(view), out),
                Err(OpenError::NotFound | OpenError::Outside) => {}
                Err(error) => out.trouble(&path, error),
            }
        }
    }
}

/// The variables that GRUB knows when it reads its entries: those of the environment block, else what the
/// configuration sets.
pub(super) fn environment(view: &dyn View) -> Variables {
    let mut known = Variables::new();
    for path in ENVIRONMENTS.iter().flat_map(|pattern| glob::expand(view, pattern).paths) {
        let Ok(text) = view.read(&path) else { continue };
        for (_, line) in lines(&text.text).filter(|(_, line)| !line.starts_with('#')) {
            if let Some((name, value)) = line.split_once('=') {
                known.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
    }
    for path in CONFIGURATIONS.iter().flat_map(|pattern| glob::expand(view, pattern).paths) {
        let Ok(text) = view.read(&path) else { continue };
        for (_, line) in lines(&text.text) {
            let Some((name, value)) = line.trim().strip_prefix("set ").and_then(|rest| rest.split_once('=')) else {
                continue;
            };
            known.entry(name.to_owned()).or_insert_with(|| value.trim_matches('"').to_owned());
        }
    }
    known
}

/// The lines of `menuentry 'title' ... { ... linux /vmlinuz arguments }`.
fn menu(text: &Text, variables: &Variables, out: &mut Cmdline) {
    let mut title = String::new();
    for (at, raw) in lines(&text.text) {
        let trimmed = raw.trim();
        let (command, rest) = trimmed.split_once([' ', '\t']).unwrap_or((trimmed, ""));
        if command == "menuentry" {
            title = quoted(rest).to_owned();
        }
        let rest = rest.trim_start();
        let (kernel, arguments) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        // Of Xen's modules only the first is a kernel.
        let is_kernel = !command.starts_with("module") || kernel.contains("vmlinu");
        if LOADERS.contains(&command) && is_kernel {
            let start = at + raw.len() - raw.trim_start().len();
            let span = Span::new(text.id, start..start + trimmed.len());
            out.add(line(&title, &replaced(arguments, variables), span, From::Loader));
        }
    }
}

/// What stands between the first quotes.
fn quoted(text: &str) -> &str {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = quote.and_then(|quote| text.get(1..)?.split(quote).next());
    inner.unwrap_or_else(|| text.split_whitespace().next().unwrap_or_default())
}

/// A text with the known `$name` and `${name}` replaced; a variable that is not known stays a word of its own.
pub(super) fn replaced(text: &str, variables: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, after) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some(found) => found,
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                after.split_at(end)
            }
        };
        match variables.get(name) {
            _ if HARMLESS.contains(&name) => {}
            // What a variable holds may name variables again; that much is not replaced.
            Some(value) => out.push_str(value),
            None => out.push_str(&format!(" ${name} ")),
        }
        rest = after;
    }
    out + rest
}

/// Adds what grub-mkconfig(8) would write: `GRUB_CMDLINE_LINUX`, then `GRUB_CMDLINE_LINUX_DEFAULT`. Debian
/// reads /etc/default/grub.d/*.cfg after the file, in the shell, so that each may add to what was there.
pub(super) fn template(view: &dyn View, out: &mut Cmdline) {
    let mut set = Variables::new();
    let mut place = None;
    let mut last = String::new();
    let parts = glob::expand(view, "/etc/default/grub.d/*.cfg").paths;
    for path in std::iter::once("/etc/default/grub".to_owned()).chain(parts) {
        let text = match view.read(&path) {
            Ok(text) => text,
            Err(OpenError::NotFound | OpenError::Outside) => continue,
            Err(error) => {
                out.trouble(&path, error);
                continue;
            }
        };
        place = place.or(Some(Span::new(text.id, 0..0)));
        for (at, raw) in lines(&text.text) {
            let Some((name, value)) = assignment(raw, &set) else { continue };
            if name.starts_with("GRUB_CMDLINE_LINUX") {
                place = Some(Span::new(text.id, at..at + raw.len()));
                last = path.clone();
            }
            set.insert(name, value);
        }
    }
    let Some(place) = place else { return };
    let get = |name: &str| set.get(name).map_or("", String::as_str);
    let text = format!("{} {}", get("GRUB_CMDLINE_LINUX"), get("GRUB_CMDLINE_LINUX_DEFAULT"));
    let title = if last.is_empty() { "/etc/default/grub" } else { &last };
    out.add(line(title, &text, place, From::Template));
}

/// A line `NAME=value` or `NAME+=value` of a shell, the variables before it replaced. What a command prints
/// stays a word that is not known.
fn assignment(raw: &str, set: &Variables) -> Option<(String, String)> {
    let raw = raw.trim();
    let raw = raw.strip_prefix("export ").unwrap_or(raw);
    let (name, value) = raw.split_once('=')?;
    let (name, is_added) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let value = match value.strip_prefix('\'') {
        Some(plain) => plain.split('\'').next().unwrap_or_default().to_owned(),
        None => {
            let inner = match value.strip_prefix('"') {
                Some(quoted) => end_of(quoted),
                None => value.split([' ', '\t', '#']).next().unwrap_or_default(),
            };
            let unescaped = inner.replace("\\\"", "\"");
            if unescaped.contains("$(") || unescaped.contains('`') {
                format!("${name} ")
            } else {
                // A variable that nothing set is empty to a shell.
                replaced(&unescaped, set).split(' ').filter(|word| !word.starts_with('$')).collect::<Vec<_>>().join(" ")
            }
        }
    };
    let before = set.get(name).filter(|_| is_added);
    Some((name.to_owned(), before.map_or(value.clone(), |before| format!("{before}{value}"))))
}

/// Up to the quote that closes.
fn end_of(text: &str) -> &str {
    let mut is_escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let found = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        found
    });
    text.get(..end.map_or(text.len(), |(at, _)| at)).unwrap_or(text)
}
