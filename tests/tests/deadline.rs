//! `deadline()` and `remaining()`: the timeouts around cap those inside. What goes along into tasks stands in `deadline/tasks.rs`.
//! Cases P35 to P39, and X49.

#![allow(clippy::async_yields_async, reason = "a task is started inside of a timeout and awaited outside")]

#[path = "deadline/moved.rs"]
mod moved;
#[path = "deadline/tasks.rs"]
mod tasks;

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::future::join;
use tokio::time::{Instant, advance, sleep};
use weftwork::{Context, Elapsed, context, deadline, drain, fallback, millis, remaining, secs, timeout, with};
use weftwork_tests::{Log, poll_once, timed};

/// Moves the paused clock on within one poll, as a body does that blocks its thread.
fn block(time: Duration) {
    assert!(poll_once(pin!(advance(time))).is_pending());
}

/// How much time there is, in milliseconds.
fn left() -> Option<u128> {
    remaining().map(|left| left.as_millis())
}

/// Takes no time by itself, and has 10 s.
#[timeout(10s)]
async fn look() -> Result<Option<u128>, Elapsed> {
    Ok(left())
}

// ---- what they tell ----

#[tokio::test(start_paused = true)]
async fn p35_inside_it_is_the_start_plus_the_duration() {
    #[timeout(5s)]
    async fn f(start: Instant) -> Result<(), Elapsed> {
        assert_eq!((deadline(), remaining()), (Some(start + secs(5)), Some(secs(5))));
        sleep(secs(2)).await;
        assert_eq!((deadline(), remaining()), (Some(start + secs(5)), Some(secs(3))));
        Ok(())
    }
    advance(secs(1)).await;
    assert_eq!((deadline(), remaining()), (None, None));
    f(Instant::now()).await.unwrap();
    assert_eq!((deadline(), remaining()), (None, None));
}

#[tokio::test(start_paused = true)]
async fn p35_the_clock_starts_at_the_first_poll() {
    let call = look();
    advance(secs(7)).await;
    assert_eq!(call.await, Ok(Some(10_000)));
}

#[tokio::test(start_paused = true)]
async fn p35_siblings_do_not_see_it() {
    let timed = timeout(secs(5), async {
        sleep(secs(1)).await;
        left()
    });
    let free = async {
        let before = left();
        sleep(millis(500)).await;
        let between = left();
        sleep(secs(1)).await;
        (before, between, left())
    };
    assert_eq!(join(timed, free).await, (Ok(Some(4000)), (None, None, None)));
}

#[tokio::test(start_paused = true)]
async fn p35_locals_see_it_where_they_are_dropped_too() {
    struct Looks(Log);
    impl Drop for Looks {
        fn drop(&mut self) {
            self.0.note(format!("{:?}", left()));
        }
    }
    let log = Log::new();
    timeout(secs(5), async { drop(Looks(log.clone())) }).await.unwrap();
    let held = Looks(log.clone());
    let late = timeout(secs(5), async move {
        let _held = held;
        pending::<()>().await;
    });
    assert!(late.await.is_err());
    assert_eq!(log.text(), "Some(5000) Some(0)");
}

#[tokio::test(start_paused = true)]
async fn p14_p35_a_panic_leaves_none_behind() {
    let panics = timeout(secs(5), async {
        tokio::task::yield_now().await;
        panic!("on purpose");
    });
    let caught: Result<Result<(), Elapsed>, _> = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(panics)).await;
    assert!(caught.is_err());
    assert_eq!(deadline(), None);
}

#[tokio::test(start_paused = true)]
async fn p22_p35_the_longest_duration_has_no_deadline() {
    assert_eq!(timeout(Duration::MAX, async { deadline() }).await, Ok(None));
    let outer = timeout(secs(3), timeout(Duration::MAX, async { left() }));
    assert_eq!(outer.await, Ok(Ok(Some(3000))));
    let (late, took) = timed(timeout(secs(3), timeout(Duration::MAX, pending::<()>()))).await;
    assert_eq!((late.unwrap_err().duration(), took), (secs(3), secs(3)));
}

// ---- one in another ----

#[tokio::test(start_paused = true)]
async fn p36_the_shorter_one_inside_is_in_force_for_as_long_as_it_lasts() {
    #[timeout(2s)]
    async fn inner() -> Result<u32, Elapsed> {
        assert_eq!(left(), Some(2000));
        pending().await
    }
    #[timeout(6s)]
    async fn outer() -> Result<u32, Elapsed> {
        assert_eq!(left(), Some(6000));
        let late = inner().await.unwrap_err();
        assert_eq!((late.function(), late.is_inherited(), left()), (Some("inner"), false, Some(4000)));
        pending().await
    }
    let (result, took) = timed(outer()).await;
    let late = result.unwrap_err();
    assert_eq!((late.function(), late.is_inherited(), took), (Some("outer"), false, secs(6)));
}

#[tokio::test(start_paused = true)]
async fn p37_an_inner_one_that_is_as_late_or_later_leaves_the_end_to_the_outer() {
    #[timeout(own)]
    async fn inner(own: Duration) -> Result<u32, Elapsed> {
        assert_eq!(left(), Some(3000));
        pending().await
    }
    #[timeout(3s)]
    async fn outer(own: Duration) -> Result<u32, Elapsed> {
        inner(own).await
    }
    for own in [secs(3), secs(4), secs(3600), Duration::MAX] {
        let (result, took) = timed(outer(own)).await;
        let late = result.unwrap_err();
        assert_eq!((late.function(), late.duration(), took), (Some("outer"), secs(3), secs(3)), "{own:?}");
        assert!(!late.is_inherited());
    }
}

#[tokio::test(start_paused = true)]
async fn p37_neither_the_inner_value_nor_the_inner_fallback_is_evaluated() {
    #[timeout(5s, or = { log.note("or"); Ok(1) })]
    async fn with_or(log: &Log) -> Result<u32, Elapsed> {
        let _local = log.on_drop("dropped");
        pending().await
    }
    #[fallback(_ => { log.note("arm"); Ok(2) })]
    #[timeout(5s)]
    async fn with_fallback(log: &Log) -> Result<u32, Elapsed> {
        let _local = log.on_drop("dropped");
        pending().await
    }
    let log = Log::new();
    assert_eq!(timeout(secs(2), with_or(&log)).await.unwrap_err().duration(), secs(2));
    assert_eq!(timeout(secs(2), with_fallback(&log)).await.unwrap_err().duration(), secs(2));
    assert_eq!(log.text(), "dropped dropped");
    // On their own they do.
    assert_eq!((with_or(&log).await, with_fallback(&log).await), (Ok(1), Ok(2)));
    assert_eq!(log.text(), "dropped dropped dropped or dropped arm");
}

#[tokio::test(start_paused = true)]
async fn p37_a_value_at_the_outer_deadline_still_wins() {
    let inner = timeout(secs(9), async {
        sleep(secs(2)).await;
        7
    });
    assert_eq!(timed(timeout(secs(2), inner)).await, (Ok(Ok(7)), secs(2)));
}

#[tokio::test(start_paused = true)]
async fn p37_the_earliest_of_many_counts_wherever_it_stands() {
    for order in [[1, 2, 3], [2, 1, 3], [3, 2, 1], [2, 3, 1]] {
        let [outer, middle, inner] = order.map(secs);
        let call = timeout(outer, timeout(middle, timeout(inner, async { left() })));
        assert_eq!(call.await, Ok(Ok(Ok(Some(1000)))), "{order:?}");
    }
}

// ---- past it ----

#[tokio::test(start_paused = true)]
async fn p39_past_the_deadline_nothing_remains() {
    let blocked = timeout(secs(5), async {
        block(secs(8));
        (left(), deadline().unwrap() + secs(3) == Instant::now())
    });
    assert_eq!(blocked.await, Ok((Some(0), true)));
}

#[tokio::test(start_paused = true)]
async fn p39_a_nested_timeout_polls_once() {
    let polls = Cell::new(0);
    let counted = poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::<()>::Pending
    });
    let blocked = timeout(secs(5), async {
        block(secs(8));
        timeout(secs(1), counted).await
    });
    let (late, took) = timed(blocked).await;
    assert_eq!((late.unwrap_err().duration(), polls.get(), took), (secs(5), 1, secs(8)));

    // What is ready then is still seen.
    let ready = timeout(secs(5), async {
        block(secs(8));
        look().await
    });
    assert_eq!(ready.await, Ok(Ok(Some(0))));
}

// ---- clean-ups ----

/// Notes how much time its clean-up sees.
fn noted(log: &Log) -> Context<()> {
    let log = log.clone();
    context!(async move {
        log.note(format!("entered:{:?}", left()));
        yield ();
        log.note(format!("clean-up:{:?}", left()));
        // More than there was for the call.
        sleep(secs(4)).await;
        log.note(format!("after:{:?}", left()));
        assert_eq!(look().await, Ok(Some(10_000)));
    })
}

#[tokio::test(start_paused = true)]
async fn x49_a_clean_up_in_line_sees_none() {
    let log = Log::new();
    let work = timeout(secs(6), async {
        with!(_ = noted(&log), { log.note(format!("body:{:?}", left())) }).await;
        left()
    });
    assert_eq!(work.await, Ok(Some(2000)));
    assert_eq!(log.text(), "entered:Some(6000) body:Some(6000) clean-up:None after:None");
}

#[tokio::test(start_paused = true)]
async fn x49_a_clean_up_that_the_timeout_waits_for_sees_none() {
    let log = Log::new();
    let work = timeout(secs(3), with!(_ = noted(&log), { pending::<()>().await }));
    assert_eq!(timed(work).await.1, secs(7));
    assert_eq!(log.text(), "entered:Some(3000) clean-up:None after:None");
}

#[tokio::test(start_paused = true)]
async fn x49_a_clean_up_of_an_inner_timeout_outlasts_the_outer_one() {
    let log = Log::new();
    let inner = timeout(secs(1), with!(_ = noted(&log), { pending::<()>().await }));
    // The inner one waits for its clean-up when the outer one ends; the outer one goes on waiting for it.
    let (late, took) = timed(timeout(secs(2), inner)).await;
    assert_eq!((late.unwrap_err().duration(), took), (secs(2), secs(5)));
    assert_eq!(log.text(), "entered:Some(1000) clean-up:None after:None");
}

#[tokio::test(start_paused = true)]
async fn x49_a_clean_up_that_is_handed_over_sees_none() {
    let log = Log::new();
    let mut work = Box::pin(timeout(secs(3), with!(_ = noted(&log), { pending::<()>().await })));
    assert!(poll_once(work.as_mut()).is_pending());
    drop(work);
    assert!(drain(secs(9)).await.is_empty());
    assert_eq!(log.text(), "entered:Some(3000) clean-up:None after:None");
}
