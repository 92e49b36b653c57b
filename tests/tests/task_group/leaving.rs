//! Groups that are left: too slow, timed out, dropped.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;
use tokio::time::Instant;
use weftwork::{
    Context, Group, ReportKind, clean_ups, context, drain, millis, secs, task_group, tasks, timeout, with, with_grace,
};
use weftwork_tests::{Log, Reports, after, on_both_runtimes, poll_once, spin, timed};

use crate::fails::noted;

/// Its clean-up takes so long, and notes its end.
fn slow(log: &Log, ms: u64) -> Context<()> {
    let log = log.clone();
    let context: Context<()> = context!(async move {
        yield ();
        after(ms, ()).await;
        log.note("cleaned");
    });
    context.named("slow context")
}

/// A group that fails at once, with a child that takes a minute to stop.
async fn with_slow_child(log: Log, name: &'static str, grace: Option<Duration>) -> Result<(), String> {
    let group = task_group(async |group: Group<String>| {
        group.spawn_named(name, async move { with!(_ = slow(&log, 60_000), { pending::<()>().await }).await });
        spin().await;
        Err::<(), _>("broken".to_owned())
    });
    match grace {
        Some(grace) => group.grace(grace).await,
        None => group.await,
    }
    .map_err(weftwork::GroupError::into_first)
}

#[tokio::test(start_paused = true)]
async fn c104_a_child_that_takes_longer_than_the_grace_period_is_named_and_stays_tracked() {
    let (reports, log) = (Reports::of("c104"), Log::new());
    let (ended, took) = timed(with_slow_child(log.clone(), "c104", Some(secs(5)))).await;
    assert_eq!(ended.unwrap_err(), "broken");
    assert_eq!((took, log.text().as_str()), (secs(5), ""));
    let report = reports.one();
    assert_eq!(report.kind(), ReportKind::TaskOverdue);
    assert!(report.message().contains("takes longer than 5s"), "{report}");
    assert!(report.task().is_some());
    assert!(report.site().unwrap().file().ends_with("leaving.rs"), "{report}");

    let left = drain(Duration::ZERO).await;
    assert!(left.iter().any(|left| left.name() == "c104"), "{left:?}");
    assert!(clean_ups().iter().any(|left| left.name() == "c104" && left.place() == report.site().unwrap()));
    let (left, took) = timed(drain(Duration::MAX)).await;
    assert!(left.is_empty() && clean_ups().is_empty());
    assert_eq!((took, log.text().as_str()), (secs(55), "cleaned"));
    // Still once.
    assert_eq!(reports.all().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn c104_the_period_is_that_of_with_grace() {
    let (reports, log) = (Reports::of("c104 outer"), Log::new());
    let (_, took) = timed(with_grace(secs(2), with_slow_child(log.clone(), "c104 outer", None))).await;
    assert_eq!(took, secs(2));
    // The group's own wins.
    let (_, took) = timed(with_grace(secs(2), with_slow_child(log.clone(), "c104 outer", Some(secs(7))))).await;
    assert_eq!(took, secs(7));
    assert_eq!(reports.all().len(), 2);
    assert!(drain(Duration::MAX).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn c104_a_period_of_zero_waits_for_nobody() {
    let (reports, log) = (Reports::of("c104 zero"), Log::new());
    let (_, took) = timed(with_slow_child(log.clone(), "c104 zero", Some(Duration::ZERO))).await;
    assert_eq!(took, Duration::ZERO);
    assert_eq!(reports.one().kind(), ReportKind::TaskOverdue);
    assert!(drain(Duration::MAX).await.is_empty());
    assert_eq!(log.text(), "cleaned");
}

#[tokio::test(start_paused = true)]
async fn c104_the_period_bounds_no_child_that_was_not_cancelled() {
    let (value, took) = timed(
        task_group(async |group: Group<String>| {
            group.spawn(after(60_000, ()));
            Ok(1)
        })
        .grace(millis(1)),
    )
    .await;
    assert_eq!((value.unwrap(), took), (1, secs(60)));
}

/// What it says when it has stopped at last is nobody's any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c104_a_child_that_fails_when_it_was_given_up_is_reported() {
    let reports = Reports::of("c104 late");
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let error = task_group(async |group: Group<String>| {
        let (polled, is_polled) = oneshot::channel();
        group.spawn_named("c104 late", async move {
            polled.send(()).unwrap();
            // Nothing stops it here.
            wait.recv().unwrap();
            Err::<(), _>("late")
        });
        is_polled.await.unwrap();
        Err::<(), _>("broken".to_owned())
    })
    .grace(Duration::ZERO)
    .await
    .unwrap_err();
    assert_eq!(error.len(), 1);
    assert_eq!(reports.one().kind(), ReportKind::TaskOverdue);
    go.send(()).unwrap();
    while reports.all().len() < 2 {
        yield_now().await;
    }
    assert_eq!(reports.all()[1].message(), "failed: late");
    assert!(drain(Duration::MAX).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn c105_a_timeout_around_a_group_sees_elapsed_behind_the_clean_ups() {
    let log = Log::new();
    let group = task_group(async |group: Group<String>| {
        let inner = log.clone();
        group.spawn(async move { with!(_ = slow(&inner, 3000), { pending::<()>().await }).await });
        with!(_ = noted(&log, "body"), { pending::<Result<(), String>>().await }).await
    });
    let start = Instant::now();
    assert!(timeout(secs(1), group).await.is_err());
    log.note("elapsed");
    assert_eq!(start.elapsed(), secs(4));
    assert_eq!(log.text(), "body( body) cleaned elapsed");
    assert!(clean_ups().is_empty());
}

#[tokio::test(start_paused = true)]
async fn c105_the_timeout_waits_for_children_that_hold_contexts_of_children() {
    let log = Log::new();
    let group = task_group(async |outer: Group<String>| {
        let log = log.clone();
        outer.spawn(async move {
            let inner = task_group(async |inner: Group<String>| {
                let log = log.clone();
                inner.spawn(async move { with!(_ = slow(&log, 3000), { pending::<()>().await }).await });
                Ok(())
            });
            inner.await.map_err(weftwork::GroupError::into_first)
        });
        Ok(())
    });
    let start = Instant::now();
    assert!(timeout(secs(1), group).await.is_err());
    assert_eq!((start.elapsed(), log.text().as_str()), (secs(4), "cleaned"));
}

/// Children that have not left their future yet hold the timeout up as well, also without a context in them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c105_every_child_is_gone_when_a_group_is_given_up() {
    for _ in 0..50 {
        let log = Log::new();
        let group = task_group(async |group: Group<String>| {
            for _ in 0..8 {
                let gone = log.on_drop("gone");
                group.spawn(for_ever(gone));
            }
            pending::<Result<(), String>>().await
        });
        assert!(timeout(Duration::ZERO, group).await.is_err());
        assert_eq!(log.text().matches("gone").count(), 8);
    }
}

#[test]
fn c106_a_group_that_is_dropped_cancels_its_children_and_drain_waits_for_them() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c106 child");
        let log = Log::new();
        let gate = Arc::new(Notify::new());
        let started = Arc::new(Notify::new());
        let gated = |log: &Log| -> Context<()> {
            let (log, gate) = (log.clone(), gate.clone());
            context!(async move {
                yield ();
                gate.notified().await;
                log.note("cleaned");
            })
        };
        {
            let mut group = Box::pin(task_group(async |group: Group<String>| {
                let _body = log.on_drop("body");
                let (context, is_started) = (gated(&log), started.clone());
                group.spawn_named("c106 child", async move {
                    with!(_ = context, {
                        is_started.notify_one();
                        pending::<()>().await;
                    })
                    .await;
                });
                pending::<Result<(), String>>().await
            }));
            tokio::select! {
                biased;
                _ = group.as_mut() => panic!("it does not end"),
                () = started.notified() => {}
            }
            drop(group);
        }
        assert_eq!(log.text(), "body");
        let left = drain(Duration::ZERO).await;
        assert!(left.iter().any(|left| left.name() == "c106 child"), "{left:?}");
        gate.notify_one();
        assert!(drain(Duration::MAX).await.is_empty());
        assert_eq!(log.text(), "body cleaned");
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c106_dropped_while_it_waits_for_children() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let group = tokio::spawn({
            let log = log.clone();
            task_group(async move |group: Group<String>| {
                let gone = log.on_drop("gone");
                group.spawn(async move {
                    let _gone = gone;
                    pending::<()>().await;
                });
                log.note("returned");
                Ok(())
            })
        });
        while log.text().is_empty() {
            yield_now().await;
        }
        group.abort();
        assert!(group.await.unwrap_err().is_cancelled());
        assert!(drain(Duration::MAX).await.is_empty());
        assert_eq!(log.text(), "returned gone");
    });
}

#[test]
fn c106_dropped_while_it_stops() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let (gate, started) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let gated: Context<()> = {
            let (log, gate) = (log.clone(), gate.clone());
            context!(async move {
                yield ();
                log.note("stopping");
                gate.notified().await;
                log.note("cleaned");
            })
        };
        let group = tokio::spawn(task_group(async move |group: Group<String>| {
            let is_started = started.clone();
            group.spawn(async move {
                with!(_ = gated, {
                    is_started.notify_one();
                    pending::<()>().await;
                })
                .await;
            });
            started.notified().await;
            group.cancel();
            Ok(())
        }));
        while log.text().is_empty() {
            yield_now().await;
        }
        group.abort();
        assert!(group.await.unwrap_err().is_cancelled());
        assert!(!drain(Duration::ZERO).await.is_empty());
        gate.notify_one();
        assert!(drain(Duration::MAX).await.is_empty());
        assert_eq!(log.text(), "stopping cleaned");
    });
}

/// Whoever is around the drop waits as well.
#[tokio::test(start_paused = true)]
async fn c106_the_construct_around_waits_for_a_group_that_was_dropped_in_it() {
    let log = Log::new();
    let inner = log.clone();
    let work = async move {
        let mut group = Box::pin(task_group(async |group: Group<String>| {
            let log = inner.clone();
            group.spawn(async move { with!(_ = slow(&log, 3000), { pending::<()>().await }).await });
            Ok(())
        }));
        assert!(poll_once(group.as_mut()).is_pending());
        spin().await;
        drop(group);
        pending::<()>().await;
    };
    assert!(timeout(millis(10), work).await.is_err());
    assert_eq!(log.text(), "cleaned");
}

#[test]
fn c106_a_group_that_was_never_polled_leaves_nothing() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let held = log.on_drop("dropped");
        let group = task_group(async move |_: Group<String>| {
            let _held = &held;
            Ok(())
        })
        .named("c106 never polled");
        assert!(tasks().iter().all(|task| task.name() != "c106 never polled"));
        drop(group);
        assert_eq!(log.text(), "dropped");
    });
}

#[test]
fn c106_a_dropped_group_is_off_the_list() {
    on_both_runtimes(|| async {
        let mut group = Box::pin(
            task_group(async |group: Group<String>| {
                group.spawn_named("c106 listed child", pending::<()>());
                Ok(())
            })
            .named("c106 listed group"),
        );
        assert!(poll_once(group.as_mut()).is_pending());
        let listed = |name: &str| tasks().iter().any(|task| task.name() == name);
        assert!(listed("c106 listed group") && listed("c106 listed child"));
        drop(group);
        assert!(drain(Duration::MAX).await.is_empty());
        assert!(!listed("c106 listed group") && !listed("c106 listed child"));
    });
}

/// Never stands still.
async fn for_ever<T>(_kept: T) {
    loop {
        yield_now().await;
    }
}
