//! What is left where somebody leaves: clean-ups, threads, waiters that nobody polls, clocks, wakers that panic.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use tokio::runtime::{Builder, Handle};
use tokio::time::{Instant, advance, sleep};
use weftwork::{LimitReason, Limiter, blocking, context, drain, limit, millis, secs, spawn, timeout, with, with_grace};
use weftwork_tests::{Reports, poll_once};

/// Nothing here takes so long.
async fn ends<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(secs(100_000), future).await.expect("it ends")
}

#[tokio::test(start_paused = true)]
async fn p46_p54_a_clean_up_that_asks_for_the_permit_kept_for_it_is_refused() {
    static LIMITER: Limiter = Limiter::new(1);
    fn asks() -> weftwork::Context<()> {
        context!(async {
            yield ();
            let refusal = LIMITER.turn().run(async {}).await.unwrap_err();
            assert_eq!(refusal.reason(), LimitReason::WaitsForItself);
        })
    }
    let reports = Reports::of("asks");
    // Handed over, and on the way out of the body.
    assert!(timeout(secs(1), LIMITER.run(with!(_ = asks(), { pending::<()>().await }))).await.is_err());
    drop(ends(LIMITER.acquire()).await);
    ends(LIMITER.run(async { with!(_ = asks(), {}).await })).await;
    assert_eq!((LIMITER.available(), reports.all().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn p46_a_clean_up_that_outlasts_the_grace_keeps_the_permit() {
    #[limit(1)]
    async fn call() -> bool {
        let slow = context!(async {
            yield ();
            sleep(secs(60)).await;
        });
        let slow: weftwork::Context<()> = slow;
        with_grace(secs(2), timeout(secs(1), with!(_ = slow.named("p46_slow"), { pending::<()>().await }))).await.is_err()
    }
    let reports = Reports::of("p46_slow");
    let start = Instant::now();
    assert!(call().await);
    assert_eq!(start.elapsed(), secs(3));
    assert_eq!(reports.all().len(), 1, "it was waited for long enough");
    assert!(timeout(secs(50), call()).await.is_err());
    assert!(ends(call()).await);
    assert_eq!(start.elapsed(), secs(64));
    assert!(drain(secs(100)).await.is_empty());
}

#[test]
fn p54_a_blocking_body_that_asks_for_the_place_of_its_own_call_is_refused() {
    static LIMITER: Limiter = Limiter::new(1);
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let reason = runtime.block_on(LIMITER.run(async {
        let handle = Handle::current();
        let inner = blocking(move || handle.block_on(LIMITER.turn().run(async {})));
        inner.await.unwrap_err().reason()
    }));
    assert_eq!(reason, LimitReason::WaitsForItself);
}

#[tokio::test(start_paused = true)]
async fn p67_a_waiter_that_is_not_polled_stops_nobody() {
    static RATE: Limiter = Limiter::rate(10, secs(1)).burst(1);
    drop(RATE.acquire().await);
    let mut head = Box::pin(RATE.acquire());
    assert!(poll_once(head.as_mut()).is_pending());
    let start = Instant::now();
    // The first one moves the line when it is its own turn. What was not used until then is not made up for, so each is a turn late.
    let (one, other) = (spawn(async { drop(RATE.acquire().await) }), spawn(async { drop(RATE.acquire().await) }));
    ends(async {
        one.await.unwrap();
        other.await.unwrap();
    })
    .await;
    assert!(start.elapsed() <= millis(400), "{:?}", start.elapsed());
    drop(ends(head).await);
}

#[tokio::test(start_paused = true)]
async fn p69_behind_a_time_of_standing_still_no_more_than_the_burst_come_at_once() {
    static RATE: Limiter = Limiter::rate(1, secs(1)).burst(1);
    drop(RATE.acquire().await);
    let start = Instant::now();
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            spawn(async move {
                drop(RATE.acquire().await);
                start.elapsed()
            })
        })
        .collect();
    tokio::task::yield_now().await;
    advance(secs(2)).await;
    let mut passed = Vec::new();
    for one in waiting {
        passed.push(ends(one).await.unwrap().as_millis().div_ceil(10) / 100);
    }
    assert_eq!(passed, [2, 3, 4]);
}

#[test]
fn p67_the_clock_of_another_runtime_may_have_been_far_ahead() {
    static RATE: Limiter = Limiter::rate(10, secs(1));
    let paused = || Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let use_up = async || {
        for _ in 0..10 {
            drop(RATE.acquire().await);
        }
    };
    paused().block_on(async {
        advance(secs(3600)).await;
        use_up().await;
    });
    paused().block_on(async {
        let refusal = RATE.turn().wait(millis(0)).acquire().await.unwrap_err();
        assert!(refusal.retry_after().unwrap() <= secs(1), "{refusal}");
        drop(ends(RATE.acquire()).await);
    });
}

#[tokio::test(start_paused = true)]
async fn p45_a_waker_that_panics_does_not_keep_the_others_asleep() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker");
        }
    }
    static LIMITER: Limiter = Limiter::new(2);
    let both = LIMITER.acquire_many(2).await;
    let mut first = Box::pin(LIMITER.acquire());
    let waker = Waker::from(Arc::new(Panics));
    assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let second = spawn(async { drop(LIMITER.acquire().await) });
    tokio::task::yield_now().await;
    assert!(catch_unwind(AssertUnwindSafe(|| drop(both))).is_err());
    ends(second).await.unwrap();
}
