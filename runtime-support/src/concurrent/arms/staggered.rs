//! `race_ok!` over arms that start one after another.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::sweep::{Emptied, Turns};
use super::{Arms, Failing};
use crate::concurrent::failures::{Failures, RaceError};
use crate::scope::Held;

pin_project! {
    /// `race_ok!` over arms with `stagger`: the first `Ok`, or every error.
    ///
    /// # Panics
    /// When polled again after it has returned. When polled outside of a tokio runtime with time enabled while the arms that have
    /// started are pending and others have not started.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order, and the errors that were there.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Staggered<A, T, E> {
        // Emptied at the end: all arms are gone before anybody sees an output or an error.
        #[pin]
        arms: Option<A>,
        turns: Turns,
        #[pin]
        start: Start,
        // The winner's output, while clean-ups of the others are waited for.
        held: Held<T>,
        error: PhantomData<fn() -> E>,
    }
}

/// See `Staggered`.
pub fn staggered<A, T, E>(arms: A, stagger: Duration, _output: PhantomData<Result<T, E>>) -> Staggered<A, T, E>
where
    A: Arms<T> + Failing<E>,
{
    let start = Start { started: 0, stagger, sleep: None };
    Staggered { arms: Some(arms), turns: Turns::new(A::COUNT), start, held: Held::new(), error: PhantomData }
}

impl<A: Arms<T> + Failing<E>, T, E> Future for Staggered<A, T, E> {
    type Output = Result<T, RaceError<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (arms, turns, mut start) = (this.arms, this.turns, this.start);
        let polled = this.held.poll(cx, |cx| {
            let mut emptied = Emptied::new(arms, "race_ok!");
            let mut arms = emptied.arms();
            let result = match start.as_mut().poll(turns, arms.as_mut(), cx) {
                Ok(()) if turns.pending() > 0 => {
                    emptied.keep();
                    return Poll::Pending;
                }
                Ok(()) => Ok(RaceError::new(Failures::of(arms))),
                Err(output) => Err(output),
            };
            drop(emptied);
            start.project().sleep.set(None);
            Poll::Ready(result)
        });
        polled.map(|lost| match lost {
            Ok(error) => Err(error),
            Err(output) => Ok(output),
        })
    }
}

impl<A, T, E> fmt::Debug for Staggered<A, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staggered").field("started", &self.start.started).finish_non_exhaustive()
    }
}

pin_project! {
    /// Who starts when: each arm that fails lets the next one start at once, and so does a time in which none was started.
    struct Start {
        started: usize,
        stagger: Duration,
        // Counts from the last start; there while others wait for theirs.
        #[pin]
        sleep: Option<Sleep>,
    }
}

impl Start {
    /// Polls the arms that have started, and starts others. `Err` is the winner's output.
    fn poll<T, A: Arms<T>>(
        mut self: Pin<&mut Self>,
        turns: &mut Turns,
        mut arms: Pin<&mut A>,
        cx: &mut Context<'_>,
    ) -> Result<(), T> {
        // The first one starts with the first poll.
        let started = self.started.max(1);
        let mut failed = turns.poll(arms.as_mut(), started, cx)?;
        for next in started..A::COUNT {
            if failed > 0 {
                failed -= 1;
            } else if !self.as_mut().is_due(cx) {
                *self.project().started = next;
                return Ok(());
            }
            self.as_mut().project().sleep.set(None);
            failed += turns.start(arms.as_mut(), next, cx)?;
        }
        *self.project().started = A::COUNT;
        Ok(())
    }

    /// Whether the time since the last start is over.
    fn is_due(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let mut this = self.project();
        if this.stagger.is_zero() {
            return true;
        }
        if this.sleep.is_none() {
            // Later than the clock can say is never.
            let Some(deadline) = Instant::now().checked_add(*this.stagger) else { return false };
            this.sleep.set(Some(sleep_until(deadline)));
        }
        // An arm may have spent the task's budget. It must not be able to put off the start of the others that way.
        this.sleep.as_pin_mut().is_some_and(|sleep| pin!(coop::unconstrained(sleep)).poll(cx).is_ready())
    }
}
