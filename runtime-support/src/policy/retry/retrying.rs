//! The state of one call that is retried.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::attempt::{Attempt, tried};
use super::budget::RetryBudget;
use super::{Retry, Settings};
use crate::contracts::Outcome;
use crate::policy::deadline::Deadline;
use crate::policy::event;
use crate::scope::Carried;

/// `#[retry]`: begins. Where `settings` say a time, it counts from here on.
#[inline]
pub fn retrying<S: Set>(function: &'static str, settings: S) -> Retrying<S> {
    Retrying::new(Some(function), settings)
}

/// What says how to retry: a value, or a constant that nobody has to copy.
pub trait Set {
    #[doc(hidden)]
    fn settings(&self) -> Of<'_>;
}

/// Keeps the settings to the crate.
#[derive(Debug)]
pub struct Of<'s>(&'s Settings);

impl<W, A> Set for Retry<W, A> {
    #[inline]
    fn settings(&self) -> Of<'_> {
        Of(&self.settings)
    }
}

impl<S: Set> Set for &S {
    #[inline]
    fn settings(&self) -> Of<'_> {
        (**self).settings()
    }
}

/// One call, over all its attempts. `P` proves that what it gives can fail.
pub struct Retrying<S, P = ()> {
    settings: S,
    state: State,
    proof: PhantomData<fn() -> P>,
}

struct State {
    function: Option<&'static str>,
    /// Of the attempt that runs, from one.
    number: u32,
    /// When the time is over that the settings give; none is later than the clock can say.
    end: Option<Instant>,
    /// How long the pauses would have been that were left out.
    skipped: Duration,
}

/// What comes behind an attempt.
#[derive(Debug)]
pub enum Next<R> {
    /// The result.
    Done(R),
    /// Another attempt, behind this.
    Again(Pause),
}

/// What stands between two attempts: a sleep, or a turn for other tasks.
#[derive(Debug)]
#[must_use = "a pause has to be waited for"]
pub struct Pause(Option<Duration>);

impl Pause {
    /// Waits for its end.
    pub async fn over(self) {
        match self.0 {
            Some(delay) => sleep(delay).await,
            None => yield_now().await,
        }
    }
}

impl<S: Set> Retrying<S> {
    /// Asks no more than was proven.
    #[inline]
    pub fn proven<P>(self, _: P) -> Retrying<S, P> {
        Retrying { settings: self.settings, state: self.state, proof: PhantomData }
    }

    #[inline]
    pub(crate) fn new(function: Option<&'static str>, settings: S) -> Self {
        let Of(&Settings { within, budget, .. }) = settings.settings();
        let end = within.and_then(|within| Instant::now().checked_add(within));
        if let Some(budget) = budget {
            budget.deposit();
        }
        Self { settings, state: State { function, number: 1, end, skipped: Duration::ZERO }, proof: PhantomData }
    }
}

impl<S: Set, P> Retrying<S, P> {
    /// The number of the attempt that comes now.
    #[inline]
    pub(crate) fn number(&self) -> u32 {
        self.state.number
    }

    /// Makes the future of an attempt of the one of its body.
    #[inline]
    pub fn attempt<F: Future<Output: Outcome<P>>>(&self, future: F) -> Attempt<F, P> {
        tried(self.number(), future)
    }

    /// The pause before the next attempt, if there is one to be had: for who has found out itself that this one failed.
    pub(crate) fn again(&mut self) -> Option<Pause> {
        let Of(settings) = self.settings.settings();
        if self.state.may_go_on(settings) { self.state.pause(settings, None) } else { None }
    }

    /// What comes behind an attempt, where every error is retried.
    #[inline]
    pub fn next<R: Outcome<P>>(&mut self, output: R) -> Next<R> {
        self.next_with(output, |_| true, |_| None)
    }

    /// The same with `when`.
    #[inline]
    pub fn next_when<R: Outcome<P>>(&mut self, output: R, when: impl FnOnce(&R::Error) -> bool) -> Next<R> {
        self.next_with(output, when, |_| None)
    }

    /// The same with `after`.
    #[inline]
    pub fn next_after<R: Outcome<P>>(&mut self, output: R, after: impl FnOnce(&R::Error) -> Option<Duration>) -> Next<R> {
        self.next_with(output, |_| true, after)
    }

    /// The same with both.
    #[inline]
    pub fn next_with<R: Outcome<P>>(
        &mut self,
        output: R,
        when: impl FnOnce(&R::Error) -> bool,
        after: impl FnOnce(&R::Error) -> Option<Duration>,
    ) -> Next<R> {
        let Of(settings) = self.settings.settings();
        match output.error() {
            Some(error) if when(error) && self.state.may_go_on(settings) => {
                let hint = after(error);
                self.state.pause(settings, hint).map_or(Next::Done(output), Next::Again)
            }
            _ => Next::Done(output),
        }
    }
}

impl State {
    /// Whether there is another attempt to be had, which is then taken from the budget.
    fn may_go_on(&self, settings: &Settings) -> bool {
        settings.attempts.is_none_or(|attempts| self.number < attempts) && settings.budget.is_none_or(RetryBudget::withdraw)
    }

    /// The pause before the next attempt, if there is time for that.
    #[cold]
    fn pause(&mut self, settings: &Settings, hint: Option<Duration>) -> Option<Pause> {
        let delay = hint.unwrap_or_else(|| settings.delay(self.number));
        // Time alone ends it: so time has to pass, also on a clock that is paused.
        let delay = if settings.attempts.is_none() { delay.max(Duration::from_millis(1)) } else { delay };
        if !self.has_time_for(settings, delay) {
            settings.budget.inspect(|budget| budget.give_back());
            return None;
        }
        event::retrying(self.function, self.number, delay);
        self.number = self.number.saturating_add(1);
        if delay.is_zero() {
            return Some(Pause(None));
        }
        if Carried::is_undelayed() {
            self.skipped = self.skipped.saturating_add(delay);
            return Some(Pause(None));
        }
        Some(Pause(Some(delay)))
    }

    /// Whether the pause ends in time, as if those that were left out had been there.
    fn has_time_for(&self, settings: &Settings, delay: Duration) -> bool {
        // On a clock that stands still no time at all would last for ever.
        if settings.within == Some(Duration::ZERO) {
            return false;
        }
        let deadline = Deadline::current().at();
        let Some(end) = self.end.into_iter().chain(deadline).min() else { return true };
        let over = Instant::now().checked_add(self.skipped.saturating_add(delay));
        over.is_some_and(|over| over <= end)
    }
}

impl<S, P> fmt::Debug for Retrying<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let State { function, number, .. } = &self.state;
        f.debug_struct("Retrying").field("function", function).field("attempt", number).finish_non_exhaustive()
    }
}
