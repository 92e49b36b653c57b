//! Ends a future in time.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::ptr::from_ref;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::deadline::{Deadline, Waking};
use super::event;
use crate::scope::{HowLong, Mark, Scope};

/// Gives `future` so much time.
///
/// The clock starts at the first poll. Resolves to the future's own output if that comes in time; a value that is ready at
/// the very deadline wins. Otherwise the future is dropped, and [`Elapsed`] is returned when every clean-up that was open in it has
/// ended, at most the period of [`with_grace`](crate::with_grace) later. A `duration` of zero polls the future exactly once;
/// `Duration::MAX` never expires.
///
/// Of a future that is only borrowed, as `timeout(duration, &mut future)`, nothing is dropped, and it can be polled again.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{secs, timeout};
///
/// assert_eq!(timeout(secs(5), async { 42 }).await, Ok(42));
/// let late = timeout(secs(5), std::future::pending::<()>()).await.unwrap_err();
/// assert_eq!(late.to_string(), "timed out after 5s");
/// # });
/// ```
///
/// # Cancel safety
/// Dropping it drops the future.
///
/// # Panics
/// When polled outside of a tokio runtime with time enabled while the future is pending, and when polled again after it has
/// returned.
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    Timeout {
        future: Some(future),
        duration,
        own: Deadline::UNKNOWN,
        late_below: Deadline::UNKNOWN,
        is_inherited: false,
        alarm: Alarm { sleep: None, at: Deadline::UNKNOWN, known: None },
        scope: Scope::new(),
    }
}

pin_project! {
    /// The future of [`timeout`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Timeout<F> {
        // Emptied at the deadline: the locals of the future are gone before anybody hears of it.
        #[pin]
        future: Option<F>,
        duration: Duration,
        // Its own, from the first poll until the end is told.
        own: Deadline,
        // The outer one that had passed already when this began: below that, one poll is all that there is time for.
        late_below: Deadline,
        // Whether the deadline that ends it came along into the task.
        is_inherited: bool,
        // Set by the first poll that finds the future pending: what is ready at once needs no timer.
        #[pin]
        alarm: Alarm,
        // What was handed over in the future.
        scope: Scope,
    }

    impl<F> PinnedDrop for Timeout<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // It is under way: what it drops still sees the deadline.
            if *this.own != Deadline::UNKNOWN && this.future.is_some() {
                let outer = Deadline::current();
                let deadline = if outer.is_no_later_than(*this.own) { outer } else { *this.own };
                Deadline::within(deadline, || this.future.set(None));
            }
        }
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut() {
            let outer = Deadline::current();
            let is_late = outer.as_own() == *this.late_below;
            if *this.own == Deadline::UNKNOWN {
                let now = Instant::now();
                *this.own = Deadline::after(now, *this.duration);
                if outer.at().is_some_and(|at| at <= now) {
                    *this.late_below = outer.as_own();
                }
            }
            // Looked at in each poll: a future that is pinned may leave the timeout in which it began.
            let is_capped = outer.is_no_later_than(*this.own);
            let deadline = if is_capped { outer.as_own() } else { *this.own };
            // Where an outer timeout polls this one, it ends both.
            let is_ended_above = is_capped && !outer.is_inherited();
            if is_ended_above && is_late {
                return Poll::Pending;
            }
            let (mark, waking) = (Mark::now(), Waking::by(cx.waker()));
            let is_woken_alone = waking != Waking::above();
            if let Poll::Ready(output) = Deadline::within(deadline, || waking.within(|| future.poll(cx))) {
                *this.own = Deadline::UNKNOWN;
                // What is still outstanding is the business of who is around; what this poll has left is that already.
                this.scope.pass_on();
                return Poll::Ready(Ok(output));
            }
            this.scope.take_since(mark);
            // The outer one may leave this behind, in something that polls only what was woken, or may not get to act at all.
            let is_on_its_own = is_ended_above && is_woken_alone && *this.own != Deadline::NEVER;
            if is_on_its_own {
                ready!(this.alarm.as_mut().poll(*this.own, cx));
            } else if is_ended_above || deadline == Deadline::NEVER {
                return Poll::Pending;
            }
            *this.is_inherited = is_capped && !is_on_its_own;
            // A timer never fires in the poll that sets it, so one poll is all that no time allows.
            let has_no_time = is_on_its_own || this.duration.is_zero() || is_capped && deadline.is_past();
            if !has_no_time {
                ready!(this.alarm.poll(deadline, cx));
            }
            Deadline::within(deadline, || give_up(this.future, this.scope));
        }
        // The future is gone: waits for the clean-ups in it.
        ready!(this.scope.poll_clear(HowLong::Grace, cx));
        assert!(*this.own != Deadline::UNKNOWN, "`timeout` was polled after it had elapsed");
        *this.own = Deadline::UNKNOWN;
        Poll::Ready(Err(Elapsed { function: None, duration: *this.duration, is_inherited: *this.is_inherited }))
    }
}

/// Time ran out: drops the future, and takes what it hands over.
#[cold]
fn give_up<F>(mut future: Pin<&mut Option<F>>, scope: &mut Scope) {
    scope.give_up(|| future.set(None));
}

impl<F> fmt::Debug for Timeout<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("duration", &self.duration).finish_non_exhaustive()
    }
}

pin_project! {
    /// The end of the time.
    ///
    /// A timer that knows whom to wake is not asked again until it has fired: that costs more than everything else here.
    struct Alarm {
        #[pin]
        sleep: Option<Sleep>,
        at: Deadline,
        // Where the waker is that it has, and what it is. The timer keeps that one alive, so nobody else's can be there.
        known: Option<(usize, usize)>,
    }
}

impl Alarm {
    fn poll(self: Pin<&mut Self>, at: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let waker = (cx.waker().data().addr(), from_ref(cx.waker().vtable()).addr());
        if *this.at != at {
            // Later than the clock can say is never.
            let Some(instant) = at.at() else { return Poll::Pending };
            this.sleep.set(Some(sleep_until(instant)));
            *this.at = at;
        } else if *this.known == Some(waker) && this.sleep.as_ref().as_pin_ref().is_some_and(|sleep| !sleep.is_elapsed()) {
            return Poll::Pending;
        }
        // Of a waker whose copies are elsewhere that says nothing.
        let is_there = *this.known == Some(waker) || cx.waker().clone().will_wake(cx.waker());
        *this.known = is_there.then_some(waker);
        let Some(sleep) = this.sleep.as_pin_mut() else { return Poll::Pending };
        if coop::has_budget_remaining() {
            sleep.poll(cx)
        } else {
            // The future may have spent the task's budget. It must not be able to put off its own end that way.
            pin!(coop::unconstrained(sleep)).poll(cx)
        }
    }
}

/// `#[timeout]`: expiry becomes the function's own result through `from_elapsed`.
pub fn timeout_or<F, C>(function: &'static str, duration: Duration, from_elapsed: C, future: F) -> TimeoutOr<F, C>
where
    F: Future,
    C: Fn(Elapsed) -> F::Output,
{
    TimeoutOr { timeout: in_time(function, duration, future), from_elapsed }
}

pin_project! {
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct TimeoutOr<F, C> {
        #[pin]
        timeout: InTime<F>,
        from_elapsed: C,
    }
}

impl<F, C> Future for TimeoutOr<F, C>
where
    F: Future,
    C: Fn(Elapsed) -> F::Output,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match ready!(this.timeout.poll(cx)) {
            Ok(output) => Poll::Ready(output),
            Err(elapsed) => Poll::Ready((this.from_elapsed)(elapsed)),
        }
    }
}

/// `#[timeout]` with `or`: the timeout of a function.
pub fn in_time<F: Future>(function: &'static str, duration: Duration, future: F) -> InTime<F> {
    InTime { timeout: timeout(duration, future), function }
}

pin_project! {
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct InTime<F> {
        #[pin]
        timeout: Timeout<F>,
        function: &'static str,
    }
}

impl<F: Future> Future for InTime<F> {
    type Output = Result<F::Output, Elapsed>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let output = ready!(this.timeout.poll(cx));
        Poll::Ready(output.map_err(|elapsed| {
            let elapsed = Elapsed { function: Some(this.function), ..elapsed };
            event::timed_out(&elapsed);
            elapsed
        }))
    }
}

/// Time ran out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elapsed {
    function: Option<&'static str>,
    duration: Duration,
    is_inherited: bool,
}

impl Elapsed {
    /// The function under `#[timeout]`; `None` for the plain [`timeout`].
    #[must_use]
    pub fn function(&self) -> Option<&'static str> {
        self.function
    }

    /// The same for a function whose time began earlier.
    pub(crate) fn of(self, function: &'static str, duration: Duration) -> Self {
        let elapsed = Self { function: Some(function), duration, ..self };
        event::timed_out(&elapsed);
        elapsed
    }

    /// How much time there was: the timeout's own duration, even where an inherited deadline came earlier.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Whether it ended at a [`deadline`](crate::deadline()) that came along into its task, before its own time was over.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.is_inherited
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function {
            Some(function) => write!(f, "`{function}` timed out")?,
            None => f.write_str("timed out")?,
        }
        if self.is_inherited {
            write!(f, " at a deadline that its task inherited, before its own {:?}", self.duration)
        } else {
            write!(f, " after {:?}", self.duration)
        }
    }
}

impl std::error::Error for Elapsed {}

/// Of kind `TimedOut`, with the [`Elapsed`] inside.
impl From<Elapsed> for std::io::Error {
    fn from(elapsed: Elapsed) -> Self {
        Self::new(std::io::ErrorKind::TimedOut, elapsed)
    }
}
