//! Calls that are not let in. Cases P38 and P49 to P52.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::time::Duration;

use futures::future::join;
use tokio::time::{advance, sleep};
use weftwork::{FromLimitExceeded, LimitExceeded, LimitReason, limit, millis, secs, spawn, timeout};
use weftwork_tests::{Log, after, finished, panic_within, timed};

use super::begun;

type Answer = Result<(), LimitExceeded>;

fn why<T>(result: Result<T, LimitExceeded>) -> Option<LimitReason> {
    result.err().map(|refusal| refusal.reason())
}

#[tokio::test(start_paused = true)]
async fn p49_p51_the_third_waiter_is_refused_at_once_and_its_body_has_not_run() {
    #[limit(1, max_waiting = 2)]
    async fn fetch(log: &Log, name: &str) -> Answer {
        log.note(name);
        sleep(secs(1)).await;
        Ok(())
    }
    let log = Log::new();
    let runs = begun(fetch(&log, "runs"));
    let (first, second) = (begun(fetch(&log, "first")), begun(fetch(&log, "second")));
    let refusal = finished(Box::pin(fetch(&log, "third")).as_mut()).unwrap_err();
    assert_eq!((refusal.reason(), refusal.function(), refusal.waiting()), (LimitReason::QueueFull, Some("fetch"), 2));
    assert_eq!(refusal.to_string(), "`fetch` has no place: 2 wait already");
    // The place of one that leaves can be used.
    drop(first);
    let fourth = begun(fetch(&log, "fourth"));
    assert_eq!(why(fetch(&log, "fifth").await), Some(LimitReason::QueueFull));
    let (_, took) = timed(async { tokio::join!(runs, second, fourth) }).await;
    assert_eq!((log.text().as_str(), took), ("runs second fourth", secs(3)));
}

#[tokio::test(start_paused = true)]
async fn p49_none_may_wait() {
    #[limit(2, max_waiting = 0)]
    async fn fetch() -> Answer {
        sleep(secs(1)).await;
        Ok(())
    }
    let calls = [begun(fetch()), begun(fetch())];
    let refusal = fetch().await.unwrap_err();
    assert_eq!((refusal.reason(), refusal.waiting()), (LimitReason::QueueFull, 0));
    assert_eq!(refusal.to_string(), "`fetch` has no place: none is free, and none may wait");
    drop(calls);
    fetch().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn p49_how_many_may_wait_is_evaluated_for_each_call() {
    #[limit(1, max_waiting = { log.note(name); most })]
    async fn fetch(log: &Log, name: &str, most: usize) -> Answer {
        log.note("body");
        sleep(secs(1)).await;
        Ok(())
    }
    let log = Log::new();
    let _runs = begun(fetch(&log, "a", 0));
    let _waits = begun(fetch(&log, "b", 1));
    assert_eq!(why(fetch(&log, "c", 1).await), Some(LimitReason::QueueFull));
    let _waits_too = begun(fetch(&log, "d", 2));
    // Once each, and before waiting; polled again, it is not evaluated again.
    assert_eq!(log.text(), "a body b c d");
}

#[tokio::test(start_paused = true)]
async fn p50_who_waits_too_long_is_refused_then_and_not_before() {
    #[limit(1, wait = 500ms)]
    async fn fetch(work: Duration) -> Answer {
        sleep(work).await;
        Ok(())
    }
    let _runs = begun(fetch(secs(9)));
    let (result, took) = timed(fetch(secs(0))).await;
    let refusal = result.unwrap_err();
    assert_eq!((refusal.reason(), took), (LimitReason::WaitedTooLong, millis(500)));
    assert_eq!(refusal.to_string(), "`fetch` got no place within 500ms");
    assert!(refusal.source().is_none() && !refusal.is_inherited());
}

#[tokio::test(start_paused = true)]
async fn p50_a_place_that_comes_at_that_instant_wins() {
    #[limit(1, wait = 500ms)]
    async fn fetch(work: Duration) -> Answer {
        sleep(work).await;
        Ok(())
    }
    let (both, took) = timed(join(fetch(millis(500)), fetch(secs(1)))).await;
    assert_eq!((both.0.is_ok(), both.1.is_ok(), took), (true, true, millis(1500)));
    let (both, took) = timed(join(fetch(millis(501)), fetch(secs(1)))).await;
    assert_eq!((both.0.is_ok(), why(both.1), took), (true, Some(LimitReason::WaitedTooLong), millis(501)));
}

#[tokio::test(start_paused = true)]
async fn p50_no_time_at_all_is_one_try() {
    #[limit(1, wait = patience)]
    async fn fetch(patience: Duration) -> Answer {
        sleep(secs(1)).await;
        Ok(())
    }
    let runs = begun(fetch(secs(0)));
    let (result, took) = timed(fetch(secs(0))).await;
    assert_eq!(took, secs(0));
    assert_eq!(result.unwrap_err().to_string(), "`fetch` has no place: none is free at once");
    runs.await.unwrap();
    fetch(secs(0)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn p50_time_in_the_body_does_not_count() {
    #[limit(1, wait = 500ms)]
    async fn fetch() -> Answer {
        sleep(secs(60)).await;
        Ok(())
    }
    assert_eq!(timed(fetch()).await.1, secs(60));
}

#[tokio::test(start_paused = true)]
async fn p47_p50_who_was_refused_leaves_no_trace_in_the_line() {
    #[limit(1, wait = patience, max_waiting = 2)]
    async fn fetch(patience: Duration) -> Answer {
        sleep(secs(2)).await;
        Ok(())
    }
    let runs = begun(fetch(secs(0)));
    let (impatient, patient) = (begun(fetch(secs(1))), begun(fetch(secs(9))));
    assert_eq!(why(impatient.await), Some(LimitReason::WaitedTooLong));
    // Its place is free, and who stood behind it is the next one.
    let last = begun(fetch(secs(9)));
    let (results, took) = timed(async { tokio::join!(runs, patient, last) }).await;
    assert!(results.0.is_ok() && results.1.is_ok() && results.2.is_ok());
    assert_eq!(took, secs(5));
}

#[tokio::test(start_paused = true)]
async fn p38_a_longer_wait_ends_at_the_deadline_that_a_task_inherits() {
    #[limit(1, wait = 10s)]
    async fn fetch(work: Duration) -> Answer {
        sleep(work).await;
        Ok(())
    }
    let _runs = begun(fetch(secs(60)));
    // The task outlives the timeout around it, which ends nothing in the task.
    let task = timeout(secs(2), async { spawn(timed(fetch(secs(0)))) }).await.unwrap();
    let (result, took) = task.await.unwrap();
    let refusal = result.unwrap_err();
    assert_eq!((refusal.reason(), refusal.is_inherited(), took), (LimitReason::WaitedTooLong, true, secs(2)));
    assert_eq!(refusal.to_string(), "`fetch` got no place by a deadline that its task inherited, before its own 10s");
}

// ---- what a refusal becomes ----

#[derive(Debug)]
enum Mine {
    Busy(LimitReason),
}

impl From<LimitExceeded> for Mine {
    fn from(refusal: LimitExceeded) -> Self {
        Self::Busy(refusal.reason())
    }
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Done,
    Busy,
}

impl FromLimitExceeded for Verdict {
    fn from_limit_exceeded(_: LimitExceeded) -> Self {
        Self::Busy
    }
}

type Alias<T> = Result<T, Mine>;

#[tokio::test(start_paused = true)]
async fn p52_it_becomes_an_error_of_the_functions_own() {
    #[limit(1, max_waiting = 0)]
    async fn own() -> Alias<u8> {
        after(1000, Ok(1)).await
    }
    #[limit(1, max_waiting = 0)]
    async fn of_io() -> io::Result<u8> {
        after(1000, Ok(1)).await
    }
    #[limit(1, max_waiting = 0)]
    async fn boxed() -> Result<impl Iterator<Item = u8>, Box<dyn Error + Send + Sync>> {
        sleep(secs(1)).await;
        Ok([1].into_iter())
    }
    #[limit(1, max_waiting = 0)]
    async fn any() -> anyhow::Result<u8> {
        after(1000, Ok(1)).await
    }
    #[limit(1, max_waiting = 0)]
    async fn generic<E: From<LimitExceeded>>(_: Option<E>) -> Result<u8, E> {
        after(1000, Ok(1)).await
    }
    #[limit(1, max_waiting = 0)]
    async fn no_result() -> Verdict {
        after(1000, Verdict::Done).await
    }
    let _inside = (begun(own()), begun(of_io()), begun(boxed()), begun(any()), begun(generic::<Mine>(None)), begun(no_result()));
    assert!(matches!(own().await, Err(Mine::Busy(LimitReason::QueueFull))));
    let error = of_io().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
    assert!(error.get_ref().unwrap().is::<LimitExceeded>());
    assert!(boxed().await.err().unwrap().is::<LimitExceeded>());
    assert!(any().await.unwrap_err().is::<LimitExceeded>());
    assert!(matches!(generic::<Mine>(None).await, Err(Mine::Busy(_))));
    assert_eq!(no_result().await, Verdict::Busy);
}

#[tokio::test(start_paused = true)]
async fn p52_p65_a_refusal_that_nobody_asked_for_is_converted_where_it_can_be_and_a_panic_elsewhere() {
    #[limit(1, weight = 2)]
    async fn converted() -> Alias<u8> {
        Ok(1)
    }
    #[limit(1, weight = 2)]
    async fn no_result() -> u8 {
        1
    }
    #[limit(1, weight = 2)]
    async fn no_return_type() {}
    #[limit(1, weight = 2)]
    async fn no_conversion() -> Result<u8, Infallible> {
        Ok(1)
    }
    #[limit(1, weight = 2)]
    async fn some_iterator() -> impl Iterator<Item = u8> {
        [1].into_iter()
    }
    assert!(matches!(converted().await, Err(Mine::Busy(LimitReason::TooHeavy))));
    assert_eq!(panic_within(no_result()).await, "`no_result` can never start: it asks for 2 of 1");
    assert_eq!(panic_within(no_return_type()).await, "`no_return_type` can never start: it asks for 2 of 1");
    assert_eq!(panic_within(no_conversion()).await, "`no_conversion` can never start: it asks for 2 of 1");
    assert_eq!(panic_within(some_iterator()).await, "`some_iterator` can never start: it asks for 2 of 1");
}

#[tokio::test(start_paused = true)]
async fn p12_p13_a_waiter_that_leaves_is_refused_nothing() {
    #[limit(1, wait = { log.note("wait"); millis(500) })]
    async fn fetch(log: &Log) -> Answer {
        log.note("body");
        sleep(secs(1)).await;
        Ok(())
    }
    let log = Log::new();
    drop(fetch(&log));
    assert_eq!(log.text(), "");
    let runs = begun(fetch(&log));
    drop(begun(fetch(&log)));
    advance(secs(1)).await;
    runs.await.unwrap();
    assert_eq!(log.text(), "wait body wait");
}
