//! `gather!` over a comprehension: a `Vec` in the order of the input.

use std::future::Future;
use std::marker::PhantomData;

use super::at_once::AtOnce;
use super::input::Extent;
use super::keep::{All, AllErrors, FailFast, Outputs};
use super::pull::{Answer, Pull};
use super::together::{Child, Together, Yield, together};

/// `gather!` over a comprehension without a mark.
#[inline]
pub fn gather_each<P: Pull>(extent: Extent, at_once: AtOnce, pull: P) -> Together<P, Child<P>, All<Yield<P>>> {
    together(pull, at_once, All(Outputs::new(extent)))
}

/// With one.
#[inline]
pub fn try_gather_each<P, T, E>(extent: Extent, at_once: AtOnce, pull: P) -> Together<P, Child<P>, FailFast<T, E>>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    together(pull, at_once, FailFast(Outputs::new(extent), PhantomData))
}

/// With one, and `errors = all`.
#[inline]
pub fn gather_each_or_errors<P, T, E>(extent: Extent, at_once: AtOnce, pull: P) -> Together<P, Child<P>, AllErrors<T, E>>
where
    P: Pull<Answer: Answer<Future: Future<Output = Result<T, E>>>>,
{
    together(pull, at_once, AllErrors(Outputs::new(extent)))
}
