//! genawaiter, the form that allocates and does not ask for threads.

use std::pin::pin;

use futures::{Stream, StreamExt as _};
use genawaiter::rc::Gen;

use super::items::{Failure, Record, check, pause, text};

pub(super) fn integers(end: u64) -> impl Stream<Item = u64> {
    Gen::new(move |co| async move {
        let mut n = 0;
        while n < end {
            co.yield_(n).await;
            n += 1;
        }
    })
}

pub(super) fn records(end: u64) -> impl Stream<Item = Record> {
    Gen::new(move |co| async move {
        for n in 0..end {
            co.yield_(Record::new(n)).await;
        }
    })
}

pub(super) fn texts(end: u64) -> impl Stream<Item = String> {
    Gen::new(move |co| async move {
        for n in 0..end {
            co.yield_(text(n)).await;
        }
    })
}

/// There is no form for errors: what fails is a block of its own, and its error is the last item.
pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    Gen::new(move |co| async move {
        let outcome = async {
            for n in 0..end {
                co.yield_(Ok(check(n)?)).await;
            }
            Ok(())
        };
        if let Err(failure) = outcome.await {
            co.yield_(Err(failure)).await;
        }
    })
}

pub(super) fn pauses(end: u64) -> impl Stream<Item = u64> {
    Gen::new(move |co| async move {
        for n in 0..end {
            if n % 10 == 9 {
                pause().await;
            }
            co.yield_(n).await;
        }
    })
}

pub(super) fn nested(end: u64) -> impl Stream<Item = u64> {
    Gen::new(move |co| async move {
        let mut items = pin!(middle(end));
        while let Some(item) = items.next().await {
            co.yield_(item).await;
        }
    })
}

fn middle(end: u64) -> impl Stream<Item = u64> {
    Gen::new(move |co| async move {
        let mut items = pin!(integers(end));
        while let Some(item) = items.next().await {
            co.yield_(item).await;
        }
    })
}

pub(super) fn iterator(end: u64) -> impl Iterator<Item = u64> {
    let counter = Gen::new(move |co| async move {
        let mut n = 0;
        while n < end {
            co.yield_(n).await;
            n += 1;
        }
    });
    counter.into_iter()
}
