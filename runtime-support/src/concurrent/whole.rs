//! The future that a macro gives: what it has made, dropped as soon as it has its output.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// Futures that run together, up to their one output.
    ///
    /// # Panics
    /// When polled again after it has returned, with the name of the macro.
    ///
    /// # Cancel safety
    /// Dropping it drops its futures, in the order of their inputs.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Whole<B> {
        // Emptied at the end.
        #[pin]
        body: Option<B>,
        name: &'static str,
    }
}

/// See `Whole`. `name` is the macro's.
pub const fn whole<B: Future>(name: &'static str, body: B) -> Whole<B> {
    Whole { body: Some(body), name }
}

impl<B: Future> Future for Whole<B> {
    type Output = B::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<B::Output> {
        let this = self.project();
        let mut body = Emptied(this.body);
        let Some(running) = body.0.as_mut().as_pin_mut() else { panic!("`{}` was polled after it had returned", this.name) };
        let polled = running.poll(cx);
        if polled.is_pending() {
            std::mem::forget(body);
        }
        polled
    }
}

/// Empties it when it is dropped: at the end, and when it panics.
struct Emptied<'w, B>(Pin<&'w mut Option<B>>);

impl<B> Drop for Emptied<'_, B> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

impl<B> fmt::Debug for Whole<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Whole").field("name", &self.name).finish_non_exhaustive()
    }
}
