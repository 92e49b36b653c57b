//! P84, P85 and P92: no sleep crosses the time of `within` or a deadline.

use std::time::Duration;

use tokio::time::sleep;
use weftwork::{Backoff, Elapsed, Retry, millis, secs, spawn, timeout};

use super::{Bare, Calls, signed};

const RETRY: Retry = Retry::attempts(9).backoff(Backoff::constant(millis(400)));

#[tokio::test(start_paused = true)]
async fn p84_a_sleep_that_would_end_later_is_not_begun() {
    let calls = Calls::new();
    assert_eq!(signed(RETRY.within(secs(1)).run(|| calls.fail()).await), -3);
    assert_eq!((calls.at(), calls.took()), (vec![0, 400, 800], millis(800)));
}

#[tokio::test(start_paused = true)]
async fn p84_one_that_ends_at_that_instant_is() {
    let calls = Calls::new();
    assert_eq!(signed(RETRY.within(millis(800)).run(|| calls.fail()).await), -3);
    assert_eq!(calls.at(), [0, 400, 800]);
    let calls = Calls::new();
    assert_eq!(signed(RETRY.within(millis(799)).run(|| calls.fail()).await), -2);
    assert_eq!((calls.at(), calls.took()), (vec![0, 400], millis(400)));
}

#[tokio::test(start_paused = true)]
async fn p84_attempts_count_and_are_not_cut() {
    let calls = Calls::new();
    let long = async || {
        sleep(secs(3)).await;
        calls.fail().await
    };
    assert_eq!(signed(RETRY.within(secs(1)).run(long).await), -1);
    assert_eq!(calls.at(), [3000]);
}

#[tokio::test(start_paused = true)]
async fn p84_time_alone_ends_it() {
    let calls = Calls::new();
    let retry = Retry::lasting(secs(10));
    let long = async || {
        sleep(secs(3)).await;
        calls.fail().await
    };
    // Without a backoff, too, no attempt begins later.
    assert_eq!(signed(retry.run(long).await), -4);
    assert_eq!(calls.took(), secs(12) + millis(3));
}

#[tokio::test(start_paused = true)]
async fn p84_time_alone_ends_what_fails_at_once() {
    let calls = Calls::new();
    // On this clock no time passes by trying.
    assert_eq!(signed(Retry::lasting(millis(5)).run(|| calls.fail()).await), -6);
    assert_eq!(calls.took(), millis(5));
}

#[tokio::test(start_paused = true)]
async fn p84_no_time_is_no_retry_and_all_the_time_no_limit() {
    let calls = Calls::new();
    assert_eq!(signed(Retry::lasting(Duration::ZERO).run(|| calls.fail()).await), -1);
    assert_eq!(signed(Retry::attempts(5).within(Duration::ZERO).run(|| calls.fail()).await), -2);
    let calls = Calls::new();
    assert_eq!(signed(RETRY.within(Duration::MAX).run(|| calls.fail()).await), -9);
}

#[tokio::test(start_paused = true)]
async fn p84_what_the_server_says_counts_too() {
    let calls = Calls::new();
    let retry = RETRY.within(secs(1)).after(|_: &Bare| Some(millis(1001)));
    assert_eq!(signed(retry.run(|| calls.fail()).await), -1);
    assert_eq!(calls.took(), Duration::ZERO);
    // Longer than the clock can say is later than anything.
    let calls = Calls::new();
    assert_eq!(signed(RETRY.within(secs(1)).after(|_: &Bare| Some(Duration::MAX)).run(|| calls.fail()).await), -1);
    assert_eq!(calls.took(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn p85_no_sleep_crosses_the_deadline_of_a_timeout() {
    let calls = Calls::new();
    let result = timeout(secs(1), RETRY.run(|| calls.fail())).await;
    assert_eq!(result.map(signed), Ok(-3));
    assert_eq!((calls.at(), calls.took()), (vec![0, 400, 800], millis(800)));
}

#[tokio::test(start_paused = true)]
async fn p85_one_that_ends_at_the_deadline_is_begun() {
    let calls = Calls::new();
    let result = timeout(millis(800), RETRY.run(|| calls.fail_before(3))).await;
    assert_eq!(result.map(signed), Ok(3));
    let calls = Calls::new();
    let result = timeout(millis(799), RETRY.run(|| calls.fail_before(3))).await;
    assert_eq!(result.map(signed), Ok(-2));
}

#[tokio::test(start_paused = true)]
async fn p85_an_inherited_deadline_counts_as_well() {
    let result = timeout(secs(1), async {
        spawn(async {
            let calls = Calls::new();
            let result = RETRY.run(|| calls.fail()).await;
            (signed(result), calls.took())
        })
        .await
        .unwrap()
    });
    assert_eq!(result.await, Ok((-3, millis(800))));
}

#[tokio::test(start_paused = true)]
async fn p85_the_earlier_of_both_counts() {
    let calls = Calls::new();
    let result = timeout(secs(1), RETRY.within(millis(500)).run(|| calls.fail())).await;
    assert_eq!(result.map(signed), Ok(-2));
    let calls = Calls::new();
    let result = timeout(millis(500), RETRY.within(secs(1)).run(|| calls.fail())).await;
    assert_eq!(result.map(signed), Ok(-2));
}

#[tokio::test(start_paused = true)]
async fn p92_an_expired_attempt_is_an_error_like_others() {
    let calls = Calls::new();
    let attempt = async || {
        if calls.note() == 3 {
            return Ok(3);
        }
        timeout(secs(2), std::future::pending::<u32>()).await
    };
    assert_eq!(RETRY.run(attempt).await, Ok(3));
    // The deadline of an attempt is not that of the pause behind it.
    assert_eq!(calls.at(), [0, 2400, 4800]);
    let calls = Calls::new();
    let retry = RETRY.when(|elapsed: &Elapsed| elapsed.duration() > secs(2));
    let attempt = async || {
        calls.note();
        timeout(secs(2), std::future::pending::<u32>()).await
    };
    assert!(retry.run(attempt).await.is_err());
    assert_eq!(calls.at(), [0]);
}

#[tokio::test(start_paused = true)]
async fn p6_an_outer_retry_starts_the_inner_one_anew() {
    let calls = Calls::new();
    let inner = async || Retry::attempts(2).backoff(Backoff::constant(millis(10))).run(|| calls.fail()).await;
    assert_eq!(signed(RETRY.within(millis(500)).run(inner).await), -4);
    assert_eq!(calls.at(), [0, 10, 410, 420]);
}
