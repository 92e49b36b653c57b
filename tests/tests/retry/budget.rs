//! A budget against storms of retries. Its arithmetic stands beside it.

use std::time::Duration;

use weftwork::{Backoff, Retry, RetryBudget, millis, secs, timeout};

use super::{Bare, Calls, signed};

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_spent_ends_it_at_once() {
    static BUDGET: RetryBudget = RetryBudget::percent(0).reserve(2);
    let retry = Retry::attempts(9).backoff(Backoff::constant(secs(1))).budget(&BUDGET);
    let calls = Calls::new();
    assert_eq!(signed(retry.run(|| calls.fail()).await), -3);
    assert_eq!((calls.at(), calls.took()), (vec![0, 1000, 2000], secs(2)));
    // Of the next call, too, and of any other one that shares it.
    assert_eq!(signed(Retry::lasting(Duration::MAX).budget(&BUDGET).run(|| calls.fail()).await), -4);
    assert_eq!(calls.took(), secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_calls_have_twenty_retries_beyond_the_reserve() {
    static BUDGET: RetryBudget = RetryBudget::percent(20);
    let calls = Calls::new();
    for _ in 0..100 {
        let _ = Retry::attempts(4).budget(&BUDGET).run(|| calls.fail()).await;
    }
    // The first deposit found it full.
    assert_eq!(calls.count(), 100 + 10 + 19);
    for _ in 0..100 {
        let _ = Retry::attempts(4).budget(&BUDGET).run(|| calls.fail()).await;
    }
    assert_eq!(calls.count(), 129 + 100 + 20);
}

#[tokio::test(start_paused = true)]
async fn calls_that_succeed_fill_it() {
    static BUDGET: RetryBudget = RetryBudget::percent(50).reserve(1);
    let calls = Calls::new();
    let retry = Retry::attempts(9).budget(&BUDGET);
    assert_eq!(signed(retry.run(|| calls.fail()).await), -2);
    assert_eq!(BUDGET.available(), 0);
    for _ in 0..10 {
        retry.run(async || Ok::<_, Bare>(())).await.ok();
    }
    assert_eq!(BUDGET.available(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_there_is_no_time_for_takes_nothing() {
    static BUDGET: RetryBudget = RetryBudget::percent(0).reserve(2);
    let calls = Calls::new();
    let retry = Retry::attempts(9).backoff(Backoff::constant(millis(400))).budget(&BUDGET);
    assert_eq!(signed(retry.within(millis(500)).run(|| calls.fail()).await), -2);
    assert_eq!(BUDGET.available(), 1);
    assert_eq!(timeout(millis(300), retry.run(|| calls.fail())).await.map(signed), Ok(-3));
    assert_eq!(BUDGET.available(), 1);
}

#[tokio::test(start_paused = true)]
async fn it_comes_behind_when_and_attempts_and_before_after() {
    static BUDGET: RetryBudget = RetryBudget::percent(0).reserve(1);
    let calls = Calls::new();
    // Neither of these takes from it.
    let _ = Retry::attempts(2).budget(&BUDGET).when(|_: &Bare| false).run(|| calls.fail()).await;
    let _ = Retry::attempts(1).budget(&BUDGET).run(|| calls.fail()).await;
    assert_eq!(BUDGET.available(), 1);
    let asked = Calls::new();
    let after = |_: &Bare| {
        asked.note();
        None
    };
    let _ = Retry::attempts(9).budget(&BUDGET).after(after).run(|| calls.fail()).await;
    assert_eq!(asked.count(), 1);
}
