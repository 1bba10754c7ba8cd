//! The command line with which the kernel starts.
//!
//! What counts is what the boot loader holds: the generated grub.cfg, the entries of the Boot Loader
//! Specification, extlinux.conf or the Raspberry Pi's cmdline.txt. Only where nothing of that was found (an
//! archive of /etc) do the templates from which it is generated: /etc/default/grub, /etc/kernel/cmdline. On
//! the machine itself the line that runs, /proc/cmdline, is one more.

use super::{entries, grub};
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::open::OpenError;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Reason, Value};

/// An argument of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name as written: `audit`, `systemd.debug-shell`.
    pub name: String,
    /// What follows `=`, quotes removed; `None` for a flag.
    pub value: Option<String>,
}

/// One command line.
#[derive(Clone, Debug)]
pub struct CommandLine {
    /// The title of the boot entry, or the name of the file.
    pub title: String,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
    /// What is not known of it: a variable of the boot loader.
    pub hole: Option<String>,
    /// The line that states it.
    pub span: Span,
    /// Where it is from.
    pub from: From,
}

/// What states a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A boot loader's own configuration.
    Loader,
    /// What the boot loader's configuration is generated from.
    Template,
    /// The running kernel.
    Running,
}

impl From {
    /// Its name in an attribute.
    pub fn id(self) -> &'static str {
        match self {
            From::Loader => "loader",
            From::Template => "template",
            From::Running => "running",
        }
    }
}

impl CommandLine {
    /// The last value of an argument; `Some("")` for a flag. The kernel takes `-` and `_` in a name for the
    /// same (`parameq` of kernel/params.c).
    pub fn last(&self, name: &str) -> Option<&str> {
        let found = self.arguments.iter().rev().find(|argument| is_same(&argument.name, name))?;
        Some(found.value.as_deref().unwrap_or_default())
    }

    /// The value of an argument, a number where it is one; `None` where the line is known not to have it. A
    /// part that is not known may override whatever stands in the rest.
    pub fn value(&self, name: &str) -> Option<Value> {
        if let Some(hole) = &self.hole {
            return Some(Value::unknown(Reason::Unsupported, format!("{name}, which {hole} may set"), self.span));
        }
        self.last(name).map(|text| value(text, self.span))
    }
}

/// A text of an argument as a value.
pub fn value(text: &str, span: Span) -> Value {
    match text.parse() {
        Ok(number) => Value::int(number, span),
        Err(_) => Value::string(text, span),
    }
}

fn is_same(a: &str, b: &str) -> bool {
    a.replace('-', "_") == b.replace('-', "_")
}

/// Every command line of a host.
#[derive(Debug, Default)]
pub struct Cmdline {
    /// Those of the ordinary boot entries, entries with the same arguments once. Recovery entries are left
    /// out: they start the same kernel for a shell that asks for the password of root.
    pub configured: Vec<CommandLine>,
    /// That of the running kernel.
    pub running: Option<CommandLine>,
    /// Files and directories that may state one and were not read.
    pub troubles: Vec<(String, Trouble)>,
    /// Those on the EFI partition, which matter only if nothing else was found.
    efi: Vec<(String, Trouble)>,
}

impl Cmdline {
    /// Reads what is there.
    pub fn read(view: &dyn View) -> Cmdline {
        let mut out = Cmdline::default();
        grub::read(view, &mut out);
        entries::read(view, &mut out);
        if out.configured.is_empty() {
            out.troubles.append(&mut out.efi);
        }
        if out.configured.is_empty() && out.troubles.is_empty() {
            grub::template(view, &mut out);
            entries::template(view, &mut out);
        }
        if view.is_live()
            && let Ok(text) = view.read("/proc/cmdline")
        {
            let span = Span::new(text.id, 0..text.text.trim_end().len());
            out.running = Some(line("/proc/cmdline", &text.text, span, From::Running));
        }
        out
    }

    /// Adds a line of an ordinary entry, unless one with the same arguments is there.
    pub(super) fn add(&mut self, line: CommandLine) {
        let is_known = |known: &CommandLine| known.arguments == line.arguments && known.hole == line.hole;
        if !is_recovery(&line) && !self.configured.iter().any(is_known) {
            self.configured.push(line);
        }
    }

    /// The files that a pattern stands for.
    pub(super) fn expand(&mut self, view: &dyn View, pattern: &str) -> Vec<String> {
        let found = glob::expand(view, pattern);
        for (path, error) in found.refused {
            self.trouble(&path, error);
        }
        found.paths
    }

    /// Notes what was not read.
    pub(super) fn trouble(&mut self, path: &str, error: OpenError) {
        // Of a part of a system the templates tell.
        if matches!(error, OpenError::Outside) {
            return;
        }
        let list =
            if path.starts_with("/boot/efi") || path.starts_with("/efi") { &mut self.efi } else { &mut self.troubles };
        if !list.iter().any(|(known, _)| known == path) {
            list.push((path.to_owned(), Trouble::Open(error)));
        }
    }

    /// What the host starts with: the value of the argument `name`, `None` if it is known not to be there,
    /// an unknown if nothing of the boot loader was found or read, or if its entries differ.
    pub fn value(&self, view: &dyn View, name: &str) -> Option<Value> {
        if let Some((path, trouble)) = self.troubles.first() {
            return Some(Value::unknown(trouble.reason(), path.as_str(), view.mark(path)));
        }
        let lines: Vec<&CommandLine> = match self.configured.as_slice() {
            [] => self.running.iter().collect(),
            some => some.iter().collect(),
        };
        let Some((first, rest)) = lines.split_first() else {
            let what = "the configuration of the boot loader";
            return Some(Value::unknown(Reason::File, what, view.mark("/etc/default/grub")));
        };
        match rest.iter().find(|other| other.last(name) != first.last(name)) {
            Some(other) => {
                let what =
                    format!("{name}, which the boot entries {} and {} state differently", first.title, other.title);
                Some(Value::unknown(Reason::Condition, what, other.span))
            }
            None => first.value(name),
        }
    }

    /// The gaps to report.
    pub fn gaps(&self, view: &dyn View) -> Vec<Gap> {
        self.troubles.iter().map(|(path, trouble)| trouble.gap(view.display(path))).collect()
    }
}

/// True for an entry of the recovery mode or a rescue kernel.
fn is_recovery(line: &CommandLine) -> bool {
    let title = line.title.to_ascii_lowercase();
    title.contains("recovery mode") || title.contains("rescue") || line.arguments.iter().any(|one| one.name == "single")
}

/// A command line from its text.
pub(super) fn line(title: &str, text: &str, span: Span, from: From) -> CommandLine {
    let (arguments, hole) = arguments(text);
    CommandLine { title: title.to_owned(), arguments, hole, span, from }
}

/// The arguments of a text, and the first variable in it that was not replaced. As `next_arg` of
/// lib/cmdline.c: split at white space outside of double quotes; what follows `--` is for init.
fn arguments(text: &str) -> (Vec<Argument>, Option<String>) {
    let (mut out, mut hole) = (Vec::new(), None);
    let mut is_quoted = false;
    let words = text.split(|c: char| {
        is_quoted ^= c == '"';
        c.is_whitespace() && !is_quoted
    });
    for word in words.filter(|word| !word.is_empty()) {
        let bare = word.replace('"', "");
        if bare == "--" {
            break;
        }
        if bare.starts_with('$') {
            hole.get_or_insert(bare);
            continue;
        }
        let (name, value) = match bare.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (bare, None),
        };
        out.push(Argument { name, value });
    }
    (out, hole)
}
