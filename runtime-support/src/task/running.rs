//! The future of a task, with all that goes along with it, up to its end.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;

use super::list;
use super::who::TaskId;
use crate::scope::{Carried, Mark, Scope};
use crate::span::Span;

pin_project! {
    /// A future that is a task of its own. `leave` has to be called where it is dropped before its end.
    #[derive(Debug)]
    #[project = Projection]
    pub(super) struct Running<F> {
        // Up to its end.
        #[pin]
        future: Option<F>,
        carried: Option<Arc<Carried>>,
        // What was handed over in it.
        scope: Scope,
        span: Span,
        has_waited: bool,
    }
}

/// What a poll has given.
pub(super) enum Polled<T> {
    Pending,
    /// Its output, and what is left: the future is dropped.
    Returned(T, Left),
    /// The future is still there.
    Panicked(Box<dyn Any + Send>),
}

/// What is left of a task.
pub(super) struct Left {
    /// What was handed over in it.
    pub(super) scope: Scope,
    /// A destructor has.
    pub(super) panicked: Option<Box<dyn Any + Send>>,
}

impl<F: Future> Running<F> {
    #[inline]
    pub(super) fn new(future: F, carried: Option<Arc<Carried>>) -> Self {
        let (scope, span) = (Scope::new(), Span::current());
        Self { future: Some(future), carried, scope, span, has_waited: false }
    }

    /// Polls the future, and drops it where it has returned.
    #[inline]
    pub(super) fn poll(self: Pin<&mut Self>, id: TaskId, cx: &mut Context<'_>) -> Polled<F::Output> {
        let mut output = None;
        let done = self.within(id, |mut future| {
            let Some(running) = future.as_mut().as_pin_mut() else { panic!("a task is polled up to its end") };
            if let Poll::Ready(returned) = running.poll(cx) {
                output = Some(returned);
                // It belongs to the same moment, which is entered only once.
                future.set(None);
            }
        });
        match (output, done) {
            (None, (Ok(()), _)) => Polled::Pending,
            (None, (Err(payload), _)) => Polled::Panicked(payload),
            (Some(output), (dropped, scope)) => {
                Polled::Returned(output, Left { scope: std::mem::take(scope), panicked: dropped.err() })
            }
        }
    }
}

impl<F> Running<F> {
    /// Runs something as a part of the task. Gives what was handed over in it as well.
    #[inline]
    fn within(self: Pin<&mut Self>, id: TaskId, run: impl FnOnce(Pin<&mut Option<F>>)) -> (thread::Result<()>, &mut Scope) {
        let Projection { future, carried, scope, span, .. } = self.project();
        let mark = Mark::now();
        let run = || list::within_task(id, || span.within(|| Carried::exactly(carried, || run(future))));
        let done = catch_unwind(AssertUnwindSafe(run));
        scope.take_since(mark);
        (done, scope)
    }

    /// It is pending: whether that is so for the first time.
    pub(super) fn begins_to_wait(self: Pin<&mut Self>) -> bool {
        !std::mem::replace(self.project().has_waited, true)
    }

    /// What goes along.
    pub(super) fn carried(self: Pin<&mut Self>) -> &mut Option<Arc<Carried>> {
        self.project().carried
    }

    /// Whether its future is gone.
    #[inline]
    pub(super) fn has_left(&self) -> bool {
        self.future.is_none()
    }

    /// Drops the future. `None` if that was done before.
    pub(super) fn leave(self: Pin<&mut Self>, id: TaskId) -> Option<Left> {
        self.future.as_ref()?;
        let (dropped, scope) = self.within(id, |mut future| future.set(None));
        Some(Left { scope: std::mem::take(scope), panicked: dropped.err() })
    }
}
