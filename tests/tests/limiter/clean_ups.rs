//! A permit stays until the clean-ups of the body have ended. Case P46.

use std::future::pending;
use std::pin::pin;

use tokio::time::sleep;
use weftwork::__private as p;
use weftwork::{Context, KeyedLimiter, Limiter, context, millis, secs, timeout, with};
use weftwork_tests::{finished, poll_once, timed};

/// Its clean-up takes a second.
fn slow() -> Context<()> {
    context!(async {
        yield ();
        sleep(secs(1)).await;
        Ok(())
    })
}

async fn hangs_in_it() {
    with!(_ = slow(), { pending::<()>().await }).await;
}

#[tokio::test(start_paused = true)]
async fn p46_the_permit_comes_back_when_the_clean_up_has_ended() {
    static ONE: Limiter = Limiter::new(1);
    let mut call = Box::pin(ONE.run(hangs_in_it()));
    assert!(poll_once(call.as_mut()).is_pending());
    drop(call);
    assert_eq!(ONE.available(), 0);
    let ((), took) = timed(ONE.run(async {})).await;
    assert_eq!((took, ONE.available()), (secs(1), 1));
}

#[tokio::test(start_paused = true)]
async fn p46_of_whatever_kind_the_limiter_is() {
    let (owned, keyed) = (Limiter::new(1), KeyedLimiter::<u32>::new(Limiter::new(1)));
    let mut by_turn = Box::pin(owned.turn().run(hangs_in_it()));
    let mut by_key = Box::pin(keyed.run(&7, hangs_in_it()));
    assert!(poll_once(by_turn.as_mut()).is_pending() && poll_once(by_key.as_mut()).is_pending());
    drop((by_turn, by_key));
    assert_eq!((owned.available(), keyed.len()), (0, 1));
    // The permit is kept, although the limiter goes.
    drop(owned);
    let ((), took) = timed(keyed.run(&7, async {})).await;
    assert_eq!((took, keyed.len()), (secs(1), 0));
}

#[tokio::test(start_paused = true)]
async fn p46_also_what_the_body_itself_left_behind() {
    static ONE: Limiter = Limiter::new(1);
    // The body ends; what it gave up in an earlier poll, and in its last one, still cleans up.
    for early in [true, false] {
        let call = p::limit(&ONE, p::turn("call"), p::refuse, move || async move {
            let mut given_up = Box::pin(hangs_in_it());
            assert!(poll_once(given_up.as_mut()).is_pending());
            drop(given_up);
            if early {
                tokio::task::yield_now().await;
            }
        });
        let ((), took) = timed(call).await;
        assert_eq!((took, ONE.available()), (secs(0), 0));
        let ((), took) = timed(ONE.run(async {})).await;
        assert_eq!((took, ONE.available()), (secs(1), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn p46_whoever_is_around_waits_for_the_clean_up_as_well() {
    static ONE: Limiter = Limiter::new(1);
    let (result, took) = timed(timeout(millis(100), ONE.run(hangs_in_it()))).await;
    assert!(result.is_err());
    assert_eq!((took, ONE.available()), (millis(1100), 1));
}

#[tokio::test(start_paused = true)]
async fn p13_a_body_without_clean_ups_gives_back_at_once() {
    static ONE: Limiter = Limiter::new(1);
    let mut call = Box::pin(ONE.run(pending::<()>()));
    assert!(poll_once(call.as_mut()).is_pending());
    drop(call);
    finished(pin!(ONE.run(async {})));
}
