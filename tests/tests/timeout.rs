//! `#[timeout]` and `timeout(..)`: when the clock runs and whose value wins. What becomes of the error stands in `elapsed.rs`.

use std::cell::Cell;
use std::future::{Future, pending, ready};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{advance, sleep};
use weftwork::{Elapsed, millis, secs, timeout};
use weftwork_tests::{Log, finished, poll_once, timed};

#[derive(Debug, PartialEq)]
enum FetchError {
    Late(Elapsed),
    Own(u32),
}

impl From<Elapsed> for FetchError {
    fn from(elapsed: Elapsed) -> Self {
        Self::Late(elapsed)
    }
}

fn is_late<T>(result: &Result<T, FetchError>) -> bool {
    matches!(result, Err(FetchError::Late(_)))
}

/// Takes `work` and then gives `result`.
#[timeout(2s)]
async fn slow(work: Duration, result: Result<u32, FetchError>) -> Result<u32, FetchError> {
    sleep(work).await;
    result
}

/// Hands the body to the test.
#[timeout(limit)]
async fn within<F: Future<Output = u32>>(limit: Duration, body: F) -> Result<u32, FetchError> {
    Ok(body.await)
}

// ---- the clock ----

#[tokio::test(start_paused = true)]
async fn p12_the_clock_starts_at_the_first_poll() {
    let call = slow(secs(1), Ok(7));
    advance(secs(60)).await;
    assert_eq!(timed(call).await, (Ok(7), secs(1)));
}

#[tokio::test(start_paused = true)]
async fn p12_a_call_that_is_never_polled_evaluates_nothing() {
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    fn patience() -> Duration {
        EVALUATED.fetch_add(1, SeqCst);
        secs(1)
    }
    #[timeout(patience())]
    async fn f() -> Result<(), FetchError> {
        Ok(())
    }

    drop(f());
    assert_eq!(EVALUATED.load(SeqCst), 0);
    f().await.unwrap();
    assert_eq!(EVALUATED.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn p13_a_dropped_call_drops_its_body_and_nothing_follows() {
    let log = Log::new();
    {
        let body = {
            let guard = log.on_drop("dropped");
            let log = log.clone();
            async move {
                let _guard = guard;
                sleep(secs(1)).await;
                log.note("went on");
                1
            }
        };
        let mut call = Box::pin(within(secs(2), body));
        assert!(poll_once(call.as_mut()).is_pending());
        assert_eq!(log.text(), "");
    }
    sleep(secs(10)).await;
    assert_eq!(log.text(), "dropped");
}

#[tokio::test(start_paused = true)]
async fn p27_the_duration_may_be_an_argument_a_field_a_call_or_a_constant() {
    const PATIENCE: Duration = secs(3);
    struct Config {
        slow: Duration,
    }
    struct Client {
        config: Config,
    }
    impl Client {
        #[timeout(self.config.slow)]
        async fn by_field(&self) -> Result<(), FetchError> {
            pending().await
        }

        // The body consumes what the expression reads.
        #[timeout(self.config.slow * 2)]
        async fn by_owned_field(self) -> Result<(), FetchError> {
            let _owned = self.config;
            pending().await
        }
    }
    #[timeout(config.slow)]
    async fn by_argument(config: Config) -> Result<(), FetchError> {
        let _owned = config;
        pending().await
    }
    #[timeout(PATIENCE)]
    async fn by_constant() -> Result<(), FetchError> {
        pending().await
    }
    #[timeout(secs(1) + millis(500))]
    async fn by_call() -> Result<(), FetchError> {
        pending().await
    }

    let config = || Config { slow: secs(2) };
    assert_eq!(timed(Client { config: config() }.by_field()).await.1, secs(2));
    assert_eq!(timed(Client { config: config() }.by_owned_field()).await.1, secs(4));
    assert_eq!(timed(by_argument(config())).await.1, secs(2));
    assert_eq!(timed(by_constant()).await.1, secs(3));
    assert_eq!(timed(by_call()).await.1, millis(1500));
}

#[tokio::test(start_paused = true)]
async fn p27_the_duration_is_evaluated_once_and_before_the_body() {
    #[timeout({ log.note("duration"); secs(1) })]
    async fn f(log: &Log) -> Result<(), FetchError> {
        log.note("body");
        sleep(millis(500)).await;
        log.note("end");
        Ok(())
    }
    let log = Log::new();
    f(&log).await.unwrap();
    assert_eq!(log.text(), "duration body end");
}

#[tokio::test(start_paused = true)]
async fn p28_every_spelling_of_a_duration() {
    macro_rules! elapses {
        ($($duration:tt)+) => {{
            #[timeout($($duration)+)]
            async fn f() -> Result<(), FetchError> {
                pending().await
            }
            timed(f()).await.1
        }};
    }
    assert_eq!(elapses!(250ms), millis(250));
    assert_eq!(elapses!(5s), secs(5));
    assert_eq!(elapses!(1.5s), millis(1500));
    assert_eq!(elapses!(2min), secs(120));
    assert_eq!(elapses!(1h), secs(3600));
    assert_eq!(elapses!("5s"), secs(5));
    assert_eq!(elapses!(secs(5)), secs(5));
}

#[tokio::test(start_paused = true)]
async fn d15_a_duration_that_came_through_a_macro_fragment() {
    macro_rules! elapses {
        ($literal:literal, $expr:expr) => {{
            #[timeout($literal)]
            async fn by_literal() -> Result<(), FetchError> {
                pending().await
            }
            #[timeout($expr)]
            async fn by_expression() -> Result<(), FetchError> {
                pending().await
            }
            (timed(by_literal()).await.1, timed(by_expression()).await.1)
        }};
    }
    assert_eq!(elapses!(250ms, secs(3)), (millis(250), secs(3)));
    assert_eq!(elapses!("2s", 750ms), (secs(2), millis(750)));
}

// ---- who wins ----

#[tokio::test(start_paused = true)]
async fn p19_a_body_that_ends_in_time_gives_its_own_result() {
    assert_eq!(timed(slow(secs(1), Ok(7))).await, (Ok(7), secs(1)));
    assert_eq!(timed(slow(secs(1), Err(FetchError::Own(3)))).await, (Err(FetchError::Own(3)), secs(1)));
}

#[tokio::test(start_paused = true)]
async fn p20_a_value_at_the_very_deadline_wins() {
    assert_eq!(timed(slow(secs(2), Ok(7))).await, (Ok(7), secs(2)));
    assert!(is_late(&slow(secs(2) + millis(1), Ok(7)).await));
}

#[tokio::test(start_paused = true)]
async fn p21_a_zero_duration_polls_once() {
    /// Pending for ever, and counts how often it was asked.
    struct Asked<'a>(&'a Cell<u32>);
    impl Future for Asked<'_> {
        type Output = u32;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
            self.0.set(self.0.get() + 1);
            Poll::Pending
        }
    }

    assert_eq!(timed(within(Duration::ZERO, ready(1))).await, (Ok(1), Duration::ZERO));
    // Between two ticks of tokio's timer, which counts milliseconds.
    advance(Duration::from_micros(300)).await;
    let asked = Cell::new(0);
    let (result, took) = timed(within(Duration::ZERO, Asked(&asked))).await;
    assert!(is_late(&result));
    assert_eq!((asked.get(), took), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn p22_the_longest_duration_never_expires() {
    let century = secs(100 * 365 * 24 * 3600);
    let body = async {
        sleep(secs(3600)).await;
        1
    };
    assert_eq!(within(Duration::MAX, body).await, Ok(1));
    let mut call = pin!(within(Duration::MAX, pending()));
    assert!(poll_once(call.as_mut()).is_pending());
    advance(century).await;
    assert!(poll_once(call.as_mut()).is_pending());
}

// On the real clock: a blocked thread does not move a paused one.
#[tokio::test]
async fn p23_a_poll_can_not_be_interrupted() {
    let block = || std::thread::sleep(millis(60));
    let ready_afterwards = async {
        block();
        1
    };
    assert_eq!(within(millis(5), ready_afterwards).await, Ok(1));
    let pending_afterwards = async {
        block();
        pending().await
    };
    assert!(is_late(&within(millis(5), pending_afterwards).await));
}

#[tokio::test(start_paused = true)]
async fn p24_a_body_that_spends_the_budget_for_ever_times_out() {
    let busy = async {
        for _ in 0..1_000_000 {
            tokio::task::consume_budget().await;
        }
        0
    };
    // The clock does not move by itself while somebody is busy.
    let clock = tokio::spawn(async {
        for _ in 0..10 {
            advance(millis(200)).await;
        }
    });
    assert!(is_late(&within(secs(1), busy).await));
    clock.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn p36_an_inner_timeout_that_is_shorter_expires_alone() {
    #[timeout(1s)]
    async fn inner() -> Result<u32, FetchError> {
        pending().await
    }
    #[timeout(5s)]
    async fn outer(then: Duration) -> Result<u32, FetchError> {
        assert!(is_late(&inner().await));
        sleep(then).await;
        Ok(1)
    }
    assert_eq!(timed(outer(secs(2))).await, (Ok(1), secs(3)));
    let (result, took) = timed(outer(secs(20))).await;
    let Err(FetchError::Late(elapsed)) = result else { panic!("{result:?}") };
    assert_eq!((elapsed.function(), took), (Some("outer"), secs(5)));
}

// ---- what passes through ----

#[tokio::test(start_paused = true)]
async fn p14_a_panic_passes_with_its_payload() {
    #[timeout(1s)]
    async fn f(log: &Log) -> Result<(), FetchError> {
        let _local = log.on_drop("dropped");
        sleep(millis(10)).await;
        std::panic::panic_any(42_u8)
    }
    let log = Log::new();
    let call = std::panic::AssertUnwindSafe(f(&log));
    let payload = futures::FutureExt::catch_unwind(call).await.unwrap_err();
    assert_eq!(payload.downcast_ref::<u8>(), Some(&42));
    assert_eq!(log.text(), "dropped");
}

#[tokio::test(start_paused = true)]
async fn p16_a_returned_future_runs_outside_of_the_policy() {
    #[timeout(1s)]
    async fn make() -> Result<impl Future<Output = u32>, FetchError> {
        Ok(async {
            sleep(secs(60)).await;
            7
        })
    }
    let made = make().await.unwrap();
    assert_eq!(timed(made).await, (7, secs(60)));
}

#[tokio::test(start_paused = true)]
async fn p18_the_function_does_the_same() {
    let body = async |work: Duration| {
        sleep(work).await;
        7
    };
    assert_eq!(timed(timeout(secs(2), body(secs(2)))).await, (Ok(7), secs(2)));
    let (late, took) = timed(timeout(secs(2), body(secs(3)))).await;
    let late = late.unwrap_err();
    assert_eq!((late.function(), late.duration(), took), (None, secs(2), secs(2)));

    assert_eq!(finished(pin!(timeout(Duration::ZERO, ready(1)))), Ok(1));
    assert!(timeout(Duration::ZERO, pending::<()>()).await.is_err());
    let mut endless = pin!(timeout(Duration::MAX, pending::<()>()));
    assert!(poll_once(endless.as_mut()).is_pending());
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "polled after it had elapsed")]
async fn p18_polling_the_function_again_after_its_end_says_so() {
    let mut call = pin!(timeout(Duration::ZERO, pending::<()>()));
    call.as_mut().await.unwrap_err();
    let _again = poll_once(call.as_mut());
}
