//! Retry, limit, timeout and fallback in every order. Cases P1, P3 to P5, P13 to P15 and P92.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join;
use tokio::time::sleep;
use weftwork::{Context, Elapsed, LimitReason, Limiter, attempt, context, fallback, limit, retry, secs, timeout, with};
use weftwork_tests::{Log, poll_once, timed};

use super::{Calls, Failed, expiry, signed};

#[tokio::test(start_paused = true)]
async fn p1_a_timeout_above_a_retry_is_one_for_all_attempts_and_below_one_for_each() {
    #[timeout(1s)]
    #[retry(attempts = 4)]
    async fn above(calls: &Calls) -> Result<u32, Failed> {
        calls.note();
        pending().await
    }
    #[retry(attempts = 4)]
    #[timeout(1s)]
    async fn below(calls: &Calls) -> Result<u32, Failed> {
        calls.note();
        pending().await
    }
    let calls = Calls::new();
    let (result, took) = timed(above(&calls)).await;
    assert_eq!((expiry(&result), took, calls.at()), (Some(secs(1)), secs(1), vec![0]));
    let calls = Calls::new();
    let (result, took) = timed(below(&calls)).await;
    assert_eq!((expiry(&result), took, calls.at()), (Some(secs(1)), secs(4), vec![0, 1000, 2000, 3000]));
}

#[tokio::test(start_paused = true)]
async fn p1_one_above_and_one_below() {
    #[timeout(3500ms)]
    #[retry(attempts = 9, backoff = constant(500ms))]
    #[timeout(1s)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.note();
        pending().await
    }
    let calls = Calls::new();
    let (result, took) = timed(fetch(&calls)).await;
    // The third attempt meets the outer deadline, which reports.
    assert_eq!((expiry(&result), took), (Some(Duration::from_millis(3500)), Duration::from_millis(3500)));
    assert_eq!(calls.at(), [0, 1500, 3000]);
}

#[tokio::test(start_paused = true)]
async fn p3_a_fallback_below_a_retry_ends_it_and_above_it_runs_once() {
    #[retry(attempts = 3)]
    #[fallback(Failed::Own(number) if number > 1 => Ok(number * 10))]
    async fn below(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    #[fallback(Failed::Own(number) => Ok(number * 10))]
    #[retry(attempts = 3)]
    async fn above(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let calls = Calls::new();
    assert_eq!((signed(below(&calls).await), calls.count()), (20, 2));
    let calls = Calls::new();
    assert_eq!((signed(above(&calls).await), calls.count()), (30, 3));
}

#[tokio::test(start_paused = true)]
async fn p4_a_limit_above_a_retry_keeps_the_place_during_the_pauses() {
    static GATE: Limiter = Limiter::new(1);
    #[limit(shared = GATE)]
    #[retry(attempts = 2, backoff = constant(10s))]
    async fn fetch(log: &Log, name: &str) -> Result<u32, Failed> {
        log.note(format!("{name}{}", attempt()));
        sleep(secs(1)).await;
        Err(Failed::Own(attempt()))
    }
    let log = Log::new();
    let (results, took) = timed(join(fetch(&log, "a"), fetch(&log, "b"))).await;
    assert_eq!((signed(results.0), signed(results.1), took), (-2, -2, secs(24)));
    assert_eq!(log.text(), "a1 a2 b1 b2");
}

#[tokio::test(start_paused = true)]
async fn p4_a_limit_below_a_retry_gives_it_back_and_the_next_attempt_stands_at_the_back() {
    static GATE: Limiter = Limiter::new(1);
    #[retry(attempts = 2, backoff = constant(10s))]
    #[limit(shared = GATE)]
    async fn paused(log: &Log, name: &str) -> Result<u32, Failed> {
        log.note(format!("{name}{}", attempt()));
        sleep(secs(1)).await;
        Err(Failed::Own(attempt()))
    }
    #[retry(attempts = 2)]
    #[limit(1)]
    async fn at_once(log: &Log, name: &str) -> Result<u32, Failed> {
        log.note(format!("{name}{}", attempt()));
        sleep(secs(1)).await;
        Err(Failed::Own(attempt()))
    }
    let log = Log::new();
    let (_, took) = timed(join(paused(&log, "a"), paused(&log, "b"))).await;
    assert_eq!((log.text().as_str(), took), ("a1 b1 a2 b2", secs(13)));
    assert_eq!(GATE.available(), 1);
    // Without a pause, too: who waits comes first.
    let log = Log::new();
    let (_, took) = timed(async { tokio::join!(at_once(&log, "a"), at_once(&log, "b"), at_once(&log, "c")) }).await;
    assert_eq!((log.text().as_str(), took), ("a1 b1 c1 a2 b2 c2", secs(6)));
}

#[tokio::test(start_paused = true)]
async fn p5_p92_time_in_the_line_counts_for_a_timeout_between_and_is_retried() {
    static GATE: Limiter = Limiter::new(1);
    #[retry(attempts = 3)]
    #[timeout(2s)]
    #[limit(shared = GATE)]
    async fn fetch(log: &Log, name: &str, work: Duration) -> Result<u32, Failed> {
        log.note(format!("{name}{}", attempt()));
        sleep(work).await;
        Ok(attempt())
    }
    // The first attempt expires in the line, and its body has not run.
    let log = Log::new();
    let permit = GATE.acquire().await;
    let (result, ()) = join(fetch(&log, "a", secs(0)), sleep(secs(3)).map(|()| drop(permit))).await;
    assert_eq!((signed(result), log.text().as_str()), (2, "a2"));

    // Each attempt of `a` is cut at 2 s. `b` came at 1 s, so it is the next one, and has 1 s left.
    let log = Log::new();
    let later = async {
        sleep(secs(1)).await;
        fetch(&log, "b", secs(1)).await
    };
    let ((a, b), took) = timed(join(fetch(&log, "a", secs(9)), later)).await;
    assert_eq!((expiry(&a), signed(b), took), (Some(secs(2)), 1, secs(6)));
    assert_eq!(log.text(), "a1 b1 a2 a3");
}

#[tokio::test(start_paused = true)]
async fn p92_refusals_and_expiries_below_are_errors_like_others() {
    static GATE: Limiter = Limiter::new(1);
    #[retry(attempts = 5, backoff = constant(1s), when = |error| matches!(error, Failed::Refused(_)))]
    #[limit(shared = GATE, max_waiting = 0)]
    #[timeout(500ms)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.note();
        if attempt() == 3 { Ok(3) } else { pending().await }
    }
    let permit = GATE.acquire().await;
    let calls = Calls::new();
    let (result, ()) = join(fetch(&calls), async {
        sleep(Duration::from_millis(1500)).await;
        drop(permit);
    })
    .await;
    // Refused at 0 s and at 1 s; the body ran in the third attempt alone.
    assert_eq!((signed(result), calls.at()), (3, vec![2000]));
    // An expiry is not what `when` wants.
    let calls = Calls::new();
    assert_eq!((expiry(&fetch(&calls).await), calls.count()), (Some(Duration::from_millis(500)), 1));
    // Refused in each attempt, the last refusal comes out.
    let _permit = GATE.acquire().await;
    let calls = Calls::new();
    match fetch(&calls).await {
        Err(Failed::Refused(refusal)) => assert_eq!((refusal.reason(), calls.took()), (LimitReason::QueueFull, 4000)),
        _ => panic!("it is refused"),
    }
}

#[tokio::test(start_paused = true)]
async fn p92_a_rate_that_refuses_says_when_to_come_again() {
    fn free_in(error: &Failed) -> Option<Duration> {
        if let Failed::Refused(refusal) = error { refusal.retry_after() } else { None }
    }
    #[retry(attempts = 3, after = free_in)]
    #[limit(1/s, wait = 0s)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        Ok(calls.note())
    }
    let calls = Calls::new();
    for number in 1..=3 {
        assert_eq!(signed(fetch(&calls).await), number);
    }
    assert_eq!(calls.at(), [0, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn p92_an_attempt_that_expires_is_cleaned_up_before_the_next_one_starts() {
    fn lease(log: &Log) -> Context<()> {
        let log = log.clone();
        context!(async move {
            yield ();
            sleep(secs(1)).await;
            log.note("cleaned");
        })
    }
    #[retry(attempts = 2)]
    #[limit(1)]
    #[timeout(100ms)]
    async fn fetch(log: &Log) -> Result<u32, Failed> {
        log.note(attempt().to_string());
        with!(_ = lease(log), { pending::<()>().await }).await;
        Ok(1)
    }
    let log = Log::new();
    let (result, took) = timed(fetch(&log)).await;
    assert_eq!((expiry(&result).is_some(), took), (true, Duration::from_millis(2200)));
    assert_eq!(log.text(), "1 cleaned 2 cleaned");
}

// ---- what passes through all layers, in every order ----

/// The same function under each stack.
macro_rules! in_every_order {
    ($check:ident: $($name:ident: $(#[$attribute:meta])+)+) => {$({
        static GATE: Limiter = Limiter::new(1);
        mod $name {
            pub(super) const NAME: &str = stringify!($name);
        }
        $(#[$attribute])+
        async fn call(log: &Log, way: &str) -> Result<u32, Failed> {
            let _gone = log.on_drop("gone");
            log.note("in");
            match way {
                "hangs" => pending().await,
                "panics" => std::panic::panic_any(42_u8),
                "returns" => return Err(Failed::Own(9)),
                "asks" => Err(Failed::Own(9))?,
                _ => sleep(secs(1)).await,
            }
            Ok(1)
        }
        $check($name::NAME, call, &GATE).await;
    })+};
    ($check:ident) => {
        in_every_order! { $check:
            retry_limit_timeout: #[retry(attempts = 2, when = Failed::is_own)] #[limit(shared = GATE)] #[timeout(5s)]
            retry_timeout_limit: #[retry(attempts = 2, when = Failed::is_own)] #[timeout(5s)] #[limit(shared = GATE)]
            limit_retry_timeout: #[limit(shared = GATE)] #[retry(attempts = 2, when = Failed::is_own)] #[timeout(5s)]
            limit_timeout_retry: #[limit(shared = GATE)] #[timeout(5s)] #[retry(attempts = 2, when = Failed::is_own)]
            timeout_retry_limit: #[timeout(5s)] #[retry(attempts = 2, when = Failed::is_own)] #[limit(shared = GATE)]
            timeout_limit_retry: #[timeout(5s)] #[limit(shared = GATE)] #[retry(attempts = 2, when = Failed::is_own)]
            fallback_retry_limit_timeout:
                #[fallback(Failed::Own(n) if n > 9 => Ok(n))] #[retry(attempts = 2, when = Failed::is_own)] #[limit(shared = GATE)] #[timeout(5s)]
            retry_fallback_limit_timeout:
                #[retry(attempts = 2, when = Failed::is_own)] #[fallback(Failed::Own(n) if n > 9 => Ok(n))] #[limit(shared = GATE)] #[timeout(5s)]
            limit_retry_timeout_fallback:
                #[limit(shared = GATE)] #[retry(attempts = 2, when = Failed::is_own)] #[timeout(5s)] #[fallback(Failed::Own(n) if n > 9 => Ok(n))]
            timeout_fallback_limit_retry:
                #[timeout(5s)] #[fallback(Failed::Own(n) if n > 9 => Ok(n))] #[limit(shared = GATE)] #[retry(attempts = 2, when = Failed::is_own)]
        }
    };
}

async fn each_way_out(stack: &str, call: impl AsyncFn(&Log, &str) -> Result<u32, Failed>, gate: &Limiter) {
    let log = Log::new();
    assert_eq!(signed(call(&log, "value").await), 1, "{stack}");
    assert_eq!((log.text().as_str(), gate.available()), ("in gone", 1), "{stack}");

    // P15: the layers act on the result, so each of these runs twice.
    for way in ["returns", "asks"] {
        let log = Log::new();
        assert_eq!(signed(call(&log, way).await), -9, "{stack}");
        assert_eq!((log.text().as_str(), gate.available()), ("in gone in gone", 1), "{stack}");
    }

    // P14: a panic is not retried.
    let log = Log::new();
    let payload = AssertUnwindSafe(call(&log, "panics")).catch_unwind().await.err().unwrap();
    assert_eq!(payload.downcast_ref::<u8>(), Some(&42), "{stack}");
    assert_eq!((log.text().as_str(), gate.available(), attempt()), ("in gone", 1, 1), "{stack}");

    // P13: neither is a call that is dropped.
    let log = Log::new();
    {
        let mut dropped = Box::pin(call(&log, "hangs"));
        assert!(poll_once(dropped.as_mut()).is_pending(), "{stack}");
        assert_eq!(gate.available(), 0, "{stack}");
    }
    assert_eq!((log.text().as_str(), gate.available()), ("in gone", 1), "{stack}");

    // P92: an expiry is none of its own errors.
    let log = Log::new();
    let (result, took) = timed(call(&log, "hangs")).await;
    assert_eq!((expiry(&result), took), (Some(secs(5)), secs(5)), "{stack}");
    assert_eq!((log.text().as_str(), gate.available()), ("in gone", 1), "{stack}");

    // P12: and one that is never polled does nothing.
    let log = Log::new();
    drop(call(&log, "value"));
    assert_eq!((log.text().as_str(), gate.available()), ("", 1), "{stack}");
}

#[tokio::test(start_paused = true)]
async fn p7_p12_p13_p14_p15_every_way_out_in_every_order() {
    in_every_order!(each_way_out);
}

#[tokio::test(start_paused = true)]
async fn p8_renamed_full_paths_and_cfg_attr_keep_the_order() {
    use weftwork::{limit as at_most, retry as again};
    #[again(attempts = 2)]
    #[cfg_attr(all(), weftwork::timeout(1s))]
    #[cfg_attr(any(), again(attempts = 9))]
    #[::weftwork::limit(1)]
    #[at_most(5)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.note();
        pending().await
    }
    let calls = Calls::new();
    assert_eq!((expiry(&fetch(&calls).await), calls.at()), (Some(secs(1)), vec![0, 1000]));
}

#[weftwork::timeout(9s)]
#[retry(attempts = 3)]
#[tokio::test(start_paused = true)]
async fn p11_above_a_test() -> Result<(), Elapsed> {
    assert!(attempt() <= 3);
    if attempt() < 3 { Err(timeout(secs(1), pending::<()>()).await.unwrap_err()) } else { Ok(()) }
}
