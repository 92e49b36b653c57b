//! What comes out of a `with!`: the body's own result, unless a context has failed and the body has not.
//!
//! How an error of a context becomes a result is decided by the types of both. Methods take the cases that are special; where a type
//! is none of them, method resolution goes on behind `Deref`. So each rule is stated once, at the tokens that break it. Nothing of
//! this is left at run time but a function.

use std::any::type_name_of_val;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::Deref;
use std::panic::resume_unwind;

use super::attempt::Outcome;
use super::frame::{Ended, Frame};
use super::lender::Exit;
use crate::concurrent::given::no_value;
use crate::report::ReportKind;

/// What a body gives, as a type.
#[derive(Debug)]
pub struct Answer<R>(AnyAnswer<R>);

/// Behind an [`Answer`] that is no `Result`.
#[derive(Debug)]
pub struct AnyAnswer<R>(PhantomData<fn() -> R>);

impl<R> Answer<R> {
    pub(super) const fn new() -> Self {
        Self(AnyAnswer(PhantomData))
    }

    /// Of a body that never ends: it is not asked what that gives.
    pub fn never(&self) -> &AnyAnswer<R> {
        self
    }
}

impl<R> Deref for Answer<R> {
    type Target = AnyAnswer<R>;

    fn deref(&self) -> &AnyAnswer<R> {
        &self.0
    }
}

/// The name of a body's error, if it gave one.
// Its text would take a bound. Where the error is inferred from behind the `with!`, rustc takes a bound for kept, and it may not be.
type Failure<R> = fn(&R) -> Option<&'static str>;

impl<T, A> Answer<Result<T, A>> {
    /// What the clean-up is told.
    pub fn exit(&self, outcome: &Outcome<Result<T, A>>) -> Exit {
        exit(outcome, Result::is_err)
    }

    /// How to tell that the body has failed.
    pub fn failure(&self) -> Failure<Result<T, A>> {
        |result| result.as_ref().err().map(type_name_of_val)
    }
}

impl<R> AnyAnswer<R> {
    /// What the clean-up is told.
    pub fn exit(&self, outcome: &Outcome<R>) -> Exit {
        exit(outcome, |_| false)
    }

    /// The body gives no error.
    pub fn failure(&self) -> Failure<R> {
        |_| None
    }
}

fn exit<R>(outcome: &Outcome<R>, is_err: impl FnOnce(&R) -> bool) -> Exit {
    match outcome {
        Outcome::Ended(output) if is_err(output) => Exit::Failed,
        Outcome::Ended(_) => Exit::Completed,
        Outcome::Panicked(_) => Exit::Panicked,
        Outcome::NotBegun => Exit::Cancelled,
    }
}

impl<R> Outcome<R> {
    /// The result of a `with!`. The body's own panic goes first, then a clean-up's, then the body's error, then a context's; what does
    /// not get through is reported.
    pub fn conclude<T, E>(self, frame: &mut Frame<'_, T, E>, failure: Failure<R>, convert: fn(E) -> R) -> R {
        let (ended, teller) = frame.end();
        match (self, ended) {
            (Self::Ended(output), Ended::Well) => output,
            (Self::Ended(output), Ended::Failed(error)) if failure(&output).is_some() => {
                teller.failed(&error);
                output
            }
            (Self::Ended(_) | Self::NotBegun, Ended::Failed(error)) => convert(error),
            (Self::Ended(output), Ended::Panicked(payload)) => {
                if let Some(what) = failure(&output) {
                    teller.tell(ReportKind::BodyFailed, format!("failed with a `{what}`, and then the clean-up panicked"));
                }
                resume_unwind(payload)
            }
            (Self::Panicked(payload), ended) => {
                teller.ended(ended);
                resume_unwind(payload)
            }
            (Self::NotBegun, Ended::Panicked(payload)) => resume_unwind(payload),
            (Self::NotBegun, Ended::Well) => unreachable!("a set-up that has not failed has lent its value"),
        }
    }
}

/// What a context fails with, as a type.
#[derive(Debug)]
pub struct Errors<E>(PossibleErrors<E>);

/// Behind [`Errors`] that are not impossible. One step for each rule: where the type is not known, as something else is wrong, the
/// first one is taken and nothing is said.
#[derive(Debug)]
pub struct PossibleErrors<E>(AnyErrors<E>);

/// Behind [`PossibleErrors`] that are not those of a stack.
#[derive(Debug)]
pub struct AnyErrors<E>(PhantomData<fn(E)>);

impl<T, E> Frame<'_, T, E> {
    /// What it fails with.
    pub fn errors(&self) -> Errors<E> {
        Errors(PossibleErrors(AnyErrors(PhantomData)))
    }
}

impl<E> Deref for Errors<E> {
    type Target = PossibleErrors<E>;

    fn deref(&self) -> &PossibleErrors<E> {
        &self.0
    }
}

impl<E> Deref for PossibleErrors<E> {
    type Target = AnyErrors<E>;

    fn deref(&self) -> &AnyErrors<E> {
        &self.0
    }
}

impl Errors<Infallible> {
    /// There is no error, so any result will do.
    pub fn within<R>(&self, _: &AnyAnswer<R>) -> Never<R> {
        Never(PhantomData)
    }
}

/// The error of an [`ExitStack`](crate::ExitStack), which takes the body's type of errors for its own.
#[derive(Debug)]
pub struct Same<E>(pub(super) E);

impl<E> PossibleErrors<Same<E>> {
    /// The body's error is the same, or there is none.
    pub fn within<R>(&self, _: &AnyAnswer<R>) -> WithinSame<R, E> {
        WithinSame(AnyWithinSame(PhantomData))
    }
}

impl<E> AnyErrors<E> {
    /// The body's result has to take it.
    pub fn within<R>(&self, _: &AnyAnswer<R>) -> Within<R, E> {
        Within(AnyWithin(PhantomData))
    }
}

/// No error has to become a result.
#[derive(Debug)]
pub struct Never<R>(PhantomData<fn() -> R>);

impl<R> Never<R> {
    pub fn fits(&self) -> &Self {
        self
    }

    pub fn convert(&self) -> fn(Infallible) -> R {
        |never| match never {}
    }
}

/// An error of a stack that has to become a result.
#[derive(Debug)]
pub struct WithinSame<R, E>(AnyWithinSame<R, E>);

/// Behind a [`WithinSame`] whose result is no `Result`.
#[derive(Debug)]
pub struct AnyWithinSame<R, E>(PhantomData<fn(E) -> R>);

impl<R, E> Deref for WithinSame<R, E> {
    type Target = AnyWithinSame<R, E>;

    fn deref(&self) -> &AnyWithinSame<R, E> {
        &self.0
    }
}

impl<R, E> WithinSame<R, E> {
    pub fn fits(&self) -> &Self {
        self
    }
}

impl<T, E> WithinSame<Result<T, E>, E> {
    pub fn convert(&self) -> fn(Same<E>) -> Result<T, E> {
        |Same(error)| Err(error)
    }
}

impl<R> AnyWithinSame<R, Infallible> {
    pub fn convert(&self) -> fn(Same<Infallible>) -> R {
        |Same(never)| match never {}
    }
}

/// An error that has to become a result.
#[derive(Debug)]
pub struct Within<R, E>(AnyWithin<R, E>);

/// Behind a [`Within`] whose result is no `Result`.
#[derive(Debug)]
pub struct AnyWithin<R, E>(PhantomData<fn(E) -> R>);

impl<R, E> Deref for Within<R, E> {
    type Target = AnyWithin<R, E>;

    fn deref(&self) -> &AnyWithin<R, E> {
        &self.0
    }
}

impl<T, A, E> Within<Result<T, A>, E> {
    pub fn fits(&self) -> &Self {
        self
    }

    pub fn convert(&self) -> fn(E) -> Result<T, A>
    where
        A: TakesError<E>,
    {
        |error| Err(A::take_error(error))
    }
}

impl<R, E> AnyWithin<R, E> {
    pub fn fits(&self) -> &Self
    where
        R: MayFail<E>,
    {
        self
    }

    pub fn convert(&self) -> fn(E) -> R {
        |_| no_value()
    }
}

/// An error of a body that takes those of a context.
#[diagnostic::on_unimplemented(
    message = "this context fails with `{E}`, of which the body can not make its own error, `{Self}`",
    label = "fails with `{E}`",
    note = "implement `From<{E}>` for `{Self}`, or change the context's error with `.map_err(..)`"
)]
pub trait TakesError<E> {
    fn take_error(error: E) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E, A: From<E>> TakesError<E> for A {
    fn take_error(error: E) -> Self {
        error.into()
    }
}

/// A result with a place for an error.
#[diagnostic::on_unimplemented(
    message = "a context of this `with!` can fail with `{E}`, and its body gives `{Self}`",
    label = "gives `{Self}`",
    note = "let the body give a `Result`, whose error is made from `{E}` by `From`"
)]
pub trait MayFail<E> {}

#[diagnostic::do_not_recommend]
impl<T, A, E> MayFail<E> for Result<T, A> {}
