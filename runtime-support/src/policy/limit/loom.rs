//! The word and the line, under every interleaving: `RUSTFLAGS="--cfg weftwork_loom" cargo test -p weftwork --lib loom`.

use std::sync::atomic::{AtomicUsize as Plain, Ordering::SeqCst};
use std::task::{Wake, Waker};

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use loom::thread;

use super::core::{Joined, Left, Look};
use super::count::Count;

/// Counts how often it is woken.
struct Woken(Plain);

impl Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn waiter() -> (std::sync::Arc<Woken>, Waker) {
    let woken = std::sync::Arc::new(Woken(Plain::new(0)));
    (woken.clone(), Waker::from(woken))
}

/// A limiter of which so much is taken.
fn taken(limit: usize, weight: usize) -> Arc<Count> {
    let count = Arc::new(Count::new(limit));
    assert!(count.try_take(weight));
    count
}

#[test]
fn loom_what_is_given_back_as_somebody_joins_is_free_or_handed_over() {
    loom::model(|| {
        let count = taken(1, 1);
        let written = Arc::new(AtomicUsize::new(0));
        let gives = {
            let (count, written) = (count.clone(), written.clone());
            thread::spawn(move || {
                written.store(7, Relaxed);
                count.give_back(1);
            })
        };
        let (woken, waker) = waiter();
        match count.join(1, usize::MAX, waker.clone()) {
            // Nothing but the permit itself publishes what was written in it.
            Joined::Taken => assert_eq!(written.load(Relaxed), 7),
            Joined::Waits(at) => {
                if let Look::Granted = count.look(at, &waker) {
                    assert_eq!(written.load(Relaxed), 7);
                } else {
                    gives.join().unwrap();
                    assert!(matches!(count.look(at, &waker), Look::Granted), "nobody else wants it");
                    assert_eq!(woken.0.load(SeqCst), 1, "it is told");
                    assert_eq!((count.available(), count.waiting()), (0, 0));
                    return;
                }
            }
            other => panic!("{other:?}"),
        }
        gives.join().unwrap();
        assert_eq!((count.available(), count.waiting()), (0, 0));
    });
}

#[test]
fn loom_a_waiter_that_leaves_as_it_is_granted_loses_no_permit() {
    loom::model(|| {
        let count = taken(1, 1);
        let (_, waker) = waiter();
        let Joined::Waits(at) = count.join(1, usize::MAX, waker) else { panic!("it is taken") };
        let gives = {
            let count = count.clone();
            thread::spawn(move || count.give_back(1))
        };
        if let Left::Granted = count.give_up(at) {
            count.give_back(1);
        }
        gives.join().unwrap();
        assert_eq!((count.available(), count.waiting()), (1, 0));
    });
}

#[test]
fn loom_a_newcomer_gets_nothing_that_somebody_waits_for() {
    loom::model(|| {
        let count = taken(2, 2);
        let (woken, waker) = waiter();
        let Joined::Waits(at) = count.join(2, usize::MAX, waker.clone()) else { panic!("it is taken") };
        let gives = {
            let count = count.clone();
            thread::spawn(move || {
                count.give_back(1);
                count.give_back(1);
            })
        };
        assert!(!count.try_take(1));
        gives.join().unwrap();
        assert!(matches!(count.look(at, &waker), Look::Granted));
        assert_eq!((woken.0.load(SeqCst), count.available()), (1, 0));
    });
}

#[test]
fn loom_two_that_take_at_once_never_have_more_than_there_is() {
    loom::model(|| {
        let count = Arc::new(Count::new(1));
        let inside = Arc::new(AtomicUsize::new(0));
        let takes = |count: &Count, inside: &AtomicUsize| {
            if count.try_take(1) {
                // With a permit there is nobody else, and what the other one did is seen.
                assert_eq!(inside.load(Relaxed), 0);
                inside.store(1, Relaxed);
                inside.store(0, Relaxed);
                count.give_back(1);
            }
        };
        let other = {
            let (count, inside) = (count.clone(), inside.clone());
            thread::spawn(move || takes(&count, &inside))
        };
        takes(&count, &inside);
        other.join().unwrap();
        assert_eq!(count.available(), 1);
    });
}

#[test]
fn loom_a_limit_that_changes_meanwhile_adds_up() {
    loom::model(|| {
        let count = taken(1, 1);
        let (woken, waker) = waiter();
        let Joined::Waits(at) = count.join(1, usize::MAX, waker.clone()) else { panic!("it is taken") };
        let gives = {
            let count = count.clone();
            thread::spawn(move || count.give_back(1))
        };
        count.resize(2);
        gives.join().unwrap();
        assert!(matches!(count.look(at, &waker), Look::Granted));
        assert_eq!((woken.0.load(SeqCst), count.available(), count.limit()), (1, 1, 2));
    });
}
