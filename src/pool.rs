//! Work spread over the cores, where there is enough of it: starting the threads takes longer than a
//! small audit does.

use rayon::prelude::*;

/// `f` of every item, in order; on all cores if it is `worth` starting them.
pub fn map<T: Sync, R: Send>(items: &[T], worth: bool, f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if worth { items.par_iter().map(f).collect() } else { items.iter().map(f).collect() }
}
