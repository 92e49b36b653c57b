//! async-stream.

use async_stream::{stream, try_stream};
use futures::Stream;

use super::items::{Failure, Record, check, pause, text};

pub(super) fn integers(end: u64) -> impl Stream<Item = u64> {
    stream! {
        let mut n = 0;
        while n < end {
            yield n;
            n += 1;
        }
    }
}

pub(super) fn records(end: u64) -> impl Stream<Item = Record> {
    stream! {
        for n in 0..end {
            yield Record::new(n);
        }
    }
}

pub(super) fn texts(end: u64) -> impl Stream<Item = String> {
    stream! {
        for n in 0..end {
            yield text(n);
        }
    }
}

pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    try_stream! {
        for n in 0..end {
            yield check(n)?;
        }
    }
}

pub(super) fn pauses(end: u64) -> impl Stream<Item = u64> {
    stream! {
        for n in 0..end {
            if n % 10 == 9 {
                pause().await;
            }
            yield n;
        }
    }
}

pub(super) fn nested(end: u64) -> impl Stream<Item = u64> {
    stream! {
        for await item in middle(end) {
            yield item;
        }
    }
}

fn middle(end: u64) -> impl Stream<Item = u64> {
    stream! {
        for await item in integers(end) {
            yield item;
        }
    }
}
