//! Errors that can not be shown, one that begins again for ever, and one on a runtime within a group.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::block_in_place;
use weftwork::{
    Group, Restart, background, background_with_restart, drain_background, millis, secs, task_group, timeout, with, with_grace,
};
use weftwork_tests::{Log, Reports, timed};

use super::kit::{slow, turns};

/// An error that can not be shown.
#[derive(Debug)]
struct Mute;

impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it can not be shown")
    }
}

impl Error for Mute {}

/// Begins another one when it is dropped, up to a number that nobody should come to.
struct Again(Arc<AtomicUsize>);

impl Again {
    const MOST: usize = 1000;

    fn begin(self) {
        if self.0.fetch_add(1, SeqCst) < Self::MOST {
            background("c126 again", async move {
                let _again = self;
                pending::<()>().await;
            });
        }
    }
}

impl Drop for Again {
    fn drop(&mut self) {
        // The last one is not to begin another in its own end.
        if self.0.load(SeqCst) < Self::MOST {
            Self(self.0.clone()).begin();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn c124_restarts_go_on_behind_an_error_that_can_not_be_shown() {
    Reports::start();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    background_with_restart("c124 mute", Restart::new().limit(3), move || {
        counted.fetch_add(1, SeqCst);
        async { Err::<(), _>(Mute) }
    });
    assert!(drain_background(Duration::MAX).await.is_empty());
    assert_eq!(runs.load(SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn c126_one_that_begins_again_when_it_is_dropped_does_not_hold_up_the_end() {
    let began = Arc::new(AtomicUsize::new(0));
    Again(began.clone()).begin();
    turns().await;
    with_grace(Duration::ZERO, drain_background(Duration::ZERO)).await;
    let count = began.swap(Again::MOST, SeqCst);
    assert!(count < 10, "it has begun {count} times");
}

/// What has its thread is within a group, and what it runs is not.
#[tokio::test(flavor = "multi_thread")]
async fn c125_on_a_runtime_within_a_group_it_is_in_no_scope() {
    let within = async {
        let group = task_group(async |_: Group<String>| {
            let took = block_in_place(|| {
                let inner = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
                inner.block_on(async {
                    let (sender, receiver) = oneshot::channel();
                    background("c125 inner", async move {
                        let stuck = with!(_ = slow(&Log::new(), "x", secs(5)), { pending::<()>().await });
                        let ((), took) = timed(async { drop(timeout(millis(1), stuck).await) }).await;
                        sender.send(took).unwrap();
                    });
                    receiver.await.unwrap()
                })
            });
            Ok(took)
        });
        group.grace(secs(1)).await.unwrap()
    };
    assert_eq!(tokio::spawn(within).await.unwrap(), millis(5001));
}
