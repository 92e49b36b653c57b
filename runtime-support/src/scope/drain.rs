//! Waits for everything that was handed over.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use super::outstanding::{self, CleanUp, Waiter};
use crate::policy::timeout::timeout;

/// Waits until no clean-up is outstanding on this runtime, at most for `limit`, and names those that are left.
///
/// A future that is dropped from outside, by `tokio::select!`, by `abort` or with a stream that is left, hands its open clean-ups
/// over to tasks. This waits for them, for those that come meanwhile, and for tasks of a `spawn` that were cancelled. With nothing
/// outstanding it is ready at once. What is left goes on, and a second call can wait for it. A `limit` of zero looks and does not
/// wait; `Duration::MAX` waits to the end. Each runtime has its own; outside of one there is nothing to wait for.
///
/// `abort` returns before the future of its task is dropped: await the task's handle first, and then call this.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{Context, context, drain, secs, with};
///
/// fn lease() -> Context<&'static str> {
///     context!(async {
///         yield "lease";
///         tokio::time::sleep(secs(2)).await; // gives it back
///     })
/// }
///
/// let task = tokio::spawn(with!(_ = lease(), { std::future::pending::<()>().await }));
/// tokio::task::yield_now().await;
/// task.abort();
/// assert!(task.await.is_err()); // now its future is dropped
/// let left = drain(secs(1)).await;
/// assert!(left[0].name().ends_with("lease"));
/// assert!(drain(secs(5)).await.is_empty());
/// # });
/// ```
///
/// Inside a clean-up that was handed over it would wait for that one itself, up to its limit.
///
/// # Panics
/// When something is outstanding on a runtime without time.
///
/// # Cancel safety
/// May be dropped at any time.
pub async fn drain(limit: Duration) -> Vec<CleanUp> {
    let Ok(runtime) = Handle::try_current() else { return Vec::new() };
    let runtime = runtime.id();
    let mut waiter = None;
    match timeout(limit, poll_fn(|cx| poll_drained(runtime, &mut waiter, cx))).await {
        Ok(()) => Vec::new(),
        Err(_) => outstanding::left(runtime),
    }
}

fn poll_drained(runtime: Id, waiter: &mut Option<Waiter>, cx: &Context<'_>) -> Poll<()> {
    loop {
        if let Some(waiting) = waiter {
            ready!(waiting.poll(cx));
        }
        *waiter = outstanding::first(runtime).map(Waiter::new);
        if waiter.is_none() {
            return Poll::Ready(());
        }
    }
}

/// The clean-ups that are outstanding on this runtime, in the order in which they were handed over. Empty outside of a runtime.
///
/// For logs and gauges: `clean_ups().len()` is their count.
#[must_use]
pub fn clean_ups() -> Vec<CleanUp> {
    Handle::try_current().map_or_else(|_| Vec::new(), |runtime| outstanding::left(runtime.id()))
}
