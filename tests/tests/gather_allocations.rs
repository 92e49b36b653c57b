//! What `gather!`, `as_completed!`, `race!` and `race_ok!` allocate.
//!
//! A program of its own: counting takes a global allocator, whose trait is unsafe to implement, and no test may run beside it.

#![allow(unsafe_code, reason = "an allocator that counts, and otherwise is the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Poll, Waker};

use futures::stream::{self, Stream, StreamExt};
use weftwork::{as_completed, gather, race, race_ok};
use weftwork_tests::children::poll;

thread_local! {
    // Per thread: the test harness allocates on its own.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Bytes that are taken, or given back where another thread took them.
    static TAKEN: Cell<isize> = const { Cell::new(0) };
    static MOST_TAKEN: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let _ = TAKEN.try_with(|taken| {
        taken.set(taken.get() + bytes);
        let _ = MOST_TAKEN.try_with(|most| most.set(most.get().max(taken.get())));
    });
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory of its callers.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        count(layout.size() as isize);
        // SAFETY: the caller's promises are the system's demands.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        count(size as isize - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What `run` gives, and how often it allocated.
fn allocations<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATIONS.get();
    let value = run();
    (value, ALLOCATIONS.get() - before)
}

/// What `run` gives, and how many bytes it had at most.
fn most_bytes<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = TAKEN.get();
    MOST_TAKEN.set(before);
    let value = run();
    (value, (MOST_TAKEN.get() - before).unsigned_abs())
}

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    poll(pin!(future), Waker::noop())
}

/// Pending for the first poll.
async fn yield_once() {
    let mut polled = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn c50_c52_arms_allocate_nothing() {
    let (ten, count) = allocations(|| {
        poll_once(gather!(ready(1), ready(2), ready(3), ready(4), ready(5), ready(6), ready(7), ready(8), ready(9), ready(10)))
    });
    assert_eq!((ten, count), (Poll::Ready((1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), 0));
    let (polled, count) = allocations(|| {
        let failing = async {
            yield_once().await;
            Ok::<_, ()>(1)
        };
        let mut waiting = pin!(gather!(yield_once(), failing?, yield_once()));
        [poll(waiting.as_mut(), Waker::noop()).is_ready(), poll(waiting.as_mut(), Waker::noop()).is_ready()]
    });
    assert_eq!((polled, count), ([false, true], 0));
}

#[test]
fn c50_many_arms_that_wait_share_one_block() {
    let ((), count) = allocations(|| {
        let twice = || async {
            yield_once().await;
            yield_once().await;
        };
        let mut gathered = pin!(gather!(twice(), twice(), twice(), twice(), twice(), twice(), twice(), twice(), twice()));
        while poll(gathered.as_mut(), Waker::noop()).is_pending() {}
    });
    assert_eq!(count, 1);
}

#[test]
fn c50_c52_races_allocate_nothing() {
    let (first, count) = allocations(|| {
        let never = std::future::pending;
        poll_once(race!(never(), never(), never(), never(), never(), never(), never(), never(), ready(9), ready(10)))
    });
    assert_eq!((first, count), (Poll::Ready(9), 0));
    let (polled, count) = allocations(|| {
        let late = || async {
            yield_once().await;
            Ok::<_, ()>(1)
        };
        let mut few = pin!(race!(late(), late(), late(), late()));
        let mut few_ok = pin!(race_ok!(ready(Err(())), late(), late(), late()));
        let first = [poll(few.as_mut(), Waker::noop()).is_ready(), poll(few_ok.as_mut(), Waker::noop()).is_ready()];
        (first, poll(few.as_mut(), Waker::noop()), poll(few_ok.as_mut(), Waker::noop()))
    });
    assert_eq!((polled, count), (([false, false], Poll::Ready(Ok(1)), Poll::Ready(Ok(1))), 0));
}

#[test]
fn c50_many_racers_that_wait_share_one_block() {
    let (polls, count) = allocations(|| {
        let twice = || async {
            yield_once().await;
            yield_once().await;
        };
        let mut raced = pin!(race!(twice(), twice(), twice(), twice(), twice()));
        let mut polls = 1;
        while poll(raced.as_mut(), Waker::noop()).is_pending() {
            polls += 1;
        }
        polls
    });
    assert_eq!((polls, count), (3, 1));
}

/// Without an error, that is.
#[test]
fn c45_errors_are_the_only_thing_that_takes_memory() {
    let good = || ready(Ok::<u8, u8>(1));
    let (all, count) = allocations(|| poll_once(gather!(good()?, good()?, good()?, errors = all)));
    assert_eq!((all, count), (Poll::Ready(Ok((1, 1, 1))), 0));
    let ((), count) = allocations(|| {
        let Poll::Ready(Err(errors)) =
            poll_once(gather!(ready(Err::<u8, _>(1_u8))?, good()?, ready(Err::<u8, _>(3))?, errors = all))
        else {
            panic!("two fail")
        };
        assert_eq!(errors.len(), 2);
    });
    assert_eq!(count, 1);
}

/// The timer is a part of the race.
#[tokio::test(start_paused = true)]
async fn a_stagger_allocates_nothing() {
    let mut raced = pin!(race_ok!(std::future::pending(), std::future::pending::<Result<(), ()>>(), stagger = 5ms));
    let (polled, count) = allocations(|| poll(raced.as_mut(), Waker::noop()).is_pending());
    assert_eq!((polled, count), (true, 0));
}

#[test]
fn c36_ten_thousand_ready_futures_take_two_allocations() {
    let (outputs, count) = allocations(|| {
        poll_once(gather!(for n in 0..10_000_u64 {
            ready(n)
        }))
    });
    assert_eq!(outputs.map(|outputs| outputs.len()), Poll::Ready(10_000));
    assert!(count <= 2, "{count} allocations");
    let (outputs, count) = allocations(|| {
        poll_once(gather!(
            for n in 0..10_000_u64 {
                ready(Ok::<_, ()>(n))?
            },
            limit = 16
        ))
    });
    assert_eq!(outputs.map(|outputs| outputs.unwrap().len()), Poll::Ready(10_000));
    assert!(count <= 2, "{count} allocations");
}

#[test]
fn c22_an_empty_comprehension_allocates_nothing() {
    let (outputs, count) = allocations(|| {
        poll_once(gather!(for n in 0..0_u64 {
            ready(n)
        }))
    });
    assert_eq!((outputs, count), (Poll::Ready(vec![]), 0));
}

/// With a limit the memory belongs to the limit, however long the input is.
#[test]
fn c25_places_are_used_again() {
    let spend = |inputs: u64| {
        let ((), count) = allocations(|| {
            let mut gathered = pin!(gather!(
                for _ in 0..inputs {
                    yield_once()
                },
                limit = 16
            ));
            while poll(gathered.as_mut(), Waker::noop()).is_pending() {}
        });
        count
    };
    let (few, many) = (spend(1_000), spend(10_000));
    assert!(many <= few + 8, "{few} for a thousand, {many} for ten thousand");
}

#[test]
fn an_iterator_that_promises_too_much_costs_little() {
    struct Boastful(u8);
    impl Iterator for Boastful {
        type Item = u8;
        fn next(&mut self) -> Option<u8> {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (usize::MAX, None)
        }
    }
    assert_eq!(
        poll_once(gather!(for n in Boastful(3) {
            ready(n)
        })),
        Poll::Ready(vec![2, 1, 0])
    );
    assert_eq!(
        poll_once(gather!(for n in Boastful(3) {
            ready([n; 10_000])
        }))
        .map(|outputs| outputs.len()),
        Poll::Ready(3)
    );
}

#[test]
fn c58_as_completed_uses_its_places_again() {
    let spend = |inputs: u64| {
        let (seen, count) = allocations(|| {
            let mut stream = pin!(as_completed!(
                for n in 0..inputs {
                    ready(n)
                },
                limit = 16
            ));
            let mut cx = std::task::Context::from_waker(Waker::noop());
            let mut seen = 0;
            while let Poll::Ready(Some(_)) = Stream::poll_next(stream.as_mut(), &mut cx) {
                seen += 1;
            }
            seen
        });
        assert_eq!(seen, inputs);
        count
    };
    assert_eq!(spend(10_000), spend(100));
}

/// A future of a KiB that is pending once.
async fn heavy(n: u64) -> u64 {
    let load = [n; 128];
    yield_once().await;
    load[n as usize % 128]
}

const HEAVY: u64 = 100_000;

/// What 64 of them may take, each with a place of its own, and one that is on its way there.
fn sixty_four() -> usize {
    let one = size_of_val(&heavy(0));
    assert!((1024..1100).contains(&one), "{one}");
    64 * (one + 64) + 2 * one
}

/// An output for each, and a bit.
const OUTPUTS: usize = HEAVY as usize * size_of::<u64>() + HEAVY.div_ceil(8).next_power_of_two() as usize;

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut(), Waker::noop()) {
            return output;
        }
    }
}

#[test]
fn c25_with_a_limit_no_more_futures_than_that_take_memory() {
    let (outputs, most) = most_bytes(|| {
        run(gather!(
            for n in 0..HEAVY {
                heavy(n)
            },
            limit = 64
        ))
    });
    assert!(outputs.into_iter().eq(0..HEAVY));
    assert!(most <= OUTPUTS + sixty_four(), "{most} bytes, {} above the outputs", most - OUTPUTS);
    let (outputs, most) = most_bytes(|| run(gather((0..HEAVY).map(heavy)).limit(64)));
    assert_eq!(outputs.len(), 100_000);
    assert!(most <= OUTPUTS + sixty_four(), "{most} bytes, {} above the outputs", most - OUTPUTS);
}

#[test]
fn c25_c31_from_a_stream() {
    let (outputs, most) = most_bytes(|| {
        run(gather!(
            for await n in stream::iter(0..HEAVY) {
                heavy(n)
            },
            limit = 64
        ))
    });
    assert!(outputs.into_iter().eq(0..HEAVY));
    assert!(most <= OUTPUTS + sixty_four(), "{most} bytes, {} above the outputs", most - OUTPUTS);
}

/// What is read takes no memory.
#[test]
fn c58_as_completed_takes_the_memory_of_its_limit() {
    fn count(stream: impl Stream<Item = u64>) -> u64 {
        run(stream.fold(0, async |count, _| count + 1))
    }
    let unread = 128 * size_of::<(usize, u64)>();
    let (seen, most) = most_bytes(|| {
        count(as_completed!(
            for n in 0..HEAVY {
                heavy(n)
            },
            limit = 64
        ))
    });
    assert_eq!(seen, HEAVY);
    assert!(most <= sixty_four() + unread, "{most} bytes from an iterator");
    let (seen, most) = most_bytes(|| {
        count(as_completed!(
            for await n in stream::iter(0..HEAVY) {
                heavy(n)
            },
            limit = 64
        ))
    });
    assert_eq!(seen, HEAVY);
    assert!(most <= sixty_four() + unread, "{most} bytes from a stream");
    let (seen, most) = most_bytes(|| count(as_completed((0..HEAVY).map(heavy)).limit(64)));
    assert_eq!(seen, HEAVY);
    assert!(most <= sixty_four() + unread, "{most} bytes from the function");
}
