//! C31: `for await x in stream`.

use std::cell::Cell;
use std::future::{Future, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use tokio::sync::{Semaphore, mpsc};
use weftwork::{gather, generator};
use weftwork_tests::children::{Board, Wakes, poll};
use weftwork_tests::{Gauge, after, timed};

/// Numbers that come one by one, so many milliseconds apart.
fn every(ms: u64, count: u64) -> impl Stream<Item = u64> {
    generator!(async move {
        for n in 0..count {
            after(ms, ()).await;
            yield n;
        }
    })
}

/// What a test sends, and what it sees of the stream.
fn channel(polls: &Cell<usize>) -> (mpsc::UnboundedSender<usize>, impl Stream<Item = usize> + '_) {
    let (send, mut receive) = mpsc::unbounded_channel();
    let stream = stream::poll_fn(move |cx| {
        polls.set(polls.get() + 1);
        receive.poll_recv(cx)
    });
    (send, stream)
}

#[tokio::test(start_paused = true)]
async fn c31_items_are_pulled_as_they_come() {
    let gathered = gather!(
        for await n in every(10, 5) {
            after(100, n)
        },
        limit = 8
    );
    assert_eq!(timed(gathered).await, (vec![0, 1, 2, 3, 4], Duration::from_millis(150)));
}

#[tokio::test(start_paused = true)]
async fn c31_outputs_in_the_order_of_the_stream() {
    let gathered = gather!(for await n in every(10, 5) {
        after(100 - n * 20, n)
    });
    // Each is due at 110 ms, but for the last, which is due at 70.
    assert_eq!(timed(gathered).await.0, [0, 1, 2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn c31_the_stream_waits_while_there_is_no_room() {
    let gauge = Gauge::new();
    let gathered = gather!(
        for await n in stream::iter(0..9) {
            let resident = gauge.enter();
            async move {
                let n = after(10, n).await;
                drop(resident);
                n
            }
        },
        limit = 3
    );
    assert_eq!(timed(gathered).await, ((0..9).collect(), Duration::from_millis(30)));
    assert_eq!((gauge.peak(), gauge.total()), (3, 9));
}

#[tokio::test(start_paused = true)]
async fn c31_the_first_failure_ends_it_while_the_stream_pends() {
    let gone = Gauge::new();
    let stream = {
        let resident = gone.enter();
        every(10, 3).chain(stream::pending()).inspect(move |_| {
            let _ = &resident;
        })
    };
    let gathered = gather!(
        for await n in stream {
            async move { after(10, if n == 1 { Err(n) } else { Ok(n) }).await }?
        },
        limit = 8
    );
    assert_eq!(timed(gathered).await, (Err(1), Duration::from_millis(30)));
    assert_eq!(gone.now(), 0, "the stream is dropped before the error is seen");
}

#[test]
fn c31_a_pending_stream_holds_no_child_up_and_a_busy_child_no_stream() {
    let (board, polls) = (Board::new(3), Cell::new(0));
    let (wakes, waker) = Wakes::new();
    let (send, stream) = channel(&polls);
    let ended = Cell::new(0);
    let mut gathered = pin!(gather!(for await n in stream {
        let (child, ended) = (board.child(n), &ended);
        async move {
            let n = child.await;
            ended.set(ended.get() + 1);
            n
        }
    }));
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    send.send(0).unwrap();
    assert_eq!(wakes.take(), 1, "the stream's own wake");
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    // The stream pends, the child gets on.
    board.finish(0);
    assert_eq!(wakes.take(), 1);
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    assert_eq!(ended.get(), 1);
    // A child pends, the stream gets on.
    for n in [1, 2] {
        send.send(n).unwrap();
        assert_eq!(wakes.take(), 1);
        assert!(poll(gathered.as_mut(), &waker).is_pending());
        assert_eq!(board.polls(n), 1, "{n} was started");
    }
    drop(send);
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    board.finish(2);
    board.finish(1);
    assert_eq!(poll(gathered.as_mut(), &waker), Poll::Ready(vec![0, 1, 2]));
}

#[test]
fn c31_the_input_is_left_alone_without_room() {
    let (board, polls) = (Board::new(3), Cell::new(0));
    let (send, stream) = channel(&polls);
    (0..3).for_each(|n| send.send(n).unwrap());
    let mut gathered = pin!(gather!(
        for await n in stream {
            board.child(n)
        },
        limit = 2
    ));
    for _ in 0..4 {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        assert_eq!(polls.get(), 2);
    }
    board.finish(1);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!((polls.get(), board.polls(2)), (3, 1));
}

/// C35, for a stream: it ends, and is dropped with the gather.
#[test]
fn c35_the_stream_is_not_polled_after_its_end_and_dropped_with_the_gather() {
    struct Once<'a> {
        left: usize,
        ended: bool,
        dropped: &'a Cell<bool>,
    }
    impl Stream for Once<'_> {
        type Item = usize;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<usize>> {
            assert!(!self.ended, "polled after its end");
            let next = self.left.checked_sub(1);
            self.left = next.unwrap_or_default();
            self.ended = next.is_none();
            Poll::Ready(next)
        }
    }
    impl Drop for Once<'_> {
        fn drop(&mut self) {
            self.dropped.set(true);
        }
    }
    let (dropped, board) = (Cell::new(false), Board::new(2));
    let once = Once { left: 2, ended: false, dropped: &dropped };
    let mut gathered = pin!(gather!(for await n in once {
        board.child(n)
    }));
    for n in [1, 0] {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        board.finish(n);
    }
    assert!(!dropped.get());
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(vec![1, 0]));
    assert!(dropped.get());
}

#[tokio::test]
async fn c29_break_and_continue_in_the_body() {
    let polls = Cell::new(0);
    let (send, stream) = channel(&polls);
    (0..9).for_each(|n| send.send(n).unwrap());
    let outputs = gather!(for await n in stream {
        if n % 2 == 1 {
            continue;
        }
        if n == 6 {
            break;
        }
        ready(n)
    })
    .await;
    assert_eq!((outputs, polls.get()), (vec![0, 2, 4], 7), "what is behind the `break` stays in the stream");
}

/// A `continue` may be the last thing before the stream pends: that is not its end.
#[tokio::test(start_paused = true)]
async fn c29_a_skipped_item_before_a_pause() {
    let outputs = gather!(for await n in every(10, 4) {
        if n % 2 == 0 {
            continue;
        }
        ready(n)
    });
    assert_eq!(outputs.await, [1, 3]);
}

/// With a mark, a `?` in front of the future fails as the future would, whether others run already or not.
#[tokio::test(start_paused = true)]
async fn c23_a_body_that_fails() {
    for bad in ["x 1 2", "1 x 2", "1 2 x"] {
        let gathered = gather!(for await word in stream::iter(bad.split(' ')) {
            let n: u64 = word.parse()?;
            async move { Ok::<_, std::num::ParseIntError>(after(10, n).await) }?
        });
        let (outcome, waited) = timed(gathered).await;
        assert!(outcome.is_err());
        assert_eq!(waited, Duration::ZERO, "{bad}");
    }
}

/// By reference it is the caller's again, with what nobody has asked for.
#[tokio::test]
async fn c31_a_borrowed_stream() {
    let mut numbers = stream::iter(0..6);
    let first = gather!(for await n in numbers.by_ref().take(3) {
        ready(n)
    });
    assert_eq!(first.await, [0, 1, 2]);
    let second = gather!(for await n in &mut numbers {
        ready(n)
    });
    assert_eq!(second.await, [3, 4, 5]);
}

#[test]
fn a_stream_that_panics_takes_the_children_with_it() {
    let board = Board::new(3);
    let stream = stream::iter(0..3).inspect(|n| assert!(*n < 2, "no more"));
    let mut gathered = Box::pin(gather!(for await n in stream {
        board.child(n)
    }));
    let payload = catch_unwind(AssertUnwindSafe(|| drop(poll(gathered.as_mut(), Waker::noop())))).expect_err("it panics");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"no more"));
    assert_eq!(board.dropped(), [0, 1]);
}

#[test]
fn c17_dropped_in_the_order_of_the_input() {
    let (board, polls) = (Board::new(3), Cell::new(0));
    let (send, stream) = channel(&polls);
    let mut gathered = Box::pin(gather!(for await n in stream {
        board.child(n)
    }));
    for n in [2, 0, 1] {
        send.send(n).unwrap();
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    }
    drop(gathered);
    assert_eq!(board.dropped(), [2, 0, 1]);
    assert!(send.is_closed());
}

#[tokio::test]
async fn c22_an_empty_stream() {
    let mut gathered = pin!(gather!(for await n in stream::empty::<u8>() {
        ready(n)
    }));
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(vec![]));
}

/// Takes and returns a permit that is always free, for ever: whenever it is polled it spends the whole budget.
async fn greedy(semaphore: &Semaphore) {
    loop {
        drop(semaphore.acquire().await);
    }
}

async fn patient(semaphore: &Semaphore, done: &AtomicUsize) {
    for _ in 0..5 {
        drop(semaphore.acquire().await);
        tokio::task::yield_now().await;
    }
    done.fetch_add(1, Ordering::SeqCst);
}

/// Polls `gathered` until so many children are done.
async fn until_done(gathered: impl Future, done: &AtomicUsize, wanted: usize) {
    let (mut gathered, mut polls) = (pin!(gathered), 0);
    poll_fn(|cx| {
        polls += 1;
        assert!(gathered.as_mut().poll(cx).is_pending(), "the greedy one never ends");
        if done.load(Ordering::SeqCst) == wanted {
            return Poll::Ready(());
        }
        assert!(polls < 50 * wanted.max(4), "only {} of {wanted} got on", done.load(Ordering::SeqCst));
        Poll::Pending
    })
    .await;
}

type Child<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The stream takes of the same budget.
#[tokio::test]
async fn c49_a_greedy_child_starves_neither_stream_nor_children() {
    for limit in [2, 3, 10, usize::MAX] {
        for size in [2, 10, 31, 1000] {
            let (semaphore, done) = (&Semaphore::new(size + 1), &AtomicUsize::new(0));
            let polls = Cell::new(0);
            let (send, stream) = channel(&polls);
            (0..size).for_each(|n| send.send(n).unwrap());
            let gathered = gather!(
                for await n in stream {
                    let child: Child<'_> = if n == 0 { Box::pin(greedy(semaphore)) } else { Box::pin(patient(semaphore, done)) };
                    child
                },
                limit = limit
            );
            until_done(gathered, done, size - 1).await;
        }
    }
}

/// A stream that takes all of the budget and never ends: who runs beside it gets on.
#[tokio::test]
async fn c49_a_greedy_stream_starves_no_child() {
    let (semaphore, done) = (&Semaphore::new(10), &AtomicUsize::new(0));
    let stream = generator!(async move {
        for n in 0_usize.. {
            drop(semaphore.acquire().await);
            yield n;
        }
    });
    let gathered = gather!(
        for await n in stream {
            let child: Child<'_> = if n < 4 { Box::pin(patient(semaphore, done)) } else { Box::pin(ready(())) };
            child
        },
        limit = 5
    );
    until_done(gathered, done, 4).await;
}

/// The same without any budget.
#[tokio::test]
async fn c49_a_stream_that_is_always_ready_starves_no_child() {
    let done = &AtomicUsize::new(0);
    let gathered = gather!(
        for await n in stream::iter(0_usize..) {
            let child: Child<'_> = if n < 4 {
                Box::pin(async {
                    for _ in 0..5 {
                        tokio::task::yield_now().await;
                    }
                    done.fetch_add(1, Ordering::SeqCst);
                })
            } else {
                Box::pin(ready(()))
            };
            child
        },
        limit = 5
    );
    until_done(gathered, done, 4).await;
}

#[test]
fn c49_a_stream_that_is_always_ready_does_not_keep_its_task() {
    let pulled = Cell::new(0);
    let endless = stream::repeat(()).inspect(|()| pulled.set(pulled.get() + 1));
    let mut gathered = pin!(gather!(for await () in endless {
        ready(())
    }));
    for polls in 1..4 {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        assert!((1..=256 * polls).contains(&pulled.get()), "{} after {polls}", pulled.get());
    }
}

#[test]
fn c52_what_is_ready_is_polled_once() {
    let board = Board::new(1000);
    (0..1000).for_each(|n| board.ready(n));
    let (wakes, waker) = Wakes::new();
    let mut gathered = pin!(gather!(
        for await n in stream::iter(0..1000) {
            board.child(n)
        },
        limit = 7
    ));
    // From time to time others have their turn.
    let mut turns = 0;
    while poll(gathered.as_mut(), &waker).is_pending() {
        turns += 1;
        assert!(wakes.take() > 0, "it comes back by itself");
    }
    assert!(turns < 1000 / 128, "{turns}");
    assert!((0..1000).all(|n| board.polls(n) == 1));
}

#[test]
fn c51_few_polls_with_a_stream_as_input() {
    for size in [10, 30, 1000, 10_000] {
        let (board, polls) = (Board::new(size), Cell::new(0));
        let (wakes, waker) = Wakes::new();
        let (send, stream) = channel(&polls);
        let mut gathered = pin!(gather!(for await n in stream {
            board.child(n)
        }));
        (0..size).for_each(|n| send.send(n).unwrap());
        drop(send);
        assert!(poll(gathered.as_mut(), &waker).is_pending());
        assert_eq!(wakes.take(), 0, "nobody was woken");
        for (ended, n) in (0..size).map(|n| (n * 7 + 3) % size).enumerate() {
            board.finish(n);
            assert_eq!(wakes.take(), 1);
            assert_eq!(poll(gathered.as_mut(), &waker).is_ready(), ended + 1 == size);
        }
        assert!(board.all_polls() <= 3 * size, "{} polls of {size} children", board.all_polls());
    }
}
