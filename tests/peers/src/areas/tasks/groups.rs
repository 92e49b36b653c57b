//! Many children: their memory, a stream of them, and the end of all.

use std::convert::Infallible;
use std::future::pending;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
use weftwork::{Group, task_group};

use super::{JOIN_SET, MANY};
use crate::measure::Bench;

/// Children that come one after the other.
const STREAM: u64 = 100_000;
const LONG_STREAM: u64 = 1_000_000;

/// So many of them at a time.
const LIMIT: usize = 64;

/// Of the peers.
const WITH_SEMAPHORE: &str = "JoinSet and Semaphore";
const UNJOINED: &str = "JoinSet, not joined";
const SHUTDOWN: &str = "JoinSet::shutdown";

/// What the children of one call have added.
static SUM: AtomicU64 = AtomicU64::new(0);

pub(super) fn run(bench: &mut Bench<'_>, runtime: &Runtime) {
    peaks(bench, runtime);
    streams(bench, runtime);
    cancelled(bench, runtime);
}

/// All of them at the same time, in a group.
macro_rules! in_a_group {
    ($runtime:expr, $children:expr, |$number:ident| $child:expr) => {
        || {
            $runtime.block_on(async {
                let ended = task_group(async |group: Group<Infallible>| {
                    for $number in 0..black_box($children) {
                        group.spawn($child);
                    }
                    Ok(())
                });
                assert!(ended.await.is_ok());
                SUM.swap(0, Ordering::Relaxed)
            })
        }
    };
}

/// The same in a `JoinSet`, joined when all are there.
macro_rules! in_a_set {
    ($runtime:expr, $children:expr, |$number:ident| $child:expr) => {
        || {
            $runtime.block_on(async {
                let mut tasks = JoinSet::new();
                for $number in 0..black_box($children) {
                    tasks.spawn($child);
                }
                while let Some(ended) = tasks.join_next().await {
                    assert!(ended.is_ok());
                }
                SUM.swap(0, Ordering::Relaxed)
            })
        }
    };
}

/// One word, and a poll that waits.
async fn small(number: u64) {
    yield_now().await;
    SUM.fetch_add(number, Ordering::Relaxed);
}

/// A KiB.
async fn large(number: u64) {
    let load = black_box([number; 128]);
    yield_now().await;
    SUM.fetch_add(load[127], Ordering::Relaxed);
}

fn peaks(bench: &mut Bench<'_>, runtime: &Runtime) {
    let sum = MANY * (MANY - 1) / 2;
    bench
        .case("10,000 children, peak", sum)
        .ours(in_a_group!(runtime, MANY, |number| small(number)))
        .peer(JOIN_SET, in_a_set!(runtime, MANY, |number| small(number)))
        .peak();
    bench
        .case("10,000 children of a KiB, peak", sum)
        .ours(in_a_group!(runtime, MANY, |number| large(number)))
        .peer(JOIN_SET, in_a_set!(runtime, MANY, |number| large(number)))
        .peak();
}

async fn streamed(children: u64) -> u64 {
    let ended = task_group(async |group: Group<Infallible>| {
        for number in 0..black_box(children) {
            group.ready().await;
            group.spawn(small(number));
        }
        Ok(())
    });
    assert!(ended.limit(LIMIT).await.is_ok());
    SUM.swap(0, Ordering::Relaxed)
}

fn streams(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("100,000 children, 64 at a time", STREAM * (STREAM - 1) / 2)
        .per_item(STREAM)
        .ours(|| runtime.block_on(streamed(STREAM)))
        .peer(WITH_SEMAPHORE, || {
            runtime.block_on(async {
                let (mut tasks, places) = (JoinSet::new(), Arc::new(Semaphore::new(LIMIT)));
                for number in 0..black_box(STREAM) {
                    let place = places.clone().acquire_owned().await;
                    tasks.spawn(async move {
                        let _place = place;
                        small(number).await;
                    });
                    while let Some(ended) = tasks.try_join_next() {
                        assert!(ended.is_ok());
                    }
                }
                while let Some(ended) = tasks.join_next().await {
                    assert!(ended.is_ok());
                }
                SUM.swap(0, Ordering::Relaxed)
            })
        })
        .time();
    bench
        .case("1,000,000 children, 64 at a time, peak", LONG_STREAM * (LONG_STREAM - 1) / 2)
        .ours(|| runtime.block_on(streamed(LONG_STREAM)))
        .peer(UNJOINED, in_a_set!(runtime, LONG_STREAM, |number| small(number)))
        .peak();
}

/// Says that it is gone.
struct Gone;

impl Drop for Gone {
    fn drop(&mut self) {
        SUM.fetch_add(1, Ordering::Relaxed);
    }
}

async fn stays() {
    let _gone = Gone;
    pending::<()>().await;
}

/// All are running, then one fails.
fn cancelled(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("10,000 children cancelled", MANY)
        .micros()
        .ours(|| {
            runtime.block_on(async {
                let ended = task_group(async |group: Group<&'static str>| {
                    for _ in 0..black_box(MANY) {
                        group.spawn(stays());
                    }
                    group.spawn(async { Err::<(), _>("on purpose") });
                    pending::<Result<(), &'static str>>().await
                });
                assert!(ended.await.is_err());
                SUM.swap(0, Ordering::Relaxed)
            })
        })
        .peer(SHUTDOWN, || {
            runtime.block_on(async {
                let mut tasks = JoinSet::new();
                for _ in 0..black_box(MANY) {
                    tasks.spawn(async {
                        stays().await;
                        Ok(())
                    });
                }
                tasks.spawn(async { Err::<(), _>("on purpose") });
                while let Some(ended) = tasks.join_next().await {
                    if !matches!(ended, Ok(Ok(()))) {
                        break;
                    }
                }
                tasks.shutdown().await;
                SUM.swap(0, Ordering::Relaxed)
            })
        })
        .time();
}
