//! Runs something again that has failed.
//!
//! - `retrying.rs`: the state of one call, and the decision behind each attempt
//! - `attempt.rs`: an attempt that runs, and its number
//! - `backoff.rs`, `jitter.rs`: how long the pauses are
//! - `budget.rs`: against storms of retries
//! - `undelayed.rs`: no pauses, for tests

pub(crate) mod attempt;
pub(crate) mod backoff;
pub(crate) mod budget;
mod jitter;
pub(crate) mod retrying;
pub(crate) mod undelayed;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use self::attempt::within;
use self::backoff::Backoff;
use self::budget::RetryBudget;
use self::retrying::{Next, Retrying};

/// How something is run again that has failed: `#[retry]` as a value.
///
/// Each run is an attempt, the first one included; [`attempt`](crate::attempt()) is the number of the one that runs. Where nothing else
/// is said, every error is retried at once, after other tasks had a turn. No sleep comes before the first attempt or behind the last
/// one, and the last error is returned unchanged. It needs to be neither `Clone` nor `Debug`. A panic is not retried.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{Backoff, Retry, attempt, millis, secs};
///
/// async fn fetch(url: &str) -> Result<String, String> {
///     if attempt() < 3 { Err("busy".into()) } else { Ok(format!("the page of {url}")) }
/// }
///
/// const PATIENT: Retry = Retry::attempts(4).backoff(Backoff::doubling(millis(50), secs(2))).jitter();
///
/// let url = String::from("example.org");
/// let page = PATIENT.when(|error: &String| error == "busy").run(|| fetch(&url)).await;
/// assert_eq!(page.unwrap(), "the page of example.org");
/// # });
/// ```
///
/// A sleep that would end behind the [`deadline`](crate::deadline()) of the moment, or behind the time of [`within`](Self::within), is
/// not begun: the last error comes at once. One that ends at that very instant is.
///
/// What an attempt that fails has given up, a cancelled task or a clean-up that was handed over, has ended before its error is
/// looked at, within the period of [`with_grace`](crate::with_grace).
#[derive(Clone, Copy)]
pub struct Retry<W = (), A = ()> {
    settings: Settings,
    when: W,
    after: A,
}

/// All but the closures.
#[derive(Clone, Copy, Debug)]
struct Settings {
    /// How many there are at most.
    attempts: Option<u32>,
    within: Option<Duration>,
    backoff: Option<Backoff>,
    jitter: bool,
    budget: Option<&'static RetryBudget>,
}

impl Retry {
    /// At most so many attempts, the first one included. With one there is no retry.
    ///
    /// # Panics
    /// If `attempts` is zero, since nothing would ever run. In a constant that is a compile error.
    #[must_use]
    #[inline]
    #[track_caller]
    pub const fn attempts(attempts: u32) -> Self {
        assert!(attempts > 0, "a retry of no attempts would never run anything");
        Self::new(Some(attempts), None)
    }

    /// As many attempts as begin within that time, see [`within`](Self::within). With a duration of zero there is no retry.
    #[must_use]
    #[inline]
    pub const fn lasting(duration: Duration) -> Self {
        Self::new(None, Some(duration))
    }

    #[inline]
    const fn new(attempts: Option<u32>, within: Option<Duration>) -> Self {
        Self { settings: Settings { attempts, within, backoff: None, jitter: false, budget: None }, when: (), after: () }
    }
}

impl<W, A> Retry<W, A> {
    /// Attempts and sleeps together get so much time, from the first poll on.
    ///
    /// A sleep that would end later is not begun, and the last error comes at once; without a sleep no attempt begins later. One that
    /// runs is not cut: that is what [`timeout`](fn@crate::timeout) around it does. With zero there is no retry; `Duration::MAX` is no
    /// limit.
    #[must_use]
    #[inline]
    pub const fn within(mut self, duration: Duration) -> Self {
        self.settings.within = Some(duration);
        self
    }

    /// How long the sleeps between attempts are.
    #[must_use]
    #[inline]
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.settings.backoff = Some(backoff);
        self
    }

    /// Each sleep is between zero and what the backoff says, evenly spread, so that callers that failed together do not come back
    /// together. Without a backoff it changes nothing.
    #[must_use]
    #[inline]
    pub const fn jitter(mut self) -> Self {
        self.settings.jitter = true;
        self
    }

    /// Every retry is taken from this budget, which several functions may share. When it is spent, the last error comes at once.
    #[must_use]
    #[inline]
    pub const fn budget(mut self, budget: &'static RetryBudget) -> Self {
        self.settings.budget = Some(budget);
        self
    }

    /// Retries those errors alone for which `when` is true; any other one is returned at once. It is asked first of all, and takes the
    /// place of an earlier `when`.
    #[must_use]
    #[inline]
    pub fn when<E, F: Fn(&E) -> bool>(self, when: F) -> Retry<F, A> {
        Retry { settings: self.settings, when, after: self.after }
    }

    /// Takes the delay from the error, as a server's `Retry-After`. `Some` replaces that of the backoff and is shortened neither by its
    /// end nor by jitter; zero is now. `None` is the backoff.
    #[must_use]
    #[inline]
    pub fn after<E, F: Fn(&E) -> Option<Duration>>(self, after: F) -> Retry<W, F> {
        Retry { settings: self.settings, when: self.when, after }
    }

    /// Calls `call` and awaits what it gives, until that is `Ok` or the retries are over. Its result is the last one.
    ///
    /// `call` is a closure that makes a future, or an `async ||` that changes nothing around it: the result is `Send` if its
    /// futures are. For one that changes something there is [`run_mut`](Self::run_mut).
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use weftwork::{Retry, attempt};
    ///
    /// let name = String::from("weft");
    /// let third = Retry::attempts(5).run(async || if attempt() == 3 { Ok(name.len()) } else { Err("not yet") }).await;
    /// assert_eq!(third, Ok(4));
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// Dropping it drops the attempt that runs; no other one follows.
    ///
    /// # Panics
    /// When it has to sleep outside of a tokio runtime with time enabled.
    pub async fn run<T, E, F>(self, mut call: impl FnMut() -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        W: When<E>,
        A: After<E>,
    {
        let mut retrying = Retrying::new(None, &self);
        loop {
            let future = within(retrying.number(), &mut call);
            let output = retrying.attempt(future).await;
            match retrying.next_with(output, |error| self.when.is_true(error), |error| self.after.delay(error)) {
                Next::Done(output) => break output,
                Next::Again(pause) => pause.over().await,
            }
        }
    }

    /// The same for an `async ||` that changes what is around it: the next attempt sees the changes of the one before.
    ///
    /// What this returns is `Send` only where today's compiler can prove that, which it can not as soon as the closure
    /// borrows. `#[retry]` on a function with `&mut` arguments has no such limit.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use weftwork::Retry;
    ///
    /// let mut seen = Vec::new();
    /// let result = Retry::attempts(3).run_mut(async || { seen.push(weftwork::attempt()); Err::<(), _>("never") }).await;
    /// assert_eq!((result, seen), (Err("never"), vec![1, 2, 3]));
    /// # });
    /// ```
    ///
    /// # Cancel safety
    /// As for [`run`](Self::run).
    ///
    /// # Panics
    /// As for [`run`](Self::run).
    pub async fn run_mut<T, E>(self, mut call: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E>
    where
        W: When<E>,
        A: After<E>,
    {
        let mut retrying = Retrying::new(None, &self);
        loop {
            let output = retrying.attempt(call()).await;
            match retrying.next_with(output, |error| self.when.is_true(error), |error| self.after.delay(error)) {
                Next::Done(output) => break output,
                Next::Again(pause) => pause.over().await,
            }
        }
    }
}

impl Settings {
    /// The delay of the backoff behind the attempt with this number.
    fn delay(&self, attempt: u32) -> Duration {
        let delay = self.backoff.map_or(Duration::ZERO, |backoff| backoff.delay(attempt));
        if self.jitter { jitter::up_to(delay) } else { delay }
    }
}

/// Which errors are retried: the type parameter of [`Retry`] that [`when`](Retry::when) sets.
#[diagnostic::on_unimplemented(
    message = "this retry does not know which errors of type `{E}` to retry",
    label = "`when` was given a closure over another type of error"
)]
pub trait When<E> {
    #[doc(hidden)]
    fn is_true(&self, error: &E) -> bool;
}

/// Every error.
impl<E> When<E> for () {
    #[inline]
    fn is_true(&self, _error: &E) -> bool {
        true
    }
}

impl<E, F: Fn(&E) -> bool> When<E> for F {
    #[inline]
    fn is_true(&self, error: &E) -> bool {
        self(error)
    }
}

/// What an error says of the delay: the type parameter of [`Retry`] that [`after`](Retry::after) sets.
#[diagnostic::on_unimplemented(
    message = "this retry can not take the delay from an error of type `{E}`",
    label = "`after` was given a closure over another type of error"
)]
pub trait After<E> {
    #[doc(hidden)]
    fn delay(&self, error: &E) -> Option<Duration>;
}

/// Nothing.
impl<E> After<E> for () {
    #[inline]
    fn delay(&self, _error: &E) -> Option<Duration> {
        None
    }
}

impl<E, F: Fn(&E) -> Option<Duration>> After<E> for F {
    #[inline]
    fn delay(&self, error: &E) -> Option<Duration> {
        self(error)
    }
}

impl<W, A> fmt::Debug for Retry<W, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { attempts, within, backoff, jitter, budget } = &self.settings;
        let mut shown = f.debug_struct("Retry");
        shown
            .field("attempts", attempts)
            .field("within", within)
            .field("backoff", backoff)
            .field("jitter", jitter)
            .field("budget", budget);
        shown.finish_non_exhaustive()
    }
}
