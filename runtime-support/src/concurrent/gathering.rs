//! `gather!` over a comprehension: a `Vec` in the order of the input.

use std::future::Future;
use std::marker::PhantomData;

use super::at_once::AtOnce;
use super::core::Outputs;
use super::failures::GatherErrors;
use super::input::Extent;
use super::keep::{All, AllErrors, FailFast};
use super::pull::{Answer, Pull};
use super::together::{Child, Together, Yield, together};

/// On its way to every output.
pub(super) type Gathering<P, F, T> = Together<P, F, All<T>, Vec<T>>;

/// On its way to every output, or to the first error.
pub(super) type TryGathering<P, F, T, E> = Together<P, F, FailFast<T, E>, Result<Vec<T>, E>>;

/// On its way to every output, or to every error.
pub(super) type GatheringErrors<P, F, T, E> = Together<P, F, AllErrors<T, E>, Result<Vec<T>, GatherErrors<E>>>;

/// `gather!` over a comprehension without a mark.
#[inline]
pub fn gather_each<P: Pull>(extent: Extent, at_once: AtOnce, pull: P) -> Gathering<P, Child<P>, Yield<P>> {
    together(extent, at_once, pull, All(Outputs::new(extent.at_least)))
}

/// With one.
#[inline]
pub fn try_gather_each<P, T, E>(extent: Extent, at_once: AtOnce, pull: P) -> TryGathering<P, Child<P>, T, E>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    together(extent, at_once, pull, FailFast(Outputs::new(extent.at_least), PhantomData))
}

/// With one, and `errors = all`.
#[inline]
pub fn gather_each_or_errors<P, T, E>(extent: Extent, at_once: AtOnce, pull: P) -> GatheringErrors<P, Child<P>, T, E>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    together(extent, at_once, pull, AllErrors(Outputs::new(extent.at_least)))
}
