//! `cancel`: when it has been awaited the task is gone.

use std::future::{pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;
use weftwork::{ReportKind, clean_ups, drain, spawn, tasks, timeout, with, with_grace};
use weftwork_tests::{Log, Reports, poll_once, spin};

use super::both::{current_thread, gated, multi_thread, noted, on, on_both};

/// One that has entered its context, and stands in it.
macro_rules! standing {
    ($context:expr) => {{
        let (entered, is_entered) = oneshot::channel::<()>();
        let context = $context;
        let task = spawn(async move {
            with!(_ = context, async move {
                entered.send(()).unwrap();
                pending::<()>().await;
            })
            .await
        });
        is_entered.await.unwrap();
        task
    }};
}

#[test]
fn c83_it_returns_when_the_body_is_dropped() {
    on_both(20, || async {
        let log = Log::new();
        let (dropped, entered) = (log.on_drop("dropped"), log.on_drop("never entered"));
        let (begun, has_begun) = oneshot::channel();
        let task = spawn(async move {
            let _dropped = dropped;
            begun.send(()).unwrap();
            pending::<u8>().await
        });
        has_begun.await.unwrap();
        assert_eq!(task.cancel().await, None);
        log.note("back");
        assert_eq!(log.text(), "dropped back");
        drop(entered);
    });
}

#[test]
fn c83_it_returns_when_the_clean_ups_have_ended() {
    on_both(20, || async {
        let log = Log::new();
        let task = standing!(noted(&log, "outer"));
        assert_eq!(task.cancel().await, None);
        log.note("back");
        assert_eq!(log.text(), "+outer outer( outer) back");
        assert_eq!(clean_ups().len(), 0);
    });
}

/// Innermost first, and tasks that the body holds are waited for as well.
#[test]
fn c83_all_that_is_below_has_ended_too() {
    on_both(20, || async {
        let log = Log::new();
        let (inner, outer) = (noted(&log, "inner"), noted(&log, "outer"));
        let (entered, is_entered) = oneshot::channel();
        let task = spawn(with!(_ = outer, async move {
            let inner = spawn(with!(_ = inner, async move {
                entered.send(()).unwrap();
                pending::<()>().await;
            }));
            inner.await.unwrap();
        }));
        is_entered.await.unwrap();
        assert_eq!(task.cancel().await, None);
        log.note("back");
        assert_eq!(log.text(), "+outer +inner inner( inner) outer( outer) back");
        assert_eq!(clean_ups().len(), 0);
    });
}

#[test]
fn c83_one_that_was_never_polled() {
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let (dropped, noted) = (log.on_drop("dropped"), log.clone());
        let task = spawn(async move {
            noted.note("polled");
            drop(dropped);
        });
        assert_eq!(task.cancel().await, None);
        assert_eq!(log.text(), "dropped");
    });
}

#[test]
fn c83_one_that_had_finished_keeps_its_output() {
    on_both(20, || async {
        let task = spawn(ready(String::from("seven")));
        while !task.is_finished() {
            yield_now().await;
        }
        assert_eq!(task.cancel().await.as_deref(), Some("seven"));
    });
}

#[test]
fn c83_one_whose_output_was_taken_is_no_reason_to_panic() {
    on_both(1, || async {
        let mut task = spawn(ready(7));
        assert_eq!((&mut task).await.unwrap(), 7);
        let cancelled = tokio::spawn(task.cancel()).await;
        assert_eq!(cancelled.ok().flatten(), None);
    });
}

#[test]
fn c83_one_that_has_panicked_is_reported() {
    Reports::start();
    on_both(5, || async {
        let task = spawn(async { panic!("on purpose") }).named("c83 panicked");
        while !task.is_finished() {
            yield_now().await;
        }
        assert_eq!(task.cancel().await, None);
        let reports = Reports::take("c83 panicked");
        let [report] = &reports[..] else { panic!("one report, and not {reports:?}") };
        assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: on purpose"));
    });
}

/// The end and the cancellation at the same moment: either the output is there, or the body was dropped.
#[test]
fn c83_an_output_is_never_lost() {
    on(&multi_thread(), 500, || async {
        let ended = Arc::new(AtomicBool::new(false));
        let at_end = ended.clone();
        let task = spawn(async move {
            yield_now().await;
            at_end.store(true, Ordering::SeqCst);
            7
        });
        yield_now().await;
        let output = task.cancel().await;
        assert_eq!(output.is_some(), ended.load(Ordering::SeqCst));
    });
}

#[test]
fn c83_it_is_cancelled_before_anybody_awaits_that() {
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let task = standing!(noted(&log, "a"));
        let cancelled = task.cancel();
        assert!(format!("{cancelled:?}").starts_with("Cancel"));
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+a a( a)");
        assert_eq!(cancelled.await, None);
    });
}

/// Whoever gives up the wait leaves it to those around.
#[test]
fn c83_the_wait_may_be_dropped() {
    on(&current_thread(), 1, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let task = standing!(gated(&log, "a", &gate));
        let opened = async {
            spin().await;
            log.note("open");
            gate.notify_one();
        };
        let (result, ()) = tokio::join!(timeout(Duration::ZERO, task.cancel()), opened);
        result.unwrap_err();
        log.note("back");
        assert_eq!(log.text(), "+a a( open a) back");
    });
}

#[test]
fn c83_the_wait_may_be_dropped_unpolled() {
    on_both(20, || async {
        let log = Log::new();
        let task = standing!(noted(&log, "a"));
        drop(task.cancel());
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+a a( a)");
    });
}

#[test]
fn c83_several_at_once() {
    on_both(5, || async {
        let log = Log::new();
        let count = Arc::new(AtomicUsize::new(0));
        let mut cancelled = Vec::new();
        for _ in 0..10 {
            let count = count.clone();
            let task = standing!(noted(&log, "a"));
            cancelled.push(async move {
                assert_eq!(task.cancel().await, None);
                count.fetch_add(1, Ordering::SeqCst);
            });
        }
        futures::future::join_all(cancelled).await;
        assert_eq!(count.load(Ordering::SeqCst), 10);
        assert_eq!(log.text().matches("a)").count(), 10);
    });
}

#[test]
fn c83_its_clean_up_may_spawn_and_cancel() {
    on_both(20, || async {
        let log = Log::new();
        let inner = noted(&log, "inner");
        let context: weftwork::Context<()> = weftwork::context!(async move {
            yield ();
            let (entered, is_entered) = oneshot::channel();
            let task = spawn(with!(_ = inner, async move {
                entered.send(()).unwrap();
                pending::<()>().await;
            }));
            is_entered.await.unwrap();
            assert_eq!(task.cancel().await, None);
            assert_eq!(spawn(ready(7)).await.unwrap(), 7);
        });
        assert_eq!(standing!(context).cancel().await, None);
        assert_eq!(log.text(), "+inner inner( inner)");
    });
}

#[test]
fn c83_it_is_off_the_list_then() {
    on_both(20, || async {
        let task = spawn(pending::<()>()).named("c83 listed");
        let id = task.id();
        assert!(tasks().iter().any(|task| task.id() == id));
        task.cancel().await;
        assert!(!tasks().iter().any(|task| task.id() == id));
    });
}

/// A worker that does not come back to its `.await` can not be stopped there: the wait lasts until it does.
#[test]
fn c83_one_that_does_not_yield() {
    on(&multi_thread(), 5, || async {
        let (begun, has_begun) = oneshot::channel();
        let (go, gone) = std::sync::mpsc::channel();
        let log = Log::new();
        let (noted, dropped) = (log.clone(), log.on_drop("dropped"));
        let task = spawn(async move {
            let _dropped = dropped;
            begun.send(()).unwrap();
            tokio::task::block_in_place(|| gone.recv().unwrap());
            noted.note("blocked");
            pending::<()>().await;
        });
        has_begun.await.unwrap();
        let mut cancelled = pin!(task.cancel());
        assert!(poll_once(cancelled.as_mut()).is_pending());
        go.send(()).unwrap();
        assert_eq!(cancelled.await, None);
        assert_eq!(log.text(), "blocked dropped");
    });
}

/// What the task was spawned in sets how long those in it wait.
#[test]
fn c88_a_grace_period_goes_along() {
    on(&current_thread(), 1, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let (slow, start) = (gated(&log, "c88 slow", &gate), tokio::time::Instant::now());
        Reports::start();
        let task = with_grace(Duration::from_secs(3), async {
            spawn(async move { timeout(Duration::ZERO, with!(_ = slow, { pending::<()>().await })).await.is_err() })
        })
        .await;
        assert!(task.await.unwrap());
        assert_eq!(start.elapsed(), Duration::from_secs(3));
        let reports = Reports::take("c88 slow");
        let [report] = &reports[..] else { panic!("one report, and not {reports:?}") };
        assert_eq!(report.kind(), ReportKind::CleanUpOverdue);
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
    });
}
