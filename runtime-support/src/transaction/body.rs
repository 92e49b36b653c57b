//! What runs inside of a transaction, as those see it that it calls.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Instant;

use super::database::Share;
use super::error::TxError;
use crate::policy::limit::holding;
use crate::policy::retry::attempt;
use crate::policy::timeout::{Timeout, timeout};

/// What is around the body of a transaction.
#[derive(Debug)]
pub struct Body {
    pub(super) function: &'static str,
    /// What it holds and others may ask for.
    pub(super) shares: [Option<Share>; 2],
    /// Its number, where this is what counts them.
    pub(super) attempt: Option<u32>,
    pub(super) limit: Option<Limit>,
}

/// The time of a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) duration: Duration,
    /// None is later than the clock can say.
    end: Option<Instant>,
}

impl Limit {
    pub(super) fn new(duration: Duration) -> Self {
        Self { duration, end: Instant::now().checked_add(duration) }
    }

    /// Gives a part of the transaction what is left of it.
    pub(super) fn cap<F: Future>(self, function: &'static str, future: F) -> Capped<F> {
        let left = self.end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        Capped { timeout: timeout(left, future), function, duration: self.duration }
    }
}

impl Body {
    /// Runs `future` as the body.
    pub fn run<F: Future>(&self, future: F) -> Inside<'_, F> {
        Inside { body: self, future }
    }

    /// The same within the transaction's time: an error if that is over.
    pub fn run_in_time<F: Future>(&self, future: F) -> Capped<Inside<'_, F>> {
        let limit = self.limit.unwrap_or(Limit { duration: Duration::MAX, end: None });
        limit.cap(self.function, self.run(future))
    }

    fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        let [first, second] = self.shares;
        let run = || match self.attempt {
            Some(number) => attempt::within(number, run),
            None => run(),
        };
        self.hold(first, || self.hold(second, run))
    }

    fn hold<R>(&self, share: Option<Share>, run: impl FnOnce() -> R) -> R {
        match share {
            Some(share) => holding(share.of, 1, self.function, run),
            None => run(),
        }
    }
}

pin_project! {
    /// The future of [`Body::run`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Inside<'b, F> {
        body: &'b Body,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Inside<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.body.within(|| this.future.poll(cx))
    }
}

pin_project! {
    /// A part of a transaction that has a time. It holds the part once, and its end is its drop.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Capped<F> {
        #[pin]
        timeout: Timeout<F>,
        function: &'static str,
        duration: Duration,
    }
}

impl<F: Future> Future for Capped<F> {
    type Output = Result<F::Output, TxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(this.timeout.poll(cx));
        Poll::Ready(output.map_err(|elapsed| TxError::TimedOut(elapsed.of(this.function, *this.duration))))
    }
}
