//! `timeout`: no error, and nobody is cancelled.

use std::future::{pending, ready};
use std::pin::pin;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use weftwork::{Task, Until, Wait, millis, secs, spawn, wait};
use weftwork_tests::children::{Wakes, poll};
use weftwork_tests::{after, finished, poll_once, spin};

fn each(times: &[u64]) -> Vec<Task<u64>> {
    times.iter().map(|ms| spawn(after(*ms, *ms))).collect()
}

#[tokio::test(start_paused = true)]
async fn c116_the_time_is_over() {
    let start = Instant::now();
    let Wait { done, pending } = wait(each(&[10, 30, 20]), Until::All).timeout(millis(15)).await;
    assert_eq!((start.elapsed(), done.len(), pending.len()), (millis(15), 1, 2));
    // They were not cancelled.
    let Wait { done, pending } = wait(pending, Until::All).await;
    assert_eq!((start.elapsed(), done.len(), pending.len()), (millis(30), 2, 0));
    for (task, output) in done.into_iter().zip([30, 20]) {
        assert_eq!(task.await.unwrap(), output);
    }
}

#[tokio::test(start_paused = true)]
async fn c116_it_ends_earlier() {
    let start = Instant::now();
    let Wait { done, pending } = wait(each(&[10, 20]), Until::All).timeout(secs(60)).await;
    assert_eq!((start.elapsed(), done.len(), pending.len()), (millis(20), 2, 0));
}

/// The future is still there, but of its timer nothing is: that would wake it.
#[tokio::test(start_paused = true)]
async fn c116_the_timer_is_released() {
    let (wakes, waker) = Wakes::new();
    let mut waiting = Box::pin(wait(each(&[10]), Until::All).timeout(millis(50)));
    assert!(poll(waiting.as_mut(), &waker).is_pending());
    spin().await;
    tokio::time::advance(millis(10)).await;
    spin().await;
    assert_eq!(wakes.take(), 1);
    assert!(poll(waiting.as_mut(), &waker).is_ready());
    tokio::time::advance(millis(100)).await;
    spin().await;
    assert_eq!(wakes.take(), 0);
    drop(waiting);
}

#[tokio::test(start_paused = true)]
async fn c116_the_time_begins_with_the_first_poll() {
    let waiting = wait(each(&[500]), Until::All).timeout(millis(50));
    after(100, ()).await;
    let start = Instant::now();
    let Wait { pending, .. } = waiting.await;
    assert_eq!((start.elapsed(), pending.len()), (millis(50), 1));
}

#[tokio::test(start_paused = true)]
async fn c116_zero_looks_once() {
    let tasks: Vec<Task<u8>> = vec![spawn(ready(1)), spawn(pending())];
    spin().await;
    let Wait { done, pending } = finished(pin!(wait(tasks, Until::All).timeout(Duration::ZERO)));
    assert_eq!((done.len(), pending.len()), (1, 1));
    // Also with nothing that has ended.
    let Wait { done, pending } = finished(pin!(wait(pending, Until::FirstCompleted).timeout(Duration::ZERO)));
    assert_eq!((done.len(), pending.len()), (0, 1));
}

/// For that no timer is needed.
#[test]
fn c116_zero_on_a_runtime_without_time() {
    let bare = tokio::runtime::Builder::new_current_thread().build().unwrap();
    bare.block_on(async {
        let Wait { done, pending } = wait([spawn(pending::<()>())], Until::All).timeout(Duration::ZERO).await;
        assert_eq!((done.len(), pending.len()), (0, 1));
        // Nor for a wait without an end.
        let Wait { done, pending } = wait([spawn(ready(7))], Until::All).timeout(Duration::MAX).await;
        assert_eq!((done.len(), pending.len()), (1, 0));
        let Wait { done, pending } = wait([spawn(ready(7))], Until::All).await;
        assert_eq!((done.len(), pending.len()), (1, 0));
    });
}

#[tokio::test(start_paused = true)]
async fn c116_without_an_end() {
    let start = Instant::now();
    let Wait { done, pending } = wait(each(&[86_400_000]), Until::All).timeout(Duration::MAX).await;
    assert_eq!((start.elapsed(), done.len(), pending.len()), (secs(86_400), 1, 0));
}

#[tokio::test(start_paused = true)]
async fn c116_the_last_time_counts() {
    let start = Instant::now();
    let Wait { pending, .. } = wait(each(&[500]), Until::All).timeout(secs(60)).timeout(millis(50)).await;
    assert_eq!((start.elapsed(), pending.len()), (millis(50), 1));
}

/// Whichever of both timers the clock serves first.
#[tokio::test(start_paused = true)]
async fn c117_at_the_very_instant() {
    // The task's timer first.
    let tasks = each(&[50]);
    spin().await;
    let Wait { done, pending } = wait(tasks, Until::All).timeout(millis(50)).await;
    assert_eq!((done.len(), pending.len()), (1, 0));
    // The other one first: the task begins to sleep behind it.
    let (begin, begun) = oneshot::channel::<()>();
    let task = spawn(async {
        begun.await.unwrap();
        after(50, 50).await
    });
    let mut waiting = pin!(wait([task], Until::All).timeout(millis(50)));
    assert!(poll_once(waiting.as_mut()).is_pending());
    begin.send(()).unwrap();
    let Wait { done, pending } = waiting.await;
    assert_eq!((done.len(), pending.len()), (1, 0));
}

/// One that has ended when the time is over, and whose wake was not heard yet.
#[tokio::test(start_paused = true)]
async fn c117_looked_at_again_when_the_time_is_over() {
    let (go, gone) = oneshot::channel::<()>();
    let mut waiting = pin!(wait([spawn(gone), spawn(async { pending().await })], Until::All).timeout(millis(50)));
    assert!(poll_once(waiting.as_mut()).is_pending());
    go.send(()).unwrap();
    spin().await;
    tokio::time::advance(millis(50)).await;
    let Wait { done, pending } = waiting.await;
    assert_eq!((done.len(), pending.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn c116_again_and_again() {
    let mut left = wait(each(&[15, 25, 35]), Until::All).timeout(Duration::ZERO).await.pending;
    let mut seen = Vec::new();
    while !left.is_empty() {
        let Wait { done, pending } = wait(left, Until::All).timeout(millis(10)).await;
        seen.push((done.len(), pending.len()));
        left = pending;
    }
    assert_eq!(seen, [(0, 3), (1, 2), (1, 1), (1, 0)]);
}
