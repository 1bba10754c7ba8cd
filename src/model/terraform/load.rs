//! Which documents are Terraform's, and what each of them is for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::json;
use super::state;
use crate::format::{Body as Tree, Document, Form, hcl};
use crate::model::{Context, resolved};
use crate::source::SourceId;
use crate::value::Value;

/// A configuration or variables file.
pub(super) struct File<'d> {
    /// Its name without the directory.
    pub name: &'d str,
    /// Its directory, absolute and normalised.
    pub dir: &'d str,
    /// Its source.
    pub source: SourceId,
    syntax: Syntax<'d>,
}

enum Syntax<'d> {
    Native(&'d hcl::Body),
    Json(hcl::Body),
}

impl File<'_> {
    /// Its content, whichever syntax it was written in.
    pub fn body(&self) -> &hcl::Body {
        match &self.syntax {
            Syntax::Native(body) => body,
            Syntax::Json(body) => body,
        }
    }
}

/// The documents that concern Terraform, by purpose.
#[derive(Default)]
pub(super) struct Loaded<'d> {
    /// Configuration files.
    pub configs: Vec<File<'d>>,
    /// Variables files, by path.
    pub variables: BTreeMap<&'d str, File<'d>>,
    /// Directory of a root module -> path of calls (`a.b`) -> directory that `terraform init` put it in.
    pub installed: BTreeMap<String, BTreeMap<String, String>>,
    /// Plans and states in JSON.
    pub plans: Vec<(SourceId, &'d Value)>,
    /// States as Terraform stores them.
    pub states: Vec<(SourceId, &'d Value)>,
    /// All of the above.
    pub used: Vec<SourceId>,
}

/// Sorts the documents; those of other languages are left alone.
pub(super) fn load<'d>(documents: &[&'d Document], ctx: &Context) -> Loaded<'d> {
    let mut loaded = Loaded::default();
    for document in documents {
        let (dir, name) = document.path.rsplit_once('/').unwrap_or(("", &document.path));
        match (&document.body, document.form) {
            (Tree::Hcl(body), Form::Hcl) if !name.ends_with(".hcl") => {
                let file = File { name, dir, source: document.source, syntax: Syntax::Native(body) };
                loaded.keep(&document.path, file, name.ends_with(".tfvars"));
            }
            (Tree::Data(data), Form::Json) => loaded.keep_json(document, data.first(), dir, name, ctx),
            _ => {}
        }
    }
    loaded.prefer_tofu();
    loaded
}

impl<'d> Loaded<'d> {
    fn keep(&mut self, path: &'d Arc<str>, file: File<'d>, variables: bool) {
        self.used.push(file.source);
        if variables {
            self.variables.insert(path, file);
        } else {
            self.configs.push(file);
        }
    }

    fn keep_json(
        &mut self,
        document: &'d Document,
        data: Option<&'d Value>,
        dir: &'d str,
        name: &'d str,
        ctx: &Context,
    ) {
        let Some(data) = data else { return };
        let source = document.source;
        let file = |body| File { name, dir, source, syntax: Syntax::Json(body) };
        if name.ends_with(".tf.json") || name.ends_with(".tofu.json") {
            self.keep(&document.path, file(json::config(data, ctx.budget)), false);
        } else if name.ends_with(".tfvars.json") {
            self.keep(&document.path, file(json::variables(data, ctx.budget)), true);
        } else if let Some(root) = document.path.strip_suffix("/.terraform/modules/modules.json") {
            self.used.push(source);
            self.installed.insert(root.to_string(), installed(root, data));
        } else if is_plan(data) {
            self.used.push(source);
            self.plans.push((source, data));
        } else if state::is_state(data) && !document.path.contains("/.terraform/") {
            // What lies in `.terraform` only says where the state is.
            self.used.push(source);
            self.states.push((source, data));
        }
    }

    /// OpenTofu reads `x.tofu` instead of `x.tf` where both are there; so does this.
    fn prefer_tofu(&mut self) {
        let stem = |name: &str, from: &str, to: &str| name.strip_suffix(from).map(|stem| format!("{stem}{to}"));
        let twin = |file: &File| stem(file.name, ".tf", ".tofu").or_else(|| stem(file.name, ".tf.json", ".tofu.json"));
        let names: std::collections::BTreeSet<(String, String)> =
            self.configs.iter().map(|file| (file.dir.to_string(), file.name.to_string())).collect();
        self.configs.retain(|file| twin(file).is_none_or(|name| !names.contains(&(file.dir.to_string(), name))));
    }
}

/// What `terraform init` wrote down about the modules that it installed.
fn installed(root: &str, data: &Value) -> BTreeMap<String, String> {
    let modules = data.get("Modules").and_then(Value::as_list);
    let entry = |module: &Value| {
        let key = module.get("Key")?.as_str()?;
        let dir = module.get("Dir")?.as_str()?;
        Some((key.to_string(), resolved(root, dir)))
    };
    modules.map(|list| list.iter().filter_map(entry).collect()).unwrap_or_default()
}

/// True for what `terraform show -json` prints.
fn is_plan(data: &Value) -> bool {
    data.get("planned_values").is_some_and(|values| values.as_map().is_some())
        || (data.get("format_version").is_some() && data.at_path(&["values", "root_module"]).is_some())
}

/// `dir` as seen from `from`, both absolute and normalised: `.`, `modules/x`, `../x`.
pub(super) fn relative(from: &str, dir: &str) -> String {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(String::from).collect::<Vec<_>>();
    let (from, to) = (parts(from), parts(dir));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_string(), from.len() - common);
    let path: Vec<String> = up.chain(to.into_iter().skip(common)).collect();
    if path.is_empty() { ".".to_string() } else { path.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_relative_by_name_alone() {
        assert_eq!(relative("/a/b", "/a/b"), ".");
        assert_eq!(relative("/a/b", "/a/c/d"), "../c/d");
        assert_eq!(relative("", "/a"), "a");
    }
}
