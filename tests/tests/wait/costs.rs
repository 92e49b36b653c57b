//! How often who is polled and woken: counted, and not timed.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};

use tokio::sync::oneshot;
use weftwork::{Task, Until, Wait, millis, secs, spawn, wait};
use weftwork_tests::children::{Wakes, poll};
use weftwork_tests::{poll_once, spin};

const MANY: usize = 10_000;

fn gates(count: usize) -> (Vec<oneshot::Sender<usize>>, Vec<Task<usize>>) {
    let (go, gates): (Vec<_>, Vec<_>) = (0..count).map(|_| oneshot::channel::<usize>()).unzip();
    (go, gates.into_iter().map(|gate| spawn(async { gate.await.unwrap() })).collect())
}

/// One that ends wakes once, and that wake looks at that one alone: what looking costs is counted in wakers that are made new.
#[tokio::test]
async fn c115_ten_thousand_that_end_one_by_one() {
    let (go, tasks) = gates(MANY);
    let mut waiting = pin!(wait(tasks, Until::All));
    let (wakes, waker) = Wakes::new();
    assert!(poll(waiting.as_mut(), &waker).is_pending());
    let mut woken = 0;
    for (number, go) in go.into_iter().enumerate() {
        go.send(number).unwrap();
        loop {
            tokio::task::yield_now().await;
            match wakes.take() {
                0 => {}
                count => break woken += count,
            }
        }
        match poll(waiting.as_mut(), &waker) {
            Poll::Pending => assert!(number + 1 < MANY),
            Poll::Ready(Wait { done, pending }) => {
                assert_eq!((number + 1, done.len(), pending.len()), (MANY, MANY, 0));
                break;
            }
        }
    }
    assert_eq!(woken, MANY, "each wakes once");
}

/// Many that end together wake their owner once.
#[tokio::test]
async fn c115_those_that_end_together_wake_once() {
    let (go, tasks) = gates(1000);
    let mut waiting = pin!(wait(tasks, Until::All));
    let (wakes, waker) = Wakes::new();
    assert!(poll(waiting.as_mut(), &waker).is_pending());
    go.into_iter().enumerate().for_each(|(number, go)| go.send(number).unwrap());
    for _ in 0..10 {
        spin().await;
    }
    assert_eq!(wakes.take(), 1);
    assert!(poll(waiting.as_mut(), &waker).is_ready());
}

/// A poll without a wake looks at nobody: else 10,000 tasks and a neighbour that is woken often would be quadratic.
#[tokio::test]
async fn c115_a_poll_without_a_wake_makes_nothing() {
    let (go, tasks) = gates(100);
    let mut waiting = pin!(wait(tasks, Until::All));
    let own = Arc::new(Wakes::default());
    let waker = Waker::from(own.clone());
    assert!(poll(waiting.as_mut(), &waker).is_pending());
    // The count of the wakers that stand for its owner stays as it is.
    let before = Arc::strong_count(&own);
    for _ in 0..1000 {
        assert!(poll(waiting.as_mut(), &waker).is_pending());
    }
    assert_eq!(Arc::strong_count(&own), before);
    assert_eq!(own.take(), 0);
    drop(go);
}

/// The owner that polled last is woken, and the one before is forgotten.
#[tokio::test]
async fn c115_the_last_owner_is_woken() {
    let (go, tasks) = gates(3);
    let mut waiting = pin!(wait(tasks, Until::All));
    let ((first, first_waker), (second, second_waker)) = (Wakes::new(), Wakes::new());
    assert!(poll(waiting.as_mut(), &first_waker).is_pending());
    assert!(poll(waiting.as_mut(), &second_waker).is_pending());
    go.into_iter().enumerate().for_each(|(number, go)| go.send(number).unwrap());
    spin().await;
    assert_eq!((first.take(), second.take()), (0, 1));
    assert!(poll(waiting.as_mut(), &second_waker).is_ready());
}

/// It is polled as often as there is something to see, in a real task.
#[tokio::test(start_paused = true)]
async fn c115_ten_thousand_in_a_task() {
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = polls.clone();
    let tasks: Vec<_> = (0..MANY as u64).map(|number| spawn(weftwork_tests::after(number / 100, number))).collect();
    let mut waiting = Box::pin(wait(tasks, Until::All).timeout(secs(60)));
    let count = std::future::poll_fn(move |cx| {
        counted.fetch_add(1, Ordering::SeqCst);
        waiting.as_mut().poll(cx)
    });
    let Wait { done, pending } = count.await;
    assert_eq!((done.len(), pending.len()), (MANY, 0));
    let polls = polls.load(Ordering::SeqCst);
    // A hundred moments at which some end, and at each a few turns of the scheduler.
    assert!(polls <= 1000, "{polls} polls");
}

/// Nothing of a wait stays in tasks that run on: each new wait is as cheap as the first.
#[tokio::test(start_paused = true)]
async fn c120_a_thousand_waits_over_the_same_tasks() {
    let mut left: Vec<Task<()>> = (0..10).map(|_| spawn(pending())).collect();
    let (wakes, waker) = Wakes::new();
    for _ in 0..1000 {
        let mut waiting = Box::pin(wait(left, Until::All).timeout(millis(1)));
        assert!(poll(waiting.as_mut(), &waker).is_pending());
        let Wait { done, pending } = waiting.await;
        assert!(done.is_empty());
        left = pending.into_iter().collect();
    }
    // Of a thousand timers none has woken who was not there any more.
    assert_eq!(wakes.take(), 0);
    assert!(left.iter_mut().all(|task| poll_once(pin!(task)).is_pending()));
}
