//! Streams written by hand: what the others save one from.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::Stream;

use super::items::{Failure, Pause, Record, check, pause, text};

pub(super) fn integers(end: u64) -> impl Stream<Item = u64> + Unpin {
    Counter { numbers: 0..end, item: |n| n }
}

pub(super) fn records(end: u64) -> impl Stream<Item = Record> {
    Counter { numbers: 0..end, item: Record::new }
}

pub(super) fn texts(end: u64) -> impl Stream<Item = String> {
    Counter { numbers: 0..end, item: text }
}

pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    Counter { numbers: 0..end, item: check }
}

struct Counter<F> {
    numbers: Range<u64>,
    item: F,
}

impl<F: Fn(u64) -> T + Unpin, T> Stream for Counter<F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        let n = self.numbers.next();
        Poll::Ready(n.map(&self.item))
    }
}

pub(super) fn pauses(end: u64) -> impl Stream<Item = u64> {
    Pausing { n: 0, end, pause: None }
}

struct Pausing {
    n: u64,
    end: u64,
    pause: Option<Pause>,
}

impl Stream for Pausing {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u64>> {
        if self.n == self.end {
            return Poll::Ready(None);
        }
        if self.n % 10 == 9 {
            ready!(Pin::new(self.pause.get_or_insert_with(pause)).poll(cx));
            self.pause = None;
        }
        let n = self.n;
        self.n += 1;
        Poll::Ready(Some(n))
    }
}

pub(super) fn nested(end: u64) -> impl Stream<Item = u64> {
    Forward(Forward(integers(end)))
}

struct Forward<S>(S);

impl<S: Stream + Unpin> Stream for Forward<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        Pin::new(&mut self.0).poll_next(cx)
    }
}
