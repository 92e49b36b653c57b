//! A limiter as a value.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::acquire::Acquire;
use super::contract::refuse;
use super::core::{Core, Kind};
use super::count::Count;
use super::exceeded::LimitExceeded;
use super::gate::{AnyGate, Held};
use super::limited::{By, Limited};
use super::rate::Pace;
use super::turn::{Turn, TurnOptions};

/// Lets so many pieces of work run at once, or so many start in a time; the others wait their turn, in order.
///
/// `#[limit(n)]` gives a function one of its own. A value serves several functions or one instance:
///
/// ```
/// use weftwork::{Limiter, secs};
///
/// static DATABASE: Limiter = Limiter::new(32);
/// static MAILS: Limiter = Limiter::rate(100, secs(1)).burst(20);
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let answer = DATABASE.run(async { 42 }).await;
/// assert_eq!((answer, DATABASE.available()), (42, 32));
/// MAILS.run(async { "sent" }).await;
/// # });
/// ```
///
/// **A count** is a number of permits. Each call takes one, or as many as its weight, and gives them back when it ends, on whatever
/// way. **A rate** is a quota of so many units, the burst, that comes back at an even pace; what a call has taken of it is used up.
///
/// Whoever finds no room stands in a line: first come, first served. A newcomer never overtakes, even where it would fit, and whoever
/// leaves the line leaves nothing behind in it. A call with `wait` or `max_waiting` is refused instead of waiting for long: see
/// [`turn`](Self::turn).
///
/// A call that asks for more than those around it leave can never start: within [`run`](Self::run) or a `#[limit]` that holds
/// permits, it is refused at once instead of waiting for itself. Permits of [`acquire`](Self::acquire) are not seen that way.
pub struct Limiter {
    kind: Kind,
    name: Option<&'static str>,
    /// Made by the first use.
    core: OnceLock<Arc<Core>>,
}

const TOO_MANY: &str = "a limiter counts to 2^61 - 1 at most";

impl Limiter {
    /// A limiter that lets `count` run at once.
    ///
    /// # Panics
    /// If `count` is zero, since nothing could ever run, or above 2^61 - 1. In a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(count: usize) -> Self {
        assert!(count > 0, "a limiter of zero would never let anything run");
        assert!(count <= Count::MOST, "{}", TOO_MANY);
        Self { kind: Kind::Count(count), name: None, core: OnceLock::new() }
    }

    /// A limiter that lets `count` start in each `per`, at an even pace. After a pause as many pass at once as
    /// [`burst`](Self::burst) says, or `count` if it is not said: of ten in a minute, ten pass at once and the next one 6 s later.
    ///
    /// Time is that of tokio's clock, in whole nanoseconds, rounded so that there is never more than the rate.
    ///
    /// # Panics
    /// If `count` or `per` is zero. In a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn rate(count: u64, per: Duration) -> Self {
        assert!(count > 0, "a rate of zero would never let anything run");
        assert!(!per.is_zero(), "a rate needs a time, `Limiter::rate(100, secs(1))`");
        Self { kind: Kind::Rate(Pace::new(count, per)), name: None, core: OnceLock::new() }
    }

    /// The same rate with another number of calls that pass at once after a pause.
    ///
    /// # Panics
    /// If `calls` is zero, or the limiter is none of a rate. In a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn burst(mut self, calls: usize) -> Self {
        assert!(calls > 0, "a burst of zero would never let anything run");
        let Kind::Rate(pace) = self.kind else { panic!("a burst belongs to a rate, `Limiter::rate(100, secs(1)).burst(20)`") };
        self.kind = Kind::Rate(Pace { burst: calls, interval: pace.interval });
        self
    }

    /// Gives it a name, for refusals.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    #[inline]
    pub(super) fn shared(&self) -> &Arc<Core> {
        self.core.get_or_init(|| Arc::new(self.another()))
    }

    /// What another one with the same settings would have.
    pub(super) fn another(&self) -> Core {
        Core::new(self.kind, self.name)
    }

    /// Waits for a place. It is free again when the [`Permit`] is dropped.
    ///
    /// # Panics
    /// If what is around it holds all places: it would wait for itself. With a rate, when it has to wait outside of a tokio runtime with
    /// time enabled.
    ///
    /// # Cancel safety
    /// Dropping the future gives up the place in the queue. A place that was granted in that very moment goes to the next one.
    pub async fn acquire(&self) -> Permit<'_> {
        Permit { _held: Acquire::new(AnyGate::Limiter(self), &TurnOptions::PLAIN).await.unwrap_or_else(refuse) }
    }

    /// Waits for `weight` places, or units of a rate, at once. Zero is there without waiting.
    ///
    /// # Panics
    /// If `weight` is above the limit, or becomes that by [`resize`](Self::resize). Otherwise as [`acquire`](Self::acquire), which
    /// it is like in everything.
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire).
    pub async fn acquire_many(&self, weight: usize) -> Permit<'_> {
        let options = TurnOptions { weight, ..TurnOptions::PLAIN };
        Permit { _held: Acquire::new(AnyGate::Limiter(self), options).await.unwrap_or_else(refuse) }
    }

    /// Takes a place if one is free and nobody waits.
    ///
    /// # Errors
    /// [`LimitExceeded`] if there is none.
    pub fn try_acquire(&self) -> Result<Permit<'_>, LimitExceeded> {
        self.turn().try_acquire()
    }

    /// Takes `weight` places, or units of a rate, if they are free and nobody waits. Zero is always there.
    ///
    /// # Errors
    /// [`LimitExceeded`] if they are not.
    pub fn try_acquire_many(&self, weight: usize) -> Result<Permit<'_>, LimitExceeded> {
        self.turn().weight(weight).try_acquire()
    }

    /// Waits for a place, and runs `future` in it. The place is free again when the future has ended or is dropped, also by a panic, and
    /// every clean-up that was open in it has ended as well.
    ///
    /// # Panics
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    /// As for [`acquire`](Self::acquire); a future that runs already is dropped, and then its place is given back.
    pub fn run<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<'_, F> {
        Limited::new(self, &TurnOptions::PLAIN, By(refuse), move || future)
    }

    /// A call with a weight, or one that does not wait for long: `limiter.turn().weight(3).wait(millis(500)).run(future)`.
    pub fn turn(&self) -> Turn<'_> {
        Turn::new(AnyGate::Limiter(self))
    }

    /// From now on so many at once; of a rate, so many units after a pause.
    ///
    /// Where more are in use, nobody is stopped: nobody else starts until so many have ended. Where there is more room than before,
    /// those who wait and fit start at once. Who waits for more than there now is is refused.
    ///
    /// # Panics
    /// If `count` is zero or above 2^61 - 1.
    #[track_caller]
    pub fn resize(&self, count: usize) {
        assert!(count > 0, "a limiter of zero would never let anything run");
        assert!(count <= Count::MOST, "{}", TOO_MANY);
        self.shared().resize(count);
    }

    /// How many could start now without waiting: none where somebody waits.
    #[must_use]
    pub fn available(&self) -> usize {
        self.shared().available()
    }

    /// How many may run at once; of a rate, the burst.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared().limit()
    }

    /// How it stands, all of one instant.
    #[must_use]
    pub fn metrics(&self) -> LimiterMetrics {
        self.shared().metrics()
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Limiter");
        if let Some(name) = self.name {
            out.field("name", &name);
        }
        out.field("count", &self.count()).field("available", &self.available()).finish()
    }
}

/// How it stands with a [`Limiter`] at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimiterMetrics {
    /// How many permits are out, by weight; of a rate, how many units are not back yet.
    pub in_use: usize,
    /// How many calls wait.
    pub waiting: usize,
    /// How many permits there are; of a rate, the burst. Below `in_use` for a while after a [`resize`](Limiter::resize).
    pub limit: usize,
}

impl LimiterMetrics {
    pub(super) fn free(&self) -> usize {
        if self.waiting > 0 { 0 } else { self.limit.saturating_sub(self.in_use) }
    }
}

/// A place in a [`Limiter`], or several, held until it is dropped. Of a rate nothing comes back by that.
#[derive(Debug)]
#[must_use = "the place is given back as soon as the permit is dropped"]
pub struct Permit<'l> {
    pub(super) _held: Held<AnyGate<'l>>,
}
