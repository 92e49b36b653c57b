//! Waits for a permit.

use std::borrow::Borrow;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::chain;
use super::core::{Core, Joined, Left, Look};
use super::exceeded::{LimitExceeded, LimitReason, Refusal};
use super::gate::{Gate, Held};
use super::turn::TurnOptions;
use crate::policy::deadline::Deadline;

/// Waits for a permit. Nothing happens before the first poll.
pub(super) struct Acquire<G, O>
where
    G: Gate,
    O: Borrow<TurnOptions>,
{
    /// Until the permit is there.
    gate: Option<G>,
    options: O,
    place: Option<u32>,
    /// Few need one. `ManuallyDrop` since its owner's `Drop` empties it: so nothing but a comparison is left.
    timer: ManuallyDrop<Option<Pin<Box<Timer>>>>,
}

pin_project! {
    /// Not everything that is waited for comes from somebody else.
    #[derive(Default)]
    struct Timer {
        until: Option<Until>,
        #[pin]
        sleep: Option<Sleep>,
    }
}

/// Nothing in it is pinned.
impl<G: Gate, O: Borrow<TurnOptions>> Unpin for Acquire<G, O> {}

impl<G: Gate, O: Borrow<TurnOptions>> Drop for Acquire<G, O> {
    #[inline]
    fn drop(&mut self) {
        if self.place.is_some() || self.timer.is_some() {
            self.leave();
        }
    }
}

/// When to stop waiting.
#[derive(Clone, Copy, Debug)]
struct Until {
    at: Instant,
    /// It came along into the task, and is earlier than its own.
    is_inherited: bool,
    /// The time is over, and everybody else has had a turn at that instant.
    is_over: bool,
}

impl Until {
    /// `None` is later than the clock can say.
    fn after(wait: Duration) -> Option<Self> {
        let own = Instant::now().checked_add(wait);
        let outer = Deadline::current();
        match outer.at().filter(|_| outer.is_inherited()) {
            Some(at) if own.is_none_or(|own| at < own) => Some(Self { at, is_inherited: true, is_over: false }),
            _ => own.map(|at| Self { at, is_inherited: false, is_over: false }),
        }
    }
}

/// Takes so much if it is there at once. That counts as progress, as in tokio's own way to get a permit.
#[inline(always)]
#[allow(clippy::inline_always, reason = "see `poll_granted`")]
fn poll_take(core: &Core, weight: usize, cx: &mut Context<'_>) -> Poll<bool> {
    let progress = ready!(coop::poll_proceed(cx));
    let is_taken = weight == 0 || core.try_take(weight);
    if is_taken {
        progress.made_progress();
    }
    Poll::Ready(is_taken)
}

impl<G: Gate, O: Borrow<TurnOptions>> Future for Acquire<G, O> {
    type Output = Result<Held<G>, LimitExceeded>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        ready!(this.poll_granted(cx))?;
        Poll::Ready(Ok(this.held()))
    }
}

impl<G: Gate, O: Borrow<TurnOptions>> Acquire<G, O> {
    #[inline]
    pub(super) const fn new(gate: G, options: O) -> Self {
        Self { gate: Some(gate), options, place: None, timer: ManuallyDrop::new(None) }
    }

    #[inline]
    pub(super) fn options(&self) -> &TurnOptions {
        self.options.borrow()
    }

    #[inline]
    fn core(&self) -> &Core {
        match &self.gate {
            Some(gate) => gate.core(),
            None => panic!("a permit was waited for again after it had come"),
        }
    }

    /// The same as `poll`, behind which it is [`held`](Self::held): so the outcome goes through registers.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "of a call that finds room, little more than this is left")]
    pub(super) fn poll_granted(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LimitExceeded>> {
        if self.place.is_some() {
            return self.poll_wait(cx);
        }
        match poll_take(self.core(), self.options().weight, cx) {
            Poll::Ready(true) => Poll::Ready(Ok(())),
            Poll::Ready(false) => self.poll_enter(cx),
            Poll::Pending => self.poll_spent(cx),
        }
    }

    /// What was granted.
    #[inline]
    pub(super) fn held(&mut self) -> Held<G> {
        let weight = self.options().weight;
        Held::new(self.gate.take().expect("a permit comes once"), weight)
    }

    #[cold]
    fn leave(&mut self) {
        let weight = self.options().weight;
        if let (Some(gate), Some(place)) = (&self.gate, self.place.take()) {
            gate.core().leave(place, weight);
        }
        self.timer.take();
    }

    fn until(&self) -> Option<Until> {
        self.timer.as_ref().and_then(|timer| timer.until)
    }

    fn set_until(&mut self, until: Until) {
        *self.timer.get_or_insert_default().as_mut().project().until = Some(until);
    }

    /// Whatever the task has spent, time goes on.
    fn poll_sleep(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let mut sleep = self.timer.get_or_insert_default().as_mut().project().sleep;
        match sleep.as_mut().as_pin_mut() {
            None => sleep.set(Some(sleep_until(at))),
            Some(sleep) if sleep.deadline() != at => sleep.reset(at),
            Some(_) => {}
        }
        let Some(sleep) = sleep.as_pin_mut() else { return Poll::Pending };
        pin!(coop::unconstrained(sleep)).poll(cx)
    }

    /// Stands in the line.
    fn poll_enter(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LimitExceeded>> {
        let (core, options) = (self.core(), self.options());
        if let Some(refusal) = never(core, options) {
            return Poll::Ready(Err(refusal));
        }
        let mut until = None;
        if let Some(wait) = options.wait {
            until = self.until().or_else(|| Until::after(wait));
            if wait.is_zero() || until.is_some_and(|until| until.is_inherited && until.at <= Instant::now()) {
                let refusal = too_late(core, options, until, core.waiting(), core.retry_after(options.weight));
                return Poll::Ready(Err(refusal));
            }
        }
        let is_count = core.is_count();
        match core.join(options.weight, options.max_waiting, until.map(|until| until.at), cx.waker().clone()) {
            Joined::Taken => return Poll::Ready(Ok(())),
            Joined::Waits(place) => self.place = Some(place),
            refused => return Poll::Ready(Err(not_joined(core, options, until, &refused))),
        }
        if let Some(until) = until {
            self.set_until(until);
        } else if is_count {
            // Whoever gives back is all that it waits for.
            return Poll::Pending;
        }
        self.poll_wait(cx)
    }

    /// The task has spent its budget, and something before this may do so each time: its time runs all the same.
    #[cold]
    fn poll_spent(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LimitExceeded>> {
        let Some(wait) = self.options().wait else { return Poll::Pending };
        let Some(until) = self.until().or_else(|| Until::after(wait)) else { return Poll::Pending };
        self.set_until(until);
        ready!(self.poll_sleep(until.at, cx));
        let (core, options) = (self.core(), self.options());
        if core.try_take(options.weight) {
            return Poll::Ready(Ok(()));
        }
        let retry_after = core.retry_after(options.weight);
        Poll::Ready(Err(too_late(core, options, Some(until), core.waiting(), retry_after)))
    }

    fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LimitExceeded>> {
        let Some(place) = self.place else { return Poll::Pending };
        let mut turn = None;
        loop {
            // A task that has spent its budget gets no permit in this poll; but its time may be over.
            if let Poll::Ready(progress) = coop::poll_proceed(cx) {
                match self.core().look(place, cx.waker()) {
                    Look::Waiting { until } => turn = until,
                    Look::Granted => {
                        progress.made_progress();
                        self.place = None;
                        return Poll::Ready(Ok(()));
                    }
                    Look::TooHeavy => {
                        progress.made_progress();
                        self.place = None;
                        return Poll::Ready(Err(too_heavy(self.core(), self.options())));
                    }
                }
            }
            let deadline = self.until();
            let Some(next) = turn.into_iter().chain(deadline.map(|until| until.at)).min() else { return Poll::Pending };
            ready!(self.poll_sleep(next, cx));
            let Some(until) = deadline.filter(|until| until.at <= next) else { continue };
            if !until.is_over {
                // Whoever has a permit may give it back at this very instant, and has not had its turn yet.
                self.set_until(Until { is_over: true, ..until });
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.place = None;
            return Poll::Ready(match self.core().give_up(place) {
                Left::Granted => Ok(()),
                Left::Waiting { waiting } => {
                    let (core, options) = (self.core(), self.options());
                    Err(too_late(core, options, Some(until), waiting, core.retry_after(options.weight)))
                }
            });
        }
    }
}

/// There is no place for it in the line.
#[cold]
fn not_joined(core: &Core, options: &TurnOptions, until: Option<Until>, joined: &Joined) -> LimitExceeded {
    match *joined {
        Joined::Full { waiting } => {
            Refusal { retry_after: core.retry_after(options.weight), ..refused(core, options, LimitReason::QueueFull, waiting) }
                .into()
        }
        Joined::TooLate { waiting, after } => too_late(core, options, until, waiting, Some(after)),
        Joined::TooHeavy | Joined::Taken | Joined::Waits(_) => too_heavy(core, options),
    }
}

/// One try.
pub(super) fn at_once<G: Gate>(gate: G, options: TurnOptions) -> Result<Held<G>, LimitExceeded> {
    let (core, weight) = (gate.core(), options.weight);
    if weight == 0 || core.try_take(weight) {
        return Ok(Held::new(gate, weight));
    }
    Err(never(core, &options).unwrap_or_else(|| {
        let options = TurnOptions { wait: None, ..options };
        too_late(core, &options, None, core.waiting(), core.retry_after(weight))
    }))
}

/// Whether it could never start.
#[inline]
fn never(core: &Core, options: &TurnOptions) -> Option<LimitExceeded> {
    let limit = core.limit();
    if options.weight > limit {
        return Some(too_heavy(core, options));
    }
    if !options.is_chained || !core.is_count() {
        return None;
    }
    if chain::is_empty() {
        return None;
    }
    never_behind(core, options, limit)
}

#[cold]
fn never_behind(core: &Core, options: &TurnOptions, limit: usize) -> Option<LimitExceeded> {
    let mut chain = chain::leaves_less(core, limit, options.weight)?;
    chain.push(name(core, options));
    Some(Refusal { chain, ..refused(core, options, LimitReason::WaitsForItself, core.waiting()) }.into())
}

/// What a call is called among those that call each other.
#[inline]
pub(super) fn name(core: &Core, options: &TurnOptions) -> &'static str {
    options.function.or(core.name).unwrap_or("a limiter")
}

#[cold]
fn too_heavy(core: &Core, options: &TurnOptions) -> LimitExceeded {
    refused(core, options, LimitReason::TooHeavy, core.waiting()).into()
}

#[cold]
fn too_late(
    core: &Core,
    options: &TurnOptions,
    until: Option<Until>,
    waiting: usize,
    retry_after: Option<Duration>,
) -> LimitExceeded {
    let is_inherited = until.is_some_and(|until| until.is_inherited);
    Refusal { retry_after, is_inherited, ..refused(core, options, LimitReason::WaitedTooLong, waiting) }.into()
}

fn refused(core: &Core, options: &TurnOptions, reason: LimitReason, waiting: usize) -> Refusal {
    Refusal {
        reason,
        function: options.function,
        limiter: core.name,
        waiting,
        weight: options.weight,
        limit: core.limit(),
        wait: options.wait,
        retry_after: None,
        is_inherited: false,
        chain: Vec::new(),
    }
}
