//! The input of a comprehension.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::pull::Pulled;

/// How many items there will be, as far as the input knows.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub(super) at_least: usize,
    pub(super) exactly: Option<usize>,
}

impl Extent {
    pub(super) const UNKNOWN: Self = Self { at_least: 0, exactly: None };

    pub(super) fn new((at_least, at_most): (usize, Option<usize>)) -> Self {
        Self { at_least, exactly: at_most.filter(|at_most| *at_most == at_least) }
    }
}

/// An iterator.
// Not `Copy`, whatever the iterator is: an async block that uses it by value has to own it.
#[derive(Debug)]
pub struct Items<I>(I);

impl<I: Iterator> Items<I> {
    pub(super) fn new(input: I) -> Self {
        Self(input)
    }

    /// The next item.
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "an inherent method needs no import in generated code")]
    pub fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    /// How many items there will be.
    pub fn extent(&self) -> Extent {
        Extent::new(self.0.size_hint())
    }

    /// The answer with what was made of the items, if anything was.
    #[inline]
    pub fn pulled<F>(&self, child: Option<F>) -> Pulled<F> {
        child.map_or(Pulled::End, Pulled::Next)
    }
}

pin_project! {
    /// A stream that is not under way yet.
    // Not `Copy`, as `Items`.
    #[derive(Debug)]
    pub struct Source<S> {
        #[pin]
        stream: S,
    }
}

/// See `Source`.
pub const fn source<S: Stream>(stream: S) -> Source<S> {
    Source { stream }
}

/// A stream.
#[derive(Debug)]
pub struct Awaited<'a, S> {
    stream: Pin<&'a mut S>,
    /// Whether it had nothing the last time, and will have more.
    is_pending: bool,
}

/// See `Awaited`.
pub fn awaited<S: Stream>(source: Pin<&mut Source<S>>) -> Awaited<'_, S> {
    Awaited { stream: source.project().stream, is_pending: false }
}

impl<S: Stream> Awaited<'_, S> {
    /// The next item, if it is there.
    pub fn next(&mut self, cx: &mut Context<'_>) -> Option<S::Item> {
        let item = self.stream.as_mut().poll_next(cx);
        self.is_pending = item.is_pending();
        match item {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        }
    }

    /// How many items there will be.
    pub fn extent(&self) -> Extent {
        Extent::new(self.stream.size_hint())
    }

    /// The answer with what was made of the items, if anything was.
    pub fn pulled<F>(&self, child: Option<F>) -> Pulled<F> {
        match child {
            Some(future) => Pulled::Next(future),
            None if self.is_pending => Pulled::Later,
            None => Pulled::End,
        }
    }
}
