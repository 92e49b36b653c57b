//! The handle that a body may lend: several yields may wait at once, first come, first served.

use std::fmt;
use std::marker::PhantomData;

use super::core::{Emit, Handle, Line};

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
    /// An emit that finds no other before it hands its item over with its first poll: from then on the stream delivers it, even if
    /// this future is dropped. (Unless the body panics, or the stream is dropped or closed.) One that waits behind others, or was
    /// not polled, has delivered nothing when it is dropped, and the item is dropped with it.
    pub fn emit(&self, item: T) -> Emit<'y, T> {
        Emit::new(self.line, item)
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
