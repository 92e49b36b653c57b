//! Waits for a permit.

use std::future::Future;
use std::mem::take;
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

pin_project! {
    /// Waits for a permit. Nothing happens before the first poll.
    pub(super) struct Acquire<G>
    where
        G: Gate,
    {
        // Until the permit is there.
        gate: Option<G>,
        options: TurnOptions,
        place: Option<u32>,
        // There was nothing just now: in the same poll it does not try again.
        has_tried: bool,
        until: Option<Until>,
        // Few need one, and all of them are moved.
        sleep: Option<Pin<Box<Sleep>>>,
    }

    impl<G> PinnedDrop for Acquire<G>
    where
        G: Gate,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let (Some(gate), Some(place)) = (this.gate, this.place.take()) {
                gate.core().leave(place, this.options.weight);
            }
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
#[inline]
pub(super) fn poll_take(core: &Core, weight: usize, cx: &mut Context<'_>) -> Poll<bool> {
    let progress = ready!(coop::poll_proceed(cx));
    let is_taken = weight == 0 || core.try_take(weight);
    if is_taken {
        progress.made_progress();
    }
    Poll::Ready(is_taken)
}

impl<G: Gate> Acquire<G> {
    pub(super) const fn new(gate: G, options: TurnOptions) -> Self {
        Self::behind(gate, options, false)
    }

    /// Says whether there was nothing just now.
    pub(super) const fn behind(gate: G, options: TurnOptions, has_tried: bool) -> Self {
        Self { gate: Some(gate), options, place: None, has_tried, until: None, sleep: None }
    }

    pub(super) const fn options(&self) -> &TurnOptions {
        &self.options
    }
}

impl<G: Gate> Future for Acquire<G> {
    type Output = Result<Held<G>, LimitExceeded>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_mut().project();
        let weight = this.options.weight;
        if this.place.is_none() {
            let Some(gate) = this.gate else { panic!("a permit was waited for again after it had come") };
            let taken = if take(this.has_tried) { Poll::Ready(false) } else { poll_take(gate.core(), weight, cx) };
            match taken {
                Poll::Ready(true) => return Poll::Ready(Ok(self.held())),
                Poll::Ready(false) => {}
                Poll::Pending => return self.poll_spent(cx),
            }
            match self.as_mut().enter(cx) {
                Ok(true) => return Poll::Ready(Ok(self.held())),
                Ok(false) if self.needs_no_timer() => return Poll::Pending,
                Ok(false) => {}
                Err(refusal) => return Poll::Ready(Err(refusal)),
            }
        }
        ready!(self.as_mut().poll_wait(cx))?;
        Poll::Ready(Ok(self.held()))
    }
}

impl<G: Gate> Acquire<G> {
    fn held(self: Pin<&mut Self>) -> Held<G> {
        let this = self.project();
        Held::new(this.gate.take().expect("a permit comes once"), this.options.weight)
    }

    /// Whether whoever gives back is all that it waits for.
    fn needs_no_timer(&self) -> bool {
        self.until.is_none() && self.gate.as_ref().is_some_and(|gate| gate.core().is_count())
    }

    /// Stands in the line. Says whether the permit is there after all.
    #[cold]
    fn enter(self: Pin<&mut Self>, cx: &Context<'_>) -> Result<bool, LimitExceeded> {
        let this = self.project();
        let (Some(gate), options) = (&*this.gate, &*this.options) else { return Ok(false) };
        let core = gate.core();
        if let Some(refusal) = never(core, options) {
            return Err(refusal);
        }
        let mut until = None;
        if let Some(wait) = options.wait {
            until = (*this.until).or_else(|| Until::after(wait));
            if wait.is_zero() || until.is_some_and(|until| until.is_inherited && until.at <= Instant::now()) {
                return Err(too_late(core, options, until, core.waiting(), core.retry_after(options.weight)));
            }
        }
        *this.until = until;
        match core.join(options.weight, options.max_waiting, until.map(|until| until.at), cx.waker().clone()) {
            Joined::Taken => Ok(true),
            Joined::Waits(place) => {
                *this.place = Some(place);
                Ok(false)
            }
            Joined::Full { waiting } => Err(Refusal {
                retry_after: core.retry_after(options.weight),
                ..refused(core, options, LimitReason::QueueFull, waiting)
            }
            .into()),
            Joined::TooHeavy => Err(refused(core, options, LimitReason::TooHeavy, core.waiting()).into()),
            Joined::TooLate { waiting, after } => Err(too_late(core, options, until, waiting, Some(after))),
        }
    }

    /// The task has spent its budget, and something before this may do so each time: its time runs all the same.
    #[cold]
    fn poll_spent(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Held<G>, LimitExceeded>> {
        let this = self.as_mut().project();
        let (Some(gate), Some(wait)) = (&*this.gate, this.options.wait) else { return Poll::Pending };
        if this.until.is_none() {
            *this.until = Until::after(wait);
        }
        let Some(until) = *this.until else { return Poll::Pending };
        ready!(poll_sleep(this.sleep, until.at, cx));
        let (core, weight) = (gate.core(), this.options.weight);
        if core.try_take(weight) {
            return Poll::Ready(Ok(self.held()));
        }
        let retry_after = core.retry_after(weight);
        Poll::Ready(Err(too_late(core, this.options, Some(until), core.waiting(), retry_after)))
    }

    #[cold]
    fn poll_wait(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), LimitExceeded>> {
        let this = self.project();
        let (Some(gate), Some(place), options) = (&*this.gate, *this.place, &*this.options) else { return Poll::Pending };
        let core = gate.core();
        let mut turn = None;
        loop {
            // A task that has spent its budget gets no permit in this poll; but its time may be over.
            if let Poll::Ready(progress) = coop::poll_proceed(cx) {
                let look = core.look(place, cx.waker());
                if !matches!(look, Look::Waiting { .. }) {
                    progress.made_progress();
                    *this.place = None;
                }
                match look {
                    Look::Granted => return Poll::Ready(Ok(())),
                    Look::TooHeavy => {
                        return Poll::Ready(Err(refused(core, options, LimitReason::TooHeavy, core.waiting()).into()));
                    }
                    Look::Waiting { until } => turn = until,
                }
            }
            let deadline = this.until.map(|until| until.at);
            let Some(next) = turn.into_iter().chain(deadline).min() else { return Poll::Pending };
            ready!(poll_sleep(this.sleep, next, cx));
            let Some(until) = this.until.as_mut().filter(|until| until.at <= next) else { continue };
            if !until.is_over {
                // Whoever has a permit may give it back at this very instant, and has not had its turn yet.
                until.is_over = true;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let until = *until;
            *this.place = None;
            return Poll::Ready(match core.give_up(place) {
                Left::Granted => Ok(()),
                Left::Waiting { waiting } => Err(too_late(core, options, Some(until), waiting, core.retry_after(options.weight))),
            });
        }
    }
}

/// Whatever the task has spent, time goes on.
fn poll_sleep(sleep: &mut Option<Pin<Box<Sleep>>>, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
    let sleep = sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
    if sleep.deadline() != at {
        sleep.as_mut().reset(at);
    }
    pin!(coop::unconstrained(sleep.as_mut())).poll(cx)
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
fn never(core: &Core, options: &TurnOptions) -> Option<LimitExceeded> {
    let limit = core.limit();
    if options.weight > limit {
        return Some(refused(core, options, LimitReason::TooHeavy, core.waiting()).into());
    }
    if !options.is_chained || !core.is_count() {
        return None;
    }
    let mut chain = chain::leaves_less(core, limit, options.weight)?;
    chain.push(name(core, options));
    Some(Refusal { chain, ..refused(core, options, LimitReason::WaitsForItself, core.waiting()) }.into())
}

/// What a call is called among those that call each other.
#[inline]
pub(super) fn name(core: &Core, options: &TurnOptions) -> &'static str {
    options.function.or(core.name).unwrap_or("a limiter")
}

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
