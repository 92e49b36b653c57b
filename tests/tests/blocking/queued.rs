//! P102: dropped while it is queued for a thread, the work never runs.

use std::pin::pin;

use tokio::runtime::{Builder, Runtime};
use weftwork::{blocking, clean_ups};
use weftwork_tests::{Log, poll_once};

use super::{held, round_trip};

fn with_one_thread() -> Runtime {
    Builder::new_current_thread().enable_time().max_blocking_threads(1).build().unwrap()
}

#[test]
fn p102_dropped_while_queued_the_work_never_runs() {
    with_one_thread().block_on(async {
        let log = Log::new();
        let (work, mut holder) = held();
        let first = tokio::spawn(blocking(move || work.wait()));
        holder.has_begun().await;
        {
            let (guard, noted) = (log.on_drop("dropped"), log.clone());
            let mut queued = pin!(blocking(move || {
                let _guard = guard;
                noted.note("ran");
            }));
            assert!(poll_once(queued.as_mut()).is_pending());
            assert_eq!(log.text(), "");
        }
        // Its captures are gone with it, while the thread is still busy.
        assert_eq!((log.text().as_str(), clean_ups().len()), ("dropped", 0));
        holder.let_go();
        first.await.unwrap();
        round_trip().await;
        assert_eq!(log.text(), "dropped");
    });
}

#[test]
fn p102_what_is_queued_behind_it_runs() {
    with_one_thread().block_on(async {
        let (work, mut holder) = held();
        let first = tokio::spawn(blocking(move || work.wait()));
        holder.has_begun().await;
        let mut calls: Vec<_> = (0..3).map(|number| Box::pin(blocking(move || number))).collect();
        for call in &mut calls {
            assert!(poll_once(call.as_mut()).is_pending());
        }
        drop(calls.remove(1));
        holder.let_go();
        first.await.unwrap();
        assert_eq!(calls.remove(0).await + calls.remove(0).await, 2);
    });
}
