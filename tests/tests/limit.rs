//! `#[limit]`: who runs, who waits, who is refused, and when a place is free again. Cases P12 to P74 of the policies.

#![allow(
    clippy::async_yields_async,
    clippy::borrow_deref_ref,
    clippy::deref_addrof,
    clippy::let_and_return,
    clippy::redundant_closure_call,
    clippy::semicolon_if_nothing_returned,
    reason = "keys, results and bodies are written in every way that somebody may write them"
)]

#[path = "limit/chain.rs"]
mod chain;
#[path = "limit/clean_ups.rs"]
mod clean_ups;
#[path = "limit/keyed.rs"]
mod keyed;
#[path = "limit/keys.rs"]
mod keys;
#[path = "limit/rate.rs"]
mod rate;
#[path = "limit/refusals.rs"]
mod refusals;
#[path = "limit/shared.rs"]
mod shared;
#[path = "limit/stress.rs"]
mod stress;
#[path = "limit/weight.rs"]
mod weight;

use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use tokio::sync::Notify;
use tokio::time::sleep;
use weftwork::{LimitExceeded, limit, millis, secs, timeout};
use weftwork_tests::{Gauge, Log, finished, poll_once, timed};

type Call<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A call that has been polled once, and is inside or waits.
#[track_caller]
fn begun<'a, F: Future + 'a>(call: F) -> Call<'a, F::Output> {
    let mut call: Call<'a, F::Output> = Box::pin(call);
    assert!(poll_once(call.as_mut()).is_pending(), "it has ended at once");
    call
}

/// Whether a second call waits for a first one, which has to wait for something itself.
fn waits_for<A: Future, B: Future>(first: A, second: B) -> bool {
    let _first = begun(first);
    poll_once(pin!(second)).is_pending()
}

// ---- how many, and in which order ----

#[tokio::test(start_paused = true)]
async fn p40_five_run_and_the_sixth_starts_when_one_ends() {
    static INSIDE: Gauge = Gauge::new();
    #[limit(5)]
    async fn f(work: Duration) {
        let _inside = INSIDE.enter();
        sleep(work).await;
    }
    let mut calls: Vec<_> = (1..=6).map(|n| Box::pin(f(secs(n)))).collect();
    for call in &mut calls {
        assert!(poll_once(call.as_mut()).is_pending());
    }
    assert_eq!(INSIDE.total(), 5);
    // The shortest takes 1 s, the last one its own 6 s from then on.
    let ((), took) = timed(join_all(calls).map(drop)).await;
    assert_eq!((INSIDE.peak(), INSIDE.total(), took), (5, 6, secs(7)));
}

/// Three calls that want one place: each notes its name and works for a second.
async fn in_turn(log: &Log) {
    #[limit(1)]
    async fn f(log: Log, name: &'static str) {
        log.note(name);
        sleep(secs(1)).await;
    }
    let calls: Vec<_> = ["a", "b", "c", "d"].into_iter().map(|name| tokio::spawn(f(log.clone(), name))).collect();
    for call in calls {
        call.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn p41_waiters_run_first_come_first_served() {
    let log = Log::new();
    in_turn(&log).await;
    assert_eq!(log.text(), "a b c d");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p41_the_same_on_several_threads() {
    static GATE: Notify = Notify::const_new();
    #[limit(1)]
    async fn f(log: Log, name: &'static str) {
        log.note(name);
        GATE.notified().await;
    }
    let log = Log::new();
    // Queued from here in this order, run by whichever thread there is.
    let mut tasks = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let mut call = Box::pin(f(log.clone(), name));
        assert!(poll_once(call.as_mut()).is_pending());
        tasks.push(tokio::spawn(call));
    }
    for task in tasks {
        GATE.notify_one();
        task.await.unwrap();
    }
    assert_eq!(log.text(), "a b c d");
}

#[tokio::test(start_paused = true)]
async fn p42_a_newcomer_does_not_overtake() {
    #[limit(1)]
    async fn f(work: Duration) {
        sleep(work).await;
    }
    let mut running = Box::pin(f(secs(1)));
    let mut waiting = Box::pin(f(Duration::ZERO));
    assert!(poll_once(running.as_mut()).is_pending());
    assert!(poll_once(waiting.as_mut()).is_pending());
    drop(running);
    // The place is free, but it belongs to the one that waits, which has not been polled yet.
    let mut newcomer = Box::pin(f(Duration::ZERO));
    assert!(poll_once(newcomer.as_mut()).is_pending());
    waiting.await;
    newcomer.await;
}

// ---- whose limiter ----

/// Whether a second call waits while a first one is inside.
async fn share_a_limiter<A: Future, B: Future>(first: A, second: B) -> bool {
    let mut first = pin!(first);
    let mut second = pin!(second);
    assert!(poll_once(first.as_mut()).is_pending());
    INSIDE.with(|inside| {
        let before = inside.total();
        assert!(poll_once(second.as_mut()).is_pending());
        inside.total() == before
    })
}

thread_local!(static INSIDE: Gauge = const { Gauge::new() });

/// Goes inside for ever.
async fn stay() {
    INSIDE.with(|inside| drop(inside.enter()));
    pending::<()>().await;
}

#[tokio::test]
async fn p43_one_limiter_for_all_instances_and_arguments_of_type_and_const() {
    struct Client;
    impl Client {
        #[limit(1)]
        async fn method(&self) {
            stay().await;
        }
    }
    struct Generic<T>(T);
    impl<T> Generic<T> {
        #[limit(1)]
        async fn method(&self) {
            let _field = &self.0;
            stay().await;
        }
    }
    #[limit(1)]
    async fn of_type<T>(_: T) {
        stay().await;
    }
    #[limit(1)]
    async fn of_const<const N: usize>() {
        stay().await;
    }
    assert!(share_a_limiter(Client.method(), Client.method()).await);
    assert!(share_a_limiter(Generic(1_u8).method(), Generic("b").method()).await);
    assert!(share_a_limiter(of_type(1_u8), of_type("b")).await);
    assert!(share_a_limiter(of_const::<1>(), of_const::<2>()).await);
}

#[tokio::test]
async fn p43_one_limiter_for_all_types_that_inherit_a_default_method() {
    trait Service {
        #[limit(1)]
        async fn serve(&self) {
            stay().await;
        }
    }
    struct A;
    struct B;
    impl Service for A {}
    impl Service for B {}
    assert!(share_a_limiter(A.serve(), B.serve()).await);
}

#[tokio::test]
async fn p44_two_functions_have_two_limiters() {
    trait Service {
        async fn serve(&self);
    }
    struct A;
    struct B;
    impl Service for A {
        #[limit(1)]
        async fn serve(&self) {
            stay().await;
        }
    }
    impl Service for B {
        #[limit(1)]
        async fn serve(&self) {
            stay().await;
        }
    }
    #[limit(1)]
    async fn one() {
        stay().await;
    }
    #[limit(1)]
    async fn two() {
        stay().await;
    }
    assert!(!share_a_limiter(one(), two()).await);
    assert!(!share_a_limiter(A.serve(), B.serve()).await);
}

// ---- when a place is free again ----

#[derive(Clone, Copy)]
enum Way {
    Ok,
    Err,
    Question,
    Return,
    Panic,
    Hang,
}

#[limit(1)]
async fn leave(way: Way) -> Result<(), u32> {
    tokio::task::yield_now().await;
    if let Way::Return = way {
        return Ok(());
    }
    match way {
        Way::Ok | Way::Return => Ok(()),
        Way::Err => Err(1),
        Way::Question => {
            Err(2_u32)?;
            Ok(())
        }
        Way::Panic => panic!("on purpose"),
        Way::Hang => pending().await,
    }
}

// One test: the function has one limiter.
#[tokio::test(start_paused = true)]
async fn p13_p14_p45_a_place_is_free_on_every_way_out() {
    for way in [Way::Ok, Way::Err, Way::Question, Way::Return] {
        let _result = leave(way).await;
        assert_eq!(leave(Way::Ok).now_or_pending().await, Some(Ok(())));
    }
    let payload = AssertUnwindSafe(leave(Way::Panic)).catch_unwind().await.unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"on purpose"));
    assert_eq!(leave(Way::Ok).now_or_pending().await, Some(Ok(())));

    let mut dropped = Box::pin(leave(Way::Hang));
    assert!(poll_once(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(leave(Way::Ok).now_or_pending().await, Some(Ok(())));

    timeout(secs(1), leave(Way::Hang)).await.unwrap_err();
    assert_eq!(leave(Way::Ok).now_or_pending().await, Some(Ok(())));
}

trait NowOrPending: Future + Sized {
    /// The output, if it comes without waiting for time to pass.
    async fn now_or_pending(self) -> Option<Self::Output> {
        timeout(millis(1), self).await.ok()
    }
}

impl<F: Future> NowOrPending for F {}

#[tokio::test(start_paused = true)]
async fn p45_the_body_is_gone_before_its_place_is_free() {
    /// Asks for a place of its own while it is dropped.
    struct Asks<'a>(&'a Log);
    impl Drop for Asks<'_> {
        fn drop(&mut self) {
            // From inside of the call it would wait for itself.
            let answer = poll_once(pin!(f(self.0, Way::Hang)));
            self.0.note(if let Poll::Ready(Ok(())) = answer { "free" } else { "taken" });
        }
    }
    #[limit(1)]
    async fn f(log: &Log, way: Way) -> Result<(), LimitExceeded> {
        if let Way::Ok = way {
            let _asks = Asks(log);
            tokio::task::yield_now().await;
        }
        Ok(())
    }
    let log = Log::new();
    f(&log, Way::Ok).await.unwrap();
    assert_eq!(log.text(), "taken");
    // The same when the call is dropped half-way.
    let mut dropped = Box::pin(f(&log, Way::Ok));
    assert!(poll_once(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(log.text(), "taken taken");
    f(&log, Way::Hang).await.unwrap();
}

// ---- waiters that leave ----

#[tokio::test(start_paused = true)]
async fn p12_a_call_that_is_never_polled_takes_no_place() {
    #[limit(1)]
    async fn f() {}
    let _unpolled = f();
    finished(pin!(f()));
}

#[tokio::test(start_paused = true)]
async fn p47_a_waiter_that_leaves_keeps_the_order_of_the_others() {
    #[limit(1)]
    async fn f(log: &Log, name: &str) {
        log.note(name);
        sleep(secs(1)).await;
    }
    let log = Log::new();
    let mut calls: Vec<Call<'_, ()>> = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let mut call: Call<'_, ()> = Box::pin(f(&log, name));
        assert!(poll_once(call.as_mut()).is_pending());
        calls.push(call);
    }
    drop(calls.remove(1));
    let ((), took) = timed(join_all(calls).map(drop)).await;
    assert_eq!((log.text().as_str(), took), ("a c d", secs(3)));
}

#[tokio::test(start_paused = true)]
async fn p48_a_waiter_that_leaves_as_it_is_granted_passes_the_place_on() {
    #[limit(1)]
    async fn f(log: &Log, name: &str) {
        log.note(name);
        sleep(secs(1)).await;
    }
    let log = Log::new();
    let mut running: Call<'_, ()> = Box::pin(f(&log, "running"));
    let mut granted: Call<'_, ()> = Box::pin(f(&log, "granted"));
    let mut next: Call<'_, ()> = Box::pin(f(&log, "next"));
    for call in [&mut running, &mut granted, &mut next] {
        assert!(poll_once(call.as_mut()).is_pending());
    }
    drop(running);
    drop(granted);
    assert!(poll_once(next.as_mut()).is_pending());
    assert_eq!(log.text(), "running next");
}

// ---- the count ----

#[tokio::test(start_paused = true)]
async fn p53_the_count_may_be_a_constant() {
    const PLACES: usize = 2;
    mod settings {
        pub(crate) const PLACES: usize = 1;
        pub(crate) const fn half(n: usize) -> usize {
            n / 2
        }
    }
    macro_rules! peak {
        ($($count:tt)+) => {{
            static INSIDE: Gauge = Gauge::new();
            #[limit($($count)+)]
            async fn f() {
                let _inside = INSIDE.enter();
                sleep(secs(1)).await;
            }
            join_all((0..8).map(|_| f())).await;
            INSIDE.peak()
        }};
    }
    assert_eq!(peak!(3), 3);
    assert_eq!(peak!(3usize), 3);
    assert_eq!(peak!(PLACES), 2);
    assert_eq!(peak!(settings::PLACES), 1);
    assert_eq!(peak!(settings::half(8)), 4);
    assert_eq!(peak!(PLACES * 2 + 1), 5);
}
