//! A stream that a loop goes through, up to the end of the clean-ups in it when the loop is left early.

use std::fmt;
use std::future::{Future, Ready, ready};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::scope::{HowLong, Scope};

pin_project! {
    /// The stream of a loop, until the loop is left.
    pub struct Looped<S> {
        #[pin]
        stream: Option<S>,
    }
}

/// See `Looped`.
pub fn looped<S: Stream>(stream: S) -> Looped<S> {
    Looped { stream: Some(stream) }
}

impl<S: Stream> Stream for Looped<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.project().stream.as_pin_mut().map_or(Poll::Ready(None), |stream| stream.poll_next(cx))
    }
}

/// Drops the stream and waits for the clean-ups that were open in it.
pub async fn close<S>(looped: &mut Pin<&mut Looped<S>>) {
    let mut scope = Scope::new();
    scope.give_up(|| looped.as_mut().project().stream.set(None));
    scope.clear(HowLong::Grace).await;
}

/// In front of a `?` that leaves a loop: closes its stream first, if that is what the `?` will do.
pub trait OrClose: Sized {
    #[doc(hidden)]
    fn __or_close<S>(self, looped: &mut Pin<&mut Looped<S>>) -> impl Future<Output = Self>;
}

async fn close_if<T, S>(leaves: bool, value: T, looped: &mut Pin<&mut Looped<S>>) -> T {
    if leaves {
        close(looped).await;
    }
    value
}

impl<T, E> OrClose for Result<T, E> {
    fn __or_close<S>(self, looped: &mut Pin<&mut Looped<S>>) -> impl Future<Output = Self> {
        close_if(self.is_err(), self, looped)
    }
}

impl<T> OrClose for Option<T> {
    fn __or_close<S>(self, looped: &mut Pin<&mut Looped<S>>) -> impl Future<Output = Self> {
        close_if(self.is_none(), self, looped)
    }
}

impl<B, C> OrClose for ControlFlow<B, C> {
    fn __or_close<S>(self, looped: &mut Pin<&mut Looped<S>>) -> impl Future<Output = Self> {
        close_if(self.is_break(), self, looped)
    }
}

impl<T, E> OrClose for Poll<Result<T, E>> {
    fn __or_close<S>(self, looped: &mut Pin<&mut Looped<S>>) -> impl Future<Output = Self> {
        close_if(matches!(self, Poll::Ready(Err(_))), self, looped)
    }
}

impl<T, E> OrClose for Poll<Option<Result<T, E>>> {
    fn __or_close<S>(self, looped: &mut Pin<&mut Looped<S>>) -> impl Future<Output = Self> {
        close_if(matches!(self, Poll::Ready(Some(Err(_)))), self, looped)
    }
}

/// What no `?` can stand behind: rustc says so at the `?`.
pub trait OrElse {
    #[doc(hidden)]
    fn __or_close<S>(&self, _: &mut Pin<&mut Looped<S>>) -> Ready<&Self> {
        ready(self)
    }
}

impl<T: ?Sized> OrElse for T {}

impl<S> fmt::Debug for Looped<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Looped").field("is_open", &self.stream.is_some()).finish()
    }
}
