//! How a stream is made in one function and consumed in another.

use std::hint::black_box;
use std::pin::{Pin, pin};

use futures::Stream;

use super::items::fold;
use crate::drive::drain;

/// Polls the stream to its end.
#[inline(never)]
pub(super) fn consume<S: Stream + ?Sized>(stream: Pin<&mut S>, fold: impl Fn(u64, S::Item) -> u64) -> u64 {
    drain(stream, fold)
}

/// A call that makes a stream of so many items on the stack and consumes it.
pub(super) fn pinned<S: Stream>(
    items: u64,
    make: impl Fn(u64) -> S,
    fold: impl Fn(u64, S::Item) -> u64 + Copy,
) -> impl Fn() -> u64 {
    move || consume(pin!(make(black_box(items))), fold)
}

/// The same with a `Pin<Box<dyn Stream>>`.
pub(super) fn boxed<S: Stream + 'static>(
    items: u64,
    make: impl Fn(u64) -> S,
    fold: impl Fn(u64, S::Item) -> u64 + Copy,
) -> impl Fn() -> u64 {
    move || {
        let stream: Pin<Box<dyn Stream<Item = S::Item>>> = Box::pin(make(black_box(items)));
        // Otherwise the compiler may see through the pointer and call the one function that can be behind it.
        consume(black_box(stream).as_mut(), fold)
    }
}

/// Goes through the iterator to its end.
#[inline(never)]
pub(super) fn iterate(iterator: impl Iterator<Item = u64>) -> u64 {
    let mut sum = 0;
    for item in iterator {
        sum = fold(sum, item);
    }
    sum
}

/// The same behind a pointer that the compiler can not see through.
pub(super) fn iterate_dyn(iterator: &mut dyn Iterator<Item = u64>) -> u64 {
    iterate(black_box(iterator))
}

/// A call that makes an iterator over so many items and goes through it.
pub(super) fn by_value<I: Iterator<Item = u64>>(items: u64, make: impl Fn(u64) -> I) -> impl Fn() -> u64 {
    move || iterate(make(black_box(items)))
}

/// The same with a `Box<dyn Iterator>`.
pub(super) fn by_box<I: Iterator<Item = u64> + 'static>(items: u64, make: impl Fn(u64) -> I) -> impl Fn() -> u64 {
    move || {
        let iterator: Box<dyn Iterator<Item = u64>> = Box::new(make(black_box(items)));
        iterate(black_box(iterator))
    }
}
