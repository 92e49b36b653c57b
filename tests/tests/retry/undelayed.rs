//! Retries without pauses, for tests.

use std::time::Duration;

use weftwork::{Backoff, Retry, attempt, gather, millis, secs, spawn, task_group, timeout, with_grace, without_retry_delays};
use weftwork_tests::timed;

use super::{Bare, Calls, signed};

const RETRY: Retry = Retry::attempts(4).backoff(Backoff::doubling(millis(50), secs(2)));

async fn three() -> Result<u32, u32> {
    RETRY.run(async || if attempt() == 3 { Ok(3) } else { Err(attempt()) }).await
}

#[tokio::test(start_paused = true)]
async fn pauses_take_no_time() {
    assert_eq!(timed(three()).await, (Ok(3), millis(150)));
    assert_eq!(timed(without_retry_delays(three())).await, (Ok(3), Duration::ZERO));
    // Behind it they are there again.
    assert_eq!(timed(three()).await, (Ok(3), millis(150)));
    let after = Retry::attempts(2).after(|_: &Bare| Some(secs(9)));
    assert_eq!(timed(without_retry_delays(after.run(async || Err::<(), _>(Bare(1))))).await.1, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn others_have_a_turn_all_the_same() {
    let calls = Calls::new();
    let beside = async {
        for _ in 0..3 {
            calls.note();
            tokio::task::yield_now().await;
        }
    };
    let (result, ()) = tokio::join!(without_retry_delays(RETRY.run(|| calls.fail())), beside);
    // Each had its turns in between: 1, 3, 5 are the retry's.
    assert_eq!(signed(result), -7);
}

#[tokio::test(start_paused = true)]
async fn siblings_sleep() {
    let (undelayed, delayed) = tokio::join!(timed(without_retry_delays(three())), timed(three()));
    assert_eq!((undelayed.1, delayed.1), (Duration::ZERO, millis(150)));
}

#[tokio::test(start_paused = true)]
async fn it_goes_along_into_tasks() {
    let work = async {
        let task = spawn(async { spawn(three()).await.unwrap() }).await.unwrap();
        let grouped = task_group(async |group| {
            let child = group.spawn(three());
            child.await.unwrap()
        });
        (task, grouped.await.unwrap())
    };
    assert_eq!(timed(without_retry_delays(work)).await, ((Ok(3), 3), Duration::ZERO));
    let graced = without_retry_delays(with_grace(secs(1), async { spawn(three()).await.unwrap() }));
    assert_eq!(timed(graced).await, (Ok(3), Duration::ZERO));
    let graced = with_grace(secs(1), without_retry_delays(async { gather([spawn(three())]).await }));
    assert_eq!(timed(graced).await.1, Duration::ZERO);
    assert_eq!(timed(async { spawn(three()).await.unwrap() }).await, (Ok(3), millis(150)));
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_left_out_counts_as_if_it_had_been() {
    let constant = Retry::lasting(secs(1)).backoff(Backoff::constant(millis(400)));
    let calls = Calls::new();
    assert_eq!(signed(without_retry_delays(constant.run(|| calls.fail())).await), -3);
    let calls = Calls::new();
    let constant = Retry::attempts(9).backoff(Backoff::constant(millis(400)));
    assert_eq!(without_retry_delays(timeout(secs(1), constant.run(|| calls.fail()))).await.map(signed), Ok(-3));
    assert_eq!(calls.took(), Duration::ZERO);
}
