//! The wait for a task that was cancelled.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::handle::Handle;
use crate::scope::{HowLong, Scope};

/// The future of [`Task::cancel`](crate::Task::cancel) and [`Child::cancel`](crate::Child::cancel): when it is ready, the task is
/// gone, with the clean-ups that were open in it.
///
/// It resolves to the output if the task had ended before, and else to `None`. One that takes longer to stop than the grace period
/// in force (see [`with_grace`](crate::with_grace)) is reported and goes on stopping.
#[must_use = "the task is cancelled, but without `.await` nothing waits until it is gone"]
pub struct Cancel<T> {
    handle: Handle<T>,
    scope: Scope,
    is_waiting: bool,
}

impl<T> Cancel<T> {
    /// Cancels it now.
    pub(super) fn new(handle: Handle<T>) -> Self {
        let mut scope = Scope::new();
        handle.cancel(&mut scope);
        let is_waiting = !scope.is_empty();
        Self { handle, scope, is_waiting }
    }
}

impl<T> Future for Cancel<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        ready!(this.scope.poll_clear(HowLong::Grace, cx));
        if this.is_waiting && this.handle.lives() {
            // It takes too long, which is reported.
            return Poll::Ready(None);
        }
        ready!(this.handle.poll_ended(cx));
        if let Some(stop) = this.handle.still_stopping() {
            this.scope.add(stop);
            ready!(this.scope.poll_clear(HowLong::Grace, cx));
        }
        match this.handle.take() {
            Ok(output) => Poll::Ready(Some(output)),
            Err(error) => {
                error.report_panic();
                Poll::Ready(None)
            }
        }
    }
}

impl<T> Unpin for Cancel<T> {}

impl<T> fmt::Debug for Cancel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("task", &self.handle).finish_non_exhaustive()
    }
}
