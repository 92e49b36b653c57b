//! Tasks that take longer to stop than somebody waits.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use weftwork::{Context, Report, ReportKind, Task, clean_ups, drain, secs, spawn, timeout, with, with_grace};
use weftwork_tests::{Log, Reports};

use super::both::{current_thread, gated, on, turns};

async fn standing(context: Context<()>, name: &'static str) -> Task<()> {
    let (entered, is_entered) = oneshot::channel::<()>();
    let task = spawn(with!(_ = context, async move {
        entered.send(()).unwrap();
        pending::<()>().await;
    }));
    is_entered.await.unwrap();
    task.named(name)
}

#[track_caller]
fn take_one(name: &str) -> Report {
    let mut reports = Reports::take(name);
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}

fn names() -> Vec<String> {
    clean_ups().iter().map(|left| left.name().to_owned()).collect()
}

#[test]
fn c83_a_cancelled_task_that_takes_too_long() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), Instant::now());
        let task = standing(gated(&log, "c83 within", &gate), "c83 overdue").await;
        let (id, site) = (task.id(), task.site());
        assert_eq!(with_grace(secs(3), task.cancel()).await, None);
        assert_eq!(start.elapsed(), secs(3));
        let report = take_one("c83 overdue");
        assert_eq!((report.kind(), report.task(), report.site()), (ReportKind::TaskOverdue, Some(id), Some(site)));
        assert!(report.message().contains("3s"), "{report}");
        let text = report.to_string();
        assert!(text.starts_with(&format!("the task `c83 overdue` {id} (")), "{text}");
        assert_eq!(names(), ["c83 overdue", "c83 within"], "it stays tracked");
        assert_eq!(Reports::take("c83 within").len(), 0, "the task is named, and not what is in it");
        gate.notify_one();
        assert_eq!(drain(secs(60)).await.len(), 0);
        assert_eq!((log.text().as_str(), start.elapsed()), ("+c83 within c83 within( c83 within)", secs(3)));
        assert_eq!(Reports::take("c83 overdue").len(), 0, "it is told once");
    });
}

/// Without a period of one's own it is ten seconds.
#[test]
fn c83_the_period_in_force() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), Instant::now());
        let task = standing(gated(&log, "a", &gate), "c83 ten").await;
        assert_eq!(task.cancel().await, None);
        assert_eq!(start.elapsed(), secs(10));
        assert_eq!(take_one("c83 ten").kind(), ReportKind::TaskOverdue);
        gate.notify_one();
        assert_eq!(drain(secs(60)).await.len(), 0);
    });
}

#[test]
fn c83_nobody_waits_with_a_period_of_zero() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), Instant::now());
        let task = standing(gated(&log, "a", &gate), "c83 zero").await;
        assert_eq!(with_grace(Duration::ZERO, task.cancel()).await, None);
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(take_one("c83 zero").kind(), ReportKind::TaskOverdue);
        assert_eq!(names()[0], "c83 zero");
        gate.notify_one();
        assert_eq!(drain(secs(60)).await.len(), 0);
        assert_eq!(log.text(), "+a a( a)", "it goes on");
    });
}

#[test]
fn c83_a_period_without_an_end() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), Instant::now());
        let task = standing(gated(&log, "a", &gate), "c83 endless").await;
        let opened = async {
            tokio::time::sleep(secs(3000)).await;
            gate.notify_one();
        };
        let (output, ()) = tokio::join!(with_grace(Duration::MAX, task.cancel()), opened);
        assert_eq!((output, start.elapsed()), (None, secs(3000)));
        assert_eq!(log.text(), "+a a( a)");
        assert_eq!(Reports::take("c83 endless").len(), 0);
    });
}

/// A `timeout` that has given up the task waits as long, and says the same.
#[test]
fn c82_a_dropped_task_that_takes_too_long() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), Instant::now());
        let task = standing(gated(&log, "a", &gate), "c82 overdue").await;
        let id = task.id();
        with_grace(secs(3), timeout(secs(1), task)).await.unwrap_err();
        assert_eq!(start.elapsed(), secs(4));
        let report = take_one("c82 overdue");
        assert_eq!((report.kind(), report.task()), (ReportKind::TaskOverdue, Some(id)));
        assert_eq!(names(), ["c82 overdue", "a"]);
        gate.notify_one();
        assert_eq!(drain(secs(60)).await.len(), 0);
    });
}

/// One that never comes to its next `.await` is overdue just as well.
#[test]
fn c83_a_runtime_that_does_not_run() {
    Reports::start();
    let home = current_thread();
    let task = home.block_on(async { spawn(pending::<()>()).named("c83 standing") });
    let id = task.id();
    current_thread().block_on(async {
        let start = Instant::now();
        assert_eq!(task.cancel().await, None);
        assert_eq!(start.elapsed(), secs(10));
    });
    let report = take_one("c83 standing");
    assert_eq!((report.kind(), report.task()), (ReportKind::TaskOverdue, Some(id)));
    home.block_on(async {
        turns().await;
        assert_eq!(clean_ups().len(), 0);
    });
}
