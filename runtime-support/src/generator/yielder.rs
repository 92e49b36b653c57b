//! The handle that a body may lend: several yields may wait at once, first come, first served.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::core::{Handle, Line, Ticket};

/// A body's handle to its stream: [`emit`](Self::emit) delivers an item.
///
/// It can be lent and copied, to helper functions, to recursion and to futures that run side by side, but it can not leave the
/// body: the lifetime `'y` is the body's own.
///
/// ```
/// use weftwork::{Yielder, for_await, stream};
///
/// async fn count_down(y: &Yielder<'_, u32>, from: u32) {
///     for n in (0..from).rev() {
///         y.emit(n).await;
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut seen = Vec::new();
/// for_await!(for n in stream(async |y| { count_down(&y, 3).await; y.emit(100).await; }) {
///     seen.push(n);
/// });
/// assert_eq!(seen, [2, 1, 0, 100]);
/// # });
/// ```
pub struct Yielder<'y, T> {
    line: Handle<'y, Line<T>>,
    items: PhantomData<fn(T) -> T>,
}

impl<'y, T> Yielder<'y, T> {
    pub(super) fn new(line: Handle<'y, Line<T>>) -> Self {
        Self { line, items: PhantomData }
    }

    /// Delivers `item` to whoever polls the stream, and goes on when the next one is asked for.
    ///
    /// Items that are emitted at the same time are delivered in the order in which their futures were first polled.
    ///
    /// # Cancel safety
    /// Dropped before its first poll, or while it waits behind another item, it has delivered nothing and the item is dropped.
    /// Once the stream has taken the item over, it is delivered even if this future is dropped.
    pub fn emit(&self, item: T) -> Emit<'y, T> {
        Emit { yielder: *self, stage: Stage::New(item) }
    }
}

impl<T> Clone for Yielder<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Yielder<'_, T> {}

impl<T> fmt::Debug for Yielder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yielder").finish_non_exhaustive()
    }
}

/// The future of [`Yielder::emit`].
#[must_use = "nothing is delivered unless the future is awaited"]
pub struct Emit<'y, T> {
    yielder: Yielder<'y, T>,
    stage: Stage<T>,
}

enum Stage<T> {
    New(T),
    /// The item is in the line, or has left it.
    Waiting(Ticket),
    Delivered,
}

// The item is moved into the line, never pinned.
impl<T> Unpin for Emit<'_, T> {}

impl<T> Future for Emit<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let line = self.yielder.line;
        self.stage = match std::mem::replace(&mut self.stage, Stage::Delivered) {
            Stage::New(item) => Stage::Waiting(line.join(item, cx.waker())),
            Stage::Waiting(ticket) => match line.wait(ticket, cx.waker()) {
                Some(ticket) => Stage::Waiting(ticket),
                None => return Poll::Ready(()),
            },
            Stage::Delivered => return Poll::Ready(()),
        };
        Poll::Pending
    }
}

impl<T> Drop for Emit<'_, T> {
    fn drop(&mut self) {
        if let Stage::Waiting(ticket) = self.stage {
            // Dropped out of the line's lock: the item's destructor is foreign code that may emit itself.
            drop(self.yielder.line.leave(ticket));
        }
    }
}

impl<T> fmt::Debug for Emit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emit").finish_non_exhaustive()
    }
}
