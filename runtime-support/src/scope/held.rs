//! The outcome of a construct that has given something up, until the clean-ups in that have ended.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;

use pin_project_lite::pin_project;

use super::notes::Mark;
use super::waiting::{HowLong, Scope};

/// Keeps what a construct has taken, and its outcome while it waits for that. Empty, it is one word.
pub(crate) struct Held<O>(Option<Box<Holding<O>>>);

struct Holding<O> {
    scope: Scope,
    outcome: Option<thread::Result<O>>,
}

impl<O> Held<O> {
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    /// Runs a construct. It ends with `Ok` when there was nothing to give up: that is seen at once, and clean-ups that are still
    /// outstanding are the business of who is around. `Err` and a panic are ends that give up what was left: they are seen when the
    /// clean-ups in it have ended. `run` has dropped it by then.
    #[inline]
    pub(crate) fn poll<R>(
        &mut self,
        cx: &mut Context<'_>,
        run: impl FnOnce(&mut Context<'_>) -> Poll<Result<R, O>>,
    ) -> Poll<Result<R, O>> {
        if self.is_waiting() {
            return self.wait(cx);
        }
        let mark = Mark::now();
        let polled = catch_unwind(AssertUnwindSafe(|| run(cx)));
        if mark.is_past() {
            self.holding().scope.take_since(mark);
        }
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(output))) => {
                self.0 = None;
                Poll::Ready(Ok(output))
            }
            Ok(Poll::Ready(Err(output))) if self.0.is_none() => Poll::Ready(Err(output)),
            Err(payload) if self.0.is_none() => resume_unwind(payload),
            Ok(Poll::Ready(Err(output))) => self.hold(Ok(output), cx),
            Err(payload) => self.hold(Err(payload), cx),
        }
    }

    /// Whether the construct has ended, and its outcome is not seen yet.
    #[inline]
    pub(crate) fn is_waiting(&self) -> bool {
        self.0.as_ref().is_some_and(|holding| holding.outcome.is_some())
    }

    fn holding(&mut self) -> &mut Holding<O> {
        self.0.get_or_insert_with(|| Box::new(Holding { scope: Scope::new(), outcome: None }))
    }

    #[cold]
    fn hold<R>(&mut self, outcome: thread::Result<O>, cx: &mut Context<'_>) -> Poll<Result<R, O>> {
        self.holding().outcome = Some(outcome);
        self.wait(cx)
    }

    #[cold]
    fn wait<R>(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, O>> {
        ready!(self.holding().scope.poll_clear(HowLong::Grace, cx));
        match self.0.take().and_then(|holding| holding.outcome) {
            Some(Ok(output)) => Poll::Ready(Err(output)),
            Some(Err(payload)) => resume_unwind(payload),
            None => unreachable!("an outcome is waited for while there is one"),
        }
    }
}

impl<O> fmt::Debug for Held<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Held").field(&self.0.as_ref().map(|holding| &holding.scope)).finish()
    }
}

pin_project! {
    /// A future whose `Err` and whose panic are seen when the clean-ups in what it leaves have ended.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub(crate) struct Settled<F, E> {
        #[pin]
        future: F,
        held: Held<E>,
    }
}

/// See `Settled`.
pub(crate) fn settled<F: Future<Output = Result<R, E>>, R, E>(future: F) -> Settled<F, E> {
    Settled { future, held: Held::new() }
}

impl<F: Future<Output = Result<R, E>>, R, E> Future for Settled<F, E> {
    type Output = Result<R, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<R, E>> {
        let this = self.project();
        let future = this.future;
        this.held.poll(cx, |cx| future.poll(cx))
    }
}

pin_project! {
    /// A future that can not fail, without its `Result`.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub(crate) struct Sure<F> {
        #[pin]
        future: F,
    }
}

/// See `Sure`.
pub(crate) fn sure<F: Future<Output = Result<R, Infallible>>, R>(future: F) -> Sure<F> {
    Sure { future }
}

impl<F: Future<Output = Result<R, Infallible>>, R> Future for Sure<F> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        self.project().future.poll(cx).map(|Ok(output)| output)
    }
}
