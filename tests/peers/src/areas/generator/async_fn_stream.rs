//! async-fn-stream.

use std::pin::pin;

use async_fn_stream::{fn_stream, try_fn_stream};
use futures::{Stream, StreamExt as _};

use super::items::{Failure, Record, check, pause, text};

pub(super) fn integers(end: u64) -> impl Stream<Item = u64> {
    fn_stream(move |emitter| async move {
        let mut n = 0;
        while n < end {
            emitter.emit(n).await;
            n += 1;
        }
    })
}

pub(super) fn records(end: u64) -> impl Stream<Item = Record> {
    fn_stream(move |emitter| async move {
        for n in 0..end {
            emitter.emit(Record::new(n)).await;
        }
    })
}

pub(super) fn texts(end: u64) -> impl Stream<Item = String> {
    fn_stream(move |emitter| async move {
        for n in 0..end {
            emitter.emit(text(n)).await;
        }
    })
}

pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    try_fn_stream(move |emitter| async move {
        for n in 0..end {
            emitter.emit(check(n)?).await;
        }
        Ok(())
    })
}

pub(super) fn pauses(end: u64) -> impl Stream<Item = u64> {
    fn_stream(move |emitter| async move {
        for n in 0..end {
            if n % 10 == 9 {
                pause().await;
            }
            emitter.emit(n).await;
        }
    })
}

pub(super) fn nested(end: u64) -> impl Stream<Item = u64> {
    fn_stream(move |emitter| async move {
        let mut items = pin!(middle(end));
        while let Some(item) = items.next().await {
            emitter.emit(item).await;
        }
    })
}

fn middle(end: u64) -> impl Stream<Item = u64> {
    fn_stream(move |emitter| async move {
        let mut items = pin!(integers(end));
        while let Some(item) = items.next().await {
            emitter.emit(item).await;
        }
    })
}
