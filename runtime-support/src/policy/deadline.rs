//! The instant by which a call has to be done, for whoever is below.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

thread_local! {
    /// That of what is polled at this moment.
    static CURRENT: Cell<Option<Deadline>> = const { Cell::new(None) };
}

/// When time runs out for what is polled here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    /// It came along into a task: nobody above polls this, so nobody above ends it.
    pub(crate) is_inherited: bool,
}

impl Deadline {
    /// That of this moment.
    #[inline]
    pub(crate) fn current() -> Option<Self> {
        CURRENT.get()
    }

    /// The same in a task that is started now.
    #[inline]
    pub(crate) fn for_task() -> Option<Self> {
        CURRENT.get().map(|deadline| Self { is_inherited: true, ..deadline })
    }

    /// Sets it while `run` runs.
    #[inline]
    pub(crate) fn within<R>(deadline: Option<Self>, run: impl FnOnce() -> R) -> R {
        let _before = Before(CURRENT.replace(deadline));
        run()
    }

    /// A clean-up has its grace, not the time of the call that it cleans up behind.
    #[inline]
    pub(crate) fn hidden<R>(run: impl FnOnce() -> R) -> R {
        if CURRENT.get().is_none() { run() } else { Self::within(None, run) }
    }
}

/// Sets back what was there before.
struct Before(Option<Deadline>);

impl Drop for Before {
    #[inline(always)]
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// The instant at which time runs out for the code that is running: the earliest of those of the [`timeout`](crate::timeout)s and
/// `#[timeout]`s around it. `None` where there is none, and in clean-ups.
///
/// It goes along into tasks that are [`spawn`](crate::spawn)ed and into the children of groups, but not into
/// [`background`](crate::background) work. There it ends nothing by itself: it caps the timeouts inside of the task.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use tokio::time::Instant;
/// use weftwork::{deadline, secs, timeout};
///
/// assert_eq!(deadline(), None);
/// let until = timeout(secs(5), async { deadline() }).await.unwrap();
/// assert_eq!(until, Some(Instant::now() + secs(5)));
/// # });
/// ```
#[must_use]
pub fn deadline() -> Option<Instant> {
    CURRENT.get().map(|deadline| deadline.at)
}

/// How much time is left until the [`deadline`]: zero once that is past, `None` where there is none.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{remaining, secs, timeout};
///
/// let left = timeout(secs(5), async {
///     tokio::time::sleep(secs(2)).await;
///     remaining()
/// });
/// assert_eq!(left.await, Ok(Some(secs(3))));
/// # });
/// ```
#[must_use]
pub fn remaining() -> Option<Duration> {
    deadline().map(|at| at.saturating_duration_since(Instant::now()))
}
