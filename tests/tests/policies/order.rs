//! Written order is run order, the top attribute outermost. Cases P1, P4 to P8, P12 to P15, P18, P27 and P103. The order of
//! `#[fallback]` among the others, P2 and P3, stands in `tests/fallback.rs`.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{join, join_all};
use tokio::sync::oneshot;
use tokio::time::sleep;
use weftwork::{Limiter, attempt, blocking, fallback, limit, retry, secs, timeout};
use weftwork_tests::{Gauge, Log, poll_once, spin, timed};

use super::{Late, expiry};

// ---- who is outside ----

#[tokio::test(start_paused = true)]
async fn p1_timeout_above_retry_ends_all_attempts_and_below_each() {
    #[timeout(1s)]
    #[retry(attempts = 4)]
    async fn above(log: &Log) -> Result<(), Late> {
        log.note("above");
        pending().await
    }
    #[retry(attempts = 4)]
    #[timeout(1s)]
    async fn below(log: &Log) -> Result<(), Late> {
        log.note("below");
        pending().await
    }
    let log = Log::new();
    let (result, took) = timed(above(&log)).await;
    assert_eq!((expiry(&result), took, log.text().as_str()), (Some(secs(1)), secs(1), "above"));
    let log = Log::new();
    let (result, took) = timed(below(&log)).await;
    assert_eq!((expiry(&result), took, log.text().as_str()), (Some(secs(1)), secs(4), "below below below below"));
}

#[tokio::test(start_paused = true)]
async fn p4_limit_above_retry_keeps_its_place_during_the_pauses_and_below_gives_it_back() {
    #[limit(1)]
    #[retry(attempts = 2, backoff = constant(2s))]
    async fn above(log: &Log, name: &str) -> Result<(), Late> {
        log.note(format!("{name}{}", attempt()));
        Err(Late::Own(1))
    }
    #[retry(attempts = 2, backoff = constant(2s))]
    #[limit(1)]
    async fn below(log: &Log, name: &str) -> Result<(), Late> {
        log.note(format!("{name}{}", attempt()));
        sleep(secs(3)).await;
        Err(Late::Own(1))
    }
    let log = Log::new();
    let (_, took) = timed(join(above(&log, "a"), above(&log, "b"))).await;
    assert_eq!((log.text().as_str(), took), ("a1 a2 b1 b2", secs(4)));
    let log = Log::new();
    // The second attempt of `a` is ready at 5 s and queues behind `c`, which came at 0 s.
    let all = async { tokio::join!(below(&log, "a"), below(&log, "b"), below(&log, "c")) };
    let (_, took) = timed(all).await;
    assert_eq!((log.text().as_str(), took), ("a1 b1 c1 a2 b2 c2", secs(18)));
}

#[tokio::test(start_paused = true)]
async fn p6_each_of_two_retries_is_a_layer_and_the_outer_one_starts_the_inner_anew() {
    #[retry(attempts = 2)]
    #[retry(attempts = 3)]
    async fn f(log: &Log) -> Result<(), Late> {
        log.note(attempt().to_string());
        Err(Late::Own(1))
    }
    let log = Log::new();
    assert_eq!(f(&log).await, Err(Late::Own(1)));
    assert_eq!(log.text(), "1 2 3 1 2 3");
}

#[tokio::test(start_paused = true)]
async fn p27_below_a_retry_the_duration_is_evaluated_for_each_attempt() {
    #[retry(attempts = 3)]
    #[timeout({ log.note("duration"); secs(*patience) })]
    async fn f(log: &Log, patience: &mut u64) -> Result<(), Late> {
        log.note("body");
        *patience += 1;
        pending().await
    }
    let log = Log::new();
    let (result, took) = timed(f(&log, &mut 1)).await;
    assert_eq!((expiry(&result), took), (Some(secs(3)), secs(6)));
    assert_eq!(log.text(), "duration body duration body duration body");
}

#[tokio::test(start_paused = true)]
async fn p37_the_value_and_the_fallback_of_an_inner_layer_do_not_run_where_the_outer_timeout_ends_the_call() {
    #[fallback(Late::Timeout(elapsed) => { log.note("outer arm"); Err(Late::Timeout(elapsed)) })]
    #[timeout(1s)]
    #[fallback(_ => { log.note("inner arm"); Ok(1) })]
    #[retry(attempts = 9)]
    #[timeout(1s, or = { log.note("or"); Ok(2) })]
    async fn f(log: &Log) -> Result<u32, Late> {
        let _local = log.on_drop("dropped");
        pending().await
    }
    let log = Log::new();
    let (result, took) = timed(f(&log)).await;
    assert_eq!((expiry(&result), took), (Some(secs(1)), secs(1)));
    assert_eq!(log.text(), "dropped outer arm");
}

#[test]
fn p103_a_limit_above_blocking_keeps_its_place_until_the_thread_has_ended() {
    #[timeout(1s)]
    #[limit(1)]
    #[blocking]
    async fn f(begun: oneshot::Sender<()>, opened: mpsc::Receiver<()>) -> Result<(), Late> {
        begun.send(()).unwrap();
        opened.recv().ok();
        Ok(())
    }
    // The thread holds the clock, which is moved on by hand.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let ((begun, has_begun), (open, opened)) = (oneshot::channel(), mpsc::channel());
        let first = tokio::spawn(f(begun, opened));
        has_begun.await.unwrap();
        tokio::time::advance(secs(1)).await;
        assert_eq!(expiry(&first.await.unwrap()), Some(secs(1)));

        let ((begun, mut has_begun), (_, opened)) = (oneshot::channel(), mpsc::channel());
        let second = tokio::spawn(f(begun, opened));
        spin().await;
        assert!(has_begun.try_recv().is_err(), "the first thread has not ended");
        open.send(()).unwrap();
        has_begun.await.unwrap();
        assert_eq!(second.await.unwrap(), Ok(()));
    });
}

#[tokio::test(start_paused = true)]
async fn p5_timeout_above_limit_counts_the_queue() {
    #[timeout(3s)]
    #[limit(1)]
    async fn f(log: &Log, name: &str) -> Result<(), Late> {
        log.note(name);
        sleep(secs(2)).await;
        Ok(())
    }
    let log = Log::new();
    let ((first, second), took) = timed(join(f(&log, "first"), f(&log, "second"))).await;
    // The second one starts after 2 s in the queue, and has 1 s left.
    assert_eq!((first, expiry(&second), took), (Ok(()), Some(secs(3)), secs(3)));
    assert_eq!(log.text(), "first second");
}

#[tokio::test(start_paused = true)]
async fn p5_a_call_that_expires_in_the_queue_leaves_it_and_never_runs() {
    #[timeout(patience)]
    #[limit(1)]
    async fn f(log: &Log, name: &str, patience: Duration) -> Result<(), Late> {
        log.note(name);
        pending().await
    }
    let log = Log::new();
    let calls = async { tokio::join!(f(&log, "first", secs(9)), f(&log, "second", secs(1)), f(&log, "third", secs(10))) };
    let ((first, second, third), took) = timed(calls).await;
    assert_eq!((expiry(&first), expiry(&second), expiry(&third)), (Some(secs(9)), Some(secs(1)), Some(secs(10))));
    // The third one runs after the first: the place of the second in the queue was empty by then.
    assert_eq!((log.text().as_str(), took), ("first third", secs(10)));
}

#[tokio::test(start_paused = true)]
async fn p5_timeout_below_limit_starts_once_the_place_is_there() {
    #[limit(1)]
    #[timeout(3s)]
    async fn f() -> Result<(), Late> {
        sleep(secs(2)).await;
        Ok(())
    }
    let (results, took) = timed(join_all([f(), f(), f()])).await;
    assert_eq!((results, took), (vec![Ok(()), Ok(()), Ok(())], secs(6)));
}

#[tokio::test(start_paused = true)]
async fn p6_each_of_several_timeouts_is_a_layer() {
    #[timeout(8s)]
    #[limit(1)]
    #[timeout(5s)]
    async fn f() -> Result<(), Late> {
        pending().await
    }
    let ((first, second), took) = timed(join(f(), f())).await;
    // The first one meets the inner, the second one, 5 s later, the outer.
    assert_eq!((expiry(&first), expiry(&second), took), (Some(secs(5)), Some(secs(8)), secs(8)));
}

#[tokio::test(start_paused = true)]
async fn p6_the_shorter_of_two_timeouts_expires_wherever_it_stands() {
    #[timeout(1s)]
    #[timeout(2s)]
    async fn outer() -> Result<(), Late> {
        pending().await
    }
    #[timeout(2s)]
    #[timeout(1s)]
    async fn inner() -> Result<(), Late> {
        pending().await
    }
    assert_eq!(timed(outer()).await.1, secs(1));
    assert_eq!(timed(inner()).await.1, secs(1));
}

#[tokio::test(start_paused = true)]
async fn p6_each_of_several_limits_is_a_layer() {
    static INSIDE: Gauge = Gauge::new();
    #[limit(3)]
    #[limit(2)]
    async fn f() {
        let _inside = INSIDE.enter();
        sleep(secs(1)).await;
    }
    let ((), took) = timed(join_all((0..6).map(|_| f())).map(drop)).await;
    assert_eq!((INSIDE.peak(), took), (2, secs(3)));
}

#[tokio::test(start_paused = true)]
async fn p7_one_attribute_alone_does_what_it_does_in_a_stack() {
    #[timeout(2s)]
    async fn timeout_alone() -> Result<(), Late> {
        pending().await
    }
    #[limit(2)]
    async fn limit_alone() -> Result<(), Late> {
        sleep(secs(1)).await;
        Ok(())
    }
    #[timeout(2s)]
    #[limit(2)]
    async fn both(hang: bool) -> Result<(), Late> {
        if hang { pending().await } else { sleep(secs(1)).map(Ok).await }
    }
    assert_eq!(timed(timeout_alone()).await.1, timed(both(true)).await.1);
    assert_eq!(timed(join_all((0..4).map(|_| limit_alone()))).await.1, secs(2));
    assert_eq!(timed(join_all((0..4).map(|_| both(false)))).await.1, secs(2));
}

// ---- how it is written ----

#[tokio::test(start_paused = true)]
async fn p8_renamed_imports_and_full_paths_keep_the_written_order() {
    use weftwork::limit as at_most;
    use weftwork::timeout as t;

    #[t(3s)]
    #[at_most(1)]
    #[weftwork::timeout(secs(2))]
    async fn renamed() -> Result<(), Late> {
        pending().await
    }
    #[::weftwork::limit(1)]
    #[t(2s)]
    async fn limit_above() -> Result<(), Late> {
        pending().await
    }
    let ((first, second), _) = timed(join(renamed(), renamed())).await;
    assert_eq!((expiry(&first), expiry(&second)), (Some(secs(2)), Some(secs(3))));
    let ((first, second), took) = timed(join(limit_above(), limit_above())).await;
    assert_eq!((expiry(&first), expiry(&second), took), (Some(secs(2)), Some(secs(2)), secs(4)));
}

#[tokio::test(start_paused = true)]
async fn p8_cfg_attr_adds_a_layer_or_leaves_it_out() {
    #[timeout(3s)]
    #[cfg_attr(all(), limit(1))]
    #[cfg_attr(any(), timeout(1s))]
    #[cfg_attr(all(), timeout(2s), must_use)]
    async fn f() -> Result<(), Late> {
        pending().await
    }
    let ((first, second), _) = timed(join(f(), f())).await;
    assert_eq!((expiry(&first), expiry(&second)), (Some(secs(2)), Some(secs(3))));
}

// ---- what passes through all layers ----

#[tokio::test(start_paused = true)]
async fn p12_a_call_that_is_never_polled_does_nothing() {
    #[fallback(_ => { log.note("arm"); Ok(()) })]
    #[timeout({ log.note("outer"); secs(5) }, or = { log.note("or"); Ok(()) })]
    #[limit(1, key = { log.note("key"); 1 })]
    #[retry(attempts = { log.note("attempts"); 2 }, clone(text))]
    #[timeout({ log.note("inner"); secs(5) })]
    async fn f(log: &Log, text: String) -> Result<(), Late> {
        log.note(text);
        Ok(())
    }
    let log = Log::new();
    let unpolled = f(&log, "body".into());
    f(&log, "body".into()).await.unwrap();
    assert_eq!(log.text(), "outer key attempts inner body");
    drop(unpolled);
    assert_eq!(log.text(), "outer key attempts inner body");
}

#[tokio::test(start_paused = true)]
async fn p13_p45_dropping_and_expiry_give_the_place_back() {
    #[fallback(Late::Own(_) => Ok(()))]
    #[timeout(8s)]
    #[retry(attempts = 3, when = |_| false)]
    #[limit(1)]
    #[timeout(2s)]
    async fn f(hang: bool) -> Result<(), Late> {
        if hang { pending().await } else { Ok(()) }
    }
    let mut dropped = Box::pin(f(true));
    assert!(poll_once(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(timed(f(false)).await, (Ok(()), secs(0)));

    assert_eq!(expiry(&f(true).await), Some(secs(2)));
    assert_eq!(timed(f(false)).await, (Ok(()), secs(0)));
}

#[tokio::test(start_paused = true)]
async fn p14_a_panic_passes_every_layer_with_its_payload() {
    #[fallback(_ => Ok(()))]
    #[timeout(8s, or = Ok(()))]
    #[retry(attempts = 3)]
    #[limit(1)]
    #[timeout(2s)]
    async fn f(fails: bool) -> Result<(), Late> {
        sleep(secs(1)).await;
        if fails {
            std::panic::panic_any(42_u8);
        }
        Ok(())
    }
    let payload = AssertUnwindSafe(f(true)).catch_unwind().await.unwrap_err();
    assert_eq!(payload.downcast_ref::<u8>(), Some(&42));
    assert_eq!(timed(f(false)).await, (Ok(()), secs(1)));
}

#[tokio::test(start_paused = true)]
async fn p15_return_and_question_mark_leave_the_body_only() {
    #[timeout(8s)]
    #[limit(1)]
    #[timeout(2s)]
    async fn f(way: u32) -> Result<u32, Late> {
        if way == 0 {
            return Ok(0);
        }
        let value = Err(Late::Own(way))?;
        Ok(value)
    }
    // Each one after the first needs the place that the one before has given back.
    assert_eq!(f(0).await, Ok(0));
    assert_eq!(f(1).await, Err(Late::Own(1)));
    assert_eq!(f(0).await, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn p15_every_layer_acts_on_what_the_body_returns() {
    #[fallback(Late::Own(1) => Ok(10))]
    #[retry(attempts = 3)]
    #[timeout(2s)]
    async fn f(log: &Log, way: u32) -> Result<u32, Late> {
        log.note(attempt().to_string());
        if way == 0 {
            return Err(Late::Own(1));
        }
        Err(Late::Own(way))?
    }
    let log = Log::new();
    assert_eq!((f(&log, 0).await, f(&log, 2).await), (Ok(10), Err(Late::Own(2))));
    assert_eq!(log.text(), "1 2 3 1 2 3");
}

#[tokio::test(start_paused = true)]
async fn p18_functions_and_values_give_the_same_timing() {
    #[timeout(3s)]
    #[limit(1)]
    #[timeout(2s)]
    async fn by_attributes() -> Result<(), Late> {
        pending().await
    }
    static LIMITER: Limiter = Limiter::new(1);
    async fn by_values() -> Result<(), Late> {
        timeout(secs(3), LIMITER.run(timeout(secs(2), pending()))).await??
    }
    let (attributes, took) = timed(join(by_attributes(), by_attributes())).await;
    let (values, also_took) = timed(join(by_values(), by_values())).await;
    assert_eq!(took, also_took);
    assert_eq!((expiry(&attributes.0), expiry(&attributes.1)), (expiry(&values.0), expiry(&values.1)));
}
