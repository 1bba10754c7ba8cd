//! How sshd is started: the options of its command line come before its file and so win over it.
//!
//! With systemd the unit says it all, environment files included. Without a unit the start scripts of
//! Debian (/etc/default/ssh), Red Hat (/etc/sysconfig/sshd) and Alpine (/etc/conf.d/sshd) do.

use std::sync::Arc;

use crate::format::lines::{self, Line};
use crate::model::host::assignments::{assignments, last};
use crate::model::host::systemd::{self, Argument};
use crate::model::host::view::View;
use crate::source::Span;

/// The units under which distributions start sshd.
const UNITS: [&str; 2] = ["ssh.service", "sshd.service"];

/// The files of the start scripts and their variables.
const SCRIPTS: [(&str, &str); 3] =
    [("/etc/default/ssh", "SSHD_OPTS"), ("/etc/sysconfig/sshd", "OPTIONS"), ("/etc/conf.d/sshd", "SSHD_OPTS")];

/// The options of sshd(8) that take an argument.
const WITH_ARGUMENT: &str = "CEbcfghkopu";

/// What the command line says.
#[derive(Debug, Default)]
pub struct Start {
    /// The settings, in order.
    pub options: Vec<Line>,
    /// The main file, if it is not the usual one.
    pub config: Option<(Arc<str>, Span)>,
    /// True if the command line states the ports, so that those of the file do not count.
    pub ports: bool,
}

/// Finds the command line.
pub fn start(view: &dyn View) -> Start {
    match systemd::exec_start(view, &UNITS) {
        Some(words) if words.first().is_some_and(|program| program.text.ends_with("sshd")) => {
            read(words.get(1..).unwrap_or_default())
        }
        // A wrapper (`sh -c`, `systemd-socket-activate`) is not looked into.
        Some(_) => Start::default(),
        None => read(&script_words(view)),
    }
}

fn script_words(view: &dyn View) -> Vec<Argument> {
    SCRIPTS
        .iter()
        .find_map(|(path, variable)| {
            let all = assignments(&view.read(path).ok()?);
            let found = last(&all, variable)?;
            let words = systemd::words(&found.value);
            Some(words.into_iter().map(|text| Argument { text, span: found.span }).collect())
        })
        .unwrap_or_default()
}

/// Reads the words as getopt(3) does: letters may be joined, an argument may follow its letter.
fn read(words: &[Argument]) -> Start {
    let mut start = Start::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(letters) = word.text.strip_prefix('-') else { continue };
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            if !WITH_ARGUMENT.contains(letter) {
                start.letter(letter, word.span);
                continue;
            }
            let joined = rest.as_str();
            let (argument, span) = match (joined.is_empty(), joined) {
                (false, joined) => (joined.to_owned(), word.span),
                (true, _) => match words.next() {
                    Some(next) => (next.text.clone(), next.span),
                    None => break,
                },
            };
            start.argument(letter, &argument, span);
            break;
        }
    }
    start
}

impl Start {
    fn letter(&mut self, letter: char, span: Span) {
        match letter {
            '4' => self.option("AddressFamily=inet", span),
            '6' => self.option("AddressFamily=inet6", span),
            _ => {}
        }
    }

    fn argument(&mut self, letter: char, argument: &str, span: Span) {
        match letter {
            'o' => self.option(argument, span),
            'f' => self.config = Some((argument.into(), span)),
            'p' => {
                self.ports = true;
                self.option(&format!("Port={argument}"), span);
            }
            'h' => self.option(&format!("HostKey={argument}"), span),
            'c' => self.option(&format!("HostCertificate={argument}"), span),
            'g' => self.option(&format!("LoginGraceTime={argument}"), span),
            _ => {}
        }
    }

    fn option(&mut self, text: &str, span: Span) {
        self.options.extend(lines::parse_option(text, span));
    }
}
