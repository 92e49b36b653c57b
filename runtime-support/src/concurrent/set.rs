//! The futures of a comprehension: each lives from its start to its output, and only those that were woken are polled.
//!
//! As long as every future is ready at its first poll there is nobody to wake: that poll takes the owner's waker, and one box
//! serves them all. The first one that stays pending hangs up the bell; from then on each is polled with a waker of its own.
//!
//! Who may wait: the owner returns `Pending` only after [`Set::hear`] and [`Set::poll_next`] until `None`. Whatever is woken
//! later than that finds the owner's waker in the bell.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tokio::task::coop;

/// An output with the number of its input.
pub(super) type Done<F> = (usize, <F as Future>::Output);

pub(super) struct Set<F: Future> {
    /// Started, not polled yet.
    fresh: Option<Seat<F>>,
    /// The box of one that has ended, for the next one.
    spare: Option<Pin<Box<Option<F>>>>,
    places: Vec<Place<F>>,
    /// Places without a future.
    free: Vec<usize>,
    /// Places that were woken and have not had their turn.
    round: VecDeque<usize>,
    bell: Option<Arc<Bell>>,
    running: usize,
}

impl<F: Future> Set<F> {
    pub(super) fn new() -> Self {
        Self { fresh: None, spare: None, places: Vec::new(), free: Vec::new(), round: VecDeque::new(), bell: None, running: 0 }
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// Takes a future in. [`poll_fresh`](Self::poll_fresh) follows before the next one is started.
    #[inline]
    pub(super) fn start(&mut self, input: usize, future: F) {
        let future = match self.spare.take() {
            Some(mut room) => {
                room.set(Some(future));
                room
            }
            None => Box::pin(Some(future)),
        };
        self.fresh = Some(Seat { input, future });
        self.running += 1;
    }

    /// Gives the future that was just started its first poll.
    #[inline]
    pub(super) fn poll_fresh(&mut self, cx: &mut Context<'_>) -> Option<Done<F>> {
        let mut seat = self.fresh.take()?;
        if self.bell.is_none() {
            if let Some(output) = seat.poll(cx) {
                return Some(self.end(seat, output));
            }
        }
        self.seat(seat, cx)
    }

    /// Polls with a waker of its own what may have to wait.
    fn seat(&mut self, mut seat: Seat<F>, cx: &Context<'_>) -> Option<Done<F>> {
        let bell = self.bell.get_or_insert_with(|| Bell::owned_by(cx.waker()));
        let index = *self.free.last().unwrap_or(&self.places.len());
        if index == self.places.len() {
            self.places.push(Place::new(index, bell));
            self.free.push(index);
        }
        let place = &mut self.places[index];
        // `rung` stays as it is: after a late wake of the place's last future this one stands in the queue already.
        if let Some(output) = seat.poll(&mut Context::from_waker(&place.waker)) {
            return Some(self.end(seat, output));
        }
        place.seat = Some(seat);
        self.free.pop();
        None
    }

    /// Lets those that were woken since the last time have their turn, and tells them whom to wake from now on.
    pub(super) fn hear(&mut self, cx: &Context<'_>) {
        if let Some(bell) = &self.bell {
            bell.hear(cx.waker(), &mut self.round);
        }
    }

    /// The next output of those whose turn it is; `None` when all have had it. One that wakes itself waits for the next round.
    pub(super) fn poll_next(&mut self, cx: &Context<'_>) -> Option<Done<F>> {
        while let Some(&index) = self.round.front() {
            if !coop::has_budget_remaining() {
                // The rest would find the budget spent. They are first the next time, so that nobody starves.
                cx.waker().wake_by_ref();
                return None;
            }
            self.round.pop_front();
            let place = &mut self.places[index];
            // Also acquires what was written before a wake that found the place rung already.
            place.alarm.rung.swap(false, Ordering::AcqRel);
            // A place without a future was woken late, by what its last one left behind.
            let Some(seat) = &mut place.seat else { continue };
            if let Some(output) = seat.poll(&mut Context::from_waker(&place.waker)) {
                self.free.push(index);
                let seat = place.seat.take()?;
                return Some(self.end(seat, output));
            }
        }
        None
    }

    /// Drops every future, in the order of their inputs.
    pub(super) fn clear(&mut self) {
        if let Some(bell) = self.bell.take() {
            bell.forget_owner();
        }
        self.round.clear();
        self.free.clear();
        self.running = 0;
        self.places.sort_unstable_by_key(|place| place.seat.as_ref().map(|seat| seat.input));
        self.places.clear();
        self.fresh = None;
    }

    #[inline]
    fn end(&mut self, seat: Seat<F>, output: F::Output) -> Done<F> {
        self.running -= 1;
        self.spare = Some(seat.future);
        (seat.input, output)
    }
}

impl<F: Future> Drop for Set<F> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A future that was started, until it has its output.
struct Seat<F> {
    input: usize,
    future: Pin<Box<Option<F>>>,
}

impl<F: Future> Seat<F> {
    /// Drops the future as soon as it is ready.
    #[inline]
    fn poll(&mut self, cx: &mut Context<'_>) -> Option<F::Output> {
        let future = self.future.as_mut().as_pin_mut()?;
        let Poll::Ready(output) = future.poll(cx) else { return None };
        self.future.set(None);
        Some(output)
    }
}

/// Where a pending future sits, one after another.
struct Place<F> {
    seat: Option<Seat<F>>,
    alarm: Arc<Alarm>,
    /// That of `alarm`.
    waker: Waker,
}

impl<F> Place<F> {
    fn new(index: usize, bell: &Arc<Bell>) -> Self {
        let alarm = Arc::new(Alarm { index, rung: AtomicBool::new(false), bell: Arc::clone(bell) });
        Self { seat: None, waker: Waker::from(Arc::clone(&alarm)), alarm }
    }
}

/// Who was woken, in order, and whom to tell.
struct Bell {
    state: Mutex<BellState>,
}

struct BellState {
    /// Each place once at most.
    woken: VecDeque<usize>,
    /// Gone when it has been told, until it hears.
    owner: Option<Waker>,
}

impl Bell {
    fn owned_by(owner: &Waker) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(BellState { woken: VecDeque::new(), owner: Some(owner.clone()) }) })
    }

    fn state(&self) -> MutexGuard<'_, BellState> {
        // No code of a user's runs under this lock: wakers are cloned, woken and dropped outside.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, owner: &Waker, round: &mut VecDeque<usize>) {
        // If it is told between the two locks, it will poll again: nothing is lost.
        let is_known = self.state().owner.as_ref().is_some_and(|known| known.will_wake(owner));
        let new = (!is_known).then(|| owner.clone());
        let mut state = self.state();
        let previous = new.and_then(|new| state.owner.replace(new));
        round.append(&mut state.woken);
        drop(state);
        drop(previous);
    }

    /// Wakers may outlive the set: they shall neither wake its owner nor keep it in memory.
    fn forget_owner(&self) {
        let owner = self.state().owner.take();
        drop(owner);
    }

    fn ring(&self, index: usize) {
        let owner = {
            let mut state = self.state();
            state.woken.push_back(index);
            state.owner.take()
        };
        if let Some(owner) = owner {
            owner.wake();
        }
    }
}

/// What the waker of a place calls.
struct Alarm {
    index: usize,
    /// Whether the place stands in a queue: it is there once, however often it is woken.
    rung: AtomicBool,
    bell: Arc<Bell>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.bell.ring(self.index);
        }
    }
}
