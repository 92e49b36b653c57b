//! The instant by which a call has to be done, for whoever is below.

use std::cell::Cell;
use std::ptr::from_ref;
use std::sync::OnceLock;
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

thread_local! {
    /// That of what is polled at this moment.
    static CURRENT: Cell<Deadline> = const { Cell::new(Deadline::NEVER) };
    /// The waker by which the timeout above is polled, see `Waking`.
    static ABOVE: Cell<Waking> = const { Cell::new(Waking(0)) };
}

/// Which waker it is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waking(usize);

impl Waking {
    #[inline]
    pub(crate) fn by(waker: &Waker) -> Self {
        Self(waker.data().addr() ^ from_ref(waker.vtable()).addr().rotate_left(usize::BITS / 2))
    }

    /// That of the timeout above. Where it is another one than that of a poll, something stands between that polls only what was
    /// woken: it may not poll again when the time above is over.
    #[inline]
    pub(crate) fn above() -> Self {
        ABOVE.get()
    }

    /// Sets it while `run` runs.
    #[inline]
    pub(crate) fn within<R>(self, run: impl FnOnce() -> R) -> R {
        struct Before(Waking);
        impl Drop for Before {
            #[inline]
            fn drop(&mut self) {
                ABOVE.set(self.0);
            }
        }
        let _before = Before(ABOVE.replace(self));
        run()
    }
}

/// When time runs out for what is polled here.
///
/// It is one word, since every poll of a timeout sets it and sets it back: the nanoseconds from a moment early in the program, and in
/// the lowest bit whether it came along into the task. That reaches some 146 years; what is later is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(i64);

impl Deadline {
    pub(crate) const NEVER: Self = Self(i64::MAX - 1);
    /// Not there yet.
    pub(crate) const UNKNOWN: Self = Self(i64::MIN);

    /// So long after `now`.
    #[inline]
    pub(crate) fn after(now: Instant, duration: Duration) -> Self {
        let nanoseconds = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX / 2);
        let since = match now.checked_duration_since(start()) {
            Some(since) => nanoseconds(since),
            // A clock that is paused may stand before that.
            None => -nanoseconds(start().duration_since(now)),
        };
        match since.checked_add(nanoseconds(duration)).and_then(|sum| sum.checked_mul(2)) {
            Some(word) if word < Self::NEVER.0 => Self(word),
            _ => Self::NEVER,
        }
    }

    /// The instant; `None` for never.
    pub(crate) fn at(self) -> Option<Instant> {
        if self == Self::NEVER {
            return None;
        }
        let since = self.0 >> 1;
        let distance = Duration::from_nanos(since.unsigned_abs());
        if since < 0 { start().checked_sub(distance) } else { start().checked_add(distance) }
    }

    /// Whether it came along into the task: nobody above polls this, so nobody above ends it.
    #[inline]
    pub(crate) fn is_inherited(self) -> bool {
        self.0 & 1 == 1
    }

    /// The same for what is polled by the one that it ends.
    #[inline]
    pub(crate) fn as_own(self) -> Self {
        Self(self.0 & !1)
    }

    /// Whether it leaves no more time than another one. One that is never does not.
    #[inline]
    pub(crate) fn is_no_later_than(self, other: Self) -> bool {
        self != Self::NEVER && self.as_own() <= other
    }

    pub(crate) fn is_past(self) -> bool {
        self.at().is_some_and(|at| at <= Instant::now())
    }

    /// That of this moment.
    #[inline]
    pub(crate) fn current() -> Self {
        CURRENT.get()
    }

    /// The same in a task that is started now.
    #[inline]
    pub(crate) fn for_task() -> Self {
        let current = CURRENT.get();
        if current == Self::NEVER { current } else { Self(current.0 | 1) }
    }

    /// Sets it while `run` runs.
    #[inline]
    pub(crate) fn within<R>(deadline: Self, run: impl FnOnce() -> R) -> R {
        let _before = Before(CURRENT.replace(deadline));
        run()
    }

    /// A clean-up has its grace, not the time of the call that it cleans up behind.
    #[inline]
    pub(crate) fn hidden<R>(run: impl FnOnce() -> R) -> R {
        Self::within(Self::NEVER, run)
    }
}

impl Default for Deadline {
    fn default() -> Self {
        Self::NEVER
    }
}

/// From where deadlines count.
fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// Sets back what was there before.
struct Before(Deadline);

impl Drop for Before {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// The instant at which time runs out for the code that is running: the earliest of those of the [`timeout`](fn@crate::timeout)s and
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
    CURRENT.get().at()
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
