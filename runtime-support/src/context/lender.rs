//! How a value comes from a context to the body of `with!`, and back.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

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
pub(super) struct Slot<T>(Mutex<Shared<T>>);

struct Shared<T> {
    place: Place<T>,
    /// Of the frame, while it waits for the value and does not poll the context: it may be lent from elsewhere.
    frame: Option<Waker>,
    /// Of the context's `lend`, while that waits.
    lending: Option<Waker>,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Shared { place: Place::Within, frame: None, lending: None })))
    }

    fn shared(&self) -> MutexGuard<'_, Shared<T>> {
        // Nothing of the user's runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, if it has been lent.
    pub(super) fn take_lent(&self) -> Option<T> {
        self.shared().take(|place| match place {
            Place::Lent(value) => Ok(value),
            other => Err(other),
        })
    }

    /// The frame waits, or polls the context itself.
    pub(super) fn set_frame(&self, waker: Option<Waker>) {
        let old = std::mem::replace(&mut self.shared().frame, waker);
        drop(old);
    }

    pub(super) fn give_back(&self, value: T, exit: Exit) {
        self.shared().place = Place::Back(value, exit);
    }

    /// For a context that is still being entered: what it lends comes back at once.
    pub(super) fn leave(&self, exit: Exit) {
        let mut shared = self.shared();
        shared.place = match std::mem::replace(&mut shared.place, Place::Away) {
            Place::Lent(value) => Place::Back(value, exit),
            Place::Within => Place::Nowhere(exit),
            other => other,
        };
    }

    /// Wakes the context's `lend`, if it has something to take and has not taken it when the context was polled.
    pub(super) fn wake_lending(&self) {
        let mut shared = self.shared();
        let waker = if matches!(shared.place, Place::Back(..)) { shared.lending.take() } else { None };
        drop(shared);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lend(&self, value: T) -> Option<(T, Exit)> {
        let mut shared = self.shared();
        if let Place::Nowhere(exit) = shared.place {
            return Some((value, exit));
        }
        shared.place = Place::Lent(value);
        let frame = shared.frame.take();
        drop(shared);
        if let Some(frame) = frame {
            frame.wake();
        }
        None
    }

    fn take_back(&self) -> Option<(T, Exit)> {
        self.shared().take(|place| match place {
            Place::Back(value, exit) => Ok((value, exit)),
            other => Err(other),
        })
    }

    fn set_lending(&self, waker: &Waker) {
        let old = self.shared().lending.replace(waker.clone());
        drop(old);
    }
}

impl<T> Shared<T> {
    fn take<V>(&mut self, take: impl FnOnce(Place<T>) -> Result<V, Place<T>>) -> Option<V> {
        match take(std::mem::replace(&mut self.place, Place::Away)) {
            Ok(taken) => Some(taken),
            Err(other) => {
                self.place = other;
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

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<(T, Exit)> {
        let back = match self.value.take() {
            Some(value) => {
                // Polled by the context itself, it needs nobody to wake it; by others in between, it does.
                self.slot.set_lending(cx.waker());
                self.slot.lend(value)
            }
            None => {
                let back = self.slot.take_back();
                if back.is_none() {
                    self.slot.set_lending(cx.waker());
                }
                back
            }
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
