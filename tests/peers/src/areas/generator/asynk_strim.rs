//! asynk-strim.

use std::pin::pin;

use asynk_strim::{stream_fn, try_stream_fn};
use futures::{Stream, StreamExt as _};

use super::items::{Failure, Record, check, pause, text};

pub(super) fn integers(end: u64) -> impl Stream<Item = u64> {
    stream_fn(move |mut yielder| async move {
        let mut n = 0;
        while n < end {
            yielder.yield_item(n).await;
            n += 1;
        }
    })
}

pub(super) fn records(end: u64) -> impl Stream<Item = Record> {
    stream_fn(move |mut yielder| async move {
        for n in 0..end {
            yielder.yield_item(Record::new(n)).await;
        }
    })
}

pub(super) fn texts(end: u64) -> impl Stream<Item = String> {
    stream_fn(move |mut yielder| async move {
        for n in 0..end {
            yielder.yield_item(text(n)).await;
        }
    })
}

pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    try_stream_fn(move |mut yielder| async move {
        for n in 0..end {
            yielder.yield_ok(check(n)?).await;
        }
        Ok(())
    })
}

pub(super) fn pauses(end: u64) -> impl Stream<Item = u64> {
    stream_fn(move |mut yielder| async move {
        for n in 0..end {
            if n % 10 == 9 {
                pause().await;
            }
            yielder.yield_item(n).await;
        }
    })
}

pub(super) fn nested(end: u64) -> impl Stream<Item = u64> {
    stream_fn(move |mut yielder| async move {
        let mut items = pin!(middle(end));
        while let Some(item) = items.next().await {
            yielder.yield_item(item).await;
        }
    })
}

fn middle(end: u64) -> impl Stream<Item = u64> {
    stream_fn(move |mut yielder| async move {
        let mut items = pin!(integers(end));
        while let Some(item) = items.next().await {
            yielder.yield_item(item).await;
        }
    })
}
