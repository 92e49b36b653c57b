//! How long the pauses are. Cases P79, P81 to P83.

use std::time::Duration;

use weftwork::{Backoff, attempt, millis, retry, secs};

use super::{Calls, Failed, signed};

/// When each attempt of a function that always fails is made.
macro_rules! at {
    ($($options:tt)+) => {{
        #[retry($($options)+)]
        async fn fetch(calls: &Calls) -> Result<u32, Failed> {
            calls.fail()
        }
        let calls = Calls::new();
        let _error = fetch(&calls).await;
        calls.at()
    }};
}

fn pauses(at: &[u64]) -> Vec<u64> {
    at.windows(2).map(|two| two[1] - two[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn p79_pauses_double_up_to_the_end_of_the_range() {
    let expected = [50, 100, 200, 400, 800, 1600, 2000, 2000];
    assert_eq!(pauses(&at!(attempts = 9, backoff = 50ms..2s)), expected);
    assert_eq!(pauses(&at!(attempts = 9, backoff = 50ms..=2s)), expected);
    assert_eq!(pauses(&at!(attempts = 9, backoff = "50ms".."2s")), expected);
    assert_eq!(pauses(&at!(attempts = 9, backoff = millis(50)..secs(2))), expected);
    assert_eq!(pauses(&at!(attempts = 9, backoff = Backoff::exponential(millis(50)..secs(2)))), expected);
    assert_eq!(pauses(&at!(attempts = 3, backoff = 1s..1s)), [1000, 1000]);
    assert_eq!(pauses(&at!(attempts = 4, backoff = 1min..1h)), [60_000, 120_000, 240_000]);
}

#[tokio::test(start_paused = true)]
async fn p79_constant_pauses() {
    assert_eq!(at!(attempts = 4, backoff = constant(100ms)), [0, 100, 200, 300]);
    assert_eq!(at!(attempts = 4, backoff = constant("100ms")), [0, 100, 200, 300]);
    assert_eq!(at!(attempts = 4, backoff = constant(millis(50) * 2)), [0, 100, 200, 300]);
    assert_eq!(at!(attempts = 4, backoff = Backoff::constant(millis(100))), [0, 100, 200, 300]);
    assert_eq!(at!(attempts = 4, backoff = constant(0s)), [0, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn p82_attempt_ten_thousand_still_has_the_longest_pause() {
    let at = at!(attempts = 10_001, backoff = 1ms..1s);
    assert_eq!((at.len(), at[10_000] - at[9_999]), (10_001, 1000));
}

#[tokio::test(start_paused = true)]
async fn p81_jitter_is_between_nothing_and_the_computed_pause_and_differs_between_calls() {
    #[retry(attempts = 4, backoff = 100s..400s, jitter)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let mut all = Vec::new();
    for _ in 0..20 {
        let calls = Calls::new();
        let _error = fetch(&calls).await;
        let pauses = pauses(&calls.at());
        assert!(pauses.iter().zip([100, 200, 400]).all(|(pause, most)| *pause <= most * 1000), "{pauses:?}");
        all.push(pauses);
    }
    all.dedup();
    assert_eq!(all.len(), 20);
}

impl Failed {
    /// What the server says behind the first two failures.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Own(1) => Some(secs(7)),
            Self::Own(2) => Some(Duration::ZERO),
            _ => None,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn p83_after_replaces_the_pause_and_nothing_changes_it() {
    assert_eq!(at!(attempts = 3, backoff = 50ms..2s, jitter, after = Failed::retry_after), [0, 7000, 7000]);
    assert_eq!(at!(attempts = 5, backoff = 50ms..2s, after = Failed::retry_after), [0, 7000, 7000, 7200, 7600]);
    // Without a backoff, and as a closure that knows its error.
    assert_eq!(at!(attempts = 4, after = |error| error.retry_after()), [0, 7000, 7000, 7000]);
}

#[tokio::test(start_paused = true)]
async fn p77_p83_when_is_asked_before_after() {
    assert_eq!(at!(attempts = 9, when = |error| !matches!(error, Failed::Own(3)), after = Failed::retry_after), [0, 7000, 7000]);
}

#[tokio::test(start_paused = true)]
async fn p90_in_a_pause_there_is_no_attempt() {
    #[retry(attempts = 3, after = |_| { seen.push(attempt()); Some(secs(1)) })]
    async fn fetch(seen: &mut Vec<u32>) -> Result<u32, Failed> {
        Err(Failed::Own(attempt()))
    }
    let mut seen = Vec::new();
    assert_eq!(signed(fetch(&mut seen).await), -3);
    assert_eq!(seen, [1, 1]);
}
