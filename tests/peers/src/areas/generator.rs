//! Streams that count, and what it costs to get one item out of them.
//!
//! A stream is made in one function and consumed in another (`static`, `boxed`), as in most programs. Where both are in one
//! function (`inlined`) async-stream's state dissolves into registers, which a generator with a pointer into itself can not do:
//! that row shows what it costs. In the other rows async-stream's cost varies by half between two builds: sometimes the accessor
//! of its thread-local is taken in, sometimes it is called twice for every item.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures::Stream;
use weftwork::generator;

use crate::drive::drain;
use crate::measure::Bench;
use crate::report::Unit;

const ITEMS: u64 = 10_000_000;

/// Of the peers.
const STREAM: &str = "async-stream";
const BY_HAND: &str = "hand-written Stream";

pub(crate) fn run(bench: &mut Bench<'_>) {
    let expected = (0..ITEMS).fold(0, fold);
    bench
        .case("10 M integers, static", expected)
        .per_item(ITEMS)
        .ours(|| consume(pin!(ours(black_box(ITEMS)))))
        .peer(STREAM, || consume(pin!(async_stream(black_box(ITEMS)))))
        .peer(BY_HAND, || consume(pin!(by_hand(black_box(ITEMS)))))
        .time()
        .allocations();
    bench
        .case("10 M integers, boxed", expected)
        .per_item(ITEMS)
        .ours(|| consume(boxed(ours(black_box(ITEMS))).as_mut()))
        .peer(STREAM, || consume(boxed(async_stream(black_box(ITEMS))).as_mut()))
        .peer(BY_HAND, || consume(boxed(by_hand(black_box(ITEMS))).as_mut()))
        .time()
        .allocations();
    bench
        .case("10 M integers, inlined", expected)
        .per_item(ITEMS)
        .ours(|| drain(pin!(ours(black_box(ITEMS))), fold))
        .peer(STREAM, || drain(pin!(async_stream(black_box(ITEMS))), fold))
        .peer(BY_HAND, || drain(pin!(by_hand(black_box(ITEMS))), fold))
        .time();
    let sizes = [(STREAM, size(&async_stream(0))), (BY_HAND, size(&by_hand(0)))];
    bench.figure("integers, size of the stream", Unit::Bytes, size(&ours(0)), &sizes);
}

/// Polls the stream to its end.
#[inline(never)]
fn consume<S: Stream<Item = u64> + ?Sized>(stream: Pin<&mut S>) -> u64 {
    drain(stream, fold)
}

/// A checksum that depends on the order. Each item is looked at, so that the compiler can not merge the steps of several.
fn fold(sum: u64, item: u64) -> u64 {
    sum.rotate_left(1) ^ black_box(item)
}

fn boxed<'a>(stream: impl Stream<Item = u64> + 'a) -> Pin<Box<dyn Stream<Item = u64> + 'a>> {
    // Otherwise the compiler may see through the pointer and call the one function that can be behind it.
    black_box(Box::pin(stream))
}

fn size<T>(value: &T) -> u64 {
    size_of_val(value) as u64
}

fn ours(items: u64) -> impl Stream<Item = u64> {
    generator!(async move {
        for item in 0..items {
            yield item;
        }
    })
}

fn async_stream(items: u64) -> impl Stream<Item = u64> {
    async_stream::stream! {
        for item in 0..items {
            yield item;
        }
    }
}

fn by_hand(items: u64) -> impl Stream<Item = u64> {
    Counter { range: 0..items }
}

struct Counter {
    range: std::ops::Range<u64>,
}

impl Stream for Counter {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u64>> {
        Poll::Ready(self.range.next())
    }
}
