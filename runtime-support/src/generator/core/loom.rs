//! What threads share, under every interleaving: `RUSTFLAGS="--cfg weftwork_loom" cargo test -p weftwork --lib loom`.
//!
//! loom's cell reports two accesses at once that nothing orders. In a generator threads are joined within the poll that started
//! them, so the consumer here looks only when they are.

use std::task::Waker;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::line::Line;
use super::slot::{Outlet, Slot};
use super::{Handle, Place};

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
            let line = line.clone();
            thread::spawn(move || line.join(Box::new(n), Waker::noop()))
        });
        let tickets = threads.map(|thread| thread.join().unwrap());
        assert!(tickets.iter().all(|ticket| line.wait(*ticket, Waker::noop()).is_some()));
        let mut items = rest(&*line);
        items.sort_unstable();
        assert_eq!(items, [Box::new(1), Box::new(2)]);
        assert!(tickets.iter().all(|ticket| line.wait(*ticket, Waker::noop()).is_none()));
    });
}

#[test]
fn loom_one_leaves_while_others_join() {
    loom::model(|| {
        let line = Arc::new(Line::new());
        let _first = line.join(Box::new(0), Waker::noop());
        let waiting = line.join(Box::new(1), Waker::noop());
        let leaves = {
            let line = line.clone();
            thread::spawn(move || line.leave(waiting))
        };
        let joins = {
            let line = line.clone();
            thread::spawn(move || line.join(Box::new(2), Waker::noop()))
        };
        let ticket = joins.join().unwrap();
        assert_eq!(leaves.join().unwrap(), Some(Box::new(1)));
        assert_eq!(rest(&*line), [Box::new(0), Box::new(2)]);
        assert!(line.wait(ticket, Waker::noop()).is_none());
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
        let ticket = line.join(0, &before);
        let waits = {
            let line = line.clone();
            thread::spawn(move || line.wait(ticket, &after))
        };
        let joins = {
            let line = line.clone();
            thread::spawn(move || line.join(1, Waker::noop()))
        };
        assert!(waits.join().unwrap().is_some());
        joins.join().unwrap();
        assert_eq!(rest(&*line), [0, 1]);
        assert_eq!(counts.map(|count| count.0.load(Ordering::Relaxed)), [0, 1]);
    });
}

#[test]
fn loom_an_item_goes_from_thread_to_thread() {
    loom::model(|| {
        let slot = Arc::new(Slot::new());
        // The slot outlives the outlet: the thread is joined before the last `Arc` goes.
        let outlet = Outlet::new(Handle { place: Arc::as_ptr(&slot), identity: std::marker::PhantomData });
        let producer = thread::spawn(move || {
            let mut item = Box::new(1);
            while let Err(refused) = outlet.put(item) {
                item = refused;
                thread::yield_now();
            }
            let mut item = Box::new(2);
            while let Err(refused) = outlet.put(item) {
                item = refused;
                thread::yield_now();
            }
        });
        // Here the consumer does not wait for the thread, which is more than a generator asks for.
        let mut items = Vec::new();
        while items.len() < 2 {
            // SAFETY: the only consumer.
            match unsafe { slot.take() } {
                Some(item) => items.push(item),
                None => thread::yield_now(),
            }
        }
        producer.join().unwrap();
        assert_eq!(items, [Box::new(1), Box::new(2)]);
    });
}
