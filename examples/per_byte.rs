//! Names the files that take much longer, byte for byte, than files of the tree do in the middle: what is read
//! may be hostile, and a parser or model that is slow on one file hides a loop that is worse than linear.
//!
//! `scripts/per-byte [TREE]` runs it. Each file is read, parsed and modelled by itself, several times; the
//! fastest counts. It fails if one takes more than [`OUTLIER`] times the median.
#![allow(clippy::print_stdout)] // a tool for developers; nothing is lost if its reader goes away

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use duecare::budget::Budget;
use duecare::discover::{self, Found, Guess, Selection};
use duecare::ingest::{self, RootFiles};
use duecare::model::{Context, Given, MODELS};

/// How many times the median a file may take.
const OUTLIER: f64 = 50.0;
/// Smaller files count as this large: what a file costs at the least, whatever is in it, says nothing.
const SMALL: u64 = 1024;
/// How often each file is measured.
const RUNS: usize = 5;
/// How many files are shown.
const SHOWN: usize = 10;

struct Measured {
    path: String,
    bytes: u64,
    time: Duration,
}

impl Measured {
    fn nanoseconds_per_byte(&self) -> f64 {
        self.time.as_secs_f64() * 1e9 / self.bytes.max(SMALL) as f64
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let tree = std::env::args().nth(1).unwrap_or_else(|| "fixtures".to_owned());
    let mut all = Vec::new();
    for file in walk(Path::new(&tree))?.files.iter().filter(|file| file.guess != Guess::Other) {
        let one = walk(Path::new(&*file.absolute))?;
        let (bytes, mut time) = measure(&one);
        for _ in 1..RUNS {
            time = time.min(measure(&one).1);
        }
        all.push(Measured { path: file.display.to_string(), bytes, time });
    }
    all.sort_by(|a, b| b.nanoseconds_per_byte().total_cmp(&a.nanoseconds_per_byte()));
    let median = all.get(all.len() / 2).map_or(0.0, Measured::nanoseconds_per_byte);
    println!("{} files, median {median:.0} ns a byte; the slowest:", all.len());
    for it in all.iter().take(SHOWN) {
        let own = it.nanoseconds_per_byte();
        println!("{own:7.0} ns a byte, {:5.1} times: {} ({} bytes, {:?})", own / median, it.path, it.bytes, it.time);
    }
    let outliers = all.iter().filter(|it| it.nanoseconds_per_byte() > OUTLIER * median).count();
    println!("{outliers} above {OUTLIER} times the median");
    Ok(if outliers > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn walk(path: &Path) -> anyhow::Result<Found> {
    let everything = Selection::new(&[], &[]).map_err(anyhow::Error::msg)?;
    Ok(discover::walk(&[PathBuf::from(path)], &everything)?)
}

/// Reads, parses and models what was found; how many bytes that were and how long it took.
fn measure(found: &Found) -> (u64, Duration) {
    let start = Instant::now();
    let budget = Budget::default();
    let read = ingest::ingest(found, &budget);
    let files = RootFiles::new(found, &budget);
    let context = Context { sources: &read.sources, budget: &budget, given: &Given::default(), files: &files };
    let documents: Vec<_> = read.documents.iter().collect();
    for model in MODELS {
        black_box((model.build)(&documents, &context));
    }
    (read.sources.iter().map(|(_, source)| source.bytes).sum(), start.elapsed())
}
