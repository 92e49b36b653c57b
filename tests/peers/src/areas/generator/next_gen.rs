//! next-gen: iterators alone.

use next_gen::{generator, mk_gen};

use super::kit::{iterate, iterate_dyn};

#[generator(yield(u64))]
fn counter(end: u64) {
    let mut n = 0;
    while n < end {
        yield_!(n);
        n += 1;
    }
}

pub(super) fn iterator(end: u64) -> impl Iterator<Item = u64> {
    mk_gen!(let counter = box counter(end));
    counter
}

pub(super) fn iterate_pinned(end: u64) -> u64 {
    mk_gen!(let counter = counter(end));
    iterate(counter)
}

pub(super) fn iterate_pinned_dyn(end: u64) -> u64 {
    mk_gen!(let mut counter = counter(end));
    iterate_dyn(&mut counter)
}
