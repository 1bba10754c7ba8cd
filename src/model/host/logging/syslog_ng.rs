//! syslog-ng in outline: where it sends messages and how, from where it takes them, the mode of its files.
//!
//! The configuration is calls within calls, `destination d { network("host" transport("tls")); };`. Blocks
//! are read by their names only; templates, filters and log paths are not followed.

use crate::model::Built;
use crate::model::host;
use crate::model::host::glob;
use crate::model::host::view::{Text, Trouble, View};
use crate::resource::{Gap, GapKind, Scope};
use crate::source::Span;
use crate::value::Value;

/// The main file.
pub const MAIN: &str = "/etc/syslog-ng/syslog-ng.conf";
/// Deepest nesting, most calls, most files.
const MAX_DEPTH: usize = 30;
const MAX_CALLS: usize = 100_000;
const MAX_FILES: usize = 500;

/// Drivers that speak to other hosts.
const NETWORK: [&str; 6] = ["network", "syslog", "tcp", "udp", "tcp6", "udp6"];

/// `name(words and calls)`, or `name { calls }`.
#[derive(Debug, Default)]
struct Call {
    name: String,
    words: Vec<String>,
    calls: Vec<Call>,
    span: Option<Span>,
}

impl Call {
    fn find(&self, name: &str) -> Option<&Call> {
        self.calls.iter().find(|call| call.name.replace('-', "_") == name.replace('-', "_"))
    }

    /// The first word of a call within this one.
    fn word(&self, name: &str) -> Option<&str> {
        self.find(name)?.words.first().map(String::as_str)
    }
}

/// Adds the resources of a host's syslog-ng.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    if view.exists(MAIN) {
        judge(view, MAIN, false, scope, built);
    }
}

/// Adds the resources of a configuration.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    let mut blocks = Vec::new();
    read(view, file, built, &mut blocks, &mut Vec::new());
    let at = view.mark(file);
    let default_mode =
        blocks.iter().filter(|block| block.name == "options").filter_map(|block| block.word("perm")).next_back();
    let (mut forwards, mut inputs) = (Vec::new(), Vec::new());
    for block in &blocks {
        for driver in &block.calls {
            let span = driver.span.unwrap_or(at);
            let is_network = NETWORK.contains(&&*driver.name);
            match &*block.name {
                "destination" if is_network => {
                    let target = driver.words.first().cloned().unwrap_or_default();
                    forwards.push(Value::string(&*target, span));
                    add(
                        view,
                        scope,
                        built,
                        "syslog_ng.forward",
                        &format!("syslog-ng to {target}"),
                        forward(driver, &target, span),
                        span,
                    );
                }
                "destination" if driver.name == "file" => {
                    let path = driver.words.first().cloned().unwrap_or_default();
                    let mode = driver.word("perm").or(default_mode).unwrap_or("0600");
                    let mode = u32::from_str_radix(mode.trim_start_matches("0o"), 8).unwrap_or(0o600);
                    let attributes = vec![
                        ("path", Value::string(&*path, span)),
                        ("mode", Value::string(format!("{mode:04o}"), span)),
                        ("others_read", Value::bool(mode & 0o007 != 0, span)),
                    ];
                    add(view, scope, built, "syslog_ng.file", &format!("syslog-ng {path}"), attributes, span);
                }
                "source" if is_network || driver.name == "default-network-drivers" => {
                    let local = driver.word("ip").or(driver.word("localip"));
                    if !local.is_some_and(|ip| ip.starts_with("127.") || ip == "::1") {
                        inputs.push(Value::string(&*driver.name, span));
                    }
                }
                _ => {}
            }
        }
    }
    if !is_part {
        let attributes = vec![("forwards", Value::list(forwards, at)), ("inputs", Value::list(inputs, at))];
        add(view, scope, built, "syslog_ng", "syslog-ng", attributes, at);
    }
}

fn add(
    view: &dyn View,
    scope: &Scope,
    built: &mut Built,
    kind: &str,
    address: &str,
    all: Vec<(&str, Value)>,
    span: Span,
) {
    host::add(view, scope, built, kind, address, Value::object(all, span), span);
}

/// `transport("tls")` encrypts; `peer-verify` is `required-trusted` unless something else is said.
fn forward(driver: &Call, target: &str, span: Span) -> Vec<(&'static str, Value)> {
    let tls = driver.word("transport").is_some_and(|transport| transport.contains("tls"));
    let verify = driver.find("tls").and_then(|tls| tls.word("peer-verify")).unwrap_or("required-trusted");
    let verified = matches!(verify, "required-trusted" | "yes");
    let local = target.starts_with("127.") || matches!(target, "localhost" | "::1");
    vec![
        ("target", Value::string(target, span)),
        ("tls", Value::bool(tls, span)),
        ("verified", Value::bool(verified, span)),
        ("local", Value::bool(local, span)),
    ]
}

fn read(view: &dyn View, path: &str, built: &mut Built, blocks: &mut Vec<Call>, seen: &mut Vec<String>) {
    let text = match view.read(path) {
        Ok(text) => text,
        Err(error) => return built.gaps.push(Trouble::Open(error).gap(view.display(path))),
    };
    if seen.iter().any(|one| one == path) || seen.len() > MAX_FILES {
        return;
    }
    seen.push(path.to_owned());
    for line in text.text.lines() {
        let Some(rest) = line.trim_start().strip_prefix("@include") else { continue };
        let name = rest.trim().trim_matches('"');
        let name = if name.starts_with('/') { name.to_owned() } else { format!("/etc/syslog-ng/{name}") };
        // The library of the package itself (scl.conf) defines drivers and uses none.
        if !name.ends_with("scl.conf") {
            for found in glob::expand(view, &name).paths {
                read(view, &found, built, blocks, seen);
            }
        }
    }
    match parse(&text) {
        Some(calls) => blocks.extend(calls),
        None => {
            let message = "nested too deeply, or too many statements; not read".to_owned();
            built.gaps.push(Gap { kind: GapKind::Limit, path: view.display(path), span: None, message, hint: None });
        }
    }
}

/// Every block of the text.
fn parse(text: &Text) -> Option<Vec<Call>> {
    let mut stack = vec![Call::default()];
    let mut words: Vec<(String, usize)> = Vec::new();
    let mut count = 0;
    let mut rest = &*text.text;
    let whole = text.text.len();
    while let Some(c) = rest.chars().next() {
        let at = whole - rest.len();
        let mut taken = c.len_utf8();
        match c {
            // `@version`, `@include` and comments go to the end of the line.
            '#' | '@' => taken = rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner.find(c).unwrap_or(inner.len());
                words.push((inner.get(..end).unwrap_or_default().to_owned(), at));
                taken = (end + 2).min(rest.len());
            }
            '(' | '{' => {
                count += 1;
                if stack.len() > MAX_DEPTH || count > MAX_CALLS {
                    return None;
                }
                // `destination d {`: the first word is the kind of block.
                let (name, start) = if c == '{' { words.first() } else { words.last() }.cloned().unwrap_or_default();
                if c == '(' {
                    words.pop();
                    let before = words.drain(..).map(|(word, _)| word);
                    stack.last_mut()?.words.extend(before);
                }
                words.clear();
                stack.push(Call { name, span: Some(Span::new(text.id, start..at)), ..Call::default() });
            }
            ')' | '}' => {
                let mut done = stack.pop()?;
                done.words.extend(words.drain(..).map(|(word, _)| word));
                match stack.last_mut() {
                    Some(above) => above.calls.push(done),
                    None => stack.push(done),
                }
            }
            ';' => words.clear(),
            ',' => {}
            c if c.is_whitespace() => {}
            _ => {
                let ends =
                    |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '{' | '}' | ';' | ',' | '"' | '\'' | '#');
                taken = rest.find(ends).unwrap_or(rest.len()).max(taken);
                words.push((rest.get(..taken).unwrap_or_default().to_owned(), at));
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    // Blocks that do not end count as far as they go.
    while stack.len() > 1 {
        let done = stack.pop()?;
        stack.last_mut()?.calls.push(done);
    }
    Some(stack.pop()?.calls)
}
