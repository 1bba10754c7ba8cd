//! The one way out. Results go to standard output, everything else to standard error; files are
//! written whole or not at all and only for their owner; every error of a write is an error of the
//! program. A reader that has gone away (`| head`) is not.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::Color;

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {what}: {error}")]
pub struct WriteError {
    /// What was to be written.
    pub what: String,
    /// What the operating system said.
    pub error: io::Error,
}

/// Writes `text` to standard output. A closed pipe ends the writing and is no error.
pub fn stdout(text: &str) -> Result<(), WriteError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| WriteError { what: "to standard output".to_owned(), error }),
    }
}

/// Writes a line to standard error. Nobody can be told if that fails.
pub fn stderr(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes a file: complete under a temporary name, then renamed, mode 0600.
pub fn file(path: &Path, text: &str) -> Result<(), WriteError> {
    let wrong = |error| WriteError { what: path.display().to_string(), error };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A device (/dev/full, /dev/null) is written to, not replaced.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let open = std::fs::OpenOptions::new().write(true).open(path);
        return open.and_then(|mut file| file.write_all(text.as_bytes())).map_err(wrong);
    }
    let mut temporary = tempfile::NamedTempFile::new_in(parent).map_err(wrong)?;
    temporary.write_all(text.as_bytes()).and_then(|()| temporary.as_file().sync_all()).map_err(wrong)?;
    temporary.persist(path).map(|_| ()).map_err(|error| wrong(error.error))
}

/// Writes a file that is not there yet, with the directories above it, for everyone that the umask
/// allows: something to keep and to share, not a report.
pub fn new_file(path: &Path, text: &[u8]) -> Result<(), WriteError> {
    let wrong = |error| WriteError { what: path.display().to_string(), error };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(wrong)?;
    }
    let open = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    open.and_then(|mut file| file.write_all(text)).map_err(wrong)
}

/// Whether to colour what goes to a stream; `terminal` says whether it is one.
pub fn colored(choice: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if set("FORCE_COLOR") => true,
        Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Width of the page in columns: `COLUMNS` if it is set, else as the terminal has it, else 80.
pub fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size_of(io::stdout()).map(|(columns, _)| usize::from(columns.0));
    set.or_else(terminal).unwrap_or(80).clamp(60, 160)
}
