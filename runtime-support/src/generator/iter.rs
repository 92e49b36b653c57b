//! Iterators written as bodies: the same engine, polled for one item at a time, with nobody to wake.

use std::fmt;
use std::future::Future;
use std::iter::FusedIterator;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::body::{Last, Start};
use super::core::Generator;

pin_project! {
    /// An iterator whose items are the `yield`s of a body.
    ///
    /// Made by `generator!`, `try_generator!` over a block or closure without `async`, and by [`iter`](fn@crate::iter). The body runs
    /// up to its next `yield` when the next item is asked for. After its end, an error or a panic there is no more item.
    ///
    /// A body may borrow from itself, so it must not move once it runs. Used by value the iterator puts it into a box with the first
    /// item; pinned (`let mut items = pin!(generator!({ .. }))`) it allocates nothing. A pinned box is an iterator too.
    ///
    /// # Panics
    /// [`next`](Iterator::next) panics with the body, and if the body waits for something: an iterator has no executor. An
    /// `.await` that is written down is refused by the macros, one that a macro hides is not.
    #[must_use = "an iterator does nothing unless it is asked for items: go through it with `for`"]
    #[project = Projected]
    pub struct GeneratorIter<T, S>
    where
        S: Start<'static, T>,
    {
        #[pin]
        body: Body<T, S>,
    }
}

pin_project! {
    #[project = Place]
    enum Body<T, S>
    where
        S: Start<'static, T>,
    {
        Here { #[pin] body: Generator<T, S> },
        Boxed { body: Pin<Box<Generator<T, S>>> },
    }
}

impl<T, S> GeneratorIter<T, S>
where
    S: Start<'static, T>,
{
    pub(super) fn new(body: Generator<T, S>) -> Self {
        Self { body: Body::Here { body } }
    }

    fn body(&self) -> &Generator<T, S> {
        match &self.body {
            Body::Here { body } => body,
            Body::Boxed { body } => body,
        }
    }
}

impl<T, S> Iterator for GeneratorIter<T, S>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        if let Body::Here { body } = &mut self.body {
            // Not pinned, so it has not started, or it is finished and can not start again.
            let moved = body.moved()?;
            self.body = Body::Boxed { body: Box::pin(moved) };
        }
        match &mut self.body {
            Body::Boxed { body } => next(body.as_mut()),
            Body::Here { .. } => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.body().size_hint()
    }
}

impl<T, S> Iterator for Pin<&mut GeneratorIter<T, S>>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        next_pinned(self.as_mut())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.body().size_hint()
    }
}

impl<T, S> Iterator for Pin<Box<GeneratorIter<T, S>>>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        next_pinned(self.as_mut())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.body().size_hint()
    }
}

#[inline]
fn next_pinned<T, S>(items: Pin<&mut GeneratorIter<T, S>>) -> Option<T>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    match items.project().body.project() {
        Place::Here { body } => next(body),
        Place::Boxed { body } => next(body.as_mut()),
    }
}

#[inline]
fn next<T, S>(mut body: Pin<&mut Generator<T, S>>) -> Option<T>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    match body.as_mut().poll_next(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(item) => item,
        Poll::Pending => {
            // As after any other panic, there is no more item.
            body.close();
            waits()
        }
    }
}

#[cold]
fn waits() -> ! {
    panic!(
        "the body of an iterator waits for something that is not ready, and an iterator has no executor: write `generator!(async ..)`"
    )
}

impl<T, S> FusedIterator for GeneratorIter<T, S>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
}

impl<T, S> FusedIterator for Pin<&mut GeneratorIter<T, S>>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
}

impl<T, S> FusedIterator for Pin<Box<GeneratorIter<T, S>>>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
}

impl<T, S> fmt::Debug for GeneratorIter<T, S>
where
    S: Start<'static, T>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.body().fmt(f)
    }
}
