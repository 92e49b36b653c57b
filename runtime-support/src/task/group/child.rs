//! The handle of a child.

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem::needs_drop;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::task::cancel::Cancel;
use crate::task::error::TaskError;
use crate::task::handle::Handle;
use crate::task::who::TaskId;

/// The handle of a task that belongs to a [`task_group`](crate::task_group).
///
/// Awaiting it gives the child's output: first the [`TaskError`], then the child's own error, as in `child.await??`. The child belongs to
/// its group, so dropping this cancels nothing. If the child fails the
/// group has what it failed with, and this gives a [`TaskError`] with the text of that; in a group that
/// [ignores](crate::OnFailure::Ignore) failures this gives the failure itself.
///
/// # Cancel safety
/// Polling it by `&mut` and stopping loses nothing.
///
/// # Panics
/// Polled again after it has given its output.
pub struct Child<T> {
    /// Until it is given away.
    handle: Option<Handle<T>>,
}

impl<T> Child<T> {
    pub(super) fn new(handle: Handle<T>) -> Self {
        Self { handle: Some(handle) }
    }

    /// Cancels the child now, which is no failure: the others go on. Awaiting what this returns waits until it is gone, with the
    /// clean-ups that were open in it. One that has ended before keeps its output, which this gives.
    pub fn cancel(mut self) -> Cancel<T> {
        Cancel::new(self.give_away())
    }

    /// Waits for one whose output nobody wants.
    pub(super) async fn without_output(mut self) -> TaskError {
        let mut handle = self.give_away();
        poll_fn(|cx| handle.poll_ended(cx)).await;
        handle.into_error()
    }

    fn handle(&self) -> &Handle<T> {
        self.handle.as_ref().expect("it is given away at the end alone")
    }

    fn give_away(&mut self) -> Handle<T> {
        self.handle.take().expect("it is given away at the end alone")
    }

    /// Whether it has ended, in whatever way.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.handle().is_finished()
    }

    /// The name that it was given.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.handle().who.name.given()
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.handle().who.id
    }

    /// Where it was spawned.
    #[must_use]
    pub fn site(&self) -> &'static Location<'static> {
        self.handle().who.site
    }
}

impl<T> Future for Child<T> {
    type Output = Result<T, TaskError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.handle.as_mut().expect("it is given away at the end alone").poll(cx)
    }
}

impl<T> Unpin for Child<T> {}

impl<T> Drop for Child<T> {
    #[inline]
    fn drop(&mut self) {
        // What needs no drop may come whenever it likes.
        if let (true, Some(handle)) = (needs_drop::<T>(), &self.handle) {
            handle.give_up_output();
        }
    }
}

impl<T> fmt::Debug for Child<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.handle {
            Some(handle) => handle.fmt_as("Child", f),
            None => f.write_str("Child"),
        }
    }
}
