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

/// Who is next. Tickets are drawn in order of arrival, and items go into the outlet in the order of their tickets.
struct Line<'y, T> {
    outlet: Outlet<'y, T>,
    next_ticket: u64,
    /// The ticket of the item that went into the outlet last.
    served: Option<u64>,
    /// Items that found the outlet occupied. They wait here and not in their futures, so that a future that nobody polls any
    /// more does not hold up those behind it.
    waiting: VecDeque<(u64, T)>,
}

impl<'y, T> Yielder<'y, T> {
    pub(super) fn new(outlet: Outlet<'y, T>) -> Self {
        Self { line: Mutex::new(Line { outlet, next_ticket: 0, served: None, waiting: VecDeque::new() }) }
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
    /// The item is in the line, or has left it.
    Queued(u64),
    Delivered,
}

// The item is moved out when it is put, never pinned.
impl<T> Unpin for Emit<'_, '_, T> {}

impl<T> Future for Emit<'_, '_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let yielder = self.yielder;
        let mut line = yielder.line();
        line.advance();
        self.stage = match std::mem::replace(&mut self.stage, Stage::Delivered) {
            Stage::New(item) => Stage::Queued(line.join(item)),
            Stage::Queued(ticket) if !line.is_delivered(ticket) => Stage::Queued(ticket),
            Stage::Queued(_) | Stage::Delivered => return Poll::Ready(()),
        };
        drop(line);
        // The consumer comes back for the next item by itself. But the executor of this future may be another one, such as
        // a `FuturesUnordered` in the body, that polls nothing it was not woken for.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T> Line<'_, T> {
    /// Puts the first of those who wait into the outlet, if there is room.
    fn advance(&mut self) {
        if !self.waiting.is_empty() && self.outlet.is_vacant() {
            if let Some((ticket, item)) = self.waiting.pop_front() {
                self.serve(ticket, item);
            }
        }
    }

    fn join(&mut self, item: T) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.serve(ticket, item);
        ticket
    }

    fn serve(&mut self, ticket: u64, item: T) {
        match self.outlet.put(item) {
            Ok(()) => self.served = Some(ticket),
            Err(item) => self.waiting.push_back((ticket, item)),
        }
    }

    fn is_delivered(&self, ticket: u64) -> bool {
        match self.served {
            Some(served) if served == ticket => self.outlet.is_vacant(),
            served => Some(ticket) < served,
        }
    }

    /// Takes an item back that has not gone into the outlet.
    fn leave(&mut self, ticket: u64) -> Option<T> {
        let place = self.waiting.iter().position(|(waiting, _)| *waiting == ticket)?;
        self.waiting.remove(place).map(|(_, item)| item)
    }
}

impl<T> Drop for Emit<'_, '_, T> {
    fn drop(&mut self) {
        if let Stage::Queued(ticket) = self.stage {
            let item = self.yielder.line().leave(ticket);
            // Only now, without the lock: the item's destructor is foreign code that may emit itself.
            drop(item);
        }
    }
}

impl<T> fmt::Debug for Emit<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emit").finish_non_exhaustive()
    }
}
