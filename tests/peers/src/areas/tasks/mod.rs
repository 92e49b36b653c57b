//! Tasks that belong to someone, beside tokio's own.
//!
//! `groups.rs` has what a group does with many children: their memory, a stream of them, and the end of all.

mod groups;

use std::hint::black_box;

use futures::future::select_all;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, yield_now};
use weftwork::{Group, Task, Until, spawn, task_group, wait};

use crate::measure::Bench;

/// Of each candidate in one run of the runtime, whose own start and end would hide the difference.
const CALLS: u64 = 64;

/// Children of a group.
const MANY: u64 = 10_000;

/// Tasks of which some are waited for.
const SOME: u64 = 100;

const SELECT_ALL: &str = "futures select_all";
const TOKIO: &str = "tokio::spawn, awaited";
const JOIN_SET: &str = "tokio JoinSet";

pub(crate) fn run(bench: &mut Bench<'_>) {
    let one_thread = Builder::new_current_thread().enable_time().build().expect("a runtime can be built");
    let threads = Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime can be built");
    one(bench, &one_thread);
    on_threads(bench, &threads);
    wait_for_each(bench, &one_thread);
    many(bench, &one_thread, "10,000 children", false);
    many(bench, &threads, "10,000 children, 2 workers", true);
    groups::run(bench, &one_thread);
}

fn one(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("spawn and await, body is ready", CALLS * 8)
        .per_call(CALLS)
        .ours(|| {
            runtime.block_on(async {
                let mut sum = 0;
                for _ in 0..CALLS {
                    let number = black_box(7);
                    sum += spawn(async move { number + 1 }).await.unwrap_or(0);
                }
                sum
            })
        })
        .peer(TOKIO, || {
            runtime.block_on(async {
                let mut sum = 0;
                for _ in 0..CALLS {
                    let number = black_box(7);
                    sum += tokio::spawn(async move { number + 1 }).await.unwrap_or(0);
                }
                sum
            })
        })
        .time()
        .allocations();
    bench
        .case("spawn and await, body yields once", CALLS * 8)
        .per_call(CALLS)
        .ours(|| {
            runtime.block_on(async {
                let mut sum = 0;
                for _ in 0..CALLS {
                    let number = black_box(7);
                    sum += spawn(async move {
                        yield_now().await;
                        number + 1
                    })
                    .await
                    .unwrap_or(0);
                }
                sum
            })
        })
        .peer(TOKIO, || {
            runtime.block_on(async {
                let mut sum = 0;
                for _ in 0..CALLS {
                    let number = black_box(7);
                    sum += tokio::spawn(async move {
                        yield_now().await;
                        number + 1
                    })
                    .await
                    .unwrap_or(0);
                }
                sum
            })
        })
        .time();
}

/// From a worker, so that the queue is its own.
fn on_threads(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("spawn and await, 2 workers", CALLS * 8)
        .per_call(CALLS)
        .with_threads()
        .ours(|| {
            let all = runtime.spawn(async {
                let mut sum = 0;
                for _ in 0..CALLS {
                    let number = black_box(7);
                    sum += spawn(async move { number + 1 }).await.unwrap_or(0);
                }
                sum
            });
            runtime.block_on(all).unwrap_or(0)
        })
        .peer(TOKIO, || {
            let all = runtime.spawn(async {
                let mut sum = 0;
                for _ in 0..CALLS {
                    let number = black_box(7);
                    sum += tokio::spawn(async move { number + 1 }).await.unwrap_or(0);
                }
                sum
            });
            runtime.block_on(all).unwrap_or(0)
        })
        .time();
}

/// So many turns pass before it ends: each task ends by itself, and not with its neighbours.
async fn ends(number: u64) -> u64 {
    for _ in 0..number {
        yield_now().await;
    }
    number
}

/// One after the other as they end, the others again.
fn wait_for_each(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("wait for the first of 100, 100 times", SOME * (SOME - 1) / 2)
        .micros()
        .ours(|| {
            runtime.block_on(async {
                let mut sum = 0;
                let tasks: Vec<Task<u64>> = (0..SOME).map(|number| spawn(ends(number))).collect();
                let mut waited = wait(tasks, Until::FirstCompleted).await;
                loop {
                    for task in waited.done {
                        sum += task.await.unwrap_or(0);
                    }
                    if waited.pending.is_empty() {
                        break sum;
                    }
                    waited = wait(waited.pending, Until::FirstCompleted).await;
                }
            })
        })
        .peer(SELECT_ALL, || {
            runtime.block_on(async {
                let mut sum = 0;
                let mut tasks: Vec<_> = (0..SOME).map(|number| tokio::spawn(ends(number))).collect();
                while !tasks.is_empty() {
                    let (ended, _, rest) = select_all(tasks).await;
                    sum += ended.unwrap_or(0);
                    tasks = rest;
                }
                sum
            })
        })
        .time();
}

fn many(bench: &mut Bench<'_>, runtime: &Runtime, name: &str, with_threads: bool) {
    let case = bench.case(name, 1).micros();
    let case = if with_threads { case.with_threads() } else { case };
    case.ours(|| {
        runtime.block_on(async {
            let ended = task_group(async |group: Group<std::io::Error>| {
                for _ in 0..black_box(MANY) {
                    group.spawn(async { Ok::<(), std::io::Error>(()) });
                }
                Ok(())
            })
            .await;
            u64::from(ended.is_ok())
        })
    })
    .peer(JOIN_SET, || {
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for _ in 0..black_box(MANY) {
                tasks.spawn(async { Ok::<(), std::io::Error>(()) });
            }
            let mut ok = 1;
            while let Some(ended) = tasks.join_next().await {
                if !matches!(ended, Ok(Ok(()))) {
                    ok = 0;
                }
            }
            ok
        })
    })
    .time()
    .allocations();
}
