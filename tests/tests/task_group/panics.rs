//! A child or the body panics.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;
use weftwork::{Child, Group, GroupError, OnFailure, ReportKind, TaskError, task_group, tasks, with};
use weftwork_tests::{Log, Reports, on_both_runtimes, panic_of, panic_within, poll_once};

use crate::fails::noted;

/// Panics when it is dropped.
struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

async fn panicking(text: &'static str) {
    panic!("{text}");
}

/// The same with a payload that is no text.
async fn raising(payload: u64) {
    std::panic::panic_any(payload);
}

/// A child that waits in a context, and says when it does.
fn waiting(group: &Group<String>, log: &Log, name: &'static str) -> Arc<Notify> {
    let started = Arc::new(Notify::new());
    let (log, is_started) = (log.clone(), started.clone());
    group.spawn(async move {
        with!(_ = noted(&log, name), {
            is_started.notify_one();
            pending::<()>().await;
        })
        .await;
    });
    started
}

#[test]
fn c101_the_panic_of_a_child_goes_on_in_the_caller_behind_the_clean_ups() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c101 child");
        let log = Log::new();
        let group = task_group(async |group: Group<String>| {
            waiting(&group, &log, "sibling").notified().await;
            group.spawn_named("c101 child", panicking("on purpose"));
            with!(_ = noted(&log, "body"), { pending::<Result<(), String>>().await }).await
        });
        assert_eq!(panic_within(group).await, "on purpose");
        let text = log.text();
        for name in ["sibling", "body"] {
            assert!(text.contains(&format!("{name}(")) && text.contains(&format!("{name})")), "{text}");
        }
        // W45: it goes on, so it is not reported.
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c101_the_payload_is_the_childs_own() {
    on_both_runtimes(|| async {
        let group = tokio::spawn(task_group(async |group: Group<String>| {
            group.spawn(raising(42));
            pending::<Result<(), String>>().await
        }));
        let payload = group.await.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref::<u64>(), Some(&42));
    });
}

#[test]
fn c101_the_handle_of_a_child_that_panicked_gives_the_text() {
    on_both_runtimes(|| async {
        let (hand_out, handed_out) = oneshot::channel();
        let outside = tokio::spawn(async move {
            let child: Child<()> = handed_out.await.unwrap();
            child.await.unwrap_err()
        });
        let group = task_group(async |group: Group<String>| {
            hand_out.send(group.spawn_named("child", panicking("on purpose"))).unwrap();
            pending::<Result<(), String>>().await
        });
        assert_eq!(panic_within(group).await, "on purpose");
        let error: TaskError = outside.await.unwrap();
        assert!(error.is_panic() && !error.is_failure() && !error.is_cancelled());
        assert_eq!((error.name(), error.message().as_deref()), (Some("child"), Some("on purpose")));
        // The payload goes on elsewhere.
        assert!(error.into_panic().is_err());
    });
}

#[test]
fn c101_a_panic_in_the_body() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c101 body");
        let log = Log::new();
        let group = task_group(async |group: Group<String>| {
            waiting(&group, &log, "child").notified().await;
            if group.is_open() {
                panic!("in the body");
            }
            Ok(())
        })
        .named("c101 body");
        assert_eq!(panic_within(group).await, "in the body");
        assert_eq!(log.text(), "child( child)");
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c101_a_panic_before_the_body_is_a_future() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let inner = log.clone();
        let group = task_group(move |group: Group<String>| {
            group.spawn({
                let gone = inner.on_drop("gone");
                async move {
                    let _gone = gone;
                    pending::<()>().await;
                }
            });
            if group.is_open() {
                panic!("in the closure");
            }
            std::future::ready(Ok::<_, String>(()))
        });
        assert_eq!(panic_within(group).await, "in the closure");
        assert_eq!(log.text(), "gone");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c101_second_panics_and_errors_are_reported() {
    let (second, failed, first) = (Reports::of("c101 second"), Reports::of("c101 failed"), Reports::of("c101 first"));
    let group = task_group(async |group: Group<String>| {
        let polled = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        for (n, polled) in polled.iter().cloned().enumerate() {
            let inner = group.clone();
            let name = if n == 0 { "c101 second" } else { "c101 failed" };
            group.spawn_named(name, async move {
                polled.store(true, SeqCst);
                while inner.is_open() {
                    thread::yield_now();
                }
                if n == 0 {
                    panic!("second");
                }
                Err::<(), _>("failed as well")
            });
        }
        while !polled.iter().all(|polled| polled.load(SeqCst)) {
            yield_now().await;
        }
        group.spawn_named("c101 first", panicking("first"));
        pending::<Result<(), String>>().await
    });
    assert_eq!(panic_within(group).await, "first");
    let report = second.one();
    assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: second"));
    let report = failed.one();
    assert_eq!((report.kind(), report.message()), (ReportKind::TaskFailed, "failed: failed as well"));
    assert!(first.all().is_empty());
}

/// An error came first; then somebody panics. The panic goes on, and the error is reported.
#[test]
fn c101_a_panic_behind_an_error() {
    on_both_runtimes(|| async {
        let (failed, panicked) = (Reports::of("c101 error"), Reports::of("c101 destructor"));
        let group = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            let is_started = started.clone();
            group.spawn_named("c101 destructor", async move {
                let _bomb = Bomb("in a destructor");
                is_started.notify_one();
                pending::<()>().await;
            });
            started.notified().await;
            group.spawn_named("c101 error", async { Err::<(), _>("broken") });
            pending::<Result<(), String>>().await
        });
        assert_eq!(panic_within(group).await, "in a destructor");
        assert_eq!(failed.one().kind(), ReportKind::TaskFailed);
        assert!(panicked.all().is_empty());
    });
}

#[test]
fn c101_the_destructor_of_a_child_panics_at_its_end() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let group = task_group(async |group: Group<String>| {
            waiting(&group, &log, "sibling").notified().await;
            group.spawn(async {
                let _bomb = Bomb("at the end");
            });
            pending::<Result<(), String>>().await
        });
        assert_eq!(panic_within(group).await, "at the end");
        assert_eq!(log.text(), "sibling( sibling)");
    });
}

/// A future that has given its output, and panics when it is dropped.
#[test]
fn c101_the_future_of_a_child_panics_where_it_is_dropped_behind_its_output() {
    struct Ends(Option<Bomb>);

    impl Future for Ends {
        type Output = ();

        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            assert!(self.0.is_some());
            std::task::Poll::Ready(())
        }
    }

    on_both_runtimes(|| async {
        let group = task_group(async |group: Group<String>| {
            group.spawn(Ends(Some(Bomb("behind the output"))));
            pending::<Result<(), String>>().await
        });
        assert_eq!(panic_within(group).await, "behind the output");
    });
}

#[test]
fn c101_the_destructor_of_a_cancelled_child_panics() {
    on_both_runtimes(|| async {
        let group = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            let is_started = started.clone();
            let child = group.spawn(async move {
                let _bomb = Bomb("while it is cancelled");
                is_started.notify_one();
                pending::<()>().await;
            });
            started.notified().await;
            let _cancelled = child.cancel().await;
            Ok(())
        });
        assert_eq!(panic_within(group).await, "while it is cancelled");
    });
}

#[test]
fn c101_the_destructor_of_the_body_panics_when_it_is_given_up() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c101 hidden");
        let group = task_group(async |group: Group<String>| {
            let _bomb = Bomb("in the body's destructor");
            group.spawn_named("c101 hidden", async { Err::<(), _>("broken") });
            pending::<Result<(), String>>().await
        });
        assert_eq!(panic_within(group).await, "in the body's destructor");
        assert_eq!(reports.one().kind(), ReportKind::TaskFailed);
    });
}

/// Both policies which let the others run on let them do so here as well.
#[test]
fn c101_a_panic_where_others_run_to_their_end() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let failed = Reports::of("c101 collected");
        let group = task_group(async |group: Group<String>| {
            group.spawn(panicking("first"));
            group.spawn_named("c101 collected", async { Err::<(), _>("broken") });
            let log = log.clone();
            group.spawn(async move {
                for _ in 0..8 {
                    yield_now().await;
                }
                log.note("to its end");
            });
            Ok(())
        })
        .on_failure(OnFailure::Collect);
        assert_eq!(panic_within(group).await, "first");
        assert_eq!(log.text(), "to its end");
        assert_eq!(failed.one().kind(), ReportKind::TaskFailed);
    });
}

#[test]
fn c101_a_panic_in_a_group_that_ignores_is_its_handles() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c101 ignored");
        let value: Result<_, GroupError<String>> = task_group(async |group| {
            let error = group.spawn_named("c101 ignored", raising(7)).await.unwrap_err();
            assert!(error.is_panic());
            assert_eq!(error.into_panic().unwrap().downcast_ref::<u64>(), Some(&7));
            assert!(reports.all().is_empty());
            drop(group.spawn_named("c101 ignored", panicking("unlooked")));
            Ok(3)
        })
        .on_failure(OnFailure::Ignore)
        .await;
        assert_eq!(value.unwrap(), 3);
        // The group has ended when its child's future is gone; the report comes with the child's output.
        while reports.all().is_empty() {
            yield_now().await;
        }
        assert_eq!(reports.one().kind(), ReportKind::TaskPanicked);
    });
}

/// The panic of a destructor goes on where the group is dropped; what the group had to tell is told all the same.
#[test]
fn c101_the_destructor_of_the_body_panics_where_the_group_is_dropped() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c101 dropped");
        let mut group = Box::pin(
            task_group(async |group: Group<String>| {
                let _bomb = Bomb("in the dropped body");
                group.spawn_named("c101 dropped", async { Err::<(), _>("broken") });
                pending::<Result<(), String>>().await
            })
            .on_failure(OnFailure::Collect),
        );
        assert!(poll_once(group.as_mut()).is_pending());
        while tasks().iter().any(|task| task.name() == "c101 dropped") {
            yield_now().await;
        }
        assert_eq!(panic_of(|| drop(group)), "in the dropped body");
        // A moment after its end it is with the group.
        for _ in 0..100 {
            yield_now().await;
        }
        assert_eq!(reports.one().message(), "failed: broken");
    });
}
