//! `Limiter` as a value, and limits under load from several threads.

#[path = "limiter/chain.rs"]
mod chain;
#[path = "limiter/clean_ups.rs"]
mod clean_ups;
#[path = "limiter/count.rs"]
mod count;
#[path = "limiter/keyed.rs"]
mod keyed;
#[path = "limiter/left.rs"]
mod left;
#[path = "limiter/rate.rs"]
mod rate;
#[path = "limiter/stress.rs"]
mod stress;

use futures::FutureExt;
use futures::future::join_all;
use tokio::time::sleep;
use weftwork::{Limiter, limit, secs};
use weftwork_tests::{Gauge, finished, poll_once, timed};

#[test]
fn p56_never_more_than_the_limit_among_ten_thousand_tasks() {
    static INSIDE: Gauge = Gauge::new();
    static LIMITER: Limiter = Limiter::new(7);
    #[limit(7)]
    async fn by_attribute(turns: usize) {
        let _inside = INSIDE.enter();
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }
    static BY_VALUE: Gauge = Gauge::new();
    async fn by_value(turns: usize) {
        LIMITER
            .run(async {
                let _inside = BY_VALUE.enter();
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            })
            .await;
    }

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        let mut tasks = Vec::new();
        for _ in 0..10_000 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let turns = (random % 4) as usize;
            let task = tokio::spawn(async move { tokio::join!(by_attribute(turns), by_value(turns)) });
            if random.is_multiple_of(3) {
                task.abort();
            }
            tasks.push(task);
        }
        join_all(tasks).await;
        assert!(INSIDE.peak() <= 7 && BY_VALUE.peak() <= 7, "{} {}", INSIDE.peak(), BY_VALUE.peak());
        assert_eq!((INSIDE.now(), BY_VALUE.now(), LIMITER.available()), (0, 0, 7));
        // All seven places of the attribute's own limiter are free as well.
        let mut calls: Vec<_> = (0..7).map(|_| Box::pin(by_attribute(1))).collect();
        let before = INSIDE.total();
        for call in &mut calls {
            assert!(poll_once(call.as_mut()).is_pending());
        }
        assert_eq!(INSIDE.total(), before + 7);
    });
}

#[tokio::test(start_paused = true)]
async fn p18_a_limiter_value_does_the_same() {
    let limiter = Limiter::new(2);
    let inside = Gauge::new();
    let call = || async {
        let _inside = inside.enter();
        sleep(secs(1)).await;
    };
    let ((), took) = timed(join_all((0..4).map(|_| limiter.run(call()))).map(drop)).await;
    assert_eq!((inside.peak(), took), (2, secs(2)));

    let permit = limiter.acquire().await;
    assert_eq!((limiter.available(), limiter.count()), (1, 2));
    drop(permit);
    let mut unpolled = Box::pin(limiter.acquire());
    assert_eq!(limiter.available(), 2);
    drop(finished(unpolled.as_mut()));
    assert_eq!(limiter.available(), 2);
}

#[test]
fn p122_a_zero_known_at_run_time_is_a_panic_at_the_callers_line() {
    use std::sync::{Arc, Mutex};
    let seen = Arc::new(Mutex::new(None));
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new({
        let seen = seen.clone();
        move |info| *seen.lock().unwrap() = info.location().map(|at| (at.file().to_owned(), at.line()))
    }));
    let line = line!() + 1;
    let result = std::panic::catch_unwind(|| Limiter::new(std::hint::black_box(0)));
    std::panic::set_hook(hook);
    assert!(result.is_err());
    assert_eq!(*seen.lock().unwrap(), Some((file!().to_owned(), line)));
}
