//! What everything that runs together is made of: children that are polled when they were woken, and not otherwise.
//!
//! - `alarm.rs`: wakers that say which child was woken
//! - `rung.rs`: in which order they were
//! - `seats.rs`: memory for children whose number is not known beforehand
//! - here: whose turn it is, and the futures of a comprehension

mod alarm;
#[cfg(all(test, weftwork_loom))]
mod loom;
mod rung;
mod seats;
mod sync;

use std::future::Future;
use std::task::{Context, Waker};

use tokio::task::coop;

use self::alarm::Alarms;
use self::seats::{At, Seats};

/// Children that have wakers of their own, and whose turn it is.
///
/// The owner returns `Pending` only after [`hear`](Self::hear) and [`next`](Self::next) until `None`. Whoever is woken later than
/// that finds the owner's waker.
pub(super) struct Woken {
    alarms: Alarms,
}

impl Woken {
    pub(super) fn new(owner: &Waker) -> Self {
        Self { alarms: Alarms::new(owner) }
    }

    /// Lets those that were woken since the last time have their turn, and tells them whom to wake from now on.
    pub(super) fn hear(&mut self, cx: &Context<'_>) {
        self.alarms.hear(cx.waker());
    }

    /// Whose turn it is; `None` when all have had it. One that wakes itself waits for the next round.
    #[inline]
    pub(super) fn next(&mut self, cx: &Context<'_>) -> Option<usize> {
        if !self.alarms.has_next() {
            return None;
        }
        if !coop::has_budget_remaining() {
            // The rest would find the budget spent. They are first the next time, so that nobody starves.
            cx.waker().wake_by_ref();
            return None;
        }
        self.alarms.next()
    }

    /// Runs `poll` with the waker of a child.
    #[inline]
    pub(super) fn poll<R>(&mut self, child: usize, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        self.alarms.with_waker(child, |waker| poll(&mut Context::from_waker(waker)))
    }
}

/// An output with the number of its input.
pub(super) type Done<F> = (usize, <F as Future>::Output);

/// A future that has a seat, and was pending without a waker of its own.
pub(super) struct Offered<F>(At<F>);

/// The futures of a comprehension: each lives from its start to its output, and only those that were woken are polled.
///
/// As long as every future is ready at its first poll there is nobody to wake: that poll takes the owner's waker, and one seat
/// serves them all. From the first one that stays pending on each is polled with a waker of its own.
pub(super) struct Set<F: Future> {
    seats: Seats<F>,
    woken: Option<Woken>,
    running: usize,
}

impl<F: Future> Set<F> {
    pub(super) const fn new() -> Self {
        Self { seats: Seats::new(), woken: None, running: 0 }
    }

    #[inline]
    pub(super) const fn running(&self) -> usize {
        self.running
    }

    /// Whether no future has stayed pending so far.
    #[inline]
    pub(super) const fn is_untouched(&self) -> bool {
        self.woken.is_none()
    }

    /// The output of a future that is ready at its first poll, which takes the owner's waker: it leaves no trace. Another one goes on
    /// by [`start_offered`](Self::start_offered).
    #[inline]
    pub(super) fn poll_once(&mut self, future: F, cx: &mut Context<'_>) -> Result<F::Output, Offered<F>> {
        let seat = self.seats.offer(future);
        self.seats.poll_offered(seat, cx).ok_or(Offered(seat))
    }

    /// Takes a future in and gives it its first poll. `input` is its number.
    pub(super) fn start(&mut self, future: F, input: usize, cx: &Context<'_>) -> Option<F::Output> {
        let seat = self.seats.offer(future);
        self.start_offered(Offered(seat), input, cx)
    }

    /// The first poll with a waker of its own.
    pub(super) fn start_offered(&mut self, Offered(seat): Offered<F>, input: usize, cx: &Context<'_>) -> Option<F::Output> {
        let Self { seats, woken, running } = self;
        let woken = woken.get_or_insert_with(|| Woken::new(cx.waker()));
        let output = woken.poll(seats.number(seat), |cx| seats.poll_offered(seat, cx));
        if output.is_none() {
            seats.keep(seat, input);
            *running += 1;
        }
        output
    }

    fn poll_by_alarm(&mut self, seat: At<F>) -> Option<Done<F>> {
        let Self { seats, woken, .. } = self;
        let woken = woken.as_mut()?;
        let done = woken.poll(seats.number(seat), |cx| seats.poll(seat, cx))?;
        self.running -= 1;
        Some(done)
    }

    /// Lets those that were woken since the last time have their turn.
    pub(super) fn hear(&mut self, cx: &Context<'_>) {
        if let Some(woken) = &mut self.woken {
            woken.hear(cx);
        }
    }

    /// The next output of those whose turn it is; `None` when all have had it.
    pub(super) fn poll_next(&mut self, cx: &Context<'_>) -> Option<Done<F>> {
        while let Some(seat) = self.woken.as_mut().and_then(|woken| woken.next(cx)) {
            // A seat without a future was woken late, by what its last one left behind.
            if let Some(done) = self.poll_by_alarm(self.seats.at(seat)) {
                return Some(done);
            }
        }
        None
    }

    /// Drops every future, in the order of their inputs.
    pub(super) fn clear(&mut self) {
        self.woken = None;
        self.running = 0;
        self.seats.clear();
    }
}

impl<F: Future> Drop for Set<F> {
    fn drop(&mut self) {
        self.clear();
    }
}
