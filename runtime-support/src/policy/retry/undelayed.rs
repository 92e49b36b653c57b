//! Retries without pauses, for tests.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::scope::Carried;

/// Takes the sleeps out of all retries in `future`, and in the tasks that it spawns: for tests that can not pause the clock.
///
/// Where a [`Retry`](crate::Retry) or `#[retry]` would sleep, other tasks get a turn. All else stays: how many attempts there are,
/// what [`attempt`](crate::attempt()) says, and whether there is time for another one. A sleep that is left out counts there as if it
/// had been. It does not go into [`background`](crate::background) work.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::{Backoff, Retry, attempt, secs, without_retry_delays};
///
/// let patient = Retry::attempts(4).backoff(Backoff::constant(secs(3600)));
/// let result = without_retry_delays(patient.run(async || if attempt() < 4 { Err("not yet") } else { Ok(4) })).await;
/// assert_eq!(result, Ok(4));
/// # });
/// ```
///
/// # Cancel safety
/// Dropping it drops `future`.
pub fn without_retry_delays<F: Future>(future: F) -> WithoutRetryDelays<F> {
    WithoutRetryDelays { future }
}

pin_project! {
    /// The future of [`without_retry_delays`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct WithoutRetryDelays<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for WithoutRetryDelays<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        Carried::undelayed(|| self.project().future.poll(cx))
    }
}
