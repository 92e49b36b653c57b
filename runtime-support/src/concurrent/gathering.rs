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

/// `gather!` over a comprehension without a mark.
#[inline]
pub fn gather_each<P: Pull>(extent: Extent, at_once: AtOnce, pull: P) -> Together<P, Child<P>, All<Yield<P>>, Vec<Yield<P>>> {
    together(extent, at_once, pull, All(Outputs::new(extent.at_least)))
}

/// With one.
#[inline]
pub fn try_gather_each<P, T, E>(
    extent: Extent,
    at_once: AtOnce,
    pull: P,
) -> Together<P, Child<P>, FailFast<T, E>, Result<Vec<T>, E>>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    together(extent, at_once, pull, FailFast(Outputs::new(extent.at_least), PhantomData))
}

/// With one, and `errors = all`.
#[inline]
pub fn gather_each_or_errors<P, T, E>(
    extent: Extent,
    at_once: AtOnce,
    pull: P,
) -> Together<P, Child<P>, AllErrors<T, E>, Result<Vec<T>, GatherErrors<E>>>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    together(extent, at_once, pull, AllErrors(Outputs::new(extent.at_least)))
}
