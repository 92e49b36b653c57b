//! `for_each` and `try_for_each`: the children get on while the body runs.

use std::cell::Cell;
use std::future::{Future, pending, poll_fn, ready};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use weftwork::{as_completed, for_await};
use weftwork_tests::children::{Board, Wakes, poll};
use weftwork_tests::{Gauge, Log, after, timed};

#[tokio::test(start_paused = true)]
async fn c60_children_get_on_while_the_body_sleeps() {
    let start = Instant::now();
    let ends = Cell::new(Vec::new());
    let now = || start.elapsed().as_millis();
    let mut bodies = Vec::new();
    as_completed!(for ms in [33, 10, 34] {
        let ends = &ends;
        async move {
            after(ms, ()).await;
            let mut so_far = ends.take();
            so_far.push((ms, now()));
            ends.set(so_far);
            ms
        }
    })
    .for_each(async |ms| {
        let begun = now();
        after(100, ()).await;
        bodies.push((ms, begun, now()));
    })
    .await;
    assert_eq!(ends.take(), [(10, 10), (33, 33), (34, 34)], "each when it was due");
    assert_eq!(bodies, [(10, 10, 110), (33, 110, 210), (34, 210, 310)], "one at a time, in the order of completion");
}

/// What a loop does instead.
#[tokio::test(start_paused = true)]
async fn c60_a_loop_holds_them_up() {
    let start = Instant::now();
    let mut ends = Vec::new();
    for_await!(for end in as_completed!(for ms in [10, 33] {
        async move {
            after(ms, ()).await;
            start.elapsed().as_millis()
        }
    }) {
        after(100, ()).await;
        ends.push(end);
    });
    assert_eq!(ends, [10, 110]);
}

/// What runs, what waits for the body and what the body has in hand are `limit` together, but for the one that it has.
#[tokio::test(start_paused = true)]
async fn c58_running_and_unread_never_exceed_the_limit() {
    for limit in [1, 2, 3, 8] {
        let (running, unread) = (Gauge::new(), Gauge::new());
        let mut seen = 0;
        as_completed!(
            for n in 0..60_u64 {
                let (unread, resident) = (&unread, running.enter());
                async move {
                    after(n % 7, ()).await;
                    drop(resident);
                    unread.enter()
                }
            },
            limit = limit
        )
        .for_each(async |output| {
            drop(output);
            for _ in 0..seen % 5 {
                after(3, ()).await;
                assert!(running.now() + unread.now() <= limit, "{} and {} of {limit}", running.now(), unread.now());
            }
            seen += 1;
        })
        .await;
        assert_eq!((seen, running.now(), unread.now()), (60, 0, 0));
        assert_eq!(running.peak(), limit);
    }
}

/// A slow body holds the input up, and not the memory.
#[tokio::test(start_paused = true)]
async fn c58_a_slow_body_holds_the_input_up() {
    let pulled = Cell::new(0_usize);
    let done = Cell::new(0);
    as_completed!(
        for n in (0..20).inspect(|_| pulled.set(pulled.get() + 1)) {
            ready(n)
        },
        limit = 3
    )
    .for_each(async |_| {
        after(10, ()).await;
        done.set(done.get() + 1);
        // The one in the body's hand, and those that wait.
        assert!(pulled.get() <= done.get() + 4, "{} pulled, {} done", pulled.get(), done.get());
    })
    .await;
    assert_eq!((pulled.get(), done.get()), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn c62_the_body_borrows_and_changes_locals() {
    let (prefix, mut seen, mut sum) = (String::from("n"), Vec::new(), 0);
    as_completed!(for n in [3_u64, 1, 2] {
        after(n, n)
    })
    .for_each(async |n| {
        seen.push(format!("{prefix}{n}"));
        after(1, ()).await;
        sum += n;
    })
    .await;
    assert_eq!((seen.join(" "), sum), ("n1 n2 n3".into(), 6));
}

#[tokio::test(start_paused = true)]
async fn c57_with_indices() {
    let mut seen = Vec::new();
    let all = as_completed!(for ms in [30, 10, 20] {
        after(ms, ms)
    });
    all.indexed().for_each(async |item| seen.push(item)).await;
    assert_eq!(seen, [(1, 10), (2, 20), (0, 30)]);
}

#[tokio::test(start_paused = true)]
async fn try_for_each_ends_with_the_first_error_of_the_body() {
    let (gauge, mut seen) = (Gauge::new(), Vec::new());
    let all = as_completed!(for ms in [30, 10, 20, 40] {
        let resident = gauge.enter();
        async move {
            after(ms, ()).await;
            drop(resident);
            if ms == 20 { Err(ms) } else { Ok(ms) }
        }
    });
    let outcome = all.try_for_each(async |loaded| {
        seen.push(loaded?);
        Ok::<_, u64>(())
    });
    assert_eq!(timed(outcome).await, (Err(20), Duration::from_millis(20)));
    assert_eq!((seen.as_slice(), gauge.now()), ([10].as_slice(), 0), "the rest is gone");
    let mut sum = 0;
    let all = as_completed!(for n in 0..4 {
        ready(Ok::<_, String>(n))
    });
    let outcome = all.indexed().try_for_each(async |(index, n)| {
        assert_eq!(index, n?);
        sum += index;
        Ok::<_, String>(())
    });
    assert_eq!(outcome.await, Ok(()));
    assert_eq!(sum, 6);
}

#[test]
fn c56_of_nothing_the_body_never_runs() {
    let all = as_completed!(for n in std::iter::empty::<u8>() {
        ready(n)
    });
    let mut run = pin!(all.for_each(async |_| unreachable!("there is no item")));
    assert!(poll(run.as_mut(), Waker::noop()).is_ready());
}

#[tokio::test]
async fn c63_panics() {
    let log = Log::new();
    let all = as_completed!(for word in ["a", "b"] {
        let gone = log.on_drop(word);
        async move {
            tokio::task::yield_now().await;
            drop(gone);
        }
    });
    let run = all.for_each(async |()| std::panic::resume_unwind(Box::new("body")));
    let payload = AssertUnwindSafe(run).catch_unwind().await.expect_err("it panics");
    assert_eq!((payload.downcast_ref(), log.text().as_str()), (Some(&"body"), "a b"));
    // While the body of another one runs.
    let (log, board) = (Log::new(), Board::new(3));
    board.ready(0);
    let all = as_completed!(for n in 0..3 {
        let (gone, child) = (log.on_drop("child"), board.child(n));
        async move {
            if child.await == 1 {
                std::panic::resume_unwind(Box::new("child"));
            }
            drop(gone);
        }
    });
    let run = all.for_each(async |()| {
        let _gone = log.on_drop("body");
        board.finish(1);
        pending::<()>().await;
    });
    let payload = AssertUnwindSafe(run).catch_unwind().await.expect_err("it panics");
    assert_eq!(payload.downcast_ref(), Some(&"child"));
    let mut gone: Vec<String> = log.text().split(' ').map(String::from).collect();
    gone.sort_unstable();
    assert_eq!(gone, ["body", "child", "child", "child"]);
}

#[test]
fn c17_dropped_while_the_body_runs() {
    let log = Log::new();
    let board = Board::new(3);
    board.ready(0);
    board.ready(1);
    let all = as_completed!(for n in 0..3 {
        let (child, log) = (board.child(n), &log);
        async move {
            child.await;
            log.on_drop("output")
        }
    });
    let mut run = Box::pin(all.for_each(async |output| {
        pending::<()>().await;
        drop(output);
    }));
    assert!(poll(run.as_mut(), Waker::noop()).is_pending());
    assert_eq!(board.dropped(), [0, 1]);
    drop(run);
    assert_eq!((board.dropped(), log.text()), (vec![0, 1, 2], "output output".into()));
}

/// Who is woken while the body runs is polled, and the owner is woken for nobody else.
#[test]
fn c51_few_polls_while_the_body_runs() {
    for size in [10, 30, 1000, 10_000] {
        let board = Board::new(size + 1);
        let (wakes, waker) = Wakes::new();
        let seen = Cell::new(0);
        let all = as_completed!(for n in 0..size {
            board.child(n)
        });
        let mut run = pin!(all.for_each(async |_| {
            if seen.get() == 0 {
                board.child(size).await;
            }
            seen.set(seen.get() + 1);
        }));
        assert!(poll(run.as_mut(), &waker).is_pending());
        for n in (0..size).map(|n| (n * 7 + 3) % size) {
            assert_eq!(wakes.take(), 0, "nobody was woken");
            board.finish(n);
            assert_eq!(wakes.take(), 1);
            assert!(poll(run.as_mut(), &waker).is_pending());
        }
        let polls: usize = (0..size).map(|n| board.polls(n)).sum();
        assert!(polls <= 3 * size, "{polls} polls of {size} children");
        assert_eq!(board.dropped().len(), size, "all have ended, and one body is still running");
        board.finish(size);
        assert!(poll(run.as_mut(), &waker).is_ready());
        assert_eq!(seen.get(), size);
    }
}

/// Takes and returns a permit that is always free, for ever: whenever it is polled it spends the whole budget.
async fn greedy(semaphore: &Semaphore) {
    loop {
        drop(semaphore.acquire().await);
    }
}

async fn patient(semaphore: &Semaphore) {
    for _ in 0..5 {
        drop(semaphore.acquire().await);
        tokio::task::yield_now().await;
    }
}

async fn until(done: &AtomicUsize, wanted: usize, run: impl Future) {
    let (mut run, mut polls) = (pin!(run), 0);
    poll_fn(|cx| {
        polls += 1;
        assert!(run.as_mut().poll(cx).is_pending(), "the greedy one never ends");
        if done.load(Ordering::SeqCst) == wanted {
            return Poll::Ready(());
        }
        assert!(polls < 100 * wanted.max(4), "only {} of {wanted} got on", done.load(Ordering::SeqCst));
        Poll::Pending
    })
    .await;
}

type Child<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

#[tokio::test]
async fn c49_a_greedy_child_holds_no_body_up() {
    for size in [2, 10, 31, 1000] {
        let (semaphore, done) = (&Semaphore::new(2 * size), &AtomicUsize::new(0));
        let all = as_completed!(for n in 0..size {
            let child: Child<'_> = if n == 0 { Box::pin(greedy(semaphore)) } else { Box::pin(patient(semaphore)) };
            child
        });
        let run = all.for_each(async |()| {
            patient(semaphore).await;
            done.fetch_add(1, Ordering::SeqCst);
        });
        // Children and bodies.
        until(done, size - 1, run).await;
    }
}

#[tokio::test]
async fn c49_a_greedy_body_holds_no_child_up() {
    for size in [2, 10, 31, 1000] {
        let (semaphore, done) = (&Semaphore::new(2 * size), &AtomicUsize::new(0));
        let all = as_completed!(for n in 0..size {
            async move {
                if n > 0 {
                    patient(semaphore).await;
                }
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
        until(done, size, all.for_each(async |()| greedy(semaphore).await)).await;
    }
}

/// A stream as input gets on as well, while the body runs.
#[tokio::test(start_paused = true)]
async fn c31_a_stream_is_pulled_while_the_body_runs() {
    let start = Instant::now();
    let numbers = stream::iter(0..4).then(|n| after(10, n));
    let mut seen = Vec::new();
    as_completed!(for await n in numbers {
        async move { (n, start.elapsed().as_millis()) }
    })
    .for_each(async |item| {
        after(100, ()).await;
        seen.push(item);
    })
    .await;
    assert_eq!(seen, [(0, 10), (1, 20), (2, 30), (3, 40)]);
}
