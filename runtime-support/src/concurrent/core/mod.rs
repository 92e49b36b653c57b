//! What everything that runs together is made of: children that are polled when they were woken, and not otherwise.
//!
//! - `alarm.rs`: wakers that say which child was woken
//! - `bell.rs`: who was woken, and who is told of it
//! - `round.rs`: whose turn it is, in the order of their wakes
//! - `seats.rs`: memory for children whose number is not known beforehand
//! - `outputs.rs`: memory for what they give
//! - here: whose turn it is, and the futures of a comprehension

mod alarm;
mod bell;
#[cfg(all(test, weftwork_loom))]
mod loom;
mod outputs;
mod round;
mod seats;
mod sync;

use std::future::Future;
use std::ops::ControlFlow;
use std::task::{Context, Waker};

use tokio::task::coop;

use self::alarm::Alarms;
pub(super) use self::outputs::Outputs;
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
    #[inline]
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
    #[inline(always)]
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

/// A future that has a seat, and was pending without a waker of its own.
pub(super) struct Pending<F>(At<F>);

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
    /// For so many futures at once, or more.
    pub(super) const fn expecting(expected: usize) -> Self {
        Self { seats: Seats::expecting(expected), woken: None, running: 0 }
    }

    /// What it was made for.
    pub(super) const fn expected(&self) -> usize {
        self.seats.expected()
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

    /// The output of a future that is ready at its first poll, which takes the owner's waker: it leaves no trace. Another one is
    /// taken in as number `input`, and goes on by [`go_on`](Self::go_on).
    #[inline]
    pub(super) fn poll_once(
        &mut self,
        future: F,
        input: impl FnOnce() -> usize,
        cx: &mut Context<'_>,
    ) -> Result<F::Output, Pending<F>> {
        self.seats.poll_once(future, input, cx).map_err(|seat| {
            self.running += 1;
            Pending(seat)
        })
    }

    /// Takes a future in and gives it its first poll, with a waker of its own.
    #[inline(always)]
    pub(super) fn start(&mut self, future: F, input: usize, cx: &Context<'_>) -> Option<F::Output> {
        let seat = self.seats.take(input, future);
        self.running += 1;
        self.go_on(Pending(seat), cx)
    }

    /// Polls a future that was pending without a waker of its own.
    #[inline(always)]
    pub(super) fn go_on(&mut self, Pending(seat): Pending<F>, cx: &Context<'_>) -> Option<F::Output> {
        let Self { seats, woken, running } = self;
        let woken = woken.get_or_insert_with(|| Woken::new(cx.waker()));
        let (_, output) = woken.poll(seats.number(seat), |cx| seats.poll(seat, cx))?;
        *running -= 1;
        Some(output)
    }

    /// Lets those that were woken since the last time have their turn, and hands over what they give.
    #[inline]
    pub(super) fn poll_woken<B>(
        &mut self,
        cx: &Context<'_>,
        mut keep: impl FnMut(usize, F::Output) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let Self { seats, woken: Some(woken), running } = self else { return ControlFlow::Continue(()) };
        woken.hear(cx);
        loop {
            let polled = woken.turn(cx, |seat, cx| {
                // A seat without a future was woken late, by what its last one left behind.
                let Some((input, output)) = seats.poll(seats.at(seat), cx) else { return ControlFlow::Continue(()) };
                *running -= 1;
                keep(input, output)
            });
            match polled {
                Some(flow) => flow?,
                None => return ControlFlow::Continue(()),
            }
        }
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
