//! Boot entries of one file each (the Boot Loader Specification), extlinux, and the Raspberry Pi.

use super::cmdline::{Cmdline, From, line};
use super::grub;
use crate::model::host::dialect::lines;
use crate::model::host::glob;
use crate::model::host::view::{Text, View};
use crate::open::OpenError;
use crate::source::Span;

/// Where type #1 entries of the specification stand: the boot partition, or the EFI partition wherever it is
/// mounted. GRUB reads the first.
const ENTRIES: [&str; 3] =
    ["/boot/loader/entries/*.conf", "/efi/loader/entries/*.conf", "/boot/efi/loader/entries/*.conf"];
/// Unified kernel images (type #2) hold their command line in a section of a binary.
const IMAGES: [&str; 3] = ["/boot/EFI/Linux/*.efi", "/efi/EFI/Linux/*.efi", "/boot/efi/EFI/Linux/*.efi"];
const EXTLINUX: [&str; 3] = ["/boot/extlinux/extlinux.conf", "/boot/extlinux.conf", "/boot/syslinux/syslinux.cfg"];
/// The firmware of the Raspberry Pi; it is one only with the other file beside it.
const RASPBERRY: [(&str, &str); 2] =
    [("/boot/firmware/cmdline.txt", "/boot/firmware/config.txt"), ("/boot/cmdline.txt", "/boot/config.txt")];
/// kernel-install(8): "/etc/kernel/cmdline, /usr/lib/kernel/cmdline".
const TEMPLATES: [&str; 2] = ["/etc/kernel/cmdline", "/usr/lib/kernel/cmdline"];

/// Adds the command lines of every entry.
pub(super) fn read(view: &dyn View, out: &mut Cmdline) {
    let mut variables = None;
    let paths: Vec<String> = ENTRIES.iter().flat_map(|pattern| out.expand(view, pattern)).collect();
    for path in paths {
        let Some(text) = open(view, &path, out) else { continue };
        let variables = variables.get_or_insert_with(|| grub::environment(view));
        entry(&path, &text, variables, out);
    }
    for path in EXTLINUX {
        let Some(text) = open(view, path, out) else { continue };
        labels(&text, out);
    }
    for (path, sign) in RASPBERRY {
        if !view.exists(sign) {
            continue;
        }
        let Some(text) = open(view, path, out) else { continue };
        let first = text.text.lines().next().unwrap_or_default();
        out.add(line(path, first, Span::new(text.id, 0..first.len()), From::Loader));
    }
    if let Some(path) = IMAGES.iter().flat_map(|pattern| glob::expand(view, pattern).paths).next() {
        let text = TEMPLATES.iter().find_map(|path| Some((*path, view.read(path).ok()?)));
        match text {
            // ukify(1) builds the image with this file.
            Some((path, text)) => whole(path, &text, From::Loader, out),
            None => out.trouble(&path, OpenError::NotAFile),
        }
    }
}

/// Adds what kernel-install(8) would write into a new entry.
pub(super) fn template(view: &dyn View, out: &mut Cmdline) {
    for path in TEMPLATES {
        if let Some(text) = open(view, path, out) {
            return whole(path, &text, From::Template, out);
        }
    }
}

fn open(view: &dyn View, path: &str, out: &mut Cmdline) -> Option<Text> {
    match view.read(path) {
        Ok(text) => Some(text),
        Err(OpenError::NotFound | OpenError::Outside) => None,
        Err(error) => {
            out.trouble(path, error);
            None
        }
    }
}

/// A file that is a command line, whatever its line ends.
fn whole(path: &str, text: &Text, from: From, out: &mut Cmdline) {
    let said: Vec<&str> = text.text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let span = Span::new(text.id, 0..text.text.trim_end().len());
    out.add(line(path, &said.join(" "), span, from));
}

/// An entry: `title`, `linux`, and any number of `options` that are joined.
fn entry(path: &str, text: &Text, variables: &grub::Variables, out: &mut Cmdline) {
    let (mut title, mut options, mut place) = (path.to_owned(), String::new(), Span::new(text.id, 0..0));
    for (at, raw) in lines(&text.text) {
        let Some((key, value)) = raw.trim().split_once([' ', '\t']) else { continue };
        match key {
            "title" => title = value.trim().to_owned(),
            "options" => {
                place = Span::new(text.id, at..at + raw.len());
                options.push(' ');
                options.push_str(value);
            }
            _ => {}
        }
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let title = if name.contains("-0-rescue") { format!("rescue {title}") } else { title };
    out.add(line(&title, &grub::replaced(&options, variables), place, From::Loader));
}

/// `LABEL name`, `APPEND arguments`; what stands before the first label is the default of all.
fn labels(text: &Text, out: &mut Cmdline) {
    let mut all: Vec<(String, String, Span)> = Vec::new();
    let mut general = String::new();
    for (at, raw) in lines(&text.text) {
        let trimmed = raw.trim();
        let (key, value) = trimmed.split_once([' ', '\t']).unwrap_or((trimmed, ""));
        let span = Span::new(text.id, at..at + raw.len());
        match (key.to_ascii_lowercase().as_str(), all.last_mut()) {
            ("label", _) => all.push((value.trim().to_owned(), general.clone(), span)),
            ("append", Some(label)) => (label.1, label.2) = (value.to_owned(), span),
            ("append", None) => general = value.to_owned(),
            _ => {}
        }
    }
    for (title, arguments, span) in all {
        out.add(line(&title, &arguments, span, From::Loader));
    }
}
