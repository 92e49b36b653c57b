//! What happened in a tree, and whether that may happen.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What cancels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Timeout,
    Race,
    RaceOk,
    Gather,
    GatherSpawn,
    AsCompleted,
    ForAwait,
    Aclose,
    Select,
    Polls,
    Abort,
    DroppedStream,
    Panic,
}

pub(crate) const KINDS: [&str; 13] = [
    "timeout",
    "race!",
    "race_ok!",
    "gather!",
    "gather! with spawn",
    "as_completed!",
    "for_await!",
    "aclose",
    "select!",
    "a drop between two polls",
    "abort",
    "a dropped stream",
    "panic",
];

/// How often each one did.
pub(crate) static CANCELLED: [AtomicUsize; 13] = [const { AtomicUsize::new(0) }; 13];

pub(crate) fn cancelled(kind: Kind) {
    CANCELLED[kind as usize].fetch_add(1, Ordering::Relaxed);
}

/// A place in the tree: a context, a construct, or something that drops without waiting.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    inside: Option<usize>,
    is_entered: bool,
    begun: usize,
    ended: usize,
    /// It is over, and does not wait: what was open in it is the business of who is around.
    is_let_go: bool,
}

/// A tree.
#[derive(Debug, Default)]
pub(crate) struct World {
    places: Mutex<Vec<Place>>,
    violations: Mutex<Vec<String>>,
    tasks: AtomicUsize,
    task_ended: Notify,
}

/// A task of tokio's that is not gone.
pub(crate) struct Task(Arc<World>);

impl World {
    fn places(&self) -> MutexGuard<'_, Vec<Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn violation(&self, text: String) {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A new place inside of another one.
    pub(crate) fn place(&self, inside: Option<usize>) -> usize {
        let mut places = self.places();
        places.push(Place { inside, ..Place::default() });
        places.len() - 1
    }

    /// The set-up of a context is complete.
    pub(crate) fn entered(&self, place: usize) {
        let mut places = self.places();
        places[place].is_entered = true;
        let late = ways_out(&places, place).find(|around| places[*around].begun > 0);
        drop(places);
        if let Some(around) = late {
            self.violation(format!("{place} was entered inside of {around}, which cleans up"));
        }
    }

    pub(crate) fn begun(&self, place: usize) {
        let mut places = self.places();
        places[place].begun += 1;
        let is_entered = places[place].is_entered;
        let open = open_inside(&places, place, |_| false);
        drop(places);
        if !is_entered {
            self.violation(format!("{place} cleans up, and was not entered"));
        }
        if !open.is_empty() {
            self.violation(format!("{place} cleans up before {open:?} inside of it"));
        }
    }

    pub(crate) fn ended(&self, place: usize) {
        self.places()[place].ended += 1;
    }

    /// What is open in it is not waited for by it.
    pub(crate) fn let_go(&self, place: usize) {
        self.places()[place].is_let_go = true;
    }

    /// A construct has returned, and everything in it has to be cleaned up.
    pub(crate) fn closed(&self, place: usize, kind: Kind) {
        let open = open_inside(&self.places(), place, |_| false);
        if !open.is_empty() {
            self.violation(format!("{kind:?} at {place} has returned before {open:?} were cleaned up"));
        }
    }

    /// The same of a stream: what it has let go while it was polled is not waited for where it is closed.
    pub(crate) fn stream_closed(&self, place: usize, kind: Kind) {
        let open = open_inside(&self.places(), place, |between| between.is_let_go);
        if !open.is_empty() {
            self.violation(format!("{kind:?} at {place} has returned before {open:?} were cleaned up"));
        }
    }

    /// Everything is over: how many clean-ups there were.
    pub(crate) fn check_end(&self) -> usize {
        let places = self.places().clone();
        for (place, what) in places.iter().enumerate() {
            let expected = usize::from(what.is_entered);
            if (what.begun, what.ended) != (expected, expected) {
                self.violation(format!("{place} has begun {} clean-ups and ended {} of {expected}", what.begun, what.ended));
            }
        }
        places.iter().filter(|place| place.is_entered).count()
    }

    pub(crate) fn task(self: &Arc<Self>) -> Task {
        self.tasks.fetch_add(1, Ordering::SeqCst);
        Task(self.clone())
    }

    pub(crate) fn tasks(&self) -> usize {
        self.tasks.load(Ordering::SeqCst)
    }

    pub(crate) async fn tasks_ended(&self) {
        loop {
            let ended = self.task_ended.notified();
            if self.tasks() == 0 {
                return;
            }
            ended.await;
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.0.tasks.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.task_ended.notify_waiters();
        }
    }
}

/// From a place to the root.
fn ways_out(places: &[Place], place: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(places[place].inside, |around| places[*around].inside)
}

/// Contexts that are not cleaned up inside of `around`, but for those with an exempt place in between.
fn open_inside(places: &[Place], around: usize, exempt: impl Fn(&Place) -> bool) -> Vec<usize> {
    let is_open = |place: &usize| places[*place].is_entered && places[*place].ended == 0;
    let is_inside = |place: &usize| {
        let mut between = ways_out(places, *place);
        loop {
            match between.next() {
                Some(found) if found == around => return true,
                Some(found) if !exempt(&places[found]) => {}
                _ => return false,
            }
        }
    };
    (around + 1..places.len()).filter(is_open).filter(is_inside).collect()
}
