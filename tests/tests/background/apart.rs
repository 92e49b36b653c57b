//! C125: it belongs to the program, and not to its caller.

use std::future::pending;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use weftwork::{
    Context, Group, ReportKind, background, clean_ups, context, drain, drain_background, gather, millis, race, secs, spawn,
    task_group, timeout, with, with_grace,
};
use weftwork_tests::{Log, Reports, on_both_runtimes, poll_once, spin};

use super::kit::{alive, noted, slow, turns};

/// Runs for five seconds in the background.
fn five_seconds(log: &Log, name: &'static str) {
    let log = log.clone();
    let cut = log.on_drop("gone");
    background(name, async move {
        let _cut = cut;
        sleep(secs(5)).await;
        log.note("ended");
    });
}

/// It came to its own end, at its own time.
async fn assert_it_runs_on(log: &Log, start: Instant) {
    spin().await;
    assert_eq!(log.text(), "", "it runs on");
    assert!(clean_ups().is_empty(), "nobody waits for it: {:?}", clean_ups());
    assert!(drain_background(Duration::MAX).await.is_empty());
    assert_eq!((log.text().as_str(), start.elapsed()), ("ended gone", secs(5)));
}

#[tokio::test(start_paused = true)]
async fn c125_the_callers_end() {
    let (log, start) = (Log::new(), Instant::now());
    let inner = log.clone();
    spawn(async move { five_seconds(&inner, "c125 end") }).await.unwrap();
    assert_eq!(start.elapsed(), secs(0));
    assert_it_runs_on(&log, start).await;
}

#[tokio::test(start_paused = true)]
async fn c125_the_callers_timeout() {
    let (log, start) = (Log::new(), Instant::now());
    let work = async {
        five_seconds(&log, "c125 timeout");
        pending::<()>().await;
    };
    timeout(secs(1), work).await.unwrap_err();
    assert_eq!(start.elapsed(), secs(1), "nobody waits for it");
    assert_it_runs_on(&log, start).await;
}

#[tokio::test(start_paused = true)]
async fn c125_the_callers_cancellation() {
    let (log, start) = (Log::new(), Instant::now());
    let inner = log.clone();
    let task = spawn(async move {
        five_seconds(&inner, "c125 cancelled");
        pending::<()>().await;
    });
    spin().await;
    assert_eq!(task.cancel().await, None);
    assert_eq!(start.elapsed(), secs(0), "nobody waits for it");
    assert_it_runs_on(&log, start).await;
}

#[tokio::test(start_paused = true)]
async fn c125_the_callers_handle_is_dropped() {
    let (log, start) = (Log::new(), Instant::now());
    let inner = log.clone();
    let task = spawn(async move {
        five_seconds(&inner, "c125 dropped");
        pending::<()>().await;
    });
    spin().await;
    drop(task);
    assert_it_runs_on(&log, start).await;
}

#[tokio::test(start_paused = true)]
async fn c125_the_failure_of_the_group_that_it_was_called_in() {
    for by_the_body in [false, true] {
        let (log, start) = (Log::new(), Instant::now());
        let group = task_group(async |group: Group<String>| {
            let inner = log.clone();
            if by_the_body {
                five_seconds(&inner, "c125 group");
                return Err(String::from("on purpose"));
            }
            group.spawn(async move {
                five_seconds(&inner, "c125 group");
                Err::<(), String>(String::from("on purpose"))
            });
            pending().await
        });
        let error = group.await.map(|(): ()| ()).unwrap_err();
        assert_eq!(error.into_errors().collect::<Vec<_>>(), ["on purpose"]);
        assert_eq!(start.elapsed(), secs(0), "the group does not wait for it");
        assert_it_runs_on(&log, start).await;
    }
}

#[tokio::test(start_paused = true)]
async fn c125_a_group_that_ends_well_or_is_cancelled_does_not_wait_for_it() {
    for is_cancelled in [false, true] {
        let (log, start) = (Log::new(), Instant::now());
        task_group(async |group| {
            let inner = log.clone();
            let child = group.spawn(async move {
                five_seconds(&inner, "c125 ends well");
                if is_cancelled {
                    pending::<()>().await;
                }
            });
            if is_cancelled {
                spin().await;
                group.cancel();
            }
            assert_eq!(child.await.is_err(), is_cancelled);
        })
        .await
        .unwrap();
        assert_eq!(start.elapsed(), secs(0));
        assert_it_runs_on(&log, start).await;
    }
}

async fn panics() {
    panic!("of the child's");
}

#[tokio::test(start_paused = true)]
async fn c125_its_failure_is_no_failure_of_the_group() {
    let reports = Reports::of("c125 no failure");
    task_group(async |group| {
        background("c125 no failure", async { Err::<(), _>("of the body's") });
        group.spawn(async { background("c125 no failure", panics()) });
        spin().await;
    })
    .await
    .unwrap();
    assert!(drain_background(Duration::MAX).await.is_empty());
    let kinds: Vec<ReportKind> = reports.all().iter().map(weftwork::Report::kind).collect();
    assert_eq!(kinds, [ReportKind::TaskFailed, ReportKind::TaskPanicked]);
}

#[tokio::test(start_paused = true)]
async fn c125_a_lost_race_and_a_failed_gather() {
    let (log, start) = (Log::new(), Instant::now());
    let calls = |name| {
        let log = log.clone();
        async move {
            five_seconds(&log, name);
            pending::<Result<(), &str>>().await
        }
    };
    race!(calls("c125 race"), async {
        spin().await;
        Ok(())
    })
    .await
    .unwrap();
    gather!(calls("c125 gather")?, async {
        spin().await;
        Err::<(), &str>("on purpose")
    }?)
    .await
    .unwrap_err();
    assert_eq!((start.elapsed(), log.text().as_str()), (secs(0), ""));
    assert!(drain_background(Duration::MAX).await.is_empty());
    assert_eq!((start.elapsed(), log.text().as_str()), (secs(5), "ended gone ended gone"));
}

/// In the clean-up of a context, whose caller waits for that.
#[tokio::test(start_paused = true)]
async fn c125_called_by_a_clean_up() {
    fn starts(log: &Log) -> Context<()> {
        let log = log.clone();
        context!(async move {
            yield ();
            five_seconds(&log, "c125 clean-up");
            turns().await;
        })
    }
    let (log, start) = (Log::new(), Instant::now());
    timeout(Duration::ZERO, with!(_ = starts(&log), { pending::<()>().await })).await.unwrap_err();
    assert_eq!(start.elapsed(), secs(0), "nobody waits for it");
    assert_it_runs_on(&log, start).await;
    // Handed over to nobody.
    let (log, start) = (Log::new(), Instant::now());
    let mut work = Box::pin(with!(_ = starts(&log), { pending::<()>().await }));
    assert!(poll_once(work.as_mut()).is_pending());
    drop(work);
    assert!(drain(Duration::MAX).await.is_empty());
    assert_eq!(start.elapsed(), secs(0), "`drain` does not wait for it");
    assert_it_runs_on(&log, start).await;
}

/// Its caller has one second for clean-ups; it has the ten that are there where nothing is said.
#[tokio::test(start_paused = true)]
async fn c125_the_grace_period_does_not_go_along() {
    let reports = Reports::of("c125 grace");
    let log = Log::new();
    let (took, has_taken) = oneshot::channel();
    let inner = log.clone();
    with_grace(secs(1), async {
        background("c125 grace, background", async move {
            let start = Instant::now();
            let work = with!(_ = slow(&inner, "c125 grace", secs(60)), { pending::<()>().await });
            timeout(Duration::ZERO, work).await.unwrap_err();
            took.send(start.elapsed()).unwrap();
        });
        spin().await;
    })
    .await;
    assert_eq!(has_taken.await.unwrap(), secs(10));
    assert!(reports.one().message().contains("longer than 10s"), "{:?}", reports.all());
    assert!(drain(secs(60)).await.is_empty());
}

/// The failures of its clean-ups are nothing that a group around its caller collects.
#[tokio::test(start_paused = true)]
async fn c125_the_group_that_collects_does_not_go_along() {
    fn failing() -> Context<(), &'static str> {
        let context: Context<(), &'static str> = context!(async {
            yield ();
            turns().await;
            Err("in the clean-up")
        });
        context.named("c125 collects")
    }
    let reports = Reports::of("c125 collects");
    let log = Log::new();
    let group = task_group(async |group: Group<&'static str>| {
        group.spawn(async {
            background("c125 collects, background", async {
                let work = with!(_ = failing(), async || -> Result<(), &'static str> { pending().await });
                timeout(millis(1), work).await.unwrap_err();
            });
        });
        // The group goes on failing while that happens.
        let sibling = slow(&log, "c125 sibling", secs(2));
        group.spawn(with!(_ = sibling, { pending::<()>().await }));
        spin().await;
        Err::<(), _>("on purpose")
    });
    let error = group.await.unwrap_err();
    assert_eq!((error.len(), error.clean_ups().len()), (1, 0), "{error:?}");
    assert_eq!(reports.one().kind(), ReportKind::CleanUpFailed);
    assert_eq!(log.text(), "c125 sibling( c125 sibling)");
    assert!(drain_background(Duration::ZERO).await.is_empty());
}

#[test]
fn c125_it_lives_on_behind_its_caller() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let (begun, has_begun) = oneshot::channel();
        let inner = log.clone();
        let caller = spawn(async move {
            background("c125 lives on", async move {
                let work = with!(_ = noted(&inner, "inside"), {
                    begun.send(()).unwrap();
                    pending::<()>().await;
                });
                work.await;
            });
            pending::<()>().await;
        });
        has_begun.await.unwrap();
        assert_eq!(caller.cancel().await, None);
        turns().await;
        assert_eq!((log.text().as_str(), alive("c125 lives on")), ("", 1));
        assert!(drain_background(Duration::ZERO).await.is_empty());
        assert_eq!((log.text().as_str(), alive("c125 lives on")), ("inside( inside)", 0));
    });
}
