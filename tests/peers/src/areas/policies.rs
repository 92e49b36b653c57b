//! Attributes on functions beside the same written into the body by hand, with tokio.

use std::hint::black_box;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
use weftwork::{Elapsed, limit, timeout};

use crate::drive::drive;
use crate::measure::Bench;

pub(crate) fn run(bench: &mut Bench<'_>) {
    // One thread: what is compared is the policies' own work, not the scheduler's. Where nobody waits for anybody the calls
    // are polled in place, within the runtime for its timers.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be built");
    let _context = runtime.enter();
    timeouts(bench);
    limits(bench, &runtime);
}

fn timeouts(bench: &mut Bench<'_>) {
    bench
        .case("timeout, body is ready", 8)
        .ours(|| drive(ready_in_time(black_box(7))).unwrap_or(0))
        .peer("tokio::time::timeout", || drive(ready_in_time_by_hand(black_box(7))).unwrap_or(0))
        .time()
        .allocations();
    bench
        .case("timeout, body yields three times", 8)
        .ours(|| drive(yields_in_time(black_box(7))).unwrap_or(0))
        .peer("tokio::time::timeout", || drive(yields_in_time_by_hand(black_box(7))).unwrap_or(0))
        .time()
        .allocations();
}

/// How a call of the functions below fails.
#[derive(Debug)]
struct Late;

impl From<Elapsed> for Late {
    fn from(_: Elapsed) -> Self {
        Self
    }
}

#[timeout(5s)]
async fn ready_in_time(number: u64) -> Result<u64, Late> {
    Ok(number + 1)
}

async fn ready_in_time_by_hand(number: u64) -> Result<u64, Late> {
    tokio::time::timeout(Duration::from_secs(5), async move { Ok(number + 1) }).await.map_err(|_| Late)?
}

#[timeout(5s)]
async fn yields_in_time(number: u64) -> Result<u64, Late> {
    for _ in 0..3 {
        yield_now().await;
    }
    Ok(number + 1)
}

async fn yields_in_time_by_hand(number: u64) -> Result<u64, Late> {
    tokio::time::timeout(Duration::from_secs(5), async move {
        for _ in 0..3 {
            yield_now().await;
        }
        Ok(number + 1)
    })
    .await
    .map_err(|_| Late)?
}

const TASKS: u64 = 64;
const CALLS: u64 = 50;

fn limits(bench: &mut Bench<'_>, runtime: &Runtime) {
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
