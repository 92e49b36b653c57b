//! What can be done with those that run on.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use weftwork::{
    Context, PendingTasks, ReportKind, Task, Until, Wait, clean_ups, context, drain, secs, spawn, timeout, wait, with, with_grace,
};
use weftwork_tests::{Log, Reports, on_both_runtimes, spin};

/// With a clean-up that waits for `gate`.
fn gated(log: &Log, name: &'static str, gate: &Arc<Notify>) -> Context<()> {
    let (log, gate) = (log.clone(), gate.clone());
    let context: Context<()> = context!(async move {
        log.note(format!("+{name}"));
        yield ();
        gate.notified().await;
        log.note(format!("{name})"));
    });
    context.named(name)
}

/// Those that stand in their contexts, behind one that is done.
async fn standing(log: &Log, gate: &Arc<Notify>, names: &[&'static str]) -> PendingTasks<()> {
    let mut tasks = vec![spawn(ready(()))];
    for name in names {
        let (entered, is_entered) = oneshot::channel();
        let context = gated(log, name, gate);
        let work = with!(_ = context, async move {
            entered.send(()).unwrap();
            pending::<()>().await;
        });
        tasks.push(spawn(work).named(*name));
        is_entered.await.unwrap();
    }
    let Wait { done, pending } = wait(tasks, Until::FirstCompleted).await;
    assert_eq!((done.len(), pending.len()), (1, names.len()));
    pending
}

#[test]
fn c120_they_run_on_though_nobody_polls() {
    on_both_runtimes(|| async {
        let (go, gone) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let work = async {
            gone.await.unwrap();
            done.send(7).unwrap();
        };
        let Wait { pending, .. } = wait([spawn(work), spawn(ready(()))], Until::FirstCompleted).await;
        go.send(()).unwrap();
        assert_eq!(is_done.await, Ok(7));
        let Wait { done, pending } = wait(pending, Until::All).await;
        assert_eq!((done.len(), pending.len()), (1, 0));
    });
}

#[tokio::test(start_paused = true)]
async fn c120_one_wait_after_the_other() {
    let mut left: Vec<Task<u64>> = [30, 10, 20].map(|ms| spawn(weftwork_tests::after(ms, ms))).into();
    let mut order = Vec::new();
    while !left.is_empty() {
        let Wait { done, pending } = wait(left, Until::FirstCompleted).await;
        for task in done {
            order.push(task.await.unwrap());
        }
        left = pending.into_iter().collect();
    }
    assert_eq!(order, [10, 20, 30]);
}

#[test]
fn c121_cancelled_they_are_gone_with_their_clean_ups() {
    on_both_runtimes(|| async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let pending = standing(&log, &gate, &["a", "b"]).await;
        let open_both = async {
            for count in 1..=2 {
                gate.notify_one();
                while log.text().matches(')').count() < count {
                    tokio::task::yield_now().await;
                }
            }
        };
        tokio::join!(pending.cancel(), open_both);
        log.note("back");
        let text = log.text();
        assert!(text.starts_with("+a +b ") && text.ends_with(" back") && text.matches(')').count() == 2, "{text}");
        assert_eq!(clean_ups().len(), 0);
    });
}

/// The cancellation does not wait for its `.await`, and a wait for it that is dropped is left to those around.
#[tokio::test(start_paused = true)]
async fn c121_it_begins_at_once() {
    let (log, gate) = (Log::new(), Arc::new(Notify::new()));
    let pending = standing(&log, &gate, &["a"]).await;
    let cancelled = pending.cancel();
    spin().await;
    gate.notify_one();
    spin().await;
    assert_eq!(log.text(), "+a a)");
    cancelled.await;
    let pending = standing(&log, &gate, &["b"]).await;
    let opened = async {
        spin().await;
        log.note("open");
        gate.notify_one();
    };
    let (result, ()) = tokio::join!(timeout(Duration::ZERO, pending.cancel()), opened);
    result.unwrap_err();
    log.note("back");
    assert_eq!(log.text(), "+a a) +b open b) back");
}

#[tokio::test(start_paused = true)]
async fn c121_one_that_takes_too_long_is_named() {
    Reports::start();
    let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), Instant::now());
    let pending = standing(&log, &gate, &["c121 slow"]).await;
    let id = pending.iter().next().unwrap().id();
    with_grace(secs(3), pending.cancel()).await;
    assert_eq!(start.elapsed(), secs(3));
    let reports = Reports::take("c121 slow");
    let [report] = &reports[..] else { panic!("one report, and not {reports:?}") };
    assert_eq!((report.kind(), report.task()), (ReportKind::TaskOverdue, Some(id)));
    assert!(!clean_ups().is_empty(), "it stays tracked");
    gate.notify_one();
    assert_eq!(drain(Duration::MAX).await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn c121_without_one_it_is_ready_at_once() {
    let Wait { pending, .. } = wait(Vec::<Task<()>>::new(), Until::All).await;
    weftwork_tests::finished(std::pin::pin!(pending.cancel()));
}

/// One that had ended meanwhile is as gone as any; its panic is reported.
#[tokio::test]
async fn c121_those_that_have_ended_meanwhile() {
    Reports::start();
    let (go, gone) = oneshot::channel::<()>();
    let work = async {
        gone.await.unwrap();
        panic!("on purpose");
    };
    let tasks: [Task<()>; 2] = [spawn(work).named("c121 ended"), spawn(ready(()))];
    let Wait { pending, .. } = wait(tasks, Until::FirstCompleted).await;
    go.send(()).unwrap();
    spin().await;
    assert_eq!(Reports::take("c121 ended").len(), 0);
    pending.cancel().await;
    assert_eq!(Reports::take("c121 ended").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn c121_dropped_they_are_cancelled() {
    let (log, gate) = (Log::new(), Arc::new(Notify::new()));
    let pending = standing(&log, &gate, &["a", "b"]).await;
    drop(pending);
    assert_eq!(clean_ups().iter().map(|left| left.name().to_owned()).collect::<Vec<_>>(), ["a", "b"]);
    spin().await;
    gate.notify_one();
    gate.notify_waiters();
    assert_eq!(drain(Duration::MAX).await.len(), 0);
    assert_eq!(log.text().matches(')').count(), 2);
}

#[tokio::test(start_paused = true)]
async fn c121_by_name_and_one_by_one() {
    let (log, gate) = (Log::new(), Arc::new(Notify::new()));
    let pending = standing(&log, &gate, &["a", "b"]).await;
    let shown = format!("{pending:?}");
    assert!(shown.contains("\"a\"") && shown.contains("\"b\""), "{shown}");
    assert_eq!((&pending).into_iter().filter_map(Task::name).collect::<Vec<_>>(), ["a", "b"]);
    let mut kept = Vec::new();
    for task in pending {
        if task.name() == Some("a") {
            gate.notify_one();
            assert_eq!(task.cancel().await, None);
        } else {
            kept.push(task);
        }
    }
    assert_eq!((log.text().as_str(), kept.len()), ("+a +b a)", 1));
    gate.notify_one();
}
