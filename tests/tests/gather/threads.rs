//! Wakes from other threads.

use std::future::poll_fn;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};

use weftwork::gather;
use weftwork_tests::children::Board;

#[test]
fn wakes_from_other_threads() {
    const CHILDREN: usize = 64;
    for _ in 0..20 {
        let board = Board::new(CHILDREN);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outputs = std::thread::scope(|scope| {
            for thread in 0..4 {
                let board = &board;
                scope.spawn(move || {
                    for number in (thread..CHILDREN).step_by(4) {
                        while board.polls(number) == 0 {
                            std::thread::yield_now();
                        }
                        board.ready(number);
                        // Until it has heard: a poll may be under way that came too early to see the flag.
                        while !board.dropped().contains(&number) {
                            board.wake(number);
                            std::thread::yield_now();
                        }
                    }
                });
            }
            runtime.block_on(gather!(
                for n in 0..CHILDREN {
                    board.child(n)
                },
                limit = 16
            ))
        });
        assert!(outputs.into_iter().eq(0..CHILDREN));
    }
}

/// One flag a child, set without any lock and followed by exactly one wake.
#[test]
fn one_wake_from_another_thread_is_enough() {
    struct Flags {
        set: Vec<AtomicBool>,
        wakers: Vec<OnceLock<Waker>>,
    }
    const CHILDREN: usize = 200;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for _ in 0..20 {
        let flags = Flags {
            set: (0..CHILDREN).map(|_| AtomicBool::new(false)).collect(),
            wakers: (0..CHILDREN).map(|_| OnceLock::new()).collect(),
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..CHILDREN {
                    flags.set[number].store(true, Ordering::Relaxed);
                    flags.wakers[number].wait().wake_by_ref();
                }
            });
            let gathered = gather!(for number in 0..CHILDREN {
                let flags = &flags;
                let mut polls = 0;
                poll_fn(move |cx| {
                    polls += 1;
                    // From the second poll on the waker is the child's own.
                    if polls > 1 {
                        let _ = flags.wakers[number].set(cx.waker().clone());
                    } else if number > 0 {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    if flags.set[number].load(Ordering::Relaxed) && polls > 1 { Poll::Ready(()) } else { Poll::Pending }
                })
            });
            runtime.block_on(gathered);
        });
    }
}
