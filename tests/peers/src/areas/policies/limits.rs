//! `#[limit(n)]`.

use std::hint::black_box;

use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
use weftwork::limit;

use crate::drive::drive;
use crate::measure::Bench;

const TASKS: u64 = 64;
const CALLS: u64 = 50;

pub(super) fn limits(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("limit, uncontended", 8)
        .ours(|| drive(limited(black_box(7))))
        .peer("tokio Semaphore", || drive(limited_by_hand(black_box(7))))
        .time()
        .allocations();
    bench
        .case("limit, 64 tasks on 8 permits", TASKS * CALLS * 8)
        .per_call(TASKS * CALLS)
        .ours(|| runtime.block_on(on_many_tasks(limited_and_busy)))
        .peer("tokio Semaphore", || runtime.block_on(on_many_tasks(limited_and_busy_by_hand)))
        .time();
}

#[limit(8)]
async fn limited(number: u64) -> u64 {
    number + 1
}

static PERMITS: Semaphore = Semaphore::const_new(8);

async fn limited_by_hand(number: u64) -> u64 {
    let _permit = PERMITS.acquire().await.expect("the semaphore is never closed");
    number + 1
}

/// Keeps its permit while others want one.
#[limit(8)]
async fn limited_and_busy(number: u64) -> u64 {
    yield_now().await;
    number + 1
}

static BUSY_PERMITS: Semaphore = Semaphore::const_new(8);

async fn limited_and_busy_by_hand(number: u64) -> u64 {
    let _permit = BUSY_PERMITS.acquire().await.expect("the semaphore is never closed");
    yield_now().await;
    number + 1
}

/// So many tasks at once, with so many calls each.
async fn on_many_tasks<F>(call: fn(u64) -> F) -> u64
where
    F: Future<Output = u64> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        tasks.spawn(async move {
            let mut sum = 0;
            for _ in 0..CALLS {
                sum += call(black_box(7)).await;
            }
            sum
        });
    }
    tasks.join_all().await.into_iter().sum()
}
