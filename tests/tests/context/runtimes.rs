//! Several runtimes, none, and the end of one.

use std::future::pending;
use std::mem::forget;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use futures::StreamExt;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use weftwork::{Context, ReportKind, clean_ups, context, drain, generator, with};
use weftwork_tests::{Log, Reports, finished, poll_once};

use super::both::{current_thread, gated, multi_thread, noted, on_both, turns};
use super::reports;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Stands in two contexts from here on.
fn standing(runtime: &Runtime, log: &Log, gate: &Arc<Notify>, name: &'static str) -> Work {
    let _inside = runtime.enter();
    let (outer, inner) = (noted(log, "outer"), gated(log, name, gate));
    let mut work: Work = Box::pin(with!(_ = outer, _ = inner, { pending::<()>().await }));
    assert!(poll_once(work.as_mut()).is_pending());
    work
}

const RUNTIMES: [fn() -> Runtime; 2] = [current_thread, multi_thread];

#[test]
fn x54_each_runtime_drains_its_own() {
    for (one, other) in [(current_thread(), multi_thread()), (multi_thread(), current_thread())] {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        drop(standing(&one, &log, &gate, "x54"));
        let _inside = one.enter();
        assert_eq!(clean_ups().len(), 2);
        drop(_inside);
        // Nothing of this one, whatever the other one has.
        other.block_on(async {
            assert_eq!(clean_ups().len(), 0);
            assert_eq!(drain(Duration::MAX).await.len(), 0);
        });
        one.block_on(async {
            assert_eq!(drain(Duration::ZERO).await.len(), 2);
            gate.notify_one();
            assert_eq!(drain(Duration::MAX).await.len(), 0);
        });
        assert_eq!(log.text(), "+outer +x54 x54( x54) outer( outer)");
    }
}

/// Dropped on the other runtime, it is cleaned up where it was entered.
#[test]
fn x54_a_future_that_has_wandered_is_cleaned_up_where_it_was_entered() {
    let (one, other) = (multi_thread(), multi_thread());
    let (log, gate) = (Log::new(), Arc::new(Notify::new()));
    gate.notify_one();
    let work = standing(&one, &log, &gate, "x54");
    other.block_on(async move {
        drop(work);
        assert_eq!(drain(Duration::MAX).await.len(), 0);
    });
    drop(other);
    one.block_on(async { assert_eq!(drain(Duration::MAX).await.len(), 0) });
    assert_eq!(log.text(), "+outer +x54 x54( x54) outer( outer)");
}

/// What is said of one that is lost; the outer one is, too.
#[track_caller]
fn assert_lost(name: &'static str) {
    let (kind, message) = reports::take_one(name, "runtimes.rs");
    assert_eq!(kind, ReportKind::CleanUpLost);
    assert!(message.contains("shut down"), "{message}");
}

#[test]
fn x55_a_runtime_that_is_dropped_reports_what_is_outstanding() {
    Reports::start();
    for make in RUNTIMES {
        for _ in 0..20 {
            let (runtime, log, gate) = (make(), Log::new(), Arc::new(Notify::new()));
            drop(standing(&runtime, &log, &gate, "x55"));
            // The clean-up begins, and stands.
            runtime.block_on(async {
                while !log.text().ends_with("x55(") {
                    turns().await;
                }
            });
            drop(runtime);
            assert_lost("x55");
            assert_eq!(log.text(), "+outer +x55 x55(");
        }
    }
}

/// Tasks of the runtime are dropped by its end: what they hand over has nowhere to go.
#[test]
fn x55_tasks_that_are_dropped_with_their_runtime() {
    Reports::start();
    for make in RUNTIMES {
        for _ in 0..20 {
            let (runtime, log, gate) = (make(), Log::new(), Arc::new(Notify::new()));
            let work = standing(&runtime, &log, &gate, "x55 task");
            runtime.spawn(work);
            runtime.block_on(turns());
            drop(runtime);
            assert_lost("x55 task");
            assert_eq!(log.text(), "+outer +x55 task");
        }
    }
}

#[test]
fn x55_a_runtime_that_is_shut_down_without_waiting() {
    Reports::start();
    for make in RUNTIMES {
        let (runtime, log, gate) = (make(), Log::new(), Arc::new(Notify::new()));
        drop(standing(&runtime, &log, &gate, "x55 background"));
        runtime.shutdown_timeout(Duration::from_secs(10));
        assert_lost("x55 background");
    }
}

/// Somebody on another runtime waits for it: the wait ends with it.
#[test]
fn x55_who_waits_for_a_lost_one_goes_on() {
    Reports::start();
    for make in RUNTIMES {
        let (runtime, log, gate) = (make(), Log::new(), Arc::new(Notify::new()));
        let work = standing(&runtime, &log, &gate, "x55 waited for");
        let is_dropped = Arc::new(AtomicBool::new(false));
        let waits = {
            let is_dropped = is_dropped.clone();
            thread::spawn(move || {
                multi_thread().block_on(async {
                    let waits = weftwork::timeout(Duration::ZERO, work);
                    let mut waits = std::pin::pin!(waits);
                    assert!(futures::poll!(waits.as_mut()).is_pending());
                    is_dropped.store(true, Ordering::SeqCst);
                    waits.await.unwrap_err();
                });
            })
        };
        while !is_dropped.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        drop(runtime);
        waits.join().unwrap();
        assert_lost("x55 waited for");
    }
}

#[test]
fn x56_dropped_on_a_plain_thread_while_its_runtime_is_there() {
    for make in RUNTIMES {
        let (runtime, log, gate) = (make(), Log::new(), Arc::new(Notify::new()));
        gate.notify_one();
        let work = standing(&runtime, &log, &gate, "x56");
        thread::spawn(move || drop(work)).join().unwrap();
        runtime.block_on(async { assert_eq!(drain(Duration::MAX).await.len(), 0) });
        assert_eq!(log.text(), "+outer +x56 x56( x56) outer( outer)");
    }
}

#[test]
fn x56_dropped_on_a_plain_thread_when_its_runtime_is_gone() {
    Reports::start();
    for make in RUNTIMES {
        let (runtime, log, gate) = (make(), Log::new(), Arc::new(Notify::new()));
        let work = standing(&runtime, &log, &gate, "x56 gone");
        drop(runtime);
        assert_eq!(Reports::take("x56 gone").len(), 0, "it is not lost yet");
        thread::spawn(move || drop(work)).join().unwrap();
        assert_lost("x56 gone");
        assert_eq!(log.text(), "+outer +x56 gone");
    }
}

#[test]
fn x56_dropped_while_its_thread_ends() {
    thread_local! {
        static LAST: std::cell::RefCell<Option<Work>> = const { std::cell::RefCell::new(None) };
    }
    for make in RUNTIMES {
        let (runtime, log, gate) = (make(), Log::new(), Arc::new(Notify::new()));
        gate.notify_one();
        let work = standing(&runtime, &log, &gate, "x56");
        thread::spawn(move || LAST.with(|last| *last.borrow_mut() = Some(work))).join().unwrap();
        runtime.block_on(async { assert_eq!(drain(Duration::MAX).await.len(), 0) });
        assert_eq!(log.text(), "+outer +x56 x56( x56) outer( outer)");
    }
}

#[test]
fn x57_a_future_that_is_forgotten_is_not_waited_for() {
    on_both(1, || async {
        let log = Log::new();
        let mut work = Box::pin(with!(_ = noted(&log, "a"), { pending::<()>().await }));
        assert!(poll_once(work.as_mut()).is_pending());
        forget(work);
        assert_eq!(clean_ups().len(), 0);
        assert_eq!(finished(std::pin::pin!(drain(Duration::MAX))).len(), 0);
        turns().await;
        assert_eq!(log.text(), "+a");
    });
}

/// Entered and dropped where there never was a runtime.
#[test]
fn g88_outside_of_any_runtime_what_can_not_run_is_reported() {
    Reports::start();
    fn lent(log: &Log) -> Context<()> {
        let log = log.clone();
        let context: Context<()> = context!(async move {
            yield ();
            log.note("clean-up");
        });
        context.named("g88")
    }
    let log = Log::new();
    let context = lent(&log);
    let mut stream = Box::pin(generator!(async move {
        with!(_ = context, async { yield 1 }).await;
    }));
    assert_eq!(finished(std::pin::pin!(stream.next())), Some(1));
    drop(stream);
    let (kind, message) = reports::take_one("g88", "runtimes.rs");
    assert_eq!(kind, ReportKind::CleanUpLost);
    assert!(message.contains("no runtime"), "{message}");
    assert_eq!(log.text(), "");
    // To its end it needs none.
    let context = lent(&log);
    let mut stream = Box::pin(generator!(async move {
        with!(_ = context, async { yield 1 }).await;
    }));
    assert_eq!(finished(std::pin::pin!(stream.next())), Some(1));
    assert_eq!(finished(std::pin::pin!(stream.next())), None);
    assert_eq!(log.text(), "clean-up");
}
