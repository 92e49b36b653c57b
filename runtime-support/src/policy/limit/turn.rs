//! What one call asks for.

use std::future::Future;
use std::time::Duration;

use super::acquire::Acquire;
use super::exceeded::LimitExceeded;
use super::gate::AnyGate;
use super::limited::{AsResult, Limited};
use super::limiter::Permit;

/// What one call asks for.
#[derive(Clone, Copy, Debug)]
pub struct TurnOptions {
    pub(super) function: Option<&'static str>,
    pub(super) weight: usize,
    pub(super) max_waiting: usize,
    pub(super) wait: Option<Duration>,
    /// Whether it looks for its own callers.
    pub(super) is_chained: bool,
}

/// One permit, at any time, for a function.
#[must_use]
#[inline]
pub const fn turn(function: &'static str) -> TurnOptions {
    TurnOptions { function: Some(function), ..TurnOptions::PLAIN }
}

impl TurnOptions {
    pub(super) const PLAIN: Self = Self { function: None, weight: 1, max_waiting: usize::MAX, wait: None, is_chained: true };

    #[must_use]
    #[inline]
    pub const fn weight(mut self, weight: usize) -> Self {
        self.weight = weight;
        self
    }

    #[must_use]
    #[inline]
    pub const fn max_waiting(mut self, calls: usize) -> Self {
        self.max_waiting = calls;
        self
    }

    #[must_use]
    #[inline]
    pub const fn wait(mut self, duration: Duration) -> Self {
        self.wait = Some(duration);
        self
    }
}

/// A call that is about to ask for its place: what [`Limiter::turn`](crate::Limiter::turn) and
/// [`KeyedLimiter::turn`](crate::KeyedLimiter::turn) give. It stands in no queue yet.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{LimitReason, Limiter, millis};
///
/// let limiter = Limiter::new(4);
/// let all = limiter.acquire_many(4).await;
/// let late = limiter.turn().weight(3).max_waiting(64).wait(millis(500)).run(async { 42 }).await;
/// assert_eq!(late.unwrap_err().reason(), LimitReason::WaitedTooLong);
/// drop(all);
/// assert_eq!(limiter.turn().weight(3).run(async { 42 }).await.unwrap(), 42);
/// # });
/// ```
#[derive(Debug)]
#[must_use = "it asks for its place when it is `run` or `acquire`d"]
pub struct Turn<'l> {
    gate: AnyGate<'l>,
    options: TurnOptions,
}

impl<'l> Turn<'l> {
    pub(super) fn new(gate: AnyGate<'l>) -> Self {
        Self { gate, options: TurnOptions::PLAIN }
    }

    /// How many permits it takes, or how many units of a rate; one if this is not said. Zero passes without waiting, above the
    /// limit is refused at once.
    pub fn weight(mut self, weight: usize) -> Self {
        self.options.weight = weight;
        self
    }

    /// It is refused where so many wait already. Zero: it is refused wherever it would wait.
    pub fn max_waiting(mut self, calls: usize) -> Self {
        self.options.max_waiting = calls;
        self
    }

    /// It is refused when it has waited so long, from its first poll on. A place that is free at that very instant wins. Zero is one
    /// try; `Duration::MAX` is without end. With a rate, a call whose turn is known to be later is refused at once. In a
    /// task that inherited a [`deadline`](crate::deadline()) it waits no longer than that.
    pub fn wait(mut self, duration: Duration) -> Self {
        self.options.wait = Some(duration);
        self
    }

    /// Waits for the place. It is free again when the [`Permit`] is dropped.
    ///
    /// # Errors
    /// [`LimitExceeded`] if it is not let in.
    ///
    /// # Panics
    /// With `wait`, when it has to wait outside of a tokio runtime with time enabled; with a rate as well.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the place in the queue. A place that was granted in that very moment goes to the next one.
    pub async fn acquire(self) -> Result<Permit<'l>, LimitExceeded> {
        Acquire::new(self.gate, self.options).await.map(|held| Permit { _held: held })
    }

    /// Takes the place if there is one at once and nobody waits: the same as a `wait` of zero.
    ///
    /// # Errors
    /// [`LimitExceeded`] if there is none.
    pub fn try_acquire(self) -> Result<Permit<'l>, LimitExceeded> {
        super::acquire::at_once(self.gate, self.options).map(|held| Permit { _held: held })
    }

    /// Waits for the place, and runs `future` in it. The place is free again when the future has ended or is dropped, and every
    /// clean-up that was open in it has ended as well.
    ///
    /// # Errors
    /// [`LimitExceeded`] if it is not let in; then the future was not polled.
    ///
    /// # Panics
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire); a future that runs already is dropped, and then its place is given back.
    pub fn run<F: Future>(self, future: F) -> impl Future<Output = Result<F::Output, LimitExceeded>> + use<'l, F> {
        Limited::new(self.gate, self.options, AsResult, move || future)
    }
}
