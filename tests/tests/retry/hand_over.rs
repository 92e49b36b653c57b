//! P92: what an attempt has given up is cleaned up before the next one starts.

use std::future::pending;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::sleep;
use weftwork::{Context, Retry, attempt, clean_ups, context, drain, millis, secs, spawn, timeout, with, with_grace};
use weftwork_tests::{Log, timed};

use super::Calls;

/// Its clean-up takes a second.
fn lease(log: &Log) -> Context<()> {
    let log = log.clone();
    context!(async move {
        yield ();
        sleep(secs(1)).await;
        log.note("cleaned");
    })
}

#[tokio::test(start_paused = true)]
async fn p92_an_attempt_that_expires_is_cleaned_up_first() {
    let log = Log::new();
    let retry = Retry::attempts(2).run(async || {
        log.note(attempt().to_string());
        timeout(millis(100), with!(_ = lease(&log), { pending::<()>().await })).await
    });
    assert!(retry.await.is_err());
    assert_eq!(log.text(), "1 cleaned 2 cleaned");
}

/// Drops a task that has entered the context.
async fn drop_a_task(log: &Log) {
    let lease = lease(log);
    let task = spawn(with!(_ = lease, { pending::<()>().await }));
    yield_now().await;
    drop(task);
}

#[tokio::test(start_paused = true)]
async fn p92_so_is_one_that_drops_a_task_and_fails() {
    let log = Log::new();
    let retry = Retry::attempts(3).run(async || {
        log.note(attempt().to_string());
        drop_a_task(&log).await;
        Err::<(), _>("failed")
    });
    // The error of an attempt is seen when it is cleaned up.
    assert_eq!(timed(retry).await, (Err("failed"), secs(3)));
    assert_eq!(log.text(), "1 cleaned 2 cleaned 3 cleaned");
}

#[tokio::test(start_paused = true)]
async fn p92_what_it_drops_with_its_future_counts() {
    let log = Log::new();
    let retry = Retry::attempts(2).run(|| {
        log.note(attempt().to_string());
        let log = log.clone();
        let mut task = None;
        // Holds the task beyond its result.
        std::future::poll_fn(move |_| {
            if task.is_none() {
                let lease = lease(&log);
                task = Some(spawn(with!(_ = lease, { pending::<()>().await })));
            }
            std::task::Poll::Ready(Err::<(), _>("failed"))
        })
    });
    assert_eq!(retry.await, Err("failed"));
    // The tasks had not entered: the attempts have waited until both were gone.
    assert_eq!((log.text().as_str(), clean_ups().len()), ("1 2", 0));
}

#[tokio::test(start_paused = true)]
async fn p92_success_waits_for_nothing() {
    let log = Log::new();
    let retry = Retry::attempts(3).run(async || {
        drop_a_task(&log).await;
        Ok::<_, ()>(())
    });
    assert_eq!(timed(retry).await, (Ok(()), Duration::ZERO));
    assert_eq!(drain(secs(9)).await.len(), 0);
    assert_eq!(log.text(), "cleaned");
}

#[tokio::test(start_paused = true)]
async fn p92_it_waits_for_the_grace_period_at_most() {
    let (log, calls) = (Log::new(), Calls::new());
    weftwork_tests::Reports::start();
    let retry = Retry::attempts(2).run(async || {
        drop_a_task(&log).await;
        calls.fail().await
    });
    let ((), took) = timed(with_grace(millis(100), async { assert!(retry.await.is_err()) })).await;
    assert_eq!((calls.at(), took), (vec![0, 100], millis(200)));
    assert_eq!(drain(secs(9)).await.len(), 0);
}
