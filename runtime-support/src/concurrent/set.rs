//! The futures of a comprehension: each lives from its start to its output, and only those that were woken are polled.
//!
//! A future is polled first with the owner's waker. What is ready then has cost no waker, and no place either: the next future
//! takes over its box. What stays pending is polled once more with a waker of its own when the owner is polled again, and from
//! then on only when that waker was called.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::task::coop;

/// A place for one future.
struct Place<F> {
    future: Pin<Box<Option<F>>>,
    /// The number of the future's input.
    input: usize,
    /// Made when the future is first polled with it; kept for the futures that use the place later.
    alarm: Option<Arc<Alarm>>,
}

pub(super) struct Set<F: Future> {
    places: Vec<Place<F>>,
    free: Vec<usize>,
    /// Started, not polled yet.
    fresh: VecDeque<usize>,
    /// Polled with the owner's waker only.
    unregistered: VecDeque<usize>,
    /// The owner's waker that those hold.
    owner: Option<Waker>,
    /// Whether some of them hold an older one.
    has_strays: bool,
    bell: Arc<Bell>,
    running: usize,
}

impl<F: Future> Set<F> {
    pub(super) fn new() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
            fresh: VecDeque::new(),
            unregistered: VecDeque::new(),
            owner: None,
            has_strays: false,
            bell: Arc::default(),
            running: 0,
        }
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// Takes a future in; it is first polled by the next [`poll_next`](Self::poll_next).
    pub(super) fn start(&mut self, input: usize, future: F) {
        let index = match self.free.pop() {
            Some(index) => {
                let place = &mut self.places[index];
                place.future.set(Some(future));
                place.input = input;
                index
            }
            None => {
                self.places.push(Place { future: Box::pin(Some(future)), input, alarm: None });
                self.places.len() - 1
            }
        };
        self.fresh.push_back(index);
        self.running += 1;
    }

    /// Drops every future, the oldest place first.
    pub(super) fn clear(&mut self) {
        for place in &mut self.places {
            place.future.set(None);
        }
        self.running = 0;
    }

    /// Polls those that were just started, and gives the first of them that is ready.
    pub(super) fn poll_fresh(&mut self, cx: &mut Context<'_>) -> Option<(usize, F::Output)> {
        while let Some(index) = self.fresh.pop_front() {
            if let Poll::Ready(done) = self.poll_place(index, cx) {
                return Some(done);
            }
            if self.owner.as_ref().is_none_or(|owner| !owner.will_wake(cx.waker())) {
                self.owner = Some(cx.waker().clone());
                self.has_strays |= !self.unregistered.is_empty();
            }
            self.unregistered.push_back(index);
        }
        None
    }

    /// The next output with the number of its input. `again` tells that the owner has been polled anew since it began to wait.
    pub(super) fn poll_next(&mut self, again: bool, cx: &mut Context<'_>) -> Poll<(usize, F::Output)> {
        if let Some(done) = self.poll_fresh(cx) {
            return Poll::Ready(done);
        }
        self.bell.set_owner(cx.waker());
        let is_known = self.owner.as_ref().is_some_and(|owner| owner.will_wake(cx.waker()));
        let register = again || !is_known || self.has_strays;
        if register {
            while let Some(index) = self.unregistered.pop_front() {
                if let Poll::Ready(done) = self.poll_woken(index) {
                    return Poll::Ready(done);
                }
                if !coop::has_budget_remaining() {
                    break;
                }
            }
        }
        // Only those that are woken now: one that wakes itself again waits for the owner's next poll.
        for _ in 0..self.bell.count() {
            if !coop::has_budget_remaining() {
                // The rest would find the budget spent. They come first the next time, so that nobody starves.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let Some(index) = self.bell.next() else { break };
            if let Poll::Ready(done) = self.poll_woken(index) {
                return Poll::Ready(done);
            }
        }
        self.has_strays &= !self.unregistered.is_empty();
        if register && !self.unregistered.is_empty() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn poll_woken(&mut self, index: usize) -> Poll<(usize, F::Output)> {
        let place = &mut self.places[index];
        let bell = &self.bell;
        let alarm =
            place.alarm.get_or_insert_with(|| Arc::new(Alarm { index, rung: AtomicBool::new(false), bell: Arc::clone(bell) }));
        alarm.rung.store(false, Ordering::Release);
        let waker = Waker::from(Arc::clone(alarm));
        self.poll_place(index, &mut Context::from_waker(&waker))
    }

    /// A place whose future is gone was woken late, by what its last future left behind.
    fn poll_place(&mut self, index: usize, cx: &mut Context<'_>) -> Poll<(usize, F::Output)> {
        let place = &mut self.places[index];
        let Some(future) = place.future.as_mut().as_pin_mut() else { return Poll::Pending };
        let Poll::Ready(output) = future.poll(cx) else { return Poll::Pending };
        place.future.set(None);
        self.free.push(index);
        self.running -= 1;
        Poll::Ready((place.input, output))
    }
}

/// Who was woken, in order, and whom to tell.
#[derive(Default)]
struct Bell {
    state: Mutex<BellState>,
}

#[derive(Default)]
struct BellState {
    woken: VecDeque<usize>,
    owner: Option<Waker>,
}

impl Bell {
    fn state(&self) -> MutexGuard<'_, BellState> {
        // No code of a user's runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_owner(&self, waker: &Waker) {
        let known = matches!(&self.state().owner, Some(owner) if owner.will_wake(waker));
        if !known {
            // Cloning and dropping a waker is foreign code: not under the lock.
            let new = waker.clone();
            let previous = self.state().owner.replace(new);
            drop(previous);
        }
    }

    fn count(&self) -> usize {
        self.state().woken.len()
    }

    fn next(&self) -> Option<usize> {
        self.state().woken.pop_front()
    }
}

/// The waker of one place.
struct Alarm {
    index: usize,
    rung: AtomicBool,
    bell: Arc<Bell>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.rung.swap(true, Ordering::AcqRel) {
            return;
        }
        let owner = {
            let mut state = self.bell.state();
            state.woken.push_back(self.index);
            state.owner.clone()
        };
        if let Some(owner) = owner {
            owner.wake();
        }
    }
}
