//! fauxgen.

use std::pin::pin;

use fauxgen::{GeneratorTryStream, generator};
use futures::{Stream, StreamExt as _};

use super::items::{Failure, Record, check, pause, text};
use super::kit::{iterate, iterate_dyn};

#[generator(yield = u64)]
pub(super) async fn integers(end: u64) {
    let mut n = 0;
    while n < end {
        r#yield!(n);
        n += 1;
    }
}

#[generator(yield = Record)]
pub(super) async fn records(end: u64) {
    for n in 0..end {
        r#yield!(Record::new(n));
    }
}

#[generator(yield = String)]
pub(super) async fn texts(end: u64) {
    for n in 0..end {
        r#yield!(text(n));
    }
}

pub(super) fn fallible(end: u64) -> impl Stream<Item = Result<u64, Failure>> {
    GeneratorTryStream::new(checked(end))
}

#[generator(yield = u64)]
async fn checked(end: u64) -> Result<(), Failure> {
    for n in 0..end {
        r#yield!(check(n)?);
    }
    Ok(())
}

#[generator(yield = u64)]
pub(super) async fn pauses(end: u64) {
    for n in 0..end {
        if n % 10 == 9 {
            pause().await;
        }
        r#yield!(n);
    }
}

#[generator(yield = u64)]
pub(super) async fn nested(end: u64) {
    let mut items = pin!(middle(end));
    while let Some(item) = items.next().await {
        r#yield!(item);
    }
}

#[generator(yield = u64)]
async fn middle(end: u64) {
    let mut items = pin!(integers(end));
    while let Some(item) = items.next().await {
        r#yield!(item);
    }
}

#[generator(yield = u64)]
fn counter(end: u64) {
    let mut n = 0;
    while n < end {
        r#yield!(n);
        n += 1;
    }
}

pub(super) fn iterator(end: u64) -> impl Iterator<Item = u64> {
    Box::pin(counter(end))
}

pub(super) fn iterate_pinned(end: u64) -> u64 {
    iterate(pin!(counter(end)))
}

pub(super) fn iterate_pinned_dyn(end: u64) -> u64 {
    iterate_dyn(&mut pin!(counter(end)))
}
