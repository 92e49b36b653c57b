//! What runs to its end, whatever happens to whoever awaits it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

use crate::scope::{About, Scope, hand_over};

/// A future that owns all that it needs. If this is dropped, it goes on as a task of its own, and `rest` decides what becomes of its
/// output.
pub(super) struct Unbroken<T, R, G>
where
    T: Send + 'static,
    R: FnOnce(T) -> G + Send + 'static,
    G: Future<Output = ()> + Send + 'static,
{
    running: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    rest: Option<R>,
    about: About,
    runtime: Handle,
}

impl<T, R, G> Unbroken<T, R, G>
where
    T: Send + 'static,
    R: FnOnce(T) -> G + Send + 'static,
    G: Future<Output = ()> + Send + 'static,
{
    pub(super) fn new(about: About, runtime: Handle, future: impl Future<Output = T> + Send + 'static, rest: R) -> Self {
        Self { running: Some(Box::pin(future)), rest: Some(rest), about, runtime }
    }
}

impl<T, R, G> Unpin for Unbroken<T, R, G>
where
    T: Send + 'static,
    R: FnOnce(T) -> G + Send + 'static,
    G: Future<Output = ()> + Send + 'static,
{
}

impl<T, R, G> Future for Unbroken<T, R, G>
where
    T: Send + 'static,
    R: FnOnce(T) -> G + Send + 'static,
    G: Future<Output = ()> + Send + 'static,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Taken out for the poll: one that panics must not be polled again.
        let mut running = self.running.take().expect("it is awaited once");
        let polled = running.as_mut().poll(cx);
        if polled.is_pending() {
            self.running = Some(running);
        }
        polled
    }
}

impl<T, R, G> Drop for Unbroken<T, R, G>
where
    T: Send + 'static,
    R: FnOnce(T) -> G + Send + 'static,
    G: Future<Output = ()> + Send + 'static,
{
    fn drop(&mut self) {
        let (Some(running), Some(rest)) = (self.running.take(), self.rest.take()) else { return };
        hand_over(&self.runtime, self.about.clone(), Scope::new(), async move { rest(running.await).await });
    }
}
