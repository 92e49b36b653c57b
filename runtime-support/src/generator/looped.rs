//! A stream that a loop goes through, up to the end of the clean-ups in it when the loop is left early.

use std::convert::Infallible;
use std::fmt;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::scope::{HowLong, Scope};

pin_project! {
    /// The stream of a loop, until the loop is left.
    pub struct Looped<S> {
        #[pin]
        stream: Option<S>,
    }
}

/// See `Looped`.
pub fn looped<S: Stream>(stream: S) -> Looped<S> {
    Looped { stream: Some(stream) }
}

impl<S: Stream> Stream for Looped<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.project().stream.as_pin_mut().map_or(Poll::Ready(None), |stream| stream.poll_next(cx))
    }
}

/// Drops the stream and waits for the clean-ups that were open in it.
pub async fn close<S>(looped: &mut Pin<&mut Looped<S>>) {
    let mut scope = Scope::new();
    scope.give_up(|| looped.as_mut().project().stream.set(None));
    scope.clear(HowLong::Grace).await;
}

/// What a `?` may stand behind in the body of a loop: it goes on, or leaves the loop with what the `?` behind that makes of it.
#[diagnostic::on_unimplemented(
    message = "the `?` operator can only be applied to values that may fail, and this is `{Self}`",
    label = "this is `{Self}`",
    note = "a `?` stands behind a `Result`, an `Option` or a `ControlFlow`"
)]
pub trait Split {
    type Output;
    type Gone;
    fn split(self) -> Result<Self::Output, Self::Gone>;
}

/// `VALUE?` in two steps.
// The types stand for themselves: as projections they would be a second error where `V` is nothing for a `?`.
#[inline]
pub fn split<V: Split<Output = O, Gone = G>, O, G>(value: V) -> Result<O, G> {
    value.split()
}

/// A `match` as a part of an expression.
#[inline]
pub fn go<V>(value: V) -> V {
    value
}

#[diagnostic::do_not_recommend]
impl<T, E> Split for Result<T, E> {
    type Output = T;
    type Gone = Result<Infallible, E>;

    #[inline]
    fn split(self) -> Result<T, Result<Infallible, E>> {
        self.map_err(Err)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Split for Option<T> {
    type Output = T;
    type Gone = Option<Infallible>;

    #[inline]
    fn split(self) -> Result<T, Option<Infallible>> {
        self.ok_or(None)
    }
}

#[diagnostic::do_not_recommend]
impl<B, C> Split for ControlFlow<B, C> {
    type Output = C;
    type Gone = ControlFlow<B, Infallible>;

    fn split(self) -> Result<C, ControlFlow<B, Infallible>> {
        match self {
            ControlFlow::Continue(value) => Ok(value),
            ControlFlow::Break(value) => Err(ControlFlow::Break(value)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Split for Poll<Result<T, E>> {
    type Output = Poll<T>;
    type Gone = Result<Infallible, E>;

    fn split(self) -> Result<Poll<T>, Result<Infallible, E>> {
        match self {
            Poll::Ready(Ok(value)) => Ok(Poll::Ready(value)),
            Poll::Ready(Err(error)) => Err(Err(error)),
            Poll::Pending => Ok(Poll::Pending),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Split for Poll<Option<Result<T, E>>> {
    type Output = Poll<Option<T>>;
    type Gone = Result<Infallible, E>;

    fn split(self) -> Result<Poll<Option<T>>, Result<Infallible, E>> {
        match self {
            Poll::Ready(Some(Ok(value))) => Ok(Poll::Ready(Some(value))),
            Poll::Ready(Some(Err(error))) => Err(Err(error)),
            Poll::Ready(None) => Ok(Poll::Ready(None)),
            Poll::Pending => Ok(Poll::Pending),
        }
    }
}

impl<S> fmt::Debug for Looped<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Looped").field("is_open", &self.stream.is_some()).finish()
    }
}
