//! What is behind a limiter: a count or a rate.

use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use super::count::Count;
use super::limiter::LimiterMetrics;
use super::rate::{Pace, Rate};

/// What a limiter is made with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Count(usize),
    Rate(Pace),
}

/// How it went with somebody who asked for a permit and did not find one.
#[derive(Debug)]
pub(super) enum Joined {
    /// There was one after all.
    Taken,
    /// It has this place in the line.
    Waits(u32),
    /// So many wait already.
    Full { waiting: usize },
    /// It wants more than there is.
    TooHeavy,
    /// Its turn comes so much later, which is too late.
    TooLate { waiting: usize, after: Duration },
}

/// How it stands with a waiter.
#[derive(Debug)]
pub(super) enum Look {
    /// It has its permit, and no place in the line any more.
    Granted,
    /// The limit became less than it wants: it has no place any more.
    TooHeavy,
    /// Look again then, at the latest.
    Waiting { until: Option<Instant> },
}

/// How it was with a waiter that has left.
#[derive(Debug)]
pub(super) enum Left {
    Granted,
    /// So many still wait.
    Waiting {
        waiting: usize,
    },
}

/// What all handles of a limiter share. Opaque for everybody else.
#[derive(Debug)]
pub struct Core {
    works: Works,
    pub(super) name: Option<&'static str>,
}

#[derive(Debug)]
enum Works {
    Count(Count),
    Rate(Rate),
}

/// The same for either.
macro_rules! of_either {
    ($core:expr, $works:ident => $result:expr) => {
        match &$core.works {
            Works::Count($works) => $result,
            Works::Rate($works) => $result,
        }
    };
}

impl Core {
    pub(super) fn new(kind: Kind, name: Option<&'static str>) -> Self {
        let works = match kind {
            Kind::Count(limit) => Works::Count(Count::new(limit)),
            Kind::Rate(pace) => Works::Rate(Rate::new(pace)),
        };
        Self { works, name }
    }

    /// What a permit is known by.
    #[inline]
    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// Whether permits come back. What a rate has let in, it has let in.
    #[inline]
    pub(super) fn is_count(&self) -> bool {
        matches!(self.works, Works::Count(_))
    }

    #[inline]
    pub(super) fn try_take(&self, weight: usize) -> bool {
        of_either!(self, works => works.try_take(weight))
    }

    #[inline]
    pub(super) fn give_back(&self, weight: usize) {
        if let Works::Count(count) = &self.works {
            count.give_back(weight);
        }
    }

    /// Stands in the line, unless its turn is known to come behind `by`.
    #[inline]
    pub(super) fn join(&self, weight: usize, max_waiting: usize, by: Option<Instant>, waker: Waker) -> Joined {
        match &self.works {
            Works::Count(count) => count.join(weight, max_waiting, waker),
            Works::Rate(rate) => rate.join(weight, max_waiting, by, waker),
        }
    }

    #[inline]
    pub(super) fn look(&self, at: u32, waker: &Waker) -> Look {
        of_either!(self, works => works.look(at, waker))
    }

    /// A waiter leaves. What it was granted is its own.
    pub(super) fn give_up(&self, at: u32) -> Left {
        of_either!(self, works => works.give_up(at))
    }

    /// A waiter leaves for good.
    pub(super) fn leave(&self, at: u32, weight: usize) {
        if let Left::Granted = self.give_up(at) {
            match &self.works {
                Works::Count(count) => count.give_back(weight),
                // Its turn is another's.
                Works::Rate(rate) => rate.give_back(weight),
            }
        }
    }

    pub(super) fn resize(&self, limit: usize) {
        of_either!(self, works => works.resize(limit));
    }

    #[inline]
    pub(super) fn limit(&self) -> usize {
        of_either!(self, works => works.limit())
    }

    pub(super) fn waiting(&self) -> usize {
        of_either!(self, works => works.waiting())
    }

    pub(super) fn available(&self) -> usize {
        of_either!(self, works => works.available())
    }

    pub(super) fn metrics(&self) -> LimiterMetrics {
        of_either!(self, works => works.metrics())
    }

    /// How long until a call of this weight passes that comes then.
    pub(super) fn retry_after(&self, weight: usize) -> Option<Duration> {
        match &self.works {
            Works::Count(_) => None,
            Works::Rate(rate) => Some(rate.passes_after(weight)),
        }
    }

    /// Whether another one in its place would be no different.
    pub(super) fn is_idle(&self) -> bool {
        match &self.works {
            Works::Count(count) => count.available() == count.limit(),
            Works::Rate(rate) => rate.is_full(),
        }
    }
}
