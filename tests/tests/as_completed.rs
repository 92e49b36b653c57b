//! `as_completed!`: each test's name begins with the number of its case.

use std::cell::Cell;
use std::future::{Future, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::stream::{FusedStream, Stream, StreamExt};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use weftwork::{as_completed, for_await};
use weftwork_tests::children::{Board, Wakes};
use weftwork_tests::{Gauge, after};

#[path = "as_completed/for_each.rs"]
mod for_each;
#[path = "as_completed/forms.rs"]
mod forms;

fn next<S: Stream + ?Sized>(stream: Pin<&mut S>, waker: &Waker) -> Poll<Option<S::Item>> {
    stream.poll_next(&mut Context::from_waker(waker))
}

#[tokio::test(start_paused = true)]
async fn c55_in_the_order_of_completion_and_an_err_is_an_item() {
    let mut seen = Vec::new();
    for_await!(for item in as_completed!(for ms in [30, 10, 20] {
        async move { after(ms, if ms == 10 { Err(ms) } else { Ok(ms) }).await }
    }) {
        seen.push((item, Instant::now()));
    });
    let start = seen[0].1 - Duration::from_millis(10);
    let at = |ms| start + Duration::from_millis(ms);
    assert_eq!(seen, [(Err(10), at(10)), (Ok(20), at(20)), (Ok(30), at(30))]);
}

#[test]
fn c56_the_ends() {
    let mut empty = pin!(as_completed!(for n in std::iter::empty::<u8>() {
        ready(n)
    }));
    assert!(!empty.is_terminated());
    assert_eq!(next(empty.as_mut(), Waker::noop()), Poll::Ready(None));
    assert!(empty.is_terminated());
    assert_eq!(next(empty.as_mut(), Waker::noop()), Poll::Ready(None));
    for limit in [1, 3, 100] {
        let mut stream = pin!(as_completed!(
            for n in 0..50 {
                ready(n)
            },
            limit = limit
        ));
        for n in 0..50 {
            assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(Some(n)));
        }
        assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(None));
        assert!(stream.is_terminated());
    }
}

#[tokio::test]
async fn c58_at_most_limit_futures_and_unread_outputs() {
    let (futures, outputs) = (Gauge::new(), Gauge::new());
    let mut stream = pin!(as_completed!(
        for n in 0..1000 {
            let (outputs, resident) = (&outputs, futures.enter());
            async move {
                if n % 3 == 0 {
                    tokio::task::yield_now().await;
                }
                drop(resident);
                outputs.enter()
            }
        },
        limit = 8
    ));
    let mut count = 0;
    while let Some(output) = stream.next().await {
        drop(output);
        assert!(futures.now() + outputs.now() <= 8, "{} and {}", futures.now(), outputs.now());
        count += 1;
        if count % 10 == 0 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!((count, futures.now(), outputs.now()), (1000, 0, 0));
    assert!(futures.peak() <= 8 && outputs.peak() <= 8);
}

#[test]
fn c58_the_input_is_pulled_as_there_is_room() {
    let board = Board::new(10);
    let pulled = Cell::new(0);
    let inputs = (0..10).inspect(|_| pulled.set(pulled.get() + 1));
    let mut stream = pin!(as_completed!(
        for n in inputs {
            board.child(n)
        },
        limit = 3
    ));
    assert_eq!(pulled.get(), 0);
    assert!(next(stream.as_mut(), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 3);
    board.finish(1);
    board.finish(2);
    assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(Some(1)));
    assert_eq!(pulled.get(), 3, "one runs, one output is unread and one was just handed over");
    assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(Some(2)));
    assert!(next(stream.as_mut(), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 5);
}

#[tokio::test(start_paused = true)]
async fn c59_a_break_drops_the_rest_before_the_next_statement() {
    let gauge = Gauge::new();
    for_await!(for ms in as_completed!(for ms in [30, 10, 20] {
        let resident = gauge.enter();
        async move {
            after(ms, ()).await;
            drop(resident);
            ms
        }
    }) {
        assert_eq!((ms, gauge.now()), (10, 2));
        break;
    });
    assert_eq!(gauge.now(), 0);
}

#[tokio::test(start_paused = true)]
async fn c61_children_get_on_only_while_the_stream_is_polled() {
    let start = Instant::now();
    let started = &Cell::new(None);
    let mut stream = pin!(as_completed!(
        for n in 0..2_u64 {
            async move {
                started.set(Some((n, start.elapsed())));
                after(10, n).await
            }
        },
        limit = 1
    ));
    assert_eq!(stream.next().await, Some(0));
    sleep(Duration::from_millis(100)).await;
    assert_eq!(started.get(), Some((0, Duration::ZERO)));
    assert_eq!(stream.next().await, Some(1));
    assert_eq!(started.get(), Some((1, Duration::from_millis(110))));
}

/// What was due while the loop's body slept comes at once afterwards: its wake-up went to a task that was busy elsewhere.
#[tokio::test(start_paused = true)]
async fn c61_what_became_ready_in_the_meantime_is_not_forgotten() {
    for limit in [2, 3, 4, 100] {
        let start = Instant::now();
        let mut seen = Vec::new();
        for_await!(for ms in as_completed!(
            for ms in [10, 20, 30] {
                after(ms, ms)
            },
            limit = limit
        ) {
            sleep(Duration::from_millis(100)).await;
            seen.push((ms, start.elapsed().as_millis()));
        });
        assert_eq!(seen, [(10, 110), (20, 210), (30, 310)], "limit {limit}");
    }
}

#[test]
fn c63_a_panic_drops_the_rest_and_goes_on() {
    let board = Board::new(4);
    let mut stream = Box::pin(as_completed!(for n in 0..4 {
        let child = board.child(n);
        async move {
            let n = child.await;
            assert!(n != 2, "own payload");
            n
        }
    }));
    assert!(next(stream.as_mut(), Waker::noop()).is_pending());
    board.finish(2);
    let payload = catch_unwind(AssertUnwindSafe(|| next(stream.as_mut(), Waker::noop()))).expect_err("it panics");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"own payload"));
    let mut dropped = board.dropped();
    dropped.sort_unstable();
    assert_eq!(dropped, [0, 1, 2, 3]);
    assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(None));
}

#[tokio::test]
async fn c33_a_borrowing_stream_can_be_spawned() {
    async fn get(client: &str, url: &str) -> usize {
        tokio::task::yield_now().await;
        client.len() + url.len()
    }
    let (client, urls) = (String::from("c"), vec![String::from("a"), String::from("bb")]);
    let task = tokio::spawn(async move {
        let mut seen = Vec::new();
        for_await!(for n in as_completed!(
            for url in &urls {
                get(&client, url)
            },
            limit = urls.len()
        ) {
            seen.push(n);
        });
        for_await!(for n in as_completed!(for url in &urls {
            async { get(&client, url).await }
        }) {
            tokio::task::yield_now().await;
            seen.push(n);
        });
        seen.sort_unstable();
        seen
    });
    assert_eq!(task.await.unwrap(), [2, 2, 3, 3]);
}

#[test]
fn c29_the_body_is_that_of_a_loop() {
    let mut stream = pin!(as_completed!(for (index, word) in ["a", "skipped", "bb", "end", "never"].into_iter().enumerate() {
        if word == "skipped" {
            continue;
        }
        if word == "end" {
            break;
        }
        ready((index, word.len()))
    }));
    assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(Some((0, 1))));
    assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(Some((2, 2))));
    assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(None));
}

#[test]
fn c17_dropped_at_every_state() {
    for polls in 0..6 {
        let (board, outputs) = (Board::new(4), Gauge::new());
        let mut stream = Box::pin(as_completed!(
            for n in 0..4 {
                let (child, outputs) = (board.child(n), &outputs);
                async move { (child.await, outputs.enter()) }
            },
            limit = 3
        ));
        for poll in 0..polls {
            let _ = next(stream.as_mut(), Waker::noop());
            if poll == 0 {
                board.finish(0);
                board.finish(1);
            }
        }
        drop(stream);
        let started = match polls {
            0 => 0,
            1 | 2 => 3,
            _ => 4,
        };
        assert_eq!((board.dropped().len(), outputs.now()), (started, 0), "after {polls} polls");
    }
}

/// An output that nobody has read is dropped with the stream.
#[test]
fn unread_outputs_are_dropped_once() {
    let outputs = Gauge::new();
    let mut stream = Box::pin(as_completed!(for _ in 0..5 {
        let outputs = &outputs;
        async move { outputs.enter() }
    }));
    let first = next(stream.as_mut(), Waker::noop());
    assert!(first.is_ready());
    assert_eq!(outputs.now(), 5);
    drop(stream);
    assert_eq!(outputs.now(), 1);
    drop(first);
    assert_eq!((outputs.now(), outputs.peak()), (0, 5));
}

#[test]
fn a_new_owner_is_told_of_every_child() {
    let board = Board::new(5);
    let (first, first_waker) = Wakes::new();
    let (second, second_waker) = Wakes::new();
    let mut stream = Box::pin(as_completed!(
        for n in 0..5 {
            board.child(n)
        },
        limit = 4
    ));
    assert!(next(stream.as_mut(), &first_waker).is_pending());
    board.finish(2);
    first.take();
    assert_eq!(next(stream.as_mut(), &second_waker), Poll::Ready(Some(2)));
    assert!(next(stream.as_mut(), &second_waker).is_pending());
    for number in [0, 4, 3, 1] {
        board.finish(number);
        assert_eq!((first.take(), second.take()), (0, 1), "child {number}");
        assert_eq!(next(stream.as_mut(), &second_waker), Poll::Ready(Some(number)));
        assert_eq!(next(stream.as_mut(), &second_waker).is_pending(), number != 1);
    }
}

#[test]
fn c51_few_polls_in_any_order_of_wakes() {
    for size in [10, 30, 1000] {
        let board = Board::new(size);
        let (wakes, waker) = Wakes::new();
        let mut stream = pin!(as_completed!(for n in 0..size {
            board.child(n)
        }));
        assert!(next(stream.as_mut(), &waker).is_pending());
        assert_eq!(wakes.take(), 0);
        for number in (0..size).map(|n| (n * 7 + 3) % size) {
            board.finish(number);
            assert_eq!(wakes.take(), 1);
            assert_eq!(next(stream.as_mut(), &waker), Poll::Ready(Some(number)));
            assert_eq!(next(stream.as_mut(), &waker).is_pending(), !board.dropped().len().eq(&size));
        }
        assert!(board.all_polls() <= 3 * size);
    }
}

/// Futures that are ready at once keep coming; the one that was woken has its turn all the same.
#[test]
fn c49_a_woken_child_beside_ready_ones_without_end() {
    let board = Board::new(1);
    let mut stream = pin!(as_completed!(
        for n in 0.. {
            let child: Pin<Box<dyn Future<Output = usize>>> = if n == 0 { Box::pin(board.child(0)) } else { Box::pin(ready(n)) };
            child
        },
        limit = 2
    ));
    for n in 1..10 {
        assert_eq!(next(stream.as_mut(), Waker::noop()), Poll::Ready(Some(n)));
    }
    board.finish(0);
    let soon: Vec<_> = (0..3).map(|_| next(stream.as_mut(), Waker::noop())).collect();
    assert!(soon.contains(&Poll::Ready(Some(0))), "{soon:?}");
}

#[tokio::test]
async fn c49_nobody_starves_beside_a_greedy_child() {
    for size in [2, 10, 31, 100, 1000_usize] {
        let semaphore = &Semaphore::new(size + 1);
        let done = &AtomicUsize::new(0);
        let mut stream = pin!(as_completed!(for n in 0..size {
            let child: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
                for round in 0_usize.. {
                    drop(semaphore.acquire().await);
                    if n > 0 && round % 2 == 1 {
                        tokio::task::yield_now().await;
                    }
                    if n > 0 && round == 9 {
                        done.fetch_add(1, Ordering::SeqCst);
                        break;
                    }
                }
            });
            child
        }));
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            while stream.as_mut().poll_next(cx).is_ready() {}
            assert!(polls < 50 * size, "only {} of {} got on", done.load(Ordering::SeqCst), size - 1);
            if done.load(Ordering::SeqCst) == size - 1 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
