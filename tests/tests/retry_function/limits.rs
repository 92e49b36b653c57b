//! No pause crosses the time of `within` or a deadline, and no retry exceeds its budget. Cases P84 and P85.

use std::time::Duration;

use tokio::time::sleep;
use weftwork::{RetryBudget, millis, retry, secs, timeout};

use super::{Calls, Failed, signed};

#[tokio::test(start_paused = true)]
async fn p84_a_pause_that_would_end_later_is_not_begun() {
    #[retry(attempts = 9, within = patience, backoff = constant(400ms))]
    async fn fetch(calls: &Calls, patience: Duration) -> Result<u32, Failed> {
        calls.fail()
    }
    for (patience, at) in [(1000, vec![0, 400, 800]), (800, vec![0, 400, 800]), (799, vec![0, 400]), (0, vec![0])] {
        let calls = Calls::new();
        let count = i64::try_from(at.len()).unwrap();
        assert_eq!(signed(fetch(&calls, millis(patience)).await), -count);
        assert_eq!((calls.at(), calls.took()), (at.clone(), at[at.len() - 1].into()), "{patience}");
    }
    let calls = Calls::new();
    assert_eq!(signed(fetch(&calls, Duration::MAX).await), -9);
}

#[tokio::test(start_paused = true)]
async fn p84_attempts_count_and_are_not_cut() {
    #[retry(within = 10s)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        sleep(secs(3)).await;
        calls.fail()
    }
    let calls = Calls::new();
    assert_eq!((signed(fetch(&calls).await), calls.took()), (-4, 12_003), "a millisecond between them");
}

#[tokio::test(start_paused = true)]
async fn p85_no_pause_crosses_the_deadline_of_a_timeout_above() {
    #[timeout(1s)]
    #[retry(attempts = 9, backoff = constant(400ms))]
    async fn above(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    #[timeout(800ms)]
    #[retry(attempts = 9, backoff = constant(400ms))]
    async fn at_that_instant(calls: &Calls) -> Result<u32, Failed> {
        calls.fail_before(3)
    }
    #[retry(attempts = 9, backoff = constant(400ms))]
    async fn inner(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    #[timeout(1s)]
    async fn outer(calls: &Calls) -> Result<u32, Failed> {
        inner(calls).await
    }
    // The last error, at once, and not the expiry.
    let calls = Calls::new();
    assert_eq!(signed(above(&calls).await), -3);
    assert_eq!((calls.at(), calls.took()), (vec![0, 400, 800], 800));
    let calls = Calls::new();
    assert_eq!((signed(at_that_instant(&calls).await), calls.took()), (3, 800));
    let calls = Calls::new();
    assert_eq!((signed(outer(&calls).await), calls.took()), (-3, 800));
}

#[tokio::test(start_paused = true)]
async fn p85_the_deadline_of_an_attempt_is_not_that_of_a_pause() {
    #[retry(attempts = 3, backoff = constant(5s))]
    #[timeout(1s)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let calls = Calls::new();
    assert_eq!((signed(fetch(&calls).await), calls.at()), (-3, vec![0, 5000, 10_000]));
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_shared_by_all_calls_and_functions_that_name_it() {
    static BUDGET: RetryBudget = RetryBudget::percent(0).reserve(3);
    #[retry(attempts = 9, budget = BUDGET)]
    async fn one(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    #[retry(within = 1h, backoff = constant(1s), budget = &BUDGET)]
    async fn two(calls: &Calls) -> Result<u32, Failed> {
        calls.fail_before(3)
    }
    let calls = Calls::new();
    assert_eq!((signed(two(&calls).await), BUDGET.available()), (3, 1));
    let calls = Calls::new();
    assert_eq!((signed(one(&calls).await), BUDGET.available()), (-2, 0));
    assert_eq!((signed(one(&calls).await), calls.count()), (-3, 3));
}

#[tokio::test(start_paused = true)]
async fn calls_that_succeed_fill_a_budget() {
    static BUDGET: RetryBudget = RetryBudget::percent(50).reserve(1);
    #[retry(attempts = 9, budget = BUDGET)]
    async fn fetch(calls: &Calls, succeeds: u32) -> Result<u32, Failed> {
        calls.fail_before(succeeds)
    }
    let calls = Calls::new();
    assert_eq!((signed(fetch(&calls, 9).await), BUDGET.available()), (-2, 0));
    for _ in 0..10 {
        assert!(fetch(&calls, 0).await.is_ok());
    }
    assert_eq!(BUDGET.available(), 1);
}
