//! How the machine starts: the command line of the kernel, the boot loader, and who may interfere.

pub mod cmdline;
mod entries;
pub mod grub;
mod loader;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::model::Built;
use crate::model::host::view::View;
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Entry, Reason, Value};
use cmdline::{Cmdline, CommandLine};

/// Adds one `kernel.cmdline` for each distinct command line: those of the boot entries, else that of the
/// templates, and that of the running kernel.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    let found = Cmdline::read(view);
    built.gaps.extend(found.gaps(view));
    let mut add = |title: &str, from: &str, arguments: Value, span: Span| {
        let attributes =
            [("title", Value::string(title, span)), ("from", Value::string(from, span)), ("arguments", arguments)];
        super::add(
            view,
            scope,
            built,
            "kernel.cmdline",
            &format!("boot/{title}"),
            Value::object(attributes, span),
            span,
        );
    };
    for (path, trouble) in &found.troubles {
        let span = view.mark(path);
        add(path, "loader", Value::unknown(trouble.reason(), path.as_str(), span), span);
    }
    for line in found.configured.iter().chain(&found.running) {
        add(&line.title, line.from.id(), arguments(line), line.span);
    }
    loader::probe(view, scope, built);
}

/// The last value of every argument by its name, `-` written as `_`; unknown as a whole if a part of the line
/// is, for what comes later overrides.
fn arguments(line: &CommandLine) -> Value {
    if let Some(hole) = &line.hole {
        return Value::unknown(Reason::Unsupported, hole.as_str(), line.span);
    }
    let entries = line.arguments.iter().map(|one| {
        let value = cmdline::value(one.value.as_deref().unwrap_or_default(), line.span);
        (Arc::from(one.name.replace('-', "_")), Entry { key: line.span, value })
    });
    Value::map(entries, line.span)
}

/// True if what is there starts a kernel of its own: a machine, and not a container or its image.
pub fn is_machine(view: &dyn View) -> bool {
    const SIGNS: [&str; 8] = [
        "/boot/grub/grub.cfg",
        "/boot/grub2/grub.cfg",
        "/boot/loader",
        "/boot/efi/EFI",
        "/boot/extlinux/extlinux.conf",
        "/boot/firmware/cmdline.txt",
        "/etc/default/grub",
        "/etc/kernel/cmdline",
    ];
    const CONTAINER: [&str; 3] = ["/.dockerenv", "/run/.containerenv", "/run/systemd/container"];
    if CONTAINER.iter().any(|path| view.exists(path)) {
        return false;
    }
    SIGNS.iter().any(|path| view.exists(path)) || has_root(view)
}

/// True if fstab(5) mounts a file system at `/`.
fn has_root(view: &dyn View) -> bool {
    let Ok(text) = view.read("/etc/fstab") else { return false };
    let mut lines = text.text.lines().map(|line| line.split_whitespace());
    lines.any(|mut fields| fields.next().is_some_and(|device| !device.starts_with('#')) && fields.next() == Some("/"))
}
