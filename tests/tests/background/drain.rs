//! `drain_background`: those that end by themselves, those that are cancelled, and those that do not stop.

use std::future::{Future, pending};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};
use weftwork::{
    CleanUp, Context, ReportKind, background, clean_ups, context, drain, drain_background, millis, secs, with, with_grace,
};
use weftwork_tests::{Log, Reports, finished, on_both_runtimes, poll_once};

use super::kit::{alive, noted, slow, turns};

fn names(left: &[CleanUp]) -> Vec<&str> {
    left.iter().map(CleanUp::name).collect()
}

/// Its clean-up takes so long when it is cancelled.
fn stubborn(log: &Log, name: &'static str, clean_up: Duration) -> impl Future<Output = ()> + Send + use<> {
    let context = slow(log, name, clean_up);
    with!(_ = context, { pending::<()>().await })
}

#[test]
fn c126_with_nothing_to_wait_for_it_is_ready_at_once() {
    on_both_runtimes(|| async {
        for limit in [Duration::ZERO, secs(5), Duration::MAX] {
            assert_eq!(poll_once(Box::pin(drain_background(limit)).as_mut()).map(|left| left.len()), Poll::Ready(0));
        }
    });
    // Without time, and without a runtime.
    let without_time = Builder::new_current_thread().build().unwrap();
    assert!(without_time.block_on(drain_background(secs(5))).is_empty());
    assert!(finished(Box::pin(drain_background(secs(5))).as_mut()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn c126_those_that_end_by_themselves_in_time_are_not_cancelled() {
    let (log, start) = (Log::new(), Instant::now());
    for (name, seconds) in [("three", 3), ("one", 1), ("two", 2)] {
        let log = log.clone();
        background(name, async move {
            sleep(secs(seconds)).await;
            log.note(name);
        });
    }
    assert!(drain_background(secs(5)).await.is_empty());
    assert_eq!((log.text().as_str(), start.elapsed()), ("one two three", secs(3)));
}

#[tokio::test(start_paused = true)]
async fn c126_those_that_do_not_are_cancelled_and_their_clean_ups_waited_for() {
    let (log, start) = (Log::new(), Instant::now());
    let noting = log.clone();
    background("in time", async move {
        sleep(millis(500)).await;
        noting.note("in time");
    });
    background("long", stubborn(&log, "long", secs(2)));
    let context = slow(&log, "outer", secs(1));
    let inner = slow(&log, "inner", secs(1));
    background("nested", with!(_ = context, _ = inner, { pending::<()>().await }));
    assert!(drain_background(secs(1)).await.is_empty());
    assert_eq!(start.elapsed(), secs(3));
    assert_eq!(log.text(), "in time long( inner( inner) outer( long) outer)");
    assert!(clean_ups().is_empty());
}

#[test]
fn c126_on_any_runtime_all_is_cleaned_up_behind_it() {
    on_both_runtimes(|| async {
        let log = Log::new();
        for _ in 0..20 {
            let context = noted(&log, "x");
            let dropped = log.on_drop("dropped");
            background(
                "c126 any",
                with!(_ = context, async move {
                    let _dropped = dropped;
                    pending::<()>().await;
                }),
            );
        }
        turns().await;
        assert!(drain_background(Duration::ZERO).await.is_empty());
        // Some may have been cancelled before they had their first turn.
        assert_eq!(log.text().matches("dropped").count(), 20);
        assert_eq!(log.text().matches("x(").count(), log.text().matches("x)").count());
        assert_eq!((alive("c126 any"), clean_ups().len()), (0, 0));
    });
}

#[tokio::test(start_paused = true)]
async fn c126_zero_cancels_at_once() {
    let (log, start) = (Log::new(), Instant::now());
    background("c126 zero", stubborn(&log, "zero", millis(1)));
    let dropped = log.on_drop("dropped");
    turns().await;
    // This one was not polled yet.
    background("c126 zero", async move { drop(dropped) });
    assert!(drain_background(Duration::ZERO).await.is_empty());
    assert_eq!(start.elapsed(), millis(1));
    let text = log.text();
    assert!(text == "zero( dropped zero)" || text == "dropped zero( zero)", "{text}");
}

#[tokio::test(start_paused = true)]
async fn c126_without_a_limit_it_waits_to_the_end() {
    let start = Instant::now();
    background("c126 day", sleep(secs(24 * 3600)));
    assert!(drain_background(Duration::MAX).await.is_empty());
    assert_eq!(start.elapsed(), secs(24 * 3600));
}

#[tokio::test(start_paused = true)]
async fn c126_those_that_do_not_stop_are_named() {
    let reports = [Reports::of("c126 first"), Reports::of("c126 second")];
    let (log, start) = (Log::new(), Instant::now());
    let line = line!() + 1;
    background("c126 first", stubborn(&log, "first", secs(60)));
    background("c126 stops", stubborn(&log, "stops", secs(5)));
    background("c126 second", stubborn(&log, "second", secs(30)));
    let left = drain_background(secs(1)).await;
    assert_eq!(start.elapsed(), secs(11), "the grace period where nothing is said");
    assert_eq!(names(&left), ["c126 first", "c126 second"]);
    assert_eq!(left[0].place().line(), line);
    assert!(left[0].place().file().ends_with("drain.rs"));
    for report in reports.map(|reports| reports.one()) {
        assert_eq!(report.kind(), ReportKind::TaskOverdue);
        assert!(report.message().contains("10s") && report.task().is_some(), "{report}");
    }
    // They go on, and `drain` waits for them.
    assert_eq!((alive("c126 first"), alive("c126 second")), (0, 0), "the futures themselves are gone");
    assert!(drain(secs(100)).await.is_empty());
    assert_eq!(start.elapsed(), secs(61));
    assert_eq!(log.text(), "first( stops( second( stops) second) first)");
}

/// From the moment on at which they were cancelled.
#[tokio::test(start_paused = true)]
async fn c126_the_age_of_those_that_are_left() {
    Reports::start();
    let log = Log::new();
    background("c126 age a", stubborn(&log, "a", secs(60)));
    background("c126 age b", stubborn(&log, "b", secs(60)));
    let left = drain_background(secs(7)).await;
    assert_eq!(left.iter().map(CleanUp::age).collect::<Vec<_>>(), [secs(10), secs(10)]);
    assert_eq!((Reports::take("c126 age a").len(), Reports::take("c126 age b").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn c126_the_wait_for_those_that_are_cancelled_is_the_grace_period() {
    Reports::start();
    let (log, start) = (Log::new(), Instant::now());
    background("c126 grace", stubborn(&log, "grace", secs(60)));
    let left = with_grace(secs(2), drain_background(secs(1))).await;
    assert_eq!((names(&left), start.elapsed()), (vec!["c126 grace"], secs(3)));
    assert_eq!(Reports::take("c126 grace").len(), 1);
    // Nobody waits.
    let start = Instant::now();
    background("c126 no grace", stubborn(&log, "no grace", secs(60)));
    turns().await;
    let left = with_grace(Duration::ZERO, drain_background(secs(1))).await;
    assert_eq!((names(&left), start.elapsed()), (vec!["c126 grace", "c126 no grace"], secs(1)));
    assert_eq!(Reports::take("c126 no grace").len(), 1);
}

/// A poll that comes to no end: it can not be cancelled, and is named all the same.
#[test]
fn c126_one_that_blocks_its_worker_is_named() {
    Reports::start();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (end, may_end) = std::sync::mpsc::channel::<()>();
    let _entered = runtime.enter();
    background("c126 blocks", async move {
        begun.send(()).unwrap();
        may_end.recv().unwrap();
        pending::<()>().await;
    });
    has_begun.recv().unwrap();
    let left = runtime.block_on(with_grace(Duration::ZERO, drain_background(Duration::ZERO)));
    assert_eq!((names(&left), alive("c126 blocks")), (vec!["c126 blocks"], 1));
    end.send(()).unwrap();
    assert!(runtime.block_on(drain(Duration::MAX)).is_empty());
    assert_eq!(alive("c126 blocks"), 0);
    assert_eq!(Reports::take("c126 blocks").len(), 1);
}

/// So many, each started by the clean-up of the one before.
fn chain(log: Log, left: u32) -> Context<()> {
    context!(async move {
        yield ();
        turns().await;
        log.note(format!("{left}"));
        if left > 0 {
            let context = chain(log, left - 1);
            background("c126 chain", with!(_ = context, async move { pending::<()>().await }));
            turns().await;
        }
    })
}

#[test]
fn c126_those_that_are_started_by_clean_ups_are_ended_too() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let context = chain(log.clone(), 3);
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        background(
            "c126 chain",
            with!(_ = context, async move {
                begun.send(()).unwrap();
                pending::<()>().await;
            }),
        );
        has_begun.await.unwrap();
        assert!(drain_background(Duration::ZERO).await.is_empty());
        assert_eq!((alive("c126 chain"), clean_ups().len()), (0, 0));
        // One that is cancelled before its first turn has no clean-up. With one thread each has had its turn.
        assert!("3 2 1 0".starts_with(&log.text()) && log.text().starts_with('3'), "{}", log.text());
    });
}

/// While it waits for those that end by themselves.
#[tokio::test(start_paused = true)]
async fn c126_those_that_are_started_by_others_are_waited_for() {
    let (log, start) = (Log::new(), Instant::now());
    let inner = log.clone();
    background("c126 first of two", async move {
        sleep(secs(2)).await;
        background("c126 second of two", async move {
            sleep(secs(2)).await;
            inner.note("second");
        });
    });
    assert!(drain_background(secs(5)).await.is_empty());
    assert_eq!((log.text().as_str(), start.elapsed()), ("second", secs(4)));
}

#[test]
fn c126_while_others_start_more_none_is_forgotten() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let callers: Vec<_> = (0..4)
            .map(|_| {
                let log = log.clone();
                tokio::spawn(async move {
                    for _ in 0..200 {
                        let dropped = log.on_drop("x");
                        background("c126 more", async move {
                            let _dropped = dropped;
                            pending::<()>().await;
                        });
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        while !callers.iter().all(tokio::task::JoinHandle::is_finished) {
            assert!(drain_background(Duration::ZERO).await.is_empty());
            tokio::task::yield_now().await;
        }
        assert!(drain_background(Duration::ZERO).await.is_empty());
        assert_eq!((log.text().len(), alive("c126 more")), (800 * 2 - 1, 0));
    });
}
