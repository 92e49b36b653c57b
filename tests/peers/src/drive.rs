//! Polling without an executor, whose own cost would hide the difference between two candidates.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures::Stream;

/// Polls `future` until it is ready. It has to make progress by being polled, as one that yields does.
#[inline]
pub(crate) fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// Polls `stream` to its end and folds its items with `fold`, from zero.
#[inline]
pub(crate) fn drain<S: Stream + ?Sized>(mut stream: Pin<&mut S>, fold: impl Fn(u64, S::Item) -> u64) -> u64 {
    let mut cx = Context::from_waker(Waker::noop());
    let mut sum = 0;
    loop {
        match stream.as_mut().poll_next(&mut cx) {
            Poll::Ready(Some(item)) => sum = fold(sum, item),
            Poll::Ready(None) => return sum,
            Poll::Pending => {}
        }
    }
}
