//! Rates, on a clock that the tests move. Cases P67 to P74.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, advance, sleep};
use weftwork::{LimitReason, Limiter, Permit, millis, secs};
use weftwork_tests::{Log, finished, poll_once, timed};

/// When each of so many calls, which all ask now, passes.
async fn passes(limiter: &Limiter, calls: usize) -> Vec<Duration> {
    let start = Instant::now();
    join_all((0..calls).map(|_| async move {
        let _permit = limiter.acquire().await;
        start.elapsed()
    }))
    .await
}

#[tokio::test(start_paused = true)]
async fn p67_a_burst_at_once_and_then_one_after_the_other() {
    let limiter = Limiter::rate(100, secs(1)).burst(20);
    let expected: Vec<_> = (0..30).map(|n: u64| millis(n.saturating_sub(19) * 10)).collect();
    assert_eq!(passes(&limiter, 30).await, expected);
}

#[tokio::test(start_paused = true)]
async fn p67_in_order() {
    let limiter = &Limiter::rate(100, secs(1)).burst(1);
    let log = &Log::new();
    join_all(["a", "b", "c", "d"].map(|name| limiter.run(async move { log.note(name) }))).await;
    assert_eq!(log.text(), "a b c d");
}

#[tokio::test(start_paused = true)]
async fn p67_a_pace_of_no_whole_milliseconds_does_not_slow_down() {
    let limiter = Limiter::rate(3000, secs(1)).burst(1);
    let last = passes(&limiter, 3001).await.pop().unwrap();
    // A timer counts whole milliseconds; the thousand of them do not add up.
    assert!(last >= secs(1) && last <= millis(1002), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn p68_without_a_burst_as_many_as_the_rate_counts() {
    let limiter = Limiter::rate(10, secs(60));
    let passed = passes(&limiter, 12).await;
    assert_eq!(passed[..10], [secs(0); 10]);
    assert_eq!(passed[10..], [secs(6), secs(12)]);
}

#[tokio::test(start_paused = true)]
async fn p69_after_a_long_time_never_more_than_the_burst() {
    let limiter = Limiter::rate(10, secs(1)).burst(3);
    for _ in 0..3 {
        advance(secs(1000)).await;
        assert_eq!(passes(&limiter, 5).await, [millis(0), millis(0), millis(0), millis(100), millis(200)]);
    }
    advance(millis(150)).await;
    assert_eq!(limiter.available(), 1);
}

#[tokio::test(start_paused = true)]
async fn p70_a_turn_that_is_known_to_come_too_late_is_refused_at_once() {
    let limiter = Limiter::rate(10, secs(1)).burst(1);
    let asks = || limiter.turn().wait(millis(150)).acquire();
    drop(asks().await.unwrap());
    let mut second = pin!(asks());
    assert!(poll_once(second.as_mut()).is_pending());
    let (refusal, took) = timed(asks()).await;
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.reason(), refusal.waiting(), took), (LimitReason::WaitedTooLong, 1, secs(0)));
    assert_eq!(refusal.retry_after(), Some(millis(200)));
    assert_eq!(refusal.to_string(), "a call of a limiter got no place within 150ms, one is free in 200ms");
    // The refusals have used no quota.
    for _ in 0..10 {
        asks().await.unwrap_err();
    }
    drop(second.await.unwrap());
    sleep(millis(100)).await;
    let ((), took) = timed(async { drop(asks().await.unwrap()) }).await;
    assert_eq!(took, secs(0));
}

#[tokio::test(start_paused = true)]
async fn p70_made_when_it_says_so_it_passes() {
    let limiter = Limiter::rate(3, secs(1)).burst(2).named("mails");
    for _ in 0..20 {
        match limiter.try_acquire() {
            Ok(_) => {}
            Err(refusal) => {
                sleep(refusal.retry_after().unwrap()).await;
                drop(limiter.try_acquire().unwrap());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn p47_p48_a_turn_is_given_back_by_whoever_leaves() {
    let limiter = Limiter::rate(10, secs(1)).burst(1);
    drop(limiter.acquire().await);
    type Waiting<'l> = Pin<Box<dyn Future<Output = Permit<'l>> + 'l>>;
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    for _ in 0..4 {
        let mut one: Waiting<'_> = Box::pin(limiter.acquire());
        assert!(poll_once(one.as_mut()).is_pending());
        waiting.push(one);
    }
    let start = Instant::now();
    drop(waiting.remove(2));
    drop(waiting.remove(0));
    drop(waiting.remove(0).await);
    assert_eq!(start.elapsed(), millis(100));
    drop(waiting.remove(0).await);
    assert_eq!(start.elapsed(), millis(200));
}

#[tokio::test(start_paused = true)]
async fn p48_a_turn_that_was_granted_and_not_taken_is_anothers() {
    let limiter = Limiter::rate(10, secs(1)).burst(2);
    drop(limiter.acquire_many(2).await);
    let mut first = Box::pin(limiter.acquire());
    let mut second = Box::pin(limiter.acquire());
    let mut third = Box::pin(limiter.acquire());
    for waiting in [&mut first, &mut second, &mut third] {
        assert!(poll_once(waiting.as_mut()).is_pending());
    }
    sleep(millis(200)).await;
    // It lets the second one in as well, which is dropped before it looks.
    drop(finished(first.as_mut()));
    drop(second);
    drop(finished(third.as_mut()));
    assert_eq!(limiter.available(), 0);
}

#[tokio::test(start_paused = true)]
async fn p72_a_weight_takes_as_many_units() {
    let limiter = Limiter::rate(10, secs(1)).burst(5);
    drop(limiter.acquire_many(4).await);
    let ((), took) = timed(async { drop(limiter.acquire_many(3).await) }).await;
    assert_eq!(took, millis(200));
    let refusal = limiter.turn().weight(6).acquire().await.unwrap_err();
    assert_eq!((refusal.reason(), refusal.retry_after()), (LimitReason::TooHeavy, None));
    drop(limiter.acquire_many(0).await);
    let ((), took) = timed(async { drop(limiter.acquire_many(5).await) }).await;
    assert_eq!(took, millis(500));
}

#[tokio::test(start_paused = true)]
async fn p73_where_the_rate_refuses_the_permit_of_the_count_is_free_again() {
    let (count, rate) = (Limiter::new(1), Limiter::rate(1, secs(1)));
    let call = || count.run(rate.turn().wait(secs(0)).run(async {}));
    call().await.unwrap();
    call().await.unwrap_err();
    assert_eq!(count.available(), 1);
}

#[tokio::test(start_paused = true)]
async fn p74_the_burst_may_change() {
    let limiter = Limiter::rate(10, secs(1)).burst(1);
    drop(limiter.acquire().await);
    let mut waiting = pin!(limiter.acquire_many(1));
    assert!(poll_once(waiting.as_mut()).is_pending());
    limiter.resize(3);
    drop(finished(waiting));
    assert_eq!((limiter.available(), limiter.count()), (1, 3));
}

#[test]
fn p74_eight_threads_never_get_more_than_the_burst_and_the_rate() {
    static RATE: Limiter = Limiter::rate(20_000, secs(1)).burst(50);
    static ADMITTED: AtomicUsize = AtomicUsize::new(0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(8).enable_time().build().unwrap();
    runtime.block_on(async {
        let start = std::time::Instant::now();
        let tasks = (0..64).map(|n| {
            tokio::spawn(async move {
                for turn in 0..40 {
                    if (n + turn) % 3 == 0 {
                        drop(RATE.acquire().await);
                    } else if RATE.turn().wait(millis(1)).acquire().await.is_err() {
                        continue;
                    }
                    // Counted before the clock is read: so the bound is never too small.
                    let admitted = ADMITTED.fetch_add(1, SeqCst) + 1;
                    let most = 50.0 + 20_000.0 * start.elapsed().as_secs_f64();
                    assert!(admitted as f64 <= most + 1.0, "{admitted} of {most}");
                }
            })
        });
        for task in join_all(tasks).await {
            task.unwrap();
        }
    });
    assert!(ADMITTED.load(SeqCst) >= 50);
    assert_eq!(RATE.metrics().waiting, 0);
}
