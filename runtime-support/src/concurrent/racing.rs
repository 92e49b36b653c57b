//! `race!` and `race_ok!` over a comprehension.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Context;
use std::time::Duration;

use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::at_once::AtOnce;
use super::core::Outputs;
use super::failures::RaceError;
use super::input::Extent;
use super::keep::Keep;
use super::pull::{Answer, Pull, Pulled};
use super::together::{Child, Together, Yield, together};

/// On its way to the first output.
pub(super) type Racing<P, F, T> = Together<P, F, First<T>, Option<T>>;

/// On its way to the first `Ok`, or to every error.
pub(super) type RacingOk<P, F, T, E> = Together<P, F, FirstOk<T, E>, Result<T, RaceError<E>>>;

/// `race!` over a comprehension: the first output, and `None` if there was nothing to race.
pub fn race_each<P: Pull>(pull: P) -> Racing<P, Child<P>, Yield<P>> {
    together(Extent::UNKNOWN, AtOnce::ALL, pull, First { started: 0, output: PhantomData })
}

/// `race_ok!` over a comprehension: the first `Ok`, or every error.
pub fn race_ok_each<P, T, E>(extent: Extent, pull: P) -> RacingOk<P, Child<P>, T, E>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    together(extent, AtOnce::ALL, pull, FirstOk { errors: Outputs::new(extent.at_least), failures: None, output: PhantomData })
}

/// The value of `stagger = ..`.
// Not `Copy`: an async block that uses it by value has to own it.
#[derive(Debug)]
pub struct Interval(Duration);

/// See `Interval`.
pub const fn interval(interval: Duration) -> Interval {
    Interval(interval)
}

/// The same with contenders that start one after another.
pub fn race_ok_staggered<P, T, E>(extent: Extent, Interval(interval): Interval, pull: P) -> RacingOk<Staggered<P>, Child<P>, T, E>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    stagger(race_ok_each(extent, pull), interval)
}

/// Lets contenders start one after another.
pub(super) fn stagger<P: Pull, T, E>(
    race: RacingOk<P, Child<P>, T, E>,
    interval: Duration,
) -> RacingOk<Staggered<P>, Child<P>, T, E> {
    let failures = Arc::new(AtomicUsize::new(0));
    race.change(|pull, keep| {
        let shared = failures.clone();
        let pull = pull.map(|pull| Staggered { pull, interval, failures: shared, sleep: None, due: Some(Due::AtFirst) });
        (pull, FirstOk { failures: Some(failures), ..keep })
    })
}

/// The first output, which ends everything.
#[derive(Debug)]
pub struct First<T> {
    started: usize,
    output: PhantomData<fn() -> T>,
}

impl<T> Keep<T> for First<T> {
    type Output = Option<T>;

    fn push_first(&mut self, output: T) -> ControlFlow<Option<T>> {
        ControlFlow::Break(Some(output))
    }

    fn push(&mut self, output: T) -> ControlFlow<Option<T>> {
        ControlFlow::Break(Some(output))
    }

    fn push_pending(&mut self) {
        self.started += 1;
    }

    fn count(&self) -> usize {
        self.started
    }

    fn set(&mut self, _: usize, output: T) -> ControlFlow<Option<T>> {
        ControlFlow::Break(Some(output))
    }

    fn finish(&mut self) -> Option<T> {
        None
    }

    fn clear(&mut self) {}
}

/// The first `Ok`, which ends everything. Errors are kept.
#[derive(Debug)]
pub struct FirstOk<T, E> {
    errors: Outputs<E>,
    /// With a stagger: those for whom no other contender has started yet.
    failures: Option<Arc<AtomicUsize>>,
    output: PhantomData<fn() -> T>,
}

impl<T, E> FirstOk<T, E> {
    #[inline]
    fn judge(&self, output: Result<T, E>) -> ControlFlow<Result<T, RaceError<E>>, E> {
        match output {
            Ok(value) => ControlFlow::Break(Ok(value)),
            Err(error) => {
                if let Some(failures) = &self.failures {
                    failures.fetch_add(1, Ordering::Relaxed);
                }
                ControlFlow::Continue(error)
            }
        }
    }
}

impl<T, E> Keep<Result<T, E>> for FirstOk<T, E> {
    type Output = Result<T, RaceError<E>>;

    #[inline]
    fn push_first(&mut self, output: Result<T, E>) -> ControlFlow<Self::Output> {
        let error = self.judge(output)?;
        self.errors.push_first(error);
        ControlFlow::Continue(())
    }

    #[inline]
    fn push(&mut self, output: Result<T, E>) -> ControlFlow<Self::Output> {
        let error = self.judge(output)?;
        self.errors.push(error);
        ControlFlow::Continue(())
    }

    fn push_pending(&mut self) {
        self.errors.push_pending();
    }

    fn count(&self) -> usize {
        self.errors.count()
    }

    fn set(&mut self, input: usize, output: Result<T, E>) -> ControlFlow<Self::Output> {
        let error = self.judge(output)?;
        self.errors.set(input, error);
        ControlFlow::Continue(())
    }

    fn finish(&mut self) -> Self::Output {
        Err(RaceError::new(self.errors.take().into_iter().map(Some).collect()))
    }

    fn clear(&mut self) {
        self.errors.clear();
    }
}

/// A pull that gives the next future when its time has come: when one has failed, or when none was started for the interval.
pub struct Staggered<P> {
    pull: P,
    interval: Duration,
    /// Each counts for one start. Shared with who takes the outputs, within one thread at a time.
    failures: Arc<AtomicUsize>,
    /// Counts from the last start. Boxed, as nothing of a pull is pinned; there while somebody waits.
    sleep: Option<Pin<Box<Sleep>>>,
    due: Option<Due>,
}

/// Why the next one may start.
#[derive(Clone, Copy)]
enum Due {
    AtFirst,
    Failure,
    Time,
}

impl<P> Staggered<P> {
    fn becomes_due(&mut self, cx: &mut Context<'_>) -> Option<Due> {
        if self.interval.is_zero() || self.take_failure() {
            return Some(Due::Failure);
        }
        if self.sleep.is_none() {
            // Later than the clock can say is never.
            let deadline = Instant::now().checked_add(self.interval)?;
            self.sleep = Some(Box::pin(sleep_until(deadline)));
        }
        // A contender may have spent the task's budget. It must not be able to put off the start of the others that way.
        let is_over = pin!(coop::unconstrained(self.sleep.as_mut()?)).poll(cx).is_ready();
        is_over.then_some(Due::Time)
    }

    fn take_failure(&self) -> bool {
        self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |failures| failures.checked_sub(1)).is_ok()
    }
}

impl<P: Pull> Pull for Staggered<P> {
    type Answer = Answered<Child<P>>;
    // The timer takes nothing from the contenders. They go first where the input lets them: a failure and the end of the
    // interval that come together are one start.
    const MAY_WAIT: bool = P::MAY_WAIT;

    fn pull(&mut self, cx: &mut Context<'_>) -> Self::Answer {
        if self.due.is_none() {
            self.due = self.becomes_due(cx);
        }
        let Some(due) = self.due else { return Answered(Ok(Pulled::Later)) };
        let answer = self.pull.pull(cx).answer();
        if matches!(answer, Ok(Pulled::Next(_)) | Err(_)) {
            if matches!(due, Due::Time) {
                // Of one that failed while the input had nothing.
                self.take_failure();
            }
            self.due = None;
            self.sleep = None;
        }
        Answered(answer)
    }
}

impl<P> fmt::Debug for Staggered<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staggered").field("interval", &self.interval).finish_non_exhaustive()
    }
}

/// An answer that was looked at.
#[derive(Debug)]
pub struct Answered<F: Future>(Result<Pulled<F>, F::Output>);

impl<F: Future> Answer for Answered<F> {
    type Future = F;

    fn answer(self) -> Result<Pulled<F>, F::Output> {
        self.0
    }
}
