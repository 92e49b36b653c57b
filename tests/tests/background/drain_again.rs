//! `drain_background` several times, and dropped on its way.

use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};
use weftwork::{CleanUp, background, clean_ups, drain, drain_background, millis, secs, timeout, with, with_grace};
use weftwork_tests::{Log, Reports, poll_once};

use super::kit::{alive, slow, turns};

fn names(left: &[CleanUp]) -> Vec<&str> {
    left.iter().map(CleanUp::name).collect()
}

#[tokio::test(start_paused = true)]
async fn c126_a_second_call_finds_nothing() {
    background("c126 twice", pending::<()>());
    assert!(drain_background(secs(1)).await.is_empty());
    let start = Instant::now();
    assert!(drain_background(secs(1)).await.is_empty());
    assert_eq!(start.elapsed(), secs(0));
    // What comes behind it runs as ever.
    let log = Log::new();
    let inner = log.clone();
    background("c126 twice", async move { inner.note("ran") });
    assert!(drain_background(secs(1)).await.is_empty());
    assert_eq!(log.text(), "ran");
}

#[tokio::test(start_paused = true)]
async fn c126_a_second_call_names_those_that_still_do_not_stop() {
    Reports::start();
    let (log, start) = (Log::new(), Instant::now());
    let context = slow(&log, "x", secs(60));
    background("c126 still", with!(_ = context, { pending::<()>().await }));
    let left = with_grace(secs(1), drain_background(secs(1))).await;
    assert_eq!((names(&left), start.elapsed()), (vec!["c126 still"], secs(2)));
    let left = with_grace(secs(1), drain_background(secs(1))).await;
    assert_eq!(names(&left), ["c126 still"], "it has not stopped after {:?}: {:?}", start.elapsed(), clean_ups());
    // With enough time it does.
    assert!(drain_background(secs(100)).await.is_empty());
    assert_eq!((log.text().as_str(), start.elapsed()), ("x( x)", secs(61)));
}

#[tokio::test(start_paused = true)]
async fn c126_two_at_the_same_time_both_wait() {
    let (log, start) = (Log::new(), Instant::now());
    let context = slow(&log, "x", secs(5));
    background("c126 both", with!(_ = context, { pending::<()>().await }));
    let timed = async |limit| (drain_background(limit).await.len(), start.elapsed());
    let (short, long) = tokio::join!(timed(secs(1)), timed(secs(2)));
    assert_eq!(log.text(), "x( x)");
    assert_eq!((short, long), ((0, secs(6)), (0, secs(6))), "the clean-up ends behind six seconds");
}

#[tokio::test(start_paused = true)]
async fn c126_dropped_before_its_limit_it_has_cancelled_nobody() {
    let (log, start) = (Log::new(), Instant::now());
    for name in ["c126 dropped a", "c126 dropped b"] {
        let log = log.clone();
        background(name, async move {
            sleep(secs(10)).await;
            log.note("ended");
        });
    }
    timeout(secs(1), drain_background(secs(5))).await.unwrap_err();
    assert_eq!(start.elapsed(), secs(1), "whoever gave it up waits for nobody");
    advance(secs(6)).await;
    turns().await;
    assert_eq!((alive("c126 dropped a"), alive("c126 dropped b"), log.text().as_str()), (1, 1, ""));
    assert!(drain_background(secs(60)).await.is_empty());
    assert_eq!((log.text().as_str(), start.elapsed()), ("ended ended", secs(10)));
}

/// Nobody has cancelled it, so it is no clean-up, and not the business of `drain`.
#[tokio::test(start_paused = true)]
async fn c126_one_that_is_waited_for_is_nothing_that_drain_waits_for() {
    let start = Instant::now();
    background("c126 no clean-up", sleep(secs(100)));
    let mut draining = Box::pin(drain_background(secs(5)));
    assert!(poll_once(draining.as_mut()).is_pending());
    assert_eq!(names(&clean_ups()), [""; 0], "while it is waited for");
    drop(draining);
    assert_eq!(names(&clean_ups()), [""; 0], "behind the wait");
    assert!(drain(secs(7)).await.is_empty());
    assert_eq!(start.elapsed(), secs(0));
    assert!(drain_background(Duration::ZERO).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn c126_dropped_behind_its_limit_those_that_are_cancelled_go_on_stopping() {
    let (log, start) = (Log::new(), Instant::now());
    let context = slow(&log, "x", secs(5));
    background("c126 stopping", with!(_ = context, { pending::<()>().await }));
    turns().await;
    let mut draining = Box::pin(drain_background(Duration::ZERO));
    assert!(poll_once(draining.as_mut()).is_pending());
    turns().await;
    drop(draining);
    assert_eq!(log.text(), "x(");
    // Another call waits for it.
    assert!(drain_background(millis(1)).await.is_empty());
    assert_eq!((log.text().as_str(), start.elapsed()), ("x( x)", secs(5)));
}

/// Whoever gives a wait up that is behind its limit waits as for everything that was cancelled in it.
#[tokio::test(start_paused = true)]
async fn c126_given_up_behind_its_limit_it_hands_on_what_it_waits_for() {
    let (log, start) = (Log::new(), Instant::now());
    let context = slow(&log, "x", secs(5));
    background("c126 handed on", with!(_ = context, { pending::<()>().await }));
    timeout(secs(2), drain_background(secs(1))).await.unwrap_err();
    assert_eq!((log.text().as_str(), start.elapsed()), ("x( x)", secs(6)));
}
