//! An error that can not be shown, and the waker of one that has returned.

use std::fmt;
use std::future::pending;
use std::pin::pin;
use std::task::Poll;

use tokio::sync::oneshot;
use weftwork::{Until, Wait, spawn, wait};
use weftwork_tests::children::{Wakes, poll};
use weftwork_tests::{Reports, spin};

/// An error that can not be shown.
#[derive(Debug)]
struct Mute;

impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it can not be shown")
    }
}

impl std::error::Error for Mute {}

#[tokio::test]
async fn c114_an_error_that_can_not_be_shown() {
    Reports::start();
    let failing = spawn(async { Err::<(), _>(Mute) });
    let running = spawn(async {
        pending::<()>().await;
        Ok(())
    });
    let Wait { done, pending } = wait([failing, running], Until::FirstError).await;
    assert_eq!((done.len(), pending.len()), (1, 1), "it has not panicked, and cancelled nobody");
    done.into_iter().next().unwrap().await.unwrap().unwrap_err();
}

/// Those that run on have nobody to wake.
#[tokio::test]
async fn c113_no_wake_behind_its_return() {
    let (wakes, waker) = Wakes::new();
    let (first, has_first) = oneshot::channel::<()>();
    let (second, has_second) = oneshot::channel::<()>();
    let tasks = [has_first, has_second].map(|gone| spawn(async { drop(gone.await) }));
    let (done, pending) = {
        let mut waiting = pin!(wait(tasks, Until::FirstCompleted));
        assert!(poll(waiting.as_mut(), &waker).is_pending());
        spin().await;
        drop(first);
        spin().await;
        let Poll::Ready(Wait { done, pending }) = poll(waiting.as_mut(), &waker) else { panic!("one has ended") };
        (done, pending)
    };
    assert!(wakes.take() > 0);
    drop(second);
    spin().await;
    assert_eq!((done.len(), pending.len(), wakes.take()), (1, 1, 0));
}
