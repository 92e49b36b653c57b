//! `race!` and `race_ok!` over arms that all start at once.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::sweep::Sweep;
use super::{Arms, Failing};
use crate::concurrent::failures::{Failures, RaceError};

pin_project! {
    /// `race!` over arms: the first output.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Race<A, T> {
        #[pin]
        sweep: Sweep<A, T>,
    }
}

/// See `Race`.
#[inline]
pub fn race<A: Arms<T>, T>(arms: A, _output: PhantomData<T>) -> Race<A, T> {
    Race { sweep: Sweep::new(arms) }
}

impl<A: Arms<T>, T> Future for Race<A, T> {
    type Output = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let end = |_: Pin<&mut A>| unreachable!("an arm of a race that ends ends the race");
        self.project().sweep.poll(cx, "race!", end).map(|(Ok(output) | Err(output))| output)
    }
}

impl<A, T> fmt::Debug for Race<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race").finish_non_exhaustive()
    }
}

pin_project! {
    /// `race_ok!` over arms: the first `Ok`, or every error.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order, and the errors that were there.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct RaceOk<A, T, E> {
        #[pin]
        sweep: Sweep<A, T>,
        error: PhantomData<fn() -> E>,
    }
}

/// See `RaceOk`.
#[inline]
pub fn race_ok<A: Arms<T> + Failing<E>, T, E>(arms: A, _output: PhantomData<Result<T, E>>) -> RaceOk<A, T, E> {
    RaceOk { sweep: Sweep::new(arms), error: PhantomData }
}

impl<A: Arms<T> + Failing<E>, T, E> Future for RaceOk<A, T, E> {
    type Output = Result<T, RaceError<E>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let end = |arms: Pin<&mut A>| RaceError::new(Failures::of(arms));
        self.project().sweep.poll(cx, "race_ok!", end).map(|lost| match lost {
            Ok(error) => Err(error),
            Err(output) => Ok(output),
        })
    }
}

impl<A, T, E> fmt::Debug for RaceOk<A, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RaceOk").finish_non_exhaustive()
    }
}
