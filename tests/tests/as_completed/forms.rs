//! Other input, indices and `spawn`.

use std::future::{pending, ready};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::stream::{self, FusedStream, StreamExt};
use futures::{FutureExt, Stream};
use tokio::time::Instant;
use weftwork::{as_completed, for_await};
use weftwork_tests::children::Board;
use weftwork_tests::{Gauge, Log, after, spin, timed};

use super::next;

#[tokio::test(start_paused = true)]
async fn c32_splat() {
    let futures = vec![after(30, 1), after(10, 2), after(20, 3)];
    let all = as_completed!(..futures).collect::<Vec<_>>();
    assert_eq!(timed(all).await, (vec![2, 3, 1], Duration::from_millis(30)));
    let all = as_completed!(..(0..3).map(ready), limit = 2).indexed().collect::<Vec<_>>();
    assert_eq!(all.await, [(0, 0), (1, 1), (2, 2)]);
}

#[tokio::test(start_paused = true)]
async fn c31_a_stream_as_input() {
    let numbers = stream::iter([55, 10, 20]).then(|n| after(10, n));
    let all = as_completed!(
        for await n in numbers {
            after(n, n)
        },
        limit = 2
    );
    // 55 starts at 10 ms, 10 at 20. Then there is no room up to 30, and 20 starts at 40.
    assert_eq!(timed(all.collect::<Vec<_>>()).await, (vec![10, 20, 55], Duration::from_millis(65)));
}

#[test]
fn c31_an_item_is_delivered_while_the_stream_pends() {
    let mut all = pin!(as_completed!(for await n in stream::iter(0..2).chain(stream::pending()) {
        ready(n)
    }));
    assert_eq!(next(all.as_mut(), Waker::noop()), Poll::Ready(Some(0)));
    assert_eq!(next(all.as_mut(), Waker::noop()), Poll::Ready(Some(1)));
    assert!(next(all.as_mut(), Waker::noop()).is_pending());
    assert!(!all.is_terminated());
}

/// The indices are those of the children: an item that was skipped has none.
#[tokio::test(start_paused = true)]
async fn c57_indices() {
    let all = as_completed!(
        for ms in [30, 10, 0, 20] {
            if ms == 0 {
                continue;
            }
            after(ms, ms)
        },
        limit = 2
    );
    let mut all = pin!(all.indexed());
    assert!(!all.is_terminated());
    assert_eq!(all.as_mut().collect::<Vec<_>>().await, [(1, 10), (0, 30), (2, 20)]);
    assert!(all.is_terminated());
    assert_eq!(all.size_hint(), (0, Some(0)));
}

#[tokio::test(start_paused = true)]
async fn c61_with_spawn_children_get_on_while_nobody_polls() {
    let start = Instant::now();
    let mut ends = Vec::new();
    for_await!(for end in as_completed!(
        for ms in [10, 33, 34] {
            async move {
                after(ms, ()).await;
                start.elapsed().as_millis()
            }
        },
        spawn
    ) {
        after(100, ()).await;
        ends.push(end);
    });
    assert_eq!(ends, [10, 33, 34]);
}

#[tokio::test]
async fn c58_with_spawn_and_a_limit() {
    let (log, mut seen) = (Log::new(), 0);
    as_completed!(
        for n in 0..40 {
            log.note("pulled");
            ready(n)
        },
        limit = 4,
        spawn
    )
    .for_each(async |_| {
        spin().await;
        seen += 1;
        let pulled = log.text().split(' ').count();
        assert!(pulled <= seen + 4, "{pulled} pulled, {seen} seen");
    })
    .await;
    assert_eq!(seen, 40);
}

#[tokio::test]
async fn c55_with_spawn_an_err_is_an_item() {
    let all = as_completed!(
        for n in 0..3 {
            ready(if n == 1 { Err(n) } else { Ok(n) })
        },
        spawn
    );
    let mut all: Vec<_> = all.collect().await;
    all.sort_unstable();
    assert_eq!(all, [Ok(0), Ok(2), Err(1)]);
}

#[tokio::test]
async fn c59_with_spawn_a_break_cancels_the_tasks() {
    let gauge = std::sync::Arc::new(Gauge::new());
    for_await!(for _ in as_completed!(
        for n in 0..3 {
            let gauge = gauge.clone();
            async move {
                let _resident = gauge.enter();
                if n > 0 {
                    pending::<()>().await;
                }
            }
        },
        spawn
    ) {
        break;
    });
    spin().await;
    assert_eq!((gauge.total(), gauge.now()), (3, 0));
}

#[tokio::test]
async fn c63_with_spawn_a_panic_goes_on_with_its_payload() {
    let log = Log::new();
    let mut all = Box::pin(as_completed!(
        for n in 0..2 {
            let gone = log.on_drop("gone");
            async move {
                if n == 1 {
                    std::panic::resume_unwind(Box::new(7_u8));
                }
                pending::<()>().await;
                drop(gone);
            }
        },
        spawn
    ));
    let payload = AssertUnwindSafe(all.next()).catch_unwind().await.expect_err("it panics");
    assert_eq!(payload.downcast_ref(), Some(&7_u8));
    assert_eq!(log.text(), "gone gone", "before the panic is seen");
    assert_eq!(all.next().await, None);
}

/// One that borrows can not: the compiler takes its futures for `Send` with one lifetime only.
#[tokio::test]
async fn c62_a_body_that_owns_what_it_names_can_be_spawned() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let task = tokio::spawn(async move {
        let names = [String::from("a"), String::from("bc")];
        let all = as_completed!(for name in &names {
            async move { name.len() }
        });
        all.for_each(async move |length| sender.send(after(0, length).await).unwrap()).await;
    });
    task.await.unwrap();
    assert_eq!(receiver.iter().sum::<usize>(), 3);
}

#[test]
fn c42_without_a_runtime_it_panics() {
    let made = std::panic::catch_unwind(|| {
        drop(as_completed!(
            for n in 0..3 {
                ready(n)
            },
            spawn
        ));
    });
    let payload = made.expect_err("it panics");
    assert!(payload.downcast_ref::<&str>().is_some_and(|message| message.contains("`spawn`")));
}

/// In an async closure that an executor of another kind runs.
#[test]
fn c42_without_spawn_there_needs_to_be_no_runtime() {
    let mut seen = Vec::new();
    let all = as_completed!(for n in 0..3 {
        ready(n)
    });
    futures::executor::block_on(all.for_each(async |n| seen.push(n)));
    assert_eq!(seen, [0, 1, 2]);
}

/// Nothing is lost when whoever asks for the next item gives up.
#[tokio::test(start_paused = true)]
async fn asking_may_be_given_up() {
    let board = Board::new(2);
    let mut all = pin!(as_completed!(for n in 0..2 {
        board.child(n)
    }));
    assert!(tokio::time::timeout(Duration::from_millis(10), all.next()).await.is_err());
    board.finish(1);
    assert_eq!(all.next().await, Some(1));
    assert!(tokio::time::timeout(Duration::from_millis(10), all.next()).await.is_err());
    board.finish(0);
    assert_eq!(all.next().await, Some(0));
    assert_eq!(all.next().await, None);
}
