//! Work spread over the cores, where there is enough of it: starting the threads takes longer than a
//! small audit does.

use std::cmp::Ordering;

use rayon::prelude::*;

/// Fewer items than this are sorted on the calling thread.
const WORTH_SORTING: usize = 1000;

/// `f` of every item, in order; on all cores if it is `worth` starting them.
pub fn map<T: Sync, R: Send>(items: &[T], worth: bool, f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if worth { items.par_iter().map(f).collect() } else { items.iter().map(f).collect() }
}

/// Puts items of which no two are equal in order; on all cores if there are enough.
pub fn sort<T: Send>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    if items.len() >= WORTH_SORTING { items.par_sort_unstable_by(order) } else { items.sort_unstable_by(order) }
}
