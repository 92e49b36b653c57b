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
    /// A future that is a task of its own. `leave` has to be called at its end, also where it is dropped before.
    #[derive(Debug)]
    pub(super) struct Running<F> {
        #[pin]
        future: Option<F>,
        carried: Option<Arc<Carried>>,
        // What was handed over in it.
        scope: Scope,
        span: Span,
        has_waited: bool,
        has_left: bool,
    }
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
        Self { future: Some(future), carried, scope, span, has_waited: false, has_left: false }
    }

    /// Its output, or its panic.
    #[inline]
    pub(super) fn poll(self: Pin<&mut Self>, id: TaskId, cx: &mut Context<'_>) -> Poll<thread::Result<F::Output>> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { panic!("a task is polled up to its end") };
        let (span, carried) = (&*this.span, this.carried);
        let mark = Mark::now();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            list::within_task(id, || span.within(|| Carried::exactly(carried, || future.poll(cx))))
        }));
        this.scope.take_since(mark);
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    }
}

impl<F> Running<F> {
    /// It is pending: whether that is so for the first time.
    pub(super) fn begins_to_wait(self: Pin<&mut Self>) -> bool {
        !std::mem::replace(self.project().has_waited, true)
    }

    /// What goes along.
    pub(super) fn carried(self: Pin<&mut Self>) -> &mut Option<Arc<Carried>> {
        self.project().carried
    }

    /// Drops the future. `None` if that was done before.
    #[inline]
    pub(super) fn leave(self: Pin<&mut Self>, id: TaskId) -> Option<Left> {
        let mut this = self.project();
        if std::mem::replace(this.has_left, true) {
            return None;
        }
        let (span, carried, future) = (&*this.span, &mut *this.carried, &mut this.future);
        let mark = Mark::now();
        let drop_future = || list::within_task(id, || span.within(|| Carried::exactly(carried, || future.set(None))));
        let dropped = catch_unwind(AssertUnwindSafe(drop_future));
        this.scope.take_since(mark);
        Some(Left { scope: std::mem::take(this.scope), panicked: dropped.err() })
    }
}
