//! Futures polled by hand, where a test has to decide who runs when.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Polls once, with a waker that does nothing.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The output of a future that has to be ready at once.
///
/// # Panics
/// If it is not.
#[track_caller]
pub fn finished<F: Future + ?Sized>(future: Pin<&mut F>) -> F::Output {
    match poll_once(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is still pending"),
    }
}

/// Lets every other task of a current-thread runtime run until it waits for something else than a turn.
pub async fn spin() {
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
}
