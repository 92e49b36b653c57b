//! No allocation for a stream of a million items (G116), and one at most for an iterator (G30).
//!
//! In a test binary of its own, since it counts what this process allocates; `unsafe` because a global allocator is no safe
//! trait to implement. It forwards to the system's and adds nothing but the count.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use weftwork::{for_await, generator, iter, stream, try_generator};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it is; the counter is a plain thread-local without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above; `pointer` came from `System.alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Runs what is always ready, and says how often it allocated.
fn allocations_of<F: Future>(future: F) -> (F::Output, u64) {
    let before = ALLOCATIONS.get();
    let mut future = pin!(future);
    let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!("not ready") };
    (output, ALLOCATIONS.get() - before)
}

async fn sum(stream: impl Stream<Item = u64>) -> u64 {
    let mut sum = 0;
    for_await!(for n in stream {
        sum += n;
    });
    sum
}

const MILLION: u64 = 1_000_000;
const SUM: u64 = MILLION * (MILLION - 1) / 2;

#[test]
fn the_counter_counts() {
    assert_eq!(allocations_of(async { drop(Box::new(1)) }).1, 1);
}

#[test]
fn g116_a_million_items_allocate_nothing() {
    let counted = allocations_of(async {
        sum(generator!(async {
            for n in 0..MILLION {
                yield n;
            }
        }))
        .await
    });
    assert_eq!(counted, (SUM, 0));
}

#[test]
fn g116_neither_do_the_fallible_form_and_for_await() {
    let counted = allocations_of(async {
        sum(generator!(async {
            let fallible = try_generator!(async || -> Result<u64, std::num::ParseIntError> {
                for n in 0..MILLION {
                    yield n;
                }
                "x".parse::<u8>()?;
            });
            for await n in fallible {
                yield n.unwrap_or(0);
            }
        }))
        .await
    });
    assert_eq!(counted, (SUM, 0));
}

#[test]
fn g116_neither_do_handles_and_nested_blocks() {
    let counted = allocations_of(async {
        sum(stream(async |y| {
            for n in 0..MILLION {
                y.emit(n).await;
            }
        }))
        .await
    });
    assert_eq!(counted, (SUM, 0));
    let counted = allocations_of(async {
        sum(generator!(async {
            for n in 0..MILLION {
                async { yield n }.await;
            }
        }))
        .await
    });
    assert_eq!(counted, (SUM, 0));
}

#[test]
fn g116_neither_do_yields_that_meet() {
    let counted = allocations_of(async {
        sum(generator!(async {
            for n in (0..MILLION).step_by(4) {
                tokio::join!(async { yield n }, async { yield n + 1 }, async { yield ..n + 2..n + 4 });
            }
        }))
        .await
    });
    assert_eq!(counted, (SUM, 0));
}

#[test]
fn g30_an_iterator_by_value_is_one_box_and_a_pinned_one_none() {
    let numbers = |count| {
        generator!(move || -> u64 {
            for n in 0..count {
                yield n;
            }
        })
    };
    assert_eq!(allocations_of(async { drop(numbers(MILLION)) }).1, 0);
    assert_eq!(allocations_of(async { numbers(MILLION).sum::<u64>() }), (SUM, 1));
    assert_eq!(allocations_of(async { pin!(numbers(MILLION)).sum::<u64>() }), (SUM, 0));
}

#[test]
fn g116_a_boxed_stream_is_one_box() {
    let counted = allocations_of(async {
        let boxed: Pin<Box<dyn Stream<Item = u64>>> = Box::pin(generator!(async {
            for n in 0..MILLION {
                yield n;
            }
        }));
        sum(boxed).await
    });
    assert_eq!(counted, (SUM, 1));
}

#[test]
fn g30_an_iterator_by_value_is_one_box_from_its_first_item_on() {
    let counted = allocations_of(async {
        let items = generator!({
            for n in 0..MILLION {
                yield n;
            }
        });
        items.sum::<u64>()
    });
    assert_eq!(counted, (SUM, 1));
    let unasked = allocations_of(async {
        drop(generator!(|| -> u64 {
            yield 1;
        }));
    });
    assert_eq!(unasked, ((), 0));
    let fallible = allocations_of(async {
        let items = try_generator!(|| -> Result<u64, std::num::ParseIntError> {
            for n in 0..MILLION {
                yield n;
            }
            "x".parse::<u8>()?;
        });
        items.map(|n| n.unwrap_or(0)).sum::<u64>()
    });
    assert_eq!(fallible, (SUM, 1));
}

#[test]
fn g30_a_pinned_iterator_allocates_nothing() {
    let counted = allocations_of(async {
        let items = pin!(generator!({
            for n in 0..MILLION {
                yield n;
            }
        }));
        items.sum::<u64>()
    });
    assert_eq!(counted, (SUM, 0));
    let functions = allocations_of(async {
        let items = pin!(iter(async |y| {
            for n in 0..MILLION {
                y.emit(n).await;
            }
        }));
        items.sum::<u64>()
    });
    assert_eq!(functions, (SUM, 0));
}

#[test]
fn g116_neither_does_delegation() {
    let counted = allocations_of(async {
        sum(generator!(async {
            yield ..(0..MILLION / 2);
            yield ..generator!(async {
                for n in MILLION / 2..MILLION {
                    yield n;
                }
            });
            async { yield ..[0, 0] }.await;
        }))
        .await
    });
    assert_eq!(counted, (SUM, 0));
}
