//! Streams and iterators written as bodies, and what it costs to get one item out of them.
//!
//! A stream is made in one function and consumed in another (`static`, `boxed`), as in most programs. Where both are in one
//! function (`inlined`) async-stream's state dissolves into registers, which a generator with a pointer into itself can not do:
//! that row shows what it costs. In the other rows async-stream's cost varies by half between two builds: sometimes the accessor
//! of its thread-local is taken in, sometimes it is called twice for every item.
//!
//! - a file for each crate, with the same streams as its own users would write them; `by_hand.rs` and `unfold.rs` need none
//! - `items.rs`: what the streams deliver; `kit.rs`: how they are made and consumed
//! - here, `kinds.rs` and `iterators.rs`: the cases

mod async_fn_stream;
mod async_stream;
mod asynk_strim;
mod by_hand;
mod fauxgen;
mod genawaiter;
mod items;
mod iterators;
mod kinds;
mod kit;
mod next_gen;
mod ours;
mod unfold;

use std::hint::black_box;
use std::pin::pin;

use self::items::fold;
use self::kit::{boxed, pinned};
use crate::drive::drain;
use crate::measure::Bench;
use crate::report::Unit;

const ITEMS: u64 = 10_000_000;

/// Of the peers.
const ASYNC_STREAM: &str = "async-stream";
const ASYNC_FN_STREAM: &str = "async-fn-stream";
const GENAWAITER: &str = "genawaiter rc";
const FAUXGEN: &str = "fauxgen";
const ASYNK_STRIM: &str = "asynk-strim";
const NEXT_GEN: &str = "next-gen";
const UNFOLD: &str = "futures unfold";
const BY_HAND: &str = "hand-written Stream";
const BY_FROM_FN: &str = "iter::from_fn";

pub(crate) fn run(bench: &mut Bench<'_>) {
    integers(bench);
    sizes(bench);
    kinds::run(bench);
    iterators::run(bench);
}

fn integers(bench: &mut Bench<'_>) {
    let expected = (0..ITEMS).fold(0, fold);
    bench
        .case("10 M integers, static", expected)
        .per_item(ITEMS)
        .ours(pinned(ITEMS, ours::integers, fold))
        .peer(ASYNC_STREAM, pinned(ITEMS, async_stream::integers, fold))
        .peer(ASYNC_FN_STREAM, pinned(ITEMS, async_fn_stream::integers, fold))
        .peer(GENAWAITER, pinned(ITEMS, genawaiter::integers, fold))
        .peer(FAUXGEN, pinned(ITEMS, fauxgen::integers, fold))
        .peer(ASYNK_STRIM, pinned(ITEMS, asynk_strim::integers, fold))
        .peer(UNFOLD, pinned(ITEMS, unfold::integers, fold))
        .peer(BY_HAND, pinned(ITEMS, by_hand::integers, fold))
        .time()
        .allocations();
    bench
        .case("10 M integers, boxed", expected)
        .per_item(ITEMS)
        .ours(boxed(ITEMS, ours::integers, fold))
        .peer(ASYNC_STREAM, boxed(ITEMS, async_stream::integers, fold))
        .peer(ASYNC_FN_STREAM, boxed(ITEMS, async_fn_stream::integers, fold))
        .peer(GENAWAITER, boxed(ITEMS, genawaiter::integers, fold))
        .peer(FAUXGEN, boxed(ITEMS, fauxgen::integers, fold))
        .peer(ASYNK_STRIM, boxed(ITEMS, asynk_strim::integers, fold))
        .peer(UNFOLD, boxed(ITEMS, unfold::integers, fold))
        .peer(BY_HAND, boxed(ITEMS, by_hand::integers, fold))
        .time()
        .allocations();
    bench
        .case("10 M integers, inlined", expected)
        .per_item(ITEMS)
        .ours(|| drain(pin!(ours::integers(black_box(ITEMS))), fold))
        .peer(ASYNC_STREAM, || drain(pin!(async_stream::integers(black_box(ITEMS))), fold))
        .peer(BY_HAND, || drain(pin!(by_hand::integers(black_box(ITEMS))), fold))
        .time();
}

fn sizes(bench: &mut Bench<'_>) {
    let peers = [
        (ASYNC_STREAM, size(&async_stream::integers(0))),
        (ASYNC_FN_STREAM, size(&async_fn_stream::integers(0))),
        (GENAWAITER, size(&genawaiter::integers(0))),
        (FAUXGEN, size(&fauxgen::integers(0))),
        (ASYNK_STRIM, size(&asynk_strim::integers(0))),
        (UNFOLD, size(&unfold::integers(0))),
        (BY_HAND, size(&by_hand::integers(0))),
    ];
    bench.figure("integers, size of the stream", Unit::Bytes, size(&ours::integers(0)), &peers);
}

fn size<T>(value: &T) -> u64 {
    size_of_val(value) as u64
}

/// Delivers so many integers and gives their checksum.
type Drain = fn(u64) -> u64;

/// Drains `items` integers out of one candidate, and gives their checksum: for a profiler, which wants nothing else to run.
pub(crate) fn drain_one(candidate: &str, items: u64) -> Option<u64> {
    DRAINS.iter().find(|(name, _)| *name == candidate).map(|(_, drain)| drain(items))
}

/// The candidates of [`drain_one`], whose streams and loops are the very ones of the table.
pub(crate) const DRAINS: [(&str, Drain); 6] = [
    ("weftwork-static", |items| pinned(items, ours::integers, fold)()),
    ("weftwork-boxed", |items| boxed(items, ours::integers, fold)()),
    ("async-stream-static", |items| pinned(items, async_stream::integers, fold)()),
    ("async-stream-boxed", |items| boxed(items, async_stream::integers, fold)()),
    ("by-hand-static", |items| pinned(items, by_hand::integers, fold)()),
    ("by-hand-boxed", |items| boxed(items, by_hand::integers, fold)()),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_candidate_delivers_the_same() {
        let expected = (0..1000).fold(0, fold);
        for (name, _) in DRAINS {
            assert_eq!(drain_one(name, 1000), Some(expected), "{name}");
        }
        assert_eq!(drain_one("nobody", 1000), None);
    }
}
