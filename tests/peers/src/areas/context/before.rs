//! What `timeout` was before it knew of clean-ups, to the letter but for [`Elapsed`], which carries the same and shows none of it.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

pub(super) fn timeout<F: Future>(duration: Duration, future: F) -> TimeoutBefore<F> {
    TimeoutBefore { future: Some(future), duration, deadline: None, sleep: None }
}

pin_project! {
    pub(super) struct TimeoutBefore<F> {
        // Emptied at the deadline: the locals of the future are gone before anybody hears of it.
        #[pin]
        future: Option<F>,
        duration: Duration,
        // Set by the first poll; the inner `None` is later than the clock can say.
        deadline: Option<Option<Instant>>,
        // Set by the first poll that finds the future pending: what is ready at once needs no timer.
        #[pin]
        sleep: Option<Sleep>,
    }
}

impl<F: Future> Future for TimeoutBefore<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let deadline = *this.deadline.get_or_insert_with(|| Instant::now().checked_add(*this.duration));
        let Some(future) = this.future.as_mut().as_pin_mut() else { panic!("`timeout` was polled after it had elapsed") };
        if let Poll::Ready(output) = future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let Some(deadline) = deadline else { return Poll::Pending };
        // A timer never fires in the poll that sets it, so one poll is all that no time allows.
        if !this.duration.is_zero() {
            ready!(poll_sleep(this.sleep, deadline, cx));
        }
        this.future.set(None);
        Poll::Ready(Err(Elapsed { function: None, duration: *this.duration }))
    }
}

// As a function of another crate it was not inlined.
#[inline(never)]
fn poll_sleep(mut sleep: Pin<&mut Option<Sleep>>, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
    if sleep.is_none() {
        sleep.set(Some(sleep_until(deadline)));
    }
    let Some(sleep) = sleep.as_pin_mut() else { return Poll::Pending };
    if coop::has_budget_remaining() {
        sleep.poll(cx)
    } else {
        // The future may have spent the task's budget. It must not be able to put off its own end that way.
        pin!(coop::unconstrained(sleep)).poll(cx)
    }
}

pub(super) fn timeout_or<F, C>(function: &'static str, duration: Duration, from_elapsed: C, future: F) -> TimeoutOrBefore<F, C>
where
    F: Future,
    C: Fn(Elapsed) -> F::Output,
{
    TimeoutOrBefore { timeout: timeout(duration, future), function, from_elapsed }
}

pin_project! {
    pub(super) struct TimeoutOrBefore<F, C> {
        #[pin]
        timeout: TimeoutBefore<F>,
        function: &'static str,
        from_elapsed: C,
    }
}

impl<F, C> Future for TimeoutOrBefore<F, C>
where
    F: Future,
    C: Fn(Elapsed) -> F::Output,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match ready!(this.timeout.poll(cx)) {
            Ok(output) => Poll::Ready(output),
            Err(elapsed) => Poll::Ready((this.from_elapsed)(Elapsed { function: Some(this.function), ..elapsed })),
        }
    }
}

#[allow(dead_code, reason = "what it carries is a part of the cost")]
pub(super) struct Elapsed {
    function: Option<&'static str>,
    duration: Duration,
}
