//! So often.
//!
//! The whole state is one instant: that at which the quota is full again. A call moves it ahead by the time that its units take to
//! come back, and passes if that is not further ahead than the burst allows. Whole nanoseconds, rounded so that there is never more
//! than the rate; a unit takes one at least.
//!
//! Why not governor, which counts the same way: those who wait there do not queue. Each sleeps and asks again, so whoever happens
//! to ask first passes, and a heavy call may never. And there is no way to give a turn back: a call that stops waiting has either
//! taken its units or none, but those behind it do not move up. Here they stand in a line, and each has a timer for the time when its
//! turn has come at the latest.

use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use super::core::{Joined, Left, Look};
use super::limiter::LimiterMetrics;
use super::line::{Line, Standing, Wakers};
use super::sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering, locked};

/// Somebody waits: everybody else stands behind.
const WAITED_FOR: u64 = 1;

/// The time of the limiter's first use. Far from zero: the clock of another runtime may be behind that of the first one.
const ZERO: u64 = 1 << 61;

/// Longer than anybody waits, some 36 years, and far from an overflow.
const LONGEST: u64 = 1 << 60;

/// A timer may be late by this, since it counts milliseconds. What waits is not slowed by that.
const LATE: u64 = 2_000_000;

/// So long may pass between a look at the clock and the use of that.
const STALE: u64 = 1_000_000_000;

/// How often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Nanoseconds until a unit is back.
    pub(super) interval: u64,
    /// How many units at once.
    pub(super) burst: usize,
}

impl Pace {
    /// `count` each `per`, neither of which is zero.
    #[allow(clippy::cast_possible_truncation, reason = "what is cut is above `LONGEST`, and is `LONGEST` then")]
    pub(super) const fn new(count: u64, per: Duration) -> Self {
        let interval = per.as_nanos().div_ceil(count as u128);
        let interval = if interval > LONGEST as u128 { LONGEST } else { interval as u64 };
        let burst = if count > usize::MAX as u64 { usize::MAX } else { count as usize };
        Self { interval, burst }
    }
}

#[derive(Debug)]
pub(super) struct Rate {
    /// When the quota is full again, times two, and the flag [`WAITED_FOR`].
    ///
    /// While the flag is set the word changes under the lock only, and the flag itself changes there only.
    word: AtomicU64,
    line: Mutex<Line>,
    interval: u64,
    /// Changes under the lock only, as does the next one.
    burst: AtomicUsize,
    /// How long the whole burst takes to come back.
    tolerance: AtomicU64,
    base: Instant,
}

impl Rate {
    pub(super) fn new(pace: Pace) -> Self {
        let tolerance = long(pace.interval, pace.burst as u128);
        Self {
            word: AtomicU64::new(0),
            line: Mutex::new(Line::new()),
            interval: pace.interval,
            burst: AtomicUsize::new(pace.burst),
            tolerance: AtomicU64::new(tolerance),
            base: Instant::now(),
        }
    }

    #[inline]
    fn now(&self) -> u64 {
        self.nanos(Instant::now())
    }

    #[inline]
    fn nanos(&self, instant: Instant) -> u64 {
        match instant.checked_duration_since(self.base) {
            Some(since) => ZERO + nanos(since),
            None => ZERO - nanos(self.base - instant),
        }
    }

    fn instant(&self, nanos: u64) -> Instant {
        let distance = Duration::from_nanos(nanos.abs_diff(ZERO));
        let instant = if nanos < ZERO { self.base.checked_sub(distance) } else { self.base.checked_add(distance) };
        instant.unwrap_or(self.base)
    }

    /// How long so many units take to come back.
    #[inline]
    fn takes(&self, weight: usize) -> u64 {
        if weight == 1 { self.interval } else { long(self.interval, weight as u128) }
    }

    #[inline]
    fn tolerance(&self) -> u64 {
        self.tolerance.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn limit(&self) -> usize {
        self.burst.load(Ordering::Relaxed)
    }

    /// Takes so many units if they are there and nobody waits for any.
    #[inline]
    pub(super) fn try_take(&self, weight: usize) -> bool {
        weight <= self.limit() && self.take(weight, self.now())
    }

    #[inline]
    fn take(&self, weight: usize, now: u64) -> bool {
        let (takes, most) = (self.takes(weight), now + self.tolerance());
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            let full = self.full(word, now).max(now) + takes;
            if word & WAITED_FOR != 0 || full > most {
                return false;
            }
            match self.word.compare_exchange_weak(word, full << 1, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
    }

    /// When the quota is full again, by the word. That is no further ahead than the whole burst takes, unless another runtime has a clock
    /// of its own that was ahead. A clock that was read a while ago is no such thing.
    #[inline]
    fn full(&self, word: u64, now: u64) -> u64 {
        let (full, most) = (word >> 1, now + self.tolerance());
        if full > most + STALE { most } else { full }
    }

    /// When it is the turn of this, behind all of that. It is in the past if it could be now.
    fn turn(&self, full: u64, behind: u128, weight: usize) -> u64 {
        let all = long(self.interval, behind.saturating_add(weight as u128));
        (full + all).saturating_sub(self.tolerance())
    }

    /// Stands in the line, unless there is quota at once, or the turn is known to come too late.
    pub(super) fn join(&self, weight: usize, max_waiting: usize, by: Option<Instant>, waker: Waker) -> Joined {
        let now = self.now();
        let mut line = locked(&self.line);
        if weight > self.limit() {
            return Joined::TooHeavy;
        }
        // Whoever is first may not be polled: its turn comes all the same.
        let mut wakers = Wakers::default();
        self.grant(&mut line, now, &mut wakers);
        let joined = self.join_line(&mut line, (weight, max_waiting), by, now, waker);
        drop(line);
        wakers.wake();
        joined
    }

    fn join_line(
        &self,
        line: &mut Line,
        (weight, max_waiting): (usize, usize),
        by: Option<Instant>,
        now: u64,
        waker: Waker,
    ) -> Joined {
        loop {
            if self.take(weight, now) {
                return Joined::Taken;
            }
            let waiting = line.len();
            if waiting >= max_waiting {
                return Joined::Full { waiting };
            }
            let word = self.word.load(Ordering::Relaxed);
            let turn = self.turn(self.full(word, now), line.weight(), weight);
            if by.is_some_and(|by| turn > self.nanos(by)) {
                return Joined::TooLate { waiting, after: Duration::from_nanos(turn.saturating_sub(now)) };
            }
            // Over too little, the flag goes up; there may have come a turn back since.
            let is_up = word & WAITED_FOR != 0
                || turn > now && self.word.compare_exchange(word, word | WAITED_FOR, Ordering::AcqRel, Ordering::Relaxed).is_ok();
            if is_up {
                break;
            }
        }
        Joined::Waits(line.join(weight, waker))
    }

    /// Lets in from the front whose turn it is, and takes the flag down behind the last one. Who is first then has to look.
    fn grant(&self, line: &mut Line, now: u64, wakers: &mut Wakers) {
        let word = self.word.load(Ordering::Acquire);
        if word & WAITED_FOR == 0 {
            return;
        }
        let mut full = self.full(word, now);
        let mut has_moved = false;
        while let Some((_, weight)) = line.first() {
            if self.turn(full, 0, weight) > now {
                break;
            }
            // By its turn, not by the clock, which is late. But nobody catches up on a thread that stood still.
            full = full.max(now - LATE.min(now)) + self.takes(weight);
            wakers.extend(line.grant_first());
            has_moved = true;
        }
        let flag = if line.is_empty() { 0 } else { WAITED_FOR };
        self.word.store(full << 1 | flag, Ordering::Release);
        if has_moved {
            wakers.extend(line.rouse_first());
        }
    }

    /// How it stands with a waiter. One that is out of the line has no place any more.
    pub(super) fn look(&self, at: u32, waker: &Waker) -> Look {
        let line = locked(&self.line);
        if line.standing(at) == Standing::Waiting && !line.will_wake(at, waker) {
            drop(line);
            let waker = waker.clone();
            return self.look_within(locked(&self.line), at, Some(waker));
        }
        self.look_within(line, at, None)
    }

    fn look_within(&self, mut line: MutexGuard<'_, Line>, at: u32, waker: Option<Waker>) -> Look {
        let mut wakers = Wakers::default();
        let now = self.now();
        self.grant(&mut line, now, &mut wakers);
        let mut left_over = None;
        let look = match line.standing(at) {
            Standing::Granted => Look::Granted,
            Standing::TooHeavy => Look::TooHeavy,
            _ => {
                left_over = waker.map(|waker| line.set_waker(at, waker));
                let full = self.full(self.word.load(Ordering::Relaxed), now);
                // Those before it may not be polled. By then it is certainly the turn of this.
                let turn = match line.first() {
                    Some((first, weight)) if first == at => self.turn(full, 0, weight),
                    _ => self.turn(full, line.weight(), 0),
                };
                Look::Waiting { until: Some(self.instant(turn)) }
            }
        };
        if !matches!(look, Look::Waiting { .. }) {
            line.leave(at);
        }
        drop(line);
        drop(left_over);
        wakers.wake();
        look
    }

    /// A waiter leaves, and says whether it had been granted what it came for: that is its own then.
    pub(super) fn give_up(&self, at: u32) -> Left {
        let mut line = locked(&self.line);
        let was_first = line.first().is_some_and(|(first, _)| first == at);
        let (standing, _, waker) = line.leave(at);
        let mut wakers = Wakers::default();
        self.grant(&mut line, self.now(), &mut wakers);
        if was_first {
            wakers.extend(line.rouse_first());
        }
        let waiting = line.len();
        drop(line);
        drop(waker);
        wakers.wake();
        if standing == Standing::Granted { Left::Granted } else { Left::Waiting { waiting } }
    }

    /// A turn that was granted and not used.
    pub(super) fn give_back(&self, weight: usize) {
        let mut line = locked(&self.line);
        let takes = self.takes(weight);
        let mut word = self.word.load(Ordering::Acquire);
        while let Err(now) = self.word.compare_exchange(word, word - (takes << 1), Ordering::AcqRel, Ordering::Acquire) {
            word = now;
        }
        let mut wakers = Wakers::default();
        self.grant(&mut line, self.now(), &mut wakers);
        // The first one's timer is set for too late.
        wakers.extend(line.rouse_first());
        drop(line);
        wakers.wake();
    }

    /// From now on so many units at once.
    pub(super) fn resize(&self, burst: usize) {
        let mut line = locked(&self.line);
        self.burst.store(burst, Ordering::Relaxed);
        self.tolerance.store(long(self.interval, burst as u128), Ordering::Relaxed);
        let mut refused = Wakers::default();
        line.refuse_above(burst, &mut refused);
        let mut granted = Wakers::default();
        self.grant(&mut line, self.now(), &mut granted);
        granted.extend(line.rouse_first());
        drop(line);
        refused.wake();
        granted.wake();
    }

    pub(super) fn waiting(&self) -> usize {
        locked(&self.line).len()
    }

    pub(super) fn available(&self) -> usize {
        self.metrics().free()
    }

    pub(super) fn metrics(&self) -> LimiterMetrics {
        let line = locked(&self.line);
        let (limit, waiting, now) = (self.limit(), line.len(), self.now());
        let word = self.word.load(Ordering::Acquire);
        drop(line);
        let missing = self.full(word, now).saturating_sub(now).div_ceil(self.interval);
        LimiterMetrics { in_use: usize::try_from(missing).unwrap_or(usize::MAX), waiting, limit }
    }

    /// How long until so many units are there.
    pub(super) fn passes_after(&self, weight: usize) -> Duration {
        let line = locked(&self.line);
        let now = self.now();
        let full = self.full(self.word.load(Ordering::Acquire), now).max(now);
        Duration::from_nanos(self.turn(full, line.weight(), weight).saturating_sub(now))
    }

    /// Whether nobody waits, and the quota is full.
    pub(super) fn is_full(&self) -> bool {
        let word = self.word.load(Ordering::Acquire);
        word & WAITED_FOR == 0 && word >> 1 <= self.now()
    }

    #[cfg(all(test, not(weftwork_loom)))]
    pub(super) fn room(&self) -> usize {
        locked(&self.line).room()
    }
}

/// How long so many units take.
#[allow(clippy::cast_possible_truncation, reason = "no more than `LONGEST`")]
fn long(interval: u64, weight: u128) -> u64 {
    weight.saturating_mul(u128::from(interval)).min(u128::from(LONGEST)) as u64
}

#[inline]
fn nanos(duration: Duration) -> u64 {
    // More than centuries are a century.
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(duration.subsec_nanos())).min(LONGEST)
}
