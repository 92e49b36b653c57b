//! Failures that meet a cancellation from outside.

use std::future::{Future, pending};
use std::pin::{Pin, pin};

use weftwork::{Context, Group, GroupError, OnFailure, ReportKind, context, millis, secs, task_group, timeout, with};
use weftwork_tests::{Reports, after, finished, on_both_runtimes, poll_once, polls::polls, spin};

type Boxed = Pin<Box<dyn Future<Output = Result<(), GroupError<String>>> + Send>>;

/// Both have come when the caller is polled again.
#[tokio::test(start_paused = true)]
async fn c107_the_error_of_a_child_wins_over_an_outer_cancellation() {
    let reports = Reports::of("c107 at once");
    let group = task_group(async |group: Group<String>| {
        group.spawn_named("c107 at once", async { after(1000, Err::<(), _>("broken")).await });
        pending::<Result<(), String>>().await
    });
    let mut work = pin!(timeout(secs(1), group));
    assert!(poll_once(work.as_mut()).is_pending());
    spin().await;
    tokio::time::advance(secs(1)).await;
    spin().await;
    let ended = finished(work).expect("the error was there at the deadline");
    assert_eq!(ended.unwrap_err().into_first(), "broken");
    assert!(reports.all().is_empty());
}

#[test]
fn c107_an_error_that_came_before_the_group_was_cancelled() {
    on_both_runtimes(|| async {
        let error = task_group(async |group: Group<String>| {
            let inner = group.clone();
            let outside = tokio::spawn(group.spawn(async { Err::<(), _>("broken") }));
            // Cancelled from outside, once the child has failed.
            tokio::spawn(async move {
                assert!(outside.await.unwrap().unwrap_err().is_failure());
                inner.cancel();
            });
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        assert_eq!(error.into_first(), "broken");
    });
}

/// Where nobody is there any more to get it, it is reported.
#[tokio::test(start_paused = true)]
async fn c107_an_error_of_a_group_that_is_dropped_while_it_stops() {
    let (child, body) = (Reports::of("c107 child"), Reports::of("c107 group"));
    let slow = || -> Context<()> {
        context!(async {
            yield ();
            after(5000, ()).await;
        })
    };
    let group = task_group(async |group: Group<String>| {
        group.spawn(async move { with!(_ = slow(), { pending::<()>().await }).await });
        spin().await;
        group.spawn_named("c107 child", async { Err::<(), _>("broken") });
        pending::<Result<(), String>>().await
    })
    .named("c107 group");
    assert!(timeout(millis(100), group).await.is_err());
    let report = child.one();
    assert_eq!((report.kind(), report.message()), (ReportKind::TaskFailed, "failed: broken"));
    assert!(report.task().is_some() && report.site().unwrap().file().ends_with("outer.rs"));

    let group = task_group(async |group: Group<String>| {
        group.spawn(async move { with!(_ = slow(), { pending::<()>().await }).await });
        spin().await;
        Err::<(), _>("of the body".to_owned())
    })
    .named("c107 group");
    assert!(timeout(millis(100), group).await.is_err());
    let report = body.one();
    assert_eq!((report.kind(), report.message()), (ReportKind::TaskFailed, "failed: of the body"));
}

/// The failure of a child and the drop, with no poll in between.
#[test]
fn c107_an_error_that_the_group_had_not_seen_when_it_was_dropped() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c107 unseen");
        for policy in [OnFailure::Cancel, OnFailure::Collect] {
            let (hand_out, handed_out) = tokio::sync::oneshot::channel();
            let body = async |group: Group<String>| {
                let child = group.spawn_named("c107 unseen", async { Err::<(), _>("broken") });
                hand_out.send(child).unwrap();
                pending::<Result<(), String>>().await
            };
            let mut group: Boxed = Box::pin(task_group(body).on_failure(policy));
            assert!(polls(1, group.as_mut()).await.is_none());
            assert!(handed_out.await.unwrap().await.unwrap_err().is_failure());
            assert!(reports.all().is_empty());
            drop(group);
            assert_eq!(reports.one().kind(), ReportKind::TaskFailed);
            drop(Reports::take("c107 unseen"));
        }
    });
}
