//! `#[retry]` beside a loop, and beside backon.

use std::hint::black_box;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use tokio::task::yield_now;
use tokio::time::sleep;
use weftwork::retry;

use crate::drive::drive;
use crate::measure::Bench;

pub(super) fn retries(bench: &mut Bench<'_>) {
    bench
        .case("retry, success at once", 8)
        .ours(|| drive(ready(black_box(7))).unwrap_or(0))
        .peer("a loop by hand", || drive(ready_by_hand(black_box(7))).unwrap_or(0))
        .peer("backon", || drive(ready_with_backon(black_box(7))).unwrap_or(0))
        .time()
        .allocations();
    bench
        .case("retry, success behind three yields", 8)
        .ours(|| drive(yields(black_box(7))).unwrap_or(0))
        .peer("a loop by hand", || drive(yields_by_hand(black_box(7))).unwrap_or(0))
        .time();
}

#[derive(Debug)]
struct Failed;

#[retry(attempts = 4, backoff = 50ms..2s)]
async fn ready(number: u64) -> Result<u64, Failed> {
    answer(number)
}

#[inline(never)]
fn answer(number: u64) -> Result<u64, Failed> {
    if black_box(number) == 0 { Err(Failed) } else { Ok(number + 1) }
}

async fn ready_by_hand(number: u64) -> Result<u64, Failed> {
    let mut pause = Duration::from_millis(50);
    for _ in 1..4 {
        let output = async { answer(number) }.await;
        if output.is_ok() {
            return output;
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    async { answer(number) }.await
}

async fn ready_with_backon(number: u64) -> Result<u64, Failed> {
    let backoff = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_secs(2))
        .with_max_times(3);
    (|| async move { answer(number) }).retry(backoff).await
}

async fn three_times(number: u64) -> Result<u64, Failed> {
    for _ in 0..3 {
        yield_now().await;
    }
    answer(number)
}

#[retry(attempts = 4, backoff = 50ms..2s)]
async fn yields(number: u64) -> Result<u64, Failed> {
    three_times(number).await
}

async fn yields_by_hand(number: u64) -> Result<u64, Failed> {
    let mut pause = Duration::from_millis(50);
    for _ in 1..4 {
        let output = three_times(number).await;
        if output.is_ok() {
            return output;
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    three_times(number).await
}
