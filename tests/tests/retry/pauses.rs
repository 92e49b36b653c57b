//! P79 to P83: how long the pauses are.

use std::time::Duration;

use weftwork::{Backoff, Retry, millis, secs};
use weftwork_tests::panic_of;

use super::{Bare, Calls};

#[tokio::test(start_paused = true)]
async fn p79_pauses_double_up_to_the_end() {
    for backoff in [Backoff::exponential(millis(50)..secs(2)), Backoff::exponential(millis(50)..=secs(2))] {
        let calls = Calls::new();
        let _ = Retry::attempts(9).backoff(backoff).run(|| calls.fail()).await;
        let pauses: Vec<_> = calls.at().windows(2).map(|two| two[1] - two[0]).collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1600, 2000, 2000]);
    }
}

#[tokio::test(start_paused = true)]
async fn p79_constant_pauses() {
    let calls = Calls::new();
    let _ = Retry::attempts(4).backoff(Backoff::constant(millis(100))).run(|| calls.fail()).await;
    assert_eq!(calls.at(), [0, 100, 200, 300]);
}

#[test]
fn p79_a_range_that_is_the_wrong_way_round_is_a_panic() {
    assert!(panic_of(|| _ = Backoff::exponential(secs(2)..secs(1))).contains("above its longest"));
    assert!(panic_of(|| _ = Backoff::doubling(secs(2), secs(1))).contains("above its longest"));
}

#[tokio::test(start_paused = true)]
async fn p82_attempt_ten_thousand_still_has_the_longest_pause() {
    let calls = Calls::new();
    let _ = Retry::attempts(10_001).backoff(Backoff::doubling(millis(1), secs(1))).run(|| calls.fail()).await;
    let at = calls.at();
    assert_eq!((at.len(), at[10_000] - at[9_999]), (10_001, 1000));
}

#[tokio::test(start_paused = true)]
async fn p81_pauses_are_between_zero_and_the_computed_one() {
    let mut all = Vec::new();
    for _ in 0..20 {
        let calls = Calls::new();
        let _ = Retry::attempts(4).backoff(Backoff::doubling(secs(100), secs(400))).jitter().run(|| calls.fail()).await;
        let pauses: Vec<_> = calls.at().windows(2).map(|two| two[1] - two[0]).collect();
        assert!(pauses.iter().zip([100, 200, 400]).all(|(pause, most)| *pause <= most * 1000), "{pauses:?}");
        all.push(pauses);
    }
    // Different between calls.
    all.dedup();
    assert_eq!(all.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn p83_after_replaces_the_pause() {
    let after = |error: &Bare| match error.0 {
        1 => Some(secs(7)),
        2 => Some(Duration::ZERO),
        _ => None,
    };
    let calls = Calls::new();
    // Neither the end of the range nor jitter shortens it.
    let retry = Retry::attempts(3).backoff(Backoff::doubling(millis(50), secs(2))).jitter().after(after);
    let _ = retry.run(|| calls.fail()).await;
    assert_eq!(calls.at(), [0, 7000, 7000]);

    let calls = Calls::new();
    let retry = Retry::attempts(5).backoff(Backoff::doubling(millis(50), secs(2))).after(after);
    let _ = retry.run(|| calls.fail()).await;
    // What the backoff says belongs to the number of the attempt.
    assert_eq!(calls.at(), [0, 7000, 7000, 7200, 7600]);
}

#[tokio::test(start_paused = true)]
async fn p83_after_needs_no_backoff() {
    let calls = Calls::new();
    let _ = Retry::attempts(3).after(|error: &Bare| (error.0 == 1).then(|| secs(1))).run(|| calls.fail()).await;
    assert_eq!(calls.at(), [0, 1000, 1000]);
}
