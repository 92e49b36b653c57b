//! A future that is polled on outside of the timeout in which it began, or inside of one that it did not begin in.

use super::*;
use std::sync::Arc;

#[timeout(5s)]
async fn hangs() -> Result<(), Elapsed> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn p37_a_future_that_leaves_the_timeout_it_began_in_expires_by_its_own_clock() {
    let start = Instant::now();
    let mut call = Box::pin(hangs());
    let outer = timeout(secs(2), call.as_mut()).await;
    assert_eq!((outer.unwrap_err().duration(), start.elapsed()), (secs(2), secs(2)));
    let late = call.await.unwrap_err();
    assert_eq!((late.function(), late.is_inherited(), start.elapsed()), (Some("hangs"), false, secs(5)));
}

#[tokio::test(start_paused = true)]
async fn p37_such_a_future_that_is_polled_later_still_has_expired_already() {
    let mut call = Box::pin(hangs());
    assert!(timeout(secs(2), call.as_mut()).await.is_err());
    sleep(secs(60)).await;
    let (result, took) = timed(call).await;
    assert_eq!((result.unwrap_err().function(), took), (Some("hangs"), secs(0)));
}

#[tokio::test(start_paused = true)]
async fn p37_it_is_capped_again_where_it_is_polled_inside_of_another() {
    let mut call = Box::pin(hangs());
    assert!(poll_once(call.as_mut()).is_pending());
    let (late, took) = timed(timeout(secs(1), call.as_mut())).await;
    assert_eq!((late.unwrap_err().function(), took), (None, secs(1)));
    let (late, took) = timed(timeout(secs(2), call.as_mut())).await;
    assert_eq!((late.unwrap_err().function(), took), (None, secs(2)));
    // Two seconds are left: the third one has more.
    let (late, took) = timed(timeout(secs(9), call)).await;
    assert_eq!((late.unwrap().unwrap_err().function(), took), (Some("hangs"), secs(2)));
}

#[tokio::test(start_paused = true)]
async fn p37_what_it_sees_changes_with_its_place() {
    let log = Log::new();
    let mut call = Box::pin(timeout(secs(10), async {
        loop {
            log.note(format!("{}", left().unwrap() / 1000));
            sleep(secs(1)).await;
        }
    }));
    let all: Result<Result<(), Elapsed>, Elapsed> = timeout(millis(1500), call.as_mut()).await;
    assert!(all.is_err());
    let all: Result<Result<(), Elapsed>, Elapsed> = timeout(millis(1500), call.as_mut()).await;
    assert!(all.is_err());
    assert!(call.await.is_err());
    // By itself it would count down from ten.
    assert_eq!(log.text(), "1 0 1 0 6 5 4 3 2 1 0");
}

#[tokio::test(start_paused = true)]
async fn p38_a_future_that_goes_into_a_task_has_its_own_clock_there() {
    let mut call = Box::pin(hangs());
    let task = timeout(secs(1), async move {
        assert!(poll_once(call.as_mut()).is_pending());
        tokio::spawn(call)
    });
    // A task of tokio's inherits nothing.
    let task = task.await.unwrap();
    let (result, took) = timed(task).await;
    let late = result.unwrap().unwrap_err();
    assert_eq!((late.function(), late.is_inherited(), took), (Some("hangs"), false, secs(5)));
}

#[tokio::test(start_paused = true)]
async fn p36_a_future_that_is_only_borrowed_is_not_dropped() {
    let owned = Arc::new(());
    let held = owned.clone();
    let mut call = pin!(async move {
        sleep(secs(5)).await;
        drop(held);
        7
    });
    assert!(timeout(secs(2), call.as_mut()).await.is_err());
    assert_eq!(Arc::strong_count(&owned), 2);
    assert_eq!(timed(timeout(secs(9), call)).await, (Ok(7), secs(3)));
}
