//! The handle that a body may lend: several yields may wait at once, first come, first served.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use super::core::Outlet;

/// A body's handle to its stream: [`emit`](Self::emit) delivers an item.
///
/// It can be lent, to helper functions, to recursion and to futures that run side by side, but it can not leave the body: the
/// lifetime `'y` is the body's own.
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
    // Yields come from one thread at a time unless the body polls on several (a scope of threads); then the lock keeps order.
    line: Mutex<Line<'y, T>>,
}

/// Who is next.
struct Line<'y, T> {
    outlet: Outlet<'y, T>,
    /// How many items have gone into the outlet.
    put: u64,
    /// The tickets of those who found the outlet occupied, in order of arrival.
    waiting: VecDeque<u64>,
    next_ticket: u64,
}

impl<'y, T> Yielder<'y, T> {
    pub(super) fn new(outlet: Outlet<'y, T>) -> Self {
        Self { line: Mutex::new(Line { outlet, put: 0, waiting: VecDeque::new(), next_ticket: 0 }) }
    }

    /// Delivers `item` to whoever polls the stream, and goes on when the next one is asked for.
    ///
    /// Items that are emitted at the same time are delivered in the order in which their futures were first polled.
    ///
    /// # Cancel safety
    /// Dropped before its first poll, or while it waits behind another item, it has delivered nothing and the item is dropped.
    /// Once the stream has taken the item over, it is delivered even if this future is dropped.
    pub fn emit(&self, item: T) -> Emit<'_, 'y, T> {
        Emit { yielder: self, stage: Stage::New(item) }
    }

    fn line(&self) -> MutexGuard<'_, Line<'y, T>> {
        // Nothing of a user's runs under the lock, so a panic elsewhere can not have left it half done.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Yielder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yielder").finish_non_exhaustive()
    }
}

/// The future of [`Yielder::emit`].
#[must_use = "nothing is delivered unless the future is awaited"]
pub struct Emit<'a, 'y, T> {
    yielder: &'a Yielder<'y, T>,
    stage: Stage<T>,
}

enum Stage<T> {
    New(T),
    Waiting {
        item: T,
        ticket: u64,
    },
    /// In the outlet as the item of this number.
    Put(u64),
    Delivered,
}

// The item is moved out when it is put, never pinned.
impl<T> Unpin for Emit<'_, '_, T> {}

impl<T> Future for Emit<'_, '_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let yielder = self.yielder;
        let mut line = yielder.line();
        self.stage = match std::mem::replace(&mut self.stage, Stage::Delivered) {
            Stage::New(item) if line.waiting.is_empty() => line.put(item),
            Stage::New(item) => line.wait(item),
            Stage::Waiting { item, ticket } if line.waiting.front() == Some(&ticket) && line.outlet.is_vacant() => {
                line.waiting.pop_front();
                line.put(item)
            }
            Stage::Put(number) if line.put > number || line.outlet.is_vacant() => return Poll::Ready(()),
            Stage::Delivered => return Poll::Ready(()),
            unchanged => unchanged,
        };
        drop(line);
        // The consumer comes back for the next item by itself. But the executor of this future may be another one, such as
        // a `FuturesUnordered` in the body, that polls nothing it was not woken for.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T> Line<'_, T> {
    fn put(&mut self, item: T) -> Stage<T> {
        match self.outlet.put(item) {
            Ok(()) => {
                self.put += 1;
                Stage::Put(self.put)
            }
            Err(item) => self.wait(item),
        }
    }

    fn wait(&mut self, item: T) -> Stage<T> {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push_back(ticket);
        Stage::Waiting { item, ticket }
    }
}

impl<T> Drop for Emit<'_, '_, T> {
    fn drop(&mut self) {
        if let Stage::Waiting { ticket, .. } = self.stage {
            self.yielder.line().waiting.retain(|waiting| *waiting != ticket);
        }
    }
}

impl<T> fmt::Debug for Emit<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emit").finish_non_exhaustive()
    }
}
