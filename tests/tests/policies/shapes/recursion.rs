//! Recursion through a box, S29. Each level holds its own place and its own clock.

use std::time::Duration;

use tokio::time::sleep;
use weftwork::{limit, millis, secs, timeout};
use weftwork_tests::{Log, timed};

use super::{Late, expiry};

#[tokio::test(start_paused = true)]
async fn s29_under_timeout() {
    #[timeout(patience)]
    async fn f(depth: u64, patience: Duration, log: &Log) -> Result<u64, Late> {
        let _local = log.on_drop("left");
        sleep(secs(1)).await;
        if depth == 0 { Ok(0) } else { Ok(Box::pin(f(depth - 1, patience, log)).await? + 1) }
    }
    let log = Log::new();
    assert_eq!(timed(f(3, secs(4), &log)).await, (Ok(3), secs(4)));
    // The outermost clock started first.
    let (result, took) = timed(f(3, millis(2500), &log)).await;
    assert_eq!((expiry(&result), took), (Some(millis(2500)), millis(2500)));
    assert_eq!(log.text().matches("left").count(), 4 + 3);
}

#[tokio::test(start_paused = true)]
async fn s29_under_limit() {
    #[limit(4)]
    async fn f(depth: u64) -> Result<u64, Late> {
        sleep(secs(1)).await;
        if depth == 0 { Ok(0) } else { Ok(Box::pin(f(depth - 1)).await? + 1) }
    }
    assert_eq!(timed(f(3)).await, (Ok(3), secs(4)));
    // All four places are free again, and there is no fifth.
    let calls = |count| futures::future::join_all((0..count).map(|_| f(0)));
    assert_eq!(timed(calls(4)).await.1, secs(1));
    assert_eq!(timed(calls(5)).await.1, secs(2));
}

#[tokio::test(start_paused = true)]
async fn s29_under_a_stack() {
    #[timeout(8s)]
    #[limit(4)]
    #[timeout(secs(2 * (depth + 1)))]
    async fn f(depth: u64, work: Duration) -> Result<u64, Late> {
        sleep(work).await;
        if depth == 0 { Ok(0) } else { Ok(Box::pin(f(depth - 1, work)).await? + 1) }
    }
    assert_eq!(timed(f(3, secs(1))).await, (Ok(3), secs(4)));
    assert_eq!(timed(f(3, secs(2))).await, (Ok(3), secs(8)));
    let (result, took) = timed(f(1, secs(3))).await;
    assert_eq!((expiry(&result), took), (Some(secs(4)), secs(4)));
}
