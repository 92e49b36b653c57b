//! `as_completed!`: outputs in the order in which they come.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::at_once::AtOnce;
use super::input::Extent;
use super::keep::Keep;
use super::pull::{Answer, Pull};
use super::stream::Outputs;
use super::together::{Child, Together, Yield, together};
use crate::generator::Outlet;
use crate::scope::Held;

/// Outputs that have come and that nobody has asked for yet, each with the index of its input.
#[derive(Debug)]
pub(super) struct Unread<O> {
    outputs: VecDeque<(usize, O)>,
    pushed: usize,
    /// Another one lies where the reader takes it from.
    is_one_out: bool,
}

impl<O> Keep<O> for Unread<O> {
    type Output = ();

    fn push_first(&mut self, output: O) -> ControlFlow<()> {
        self.push(output)
    }

    fn push(&mut self, output: O) -> ControlFlow<()> {
        self.outputs.push_back((self.pushed, output));
        self.pushed += 1;
        ControlFlow::Continue(())
    }

    fn push_pending(&mut self) {
        self.pushed += 1;
    }

    fn count(&self) -> usize {
        self.pushed
    }

    fn set(&mut self, input: usize, output: O) -> ControlFlow<()> {
        self.outputs.push_back((input, output));
        ControlFlow::Continue(())
    }

    fn finish(&mut self) {}

    fn clear(&mut self) {
        self.outputs.clear();
    }

    fn unread(&self) -> usize {
        self.outputs.len() + usize::from(self.is_one_out)
    }
}

/// Futures under way to outputs that are read one by one.
pub struct Completing<P, F: Future, O> {
    together: Together<P, F, Unread<O>, ()>,
    /// The panic of a future, while clean-ups of the others are waited for.
    held: Held<Infallible>,
}

/// See `Completing`.
pub fn completing<P: Pull>(at_once: AtOnce, pull: P) -> Completing<P, Child<P>, Yield<P>> {
    let unread = Unread { outputs: VecDeque::new(), pushed: 0, is_one_out: false };
    Completing { together: together(Extent::UNKNOWN, at_once, pull, unread), held: Held::new() }
}

impl<P: Pull<Answer: Answer<Future = F>>, F: Future> Completing<P, F, F::Output> {
    /// Lets everybody get on who can. Pending behind a panic, which goes on when everything is cleaned up.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Self { together, held } = self;
        let advanced = held.poll(cx, |cx| {
            // Nothing ends it early.
            let (ControlFlow::Continue(()) | ControlFlow::Break(())) = together.advance(cx);
            Poll::Ready(Ok(()))
        });
        advanced.map(|Ok(())| ())
    }

    fn take(&mut self) -> Option<(usize, F::Output)> {
        self.together.keep().outputs.pop_front()
    }

    pub(super) fn set_limit(&mut self, at_once: AtOnce) {
        self.together.set_limit(at_once);
    }
}

impl<P: Pull<Answer: Answer<Future = F>>, F: Future> Outputs for Completing<P, F, F::Output> {
    type Output = F::Output;

    fn poll_output(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(usize, F::Output)>> {
        ready!(self.advance(cx));
        match self.take() {
            None if !self.together.is_done() => Poll::Pending,
            output => Poll::Ready(output),
        }
    }

    fn drive(mut self: Pin<&mut Self>, cx: &mut Context<'_>) {
        // A panic waits for the next poll as well.
        let (Poll::Ready(()) | Poll::Pending) = self.advance(cx);
    }

    fn is_done(&self) -> bool {
        self.together.is_done() && self.together.kept().outputs.is_empty() && !self.held.is_waiting()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.together.kept().outputs.len(), None)
    }
}

impl<P, F: Future, O> fmt::Debug for Completing<P, F, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completing").field("together", &self.together).finish()
    }
}

/// The body of the stream: puts an output into the outlet whenever there is room for one, and lets the futures get on in any case.
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Deliver<'y, P, F: Future, O> {
    completing: Completing<P, F, O>,
    outlet: Outlet<'y, (usize, O)>,
}

/// See `Deliver`.
pub fn deliver<P, F: Future, O>(completing: Completing<P, F, O>, outlet: Outlet<'_, (usize, O)>) -> Deliver<'_, P, F, O> {
    Deliver { completing, outlet }
}

// Nothing is polled in its place.
impl<P, F: Future, O> Unpin for Deliver<'_, P, F, O> {}

impl<P: Pull<Answer: Answer<Future = F>>, F: Future> Future for Deliver<'_, P, F, F::Output> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { completing, outlet } = &mut *self;
        let is_free = outlet.is_free();
        completing.together.keep().is_one_out = !is_free;
        ready!(completing.advance(cx));
        if !is_free {
            return Poll::Pending;
        }
        match completing.take() {
            Some(output) => outlet.put(output),
            None if completing.together.is_done() => return Poll::Ready(()),
            None => {}
        }
        Poll::Pending
    }
}
