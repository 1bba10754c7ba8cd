//! Finds the files of an audit. Every file beneath a named path is accounted for, git-ignored ones
//! too: that is where `.env` and state files lie. What is left out is a list that is printed.

mod classify;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use walkdir::{DirEntry, WalkDir};

pub use classify::{Guess, by_content, by_name, by_text};

use crate::open::{OpenError, Root};
use crate::resource::{Gap, GapKind};

/// Directories that hold no configuration of the estate: version control, installed dependencies,
/// tool caches. `--include` walks one all the same.
pub const SKIPPED_DIRECTORIES: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    ".jj",
    "node_modules",
    "bower_components",
    ".terraform/providers",
    ".terragrunt-cache",
    ".venv",
    "venv",
    ".tox",
    ".nox",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".gradle",
    ".idea",
    ".vscode",
    ".cache",
    ".direnv",
    "cdk.out/.cache",
];

/// A file beneath a named path.
#[derive(Debug)]
pub struct File {
    /// Index of its root.
    pub root: usize,
    /// Path beneath the root.
    pub relative: PathBuf,
    /// Path as the user named it.
    pub display: Arc<str>,
    /// Absolute path, `.` and `..` resolved by name.
    pub absolute: Arc<str>,
    /// What its name says it is.
    pub guess: Guess,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The directories beneath which files are read.
    pub roots: Vec<Root>,
    /// The files, in the order of their paths.
    pub files: Vec<File>,
    /// Directories that were left out.
    pub skipped: Vec<Arc<str>>,
    /// What could not be walked.
    pub gaps: Vec<Gap>,
}

/// Which paths to leave out and which to walk in spite of [`SKIPPED_DIRECTORIES`].
#[derive(Clone, Debug)]
pub struct Selection {
    exclude: GlobSet,
    include: GlobSet,
}

impl Selection {
    /// Globs over paths relative to the named path; the error names the glob that is not one.
    pub fn new(exclude: &[String], include: &[String]) -> Result<Selection, String> {
        Ok(Selection { exclude: globs(exclude)?, include: globs(include)? })
    }
}

fn globs(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let bare = pattern.trim_end_matches('/');
        for form in [bare.to_owned(), format!("**/{bare}"), format!("{bare}/**"), format!("**/{bare}/**")] {
            set.add(Glob::new(&form).map_err(|error| error.to_string())?);
        }
    }
    set.build().map_err(|error| error.to_string())
}

/// Why a named path cannot be walked at all.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct NamedPathError {
    /// The path as it was named.
    pub path: String,
    /// Why.
    pub error: OpenError,
}

/// Walks the named paths. A path that is not there is the operator's mistake and ends the audit; what
/// cannot be read beneath it is a gap.
pub fn walk(paths: &[PathBuf], selection: &Selection) -> Result<Found, NamedPathError> {
    let mut found = Found::default();
    for path in paths {
        let named = |error| NamedPathError { path: path.display().to_string(), error };
        let meta = std::fs::metadata(path).map_err(|error| named(error.into()))?;
        if meta.is_dir() {
            found.roots.push(Root::open(path).map_err(named)?);
            walk_directory(path, selection, &mut found);
        } else {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            found.roots.push(Root::open(parent).map_err(named)?);
            let name = path.file_name().map(PathBuf::from).unwrap_or_default();
            add(path, &name, &mut found);
        }
    }
    found.files.dedup_by(|a, b| a.absolute == b.absolute);
    Ok(found)
}

fn walk_directory(top: &Path, selection: &Selection, found: &mut Found) {
    let mut skipped = Vec::new();
    let relative = |path: &Path| path.strip_prefix(top).unwrap_or(path).to_path_buf();
    let mut keep = |entry: &DirEntry| {
        let path = relative(entry.path());
        let left_out = entry.depth() > 0 && leaves_out(&path, entry.file_type().is_dir(), selection);
        if left_out && entry.file_type().is_dir() {
            skipped.push(slashes(entry.path()));
        }
        !left_out
    };
    let walk = WalkDir::new(top).sort_by_file_name().into_iter().filter_entry(|entry| keep(entry));
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => add(entry.path(), &relative(entry.path()), found),
            Err(error) => {
                let path = error.path().map_or_else(|| slashes(top), slashes);
                let message = error.io_error().map_or_else(|| error.to_string(), describe);
                found.gaps.push(Gap { kind: GapKind::Unreadable, path, span: None, message, hint: None });
            }
        }
    }
    found.skipped.extend(skipped);
}

fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::NotFound => "not found".to_owned(),
        _ => error.to_string(),
    }
}

fn leaves_out(relative: &Path, is_dir: bool, selection: &Selection) -> bool {
    if selection.exclude.is_match(relative) {
        return true;
    }
    let skipped = is_dir && SKIPPED_DIRECTORIES.iter().any(|name| relative.ends_with(name));
    skipped && !selection.include.is_match(relative)
}

fn add(path: &Path, relative: &Path, found: &mut Found) {
    let display = slashes(path);
    let display = display.strip_prefix("./").map_or(display.clone(), Arc::from);
    found.files.push(File {
        root: found.roots.len().saturating_sub(1),
        relative: relative.to_path_buf(),
        absolute: absolute(path),
        guess: by_name(relative),
        display,
    });
}

/// The path with forward slashes.
pub fn slashes(path: &Path) -> Arc<str> {
    path.to_string_lossy().replace('\\', "/").into()
}

/// The absolute path, `.` and `..` resolved by name alone.
pub fn absolute(path: &Path) -> Arc<str> {
    use std::path::Component;
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut out = PathBuf::new();
    for part in full.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    slashes(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        dir
    }

    fn names(dir: &tempfile::TempDir, exclude: &[&str], include: &[&str]) -> Vec<String> {
        let own = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let selection = Selection::new(&own(exclude), &own(include)).unwrap();
        let found = walk(&[dir.path().to_path_buf()], &selection).unwrap();
        found.files.iter().map(|file| slashes(&file.relative).to_string()).collect()
    }

    #[test]
    fn ignored_and_hidden_files_are_found_and_dependencies_are_not() {
        let dir = tree(&[
            ".gitignore",
            ".env",
            "a.tf",
            "node_modules/x.yaml",
            ".terraform/modules/m/main.tf",
            ".terraform/providers/p.json",
        ]);
        std::fs::write(dir.path().join(".gitignore"), ".env").unwrap();
        assert_eq!(names(&dir, &[], &[]), [".env", ".gitignore", ".terraform/modules/m/main.tf", "a.tf"]);
    }

    #[test]
    fn exclude_leaves_out_and_include_brings_back() {
        let dir = tree(&["a.tf", "examples/b.tf", "deep/examples/c.tf", "node_modules/d.tf"]);
        assert_eq!(names(&dir, &["examples"], &[]), ["a.tf"]);
        assert_eq!(names(&dir, &["*.tf"], &[]), Vec::<String>::new());
        assert_eq!(names(&dir, &["examples/"], &["node_modules"]), ["a.tf", "node_modules/d.tf"]);
    }
}
