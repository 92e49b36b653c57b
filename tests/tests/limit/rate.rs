//! `#[limit(100/s)]`: how many begin in a time. Cases P67 to P74.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, advance, sleep};
use weftwork::{LimitExceeded, LimitReason, Limiter, limit, millis, secs};
use weftwork_tests::{Gauge, Log, finished, timed};

use super::begun;

/// When each of so many calls runs that are all made now.
macro_rules! passes {
    ($calls:expr, $($rate:tt)+) => {{
        #[limit($($rate)+)]
        async fn ask(start: Instant) -> Duration {
            start.elapsed()
        }
        let start = Instant::now();
        join_all((0..$calls).map(|_| ask(start))).await
    }};
}

#[tokio::test(start_paused = true)]
async fn p67_a_burst_at_once_and_then_one_after_the_other() {
    let expected: Vec<_> = (0..30).map(|n: u64| millis(n.saturating_sub(19) * 10)).collect();
    assert_eq!(passes!(30, 100 / s, burst = 20), expected);
    assert_eq!(passes!(30, "100/s", burst = 20), expected);
}

#[tokio::test(start_paused = true)]
async fn p67_in_order_and_whatever_time_the_body_takes() {
    #[limit(10/s, burst = 1)]
    async fn ask(log: &Log, name: &str) {
        log.note(name);
        sleep(secs(60)).await;
    }
    let log = Log::new();
    let calls = ["a", "b", "c", "d"].map(|name| begun(ask(&log, name)));
    let (_, took) = timed(join_all(calls)).await;
    assert_eq!((log.text().as_str(), took), ("a b c d", millis(60_300)));
}

#[tokio::test(start_paused = true)]
async fn p68_without_a_burst_as_many_as_the_rate_counts() {
    let passed = passes!(12, 10 / min);
    assert_eq!(passed[..10], [secs(0); 10]);
    assert_eq!(passed[10..], [secs(6), secs(12)]);
    assert_eq!(passes!(4, 2 / h)[2..], [secs(1800), secs(3600)]);
    assert_eq!(passes!(4, 1 / ms), [0, 1, 2, 3].map(millis));
}

#[tokio::test(start_paused = true)]
async fn p69_after_a_long_time_never_more_than_the_burst() {
    #[limit(10/s, burst = 3)]
    async fn ask(start: Instant) -> Duration {
        start.elapsed()
    }
    for _ in 0..3 {
        advance(secs(1000)).await;
        let start = Instant::now();
        let passed = join_all((0..5).map(|_| ask(start))).await;
        assert_eq!(passed, [0, 0, 0, 100, 200].map(millis));
    }
}

#[tokio::test(start_paused = true)]
async fn p70_a_turn_that_is_known_to_come_too_late_is_refused_at_once() {
    #[limit(10/s, burst = 1, wait = 150ms)]
    async fn ask() -> Result<(), LimitExceeded> {
        Ok(())
    }
    ask().await.unwrap();
    let second = begun(ask());
    let refusal = finished(Box::pin(ask()).as_mut()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.retry_after()), (LimitReason::WaitedTooLong, Some(millis(200))));
    assert_eq!(refusal.to_string(), "`ask` got no place within 150ms, one is free in 200ms");
    // The refusals have used no quota: made when it was said, it passes.
    for _ in 0..10 {
        ask().await.unwrap_err();
    }
    second.await.unwrap();
    sleep(millis(100)).await;
    finished(Box::pin(ask()).as_mut()).unwrap();
}

#[tokio::test(start_paused = true)]
async fn p49_p70_how_many_may_wait_for_their_turn() {
    #[limit(10/s, burst = 1, max_waiting = 1)]
    async fn ask() -> Result<(), LimitExceeded> {
        Ok(())
    }
    ask().await.unwrap();
    let waits = begun(ask());
    assert_eq!(ask().await.unwrap_err().reason(), LimitReason::QueueFull);
    drop(waits);
    assert_eq!(timed(ask()).await.1, millis(100));
}

#[tokio::test(start_paused = true)]
async fn p71_each_key_has_a_quota_of_its_own() {
    #[limit(10/s, burst = 2, key = tenant)]
    async fn ask(tenant: &str, start: Instant) -> Duration {
        start.elapsed()
    }
    let start = Instant::now();
    let calls = ["a", "a", "a", "b", "a", "b", "b"].map(|tenant| ask(tenant, start));
    assert_eq!(join_all(calls).await, [0, 0, 100, 0, 200, 0, 100].map(millis));
    // An idle key has its full burst again, and no more.
    advance(secs(60)).await;
    let start = Instant::now();
    assert_eq!(join_all(["a", "a", "a"].map(|tenant| ask(tenant, start))).await, [0, 0, 100].map(millis));
}

#[tokio::test(start_paused = true)]
async fn p72_a_weight_takes_as_many_units() {
    #[limit(10/s, burst = 5, weight = units, wait = 10s)]
    async fn ask(units: usize) -> Result<(), LimitExceeded> {
        Ok(())
    }
    ask(4).await.unwrap();
    assert_eq!(timed(ask(3)).await.1, millis(200));
    let refusal = finished(Box::pin(ask(6)).as_mut()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.retry_after()), (LimitReason::TooHeavy, None));
    finished(Box::pin(ask(0)).as_mut()).unwrap();
    assert_eq!(timed(ask(5)).await.1, millis(500));
}

#[tokio::test(start_paused = true)]
async fn p73_where_the_rate_refuses_the_place_of_the_count_is_free_again() {
    static COUNT: Limiter = Limiter::new(1);
    static INSIDE: Gauge = Gauge::new();
    #[limit(shared = COUNT)]
    #[limit(1/s, wait = 0s)]
    async fn ask() -> Result<(), LimitExceeded> {
        drop(INSIDE.enter());
        Ok(())
    }
    ask().await.unwrap();
    ask().await.unwrap_err();
    assert_eq!((COUNT.available(), INSIDE.total()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn p6_p73_a_call_that_waits_for_its_turn_holds_the_place_above_it() {
    static COUNT: Limiter = Limiter::new(2);
    #[limit(shared = COUNT)]
    #[limit(10/s, burst = 1)]
    async fn above() {}
    #[limit(10/s, burst = 1)]
    #[limit(shared = COUNT)]
    async fn below() {}
    {
        above().await;
        let _waits = begun(above());
        assert_eq!(COUNT.available(), 1);
    }
    below().await;
    let _waits = begun(below());
    assert_eq!(COUNT.available(), 2);
}
