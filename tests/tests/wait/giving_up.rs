//! A `wait` that is dropped before its end drops the tasks that it took.

use std::future::{pending, ready};
use std::pin::pin;
use std::time::Duration;

use tokio::sync::oneshot;
use weftwork::{Context, Task, Until, clean_ups, context, drain, millis, race, spawn, timeout, wait, with};
use weftwork_tests::{Log, after, on_both_runtimes, poll_once, spin};

async fn standing(log: &Log) -> Task<()> {
    let (entered, is_entered) = oneshot::channel();
    let log = log.clone();
    let context: Context<()> = context!(async move {
        yield ();
        log.note("(");
        tokio::task::yield_now().await;
        log.note(")");
    });
    let task = spawn(with!(_ = context, async move {
        entered.send(()).unwrap();
        pending::<()>().await;
    }));
    is_entered.await.unwrap();
    task
}

#[test]
fn c122_the_tasks_that_it_took_are_cancelled() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let tasks = [standing(&log).await, standing(&log).await];
        let mut waiting = Box::pin(wait(tasks, Until::All));
        assert!(poll_once(waiting.as_mut()).is_pending());
        assert_eq!(log.text(), "");
        drop(waiting);
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text().matches(')').count(), 2);
    });
}

#[test]
fn c122_before_its_first_poll() {
    on_both_runtimes(|| async {
        let log = Log::new();
        drop(wait([standing(&log).await], Until::All));
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "( )");
    });
}

#[test]
fn c122_a_timeout_around_waits_for_them() {
    on_both_runtimes(|| async {
        let log = Log::new();
        timeout(Duration::ZERO, wait([standing(&log).await], Until::All)).await.unwrap_err();
        log.note("back");
        assert_eq!(log.text(), "( ) back");
        assert_eq!(clean_ups().len(), 0);
    });
}

#[test]
fn c122_a_race_that_it_loses() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let tasks = [standing(&log).await];
        let won = race!(async { wait(tasks, Until::All).await.done.len() }, ready(7)).await;
        log.note(format!("{won}"));
        assert_eq!(log.text(), "( ) 7");
    });
}

/// By reference nothing is lost: it goes on where it was.
#[tokio::test(start_paused = true)]
async fn c122_in_a_select_by_reference() {
    let mut waiting = pin!(wait([35, 15].map(|ms| spawn(after(ms, ms))), Until::All).timeout(millis(100)));
    let mut ticks = 0;
    let ended = loop {
        tokio::select! {
            ended = &mut waiting => break ended,
            () = tokio::time::sleep(millis(10)) => ticks += 1,
        }
    };
    assert_eq!((ended.done.len(), ended.pending.len(), ticks), (2, 0, 3));
}

#[tokio::test]
async fn c122_it_may_go_from_task_to_task() {
    let (go, gone) = oneshot::channel::<u8>();
    let mut waiting = Box::pin(wait([spawn(gone)], Until::All));
    assert!(poll_once(waiting.as_mut()).is_pending());
    let elsewhere = tokio::spawn(async move { waiting.await.done.len() });
    spin().await;
    go.send(7).unwrap();
    assert_eq!(elsewhere.await.unwrap(), 1);
}

#[tokio::test]
async fn c122_its_debug_names_the_tasks() {
    let waiting = wait([spawn(ready(7)).named("c122 shown")], Until::All);
    let shown = format!("{waiting:?}");
    assert!(shown.contains("c122 shown") && shown.contains("Until::All"), "{shown}");
}
