//! What `with!` allocates and how large its future is, and that constructs in which no context opens take nothing for it.
//!
//! A program of its own: counting takes a global allocator, whose trait is unsafe to implement, and no test may run beside it.

#![allow(unsafe_code, reason = "an allocator that counts, and otherwise is the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Poll, Waker};

use futures::stream;
use tokio::runtime::{Builder, Handle};
use weftwork::{
    AsyncContext, Context, Exit, clean_ups, context, for_await, gather, race, race_ok, secs, timeout, with, with_grace,
};
use weftwork_tests::children::poll;

thread_local! {
    // Per thread: the test harness allocates on its own.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// Bytes that are in use; those that another thread frees stay in it.
    static IN_USE: Cell<usize> = const { Cell::new(0) };
}

fn count(allocated: usize, freed: usize) {
    let _ = IN_USE.try_with(|bytes| bytes.set(bytes.get().wrapping_add(allocated).wrapping_sub(freed)));
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory of its callers.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        count(layout.size(), 0);
        // SAFETY: the caller's promises are the system's demands.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What a future gives that is polled in place until it is ready, and how often it allocated, its making included.
fn allocations<F: Future>(make: impl FnOnce() -> F) -> (F::Output, usize) {
    let before = ALLOCATIONS.get();
    let mut future = pin!(make());
    let output = loop {
        if let Poll::Ready(output) = poll(future.as_mut(), Waker::noop()) {
            break output;
        }
    };
    (output, ALLOCATIONS.get() - before)
}

/// On a runtime that has no timers: to set one panics.
fn without_time<T>(run: impl FnOnce(&Handle) -> T) -> T {
    let runtime = Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    run(runtime.handle())
}

fn with_time<T>(run: impl FnOnce() -> T) -> T {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    run()
}

/// Pending for the first poll.
async fn yield_once() {
    let mut polled = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Waits everywhere it can.
fn waiting<E: std::fmt::Debug + Send + 'static>(number: u64) -> Context<u64, E> {
    context!(async move {
        yield_once().await;
        let (_, exit) = yield number;
        yield_once().await;
        assert!(exit.is_ok());
        Ok(())
    })
}

struct Counter(u64);

impl AsyncContext for Counter {
    type Value = u64;
    type Error = Infallible;

    async fn enter(&mut self) -> Result<u64, Infallible> {
        yield_once().await;
        Ok(self.0)
    }

    async fn exit(self, value: u64, _: Exit) -> Result<(), Infallible> {
        yield_once().await;
        assert_eq!(value, self.0 + 1);
        Ok(())
    }
}

#[test]
fn x74_an_uncancelled_with_makes_at_most_three_allocations() {
    without_time(|runtime| {
        let (sum, count) = allocations(|| {
            with!(number = waiting::<Infallible>(1), {
                yield_once().await;
                *number + 1
            })
        });
        assert_eq!(sum, 2);
        assert!(count <= 3, "{count} allocations");

        let (sum, count) = allocations(|| {
            with!(number = Counter(1), {
                *number += 1;
                *number
            })
        });
        assert_eq!(sum, 2);
        assert!(count <= 3, "{count} allocations of a type");

        // Its own error and its own name, and an error that is converted.
        let (result, count) = allocations(|| {
            let context = waiting::<u8>(1).map_err(u16::from).named("numbers");
            with!(number = context, async || -> Result<u64, u32> { Ok(*number + 1) })
        });
        assert_eq!(result, Ok(2));
        assert!(count <= 3, "{count} allocations with a conversion");

        let (sum, count) = allocations(|| {
            with!(a = waiting::<Infallible>(1), b = waiting::<Infallible>(2), c = waiting::<Infallible>(3), { *a + *b + *c })
        });
        assert_eq!(sum, 6);
        assert!(count <= 9, "{count} allocations of three");

        assert_eq!(runtime.metrics().num_alive_tasks(), 0);
        assert!(clean_ups().is_empty());
    });
}

#[test]
fn x74_a_construct_in_which_no_context_opens_allocates_nothing_more() {
    with_time(|| {
        assert_eq!(allocations(|| timeout(secs(5), async { 1 })), (Ok(1), 0));
        assert_eq!(allocations(|| timeout(secs(5), yield_once())), (Ok(()), 0));
        assert_eq!(allocations(|| timeout(secs(0), yield_once())).1, 0);
        assert_eq!(allocations(|| with_grace(secs(5), yield_once())), ((), 0));
    });
    assert_eq!(allocations(|| gather!(yield_once(), ready(1), yield_once())), (((), 1, ()), 0));
    let failing = || async {
        yield_once().await;
        Err::<u8, u8>(1)
    };
    assert_eq!(allocations(|| gather!(yield_once(), failing()?)), (Err(1), 0));
    assert_eq!(allocations(|| race!(yield_once(), std::future::pending())), ((), 0));
    assert_eq!(allocations(|| race_ok!(failing(), ready(Ok(2)))), (Ok(2), 0));
    let (left, count) = allocations(|| async {
        for_await!(for number in stream::iter([Ok(1), Err(2), Ok(3)]) {
            number?;
        });
        Ok::<(), u8>(())
    });
    assert_eq!((left, count), (Err(2), 0));
}

fn lending<T: Send + 'static>(value: T) -> Context<T> {
    context!(async move {
        yield value;
    })
}

/// How much larger than its body the future of a `with!` is, for a context that lends a value of type `T`.
macro_rules! added {
    ($value:expr, $($body:tt)+) => {
        size_of_val(&with!(_ = lending($value), $($body)+)) - size_of_val(&$($body)+)
    };
}

const KIB: usize = 1024;
const LARGE: [u8; KIB] = [1; KIB];

/// What a context may add to the future beside its value. The feature `tracing` has a part in it: the span.
const CONSTANT: usize = 272;

#[test]
fn x75_a_context_adds_its_value_and_a_constant() {
    let alone = added!((), async { yield_once().await });
    assert!(alone <= CONSTANT, "{alone}");
    let value = added!(LARGE, async { yield_once().await });
    assert!(value <= KIB + CONSTANT, "{value}");
}

#[test]
fn x75_what_lives_in_the_body_is_there_once() {
    let local = added!((), async {
        let large = black_box(LARGE);
        yield_once().await;
        black_box(&large);
    });
    assert!(local <= CONSTANT, "{local}");
}

/// While the clean-up runs.
#[test]
fn x75_the_result_is_kept_once() {
    let result = added!((), async {
        yield_once().await;
        black_box(LARGE)
    });
    assert!(result <= KIB + CONSTANT, "{result}");
}

/// What is borrowed is a pointer, and what a `move` takes belongs to the `with!` before it belongs to the body.
#[test]
fn x75_arguments() {
    let large = black_box(LARGE);
    let borrowed = added!((), async {
        yield_once().await;
        large.len()
    });
    assert!(borrowed <= CONSTANT, "{borrowed}");
    let moved = added!((), async move {
        yield_once().await;
        large.len()
    });
    assert!(moved <= KIB + CONSTANT, "{moved}");
}

#[test]
fn x75_several_add_up() {
    let three = size_of_val(&with!(_ = lending(1), _ = lending(2), _ = lending(3), { yield_once().await }));
    assert!(three <= size_of_val(&yield_once()) + 3 * CONSTANT, "{three}");
}

/// Something that stands for long, in which contexts are dropped all the time.
#[test]
fn x74_what_has_ended_is_not_kept_by_what_stands_around_it() {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    fn cancelled() -> Context<()> {
        context!(async {
            let ((), exit) = yield ();
            yield_once().await;
            assert_eq!(exit, Exit::Cancelled);
        })
    }
    let turns = async |count: u32| {
        for _ in 0..count {
            let mut dropped = Box::pin(with!(_ = cancelled(), { std::future::pending::<()>().await }));
            assert!(poll(dropped.as_mut(), Waker::noop()).is_pending());
            drop(dropped);
            while !clean_ups().is_empty() {
                tokio::task::yield_now().await;
            }
        }
        IN_USE.get()
    };
    let grown = |(before, after): (usize, usize)| after.saturating_sub(before);
    let in_timeout = runtime.block_on(timeout(secs(3600), async { (turns(200).await, turns(4000).await) }));
    assert!(grown(in_timeout.unwrap()) < 8 * KIB);
    let in_body = runtime.block_on(with!(_ = lending(1), { (turns(200).await, turns(4000).await) }));
    assert!(grown(in_body) < 8 * KIB);
}
