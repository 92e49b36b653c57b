//! Ten thousand tasks that come and go at random, on several threads. Cases P56, P63 and P74.

use futures::future::join_all;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use weftwork::{LimitExceeded, Limiter, limit};
use weftwork_tests::{Gauge, Random};

fn four_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_time().build().unwrap()
}

/// Goes in with so much, for so many turns.
async fn inside(gauge: &'static Gauge, weight: usize, turns: usize) {
    let _inside: Vec<_> = (0..weight).map(|_| gauge.enter()).collect();
    for _ in 0..turns {
        yield_now().await;
    }
}

/// Spawns ten thousand calls, and aborts a third of them, at once or a little later.
async fn ten_thousand<F>(mut call: impl FnMut(&mut Random) -> F)
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut random = Random::new(56);
    let mut tasks = Vec::new();
    for index in 0..10_000 {
        tasks.push(tokio::spawn(call(&mut random)));
        if random.once_in(3) {
            // This one, or one of those before it that may run or wait by now.
            let victim = index - random.below(index.min(20) + 1);
            tasks[victim as usize].abort();
        }
        if random.once_in(16) {
            yield_now().await;
        }
    }
    join_all(tasks).await;
}

#[test]
fn p56_by_weight_wait_and_line_never_more_than_the_limit() {
    static INSIDE: Gauge = Gauge::new();
    static GATE: Limiter = Limiter::new(7);
    #[limit(shared = GATE, weight = weight, max_waiting = 400, wait = 2ms)]
    async fn refusing(weight: usize, turns: usize) -> Result<(), LimitExceeded> {
        inside(&INSIDE, weight, turns).await;
        Ok(())
    }
    #[limit(shared = GATE, weight = weight)]
    async fn waiting(weight: usize, turns: usize) {
        inside(&INSIDE, weight, turns).await;
    }
    four_workers().block_on(ten_thousand(|random| {
        let (weight, turns, is_patient) = (random.below(8) as usize, random.turns(), random.once_in(2));
        async move {
            if is_patient {
                waiting(weight, turns).await;
            } else {
                let _refused = refusing(weight, turns).await;
            }
        }
    }));
    assert!(INSIDE.peak() <= 7 && INSIDE.total() > 1000, "{INSIDE:?}");
    let stands = GATE.metrics();
    assert_eq!((INSIDE.now(), stands.in_use, stands.waiting, GATE.available()), (0, 0, 0, 7));
}

#[test]
fn p56_p63_by_key_never_more_than_the_limit_of_each() {
    const KEYS: usize = 2000;
    static INSIDE: [Gauge; KEYS] = [const { Gauge::new() }; KEYS];
    #[limit(2, key = key)]
    async fn load(key: usize, turns: usize) {
        inside(&INSIDE[key], 1, turns).await;
    }
    let runtime = four_workers();
    runtime.block_on(ten_thousand(|random| {
        // Some keys are asked for all the time, and most come and go.
        let key = if random.once_in(2) { random.below(4) } else { random.below(KEYS as u64) };
        load(key as usize, random.turns())
    }));
    let peaks = INSIDE.iter().map(Gauge::peak).max();
    assert_eq!((peaks, INSIDE.iter().map(Gauge::now).sum::<usize>()), (Some(2), 0));
    // Both places of a busy key are free.
    runtime.block_on(async { tokio::join!(load(1, 1), load(1, 1)) });
    assert_eq!(INSIDE[1].peak(), 2);
}

#[test]
fn p56_p6_two_limits_of_a_stack_never_more_than_either() {
    static OUTER: Limiter = Limiter::new(9);
    static INNER: Limiter = Limiter::new(4);
    static INSIDE: Gauge = Gauge::new();
    #[limit(shared = OUTER)]
    #[limit(1_000/ms)]
    #[limit(shared = INNER)]
    async fn load(turns: usize) {
        assert!(OUTER.metrics().in_use >= 1);
        inside(&INSIDE, 1, turns).await;
    }
    four_workers().block_on(ten_thousand(|random| load(random.turns())));
    assert!(INSIDE.peak() <= 4 && INSIDE.total() > 1000, "{INSIDE:?}");
    assert_eq!((INSIDE.now(), OUTER.available(), INNER.available()), (0, 9, 4));
}
