//! The value of a context that an exit stack holds, while the body has it.

use std::fmt;
use std::future::poll_fn;
use std::mem::replace;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// The value of a context that an [`ExitStack`](crate::ExitStack) has entered: it is used as the value itself.
///
/// Dropping it gives the value back to the stack; its clean-up runs when the stack is left. Several can be alive. A stack that is left
/// waits for those that are still held, for the period of [`with_grace`](crate::with_grace); the clean-up of one that is held longer
/// runs as a task when it is dropped.
pub struct Entered<T> {
    /// Until it is dropped.
    value: Option<T>,
    home: Arc<Home<T>>,
}

/// Where the value goes when it is given back.
pub(super) struct Home<T>(Mutex<Place<T>>);

enum Place<T> {
    Away(Option<Waker>),
    Here(Option<T>),
}

impl<T> Entered<T> {
    pub(super) fn new(value: T) -> (Self, Arc<Home<T>>) {
        let home = Arc::new(Home(Mutex::new(Place::Away(None))));
        (Self { value: Some(value), home: home.clone() }, home)
    }
}

impl<T> Home<T> {
    fn place(&self) -> MutexGuard<'_, Place<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, when it is given back. It comes once.
    pub(super) async fn returned(&self) -> T {
        poll_fn(|cx| {
            let mut place = self.place();
            let old = match &mut *place {
                Place::Here(value) => return value.take().map_or(Poll::Pending, Poll::Ready),
                Place::Away(waker) => waker.replace(cx.waker().clone()),
            };
            drop(place);
            drop(old);
            Poll::Pending
        })
        .await
    }
}

impl<T> Drop for Entered<T> {
    fn drop(&mut self) {
        let waiting = replace(&mut *self.home.place(), Place::Here(self.value.take()));
        if let Place::Away(Some(waker)) = waiting {
            waker.wake();
        }
    }
}

const THERE: &str = "the value is there until the handle is dropped";

impl<T> Deref for Entered<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect(THERE)
    }
}

impl<T> DerefMut for Entered<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect(THERE)
    }
}

impl<T: fmt::Debug> fmt::Debug for Entered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
