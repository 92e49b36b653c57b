//! Panics as values.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// The payload of the panic in `run`, if it was a text.
///
/// # Panics
/// If `run` does not.
#[track_caller]
pub fn panic_of(run: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    text(payload)
}

/// The same of a panic in a future, which runs in the task of its caller until then.
///
/// # Panics
/// If the future comes to its end.
pub async fn panic_within<F: Future>(future: F) -> String {
    let mut future = pin!(future);
    let payload = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(_)) => panic!("it does not panic"),
        Err(payload) => Poll::Ready(payload),
    });
    text(payload.await)
}

fn text(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().map_or_else(|_| String::from("no text"), |text| (*text).to_owned()),
    }
}
