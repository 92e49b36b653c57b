//! What everything that runs together is made of: children that are polled when they were woken, and not otherwise.
//!
//! - `alarm.rs`: wakers that say which child was woken
//! - `bell.rs`: who was woken, and who is told of it
//! - `round.rs`: whose turn it is, in the order of their wakes
//! - `seats.rs`: memory for children whose number is not known beforehand
//! - here: whose turn it is, and the futures of a comprehension

mod alarm;
mod bell;
#[cfg(all(test, weftwork_loom))]
mod loom;
mod round;
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
    /// Nobody has had a turn since the last time the owner heard.
    is_first: bool,
}

impl Woken {
    pub(super) fn new(owner: &Waker) -> Self {
        Self { alarms: Alarms::new(owner), is_first: true }
    }

    /// Lets those that were woken since the last time have their turn, and tells them whom to wake from now on.
    pub(super) fn hear(&mut self, cx: &Context<'_>) {
        self.alarms.hear(cx.waker());
        self.is_first = true;
    }

    /// Whose turn it is; `None` when all have had it. One that wakes itself waits for the next round.
    #[inline]
    pub(super) fn next(&mut self, cx: &Context<'_>) -> Option<usize> {
        // One has a turn whatever is left of the budget.
        if std::mem::take(&mut self.is_first) {
            return self.alarms.next();
        }
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

    /// Runs `poll` with the next child whose turn it is, and its waker: [`next`](Self::next) and [`poll`](Self::poll) in one.
    #[inline]
    pub(super) fn turn<R>(&mut self, cx: &Context<'_>, poll: impl FnOnce(usize, &mut Context<'_>) -> R) -> Option<R> {
        if !std::mem::take(&mut self.is_first) && self.alarms.has_next() && !coop::has_budget_remaining() {
            cx.waker().wake_by_ref();
            return None;
        }
        self.alarms.turn(|child, waker| poll(child, &mut Context::from_waker(waker)))
    }

    /// Runs `poll` with the waker of a child.
    #[inline]
    pub(super) fn poll<R>(&mut self, child: usize, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        self.alarms.with_waker(child, |waker| poll(&mut Context::from_waker(waker)))
    }
}

/// An output with the number of its input.
pub(super) type Done<F> = (usize, <F as Future>::Output);

/// What the first poll of a future gave.
pub(super) enum Fresh<T> {
    /// There was none to be polled.
    None,
    Pending,
    Ready(T),
}

/// The futures of a comprehension: each lives from its start to its output, and only those that were woken are polled.
///
/// As long as every future is ready at its first poll there is nobody to wake: that poll takes the owner's waker, and one seat
/// serves them all. From the first one that stays pending on each is polled with a waker of its own.
pub(super) struct Set<F: Future> {
    seats: Seats<F>,
    /// The one that was started last, if it was not polled yet.
    fresh: Option<At<F>>,
    woken: Option<Woken>,
    running: usize,
}

impl<F: Future> Set<F> {
    pub(super) const fn new() -> Self {
        Self::expecting(0)
    }

    pub(super) const fn expecting(expected: usize) -> Self {
        Self { seats: Seats::expecting(expected), fresh: None, woken: None, running: 0 }
    }

    pub(super) const fn running(&self) -> usize {
        self.running
    }

    /// Takes a future in. [`poll_fresh`](Self::poll_fresh) follows before the next one is started.
    #[inline]
    pub(super) fn start(&mut self, input: usize, future: F) {
        self.fresh = Some(self.seats.take(input, future));
        self.running += 1;
    }

    /// Gives the future that was just started its first poll.
    #[inline]
    pub(super) fn poll_fresh(&mut self, cx: &mut Context<'_>) -> Fresh<F::Output> {
        let Some(seat) = self.fresh.take() else { return Fresh::None };
        if self.woken.is_none() {
            if let Some((_, output)) = self.seats.poll(seat, cx) {
                self.running -= 1;
                return Fresh::Ready(output);
            }
        }
        self.poll_by_alarm(seat, cx).map_or(Fresh::Pending, |(_, output)| Fresh::Ready(output))
    }

    /// Polls one with a waker of its own.
    fn poll_by_alarm(&mut self, seat: At<F>, cx: &Context<'_>) -> Option<Done<F>> {
        let Self { seats, woken, .. } = self;
        let woken = woken.get_or_insert_with(|| Woken::new(cx.waker()));
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
    #[inline]
    pub(super) fn poll_next(&mut self, cx: &Context<'_>) -> Option<Done<F>> {
        let Self { seats, woken, running, .. } = self;
        let woken = woken.as_mut()?;
        // A seat without a future was woken late, by what its last one left behind.
        while let Some(polled) = woken.turn(cx, |seat, cx| seats.poll(seats.at(seat), cx)) {
            if polled.is_some() {
                *running -= 1;
                return polled;
            }
        }
        None
    }

    /// Drops every future, in the order of their inputs.
    pub(super) fn clear(&mut self) {
        self.woken = None;
        self.fresh = None;
        self.running = 0;
        self.seats.clear();
    }
}

impl<F: Future> Drop for Set<F> {
    fn drop(&mut self) {
        self.clear();
    }
}
