//! What is mounted now: /proc/self/mountinfo, on the machine itself.

use super::fstab::unescaped;
use crate::model::host::dialect::lines;
use crate::model::host::view::View;
use crate::source::Span;

/// A mounted file system.
#[derive(Debug)]
pub struct Now {
    path: String,
    options: Vec<String>,
    /// `major:minor` of its device.
    pub device: String,
    /// The line.
    pub span: Span,
}

impl Now {
    /// True if it is mounted with this option.
    pub fn has(&self, option: &str) -> bool {
        self.options.iter().any(|known| known == option)
    }
}

/// Everything that is mounted now.
#[derive(Debug)]
pub struct Running(Vec<Now>);

impl Running {
    /// Reads proc_pid_mountinfo(5): the third field is the device, the fifth the mount point, the sixth the options.
    pub fn read(view: &dyn View) -> Option<Running> {
        let text = view.is_live().then(|| view.read("/proc/self/mountinfo").ok()).flatten()?;
        let all = lines(&text.text).filter_map(|(at, raw)| {
            let fields: Vec<&str> = raw.split(' ').collect();
            let (device, path, options) = (fields.get(2)?, fields.get(4)?, fields.get(5)?);
            let options = options.split(',').map(str::to_owned).collect();
            let span = Span::new(text.id, at..at + raw.len());
            Some(Now { path: unescaped(path), options, device: (*device).to_owned(), span })
        });
        Some(Running(all.collect()))
    }

    /// What is mounted at `path`, the last of several on top.
    pub fn at(&self, path: &str) -> Option<&Now> {
        self.0.iter().rev().find(|now| now.path == path)
    }
}
