//! Timeouts that began in another one, and go on without it.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};
use weftwork::{Elapsed, as_completed, deadline, secs, timeout};
use weftwork_tests::poll_once;

/// Nothing here takes so long.
async fn ends<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(secs(100_000), future).await.expect("it ends")
}

#[timeout(5s)]
async fn never() -> Result<(), Elapsed> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn p36_what_polls_only_the_woken_is_woken_by_the_inner_one() {
    let mut all = FuturesUnordered::from_iter([never()]);
    let start = Instant::now();
    // Each of these leaves the stream as it is, and the next one polls in it only what was woken.
    let ended = ends(async {
        loop {
            if let Ok(ended) = timeout(secs(1), all.next()).await {
                break ended;
            }
        }
    });
    assert!(ended.await.is_some_and(|ended| ended.is_err()));
    assert_eq!(start.elapsed(), secs(5));
}

#[tokio::test(start_paused = true)]
async fn p36_the_same_of_as_completed() {
    let mut all = pin!(as_completed!(for n in 0..40 {
        timeout(secs(5 + n), pending::<()>())
    }));
    assert!(timeout(secs(1), all.next()).await.is_err());
    let start = Instant::now();
    assert!(ends(all.next()).await.is_some_and(|ended| ended.is_err()));
    assert_eq!(start.elapsed(), secs(4));
}

#[tokio::test(start_paused = true)]
async fn p36_the_same_of_local_tasks() {
    let local = LocalSet::new();
    let task = local.spawn_local(timeout(secs(5), pending::<()>()));
    assert!(timeout(secs(1), local.run_until(pending::<()>())).await.is_err());
    ends(local).await;
    assert!(task.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn p39_one_that_began_when_it_was_too_late_goes_on_in_another() {
    let mut work = pin!(timeout(secs(20), async {
        sleep(secs(1)).await;
        42
    }));
    // Is it there already?
    assert!(timeout(Duration::ZERO, &mut work).await.is_err());
    assert_eq!(timeout(secs(10), &mut work).await, Ok(Ok(42)));
}

#[tokio::test(start_paused = true)]
async fn p35_destructors_of_a_dropped_call_see_its_deadline() {
    struct Sees(Arc<Mutex<Option<Instant>>>);
    impl Drop for Sees {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = deadline();
        }
    }
    let seen = Arc::new(Mutex::new(None));
    let sees = Sees(seen.clone());
    let mut call = Box::pin(timeout(secs(5), async move {
        let _sees = sees;
        pending::<()>().await;
    }));
    assert!(poll_once(call.as_mut()).is_pending());
    drop(call);
    assert_eq!(*seen.lock().unwrap(), Some(Instant::now() + secs(5)));
    assert_eq!(deadline(), None);
}

#[test]
fn p39_one_that_blocks_the_thread_of_the_outer_one_ends_by_itself() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let task = tokio::spawn(timeout(Duration::from_millis(20), async {
            let inner = timeout(Duration::from_millis(40), pending::<()>());
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(inner))
        }));
        // A poll can not be interrupted, and its value wins.
        assert!(task.await.unwrap().is_ok_and(|inner| inner.is_err()));
    });
}
