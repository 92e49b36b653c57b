//! `unfold` of futures: state goes through a future for each item.

use futures::stream::{Stream, try_unfold, unfold};

use super::items::{Failure, Record, check, pause, text};

pub(super) fn integers(end: u64) -> impl Stream<Item = u64> {
    unfold(0, move |n| async move { (n < end).then(|| (n, n + 1)) })
}

pub(super) fn records(end: u64) -> impl Stream<Item = Record> {
    unfold(0, move |n| async move { (n < end).then(|| (Record::new(n), n + 1)) })
}

pub(super) fn texts(end: u64) -> impl Stream<Item = String> {
    unfold(0, move |n| async move { (n < end).then(|| (text(n), n + 1)) })
}

pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    try_unfold(0, move |n| async move { if n < end { Ok(Some((check(n)?, n + 1))) } else { Ok(None) } })
}

pub(super) fn pauses(end: u64) -> impl Stream<Item = u64> {
    unfold(0, move |n| async move {
        if n == end {
            return None;
        }
        if n % 10 == 9 {
            pause().await;
        }
        Some((n, n + 1))
    })
}
