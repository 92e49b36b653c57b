//! Iterators: pinned where they stand, and as values that move.

use std::hint::black_box;
use std::iter;

use super::items::fold;
use super::kit::{by_box, by_value, iterate_dyn};
use super::{BY_FROM_FN, FAUXGEN, GENAWAITER, ITEMS, NEXT_GEN, fauxgen, genawaiter, next_gen, ours};
use crate::measure::Bench;

pub(super) fn run(bench: &mut Bench<'_>) {
    let expected = (0..ITEMS).fold(0, fold);
    bench
        .case("iterator, pinned", expected)
        .per_item(ITEMS)
        .ours(|| ours::iterate_pinned(black_box(ITEMS)))
        .peer(GENAWAITER, by_value(ITEMS, genawaiter::iterator))
        .peer(FAUXGEN, || fauxgen::iterate_pinned(black_box(ITEMS)))
        .peer(NEXT_GEN, || next_gen::iterate_pinned(black_box(ITEMS)))
        .peer(BY_FROM_FN, by_value(ITEMS, from_fn))
        .time()
        .allocations();
    bench
        .case("iterator, pinned, &mut dyn", expected)
        .per_item(ITEMS)
        .ours(|| ours::iterate_pinned_dyn(black_box(ITEMS)))
        .peer(GENAWAITER, || iterate_dyn(&mut genawaiter::iterator(black_box(ITEMS))))
        .peer(FAUXGEN, || fauxgen::iterate_pinned_dyn(black_box(ITEMS)))
        .peer(NEXT_GEN, || next_gen::iterate_pinned_dyn(black_box(ITEMS)))
        .peer(BY_FROM_FN, || iterate_dyn(&mut from_fn(black_box(ITEMS))))
        .time();
    bench
        .case("iterator, by value", expected)
        .per_item(ITEMS)
        .ours(by_value(ITEMS, ours::iterator))
        .peer(GENAWAITER, by_value(ITEMS, genawaiter::iterator))
        .peer(FAUXGEN, by_value(ITEMS, fauxgen::iterator))
        .peer(NEXT_GEN, by_value(ITEMS, next_gen::iterator))
        .peer(BY_FROM_FN, by_value(ITEMS, from_fn))
        .time()
        .allocations();
    bench
        .case("iterator, by value, Box<dyn>", expected)
        .per_item(ITEMS)
        .ours(by_box(ITEMS, ours::iterator))
        .peer(GENAWAITER, by_box(ITEMS, genawaiter::iterator))
        .peer(FAUXGEN, by_box(ITEMS, fauxgen::iterator))
        .peer(NEXT_GEN, by_box(ITEMS, next_gen::iterator))
        .peer(BY_FROM_FN, by_box(ITEMS, from_fn))
        .time()
        .allocations();
}

fn from_fn(end: u64) -> impl Iterator<Item = u64> {
    let mut n = 0;
    iter::from_fn(move || {
        let item = n;
        (item < end).then(|| {
            n += 1;
            item
        })
    })
}
