//! How many attempts there are, and what ends them.

use std::cell::Cell;
use std::future::{pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio::time::sleep;
use weftwork::{Backoff, Retry, millis, secs};
use weftwork_tests::{Log, panic_of, panic_within, poll_once, timed};

use super::{Bare, Calls, signed};

#[tokio::test(start_paused = true)]
async fn p75_four_attempts_are_four_calls() {
    let calls = Calls::new();
    assert_eq!(signed(Retry::attempts(4).run(|| calls.fail()).await), -4);
    assert_eq!((calls.count(), calls.took()), (4, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn p75_success_stops() {
    let calls = Calls::new();
    assert_eq!(signed(Retry::attempts(4).run(|| calls.fail_before(2)).await), 2);
    assert_eq!(calls.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn p75_no_sleep_before_the_first_and_after_the_last() {
    let calls = Calls::new();
    let retry = Retry::attempts(3).backoff(Backoff::constant(secs(1)));
    assert_eq!(timed(retry.run(|| calls.fail())).await.1, secs(2));
    assert_eq!(calls.at(), [0, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn p75_one_attempt_is_no_retry() {
    let calls = Calls::new();
    let retry = Retry::attempts(1).backoff(Backoff::constant(secs(1)));
    assert_eq!(signed(retry.run(|| calls.fail()).await), -1);
    assert_eq!((calls.at(), calls.took()), (vec![0], Duration::ZERO));
}

#[test]
fn p122_no_attempts_are_a_panic() {
    assert!(panic_of(|| _ = Retry::attempts(0)).contains("retry of no attempts"));
}

#[tokio::test]
async fn p76_the_last_error_comes_unchanged() {
    let made = Cell::new(0);
    let result: Result<(), Box<Bare>> = Retry::attempts(3)
        .run(|| {
            made.set(made.get() + 1);
            ready(Err(Box::new(Bare(made.get()))))
        })
        .await;
    assert_eq!(result.err().map(|error| error.0), Some(3));
}

#[tokio::test]
async fn p77_an_error_that_when_does_not_want_is_the_end() {
    fn is_early(error: &Bare) -> bool {
        error.0 < 2
    }
    let calls = Calls::new();
    assert_eq!(signed(Retry::attempts(9).when(is_early).run(|| calls.fail()).await), -2);
    let calls = Calls::new();
    assert_eq!(signed(Retry::attempts(9).when(|error: &Bare| error.0 < 5).run(|| calls.fail()).await), -5);
}

#[tokio::test]
async fn p77_when_comes_first_then_attempts_then_after() {
    let (log, calls) = (Log::new(), Calls::new());
    let retry = Retry::attempts(3)
        .when(|error: &Bare| {
            log.note(format!("when:{}", error.0));
            true
        })
        .after(|error: &Bare| {
            log.note(format!("after:{}", error.0));
            None
        });
    assert_eq!(signed(retry.run(|| calls.fail()).await), -3);
    assert_eq!(log.text(), "when:1 after:1 when:2 after:2 when:3");
}

#[tokio::test]
async fn p80_others_have_a_turn_between_attempts() {
    let is_there = Arc::new(AtomicBool::new(false));
    let other = tokio::spawn({
        let is_there = is_there.clone();
        async move { is_there.store(true, SeqCst) }
    });
    // Only the other task ends it, and there is one thread for both.
    let retry = Retry::lasting(Duration::MAX).run(|| ready(if is_there.load(SeqCst) { Ok(()) } else { Err(()) }));
    assert_eq!(retry.await, Ok(()));
    other.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn p86_the_next_attempt_sees_what_the_last_one_changed() {
    let mut seen = vec![0];
    let retry = Retry::attempts(3).backoff(Backoff::constant(secs(1)));
    let result = retry.run_mut(async || {
        seen.push(seen.len());
        sleep(millis(1)).await;
        if seen.len() == 4 { Ok(seen.len()) } else { Err(()) }
    });
    assert_eq!(timed(result).await, (Ok(4), millis(2003)));
    assert_eq!(seen, [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn p91_dropped_during_a_sleep_no_attempt_follows() {
    let calls = Calls::new();
    {
        let mut call = pin!(Retry::attempts(4).backoff(Backoff::constant(secs(1))).run(|| calls.fail()));
        assert!(poll_once(call.as_mut()).is_pending());
        tokio::time::advance(millis(500)).await;
        assert!(poll_once(call.as_mut()).is_pending());
    }
    sleep(secs(10)).await;
    assert_eq!(calls.at(), [0]);
}

#[tokio::test(start_paused = true)]
async fn p12_without_a_poll_nothing_happens() {
    let calls = Calls::new();
    // The time of `within` counts from the first poll.
    let call = Retry::lasting(secs(1)).backoff(Backoff::constant(secs(1))).run(|| calls.fail());
    sleep(secs(60)).await;
    assert_eq!(calls.count(), 0);
    assert_eq!(signed(call.await), -2);
}

#[tokio::test(start_paused = true)]
async fn p13_dropped_during_an_attempt_its_locals_go() {
    let log = Log::new();
    {
        let mut call = pin!(Retry::attempts(4).run(|| {
            let guard = log.on_drop("dropped");
            async move {
                let _guard = guard;
                pending::<Result<(), ()>>().await
            }
        }));
        assert!(poll_once(call.as_mut()).is_pending());
        assert_eq!(log.text(), "");
    }
    assert_eq!(log.text(), "dropped");
}

#[tokio::test]
async fn p14_a_panic_in_the_body_is_not_retried() {
    let calls = Calls::new();
    let call = Retry::attempts(4).run(|| async {
        calls.note();
        panic!("the body");
        #[expect(unreachable_code, reason = "gives the body its type")]
        Ok::<(), ()>(())
    });
    assert_eq!(panic_within(call).await, "the body");
    assert_eq!(calls.count(), 1);
}

#[tokio::test]
async fn p93_a_panic_of_when_goes_on() {
    let calls = Calls::new();
    let retry = Retry::attempts(4).when(|error: &Bare| if error.0 == 2 { panic!("when") } else { true });
    assert_eq!(panic_within(retry.run(|| calls.fail())).await, "when");
    assert_eq!((calls.count(), weftwork::attempt()), (2, 1));
}

#[test]
fn p18_a_retry_is_a_value() {
    static PATIENT: Retry = Retry::attempts(4).within(secs(9)).backoff(Backoff::doubling(millis(50), secs(2))).jitter();
    let copy = PATIENT;
    let text = format!("{:?}", copy.when(|error: &Bare| error.0 > 0));
    assert!(text.contains("attempts: Some(4)") && text.contains("within: Some(9s)") && text.contains("jitter: true"), "{text}");
}
