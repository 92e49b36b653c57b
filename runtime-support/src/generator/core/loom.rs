//! What threads share, under every interleaving: `RUSTFLAGS="--cfg weftwork_loom" cargo test -p weftwork --lib loom`.
//!
//! loom's cell reports two accesses at once that nothing orders. In a generator threads are joined within the poll that started
//! them, so the consumer here looks only when they are.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::line::{Emit, Line};
use super::slot::{Outlet, Slot};
use super::{Handle, Place};

type Pinned<T> = Pin<Box<Emit<'static, T>>>;

/// A handle to a place that outlives it: every thread is joined before the last `Arc` goes.
fn handle<P>(place: &Arc<P>) -> Handle<'static, P> {
    Handle { place: Arc::as_ptr(place), identity: PhantomData }
}

fn emit<T>(line: &Arc<Line<T>>, item: T) -> Pinned<T> {
    Box::pin(Emit::new(handle(line), item))
}

fn poll<T>(emit: &mut Pinned<T>, waker: &Waker) -> Poll<()> {
    emit.as_mut().poll(&mut Context::from_waker(waker))
}

/// An emit that has been polled once.
fn waiting<T>(mut emit: Pinned<T>) -> Pinned<T> {
    assert!(poll(&mut emit, Waker::noop()).is_pending());
    emit
}

/// All items, as the consumer takes them.
fn rest<T>(place: &impl Place<T>) -> Vec<T> {
    // SAFETY: the threads have been joined.
    std::iter::from_fn(|| unsafe { place.take() }).collect()
}

#[test]
fn loom_two_threads_join_the_line_at_once() {
    loom::model(|| {
        let line = Arc::new(Line::new());
        let threads = [1, 2].map(|n| {
            let emit = emit(&line, Box::new(n));
            thread::spawn(move || waiting(emit))
        });
        let mut emits = threads.map(|thread| thread.join().unwrap());
        assert!(emits.iter_mut().all(|emit| poll(emit, Waker::noop()).is_pending()));
        let mut items = rest(&*line);
        items.sort_unstable();
        assert_eq!(items, [Box::new(1), Box::new(2)]);
        assert!(emits.iter_mut().all(|emit| poll(emit, Waker::noop()).is_ready()));
    });
}

#[test]
fn loom_one_leaves_while_others_join() {
    loom::model(|| {
        let line = Arc::new(Line::new());
        let _first = waiting(emit(&line, Box::new(0)));
        let leaving = waiting(emit(&line, Box::new(1)));
        let joining = emit(&line, Box::new(2));
        let leaves = thread::spawn(move || drop(leaving));
        let joins = thread::spawn(move || waiting(joining));
        leaves.join().unwrap();
        let mut joined = joins.join().unwrap();
        assert_eq!(rest(&*line), [Box::new(0), Box::new(2)]);
        assert!(poll(&mut joined, Waker::noop()).is_ready());
    });
}

#[test]
fn loom_neighbours_leave_at_once() {
    loom::model(|| {
        let line = Arc::new(Line::new());
        let [first, second] = [0, 1].map(|n| waiting(emit(&line, Box::new(n))));
        let _third = waiting(emit(&line, Box::new(2)));
        let leaves = thread::spawn(move || drop(first));
        drop(second);
        leaves.join().unwrap();
        // The stream had taken the first one over.
        assert_eq!(rest(&*line), [Box::new(0), Box::new(2)]);
    });
}

#[test]
fn loom_a_waker_changes_hands_while_another_joins() {
    struct Count(AtomicUsize);
    impl std::task::Wake for Count {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    loom::model(|| {
        let line = Arc::new(Line::new());
        let counts = [(); 2].map(|()| std::sync::Arc::new(Count(AtomicUsize::new(0))));
        let [before, after] = counts.clone().map(Waker::from);
        let mut changing = emit(&line, 0);
        assert!(poll(&mut changing, &before).is_pending());
        let joining = emit(&line, 1);
        let changes = thread::spawn(move || {
            assert!(poll(&mut changing, &after).is_pending());
            changing
        });
        let joins = thread::spawn(move || waiting(joining));
        let _emits = (changes.join().unwrap(), joins.join().unwrap());
        assert_eq!(rest(&*line), [0, 1]);
        assert_eq!(counts.map(|count| count.0.load(Ordering::Relaxed)), [0, 1]);
    });
}

#[test]
fn loom_an_outlet_that_goes_to_a_thread_and_comes_back() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        let mut outlet = Outlet::new(handle(&slot));
        for n in [1, 2] {
            // Joined before the consumer looks, as in a scope within one poll.
            let lent = thread::spawn(move || {
                outlet.put(Box::new(n));
                outlet
            });
            outlet = lent.join().unwrap();
            assert_eq!(rest(&*slot), [Box::new(n)]);
        }
    });
}
