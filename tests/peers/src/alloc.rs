//! Counts allocations, and the bytes that are taken.
//!
//! The only unsafe code of this package: a [`GlobalAlloc`] can not be written without. It forwards every request as it came
//! to the system's allocator and adds to its counters while somebody counts. While times are measured nobody does, and then
//! an allocation costs one more relaxed load, on both sides of a comparison.

#![allow(unsafe_code, reason = "implementing `GlobalAlloc` is unsafe; every method forwards to `System` unchanged")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
/// Since the count began; what was there before and is given back counts against it.
static TAKEN: AtomicI64 = AtomicI64::new(0);
static MOST_TAKEN: AtomicI64 = AtomicI64::new(0);

struct Counting;

fn count_one(bytes: i64) {
    if IS_COUNTING.load(Ordering::Relaxed) {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        let taken = TAKEN.fetch_add(bytes, Ordering::Relaxed) + bytes;
        MOST_TAKEN.fetch_max(taken, Ordering::Relaxed);
    }
}

fn count_free(bytes: i64) {
    if IS_COUNTING.load(Ordering::Relaxed) {
        TAKEN.fetch_sub(bytes, Ordering::Relaxed);
    }
}

// SAFETY: `System` is an allocator, and each method is its, with the arguments and under the promises of the caller.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one(layout.size() as i64);
        // SAFETY: the caller's promises are the ones that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_one(layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // A block that grows may move: it counts as a new one.
        count_one(new_size as i64 - layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count_free(layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// How many allocations all threads make while `work` runs. One count at a time.
pub(crate) fn count(work: impl FnOnce()) -> u64 {
    counted(work);
    ALLOCATIONS.load(Ordering::SeqCst)
}

/// How many bytes all threads have taken at most while `work` runs, above what they had before.
pub(crate) fn peak(work: impl FnOnce()) -> u64 {
    counted(work);
    u64::try_from(MOST_TAKEN.load(Ordering::SeqCst)).unwrap_or(0)
}

/// How many bytes more all threads have when `work` has run.
pub(crate) fn left(work: impl FnOnce()) -> u64 {
    counted(work);
    u64::try_from(TAKEN.load(Ordering::SeqCst)).unwrap_or(0)
}

fn counted(work: impl FnOnce()) {
    ALLOCATIONS.store(0, Ordering::SeqCst);
    TAKEN.store(0, Ordering::SeqCst);
    MOST_TAKEN.store(0, Ordering::SeqCst);
    IS_COUNTING.store(true, Ordering::SeqCst);
    work();
    IS_COUNTING.store(false, Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    // One test: others that run beside it on other threads may add to the count, never take from it.
    #[test]
    fn allocations_and_growth_count_and_frees_do_not() {
        let block = black_box(Box::new(1));
        let counted = count(|| {
            drop(block);
            let mut list: Vec<u64> = black_box(Vec::with_capacity(1));
            list.extend(black_box([1, 2, 3]));
            black_box(list);
        });
        assert!(counted >= 2, "{counted}");
        let peak = peak(|| {
            drop(black_box(vec![0_u8; 1 << 20]));
            drop(black_box(vec![0_u8; 1 << 20]));
        });
        assert!((1 << 20..1 << 21).contains(&peak), "one at a time: {peak}");
    }
}
