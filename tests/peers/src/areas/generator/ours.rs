//! weftwork.

use std::pin::pin;

use futures::Stream;
use weftwork::{generator, stream, try_generator};

use super::items::{Failure, Record, check, pause, text};
use super::kit::{iterate, iterate_dyn};

pub(super) fn integers(end: u64) -> impl Stream<Item = u64> {
    generator!(async move {
        let mut n = 0;
        while n < end {
            yield n;
            n += 1;
        }
    })
}

pub(super) fn records(end: u64) -> impl Stream<Item = Record> {
    generator!(async move {
        for n in 0..end {
            yield Record::new(n);
        }
    })
}

pub(super) fn texts(end: u64) -> impl Stream<Item = String> {
    generator!(async move {
        for n in 0..end {
            yield text(n);
        }
    })
}

pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    try_generator!(async move {
        for n in 0..end {
            yield check(n)?;
        }
    })
}

pub(super) fn pauses(end: u64) -> impl Stream<Item = u64> {
    generator!(async move {
        for n in 0..end {
            if n % 10 == 9 {
                pause().await;
            }
            yield n;
        }
    })
}

pub(super) fn nested(end: u64) -> impl Stream<Item = u64> {
    generator!(async move {
        yield ..middle(end);
    })
}

fn middle(end: u64) -> impl Stream<Item = u64> {
    generator!(async move {
        yield ..integers(end);
    })
}

/// By the handle, without the macro.
pub(super) fn handle(end: u64) -> impl Stream<Item = u64> {
    stream(async move |y| {
        let mut n = 0;
        while n < end {
            y.emit(n).await;
            n += 1;
        }
    })
}

/// An iterator by value: it moves into a box with its first item.
pub(super) fn iterator(end: u64) -> impl Iterator<Item = u64> {
    generator!(move || -> u64 {
        let mut n = 0;
        while n < end {
            yield n;
            n += 1;
        }
    })
}

/// An iterator that is pinned where it stands.
pub(super) fn iterate_pinned(end: u64) -> u64 {
    iterate(pin!(generator!(move || -> u64 {
        let mut n = 0;
        while n < end {
            yield n;
            n += 1;
        }
    })))
}

/// The same behind a pointer to something that can be iterated over.
pub(super) fn iterate_pinned_dyn(end: u64) -> u64 {
    let mut iterator = pin!(generator!(move || -> u64 {
        let mut n = 0;
        while n < end {
            yield n;
            n += 1;
        }
    }));
    iterate_dyn(&mut iterator)
}
