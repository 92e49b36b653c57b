//! What tasks and groups allocate, and that nothing stays of those that have ended.
//!
//! A program of its own: counting takes a global allocator, whose trait is unsafe to implement. Everything runs on the thread of its
//! test, so that each counts for itself.

#![allow(unsafe_code, reason = "an allocator that counts, and otherwise is the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::{Future, pending};
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::{JoinSet, yield_now};
use weftwork::{Group, background, drain, drain_background, secs, spawn, task_group, tasks};

thread_local! {
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
        count(size as isize - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const KIB: usize = 1024;

/// The list is that of the whole process, and what it keeps for later would be counted by whoever comes first.
static TURN: Mutex<()> = Mutex::new(());

fn my_turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// On one thread.
fn run<T>(test: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_time().build().unwrap().block_on(test)
}

/// What `work` had at most, and what it has left behind.
async fn bytes(work: impl Future<Output = ()>) -> (usize, isize) {
    let before = TAKEN.get();
    MOST_TAKEN.set(before);
    work.await;
    ((MOST_TAKEN.get() - before).unsigned_abs(), TAKEN.get() - before)
}

/// The same once it has run before: what is kept for the next ones is there then.
async fn bytes_again<F: Future<Output = ()>>(work: impl Fn() -> F) -> (usize, isize) {
    work().await;
    bytes(work()).await
}

/// Children that come one after the other.
const STREAM: u64 = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };

/// Some of them, as a measure.
const FEW: u64 = 1_000;

/// What may differ between a few and many: a growing buffer in the runtime.
const SLACK: usize = 16 * KIB;

async fn streamed(count: u64) {
    let ended = task_group(async |group: Group<String>| {
        for number in 0..count {
            group.ready().await;
            group.spawn(async move {
                yield_now().await;
                black_box(number);
            });
        }
        Ok(count)
    });
    assert_eq!(ended.limit(64).await.unwrap(), count);
}

#[test]
fn c109_a_group_that_streams_takes_the_memory_of_its_limit() {
    let _turn = my_turn();
    run(async {
        let (few, _) = bytes_again(|| streamed(FEW)).await;
        let (many, left) = bytes(streamed(STREAM)).await;
        assert!(few < 64 * 2 * KIB, "{few} bytes for 64 at once");
        assert!(many <= few + SLACK, "{many} bytes at most for {STREAM} children, {few} for {FEW}");
        assert!(left <= 0, "{left} bytes are left");
    });
}

/// Without a limit, where each is awaited.
async fn awaited(count: u64) {
    task_group(async |group: Group<String>| {
        for number in 0..count {
            let child = group.spawn(async move { Ok::<u64, String>(number) });
            assert_eq!(child.await.unwrap(), Ok(number));
        }
        Ok(())
    })
    .await
    .unwrap();
}

#[test]
fn c109_children_that_are_awaited_leave_nothing() {
    let _turn = my_turn();
    run(async {
        let (few, _) = bytes_again(|| awaited(FEW)).await;
        let (many, left) = bytes(awaited(STREAM)).await;
        assert!(few < 8 * KIB, "{few} bytes for one at a time");
        assert!(many <= few + KIB, "{many} bytes at most for {STREAM} children, {few} for {FEW}");
        assert!(left <= 0, "{left} bytes are left");
    });
}

/// Their handles are dropped, and nobody reads what they give.
async fn unread(count: u64) {
    task_group(async |group: Group<String>| {
        for number in 0..count {
            drop(group.spawn(async move { Ok::<[u64; 32], String>([number; 32]) }));
            // Less than the runtime runs in between.
            if number % 32 == 0 {
                yield_now().await;
            }
        }
        Ok(())
    })
    .await
    .unwrap();
}

#[test]
fn c109_outputs_that_nobody_reads_are_freed_at_once() {
    let _turn = my_turn();
    run(async {
        let (few, _) = bytes_again(|| unread(FEW)).await;
        let (many, left) = bytes(unread(STREAM)).await;
        assert!(many <= few + SLACK, "{many} bytes at most for {STREAM} children, {few} for {FEW}");
        assert!(left <= 0, "{left} bytes are left");
    });
}

async fn one_after_the_other(count: u64) {
    for number in 0..count {
        let task = spawn(async move {
            yield_now().await;
            number
        });
        assert_eq!(task.await.unwrap(), number);
    }
}

#[test]
fn tasks_one_after_the_other_take_the_memory_of_one() {
    let _turn = my_turn();
    run(async {
        let (few, _) = bytes_again(|| one_after_the_other(FEW)).await;
        let (many, left) = bytes(one_after_the_other(STREAM)).await;
        assert!(few < 4 * KIB, "{few} bytes for one at a time");
        assert!(many <= few + KIB, "{many} bytes at most for {STREAM} tasks, {few} for {FEW}");
        assert!(left <= 0, "{left} bytes are left");
    });
}

async fn in_the_background(count: u64) {
    for _ in 0..count / 100 {
        for _ in 0..100 {
            background("one of many", yield_now());
        }
        assert!(drain_background(secs(60)).await.is_empty());
    }
}

#[test]
fn background_tasks_leave_nothing() {
    let _turn = my_turn();
    run(async {
        let (few, _) = bytes_again(|| in_the_background(FEW)).await;
        let (many, left) = bytes(in_the_background(STREAM / 10)).await;
        assert!(many <= few + SLACK, "{many} bytes at most, {few} for {FEW}");
        assert!(left <= SLACK as isize, "{left} bytes are left");
    });
}

/// So many at the same time.
const BURST: usize = 100_000;

/// Lets the runtime free what has ended.
async fn turns() {
    for _ in 0..64 {
        yield_now().await;
    }
}

/// The queues of the runtime itself keep their size.
const OF_THE_RUNTIME: isize = 4 * 1024 * KIB as isize;

#[test]
fn behind_a_burst_nothing_of_it_stays() {
    let _turn = my_turn();
    run(async {
        one_after_the_other(FEW).await;
        let burst = || async {
            let all: Vec<_> = (0..BURST).map(|_| spawn(yield_now())).collect();
            for task in all {
                task.await.unwrap();
            }
            turns().await;
        };
        let (most, left) = bytes(burst()).await;
        assert!(most > BURST * 200, "all were there at once: {most} bytes");
        assert!(left <= OF_THE_RUNTIME, "{left} bytes are left of {most}");
        // What the runtime keeps does not grow with the next one.
        let (_, left) = bytes(burst()).await;
        assert!(left <= 64 * KIB as isize, "{left} bytes are left by the next burst");
        assert!(tasks().is_empty());
    });
}

/// Dropped by a caller that is none of ours.
#[test]
fn behind_a_burst_that_is_cancelled_nothing_of_it_stays() {
    let _turn = my_turn();
    run(async {
        one_after_the_other(FEW).await;
        let (most, left) = bytes(async {
            let all: Vec<_> = (0..BURST).map(|_| spawn(pending::<()>())).collect();
            turns().await;
            drop(all);
            // Not by looking at the list again and again: that takes a copy of all that are left.
            assert!(drain(Duration::MAX).await.is_empty());
            // What the thread has noted goes with the next one that is cancelled.
            spawn(pending::<()>()).cancel().await;
            drop(spawn(pending::<()>()));
            turns().await;
        })
        .await;
        assert!(left <= OF_THE_RUNTIME, "{left} bytes are left of {most}");
        assert!(tasks().is_empty());
    });
}

#[test]
fn behind_a_burst_in_a_group_nothing_of_it_stays() {
    let _turn = my_turn();
    run(async {
        let burst = || async {
            task_group(async |group: Group<String>| {
                for _ in 0..BURST {
                    group.spawn(yield_now());
                }
                Ok(())
            })
            .await
            .unwrap();
            turns().await;
        };
        let (most, left) = bytes_again(burst).await;
        assert!(most > BURST * 200, "all were there at once: {most} bytes");
        assert!(left <= 64 * KIB as isize, "{left} bytes are left of {most}");
        assert!(tasks().is_empty());
    });
}

/// At the same time, in a group and in a `JoinSet`.
const CHILDREN: usize = 10_000;

/// Each holds so many words over an `.await`.
async fn group_of<const WORDS: usize>() {
    task_group(async |group: Group<String>| {
        for number in 0..CHILDREN {
            let load = [number; WORDS];
            group.spawn(async move {
                yield_now().await;
                black_box(load);
            });
        }
        Ok(())
    })
    .await
    .unwrap();
}

async fn join_set_of<const WORDS: usize>() {
    let mut set = JoinSet::new();
    for number in 0..CHILDREN {
        let load = [number; WORDS];
        set.spawn(async move {
            yield_now().await;
            black_box(load);
        });
    }
    while let Some(ended) = set.join_next().await {
        ended.unwrap();
    }
}

/// Ours and theirs.
fn peaks<const WORDS: usize>() -> (usize, usize) {
    let (ours, theirs) = run(async {
        let (theirs, _) = bytes_again(join_set_of::<WORDS>).await;
        let (ours, _) = bytes_again(group_of::<WORDS>).await;
        (ours, theirs)
    });
    let each = |bytes: usize| bytes / CHILDREN;
    let ratio = ours as f64 / theirs as f64;
    println!("peak of {CHILDREN} children with {WORDS} words: {ratio:.3} ({} and {} bytes each)", each(ours), each(theirs));
    (ours, theirs)
}

/// The bar is 1.25 times what a `JoinSet` has at its peak.
#[test]
fn the_peak_of_a_group_of_small_children() {
    let _turn = my_turn();
    let (ours, theirs) = peaks::<1>();
    assert!(ours * 4 <= theirs * 5, "{ours} bytes, and {theirs} in a `JoinSet`");
}

/// Over many sizes, as a task takes memory in steps of 128 bytes: of one size alone a word may be a step.
#[test]
fn the_peak_of_a_group_of_children_of_many_sizes() {
    let _turn = my_turn();
    let all = [
        peaks::<2>(),
        peaks::<6>(),
        peaks::<10>(),
        peaks::<14>(),
        peaks::<18>(),
        peaks::<22>(),
        peaks::<26>(),
        peaks::<30>(),
        peaks::<34>(),
        peaks::<38>(),
        peaks::<42>(),
        peaks::<46>(),
        peaks::<50>(),
        peaks::<54>(),
        peaks::<58>(),
        peaks::<62>(),
    ];
    let (ours, theirs) = all.iter().fold((0, 0), |(ours, theirs), (our, their)| (ours + our, theirs + their));
    assert!(ours * 4 <= theirs * 5, "{ours} bytes, and {theirs} in a `JoinSet`");
}
