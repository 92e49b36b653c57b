//! Counts: order, weights, refusals, and a limit that changes. Cases P40 to P51, P59, P64 and P65.

use std::future::Future;
use std::pin::{Pin, pin};

use futures::future::join_all;
use tokio::time::{Instant, sleep};
use weftwork::{LimitReason, Limiter, LimiterMetrics, Permit, millis, secs, timeout};
use weftwork_tests::{Gauge, Log, finished, panic_within, poll_once, spin, timed};

type Waiting<'l> = Pin<Box<dyn Future<Output = Permit<'l>> + 'l>>;

/// A waiter that stands in the line.
fn waits(limiter: &Limiter, weight: usize) -> Waiting<'_> {
    let mut waiting: Waiting<'_> = Box::pin(limiter.acquire_many(weight));
    assert!(poll_once(waiting.as_mut()).is_pending());
    waiting
}

#[track_caller]
fn stands(limiter: &Limiter, in_use: usize, waiting: usize, limit: usize) {
    let LimiterMetrics { in_use: a, waiting: b, limit: c, .. } = limiter.metrics();
    assert_eq!((a, b, c), (in_use, waiting, limit), "in use, waiting, limit");
}

#[tokio::test]
async fn p42_a_newcomer_never_overtakes_even_if_it_would_fit() {
    let limiter = Limiter::new(4);
    let three = limiter.acquire_many(3).await;
    let mut heavy = waits(&limiter, 2);
    let mut light = waits(&limiter, 1);
    assert!(limiter.try_acquire().is_err());
    assert_eq!(limiter.available(), 0);
    stands(&limiter, 3, 2, 4);
    drop(three);
    let heavy = finished(heavy.as_mut());
    let light = finished(light.as_mut());
    stands(&limiter, 3, 0, 4);
    drop((heavy, light));
    assert_eq!(limiter.available(), 4);
}

#[tokio::test]
async fn p47_a_waiter_that_leaves_keeps_the_order_of_the_others() {
    let limiter = Limiter::new(1);
    let permit = limiter.acquire().await;
    let mut waiting: Vec<_> = (0..5).map(|_| waits(&limiter, 1)).collect();
    for leaves in [4, 2, 0] {
        drop(waiting.remove(leaves));
    }
    stands(&limiter, 1, 2, 1);
    drop(permit);
    assert!(poll_once(waiting[1].as_mut()).is_pending());
    drop(finished(waiting[0].as_mut()));
    drop(finished(waiting[1].as_mut()));
    stands(&limiter, 0, 0, 1);
}

#[tokio::test]
async fn p48_p66_a_heavy_one_that_is_granted_and_dropped_lets_all_in_that_fit() {
    let limiter = Limiter::new(3);
    let all = limiter.acquire_many(3).await;
    let heavy = waits(&limiter, 3);
    let mut light: Vec<_> = (0..4).map(|_| waits(&limiter, 1)).collect();
    drop(all);
    stands(&limiter, 3, 4, 3);
    drop(heavy);
    stands(&limiter, 3, 1, 3);
    let _permits: Vec<_> = light[..3].iter_mut().map(|light| finished(light.as_mut())).collect();
    assert!(poll_once(light[3].as_mut()).is_pending());
}

#[tokio::test]
async fn p66_a_heavy_head_that_leaves_lets_those_behind_start_at_once() {
    let limiter = Limiter::new(3);
    let _one = limiter.acquire().await;
    let heavy = waits(&limiter, 3);
    let mut light = [waits(&limiter, 1), waits(&limiter, 1)];
    drop(heavy);
    let _permits: Vec<_> = light.iter_mut().map(|light| finished(light.as_mut())).collect();
    stands(&limiter, 3, 0, 3);
}

#[tokio::test]
async fn p49_who_finds_a_full_line_is_refused_at_once() {
    let limiter = Limiter::new(1);
    let permit = limiter.acquire().await;
    let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(limiter.turn().max_waiting(2).acquire())).collect();
    for waiting in &mut waiting {
        assert!(poll_once(waiting.as_mut()).is_pending());
    }
    let refusal = limiter.turn().max_waiting(2).run(async {}).await.unwrap_err();
    assert_eq!((refusal.reason(), refusal.waiting(), refusal.retry_after()), (LimitReason::QueueFull, 2, None));
    assert_eq!(refusal.to_string(), "a call of a limiter has no place: 2 wait already");
    drop(waiting.remove(0));
    let mut third = pin!(limiter.turn().max_waiting(2).acquire());
    assert!(poll_once(third.as_mut()).is_pending());
    drop(permit);
    drop(finished(waiting[0].as_mut()));
    drop(finished(third).unwrap());
}

#[tokio::test]
async fn p49_none_may_wait() {
    let limiter = Limiter::new(1).named("database");
    let permit = limiter.turn().max_waiting(0).acquire().await.unwrap();
    let refusal = limiter.turn().max_waiting(0).acquire().await.unwrap_err();
    assert_eq!(refusal.to_string(), "a call of the limiter `database` has no place: none is free, and none may wait");
    assert_eq!((refusal.limiter(), refusal.function()), (Some("database"), None));
    drop(permit);
    drop(limiter.turn().max_waiting(0).acquire().await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn p50_who_waits_too_long_is_refused_then_and_not_before() {
    let limiter = Limiter::new(1);
    let _permit = limiter.acquire().await;
    let _other = waits(&limiter, 1);
    let ran = Gauge::new();
    let (refusal, took) = timed(limiter.turn().wait(millis(500)).run(async { drop(ran.enter()) })).await;
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.reason(), refusal.waiting(), took, ran.total()), (LimitReason::WaitedTooLong, 1, millis(500), 0));
    assert_eq!(refusal.to_string(), "a call of a limiter got no place within 500ms");
    stands(&limiter, 1, 1, 1);
}

#[tokio::test(start_paused = true)]
async fn p50_a_permit_that_comes_at_that_instant_wins() {
    let limiter = Limiter::new(1);
    // Whichever of them has its turn first.
    for swapped in [false, true] {
        let holds = async {
            let _permit = limiter.acquire().await;
            sleep(millis(500)).await;
        };
        let waits = async {
            tokio::task::yield_now().await;
            limiter.turn().wait(millis(500)).acquire().await.map(drop)
        };
        let result = if swapped {
            let permit = limiter.acquire().await;
            let start = Instant::now();
            let (result, ()) = tokio::join!(biased; limiter.turn().wait(millis(500)).acquire(), async {
                sleep(millis(500)).await;
                drop(permit);
            });
            assert_eq!(start.elapsed(), millis(500));
            result.map(drop)
        } else {
            tokio::join!(holds, waits).1
        };
        result.unwrap();
    }
    stands(&limiter, 0, 0, 1);
}

#[tokio::test(start_paused = true)]
async fn p50_no_time_at_all_is_one_try() {
    let limiter = Limiter::new(1);
    let permit = limiter.turn().wait(secs(0)).acquire().await.unwrap();
    let (refusal, took) = timed(limiter.turn().wait(secs(0)).acquire()).await;
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.reason(), took), (LimitReason::WaitedTooLong, secs(0)));
    assert_eq!(refusal.to_string(), "a call of a limiter has no place: none is free at once");
    assert_eq!(limiter.try_acquire().unwrap_err().to_string(), refusal.to_string());
    drop(permit);
    drop(limiter.try_acquire().unwrap());
    // And without end.
    let _permit = limiter.acquire().await;
    let endless = timeout(secs(1_000_000), limiter.turn().wait(std::time::Duration::MAX).acquire()).await;
    assert!(endless.is_err());
}

#[tokio::test(start_paused = true)]
async fn p50_who_spends_the_tasks_budget_does_not_put_off_the_refusal() {
    let spends = async {
        loop {
            tokio::task::coop::consume_budget().await;
        }
    };
    let refused = tokio::spawn(async move {
        let limiter = Limiter::new(1);
        let _permit = limiter.acquire().await;
        tokio::select! { biased;
            () = spends => unreachable!(),
            result = limiter.turn().wait(millis(20)).acquire() => result.map(drop),
        }
    });
    // The clock stands while a task can run: it is moved by hand.
    spin().await;
    tokio::time::advance(millis(20)).await;
    assert_eq!(refused.await.unwrap().unwrap_err().reason(), LimitReason::WaitedTooLong);
}

#[tokio::test(start_paused = true)]
#[allow(clippy::async_yields_async, reason = "the task is awaited outside")]
async fn p38_a_longer_wait_ends_at_the_deadline_that_a_task_inherits() {
    static ONE: Limiter = Limiter::new(1);
    let _permit = ONE.acquire().await;
    let inside = timeout(millis(100), async {
        let task = weftwork::spawn(async {
            let (result, took) = timed(ONE.turn().wait(secs(5)).acquire()).await;
            (result.map(drop), took)
        });
        // This one outlives the timeout around it, which ends nothing in the task.
        task
    });
    let (result, took) = inside.await.unwrap().await.unwrap();
    let refusal = result.unwrap_err();
    assert_eq!((refusal.is_inherited(), took), (true, millis(100)));
    assert_eq!(refusal.to_string(), "a call of a limiter got no place by a deadline that its task inherited, before its own 5s");
}

#[tokio::test]
async fn p59_the_metrics_are_those_of_one_instant() {
    static DB: Limiter = Limiter::new(4);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            runtime.spawn(async move {
                for _ in 0..500 {
                    let _permit = DB.acquire_many(1 + n % 2).await;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    while tasks.iter().any(|task| !task.is_finished()) {
        let LimiterMetrics { in_use, waiting, limit, .. } = DB.metrics();
        assert!(in_use <= limit && waiting <= 16 && limit == 4, "{in_use} {waiting} {limit}");
        // One of weight two may wait while one permit is free, and never more.
        assert!(waiting == 0 || in_use >= limit - 1, "{waiting} wait, {in_use} in use");
    }
    runtime.shutdown_background();
    stands(&DB, 0, 0, 4);
}

#[tokio::test(start_paused = true)]
async fn p64_the_sum_of_the_weights_is_never_above_the_count() {
    let limiter = Limiter::new(10);
    let log = Log::new();
    let calls = [("a", 4), ("b", 6), ("c", 5), ("d", 5), ("e", 1)].map(|(name, weight)| {
        let (limiter, log) = (&limiter, &log);
        limiter.turn().weight(weight).run(async move {
            log.note(name);
            assert!(limiter.metrics().in_use <= 10);
            sleep(secs(1)).await;
        })
    });
    let (results, took) = timed(join_all(calls)).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!((log.text().as_str(), took), ("a b c d e", secs(3)));
}

#[tokio::test]
async fn p65_above_the_count_is_refused_at_once_and_nothing_passes() {
    let limiter = Limiter::new(2);
    let refusal = limiter.turn().weight(3).run(async {}).await.unwrap_err();
    assert_eq!(refusal.reason(), LimitReason::TooHeavy);
    assert_eq!(refusal.to_string(), "a call of a limiter can never start: it asks for 3 of 2");
    assert_eq!(limiter.try_acquire_many(usize::MAX).unwrap_err().reason(), LimitReason::TooHeavy);
    assert_eq!(panic_within(limiter.acquire_many(3)).await, refusal.to_string());
    let _all = limiter.acquire_many(2).await;
    limiter.turn().weight(0).run(async {}).await.unwrap();
    drop(limiter.acquire_many(0).await);
    stands(&limiter, 2, 0, 2);
}

#[tokio::test]
async fn p40_a_limit_that_shrinks_drains_by_itself() {
    let limiter = Limiter::new(3);
    let mut permits: Vec<_> = (0..3).map(|_| limiter.try_acquire().unwrap()).collect();
    limiter.resize(1);
    stands(&limiter, 3, 0, 1);
    let mut waiting = waits(&limiter, 1);
    for _ in 0..2 {
        permits.pop();
        assert!(poll_once(waiting.as_mut()).is_pending());
    }
    stands(&limiter, 1, 1, 1);
    permits.pop();
    drop(finished(waiting.as_mut()));
    assert_eq!((limiter.available(), limiter.count()), (1, 1));
}

#[tokio::test]
async fn p40_a_limit_that_grows_wakes_those_who_fit() {
    let limiter = Limiter::new(1);
    let _permit = limiter.acquire().await;
    let mut waiting = [waits(&limiter, 1), waits(&limiter, 1), waits(&limiter, 1)];
    limiter.resize(3);
    stands(&limiter, 3, 1, 3);
    let _granted = [0, 1].map(|n| finished(waiting[n].as_mut()));
    assert!(poll_once(waiting[2].as_mut()).is_pending());
}

#[tokio::test]
async fn p65_who_waits_for_more_than_there_is_from_now_on_is_refused() {
    let limiter = Limiter::new(3);
    let one = limiter.acquire().await;
    let mut heavy = Box::pin(limiter.turn().weight(3).acquire());
    assert!(poll_once(heavy.as_mut()).is_pending());
    let mut light = waits(&limiter, 1);
    limiter.resize(2);
    assert_eq!(finished(heavy.as_mut()).unwrap_err().reason(), LimitReason::TooHeavy);
    drop(finished(light.as_mut()));
    drop(one);
    stands(&limiter, 0, 0, 2);
}

#[test]
fn p51_a_refusal_is_an_error_like_others() {
    fn is_error<E: std::error::Error + Clone + Send + Sync + 'static>(error: &E) -> E {
        error.clone()
    }
    let limiter = Limiter::new(1);
    let _permit = limiter.try_acquire().unwrap();
    let refusal = is_error(&limiter.try_acquire().unwrap_err());
    let error = std::io::Error::from(refusal.clone());
    assert_eq!(error.kind(), std::io::ErrorKind::ResourceBusy);
    assert_eq!(error.to_string(), refusal.to_string());
    assert!(size_of::<weftwork::LimitExceeded>() <= size_of::<usize>());
}

#[test]
fn p122_a_limit_of_zero_is_a_panic() {
    use weftwork_tests::panic_of;
    assert_eq!(panic_of(|| Limiter::new(1).resize(0)), "a limiter of zero would never let anything run");
    assert_eq!(panic_of(|| drop(Limiter::rate(0, secs(1)))), "a rate of zero would never let anything run");
    assert_eq!(panic_of(|| drop(Limiter::rate(1, secs(0)))), "a rate needs a time, `Limiter::rate(100, secs(1))`");
    assert_eq!(panic_of(|| drop(Limiter::rate(1, secs(1)).burst(0))), "a burst of zero would never let anything run");
}
