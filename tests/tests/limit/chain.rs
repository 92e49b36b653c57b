//! Calls that would wait for themselves. Cases P54 and P55.

use std::pin::pin;

use tokio::task::yield_now;
use weftwork::{LimitExceeded, LimitReason, Limiter, gather, limit, spawn};
use weftwork_tests::{finished, panic_within, poll_once, spin};

use super::begun;

type Answer<T = u32> = Result<T, LimitExceeded>;

fn chain<T>(result: Answer<T>) -> Option<Vec<&'static str>> {
    let refusal = result.err()?;
    assert_eq!(refusal.reason(), LimitReason::WaitsForItself);
    Some(refusal.chain().to_vec())
}

#[tokio::test]
async fn p54_recursion_deeper_than_the_limit_is_refused_with_its_chain() {
    #[limit(1)]
    async fn once(depth: u32) -> Answer {
        yield_now().await;
        if depth == 0 { Ok(0) } else { Box::pin(once(depth - 1)).await.map(|depth| depth + 1) }
    }
    #[limit(2)]
    async fn twice(depth: u32) -> Answer {
        yield_now().await;
        if depth == 0 { Ok(0) } else { Box::pin(twice(depth - 1)).await.map(|depth| depth + 1) }
    }
    assert_eq!(once(0).await.unwrap(), 0);
    let refusal = once(1).await.unwrap_err();
    assert_eq!(refusal.to_string(), "`once` would wait for itself: `once` -> `once`");
    assert_eq!(twice(1).await.unwrap(), 1);
    assert_eq!(chain(twice(2).await).unwrap(), ["twice", "twice", "twice"]);
    // Nothing stays held.
    assert_eq!((once(0).await.unwrap(), twice(1).await.unwrap()), (0, 1));
}

#[tokio::test]
async fn p54_where_nothing_can_say_so_it_is_a_panic_that_names_the_chain() {
    #[limit(1)]
    async fn walk(depth: u32) -> u32 {
        if depth == 0 { 0 } else { Box::pin(walk(depth - 1)).await }
    }
    assert_eq!(panic_within(walk(1)).await, "`walk` would wait for itself: `walk` -> `walk`");
    assert_eq!(walk(0).await, 0);
}

#[tokio::test]
async fn p55_through_another_function_that_shares_the_limiter() {
    static DB: Limiter = Limiter::new(1);
    #[limit(shared = DB)]
    async fn outer() -> Answer {
        between().await
    }
    // A function without the limiter in between, with one of its own.
    #[limit(9)]
    async fn between() -> Answer {
        yield_now().await;
        inner().await
    }
    #[limit(shared = DB)]
    async fn inner() -> Answer {
        Ok(7)
    }
    assert_eq!(chain(outer().await).unwrap(), ["outer", "between", "inner"]);
    assert_eq!(between().await.unwrap(), 7);
    // By hand in the body as well, and a permit taken by hand is nobody's.
    let _permit = DB.acquire().await;
    let mut waits = pin!(inner());
    assert!(poll_once(waits.as_mut()).is_pending());
}

#[tokio::test]
async fn p55_of_a_limit_in_a_stack_and_of_one_key_only() {
    #[limit(1, key = id)]
    async fn load(id: u32, then: Option<u32>) -> Answer {
        match then {
            Some(then) => Box::pin(load(then, None)).await,
            None => Ok(id),
        }
    }
    assert_eq!(chain(load(1, Some(1)).await).unwrap(), ["load", "load"]);
    assert_eq!(load(1, Some(2)).await.unwrap(), 2);

    static DB: Limiter = Limiter::new(1);
    // Twice on one function: every call of it would wait for itself.
    #[limit(shared = DB)]
    #[limit(shared = DB)]
    async fn twice() -> Answer {
        Ok(1)
    }
    assert_eq!(chain(twice().await).unwrap(), ["twice", "twice"]);
    assert_eq!(DB.available(), 1);
}

#[tokio::test]
async fn p55_in_the_arms_of_gather() {
    static DB: Limiter = Limiter::new(2);
    #[limit(shared = DB)]
    async fn leaf() -> Answer {
        yield_now().await;
        Ok(1)
    }
    #[limit(shared = DB, weight = 2)]
    async fn all_of_it() -> (Answer, Answer) {
        gather!(leaf(), leaf()).await
    }
    #[limit(shared = DB)]
    async fn half_of_it() -> (Answer, Answer) {
        gather!(leaf(), leaf()).await
    }
    let (a, b) = all_of_it().await;
    assert_eq!((chain(a), chain(b)), (Some(vec!["all_of_it", "leaf"]), Some(vec!["all_of_it", "leaf"])));
    // One place is left: the arms have it one after the other, since what a sibling holds comes back.
    let (a, b) = half_of_it().await;
    assert_eq!((a.unwrap(), b.unwrap()), (1, 1));
}

#[tokio::test]
async fn p55_what_unrelated_calls_hold_is_waited_for() {
    static DB: Limiter = Limiter::new(2);
    #[limit(shared = DB)]
    async fn outer() -> Answer {
        inner().await
    }
    #[limit(shared = DB)]
    async fn inner() -> Answer {
        yield_now().await;
        Ok(1)
    }
    let unrelated = begun(inner());
    let mut nested = begun(outer());
    assert!(poll_once(nested.as_mut()).is_pending());
    drop(unrelated);
    assert!(poll_once(nested.as_mut()).is_pending());
    assert_eq!(finished(nested.as_mut()).unwrap(), 1);
}

#[tokio::test]
async fn p55_a_spawned_task_starts_a_chain_of_its_own() {
    static DB: Limiter = Limiter::new(1);
    #[limit(shared = DB)]
    async fn leaf() -> Answer {
        Ok(3)
    }
    #[limit(shared = DB)]
    async fn spawns() -> weftwork::Task<Answer> {
        let task = spawn(leaf());
        spin().await;
        assert_eq!(DB.metrics().waiting, 1, "it waits");
        task
    }
    #[limit(shared = DB)]
    async fn spawns_on_tokio() -> tokio::task::JoinHandle<Answer> {
        let task = tokio::spawn(leaf());
        spin().await;
        assert_eq!(DB.metrics().waiting, 1, "it waits");
        task
    }
    assert_eq!(spawns().await.await.unwrap().unwrap(), 3);
    assert_eq!(spawns_on_tokio().await.await.unwrap().unwrap(), 3);
}
