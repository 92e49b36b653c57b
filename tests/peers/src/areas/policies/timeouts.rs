//! `#[timeout]`.

use std::hint::black_box;
use std::time::Duration;

use tokio::task::yield_now;
use weftwork::{Elapsed, timeout};

use crate::drive::drive;
use crate::measure::Bench;

pub(super) fn timeouts(bench: &mut Bench<'_>) {
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
