//! `gather!` over arms.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::sweep::Sweep;
use super::{Arms, Failing};
use crate::concurrent::failures::{Failures, GatherErrors};

const NAME: &str = "gather!";

pin_project! {
    /// `gather!` over arms without a mark: a tuple of their outputs.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Gather<A, M> {
        #[pin]
        sweep: Sweep<A, Infallible>,
        flatten: M,
    }
}

/// See `Gather`. `flatten` makes one tuple of the tree.
#[inline]
pub fn gather<A, M, R>(arms: A, flatten: M) -> Gather<A, M>
where
    A: Arms<Infallible>,
    M: Fn(A::Output) -> R,
{
    Gather { sweep: Sweep::new(arms), flatten }
}

impl<A, M, R> Future for Gather<A, M>
where
    A: Arms<Infallible>,
    M: Fn(A::Output) -> R,
{
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let this = self.project();
        this.sweep.poll(cx, NAME, A::take).map(|Ok::<_, Infallible>(outputs)| (this.flatten)(outputs))
    }
}

impl<A, M> fmt::Debug for Gather<A, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").finish_non_exhaustive()
    }
}

pin_project! {
    /// `gather!` over arms of which some have a mark: a tuple, or the first error.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct TryGather<A, M, E> {
        #[pin]
        sweep: Sweep<A, E>,
        flatten: M,
    }
}

/// See `TryGather`.
#[inline]
pub fn try_gather<A, M, R, E>(arms: A, flatten: M, _error: PhantomData<E>) -> TryGather<A, M, E>
where
    A: Arms<E>,
    M: Fn(A::Output) -> R,
{
    TryGather { sweep: Sweep::new(arms), flatten }
}

impl<A, M, R, E> Future for TryGather<A, M, E>
where
    A: Arms<E>,
    M: Fn(A::Output) -> R,
{
    type Output = Result<R, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.sweep.poll(cx, NAME, A::take).map_ok(|outputs| (this.flatten)(outputs))
    }
}

impl<A, M, E> fmt::Debug for TryGather<A, M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryGather").finish_non_exhaustive()
    }
}

pin_project! {
    /// `gather!` over arms with `errors = all`: a tuple, or every error.
    ///
    /// # Panics
    /// When polled again after it has returned.
    ///
    /// # Cancel safety
    /// Dropping it drops its arms, in written order, and the errors that were there.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct GatherAll<A, M, E> {
        #[pin]
        sweep: Sweep<A, Infallible>,
        flatten: M,
        error: PhantomData<fn() -> E>,
    }
}

/// See `GatherAll`.
pub fn gather_all<A, M, R, E>(arms: A, flatten: M, _error: PhantomData<E>) -> GatherAll<A, M, E>
where
    A: Arms<Infallible> + Failing<E>,
    M: Fn(A::Output) -> R,
{
    GatherAll { sweep: Sweep::new(arms), flatten, error: PhantomData }
}

impl<A, M, R, E> Future for GatherAll<A, M, E>
where
    A: Arms<Infallible> + Failing<E>,
    M: Fn(A::Output) -> R,
{
    type Output = Result<R, GatherErrors<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let end = |mut arms: Pin<&mut A>| {
            let failures = Failures::of(arms.as_mut());
            if failures.is_empty() { Ok(arms.take()) } else { Err(GatherErrors::new(failures)) }
        };
        this.sweep.poll(cx, NAME, end).map(|Ok::<_, Infallible>(result)| result.map(|outputs| (this.flatten)(outputs)))
    }
}

impl<A, M, E> fmt::Debug for GatherAll<A, M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatherAll").finish_non_exhaustive()
    }
}
