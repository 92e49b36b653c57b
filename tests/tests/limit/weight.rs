//! `weight = `: calls that count for more than one. Cases P64 to P66.

use futures::FutureExt;
use futures::future::join_all;
use tokio::time::sleep;
use weftwork::{LimitExceeded, LimitReason, Limiter, limit, secs};
use weftwork_tests::{Gauge, Log, finished, timed};

use super::begun;

#[tokio::test(start_paused = true)]
async fn p64_the_sum_of_the_running_weights_is_never_above_the_count() {
    static INSIDE: Gauge = Gauge::new();
    #[limit(10, weight = rows.len())]
    async fn store(rows: Vec<u8>) {
        let _inside: Vec<_> = rows.iter().map(|_| INSIDE.enter()).collect();
        sleep(secs(1)).await;
    }
    let calls = [4, 4, 4, 9, 1, 10, 2].map(|rows| store(vec![0; rows]));
    // In order, and never beside one another what is more than ten: 4+4, 4, 9+1, 10, 2.
    let ((), took) = timed(join_all(calls).map(drop)).await;
    assert_eq!((INSIDE.peak(), INSIDE.total(), took), (10, 34, secs(5)));
}

#[tokio::test(start_paused = true)]
async fn p64_it_is_evaluated_once_and_before_waiting() {
    #[limit(3, weight = { log.note(name); 2 })]
    async fn store(log: &Log, name: &str) {
        log.note("body");
        sleep(secs(1)).await;
    }
    let log = Log::new();
    let calls = [begun(store(&log, "a")), begun(store(&log, "b"))];
    assert_eq!(log.text(), "a body b");
    join_all(calls).await;
    assert_eq!(log.text(), "a body b body");
}

#[tokio::test(start_paused = true)]
async fn p65_above_the_count_it_is_refused_at_once_and_nothing_at_all_passes() {
    static GATE: Limiter = Limiter::new(3);
    #[limit(shared = GATE, weight = weight)]
    async fn store(weight: usize) -> Result<usize, LimitExceeded> {
        sleep(secs(1)).await;
        Ok(weight)
    }
    let _full = begun(store(3));
    let _waits = begun(store(1));
    let refusal = finished(Box::pin(store(4)).as_mut()).unwrap_err();
    assert_eq!(refusal.reason(), LimitReason::TooHeavy);
    assert_eq!(refusal.to_string(), "`store` can never start: it asks for 4 of 3");
    assert_eq!(timed(store(0)).await.0.unwrap(), 0);
    assert_eq!(GATE.metrics().limit, 3);
}

#[tokio::test(start_paused = true)]
async fn p66_those_behind_a_heavy_one_that_leaves_start_at_once() {
    #[limit(3, weight = weight)]
    async fn store(log: &Log, name: &str, weight: usize) {
        log.note(name);
        sleep(secs(1)).await;
    }
    let log = Log::new();
    let running = begun(store(&log, "running", 1));
    let heavy = begun(store(&log, "heavy", 3));
    let light = [begun(store(&log, "light", 1)), begun(store(&log, "lighter", 1))];
    // P42: it would fit, and waits.
    assert_eq!(log.text(), "running");
    drop(heavy);
    let ((), took) = timed(join_all(light).map(drop)).await;
    assert_eq!((log.text().as_str(), took), ("running light lighter", secs(1)));
    running.await;
}
