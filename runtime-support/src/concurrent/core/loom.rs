//! Wakes from other threads, under every interleaving: `RUSTFLAGS="--cfg weftwork_loom" cargo test -p weftwork --lib loom`.

#![allow(unsafe_code, reason = "loom's cell stands for what wakes publish")]

use std::task::{Wake, Waker};

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::alarm::Alarms;

/// An owner that counts how often it is told.
struct Owner(AtomicUsize);

impl Wake for Owner {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn owner() -> (std::sync::Arc<Owner>, Waker) {
    let owner = std::sync::Arc::new(Owner(AtomicUsize::new(0)));
    (owner.clone(), Waker::from(owner))
}

/// Those that have their turn, as `Woken` gives it.
fn round(alarms: &mut Alarms, owner: &Waker) -> Vec<usize> {
    alarms.hear(owner);
    std::iter::from_fn(|| alarms.next()).collect()
}

#[test]
fn loom_a_wake_is_heard_or_told() {
    loom::model(|| {
        let (count, waker) = owner();
        let mut alarms = Alarms::new(&waker);
        let child = alarms.with_waker(3, Waker::clone);
        let wakes = thread::spawn(move || child.wake());
        let early = round(&mut alarms, &waker);
        let told = count.0.load(Ordering::Relaxed);
        wakes.join().unwrap();
        let late = round(&mut alarms, &waker);
        assert_eq!([early.clone(), late].concat(), [3], "once, in one of the rounds");
        assert!(!early.is_empty() || count.0.load(Ordering::Relaxed) > 0 || told > 0, "a wake that was not heard is told");
    });
}

#[test]
fn loom_what_was_written_before_a_wake_is_seen_in_the_turn() {
    loom::model(|| {
        let (_, waker) = owner();
        let mut alarms = Alarms::new(&waker);
        let written = Arc::new(UnsafeCell::new(0));
        let children = [0, 1].map(|child| {
            let (waker, written) = (alarms.with_waker(child, Waker::clone), written.clone());
            (child, waker, written)
        });
        let [(_, first, cell), (_, second, _)] = children;
        let wakes = thread::spawn(move || {
            // SAFETY: the owner looks only in the turn that this wake gives.
            cell.with_mut(|cell| unsafe { *cell = 7 });
            first.wake_by_ref();
            first.wake();
        });
        second.wake();
        let mut seen = Vec::new();
        for _ in 0..2 {
            seen.extend(round(&mut alarms, &waker));
            if seen.contains(&0) {
                // SAFETY: as above.
                assert_eq!(written.with(|cell| unsafe { *cell }), 7);
            }
            thread::yield_now();
        }
        wakes.join().unwrap();
        seen.extend(round(&mut alarms, &waker));
        assert!(seen.contains(&0) && seen.iter().filter(|child| **child == 1).count() == 1, "{seen:?}");
    });
}

#[test]
fn loom_a_second_wake_is_not_lost_in_the_first() {
    loom::model(|| {
        let (_, waker) = owner();
        let mut alarms = Alarms::new(&waker);
        let flag = Arc::new(AtomicUsize::new(0));
        let child = alarms.with_waker(0, Waker::clone);
        child.wake_by_ref();
        let wakes = {
            let flag = flag.clone();
            thread::spawn(move || {
                flag.store(1, Ordering::Relaxed);
                // Finds the child woken already, unless it has had its turn.
                child.wake();
            })
        };
        let mut seen = 0;
        for _ in round(&mut alarms, &waker) {
            seen = flag.load(Ordering::Relaxed);
        }
        // No join here, which would publish the flag by itself: only the wake does.
        for _ in round(&mut alarms, &waker) {
            seen = flag.load(Ordering::Relaxed);
        }
        wakes.join().unwrap();
        for _ in round(&mut alarms, &waker) {
            seen = flag.load(Ordering::Relaxed);
        }
        assert_eq!(seen, 1, "the last turn came after the flag");
    });
}

#[test]
fn loom_a_wake_between_the_two_looks_of_the_owner_is_told() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (count, waker) = owner();
        let mut alarms = Alarms::new(&waker);
        let wakes = [0, 1].map(|child| {
            let child = alarms.with_waker(child, Waker::clone);
            thread::spawn(move || child.wake())
        });
        let told = count.0.load(Ordering::Relaxed);
        let seen = round(&mut alarms, &waker);
        for thread in wakes {
            thread.join().unwrap();
        }
        let is_told = count.0.load(Ordering::Relaxed) > told;
        assert!(seen.len() == 2 || is_told, "{seen:?}");
    });
}

#[test]
fn loom_a_wake_while_the_owner_changes_is_heard_or_told_to_the_new_one() {
    loom::model(|| {
        let [(old, old_waker), (new, new_waker)] = [owner(), owner()];
        let mut alarms = Alarms::new(&old_waker);
        drop(old_waker);
        let child = alarms.with_waker(0, Waker::clone);
        let wakes = thread::spawn(move || child.wake());
        let seen = round(&mut alarms, &new_waker);
        wakes.join().unwrap();
        let is_told = new.0.load(Ordering::Relaxed) > 0;
        assert!(seen == [0] || is_told, "{seen:?}");
        // Nobody is telling any more.
        let late = round(&mut alarms, &new_waker);
        assert_eq!([seen, late].concat(), [0]);
        assert_eq!(std::sync::Arc::strong_count(&old), 1, "the old owner is not kept");
        let told = [old.0.load(Ordering::Relaxed), new.0.load(Ordering::Relaxed)];
        alarms.with_waker(0, Waker::wake_by_ref);
        assert_eq!([old.0.load(Ordering::Relaxed), new.0.load(Ordering::Relaxed)], [told[0], told[1] + 1]);
    });
}

#[test]
fn loom_two_wakes_while_the_owner_changes_are_both_heard_or_told() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let [(_, old_waker), (new, new_waker)] = [owner(), owner()];
        let mut alarms = Alarms::new(&old_waker);
        let wakes = [0, 1].map(|child| {
            let child = alarms.with_waker(child, Waker::clone);
            thread::spawn(move || child.wake_by_ref())
        });
        let mut seen = round(&mut alarms, &new_waker);
        // As often as an executor would come back.
        let told = new.0.load(Ordering::Relaxed);
        if told > 0 {
            seen.extend(round(&mut alarms, &new_waker));
        }
        for thread in wakes {
            thread.join().unwrap();
        }
        let is_told = new.0.load(Ordering::Relaxed) > told;
        assert!(seen.len() == 2 || is_told, "{seen:?}");
        seen.extend(round(&mut alarms, &new_waker));
        seen.sort_unstable();
        assert_eq!(seen, [0, 1], "each once");
    });
}

#[test]
fn loom_a_waker_outlives_its_set() {
    // One of the first group, and one of another.
    for child in [1, 70] {
        loom::model(move || {
            let (count, waker) = owner();
            let mut alarms = Alarms::new(&waker);
            let outlives = alarms.with_waker(child, Waker::clone);
            let wakes = thread::spawn(move || outlives.wake());
            drop(alarms);
            drop(waker);
            wakes.join().unwrap();
            assert!(count.0.load(Ordering::Relaxed) <= 1);
            assert_eq!(std::sync::Arc::strong_count(&count), 1, "the owner is not kept");
        });
    }
}

#[test]
fn loom_the_owner_is_let_go_by_the_last_who_tells() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let (count, waker) = owner();
        let mut alarms = Alarms::new(&waker);
        // One gives its reference back, the other keeps the memory alive beyond the end.
        let [gone, stays] = [0, 1].map(|child| alarms.with_waker(child, Waker::clone));
        let wakes = [
            thread::spawn(move || {
                gone.wake();
                None
            }),
            thread::spawn(move || {
                stays.wake_by_ref();
                Some(stays)
            }),
        ];
        // A stack between them, so that both may be telling.
        round(&mut alarms, &waker);
        drop((alarms, waker));
        let stays = wakes.map(|thread| thread.join().unwrap());
        assert_eq!(std::sync::Arc::strong_count(&count), 1, "the owner is not kept");
        let told = count.0.load(Ordering::Relaxed);
        stays.into_iter().flatten().for_each(Waker::wake);
        assert_eq!(count.0.load(Ordering::Relaxed), told, "nor told any more");
    });
}
