//! The configuration of Apache httpd as it is when it starts: includes in their places, conditions decided,
//! variables filled in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::host::apache::syntax::{self, Directive};
use crate::model::host::glob;
use crate::model::host::view::{Trouble, View};
use crate::resource::{Gap, GapKind};
use crate::source::Span;
use crate::value::Reason;

/// Deepest chain of includes.
const MAX_DEPTH: usize = 16;
/// Most files that are read, each inclusion counted.
const MAX_FILES: usize = 2_000;
/// Modules that distributions build in, so that nothing loads them.
const BUILT_IN: [&str; 8] = ["core", "so", "http", "unixd", "log_config", "logio", "version", "watchdog"];

/// A directive that holds, or may hold.
#[derive(Clone, Debug)]
pub struct Item {
    /// The name in small letters; empty for a file that was not read.
    pub name: String,
    /// Its words, variables filled in.
    pub args: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// What is in it, if it is a section.
    pub block: Option<Vec<Item>>,
    /// Why it is not known whether it holds, or what it says.
    pub doubt: Option<(Reason, Arc<str>)>,
}

/// Reads a configuration.
pub struct Reader<'a> {
    view: &'a dyn View,
    /// What relative paths start from.
    pub root: String,
    /// A `ServerRoot` of a repository's file, which is `root` here.
    declared: Option<String>,
    variables: BTreeMap<String, String>,
    /// The modules that are loaded, without `_module`.
    pub modules: BTreeMap<String, Span>,
    /// True if more modules may be loaded than was seen.
    pub is_cut: bool,
    files: usize,
    /// The files that were read, as the host knows them.
    pub read: BTreeSet<String>,
    /// What was not seen.
    pub gaps: Vec<Gap>,
}

impl<'a> Reader<'a> {
    /// A reader that starts from the directory `root`; `is_cut` if the file is a part of a configuration.
    pub fn new(view: &'a dyn View, root: &str, is_cut: bool) -> Self {
        let mut reader = Reader {
            view,
            root: root.to_owned(),
            declared: None,
            variables: BTreeMap::new(),
            modules: BTreeMap::new(),
            is_cut,
            files: 0,
            read: BTreeSet::new(),
            gaps: Vec::new(),
        };
        reader.environment(&format!("{root}/envvars"));
        reader
    }

    /// `export NAME=value` of Debian's envvars; values from other variables are left out.
    fn environment(&mut self, path: &str) {
        let Ok(text) = self.view.read(path) else { return };
        for line in text.text.lines() {
            let Some((name, value)) = line.trim().strip_prefix("export ").and_then(|rest| rest.split_once('=')) else {
                continue;
            };
            // Debian's own $SUFFIX is empty but for further instances.
            let value = value.trim_matches(['"', '\'']).replace("$SUFFIX", "");
            if !value.contains(['$', '`']) {
                self.variables.insert(name.to_owned(), value);
            }
        }
    }

    /// What `path` says; one doubt if it cannot be read. `by` is what names it.
    pub fn file(&mut self, path: &str, by: Span, depth: usize) -> Vec<Item> {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES {
            let message = "included too deeply or too often; Apache does not start with this".to_owned();
            let path = self.view.display(path);
            self.gaps.push(Gap { kind: GapKind::Unparsed, path: path.clone(), span: Some(by), message, hint: None });
            return vec![self.hole(Reason::Cycle, path, by)];
        }
        let parsed = self.view.read(path).map_err(Trouble::Open).and_then(|text| {
            self.view.budget().nodes(text.text.len() as u64 / 8).map_err(|error| Trouble::Open(error.into()))?;
            syntax::parse(&text).map_err(Trouble::Syntax)
        });
        match parsed {
            Ok(directives) => {
                self.read.insert(path.to_owned());
                let shown = self.view.display(path);
                self.items(directives, None, &shown, depth)
            }
            Err(trouble) => {
                let path = self.view.display(path);
                self.gaps.push(trouble.gap(path.clone()));
                vec![self.hole(trouble.reason(), path, by)]
            }
        }
    }

    fn hole(&mut self, reason: Reason, path: Arc<str>, span: Span) -> Item {
        self.is_cut = true;
        Item { name: String::new(), args: Vec::new(), span, block: None, doubt: Some((reason, path)) }
    }

    fn items(
        &mut self,
        directives: Vec<Directive>,
        doubt: Option<&(Reason, Arc<str>)>,
        file: &Arc<str>,
        depth: usize,
    ) -> Vec<Item> {
        let mut out = Vec::new();
        for Directive { name, args, span, block } in directives {
            let name = name.to_ascii_lowercase();
            let args: Vec<String> = args.iter().map(|word| self.filled(word)).collect();
            let first = args.first().cloned().unwrap_or_default();
            if let Some(block) = block {
                if let Some(holds) = self.condition(&name, &first, &args) {
                    match holds {
                        Some(true) => out.extend(self.items(block, doubt, file, depth)),
                        Some(false) => {}
                        None => {
                            let why = (Reason::Condition, Arc::from(format!("<{name} {}>", args.join(" "))));
                            out.extend(self.items(block, Some(doubt.unwrap_or(&why)), file, depth));
                        }
                    }
                    continue;
                }
                // A section that may not be there is judged as if it were.
                let block = self.items(block, None, file, depth);
                out.push(Item { name, args, span, block: Some(block), doubt: None });
                continue;
            }
            match &*name {
                "include" | "includeoptional" => {
                    for item in self.include(&first, name == "include", span, file, depth) {
                        out.push(Item { doubt: item.doubt.or_else(|| doubt.cloned()), ..item });
                    }
                    continue;
                }
                "define" => {
                    self.variables.insert(first, args.get(1).cloned().unwrap_or_default());
                    continue;
                }
                "undefine" => {
                    self.variables.remove(&first);
                    continue;
                }
                "loadmodule" if doubt.is_none() => {
                    self.modules.insert(module(&first).to_owned(), span);
                }
                "serverroot" if self.view.is_whole() => first.trim_end_matches('/').clone_into(&mut self.root),
                "serverroot" => self.declared = Some(first.trim_end_matches('/').to_owned()),
                _ => {}
            }
            let open = args.iter().find_map(|word| word.split_once("${")?.1.split_once('}'));
            let open = open.map(|(name, _)| (Reason::Environment, Arc::from(name)));
            out.push(Item { name, args, span, block: None, doubt: open.or_else(|| doubt.cloned()) });
        }
        out
    }

    /// `${NAME}` filled in where it is known; Apache goes on with the value, not with what it refers to.
    fn filled(&self, word: &str) -> String {
        let mut out = String::new();
        let mut rest = word;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, more)) = after.split_once('}') else { return word.to_owned() };
            match self.variables.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("${{{name}}}")),
            }
            rest = more;
        }
        out + rest
    }

    /// Whether the condition of a section holds, `None` within if that is not known; none if it is no condition.
    fn condition(&self, name: &str, first: &str, args: &[String]) -> Option<Option<bool>> {
        let (is_not, what) = first.strip_prefix('!').map_or((false, first), |rest| (true, rest));
        let holds = match name {
            "ifmodule" => match self.modules.contains_key(module(what)) || BUILT_IN.contains(&module(what)) {
                true => Some(true),
                false => (!self.is_cut).then_some(false),
            },
            // More names may be given on the command line.
            "ifdefine" => self.variables.contains_key(what).then_some(true),
            "iffile" if self.view.is_whole() => Some(self.view.exists(what)),
            "ifversion" => version(first, args.get(1).map(String::as_str)),
            "iffile" | "ifdirective" | "ifsection" => None,
            _ => return None,
        };
        Some(if name == "ifversion" { holds } else { holds.map(|holds| holds != is_not) })
    }

    fn include(&mut self, pattern: &str, must: bool, span: Span, file: &Arc<str>, depth: usize) -> Vec<Item> {
        let inner = self.declared.as_deref().and_then(|root| pattern.strip_prefix(root)?.strip_prefix('/'));
        let absolute = match inner.unwrap_or(pattern) {
            full if full.starts_with('/') => full.to_owned(),
            relative => format!("{}/{relative}", self.root),
        };
        let found = glob::expand(self.view, absolute.trim_end_matches('/'));
        let mut out = Vec::new();
        for (refused, error) in found.refused {
            let (trouble, path) = (Trouble::Open(error), self.view.display(&refused));
            self.gaps.push(trouble.gap(path.clone()));
            out.push(self.hole(trouble.reason(), path, span));
        }
        let is_pattern = pattern.contains(['*', '?', '[']);
        let may_miss = self.view.is_whole() && (is_pattern || !must);
        if found.paths.is_empty() && !may_miss {
            let kind = if self.view.is_whole() { GapKind::Missing } else { GapKind::Note };
            let message = format!("includes {pattern}, which is not among what was read");
            self.gaps.push(Gap { kind, path: file.clone(), span: Some(span), message, hint: None });
            out.push(self.hole(Reason::File, pattern.into(), span));
        }
        for path in found.paths {
            out.extend(self.path(&path, span, depth + 1));
        }
        out
    }

    /// A file, or every file beneath a directory.
    fn path(&mut self, path: &str, span: Span, depth: usize) -> Vec<Item> {
        let Some(names) = self.view.list(path).ok().filter(|_| depth <= MAX_DEPTH) else {
            return self.file(path, span, depth);
        };
        names.iter().flat_map(|name| self.path(&format!("{path}/{name}"), span, depth + 1)).collect()
    }
}

/// A module's name without what surrounds it: `ssl_module` and `mod_ssl.c` are `ssl`.
fn module(name: &str) -> &str {
    let name = name.strip_suffix("_module").unwrap_or(name);
    name.strip_prefix("mod_").and_then(|rest| rest.strip_suffix(".c")).unwrap_or(name).trim_end_matches(".c")
}

/// `<IfVersion >= 2.4>` for an Apache 2.4, the only one that is maintained.
fn version(first: &str, second: Option<&str>) -> Option<bool> {
    let (operator, wanted) = second.map_or(("=", first), |wanted| (first, wanted));
    let mut numbers = wanted.split('.').map(str::parse::<u16>);
    let wanted = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let third = numbers.next().is_some();
    match operator {
        ">=" | ">" if wanted < (2, 4) => Some(true),
        ">=" if wanted == (2, 4) && !third => Some(true),
        "<" | "<=" if wanted < (2, 4) => Some(false),
        "<" if wanted == (2, 4) && !third => Some(false),
        _ => None,
    }
}
