//! A place is free when the clean-ups of the body have ended. Cases P13, P45 and P46.

use std::future::pending;

use futures::FutureExt;
use tokio::time::sleep;
use weftwork::{Context, LimitExceeded, Limiter, context, limit, millis, secs, timeout, with};
use weftwork_tests::{Log, finished, timed};

use super::begun;

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
async fn p46_a_call_that_is_dropped_gives_its_place_back_when_it_is_cleaned_up() {
    static ONE: Limiter = Limiter::new(1);
    #[limit(shared = ONE)]
    async fn load(log: &Log, hangs: bool) {
        log.note("in");
        if hangs {
            with!(_ = lease(log), { pending::<()>().await }).await;
        }
    }
    let log = Log::new();
    drop(begun(load(&log, true)));
    assert_eq!(ONE.available(), 0);
    let ((), took) = timed(load(&log, false)).await;
    assert_eq!((log.text().as_str(), took, ONE.available()), ("in cleaned in", secs(1), 1));
}

#[tokio::test(start_paused = true)]
async fn p46_of_a_keyed_one_the_key_alone_waits() {
    #[limit(1, key = id)]
    async fn load(log: &Log, id: u32, hangs: bool) {
        if hangs {
            with!(_ = lease(log), { pending::<()>().await }).await;
        }
    }
    let log = Log::new();
    drop(begun(load(&log, 1, true)));
    assert_eq!(timed(load(&log, 2, false)).await.1, secs(0));
    assert_eq!(timed(load(&log, 1, false)).await.1, secs(1));
}

#[tokio::test(start_paused = true)]
async fn p46_on_an_error_a_panic_and_a_value_it_ends_before_the_call_does() {
    #[limit(1)]
    async fn load(log: &Log, way: &str) -> Result<u8, String> {
        with!(_ = lease(log), {
            match way {
                "error" => Err(String::from("error")),
                "panic" => panic!("panic"),
                _ => Ok(1),
            }
        })
        .await
    }
    let log = Log::new();
    assert_eq!(timed(load(&log, "value")).await, (Ok(1), secs(1)));
    assert_eq!(timed(load(&log, "error")).await, (Err("error".into()), secs(1)));
    let panicked = std::panic::AssertUnwindSafe(load(&log, "panic")).catch_unwind().await;
    assert!(panicked.is_err());
    let (value, _) = timed(load(&log, "value")).await;
    assert_eq!((value, log.text().as_str()), (Ok(1), "cleaned cleaned cleaned cleaned"));
}

#[tokio::test(start_paused = true)]
async fn p46_under_a_timeout_the_next_call_comes_in_when_it_is_cleaned_up() {
    #[limit(1)]
    #[timeout(100ms, or = ())]
    async fn load(log: &Log, hangs: bool) {
        log.note("in");
        if hangs {
            with!(_ = lease(log), { pending::<()>().await }).await;
        }
    }
    #[timeout(100ms, or = ())]
    #[limit(1)]
    async fn around(log: &Log, hangs: bool) {
        log.note("in");
        if hangs {
            with!(_ = lease(log), { pending::<()>().await }).await;
        }
    }
    let log = Log::new();
    let (_, took) = timed(async { tokio::join!(load(&log, true), load(&log, false)) }).await;
    assert_eq!((log.text().as_str(), took), ("in cleaned in", millis(1100)));
    let log = Log::new();
    assert_eq!(timed(around(&log, true)).await.1, millis(1100));
    finished(Box::pin(around(&log, false)).as_mut());
    assert_eq!(log.text(), "in cleaned in");
}

#[tokio::test(start_paused = true)]
async fn p13_a_waiter_that_leaves_has_nothing_to_clean_up() {
    #[limit(1, wait = 10s)]
    async fn load(log: &Log) -> Result<(), LimitExceeded> {
        with!(_ = lease(log), { sleep(secs(1)).await }).await;
        Ok(())
    }
    let log = Log::new();
    let runs = begun(load(&log));
    drop(begun(load(&log)));
    assert_eq!(timed(runs).await.1, secs(2));
    assert_eq!((timed(load(&log)).await.1, log.text().as_str()), (secs(2), "cleaned cleaned"));
}
