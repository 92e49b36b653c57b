//! How long constructs wait for clean-ups.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::carried::Carried;

/// Where nothing else is said.
pub(super) const DEFAULT: Duration = Duration::from_secs(10);

/// The grace period that is in force here.
pub(crate) fn in_force() -> Duration {
    Carried::grace().unwrap_or(DEFAULT)
}

/// Sets how long the constructs in `future` wait for the clean-ups of what they have given up.
///
/// A `timeout`, `gather!`, `race!` and the like drop what they give up, and return when every clean-up that was open in it has
/// ended. One that takes longer than this period goes on as a task, is reported, and [`drain`](crate::drain) still waits for it.
/// Without this the period is 10 seconds. Zero means that nobody waits. Of nested periods the innermost one counts, and the children
/// that `spawn` makes tasks have that of their parent. A context that has a period of its own keeps it, see
/// [`Context::grace`](crate::Context::grace).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{Context, context, drain, millis, secs, timeout, with, with_grace};
///
/// fn slow() -> Context<()> {
///     context!(async {
///         yield ();
///         tokio::time::sleep(secs(60)).await;
///     })
/// }
///
/// weftwork::set_report_hook(|report| assert!(report.to_string().contains("takes longer than 2s")));
/// let work = timeout(millis(1), with!(_ = slow(), { std::future::pending::<()>().await }));
/// let start = tokio::time::Instant::now();
/// assert!(with_grace(secs(2), work).await.is_err());
/// assert!(start.elapsed() < secs(3));
/// assert!(drain(secs(60)).await.is_empty());
/// # });
/// ```
///
/// # Cancel safety
/// Dropping it drops `future`.
pub fn with_grace<F: Future>(period: Duration, future: F) -> WithGrace<F> {
    WithGrace { future, period }
}

pin_project! {
    /// The future of [`with_grace`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct WithGrace<F> {
        #[pin]
        future: F,
        period: Duration,
    }
}

impl<F: Future> Future for WithGrace<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        Carried::within_grace(*this.period, || this.future.poll(cx))
    }
}
