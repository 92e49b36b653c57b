//! How a value comes from a context to the body of `with!`, and back.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// How the body of a `with!` ended: what the clean-up of a context is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// It came to its end, with an `Ok` if it gives a `Result`.
    Completed,
    /// It gave an `Err`.
    Failed,
    /// It panicked. The panic goes on behind the clean-up.
    Panicked,
    /// It was dropped before its end.
    Cancelled,
}

impl Exit {
    /// Whether the body came to its end and did not fail.
    #[must_use]
    pub fn is_ok(self) -> bool {
        self == Self::Completed
    }
}

/// Where the value is.
enum Place<T> {
    /// With the context, which has not lent it yet.
    Within,
    /// On its way to the body.
    Lent(T),
    /// With the body.
    Away,
    /// On its way back.
    Back(T, Exit),
    /// Nobody is there any more to lend it to: it comes back at once.
    Nowhere(Exit),
}

/// What a context and the frame of its `with!` share.
pub(super) struct Slot<T>(Mutex<Place<T>>);

impl<T> Slot<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Place::Within)))
    }

    fn place(&self) -> MutexGuard<'_, Place<T>> {
        // Nothing of the user's runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, if it has been lent.
    pub(super) fn take_lent(&self) -> Option<T> {
        let mut place = self.place();
        match std::mem::replace(&mut *place, Place::Away) {
            Place::Lent(value) => Some(value),
            other => {
                *place = other;
                None
            }
        }
    }

    pub(super) fn give_back(&self, value: T, exit: Exit) {
        *self.place() = Place::Back(value, exit);
    }

    /// For a context that is still being entered: what it lends comes back at once.
    pub(super) fn leave(&self, exit: Exit) {
        let mut place = self.place();
        let new = match std::mem::replace(&mut *place, Place::Away) {
            Place::Lent(value) => Place::Back(value, exit),
            Place::Within => Place::Nowhere(exit),
            other => other,
        };
        *place = new;
    }

    fn lend(&self, value: T) -> Option<(T, Exit)> {
        let mut place = self.place();
        if let Place::Nowhere(exit) = *place {
            return Some((value, exit));
        }
        *place = Place::Lent(value);
        None
    }

    fn take_back(&self) -> Option<(T, Exit)> {
        let mut place = self.place();
        match std::mem::replace(&mut *place, Place::Away) {
            Place::Back(value, exit) => Some((value, exit)),
            other => {
                *place = other;
                None
            }
        }
    }
}

/// What a context lends its value through, once: the argument of [`context`](fn@crate::context)'s closure.
pub struct Lender<T> {
    slot: Arc<Slot<T>>,
}

impl<T> Lender<T> {
    pub(super) fn new(slot: &Arc<Slot<T>>) -> Self {
        Self { slot: slot.clone() }
    }

    /// Lends `value` to the body of the `with!`. Resolves when the body has ended or was dropped: to the value, with the changes
    /// that the body has made, and to how it ended. What follows is the clean-up.
    pub fn lend(self, value: T) -> Lending<T> {
        Lending { slot: self.slot, value: Some(value) }
    }
}

impl<T> fmt::Debug for Lender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lender").finish_non_exhaustive()
    }
}

/// The future of [`Lender::lend`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Lending<T> {
    slot: Arc<Slot<T>>,
    /// Until it is lent.
    value: Option<T>,
}

// The value is not pinned.
impl<T> Unpin for Lending<T> {}

impl<T> Future for Lending<T> {
    type Output = (T, Exit);

    /// Nothing has to be woken: it is polled next when the value is back.
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<(T, Exit)> {
        let back = match self.value.take() {
            Some(value) => self.slot.lend(value),
            None => self.slot.take_back(),
        };
        back.map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> fmt::Debug for Lending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lending").field("is_lent", &self.value.is_none()).finish_non_exhaustive()
    }
}

/// What a `yield` of `context!` that is an error gives.
pub fn not_lent<T>(_: T) -> (T, Exit) {
    unreachable!("a context with an error in it is not compiled")
}
