//! A limiter for each key. Cases P60 to P63 and P71.

use std::pin::pin;
use std::sync::Arc;

use futures::future::join_all;
use tokio::time::{advance, sleep};
use weftwork::{KeyedLimiter, LimitReason, Limiter, millis, secs};
use weftwork_tests::{Gauge, Log, poll_once, timed};

#[tokio::test(start_paused = true)]
async fn p60_keys_are_independent_and_equal_ones_share() {
    let limiter: KeyedLimiter<String> = KeyedLimiter::new(Limiter::new(2));
    let log = Log::new();
    let calls = ["a1", "a2", "a3", "b1", "a4"].map(|name| {
        let log = &log;
        limiter.run(&name[..1], async move {
            log.note(name);
            sleep(secs(1)).await;
        })
    });
    let (_, took) = timed(join_all(calls)).await;
    assert_eq!((log.text().as_str(), took), ("a1 a2 b1 a3 a4", secs(2)));
    assert!(limiter.is_empty());
}

#[tokio::test(start_paused = true)]
async fn p60_options_hold_for_each_key() {
    let limiter: KeyedLimiter<u32> = KeyedLimiter::new(Limiter::new(1).named("tenants"));
    let _one = limiter.try_acquire(&1).unwrap();
    let _two = limiter.acquire(&2).await;
    let mut waiting = pin!(limiter.turn(&1).max_waiting(1).acquire());
    assert!(poll_once(waiting.as_mut()).is_pending());
    let refusal = limiter.turn(&1).max_waiting(1).run(async {}).await.unwrap_err();
    assert_eq!((refusal.reason(), refusal.limiter()), (LimitReason::QueueFull, Some("tenants")));
    let (refusal, took) = timed(limiter.turn(&2).max_waiting(1).wait(millis(5)).run(async {})).await;
    assert_eq!((refusal.unwrap_err().reason(), took), (LimitReason::WaitedTooLong, millis(5)));
    limiter.turn(&3).wait(secs(0)).run(async {}).await.unwrap();
    let stands = [1, 2, 3].map(|key| limiter.metrics(&key)).map(|m| (m.in_use, m.waiting, m.limit));
    assert_eq!((stands, limiter.len()), ([(1, 1, 1), (1, 0, 1), (0, 0, 1)], 2));
}

#[tokio::test]
async fn p61_an_owned_copy_is_made_for_a_new_entry_only() {
    static COPIES: Gauge = Gauge::new();
    #[derive(Debug, Hash, PartialEq, Eq)]
    struct Key(u32);
    impl Clone for Key {
        fn clone(&self) -> Self {
            drop(COPIES.enter());
            Self(self.0)
        }
    }
    let limiter: KeyedLimiter<Key> = KeyedLimiter::new(Limiter::new(2));
    let _first = limiter.acquire(&Key(1)).await;
    for _ in 0..5 {
        let _second = limiter.acquire(&Key(1)).await;
        assert!(limiter.try_acquire(&Key(1)).is_err());
    }
    assert_eq!(COPIES.total(), 1);
    limiter.run(&Key(2), async {}).await;
    assert_eq!(COPIES.total(), 2);
}

#[tokio::test]
async fn p62_keys_that_nobody_uses_are_dropped() {
    let limiter: KeyedLimiter<Arc<u32>> = KeyedLimiter::new(Limiter::new(1));
    let alive: Vec<_> = (0..100_000).map(Arc::new).collect();
    for key in &alive {
        limiter.run(key, async {}).await;
    }
    let kept = alive.iter().filter(|key| Arc::strong_count(key) > 1).count();
    assert!(kept <= 1000, "{kept}");
    // All at once, too.
    let permits: Vec<_> = alive.iter().map(|key| limiter.try_acquire(key).unwrap()).collect();
    assert_eq!(limiter.len(), 100_000);
    drop(permits);
    let kept = alive.iter().filter(|key| Arc::strong_count(key) > 1).count();
    assert!(kept <= 1000, "{kept}");
    // Whoever asks how many there are is told, and those that nobody uses go.
    assert_eq!(limiter.len(), 0);
    assert!(alive.iter().all(|key| Arc::strong_count(key) == 1));
}

#[tokio::test]
async fn p62_a_map_that_goes_takes_its_keys_along_and_leaves_the_permits() {
    let key = Arc::new(());
    let limiter: KeyedLimiter<Arc<()>> = KeyedLimiter::new(Limiter::new(1));
    let permit = limiter.acquire(&key).await;
    let waiting = limiter.acquire(&key);
    drop(limiter);
    drop(permit);
    drop(waiting.await);
    assert_eq!(Arc::strong_count(&key), 1);
}

#[tokio::test(start_paused = true)]
async fn p71_a_key_with_a_rate_is_dropped_once_its_quota_is_full_again() {
    let limiter: KeyedLimiter<u64> = KeyedLimiter::new(Limiter::rate(10, secs(1)).burst(2));
    for key in 0..10_000 {
        drop(limiter.acquire(&key).await);
    }
    assert_eq!(limiter.len(), 10_000);
    // The quota of a key outlives its last call.
    drop(limiter.acquire(&7).await);
    assert_eq!(limiter.try_acquire(&7).unwrap_err().retry_after(), Some(millis(100)));
    advance(millis(100)).await;
    assert_eq!(limiter.len(), 1);
    advance(millis(100)).await;
    assert!(limiter.is_empty());
}
