//! `key = `: a limit for each key. Cases P60 to P63, and P43 with keys.

use std::hash::Hash;
use std::sync::Arc;

use futures::future::join_all;
use tokio::time::sleep;
use weftwork::{LimitExceeded, LimitReason, limit, millis, secs};
use weftwork_tests::{Gauge, Log, finished, poll_once, timed};

use super::{begun, waits_for};

#[tokio::test(start_paused = true)]
async fn p60_keys_are_independent_and_waiters_of_one_run_in_order() {
    #[limit(2, key = &name[..1])]
    async fn load(log: &Log, name: &str) {
        log.note(name);
        sleep(secs(1)).await;
    }
    let log = Log::new();
    let calls = ["a1", "a2", "a3", "b1", "a4"].map(|name| load(&log, name));
    let (_, took) = timed(join_all(calls)).await;
    assert_eq!((log.text().as_str(), took), ("a1 a2 b1 a3 a4", secs(2)));
}

#[tokio::test(start_paused = true)]
async fn p60_all_options_hold_for_each_key() {
    #[limit(2, key = tenant, weight = weight, max_waiting = 1, wait = 500ms)]
    async fn load(tenant: u32, weight: usize) -> Result<(), LimitExceeded> {
        sleep(secs(1)).await;
        Ok(())
    }
    let why = |result: Result<(), LimitExceeded>| result.unwrap_err().reason();
    let _inside = [begun(load(1, 2)), begun(load(2, 1)), begun(load(2, 1))];
    let waits = begun(load(1, 1));
    assert_eq!(why(finished(Box::pin(load(1, 1)).as_mut())), LimitReason::QueueFull);
    assert_eq!(why(finished(Box::pin(load(3, 3)).as_mut())), LimitReason::TooHeavy);
    let (other, took) = timed(load(2, 1)).await;
    assert_eq!((why(other), took), (LimitReason::WaitedTooLong, millis(500)));
    assert_eq!(why(waits.await), LimitReason::WaitedTooLong);
    load(3, 2).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn p61_the_key_is_evaluated_once_and_before_waiting() {
    #[limit(1, key = { log.note(name); 7 })]
    async fn load(log: &Log, name: &str) {
        log.note("body");
        sleep(secs(1)).await;
    }
    let log = Log::new();
    drop(load(&log, "never"));
    let calls = [begun(load(&log, "a")), begun(load(&log, "b"))];
    assert_eq!(log.text(), "a body b");
    join_all(calls).await;
    assert_eq!(log.text(), "a body b body");
}

#[tokio::test]
async fn p61_an_owned_copy_is_made_for_a_new_entry_only() {
    static COPIES: Gauge = Gauge::new();
    #[derive(Hash, PartialEq, Eq)]
    struct Id(u32);
    impl Clone for Id {
        fn clone(&self) -> Self {
            drop(COPIES.enter());
            Self(self.0)
        }
    }
    #[limit(9, key = id)]
    async fn load(id: &Id) {
        tokio::task::yield_now().await;
    }
    let calls: Vec<_> = (0..5).map(|_| begun(load(&Id(1)))).collect();
    assert_eq!(COPIES.total(), 1);
    let _other = begun(load(&Id(2)));
    assert_eq!(COPIES.total(), 2);
    drop(calls);
}

#[tokio::test]
async fn p62_a_key_is_dropped_with_its_last_call() {
    #[limit(1, key = id)]
    async fn load(id: &Arc<u32>) {
        tokio::task::yield_now().await;
    }
    let ids: Vec<_> = (0..20_000).map(Arc::new).collect();
    for id in &ids {
        load(id).await;
    }
    // So many are kept for the next call at most, whatever number there was.
    let kept = || ids.iter().filter(|id| Arc::strong_count(id) > 1).count();
    assert!(kept() <= 1000, "{}", kept());
    let inside: Vec<_> = ids.iter().map(|id| begun(load(id))).collect();
    assert_eq!(kept(), 20_000);
    drop(inside);
    assert!(kept() <= 1000, "{}", kept());
}

#[tokio::test]
async fn p63_a_call_that_comes_as_the_key_goes_is_counted_with_the_others() {
    #[limit(1, key = 'k')]
    async fn load() {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        let inside = begun(load());
        let mut waits = begun(load());
        drop(inside);
        // The key has a waiter that was granted its place, so it stays.
        let newcomer = begun(load());
        assert!(poll_once(waits.as_mut()).is_pending());
        let mut last = begun(load());
        drop((newcomer, waits));
        assert!(poll_once(last.as_mut()).is_pending());
        assert!(poll_once(last.as_mut()).is_ready());
        // So many polls in one turn would spend the task's budget.
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn p43_one_map_for_all_types_of_a_generic_function() {
    #[limit(1, key = id)]
    async fn load<K: Hash + Eq + Clone + Send + Sync + 'static>(id: K) {
        let _id = id;
        tokio::task::yield_now().await;
    }
    assert!(waits_for(load(1_u32), load(1_u32)));
    assert!(waits_for(load("a"), load("a")));
    {
        // A key of another type is another key, even where it looks the same.
        let (_one, _two, _three) = (begun(load(1_u32)), begun(load(1_u64)), begun(load("1")));
        let mut two = Box::pin(load(2_u32));
        assert!(poll_once(two.as_mut()).is_pending() && poll_once(two.as_mut()).is_ready());
    }
    // The text that is owned and the one that is lent are one key here, too.
    assert!(waits_for(load(String::from("a")), load(String::from("a"))));
}

#[tokio::test]
async fn p43_one_map_for_all_types_that_inherit_a_default_method() {
    trait Service {
        fn id(&self) -> u32;
        #[limit(1, key = self.id())]
        async fn serve(&self) {
            tokio::task::yield_now().await;
        }
    }
    impl Service for u8 {
        fn id(&self) -> u32 {
            (*self).into()
        }
    }
    impl Service for char {
        fn id(&self) -> u32 {
            (*self).into()
        }
    }
    {
        let _inside = begun(65_u8.serve());
        let mut other = begun(66_u8.serve());
        assert!(poll_once(other.as_mut()).is_ready());
        let mut waits = begun('A'.serve());
        assert!(poll_once(waits.as_mut()).is_pending());
    }
    let mut alone = begun('A'.serve());
    assert!(poll_once(alone.as_mut()).is_ready());
}

#[tokio::test]
async fn p44_two_functions_have_two_maps() {
    #[limit(1, key = 7)]
    async fn one() {
        tokio::task::yield_now().await;
    }
    #[limit(1, key = 7)]
    async fn two() {
        tokio::task::yield_now().await;
    }
    let _one = begun(one());
    let mut two = begun(two());
    assert!(poll_once(two.as_mut()).is_ready());
}
