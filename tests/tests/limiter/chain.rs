//! Calls that would wait for themselves. Cases P54 and P55.

use std::future::Future;
use std::pin::{Pin, pin};

use weftwork::__private as p;
use weftwork::{LimitExceeded, LimitReason, Limiter, gather};
use weftwork_tests::{finished, panic_within, poll_once, spin};

type Call = Pin<Box<dyn Future<Output = Result<u32, LimitExceeded>> + Send>>;

/// Calls itself so many times, with so many permits.
fn walk(limiter: &'static Limiter, depth: u32) -> Call {
    Box::pin(p::limit(limiter, p::turn("walk"), Err, move || async move {
        if depth == 0 {
            return Ok(0);
        }
        tokio::task::yield_now().await;
        helper(limiter, depth - 1).await.map(|depth| depth + 1)
    }))
}

/// Has a limiter of its own.
fn helper(limiter: &'static Limiter, depth: u32) -> Call {
    static OWN: Limiter = Limiter::new(1000);
    Box::pin(p::limit(&OWN, p::turn("helper"), Err, move || walk(limiter, depth)))
}

#[tokio::test]
async fn p54_recursion_deeper_than_the_limit_is_refused_with_its_chain() {
    static ONE: Limiter = Limiter::new(1);
    static TWO: Limiter = Limiter::new(2);
    let refusal = walk(&ONE, 1).await.unwrap_err();
    assert_eq!(refusal.reason(), LimitReason::WaitsForItself);
    assert_eq!(refusal.chain(), ["walk", "helper", "walk"]);
    assert_eq!(refusal.to_string(), "`walk` would wait for itself: `walk` -> `helper` -> `walk`");
    assert_eq!(walk(&TWO, 1).await.unwrap(), 1);
    assert_eq!(walk(&TWO, 2).await.unwrap_err().chain(), ["walk", "helper", "walk", "helper", "walk"]);
    assert_eq!((ONE.available(), TWO.available()), (1, 2));
}

#[tokio::test]
async fn p54_at_any_depth() {
    static FIFTY: Limiter = Limiter::new(50);
    assert_eq!(walk(&FIFTY, 49).await.unwrap(), 49);
    assert_eq!(walk(&FIFTY, 50).await.unwrap_err().chain().len(), 101);
    assert_eq!(FIFTY.available(), 50);
}

#[tokio::test]
async fn p54_where_nothing_can_say_so_it_is_a_panic() {
    static ONE: Limiter = Limiter::new(1);
    let call = p::limit(&ONE, p::turn("outer"), p::refuse, || async {
        p::limit(&ONE, p::turn("inner"), p::refuse, || async {}).await;
    });
    assert_eq!(panic_within(call).await, "`inner` would wait for itself: `outer` -> `inner`");
    assert_eq!(
        panic_within(ONE.run(ONE.acquire())).await,
        "a call of a limiter would wait for itself: `a limiter` -> `a limiter`"
    );
    assert_eq!(ONE.available(), 1);
}

#[tokio::test]
async fn p55_by_weight_and_in_the_arms_of_gather() {
    static THREE: Limiter = Limiter::new(3);
    let nested = |weight| THREE.turn().weight(2).run(async move { THREE.turn().weight(weight).run(async {}).await });
    assert!(nested(1).await.unwrap().is_ok());
    assert_eq!(nested(2).await.unwrap().unwrap_err().reason(), LimitReason::WaitsForItself);

    static ONE: Limiter = Limiter::new(1);
    let arms = ONE.run(async {
        gather!(ONE.turn().run(async {}), async {
            tokio::task::yield_now().await;
            ONE.turn().run(async {}).await
        })
        .await
    });
    let (a, b) = arms.await;
    assert_eq!([a, b].map(|arm| arm.unwrap_err().reason()), [LimitReason::WaitsForItself; 2]);
}

#[tokio::test]
async fn p55_what_unrelated_calls_hold_is_waited_for() {
    static TWO: Limiter = Limiter::new(2);
    let unrelated = TWO.acquire().await;
    let mut nested = pin!(TWO.run(async { TWO.turn().run(async { 7 }).await }));
    assert!(poll_once(nested.as_mut()).is_pending());
    drop(unrelated);
    assert_eq!(finished(nested).unwrap(), 7);
    // What the sibling in the same task holds is unrelated as well.
    static ONE: Limiter = Limiter::new(1);
    let (a, b) = gather!(ONE.run(async { spin().await }), async { ONE.turn().run(async { 5 }).await }).await;
    assert_eq!(((), 5), (a, b.unwrap()));
}

#[tokio::test]
#[allow(clippy::async_yields_async, reason = "the task is awaited outside")]
async fn p55_a_spawned_task_starts_a_chain_of_its_own() {
    static ONE: Limiter = Limiter::new(1);
    let task = ONE.run(async {
        let task = tokio::spawn(ONE.turn().run(async { 3 }));
        spin().await;
        assert!(!task.is_finished(), "it waits");
        task
    });
    assert_eq!(task.await.await.unwrap().unwrap(), 3);
    let local = tokio::task::LocalSet::new();
    let inside = ONE.run(local.run_until(async {
        let task = tokio::task::spawn_local(ONE.turn().run(async { 4 }));
        spin().await;
        assert!(!task.is_finished(), "it waits, though the set is polled from here");
        task
    }));
    let task = inside.await;
    assert_eq!(local.run_until(task).await.unwrap().unwrap(), 4);
}
