//! How many attempts there are, and what ends them. Cases P75 to P80, P90, P91 and P93.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use futures::FutureExt;
use tokio::task::yield_now;
use tokio::time::sleep;
use weftwork::{attempt, gather, retry, secs, spawn};
use weftwork_tests::{Log, panic_within, poll_once};

use super::{Calls, Failed, signed};

#[tokio::test(start_paused = true)]
async fn p75_at_most_four_calls_and_success_stops() {
    #[retry(attempts = 4)]
    async fn fetch(calls: &Calls, succeeds: u32) -> Result<u32, Failed> {
        calls.fail_before(succeeds)
    }
    for (succeeds, expected, count) in [(1, 1, 1), (2, 2, 2), (4, 4, 4), (5, -4, 4)] {
        let calls = Calls::new();
        assert_eq!((signed(fetch(&calls, succeeds).await), calls.count()), (expected, count));
    }
}

#[tokio::test(start_paused = true)]
async fn p75_no_pause_before_the_first_and_behind_the_last() {
    #[retry(attempts = 3, backoff = constant(1s))]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let calls = Calls::new();
    assert_eq!(signed(fetch(&calls).await), -3);
    assert_eq!((calls.at(), calls.took()), (vec![0, 1000, 2000], 2000));
}

#[tokio::test(start_paused = true)]
async fn p75_one_attempt_is_no_retry() {
    #[retry(attempts = 1, backoff = constant(1s))]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let calls = Calls::new();
    assert_eq!((signed(fetch(&calls).await), calls.at(), calls.took()), (-1, vec![0], 0));
}

#[tokio::test]
async fn p76_the_last_error_comes_unchanged() {
    struct Boxed(Box<u32>);
    #[retry(attempts = 3)]
    async fn fetch() -> Result<(), Boxed> {
        Err(Boxed(Box::new(attempt())))
    }
    assert_eq!(fetch().await.err().map(|error| *error.0), Some(3));
}

#[tokio::test]
async fn p77_when_as_a_path_and_as_a_closure() {
    fn is_early(error: &Failed) -> bool {
        matches!(error, Failed::Own(number) if *number < 2)
    }
    #[retry(attempts = 9, when = is_early)]
    async fn by_path(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    #[retry(attempts = 9, when = Failed::is_own)]
    async fn by_method(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    // A closure knows the type of the error, and may look at the arguments and at the attempt.
    #[retry(attempts = 9, when = |error| error.is_own() && attempt() < last)]
    async fn by_closure(calls: &Calls, last: u32) -> Result<u32, Failed> {
        calls.fail()
    }
    #[retry(attempts = 9, when = |_: &Failed| true)]
    async fn never_looks(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let run = async |number: u32| {
        let calls = Calls::new();
        match number {
            1 => signed(by_path(&calls).await),
            2 => signed(by_method(&calls).await),
            3 => signed(by_closure(&calls, 4).await),
            _ => signed(never_looks(&calls).await),
        }
    };
    assert_eq!((run(1).await, run(2).await, run(4).await), (-2, -9, -9));
    // Between the attempts there is none running.
    assert_eq!(run(3).await, -9);
}

#[tokio::test]
async fn p77_when_may_keep_count_of_its_own() {
    #[retry(attempts = 9, when = |error: &Failed| { seen.push(error.is_own()); seen.len() < 3 })]
    async fn fetch(seen: &mut Vec<bool>) -> Result<u32, Failed> {
        Err(Failed::Own(attempt()))
    }
    let mut seen = Vec::new();
    assert_eq!(signed(fetch(&mut seen).await), -3);
    assert_eq!(seen, [true; 3]);
}

#[tokio::test]
async fn p80_others_have_a_turn_between_attempts_without_a_pause() {
    #[retry(within = 1h)]
    async fn fetch(is_there: &AtomicBool) -> Result<u32, u32> {
        // It never awaits, and there is one thread for it and the other task.
        if is_there.load(SeqCst) { Ok(attempt()) } else { Err(attempt()) }
    }
    let is_there = Arc::new(AtomicBool::new(false));
    let other = tokio::spawn({
        let is_there = is_there.clone();
        async move { is_there.store(true, SeqCst) }
    });
    assert!(fetch(&is_there).await.unwrap() > 1);
    other.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn p90_attempts_are_numbered_and_those_of_the_innermost_count() {
    #[retry(attempts = 3)]
    async fn inner(log: &Log) -> Result<u32, Failed> {
        log.note(attempt().to_string());
        yield_now().await;
        Err(Failed::Own(attempt()))
    }
    #[retry(attempts = 2, backoff = constant(1s))]
    async fn outer(log: &Log) -> Result<u32, Failed> {
        let result = inner(log).await;
        log.note(format!("outer:{}", attempt()));
        result
    }
    let log = Log::new();
    assert_eq!((attempt(), signed(outer(&log).await), attempt()), (1, -3, 1));
    assert_eq!(log.text(), "1 2 3 outer:1 1 2 3 outer:2");
}

#[tokio::test(start_paused = true)]
async fn p6_p90_two_retries_on_one_function() {
    #[retry(attempts = 2, backoff = constant(1s))]
    #[retry(attempts = 3, backoff = constant(10ms))]
    async fn fetch(calls: &Calls, log: &Log) -> Result<u32, Failed> {
        log.note(attempt().to_string());
        calls.fail()
    }
    let (calls, log) = (Calls::new(), Log::new());
    assert_eq!(signed(fetch(&calls, &log).await), -6);
    assert_eq!(calls.at(), [0, 10, 20, 1020, 1030, 1040]);
    assert_eq!(log.text(), "1 2 3 1 2 3");
}

#[tokio::test(start_paused = true)]
async fn p90_siblings_and_spawned_tasks_do_not_see_it() {
    #[retry(attempts = 3)]
    async fn fetch() -> Result<(u32, u32, u32), u32> {
        let spawned = spawn(async { attempt() }).await.unwrap();
        let (here, again) = gather!(async { attempt() }, beside()).await;
        if attempt() < 3 { Err(attempt()) } else { Ok((spawned, here, again.unwrap())) }
    }
    #[retry(attempts = 2)]
    async fn beside() -> Result<u32, u32> {
        yield_now().await;
        if attempt() < 2 { Err(0) } else { Ok(attempt()) }
    }
    assert_eq!(fetch().await, Ok((1, 3, 2)));
}

#[tokio::test(start_paused = true)]
async fn p12_a_call_that_is_never_polled_does_nothing() {
    #[retry(attempts = { log.note("attempts"); 3 }, within = { log.note("within"); secs(2) }, backoff = constant({ log.note("backoff"); secs(1) }))]
    async fn fetch(log: &Log) -> Result<u32, Failed> {
        log.note(attempt().to_string());
        Err(Failed::Own(attempt()))
    }
    let log = Log::new();
    let late = fetch(&log);
    drop(fetch(&log));
    sleep(secs(60)).await;
    assert_eq!(log.text(), "");
    // The time of `within` counts from the first poll. Each setting is evaluated once.
    assert_eq!(signed(late.await), -3);
    assert_eq!(log.text(), "attempts within backoff 1 2 3");
}

#[tokio::test(start_paused = true)]
async fn p13_p91_dropped_in_an_attempt_or_in_a_pause_no_attempt_follows() {
    #[retry(attempts = 4, backoff = constant(1s))]
    async fn fetch(log: &Log, hangs: bool) -> Result<u32, Failed> {
        let _dropped = log.on_drop("dropped");
        log.note(attempt().to_string());
        if hangs { pending().await } else { Err(Failed::Own(1)) }
    }
    let log = Log::new();
    let mut in_an_attempt = Box::pin(fetch(&log, true));
    assert!(poll_once(in_an_attempt.as_mut()).is_pending());
    drop(in_an_attempt);
    assert_eq!(log.text(), "1 dropped");
    let mut in_a_pause = Box::pin(fetch(&log, false));
    assert!(poll_once(in_a_pause.as_mut()).is_pending());
    drop(in_a_pause);
    sleep(secs(60)).await;
    assert_eq!((log.text().as_str(), attempt()), ("1 dropped 1 dropped", 1));
}

#[tokio::test(start_paused = true)]
async fn p14_a_panic_in_the_body_is_not_retried() {
    #[retry(attempts = 4)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        if calls.note() == 2 {
            std::panic::panic_any(42_u8);
        }
        Err(Failed::Own(1))
    }
    let calls = Calls::new();
    let payload = AssertUnwindSafe(fetch(&calls)).catch_unwind().await.err().unwrap();
    assert_eq!((payload.downcast_ref::<u8>(), calls.count(), attempt()), (Some(&42), 2, 1));
}

#[tokio::test(start_paused = true)]
async fn p93_a_panic_of_when_or_after_goes_on() {
    #[retry(attempts = 4, when = |_| panic!("when"))]
    async fn by_when(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    #[retry(attempts = 4, after = |_| panic!("after"))]
    async fn by_after(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let calls = Calls::new();
    assert_eq!(panic_within(by_when(&calls)).await, "when");
    assert_eq!(panic_within(by_after(&calls)).await, "after");
    assert_eq!((calls.count(), attempt()), (2, 1));
}

#[tokio::test]
async fn p15_return_and_question_mark_end_the_attempt_alone() {
    #[retry(attempts = 5)]
    async fn fetch(log: &Log) -> Result<u32, Failed> {
        log.note(attempt().to_string());
        match attempt() {
            1 => return Err(Failed::Own(1)),
            2 => Err(Failed::Own(2))?,
            3 => {
                let inner = || -> Result<u32, Failed> { Err(Failed::Own(3)) };
                inner()?;
            }
            _ => {}
        }
        'found: loop {
            for number in 0.. {
                if number == 4 {
                    break 'found Ok(number);
                }
            }
        }
    }
    let log = Log::new();
    assert_eq!((signed(fetch(&log).await), log.text().as_str()), (4, "1 2 3 4"));
}
