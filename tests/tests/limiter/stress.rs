//! Ten thousand tasks that come and go at random. Cases P56 and P63.

use futures::future::join_all;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use weftwork::{KeyedLimiter, Limiter, millis};
use weftwork_tests::Gauge;

fn four_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_time().build().unwrap()
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Goes in with so much, one after the other.
async fn inside(gauge: &'static Gauge, weight: usize, turns: u64) {
    let _inside: Vec<_> = (0..weight).map(|_| gauge.enter()).collect();
    for _ in 0..turns {
        yield_now().await;
    }
}

#[test]
fn p56_by_weight_never_more_than_the_limit_among_ten_thousand_tasks() {
    static LIMITER: Limiter = Limiter::new(7);
    static INSIDE: Gauge = Gauge::new();
    four_workers().block_on(async {
        let mut random = Random(0x2545_F491_4F6C_DD1D);
        let mut tasks = Vec::new();
        for _ in 0..10_000 {
            let (weight, turns) = (random.below(8) as usize, random.below(4));
            let turn = LIMITER.turn().weight(weight);
            let turn = match random.below(4) {
                0 => turn.max_waiting(5),
                1 => turn.wait(millis(random.below(3))),
                _ => turn,
            };
            let task = tokio::spawn(turn.run(inside(&INSIDE, weight, turns)));
            if random.below(3) == 0 {
                task.abort();
            }
            if random.below(16) == 0 {
                yield_now().await;
            }
            tasks.push(task);
        }
        join_all(tasks).await;
    });
    assert!(INSIDE.peak() <= 7, "{}", INSIDE.peak());
    assert!(INSIDE.total() > 1000, "{}", INSIDE.total());
    let stands = LIMITER.metrics();
    assert_eq!((INSIDE.now(), stands.in_use, stands.waiting, LIMITER.available()), (0, 0, 0, 7));
}

#[test]
fn p56_p63_by_key_never_more_than_the_limit_among_ten_thousand_tasks() {
    const KEYS: usize = 2000;
    static LIMITER: KeyedLimiter<usize> = KeyedLimiter::new(Limiter::new(2));
    static INSIDE: [Gauge; KEYS] = [const { Gauge::new() }; KEYS];
    four_workers().block_on(async {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let mut tasks = Vec::new();
        for _ in 0..10_000 {
            // Some keys are asked for all the time, and most come and go.
            let key = if random.below(2) == 0 { random.below(4) } else { random.below(KEYS as u64) } as usize;
            let turns = random.below(3);
            let task = tokio::spawn(async move { LIMITER.run(&key, inside(&INSIDE[key], 1, turns)).await });
            if random.below(3) == 0 {
                task.abort();
            }
            if random.below(16) == 0 {
                yield_now().await;
            }
            tasks.push(task);
        }
        join_all(tasks).await;
    });
    let peaks = INSIDE.iter().map(Gauge::peak).max();
    assert!(peaks <= Some(2), "{peaks:?}");
    assert_eq!((INSIDE.iter().map(Gauge::now).sum::<usize>(), LIMITER.len()), (0, 0));
}
